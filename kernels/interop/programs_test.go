package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/catalog"
	"github.com/zmlx/zmlx/mlx"
)

// several is a program of more than one launch, with gradients.
const several = `zmlx: 1
name: several
params: {R: 30, C: 20}
template: {T: float32}
inputs:
  x: {dtype: T, shape: [R, C]}
  in: {dtype: T, shape: [C]}
  t: {dtype: uint32, shape: [R], init: "randint(0, C)"}
outputs:
  y: {dtype: T, shape: [R, C]}
  a: {dtype: float32, shape: [C]}
map_reduce: |
  y = rms_norm(x, in) - max(x, axis=0)
  a = mean(x, axis=0) * sum(take_along_axis(x, t[:, None], axis=-1))
grad: auto
`

// exportAll writes the catalogue's kernels and one of several launches, as
// programs of a language, to files.
func exportAll(t *testing.T, f Format, suffix string) (dir string, files []string) {
	dir = t.TempDir()
	specs := []*kernels.Spec{}
	for _, e := range catalog.List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		specs = append(specs, spec)
	}
	spec, err := kernels.Parse("several.yaml", []byte(several))
	require.NoError(t, err)
	for _, s := range append(specs, spec) {
		src, err := s.Source(kernels.Case{}, mlx.Float32)
		require.NoError(t, err)
		path := filepath.Join(dir, s.Name+suffix)
		require.NoError(t, os.WriteFile(path, []byte(export(t, src, f)), 0o644))
		files = append(files, path)
	}
	return dir, files
}

func TestSeveralLaunches(t *testing.T) {
	spec, err := kernels.Parse("several.yaml", []byte(several))
	require.NoError(t, err)
	src, err := spec.Source(kernels.Case{}, mlx.Float32)
	require.NoError(t, err)
	require.Greater(t, len(src.Launches()), 1)
	py := export(t, src, Python)
	for _, want := range []string{"@mx.custom_function\ndef several(x, in_, t):", "@several.vjp", "x, in_, t = primals", "[g_y, g_a] = cotangents",
		"return [d_x, d_in, mx.zeros_like(t)]"} {
		require.Contains(t, py, want)
	}
	ims, err := Import(t.Context(), "several.py", py, nil, nil)
	require.NoError(t, err)
	require.Greater(t, len(ims), len(src.Launches()))
	err = Export(nil, src, Launch, Options{})
	require.ErrorContains(t, err, "a record holds one: export it --to python")
}

// TestPython runs Python's own parser over what is written, and runs it where
// there is an MLX with Metal.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here")
	}
	dir, files := exportAll(t, Python, ".py")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "capture.py"), []byte(CaptureHelper), 0o644))
	out, err := exec.Command(python, "-c", "import ast,glob,sys\nfor f in glob.glob(sys.argv[1]+'/*.py'): ast.parse(open(f).read(), f)", dir).CombinedOutput()
	require.NoError(t, err, string(out))
	numbers := exec.Command(python, "-c", `import json, sys, types
sys.modules["mlx"] = types.ModuleType("mlx")
sys.modules["mlx.core"] = sys.modules["mlx"].core = types.ModuleType("mlx.core")
import capture
print(json.dumps([capture._number(x) for x in (None, 0, 1.5, float("-inf"), float("nan"))]))`)
	numbers.Dir = dir
	out, err = numbers.CombinedOutput()
	require.NoError(t, err, string(out))
	require.JSONEq(t, `[null, 0, 1.5, "-inf", "nan"]`, string(out))
	if out, _ := exec.Command(python, "-c", "import mlx.core as mx; print(mx.metal.is_available())").Output(); strings.TrimSpace(string(out)) != "True" {
		t.Skip("the programs parse; an MLX with Metal, to run them, is not here")
	}
	for _, f := range files {
		out, err := exec.Command(python, f).CombinedOutput()
		require.NoError(t, err, "%s\n%s", f, out)
	}
}

// TestC compiles what is written against mlx-c's headers (ZMLX_MLXC_INCLUDE)
// and runs it with its library (ZMLX_MLXC). Where MLX has no Metal, the inputs
// are drawn on the CPU and MLX must refuse the kernel, and nothing before it.
func TestC(t *testing.T) {
	cc, err := exec.LookPath("cc")
	headers, lib := os.Getenv("ZMLX_MLXC_INCLUDE"), os.Getenv("ZMLX_MLXC")
	if err != nil || headers == "" {
		t.Skip("set ZMLX_MLXC_INCLUDE to mlx-c's headers to compile the programs with cc")
	}
	_, files := exportAll(t, C, ".c")
	for i, f := range files {
		if i%12 > 0 && i < len(files)-1 {
			continue // a sample: each takes a fifth of a second
		}
		args := []string{"-std=c11", "-Wall", "-Wextra", "-Werror", "-isystem", headers, f, "-fsyntax-only"}
		if lib != "" {
			args = append(args[:len(args)-1], "-o", f+".out", lib, "-Wl,-rpath,"+filepath.Dir(lib), "-Dmlx_default_gpu_stream_new=mlx_default_cpu_stream_new")
		}
		out, err := exec.Command(cc, args...).CombinedOutput()
		require.NoError(t, err, "%s\n%s", f, out)
		if lib == "" {
			continue
		}
		if out, err := exec.Command(f + ".out").CombinedOutput(); err != nil {
			require.Contains(t, string(out), "[metal_kernel] No Metal back-end", f)
		}
	}
}
