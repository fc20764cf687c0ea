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
