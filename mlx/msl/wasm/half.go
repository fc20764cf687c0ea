package wasm

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Conversions between float32 and the 16-bit floats, four lanes at a time and
// without calls, as they stand in the middle of loops.

const (
	signBit  = 1 << 31
	exponent = 0x7f800000
)

func bitsOf(f float64) [16]byte { return splat32(math.Float32bits(float32(f))) }

// with applies an operation to the vector on the stack and a constant.
func (g *gen) with(v [16]byte, op wc.Op) {
	g.constant4(v)
	g.f.Emit(op)
}

// roundVector rounds f32 lanes to half or bfloat, to nearest even; for f32 it
// does nothing.
func (g *gen) roundVector(k ir.Kind) { g.round(k, ir.Convert, false) }

// roundResult is roundVector of what an operation makes of numbers of the kind.
func (g *gen) roundResult(k ir.Kind, op ir.Op) { g.round(k, op, true) }

// round is roundVector of what an operation makes, a conversion of any floats and others
// of numbers of the kind. Its NaNs are short, or may be any.
func (g *gen) round(k ir.Kind, op ir.Op, short bool) {
	if k == ir.F32 {
		return
	}
	f := g.f
	x := g.temp(wc.V128)
	f.Set(x)
	if k == ir.F16 {
		g.roundF16(x, op)
	} else {
		g.roundBF16(x, short)
		g.with(splat32(0xffff0000), wc.V128And)
	}
	g.free(wc.V128, x)
}

// roundF16 adds to x and takes away 1.5 times the power of two whose last place
// is that of a half of x's size. Beyond the largest half, scaling up overflows. What is
// made of halves is far from the greatest such power, and sums of small halves are halves.
func (g *gen) roundF16(x int, op ir.Op) {
	f := g.f
	m := g.temp(wc.V128)
	f.Get(x)
	g.with(splat32(exponent), wc.V128And)
	if op != ir.Add && op != ir.Sub {
		g.with(bitsOf(0x1p-14), wc.I32x4MaxS)
	}
	if op == ir.Convert {
		g.with(bitsOf(0x1p16), wc.I32x4MinS)
	}
	g.with(splat32(halfPlace), wc.I32x4Add)
	f.Set(m)
	f.Get(x, m)
	f.Emit(wc.F32x4Add)
	f.Get(m)
	f.Emit(wc.F32x4Sub)
	g.with(bitsOf(0x1p112), wc.F32x4Mul)
	g.with(bitsOf(0x1p-112), wc.F32x4Mul)
	f.Get(x) // the sign of what became zero
	g.with(splat32(signBit), wc.V128And)
	f.Emit(wc.V128Or)
	g.free(wc.V128, m)
}

// halfPlace makes of the bits of a power of two those of 1.5 times the one
// whose last place is that of a half of its size.
const halfPlace = 13<<23 | 1<<22

// roundBF16 adds half of the last place that stays, less a little where the
// rest would be rounded to even. The lower half of the lanes is of no value. A NaN
// that is short stays one by itself.
func (g *gen) roundBF16(x int, short bool) {
	f := g.f
	f.Get(x)
	g.with(splat32(0x7fff), wc.I32x4Add)
	f.Get(x)
	g.with(splat32(1<<16), wc.V128And)
	g.with(splat32(1<<16), wc.I32x4Eq)
	f.Emit(wc.I32x4Sub)
	if short {
		return
	}
	f.Get(x, x)
	f.Emit(wc.F32x4Ne)
	g.with(splat32(0x7fc00000), wc.V128And)
	f.Emit(wc.V128Or)
}

// shortNaN reports whether the lower half of a register's lanes is zero where they are
// NaN: it was made of bfloats and of numbers. What an operation makes of none is the
// processor's own NaN, which is short, or one of its operands.
func (g *gen) shortNaN(r ir.Reg) bool {
	if short, ok := g.short[r]; ok {
		return short
	}
	g.short[r] = false // if it is made of itself
	g.short[r] = g.makesShortNaN(r)
	return g.short[r]
}

func (g *gen) makesShortNaN(r ir.Reg) bool {
	k := g.fn.Regs[r].Kind
	if c, ok := g.consts[r]; ok && k.IsFloat() {
		return floatBits(k, c)&0xffff == 0 || !math.IsNaN(ir.FloatValue(k, c))
	}
	d := g.origin(r)
	switch {
	case k == ir.BF16:
		return true
	case k != ir.F32 || d == nil:
		return false
	}
	args := d.in.Args
	switch d.in.Op {
	case ir.Convert:
		return d.in.From == ir.BF16 || !d.in.From.IsFloat()
	case ir.Bitcast:
		return g.shortBits(args[0])
	case ir.Select:
		args = args[1:]
	case ir.CopySign:
		args = args[:1]
	case ir.Mov, ir.Neg, ir.Abs, ir.Min, ir.Max, ir.Rsqrt:
	default:
		if vectorFloat[d.in.Op] == 0 {
			return false
		}
	}
	return !slices.ContainsFunc(args, func(a ir.Reg) bool { return !g.shortNaN(a) })
}

// shortBits reports whether the lower half of an integer of 32 bits is zero, as in
// powers of two that are made of their exponents.
func (g *gen) shortBits(r ir.Reg) bool {
	if c, ok := g.consts[r]; ok {
		return c&0xffff == 0
	}
	d := g.origin(r)
	if d == nil {
		return false
	}
	switch in := d.in; in.Op {
	case ir.Shl:
		c, ok := g.consts[in.Args[1]]
		return ok && in.Kind.Bits() == 32 && c&31 >= 16
	case ir.Add, ir.Sub, ir.Or, ir.Xor:
		return g.shortBits(in.Args[0]) && g.shortBits(in.Args[1])
	case ir.And:
		return g.shortBits(in.Args[0]) || g.shortBits(in.Args[1])
	}
	return false
}

// unpackHalf turns 16-bit patterns in 32-bit lanes into f32.
func (g *gen) unpackHalf(k ir.Kind) {
	if k == ir.BF16 {
		g.shiftLeft(16)
		return
	}
	f := g.f
	t := g.temp(wc.V128)
	// Sign, exponent and mantissa three places too low; the bits behind the
	// sign are copies of it.
	g.with(splat32(1<<13), wc.I32x4DotI16x8S)
	g.with(splat32(0x8fffe000), wc.V128And)
	f.Tee(t)
	g.with(bitsOf(0x1p112), wc.F32x4Mul) // the exponent was 112 too low
	f.Get(t)                             // infinity and NaN need all ones
	g.with(splat32(0x0f800000), wc.V128And)
	g.with(splat32(0x0f800000), wc.I32x4Eq)
	g.with(splat32(exponent), wc.V128And)
	f.Emit(wc.V128Or)
	g.free(wc.V128, t)
}

// upperHalf is what i32x4.dot_i16x8_s shifts the upper half of a lane down by,
// extending its sign: one instruction, where wazero makes five of a shift.
var upperHalf = splat32(1 << 16)

// packHalf turns f32 lanes that are exact halves or bfloats into 16-bit
// patterns in 32-bit lanes, extended by their sign.
func (g *gen) packHalf(k ir.Kind) {
	f := g.f
	if k == ir.BF16 {
		g.with(upperHalf, wc.I32x4DotI16x8S)
		return
	}
	r := g.temp(wc.V128)
	f.Tee(r)
	g.with(splat32(signBit-1), wc.V128And)
	g.with(bitsOf(0x1p16), wc.F32x4Pmin) // infinity; NaN stays
	g.with(bitsOf(0x1p-112), wc.F32x4Mul)
	f.I32(13)
	f.Emit(wc.I32x4ShrU)
	g.with(splat32(0x7fff), wc.V128And)
	f.V128([16]byte{})
	f.Get(r)
	f.Emit(wc.I32x4GtS)
	g.with(splat32(^uint32(0x7fff)), wc.V128And)
	f.Emit(wc.V128Or)
	g.free(wc.V128, r)
}

// roundToHalf is roundVector and packHalf in one.
func (g *gen) roundToHalf(k ir.Kind, short bool) {
	f := g.f
	x := g.temp(wc.V128)
	f.Set(x)
	if k == ir.F16 {
		g.halfSize(x)
		g.with(splat32(0x7fff), wc.I32x4MinS)
		f.Get(x)
		g.with(splat32(signBit), wc.V128And)
		g.with(upperHalf, wc.I32x4DotI16x8S)
		f.Emit(wc.V128Or)
	} else {
		g.roundBF16(x, short)
		g.packHalf(k)
	}
	g.free(wc.V128, x)
}

// halfSize pushes the bits of halves without their sign; of NaN, a number above all of
// them. The sum with a number whose last place is that of the half holds the half's
// mantissa in its lower 16 bits, and an exponent in the upper ones, of which an eighth
// of the place is that of the half's.
func (g *gen) halfSize(x int) {
	f := g.f
	a := g.temp(wc.V128)
	const place = 0x38800000 + halfPlace // of the least exponent, that of 2^-14
	f.Get(x)
	g.with(splat32(signBit-1), wc.V128And)
	g.with(bitsOf(0x1p16), wc.F32x4Pmin) // becomes infinity; NaN stays
	f.Tee(a)
	g.with(splat32(exponent), wc.V128And)
	g.with(bitsOf(0x1p-14), wc.I16x8SubSatU)
	g.with(splat32(place), wc.I32x4Add)
	f.Get(a)
	f.Emit(wc.F32x4Add)
	g.with(splat32(8<<16|1), wc.I32x4DotI16x8S)
	g.with(splat32(place>>16*8), wc.I32x4Sub)
	g.free(wc.V128, a)
}

// packHalves pushes eight halves that two vectors are rounded to, or exactly hold. Narrowing
// leaves of numbers their signs, and makes NaNs of what is above all halves.
func (g *gen) packHalves(x, y int, exact bool) {
	f := g.f
	for _, v := range []int{x, y} {
		if !exact {
			g.halfSize(v)
			continue
		}
		f.Get(v)
		g.with(splat32(signBit-1), wc.V128And)
		g.with(bitsOf(0x1p16), wc.F32x4Pmin) // infinity; NaN stays
		g.with(bitsOf(0x1p-112), wc.F32x4Mul)
		g.shiftLeft(3)
		g.with(upperHalf, wc.I32x4DotI16x8S)
	}
	f.Emit(wc.I16x8NarrowI32x4S)
	if exact { // NaN's highest bit
		g.with(splat32(0x7fff7fff), wc.V128And)
	}
	f.Get(x, y)
	f.Emit(wc.I16x8NarrowI32x4S)
	g.with(splat32(1<<31|1<<15), wc.V128And)
	f.Emit(wc.V128Or)
}

// rounded finds the f32 that a half, bfloat or byte which is stored was rounded or
// truncated from, if that is still at hand: that and packing are one then.
func (g *gen) rounded(store *node, r ir.Reg) (from ir.Reg, ok bool) {
	d := g.origin(r)
	if !g.rounds(d) || !dominates(d, store) {
		return 0, false
	}
	from = d.in.Args[0]
	return from, g.of[from].form == varying && g.keeps(from, d, store)
}

// halfOf finds the floats that a half or bfloat which is stored is rounded from, where the
// store does that: itself, if nothing else takes it.
func (g *gen) halfOf(store *node, r ir.Reg) (from ir.Reg, ok bool) {
	if g.unrounded[r] {
		return r, true
	}
	from, ok = g.rounded(store, r)
	return from, ok && store.in.Kind.IsFloat()
}

// rounds reports whether a node makes halves, bfloats or bytes of floats, for each lane.
func (g *gen) rounds(d *node) bool {
	if d == nil || d.in.Op != ir.Convert || d.in.From != ir.F32 || g.of[d.in.Dst].form != varying {
		return false
	}
	switch k := d.in.Kind; k {
	case ir.F16, ir.BF16:
		return true
	case ir.U8, ir.I8:
		return g.truncates(d.in.Args[0], k)
	}
	return false
}

// roundings marks the roundings of values that are only stored. Results that are
// stored once are rounded there.
func (g *gen) roundings() {
	g.unrounded, g.short = map[ir.Reg]bool{}, map[ir.Reg]bool{}
	for _, d := range g.nodes[1:] {
		if _, ok := vectorFloat[d.in.Op]; (ok || d.in.Op == ir.FMA) && (d.in.Kind == ir.F16 || d.in.Kind == ir.BF16) {
			r := d.in.Dst
			once := len(g.refs[r]) == 2 && g.refs[r][1].n.in.Op == ir.Store
			g.unrounded[r] = once && g.fn.Regs[r].Kind == d.in.Kind && g.of[r].form == varying
			continue
		}
		if !g.rounds(d) {
			continue
		}
		stored := true
		for _, x := range g.refs[d.in.Dst] {
			if !x.def {
				_, ok := g.rounded(x.n, d.in.Dst)
				stored = stored && x.n.in.Op == ir.Store && ok
			}
		}
		if stored && g.single[d.in.Dst] {
			g.unused[d] = true
		}
	}
}

// lowParts packs the lanes on the stack together, which hold values of a small
// kind.
func (g *gen) lowParts(k ir.Kind) {
	f := g.f
	t := g.temp(wc.V128)
	f.Tee(t)
	f.Get(t)
	if k == ir.U16 {
		f.Emit(wc.I16x8NarrowI32x4U)
	} else {
		f.Emit(wc.I16x8NarrowI32x4S)
	}
	if k.Size() == 1 {
		f.Tee(t)
		f.Get(t)
		if k == ir.I8 {
			f.Emit(wc.I8x16NarrowI16x8S)
		} else {
			f.Emit(wc.I8x16NarrowI16x8U)
		}
	}
	g.free(wc.V128, t)
}
