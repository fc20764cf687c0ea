package check

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

func TestCompare(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name       string
		dtype      mlx.DType
		got, want  []float64
		tol        Tolerance
		mismatches int
		first      int
		maxULP     uint64
	}{
		{"equal", mlx.Float32, []float64{1, 2}, []float64{1, 2}, Tolerance{}, 0, -1, 0},
		{"rounded truth is exact", mlx.Float16, []float64{0.1}, []float64{0.1}, Tolerance{}, 0, -1, 0},
		{"one step", mlx.Float32, []float64{1 + 0x1p-23}, []float64{1}, Tolerance{}, 1, 0, 1},
		{"within rtol", mlx.Float32, []float64{100.05}, []float64{100}, Tolerance{RTol: 1e-3}, 0, -1, 6554},
		{"within atol", mlx.Float32, []float64{1e-4}, []float64{0}, Tolerance{ATol: 1e-3}, 0, -1, 0x38d1b717},
		{"second is bad", mlx.Float32, []float64{1, 3}, []float64{1, 2}, Tolerance{RTol: 0.1}, 1, 1, 1 << 22},
		{"NaN where none belongs", mlx.Float32, []float64{nan}, []float64{1}, Tolerance{RTol: 1e9, ATol: 1e9}, 1, 0, 0},
		{"NaN where one belongs", mlx.Float32, []float64{nan}, []float64{nan}, Tolerance{}, 0, -1, 0},
		{"number where NaN belongs", mlx.Float32, []float64{1}, []float64{nan}, Tolerance{RTol: 1e9, ATol: 1e9}, 1, 0, 0},
		{"NaN not compared", mlx.Float32, []float64{1}, []float64{nan}, Tolerance{AnyNaN: true}, 0, -1, 0},
		{"NaN got is compared", mlx.Float32, []float64{nan}, []float64{1}, Tolerance{AnyNaN: true}, 1, 0, 0},
		{"infinity", mlx.Float32, []float64{inf}, []float64{inf}, Tolerance{}, 0, -1, 0},
		{"wrong infinity", mlx.Float32, []float64{-inf}, []float64{inf}, Tolerance{RTol: 1e9, ATol: 1e9}, 1, 0, 0},
		{"infinity for a number", mlx.Float32, []float64{inf}, []float64{1e30}, Tolerance{RTol: 1}, 1, 0, 0x7f800000 - 0x7149f2ca},
		{"overflow of the type", mlx.Float16, []float64{inf}, []float64{1e6}, Tolerance{}, 0, -1, 0},
		{"zeros of both signs", mlx.Float32, []float64{math.Copysign(0, -1)}, []float64{0}, Tolerance{}, 0, -1, 0},
		{"integers", mlx.Int32, []float64{1, -5}, []float64{1, 5}, Tolerance{RTol: 1e9, ATol: 1e9}, 1, 1, 10},
		{"bools", mlx.Bool, []float64{1, 0}, []float64{1, 1}, Tolerance{RTol: 1}, 1, 1, 1},
	} {
		got := mlx.FromFloat64s(c.dtype, c.got)
		r := Compare("y", got, mlx.FromFloat64s(mlx.Float64, c.want), c.tol)
		require.Equal(t, c.mismatches, r.Mismatches, c.name)
		require.Equal(t, c.mismatches == 0, r.OK(), c.name)
		require.Equal(t, c.maxULP, r.MaxULP, c.name)
		if c.first < 0 {
			require.Nil(t, r.First, c.name)
		} else {
			require.Equal(t, []int{c.first}, r.First.Index, c.name)
		}
	}
}

func TestCompareWhole(t *testing.T) {
	got := mlx.New([]float32{1, 2, 3, 5}, 2, 2)
	r := Compare("y", got, mlx.FromFloat64s(mlx.Float64, []float64{1, 2, 3, 4}, 2, 2), Tolerance{})
	require.Equal(t, 1.0, r.MaxAbs)
	require.Equal(t, 0.25, r.MaxRel)
	require.Equal(t, 0.5, r.RMS)
	require.Equal(t, &Bad{Index: []int{1, 1}, Got: 5, Want: 4}, r.First)

	z := mlx.New([]complex64{1 + 2i, 3})
	r = Compare("z", z, mlx.New([]complex64{1 + 2i, 3 + 1i}), Tolerance{ATol: 0.5})
	require.Equal(t, 1, r.Mismatches)
	require.Equal(t, []int{1}, r.First.Index)

	big := mlx.New([]uint64{math.MaxUint64, 1 << 60})
	r = Compare("u", big, mlx.New([]uint64{math.MaxUint64 - 1, 1 << 60}), Tolerance{})
	require.Equal(t, 1, r.Mismatches, "64-bit integers are compared exactly")
	require.Equal(t, uint64(1), r.MaxULP)
	require.Equal(t, float64(math.MaxUint64), r.First.Got)
	r = Compare("i", mlx.New([]int32{7, 1, 1, 1}), mlx.New([]int32{4, 1, 1, 1}), Tolerance{})
	require.Equal(t, []float64{3, 0.75, 1.5}, []float64{r.MaxAbs, r.MaxRel, r.RMS})
}
