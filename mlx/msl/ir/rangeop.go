package ir

import (
	"math"
	"math/bits"
)

// plus adds without overflow.
func plus(x, y int64) (int64, bool) {
	s := x + y
	return s, (s > x) == (y > 0)
}

func times(x, y int64) (int64, bool) {
	if x == 0 || y == 0 {
		return 0, true
	}
	p := x * y
	return p, p/y == x && (x != -1 || y != math.MinInt64) && (y != -1 || x != math.MinInt64)
}

// fits is r as a value of the kind: all of the kind where it may wrap.
func (r Range) fits(k Kind, exact bool) Range {
	all := rangeOf(k)
	if !exact || r.Lo < all.Lo || r.Hi > all.Hi || !r.known() || k == U64 && r.Lo < 0 {
		return all
	}
	return r
}

func constantRange(k Kind, bits uint64) Range {
	switch v := int64(bits & k.Mask()); {
	case k == U64 && v < 0 || !k.IsInt() && k != Bool:
		return anything
	case k.IsSigned():
		shift := 64 - k.Bits()
		return Exactly(v << shift >> shift)
	default:
		return Exactly(v)
	}
}

// Range bounds what a pure operation of the function computes from operands in the
// ranges that arg gives.
func (f *Func) Range(in *Instr, arg func(Reg) Range) Range { return (&ranger{f: f}).value(in, arg) }

// value is the range of what a pure operation computes from operands in the
// ranges that arg gives.
func (a *ranger) value(in *Instr, arg func(Reg) Range) Range {
	k := a.f.Regs[in.Dst].Kind
	all := rangeOf(k)
	x := func(i int) Range { return arg(in.Args[i]) }
	switch in.Op {
	case SlotAddr, ConstAddr:
		return Exactly(0)
	case Const:
		if !k.IsFloat() {
			return constantRange(in.Kind, in.Imm)
		}
	case Mov:
		return x(0)
	case Select:
		switch c := x(0); {
		case c == Exactly(1):
			return x(1)
		case c == Exactly(0):
			return x(2)
		}
		return x(1).join(x(2))
	case Convert:
		switch {
		case k.IsFloat():
		case in.From.IsFloat():
			return x(0).truncated(k)
		case in.From.IsInt() || in.From == Bool:
			return x(0).fits(k, true)
		default:
			return all
		}
	case Bitcast:
		if !in.From.IsInt() || !k.IsInt() {
			return all
		}
		if v := x(0); v.Lo >= 0 {
			return v.fits(k, true)
		}
		return all
	case PtrAdd:
		return added(x(0), x(1), k)
	case PtrDiff:
		return all
	case Eq, Ne, Lt, Le:
		return a.comparison(in, arg)
	}
	if k.IsFloat() {
		return a.float(in, k, x)
	}
	if !in.Kind.IsInt() && in.Kind != Bool {
		return all
	}
	if a.sums != nil && a.sums[in.Dst] {
		return a.integer(in, k, x).within(a.bend(in))
	}
	return a.integer(in, k, x)
}

// integer is the range of what an operation computes from the integers or truth values
// in the ranges that x gives.
func (a *ranger) integer(in *Instr, k Kind, x func(int) Range) Range {
	switch in.Op {
	case Neg:
		return subtracted(Exactly(0), x(0), k)
	case Add:
		return added(x(0), x(1), k)
	case Sub:
		return a.difference(in, k, x(0), x(1))
	case Mul:
		return multiplied(x(0), x(1), k)
	case Shl:
		if c := x(1); c.Lo >= 0 && c.Hi < int64(k.Bits()) && c.Hi < 63 {
			return multiplied(x(0), Range{1 << c.Lo, 1 << c.Hi}, k)
		}
	case Abs:
		if v := x(0); v.known() {
			return Range{max(v.Lo, -v.Hi, 0), max(-v.Lo, v.Hi)}.fits(k, true)
		}
	case Shr:
		if c, v := x(1), x(0); c.Lo >= 0 && c.Hi < int64(k.Bits()) && v.known() {
			return Range{min(v.Lo>>c.Lo, v.Lo>>c.Hi), max(v.Hi>>c.Lo, v.Hi>>c.Hi)}
		} else if v.known() && v.Lo >= 0 {
			return Range{0, v.Hi}
		}
	case Div:
		if v, d := x(0), x(1); v.known() && v.Lo >= 0 && d.Lo > 0 {
			return Range{v.Lo / d.Hi, v.Hi / d.Lo}
		} else if v.known() && v.Lo >= 0 && d.Lo >= 0 { // x / 0 is 0
			return Range{0, v.Hi}
		}
	case Rem:
		if v, d := x(0), x(1); v.Lo >= 0 && d.known() && d.Lo >= 0 { // x % 0 is 0
			return Range{0, min(v.Hi, max(d.Hi-1, 0))}.fits(k, true)
		}
	case Min:
		if v, w := x(0), x(1); k.IsSigned() || k.Bits() < 64 || v.Lo >= 0 && w.Lo >= 0 {
			return Range{min(v.Lo, w.Lo), min(v.Hi, w.Hi)}.fits(k, true)
		}
	case Max:
		if v, w := x(0), x(1); k.IsSigned() || k.Bits() < 64 || v.Lo >= 0 && w.Lo >= 0 {
			return Range{max(v.Lo, w.Lo), max(v.Hi, w.Hi)}.fits(k, true)
		}
	case And:
		switch v, w := x(0), x(1); {
		case v.Lo >= 0 && w.Lo >= 0:
			return Range{0, min(v.Hi, w.Hi)}.fits(k, true)
		case v.Lo >= 0:
			return Range{0, v.Hi}.fits(k, true)
		case w.Lo >= 0:
			return Range{0, w.Hi}.fits(k, true)
		}
	case Or, Xor:
		if v, w := x(0), x(1); v.known() && w.known() && v.Lo >= 0 && w.Lo >= 0 {
			low := int64(0)
			if in.Op == Or {
				low = max(v.Lo, w.Lo)
			}
			return Range{low, 1<<bits.Len64(uint64(max(v.Hi, w.Hi))) - 1}.fits(k, v.Hi|w.Hi < 1<<62)
		}
	case Clz, Ctz, Popcount:
		return Range{0, int64(k.Bits())}
	}
	return rangeOf(k)
}

// difference is the range of p-q, at least what is known of how far q is below p.
func (a *ranger) difference(in *Instr, k Kind, p, q Range) Range {
	if by, ok := a.least(in.Args[0], in.Args[1]); ok && p.known() && q.known() {
		if hi, ok := plus(p.Hi, -q.Lo); ok && q.Lo != math.MinInt64 {
			lo, ok := plus(p.Lo, -q.Hi)
			return Range{max(by, lo), hi}.fits(k, ok)
		}
	}
	return subtracted(p, q, k)
}

// comparison is the outcome of a comparison of integers, where that is sure.
func (a *ranger) comparison(in *Instr, arg func(Reg) Range) Range {
	x, y := arg(in.Args[0]), arg(in.Args[1])
	if !in.Kind.IsInt() || !x.known() || !y.known() {
		return Range{0, 1}
	}
	yes, no := false, false
	switch in.Op {
	case Eq, Ne:
		yes = x.Lo == x.Hi && x == y
		no = x.Hi < y.Lo || y.Hi < x.Lo
		if in.Op == Ne {
			yes, no = no, yes
		}
	case Lt:
		yes, no = x.Hi < y.Lo, x.Lo >= y.Hi
	case Le:
		yes, no = x.Hi <= y.Lo, x.Lo > y.Hi
	}
	switch {
	case yes:
		return Exactly(1)
	case no:
		return Exactly(0)
	}
	return Range{0, 1}
}

func added(x, y Range, k Kind) Range {
	lo, ok1 := plus(x.Lo, y.Lo)
	hi, ok2 := plus(x.Hi, y.Hi)
	return Range{lo, hi}.fits(k, ok1 && ok2 && x.known() && y.known())
}

func subtracted(x, y Range, k Kind) Range {
	if !y.known() {
		return rangeOf(k)
	}
	return added(x, Range{-y.Hi, -y.Lo}, k)
}

func multiplied(x, y Range, k Kind) Range {
	if !x.known() || !y.known() {
		return rangeOf(k)
	}
	out := Range{math.MaxInt64, math.MinInt64}
	for _, p := range []int64{x.Lo, x.Hi} {
		for _, q := range []int64{y.Lo, y.Hi} {
			v, ok := times(p, q)
			if !ok {
				return rangeOf(k)
			}
			out = out.join(Exactly(v))
		}
	}
	return out.fits(k, true)
}
