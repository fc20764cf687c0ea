package plot

import (
	"fmt"
	"math"
)

// Bars compares quantities that consist of parts: a line for each, its parts
// one after the other.
type Bars struct {
	Label string
	Unit  string
	Parts []string // names
	Rows  []BarRow
}

// BarRow is one quantity.
type BarRow struct {
	Name   string
	Values []float64 // of the parts
}

// Chart implements Figure.
func (f Bars) Chart(cols, _ int) Chart {
	most := 0.0
	for _, r := range f.Rows {
		sum := 0.0
		for _, v := range r.Values {
			sum += v
		}
		most = max(most, sum)
	}
	if most <= 0 || math.IsInf(most, 0) {
		return Chart{Empty: "nothing was counted"}
	}
	c := Chart{X: scale(f.Unit, 0, most, max(cols/12, 1)), Y: Axis{Label: f.Label, Down: true, Hi: float64(len(f.Rows))}, Rows: len(f.Rows)}
	for i, name := range f.Parts {
		c.Legend = append(c.Legend, Entry{Sign: '■', Name: name, Series: i})
	}
	for i, r := range f.Rows {
		c.Y.Ticks = append(c.Y.Ticks, Tick{float64(i) + 0.5, r.Name})
		x := 0.0
		for k, v := range r.Values {
			if v <= 0 {
				continue
			}
			c.Marks = append(c.Marks, Box{X0: x, X1: x + v, Row: i, Count: 1, Series: k, Label: f.Parts[k] + " " + Number(v),
				Detail: fmt.Sprintf("%s: %s %s %s", r.Name, f.Parts[k], Number(v), f.Unit)})
			x += v
		}
	}
	return c
}

// Text implements Figure.
func (f Bars) Text() string {
	out := f.Label
	for _, r := range f.Rows {
		out += "\n" + r.Name + ":"
		for k, v := range r.Values {
			if k > 0 {
				out += ","
			}
			out += fmt.Sprintf(" %s %s %s", f.Parts[k], Number(v), f.Unit)
		}
	}
	return out
}

// Table implements Figure.
func (f Bars) Table() [][]string {
	out := [][]string{{"name"}}
	for _, part := range f.Parts {
		out[0] = append(out[0], part+" ("+f.Unit+")")
	}
	for _, r := range f.Rows {
		line := []string{r.Name}
		for _, v := range r.Values {
			line = append(line, exact(v))
		}
		out = append(out, line)
	}
	return out
}
