package profile

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Span is a stretch of time on a track. Spans of one track nest: one that
// starts within another ends within it.
type Span struct {
	Name  string        `json:"name"`
	Track int           `json:"track"` // index into Timeline.Tracks
	Start time.Duration `json:"start"` // since the timeline's start
	Dur   time.Duration `json:"dur"`
	Depth int           `json:"depth"` // how many spans of the track are around it
}

// Timeline is what a Recorder recorded, by track and start.
type Timeline struct {
	Tracks []string `json:"tracks"`
	Spans  []Span   `json:"spans"`
}

// End is when the last span ends.
func (t *Timeline) End() time.Duration {
	var end time.Duration
	for _, s := range t.Spans {
		end = max(end, s.Start+s.Dur)
	}
	return end
}

// Recorder collects spans from several goroutines. The nil Recorder records
// nothing.
type Recorder struct {
	now   func() time.Time
	start time.Time

	mu     sync.Mutex
	tracks []string
	spans  []Span
}

// NewRecorder starts a timeline. now is the clock, time.Now if nil.
func NewRecorder(now func() time.Time) *Recorder {
	if now == nil {
		now = time.Now
	}
	return &Recorder{now: now, start: now()}
}

// Begin opens a span on a track; what it returns closes it.
func (r *Recorder) Begin(track, name string) (end func()) {
	if r == nil {
		return func() {}
	}
	begin := r.now()
	return func() { r.Add(track, name, begin, r.now().Sub(begin)) }
}

// Add records a span that was measured elsewhere.
func (r *Recorder) Add(track, name string, begin time.Time, d time.Duration) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.tracks, track)
	if i < 0 {
		i = len(r.tracks)
		r.tracks = append(r.tracks, track)
	}
	r.spans = append(r.spans, Span{Name: name, Track: i, Start: begin.Sub(r.start), Dur: d})
}

// Timeline returns what was recorded so far.
func (r *Recorder) Timeline() *Timeline {
	if r == nil {
		return &Timeline{}
	}
	r.mu.Lock()
	t := &Timeline{Tracks: slices.Clone(r.tracks), Spans: slices.Clone(r.spans)}
	r.mu.Unlock()
	t.nest()
	return t
}

// nest sorts the spans and computes their depths.
func (t *Timeline) nest() {
	slices.SortStableFunc(t.Spans, func(a, b Span) int {
		switch {
		case a.Track != b.Track:
			return a.Track - b.Track
		case a.Start != b.Start:
			return int(min(max(a.Start-b.Start, -1), 1))
		}
		return int(min(max(b.Dur-a.Dur, -1), 1)) // the longer one is around the shorter
	})
	var open []time.Duration // ends of the spans around the current one
	track := -1
	for i := range t.Spans {
		s := &t.Spans[i]
		if s.Track != track {
			track, open = s.Track, open[:0]
		}
		for len(open) > 0 && open[len(open)-1] <= s.Start {
			open = open[:len(open)-1]
		}
		s.Depth = len(open)
		open = append(open, s.Start+s.Dur)
	}
}

// WriteChrome writes the timeline in Chrome's trace format, which Perfetto
// opens.
func (t *Timeline) WriteChrome(w io.Writer) error {
	type event struct {
		Name  string            `json:"name"`
		Phase string            `json:"ph"`
		PID   int               `json:"pid"`
		TID   int               `json:"tid"`
		TS    float64           `json:"ts"` // microseconds
		Dur   float64           `json:"dur,omitempty"`
		Args  map[string]string `json:"args,omitempty"`
	}
	micros := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	first := true
	put := func(e event) error {
		text, err := json.Marshal(e)
		if err != nil {
			return err
		}
		sep := ",\n"
		if first {
			sep, first = "", false
		}
		_, err = fmt.Fprintf(w, "%s%s", sep, text)
		return err
	}
	if _, err := io.WriteString(w, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"); err != nil {
		return err
	}
	for i, name := range t.Tracks {
		if err := put(event{Name: "thread_name", Phase: "M", PID: 1, TID: i + 1, Args: map[string]string{"name": name}}); err != nil {
			return err
		}
	}
	for _, s := range t.Spans {
		if err := put(event{Name: s.Name, Phase: "X", PID: 1, TID: s.Track + 1, TS: micros(s.Start), Dur: micros(s.Dur)}); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n]}\n")
	return err
}
