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
  rows: {dtype: uint32, shape: [8], init: zeros}
  n: {dtype: uint32, shape: [1], init: zeros}
  mask: {dtype: uint8, shape: [8], init: bits}
  x: {dtype: float32, shape: [5, 4]}
`)
	require.Empty(t, ims[0].Unknown, "the program has zeros itself")
}

// TestIntegers: what the program gives is written as it is, and it is told what is not.
func TestIntegers(t *testing.T) {
	ims, err := Import(t.Context(), "a.py", `
import mlx.core as mx
k = mx.fast.metal_kernel("k", ["a", "b", "c", "d", "e"], ["y"], "uint i = thread_position_in_grid.x; y[i] = a[i] + b[i] + c[i] + d[i] + e[0];")
ids = mx.array([1099511627777, -5], dtype=mx.int64)
y = k(inputs=[ids, mx.ones((2,), dtype=mx.int32), mx.zeros((2,), dtype=mx.int32), mx.array(read()).astype(mx.int32).reshape(2), mx.array([9007199254740993])],
    grid=(2, 1, 1), threadgroup=(2, 1, 1), output_shapes=[(2,)], output_dtypes=[mx.int64])
`, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 1)
	require.Contains(t, ims[0].Text, `inputs:
  a: {dtype: int64, shape: [2], init: [1099511627777, -5]}
  b: {dtype: int32, shape: [2], init: ones}
  c: {dtype: int32, shape: [2], init: zeros}
  d: {dtype: int32, shape: [2]}
`)
	require.Subset(t, ims[0].Unknown, []string{"the elements of d, which are zeros", "the elements of e beyond 2^53, of which the spec has the nearest float64"})
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
