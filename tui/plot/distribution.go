package plot

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
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
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
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
		case math.IsNaN(v) || math.IsInf(v, 0):
		case v < 0.5:
			out[0].n++
		default:
			out[min(1+int(math.Log2(max(v, 1))), len(out)-1)].n++
		}
	}
	return out
}

// Draw implements Figure.
func (h Histogram) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme) {
	if r.W < 16 || r.H < 5 || len(h.Values) == 0 {
		return
	}
	bins := h.bins((r.W - 8) / 2)
	most := 1
	for _, b := range bins {
		most = max(most, b.n)
	}
	y := axis{label: h.Label, at: linear(0, float64(most)), ticks: ticks(0, float64(most), max(r.H/4, 1)), format: Number}
	lo, hi := bins[0].lo, bins[len(bins)-1].hi
	x := axis{label: h.Unit, at: linear(lo, hi), ticks: ticks(lo, hi, max(r.W/14, 1)), format: Number}
	if h.Log {
		x.at = func(v float64) float64 {
			if v < 1 {
				return 0.5 / float64(len(bins))
			}
			return (math.Log2(v) + 1.5) / float64(len(bins))
		}
		x.ticks = nil
		for i := 0; i < len(bins); i += max(len(bins)*6/r.W+1, 1) {
			x.ticks = append(x.ticks, bins[i].lo)
		}
	}
	area := drawAxes(b, r, t, x, y)
	for i, bin := range bins {
		from, to := area.W*i/len(bins), area.W*(i+1)/len(bins)
		if to-from > 2 {
			to--
		}
		eighths := int(float64(bin.n)/float64(most)*float64(area.H*8) + 0.5)
		if bin.n > 0 {
			eighths = max(eighths, 1)
		}
		style := t.Series[0].Over(t.Base)
		for row := range area.H {
			fill := min(eighths-8*row, 8)
			if fill <= 0 {
				break
			}
			for col := from; col < max(to, from+1); col++ {
				b.Set(area.X+col, area.Y+area.H-1-row, bars[fill-1], style)
			}
		}
	}
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

func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Quantile is the value below which a share q of the finite values lies.
func Quantile(values []float64, q float64) float64 {
	var finite []float64
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			finite = append(finite, v)
		}
	}
	if len(finite) == 0 {
		return math.NaN()
	}
	slices.Sort(finite)
	at := q * float64(len(finite)-1)
	i := int(at)
	if i+1 >= len(finite) {
		return finite[len(finite)-1]
	}
	return finite[i] + (finite[i+1]-finite[i])*(at-float64(i))
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

func (e ECDF) all() []float64 {
	var all []float64
	for _, s := range e.Series {
		all = append(all, s.Values...)
	}
	return all
}

// Draw implements Figure.
func (e ECDF) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme) {
	lo, hi := bounds(e.all())
	if r.W < 20 || r.H < 6 || hi <= lo {
		b.TextIn(r.X, r.Y, r.W, e.Text(), t.Muted.Over(t.Base))
		return
	}
	percent := func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) }
	x := axis{label: e.Unit, at: linear(lo, hi), ticks: ticks(lo, hi, r.W/14), format: Number}
	y := axis{label: e.Label, at: linear(0, 1), ticks: []float64{0, 0.5, 1}, format: percent}
	area := drawAxes(b, r, t, x, y)
	drawLegend(b, r, e.Series, t)
	for i, s := range e.Series {
		style := t.Series[i%len(t.Series)].Over(t.Base)
		sorted := slices.Clone(s.Values)
		slices.Sort(sorted)
		d := newDots(area.W, area.H)
		px, py := 0, 0
		for k, v := range sorted {
			nx := int(x.at(v) * float64(2*area.W-1))
			ny := int(float64(k+1) / float64(len(sorted)) * float64(4*area.H-1))
			d.line(px, py, nx, py)
			d.line(nx, py, nx, ny)
			px, py = nx, ny
		}
		d.line(px, py, 2*area.W-1, py)
		d.draw(b, area.X, area.Y, style)
	}
	for i, s := range e.Series { // above all lines
		at := min(int(x.at(Quantile(s.Values, 0.5))*float64(area.W-1)), area.W-1)
		b.Set(area.X+at, area.Y+area.H/2, '①'+rune(i), t.Series[i%len(t.Series)].With(cells.Bold).Over(t.Base))
	}
}

// drawLegend names the series in the top right corner.
func drawLegend(b *cells.Buffer, r cells.Rect, series []Series, t *theme.Theme) {
	x := r.X + r.W
	for i := len(series) - 1; i >= 0; i-- {
		text := string('①'+rune(i)) + " " + series[i].Name
		x -= cells.Width(text)
		b.Text(x, r.Y, text, t.Series[i%len(t.Series)].Over(t.Base))
		x -= 2
	}
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
