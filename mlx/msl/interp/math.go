package interp

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// transcendental returns a maths function of one operand: float64 arithmetic,
// rounded once.
func transcendental(op ir.Op, k ir.Kind) func(a uint64) uint64 {
	f := map[ir.Op]func(float64) float64{
		ir.Exp: math.Exp, ir.Exp2: math.Exp2, ir.Exp10: func(x float64) float64 { return math.Pow(10, x) },
		ir.Log: math.Log, ir.Log2: math.Log2, ir.Log10: math.Log10,
		ir.Sin: math.Sin, ir.Cos: math.Cos, ir.Tan: math.Tan,
		ir.SinPi: func(x float64) float64 { return math.Sin(math.Pi * math.Mod(x, 2)) },
		ir.CosPi: func(x float64) float64 { return math.Cos(math.Pi * math.Mod(x, 2)) },
		ir.TanPi: func(x float64) float64 { return math.Tan(math.Pi * math.Mod(x, 1)) },
		ir.Sinh:  math.Sinh, ir.Cosh: math.Cosh, ir.Tanh: math.Tanh,
		ir.Asin: math.Asin, ir.Acos: math.Acos, ir.Atan: math.Atan,
		ir.Asinh: math.Asinh, ir.Acosh: math.Acosh, ir.Atanh: math.Atanh,
	}[op]
	return func(a uint64) uint64 { return ir.FloatBits(k, f(ir.FloatValue(k, a))) }
}

// transcendental2 is transcendental for two operands.
func transcendental2(op ir.Op, k ir.Kind) func(a, b uint64) uint64 {
	f := map[ir.Op]func(a, b float64) float64{ir.Atan2: math.Atan2, ir.Pow: math.Pow}[op]
	return func(a, b uint64) uint64 { return ir.FloatBits(k, f(ir.FloatValue(k, a), ir.FloatValue(k, b))) }
}
