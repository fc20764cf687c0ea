package workbench

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

// TestSummaries compares each type's way with the runtime's conversion, over
// several pieces.
func TestSummaries(t *testing.T) {
	values := make([]float64, 2*pieceElements+3)
	for i := range values {
		values[i] = float64(i%101 - 20)
	}
	for _, d := range []mlx.DType{mlx.Float32, mlx.Bfloat16, mlx.Float16, mlx.Int32, mlx.Uint32, mlx.Uint8, mlx.Int64, mlx.Bool, mlx.Complex64} {
		a := mlx.FromFloat64s(d, values)
		x := a
		if d == mlx.Complex64 {
			x = a.Abs()
		}
		least, most, sum := math.Inf(1), math.Inf(-1), 0.0
		for _, v := range x.Float64s() {
			least, most, sum = min(least, v), max(most, v), sum+v
		}
		got := describe("x", a)
		require.Equal(t, []Number{Number(least), Number(most)}, []Number{got.Min, got.Max}, d)
		require.InEpsilon(t, sum/float64(len(values)), float64(got.Mean), 1e-12, d)
	}
	got := describe("x", mlx.FromFloat64s(mlx.Float32, []float64{math.NaN(), 2, math.Inf(-1), 4, math.Inf(1)}))
	require.Equal(t, []any{1, 2, Number(2), Number(4), Number(3)}, []any{got.NaN, got.Inf, got.Min, got.Max, got.Mean})
	ends := describe("x", mlx.FromFloat64s(mlx.Float32, []float64{math.Inf(1), math.NaN(), math.Inf(1)}))
	require.Equal(t, []Number{Number(math.Inf(1)), Number(math.Inf(1)), Number(math.Inf(1))}, []Number{ends.Min, ends.Max, ends.Mean})
	none := describe("x", mlx.FromFloat64s(mlx.Float32, nil))
	require.True(t, math.IsNaN(float64(none.Min)) && math.IsNaN(float64(none.Mean)))
	unset := describe("x", mlx.FromBytes(mlx.Complex64, []int{1}, []byte{0, 0, 128, 63, 255, 255, 255, 255}))
	require.Equal(t, []Value{"1+nanj"}, unset.Head)
	large := describe("x", mlx.FromBytes(mlx.Complex64, []int{1}, bytes.Repeat([]byte{0, 0, 127, 127}, 2)))
	require.Zero(t, large.Inf)
	require.InEpsilon(t, math.Sqrt2*0xffp120, float64(large.Max), 1e-12)
}
