package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// A lane takes one side of an If or the other. A register that both sides
// assign has its old value in no lane afterwards: the first side may assign all
// lanes, and the second keeps those of the first.
//
//	if (c) v = a; else v = b;

// complete finds the registers that both sides of an If assign; they need no
// blending with what they held before.
func (g *gen) complete() {
	g.second = map[*node]*node{}
	for _, n := range g.nodes[1:] {
		if n.in.Op != ir.If || n.level != byLane || n.split || len(n.kids[0]) == 0 || g.jumpsOut(n) {
			continue
		}
		first := map[ir.Reg]*node{}
		for _, d := range n.kids[0] {
			if results(d.in) == 1 {
				first[d.in.Dst] = d
			}
		}
		for _, d := range n.kids[1] {
			if results(d.in) == 1 && first[d.in.Dst] != nil && g.completes(n, first[d.in.Dst], d) {
				delete(g.blend, first[d.in.Dst])
				delete(g.blend, d)
				g.second[d] = n
			}
		}
	}
}

// completes reports whether the assignments a and b in the two sides of an If
// are the only ones there, and nobody needs what the register held before.
func (g *gen) completes(n, a, b *node) bool {
	r := a.in.Dst
	if !g.blend[a] || !g.blend[b] {
		return false
	}
	for _, x := range g.refs[r] {
		in := x.n.within(n)
		switch {
		case x.def && in && x.n != a && x.n != b, !x.def && in && x.n.pos >= n.mid && x.n.pos <= b.pos:
			return false
		}
	}
	for d := n.parent; d != nil; d = d.parent {
		if g.byLanes(d) && g.escapes(a, r, d) {
			return false
		}
	}
	return true
}

// assignedBy is the node after which a register has what d assigns to it in all
// lanes: d, or the If whose second side it completes.
func (g *gen) assignedBy(d *node) *node {
	if n := g.second[d]; n != nil {
		return n
	}
	return d
}

// keepFirst blends the vector on the stack, which the second side of an If
// assigns to a local, with what the first has put there under the mask that push
// pushes.
func (g *gen) keepFirst(local int, push func()) {
	push()
	g.f.Emit(wc.V128Andnot)
	g.f.Get(local)
	push()
	g.f.Emit(wc.V128And, wc.V128Or)
}
