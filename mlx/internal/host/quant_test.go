package host

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// TestQuantizedProducts compares products of few and of many rows with those of the
// unpacked matrix, for scales of every type.
func TestQuantizedProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	rt := New()
	const rows, cols = 40, 256
	w := smallIntegers(rng, core.Float32, rows, cols)
	for _, q := range []core.Quantization{
		{Mode: core.Affine, GroupSize: 64, Bits: 4}, {Mode: core.Affine, GroupSize: 32, Bits: 3}, {Mode: core.Affine, GroupSize: 128, Bits: 8},
		{Mode: core.MXFP4, GroupSize: 32, Bits: 4}, {Mode: core.NVFP4, GroupSize: 16, Bits: 4}, {Mode: core.MXFP8, GroupSize: 32, Bits: 8},
	} {
		packed, scales, biases := rt.Quantize(w, q)
		types := []core.DType{core.Uint8}
		if q.Mode == core.Affine {
			types = []core.DType{core.Float32, core.Float16, core.Bfloat16, core.Float64}
		}
		for _, d := range types {
			s, b := scales, biases
			if q.Mode == core.Affine {
				s, b = rt.AsType(scales, d), rt.AsType(biases, d)
			}
			whole := rt.Dequantize(packed, s, b, q, core.Float64)
			if d == core.Float64 {
				require.Equal(t, elems[float64](rt.Dequantize(packed, scales, biases, q, d).(*tensor)), elems[float64](whole.(*tensor)), "scales of float64")
			}
			for _, m := range []int{1, 2, 5, fewPacked + 1} {
				x := smallIntegers(rng, core.Float64, m, cols)
				want := rt.Matmul(x, rt.Transpose(whole, []int{1, 0})).(*tensor)
				got := rt.QuantizedMatmul(x, packed, s, b, true, q).(*tensor)
				require.InDeltaSlice(t, elems[float64](want), elems[float64](got), 2e-4, "%v, scales of %v, %d rows", q, d, m)
			}
		}
	}
}
