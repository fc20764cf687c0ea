package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// narrowFMA is the helper for fma of a 16-bit float.
func narrowFMA(k ir.Kind) helper {
	if k == ir.F16 {
		return helperFMAHalf4
	}
	return helperFMABF164
}

// fma is a*b+c with one rounding: the product is exact in float64, and the sum
// that is rounded there rounds correctly to float32 unless it lies halfway
// between two neighbours. Where it may, the sum is rounded to odd, which rounds
// correctly always. With odd it is rounded to odd once more, so that the result
// rounds correctly to a narrower type.
func fma(name string, vector, odd bool) *wc.Func {
	t := wc.F32
	if vector {
		t = wc.V128
	}
	f := wc.NewFunc(name, []wc.Type{t, t, t}, []wc.Type{t})
	p, c, s, bb, e, bits := f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128)
	wide := func(param int, high bool) {
		f.Get(param)
		if !vector {
			f.Emit(wc.F32x4Splat)
		} else if high {
			f.Get(param)
			f.Shuffle32(2, 3, 2, 3)
		}
		f.Emit(wc.F64x2PromoteLowF32x4)
	}
	halves := []bool{false}
	if vector {
		halves = []bool{false, true}
	}
	whole := func() {
		if vector {
			f.Shuffle32(0, 1, 4, 5)
		}
	}
	if !odd {
		sums := []int{p, c}
		for i, high := range halves {
			wide(0, high)
			wide(1, high)
			f.Emit(wc.F64x2Mul)
			wide(2, high)
			f.Emit(wc.F64x2Add)
			f.Set(sums[i])
			f.Get(sums[i])
			f.Emit(wc.F32x4DemoteF64x2Zero)
		}
		whole()
		f.Set(s)
		f.Get(s) // up to the least normal number halves are others; a sum that becomes zero is exact
		f.V128(splat32(^uint32(signBit)))
		f.Emit(wc.V128And)
		f.V128(splat32(1))
		f.Emit(wc.I32x4Sub)
		f.V128(splat32(1 << 23))
		f.Emit(wc.I32x4LtU)
		for _, sum := range sums[:len(halves)] {
			f.Get(sum)
			f.V128(pair64(1<<29-1, 1<<29-1))
			f.Emit(wc.V128And)
			f.V128(pair64(1<<28, 1<<28))
			f.Emit(wc.I64x2Eq, wc.V128Or)
		}
		f.Emit(wc.V128AnyTrue)
		f.If()
	}
	half := func(high bool) {
		wide(0, high)
		wide(1, high)
		f.Emit(wc.F64x2Mul)
		f.Set(p)
		wide(2, high)
		f.Set(c)
		f.Get(p, c)
		f.Emit(wc.F64x2Add)
		f.Set(s)
		sumError(f, wc.F64x2Add, wc.F64x2Sub, p, c, s, bb)
		f.Set(e)
		// Where e != 0 and s is even, step s by one towards the exact sum.
		one := pair64(1, 1)
		f.Get(s)
		f.V128(one)
		f.Get(e, s)
		f.Emit(wc.V128Xor)
		f.I32(63)
		f.Emit(wc.I64x2ShrS) // -1 where the signs differ: step down
		f.V128(one)
		f.Emit(wc.V128Or) // +1 or -1
		f.Set(bits)
		f.Emit(wc.Drop)
		f.Get(bits)
		f.Emit(wc.I64x2Add)
		f.Get(s)
		f.Get(e)
		f.V128([16]byte{})
		f.Emit(wc.F64x2Ne)
		f.Get(e, e)
		f.Emit(wc.F64x2Eq, wc.V128And) // an infinite or NaN sum has no error term
		f.Get(s)
		f.V128(one)
		f.Emit(wc.V128And)
		f.V128([16]byte{})
		f.Emit(wc.I64x2Eq, wc.V128And, wc.V128Bitselect)
		if odd {
			f.Set(s)
			demoteToOdd(f, s, c)
			return
		}
		f.Emit(wc.F32x4DemoteF64x2Zero)
	}
	for _, high := range halves {
		half(high)
	}
	whole()
	if !odd {
		f.Set(s)
		f.End()
		f.Get(s)
	}
	if !vector {
		f.Lane(wc.F32x4ExtractLane, 0)
	}
	return f
}

// fmaHalf4 is a*b+c of halves, rounded to odd: float32 holds the product, and the error
// of the sum.
func fmaHalf4() *wc.Func {
	f := wc.NewFunc("fma_f16_4", []wc.Type{wc.V128, wc.V128, wc.V128}, []wc.Type{wc.V128})
	const c = 2
	p, s, bb, e := f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128)
	f.Get(0, 1)
	f.Emit(wc.F32x4Mul)
	f.Tee(p)
	f.Get(c)
	f.Emit(wc.F32x4Add)
	f.Set(s)
	sumError(f, wc.F32x4Add, wc.F32x4Sub, p, c, s, bb)
	f.Set(e)
	// Where e is not zero (or NaN) and s is even, s steps towards it.
	f.Get(s)
	f.Get(e, s)
	f.Emit(wc.V128Xor)
	f.I32(31)
	f.Emit(wc.I32x4ShrS)
	f.V128(splat32(1))
	f.Emit(wc.V128Or) // +1 or -1
	f.V128([16]byte{})
	f.Get(e, e)
	f.Emit(wc.F32x4Mul, wc.F32x4Lt, wc.V128And)
	f.V128([16]byte{})
	f.Get(s)
	f.V128(splat32(1))
	f.Emit(wc.V128And, wc.I32x4Eq, wc.V128And, wc.I32x4Add)
	return f
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
