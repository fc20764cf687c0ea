package sema

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// maths are the functions of the mathematical library of one argument, which
// initialisers of program scope may call: they are evaluated in float64.
var maths = map[ir.Op]func(float64) float64{
	ir.Exp: math.Exp, ir.Exp2: math.Exp2, ir.Exp10: func(x float64) float64 { return math.Pow(10, x) },
	ir.Log: math.Log, ir.Log2: math.Log2, ir.Log10: math.Log10,
	ir.Sin: math.Sin, ir.Cos: math.Cos, ir.Tan: math.Tan,
	ir.SinPi: func(x float64) float64 { return math.Sin(math.Pi * math.Mod(x, 2)) },
	ir.CosPi: func(x float64) float64 { return math.Cos(math.Pi * math.Mod(x, 2)) },
	ir.TanPi: func(x float64) float64 { return math.Tan(math.Pi * math.Mod(x, 1)) },
	ir.Sinh:  math.Sinh, ir.Cosh: math.Cosh, ir.Tanh: math.Tanh,
	ir.Asin: math.Asin, ir.Acos: math.Acos, ir.Atan: math.Atan,
	ir.Asinh: math.Asinh, ir.Acosh: math.Acosh, ir.Atanh: math.Atanh,
	ir.Rsqrt: func(x float64) float64 { return 1 / math.Sqrt(x) },
}

// evaluateMaths evaluates a call of the mathematical library.
func evaluateMaths(in *ir.Instr, args []uint64) (uint64, bool) {
	x := floatOf(in.Kind, args[0])
	switch f := maths[in.Op]; {
	case f != nil:
		return floatBits(in.Kind, f(x)), true
	case in.Op == ir.Pow:
		return floatBits(in.Kind, math.Pow(x, floatOf(in.Kind, args[1]))), true
	case in.Op == ir.Atan2:
		return floatBits(in.Kind, math.Atan2(x, floatOf(in.Kind, args[1]))), true
	}
	return 0, false
}
