package results

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/workbench"
)

func floats(values ...float32) *tensorfile.Tensor {
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return &tensorfile.Tensor{DType: mlx.Float32, Shape: []int{2, len(values) / 2}, Data: data}
}

func TestAnalyse(t *testing.T) {
	nan := float32(math.NaN())
	next := math.Nextafter32(1, 2)
	e, ok := Analyse(workbench.OutputReport{Shape: []int{2, 3}, Elements: 6,
		Got: floats(1, next, float32(math.Copysign(0, -1)), nan, nan, 5), Want: floats(1, 1, 0, nan, 1, 5)})
	require.True(t, ok)
	require.Equal(t, []float64{0, 1, 0, 0}, e.ULP[:4])
	require.True(t, math.IsNaN(e.ULP[4]))
	require.Equal(t, "[1 1]", e.Index(4))
	require.Equal(t, 4, e.Next(1, 1, 0))
	require.Equal(t, 1, e.Next(4, 1, 0))
	require.Equal(t, 1, e.Next(4, -1, 0))
	require.Equal(t, 4, e.Next(0, 1, 8))
	rows, cols := e.Grid()
	require.Equal(t, []int{2, 3}, []int{rows, cols})
	require.Contains(t, e.Line(1), "3f800001 3f800000")
	require.Equal(t, [2]string{"[0 1] got 1.00000012 = 0x3f800001, 1 ULP off", "want 1 = 0x3f800000, 1.2e-07 absolute, 1.2e-07 relative"}, e.Inspect(1))
	_, ok = Analyse(workbench.OutputReport{Elements: 6})
	require.False(t, ok)
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{0x3c00: 1, 0xc000: -2, 0x0001: math.Ldexp(1, -24), 0x7bff: 65504, 0xfc00: math.Inf(-1), 0x3555: 0.333251953125} {
		require.Equal(t, want, half(bits))
	}
	require.True(t, math.IsNaN(half(0x7e00)))
}

func TestLongVectorsAreFolded(t *testing.T) {
	e := Errors{Shape: []int{1 << 20}, ULP: make([]float64, 1<<20)}
	rows, cols := e.Grid()
	require.Equal(t, 1<<20, rows*cols)
	require.LessOrEqual(t, cols, 2048)
}

// Of a case that differs, an output that does not is no fault.
func TestRowsOfACaseThatDiffers(t *testing.T) {
	reports := []workbench.CaseReport{{Status: workbench.StatusMismatch, Outputs: []workbench.OutputReport{{Name: "y", Mismatches: 2}, {Name: "z"}}},
		{Status: workbench.StatusFinding, Outputs: []workbench.OutputReport{{Name: "y"}}}}
	th, err := theme.New("dark", cells.NoColor)
	require.NoError(t, err)
	rows, index := Rows(reports, th)
	require.Equal(t, []Row{{0, 0}, {0, 1}, {1, 0}}, index)
	require.Equal(t, []string{"≠ differs", "✓ agrees", "! memory"}, []string{rows[0][0].Text, rows[1][0].Text, rows[2][0].Text})
}
