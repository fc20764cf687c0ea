package dsl

import "github.com/zmlx/zmlx/mlx"

// unaryFunc defines a function of one array; real ones take floating-point
// arrays.
func unaryFunc(name string, real bool, f func(*mlx.Array) *mlx.Array) {
	define(name, "x", func(a *arguments) any {
		if real {
			return f(a.float())
		}
		return f(a.array(0))
	})
}

func binaryFunc(name string, f func(*mlx.Array, mlx.Operand) *mlx.Array) {
	define(name, "x, y", func(a *arguments) any { return f(a.pair()) })
}

func init() {
	for name, f := range map[string]func(*mlx.Array) *mlx.Array{
		"sqrt": (*mlx.Array).Sqrt, "rsqrt": (*mlx.Array).Rsqrt, "reciprocal": (*mlx.Array).Reciprocal,
		"exp": (*mlx.Array).Exp, "expm1": (*mlx.Array).Expm1,
		"log": (*mlx.Array).Log, "log2": (*mlx.Array).Log2, "log10": (*mlx.Array).Log10, "log1p": (*mlx.Array).Log1p,
		"sin": (*mlx.Array).Sin, "cos": (*mlx.Array).Cos, "tan": (*mlx.Array).Tan,
		"sinh": (*mlx.Array).Sinh, "cosh": (*mlx.Array).Cosh, "tanh": (*mlx.Array).Tanh,
		"arcsin": (*mlx.Array).Arcsin, "arccos": (*mlx.Array).Arccos, "arctan": (*mlx.Array).Arctan,
		"arcsinh": (*mlx.Array).Arcsinh, "arccosh": (*mlx.Array).Arccosh, "arctanh": (*mlx.Array).Arctanh,
		"erf": (*mlx.Array).Erf, "erfinv": (*mlx.Array).Erfinv, "sigmoid": (*mlx.Array).Sigmoid,
		"degrees": (*mlx.Array).Degrees, "radians": (*mlx.Array).Radians,
	} {
		unaryFunc(name, true, f)
	}
	for name, f := range map[string]func(*mlx.Array) *mlx.Array{
		"abs": (*mlx.Array).Abs, "negative": (*mlx.Array).Negative, "sign": (*mlx.Array).Sign, "square": (*mlx.Array).Square,
		"floor": (*mlx.Array).Floor, "ceil": (*mlx.Array).Ceil,
		"isnan": (*mlx.Array).IsNaN, "isinf": (*mlx.Array).IsInf, "isposinf": (*mlx.Array).IsPosInf,
		"isneginf": (*mlx.Array).IsNegInf, "isfinite": (*mlx.Array).IsFinite,
		"logical_not": (*mlx.Array).LogicalNot, "bitwise_invert": (*mlx.Array).BitwiseInvert,
		"real": (*mlx.Array).Real, "imag": (*mlx.Array).Imag, "conjugate": (*mlx.Array).Conjugate,
		"stop_gradient": func(x *mlx.Array) *mlx.Array { return x },
	} {
		unaryFunc(name, false, f)
	}
	for name, f := range map[string]func(*mlx.Array, mlx.Operand) *mlx.Array{
		"add": (*mlx.Array).Add, "subtract": (*mlx.Array).Subtract, "multiply": (*mlx.Array).Multiply,
		"floor_divide": (*mlx.Array).FloorDivide, "remainder": (*mlx.Array).Remainder, "power": (*mlx.Array).Power,
		"maximum": (*mlx.Array).Maximum, "minimum": (*mlx.Array).Minimum,
		"logaddexp": (*mlx.Array).LogAddExp, "arctan2": (*mlx.Array).Arctan2,
		"logical_and": (*mlx.Array).LogicalAnd, "logical_or": (*mlx.Array).LogicalOr,
		"bitwise_and": (*mlx.Array).BitwiseAnd, "bitwise_or": (*mlx.Array).BitwiseOr, "bitwise_xor": (*mlx.Array).BitwiseXor,
		"left_shift": (*mlx.Array).LeftShift, "right_shift": (*mlx.Array).RightShift,
		"equal": (*mlx.Array).Equal, "not_equal": (*mlx.Array).NotEqual, "less": (*mlx.Array).Less,
		"less_equal": (*mlx.Array).LessEqual, "greater": (*mlx.Array).Greater, "greater_equal": (*mlx.Array).GreaterEqual,
	} {
		binaryFunc(name, f)
	}
	alias("pow", "power")
	define("divide", "x, y", func(a *arguments) any {
		x, y := a.pair()
		if ya, ok := y.(*mlx.Array); ok {
			y = a.ev.float(ya)
		}
		return a.ev.float(x).Divide(y)
	})
	define("where", "condition, x, y", func(a *arguments) any {
		return a.ev.where(a.call, a.values[0], a.values[1], a.values[2])
	})
	define("clip", "x, lo=none, hi=none", func(a *arguments) any {
		var lo, hi mlx.Operand
		if a.has(1) {
			lo = a.ev.operand(a.expr(1), a.values[1])
		}
		if a.has(2) {
			hi = a.ev.operand(a.expr(2), a.values[2])
		}
		return a.array(0).Clip(lo, hi)
	})
	define("round", "x, decimals=0", func(a *arguments) any { return a.array(0).Round(a.int(1, 0)) })
	define("nan_to_num", "x, nan=0", func(a *arguments) any { return a.array(0).NaNToNum(a.number(1, 0)) })
	define("astype", "x, dtype", func(a *arguments) any {
		x, to := a.array(0), a.dtype(1, mlx.Float32)
		return x.AsType(to)
	})
	define("view", "x, dtype", func(a *arguments) any {
		if a.ev.wide && a.array(0).DType() == mlx.Float64 {
			a.fail(0, "the bits of a floating-point array are not known in float64; view integers only")
		}
		to, ok := a.values[1].(mlx.DType)
		if !ok {
			a.fail(1, "wanted an element type such as float32")
		}
		return a.ev.widen(a.array(0).View(to))
	})
}
