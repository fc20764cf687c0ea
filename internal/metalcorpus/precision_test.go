package main

import (
	"math"

	"github.com/zmlx/zmlx/mlx"
)

// rule is what a function of MLX is held to on floats: its formula, and how far
// off the result may be in float32, in units of the last place, by the Metal
// Shading Language Specification's table of accuracies (8.1). In half and
// bfloat MLX's functions compute in float32 and round once more.
type rule struct {
	formula func(x, y float64) float64
	ulps    float64
	// own is, if set, the absolute error of a kernel's composition in place of
	// ulps. Half of the result's last place is added.
	own func(d mlx.DType, x, y float64) float64
}

// exact is the bound of what is correctly rounded.
const exact = 0.5

func of(f func(x float64) float64, ulps float64) rule {
	return rule{formula: func(x, _ float64) float64 { return f(x) }, ulps: ulps}
}

var unaryRules = map[string]rule{
	"Abs": of(math.Abs, exact), "Ceil": of(math.Ceil, exact), "Floor": of(math.Floor, exact), "Round": of(math.RoundToEven, exact),
	"Negative": of(func(x float64) float64 { return -x }, exact), "Square": of(func(x float64) float64 { return x * x }, exact),
	"Sqrt": of(math.Sqrt, exact), "Rsqrt": of(func(x float64) float64 { return 1 / math.Sqrt(x) }, exact),
	"ArcCos": of(math.Acos, 4), "ArcSin": of(math.Asin, 4), "ArcTan": of(math.Atan, 5),
	"ArcCosh": of(math.Acosh, 4), "ArcSinh": of(math.Asinh, 4), "ArcTanh": of(math.Atanh, 5),
	"Cos": of(math.Cos, 4), "Sin": of(math.Sin, 4), "Tan": of(math.Tan, 6),
	"Cosh": of(math.Cosh, 4), "Sinh": of(math.Sinh, 4), "Tanh": of(math.Tanh, 5),
	"Exp": of(math.Exp, 4), "Log": of(math.Log, 4), "Log2": of(math.Log2, 4), "Log10": of(math.Log10, 4),
	"Expm1": {formula: func(x, _ float64) float64 { return math.Expm1(x) }, own: func(_ mlx.DType, x, _ float64) float64 {
		return ulp(mlx.Float32, math.Expm1(x)) + expm1Rest(x)
	}},
	"Erf": {formula: func(x, _ float64) float64 { return math.Erf(x) }, own: func(_ mlx.DType, x, _ float64) float64 {
		bound := ulp(mlx.Float32, math.Erf(x))
		if math.Abs(x) > 0.927 { // 1 - exp of a polynomial
			bound += expm1Rest(math.Log(math.Erfc(math.Abs(x))))
		}
		return bound
	}},
	"ErfInv": of(math.Erfinv, 4),
	// x log(1+x)/((1+x)-1), whose sum's rounding counts half as much.
	"Log1p": {formula: func(x, _ float64) float64 { return math.Log1p(x) }, own: func(_ mlx.DType, x, _ float64) float64 {
		return log1pError(math.Log1p(x))
	}},
	// y = 1/(1+exp|x|), or 1-y, in the type itself.
	"Sigmoid": {formula: func(x, _ float64) float64 { return 1 / (1 + math.Exp(-x)) }, own: func(d mlx.DType, x, _ float64) float64 {
		return (expUlps(d) + 1) * 2 * unit[d] / (1 + math.Exp(math.Abs(x)))
	}},
}

var binaryRules = map[string]rule{
	"Add": {formula: func(x, y float64) float64 { return x + y }, ulps: exact}, "Subtract": {formula: func(x, y float64) float64 { return x - y }, ulps: exact},
	"Multiply": {formula: func(x, y float64) float64 { return x * y }, ulps: exact}, "Divide": {formula: func(x, y float64) float64 { return x / y }, ulps: exact},
	"ArcTan2": {formula: math.Atan2, ulps: 6}, "Power": {formula: math.Pow, ulps: 16},
	"Remainder": {formula: func(x, y float64) float64 {
		r := math.Mod(x, y)
		if r != 0 && (r < 0) != (y < 0) {
			r += y
		}
		return r
	}, ulps: exact},
	"LogAddExp": {formula: func(x, y float64) float64 {
		high, low := max(x, y), min(x, y)
		if math.IsInf(low, -1) || math.IsInf(high, 1) {
			return high
		}
		return high + math.Log1p(math.Exp(low-high))
	}, own: func(d mlx.DType, x, y float64) float64 {
		gap := math.Abs(x - y)
		small := math.Exp(-gap)
		return small/(1+small)*(gap/2+expUlps(d))*2*unit[d] + log1pError(math.Log1p(small)) + ulp(d, math.Log1p(small))/2
	}},
}

// expUlps is the bound of exp in a type, which for half is that of table 8.3.
func expUlps(d mlx.DType) float64 {
	if d == mlx.Float32 {
		return 4
	}
	return 1
}

// log1pError is the error of a value of MLX's log1p: of log, a sum, a quotient and a product.
func log1pError(v float64) float64 { return (4 + 3*0.5) * 2 * unit[mlx.Float32] * math.Abs(v) }

// expm1Rest is what MLX's expm1 leaves out: it takes a multiple of ln 2 off, and
// of that only the part of 20 bits, not the rest.
func expm1Rest(x float64) float64 {
	const rest = math.Ln2 - 6.93145752e-1
	return math.Abs(math.RoundToEven(x/math.Ln2)) * rest * math.Exp(x)
}

// hold makes of a trial of floats one that is held to the rule. y is nil of a
// function of one argument.
func (c trial) hold(r rule, d mlx.DType, x, y *mlx.Array) trial {
	xs := x.AsType(mlx.Float64).Float64s()
	ys := xs
	if y != nil {
		ys = y.AsType(mlx.Float64).Float64s()
	}
	c.exact = make([]float64, len(xs))
	for i := range xs {
		c.exact[i] = r.formula(xs[i], ys[i])
	}
	c.slack = func(i int) float64 {
		if r.own != nil {
			return r.own(d, xs[i], ys[i])
		}
		if d == mlx.Float32 { // one rounding is near's
			return (r.ulps - exact) * ulp(d, c.exact[i])
		}
		if r.ulps == exact {
			return 0
		}
		return r.ulps * ulp(mlx.Float32, c.exact[i])
	}
	return c
}
