package native

import (
	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

var unaryFns = symbols("mlx_%s", []string{
	core.Abs: "abs", core.Negative: "negative", core.Sign: "sign", core.Square: "square", core.Sqrt: "sqrt",
	core.Rsqrt: "rsqrt", core.Reciprocal: "reciprocal", core.Exp: "exp", core.Expm1: "expm1", core.Log: "log",
	core.Log2: "log2", core.Log10: "log10", core.Log1p: "log1p", core.Sin: "sin", core.Cos: "cos", core.Tan: "tan",
	core.Sinh: "sinh", core.Cosh: "cosh", core.Tanh: "tanh", core.Arcsin: "arcsin", core.Arccos: "arccos",
	core.Arctan: "arctan", core.Arcsinh: "arcsinh", core.Arccosh: "arccosh", core.Arctanh: "arctanh",
	core.Erf: "erf", core.Erfinv: "erfinv", core.Sigmoid: "sigmoid", core.Floor: "floor", core.Ceil: "ceil",
	core.Round: "round", core.LogicalNot: "logical_not", core.BitwiseInvert: "bitwise_invert",
	core.Conjugate: "conjugate", core.Real: "real", core.Imag: "imag", core.ToFP8: "to_fp8", core.FromFP8: "from_fp8",
})

// Unary applies op to each element.
func (r *Runtime) Unary(op core.UnaryOp, x core.Tensor) core.Tensor {
	return r.op(unaryFns[op], func(c *capi.Call) {
		switch op {
		case core.Round:
			c.Int(0)
		case core.FromFP8:
			c.Int(int(core.Float32))
		}
	}, x)
}

var binaryFns = symbols("mlx_%s", []string{
	core.Add: "add", core.Subtract: "subtract", core.Multiply: "multiply", core.Divide: "divide",
	core.Maximum: "maximum", core.Minimum: "minimum", core.Power: "power", core.Remainder: "remainder",
	core.FloorDivide: "floor_divide", core.LogAddExp: "logaddexp", core.Arctan2: "arctan2",
	core.LogicalAnd: "logical_and", core.LogicalOr: "logical_or", core.BitwiseAnd: "bitwise_and",
	core.BitwiseOr: "bitwise_or", core.BitwiseXor: "bitwise_xor", core.LeftShift: "left_shift", core.RightShift: "right_shift",
})

// Binary applies op to pairs of elements.
func (r *Runtime) Binary(op core.BinaryOp, a, b core.Tensor) core.Tensor {
	if (op == core.FloorDivide || op == core.Remainder) && a.DType().IsInteger() {
		return r.divideIntegers(op, a, b)
	}
	return r.op(binaryFns[op], nil, a, b)
}

var compareFns = symbols("mlx_%s", []string{
	core.Equal: "equal", core.NotEqual: "not_equal", core.Less: "less", core.LessEqual: "less_equal",
	core.Greater: "greater", core.GreaterEqual: "greater_equal",
})

// Compare gives a Bool for each pair of elements.
func (r *Runtime) Compare(op core.CompareOp, a, b core.Tensor) core.Tensor {
	return r.op(compareFns[op], nil, a, b)
}

// divideIntegers keeps the processor from trapping, which would end the
// process: quotients and remainders by 0 are 0, and those by -1 are negations.
func (r *Runtime) divideIntegers(op core.BinaryOp, a, b core.Tensor) core.Tensor {
	constant := func(v int64) core.Tensor {
		return r.AsType(r.FromBytes(core.Int64, nil, core.AsBytes([]int64{v})), a.DType())
	}
	zero, one := constant(0), constant(1)
	isZero := r.Compare(core.Equal, b, zero)
	trap, negated := isZero, zero
	isMinusOne := core.Tensor(nil)
	if a.DType().Category() == core.CategorySigned {
		isMinusOne = r.Compare(core.Equal, b, constant(-1))
		trap = r.Binary(core.LogicalOr, isZero, isMinusOne)
		if op == core.FloorDivide {
			negated = r.Unary(core.Negative, a)
		}
	}
	out := r.op(binaryFns[op], nil, a, r.Select(trap, one, b))
	if isMinusOne != nil {
		out = r.Select(isMinusOne, negated, out)
	}
	return r.Select(isZero, zero, out)
}
