package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// The numbers that a pack loads may lie apart, as those of one colour in pixels of
// three bytes do. What a run reaches is then loaded as it lies, once for all
// colours, and eight lanes pick theirs out of the two to four vectors they are in.
//
//	y[i] = (77 * x[3 * i] + 150 * x[3 * i + 1] + 29 * x[3 * i + 2]) >> 8;

// record is what a run reaches by loads that lie apart but near each other: of
// each lane the bytes from lo to hi, relative to the place of the accesses.
type record struct {
	at     place
	lo, hi int64
	step   int64
	words  map[int64]int  // vectors that hold it, by the first byte in the run
	halves map[[2]int]int // of eight lanes of four bytes: the lower two or the upper two
}

// maxApart is how many elements apart those of adjacent lanes may lie.
const maxApart = 4

// apart finds the record that a load is of; nil if it is of none.
func (p *pack) apart(n *node) *record {
	g := p.g
	at, r, ok := p.reach(n)
	if !ok {
		return nil
	}
	for _, m := range p.loads() {
		// Only what one lane's own record may hold: others are of another one.
		if other, x, ok := p.reach(m); ok && other == at && x.step == r.step && max(x.hi, r.hi)-min(x.lo, r.lo) <= r.step && (x.lo-r.lo)%g.access(n).size == 0 {
			r.lo, r.hi = min(r.lo, x.lo), max(r.hi, x.hi)
		}
	}
	for _, old := range p.records {
		if old.at == at && old.step == r.step && old.lo <= r.lo && r.hi <= old.hi {
			return old
		}
	}
	if r.end(g.copies) < 16 {
		return nil
	}
	r.at, r.words, r.halves = at, map[int64]int{}, map[[2]int]int{}
	p.records = append(p.records, &r)
	return &r
}

// loads are the pack's, by position.
func (p *pack) loads() []*node {
	return slices.DeleteFunc(slices.Clone(p.g.nodes[p.first.pos:p.region.hi]), func(n *node) bool { return !p.nodes[n] || n.in.Op != ir.Load })
}

// reach is what a load reaches, if its lanes lie apart in bounds.
func (p *pack) reach(n *node) (at place, r record, ok bool) {
	g := p.g
	a := g.access(n)
	step, even := g.step(a)
	if g.copies == 1 || g.copies%2 != 0 || !even || step <= a.size || step > maxApart*a.size || step%a.size != 0 || !g.shares(a) || g.cur.some || !g.alike(n) || !g.follows(a.p) {
		return at, r, false
	}
	at, delta := g.placeOf(a)
	return at, record{lo: a.imm + delta, hi: a.imm + delta + a.size, step: step}, true
}

// end is the number of bytes that so many chunks reach.
func (r *record) end(copies int) int64 { return int64(4*copies-1)*r.step + r.hi - r.lo }

// pick pushes lanes 8w to 8w+7 of what a load loads.
func (p *pack) pick(n *node, r *record, w int) {
	g, f := p.g, p.g.f
	a := g.access(n)
	_, delta := g.placeOf(a)
	if at := a.imm + delta - r.lo; a.size == 1 && r.step == 4 && int64(32*w+32) <= r.end(g.copies) {
		f.Get(p.half(a, r, w, int(at/2), r.lo-a.imm-delta))
		if at%2 == 0 {
			g.with(splat32(0x00ff00ff), wc.V128And)
		} else {
			g.with([16]byte{1, 0xff, 3, 0xff, 5, 0xff, 7, 0xff, 9, 0xff, 11, 0xff, 13, 0xff, 15, 0xff}, wc.I8x16Swizzle)
		}
		if a.k.IsSigned() {
			p.wrap(a.k)
		}
		return
	}
	var lanes [16]byte // in the vectors found so far, or that of this round
	var from []int64
	start := func(b int64) int64 { return min(b/16*16, r.end(g.copies)-16) }
	at := func(b int) int64 {
		return a.imm + delta - r.lo + (8*int64(w)+int64(b/2))*r.step + int64(b%2)
	}
	for b := 0; b < 16; b += 2 {
		if s := start(at(b)); !slices.Contains(from, s) {
			from = append(from, s)
		}
	}
	for i, s := range from {
		f.Get(p.word(a, r, s, r.lo-a.imm-delta))
		if i == 0 && len(from) > 1 {
			continue
		}
		for b := range 16 {
			lane := &lanes[b]
			whole := b&^1 + b%2*int(a.size-1) // bytes have no second one
			switch k := slices.Index(from, start(at(b&^1))); {
			case b%2 == 1 && a.size == 1 && len(from) == 1:
				*lane = 0xff // zero
			case len(from) == 1:
				*lane = byte(at(whole) - s)
			case k == i:
				*lane = byte(16 + at(whole) - s)
			case k == 0 && i == 1:
				*lane = byte(at(whole) - from[0])
			case k < i:
				*lane = byte(b)
			}
		}
		if len(from) == 1 {
			g.with(lanes, wc.I8x16Swizzle)
		} else {
			f.Shuffle(lanes)
		}
	}
	switch {
	case a.size > 1:
	case a.k.IsSigned() || len(from) > 1:
		p.wrap(a.k)
	}
}

// half is a vector of two of the four bytes of lanes 8w to 8w+7.
func (p *pack) half(a access, r *record, w, upper int, place int64) int {
	key := [2]int{w, upper}
	l, ok := r.halves[key]
	if !ok {
		g, f := p.g, p.g.f
		for i := range int64(2) {
			f.Get(p.word(a, r, int64(32*w)+16*i, place))
			g.with([...][16]byte{splat32(1), upperHalf}[upper], wc.I32x4DotI16x8S)
		}
		l = f.Local(wc.V128)
		f.Emit(wc.I16x8NarrowI32x4S)
		f.Set(l)
		r.halves[key] = l
	}
	return l
}

// word is the vector that holds what a run reaches from a byte on, which lies so
// far from the place of the access.
func (p *pack) word(a access, r *record, from, place int64) int {
	l, ok := r.words[from]
	if !ok {
		g := p.g
		s := g.spot(a)
		l = g.f.Local(wc.V128)
		g.f.Mem(wc.V128Load, s.get(g.f, g.back(a)+place+from))
		g.f.Set(l)
		g.done(s)
		r.words[from] = l
	}
	return l
}
