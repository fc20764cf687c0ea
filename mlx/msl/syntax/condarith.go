package syntax

import "math/bits"

// value is an operand of #if: intmax_t or uintmax_t.
type value struct {
	bits     uint64
	unsigned bool
}

// binary is precedence climbing over the operators that bind at least as
// tightly as level.
func (e *evaluator) binary(level uint8, live bool) value {
	x := e.unary(live)
	for {
		op := e.kind()
		prec := precedence[op]
		if prec < level || prec > precMul { // .* and ->* are no operators here
			return x
		}
		at := e.next
		e.next++
		y := e.binary(prec+1, live && !(op == AndAnd && x.bits == 0) && !(op == OrOr && x.bits != 0))
		if (op == Slash || op == Percent) && y.bits == 0 {
			if live {
				e.fail(e.toks, at, map[Kind]string{Slash: "division", Percent: "remainder"}[op]+" by zero in preprocessor expression")
			}
			x = value{}
			continue
		}
		z := apply(op, x, y)
		if live && !e.failed && overflows(op, x, y, z) {
			e.p.warnf("integer-overflow", e.toks[at].Span(), "integer overflow in preprocessor expression")
		}
		x = z
	}
}

// overflows reports whether z is not the value of the signed x op y.
func overflows(op Kind, x, y, z value) bool {
	a, b := int64(x.bits), int64(y.bits)
	switch {
	case op == Shl || op == Shr:
		return y.bits >= 64 || op == Shl && !x.unsigned && a != int64(z.bits)>>y.bits
	case z.unsigned:
		return false
	case op == Plus:
		return a < 0 == (b < 0) && a < 0 != (int64(z.bits) < 0)
	case op == Minus:
		return a < 0 != (b < 0) && a < 0 != (int64(z.bits) < 0)
	case op == Star:
		hi, lo := bits.Mul64(magnitude(a), magnitude(b))
		return hi != 0 || lo > 1<<63 || lo == 1<<63 && a < 0 == (b < 0)
	case op == Slash:
		return b == -1 && x.bits == 1<<63
	}
	return false
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

func apply(op Kind, x, y value) value {
	u := x.unsigned || y.unsigned
	a, b := int64(x.bits), int64(y.bits)
	is := func(v bool) value {
		if v {
			return value{bits: 1}
		}
		return value{}
	}
	switch op {
	case OrOr:
		return is(x.bits != 0 || y.bits != 0)
	case AndAnd:
		return is(x.bits != 0 && y.bits != 0)
	case Pipe:
		return value{x.bits | y.bits, u}
	case Caret:
		return value{x.bits ^ y.bits, u}
	case Amp:
		return value{x.bits & y.bits, u}
	case EqEq:
		return is(x.bits == y.bits)
	case NotEq:
		return is(x.bits != y.bits)
	case Less:
		return is(u && x.bits < y.bits || !u && a < b)
	case Greater:
		return is(u && x.bits > y.bits || !u && a > b)
	case LessEq:
		return is(u && x.bits <= y.bits || !u && a <= b)
	case GreaterEq:
		return is(u && x.bits >= y.bits || !u && a >= b)
	case Shl:
		return value{x.bits << min(y.bits, 64), x.unsigned}
	case Shr:
		if x.unsigned {
			return value{x.bits >> min(y.bits, 64), true}
		}
		return value{uint64(a >> min(y.bits, 63)), false}
	case Plus:
		return value{x.bits + y.bits, u}
	case Minus:
		return value{x.bits - y.bits, u}
	case Star:
		return value{x.bits * y.bits, u}
	case Slash:
		if u {
			return value{x.bits / y.bits, u}
		}
		if b == -1 {
			return value{-x.bits, u}
		}
		return value{uint64(a / b), u}
	default: // Percent
		if u {
			return value{x.bits % y.bits, u}
		}
		if b == -1 {
			return value{}
		}
		return value{uint64(a % b), u}
	}
}
