package mlx_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

// TestAttentionOfSharedKeys compares heads that share keys with heads that have copies of
// them, with everything that may differ between heads and queries.
func TestAttentionOfSharedKeys(t *testing.T) {
	const batch, heads, shared, keys, dim = 2, 6, 3, 45, 8
	k, v := normal(1, mlx.Float32, batch, heads/shared, keys, dim), normal(2, mlx.Float32, batch, heads/shared, keys, dim)
	copies := func(x *mlx.Array) *mlx.Array {
		return x.ExpandDims(2).BroadcastTo(batch, heads/shared, shared, keys, dim).Reshape(batch, heads, keys, dim)
	}
	for _, length := range []int{1, 5, 21, 22, 45} {
		q := normal(3, mlx.Float32, batch, heads, length, dim)
		add := normal(4, mlx.Float32, batch, heads, length, keys)
		for name, o := range map[string]mlx.AttentionOptions{
			"plain": {}, "causal": {Causal: true}, "sinks": {Sinks: normal(5, mlx.Float32, heads)}, "added": {Mask: add},
			"flags": {Mask: add.Greater(0.3), Sinks: normal(6, mlx.Float32, heads)},
		} {
			o.Scale = 0.7
			got, want := mlx.Attention(q, k, v, o), mlx.Attention(q, copies(k), copies(v), o)
			require.InDeltaSlice(t, want.Float64s(), got.Float64s(), 1e-5, "%s, %d queries", name, length)
		}
	}
}
