package plot

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

func dark(t *testing.T) *theme.Theme {
	th, err := theme.New("dark", cells.NoColor)
	require.NoError(t, err)
	return th
}

var figures = map[string]Figure{
	"histogram": Histogram{Label: "n", Unit: "ms", Values: []float64{1, 2, 2, 3, 3, 3, math.NaN(), math.Inf(1)}},
	"log":       Histogram{Label: "n", Unit: "ULP", Values: []float64{0, 0, 1, 5, 1 << 20}, Log: true},
	"ecdf":      ECDF{Label: "share", Unit: "ms", Series: []Series{{"a", []float64{1, 2, 3}}, {"b", []float64{2, 4, 9}}}},
	"sequence":  Sequence{Label: "order", Unit: "ms", Series: []Series{{"a", []float64{1, 5, 3, 2}}}},
	"heat":      Heat{Label: "error", Unit: "ULP", Rows: 3, Cols: 4, Values: []float64{0, 1, 2, 3, 0, 0, 0, 100, math.NaN(), 0, 0, 0}, Cursor: 5},
	"empty":     Histogram{Label: "n"},
	"constant":  ECDF{Label: "share", Series: []Series{{"a", []float64{2, 2}}}},
}

// TestFiguresFitAnySize draws all figures at all small sizes: nothing leaves
// its rectangle and nothing panics.
func TestFiguresFitAnySize(t *testing.T) {
	th := dark(t)
	for name, f := range figures {
		for w := range 60 {
			for h := range 24 {
				b := cells.New(w+2, h+2, th.Base)
				r := cells.Rect{X: 1, Y: 1, W: w, H: h}
				restore := b.Clip(r)
				f.Draw(b, r, th)
				restore()
				require.Equal(t, strings.Repeat(" ", w+2), b.Line(0), name)
			}
		}
		require.NotEmpty(t, f.Text(), name)
		require.Equal(t, strings.Count(CSV(f), "\n"), len(f.Table()), name)
		require.Contains(t, SVG(f, th, 40, 12, name), "</svg>")
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
	th := dark(t)
	b := cells.New(40, 10, th.Base)
	h := figures["heat"].(Heat)
	h.Draw(b, b.Bounds(), th)
	require.Contains(t, b.String(), "◆")
	require.Contains(t, h.Text(), "row 2, column 0") // the NaN
}

func TestNumbersAndTicks(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1: "1", 0.25: "0.25", 12345: "12.3k", 2e6: "2M", 3.5e9: "3.5G", 1e-7: "1e-07"} {
		require.Equal(t, want, Number(v))
	}
	require.Equal(t, []float64{0, 20, 40, 60, 80, 100}, ticks(0, 100, 5))
	require.Equal(t, []float64{5}, ticks(5, 5, 4))
	require.Equal(t, "▁▄█·", Sparkline([]float64{1, 2, 3, math.NaN()}, 8))
	require.Equal(t, 2.5, Quantile([]float64{4, 1, 2, 3}, 0.5))
}
