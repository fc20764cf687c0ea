package plot

import (
	"fmt"
	"strconv"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Sequence shows values in the order in which they came, for several series.
type Sequence struct {
	Label  string
	Unit   string
	Series []Series
}

// Draw implements Figure.
func (q Sequence) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme) {
	lo, hi := bounds(ECDF{Series: q.Series}.all())
	n := 0
	for _, s := range q.Series {
		n = max(n, len(s.Values))
	}
	if r.W < 20 || r.H < 6 || n == 0 {
		return
	}
	lo = min(lo, hi-(hi-lo)*1.05)
	x := axis{label: "sample", at: linear(0, float64(max(n-1, 1))), ticks: ticks(0, float64(n-1), r.W/14), format: Number}
	y := axis{label: q.Label + " (" + q.Unit + ")", at: linear(lo, hi), ticks: ticks(lo, hi, r.H/3), format: Number}
	area := drawAxes(b, r, t, x, y)
	drawLegend(b, r, q.Series, t)
	for i, s := range q.Series {
		style := t.Series[i%len(t.Series)].Over(t.Base)
		d := newDots(area.W, area.H)
		px, py := -1, -1
		for k, v := range s.Values {
			nx, ny := int(x.at(float64(k))*float64(2*area.W-1)), int(y.at(v)*float64(4*area.H-1))
			if px >= 0 {
				d.line(px, py, nx, ny)
			}
			px, py = nx, ny
		}
		d.draw(b, area.X, area.Y, style)
	}
}

// Text implements Figure.
func (q Sequence) Text() string { return ECDF(q).Text() }

// Table implements Figure.
func (q Sequence) Table() [][]string {
	out := [][]string{{"series", "sample", fmt.Sprintf("value (%s)", q.Unit)}}
	for _, s := range q.Series {
		for i, v := range s.Values {
			out = append(out, []string{s.Name, strconv.Itoa(i), exact(v)})
		}
	}
	return out
}
