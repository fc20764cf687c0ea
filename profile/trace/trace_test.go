package trace

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

// clock is a clock that only moves when it is told to.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }
func (c *clock) wait(n int)     { c.t = c.t.Add(time.Duration(n) * ms) }

func recorded() *Timeline {
	c := &clock{time.Unix(100, 0)}
	r := NewRecorder(c.now)
	engine := r.Track("engine")
	run := engine.Begin("run")
	parse := engine.Begin("parse")
	c.wait(2)
	parse.End()
	r.Count("memory", "bytes", 64)
	compile := engine.Begin("compile")
	lower := engine.Begin("lower")
	c.wait(3)
	lower.End()
	c.wait(1)
	compile.End()
	r.Track("core 0").Add("threadgroups", c.now(), 4*ms, 16)
	c.wait(4)
	r.Count("memory", "bytes", 32)
	run.End()
	return r.Timeline()
}

// names lists a track's spans as "name start+dur", row by row.
func names(t *Timeline, track int) [][]string {
	var out [][]string
	for _, row := range t.Tracks[track].Rows {
		var line []string
		for _, s := range row {
			line = append(line, t.Names[s.Name]+" "+s.Start.String()+"+"+s.Dur.String())
		}
		out = append(out, line)
	}
	return out
}

func TestSpansNest(t *testing.T) {
	tl := recorded()
	require.Equal(t, [][]string{{"run 0s+10ms"}, {"parse 0s+2ms", "compile 2ms+4ms"}, {"lower 2ms+3ms"}}, names(tl, 0))
	require.Equal(t, [][]string{{"threadgroups 6ms+4ms"}}, names(tl, 1))
	require.Equal(t, 10*ms, tl.End())
	require.Equal(t, []Counter{{"memory", "bytes", []Sample{{2 * ms, 64}, {10 * ms, 32}}}}, tl.Counters)
}

func TestNothingIsRecordedWithoutARecorder(t *testing.T) {
	var r *Recorder
	r.Track("a").Begin("b").End()
	r.Count("c", "", 1)
	require.Zero(t, r.Timeline().Len())
	require.Nil(t, FromContext(t.Context()))
	require.Equal(t, "x", FromContext(NewContext(t.Context(), NewRecorder(nil).Track("x"))).name)
	require.Zero(t, testing.AllocsPerRun(100, func() { FromContext(t.Context()).Begin("b").End() }))
}

func TestOverlappingSpansNeverShareARow(t *testing.T) {
	spans := random(rand.New(rand.NewPCG(1, 2)), 2000)
	n := 0
	for _, row := range nest(spans) {
		n += len(row)
		for i := range row[1:] {
			require.LessOrEqual(t, row[i].End(), row[i+1].Start)
		}
	}
	require.Equal(t, 2000, n)
}

func random(rng *rand.Rand, n int) []Span {
	spans := make([]Span, n)
	for i := range spans {
		spans[i] = Span{Name: rng.IntN(5), Start: time.Duration(rng.IntN(100 * n)), Dur: time.Duration(rng.IntN(300)), N: int64(i)}
	}
	return spans
}

func randomTimeline(seed uint64, n int) *Timeline {
	rng := rand.New(rand.NewPCG(seed, 3))
	return &Timeline{Names: []string{"a", "b", "c", "d", "e"}, Tracks: []TrackSpans{
		{"x", nest(random(rng, n))}, {"y", nest(random(rng, n/2))}}}
}

// Runs hold every span of the window once, in order; what is in one with
// others is narrow and near.
func TestRunsShowEverySpan(t *testing.T) {
	tl := randomTimeline(5, 3000)
	rng := rand.New(rand.NewPCG(7, 8))
	for range 30 {
		w := Window{time.Duration(rng.IntN(200_000)), 0}
		w.To = w.From + time.Duration(10+rng.IntN(200_000))
		narrow := time.Duration(rng.IntN(2000))
		for _, track := range tl.Tracks {
			for _, row := range track.Rows {
				next := -1
				for _, r := range Runs(row, w, narrow) {
					require.Less(t, r.First, r.Last)
					if next < 0 {
						require.True(t, r.First == 0 || row[r.First-1].End() <= w.From)
					} else {
						require.Equal(t, next, r.First)
					}
					next = r.Last
					for i := r.First; i < r.Last && r.Last-r.First > 1; i++ {
						require.Less(t, row[i].Dur, narrow)
						require.True(t, i == r.First || row[i].Start-row[i-1].End() < narrow)
					}
					require.LessOrEqual(t, row[r.Last-1].End()-row[r.First].Start, max(6*narrow, row[r.First].Dur))
				}
				if next >= 0 && next < len(row) {
					require.GreaterOrEqual(t, row[next].Start, w.To)
				}
			}
		}
	}
}

func TestFindSpans(t *testing.T) {
	tl := recorded()
	at, ok := tl.At(0, 3*ms)
	require.True(t, ok)
	require.Equal(t, "lower", tl.Names[tl.Span(at).Name])
	_, ok = tl.At(1, 3*ms)
	require.False(t, ok)
	next, ok := tl.Next(0, 0)
	require.True(t, ok)
	require.Equal(t, Ref{0, 1, 1}, next, "compile, which is around lower")
	_, ok = tl.Next(0, 2*ms)
	require.False(t, ok)
	require.Equal(t, [][]string{{"run 0s+10ms"}, {"compile 2ms+4ms"}, {"lower 2ms+3ms"}}, names(tl.Longer(3*ms), 0))
}

func TestMarks(t *testing.T) {
	tl := recorded().WithMark(Mark{5 * ms, "here"}).WithMark(Mark{ms, "first"})
	require.Equal(t, []Mark{{ms, "first"}, {5 * ms, "here"}}, tl.Marks)
	require.Equal(t, []Mark{{ms, "first"}}, tl.WithMark(Mark{At: 5 * ms}).Marks)
}

func TestWindows(t *testing.T) {
	all := Window{0, 100 * ms}
	w := all.Zoom(4, 20*ms)
	require.Equal(t, Window{15 * ms, 40 * ms}, w)
	require.Equal(t, all, w.Zoom(0.25, 20*ms))
	require.Equal(t, Window{40 * ms, 65 * ms}, w.Pan(1))
	require.Equal(t, Window{75 * ms, 100 * ms}, w.Pan(5).Within(all))
	require.Equal(t, all, all.Zoom(0.1, 50*ms).Within(all))
	require.Equal(t, Window{25 * ms, 50 * ms}, w.Show(45*ms, 50*ms))
	require.Equal(t, narrowest, w.Zoom(1e9, 20*ms).Width())
}

func TestTables(t *testing.T) {
	tl := recorded()
	top := tl.TopDown(tl.All())
	engine := top.Children[0]
	require.Equal(t, "engine", engine.Name)
	run := engine.Children[0]
	require.Equal(t, []any{"run", 1, 10 * ms, 4 * ms}, []any{run.Name, run.Count, run.Total, run.Self})
	require.Equal(t, []string{"compile", "parse"}, []string{run.Children[0].Name, run.Children[1].Name})
	require.InDelta(t, 0.4, run.Children[0].Share(engine.Total), 1e-9)

	up := BottomUp(top)
	require.Equal(t, 14*ms, up.Total, "each moment of a track counts once")
	lower := up.Children[2]
	require.Equal(t, []any{"lower", 3 * ms}, []any{lower.Name, lower.Self})
	require.Equal(t, "compile", lower.Children[0].Name)
	require.Equal(t, "run", lower.Children[0].Children[0].Name)

	part := tl.TopDown(Window{ms, 3 * ms}).Children[0]
	require.Equal(t, 2*ms, part.Total)
	require.Equal(t, ms, part.Children[0].Children[0].Total, "a range counts what lies in it")
}

func TestDiff(t *testing.T) {
	before, after := recorded(), recorded()
	after.Tracks[0].Rows[1][0].Dur = ms // parse takes 1 ms less
	after.Names = append(after.Names, "upload")
	after.Tracks[1].Rows[0][0].Name = len(after.Names) - 1
	d := Diff(before.TopDown(before.All()), after.TopDown(after.All()))
	core := d.Children[0]
	if core.Name != "core 0" {
		core = d.Children[1]
	}
	require.Equal(t, []string{"threadgroups", "upload"}, []string{core.Children[0].Name, core.Children[1].Name})
	require.Equal(t, [2]int{0, 1}, core.Children[1].Counts)
	for _, c := range d.Children {
		if c.Name == "engine" {
			parse := c.Children[0].Children[0]
			require.Equal(t, []any{"parse", 2 * ms, ms}, []any{parse.Name, parse.Before, parse.After})
		}
	}
}

func TestFileRoundTrip(t *testing.T) {
	for _, tl := range []*Timeline{recorded().WithMark(Mark{ms, "m"}), randomTimeline(9, 5000), (*Recorder)(nil).Timeline()} {
		var b bytes.Buffer
		require.NoError(t, tl.Write(&b))
		got, err := Read(&b)
		require.NoError(t, err)
		require.Equal(t, tl, got)

		text, err := json.Marshal(tl)
		require.NoError(t, err)
		var again Timeline
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, tl, &again)
	}
}

// seal gives bytes a right checksum, so that damage gets past it.
func seal(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(bytes.Clone(body), crc32.Checksum(body, castagnoli))
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, recorded().Write(&b))
	f.Add(b.Bytes()[len(magic) : b.Len()-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		tl, err := Read(bytes.NewReader(seal(append([]byte(magic), body...))))
		if err != nil {
			require.ErrorIs(t, err, ErrFormat)
			return
		}
		for _, track := range tl.Tracks {
			for _, row := range track.Rows {
				Runs(row, tl.All(), tl.End()/20)
			}
		}
		BottomUp(tl.TopDown(tl.All()))
	})
}

func TestDamagedFiles(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, recorded().Write(&b))
	for _, data := range [][]byte{nil, []byte(magic), b.Bytes()[:b.Len()-1], append(bytes.Clone(b.Bytes()), 0),
		seal([]byte(magic + "\xff\xff\xff\xff\x0f"))} {
		_, err := Read(bytes.NewReader(data))
		require.ErrorIs(t, err, ErrFormat)
	}
}

func TestChromeTrace(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, recorded().WithMark(Mark{ms, "here"}).WriteChrome(&b))
	var trace struct {
		TraceEvents []struct {
			Name, Ph string
			TID      int
			TS, Dur  float64
		}
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &trace))
	require.Len(t, trace.TraceEvents, 2*2+5+2+1)
	compile := trace.TraceEvents[4]
	require.Equal(t, []any{"compile", "X", 2000.0, 4000.0}, []any{compile.Name, compile.Ph, compile.TS, compile.Dur})
}

func TestFolded(t *testing.T) {
	var b bytes.Buffer
	tl := recorded()
	require.NoError(t, tl.TopDown(tl.All()).WriteFolded(&b))
	require.Equal(t, "engine;run 4000\nengine;run;compile 1000\nengine;run;compile;lower 3000\nengine;run;parse 2000\ncore 0;threadgroups 4000\n", b.String())
}

func BenchmarkRecord(b *testing.B) {
	t := NewRecorder(nil).Track("engine")
	for b.Loop() {
		t.Begin("span").EndN(1)
	}
}

// million is a timeline as a long run makes it: an engine with nested scopes
// and 16 cores.
func million() *Timeline {
	c := &clock{time.Unix(0, 0)}
	r := NewRecorder(c.now)
	cores := make([]*Track, 16)
	for i := range cores {
		cores[i] = r.Track("core " + string(rune('a'+i)))
	}
	engine := r.Track("engine")
	step := func() time.Time { c.t = c.t.Add(700 * time.Nanosecond); return c.t }
	for range 1000 {
		layer := engine.Begin("layer")
		for range 100 {
			d := engine.Begin("dispatch")
			for k := range 9 {
				cores[k].Add("threadgroups", step(), 600*time.Nanosecond, 8)
			}
			d.End()
		}
		layer.End()
	}
	return r.Timeline()
}

func BenchmarkMillion(b *testing.B) {
	tl := million()
	require.Greater(b, tl.Len(), 1_000_000)
	var file bytes.Buffer
	require.NoError(b, tl.Write(&file))
	b.Run("record", func(b *testing.B) {
		for b.Loop() {
			million()
		}
	})
	b.Run("save", func(b *testing.B) {
		b.ReportMetric(float64(file.Len())/float64(tl.Len()), "B/span")
		for b.Loop() {
			var out bytes.Buffer
			require.NoError(b, tl.Write(&out))
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			_, err := Read(bytes.NewReader(file.Bytes()))
			require.NoError(b, err)
		}
	})
	b.Run("tables", func(b *testing.B) {
		for b.Loop() {
			BottomUp(tl.TopDown(tl.All()))
		}
	})
	b.Run("frame", func(b *testing.B) {
		for b.Loop() {
			for _, track := range tl.Tracks {
				for _, row := range track.Rows {
					Runs(row, tl.All(), tl.End()/200)
				}
			}
		}
	})
}
