package wasm

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// narrowFMA pushes fma of 16-bit floats, to be rounded.
func (g *gen) narrowFMA(k ir.Kind, arg func(i int)) {
	if k == ir.F16 {
		g.fmaF16(arg)
		return
	}
	for i := range 3 {
		arg(i)
	}
	g.call(helperFMABF164)
}

// fma sets a*b+c of float32 with one rounding: float64 holds the product, and the sum
// that is rounded there rounds rightly once more, unless it is inexact and lies halfway
// between two float32. Where it lies so, or below the normal numbers, fma4 computes it anew. What
// nothing but another fma takes is looked at there, with that one's own sum.
func (g *gen) fma(n *node) {
	f, in := g.f, n.in
	to := g.promotedOf(g.loc[in.Dst][0])
	before, links := g.unchecked(in), 1
	for _, p := range before {
		links += p.links
	}
	later := links < maxUnchecked && g.takenByFMA(n)
	sums, out, test := [2]int{g.temp(wc.V128), g.temp(wc.V128)}, g.temp(wc.V128), g.temp(wc.V128)
	for h := range 2 {
		g.promote(in.Args[0], h)
		g.promote(in.Args[1], h)
		f.Emit(wc.F64x2Mul)
		g.promote(in.Args[2], h)
		f.Emit(wc.F64x2Add)
		f.Tee(sums[h])
		f.Emit(wc.F32x4DemoteF64x2Zero)
		f.Set(to.near[h])
	}
	f.LowerHalves(to.near[0], to.near[1])
	f.Set(out)
	halfway(f, sums, g.with)
	if g.fallsShort(in) {
		short(f, out, g.with)
		f.Emit(wc.V128Or)
	}
	for _, p := range before {
		f.Get(p.test)
		f.Emit(wc.V128Or)
	}
	g.free(wc.V128, sums[0], sums[1], out)
	if later {
		f.Set(test)
		to.unchecked, to.test, to.links = n, test, links
		return
	}
	g.anyLane()
	f.If()
	g.fmaAgain(in)
	f.Tee(out)
	f.Set(to.near[0])
	f.Half(out, 1)
	f.Set(to.near[1])
	f.End()
	for _, p := range before {
		p.unchecked = nil
		g.free(wc.V128, p.test)
	}
	g.free(wc.V128, test)
	f.Get(out)
	g.set(n, in.Dst)
	if !g.keepsLanes(n) {
		to.nearAt = g.placeNow()
	}
}

// halfway pushes where float64 sums, two lanes each, lie halfway between two float32.
func halfway(f *wc.Func, sums [2]int, with func([16]byte, wc.Op)) {
	for h, s := range sums {
		f.Get(s)
		with(pair64(1<<29-1, 1<<29-1), wc.V128And)
		with(pair64(1<<28, 1<<28), wc.I64x2Eq)
		if h > 0 {
			f.Emit(wc.V128Or)
		}
	}
}

// short pushes where float32 are below the normal numbers or the least one of these, and not zero: 2|x| is 1 at least.
func short(f *wc.Func, x int, with func([16]byte, wc.Op)) {
	f.Get(x, x)
	f.Emit(wc.I32x4Add)
	with(splat32(signBit-1), wc.I32x4Add)
	with(splat32(signBit+1<<24), wc.I32x4LtS)
}

// maxUnchecked bounds how many fma are looked at together: if one is in doubt, all are computed anew.
const maxUnchecked = 3

// takenByFMA reports whether nothing takes the result of an fma but another one of the same block,
// where all that it is made of is still there.
func (g *gen) takenByFMA(n *node) bool {
	r := n.in.Dst
	if !g.single[r] || g.keepsLanes(n) || slices.ContainsFunc(n.above(), func(n *node) bool { return g.along[n] != nil }) {
		return false
	}
	for _, a := range n.in.Args {
		if !g.single[a] {
			return false
		}
	}
	var user *node
	for _, x := range g.refs[r] {
		if x.def {
			continue
		}
		if user != nil {
			return false
		}
		user = x.n
	}
	return user != nil && user.in.Op == ir.FMA && user.in.Kind == ir.F32 && g.of[user.in.Dst].form == varying && len(g.refs[user.in.Dst]) > 1 &&
		user.parent == n.parent && user.arm == n.arm && n.pos < user.pos && user.pos < g.region.hi
}

// unchecked are the operands of an fma that have not been looked at.
func (g *gen) unchecked(in *ir.Instr) (all []*promoted) {
	for _, r := range in.Args {
		if !g.of[r].scalar() {
			if p := g.promoted[g.loc[r][0]]; p != nil && p.unchecked != nil {
				all = append(all, p)
			}
		}
	}
	return all
}

// fmaAgain pushes an fma by fma4, and before that all its operands that have not been looked at.
func (g *gen) fmaAgain(in *ir.Instr) {
	for _, r := range in.Args {
		if p := g.promoted[g.loc[r][0]]; !g.of[r].scalar() && p != nil && p.unchecked != nil {
			g.fmaAgain(p.unchecked.in)
		} else {
			g.vec(r)
		}
	}
	g.call(helperFMA4)
}

// fallsShort reports whether a sum may be inexact and below the normal numbers: not if it is next
// to zero as something of 2^-100 at least was taken from a product, of which the last place is above
// that of the least numbers.
func (g *gen) fallsShort(in *ir.Instr) bool {
	c, known := g.consts[in.Args[2]]
	return !known || math.Abs(ir.FloatValue(ir.F32, c)) < 0x1p-100
}

// scalarFMA is fma of what the lanes share.
func (g *gen) scalarFMA(arg func(i int)) {
	f := g.f
	sum, out := g.temp(wc.F64), g.temp(wc.F32)
	for i := range 3 {
		arg(i)
		f.Emit(wc.F64PromoteF32)
		if i > 0 {
			f.Emit([]wc.Op{wc.F64Mul, wc.F64Add}[i-1])
		}
	}
	f.Tee(sum)
	f.Emit(wc.F32DemoteF64)
	f.Tee(out)
	f.Emit(wc.I32ReinterpretF32)
	f.I32(1)
	f.Emit(wc.I32Shl)
	f.I32(1)
	f.Emit(wc.I32Sub)
	f.I32(1 << 24)
	f.Emit(wc.I32LtU)
	f.Get(sum)
	f.Emit(wc.I64ReinterpretF64)
	f.I64(1<<29 - 1)
	f.Emit(wc.I64And)
	f.I64(1 << 28)
	f.Emit(wc.I64Eq, wc.I32Or)
	f.If()
	for i := range 3 {
		arg(i)
		f.Emit(wc.F32x4Splat)
	}
	g.call(helperFMA4)
	f.Lane(wc.F32x4ExtractLane, 0)
	f.Set(out)
	f.End()
	f.Get(out)
	g.free(wc.F64, sum)
	g.free(wc.F32, out)
}

// fma4 is a*b+c. A sum that is halfway or short is right all the same if it was exact, or next to
// c: if the product has 28 bits at most, unless float32 loses c beside that, too. Others are rounded
// to odd, which rounds rightly always.
func fma4() *wc.Func {
	f, halves := newFMA("fma4")
	const a, b, c = 0, 1, 2
	t, out := f.Local(wc.V128), f.Local(wc.V128)
	with := func(v [16]byte, op wc.Op) {
		f.V128(v)
		f.Emit(op)
	}
	round := func() {
		f.Get(halves[0].s)
		f.Emit(wc.F32x4DemoteF64x2Zero)
		f.Get(halves[1].s)
		f.Emit(wc.F32x4DemoteF64x2Zero)
		f.Lane(wc.F64x2ExtractLane, 0)
		f.Lane(wc.F64x2ReplaceLane, 1)
		f.Set(out)
	}
	for _, h := range halves {
		h.sum(f)
	}
	round()
	halfway(f, [2]int{halves[0].s, halves[1].s}, with)
	short(f, out, with)
	f.Emit(wc.V128Or, wc.I32x4Bitmask)
	f.If()
	f.Get(halves[0].p, halves[1].p)
	f.Emit(wc.V128Or)
	with(pair64(1<<25-1, 1<<25-1), wc.V128And)
	f.Emit(wc.V128AnyTrue)
	f.Get(a, b)
	f.Emit(wc.F32x4Mul)
	f.Tee(t)
	f.Get(c)
	f.Emit(wc.F32x4Add)
	f.Get(t)
	f.Emit(wc.F32x4Eq, wc.I32x4Bitmask, wc.I32Or)
	f.If()
	for _, h := range halves {
		h.lacks(f, t)
		h.toOdd(f)
		f.Set(h.s)
	}
	round()
	f.End()
	f.End()
	f.Get(out)
	return f
}

// fmaBF164 is a*b+c of bfloats, rounded to odd, so that it rounds rightly to bfloat.
func fmaBF164() *wc.Func {
	f, halves := newFMA("fma_bf16_4")
	t := f.Local(wc.V128)
	for _, h := range halves {
		h.sum(f)
		h.lacks(f, t)
		h.toOdd(f)
		f.Set(h.s)
		demoteToOdd(f, h.s, t)
		f.Set(h.s)
	}
	f.LowerHalves(halves[0].s, halves[1].s)
	return f
}

// fmaHalf is the low or the high two of four lanes, as float64: the product, what is added, the
// sum, and what that lacks.
type fmaHalf struct {
	half, p, c, s, e int
}

// newFMA begins a function of four a, b and c.
func newFMA(name string) (*wc.Func, [2]fmaHalf) {
	f := wc.NewFunc(name, []wc.Type{wc.V128, wc.V128, wc.V128}, []wc.Type{wc.V128})
	halves := [2]fmaHalf{{half: 0}, {half: 1}}
	for i := range halves {
		h := &halves[i]
		h.p, h.c, h.s, h.e = f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128)
	}
	return f, halves
}

// sum sets the product and the rounded sum.
func (h fmaHalf) sum(f *wc.Func) {
	wide := func(param int) {
		f.Half(param, h.half)
		f.Emit(wc.F64x2PromoteLowF32x4)
	}
	wide(0)
	wide(1)
	f.Emit(wc.F64x2Mul)
	f.Tee(h.p)
	wide(2)
	f.Tee(h.c)
	f.Emit(wc.F64x2Add)
	f.Set(h.s)
}

// lacks sets what the sum lacks. t is free for use.
func (h fmaHalf) lacks(f *wc.Func, t int) {
	sumError(f, wc.F64x2Add, wc.F64x2Sub, h.p, h.c, h.s, t)
	f.Set(h.e)
}

// toOdd pushes the sum rounded to odd: where it is even and lacks something, one step towards
// that.
func (h fmaHalf) toOdd(f *wc.Func) {
	one := pair64(1, 1)
	f.Get(h.e, h.s)
	f.Emit(wc.V128Xor)
	f.I32(63)
	f.Emit(wc.I64x2ShrS) // -1 where the signs differ: step down
	f.V128(one)
	f.Emit(wc.V128Or) // +1 or -1
	f.Get(h.s)
	f.Emit(wc.I64x2Add)
	f.Get(h.s)
	f.Get(h.e)
	f.V128([16]byte{})
	f.Emit(wc.F64x2Ne)
	f.Get(h.e, h.e)
	f.Emit(wc.F64x2Eq, wc.V128And) // an infinite or NaN sum has no error term
	f.Get(h.s)
	f.V128(one)
	f.Emit(wc.V128And)
	f.V128([16]byte{})
	f.Emit(wc.I64x2Eq, wc.V128And, wc.V128Bitselect)
}

// fmaF16 pushes a*b+c of halves, rounded to odd: float32 holds the product, and the error of
// the sum.
func (g *gen) fmaF16(arg func(i int)) {
	f := g.f
	p, c, s, e := g.temp(wc.V128), g.temp(wc.V128), g.temp(wc.V128), g.temp(wc.V128)
	arg(0)
	arg(1)
	f.Emit(wc.F32x4Mul)
	f.Tee(p)
	arg(2)
	f.Tee(c)
	f.Emit(wc.F32x4Add)
	f.Set(s)
	sumError(f, wc.F32x4Add, wc.F32x4Sub, p, c, s, e)
	f.Set(e)
	lacks := p
	f.V128([16]byte{})
	f.Get(e, e)
	f.Emit(wc.F32x4Mul, wc.F32x4Lt) // not of NaN, as of an infinite sum
	f.Set(lacks)
	f.Get(s, e, s)
	f.Emit(wc.V128Xor)
	f.V128([16]byte{})
	f.Emit(wc.I32x4LtS) // one step down where the signs differ, so that the next odd one up is right
	f.Get(lacks)
	f.Emit(wc.V128And, wc.I32x4Add)
	f.Get(lacks)
	g.with(splat32(1), wc.V128And)
	f.Emit(wc.V128Or)
	g.free(wc.V128, p, c, s, e)
}

// sumError pushes what s, the rounded sum of p and c, lacks of the sum. t is free for use.
func sumError(f *wc.Func, add, sub wc.Op, p, c, s, t int) {
	f.Get(s, p)
	f.Emit(sub)
	f.Set(t)
	f.Get(p, s, t)
	f.Emit(sub, sub)
	f.Get(c, t)
	f.Emit(sub, add)
}

// demoteToOdd pushes the float64 lanes of s as float32: exact, or that of the
// two neighbours whose last bit is set. t is free for use.
func demoteToOdd(f *wc.Func, s, t int) {
	f.Get(s)
	f.Emit(wc.F32x4DemoteF64x2Zero)
	f.Set(t)
	back := func() {
		f.Get(t)
		f.Emit(wc.F64x2PromoteLowF32x4)
	}
	low := func() { f.V128([16]byte{}); f.Shuffle32(0, 2, 4, 4) } // of a mask of float64 lanes
	f.Get(t)
	back()
	f.Emit(wc.F64x2Abs)
	f.Get(s)
	f.Emit(wc.F64x2Abs, wc.F64x2Gt)
	low()
	f.Emit(wc.I32x4Add) // towards zero where it was rounded away from it
	f.V128(splat32(1))
	back()
	f.Get(s)
	f.Emit(wc.F64x2Ne)
	f.Get(s, s)
	f.Emit(wc.F64x2Eq, wc.V128And) // not of NaN
	low()
	f.Emit(wc.V128And, wc.V128Or)
}
