package plot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Histogram counts values in bins. With Log the bins are powers of two, which
// suits errors in ULP; zeros have a bin of their own.
type Histogram struct {
	Label  string
	Unit   string
	Values []float64
	Log    bool
}

type bin struct {
	lo, hi float64
	n      int
}

func (h Histogram) bins(n int) []bin {
	lo, hi := bounds(h.Values)
	if h.Log {
		return h.logBins(hi)
	}
	n = max(n, 1)
	if hi == lo {
		return []bin{{lo, hi, len(h.Values)}}
	}
	out := make([]bin, n)
	for i := range out {
		out[i] = bin{lo: lo + (hi-lo)*float64(i)/float64(n), hi: lo + (hi-lo)*float64(i+1)/float64(n)}
	}
	for _, v := range h.Values {
		if finite(v) {
			out[min(int((v-lo)/(hi-lo)*float64(n)), n-1)].n++
		}
	}
	return out
}

func (h Histogram) logBins(hi float64) []bin {
	out := []bin{{0, 0, 0}}
	for lo := 1.0; lo <= max(hi, 1); lo *= 2 {
		out = append(out, bin{lo: lo, hi: 2 * lo})
	}
	for _, v := range h.Values {
		switch {
		case !finite(v):
		case v < 0.5:
			out[0].n++
		default:
			out[min(1+int(math.Log2(max(v, 1))), len(out)-1)].n++
		}
	}
	return out
}

// Chart implements Figure. The X axis counts bins.
func (h Histogram) Chart(cols, rows int) Chart {
	if len(h.Values) == 0 {
		return Chart{Empty: "there are no values"}
	}
	bins := h.bins(cols / 2)
	most := 1
	for _, b := range bins {
		most = max(most, b.n)
	}
	n := float64(len(bins))
	c := Chart{Y: scale(h.Label, 0, float64(most), max(rows/4, 1)), X: Axis{Label: h.Unit, Hi: n}}
	lo, hi := bins[0].lo, bins[len(bins)-1].hi
	if h.Log {
		for i := 0; i < len(bins); i += len(bins)*6/max(cols, 1) + 1 {
			c.X.Ticks = append(c.X.Ticks, Tick{float64(i) + 0.5, Number(bins[i].lo)})
		}
	} else {
		for _, v := range round(lo, hi, max(cols/14, 1)) {
			c.X.Ticks = append(c.X.Ticks, Tick{n * (Axis{Lo: lo, Hi: hi}).At(v), Number(v)})
		}
	}
	for i, b := range bins {
		if b.n > 0 {
			c.Marks = append(c.Marks, Bar{X0: float64(i), X1: float64(i + 1), Y: float64(b.n)})
		}
	}
	return c
}

// Text implements Figure.
func (h Histogram) Text() string {
	lo, hi := bounds(h.Values)
	return fmt.Sprintf("%s: %d values from %s to %s %s, median %s", h.Label, len(h.Values), Number(lo), Number(hi), h.Unit, Number(Quantile(h.Values, 0.5)))
}

// Table implements Figure.
func (h Histogram) Table() [][]string {
	out := [][]string{{"from", "to", "count"}}
	for _, b := range h.bins(32) {
		out = append(out, []string{exact(b.lo), exact(b.hi), strconv.Itoa(b.n)})
	}
	return out
}

// Quantile is the value below which a share q of the finite values lies.
func Quantile(values []float64, q float64) float64 {
	var sorted []float64
	for _, v := range values {
		if finite(v) {
			sorted = append(sorted, v)
		}
	}
	if len(sorted) == 0 {
		return math.NaN()
	}
	slices.Sort(sorted)
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (sorted[i+1]-sorted[i])*(at-float64(i))
}

// Series is a named list of values.
type Series struct {
	Name   string
	Values []float64
}

// ECDF shows which share of the values lies at or below each value, for
// several series over each other.
type ECDF struct {
	Label  string
	Unit   string
	Series []Series
}

func all(series []Series) []float64 {
	var out []float64
	for _, s := range series {
		out = append(out, s.Values...)
	}
	return out
}

// legend gives each series a number in a circle.
func legend(series []Series) []Entry {
	var out []Entry
	for i, s := range series {
		out = append(out, Entry{'①' + rune(i), s.Name, i})
	}
	return out
}

// Chart implements Figure.
func (e ECDF) Chart(cols, _ int) Chart {
	lo, hi := bounds(all(e.Series))
	if hi <= lo {
		return Chart{Empty: e.Text()}
	}
	percent := func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) }
	c := Chart{
		X:      scale(e.Unit, lo, hi, cols/14),
		Y:      Axis{Label: e.Label, Hi: 1, Ticks: ticksOf([]float64{0, 0.5, 1}, percent)},
		Legend: legend(e.Series),
	}
	var signs []any // above all lines
	for i, s := range e.Series {
		sorted := slices.Clone(s.Values)
		slices.Sort(sorted)
		at := Point{lo, 0}
		points := []Point{at}
		for k, v := range sorted {
			next := Point{v, float64(k+1) / float64(len(sorted))}
			points = append(points, Point{v, at.Y}, next)
			at = next
		}
		c.Marks = append(c.Marks, Line{Points: append(points, Point{hi, at.Y}), Series: i})
		signs = append(signs, Sign{Point: Point{Quantile(s.Values, 0.5), 0.5}, Rune: '①' + rune(i), Series: i, Strong: true})
	}
	c.Marks = append(c.Marks, signs...)
	return c
}

// Text implements Figure.
func (e ECDF) Text() string {
	out := e.Label
	for _, s := range e.Series {
		out += fmt.Sprintf("; %s: median %s %s, 95 %% below %s", s.Name, Number(Quantile(s.Values, 0.5)), e.Unit, Number(Quantile(s.Values, 0.95)))
	}
	return out
}

// Table implements Figure.
func (e ECDF) Table() [][]string {
	out := [][]string{{"series", "value"}}
	for _, s := range e.Series {
		for _, v := range s.Values {
			out = append(out, []string{s.Name, exact(v)})
		}
	}
	return out
}
