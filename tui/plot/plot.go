// Package plot draws figures into a cell buffer: histograms, cumulative
// distributions, sequences and heat maps.
//
// A figure is plain data. Each draws itself at any size with axes and units,
// and has a text and a table that say the same without a picture. What colour
// tells, a sign or the density of a pattern tells too.
package plot

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Figure is something that can be drawn and exported.
type Figure interface {
	Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme)
	// Text says in a few lines what the figure shows.
	Text() string
	// Table is the data, the first row being titles.
	Table() [][]string
}

// CSV is a figure's table as comma-separated values.
func CSV(f Figure) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	_ = w.WriteAll(f.Table()) // a strings.Builder takes everything
	return out.String()
}

// SVG is a figure as a picture of the given size in cells.
func SVG(f Figure, t *theme.Theme, w, h int, title string) string {
	b := cells.New(w, h, t.Base)
	f.Draw(b, b.Bounds(), t)
	return b.SVG(t.Picture(title))
}

// Number writes a figure in few cells, with SI prefixes from a thousand on.
func Number(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0), v == 0, a >= 1e15, a < 1e-3:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	for _, p := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if a >= p.size {
			if p.name == "k" {
				p.size = 1e3
			}
			return strconv.FormatFloat(v/p.size, 'g', 3, 64) + p.name
		}
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

var bars = []rune("▁▂▃▄▅▆▇█")

// Sparkline draws values as bars of one cell each, the last ones if there are
// too many.
func Sparkline(values []float64, width int) string {
	if len(values) > width {
		values = values[len(values)-width:]
	}
	lo, hi := bounds(values)
	var out strings.Builder
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			out.WriteRune('·')
			continue
		}
		i := 0
		if hi > lo {
			i = int((v - lo) / (hi - lo) * float64(len(bars)-1))
		}
		out.WriteRune(bars[i])
	}
	return out.String()
}

// bounds are those of the finite values; 0, 0 without any.
func bounds(values []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if lo > hi {
		return 0, 0
	}
	return lo, hi
}

// ticks gives round values from lo to hi, at most n of them.
func ticks(lo, hi float64, n int) []float64 {
	if !(hi > lo) || n < 1 {
		return []float64{lo}
	}
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(n))))
	for _, m := range []float64{1, 2, 5, 10} {
		if (hi-lo)/(step*m) <= float64(n) {
			step *= m
			break
		}
	}
	var out []float64
	for k := math.Ceil(lo/step - 1e-9); k*step <= hi*(1+1e-12)+step*1e-9 && len(out) <= n+1; k++ {
		out = append(out, k*step+0) // + 0 makes 0 of −0
	}
	return out
}

// dots is a canvas of braille dots, 2 × 4 to a cell.
type dots struct {
	w, h int // in cells
	bits []uint8
}

func newDots(w, h int) *dots { return &dots{w, h, make([]uint8, max(w, 0)*max(h, 0))} }

var dotBits = [4][2]uint8{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// set puts a dot; x grows to the right, y upwards.
func (d *dots) set(x, y int) {
	y = 4*d.h - 1 - y
	if x < 0 || y < 0 || x >= 2*d.w || y >= 4*d.h {
		return
	}
	d.bits[y/4*d.w+x/2] |= dotBits[y%4][x%2]
}

// line joins two dots.
func (d *dots) line(x0, y0, x1, y1 int) {
	n := max(abs(x1-x0), abs(y1-y0), 1)
	for i := 0; i <= n; i++ {
		d.set(x0+(x1-x0)*i/n, y0+(y1-y0)*i/n)
	}
}

func abs(x int) int { return max(x, -x) }

func (d *dots) draw(b *cells.Buffer, x, y int, s cells.Style) {
	for i, bits := range d.bits {
		if bits != 0 {
			b.Set(x+i%d.w, y+i/d.w, 0x2800+rune(bits), s)
		}
	}
}

// axis is a direction of a figure: at scales a value to 0 … 1.
type axis struct {
	label  string
	ticks  []float64
	at     func(v float64) float64
	format func(v float64) string
}

func linear(lo, hi float64) func(float64) float64 {
	if hi <= lo {
		return func(float64) float64 { return 0.5 }
	}
	return func(v float64) float64 { return (v - lo) / (hi - lo) }
}

// drawAxes draws the axes into r and returns the area between them.
func drawAxes(b *cells.Buffer, r cells.Rect, t *theme.Theme, x, y axis) cells.Rect {
	line, label := t.Faint.Over(t.Base), t.Muted.Over(t.Base)
	margin := 0
	for _, v := range y.ticks {
		margin = max(margin, cells.Width(y.format(v)))
	}
	top, r := r.Top(1)
	b.TextIn(top.X, top.Y, top.W, y.label, label)
	r, foot := r.Bottom(2)
	_, area := r.Left(margin + 1)
	for row := range area.H {
		b.Set(area.X-1, area.Y+row, '│', line)
	}
	for _, v := range y.ticks {
		if row := area.Y + area.H - 1 - int(y.at(v)*float64(area.H-1)+0.5); row >= area.Y && row < area.Y+area.H {
			b.TextRight(area.X-1, row, y.format(v), label)
			b.Set(area.X-1, row, '┤', line)
		}
	}
	b.Set(area.X-1, foot.Y, '└', line)
	for col := range area.W {
		b.Set(area.X+col, foot.Y, '─', line)
	}
	end := area.X - 1
	for _, v := range x.ticks {
		text := x.format(v)
		col := area.X + int(x.at(v)*float64(area.W-1)+0.5)
		at := min(max(col-cells.Width(text)/2, area.X), area.X+area.W-cells.Width(text))
		if col < area.X || col >= area.X+area.W || at <= end {
			continue
		}
		b.Set(col, foot.Y, '┬', line)
		end = b.Text(at, foot.Y+1, text, label)
	}
	if w := cells.Width(x.label); area.X+area.W-w > end {
		b.Text(area.X+area.W-w, foot.Y+1, x.label, label)
	}
	return area
}
