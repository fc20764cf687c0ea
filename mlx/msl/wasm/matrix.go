package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// An 8x8 matrix is two registers a lane. Chunk k of the SIMD-group holds
// columns c0 to c0+3 of rows r0 and r0+1, where r0 = 4*(k>>2) + 2*(k&1) and
// c0 = 4*(k>>1&1): lanes 0 and 1 the first row's two pairs, lanes 2 and 3 the
// second row's. So a chunk is two quarter rows, interleaved.

func (g *gen) matrix(n *node) {
	in := n.in
	if g.v.ragged {
		panic(unsupported{in.Op.String()})
	}
	f := g.f
	first := g.temp(wc.I32)
	f.I32(0)
	f.Set(first)
	top := f.Loop()
	if in.Op == ir.MatrixMMA {
		g.multiply(n, first)
	} else {
		g.tile(n, first)
	}
	f.Get(first)
	f.I32(8)
	f.Emit(wc.I32Add)
	f.Tee(first)
	f.Get(g.nchunk)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	g.free(wc.I32, first)
}

// tile loads or stores an 8x8 tile.
func (g *gen) tile(n *node, first int) {
	f, in := g.f, n.in
	load := in.Op == ir.MatrixLoad
	args := in.Args[1:]
	if !load {
		args = in.Args[3:]
	}
	for _, a := range append([]ir.Reg{in.Args[0]}, args...) {
		if !g.of[a].scalar() {
			panic(varyingTile{})
		}
	}
	a := g.access(n)
	a.n = 4 // scalars of a quarter row
	off, row := g.temp(wc.I64), g.temp(wc.I64)
	e := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	r := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	g.eachOfGroup(first, func() {
		for _, x := range append([]ir.Reg{in.Args[0]}, args...) {
			g.fetch(x)
		}
		k := func(shift, and, mul int64) { // (chunk >> shift & and) * mul
			f.Get(g.chunk)
			f.I32(int32(shift))
			f.Emit(wc.I32ShrU)
			f.I32(int32(and))
			f.Emit(wc.I32And)
			f.I32(int32(mul))
			f.Emit(wc.I32Mul, wc.I64ExtendI32U)
		}
		// off = p + imm + ((y + r0)*ld + x + c0)*size
		g.sc(args[2])
		k(2, 1, 4)
		k(0, 1, 2)
		f.Emit(wc.I64Add, wc.I64Add)
		g.sc(args[0])
		f.Emit(wc.I64Mul)
		g.sc(args[1])
		k(1, 1, 4)
		f.Emit(wc.I64Add, wc.I64Add)
		f.I64(a.size)
		f.Emit(wc.I64Mul)
		g.sc(in.Args[0])
		f.I64(a.imm)
		f.Emit(wc.I64Add, wc.I64Add)
		f.Set(off)
		g.sc(args[0])
		f.I64(a.size)
		f.Emit(wc.I64Mul)
		f.Get(off)
		f.Emit(wc.I64Add)
		f.Set(row)
		if !load {
			for h := range 2 {
				g.fetch(in.Args[1+h])
				g.vec(in.Args[1+h])
				f.Set(e[h])
			}
			f.Get(e[0], e[1])
			f.Shuffle32(0, 4, 1, 5)
			f.Set(r[0])
			f.Get(e[0], e[1])
			f.Shuffle32(2, 6, 3, 7)
			f.Set(r[1])
			if g.maskedHere() {
				g.pushMask()
				f.Emit(wc.V128AnyTrue)
				f.If()
			}
		}
		for h, o := range []int{off, row} {
			g.inBounds(a, o, a.size*4)
			f.If()
			g.address(a, o)
			switch {
			case load && a.size == 4:
				f.Mem(wc.V128Load, 0)
				f.Set(r[h])
			case load:
				f.Mem(wc.V128Load16x4U, 0)
				g.unpackHalf(a.k)
				f.Set(r[h])
			case a.size == 4:
				f.Get(r[h])
				f.Mem(wc.V128Store, 0)
				g.noteStored(a, o, 16)
			default:
				f.Get(r[h])
				g.packHalf(a.k)
				g.lowHalves(a.k)
				f.MemLane(wc.V128Store64Lane, 0, 0)
				g.noteStored(a, o, 8)
			}
			f.Else()
			f.Get(g.area)
			f.I32(1)
			f.Mem(wc.I32Store, areaFault)
			if load {
				f.V128([16]byte{})
				f.Set(r[h])
			}
			f.End()
		}
		if load {
			g.giveMatrix(n, r)
		} else if g.maskedHere() {
			f.End()
		}
	})
	g.free(wc.I64, off, row)
	g.free(wc.V128, e[0], e[1], r[0], r[1])
}

// giveMatrix stores two quarter rows as this chunk's two results.
func (g *gen) giveMatrix(n *node, r [2]int) {
	for h, lanes := range [][4]byte{{0, 2, 4, 6}, {1, 3, 5, 7}} {
		g.giveTo(n, n.in.Dst+ir.Reg(h), func() {
			g.f.Get(r[0], r[1])
			g.f.Shuffle32(lanes[0], lanes[1], lanes[2], lanes[3])
		})
	}
}

// multiply computes D = A*B + C, each element summed in ascending k.
func (g *gen) multiply(n *node, first int) {
	f, in := g.f, n.in
	scratch := g.reserve(2*8*32, 16) // rows of A and C
	var b [8][2]int
	for i := range b {
		b[i] = [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	}
	t := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	acc := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	a := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	rowOf := func(k int32) (r0, half int32) { return k>>2*4 + k&1*2, k >> 1 & 1 }
	for k := range int32(8) {
		g.atChunk(first, k)
		r0, half := rowOf(k)
		for m := range 3 {
			for h := range 2 {
				x := in.Args[2*m+h]
				g.fetch(x)
				g.vec(x)
				f.Set(t[h])
			}
			for j, lanes := range [][4]byte{{0, 4, 1, 5}, {2, 6, 3, 7}} {
				if m == 1 {
					f.Get(t[0], t[1])
					f.Shuffle32(lanes[0], lanes[1], lanes[2], lanes[3])
					f.Set(b[r0+int32(j)][half])
					continue
				}
				f.Get(g.area)
				f.Get(t[0], t[1])
				f.Shuffle32(lanes[0], lanes[1], lanes[2], lanes[3])
				f.Mem(wc.V128Store, uint32(scratch+m/2*256+int(r0+int32(j))*32+int(half)*16))
			}
		}
	}
	at, end := g.temp(wc.I32), g.temp(wc.I32)
	f.Get(g.area)
	f.Tee(at)
	f.I32(256)
	f.Emit(wc.I32Add)
	f.Set(end)
	top := f.Loop()
	for h := range 2 {
		f.Get(at)
		f.Mem(wc.V128Load, uint32(scratch+16*h))
		f.Set(a[h])
		f.Get(at)
		f.Mem(wc.V128Load, uint32(scratch+256+16*h))
		f.Set(acc[h])
	}
	for k := range 8 {
		l := byte(k % 4)
		f.Get(a[k/4], a[k/4])
		f.Shuffle32(l, l, l, l)
		f.Set(t[0])
		for h := range 2 {
			f.Get(acc[h], t[0], b[k][h])
			f.Emit(wc.F32x4Mul, wc.F32x4Add)
			f.Set(acc[h])
		}
	}
	for h := range 2 {
		f.Get(at, acc[h])
		g.roundVector(in.Kind)
		f.Mem(wc.V128Store, uint32(scratch+256+16*h))
	}
	f.Get(at)
	f.I32(32)
	f.Emit(wc.I32Add)
	f.Tee(at)
	f.Get(end)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	for k := range int32(8) {
		g.atChunk(first, k)
		r0, half := rowOf(k)
		for j := range int32(2) {
			f.Get(g.area)
			f.Mem(wc.V128Load, uint32(scratch+256+int(r0+j)*32+int(half)*16))
			f.Set(t[j])
		}
		g.giveMatrix(n, t)
	}
	g.free(wc.I32, at, end)
	for i := range b {
		g.free(wc.V128, b[i][0], b[i][1])
	}
	g.free(wc.V128, t[0], t[1], acc[0], acc[1], a[0], a[1])
}
