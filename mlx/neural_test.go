package mlx_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

// TestNeuralOptions compares what options of operations give with what is put together
// without them.
func TestNeuralOptions(t *testing.T) {
	same := func(name string, want, got *mlx.Array) {
		t.Helper()
		require.Equal(t, want.Shape(), got.Shape(), name)
		require.InDeltaSlice(t, want.Float64s(), got.Float64s(), 1e-5, name)
	}
	x := normal(1, mlx.Float32, 3, 2, 7, 8)
	w, b := normal(2, mlx.Float32, 8), normal(3, mlx.Float32, 8)
	same("weight and bias", mlx.LayerNorm(x, nil, nil, 1e-5).Multiply(w).Add(b), mlx.LayerNorm(x, w, b, 1e-5))
	same("weight", mlx.RMSNorm(x, nil, 1e-5).Multiply(w), mlx.RMSNorm(x, w, 1e-5))

	periods := mlx.New([]float64{1, 10, 100}).AsType(mlx.Float32) // 1000^(i/3)
	same("periods", mlx.RoPE(x, mlx.RoPEOptions{Dims: 6, Base: 1000, Scale: 0.5, Offset: 2}), mlx.RoPE(x, mlx.RoPEOptions{Dims: 6, Freqs: periods, Scale: 0.5, Offset: 2}))
	offsets := []int32{4, 0, 9}
	turned := mlx.RoPE(x, mlx.RoPEOptions{Dims: 8, Base: 1000, Scale: 1, Offset: mlx.New(offsets, 3)})
	for i, from := range offsets {
		same("offsets", mlx.RoPE(x.Get(mlx.Range(i, i+1)), mlx.RoPEOptions{Dims: 8, Base: 1000, Scale: 1, Offset: int(from)}), turned.Get(mlx.Range(i, i+1)))
	}

	const keys = 75
	k, v := normal(4, mlx.Float32, 1, 2, keys, 8), normal(5, mlx.Float32, 1, 2, keys, 8)
	for _, length := range []int{1, 6, keys - 1, keys} {
		behind := make([]float64, length*keys) // what a query does not see
		for i := range behind {
			if i%keys > keys-length+i/keys {
				behind[i] = math.Inf(-1)
			}
		}
		q := normal(6, mlx.Float32, 1, 2, length, 8)
		mask := mlx.New(behind, length, keys).AsType(mlx.Float32)
		same(fmt.Sprint("causal, queries: ", length), mlx.Attention(q, k, v, mlx.AttentionOptions{Scale: 0.7, Mask: mask}), mlx.Attention(q, k, v, mlx.AttentionOptions{Scale: 0.7, Causal: true}))
	}
}
