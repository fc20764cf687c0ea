package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// TestKernels: each spec has its twin, computes what its reference does in a small case, if it has one,
// and runs on the fast executor with the interpreter's results, on one core, as atomic sums of floats depend on the order.
func TestKernels(t *testing.T) {
	specs, err := filepath.Glob("kernels/*.yaml")
	require.NoError(t, err)
	twins, err := filepath.Glob("kernels/*.cl")
	require.NoError(t, err)
	require.Len(t, twins, len(specs))
	for _, path := range specs {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			spec, err := kernels.Load(path)
			require.NoError(t, err)
			require.Equal(t, name, spec.Name)
			twin, err := os.ReadFile(strings.TrimSuffix(path, ".yaml") + ".cl")
			require.NoError(t, err)
			require.Contains(t, string(twin), "kernel void "+name+"(")
			require.NotEmpty(t, spec.Cases)
			var outputs [2][]*mlx.Array
			for i, executor := range []string{"wasm", "interp"} {
				job := check.Job{Case: spec.Cases[0], DType: spec.DTypes()[0]}
				r, err := check.Spec(context.Background(), mlx.HostDevice(), spec, job, check.Options{Executor: executor, Workers: 1})
				require.NoError(t, err)
				want := check.OK
				if spec.Reference == nil {
					want = check.Inconclusive
				}
				require.Equal(t, want, r.Status, "%s %+v", r.Message, r.Outputs)
				require.Empty(t, r.Results.Compiler)
				require.Empty(t, r.Fallback)
				outputs[i] = r.Results.Outputs
			}
			for i, a := range outputs[0] {
				require.Equal(t, outputs[1][i].Bytes(), a.Bytes())
			}
		})
	}
}

// TestOptions: a float parameter without a fraction is one in OpenCL's C, too.
func TestOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`zmlx: 1
name: k
params: {N: 4, scale: 2.0, eps: 1e-5}
outputs: {y: {dtype: float32, shape: [N]}}
launch: {grid: [N, 1, 1], threadgroup: [N, 1, 1]}
source: y[thread_position_in_grid.x] = scale + eps;
`), 0o600))
	spec, err := kernels.Load(path)
	require.NoError(t, err)
	b, err := prepare(spec)
	require.NoError(t, err)
	require.Equal(t, "-DN=4 -Dscale=2e+00f -Deps=1e-05f", b.options())
}
