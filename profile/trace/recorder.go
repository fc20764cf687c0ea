package trace

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Recorder collects spans and counters from several goroutines.
type Recorder struct {
	now   func() time.Time
	start time.Time

	mu       sync.Mutex
	tracks   []*Track
	counters []Counter
}

// NewRecorder starts a timeline. now is the clock, time.Now if nil.
func NewRecorder(now func() time.Time) *Recorder {
	if now == nil {
		now = time.Now
	}
	return &Recorder{now: now, start: now()}
}

// Track returns the track of this name, a new one the first time.
func (r *Recorder) Track(name string) *Track {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tracks {
		if t.name == name {
			return t
		}
	}
	t := &Track{r: r, name: name, ids: map[string]int{}}
	r.tracks = append(r.tracks, t)
	return t
}

// Count records the value that a counter has now. A counter has one unit.
func (r *Recorder) Count(counter, unit string, value float64) {
	if r == nil {
		return
	}
	at := r.now().Sub(r.start)
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.counters, func(c Counter) bool { return c.Name == counter })
	if i < 0 {
		i = len(r.counters)
		r.counters = append(r.counters, Counter{Name: counter, Unit: unit})
	}
	r.counters[i].Samples = append(r.counters[i].Samples, Sample{at, value})
}

// Track is where the spans of one line of work are recorded.
type Track struct {
	r    *Recorder
	name string

	mu    sync.Mutex
	ids   map[string]int
	names []string
	spans []Span
}

// Core returns the track of a core, by number, of the same recorder.
func (t *Track) Core(i int) *Track {
	if t == nil {
		return nil
	}
	return t.r.Track("core " + strconv.Itoa(i))
}

// Count is Recorder.Count.
func (t *Track) Count(counter, unit string, value float64) { t.r.Count(counter, unit, value) }

// Open is a span that has not ended.
type Open struct {
	t     *Track
	name  string
	begin time.Time
}

// Begin opens a span.
func (t *Track) Begin(name string) Open {
	if t == nil {
		return Open{}
	}
	return Open{t, name, t.r.now()}
}

// End closes the span.
func (o Open) End() { o.EndN(0) }

// EndN closes the span and says how many things it was about.
func (o Open) EndN(n int64) {
	if o.t != nil {
		o.t.Add(o.name, o.begin, o.t.r.now().Sub(o.begin), n)
	}
}

// Add records a span that was measured elsewhere.
func (t *Track) Add(name string, begin time.Time, d time.Duration, n int64) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id, ok := t.ids[name]
	if !ok {
		id = len(t.names)
		t.ids[name], t.names = id, append(t.names, name)
	}
	t.spans = append(t.spans, Span{Name: id, Start: begin.Sub(t.r.start), Dur: d, N: n})
}

// Timeline returns what was recorded so far.
func (r *Recorder) Timeline() *Timeline {
	out := &Timeline{Names: []string{}, Tracks: []TrackSpans{}}
	if r == nil {
		return out
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := map[string]int{}
	for _, t := range r.tracks {
		t.mu.Lock()
		spans, names := slices.Clone(t.spans), slices.Clone(t.names)
		t.mu.Unlock()
		to := make([]int, len(names)) // ids of the timeline
		for i, name := range names {
			id, ok := ids[name]
			if !ok {
				id = len(out.Names)
				ids[name], out.Names = id, append(out.Names, name)
			}
			to[i] = id
		}
		for i := range spans {
			spans[i].Name = to[spans[i].Name]
		}
		out.Tracks = append(out.Tracks, TrackSpans{Name: t.name, Rows: nest(spans)})
	}
	for _, c := range r.counters {
		c.Samples = slices.Clone(c.Samples)
		out.Counters = append(out.Counters, c)
	}
	return out
}

type contextKey struct{}

// NewContext returns a context whose work is recorded on t.
func NewContext(ctx context.Context, t *Track) context.Context {
	return context.WithValue(ctx, contextKey{}, t)
}

// FromContext returns the track that the work of ctx is recorded on, nil if it
// is not recorded.
func FromContext(ctx context.Context) *Track {
	t, _ := ctx.Value(contextKey{}).(*Track)
	return t
}
