package wasm

import (
	"math"
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Division by a constant is a multiplication by its reciprocal: of scalars in fixed
// point (Granlund and Montgomery, "Division by Invariant Integers using
// Multiplication", 1994), of vectors, which have no upper half of a product, in
// floating point.

// reciprocal divides numbers of 32 bits: with add unset, the quotient is
// x*factor >> (32+shift). With add set the factor lacks 2^32: for
// t = x*factor >> 32 it is (t + x) >> (1+shift). Negative numbers get one
// more, so that theirs is rounded up.
type reciprocal struct {
	factor uint32
	shift  int32
	add    bool
}

// reciprocalOf is for dividends up to most. With signed they may be negative,
// and the factor is never exact.
func reciprocalOf(d uint32, most uint64, signed bool) reciprocal {
	l := bits.Len32(d - 1) // ceil(log2 d)
	hi, lo := uint64(1)<<(l-1), uint64(0)
	q, rest := bits.Div64(hi, lo, uint64(d)<<32) // 2^(31+l) / d, exact up to the rest
	if rest != 0 || signed {
		q++
	}
	// The error of q*d, times the dividend, must stay below the scale.
	excess := q*uint64(d) - 1<<(31+l)
	if over, product := bits.Mul64(excess, most); q < 1<<32 && over == 0 && product < 1<<(31+l) {
		return reciprocal{factor: uint32(q), shift: int32(l - 1)}
	}
	m, _ := bits.Div64(1<<l-uint64(d), 0, uint64(d)<<32)
	return reciprocal{factor: uint32(m + 1), shift: int32(l - 1), add: true}
}

// powerOf returns the k of a division, or a remainder, of signed vectors by 2^k.
func (g *gen) powerOf(in *ir.Instr) (k int, ok bool) {
	c, known := g.consts[in.Args[1]]
	d := uint32(extend(in.Kind, c))
	if !known || !in.Kind.IsSigned() || in.Kind.Bits() > 32 || int32(d) < 2 || d&(d-1) != 0 {
		return 0, false
	}
	return bits.TrailingZeros32(d), true
}

// divideByPower pushes the lanes of a register divided by 2^k, or the remainders. A
// shift rounds down, so that of those below zero begins 2^k-1 higher.
func (g *gen) divideByPower(in *ir.Instr, k int) {
	f, x := g.f, in.Args[0]
	g.vec(x)
	g.constant4([16]byte{})
	g.vec(x)
	f.Emit(wc.I32x4GtS)
	g.with(splat32(1<<k-1), wc.V128And)
	f.Emit(wc.I32x4Add)
	if in.Op == ir.Div {
		f.I32(int32(k))
		f.Emit(wc.I32x4ShrS)
		return
	}
	g.with(splat32(^uint32(1<<k-1)), wc.V128And)
	t := g.temp(wc.V128)
	f.Set(t)
	g.vec(x)
	f.Get(t)
	f.Emit(wc.I32x4Sub)
	g.free(wc.V128, t)
}

// divisor returns the reciprocal with which an integer division can be done.
func (g *gen) divisor(in *ir.Instr) (r reciprocal, ok bool) {
	c, known := g.consts[in.Args[1]]
	d := uint32(extend(in.Kind, c))
	if !known || in.Kind.Bits() > 32 || d < 2 || in.Kind.IsSigned() && d>>31 != 0 {
		return r, false
	}
	most := min(g.limit[in.Args[0]], 1<<32-1)
	if in.Kind.IsSigned() {
		most = 1<<31 - 1
	}
	return reciprocalOf(d, most, in.Kind.IsSigned()), true
}

// fewForFloat bounds dividends of which float32 holds what divideVector makes.
const fewForFloat = 3 << 20

// divides reports whether an instruction divides integers of at most 32 bits.
func divides(in *ir.Instr) bool {
	return (in.Op == ir.Div || in.Op == ir.Rem) && in.Kind.IsInt() && !wide(in.Kind)
}

// dividend is what is known of the dividend of a division by a constant: whether it may
// be negative, and whether it is small enough for float32.
func (g *gen) dividend(n *node) (negative, few bool) {
	k, most := n.in.Kind, g.limit[n.in.Args[0]]
	if negative = k.IsSigned() && most > k.Mask()>>1; negative {
		most = k.Mask()>>1 + 1
	}
	return negative, most <= fewForFloat || g.proofs[n].few
}

// divideVector pushes the lanes of a register divided by a constant, or the remainders.
// The reciprocal is a little too large, by less than takes the last number before a
// multiple of the divisor to it. What the product is cut down to stands in the lower bits
// of its sum with a number whose last place is one. Large numbers take float64, for even and
// odd lanes by themselves, which they become in the same way.
func (g *gen) divideVector(n *node) {
	f, in, x := g.f, n.in, n.in.Args[0]
	d := uint32(extend(in.Kind, g.consts[in.Args[1]]))
	negative, few := g.dividend(n)
	g.vec(x)
	if few {
		f.Emit(wc.F32x4ConvertI32x4S)
		g.with(splat32(math.Float32bits(float32(1/float64(d)))+1), wc.F32x4Mul)
		f.Emit(wc.F32x4Trunc)
		g.with(bitsOf(0x1.8p23), wc.F32x4Add)
		g.with(bitsOf(0x1.8p23), wc.I32x4Sub)
	} else {
		zero := 0x1p52
		if negative {
			g.with(splat32(signBit), wc.V128Xor)
			zero += signBit
		}
		quotients := func() { // in place of the lower halves
			g.with(doubles(0x1p52), wc.V128Or)
			g.with(doubles(zero), wc.F64x2Sub)
			g.with(doubles((1+0x1p-40)/float64(d)), wc.F64x2Mul)
			f.Emit(wc.F64x2Trunc)
			g.with(doubles(0x1.8p52), wc.F64x2Add)
		}
		const none = 0x80
		lower := pair64(1<<32-1, 1<<32-1)
		y := g.temp(wc.V128)
		f.Tee(y)
		g.with(lower, wc.V128And)
		quotients()
		g.with(lower, wc.V128And)
		f.Get(y)
		g.with([16]byte{4, 5, 6, 7, none, none, none, none, 12, 13, 14, 15, none, none, none, none}, wc.I8x16Swizzle)
		quotients()
		g.with([16]byte{none, none, none, none, 0, 1, 2, 3, none, none, none, none, 8, 9, 10, 11}, wc.I8x16Swizzle)
		f.Emit(wc.V128Or)
		g.free(wc.V128, y)
	}
	if in.Op == ir.Rem {
		q := g.temp(wc.V128)
		f.Set(q)
		g.vec(x)
		f.Get(q)
		g.with(splat32(d), wc.I32x4Mul)
		f.Emit(wc.I32x4Sub)
		g.free(wc.V128, q)
	}
}

// dividesLanes reports whether a division by a constant is one of scalars all the same, as
// lanes that follow each other cost nothing to take out, and float64 is needed.
func (g *gen) dividesLanes(n *node) bool {
	_, few := g.dividend(n)
	return !few && g.of[n.in.Args[0]].form == linear
}

// divideCost is what a division by a constant costs in vectors, as laneCosts.
func (g *gen) divideCost(n *node) int {
	cost := 24
	if _, few := g.dividend(n); few {
		cost = 6
	} else if g.dividesLanes(n) {
		cost = 44
	}
	if n.in.Op == ir.Rem {
		cost += 3
	}
	return cost
}

func doubles(x float64) [16]byte {
	b := int64(math.Float64bits(x))
	return pair64(b, b)
}

// divideBy pushes x divided by a constant, for the dividend in a local.
func (g *gen) divideBy(k ir.Kind, x int, r reciprocal) {
	f := g.f
	f.Get(x)
	f.Emit(bySign(k, wc.I64ExtendI32S, wc.I64ExtendI32U))
	f.I64(int64(r.factor))
	f.Emit(wc.I64Mul)
	if !r.add {
		f.I64(int64(32 + r.shift))
		f.Emit(bySign(k, wc.I64ShrS, wc.I64ShrU), wc.I32WrapI64)
		if k.IsSigned() {
			f.Get(x)
			f.I32(31)
			f.Emit(wc.I32ShrS, wc.I32Sub)
		}
		return
	}
	f.I64(32)
	f.Emit(wc.I64ShrU)
	f.Get(x)
	f.Emit(wc.I64ExtendI32U, wc.I64Add)
	f.I64(int64(1 + r.shift))
	f.Emit(wc.I64ShrU, wc.I32WrapI64)
}
