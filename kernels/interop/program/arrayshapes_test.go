package program

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inputsOf are the arrays with which a program launches its kernel.
func inputsOf(t *testing.T, file, program string) []string {
	t.Helper()
	kernels, _ := Read(t.Context(), file, program, nil, nil)
	require.Len(t, kernels, 1)
	require.NotEmpty(t, kernels[0].Launches)
	inputs, ok := kernels[0].Launches[0].Inputs()
	require.True(t, ok)
	var out []string
	for _, in := range inputs {
		a, ok := in.(*Array)
		require.True(t, ok, "%#v", in)
		out = append(out, fmt.Sprint(a.DType.Last(), a.Shape, a.Fill))
	}
	return out
}

// TestShapes: what functions and methods of arrays give, as MLX computes it.
func TestShapes(t *testing.T) {
	for expression, want := range map[string]string{
		"x.sum()":                               "float16[]",
		"x.sum(-1)":                             "float16[3 4]",
		"mx.max(x, axis=(0, 2), keepdims=True)": "float16[1 4 1]",
		"mx.logsumexp(x, axis=-1, keepdims=True)":                          "float16[3 4 1]",
		"x.argmax(axis=1)":                                                 "uint32[3 8]",
		"mx.any(x > 0, axis=0)":                                            "bool_[4 8]",
		"mx.random.categorical(x)":                                         "uint32[3 4]",
		"mx.concatenate([x, x[:, :1]], axis=1)":                            "float16[3 5 8]",
		"mx.concatenate([mx.zeros((1,)), mx.zeros((2,))[:-1]])":            "float32[2]",
		"mx.stack([x, x], axis=-1)":                                        "float16[3 4 8 2]",
		"mx.split(x, 2, axis=-1)[1]":                                       "float16[3 4 4]",
		"mx.split(x, [1, 3], axis=1)[1]":                                   "float16[3 2 8]",
		"x @ mx.zeros((8, 5))":                                             "float32[3 4 5]",
		"mx.matmul(mx.zeros((7, 4)), x)":                                   "float32[3 7 8]",
		"mx.take(x, mx.array([1, 2]), axis=2)":                             "float16[3 4 2]",
		"x[mx.array([[0, 1], [1, 2]])]":                                    "float16[2 2 4 8]",
		"mx.repeat(x, 3, axis=1)":                                          "float16[3 12 8]",
		"mx.topk(x, 2)":                                                    "float16[3 4 2]",
		"mx.pad(x, [(0, 0), (1, 2), (0, 3)])":                              "float16[3 7 11]",
		"mx.pad(x, 1)":                                                     "float16[5 6 10]",
		"x * mx.zeros((4, 1), dtype=mx.int32)":                             "float16[3 4 8]",
		"mx.zeros((3, 1)) + mx.zeros((5,))":                                "float32[3 5]",
		"x.astype(mx.bfloat16) + x":                                        "float32[3 4 8]",
		"mx.arange(6, dtype=mx.uint32).reshape(2, 3)":                      "uint32[2 3]arange",
		"mx.arange(1, 9)":                                                  "int32[8]",
		"mx.arange(9, 0, -2)":                                              "int32[5]",
		"mx.arange(4) * 0.5":                                               "float32[4]",
		"mx.random.bernoulli(0.5, (2, 3))":                                 "bool_[2 3]",
		"mx.full((2, 3), 127, dtype=mx.uint8)":                             "uint8[2 3]constant(127)",
		"mx.exp(x).square()":                                               "float16[3 4 8]",
		"x[..., 0]":                                                        "float16[3 4]",
		"x[0, ..., None]":                                                  "float16[4 8 1]",
		"x[mx.newaxis, 0]":                                                 "float16[1 4 8]",
		"load().reshape(2, 8 * 2)":                                         "[2 16]",
		"mx.repeat(x, 2)":                                                  "float16[192]",
		"x[mx.array([0, 1]), mx.array([1, 2])]":                            "float16[2 8]",
		"x[:, mx.array([[0], [1]]), mx.array([1, 2])]":                     "float16[3 2 2]",
		"mx.zeros((1, 4, 4)) @ mx.zeros((3, 4, 4))":                        "float32[3 4 4]",
		"mx.sum(x > 0, axis=-1)":                                           "int32[3 4]",
		"mx.zeros((4, 3), dtype=mx.uint8).sum(axis=0)":                     "uint32[3]",
		"mx.mean(mx.zeros((4, 3), dtype=mx.int32), axis=0)":                "float32[3]",
		"mx.exp(mx.zeros((4,), dtype=mx.int32))":                           "float32[4]",
		"mx.abs(mx.zeros((4,), dtype=mx.int32))":                           "int32[4]",
		"mx.where(x > 0, 1.0, 0.0)":                                        "float32[3 4 8]",
		"mx.where(x > 0, 1, 0)":                                            "int32[3 4 8]",
		"mx.where(x > 0, x, mx.zeros((4, 1), dtype=mx.int32))":             "float16[3 4 8]",
		"mx.zeros((4,), dtype=mx.int32) / 2":                               "float32[4]",
		"1 / mx.zeros((4,), dtype=mx.int32)":                               "float32[4]",
		"1 - mx.zeros((4,), dtype=mx.int32)":                               "int32[4]",
		"mx.zeros((4,), dtype=mx.uint32) + mx.zeros((4,), dtype=mx.int8)":  "int64[4]",
		"mx.zeros((4,), dtype=mx.int16) + mx.zeros((4,), dtype=mx.uint16)": "int32[4]",
		"mx.zeros((4,), dtype=mx.uint8) + mx.zeros((4,), dtype=mx.int32)":  "int32[4]",
		"mx.zeros((4,), dtype=mx.int64) + mx.zeros((4,), dtype=mx.uint64)": "float32[4]",
		"nn.Linear(8, 6)(x)":                                               "float32[3 4 6]",
		"nn.Linear(input_dims=8, output_dims=6).weight":                    "float32[6 8]",
		"nn.Sequential(nn.Linear(8, 32), nn.SiLU(), nn.Linear(32, 2))(x)":  "float32[3 4 2]",
		"nn.Embedding(100, 16)(mx.zeros((2, 5), dtype=mx.int32))":          "float32[2 5 16]",
		"nn.RMSNorm(8)(x)":                                                 "float16[3 4 8]",
	} {
		got := inputsOf(t, "a.py", "import mlx.core as mx\nimport mlx.nn as nn\nx = mx.zeros((3, 4, 8), dtype=mx.float16)\nk = mx.fast.metal_kernel('k', ['a'], ['y'], 'a')\nk(inputs=["+expression+"], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[mx.float32])\n")
		require.Equal(t, []string{want}, got, expression)
	}
}

// TestSwiftShapes: free functions, slices, layers and objects that are called, in Swift.
func TestSwiftShapes(t *testing.T) {
	require.Equal(t, []string{"float16[3 4 8]", "float16[3 8 8]", "float16[96]", "float16[4 1]", "float16[3 2]", "uint32[4]", "float16[3 8]", "float16[1 3 4]", "float32[3 4 6]", "float16[3]", "int32[5]", "bfloat16[2 2]"}, inputsOf(t, "a.swift", `
import MLX
import MLXNN
final class Scorer: Module {
    @ModuleInfo(key: "proj") var proj: Linear
    let kernel: MLXFast.MLXFastKernel
    init(dims: Int) {
        self._proj.wrappedValue = Linear(dims, 6, bias: false)
        kernel = MLXFast.metalKernel(name: "k", inputNames: ["a"], outputNames: ["y"], source: "y[0] = 1;")
    }
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let inputs = [softmax(x, axis: -1), concatenated([x, x], axis: 1), x.flattened(), x.max(axes: [0, 2], keepDims: false).reshaped(4, -1),
            x[0..., 1, ..<2], argMax(x, axis: -1)[0], x[.ellipsis, 2, 0...], expandedDimensions(x[.ellipsis, 0], axis: 0), proj(x), sum(x, axes: [1, 2]), MLXArray(0 ..< 5), normal([2, 2]).asType(.bfloat16)]
        return kernel(inputs, grid: (1, 1, 1), threadGroup: (1, 1, 1), outputShapes: [[1]], outputDTypes: [.float32])[0]
    }
}
let scorer = Scorer(dims: 8)
let y = scorer(MLXArray.zeros([3, 4, 8], dtype: .float16))
`))
}

// TestNumbers: functions of numbers, in numpy and in Swift, whose unsigned ones have 64 bits.
func TestNumbers(t *testing.T) {
	for file, c := range map[string]struct{ program, want string }{
		"a.py": {"import math\nimport numpy as np\ns = f'{np.exp(-(2 - 2 // 2) ** 2 / 2):.4f} {np.ceil(2.5)} {math.gcd(12, 18)} {math.isqrt(17)} {(40).bit_length()} {np.power(2, 3)} {np.power(2.0, 3)} {np.gcd(12, 18)}'", "0.6065 3.0 6 4 6 8 8.0 6"},
		"a.swift": {`var wrapped = UInt8(250)
wrapped &+= 50
let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
let s = "\(seed) \(seed >> 60) \(seed &* 3) \(seed % 10) \(UInt32(truncatingIfNeeded: seed)) \(Int(ceil(log2(Float(100))))) \(1.0 / sqrt(Float(64))) \(wrapped)"`, "11400714819323198485 9 15755400384260043839 5 2135587861 7 0.125 44"},
	} {
		call := "k = mx.fast.metal_kernel('k', [], ['y'], s)"
		if file == "a.swift" {
			call = `let k = MLXFast.metalKernel(name: "k", inputNames: [], outputNames: ["y"], source: s)`
		}
		kernels, _ := Read(t.Context(), file, "import mlx.core as mx\n"+c.program+"\n"+call+"\n", nil, nil)
		require.Len(t, kernels, 1)
		require.Equal(t, c.want, kernels[0].Args["source"])
	}
}

// TestCommandLine: options have their defaults, of which is told that they are.
func TestCommandLine(t *testing.T) {
	const program = `
import argparse
import mlx.core as mx
parser = argparse.ArgumentParser(description="d")
parser.add_argument("-t", "--tg-size", type=int, default=128, help="h")
group = parser.add_argument_group("more")
group.add_argument("--half", action="store_true")
group.add_argument("--op", choices=["add", "mul"])
group.add_argument("--rows", type=int, required=True)
args = parser.parse_args()

def run(x):
    k = mx.fast.metal_kernel("k_" + args.op, ["x"], ["y"], f"// {args.half}")
    return k(inputs=[x], grid=(args.tg_size, args.rows, 1), threadgroup=(args.tg_size, 1, 1), output_shapes=[x.shape], output_dtypes=[x.dtype])

run(mx.zeros((4,)))
`
	kernels, _ := Read(t.Context(), "a.py", program, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "k_add", kernels[0].Args["name"])
	require.Equal(t, "// False", kernels[0].Args["source"])
	l := kernels[0].Launches[0]
	require.Equal(t, []int64{128, 16, 1}, Dims(l.Args["grid"]))
	require.Equal(t, []string{"--op is 'add'", "--half is False, its default", "--tg-size is 128, its default", "--rows is 16"}, l.Notes)
	kernels, _ = Read(t.Context(), "a.py", strings.Replace(program, "\nrun(", "\nif args.half:\n    run(", 1), nil, nil)
	require.Len(t, kernels, 1, "an option that is off by default")
	require.Len(t, kernels[0].Launches, 1)
	several := strings.NewReplacer("default=128", "default='128'", `--rows", type=int`, `--rows", type=int, nargs=2`, "args.rows, 1)", "*args.rows)").Replace(program)
	kernels, _ = Read(t.Context(), "a.py", several, nil, nil)
	require.Len(t, kernels, 1)
	l = kernels[0].Launches[0]
	require.Equal(t, []int64{128, 16, 16}, Dims(l.Args["grid"]))
	require.Contains(t, l.Notes, "--rows is [16, 16]")
	kernels, _ = Read(t.Context(), "a.py", program, map[string]any{"tg_size": int64(64)}, nil)
	require.Equal(t, []int64{64, 16, 1}, Dims(kernels[0].Launches[0].Args["grid"]))
}
