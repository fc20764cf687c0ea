package plot

import (
	"fmt"
	"math"
	"strconv"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Heat is a map of Rows × Cols values. Where there are more values than
// cells, a cell shows the largest of its values; NaN is told apart.
type Heat struct {
	Label      string
	Unit       string
	Rows, Cols int
	Values     []float64 // row by row
	RowLabel   string
	ColLabel   string
	Cursor     int // index of a value to point at, -1 for none
}

var shades = []rune{'·', '░', '▒', '▓', '█'}

// At gives the value that a cell of an area of the given size shows.
func (h Heat) cell(x, y, w, ht int) float64 {
	r0, r1 := y*h.Rows/ht, max((y+1)*h.Rows/ht, y*h.Rows/ht+1)
	c0, c1 := x*h.Cols/w, max((x+1)*h.Cols/w, x*h.Cols/w+1)
	out := math.Inf(-1)
	// A huge tensor is sampled, so that drawing stays fast; the largest
	// value is marked in any case.
	rs, cs := max((r1-r0)/32, 1), max((c1-c0)/32, 1)
	for r := r0; r < r1; r += rs {
		for c := c0; c < c1; c += cs {
			v := h.Values[r*h.Cols+c]
			if math.IsNaN(v) {
				return v
			}
			out = max(out, v)
		}
	}
	return out
}

// worst is the index of the largest value, of a NaN if there is one.
func (h Heat) worst() int {
	at, most := 0, math.Inf(-1)
	for i, v := range h.Values {
		if math.IsNaN(v) {
			return i
		}
		if v > most {
			at, most = i, v
		}
	}
	return at
}

// level scales a value to 0 … 1 by its logarithm: errors span many decades.
func (h Heat) level(v, hi float64) float64 {
	if v <= 0 || hi <= 0 {
		return 0
	}
	return math.Log1p(v) / math.Log1p(hi)
}

// Draw implements Figure.
func (h Heat) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme) {
	if r.W < 20 || r.H < 6 || h.Rows*h.Cols == 0 || len(h.Values) < h.Rows*h.Cols {
		return
	}
	_, hi := bounds(h.Values)
	whole := func(v float64) string { return strconv.Itoa(int(v)) }
	x := axis{label: h.ColLabel, at: linear(0, float64(max(h.Cols-1, 1))), ticks: ticks(0, float64(h.Cols-1), r.W/14), format: whole}
	y := axis{label: h.Label, at: func(v float64) float64 { return 1 - v/float64(max(h.Rows-1, 1)) }, ticks: ticks(0, float64(h.Rows-1), r.H/3), format: whole}
	if h.Rows == 1 {
		y.ticks = nil
	}
	area := drawAxes(b, r, t, x, y)
	w, ht := area.W, area.H
	if h.Cols < w {
		w = w / h.Cols * h.Cols
	}
	if h.Rows < ht {
		ht = max(ht/h.Rows, 1) * h.Rows
	}
	for cy := range min(ht, area.H) {
		for cx := range w {
			v := h.cell(cx, cy, w, ht)
			if math.IsNaN(v) {
				b.Set(area.X+cx, area.Y+cy, '?', t.Error.With(cells.Reverse).Over(t.Base))
				continue
			}
			l := h.level(v, hi)
			sign := shades[int(math.Ceil(l*float64(len(shades)-1)))]
			style := t.Base.Foreground(t.Heat(l))
			if t.Profile > cells.ANSI16 && sign == '█' {
				style = t.Base.Background(t.Heat(l))
				sign = ' '
			}
			b.Set(area.X+cx, area.Y+cy, sign, style)
		}
	}
	h.point(b, area, w, ht, h.worst(), '◆', t.Error.Over(t.Base))
	if h.Cursor >= 0 {
		h.point(b, area, w, ht, h.Cursor, '╋', t.Accent.With(cells.Bold).Over(t.Base))
	}
	legend := fmt.Sprintf("0 ·░▒▓█ %s %s  ◆ worst", Number(hi), h.Unit)
	b.TextRight(r.X+r.W-1, r.Y, legend, t.Muted.Over(t.Base))
}

// point marks a value.
func (h Heat) point(b *cells.Buffer, area cells.Rect, w, ht, i int, sign rune, s cells.Style) {
	row, col := i/h.Cols, i%h.Cols
	b.Set(area.X+col*w/h.Cols, area.Y+min(row*ht/h.Rows, area.H-1), sign, s)
}

// Text implements Figure.
func (h Heat) Text() string {
	if len(h.Values) == 0 {
		return h.Label + ": empty"
	}
	over := 0
	for _, v := range h.Values {
		if v > 0 || math.IsNaN(v) {
			over++
		}
	}
	i := h.worst()
	return fmt.Sprintf("%s: %d of %d are not 0; the worst is %s %s at row %d, column %d", h.Label, over, len(h.Values), Number(h.Values[i]), h.Unit, i/h.Cols, i%h.Cols)
}

// Table implements Figure.
func (h Heat) Table() [][]string {
	out := [][]string{{"row", "column", "value"}}
	for i, v := range h.Values {
		out = append(out, []string{strconv.Itoa(i / h.Cols), strconv.Itoa(i % h.Cols), exact(v)})
	}
	return out
}
