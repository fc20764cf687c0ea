package interop

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// Outputs of a maximum begin at -inf, for which JSON has no number and most
// languages have a name.
func TestInfiniteInit(t *testing.T) {
	for value, inits := range map[string]map[Format]string{
		"-inf": {Python: `init_value=-float("inf")`, Swift: "initValue: -Float.infinity", C: "set_init_value(config, -INFINITY)", Launch: `"init_value": "-inf"`},
		"inf":  {Python: `init_value=float("inf")`, Swift: "initValue: Float.infinity", C: "set_init_value(config, INFINITY)", Launch: `"init_value": "inf"`},
		"nan":  {Python: `init_value=float("nan")`, Swift: "initValue: Float.nan", C: "set_init_value(config, NAN)", Launch: `"init_value": "nan"`},
	} {
		spec, err := kernels.Parse("m.yaml", []byte(`zmlx: 1
name: m
inputs: {x: {dtype: float32, shape: [8]}}
outputs: {y: {dtype: float32, shape: [8]}}
launch: {grid: [8, 1, 1], threadgroup: [8, 1, 1]}
flags: {init_value: `+value+`}
source: if (x[0] > 0) y[thread_position_in_grid.x] = x[0];
`))
		require.NoError(t, err)
		src, err := spec.Source(kernels.Case{}, mlx.Float32)
		require.NoError(t, err)
		for f, want := range inits {
			text := export(t, src, f)
			require.Contains(t, text, want)
			switch f {
			case Python, Swift:
				ims, err := Import(t.Context(), "m."+map[Format]string{Python: "py", Swift: "swift"}[f], text, nil, nil)
				require.NoError(t, err)
				require.Regexp(t, `(?i)init_value: \+?`+value, ims[0].Text, f)
				require.Empty(t, ims[0].Unknown, f)
			case Launch:
				rec, err := kernels.ParseRecord("m.launch.json", []byte(text))
				require.NoError(t, err)
				require.Equal(t, fmt.Sprint(*src.Config.InitValue), fmt.Sprint(*rec.Config.InitValue))
			}
		}
	}
}

func TestImportInit(t *testing.T) {
	const call = `import math, mlx.core as mx, numpy as np
k = mx.fast.metal_kernel(name="a", input_names=["x"], output_names=["y"], source="y[thread_position_in_grid.x] = x[0];")
k(inputs=[mx.zeros((8,))], grid=(8, 1, 1), threadgroup=(8, 1, 1), output_shapes=[(8,)], output_dtypes=[mx.float32], init_value=`
	for value, want := range map[string]string{
		"None": "", "3": "init_value: 3", "-0.5": "init_value: -0.5", `float("-inf")`: "init_value: -Inf", "-math.inf": "init_value: -Inf",
		"-mx.inf": "init_value: -Inf", "np.nan": "init_value: NaN", "limit()": "guessed",
	} {
		ims, err := Import(t.Context(), "a.py", call+value+")\n", nil, nil)
		require.NoError(t, err)
		if want == "guessed" {
			require.Equal(t, []string{"that no init_value fills the outputs of a"}, ims[0].Unknown, value)
			continue
		}
		require.Empty(t, ims[0].Unknown, value)
		require.Contains(t, ims[0].Text, want, value)
		require.Equal(t, want != "", strings.Contains(ims[0].Text, "flags:"), value)
	}
	ims, err := Import(t.Context(), "a.swift", `let k = MLXFast.metalKernel(name: "a", inputNames: ["x"], outputNames: ["y"], source: "y[thread_position_in_grid.x] = x[0];")
let y = k([MLXArray.zeros([8])], grid: (8, 1, 1), threadGroup: (8, 1, 1), outputShapes: [[8]], outputDTypes: [.float32], initValue: -.infinity)
`, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "init_value: -Inf")
}
