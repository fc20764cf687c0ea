package host

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// TestReduceColumns compares folding rows of the last axis into one with folding the same
// elements as rows, exactly: the elements are small integers.
func TestReduceColumns(t *testing.T) {
	rt, shape := New(), []int{3, 5, 4, 300}
	values := make([]float32, core.NumElements(shape))
	for i := range values {
		values[i] = float32(i*7919%41 - 20)
	}
	for at, v := range map[int]float64{0: math.NaN(), 301: math.Inf(1), 602: math.Inf(-1)} {
		values[at] = float32(v)
	}
	for _, d := range []core.DType{core.Float32, core.Float16, core.Bfloat16, core.Float64} {
		x := convert(fromFloats(core.Float32, shape, values), d)
		for _, axes := range [][]int{{0}, {1}, {0, 2}, {0, 1, 2}} {
			require.True(t, foldsColumns(core.Sum, x, axes))
			apart := x // the last axis is not contiguous there
			apart = transpose(transpose(apart, []int{3, 0, 1, 2}).dense(), []int{1, 2, 3, 0})
			require.False(t, foldsColumns(core.Sum, apart, axes))
			for _, op := range []core.ReduceOp{core.Sum, core.Max, core.Min} {
				got, want := rt.Reduce(op, x, axes), rt.Reduce(op, apart, axes)
				require.Equal(t, want.Shape(), got.Shape())
				require.Equal(t, rt.Bytes(want), rt.Bytes(got), "%v over %v of %v", op, axes, d)
			}
		}
	}
}

func TestArgReduceTakesTheFirst(t *testing.T) {
	rt := New()
	nan := float32(math.NaN())
	row := make([]float32, 100)
	row[40], row[60], row[70], row[80] = 5, 5, -5, -5
	at := func(op core.ReduceOp) uint32 {
		return elems[uint32](rt.ArgReduce(op, fromFloats(core.Float32, []int{100}, row), 0).(*tensor))[0]
	}
	require.Equal(t, uint32(40), at(core.Max))
	require.Equal(t, uint32(70), at(core.Min))
	row[90], row[95] = nan, nan
	require.Equal(t, uint32(90), at(core.Max))
	require.Equal(t, uint32(90), at(core.Min))
}
