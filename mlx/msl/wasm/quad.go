package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// quad lowers a quad function: a quad is a chunk, so it needs no meeting.
func (g *gen) quad(n *node) {
	f, in, k := g.f, n.in, n.in.Kind
	if wide(k) {
		g.quadWide(n)
		return
	}
	switch in.Op {
	case ir.SimdSum, ir.SimdProduct, ir.SimdMin, ir.SimdMax, ir.SimdAnd, ir.SimdOr, ir.SimdXor, ir.SimdAll, ir.SimdAny:
		op := simdBinary[in.Op]
		v := g.temp(wc.V128)
		g.vec(in.Args[0])
		if g.cur.some {
			f.V128(identity(op, k))
			f.Get(g.cur.local)
			f.Emit(wc.V128Bitselect)
		}
		f.Set(v)
		g.reduceLanes(op, k, v)
		f.Get(v)
		g.free(wc.V128, v)
	case ir.SimdBroadcast, ir.SimdShuffle, ir.SimdShuffleXor, ir.SimdRotateUp, ir.SimdRotateDown:
		g.vec(in.Args[0])
		if g.v.tail { // lanes without a thread hold zero
			g.tailMask()
			f.Emit(wc.V128And)
		}
		iota := func() { f.V128(iota32(1)) }
		switch in.Op {
		case ir.SimdShuffleXor:
			iota()
			g.vec(in.Args[1])
			f.Emit(wc.V128Xor)
		case ir.SimdRotateUp:
			iota()
			g.vec(in.Args[1])
			f.Emit(wc.I32x4Sub)
		case ir.SimdRotateDown:
			iota()
			g.vec(in.Args[1])
			f.Emit(wc.I32x4Add)
		default:
			g.vec(in.Args[1])
		}
		g.swizzle()
	case ir.SimdPrefixSum, ir.SimdPrefixProduct, ir.SimdExclSum, ir.SimdExclProduct:
		sc := g.startScan(in.Op, k)
		g.vec(in.Args[0])
		f.Set(sc.v)
		sc.chunk(g.cur.some, g.pushCur)
		f.Get(sc.out)
		sc.free()
	case ir.SimdIsFirst, ir.SimdBroadcastFirst:
		first := g.temp(wc.I32)
		g.pushCur()
		f.Emit(wc.I32x4Bitmask, wc.I32Ctz)
		f.Set(first)
		if in.Op == ir.SimdIsFirst {
			f.V128(iota32(1))
			f.Get(first)
			f.Emit(wc.I32x4Splat, wc.I32x4Eq)
		} else {
			g.vec(in.Args[0])
			f.Get(first)
			f.Emit(wc.I32x4Splat)
			g.swizzle()
		}
		g.free(wc.I32, first)
	case ir.SimdBallot, ir.SimdActive:
		g.pushCur()
		if in.Op == ir.SimdBallot {
			g.vec(in.Args[0])
			f.Emit(wc.V128And)
		}
		votes := g.temp(wc.V128)
		f.Emit(wc.I32x4Bitmask, wc.I64ExtendI32U, wc.I64x2Splat)
		f.Tee(votes)
		f.Get(votes)
		g.free(wc.V128, votes)
		g.setHalves(n, in.Dst)
		return
	default:
		panic(unsupported{"quad " + in.Op.String()})
	}
	if g.of[in.Dst].form != varying {
		panic(unsupported{"quad result"})
	}
	g.set(n, in.Dst)
}

// swizzle pops lane numbers, which count modulo 4, and a vector, and pushes the
// vector's lanes of those numbers.
func (g *gen) swizzle() {
	f := g.f
	f.V128(splat32(3))
	f.Emit(wc.V128And)
	// Lane i of the result is bytes 4*n to 4*n+3.
	f.V128(splat32(0x04040404))
	f.Emit(wc.I32x4Mul)
	f.V128(splat32(0x03020100))
	f.Emit(wc.I32x4Add, wc.I8x16Swizzle)
}
