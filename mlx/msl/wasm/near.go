package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Loads whose lanes are all near each other, such as those of the three bytes of
// a pixel, or of a row from its end, are of one vector from which the lanes pick
// their elements; so are those whose lanes are near one of two places.
//
//	x[3 * i + 1]
//	x[n - 1 - i]

// nearLoad is a vector that holds so many bytes of memory, from lo on relative
// to the place of the accesses; of more than it has room for the first and the last eight.
type nearLoad struct {
	local    int
	lo, span int64
}

// nearKey is a load or store of a chunk of a run.
type nearKey struct {
	node *node
	copy int
}

// reach is what a chunk's access reaches relative to its place, if lanes are a
// few bytes apart, or from one of two places.
func (g *gen) reach(a access) (at place, lo, hi int64, ok bool) {
	step, even := g.step(a)
	apart, known := g.spacing(a.p)
	if a.node == nil || !known || g.cur.some || a.size == 8 || even && step == a.size*a.n && vectorRun(a) || !g.shares(a) {
		return at, 0, 0, false
	}
	at, delta := g.placeOf(a)
	lo, hi = apart.reach()
	lo += a.imm + delta
	hi += a.imm + delta + a.size*a.n
	return at, lo, hi, hi-lo >= 2 && (hi-lo <= 16 || apart.inPieces(a.size*a.n))
}

// nearLoad finds the vector of an access, loaded for it or for one before.
func (g *gen) nearLoad(a access) (w nearLoad, ok bool) {
	at, lo, hi, ok := g.reach(a)
	if !ok {
		return w, false
	}
	if w, ok = g.near[nearKey{a.node, g.copy}]; ok {
		return w, true
	}
	served := []*node{a.node}
	for _, n := range g.behind(a.node) {
		if n.parent != a.node.parent || n.arm != a.node.arm || touches(n.in) && n.in.Op != ir.Load {
			break
		}
		if n.in.Op != ir.Load {
			continue
		}
		if other, from, to, ok := g.reach(g.access(n)); ok && other == at && max(hi, to)-min(lo, from) <= 16 {
			lo, hi = min(lo, from), max(hi, to)
			served = append(served, n)
		}
	}
	w = nearLoad{g.f.Local(wc.V128), lo, hi - lo}
	g.loadSpan(a, w)
	for _, n := range served {
		g.near[nearKey{n, g.copy}] = w
	}
	return w, true
}

// loadSpan loads a near load's bytes and no others: in two pieces, which may
// overlap, if there is no load of that size.
func (g *gen) loadSpan(a access, w nearLoad) {
	f := g.f
	_, delta := g.placeOf(a)
	s := g.spot(a)
	first := w.lo - a.imm - delta
	one := func(op wc.Op) { f.Mem(op, s.get(f, first)) }
	switch {
	case w.span == 16:
		one(wc.V128Load)
	case w.span >= 8:
		one(wc.V128Load64Zero)
	case w.span >= 4:
		one(wc.V128Load32Zero)
	default:
		offset := s.get(f, first)
		f.V128([16]byte{})
		f.MemLane(wc.V128Load16Lane, offset, 0)
	}
	f.Set(w.local)
	if rest, size := w.rest(); rest > 0 {
		offset := s.get(f, first+w.span-size)
		f.Get(w.local)
		f.MemLane(loadLane[size], offset, 1)
		f.Set(w.local)
	}
	g.done(s)
}

// rest is how many bytes the second piece of a near load adds, and its size.
func (w nearLoad) rest() (bytes, size int64) {
	switch size = 2; {
	case w.span >= 8:
		size = 8
	case w.span >= 4:
		size = 4
	}
	if w.span == 16 {
		return 0, size
	}
	return w.span - size, size
}

// pick puts the elements of an access into outs, zero-extended.
func (g *gen) pick(a access, w nearLoad, outs []int) {
	apart, _ := g.spacing(a.p)
	_, delta := g.placeOf(a)
	g.pickAt(a.size, apart, a.imm+delta-w.lo, w, outs)
}

// pickAt is pick for lanes that are so far apart and begin at a place in the vector.
func (g *gen) pickAt(bytes int64, apart places, first int64, w nearLoad, outs []int) {
	f := g.f
	rest, size := w.rest()
	for i, out := range outs {
		var from [16]byte
		for b := range int64(16) {
			from[b] = 0xff // zero
			if b%4 < bytes {
				at := first + apart[b/4] + int64(i)*bytes + b%4
				if rest > 0 && at >= size {
					at += size - rest // in the second piece
				}
				from[b] = byte(at)
			}
		}
		f.Get(w.local)
		g.constant4(from)
		f.Emit(wc.I8x16Swizzle)
		f.Set(out)
	}
}
