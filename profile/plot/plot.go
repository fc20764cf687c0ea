// Package plot turns data into figures: distributions, sequences, heat maps,
// rooflines, timelines and icicles.
//
// A Figure is plain data. It lays itself out as a Chart, which is geometry in
// the units of its axes and knows nothing of pixels: SVG renders a chart here,
// package tui/chart renders the same one in a terminal. Every figure also says
// in words what it shows, and gives its data as a table. What colour tells, a
// sign, a label or a pattern tells too.
package plot

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
)

// Figure is something that can be drawn, told and exported.
type Figure interface {
	// Chart lays the figure out for a drawing in which about cols × rows
	// characters would fit.
	Chart(cols, rows int) Chart
	// Text says in a few lines what the figure shows.
	Text() string
	// Table is the data, the first row being titles.
	Table() [][]string
}

// Chart is what is to be drawn. Marks come in the order of drawing.
type Chart struct {
	X, Y   Axis
	Marks  []any // Line, Bar, Box, Grid, Sign and Rule
	Legend []Entry
	// Rows is the number of lines of a chart of boxes, whose Y axis counts
	// lines from the top; 0 for a chart whose Y axis is a scale.
	Rows int
	// Empty says why there is nothing to draw; "" if there is.
	Empty string
}

// Axis is one direction of a chart.
type Axis struct {
	Label  string
	Lo, Hi float64
	Log    bool // decades are equally wide
	Down   bool // values grow downwards
	Ticks  []Tick
}

// Tick names a place of an axis.
type Tick struct {
	At    float64
	Label string
}

// At scales a value to 0 … 1, from the left or from the bottom.
func (a Axis) At(v float64) float64 {
	lo, hi := a.Lo, a.Hi
	if a.Log {
		v, lo, hi = math.Log10(v), math.Log10(lo), math.Log10(hi)
	}
	at := 0.5
	if hi > lo {
		at = (v - lo) / (hi - lo)
	}
	if a.Down {
		at = 1 - at
	}
	return at
}

// Entry names a series, with the sign that tells it apart.
type Entry struct {
	Sign   rune
	Name   string
	Series int
}

// Point is a place in the units of the axes.
type Point struct{ X, Y float64 }

// Line joins points.
type Line struct {
	Points []Point
	Series int
	Dashed bool
}

// Bar stands on the X axis.
type Bar struct {
	X0, X1, Y float64
	Series    int
}

// Box lies on a line of a chart of boxes. Several that are too narrow to be
// told apart are one with a Count above 1.
type Box struct {
	X0, X1 float64
	Row    int
	Label  string
	Detail string // what a pointer over it shows
	Series int
	Count  int
	Muted  bool // a filter leaves it out
	Strong bool // the chosen one
}

// Grid fills the chart's area with cells of levels from 0 to 1; NaN has a sign
// of its own.
type Grid struct {
	Rows, Cols int
	Levels     []float64 // row by row, from the top
}

// Sign marks a place.
type Sign struct {
	Point
	Rune   rune
	Label  string
	Series int
	Strong bool
}

// Rule is an upright line across the chart.
type Rule struct {
	X      float64
	Label  string
	Series int
}

// CSV is a figure's table as comma-separated values.
func CSV(f Figure) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	_ = w.WriteAll(f.Table()) // a strings.Builder takes everything
	return out.String()
}

// Number writes a figure in few characters, with SI prefixes from a thousand
// on.
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

func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// bounds are those of the finite values; 0, 0 without any.
func bounds(values []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if lo > hi {
		return 0, 0
	}
	return lo, hi
}

// scale is a linear axis with at most n round ticks.
func scale(label string, lo, hi float64, n int) Axis {
	return Axis{Label: label, Lo: lo, Hi: hi, Ticks: ticksOf(round(lo, hi, n), Number)}
}

func ticksOf(values []float64, format func(float64) string) []Tick {
	out := make([]Tick, len(values))
	for i, v := range values {
		out[i] = Tick{v, format(v)}
	}
	return out
}

// round gives round values from lo to hi, at most n of them.
func round(lo, hi float64, n int) []float64 {
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

// decades gives the powers of ten from lo to hi, at most about n of them.
func decades(lo, hi float64, n int) []float64 {
	from, to := int(math.Ceil(math.Log10(lo)-1e-9)), int(math.Floor(math.Log10(hi)+1e-9))
	step := max((to-from+1)/max(n, 1), 1)
	var out []float64
	for e := from; e <= to; e += step {
		out = append(out, math.Pow(10, float64(e)))
	}
	return out
}

var bars = []rune("▁▂▃▄▅▆▇█")

// Sparkline writes values as bars of one character each, the last ones if
// there are too many.
func Sparkline(values []float64, width int) string {
	if len(values) > width {
		values = values[len(values)-width:]
	}
	lo, hi := bounds(values)
	var out strings.Builder
	for _, v := range values {
		if !finite(v) {
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
