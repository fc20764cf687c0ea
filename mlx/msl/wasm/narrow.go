package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// A chunk of bytes or 16-bit elements does not fill a vector, but the chunks of
// a run do. So the stores at the end of a run wait for its last chunk, and are
// of whole vectors. And what is only moved from one place to another stays as
// it lies in memory.
//
//	uchars[i] = uchar(x[i]);
//	halves[i] = other[i];

// whole reports whether an access of all lanes of a chunk is of one stretch of
// memory, that surely lies in bounds.
func (g *gen) whole(a access) bool {
	step, even := g.step(a)
	return a.proven && !g.cur.some && even && step == a.size*a.n && a.root.space != ir.Thread
}

// fills reports whether what an access reaches in the chunks of a run is of
// whole vectors, one behind the other.
func (g *gen) fills(n *node, a access) bool {
	return g.copies > 1 && 4*a.size*a.n < 16 && 4*a.size*a.n*int64(g.copies)%16 == 0 && g.whole(a) && g.alike(n) && g.follows(a.p) && g.shares(a)
}

// waits reports whether a store can wait for the last chunk of the run: nothing
// behind it accesses that memory, but other stores that wait.
func (g *gen) waits(n *node) bool {
	a := g.access(n)
	return !slices.ContainsFunc(g.nodes[n.pos:g.region.hi], func(k *node) bool {
		if k.in.Op == ir.Load {
			return g.mayMeet(a, k)
		}
		return touches(k.in) && (k.in.Op != ir.Store || len(k.in.Args) != 2 || !g.fills(k, g.access(k)))
	})
}

// touches reports whether an operation accesses memory, or orders what does.
func touches(in *ir.Instr) bool {
	switch in.Op {
	case ir.Load, ir.Store, ir.CopyMem, ir.ZeroMem, ir.Fence:
		return true
	}
	return in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor
}

// storeRun stores an element of each lane of a run when it gets those of the last chunk.
func (g *gen) storeRun(n *node, a access, out int) {
	f := g.f
	if g.copy == 0 {
		g.waiting[n] = nil
		g.done(g.spot(a)) // that the last chunk finds
	}
	hold := f.Local(wc.V128)
	f.Get(out)
	f.Set(hold)
	g.waiting[n] = append(g.waiting[n], hold)
	if len(g.waiting[n]) < g.copies {
		return
	}
	g.storeWords(a, g.back(a), g.narrowed(a, g.waiting[n]))
}

// narrowed narrows 32-bit lanes to what an access stores, whole vectors one behind the other.
func (g *gen) narrowed(a access, words []int) []int {
	f, raw := g.f, a.holds == rawBytes
	switch a.holds {
	case floats, exact:
		return twoByTwo(f, words, func(x, y int) { g.packHalves(x, y, a.holds == exact) })
	case rawBytes:
		words = pairs(f, words, wc.I8x16NarrowI16x8U, wc.I8x16NarrowI16x8S, true)
	default:
		words = pairs(f, words, wc.I16x8NarrowI32x4U, wc.I16x8NarrowI32x4S, a.k == ir.U16)
	}
	if a.size == 1 {
		words = pairs(f, words, wc.I8x16NarrowI16x8U, wc.I8x16NarrowI16x8S, raw || a.k != ir.I8)
	}
	if raw && a.k == ir.I8 {
		for _, w := range words {
			f.Get(w)
			g.with(splat32(0x80808080), wc.V128Xor)
			f.Set(w)
		}
	}
	return words
}

// saturated finds the number that a small one which is stored was made of by bringing it
// within the bounds of its kind, as narrowing does.
func (g *gen) saturated(store *node, r ir.Reg) (from ir.Reg, ok bool) {
	d := g.origin(r)
	if d == nil || d.in.Op != ir.Convert || d.in.From != ir.I32 && d.in.From != ir.U32 || !small(d.in.Kind) || !dominates(d, store) {
		return 0, false
	}
	k := d.in.Kind
	least, most := bounds(k)
	from = d.in.Args[0]
	first, above, below := d, false, false
	for m := g.origin(from); m != nil && (m.in.Op == ir.Min || m.in.Op == ir.Max); m = g.origin(from) {
		c, known := g.consts[m.in.Args[1]]
		switch bound := float64(int32(c)); {
		case !dominates(m, first): // in the iteration before
			return 0, false
		case known && m.in.Op == ir.Min && bound == most:
			below = true
		case known && m.in.Op == ir.Max && bound == least && m.in.Kind == ir.I32:
			above = true
		default:
			return 0, false
		}
		from, first = m.in.Args[0], m
	}
	above = above || !k.IsSigned() && g.limit[from] < 1<<31
	return from, above && below && (d.in.From == ir.I32 || g.limit[from] < 1<<31) && g.of[from].form == varying && g.single[from] && g.keeps(from, first, store)
}

// pairs narrows vectors, two to one.
func pairs(f *wc.Func, in []int, unsigned, signed wc.Op, isUnsigned bool) []int {
	op := signed
	if isUnsigned {
		op = unsigned
	}
	return twoByTwo(f, in, func(x, y int) {
		f.Get(x, y)
		f.Emit(op)
	})
}

// twoByTwo makes one vector of two each.
func twoByTwo(f *wc.Func, in []int, join func(x, y int)) (out []int) {
	for i := 0; i < len(in); i += 2 {
		join(in[i], in[i+1])
		out = append(out, f.Local(wc.V128))
		f.Set(out[i/2])
	}
	return out
}

// back is how far the first chunk of a run lies from this one.
func (g *gen) back(a access) int64 { return -int64(g.copy) * g.perChunk(a.p) }

// storeWords stores vectors one behind the other.
func (g *gen) storeWords(a access, at int64, words []int) {
	f := g.f
	s := g.spot(a)
	if !s.shared && at != 0 {
		f.Get(s.addr)
		f.I32(int32(at))
		f.Emit(wc.I32Add)
		f.Set(s.addr)
		at = 0
	}
	for i, w := range words {
		offset := s.get(f, at+int64(16*i))
		f.Get(w)
		f.Mem(wc.V128Store, offset)
	}
	g.done(s)
	if a.root.shadow != nil {
		a.root = a.root.shadow
		ones := f.Local(wc.V128)
		f.V128(splat32(^uint32(0)))
		f.Set(ones)
		g.storeWords(a, at, slices.Repeat([]int{ones}, len(words)))
	}
}

// moved finds the load of what a store stores, if that is all that becomes of it,
// both are in the region and nothing is stored in between.
func (g *gen) moved(store *node) *node {
	vals := store.in.Args[1:]
	load := g.origin(vals[0])
	if load == nil || load.in.Op != ir.Load || !g.region.holds(load) || !g.region.holds(store) || load.parent != store.parent || !dominates(load, store) || load.in.Kind != store.in.Kind || load.in.Kind == ir.Bool || results(load.in) != len(vals) {
		return nil
	}
	for i, v := range vals {
		if v != load.in.Dst+ir.Reg(i) || !g.single[v] || len(g.refs[v]) != 2 {
			return nil
		}
	}
	from := g.access(load)
	if slices.ContainsFunc(g.nodes[load.pos+1:store.pos], func(k *node) bool { return touches(k.in) && k.in.Op != ir.Load && g.mayMeet(from, k) }) {
		return nil
	}
	return load
}

// storedBefore reports whether the region may store what a load loads before it, so that
// the load must not be ahead of that of other chunks.
func (g *gen) storedBefore(load *node, a access) bool {
	return slices.ContainsFunc(g.nodes[g.region.lo:load.pos], func(k *node) bool { return touches(k.in) && k.in.Op != ir.Load && g.mayMeet(a, k) })
}

// loadSigned loads 16-bit numbers of a chunk with their signs; it reports whether it did.
func (g *gen) loadSigned(n *node, a access) bool {
	if a.k != ir.I16 || a.n != 1 || !g.whole(a) || g.goesDown(a) {
		return false
	}
	s := g.spot(a)
	g.f.Mem(wc.V128Load16x4S, s.get(g.f, 0))
	g.done(s)
	g.set(n, n.in.Dst)
	return true
}

// loadEight loads bytes for two chunks of a run at once; it reports whether it did.
func (g *gen) loadEight(n *node, a access) bool {
	if a.size != 1 || a.n != 1 || !g.fills(n, a) || g.storedBefore(n, a) {
		return false
	}
	for p := n.parent; p != g.region.parent; p = p.parent {
		if p.in.Op != ir.If {
			return false
		}
	}
	f := g.f
	eight, low, high := wc.V128Load8x8U, wc.I32x4ExtendLowI16x8U, wc.I32x4ExtendHighI16x8U
	if a.k.IsSigned() {
		eight, low, high = wc.V128Load8x8S, wc.I32x4ExtendLowI16x8S, wc.I32x4ExtendHighI16x8S
	}
	if g.copy%2 == 0 {
		s := g.spot(a)
		g.waiting[n] = []int{f.Local(wc.V128)}
		f.Mem(eight, s.get(f, 0))
		f.Set(g.waiting[n][0])
		g.done(s)
	}
	f.Get(g.waiting[n][0])
	f.Emit([2]wc.Op{low, high}[g.copy%2])
	if a.k == ir.Bool {
		g.fromBits(a.k)
	}
	g.set(n, n.in.Dst)
	return true
}

// moves emits a load or a store of what is moved as it lies in memory; it reports
// whether it did.
func (g *gen) moves(n *node) bool {
	load, store := n, n
	if n.in.Op == ir.Load {
		store = g.refs[n.in.Dst][len(g.refs[n.in.Dst])-1].n
	}
	if store.in.Op != ir.Store {
		return false
	}
	if load = g.moved(store); load == nil || n.in.Op == ir.Load && load != n {
		return false
	}
	from, to := g.access(load), g.access(store)
	bytes := 4 * from.size * from.n
	first, last, at, key := true, true, int64(0), nearKey{store, g.copy}
	switch {
	case !g.whole(from) || !g.whole(to):
		return false
	case bytes >= 16:
	case g.fills(load, from) && g.waits(store) && !g.storedBefore(load, from):
		first, last, at, key.copy = g.copy == 0, g.copy == g.copies-1, g.back(to), 0
		bytes *= int64(g.copies)
	default:
		return false
	}
	f := g.f
	switch {
	case n == load && first:
		s := g.spot(from)
		g.moving[key] = nil
		for i := int64(0); i < bytes; i += 16 {
			w := f.Local(wc.V128)
			f.Mem(wc.V128Load, s.get(f, i))
			f.Set(w)
			g.moving[key] = append(g.moving[key], w)
		}
		g.done(s)
	case n == store && !last:
		if first {
			g.done(g.spot(to))
		}
	case n == store:
		g.storeWords(to, at, g.moving[key])
	}
	return true
}
