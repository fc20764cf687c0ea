package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// The code of searches along rows.

// searchTests are, by the size of elements, which of a vector's equal others, or do not,
// and their bits.
var searchTests = map[int64][3]wc.Op{
	1: {wc.I8x16Eq, wc.I8x16Ne, wc.I8x16Bitmask}, 2: {wc.I16x8Eq, wc.I16x8Ne, wc.I16x8Bitmask}, 4: {wc.I32x4Eq, wc.I32x4Ne, wc.I32x4Bitmask},
}

// searchAhead lets the counters of a chunk's threads skip what their search passes.
func (g *gen) searchAhead(s *search) {
	a := g.access(s.load)
	if g.of[s.i].form != varying || g.of[a.p].form != varying {
		return
	}
	f := g.f
	for _, k := range g.nodes[s.loop.pos+1 : s.loop.end] {
		if s.at[k] {
			g.instr(k)
		}
	}
	for _, k := range s.makes {
		g.instr(k)
	}
	const addresses, counts, keys = 0, 16, 32
	at := uint32(g.reserve(48, 16))
	all := g.temp(wc.V128) // how many elements each thread may look at
	g.mayPass(s, a)
	f.Set(all)
	store := func(what uint32, push func()) {
		f.Get(g.area)
		push()
		f.Mem(wc.V128Store, at+what)
	}
	store(addresses, func() { g.searchAddresses(a) })
	store(counts, func() { f.Get(all) })
	store(keys, func() { // so often that they fill 32 bits
		g.searchKey(s)
		if a.size < 4 {
			g.with(splat32(uint32(a.k.Mask())), wc.V128And)
			g.with(splat32(map[int64]uint32{1: 0x01010101, 2: 0x00010001}[a.size]), wc.I32x4Mul)
		}
	})

	lane, addr, left, bits := g.temp(wc.I32), g.temp(wc.I32), g.temp(wc.I32), g.temp(wc.I32)
	key := g.temp(wc.V128)
	ofLane := func(op wc.Op, what uint32) {
		f.Get(g.area, lane)
		f.Emit(wc.I32Add)
		f.Mem(op, at+what)
	}
	g.eachThread(lane, func() {
		ofLane(wc.I32Load, addresses)
		f.Set(addr)
		ofLane(wc.I32Load, counts)
		f.Set(left)
		ofLane(wc.V128Load32Splat, keys)
		f.Set(key)
		g.searchRow(s, a.size, addr, left, bits, key)
		f.Get(g.area, lane)
		f.Emit(wc.I32Add)
		f.Get(left)
		f.Mem(wc.I32Store, at+counts)
	})

	f.Get(g.loc[s.i][0], all, g.area)
	f.Mem(wc.V128Load, at+counts)
	f.Emit(wc.I32x4Sub, wc.I32x4Add)
	f.Set(g.loc[s.i][0])
	g.free(wc.I32, lane, addr, left, bits)
	g.free(wc.V128, all, key)
}

// searchRow goes along one thread's row while a vector is left of it.
func (g *gen) searchRow(s *search, size int64, addr, left, bits, key int) {
	f, tests, step := g.f, searchTests[size], int32(16/size)
	found := f.Block()
	again := g.startLoop(true)
	f.Get(left)
	f.I32(step)
	f.Emit(wc.I32LtU)
	f.BrIf(found)
	f.Get(addr)
	f.Mem(wc.V128Load, 0)
	f.Get(key)
	f.Emit(tests[bit[int](s.equal)], tests[2])
	f.Tee(bits)
	f.If()
	f.Get(left, bits)
	f.Emit(wc.I32Ctz, wc.I32Sub)
	f.Set(left)
	f.Br(found)
	f.End()
	f.Get(addr)
	f.I32(16)
	f.Emit(wc.I32Add)
	f.Set(addr)
	f.Get(left)
	f.I32(step)
	f.Emit(wc.I32Sub)
	f.Set(left)
	again()
	f.End()
}

// searchAddresses pushes where the elements are.
func (g *gen) searchAddresses(a access) {
	g.offsets(a)
	g.pushAddress(a.root, a.imm)
	g.f.Emit(wc.I32x4Add)
}

// searchKey pushes what elements are compared with.
func (g *gen) searchKey(s *search) {
	if s.key == ir.NoReg {
		g.f.V128([16]byte{})
	} else {
		g.vec(s.key)
	}
}

// mayPass pushes how many elements each thread may look at: none that is behind the limit
// or the memory, nor with a counter that might become negative.
func (g *gen) mayPass(s *search, a access) {
	f, end := g.f, int64(1)<<31-1
	switch {
	case s.limit == ir.NoReg:
		f.V128(splat32(uint32(end)))
	case g.fn.Regs[s.i].Kind.IsSigned():
		g.vec(s.limit)
		f.V128([16]byte{})
		f.Emit(wc.I32x4MaxS)
	default:
		g.vec(s.limit)
		f.V128(splat32(uint32(end)))
		f.Emit(wc.I32x4MinU)
	}
	g.vec(s.i)
	f.Emit(wc.I32x4Sub)
	f.V128([16]byte{})
	f.Emit(wc.I32x4MaxS)
	g.pushBase(a.root)
	g.pushSize(a.root)
	f.Emit(wc.I32WrapI64, wc.I32Add, wc.I32x4Splat)
	g.searchAddresses(a)
	f.Emit(wc.I32x4Sub)
	if a.size > 1 {
		f.I32(int32(a.size / 2))
		f.Emit(wc.I32x4ShrU)
	}
	f.Emit(wc.I32x4MinU)
	g.vec(s.i)
	f.V128([16]byte{})
	f.Emit(wc.I32x4LtS, wc.V128Andnot)
	if a.size < 4 && s.key != ir.NoReg {
		g.searchKey(s) // does it fit an element?
		g.narrowVector(a.k)
		g.searchKey(s)
		f.Emit(wc.I32x4Eq, wc.V128And)
	}
	// Of others, which do not load, it is no fault where they are.
	outer, some := g.cur, g.temp(wc.V128)
	if outer.some {
		f.Get(outer.local)
		f.Emit(wc.V128And)
	}
	f.Tee(some)
	f.Get(some)
	f.V128([16]byte{})
	f.Emit(wc.I32x4Ne)
	f.Set(some)
	g.cur = mask{true, some}
	in := g.lanesIn(a)
	f.Get(in.local)
	f.Emit(wc.V128And)
	g.lanesDone(in)
	g.cur = outer
	g.free(wc.V128, some)
}
