package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Thread memory is laid out by words: word w of thread t stands at
// w*rowBytes + 4*t, so that a chunk's words at one offset are a vector. What may lie
// across words is accessed byte by byte.

// across reports whether an access may lie across words: of a packed structure's member,
// or one that may be misaligned.
func (g *gen) across(a access) bool {
	return a.node != nil && !g.aligned(a.p, a.imm, min(a.size, 4))
}

func (g *gen) rowBytes() int32 { return int32(g.chunks * 16) }

// privateWord pushes the address of the word at an offset.
func (g *gen) privateWord(off int, word int64) {
	f := g.f
	f.Get(off)
	f.Emit(wc.I32WrapI64)
	f.I32(2)
	f.Emit(wc.I32ShrU)
	if word != 0 {
		f.I32(int32(word))
		f.Emit(wc.I32Add)
	}
	f.I32(g.rowBytes())
	f.Emit(wc.I32Mul)
	f.Get(g.c16)
	f.Emit(wc.I32Add)
}

// shiftOf pushes the bit position of a small scalar in its word.
func (g *gen) shiftOf(off int, at int64) {
	f := g.f
	f.Get(off)
	f.Emit(wc.I32WrapI64)
	if at != 0 {
		f.I32(int32(at))
		f.Emit(wc.I32Add)
	}
	f.I32(3)
	f.Emit(wc.I32And)
	f.I32(3)
	f.Emit(wc.I32Shl)
}

// privateWordAt pushes the address of the word that holds byte off+at.
func (g *gen) privateWordAt(off int, at int64) {
	f := g.f
	t := g.temp(wc.I64)
	f.Get(off)
	f.I64(at)
	f.Emit(wc.I64Add)
	f.Set(t)
	g.privateWord(t, 0)
	g.free(wc.I64, t)
}

// loadPrivate loads the bits of a chunk's runs from thread memory.
func (g *gen) loadPrivate(a access, outs []int) {
	f := g.f
	if !g.of[a.p].scalar() || g.across(a) {
		g.gatherPrivate(a, outs)
		return
	}
	off := g.offset(a)
	base := uint32(a.root.at)
	if !a.proven {
		g.inBounds(a, off, a.size*a.n)
		f.If()
	}
	for i := range a.n {
		switch a.size {
		case 8:
			t, u := g.temp(wc.V128), g.temp(wc.V128)
			g.privateWord(off, 2*i)
			f.Mem(wc.V128Load, base)
			f.Set(t)
			g.privateWord(off, 2*i+1)
			f.Mem(wc.V128Load, base)
			f.Set(u)
			g.interleave(t, u, outs[2*i], outs[2*i+1])
			g.free(wc.V128, t, u)
		case 4:
			g.privateWord(off, i)
			f.Mem(wc.V128Load, base)
			f.Set(outs[i])
		default:
			g.privateWordAt(off, i*a.size)
			f.Mem(wc.V128Load, base)
			g.shiftOf(off, i*a.size)
			f.Emit(wc.I32x4ShrU)
			f.V128(splat32(uint32(1<<(8*a.size) - 1)))
			f.Emit(wc.V128And)
			f.Set(outs[i])
		}
	}
	if !a.proven {
		f.Else()
		g.fault()
		for _, o := range outs {
			f.V128([16]byte{})
			f.Set(o)
		}
		f.End()
	}
	g.free(wc.I64, off)
}

// interleave joins low and high words into 64-bit lanes.
func (g *gen) interleave(low, high, first, second int) {
	f := g.f
	f.Get(low, high)
	f.Shuffle32(0, 4, 1, 5)
	f.Get(low, high)
	f.Shuffle32(2, 6, 3, 7)
	f.Set(second)
	f.Set(first)
}

// storePrivate stores the bits of a chunk's runs to thread memory.
func (g *gen) storePrivate(a access, outs []int) {
	f := g.f
	if !g.of[a.p].scalar() || g.across(a) {
		g.scatterPrivate(a, outs)
		return
	}
	off := g.offset(a)
	base := uint32(a.root.at)
	// put stores the vector that push gives into a word, for active lanes.
	put := func(addr func(), push func()) {
		addr()
		push()
		if g.cur.some {
			addr()
			f.Mem(wc.V128Load, base)
			f.Get(g.cur.local)
			f.Emit(wc.V128Bitselect)
		}
		f.Mem(wc.V128Store, base)
	}
	if !a.proven {
		g.inBounds(a, off, a.size*a.n)
		f.If()
	}
	for i := range a.n {
		switch a.size {
		case 8:
			for h, lanes := range [][4]byte{{0, 2, 4, 6}, {1, 3, 5, 7}} {
				put(func() { g.privateWord(off, 2*i+int64(h)) }, func() {
					f.Get(outs[2*i], outs[2*i+1])
					f.Shuffle32(lanes[0], lanes[1], lanes[2], lanes[3])
				})
			}
		case 4:
			put(func() { g.privateWord(off, i) }, func() { f.Get(outs[i]) })
		default:
			at := i * a.size
			word := func() { g.privateWordAt(off, at) }
			put(word, func() {
				f.Get(outs[i])
				g.shiftOf(off, at)
				f.Emit(wc.I32x4Shl)
				word()
				f.Mem(wc.V128Load, base)
				f.V128(splat32(uint32(1<<(8*a.size) - 1)))
				g.shiftOf(off, at)
				f.Emit(wc.I32x4Shl, wc.V128Bitselect)
			})
		}
	}
	if !a.proven {
		f.Else()
		g.fault()
		f.End()
	}
	g.free(wc.I64, off)
}

// privateAddresses pushes the addresses of a scalar at the offsets of lanes.
func (g *gen) privateAddresses(a access) {
	f, row := g.f, uint32(g.rowBytes())
	at := uint32(a.root.at)
	x, indexed := g.index[a.node]
	switch {
	case a.size >= 4 && indexed: // offsets are multiples of four
		g.vec(x.reg)
		g.times(uint32(x.scale) * (row / 4))
		at += uint32(a.imm) * (row / 4)
	case a.size >= 4:
		g.offsets(a)
		g.times(row / 4)
		at += uint32(a.imm) * (row / 4)
	default:
		off := g.temp(wc.V128)
		g.offsets(a)
		f.V128(splat32(uint32(a.imm)))
		f.Emit(wc.I32x4Add)
		f.Tee(off)
		f.I32(2)
		f.Emit(wc.I32x4ShrU)
		g.times(row)
		f.Get(off)
		f.V128(splat32(3))
		f.Emit(wc.V128And, wc.I32x4Add)
		g.free(wc.V128, off)
	}
	f.Get(g.c16)
	f.I32(int32(at))
	f.Emit(wc.I32Add)
	g.splat(ir.U32)
	g.constant4(iota32(4))
	f.Emit(wc.I32x4Add, wc.I32x4Add)
}

// times multiplies the lanes on the stack by a constant; shifts are sooner done.
func (g *gen) times(by uint32) {
	if by != 0 && by&(by-1) == 0 {
		g.f.I32(int32(bits.TrailingZeros32(by)))
		g.f.Emit(wc.I32x4Shl)
		return
	}
	g.f.V128(splat32(by))
	g.f.Emit(wc.I32x4Mul)
}

// words are the parts of a run in thread memory that lie in one word each.
func (a access) words() []access {
	var out []access
	size, k := a.size, a.k
	if size == 8 {
		size, k = 4, ir.U32
	}
	for at := int64(0); at < a.size*a.n; at += size {
		word := a
		word.imm, word.size, word.n, word.k = a.imm+at, size, 1, k
		out = append(out, word)
	}
	return out
}

// bytes are those of a word.
func (a access) bytes() []access {
	out := make([]access, a.size)
	for i := range out {
		out[i] = a
		out[i].imm, out[i].size, out[i].k = a.imm+int64(i), 1, ir.U8
	}
	return out
}

func (g *gen) gatherPrivate(a access, outs []int) {
	f := g.f
	active := g.lanesIn(a)
	for i, w := range a.words() {
		if !g.across(a) {
			g.loadEach(w, outs[i:i+1], active)
			continue
		}
		t := g.temp(wc.V128)
		for at, b := range w.bytes() {
			g.loadEach(b, []int{t}, active)
			f.Get(t)
			f.I32(int32(8 * at))
			f.Emit(wc.I32x4Shl)
			if at > 0 {
				f.Get(outs[i])
				f.Emit(wc.V128Or)
			}
			f.Set(outs[i])
		}
		g.free(wc.V128, t)
	}
	if a.size == 8 {
		for i := range a.n {
			g.interleave(outs[2*i], outs[2*i+1], outs[2*i], outs[2*i+1])
		}
	}
	g.lanesDone(active)
}

func (g *gen) scatterPrivate(a access, outs []int) {
	f := g.f
	active := g.lanesIn(a)
	for i, w := range a.words() {
		word := outs[i]
		if a.size == 8 {
			word = g.temp(wc.V128)
			h := byte(i % 2)
			f.Get(outs[i-i%2], outs[i-i%2+1])
			f.Shuffle32(h, h+2, h+4, h+6)
			f.Set(word)
		}
		if g.across(a) {
			g.scatterBytes(w, word, active)
		} else {
			g.storeEach(w, []int{word}, active)
		}
		if a.size == 8 {
			g.free(wc.V128, word)
		}
	}
	g.lanesDone(active)
}

func (g *gen) scatterBytes(w access, word int, active mask) {
	t := g.temp(wc.V128)
	for at, b := range w.bytes() {
		g.f.Get(word)
		g.f.I32(int32(8 * at))
		g.f.Emit(wc.I32x4ShrU)
		g.f.Set(t)
		g.storeEach(b, []int{t}, active)
	}
	g.free(wc.V128, t)
}

// bulk copies or zeroes a fixed number of bytes word by word.
func (g *gen) bulk(n *node) {
	in := n.in
	side := func(r ir.Reg, root *root, at, size int64) access {
		k := map[int64]ir.Kind{1: ir.U8, 2: ir.U16, 4: ir.U32}[size]
		if root == nil {
			panic(unsupported{"access through an unknown pointer"})
		}
		a := access{p: r, root: root, imm: at, size: size, n: 1, k: k, proof: proof{proven: root.open}}
		if g.fn.Regs[r].Space == ir.Thread {
			a.node = n // thread memory may not begin at a word
		}
		return a
	}
	to := g.storedTo(g.roots[in.Args[0]])
	total := int64(in.Imm)
	if total > 1024 {
		panic(unsupported{in.Op.String() + " of many bytes"})
	}
	t := []int{g.temp(wc.V128)}
	for at := int64(0); at < total; {
		size := int64(4)
		for total-at < size {
			size /= 2
		}
		if g.v.alone {
			push := func(int64) { g.f.I32(0) }
			if in.Op == ir.CopyMem {
				v := g.scalars(side(in.Args[1], g.roots[in.Args[1]], at, size))[0]
				push = func(int64) { g.f.Get(v) }
				defer g.free(wc.I32, v)
			}
			g.storeScalar(side(in.Args[0], to, at, size), push)
			at += size
			continue
		}
		if in.Op == ir.CopyMem {
			g.loadBits(side(in.Args[1], g.roots[in.Args[1]], at, size), t)
		} else {
			g.f.V128([16]byte{})
			g.f.Set(t[0])
		}
		g.storeBits(side(in.Args[0], to, at, size), t)
		at += size
	}
	g.free(wc.V128, t...)
}
