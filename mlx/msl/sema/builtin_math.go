package sema

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// mathFamilies is <metal_math>. Every function has its variants of float in
// metal::fast and metal::precise.
var mathFamilies = []Family{
	{Names: "abs fabs", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Abs)},
	{Names: "acos", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Acos)},
	{Names: "acosh", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Acosh)},
	{Names: "asin", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Asin)},
	{Names: "asinh", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Asinh)},
	{Names: "atan", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Atan)},
	{Names: "atan2", Sig: "T(T, T)", Types: floats, Fast: true, Emit: Op(ir.Atan2)},
	{Names: "atanh", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Atanh)},
	{Names: "ceil", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Ceil)},
	{Names: "copysign", Sig: "T(T, T)", Types: floats, Fast: true, Emit: Op(ir.CopySign)},
	{Names: "cos", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Cos)},
	{Names: "cosh", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Cosh)},
	{Names: "cospi", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.CosPi)},
	{Names: "divide", Sig: "T(T, T)", Types: floats, Fast: true, Emit: Op(ir.Div)},
	{Names: "exp", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Exp)},
	{Names: "exp10", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Exp10)},
	{Names: "exp2", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Exp2)},
	{Names: "fdim", Sig: "T(T, T)", Types: floats, Fast: true, Emit: lanes(fdim)},
	{Names: "floor", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Floor)},
	{Names: "fma", Sig: "T(T, T, T)", Types: floats, Fast: true, Emit: Op(ir.FMA)},
	{Names: "max fmax", Sig: "T(T, T)", Types: floats, Fast: true, Emit: Op(ir.Max)},
	{Names: "max3 fmax3", Sig: "T(T, T, T)", Types: floats, Fast: true, Emit: lanes(max3)},
	{Names: "median3 fmedian3", Sig: "T(T, T, T)", Types: floats, Fast: true, Emit: lanes(median3)},
	{Names: "min fmin", Sig: "T(T, T)", Types: floats, Fast: true, Emit: Op(ir.Min)},
	{Names: "min3 fmin3", Sig: "T(T, T, T)", Types: floats, Fast: true, Emit: lanes(min3)},
	{Names: "fmod", Sig: "T(T, T)", Types: floats, Fast: true, Emit: Op(ir.Rem)},
	{Names: "fract", Sig: "T(T)", Types: floats, Fast: true, Emit: lanes(fract)},
	{Names: "frexp", Sig: "T(T, thread I&)", Types: floats, Fast: true, Emit: frexp},
	{Names: "ilogb", Sig: "I(T)", Types: floats, Fast: true, Emit: Op(ir.Ilogb)},
	{Names: "ldexp", Sig: "T(T, I)", Types: floats, Fast: true, Emit: Op(ir.Ldexp)},
	{Names: "log", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Log)},
	{Names: "log10", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Log10)},
	{Names: "log2", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Log2)},
	{Names: "modf", Sig: "T(T, thread T&)", Types: floats, Fast: true, Emit: modf},
	{Names: "nextafter", Sig: "T(T, T)", Types: floats, Fast: true, Since: 310, Emit: Op(ir.NextAfter)},
	{Names: "pow powr", Sig: "T(T, T)", Types: floats, Fast: true, Emit: Op(ir.Pow)},
	{Names: "rint", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Rint)},
	{Names: "round", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Round)},
	{Names: "rsqrt", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Rsqrt)},
	{Names: "sin", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Sin)},
	{Names: "sincos", Sig: "T(T, thread T&)", Types: floats, Fast: true, Emit: sincos},
	{Names: "sinh", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Sinh)},
	{Names: "sinpi", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.SinPi)},
	{Names: "sqrt", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Sqrt)},
	{Names: "tan", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Tan)},
	{Names: "tanh", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Tanh)},
	{Names: "tanpi", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.TanPi)},
	{Names: "trunc", Sig: "T(T)", Types: floats, Fast: true, Emit: Op(ir.Trunc)},
}

// fdim is x - y, or 0 where that is negative; NaN if either is.
func fdim(l lane, a []ir.Reg) ir.Reg { return l.sel(l.le(a[0], a[1]), l.float(0), l.sub(a[0], a[1])) }

func max3(l lane, a []ir.Reg) ir.Reg { return l.max(l.max(a[0], a[1]), a[2]) }

func min3(l lane, a []ir.Reg) ir.Reg { return l.min(l.min(a[0], a[1]), a[2]) }

func median3(l lane, a []ir.Reg) ir.Reg {
	return l.max(l.min(a[0], a[1]), l.min(l.max(a[0], a[1]), a[2]))
}

// fract stays below 1 also where x - floor(x) rounds to it.
func fract(l lane, a []ir.Reg) ir.Reg {
	d := l.sub(a[0], l.op(ir.Floor, a[0]))
	return l.sel(l.eq(d, l.float(1)), l.float(belowOne(l.k)), d)
}

// belowOne is the greatest value of a kind that is less than 1.
func belowOne(k ir.Kind) float64 {
	if k == ir.F16 {
		return 1 - 0x1p-11
	}
	return 1 - 0x1p-24
}

func frexp(c *Call) Value {
	var fracs, exps []ir.Reg
	for _, x := range c.Regs(0) {
		frac, exp := splitExponent(c, x)
		fracs, exps = append(fracs, frac), append(exps, exp)
	}
	c.Store(1, exps...)
	return c.Values(fracs...)
}

func splitExponent(c *Call, x ir.Reg) (frac, exp ir.Reg) {
	frac = c.B.Temp(ir.Type{Kind: c.Kind()})
	exp = c.B.Temp(ir.Type{Kind: ir.I32})
	c.B.Emit(ir.Instr{Op: ir.Frexp, Kind: c.Kind(), Dst: frac, Args: c.B.args(x)})
	return frac, exp
}

// modf splits x into parts of its own sign; the fraction of an infinity is 0.
func modf(c *Call) Value {
	l := c.lane()
	var fracs, wholes []ir.Reg
	for _, x := range c.Regs(0) {
		whole := l.op(ir.Trunc, x)
		frac := l.sel(l.eq(whole, x), l.float(0), l.sub(x, whole))
		fracs, wholes = append(fracs, l.op(ir.CopySign, frac, x)), append(wholes, whole)
	}
	c.Store(1, wholes...)
	return c.Values(fracs...)
}

func sincos(c *Call) Value {
	l := c.lane()
	var sin, cos []ir.Reg
	for _, x := range c.Regs(0) {
		sin, cos = append(sin, l.op(ir.Sin, x)), append(cos, l.op(ir.Cos, x))
	}
	c.Store(1, cos...)
	return c.Values(sin...)
}

func inf(l lane) ir.Reg { return l.float(math.Inf(1)) }
