package interop

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFill: what is packed is drawn at random; what says where to read or for how long is not.
func TestFill(t *testing.T) {
	ims, err := Import(t.Context(), "a.py", `
import mlx.core as mx
k = mx.fast.metal_kernel("k", ["w", "rows", "n", "mask", "x"], ["y"], """
    uint i = thread_position_in_grid.x;
    float s = 0;
    for (uint j = 0; j <= n[0]; j++) s += x[rows[i] * 4 + (w[i] >> (j % 8) * 4 & 3u)];
    y[i] = mask[i] & 1 ? s : 0;
""")
y = k(inputs=[mx.zeros((8,), dtype=mx.uint32), mx.zeros((8,), dtype=mx.uint32), mx.zeros((1,), dtype=mx.uint32), mx.zeros((8,), dtype=mx.uint8), mx.zeros((5, 4))],
    grid=(8, 1, 1), threadgroup=(8, 1, 1), output_shapes=[(8,)], output_dtypes=[mx.float32])
`, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 1)
	require.Contains(t, ims[0].Text, `inputs:
  w: {dtype: uint32, shape: [8], init: bits}
  rows: {dtype: uint32, shape: [8]}
  n: {dtype: uint32, shape: [1]}
  mask: {dtype: uint8, shape: [8], init: bits}
  x: {dtype: float32, shape: [5, 4]}
`)
}

// TestFitTellsWhoseLength: a length that the kernel tells is not said to be the program's where
// that tells the type alone.
func TestFitTellsWhoseLength(t *testing.T) {
	ims, err := Import(t.Context(), "a.py", `
import mlx.core as mx
k = mx.fast.metal_kernel("k", ["x"], ["y"], "y[thread_position_in_grid.x] = x[4 * thread_position_in_grid.x];")
y = k(inputs=[load().astype(mx.float16)], grid=(9000, 1, 1), threadgroup=(8, 1, 1), output_shapes=[(9000,)], output_dtypes=[mx.float16])
`, nil, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"type and shape of x", "the length of x, which the kernel reads or writes so far"}, ims[0].Unknown)
}
