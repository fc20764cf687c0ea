package mlxtest

import (
	"maps"
	"math"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

type operation func(c call) []*mlx.Array

func one(f func(c call) *mlx.Array) operation {
	return func(c call) []*mlx.Array { return []*mlx.Array{f(c)} }
}

// operations runs the goldens' operations by name.
var operations = merge(unaryOps, binaryOps, reduceOps, shapeOps, indexOps, linearOps, neuralOps, createOps, randomOps)

func merge(tables ...map[string]operation) map[string]operation {
	all := map[string]operation{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

func unaryTable(fs map[string]func(*mlx.Array) *mlx.Array) map[string]operation {
	table := map[string]operation{}
	for name, f := range fs {
		table[name] = one(func(c call) *mlx.Array { return f(c.in[0]) })
		table["complex_"+name] = table[name]
	}
	return table
}

var unaryOps = merge(unaryTable(map[string]func(*mlx.Array) *mlx.Array{
	"abs": (*mlx.Array).Abs, "negative": (*mlx.Array).Negative, "sign": (*mlx.Array).Sign, "square": (*mlx.Array).Square,
	"sqrt": (*mlx.Array).Sqrt, "rsqrt": (*mlx.Array).Rsqrt, "reciprocal": (*mlx.Array).Reciprocal,
	"exp": (*mlx.Array).Exp, "expm1": (*mlx.Array).Expm1,
	"log": (*mlx.Array).Log, "log2": (*mlx.Array).Log2, "log10": (*mlx.Array).Log10, "log1p": (*mlx.Array).Log1p,
	"sin": (*mlx.Array).Sin, "cos": (*mlx.Array).Cos, "tan": (*mlx.Array).Tan,
	"sinh": (*mlx.Array).Sinh, "cosh": (*mlx.Array).Cosh, "tanh": (*mlx.Array).Tanh,
	"arcsin": (*mlx.Array).Arcsin, "arccos": (*mlx.Array).Arccos, "arctan": (*mlx.Array).Arctan,
	"arcsinh": (*mlx.Array).Arcsinh, "arccosh": (*mlx.Array).Arccosh, "arctanh": (*mlx.Array).Arctanh,
	"erf": (*mlx.Array).Erf, "erfinv": (*mlx.Array).Erfinv, "sigmoid": (*mlx.Array).Sigmoid,
	"floor": (*mlx.Array).Floor, "ceil": (*mlx.Array).Ceil, "degrees": (*mlx.Array).Degrees, "radians": (*mlx.Array).Radians,
	"isnan": (*mlx.Array).IsNaN, "isinf": (*mlx.Array).IsInf, "isfinite": (*mlx.Array).IsFinite,
	"isposinf": (*mlx.Array).IsPosInf, "isneginf": (*mlx.Array).IsNegInf,
	"logical_not": (*mlx.Array).LogicalNot, "bitwise_invert": (*mlx.Array).BitwiseInvert,
	"conjugate": (*mlx.Array).Conjugate, "real": (*mlx.Array).Real, "imag": (*mlx.Array).Imag, "to_fp8": (*mlx.Array).ToFP8,
	"silu": (*mlx.Array).SiLU, "gelu": (*mlx.Array).GELU, "gelu_approx": (*mlx.Array).GELUApprox, "gelu_fast_approx": (*mlx.Array).GELUFastApprox,
	"relu": (*mlx.Array).ReLU, "relu2": (*mlx.Array).ReLU2, "relu6": (*mlx.Array).ReLU6, "selu": (*mlx.Array).SELU,
	"softplus": (*mlx.Array).Softplus, "softsign": (*mlx.Array).Softsign, "mish": (*mlx.Array).Mish, "hardswish": (*mlx.Array).HardSwish,
	"log_sigmoid": (*mlx.Array).LogSigmoid,
}), map[string]operation{
	"round":       one(func(c call) *mlx.Array { return c.in[0].Round(c.int("decimals", 0)) }),
	"leaky_relu":  one(func(c call) *mlx.Array { return c.in[0].LeakyReLU(0.01) }),
	"elu":         one(func(c call) *mlx.Array { return c.in[0].ELU(1) }),
	"log_softmax": one(func(c call) *mlx.Array { return c.in[0].LogSoftmax(-1) }),
	"astype":      one(func(c call) *mlx.Array { return c.in[0].AsType(c.dtype("to")) }),
	"view":        one(func(c call) *mlx.Array { return c.in[0].View(c.dtype("dtype")) }),
	"from_fp8":    one(func(c call) *mlx.Array { return c.in[0].FromFP8(c.dtype("dtype")) }),
	"nan_to_num": one(func(c call) *mlx.Array {
		if c.has("posinf") || c.has("neginf") {
			return c.in[0].NaNToNumWith(c.number("nan", 0), c.number("posinf", math.MaxFloat32), c.number("neginf", -math.MaxFloat32))
		}
		return c.in[0].NaNToNum(c.number("nan", 0))
	}),
})

func binaryTable(fs map[string]func(*mlx.Array, mlx.Operand) *mlx.Array) map[string]operation {
	table := map[string]operation{}
	for name, f := range fs {
		table[name] = one(func(c call) *mlx.Array { return f(c.in[0], c.in[1]) })
		table["complex_"+name] = table[name]
	}
	return table
}

var binaryOps = merge(binaryTable(map[string]func(*mlx.Array, mlx.Operand) *mlx.Array{
	"add": (*mlx.Array).Add, "subtract": (*mlx.Array).Subtract, "multiply": (*mlx.Array).Multiply, "divide": (*mlx.Array).Divide,
	"maximum": (*mlx.Array).Maximum, "minimum": (*mlx.Array).Minimum, "power": (*mlx.Array).Power,
	"remainder": (*mlx.Array).Remainder, "floor_divide": (*mlx.Array).FloorDivide,
	"logaddexp": (*mlx.Array).LogAddExp, "arctan2": (*mlx.Array).Arctan2,
	"equal": (*mlx.Array).Equal, "not_equal": (*mlx.Array).NotEqual, "less": (*mlx.Array).Less, "less_equal": (*mlx.Array).LessEqual,
	"greater": (*mlx.Array).Greater, "greater_equal": (*mlx.Array).GreaterEqual,
	"logical_and": (*mlx.Array).LogicalAnd, "logical_or": (*mlx.Array).LogicalOr,
	"bitwise_and": (*mlx.Array).BitwiseAnd, "bitwise_or": (*mlx.Array).BitwiseOr, "bitwise_xor": (*mlx.Array).BitwiseXor,
	"left_shift": (*mlx.Array).LeftShift, "right_shift": (*mlx.Array).RightShift,
}), map[string]operation{
	"divmod": func(c call) []*mlx.Array { q, r := c.in[0].DivMod(c.in[1]); return []*mlx.Array{q, r} },
	"isclose": one(func(c call) *mlx.Array {
		return c.in[0].IsClose(c.in[1], c.number("rtol", 1e-5), c.number("atol", 1e-8), c.flag("equal_nan"))
	}),
	"allclose": one(func(c call) *mlx.Array {
		return c.in[0].AllClose(c.in[1], c.number("rtol", 1e-5), c.number("atol", 1e-8), c.flag("equal_nan"))
	}),
	"where":      one(func(c call) *mlx.Array { return mlx.Where(c.in[0], c.in[1], c.in[2]) }),
	"clip":       one(func(c call) *mlx.Array { return c.in[0].Clip(c.operand("a_min"), c.operand("a_max")) }),
	"clip_array": one(func(c call) *mlx.Array { return c.in[0].Clip(c.in[1], c.in[2]) }),
})

func reduction(f func(a *mlx.Array, keep bool, axes ...int) *mlx.Array) operation {
	return one(func(c call) *mlx.Array { return f(c.in[0], c.flag("keepdims"), c.ints("axis")...) })
}

// alongAxis runs f on an axis, or on the flattened array without one.
func alongAxis(f func(a *mlx.Array, axis int, c call) *mlx.Array) operation {
	return one(func(c call) *mlx.Array {
		if !c.has("axis") {
			return f(c.in[0].Flatten(), 0, c)
		}
		return f(c.in[0], c.int("axis", 0), c)
	})
}

func scan(f func(a *mlx.Array, axis int, reverse, inclusive bool) *mlx.Array) operation {
	return alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array {
		inclusive := !c.has("inclusive") || c.flag("inclusive")
		return f(a, axis, c.flag("reverse"), inclusive)
	})
}

func argReduction(f func(a *mlx.Array, axis int, keep bool) *mlx.Array) operation {
	return alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array {
		out := f(a, axis, c.flag("keepdims"))
		if c.flag("keepdims") && !c.has("axis") {
			return out.Reshape(make1s(c.in[0].NDim())...)
		}
		return out
	})
}

func make1s(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

var reduceOps = withComplex(map[string]operation{
	"sum": reduction((*mlx.Array).Sum), "prod": reduction((*mlx.Array).Prod), "max": reduction((*mlx.Array).Max), "min": reduction((*mlx.Array).Min),
	"mean": reduction((*mlx.Array).Mean), "median": reduction((*mlx.Array).Median), "all": reduction((*mlx.Array).All), "any": reduction((*mlx.Array).Any),
	"logsumexp": reduction((*mlx.Array).LogSumExp),
	"var":       one(func(c call) *mlx.Array { return c.in[0].Var(c.int("ddof", 0), c.flag("keepdims"), c.ints("axis")...) }),
	"std":       one(func(c call) *mlx.Array { return c.in[0].Std(c.int("ddof", 0), c.flag("keepdims"), c.ints("axis")...) }),
	"argmax":    argReduction((*mlx.Array).ArgMax), "argmin": argReduction((*mlx.Array).ArgMin),
	"cumsum": scan((*mlx.Array).CumSum), "cumprod": scan((*mlx.Array).CumProd), "cummax": scan((*mlx.Array).CumMax),
	"cummin": scan((*mlx.Array).CumMin), "logcumsumexp": scan((*mlx.Array).LogCumSumExp),
	"sort":         alongAxis(func(a *mlx.Array, axis int, _ call) *mlx.Array { return a.Sort(axis) }),
	"argsort":      alongAxis(func(a *mlx.Array, axis int, _ call) *mlx.Array { return a.ArgSort(axis) }),
	"partition":    alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array { return a.Partition(c.int("kth", 0), axis) }),
	"argpartition": alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array { return a.ArgPartition(c.int("kth", 0), axis) }),
	"topk":         alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array { return a.TopK(c.int("k", 1), axis) }),
	"softmax":      one(func(c call) *mlx.Array { return c.in[0].Softmax(c.flag("precise"), c.ints("axis")...) }),
})

func withComplex(table map[string]operation) map[string]operation {
	out := maps.Clone(table)
	for name, f := range table {
		out["complex_"+name] = f
	}
	return out
}

var linearOps = map[string]operation{
	"matmul":    one(func(c call) *mlx.Array { return c.in[0].Matmul(c.in[1]) }),
	"matmul_bt": one(func(c call) *mlx.Array { return c.in[0].Matmul(c.in[1].SwapAxes(-1, -2)) }),
	"matmul_at": one(func(c call) *mlx.Array { return c.in[0].SwapAxes(-1, -2).Matmul(c.in[1]) }),
	"addmm": one(func(c call) *mlx.Array {
		return mlx.AddMM(c.in[0], c.in[1], c.in[2], c.number("alpha", 1), c.number("beta", 1))
	}),
	"kron":  one(func(c call) *mlx.Array { return mlx.Kron(c.in[0], c.in[1]) }),
	"outer": one(func(c call) *mlx.Array { return mlx.Outer(c.in[0], c.in[1]) }),
	"inner": one(func(c call) *mlx.Array { return mlx.Inner(c.in[0], c.in[1]) }),
	"tensordot": one(func(c call) *mlx.Array {
		if pairs, ok := c.Args["axes"].([]any); ok {
			list := func(i int) []int { return call{goldenCase: goldenCase{Args: map[string]any{"x": pairs[i]}}}.ints("x") }
			return mlx.TensordotAxes(c.in[0], c.in[1], list(0), list(1))
		}
		return mlx.Tensordot(c.in[0], c.in[1], c.int("axes", 2))
	}),
	"einsum": one(func(c call) *mlx.Array { return mlx.Einsum(c.Args["subscripts"].(string), c.in...) }),
	"gather_mm": one(func(c call) *mlx.Array {
		next := c.optional(2)
		lhs := next("lhs_indices")
		return mlx.GatherMM(c.in[0], c.in[1], lhs, next("rhs_indices"))
	}),
	"linalg_norm": one(func(c call) *mlx.Array {
		return c.in[0].Norm(c.number("ord", 2), c.flag("keepdims"), c.ints("axis")...)
	}),
	"fft":   one(func(c call) *mlx.Array { return c.in[0].FFT(c.int("n", 0), c.int("axis", -1)) }),
	"ifft":  one(func(c call) *mlx.Array { return c.in[0].IFFT(c.int("n", 0), c.int("axis", -1)) }),
	"rfft":  one(func(c call) *mlx.Array { return c.in[0].RFFT(c.int("n", 0), c.int("axis", -1)) }),
	"irfft": one(func(c call) *mlx.Array { return c.in[0].IRFFT(c.int("n", 0), c.int("axis", -1)) }),
	"fft2":  one(func(c call) *mlx.Array { return c.in[0].FFT2(-2, -1) }),
}

func convOptions(c call) mlx.ConvOptions {
	return mlx.ConvOptions{Stride: c.ints("stride"), Padding: c.ints("padding"), Dilation: c.ints("dilation"), Groups: c.int("groups", 1)}
}

var conv = one(func(c call) *mlx.Array { return mlx.Conv(c.in[0], c.in[1], convOptions(c)) })

var convTranspose = one(func(c call) *mlx.Array { return mlx.ConvTranspose(c.in[0], c.in[1], convOptions(c)) })

var neuralOps = map[string]operation{
	"conv1d": conv, "conv2d": conv, "conv3d": conv, "conv_transpose1d": convTranspose, "conv_transpose2d": convTranspose,
	"convolve": one(func(c call) *mlx.Array { return mlx.Convolve(c.in[0], c.in[1], c.Args["mode"].(string)) }),
	"rms_norm": one(func(c call) *mlx.Array { return mlx.RMSNorm(c.in[0], c.optional(1)("weight"), c.number("eps", 0)) }),
	"layer_norm": one(func(c call) *mlx.Array {
		next := c.optional(1)
		w := next("weight")
		return mlx.LayerNorm(c.in[0], w, next("bias"), c.number("eps", 0))
	}),
	"rope": one(func(c call) *mlx.Array {
		o := mlx.RoPEOptions{Dims: c.int("dims", 0), Traditional: c.flag("traditional"), Base: c.number("base", 0), Scale: c.number("scale", 1)}
		o.Freqs = c.optional(1)("freqs")
		o.Offset = c.int("offset", 0)
		if _, isArray := c.Args["offset"].(string); isArray {
			o.Offset = c.in[len(c.in)-1]
		}
		return mlx.RoPE(c.in[0], o)
	}),
	"scaled_dot_product_attention": one(func(c call) *mlx.Array {
		o := mlx.AttentionOptions{Scale: c.number("scale", 1)}
		next := 3
		switch mask, _ := c.Args["mask"].(string); mask {
		case "causal":
			o.Causal = true
		case "array":
			o.Mask = c.in[next]
			next++
		}
		o.Sinks = c.optional(next)("sinks")
		return mlx.Attention(c.in[0], c.in[1], c.in[2], o)
	}),
	"hadamard_transform": one(func(c call) *mlx.Array { return mlx.HadamardTransform(c.in[0], c.number("scale", 0)) }),
	"quantize": func(c call) []*mlx.Array {
		q := mlx.Quantize(c.in[0], c.quantization())
		if q.Biases == nil {
			return []*mlx.Array{q.Packed, q.Scales}
		}
		return []*mlx.Array{q.Packed, q.Scales, q.Biases}
	},
	"dequantize": one(func(c call) *mlx.Array {
		q, _ := quantized(c, 0)
		if c.has("dtype") {
			return q.Dequantize(c.dtype("dtype"))
		}
		return q.Dequantize()
	}),
	"quantized_matmul": one(func(c call) *mlx.Array {
		q, _ := quantized(c, 1)
		return mlx.QuantizedMatmul(c.in[0], q, c.flag("transpose"))
	}),
	"gather_qmm": one(func(c call) *mlx.Array {
		q, next := quantized(c, 1)
		take := c.optional(next)
		lhs := take("lhs_indices")
		return mlx.GatherQMM(c.in[0], q, lhs, take("rhs_indices"), c.flag("transpose"))
	}),
}

// quantized takes the parts of a packed matrix from the inputs.
func quantized(c call, from int) (mlx.Quantized, int) {
	q := mlx.Quantized{Packed: c.in[from], Scales: c.in[from+1], Quantization: c.quantization()}
	if q.Mode != mlx.Affine {
		return q, from + 2
	}
	q.Biases = c.in[from+2]
	return q, from + 3
}

var randomOps = map[string]operation{
	"key": one(func(c call) *mlx.Array { return mlx.Key(uint64(c.number("seed", 0))).On(c.rt) }),
	"random_split": one(func(c call) *mlx.Array {
		return mlx.Stack(mlx.SplitKey(c.in[0], c.int("num", 2)), 0)
	}),
	"random_uniform": one(func(c call) *mlx.Array {
		return mlx.RandomUniform(c.in[0], c.number("low", 0), c.number("high", 1), c.ints("shape"), c.dtype("dtype"))
	}),
	"random_normal": one(func(c call) *mlx.Array {
		return mlx.RandomNormal(c.in[0], c.ints("shape"), c.dtype("dtype"), c.operand("loc"), c.operand("scale"))
	}),
	"random_bernoulli": one(func(c call) *mlx.Array { return mlx.RandomBernoulli(c.in[0], c.number("p", 0.5), c.ints("shape")) }),
	"random_randint": one(func(c call) *mlx.Array {
		return mlx.RandomInt(c.in[0], c.int("low", 0), c.int("high", 1), c.ints("shape"), c.dtype("dtype"))
	}),
	"random_gumbel": one(func(c call) *mlx.Array { return mlx.RandomGumbel(c.in[0], c.ints("shape"), c.dtype("dtype")) }),
	"random_laplace": one(func(c call) *mlx.Array {
		return mlx.RandomLaplace(c.in[0], c.ints("shape"), c.dtype("dtype"), c.number("loc", 0), c.number("scale", 1))
	}),
	"random_truncated_normal": one(func(c call) *mlx.Array {
		return mlx.RandomTruncatedNormal(c.in[0], c.number("lower", 0), c.number("upper", 0), c.ints("shape"), mlx.Float32)
	}),
	"random_permutation": one(func(c call) *mlx.Array { return mlx.RandomPermutation(c.in[0], c.int("x", 0)) }),
	"random_categorical": one(func(c call) *mlx.Array {
		return mlx.RandomCategorical(c.in[0], c.in[1], c.int("axis", -1), c.int("num_samples", 0))
	}),
}

var atOps = map[string]mlx.ScatterOp{"add": mlx.ScatterAdd, "multiply": mlx.ScatterProd, "maximum": mlx.ScatterMax, "minimum": mlx.ScatterMin}

func at(c call) *mlx.Array {
	a, v, items := c.in[0], c.in[3], c.subscript(c.in[1], c.in[2])
	name := strings.TrimPrefix(c.Op, "at_")
	if name == "subtract" {
		name, v = "add", v.Negative()
	}
	return a.Update(atOps[name], v, items...)
}
