package wasm

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// floatToInt pushes the lanes of a float register converted to an integer kind of
// at most 32 bits: truncated, what is beyond at the bounds, NaN as 0. WebAssembly's
// conversion is nine instructions of the processor, that to unsigned lanes
// fifteen. What lies between small numbers, or is brought between them afterwards,
// is found in the lowest bits of a sum.
func (g *gen) floatToInt(n *node) {
	f, r, to := g.f, n.in.Args[0], n.in.Kind
	_, most := bounds(to)
	small := g.truncates(r, to)
	if !small && to.Bits() == 32 {
		most, small = g.clamped(n.in.Dst, !to.IsSigned(), most)
	}
	if small {
		g.truncate(r, to, most)
		g.lowBits(to)
		return
	}
	g.vec(r)
	if x := g.between(r, maxSteps); to == ir.U32 && !(x.lo >= 0 && x.hi <= 1<<30) {
		f.Emit(wc.I32x4TruncSatF32x4U)
		return
	}
	f.Emit(wc.I32x4TruncSatF32x4S)
	if to.Bits() < 32 {
		least, most := bounds(to)
		g.with(splat32(uint32(int32(least))), wc.I32x4MaxS)
		g.with(splat32(uint32(int32(most))), wc.I32x4MinS)
	}
}

// bounds are the least and the greatest number of an integer kind.
func bounds(k ir.Kind) (least, most float64) {
	if !k.IsSigned() {
		return 0, float64(k.Mask())
	}
	most = float64(k.Mask() >> 1)
	return -most - 1, most
}

// truncates reports whether truncate takes a register to a kind: it is known to lie
// between small numbers of the kind, or clamped to those by two instructions.
func (g *gen) truncates(r ir.Reg, to ir.Kind) bool {
	return !to.IsSigned() && to.Bits() < 32 || g.fits(g.between(r, maxSteps), to)
}

// mostSmall is the greatest number that lowBits makes an integer of.
const mostSmall = 1 << 22

func (g *gen) fits(x interval, to ir.Kind) bool {
	least, most := bounds(to)
	return !x.nan && x.lo > least-1 && x.lo >= -mostSmall && x.hi < most+1 && x.hi <= mostSmall
}

// clamped reports whether all that reads an integer brings it above zero, if it is not
// above it already, and below a small number, the greatest of which is most: then it can
// be between these from the beginning, a NaN at zero.
func (g *gen) clamped(r ir.Reg, above bool, below float64) (most float64, ok bool) {
	if above && below <= mostSmall {
		return below, true
	}
	if !g.single[r] {
		return 0, false
	}
	for _, x := range g.refs[r] {
		if x.def {
			continue
		}
		in, nowAbove, nowBelow := x.n.in, above, below
		c, known := ^uint64(0), false
		for i := range in.Args {
			if other, ok := g.consts[in.Args[i]]; ok && len(in.Args) == 2 && in.Args[1-i] == r {
				c, known = other&in.Kind.Mask(), true
			}
		}
		switch known = known && c <= in.Kind.Mask()>>1; {
		case known && in.Op == ir.Max && !above:
			nowAbove = true
		case known && in.Op == ir.Min && below > mostSmall && c <= mostSmall:
			nowBelow = float64(c)
		default:
			return 0, false
		}
		least, ok := g.clamped(in.Dst, nowAbove, nowBelow)
		if !ok {
			return 0, false
		}
		most = max(most, least)
	}
	return most, most > 0
}

// truncate pushes the lanes of a float register as whole numbers of an integer kind, of
// which most is the greatest, still as floats, for those that truncates holds of or that
// are clamped to it.
func (g *gen) truncate(r ir.Reg, to ir.Kind, most float64) {
	f, x := g.f, g.between(r, maxSteps)
	if g.fits(x, to) {
		g.vec(r)
	} else {
		t := g.temp(wc.V128)
		g.constant4([16]byte{})
		g.vec(r)
		f.Emit(wc.F32x4Pmax)
		f.Set(t)
		g.constant4(bitsOf(most))
		f.Get(t)
		f.Emit(wc.F32x4Pmin)
		g.free(wc.V128, t)
	}
	if !x.whole {
		f.Emit(wc.F32x4Trunc)
	}
}

// lowBits turns whole numbers on the stack, of at most 2^22, into integers.
func (g *gen) lowBits(to ir.Kind) {
	if !to.IsSigned() && to.Bits() < 32 {
		g.with(bitsOf(1<<23), wc.F32x4Add)
		g.with(splat32(uint32(to.Mask())), wc.V128And)
		return
	}
	g.with(bitsOf(3<<22), wc.F32x4Add)
	g.with(bitsOf(3<<22), wc.I32x4Sub)
}

// lowBytes turns whole numbers on the stack, of bytes, into lanes that narrowing to bytes
// twice leaves the bytes of: the upper halves are below zero, which becomes 0. Those with a
// sign get 128 more.
func (g *gen) lowBytes(k ir.Kind) {
	f, least := g.f, 0.0
	if k.IsSigned() {
		least = -128
	}
	t := g.temp(wc.V128)
	f.Set(t)
	g.constant4(bitsOf(least - 1<<23))
	f.Get(t)
	f.Emit(wc.F32x4Sub)
	g.free(wc.V128, t)
}

// interval is what a float lies in, unless it is a NaN, which it may be.
type interval struct {
	lo, hi float64
	nan    bool
	whole  bool // numbers that are not NaN
}

// maxSteps is how many operations back between looks.
const maxSteps = 6

// between finds what a float register lies in, in so many steps.
func (s *shapes) between(r ir.Reg, steps int) interval {
	all := interval{lo: math.Inf(-1), hi: math.Inf(1), nan: true}
	if c, ok := s.consts[r]; ok {
		v := ir.FloatValue(s.fn.Regs[r].Kind, c)
		if math.IsNaN(v) {
			return all
		}
		return interval{v, v, false, v == math.Trunc(v)}
	}
	d := s.origin(r)
	if d == nil || steps == 0 {
		return all
	}
	arg := func(i int) interval { return s.between(d.in.Args[i], steps-1) }
	switch in := d.in; in.Op {
	case ir.Mov:
		return arg(0)
	case ir.Floor, ir.Ceil, ir.Trunc, ir.Rint, ir.Round:
		x := arg(0)
		return interval{math.Floor(x.lo), math.Ceil(x.hi), x.nan, true}
	case ir.Convert:
		from := in.From
		switch {
		case in.Kind != ir.F32:
		case from.IsFloat():
			return arg(0)
		case from.IsSigned() && from.Bits() <= 16:
			most := float64(from.Mask() >> 1)
			return interval{-most - 1, most, false, true}
		case from.IsInt() && !from.IsSigned():
			return interval{0, float64(float32(s.limit[in.Args[0]])), false, true}
		}
	case ir.Add, ir.Sub, ir.Mul, ir.Div, ir.Sqrt:
		if in.Kind == ir.F32 {
			return combine(in.Op, arg)
		}
	case ir.Min, ir.Max: // the one that is no NaN
		a, b := arg(0), arg(1)
		out := interval{max(a.lo, b.lo), max(a.hi, b.hi), a.nan && b.nan, a.whole && b.whole}
		if in.Op == ir.Min {
			out.lo, out.hi = min(a.lo, b.lo), min(a.hi, b.hi)
		}
		for i, other := range []interval{b, a} {
			if [...]interval{a, b}[i].nan {
				out.lo, out.hi = min(out.lo, other.lo), max(out.hi, other.hi)
			}
		}
		return out
	}
	return all
}

// within finds the operand that the lesser or the greater of two floats always is, as
// the other is a number and beyond all that it may be.
func (g *gen) within(in *ir.Instr) (arg int, ok bool) {
	if in.Kind != ir.F32 {
		return 0, false
	}
	x, y := g.between(in.Args[0], maxSteps), g.between(in.Args[1], maxSteps)
	if in.Op == ir.Max {
		x, y = y, x
	}
	switch {
	case x.nan || y.nan:
	case x.hi < y.lo:
		return 0, true
	case y.hi < x.lo:
		return 1, true
	}
	return 0, false
}

// combine finds what the result of an operation lies in, which rounding does not change the
// order of: float64 rounds once more, but to the same.
func combine(op ir.Op, arg func(int) interval) interval {
	var ends []float64
	a, b := arg(0), interval{}
	if op != ir.Sqrt {
		b = arg(1)
	}
	for _, x := range []float64{a.lo, a.hi} {
		for _, y := range []float64{b.lo, b.hi} {
			end := math.Sqrt(x)
			switch op {
			case ir.Add:
				end = x + y
			case ir.Sub:
				end = x - y
			case ir.Mul:
				end = x * y
			case ir.Div:
				end = x / y
			}
			ends = append(ends, float64(float32(end)))
		}
	}
	out := interval{lo: slices.Min(ends), hi: slices.Max(ends), whole: a.whole && b.whole && op != ir.Div && op != ir.Sqrt}
	divides := op == ir.Div && b.lo <= 0 && b.hi >= 0
	if a.nan || b.nan || divides || math.IsNaN(out.lo) || math.IsInf(out.lo, 0) || math.IsInf(out.hi, 0) {
		return interval{lo: math.Inf(-1), hi: math.Inf(1), nan: true}
	}
	return out
}
