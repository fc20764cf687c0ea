package wasm

import (
	"slices"

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
	if in.Op == ir.MatrixMMA {
		g.multiply(n)
		return
	}
	f := g.f
	first := g.temp(wc.I32)
	f.I32(0)
	f.Set(first)
	top := f.Loop()
	before := g.spent()
	g.tile(n, first)
	g.repeats(before, g.chunks/8)
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
	aligned := g.aligned(a.p, a.imm, a.size)
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
		}
		if g.maskedHere() { // the addresses of a SIMD-group that is not here are nobody's
			g.pushMask()
			g.anyLane()
			f.If()
		}
		for h, o := range []int{off, row} {
			if !aligned {
				g.noteMisaligned(a.size, func() { f.Get(o) })
			}
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
				g.lowParts(a.k)
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
		if g.maskedHere() {
			f.End()
		}
		if load {
			g.giveMatrix(n, r)
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

// multiply computes D = A*B + C. The work is a helper's, from frame to frame:
// MLX's largest kernels hold hundreds of these products.
func (g *gen) multiply(n *node) {
	f, in := g.f, n.in
	if g.mmaRows == 0 {
		g.mmaRows = g.reserve(mmaRowBytes, 16)
	}
	at := []int{g.mmaRows}
	for _, r := range in.Args {
		at = append(at, g.inFrame(r))
	}
	direct := [2]bool{}
	for h := range 2 {
		d := in.Dst + ir.Reg(h)
		direct[h] = g.of[d].form == varying && !(g.blend[n] && g.maskedHere())
		if direct[h] {
			at = append(at, g.home(d))
		} else {
			at = append(at, g.reserve(16*g.chunks, 16))
		}
	}
	f.Get(g.area, g.nchunk)
	for _, offset := range at {
		f.I32(int32(offset))
	}
	g.call(mmaHelper[in.Kind])
	g.extra += mmaCost * g.chunks / 8
	for h := range 2 {
		if !direct[h] {
			g.eachChunk(func() {
				g.giveTo(n, in.Dst+ir.Reg(h), func() {
					f.Get(g.c16)
					f.Mem(wc.V128Load, uint32(at[7+h]))
				})
			})
		}
	}
}

// eachOfGroup loops over the chunks of a SIMD-group.
func (g *gen) eachOfGroup(first int, do func()) {
	f := g.f
	k := g.temp(wc.I32)
	f.I32(0)
	f.Set(k)
	top := f.Loop()
	f.Get(first, k)
	f.Emit(wc.I32Add)
	f.Set(g.chunk)
	for _, c := range g.frameAddresses() {
		f.Get(g.chunk)
		f.I32(c.shift)
		f.Emit(wc.I32Shl)
		f.Get(g.area)
		f.Emit(wc.I32Add)
		f.Set(c.local)
	}
	before := g.spent()
	do()
	g.repeats(before, 8)
	f.Get(k)
	f.I32(1)
	f.Emit(wc.I32Add)
	f.Tee(k)
	f.I32(8)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	g.free(wc.I32, k)
}

// giveTo stores the vector that push gives as this chunk's result.
func (g *gen) giveTo(n *node, r ir.Reg, push func()) {
	f := g.f
	if len(g.refs[r]) < 2 {
		return
	}
	k := g.fn.Regs[r].Kind
	switch g.of[r].form {
	case varying:
		push()
		if g.blend[n] && g.maskedHere() {
			g.unframe(r)
			f.Get(g.loc[r][0])
			g.pushMask()
			f.Emit(wc.V128Bitselect)
		}
		f.Set(g.loc[r][0])
		g.enframe(r)
	default:
		push()
		switch {
		case k.IsFloat():
			f.Lane(wc.F32x4ExtractLane, 0)
		case k == ir.Bool:
			f.Lane(wc.I32x4ExtractLane, 0)
			f.I32(1)
			f.Emit(wc.I32And)
		default:
			f.Lane(wc.I32x4ExtractLane, 0)
		}
		f.Set(g.loc[r][0])
		g.enframe(r)
	}
}

var mmaHelper = map[ir.Kind]helper{ir.F32: helperMMA, ir.F16: helperMMAF16, ir.BF16: helperMMABF16}

const (
	mmaRowBytes = 8 * 2 * 2 * 16 // scratch memory of a product
	mmaCost     = 1200           // instructions of one, for a SIMD-group
)

// mma is the product of every SIMD-group: D = A*B + C, each element summed in
// ascending k and rounded at the end. Parameters are the worker's area, the
// number of chunks, and offsets in the area: of scratch memory and of the
// vectors of A0, A1, B0, B1, C0, C1, D0 and D1. D may be one of the others.
//
// A chunk's accumulators take, for each k, column k of A in their two rows and
// row k of B in their columns, which is the same for all rows.
func mma(name string, k ir.Kind) *wc.Func {
	f := wc.NewFunc(name, slices.Repeat([]wc.Type{wc.I32}, 11), nil)
	g := helperGen(f)
	const area, nchunk, rows, first = 0, 1, 2, 3
	const a, b, c, d = first, first + 2, first + 4, first + 6
	for p := rows; p < d+2; p++ {
		f.Get(area, p)
		f.Emit(wc.I32Add)
		f.Set(p)
	}
	rowOf := func(k, half, h int) uint32 { return uint32(k*64 + half*32 + h*16) }
	v := g.temp(wc.V128)
	var x, acc [2][2]int // by half of the columns, and register
	for half := range 2 {
		for h := range 2 {
			x[half][h], acc[half][h] = g.temp(wc.V128), g.temp(wc.V128)
		}
	}
	end, step := g.temp(wc.I32), g.temp(wc.I32)
	groups := f.Loop()
	for chunk := range 8 {
		k, half := chunk>>2*4+chunk&1*2, chunk>>1&1
		for h := range 2 {
			f.Get(b + h)
			f.Mem(wc.V128Load, uint32(16*chunk))
			f.Set(v)
			for odd := range 2 {
				lo := byte(2 * odd)
				f.Get(rows, v, v)
				f.Shuffle32(lo, lo+1, lo, lo+1)
				f.Mem(wc.V128Store, rowOf(k+odd, half, h))
			}
		}
	}
	advance := func(by int, params ...int) {
		for _, p := range params {
			f.Get(p, by)
			f.Emit(wc.I32Add)
			f.Set(p)
		}
	}
	f.Get(a)
	f.I32(128)
	f.Emit(wc.I32Add)
	f.Set(end)
	f.I32(16)
	f.Set(step)
	pairs := f.Loop() // of rows: chunks 0 and 2, 1 and 3, 4 and 6, 5 and 7
	for half := range 2 {
		for h := range 2 {
			for _, p := range []struct{ from, to int }{{a + h, x[half][h]}, {c + h, acc[half][h]}} {
				f.Get(p.from)
				f.Mem(wc.V128Load, uint32(32*half))
				f.Set(p.to)
			}
		}
	}
	for k := range 8 {
		l, from := byte(k>>1&1), x[k>>2][k&1]
		f.Get(from, from)
		f.Shuffle32(l, l, 2+l, 2+l)
		f.Set(v)
		for half := range 2 {
			for h := range 2 {
				f.Get(acc[half][h], v, rows)
				f.Mem(wc.V128Load, rowOf(k, half, h))
				f.Emit(wc.F32x4Mul, wc.F32x4Add)
				f.Set(acc[half][h])
			}
		}
	}
	for half := range 2 {
		for h := range 2 {
			f.Get(d+h, acc[half][h])
			g.roundVector(k)
			f.Mem(wc.V128Store, uint32(32*half))
		}
	}
	advance(step, a, a+1, c, c+1, d, d+1)
	f.I32(64)
	f.Get(step)
	f.Emit(wc.I32Sub)
	f.Set(step)
	f.Get(a, end)
	f.Emit(wc.I32LtU)
	f.BrIf(pairs)
	f.End()
	f.I32(128)
	f.Set(step)
	advance(step, b, b+1)
	f.Get(nchunk)
	f.I32(8)
	f.Emit(wc.I32Sub)
	f.Tee(nchunk)
	f.BrIf(groups)
	f.End()
	return f
}
