package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// nearlyHalf are the bits of the number below 1/2. Its sum with a number, truncated, is
// that rounded with halves away from zero: a half and more reach the next integer, as
// sums are rounded to even, less does not.
const nearlyHalf = 0x3effffff

// vectorFloatOp lowers an operation on floats whose result varies over the lanes.
func (g *gen) vectorFloatOp(n *node) {
	f, in := g.f, n.in
	arg := func(i int) { g.vec(in.Args[i]) }
	switch op, ok := vectorFloat[in.Op]; {
	case in.Op == ir.Div && g.divideByFactors(in):
	case ok:
		for i := range in.Args {
			arg(i)
		}
		f.Emit(op)
	case in.Op == ir.Neg:
		arg(0)
		g.constant4(splat32(1 << 31))
		f.Emit(wc.V128Xor)
	case in.Op == ir.Abs:
		arg(0)
		g.constant4(splat32(1<<31 - 1))
		f.Emit(wc.V128And)
	case in.Op == ir.Min || in.Op == ir.Max:
		if i, ok := g.within(in); ok {
			g.move(n, in.Args[i])
			return
		}
		c, known := g.consts[in.Args[1]]
		g.minMax(in.Op, func() { arg(0) }, func() { arg(1) }, known && !math.IsNaN(ir.FloatValue(in.Kind, c)))
		g.set(n, in.Dst)
		return
	case in.Op == ir.CopySign:
		arg(1)
		arg(0)
		f.V128(splat32(1 << 31))
		f.Emit(wc.V128Bitselect)
	case in.Op == ir.Round:
		arg(0)
		arg(0)
		g.with(splat32(signBit), wc.V128And)
		g.with(splat32(nearlyHalf), wc.V128Or)
		f.Emit(wc.F32x4Add, wc.F32x4Trunc)
		g.set(n, in.Dst)
		return
	case in.Op == ir.Rem:
		arg(0)
		arg(1)
		g.call(helperFmod4)
		g.set(n, in.Dst) // exact in every kind
		return
	case in.Op == ir.FMA && in.Kind == ir.F32:
		g.fma(n)
		return
	case in.Op == ir.FMA:
		g.narrowFMA(in.Kind, arg)
	case in.Op == ir.Rsqrt && in.Kind == ir.F32:
		g.rsqrt(in.Args[0])
	default:
		g.lanewise(n, g.fn.Regs[in.Dst].Kind, in)
		return
	}
	switch in.Op {
	case ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Neg, ir.Abs, ir.CopySign, ir.Floor, ir.Ceil, ir.Trunc, ir.Rint: // exact in every kind
	default:
		if !g.unrounded[in.Dst] {
			g.roundResult(in.Kind, in.Op)
		}
	}
	g.set(n, in.Dst)
}

// rsqrt pushes the reciprocal roots of a register, rounded as 1/sqrt in float64 is.
// One in float32 is off by so little that three terms of a series make up for it:
// y (1 + e/2 + 3/8 e^2) for e = 1 - x y^2. Where that is no number y is what remains:
// roots of 0, of infinity and of what has none.
func (g *gen) rsqrt(r ir.Reg) {
	f := g.f
	x, near, out := g.temp(wc.V128), g.temp(wc.V128), [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	y, e := g.temp(wc.V128), g.temp(wc.V128)
	g.vec(r)
	f.Set(x)
	g.constant4(bitsOf(1))
	f.Get(x)
	f.Emit(wc.F32x4Sqrt, wc.F32x4Div)
	f.Set(near)
	for h := range 2 {
		g.constant4(both64(1))
		f.Half(x, h)
		f.Emit(wc.F64x2PromoteLowF32x4)
		f.Half(near, h)
		f.Emit(wc.F64x2PromoteLowF32x4)
		f.Tee(y)
		f.Emit(wc.F64x2Mul)
		f.Get(y)
		f.Emit(wc.F64x2Mul, wc.F64x2Sub)
		f.Tee(e)
		g.with(both64(0.375), wc.F64x2Mul)
		g.with(both64(0.5), wc.F64x2Add)
		f.Get(e)
		f.Emit(wc.F64x2Mul)
		f.Get(y)
		f.Emit(wc.F64x2Mul)
		f.Get(y)
		f.Emit(wc.F64x2Add, wc.F32x4DemoteF64x2Zero)
		f.Set(out[h])
	}
	f.LowerHalves(out[0], out[1])
	f.Tee(x)
	f.Get(near, x, x)
	f.Emit(wc.F32x4Eq, wc.V128Bitselect)
	g.free(wc.V128, x, near, out[0], out[1], y, e)
}

// both64 is a float64 in both lanes.
func both64(v float64) [16]byte {
	b := int64(math.Float64bits(v))
	return pair64(b, b)
}

// minMax pushes (a < b || b is NaN) ? a : b, or its mirror for Max. number says
// that b is no NaN.
func (g *gen) minMax(op ir.Op, a, b func(), number bool) {
	if !number {
		a()
	}
	b()
	a()
	if op == ir.Min {
		g.f.Emit(wc.F32x4Pmin)
	} else {
		g.f.Emit(wc.F32x4Pmax)
	}
	if !number {
		b()
		b()
		g.f.Emit(wc.F32x4Ne, wc.V128Bitselect)
	}
}
