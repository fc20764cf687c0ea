package plot

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/profile/trace"
)

// spans is a recording: job, within it parse and compile, within that a, b and
// c of 1 ns each; on another track launch.
var spans = recording(map[string][]trace.Span{
	"engine": {{Name: 0, Dur: 100}, {Name: 1, Dur: 10}, {Name: 2, Start: 10, Dur: 50}, {Name: 3, Start: 11, Dur: 1}, {Name: 4, Start: 12, Dur: 1}, {Name: 5, Start: 13, Dur: 1}},
	"device": {{Name: 6, Start: 60, Dur: 30}},
}, "job", "parse", "compile", "a", "b", "c", "launch")

func recording(tracks map[string][]trace.Span, names ...string) *trace.Timeline {
	start := time.Unix(0, 0)
	r := trace.NewRecorder(func() time.Time { return start })
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(tracks))) {
		for _, s := range tracks[name] {
			r.Track(name).Add(names[s.Name], start.Add(s.Start), s.Dur, s.N)
		}
	}
	return r.Timeline()
}

var calls = Frame{Name: "kernel", Value: 100, Children: []Frame{
	{Name: "line 1", Value: 60, Children: []Frame{{Name: "f", Value: 20}}}, {Name: "line 2", Value: 30}, {Name: "x", Value: 0.1}, {Name: "y", Value: 0.1},
}}

var figures = map[string]Figure{
	"histogram": Histogram{Label: "n", Unit: "ms", Values: []float64{1, 2, 2, 3, 3, 3, math.NaN(), math.Inf(1)}},
	"log":       Histogram{Label: "n", Unit: "ULP", Values: []float64{0, 0, 1, 5, 1 << 20}, Log: true},
	"ecdf":      ECDF{Label: "share", Unit: "ms", Series: []Series{{"a", []float64{1, 2, 3}}, {"b", []float64{2, 4, 9}}}},
	"sequence":  Sequence{Label: "order", Unit: "ms", Series: []Series{{"a", []float64{1, 5, 3, 2}}}},
	"heat":      Heat{Label: "error", Unit: "ULP", Rows: 3, Cols: 4, Values: []float64{0, 1, 2, 3, 0, 0, 0, 100, math.NaN(), 0, 0, 0}, Cursor: 5},
	"roofline": Roofline{Bandwidths: []Roof{{"memory", 20}}, Peaks: []Roof{{"float32", 100}, {"half", 50}},
		Kernels: []RoofPoint{{"<silu>", 0.5, 8}, {"gemm", 50, 90}, {"liar", 0.2, 60}}},
	"timeline":      NewTimeline(spans),
	"icicle":        Icicle{Label: "work", Unit: "instructions", Root: calls, Selected: []int{0, 0}},
	"focus":         Icicle{Label: "work", Unit: "instructions", Root: calls, Focus: []int{0}},
	"empty":         Histogram{Label: "n"},
	"constant":      ECDF{Label: "share", Series: []Series{{"a", []float64{2, 2}}}},
	"no roof":       Roofline{},
	"empty record":  NewTimeline(&trace.Timeline{}),
	"nothing spent": Icicle{Label: "work"},
}

// TestFiguresAtAnySize lays all figures out at all small sizes, and checks
// that every mark lies on the axes, and that tables and pictures are sound.
func TestFiguresAtAnySize(t *testing.T) {
	for name, f := range figures {
		for cols := -8; cols < 60; cols++ {
			for rows := -3; rows < 24; rows++ {
				for _, m := range f.Chart(cols, rows).Marks {
					if b, ok := m.(Box); ok {
						require.Less(t, b.Row, f.Chart(cols, rows).Rows, name)
						require.LessOrEqual(t, b.X0, b.X1, name)
					}
				}
			}
		}
		require.NotEmpty(t, f.Text(), name)
		require.Equal(t, strings.Count(CSV(f), "\n"), len(f.Table()), name)
		for _, row := range f.Table() {
			require.Len(t, row, len(f.Table()[0]), name)
		}
		wellFormed(t, SVG(f, name))
	}
}

func wellFormed(t *testing.T, text string) {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

func TestHistogramCounts(t *testing.T) {
	h := Histogram{Values: []float64{0, 0.4, 1, 1.9, 2, 7.9, 8}, Log: true}
	var counts []int
	for _, b := range h.bins(0) {
		counts = append(counts, b.n)
	}
	require.Equal(t, []int{2, 2, 1, 1, 1}, counts) // 0, [1,2), [2,4), [4,8), [8,16)
	total := 0
	for _, b := range (Histogram{Values: []float64{1, 2, 3, 4}}).bins(3) {
		total += b.n
	}
	require.Equal(t, 4, total)
}

func TestHeatMarksTheWorst(t *testing.T) {
	h := figures["heat"].(Heat)
	require.Contains(t, h.Chart(40, 10).Marks, Sign{Point: Point{0.5, 2.5}, Rune: '◆', Series: 3})
	require.Contains(t, h.Text(), "row 2, column 0") // the NaN
}

func TestRoofline(t *testing.T) {
	f := figures["roofline"].(Roofline)
	limit, roof := f.Limit(1)
	require.Equal(t, 20.0, limit)
	require.Equal(t, "memory", roof)
	limit, roof = f.Limit(50)
	require.Equal(t, 100.0, limit)
	require.Equal(t, "float32", roof)
	require.Contains(t, f.Text(), "gemm: 90 GFLOP/s at 50 FLOP/byte, 90 % of what float32 allows")
	require.Contains(t, f.Text(), "liar: 60 GFLOP/s at 0.2 FLOP/byte, above the roof of memory")
	signs := map[string]rune{}
	for _, m := range f.Chart(80, 20).Marks {
		if s, ok := m.(Sign); ok {
			signs[s.Label] = s.Rune
		}
	}
	require.Equal(t, '✖', signs["liar"])
	require.Equal(t, '●', signs["gemm"])
}

func TestTimelineShowsItsWindow(t *testing.T) {
	f := NewTimeline(spans)
	require.Equal(t, 4, f.Lanes())
	require.Equal(t, 2, f.Lane(trace.Ref{Row: 2}))
	require.Equal(t, 3, f.Lane(trace.Ref{Track: 1}))
	found, ok := f.Find(1, 20)
	require.True(t, ok)
	require.Equal(t, "compile", f.Names[f.Span(found).Name])
	_, ok = f.Find(3, 20)
	require.False(t, ok)
	require.Equal(t, 3, merged(f.Chart(10, 10))) // a, b and c, a tenth of a column each
	require.Equal(t, 1, merged(f.Chart(200, 10)))
	f.View = trace.Window{From: 10, To: 16}
	require.Equal(t, 1, merged(f.Chart(10, 10)))
	require.Contains(t, f.Text(), "6 spans on 2 tracks in 6 ns")
	require.Len(t, f.Table(), 7)
	require.Len(t, f.Chart(10, 2).Y.Ticks, 1)
	f.Top = 3
	require.Equal(t, 1, f.Chart(10, 2).Rows)
}

func TestTimelinePointsAtAHiddenSpan(t *testing.T) {
	f := NewTimeline(spans.WithMark(trace.Mark{At: 40, Name: "here"}))
	f.Selected, f.Range = &trace.Ref{Row: 2, Span: 1}, trace.Window{From: 10, To: 60}
	var strong []string
	var rules []string
	for _, m := range f.Chart(10, 10).Marks {
		switch m := m.(type) {
		case Box:
			if m.Strong {
				strong = append(strong, m.Label)
			}
		case Rule:
			rules = append(rules, m.Label)
		}
	}
	require.Equal(t, []string{"b"}, strong)
	require.Equal(t, []string{"here", "[", "50 ns ]"}, rules)
}

// merged is how many spans the fullest box of a chart stands for.
func merged(c Chart) int {
	most := 0
	for _, m := range c.Marks {
		most = max(most, m.(Box).Count)
	}
	return most
}

func TestIcicle(t *testing.T) {
	f := figures["icicle"].(Icicle)
	require.Contains(t, f.Text(), "40.0 %, in line 1 itself")
	require.Equal(t, []string{"1", "line 1", "60", "40"}, f.Table()[2])
	require.Equal(t, 3, f.Chart(100, 10).Rows)
	require.Equal(t, 2, merged(f.Chart(100, 10)))
	boxes := figures["focus"].Chart(100, 10).Marks
	require.Equal(t, 60.0, boxes[0].(Box).X1) // the kernel, around what fills the width
}

func TestNumbersAndTicks(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1: "1", 0.25: "0.25", 12345: "12.3k", 2e6: "2M", 3.5e9: "3.5G", 1e-7: "1e-07"} {
		require.Equal(t, want, Number(v))
	}
	for d, want := range map[time.Duration]string{0: "0 ns", 1500: "1.5 µs", 12345678: "12.3 ms", -3 * time.Second: "−3 s"} {
		require.Equal(t, want, Duration(d))
	}
	require.Equal(t, []float64{0, 20, 40, 60, 80, 100}, round(0, 100, 5))
	require.Equal(t, []float64{5}, round(5, 5, 4))
	require.InDeltaSlice(t, []float64{0.1, 1, 10, 100}, decades(0.1, 100, 5), 1e-9)
	require.Equal(t, "▁▄█·", Sparkline([]float64{1, 2, 3, math.NaN()}, 8))
	require.Equal(t, 2.5, Quantile([]float64{4, 1, 2, 3}, 0.5))
}

// BenchmarkTimelineMillion lays a million spans out, all in sight and a few.
func BenchmarkTimelineMillion(b *testing.B) {
	t := &trace.Timeline{Names: []string{"span"}}
	for track := range 16 {
		row := make([]trace.Span, 1_000_000/16)
		for i := range row {
			row[i] = trace.Span{Start: time.Duration(1000*i + 50*track), Dur: 900}
		}
		t.Tracks = append(t.Tracks, trace.TrackSpans{Name: fmt.Sprintf("core %d", track), Rows: [][]trace.Span{row}})
	}
	f := NewTimeline(t)
	for name, to := range map[string]time.Duration{"all": 0, "few": 100_000} {
		f.View.To = to
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f.Chart(200, 60)
			}
		})
	}
}
