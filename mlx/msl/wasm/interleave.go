package wasm

import (
	"cmp"
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Bytes and 16-bit elements whose stores fill what lies between each other's, such as
// those of the three bytes of a pixel, are stored at once.

// interleaved finds the stores that fill a lane's word, or three bytes, with one, in the
// order in which they lie; nil if there are none, or others between them may access it.
func (g *gen) interleaved(n *node) []*node {
	a := g.access(n)
	step, even := g.step(a)
	if !even || a.n != 1 || step <= a.size || step > 4 || step%a.size != 0 || a.root.space == ir.Thread || a.root.shadow != nil || g.cur.some || !g.shares(a) {
		return nil
	}
	at, _ := g.placeOf(a)
	from := map[*node]int64{}
	for _, m := range g.nodes[g.region.lo:g.region.hi] {
		if m.in.Op != ir.Store || m.parent != n.parent || m.arm != n.arm || g.roots[m.in.Args[0]] != a.root {
			continue
		}
		b := g.access(m)
		other, delta := g.placeOf(b)
		if s, even := g.step(b); other != at || !even || s != step || b.n != 1 || g.quartet[m] != nil || b.size != a.size || !g.shares(b) {
			return nil
		}
		from[m] = b.imm + delta
	}
	parts := slices.SortedFunc(maps.Keys(from), func(x, y *node) int { return cmp.Compare(from[x], from[y]) })
	if int64(len(parts)) != step/a.size {
		return nil
	}
	for i, m := range parts {
		if from[m] != from[parts[0]]+int64(i)*a.size {
			return nil
		}
	}
	first, last := g.ends(parts)
	for _, k := range g.nodes[first.pos : last.pos+1] {
		if k.parent != n.parent || k.arm != n.arm || !slices.Contains(parts, k) && touches(k.in) && g.mayMeet(a, k) {
			return nil
		}
	}
	return parts
}

// ends are the nodes of which the code is first and last.
func (g *gen) ends(nodes []*node) (first, last *node) {
	byPos := func(x, y *node) int { return cmp.Compare(x.pos, y.pos) }
	return slices.MinFunc(nodes, byPos), slices.MaxFunc(nodes, byPos)
}

// storeInterleaved lets the elements of a store wait for those that they lie between, or
// stores all of them.
func (g *gen) storeInterleaved(n *node, parts []*node, out int, holds content) {
	f := g.f
	hold := f.Local(wc.V128)
	f.Get(out)
	f.Set(hold)
	g.mixing[nearKey{n, g.copy}] = hold
	if _, last := g.ends(parts); n != last {
		return
	}
	var words []int
	for i := range 4 / g.access(n).size { // a third byte also stands for the fourth
		words = append(words, g.mixing[nearKey{parts[min(int(i), len(parts)-1)], g.copy}])
	}
	a := g.access(parts[0])
	a.holds = holds
	all := g.narrowed(a, words)[0]
	step := int64(len(parts)) * a.size
	var from [16]byte
	for b := range 4 * step {
		part, lane := b%step/a.size, b/step
		from[b] = byte((4*part+lane)*a.size + b%a.size)
	}
	s := g.spot(a)
	offset := s.get(f, 0)
	f.Get(all)
	g.with(from, wc.I8x16Swizzle)
	if step == 4 {
		f.Mem(wc.V128Store, offset)
	} else {
		f.Tee(all)
		f.MemLane(wc.V128Store64Lane, offset, 0)
	}
	if step == 3 {
		offset = s.get(f, 8)
		f.Get(all)
		f.MemLane(wc.V128Store32Lane, offset, 2)
	}
	g.done(s)
}
