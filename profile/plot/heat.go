package plot

import (
	"fmt"
	"math"
	"strconv"
)

// Heat is a map of Rows × Cols values. Where there are more values than
// cells, a cell shows the largest of its values; NaN is told apart.
type Heat struct {
	Label      string
	Unit       string
	Rows, Cols int
	Values     []float64 // row by row
	ColLabel   string
	Cursor     int // index of a value to point at, -1 for none
}

// largest is the value that a cell of a grid of the given size shows.
func (h Heat) largest(x, y, w, ht int) float64 {
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
func level(v, hi float64) float64 {
	switch {
	case math.IsNaN(v):
		return v
	case v <= 0 || hi <= 0:
		return 0
	}
	return min(math.Log1p(v)/math.Log1p(hi), 1)
}

// Chart implements Figure.
func (h Heat) Chart(cols, rows int) Chart {
	if h.Rows*h.Cols == 0 || len(h.Values) < h.Rows*h.Cols {
		return Chart{Empty: "there are no values"}
	}
	_, hi := bounds(h.Values)
	c := Chart{
		X: Axis{Label: h.ColLabel, Hi: float64(h.Cols)},
		Y: Axis{Label: h.Label, Hi: float64(h.Rows), Down: true},
		Legend: []Entry{
			{' ', fmt.Sprintf("0 ·░▒▓█ %s %s", Number(hi), h.Unit), -1},
			{'◆', "worst", -1},
		},
	}
	centre := func(i int) float64 { return float64(i) + 0.5 }
	c.X.Ticks = counted(h.Cols, cols/14)
	if h.Rows > 1 {
		c.Y.Ticks = counted(h.Rows, rows/3)
	}
	g := Grid{Rows: min(h.Rows, max(rows, 1)), Cols: min(h.Cols, max(cols, 1))}
	for y := range g.Rows {
		for x := range g.Cols {
			g.Levels = append(g.Levels, level(h.largest(x, y, g.Cols, g.Rows), hi))
		}
	}
	at := func(i int) Point { return Point{centre(i % h.Cols), centre(i / h.Cols)} }
	c.Marks = append(c.Marks, g, Sign{Point: at(h.worst()), Rune: '◆', Series: 3})
	if h.Cursor >= 0 {
		c.Marks = append(c.Marks, Sign{Point: at(h.Cursor), Rune: '╋', Series: -1, Strong: true})
	}
	return c
}

// counted numbers n cells at their centres, at most about most of them.
func counted(n, most int) []Tick {
	var out []Tick
	for _, v := range round(0, float64(n-1), most) {
		if v == math.Trunc(v) {
			out = append(out, Tick{v + 0.5, strconv.Itoa(int(v))})
		}
	}
	return out
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
