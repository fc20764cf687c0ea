package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

func (g *gen) store(n *node) {
	f := g.f
	a := g.access(n)
	g.checkAlignment(a)
	vals := n.in.Args[1:]
	if g.v.alone || g.of[a.p].scalar() && a.root.space != ir.Thread && a.root.shadow == nil && g.allScalar(vals) {
		g.storeScalar(a, func(i int64) { g.sc(vals[i]) })
		return
	}
	four := g.quartet[n]
	if four == nil && g.moves(n) {
		return
	}
	outs := g.runLocals(a)
	down := four == nil && g.goesDown(a)
	waits := four == nil && !down && g.waits(n)
	var parts []*node
	if four == nil && !down && !waits {
		parts = g.interleaved(n)
	}
	narrows := waits || parts != nil
	switch {
	case narrows:
		a.holds = g.contents(append([]*node{n}, parts...)...)
	case four != nil:
		if _, ok := g.inVectors(four); ok {
			a.holds = g.contents(four...)
		}
	case a.crossed:
		a.holds = g.contents(n)
	}
	for i, v := range vals {
		if a.size == 8 {
			g.half(v, 0)
			f.Set(outs[2*i])
			g.half(v, 1)
			f.Set(outs[2*i+1])
			continue
		}
		if from, ok := g.halfOf(n, v); ok {
			g.vec(from)
			if a.holds != floats {
				g.roundToHalf(a.k, from == v || g.shortNaN(from))
			}
		} else if from, ok := g.rounded(n, v); ok {
			_, most := bounds(a.k)
			g.truncate(from, a.k, most)
			if a.holds == rawBytes {
				g.lowBytes(a.k)
			} else {
				g.lowBits(a.k)
			}
		} else if from, ok := g.saturated(n, v); ok && narrows {
			g.vec(from)
		} else {
			g.vec(v)
			if a.holds != exact {
				g.toBits(a.k)
			}
		}
		f.Set(outs[i])
	}
	switch {
	case four != nil:
		g.storeQuartet(n, four, outs[0], a.holds)
	case down:
		g.storeDown(a, outs[0])
	case waits:
		g.storeRun(n, a, outs[0])
	case parts != nil:
		g.storeInterleaved(n, parts, outs[0], a.holds)
	case !g.storePair(a, outs[0]):
		g.storeBits(a, outs)
	}
	g.free(wc.V128, outs...)
}

// content is what vectors hold that are narrowed together and stored.
type content int

const (
	elements content = iota // the bits of elements
	rawBytes                // bytes of floats, as lowBytes makes them
	floats                  // what halves are rounded from
	exact                   // halves, as floats
)

// contents is what the vectors of stores that are narrowed together can hold.
func (g *gen) contents(stores ...*node) content {
	of := func(n *node) content {
		all := func(is func(v ir.Reg) bool) bool {
			return !slices.ContainsFunc(n.in.Args[1:], func(v ir.Reg) bool { return !is(v) })
		}
		switch {
		case n.in.Kind == ir.F16 && all(func(v ir.Reg) bool { _, ok := g.halfOf(n, v); return ok }):
			return floats
		case n.in.Kind == ir.F16 && all(func(v ir.Reg) bool { _, ok := g.halfOf(n, v); return !ok }):
			return exact
		case n.in.Kind.IsInt() && all(func(v ir.Reg) bool { _, ok := g.rounded(n, v); return ok }):
			return rawBytes
		}
		return elements
	}
	first := of(stores[0])
	if slices.ContainsFunc(stores, func(n *node) bool { return of(n) != first }) {
		return elements
	}
	return first
}

func (g *gen) allScalar(regs []ir.Reg) bool {
	for _, r := range regs {
		if !g.of[r].scalar() {
			return false
		}
	}
	return true
}

// storeBits stores the bits of a chunk's runs, and notes that.
func (g *gen) storeBits(a access, outs []int) {
	f := g.f
	if a.root.shadow != nil {
		defer func() {
			ones := g.temp(wc.V128)
			f.V128(splat32(^uint32(0)))
			f.Set(ones)
			a.root, a.holds = a.root.shadow, elements
			switch a.k { // all ones are a value
			case ir.U16:
				a.k = ir.I16
			case ir.U8, ir.Bool:
				a.k = ir.I8
			}
			g.storeBits(a, slices.Repeat([]int{ones}, len(outs)))
			g.free(wc.V128, ones)
		}()
	}
	if a.root.space == ir.Thread {
		g.storePrivate(a, outs)
		return
	}
	step, even := g.step(a)
	if !even || step != a.size*a.n || !vectorRun(a) {
		const far = 1 << 20
		if even && step > 0 && step < far && !g.cur.some && g.shares(a) {
			g.storeStrided(a, step, outs)
		} else {
			g.storeLanes(a, outs)
		}
		return
	}
	at := g.spot(a)
	defer g.done(at)
	// A vector store would also write the lanes that are switched off.
	switch {
	case a.proven && !g.cur.some:
		g.storeAdjacent(a, at, outs)
		return
	case a.proven && a.root.space == ir.Threadgroup && a.n == 1 && a.size == 4:
		g.storeBlended(at, outs[0])
		return
	case a.proven:
		f.Get(g.cur.local)
		g.allLanes()
	default:
		g.chunkInBounds(a, at.off, 4*a.size*a.n)
		if g.cur.some {
			f.Get(g.cur.local)
			g.allLanes()
			f.Emit(wc.I32And)
		}
	}
	f.If()
	g.storeAdjacent(a, at, outs)
	f.Else()
	g.storeLanes(a, outs)
	f.End()
}

// storeBlended stores the active lanes and what was there in the others. That
// is for memory which no other worker uses.
func (g *gen) storeBlended(at spot, out int) {
	f := g.f
	offset := at.get(f, 0)
	f.Get(out)
	at.get(f, 0)
	f.Mem(wc.V128Load, offset)
	f.Get(g.cur.local)
	f.Emit(wc.V128Bitselect)
	f.Mem(wc.V128Store, offset)
}

// storeStrided stores a chunk's runs lane by lane, all in bounds.
func (g *gen) storeStrided(a access, step int64, outs []int) {
	at := g.spot(a)
	if a.crossed {
		g.storeCrossed(a, at, step, outs)
		g.done(at)
		return
	}
	for l := range int64(4) {
		for i := range a.n {
			out, lane := a.place(outs, i, l)
			offset := at.get(g.f, l*step+i*a.size)
			g.f.Get(out)
			g.storeLane(a.size, offset, lane)
		}
	}
	g.done(at)
}

// storeLanes stores the bits of runs that lie anywhere.
func (g *gen) storeLanes(a access, outs []int) {
	active := g.lanesIn(a)
	g.storeEach(a, outs, active)
	g.lanesDone(active)
}

// storeEach stores the bits of active lanes' runs, in bounds, one by one.
func (g *gen) storeEach(a access, outs []int, active mask) {
	if a.crossed && a.size < 4 {
		outs = g.narrowed(a, outs)
	}
	g.eachLane(a, active, g.nowhere(), func(l int64, addr int, at uint32) {
		if a.crossed {
			each := 4 / int64(len(outs))
			g.f.Get(addr)
			g.storeFour(a, at, outs[l/each], uint8(l%each))
			return
		}
		for i := range a.n {
			out, lane := a.place(outs, i, l)
			g.f.Get(addr, out)
			g.storeLane(a.size, at+uint32(i*a.size), lane)
		}
	})
}

// storeLane stores a lane of the vector on the stack. A word goes by way of a float: wazero on
// amd64 shuffles that, where it moves an integer to another kind of register.
func (g *gen) storeLane(size int64, at uint32, lane uint8) {
	if size == 4 {
		g.f.Lane(wc.F32x4ExtractLane, lane)
		g.f.Mem(wc.F32Store, at)
		return
	}
	g.f.MemLane(storeLane[size], at, lane)
}

// storeScalar stores a run, whose scalars push pushes, at an address that the chunk
// shares.
func (g *gen) storeScalar(a access, push func(i int64)) {
	f := g.f
	spot := g.spot(a)
	defer g.done(spot)
	if g.cur.some {
		f.Get(g.cur.local)
		g.anyLane()
		f.If()
	}
	if !a.proven {
		g.inBounds(a, spot.off, a.size*a.n)
		f.If()
	}
	for i := range a.n {
		at := spot.get(f, i*a.size)
		push(i)
		switch {
		case a.k == ir.F32:
			f.Mem(wc.F32Store, at)
		case a.k.IsFloat():
			f.Emit(wc.F32x4Splat)
			g.packHalf(a.k)
			f.Lane(wc.I32x4ExtractLane, 0)
			f.Mem(wc.I32Store16, at)
		case a.size == 8:
			f.Mem(wc.I64Store, at)
		case a.size == 4:
			f.Mem(wc.I32Store, at)
		case a.size == 2:
			f.Mem(wc.I32Store16, at)
		default:
			f.Mem(wc.I32Store8, at)
		}
	}
	g.noteRun(a)
	if !a.proven {
		f.Else()
		g.fault()
		f.End()
	}
	if g.cur.some {
		f.End()
	}
}

// storeAdjacent stores a chunk's runs from the bits in outs.
func (g *gen) storeAdjacent(a access, s spot, outs []int) {
	f := g.f
	put := func(at int64, push func()) {
		offset := s.get(f, at)
		push()
		f.Mem(wc.V128Store, offset)
	}
	low := func(v int) {
		f.Get(v)
		g.lowParts(a.k)
	}
	switch {
	case a.crossed:
		g.storeCrossed(a, s, 4*a.size, outs)
	case a.n == 1 && a.size >= 4:
		for i, o := range outs {
			put(int64(16*i), func() { f.Get(o) })
		}
	case a.n == 1:
		offset := s.get(f, 0)
		low(outs[0])
		if a.size == 2 {
			f.MemLane(wc.V128Store64Lane, offset, 0)
		} else {
			f.MemLane(wc.V128Store32Lane, offset, 0)
		}
	case a.n*a.size == 4:
		put(0, func() {
			for i, o := range outs {
				f.Get(o)
				f.V128(splat32(uint32(1<<(8*a.size) - 1)))
				f.Emit(wc.V128And)
				f.I32(int32(int64(i) * a.size * 8))
				f.Emit(wc.I32x4Shl)
				if i > 0 {
					f.Emit(wc.V128Or)
				}
			}
		})
	case a.n == 2:
		put(0, func() { f.Get(outs[0], outs[1]); f.Shuffle32(0, 4, 1, 5) })
		put(16, func() { f.Get(outs[0], outs[1]); f.Shuffle32(2, 6, 3, 7) })
	default:
		var rows [4]int
		for i := range rows {
			rows[i] = g.temp(wc.V128)
		}
		g.transpose([4]int(outs), rows)
		for l, r := range rows {
			if a.size == 4 {
				put(int64(16*l), func() { f.Get(r) })
				continue
			}
			offset := s.get(f, int64(8*l))
			low(r)
			f.MemLane(wc.V128Store64Lane, offset, 0)
		}
		g.free(wc.V128, rows[:]...)
	}
}

// noteStored notes a store of a few bytes at an offset in bounds.
func (g *gen) noteStored(a access, off, bytes int) {
	if a.root.shadow == nil {
		return
	}
	f := g.f
	a.root = a.root.shadow
	g.address(a, off)
	switch bytes {
	case 16:
		f.V128(splat32(^uint32(0)))
		f.Mem(wc.V128Store, 0)
	case 8:
		f.I64(-1)
		f.Mem(wc.I64Store, 0)
	case 1:
		f.I32(-1)
		f.Mem(wc.I32Store8, 0)
	default:
		f.I32(-1)
		f.Mem(wc.I32Store, 0)
	}
}
