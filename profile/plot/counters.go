package plot

import (
	"fmt"
	"strconv"

	"github.com/zmlx/zmlx/profile/trace"
)

// Counters shows the counters of a recording that have one unit over time.
type Counters struct {
	*trace.Timeline
	Label string
	Unit  string
	View  trace.Window // all if it is empty
}

func (f Counters) chosen() (out []trace.Counter) {
	for _, c := range f.Timeline.Counters {
		if c.Unit == f.Unit && len(c.Samples) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// Chart implements Figure.
func (f Counters) Chart(cols, rows int) Chart {
	counters := f.chosen()
	if len(counters) == 0 {
		return Chart{Empty: "nothing was recorded"}
	}
	w := f.View
	if w.Width() <= 0 {
		w = f.All()
	}
	most := 0.0
	for _, c := range counters {
		for _, s := range c.Samples {
			most = max(most, s.Value)
		}
	}
	c := Chart{X: timeAxis(w, cols), Y: scale(f.Label+" ("+f.Unit+")", 0, max(most, 1), max(rows/3, 1))}
	for i, counter := range counters {
		line := Line{Series: i}
		for k, s := range counter.Samples {
			// A value holds until the next one.
			if k > 0 {
				line.Points = append(line.Points, Point{float64(s.At), counter.Samples[k-1].Value})
			}
			line.Points = append(line.Points, Point{float64(s.At), s.Value})
		}
		c.Marks = append(c.Marks, line)
		c.Legend = append(c.Legend, Entry{Sign: '—', Name: counter.Name, Series: i})
	}
	return c
}

// Text implements Figure.
func (f Counters) Text() string {
	out := f.Label
	for _, c := range f.chosen() {
		most := c.Samples[0]
		for _, s := range c.Samples {
			if s.Value > most.Value {
				most = s
			}
		}
		out += fmt.Sprintf("\n%s: at most %s %s, at %s; %s at the end", c.Name, Number(most.Value), f.Unit, Duration(most.At), Number(c.Samples[len(c.Samples)-1].Value))
	}
	return out
}

// Table implements Figure.
func (f Counters) Table() [][]string {
	out := [][]string{{"counter", "time (ns)", "value (" + f.Unit + ")"}}
	for _, c := range f.chosen() {
		for _, s := range c.Samples {
			out = append(out, []string{c.Name, strconv.FormatInt(int64(s.At), 10), exact(s.Value)})
		}
	}
	return out
}
