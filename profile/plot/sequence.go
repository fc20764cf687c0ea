package plot

import (
	"cmp"
	"fmt"
	"strconv"
)

// Sequence shows values in the order in which they came, for several series.
type Sequence struct {
	Label  string
	Unit   string
	Series []Series
	Of     string // what is counted to the right: "sample" if empty
}

func (q Sequence) of() string { return cmp.Or(q.Of, "sample") }

// Chart implements Figure.
func (q Sequence) Chart(cols, rows int) Chart {
	lo, hi := bounds(all(q.Series))
	n := 0
	for _, s := range q.Series {
		n = max(n, len(s.Values))
	}
	if n == 0 {
		return Chart{Empty: "there are no values"}
	}
	lo = min(lo, hi-(hi-lo)*1.05)
	c := Chart{
		X:      scale(q.of(), 0, float64(max(n-1, 1)), cols/14),
		Y:      scale(q.Label+" ("+q.Unit+")", lo, hi, rows/3),
		Legend: legend(q.Series),
	}
	for i, s := range q.Series {
		l := Line{Series: i}
		for k, v := range s.Values {
			if finite(v) {
				l.Points = append(l.Points, Point{float64(k), v})
			}
		}
		if len(l.Points) == 1 { // which is no line
			c.Marks = append(c.Marks, Sign{Point: l.Points[0], Rune: '●', Series: i, Strong: true})
			continue
		}
		c.Marks = append(c.Marks, l)
	}
	return c
}

// Text implements Figure.
func (q Sequence) Text() string { return ECDF{q.Label, q.Unit, q.Series}.Text() }

// Table implements Figure.
func (q Sequence) Table() [][]string {
	out := [][]string{{"series", q.of(), fmt.Sprintf("value (%s)", q.Unit)}}
	for _, s := range q.Series {
		for i, v := range s.Values {
			out = append(out, []string{s.Name, strconv.Itoa(i), exact(v)})
		}
	}
	return out
}
