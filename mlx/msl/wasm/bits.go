package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Bits of vectors are counted by converting to float, whose exponent tells where
// the first one is, and reversed by tables of half bytes.

// countVector pushes the count of bits in lanes, or the lanes reversed, within
// the width of the kind.
func (g *gen) countVector(in *ir.Instr) {
	f, k := g.f, in.Kind
	w := uint32(k.Bits())
	x := g.temp(wc.V128)
	g.vec(in.Args[0])
	if w < 32 && k.IsSigned() {
		g.with(splat32(uint32(k.Mask())), wc.V128And)
	}
	f.Set(x)
	switch in.Op {
	case ir.Clz:
		negative := w == 32 && (k.IsSigned() || g.limit[in.Args[0]] >= 1<<31)
		f.Get(x)
		if w == 32 && g.limit[in.Args[0]] >= 1<<24 {
			// Without those bits that have one 16 places before them the conversion
			// does not round up to the next power of two.
			f.Get(x)
			g.with(upperHalf, wc.I32x4DotI16x8S)
			f.Emit(wc.V128Andnot)
		}
		f.Emit(wc.F32x4ConvertI32x4S)
		f.I32(23)
		f.Emit(wc.I32x4ShrU)
		e := g.temp(wc.V128)
		f.Set(e)
		g.constant4(splat32(127 + w - 1))
		f.Get(e)
		f.Emit(wc.I32x4Sub)
		g.with(splat32(w), wc.I32x4MinS)
		if negative {
			f.V128([16]byte{})
			f.Get(x)
			f.Emit(wc.I32x4GtS, wc.V128Andnot)
		}
		g.free(wc.V128, e)
	case ir.Ctz:
		// The lowest bit is a power of two. Of none the exponent is too small by so
		// much that it is large without a sign.
		f.Get(x, x)
		f.Emit(wc.I32x4Neg, wc.V128And, wc.F32x4ConvertI32x4S)
		f.I32(23)
		f.Emit(wc.I32x4ShrU)
		g.with(splat32(0xff), wc.V128And)
		g.with(splat32(127), wc.I32x4Sub)
		g.with(splat32(w), wc.I32x4MinU)
	case ir.Popcount:
		f.Get(x)
		f.Emit(wc.I8x16Popcnt, wc.I16x8ExtaddPairwiseI8x16U)
		g.with(splat32(0x00010001), wc.I32x4DotI16x8S)
	default:
		var bytes, low, high [16]byte
		for i := range bytes {
			bytes[i] = byte(i ^ 3)
			for b := range 4 {
				high[i] |= byte(i>>b&1) << (7 - b)
				low[i] |= byte(i>>b&1) << (3 - b)
			}
		}
		table := func(t [16]byte, index func()) {
			g.constant4(t)
			index()
			g.with(splat32(0x0f0f0f0f), wc.V128And)
			f.Emit(wc.I8x16Swizzle)
		}
		f.Get(x)
		g.with(bytes, wc.I8x16Swizzle)
		f.Set(x)
		table(high, func() { f.Get(x) })
		table(low, func() { f.Get(x); f.I32(4); f.Emit(wc.I32x4ShrU) })
		f.Emit(wc.V128Or)
		if w < 32 {
			f.I32(int32(32 - w))
			f.Emit(wc.I32x4ShrU)
			g.narrowVector(k)
		}
	}
	g.free(wc.V128, x)
}
