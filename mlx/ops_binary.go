package mlx

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// binary promotes both operands, at least to a type that toType makes of the
// promoted one, and applies op.
func (a *Array) binary(name string, op core.BinaryOp, other Operand, toType func(DType) DType) *Array {
	b := a.operand(name, other)
	to := Promote(a.DType(), b.DType())
	if toType != nil {
		to = toType(to)
	}
	broadcastShapes(name, a.Shape(), b.Shape())
	return wrap(a.rt, a.rt.Binary(op, a.AsType(to).t, b.AsType(to).t))
}

// Add returns a + b.
func (a *Array) Add(b Operand) *Array { return a.binary("add", core.Add, b, nil) }

// Subtract returns a - b.
func (a *Array) Subtract(b Operand) *Array { return a.binary("subtract", core.Subtract, b, nil) }

// Multiply returns a * b.
func (a *Array) Multiply(b Operand) *Array { return a.binary("multiply", core.Multiply, b, nil) }

// Divide returns a / b in a floating-point or complex type.
func (a *Array) Divide(b Operand) *Array { return a.binary("divide", core.Divide, b, atLeastFloat) }

// FloorDivide returns the floor of a / b; of integers, their truncated quotient
// as in MLX, and 0 where b is 0.
func (a *Array) FloorDivide(b Operand) *Array {
	return a.binary("floor_divide", core.FloorDivide, b, refuse("floor_divide", DType.IsComplex))
}

// Remainder returns a - b*floor(a/b): it has the sign of b.
func (a *Array) Remainder(b Operand) *Array {
	return a.binary("remainder", core.Remainder, b, refuse("remainder", DType.IsComplex))
}

// DivMod returns the quotient truncated towards zero and what it leaves, which
// has the sign of a. Unlike Python's, and as MLX's.
func (a *Array) DivMod(b Operand) (quotient, remainder *Array) {
	const op = "divmod"
	d := a.operand(op, b)
	to := refuse(op, DType.IsComplex)(Promote(a.DType(), d.DType()))
	if !to.IsFloat() {
		q := a.FloorDivide(d)
		return q, a.Subtract(q.Multiply(d))
	}
	ratio := a.Divide(d)
	sign := Where(a.Less(0), FullOn(a.rt, nil, -1, to), 1)
	return Where(ratio.Less(0), ratio.Ceil(), ratio.Floor()), a.Abs().Remainder(d.Abs()).Multiply(sign)
}

// Power returns a ** b.
func (a *Array) Power(b Operand) *Array { return a.binary("power", core.Power, b, nil) }

// Maximum returns the greater of a and b, NaN if either is.
func (a *Array) Maximum(b Operand) *Array { return a.binary("maximum", core.Maximum, b, nil) }

// Minimum returns the smaller of a and b, NaN if either is.
func (a *Array) Minimum(b Operand) *Array { return a.binary("minimum", core.Minimum, b, nil) }

// LogAddExp returns log(exp(a) + exp(b)).
func (a *Array) LogAddExp(b Operand) *Array {
	return a.binary("logaddexp", core.LogAddExp, b, atLeastFloat)
}

// Arctan2 returns the angle of the point (b, a).
func (a *Array) Arctan2(b Operand) *Array {
	return a.binary("arctan2", core.Arctan2, b, func(d DType) DType { return atLeastFloat(refuse("arctan2", DType.IsComplex)(d)) })
}

// LogicalAnd tells where both are not zero.
func (a *Array) LogicalAnd(b Operand) *Array {
	return a.AsType(Bool).binary("logical_and", core.LogicalAnd, a.operand("logical_and", b).AsType(Bool), nil)
}

// LogicalOr tells where one is not zero.
func (a *Array) LogicalOr(b Operand) *Array {
	return a.AsType(Bool).binary("logical_or", core.LogicalOr, a.operand("logical_or", b).AsType(Bool), nil)
}

// BitwiseAnd returns a & b.
func (a *Array) BitwiseAnd(b Operand) *Array {
	return a.binary("bitwise_and", core.BitwiseAnd, b, refuse("bitwise_and", DType.IsInexact))
}

// BitwiseOr returns a | b.
func (a *Array) BitwiseOr(b Operand) *Array {
	return a.binary("bitwise_or", core.BitwiseOr, b, refuse("bitwise_or", DType.IsInexact))
}

// BitwiseXor returns a ^ b.
func (a *Array) BitwiseXor(b Operand) *Array {
	return a.binary("bitwise_xor", core.BitwiseXor, b, refuse("bitwise_xor", DType.IsInexact))
}

// LeftShift returns a << b; bools shift as uint8.
func (a *Array) LeftShift(b Operand) *Array {
	return a.binary("left_shift", core.LeftShift, b, shiftType("left_shift"))
}

// RightShift returns a >> b, arithmetic for signed types.
func (a *Array) RightShift(b Operand) *Array {
	return a.binary("right_shift", core.RightShift, b, shiftType("right_shift"))
}

func shiftType(op string) func(DType) DType {
	return func(d DType) DType {
		if d == Bool {
			return Uint8
		}
		return refuse(op, DType.IsInexact)(d)
	}
}

// refuse lets a type through unless bad holds for it.
func refuse(op string, bad func(DType) bool) func(DType) DType {
	return func(d DType) DType {
		if bad(d) {
			throw(op, BadDType, "", fmt.Sprintf("%v is not supported", d))
		}
		return d
	}
}

func (a *Array) compare(name string, op core.CompareOp, other Operand) *Array {
	b := a.operand(name, other)
	to := Promote(a.DType(), b.DType())
	broadcastShapes(name, a.Shape(), b.Shape())
	return wrap(a.rt, a.rt.Compare(op, a.AsType(to).t, b.AsType(to).t))
}

// Equal tells where a == b.
func (a *Array) Equal(b Operand) *Array { return a.compare("equal", core.Equal, b) }

// NotEqual tells where a != b.
func (a *Array) NotEqual(b Operand) *Array { return a.compare("not_equal", core.NotEqual, b) }

// Less tells where a < b; complex numbers compare real parts first.
func (a *Array) Less(b Operand) *Array { return a.compare("less", core.Less, b) }

// LessEqual tells where a <= b.
func (a *Array) LessEqual(b Operand) *Array { return a.compare("less_equal", core.LessEqual, b) }

// Greater tells where a > b.
func (a *Array) Greater(b Operand) *Array { return a.compare("greater", core.Greater, b) }

// GreaterEqual tells where a >= b.
func (a *Array) GreaterEqual(b Operand) *Array {
	return a.compare("greater_equal", core.GreaterEqual, b)
}

// IsClose tells where |a-b| <= atol + rtol*|b|. Equal infinities are close,
// NaNs only with equalNaN.
func (a *Array) IsClose(other Operand, rtol, atol float64, equalNaN bool) *Array {
	b := a.operand("isclose", other)
	near := a.Subtract(b).Abs().LessEqual(b.Abs().Multiply(rtol).Add(atol))
	sameInf := a.IsInf().LogicalAnd(a.Equal(b))
	close := near.LogicalAnd(a.IsInf().LogicalOr(b.IsInf()).LogicalNot()).LogicalOr(sameInf)
	if equalNaN {
		close = close.LogicalOr(a.IsNaN().LogicalAnd(b.IsNaN()))
	}
	return close
}

// AllClose tells whether all elements are close; see IsClose.
func (a *Array) AllClose(b Operand, rtol, atol float64, equalNaN bool) *Array {
	return a.IsClose(b, rtol, atol, equalNaN).All(DropDims)
}

// ArrayEqual tells whether shapes and all elements are equal.
func (a *Array) ArrayEqual(b *Array, equalNaN bool) *Array {
	if !core.SameShape(a.Shape(), b.Shape()) {
		return FullOn(a.rt, nil, false, Bool)
	}
	same := a.Equal(b)
	if equalNaN {
		same = same.LogicalOr(a.IsNaN().LogicalAnd(b.IsNaN()))
	}
	return same.All(DropDims)
}

// Where takes elements of a where cond holds, else of b. At least one of the
// operands is an *Array.
func Where(cond *Array, a, b Operand) *Array {
	const op = "where"
	x, xIsArray := a.(*Array)
	y, yIsArray := b.(*Array)
	switch {
	case xIsArray && !yIsArray:
		y = x.operand(op, b)
	case yIsArray && !xIsArray:
		x = y.operand(op, a)
	case !xIsArray && !yIsArray:
		x, y = scalarOn(cond.rt, a), scalarOn(cond.rt, b)
	}
	to := Promote(x.DType(), y.DType())
	broadcastShapes(op, broadcastShapes(op, cond.Shape(), x.Shape()), y.Shape())
	cond.operand(op, x)
	cond.operand(op, y)
	return wrap(cond.rt, cond.rt.Select(cond.AsType(Bool).t, x.AsType(to).t, y.AsType(to).t))
}

// Clip limits the elements to lo … hi; nil leaves a side open. Where lo > hi,
// hi wins.
func (a *Array) Clip(lo, hi Operand) *Array {
	if lo == nil && hi == nil {
		throw("clip", BadArgument, "give at least one", "both limits are nil")
	}
	out := a
	if lo != nil {
		out = out.Maximum(lo)
	}
	if hi != nil {
		out = out.Minimum(hi)
	}
	return out
}

// broadcastShapes returns the common shape.
func broadcastShapes(op string, a, b []int) []int {
	if out, ok := core.BroadcastShapes(a, b); ok {
		return out
	}
	throw(op, BadShape, "", "shapes cannot be broadcast together", a, b)
	return nil
}
