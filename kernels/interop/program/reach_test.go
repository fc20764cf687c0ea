package program

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReach: calls behind branches that what is assumed does not take are reached all the same,
// also where a caller stands behind one, or what stands in front of it returns. What no function
// leads to is told.
func TestReach(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.py", `
import mlx.core as mx
def single(x, fused=False):
    if x.ndim == 2 and not fused:
        return mx.fast.metal_kernel("plain", ["x"], ["y"], "plain")(inputs=[x], output_shapes=[x.shape])
    if fused:
        k = mx.fast.metal_kernel("fused", ["x"], ["y"], "fused")
    else:
        k = mx.fast.metal_kernel("split", ["x"], ["y"], "split")
    return k(inputs=[x], output_shapes=[x.shape])
def build(source):
    return mx.fast.metal_kernel("built", ["x"], ["y"], source)
def use(x, causal: bool):
    if causal:
        k = build("causal")
    else:
        k = build("full")
    return k(inputs=[x], output_shapes=[x.shape])
both = mx.fast.metal_kernel("both", ["x", "r"], ["y"], "both")
def launch(x, ref=None):
    if ref is not None:
        return both(inputs=[x, ref], grid=(7, 1, 1), threadgroup=(1, 1, 1), output_shapes=[x.shape])
    return single(x)
if False:
    mx.fast.metal_kernel("never", ["x"], ["y"], "never")
`, nil, nil)
	notes := map[any][]string{}
	for _, k := range kernels {
		if k.Unreached {
			require.Equal(t, 25, k.Line)
		} else if source, ok := k.Args["source"].(string); ok {
			notes[source] = k.Notes
			require.NotEmpty(t, k.Launches, source)
		}
	}
	require.Len(t, notes, 6)
	require.Contains(t, notes["fused"], "it holds that fused")
	require.NotContains(t, notes["plain"], "it holds that fused")
	require.Contains(t, notes["split"], "it holds that not fused")
	require.Contains(t, notes["causal"], "it holds that causal")
	require.True(t, kernels[len(kernels)-1].Unreached)
}

// TestReachSwift: nil is not an array, and if let is told as it stands.
func TestReachSwift(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
func attend(x: MLXArray, rotation: MLXArray?, mask: MLXArray? = nil) -> MLXArray {
    let rotates = rotation != nil
    if let mask {
        return MLXFast.metalKernel(name: "masked", inputNames: ["x", "m"], outputNames: ["y"], source: "masked")([x, mask], outputShapes: [x.shape])[0]
    }
    return MLXFast.metalKernel(name: "rotates_\(rotates)", inputNames: ["x"], outputNames: ["y"], source: "plain")([x], outputShapes: [x.shape])[0]
}
`, nil, nil)
	require.Len(t, kernels, 2)
	require.Equal(t, "masked", kernels[0].Args["name"])
	require.Equal(t, "rotates_true", kernels[1].Args["name"])
}
