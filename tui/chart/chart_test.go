package chart

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

func timeline() *plot.Timeline {
	start := time.Unix(0, 0)
	r := trace.NewRecorder(func() time.Time { return start })
	for _, s := range []struct {
		name       string
		start, dur time.Duration
	}{{"profile silu.yaml", 0, 10e6}, {"parse", 0, 1e6}, {"compile", 1e6, 5e6}, {"a", 11e5, 1e4}, {"b", 112e4, 1e4}, {"optimise", 2e6, 3e6}} {
		r.Track("engine").Add(s.name, start.Add(s.start), s.dur, 0)
	}
	r.Track("device").Add("launch", start.Add(6e6), 3e6, 0)
	t := plot.NewTimeline(r.Timeline().WithMark(trace.Mark{At: 75e5, Name: "a"}))
	t.Selected = &trace.Ref{Row: 2, Span: 2}
	return t
}

var figures = []struct {
	name   string
	figure plot.Figure
}{
	{"histogram", plot.Histogram{Label: "samples", Unit: "ms", Values: []float64{1, 2, 2, 3, 3, 3, math.NaN(), math.Inf(1)}}},
	{"errors", plot.Histogram{Label: "elements", Unit: "ULP", Values: []float64{0, 0, 1, 5, 1 << 20}, Log: true}},
	{"ecdf", plot.ECDF{Label: "share", Unit: "ms", Series: []plot.Series{{Name: "a", Values: []float64{1, 2, 3}}, {Name: "b", Values: []float64{2, 4, 9}}}}},
	{"sequence", plot.Sequence{Label: "order", Unit: "ms", Series: []plot.Series{{Name: "a", Values: []float64{1, 5, 3, 2}}}}},
	{"heat", plot.Heat{Label: "error", Unit: "ULP", ColLabel: "last axis", Rows: 3, Cols: 4, Values: []float64{0, 1, 2, 3, 0, 0, 0, 100, math.NaN(), 0, 0, 0}, Cursor: 5}},
	{"roofline", plot.Roofline{Bandwidths: []plot.Roof{{Name: "memory", Rate: 20}}, Peaks: []plot.Roof{{Name: "float32", Rate: 100}},
		Kernels: []plot.RoofPoint{{Name: "silu", Intensity: 0.5, GFLOPS: 8}, {Name: "matmul", Intensity: 50, GFLOPS: 90}, {Name: "too fast", Intensity: 1.2, GFLOPS: 60}}}},
	{"timeline", timeline()},
	{"icicle", plot.Icicle{Label: "instructions by line", Unit: "instructions", Selected: []int{0}, Root: plot.Frame{Name: "silu", Value: 1000, Children: []plot.Frame{
		{Name: "14 float v = x[i];", Value: 600, Children: []plot.Frame{{Name: "exp", Value: 400}}}, {Name: "15 y[i] = v;", Value: 399}, {Name: "16 }", Value: 1}}}}},
	{"empty", plot.Histogram{Label: "n"}},
}

// TestFigures draws all figures with and without colours.
func TestFigures(t *testing.T) {
	for _, profile := range []cells.Profile{cells.NoColor, cells.TrueColor} {
		th, err := theme.New("dark", profile)
		require.NoError(t, err)
		for _, f := range figures {
			t.Run(fmt.Sprintf("%s_%v", f.name, profile), func(t *testing.T) {
				b := cells.New(72, 18, th.Base)
				Draw(b, b.Bounds(), f.figure, th)
				golden.RequireEqual(t, b.ANSI(profile))
			})
		}
	}
}

// TestFiguresFitAnySize draws all figures at all small sizes: nothing leaves
// its rectangle and nothing panics.
func TestFiguresFitAnySize(t *testing.T) {
	th, err := theme.New("dark", cells.NoColor)
	require.NoError(t, err)
	for _, f := range figures {
		for w := range 60 {
			for h := range 24 {
				b := cells.New(w+2, h+2, th.Base)
				r := cells.Rect{X: 1, Y: 1, W: w, H: h}
				restore := b.Clip(r)
				Draw(b, r, f.figure, th)
				restore()
				require.Equal(t, strings.Repeat(" ", w+2), b.Line(0), f.name)
			}
		}
	}
}

// A name without room beside its point is cut, and never hides the point.
func TestNamesDoNotHidePoints(t *testing.T) {
	th, err := theme.New("dark", cells.NoColor)
	require.NoError(t, err)
	for _, intensity := range []float64{0.2, 1, 5} {
		f := plot.Roofline{Bandwidths: []plot.Roof{{Name: "copy", Rate: 20}}, Peaks: []plot.Roof{{Name: "vector", Rate: 100}},
			Kernels: []plot.RoofPoint{{Name: strings.Repeat("R=64 D=4096 ", 5), Intensity: intensity, GFLOPS: 0.7}}}
		b := cells.New(56, 20, th.Base)
		Draw(b, b.Bounds(), f, th)
		var text string
		for y := range 20 {
			text += b.Line(y)
		}
		require.Contains(t, text, "●")
		require.Contains(t, text, "R=64 D=4")
	}
}

// What a figure shows is cut where the names of its parts need the room.
func TestLabelBesideLegend(t *testing.T) {
	th, err := theme.New("dark", cells.NoColor)
	require.NoError(t, err)
	f := plot.Bars{Label: "bytes moved in transactions", Unit: "bytes", Parts: []string{"asked for", "moved beside it"},
		Rows: []plot.BarRow{{Name: "x", Values: []float64{1, 2}}}}
	b := cells.New(56, 6, th.Base)
	Draw(b, b.Bounds(), f, th)
	require.Equal(t, "bytes moved in transact…  ■ asked for  ■ moved beside it", b.Line(0))
}
