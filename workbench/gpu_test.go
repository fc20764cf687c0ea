//go:build (darwin || linux) && (amd64 || arm64)

package workbench_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/mlxtest"
	"github.com/zmlx/zmlx/workbench"
)

const doubled = `zmlx: 1
name: doubled
params: {N: 1000}
template: {T: float32}
inputs: {x: {dtype: T, shape: [N], init: normal}}
outputs: {y: {dtype: T, shape: [N]}}
launch: {grid: [N, 1, 1], threadgroup: [100, 1, 1]}
source: |
  uint i = thread_position_in_grid.x;
  y[i] = x[i] + x[i];
reference: y = x + x
tolerance: {float32: 1e-6, float16: 1e-3}
`

// gpuEngine is an engine whose only device is a fake GPU.
func gpuEngine() (*workbench.Engine, *mlxtest.FakeMetal) {
	gpu := mlxtest.NewFakeMetal()
	return workbench.New(workbench.Options{OpenDevice: func(string) (mlx.Device, error) { return gpu, nil }}), gpu
}

func on[R workbench.Result](t *testing.T, e *workbench.Engine, job workbench.Job) (R, error) {
	t.Helper()
	result, err := e.Start(t.Context(), job).Wait()
	r, _ := result.(R)
	return r, err
}

func TestGPURunsAndChecks(t *testing.T) {
	e, gpu := gpuEngine()
	doc := workbench.Document{Path: "doubled.yaml", Text: doubled}
	run, err := on[*workbench.RunResult](t, e, workbench.RunJob{Document: doc})
	require.NoError(t, err)
	require.Equal(t, workbench.StatusOK, run.Status)
	require.Equal(t, "metal", run.Executor)
	require.Positive(t, run.PeakBytes)
	check, err := on[*workbench.CheckResult](t, e, workbench.CheckJob{Document: doc})
	require.NoError(t, err)
	require.Equal(t, workbench.StatusOK, check.Status)
	require.Len(t, check.Cases, 2)
	require.Empty(t, gpu.Misuse)
}

// TestGPUErrorsAreOnTheSpecsLine compiles a spec that Apple's compiler refuses.
func TestGPUErrorsAreOnTheSpecsLine(t *testing.T) {
	e, _ := gpuEngine()
	doc := workbench.Document{Path: "k.yaml", Text: doubled[:len(doubled)-len("reference: y = x + x\ntolerance: {float32: 1e-6, float16: 1e-3}\n")] + "  y[i] = x[i % M];\n"}
	run, err := on[*workbench.RunResult](t, e, workbench.RunJob{Document: doc})
	require.NoError(t, err)
	require.Equal(t, workbench.StatusCompileError, run.Status)
	require.Equal(t, "k.yaml:11:16: error: use of undeclared identifier 'M'\n   11 |   y[i] = x[i % M];\n      |                ^\n", run.Diagnostics[0].Rendered)
}

func TestGPUBench(t *testing.T) {
	e, gpu := gpuEngine()
	doc := workbench.Document{Path: "doubled.yaml", Text: doubled}
	bench, err := on[*workbench.BenchResult](t, e, workbench.BenchJob{Document: doc, DTypes: []string{"float32"}, Samples: 3})
	require.NoError(t, err)
	l := bench.Lines[0]
	require.Equal(t, workbench.StatusOK, l.Status, l.Reason)
	require.Equal(t, "metal", l.Executor)
	require.Len(t, l.Samples, 3)
	require.Positive(t, l.LaunchMS)
	require.Positive(t, l.PeakBytes)
	require.Positive(t, l.RoofGBps)
	require.Equal(t, "reference op", l.Op.Name, "the host's: the fake has no operations")
	require.Empty(t, gpu.Misuse)
}

// TestGPUMemoryRunsOut is exit code 21 with MLX's own words.
func TestGPUMemoryRunsOut(t *testing.T) {
	e, gpu := gpuEngine()
	gpu.Throw = "[metal::malloc] Attempting to allocate 99 bytes which is greater than the maximum allowed buffer size of 9 bytes."
	_, err := on[*workbench.RunResult](t, e, workbench.RunJob{Document: workbench.Document{Path: "doubled.yaml", Text: doubled}})
	var failed *workbench.Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, workbench.ExitDevice, failed.ExitCode())
	require.Contains(t, failed.Message, "greater than the maximum allowed buffer size")
}

func TestCapture(t *testing.T) {
	e, gpu := gpuEngine()
	doc := workbench.Document{Path: "doubled.yaml", Text: doubled}
	file := filepath.Join(t.TempDir(), "k.gputrace")
	t.Setenv("MTL_CAPTURE_ENABLED", "")
	_, err := on[*workbench.RunResult](t, e, workbench.RunJob{Document: doc, Capture: file})
	require.ErrorContains(t, err, "set MTL_CAPTURE_ENABLED=1 and run again")
	t.Setenv("MTL_CAPTURE_ENABLED", "1")
	for _, c := range []struct{ path, want string }{{"k.trace", "end in .gputrace"}, {t.TempDir(), "end in .gputrace"}} {
		_, err := on[*workbench.RunResult](t, e, workbench.RunJob{Document: doc, Capture: c.path})
		require.ErrorContains(t, err, c.want)
	}
	require.Empty(t, gpu.Launches)

	_, err = on[*workbench.RunResult](t, e, workbench.RunJob{Document: doc, Capture: file})
	require.NoError(t, err)
	_, err = on[*workbench.BenchResult](t, e, workbench.BenchJob{Document: doc, Samples: 1, Capture: file})
	require.NoError(t, err)
	require.Equal(t, []string{file, "stop", file, "stop"}, gpu.Captures)

	_, err = on[*workbench.RunResult](t, workbench.New(workbench.Options{}), workbench.RunJob{Document: doc, Device: "host", Capture: file})
	var refused *workbench.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, workbench.ExitDevice, refused.ExitCode())
}
