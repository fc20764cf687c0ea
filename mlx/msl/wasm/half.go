package wasm

import (
	"math"

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
func (g *gen) roundVector(k ir.Kind) {
	if k == ir.F32 {
		return
	}
	f := g.f
	x := g.temp(wc.V128)
	f.Set(x)
	if k == ir.F16 {
		g.roundF16(x)
	} else {
		g.roundBF16(x)
	}
	g.free(wc.V128, x)
}

// roundF16 adds to x and takes away 1.5 times the power of two whose last place
// is that of a half of x's size. Beyond the largest half, scaling up overflows.
func (g *gen) roundF16(x int) {
	f := g.f
	m := g.temp(wc.V128)
	f.Get(x)
	g.with(splat32(exponent), wc.V128And)
	g.with(bitsOf(0x1p-14), wc.I32x4MaxS)
	g.with(bitsOf(0x1p16), wc.I32x4MinS)
	g.with(splat32(13<<23), wc.I32x4Add)
	g.with(splat32(1<<22), wc.V128Or)
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

// roundBF16 adds half of the last place that stays, less a little where the
// rest would be rounded to even.
func (g *gen) roundBF16(x int) {
	f := g.f
	f.Get(x)
	g.with(splat32(0x7fff), wc.I32x4Add)
	f.Get(x)
	g.with(splat32(1<<16), wc.V128And)
	g.with(splat32(1<<16), wc.I32x4Eq)
	f.Emit(wc.I32x4Sub)
	g.with(splat32(0xffff0000), wc.V128And)
	f.Get(x, x) // NaN stays
	f.Emit(wc.F32x4Ne)
	g.with(splat32(0x7fc00000), wc.V128And)
	f.Emit(wc.V128Or)
}

// unpackHalf turns 16-bit patterns in 32-bit lanes into f32.
func (g *gen) unpackHalf(k ir.Kind) {
	if k == ir.BF16 {
		g.shiftLeft(16)
		return
	}
	f := g.f
	v, y := g.temp(wc.V128), g.temp(wc.V128)
	f.Tee(v)
	g.with(splat32(0x7fff), wc.V128And)
	g.shiftLeft(13)
	g.with(bitsOf(0x1p112), wc.F32x4Mul) // the exponent was 112 too low
	f.Tee(y)
	f.Get(y) // infinity and NaN need all ones
	g.with(bitsOf(0x1p16), wc.F32x4Ge)
	g.with(splat32(exponent), wc.V128And)
	f.Emit(wc.V128Or)
	f.Get(v)
	g.shiftLeft(16)
	g.with(splat32(signBit), wc.V128And)
	f.Emit(wc.V128Or)
	g.free(wc.V128, v, y)
}

// packHalf turns f32 lanes that are exact halves or bfloats into 16-bit
// patterns in 32-bit lanes, extended by their sign.
func (g *gen) packHalf(k ir.Kind) {
	f := g.f
	if k == ir.BF16 {
		f.I32(16)
		f.Emit(wc.I32x4ShrS)
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

// lowHalves packs the low 16 bits of the lanes on the stack together, which
// hold values of a kind of that size.
func (g *gen) lowHalves(k ir.Kind) {
	t := g.temp(wc.V128)
	g.f.Tee(t)
	g.f.Get(t)
	if k == ir.U16 {
		g.f.Emit(wc.I16x8NarrowI32x4U)
	} else {
		g.f.Emit(wc.I16x8NarrowI32x4S)
	}
	g.free(wc.V128, t)
}
