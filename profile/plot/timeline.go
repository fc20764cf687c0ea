package plot

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/zmlx/zmlx/profile/trace"
)

// Timeline shows a stretch of a recording: a line for each depth of each
// track. Spans that are too narrow to be seen are drawn as one, with their
// number, so a drawing costs the same however many there are.
type Timeline struct {
	*trace.Timeline
	View     trace.Window // all if it is empty
	Top      int          // the first line to draw
	Selected *trace.Ref   // a span to point at, nil for none
	Range    trace.Window // a measured stretch, none if it is empty

	lanes []lane
	end   time.Duration
}

// lane is a line of the figure.
type lane struct{ track, depth int }

// NewTimeline makes the figure of a recording.
func NewTimeline(t *trace.Timeline) *Timeline {
	f := &Timeline{Timeline: t, end: t.End()}
	for i, track := range t.Tracks {
		for depth := range track.Rows {
			f.lanes = append(f.lanes, lane{i, depth})
		}
	}
	return f
}

// Lanes is the number of lines.
func (f *Timeline) Lanes() int { return len(f.lanes) }

// Lane is the line of a span.
func (f *Timeline) Lane(r trace.Ref) int { return slices.Index(f.lanes, lane{r.Track, r.Row}) }

// Window is what View means.
func (f *Timeline) Window() trace.Window {
	if f.View.Width() > 0 {
		return f.View
	}
	return f.All()
}

// Find is the span of a line at a time.
func (f *Timeline) Find(lane int, at time.Duration) (r trace.Ref, ok bool) {
	if lane < 0 || lane >= len(f.lanes) {
		return r, false
	}
	l := f.lanes[lane]
	row := f.Tracks[l.track].Rows[l.depth]
	runs := trace.Runs(row, trace.Window{From: at, To: at + 1}, 0)
	if len(runs) == 0 {
		return r, false
	}
	return trace.Ref{Track: l.track, Row: l.depth, Span: runs[0].First}, true
}

// Nearest is the last span of a line that starts at or before a time, or else
// its first one.
func (f *Timeline) Nearest(lane int, at time.Duration) trace.Ref {
	l := f.lanes[lane]
	row := f.Tracks[l.track].Rows[l.depth]
	i, exact := slices.BinarySearchFunc(row, at, func(s trace.Span, at time.Duration) int { return cmp.Compare(s.Start, at) })
	if !exact {
		i = max(i-1, 0)
	}
	return trace.Ref{Track: l.track, Row: l.depth, Span: i}
}

// Chart implements Figure.
func (f *Timeline) Chart(cols, rows int) Chart {
	if len(f.lanes) == 0 {
		return Chart{Empty: "nothing was recorded"}
	}
	w := f.Window()
	c := Chart{Rows: min(len(f.lanes)-f.Top, max(rows, 1)), X: timeAxis(w, cols), Y: Axis{Down: true, Label: Duration(w.Width()) + " of " + Duration(f.end)}}
	c.Y.Hi = float64(c.Rows)
	for row := range c.Rows {
		l := f.lanes[f.Top+row]
		if l.depth == 0 || row == 0 {
			c.Y.Ticks = append(c.Y.Ticks, Tick{float64(row) + 0.5, f.Tracks[l.track].Name})
		}
		c.Marks = f.boxes(c.Marks, row, l, w, w.Width()/time.Duration(max(cols, 1)))
	}
	marks := f.Marks
	if f.Range.Width() > 0 {
		marks = append(marks[:len(marks):len(marks)], trace.Mark{At: f.Range.From, Name: "["}, trace.Mark{At: f.Range.To, Name: Duration(f.Range.Width()) + " ]"})
	}
	for _, m := range marks {
		if m.At >= w.From && m.At <= w.To {
			c.Marks = append(c.Marks, Rule{X: float64(m.At), Label: m.Name, Series: 3})
		}
	}
	return c
}

// boxes appends what a line shows of a window.
func (f *Timeline) boxes(out []any, row int, l lane, w trace.Window, narrow time.Duration) []any {
	spans := f.Tracks[l.track].Rows[l.depth]
	box := func(first, last int) Box {
		s := spans[first]
		b := Box{X0: float64(max(s.Start, w.From)), X1: float64(min(spans[last-1].End(), w.To)), Row: row, Count: last - first}
		name := f.Names[s.Name]
		b.Series = seriesOf(name)
		if b.Count == 1 {
			b.Label, b.Detail = name, name+" "+Duration(s.Dur)
			if s.N > 1 {
				b.Detail += fmt.Sprintf(", %d of them", s.N)
			}
		} else {
			b.Label, b.Detail = strconv.Itoa(b.Count), fmt.Sprintf("%d spans", b.Count)
		}
		return b
	}
	selected := -1
	if f.Selected != nil && *f.Selected == (trace.Ref{Track: l.track, Row: l.depth, Span: f.Selected.Span}) {
		selected = f.Selected.Span
	}
	for _, r := range trace.Runs(spans, w, narrow) {
		out = append(out, box(r.First, r.Last))
		if r.First <= selected && selected < r.Last {
			b := box(selected, selected+1)
			b.Strong = true
			out = append(out, b)
		}
	}
	return out
}

// seriesOf gives a name always the same colour.
func seriesOf(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return int(h.Sum32() % 6)
}

// timeAxis is an axis of durations; ticks are in one unit.
func timeAxis(w trace.Window, cols int) Axis {
	a := Axis{Lo: float64(w.From), Hi: float64(w.To)}
	unit := time.Nanosecond
	for _, u := range []time.Duration{time.Microsecond, time.Millisecond, time.Second} {
		if w.To >= u {
			unit = u
		}
	}
	a.Label = map[time.Duration]string{time.Nanosecond: "ns", time.Microsecond: "µs", time.Millisecond: "ms", time.Second: "s"}[unit]
	for _, v := range round(a.Lo/float64(unit), a.Hi/float64(unit), max(cols/12, 1)) {
		a.Ticks = append(a.Ticks, Tick{v * float64(unit), strconv.FormatFloat(v, 'g', 8, 64)})
	}
	return a
}

// Duration writes a duration in few characters.
func Duration(d time.Duration) string {
	switch v := float64(d); {
	case d < 0:
		return "−" + Duration(-d)
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d)
	case d < time.Millisecond:
		return fmt.Sprintf("%.3g µs", v/1e3)
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", v/1e6)
	}
	return fmt.Sprintf("%.4g s", d.Seconds())
}

// Text implements Figure.
func (f *Timeline) Text() string {
	if len(f.lanes) == 0 {
		return "nothing was recorded"
	}
	w, inside := f.Window(), 0
	var longest *trace.Span
	f.inside(w, func(_ lane, s *trace.Span) {
		inside++
		if longest == nil || s.Dur > longest.Dur {
			longest = s
		}
	})
	out := fmt.Sprintf("%d spans on %d tracks in %s", inside, len(f.Tracks), Duration(w.Width()))
	if longest != nil {
		out += fmt.Sprintf("; the longest is %s with %s", f.Names[longest.Name], Duration(longest.Dur))
	}
	return out
}

// inside visits the spans of a window.
func (f *Timeline) inside(w trace.Window, visit func(l lane, s *trace.Span)) {
	for _, l := range f.lanes {
		row := f.Tracks[l.track].Rows[l.depth]
		for i := range row {
			if s := &row[i]; s.Start < w.To && s.End() >= w.From {
				visit(l, s)
			}
		}
	}
}

// Table implements Figure.
func (f *Timeline) Table() [][]string {
	out := [][]string{{"track", "depth", "name", "start (ns)", "duration (ns)", "n"}}
	f.inside(f.Window(), func(l lane, s *trace.Span) {
		out = append(out, []string{f.Tracks[l.track].Name, strconv.Itoa(l.depth), f.Names[s.Name],
			strconv.FormatInt(int64(s.Start), 10), strconv.FormatInt(int64(s.Dur), 10), strconv.FormatInt(s.N, 10)})
	})
	return out
}
