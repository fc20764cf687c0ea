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

// fma is a*b+c of float32 with one rounding: float64 holds the product, and the sum that is
// rounded there rounds rightly once more, unless it is inexact and lies halfway between two
// float32. Such a sum is rounded to odd, which rounds rightly always.
func fma(name string, vector bool) *wc.Func {
	f, halves := newFMA(name, vector)
	r, t := f.Local(wc.V128), f.Local(wc.V128)
	for _, h := range halves {
		h.sum(f)
		f.Get(h.s)
		f.Emit(wc.F32x4DemoteF64x2Zero)
	}
	whole(f, halves)
	f.Tee(r) // from 2|r| = 1, the least number that is not zero, up to the least normal one halves are others
	f.Get(r)
	f.Emit(wc.I32x4Add)
	f.V128(splat32(signBit - 1))
	f.Emit(wc.I32x4Add)
	f.V128(splat32(signBit + 1<<24))
	f.Emit(wc.I32x4LtS)
	for _, h := range halves {
		f.Get(h.s)
		f.V128(pair64(1<<29-1, 1<<29-1))
		f.Emit(wc.V128And)
		f.V128(pair64(1<<28, 1<<28))
		f.Emit(wc.I64x2Eq)
		f.Get(h.s, h.p) // a sum is exact if each of both terms taken away leaves the other
		f.Emit(wc.F64x2Sub)
		f.Get(h.c)
		f.Emit(wc.F64x2Ne)
		f.Get(h.s, h.c)
		f.Emit(wc.F64x2Sub)
		f.Get(h.p)
		f.Emit(wc.F64x2Ne, wc.V128Or, wc.V128And, wc.V128Or)
	}
	f.Emit(wc.V128AnyTrue)
	f.If()
	for _, h := range halves {
		h.lacks(f, t)
		h.toOdd(f)
		f.Emit(wc.F32x4DemoteF64x2Zero)
	}
	whole(f, halves)
	f.Set(r)
	f.End()
	f.Get(r)
	if !vector {
		f.Lane(wc.F32x4ExtractLane, 0)
	}
	return f
}

// fmaBF164 is a*b+c of bfloats, rounded to odd, so that it rounds rightly to bfloat.
func fmaBF164() *wc.Func {
	f, halves := newFMA("fma_bf16_4", true)
	t := f.Local(wc.V128)
	for _, h := range halves {
		h.sum(f)
		h.lacks(f, t)
		h.toOdd(f)
		f.Set(h.s)
		demoteToOdd(f, h.s, t)
	}
	whole(f, halves)
	return f
}

// fmaHalf is the low or the high two of four lanes, as float64: the product, what is added, the
// sum, and what that lacks.
type fmaHalf struct {
	splat, high bool
	p, c, s, e  int
}

// newFMA begins a function of one or four a, b and c.
func newFMA(name string, vector bool) (*wc.Func, []fmaHalf) {
	t := wc.F32
	halves := []fmaHalf{{splat: true}}
	if vector {
		t, halves = wc.V128, []fmaHalf{{}, {high: true}}
	}
	f := wc.NewFunc(name, []wc.Type{t, t, t}, []wc.Type{t})
	for i := range halves {
		h := &halves[i]
		h.p, h.c, h.s, h.e = f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128), f.Local(wc.V128)
	}
	return f, halves
}

// sum sets the product and the rounded sum.
func (h fmaHalf) sum(f *wc.Func) {
	wide := func(param int) {
		f.Get(param)
		if h.splat {
			f.Emit(wc.F32x4Splat)
		} else if h.high {
			f.Get(param)
			f.Shuffle32(2, 3, 2, 3)
		}
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

// whole joins the results of the halves.
func whole(f *wc.Func, halves []fmaHalf) {
	if len(halves) > 1 {
		f.Shuffle32(0, 1, 4, 5)
	}
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
