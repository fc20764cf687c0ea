package ir

import "math"

// The range of a float holds whole numbers between which it lies. One that says anything
// also says that it is no NaN. So what is clamped and becomes an integer is bounded, as
// the coordinates are of the pixels from which an image is enlarged.

// maxWhole is up to which number a kind of floats has all whole numbers, so that rounding
// leaves what lies between two of them there.
func maxWhole(k Kind) int64 {
	switch k {
	case F16:
		return 1 << 11
	case BF16:
		return 1 << 8
	}
	return 1 << 24
}

// rounded is the range of what lies in r once it is rounded to a kind of floats.
func (r Range) rounded(k Kind) Range {
	if most := maxWhole(k); r.Lo < -most || r.Hi > most {
		return anything
	}
	return r
}

// float is the range of what an operation computes from operands in the ranges that x gives.
func (a *ranger) float(in *Instr, k Kind, x func(int) Range) Range {
	switch in.Op {
	case Const:
		if v := FloatValue(k, in.Imm); math.Abs(v) <= 1<<24 {
			return Range{int64(math.Floor(v)), int64(math.Ceil(v))}
		}
	case Convert:
		return x(0).rounded(k)
	case Floor, Ceil, Trunc, Rint, Round:
		return x(0)
	case Neg:
		if v := x(0); v.known() {
			return Range{-v.Hi, -v.Lo}
		}
	case Add, Sub, Mul:
		v, w := x(0), x(1)
		switch {
		case !v.known() || !w.known():
		case in.Op == Add:
			return added(v, w, I64).rounded(k)
		case in.Op == Sub:
			return subtracted(v, w, I64).rounded(k)
		default:
			return multiplied(v, w, I64).rounded(k)
		}
	case Min:
		return Range{min(x(0).Lo, x(1).Lo), min(x(0).Hi, x(1).Hi)}
	case Max: // as of the lesser it is the one that is no NaN, which both bounds allow for
		return Range{max(x(0).Lo, x(1).Lo), max(x(0).Hi, x(1).Hi)}
	}
	return anything
}

// truncated is the range of integers of a kind that floats in r become: what is beyond
// the kind's bounds the bounds. A truth value is true of whatever is not zero.
func (r Range) truncated(k Kind) Range {
	all := rangeOf(k)
	switch {
	case r == anything || k == Bool || k.Bits() == 64 && !r.known():
		return all
	case k == U64:
		return Range{max(r.Lo, 0), max(r.Hi, 0)}
	}
	return Range{min(max(r.Lo, all.Lo), all.Hi), min(max(r.Hi, all.Lo), all.Hi)}
}
