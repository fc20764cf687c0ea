package interop

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/catalog"
	"github.com/zmlx/zmlx/kernels/interop/program"
	"github.com/zmlx/zmlx/mlx"
)

func export(t *testing.T, src *kernels.Source, f Format) string {
	var b bytes.Buffer
	require.NoError(t, Export(&b, src, f, Options{Seed: 7}))
	return b.String()
}

// TestRoundTrip: what is exported to Python and to a launch record reads back
// as the same kernel, for the whole catalogue.
func TestRoundTrip(t *testing.T) {
	for _, e := range catalog.List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		var src *kernels.Source // of the last case that launches
		for _, c := range spec.AllCases() {
			s, err := spec.Source(c, mlx.Bfloat16)
			require.NoError(t, err)
			if !s.Empty() && len(s.Launches()) == 1 {
				src = s
			}
		}

		ims, err := Import(t.Context(), e.Name+".py", export(t, src, Python), nil, nil)
		require.NoError(t, err, e.Name)
		require.NotEmpty(t, ims) // and the kernels of its gradient
		back, err := kernels.Parse("back.yaml", []byte(ims[0].Text))
		require.NoError(t, err)
		again, err := back.Source(kernels.Case{}, mlx.Bfloat16)
		require.NoError(t, err)
		require.Equal(t, strings.TrimSpace(src.Kernel.Source), strings.TrimSpace(again.Kernel.Source), e.Name)
		require.Equal(t, strings.TrimSpace(src.Kernel.Header), strings.TrimSpace(again.Kernel.Header), e.Name)
		require.Equal(t, src.Config, again.Config, e.Name)
		require.Equal(t, src.Kernel.InputNames, again.Kernel.InputNames)

		rec, err := kernels.ParseRecord("r.launch.json", []byte(export(t, src, Launch)))
		require.NoError(t, err, e.Name)
		require.Equal(t, src.Kernel, rec.Kernel)
		require.Equal(t, src.Config, rec.Config)
		for _, f := range []Format{Swift, C, Metal} {
			require.Contains(t, export(t, src, f), src.Kernel.Name)
		}
		_, err = kernels.Parse("x.yaml", []byte(export(t, src, Spec)))
		require.NoError(t, err)
	}
}

const model = `
import mlx.core as mx
D = 64
HEADER = "inline float twice(float x) { return 2 * x; }\n"

def make(bits: int):
    source = f"""
    uint i = thread_position_in_grid.x;
    if (i < {D * 2}) {{
      out[i] = T(twice(inp[i])) * {bits};
    }}
""" + "// end\n"
    return source

body = f'''
    uint i = thread_position_in_grid.x;
    if (i < {D * 2}) {{ out[i] = T(twice(inp[i])); }}
'''
kernel = mx.fast.metal_kernel(name="my-exp", input_names=["inp"], output_names=["out"], source=body, header=HEADER)  # here
def run(a):
    return kernel(inputs=[a], template=[("T", mx.float16), ("N", 4), ("F", True)], grid=(D * 2, 1, 1), threadgroup=(32, 1, 1),
        output_shapes=[a.shape], output_dtypes=[mx.float16], init_value=0)[0]
`

func TestImport(t *testing.T) {
	ims, err := Import(t.Context(), "a.py", model, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 1)
	require.Equal(t, `# From a.py, line 19.
# Guessed: type and shape of inp.
zmlx: 1
name: my_exp
template: {T: float16, N: 4, F: true}
inputs:
  inp: {dtype: T, shape: [16, 64]}
outputs:
  out: {dtype: T, shape: [16, 64]}
launch: {grid: [128, 1, 1], threadgroup: [32, 1, 1]}
flags: {init_value: 0}
header: |2
  inline float twice(float x) { return 2 * x; }
source: |2
  uint i = thread_position_in_grid.x;
  if (i < 128) { out[i] = T(twice(inp[i])); }
`, ims[0].Text)
}

// TestImportEncodings: a byte order mark is no part of a program, and what is not
// UTF-8 is refused at its line.
func TestImportEncodings(t *testing.T) {
	const text = "import mlx.core as mx\nk = mx.fast.metal_kernel('k', ['n'], ['y'], 'if (4 >= n) y[0] = float(n);')\nx = mx.zeros((3,))\nk(inputs=[x.size], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[x.shape], output_dtypes=[x.dtype])\n"
	ims, err := Import(t.Context(), "a.py", "\ufeff"+text, nil, nil)
	require.NoError(t, err)
	require.Empty(t, ims[0].Unknown)
	require.Contains(t, ims[0].Text, "n: {dtype: int32, shape: [], init: constant(3)}")
	ims, err = Import(t.Context(), "a.py", strings.Replace(text, "x.size", "3_000_000_000", 1), nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "n: {dtype: int64, shape: [], init: constant(3000000000)}")
	_, err = Import(t.Context(), "a.py", text+"# \xe9\n", nil, nil)
	require.EqualError(t, err, "a.py:5: the file is not UTF-8 text; save it as such")
}

func TestImportGiven(t *testing.T) {
	const text = "k = mx.fast.metal_kernel(name='k', input_names=['x'], output_names=['y'], source=f'y[0] = x[{n}];')\n"
	_, err := Import(t.Context(), "b.py", text, nil, nil)
	require.EqualError(t, err, "b.py:1: the source of metal_kernel cannot be told: n is not known without running the file; give the value with --given, or capture a launch")
	ims, err := Import(t.Context(), "b.py", text, map[string]any{"n": int64(3)}, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "y[0] = x[3];")
	_, err = Import(t.Context(), "b.py", strings.Replace(text, "output_names", "output_name", 1), map[string]any{"n": int64(3)}, nil)
	require.EqualError(t, err, "b.py:1: metal_kernel has no output_names; did you mean that by output_name?")
	_, err = Import(t.Context(), "b.py", strings.Replace(text, "'x'", "name", 1), map[string]any{"n": int64(3)}, nil)
	require.EqualError(t, err, "b.py:1: the input_names of metal_kernel cannot be told: not all of its names are known without running the file; give the value with --given, or capture a launch")
	for bound, use := range map[string]string{"from pack.sizes import N as n": "n", "import pack.sizes as sizes": "sizes.N"} {
		other := bound + "\n" + strings.Replace(text, "{n}", "{"+use+"}", 1)
		_, err = Import(t.Context(), "b.py", other, nil, nil)
		require.EqualError(t, err, "b.py:2: the source of metal_kernel cannot be told: "+use+" is not known without running the file; give the value with --given, or capture a launch")
		ims, err = Import(t.Context(), "b.py", other, map[string]any{"n": int64(3), "N": int64(3)}, nil)
		require.NoError(t, err)
		require.Contains(t, ims[0].Text, "y[0] = x[3];")
	}
	_, err = Import(t.Context(), "c.py", "print(1)\n", nil, nil)
	require.EqualError(t, err, "c.py: there is no call of metal_kernel or metalKernel; what is compiled as a whole goes into a .metal file")
	_, err = Import(t.Context(), "d.py", "while True:\n  while True: n = 1\n"+text, nil, nil)
	require.EqualError(t, err, "d.py: no call of metal_kernel is reached without running the file; zmlx import --capture-helper prints what records it while it runs")
}

// factory makes kernels as model code does: in functions, by conditions, behind
// other names.
const factory = `
import mlx.core as mx
from mlx.core.fast import metal_kernel as mk
from functools import lru_cache

_cached = None

def _make(has_mask=False, wide: int = 4, *, gate="none"):
    """Makes the kernel."""
    if not mx.metal.is_available():
        return None
    mask = "mask[i]" if has_mask else "true"
    if gate == "silu":
        act = "v / (1.0f + exp(-v))"
    elif gate == "none":
        act = "v"
    else:
        raise ValueError(gate)
    inputs = ["x", "n"]
    if has_mask:
        inputs.append("mask")
    suffix = ""
    suffix += f"_w{wide}"
    source = f"""
        uint i = thread_position_in_grid.x;
        float v = x[i * {wide}] * n;
        if ({mask}) {{
            out[i] = {act};
        }}
    """
    return mk(name=f"gated{suffix}_{flavour}", input_names=inputs, output_names=["out"], source=source)

_gated = _make()

def gated(x, n: int):
    return _gated(inputs=[x, n], grid=(128, 1, 1), threadgroup=(32, 1, 1), output_shapes=[(128,)], output_dtypes=[mx.float32])[0]

def lazy(x, D):
    global _cached
    if _cached is None:
        _cached = mx.fast.metal_kernel("lazy", ["x"], ["y"], "\n".join(["uint i = thread_position_in_grid.x;", "y[i] = U(x[i + x_shape[1]]) * K;"]))
    return _cached(inputs=[x], template=[("U", x.dtype), ("K", D)], grid=(64, 1, 1), threadgroup=(64, 1, 1), output_shapes=[(64,)], output_dtypes=[x.dtype])

other = mx.fast.metal_kernel(name="other", input_names=["x"], output_names=["y"], source=open("other.metal").read())
`

func TestImportFactory(t *testing.T) {
	ims, err := Import(t.Context(), "f.py", factory, nil, nil)
	require.EqualError(t, err, "f.py:44: the source of metal_kernel cannot be told: the text of other.metal is not known without running the file; give the value with --given, or capture a launch")
	require.Len(t, ims, 2)
	require.Equal(t, `# From f.py, line 31.
# Guessed: n is 64.
# Guessed: type and shape of x.
zmlx: 1
name: gated_w4_flavour
params: {N: 4096}
inputs:
  x: {dtype: float32, shape: [N]}
  n: {dtype: int32, shape: [], init: constant(64)}
outputs:
  out: {dtype: float32, shape: [128]}
launch: {grid: [128, 1, 1], threadgroup: [32, 1, 1]}
source: |2
  uint i = thread_position_in_grid.x;
  float v = x[i * 4] * n;
  if (true) {
      out[i] = v;
  }
`, ims[0].Text)
	require.Contains(t, ims[1].Text, "template: {U: float32, K: 64}\ninputs:\n  x: {dtype: U, shape: [16, 64]}")
	ims, err = Import(t.Context(), "f.py", factory, map[string]any{"has_mask": true, "gate": "silu"}, nil)
	require.Error(t, err)
	require.Contains(t, ims[0].Text, "  if (mask[i]) {\n      out[i] = v / (1.0f + exp(-v));")
	require.Contains(t, ims[0].Text, "  mask: {dtype:")
}

func FuzzImport(f *testing.F) {
	f.Add(model)
	f.Add("x = metal_kernel(((((\nmetal_kernel(source=f'{{{x}'")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = Import(t.Context(), "f.py", text, nil, nil)
	})
}

// TestImportFits: what is guessed is long enough for the kernel to run at once,
// and says so; where data are indices, the guess stays.
func TestImportFits(t *testing.T) {
	ims, err := Import(t.Context(), "fit.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="rows", input_names=["x", "hidden_size", "eps"], output_names=["y"], source="""
    uint i = thread_position_in_grid.x;
    y[i] = x[i * hidden_size + hidden_size - 1] + eps;
""")
g = mx.fast.metal_kernel(name="wild", input_names=["x"], output_names=["y"], source="""
    uint i = thread_position_in_grid.x;
    float at = 1e9f + x[0];
    y[i] = x[i + uint(at)];
""")
def rows(x, hidden_size, eps, n):
    return k(inputs=[x, hidden_size, eps], output_shapes=[(n,)], output_dtypes=[mx.float32], grid=(512, 1, 1), threadgroup=(64, 1, 1))
`, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 2)
	require.Contains(t, ims[0].Text, "hidden_size: {dtype: int32, shape: [], init: constant(64)}")
	require.Contains(t, ims[0].Text, "y: {dtype: float32, shape: [1024]}")
	require.Contains(t, ims[0].Unknown, "the length of x, which the kernel reads or writes so far")
	require.Contains(t, ims[0].Unknown, "the length of y: the program makes it [64], and the kernel goes past its end, which is a fault unless another guess is wrong")
	spec, err := kernels.Parse("rows.yaml", []byte(ims[0].Text))
	require.NoError(t, err)
	src, err := spec.Source(kernels.Case{}, mlx.Float32)
	require.NoError(t, err)
	require.GreaterOrEqual(t, src.Inputs[0].Shape[0], 512*64)
	require.NotContains(t, strings.Join(ims[1].Unknown, "\n"), "length")

	// What the program tells is no guess to mend: the kernel has a fault.
	const short = `
import mlx.core as mx
k = mx.fast.metal_kernel(name="past", input_names=["x"], output_names=["y"], source="y[thread_position_in_grid.x] = x[thread_position_in_grid.x];")
def past(x):
    return k(inputs=[x], output_shapes=[(100,)], output_dtypes=[mx.float32], grid=(512, 1, 1), threadgroup=(64, 1, 1))
`
	ims, err = Import(t.Context(), "past.py", short, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "y: {dtype: float32, shape: [100]}")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Import(ctx, "past.py", short, nil, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// TestImportRank: an array of which the program does not tell the shape has the
// axes that the kernel asks for.
func TestImportRank(t *testing.T) {
	ims, err := Import(t.Context(), "rank.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="rank", input_names=["x"], output_names=["y"], source="y[thread_position_in_grid.x] = x[0] + x_shape[3];")
def rank(x):
    return k(inputs=[x], output_shapes=[x.shape], output_dtypes=[mx.float32], grid=(64, 1, 1), threadgroup=(64, 1, 1))
`, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 1)
	require.Contains(t, ims[0].Text, "x: {dtype: float32, shape: [2, 2, 16, 64]}")
	require.Contains(t, ims[0].Text, "y: {dtype: float32, shape: [16, 64]}")
}

// TestImportIndexed: what a parameter's default lets seem a number is an array where
// the kernel indexes it.
func TestImportIndexed(t *testing.T) {
	ims, err := Import(t.Context(), "indexed.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="indexed", input_names=["x", "bias"], output_names=["y"], source="uint i = thread_position_in_grid.x; y[i] = x[i] + bias[i % 4];")
def indexed(x, bias=None):
    if bias is None:
        bias = mx.array(0)
    return k(inputs=[x, bias], output_shapes=[x.shape], output_dtypes=[mx.float32], grid=(64, 1, 1), threadgroup=(64, 1, 1))
`, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "bias: {dtype: float32, shape: [N]}")
}

// TestImportNumber: an array that is a number stays one where the kernel converts it
// to a type of its template.
func TestImportNumber(t *testing.T) {
	for _, number := range []string{"mx.array(1.5)", "mx.full((), 1.5).astype(mx.float32)"} {
		ims, err := Import(t.Context(), "number.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="number", input_names=["x", "scale"], output_names=["y"], source="y[thread_position_in_grid.x] = x[0] * T(scale);")
x = mx.zeros((8,))
k(inputs=[x, `+number+`], template=[("T", x.dtype)], output_shapes=[x.shape], output_dtypes=[x.dtype], grid=(8, 1, 1), threadgroup=(8, 1, 1))
`, nil, nil)
		require.NoError(t, err)
		require.Empty(t, ims[0].Unknown)
		require.Contains(t, ims[0].Text, "scale: {dtype: float32, shape: [], init: constant(1.5)}")
	}
	ims, err := Import(t.Context(), "unused.py", `
import mlx.core as mx
import numpy as np
k = mx.fast.metal_kernel(name="unused", input_names=["x", "n"], output_names=["y"], source="y[thread_position_in_grid.x] = x[0];")
x = mx.array(np.random.randn(3, 5).astype(np.float32)).astype(mx.float16)
k(inputs=[x, 4], output_shapes=[x.shape], output_dtypes=[x.dtype], grid=(x.size, 1, 1), threadgroup=(8, 1, 1))
`, nil, nil)
	require.NoError(t, err)
	require.Empty(t, ims[0].Unknown)
	require.Contains(t, ims[0].Text, "x: {dtype: float16, shape: [3, 5]}\n  n: {dtype: int32, shape: [], init: constant(4)}")
}

// TestImportFaulty: the place of what is wrong with a spec is one in the spec.
func TestImportFaulty(t *testing.T) {
	_, err := Import(t.Context(), "odd.py", `k = mx.fast.metal_kernel(name="twice", input_names=["x", "x"], output_names=["y"], source="y[0] = x[0];")`, nil, nil)
	require.ErrorContains(t, err, "odd.py:1: the call does not make a spec:\ntwice.yaml:")
	require.ErrorContains(t, err, `"x" is given twice`)
}

// TestImportExported: what is exported comes back as it was.
func TestImportExported(t *testing.T) {
	spec, err := kernels.Parse("scaled.yaml", []byte(`zmlx: 1
name: scaled
template: {T: float16}
inputs:
  x: {dtype: T, shape: [3, 5]}
  scale: {dtype: float32, shape: [], init: constant(1.5)}
outputs:
  y: {dtype: T, shape: [3, 5]}
launch: {grid: [15, 1, 1], threadgroup: [32, 1, 1]}
source: |
  y[thread_position_in_grid.x] = x[thread_position_in_grid.x] * T(scale);
`))
	require.NoError(t, err)
	src, err := spec.Source(kernels.Case{}, mlx.Float16)
	require.NoError(t, err)
	for name, f := range map[string]Format{"scaled.py": Python, "scaled.swift": Swift} {
		ims, err := Import(t.Context(), name, export(t, src, f), nil, nil)
		require.NoError(t, err)
		require.Empty(t, ims[0].Unknown, name)
		require.Contains(t, ims[0].Text, `template: {T: float16}
inputs:
  x: {dtype: T, shape: [3, 5]}
  scale: {dtype: float32, shape: [], init: constant(1.5)}
outputs:
  y: {dtype: T, shape: [3, 5]}
launch: {grid: [15, 1, 1], threadgroup: [32, 1, 1]}
`, name)
	}
}

// TestImportTemplateValues: what nothing declares is a value of the template, even
// where it reads like another one; what reads like an input is a slip of the program's.
func TestImportTemplateValues(t *testing.T) {
	ims, err := Import(t.Context(), "like.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="like", input_names=["weights"], output_names=["y"], source="""
    uint i = thread_position_in_grid.x;
    y[i] = weights[i % out_features] * float(InT(in_features)) + weigths[0];
""")
`, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "template: {out_features: 64, in_features: 64, InT: float32}")
	require.NotContains(t, ims[0].Text, "weigths:")
}

// TestImportBudget: a kernel that does not end takes its part of what the launches
// of an import may take, says so, and leaves the others enough.
func TestImportBudget(t *testing.T) {
	made, orphans := program.Read(t.Context(), "long.py", `
import mlx.core as mx
spin = mx.fast.metal_kernel(name="spin", input_names=["x"], output_names=["y"], source="""
    uint i = thread_position_in_grid.x;
    while (x[0] < 1e9f) { y[i] += 1; }
""")
rows = mx.fast.metal_kernel(name="rows", input_names=["x"], output_names=["y"], source="""
    uint i = thread_position_in_grid.x;
    y[i] = x[i * 64];
""")
def run(x, n):
    spin(inputs=[x], output_shapes=[(100,)], output_dtypes=[mx.float32], grid=(512, 1, 1), threadgroup=(64, 1, 1))
    wide(inputs=[x], output_shapes=[(100,)], output_dtypes=[mx.float32], grid=(1 << 30, 1, 1), threadgroup=(64, 1, 1))
    return rows(inputs=[x], output_shapes=[(n,)], output_dtypes=[mx.float32], grid=(512, 1, 1), threadgroup=(64, 1, 1))
wide = mx.fast.metal_kernel(name="wide", input_names=["x"], output_names=["y"], source="y[thread_position_in_grid.x] = x[0];")
`, nil, nil)
	require.Len(t, made, 3)
	const tooLong = "all lengths, as launches that tell whether they are enough take too long"
	steps := int64(1 << 24)
	for _, k := range made {
		before := steps
		im, err := importKernel(t.Context(), position{file: "long.py", line: k.Line}, k, launchOf(k, made, orphans), &steps)
		require.NoError(t, err)
		require.Equal(t, im.Name != "rows", slices.Contains(im.Unknown, tooLong), im.Text)
		require.Equal(t, im.Name == "rows", strings.Contains(im.Text, "y: {dtype: float32, shape: [1024]}"), im.Text)
		require.Less(t, before-steps, before/fitShare)
		require.Positive(t, before-steps)
	}
}

// TestImportDraws: integers that a program draws are drawn as it does, since kernels
// index by them; and of several launches a spec says that it is of one.
func TestImportDraws(t *testing.T) {
	ims, err := Import(t.Context(), "a.py", `import mlx.core as mx
k = mx.fast.metal_kernel(name="a", input_names=["ids", "p", "m", "u"], output_names=["y"], source="y[ids[0]] = p[0] + float(m[0]) + u[0];")
def run(ids, n):
    m = mx.random.bits((4, 2)).view(mx.int32).T
    return k(inputs=[ids.reshape(-1), mx.random.uniform(low=1, high=2.5, shape=(n,)), m, mx.random.uniform(shape=(3,))], grid=(n, 1, 1), threadgroup=(8, 1, 1), output_shapes=[(16,)], output_dtypes=[mx.float32])
run(mx.random.randint(0, 2000000, (2, 4)).astype(mx.uint32), 8)
run(mx.random.randint(0, 2000000, (2, 4)).astype(mx.uint32), 8)
run(mx.random.randint(0, 2000000, (2, 8)).astype(mx.uint32), 16)
`, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, `
  ids: {dtype: uint32, shape: [8], init: "randint(0, 2000000)"}
  p: {dtype: float32, shape: [8], init: "uniform(1, 2.5)"}
  m: {dtype: int32, shape: [2, 4]}
  u: {dtype: float32, shape: [3], init: "uniform(0, 1)"}
`)
	require.Equal(t, 1, ims[0].Others)
	ims, err = Import(t.Context(), "a.swift", `let k = MLXFast.metalKernel(name: "a", inputNames: ["ids"], outputNames: ["y"], source: "y[ids[0]] = 1;")
let y = k([MLXRandom.randInt(low: 0, high: 16, [8], key: keys[0]).asType(.int32)], grid: (8, 1, 1), threadGroup: (8, 1, 1), outputShapes: [[16]], outputDTypes: [.float32])
`, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, `ids: {dtype: int32, shape: [8], init: "randint(0, 16)"}`)
}

// Types of the template are told apart by whose they are, though all are taken for
// float32, and what the program makes float32 stays so.
func TestTypesOfTheTemplate(t *testing.T) {
	ims, err := Import(t.Context(), "two.py", `
import mlx.core as mx
def run(x: mx.array, state: mx.array, w):
    k = mx.fast.metal_kernel(name="two_" + {mx.float32: "f32", mx.float16: "f16"}[x.dtype] + f"_{state.dtype}".split(".")[-1], input_names=["x", "s", "w"], output_names=["y", "so", "lse"], source="""
      uint i = thread_position_in_grid.x;
      y[i] = InT(x[i] * w[i]); so[i] = StT(s[i]); lse[i] = 0;
    """)
    return k(inputs=[x, state, w], template=[("InT", x.dtype), ("StT", state.dtype)], grid=(x.size, 1, 1), threadgroup=(64, 1, 1),
        output_shapes=[x.shape, state.shape, x.shape], output_dtypes=[x.dtype, state.dtype, mx.float32])
`, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 1)
	require.Contains(t, ims[0].Text, "name: two_f32float32")
	require.Contains(t, ims[0].Text, `template: {InT: float32, StT: float32}
inputs:
  x: {dtype: InT, shape: [16, 64]}
  s: {dtype: StT, shape: [16, 64]}
  w: {dtype: InT, shape: [N]}
outputs:
  y: {dtype: InT, shape: [16, 64]}
  so: {dtype: StT, shape: [16, 64]}
  lse: {dtype: float32, shape: [16, 64]}
`)
}

// The length that is guessed has a name of its own, also where only the template has that.
func TestLengthBesideATemplate(t *testing.T) {
	ims, err := Import(t.Context(), "n.py", `
import mlx.core as mx
def run(x):
    k = mx.fast.metal_kernel(name="k", input_names=["x"], output_names=["y"], source="y[0] = x[0];")
    return k(inputs=[x], template=[("N", 8)], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[mx.float32])
`, nil, nil)
	require.NoError(t, err)
	require.Contains(t, ims[0].Text, "params: {NX: 4096}\ntemplate: {N: 8}\n")
}
