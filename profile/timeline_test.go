package profile

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clock is a clock that only moves when it is told to.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }
func (c *clock) wait(ms int)    { c.t = c.t.Add(time.Duration(ms) * time.Millisecond) }

func record() *Recorder {
	c := &clock{time.Unix(100, 0)}
	r := NewRecorder(c.now)
	run := r.Begin("engine", "run")
	parse := r.Begin("engine", "parse")
	c.wait(2)
	parse()
	compile := r.Begin("engine", "compile")
	lower := r.Begin("engine", "lower")
	c.wait(3)
	lower()
	c.wait(1)
	compile()
	r.Add("core 0", "group", c.now(), 4*time.Millisecond)
	c.wait(4)
	run()
	return r
}

func TestSpansNest(t *testing.T) {
	tl := record().Timeline()
	ms := time.Millisecond
	require.Equal(t, &Timeline{
		Tracks: []string{"engine", "core 0"},
		Spans: []Span{
			{"run", 0, 0, 10 * ms, 0},
			{"parse", 0, 0, 2 * ms, 1},
			{"compile", 0, 2 * ms, 4 * ms, 1},
			{"lower", 0, 2 * ms, 3 * ms, 2},
			{"group", 1, 6 * ms, 4 * ms, 0},
		},
	}, tl)
	require.Equal(t, 10*ms, tl.End())
}

func TestNilRecorderRecordsNothing(t *testing.T) {
	var r *Recorder
	r.Begin("a", "b")()
	require.Empty(t, r.Timeline().Spans)
}

func TestChromeTrace(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, record().Timeline().WriteChrome(&b))
	var trace struct {
		TraceEvents []struct {
			Name, Ph string
			TID      int
			TS, Dur  float64
		}
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &trace))
	require.Len(t, trace.TraceEvents, 7)
	compile := trace.TraceEvents[4]
	require.Equal(t, "compile", compile.Name)
	require.Equal(t, "X", compile.Ph)
	require.Equal(t, 2000.0, compile.TS)
	require.Equal(t, 4000.0, compile.Dur)
}

func BenchmarkRecord(b *testing.B) {
	r := NewRecorder(nil)
	for b.Loop() {
		r.Begin("engine", "span")()
	}
}
