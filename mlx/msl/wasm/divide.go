package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Division by a constant is a multiplication by its reciprocal: of scalars in fixed
// point (Granlund and Montgomery, "Division by Invariant Integers using
// Multiplication", 1994), of vectors see divideVector.

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
	if g.limit[x] <= in.Kind.Mask()>>1 { // none is below zero
		g.vec(x)
		if in.Op == ir.Rem {
			g.with(splat32(1<<k-1), wc.V128And)
		} else {
			f.I32(int32(k))
			f.Emit(wc.I32x4ShrS)
		}
		return
	}
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
