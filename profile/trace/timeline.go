package trace

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// Timeline is what a Recorder recorded. Times count from its start.
type Timeline struct {
	Names    []string     `json:"names"` // of spans
	Tracks   []TrackSpans `json:"tracks"`
	Counters []Counter    `json:"counters,omitempty"`
	Marks    []Mark       `json:"marks,omitempty"` // bookmarks, in order of time
}

// TrackSpans holds the spans of one track by depth: those of a row do not
// overlap and are in order, and those of the next row lie within them.
type TrackSpans struct {
	Name string   `json:"name"`
	Rows [][]Span `json:"rows"`
}

// Span is a stretch of time.
type Span struct {
	Name  int           `json:"name"` // index into Timeline.Names
	Start time.Duration `json:"start_ns"`
	Dur   time.Duration `json:"dur_ns"`
	N     int64         `json:"n,omitempty"` // how many things it is about: threadgroups, bytes; 0 where that means nothing
}

// End is when the span ends.
func (s Span) End() time.Duration { return s.Start + s.Dur }

// Counter is a quantity over time.
type Counter struct {
	Name    string   `json:"name"`
	Unit    string   `json:"unit"`
	Samples []Sample `json:"samples"`
}

// Sample is a counter's value from a time on.
type Sample struct {
	At    time.Duration `json:"at_ns"`
	Value float64       `json:"value"`
}

// Mark is a bookmark.
type Mark struct {
	At   time.Duration `json:"at_ns"`
	Name string        `json:"name"`
}

// Ref names a span.
type Ref struct{ Track, Row, Span int }

// Span returns the span that r names.
func (t *Timeline) Span(r Ref) Span { return t.Tracks[r.Track].Rows[r.Row][r.Span] }

// End is when the last span or sample ends.
func (t *Timeline) End() time.Duration {
	var end time.Duration
	for _, track := range t.Tracks {
		for _, row := range track.Rows {
			if n := len(row); n > 0 {
				end = max(end, row[n-1].End())
			}
		}
	}
	for _, c := range t.Counters {
		if n := len(c.Samples); n > 0 {
			end = max(end, c.Samples[n-1].At)
		}
	}
	return end
}

// Len is the number of spans.
func (t *Timeline) Len() int {
	n := 0
	for _, track := range t.Tracks {
		for _, row := range track.Rows {
			n += len(row)
		}
	}
	return n
}

// nest sorts spans into rows. A span that overlaps another without lying in it
// goes below it all the same, so that rows never overlap.
func nest(spans []Span) [][]Span {
	slices.SortStableFunc(spans, func(a, b Span) int {
		// Of two that start together the longer one is around the other.
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.Dur, a.Dur))
	})
	rows := [][]Span{}
	var open []time.Duration // ends of the spans around the current one
	for _, s := range spans {
		for len(open) > 0 && open[len(open)-1] <= s.Start {
			open = open[:len(open)-1]
		}
		depth := len(open)
		if depth == len(rows) {
			rows = append(rows, nil)
		}
		rows[depth] = append(rows[depth], s)
		open = append(open, s.End())
	}
	return rows
}

// after is the index of the first span that starts at or after a time.
func after(row []Span, at time.Duration) int {
	return sort.Search(len(row), func(i int) bool { return row[i].Start >= at })
}

// ending is the index of the first span that ends after a time.
func ending(row []Span, at time.Duration) int {
	return sort.Search(len(row), func(i int) bool { return row[i].End() > at })
}

// At finds the innermost span of a track at a time.
func (t *Timeline) At(track int, at time.Duration) (r Ref, ok bool) {
	for depth, row := range t.Tracks[track].Rows {
		i := ending(row, at)
		if i == len(row) || row[i].Start > at {
			break
		}
		r, ok = Ref{track, depth, i}, true
	}
	return r, ok
}

// Next finds the span of a track that starts nearest after a time, of any
// depth; the outermost of several.
func (t *Timeline) Next(track int, at time.Duration) (r Ref, ok bool) {
	var first time.Duration
	for depth, row := range t.Tracks[track].Rows {
		if i := after(row, at+1); i < len(row) && (!ok || row[i].Start < first) {
			r, ok, first = Ref{track, depth, i}, true, row[i].Start
		}
	}
	return r, ok
}

// Longer returns the timeline with those spans only that last at least as
// long as least. What was within a shorter one moves up.
func (t *Timeline) Longer(least time.Duration) *Timeline {
	return t.only(func(s Span) bool { return s.Dur >= least })
}

// Named returns the timeline with those spans only whose names fit.
func (t *Timeline) Named(fits func(name string) bool) *Timeline {
	keep := make([]bool, len(t.Names))
	for i, name := range t.Names {
		keep[i] = fits(name)
	}
	return t.only(func(s Span) bool { return keep[s.Name] })
}

func (t *Timeline) only(keep func(Span) bool) *Timeline {
	out := *t
	out.Tracks = make([]TrackSpans, len(t.Tracks))
	for i, track := range t.Tracks {
		var spans []Span
		for _, row := range track.Rows {
			for _, s := range row {
				if keep(s) {
					spans = append(spans, s)
				}
			}
		}
		out.Tracks[i] = TrackSpans{track.Name, nest(spans)}
	}
	return &out
}

// WithMark returns the timeline with another bookmark, or without the one that
// is at that time.
func (t *Timeline) WithMark(m Mark) *Timeline {
	out := *t
	out.Marks = slices.DeleteFunc(slices.Clone(t.Marks), func(have Mark) bool { return have.At == m.At })
	if len(out.Marks) == len(t.Marks) {
		out.Marks = append(out.Marks, m)
		slices.SortStableFunc(out.Marks, func(a, b Mark) int { return cmp.Compare(a.At, b.At) })
	}
	return &out
}
