package plot

import (
	"fmt"
	"hash/fnv"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/zmlx/zmlx/profile"
)

// Timeline shows the spans of a recording between two times: a line for each
// depth of each track. Its window can be as narrow or as wide as one likes;
// spans that are too narrow to be seen are drawn as one, with their number.
type Timeline struct {
	*profile.Timeline
	From, To time.Duration // the window; all if To is 0
	Top      int           // the first line to draw
	Hidden   []bool        // by span: a filter leaves it out; nil for none
	Selected int           // a span to point at, -1 for none
	Marks    []Mark        // bookmarks and ends of ranges

	lanes []lane
	end   time.Duration
}

// Mark is a named time.
type Mark struct {
	At   time.Duration
	Name string
}

// lane is a line of the figure. Its spans do not overlap.
type lane struct {
	track int
	first bool // of its track
	spans []int
}

// NewTimeline makes the figure of a recording.
func NewTimeline(t *profile.Timeline) *Timeline {
	f := &Timeline{Timeline: t, Selected: -1, end: t.End()}
	for i, s := range t.Spans {
		at := slices.IndexFunc(f.lanes, func(l lane) bool { return l.track == s.Track })
		for depth := 0; depth <= s.Depth; depth++ {
			if at < 0 || at+depth >= len(f.lanes) || f.lanes[at+depth].track != s.Track {
				f.lanes = append(f.lanes, lane{track: s.Track, first: depth == 0})
				at = len(f.lanes) - 1 - depth
			}
		}
		l := &f.lanes[at+s.Depth]
		l.spans = append(l.spans, i)
	}
	return f
}

// Lanes is the number of lines.
func (f *Timeline) Lanes() int { return len(f.lanes) }

// Lane is the line of a span.
func (f *Timeline) Lane(span int) int {
	s := f.Spans[span]
	return slices.IndexFunc(f.lanes, func(l lane) bool { return l.track == s.Track }) + s.Depth
}

// Window is what From and To mean.
func (f *Timeline) Window() (from, to time.Duration) {
	if f.To > f.From {
		return f.From, f.To
	}
	return 0, max(f.end, 1)
}

// Find is the span of a line at a time, -1 if there is none.
func (f *Timeline) Find(lane int, at time.Duration) int {
	if lane < 0 || lane >= len(f.lanes) {
		return -1
	}
	spans := f.lanes[lane].spans
	k := sort.Search(len(spans), func(k int) bool { return f.Spans[spans[k]].Start > at }) - 1
	if k < 0 || f.Spans[spans[k]].Start+f.Spans[spans[k]].Dur < at {
		return -1
	}
	return spans[k]
}

// Chart implements Figure.
func (f *Timeline) Chart(cols, rows int) Chart {
	if len(f.Spans) == 0 {
		return Chart{Empty: "nothing was recorded"}
	}
	from, to := f.Window()
	c := Chart{Rows: min(len(f.lanes)-f.Top, max(rows, 1)), X: timeAxis(from, to, cols), Y: Axis{Down: true, Label: f.span(from, to)}}
	c.Y.Hi = float64(c.Rows)
	for row := range c.Rows {
		l := f.lanes[f.Top+row]
		if l.first || row == 0 {
			c.Y.Ticks = append(c.Y.Ticks, Tick{float64(row) + 0.5, f.Tracks[l.track]})
		}
		c.Marks = f.boxes(c.Marks, row, l, from, to, cols)
	}
	for _, m := range f.Marks {
		if m.At >= from && m.At <= to {
			c.Marks = append(c.Marks, Rule{X: float64(m.At), Label: m.Name, Series: 3})
		}
	}
	return c
}

func (f *Timeline) span(from, to time.Duration) string {
	return fmt.Sprintf("%s of %s", Duration(to-from), Duration(f.end))
}

// boxes appends what a line shows of a window.
func (f *Timeline) boxes(out []any, row int, l lane, from, to time.Duration, cols int) []any {
	narrow := (to - from) / time.Duration(max(cols, 1))
	first := sort.Search(len(l.spans), func(k int) bool { s := &f.Spans[l.spans[k]]; return s.Start+s.Dur >= from })
	var merged Box
	flush := func() {
		if merged.Count > 1 {
			merged.Label, merged.Detail = strconv.Itoa(merged.Count), fmt.Sprintf("%d spans", merged.Count)
		}
		if merged.Count > 0 {
			out = append(out, merged)
		}
		merged = Box{}
	}
	for _, i := range l.spans[first:] {
		s := &f.Spans[i]
		if s.Start > to {
			break
		}
		muted := f.Hidden != nil && f.Hidden[i]
		b := Box{X0: float64(max(s.Start, from)), X1: float64(min(s.Start+s.Dur, to)), Row: row, Count: 1, Muted: muted, Strong: i == f.Selected}
		if s.Dur < narrow && !b.Strong {
			if merged.Count > 0 && merged.Muted == muted && b.X1-merged.X0 < 4*float64(narrow) && b.X0-merged.X1 < float64(narrow) {
				merged.X1 = b.X1
				merged.Count++
				continue
			}
			flush()
			merged = b
			merged.Label, merged.Detail, merged.Series = s.Name, s.Name+" "+Duration(s.Dur), seriesOf(s.Name)
			continue
		}
		flush()
		b.Label, b.Detail, b.Series = s.Name, s.Name+" "+Duration(s.Dur), seriesOf(s.Name)
		out = append(out, b)
	}
	flush()
	return out
}

// seriesOf gives a name always the same colour.
func seriesOf(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return int(h.Sum32() % 6)
}

// timeAxis is an axis of durations; ticks are in one unit.
func timeAxis(from, to time.Duration, cols int) Axis {
	a := Axis{Lo: float64(from), Hi: float64(to)}
	unit := time.Nanosecond
	for _, u := range []time.Duration{time.Microsecond, time.Millisecond, time.Second} {
		if to >= u {
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
	if len(f.Spans) == 0 {
		return "nothing was recorded"
	}
	from, to := f.Window()
	inside, longest := 0, -1
	for i, s := range f.Spans {
		if s.Start > to || s.Start+s.Dur < from || f.Hidden != nil && f.Hidden[i] {
			continue
		}
		inside++
		if s.Depth > 0 && (longest < 0 || s.Dur > f.Spans[longest].Dur) {
			longest = i
		}
	}
	out := fmt.Sprintf("%d spans on %d tracks in %s", inside, len(f.Tracks), Duration(to-from))
	if longest >= 0 {
		out += fmt.Sprintf("; the longest inner one is %s with %s", f.Spans[longest].Name, Duration(f.Spans[longest].Dur))
	}
	return out
}

// Table implements Figure.
func (f *Timeline) Table() [][]string {
	out := [][]string{{"track", "depth", "name", "start (ns)", "duration (ns)"}}
	from, to := f.Window()
	for i, s := range f.Spans {
		if s.Start <= to && s.Start+s.Dur >= from && (f.Hidden == nil || !f.Hidden[i]) {
			out = append(out, []string{f.Tracks[s.Track], strconv.Itoa(s.Depth), s.Name, strconv.FormatInt(int64(s.Start), 10), strconv.FormatInt(int64(s.Dur), 10)})
		}
	}
	return out
}
