package interop

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRepairPointers: an input has the type of the pointer that it becomes.
func TestRepairPointers(t *testing.T) {
	for _, body := range []string{
		"const device bfloat* p = x;",
		"const device bfloat* p;\n    if (lane > 4) { p = w; } else { p = x + 1; }",
		"const device bfloat* p = lane > 4 ? x + 1 : w;",
		"const device bfloat* p = lane > 4\n        ? x : lane > 2 ? w : x;",
	} {
		ims, err := Import(t.Context(), "a.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="k", input_names=["x", "w"], output_names=["y"], source="""
    uint lane = thread_position_in_grid.x;
    `+body+`
    y[lane] = p[lane] + w[lane];
""")
`, nil, nil)
		require.NoError(t, err)
		require.Contains(t, ims[0].Text, "x: {dtype: bfloat16", body)
		if body != "const device bfloat* p = x;" {
			require.Contains(t, ims[0].Text, "w: {dtype: bfloat16", body)
		}
	}
}

// TestRepairBFloat: what becomes a bfloat holds such, as Metal makes none of a float by itself.
func TestRepairBFloat(t *testing.T) {
	ims, err := Import(t.Context(), "a.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="k", input_names=["x", "w", "z", "other"], output_names=["y"], source="""
    uint i = thread_position_in_grid.x;
    bfloat a =
        w[i] * bfloat(other[i]);
    a = x[i] + z[i];
    y[i] = float(a) + other[i];
""")
`, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "x: {dtype: bfloat16, shape: [N]}\n  w: {dtype: bfloat16, shape: [N]}\n  z: {dtype: bfloat16, shape: [N]}\n  other: {dtype: float32, shape: [N]}")
}

// TestRepairAddressSpaces: of several inputs in a call the one is made short that goes to constant
// memory, which MLX has only for short arrays, and what was short is made long where it does not.
func TestRepairAddressSpaces(t *testing.T) {
	ims, err := Import(t.Context(), "a.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="k", input_names=["x", "box"], output_names=["y"], header="""
    float wrap(device const float* v, int i, constant float* b) { return v[i] - b[i]; }
""", source="""
    uint i = thread_position_in_grid.x;
    y[i] = wrap(
        x, min(i, 3u),
        box);
""")
def run(few: mx.array):
    if few.ndim != 2:
        raise ValueError
    z = mx.fast.metal_kernel(name="z", input_names=["few"], output_names=["y"], header="float twice(device const float* v) { return 2.0f * v[0]; }", source="y[0] = twice(few);")
    return z(inputs=[few[:1, :3]], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[mx.float32])
`, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 2)
	require.Contains(t, ims[0].Text, "x: {dtype: float32, shape: [N]}\n  box: {dtype: float32, shape: [4]}")
	require.Contains(t, ims[1].Text, "few: {dtype: float32, shape: [N]}")
}
