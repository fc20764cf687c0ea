package dsl

import "math"

// scalars computes two numbers; ok is false if they are not both numbers.
func (ev *evaluator) scalars(e *Binary, x, y any) (any, bool) {
	if b, ok := x.(bool); ok {
		if e.Op == And || e.Op == Or {
			return y, true
		}
		x = boolInt(b)
	}
	if b, ok := y.(bool); ok {
		y = boolInt(b)
	}
	xi, xInt := x.(int64)
	yi, yInt := y.(int64)
	if xInt && yInt {
		return ev.integers(e, xi, yi), true
	}
	xf, ok := toFloat(x)
	yf, ok2 := toFloat(y)
	if !ok || !ok2 {
		return nil, false
	}
	switch e.Op {
	case Add:
		return xf + yf, true
	case Sub:
		return xf - yf, true
	case Mul:
		return xf * yf, true
	case Div:
		return xf / yf, true
	case FloorDiv:
		return math.Floor(xf / yf), true
	case Mod:
		return xf - yf*math.Floor(xf/yf), true
	case Pow:
		return math.Pow(xf, yf), true
	case And, Or:
		return (xf != 0) && (yf != 0) || e.Op == Or && (xf != 0 || yf != 0), true
	}
	return compareFloats(e.Op, xf, yf)
}

func compareFloats(op Op, x, y float64) (any, bool) {
	switch op {
	case Lt:
		return x < y, true
	case Le:
		return x <= y, true
	case Gt:
		return x > y, true
	case Ge:
		return x >= y, true
	case Eq:
		return x == y, true
	case Ne:
		return x != y, true
	}
	return nil, false
}

func (ev *evaluator) integers(e *Binary, x, y int64) any {
	switch e.Op {
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case Div:
		return float64(x) / float64(y)
	case FloorDiv, Mod:
		if y == 0 {
			ev.fail(e.Span, "", "division by zero")
		}
		q, m := x/y, x%y
		if m != 0 && (m < 0) != (y < 0) {
			q, m = q-1, m+y
		}
		if e.Op == Mod {
			return m
		}
		return q
	case Pow:
		f := math.Pow(float64(x), float64(y))
		if y >= 0 && math.Abs(f) < 1<<53 {
			return int64(f)
		}
		return f
	case Shl, Shr:
		if y < 0 || y > 62 {
			ev.fail(e.Span, "", "a shift by %d bits", y)
		}
		if e.Op == Shl {
			return x << y
		}
		return x >> y
	case BitAnd:
		return x & y
	case BitOr:
		return x | y
	case BitXor:
		return x ^ y
	case And:
		return x != 0 && y != 0
	case Or:
		return x != 0 || y != 0
	case Lt:
		return x < y
	case Le:
		return x <= y
	case Gt:
		return x > y
	case Ge:
		return x >= y
	case Eq:
		return x == y
	case Ne:
		return x != y
	}
	ev.fail(e.Span, "", "%s takes arrays", e.Op)
	return nil
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
