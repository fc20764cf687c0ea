package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// floatToInt pushes the lanes of a float register converted to an integer kind of
// at most 32 bits: truncated, what is beyond at the bounds, NaN as 0. WebAssembly's
// conversion is nine instructions of the processor, that to unsigned lanes
// fifteen. What is known to lie between small numbers, as it was clamped, is
// found in the lowest bits of a sum.
func (g *gen) floatToInt(r ir.Reg, to ir.Kind) {
	f := g.f
	const small = 1 << 22
	x := g.between(r, maxSteps)
	least, most := 0.0, float64(to.Mask())
	if to.IsSigned() {
		most = float64(to.Mask() >> 1)
		least = -most - 1
	}
	switch {
	case !x.nan && x.lo >= max(least, -small) && x.hi <= min(most, small):
		g.vec(r)
		g.truncate(r)
		g.lowBits(to)
	case !to.IsSigned() && to.Bits() < 32:
		g.constant4([16]byte{})
		g.vec(r)
		f.Emit(wc.F32x4Pmax)
		t := g.temp(wc.V128)
		f.Set(t)
		g.constant4(bitsOf(most))
		f.Get(t)
		f.Emit(wc.F32x4Pmin, wc.F32x4Trunc)
		g.lowBits(to)
		g.free(wc.V128, t)
	case to.Bits() == 32:
		g.vec(r)
		if to.IsSigned() || x.lo >= 0 && x.hi <= 1<<30 {
			f.Emit(wc.I32x4TruncSatF32x4S)
		} else {
			f.Emit(wc.I32x4TruncSatF32x4U)
		}
	default:
		g.vec(r)
		f.Emit(wc.I32x4TruncSatF32x4S)
		g.with(splat32(uint32(int32(least))), wc.I32x4MaxS)
		g.with(splat32(uint32(int32(most))), wc.I32x4MinS)
	}
}

// truncate truncates the lanes on the stack, of a register, unless they are whole.
func (g *gen) truncate(r ir.Reg) {
	if d := g.origin(r); d == nil || d.in.Op < ir.Floor || d.in.Op > ir.Rint {
		g.f.Emit(wc.F32x4Trunc)
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

// interval is what a float lies in, unless it is a NaN, which it may be.
type interval struct {
	lo, hi float64
	nan    bool
}

// maxSteps is how many operations back between looks.
const maxSteps = 4

// between finds what a float register lies in, in so many steps.
func (g *gen) between(r ir.Reg, steps int) interval {
	all := interval{math.Inf(-1), math.Inf(1), true}
	if c, ok := g.consts[r]; ok {
		v := ir.FloatValue(g.fn.Regs[r].Kind, c)
		if math.IsNaN(v) {
			return all
		}
		return interval{v, v, false}
	}
	d := g.origin(r)
	if d == nil || steps == 0 {
		return all
	}
	arg := func(i int) interval { return g.between(d.in.Args[i], steps-1) }
	switch in := d.in; in.Op {
	case ir.Mov:
		return arg(0)
	case ir.Floor, ir.Ceil, ir.Trunc, ir.Rint, ir.Round:
		x := arg(0)
		return interval{math.Floor(x.lo), math.Ceil(x.hi), x.nan}
	case ir.Convert:
		from := in.From
		switch {
		case in.Kind != ir.F32:
		case from.IsFloat():
			return arg(0)
		case from.IsSigned() && from.Bits() <= 16:
			most := float64(from.Mask() >> 1)
			return interval{-most - 1, most, false}
		case from.IsInt() && !from.IsSigned():
			return interval{0, float64(g.limit[in.Args[0]]), false}
		}
	case ir.Min, ir.Max: // the one that is no NaN
		a, b := arg(0), arg(1)
		out := interval{max(a.lo, b.lo), max(a.hi, b.hi), a.nan && b.nan}
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
