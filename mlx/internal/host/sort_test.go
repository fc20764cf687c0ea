package host

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// TestSortByKeys compares short and long rows with a stable sort by comparison: of
// numbers with NaN and both zeros, most of them several times, and of integers.
func TestSortByKeys(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	nan, zero := float32(math.NaN()), float32(math.Copysign(0, -1))
	special := []float32{nan, -nan, 0, zero, float32(math.Inf(1)), float32(math.Inf(-1)), 1e-45, -1e-45, math.MaxFloat32}
	for _, n := range []int{1, 7, 511, 512, 5000} {
		v := make([]float32, 2*n)
		for i := range v {
			switch rng.IntN(3) {
			case 0:
				v[i] = special[rng.IntN(len(special))]
			case 1:
				v[i] = float32(rng.IntN(40) - 20)
			default:
				v[i] = float32(rng.NormFloat64())
			}
		}
		x := fromFloats(core.Float32, []int{2, n}, v)
		for _, d := range []core.DType{core.Float32, core.Bfloat16, core.Int8, core.Int32, core.Uint8, core.Uint16} {
			y := convert(x, d)
			wide := elems[float64](convert(y, core.Float64))
			sorted := New().Sort(y, 1).(*tensor)
			places := elems[uint32](New().ArgSort(y, 1).(*tensor))
			size, wideSorted := d.Size(), elems[float64](convert(sorted, core.Float64))
			for r := range 2 {
				want := make([]uint32, n)
				for i := range want {
					want[i] = uint32(i)
				}
				slices.SortStableFunc(want, func(i, j uint32) int { return order(wide[r*n+int(i)], wide[r*n+int(j)]) })
				require.Equal(t, want, places[r*n:(r+1)*n], "%v, %d", d, n)
				for i, from := range want {
					a, b := r*n+i, r*n+int(from)
					got := wideSorted[a]
					if got == got {
						require.Equal(t, y.raw()[b*size:(b+1)*size], sorted.raw()[a*size:(a+1)*size], "%v, %d", d, n)
					}
				}
			}
		}
	}
}
