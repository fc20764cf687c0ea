package wasm

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A loop over chunks costs as much as a small kernel computes, and so do the
// checks that wazero makes of each address. So it takes several chunks at
// once, which share the address of what they access one behind the other.

// maxRun bounds the chunks taken at once, and maxRunCode the kernel's code in
// which more than one is: large kernels would compile for too long. What the
// chunks beyond the first add to a kernel of several regions is bounded by
// maxRunNodes.
const (
	maxRun      = 4
	maxRunCode  = 20_000
	maxRunNodes = 400
)

// planRuns decides which regions of a kernel of several take more than one chunk
// at once: of those that gain, the ones in the deepest loops first, as long as
// there is room.
func (g *gen) planRuns() {
	type candidate struct{ lo, nodes, depth, run int }
	var all []candidate
	var visit func(parent *node, kids []*node, depth int)
	visit = func(parent *node, kids []*node, depth int) {
		for i := 0; i < len(kids); {
			n := kids[i]
			if n.split {
				inside := depth
				if n.in.Op == ir.Loop {
					inside++
				}
				visit(n, n.kids[0], inside)
				visit(n, n.kids[1], inside)
				i++
				continue
			}
			j := i
			for j < len(kids) && !kids[j].split {
				j++
			}
			rg := &region{kids: kids[i:j], parent: parent, lo: n.pos, hi: kids[j-1].end}
			if run := g.wantedRun(rg, g.v.run); run > 1 && g.sharesAddresses(rg) {
				all = append(all, candidate{rg.lo, rg.hi - rg.lo, depth, run})
			}
			i = j
		}
	}
	if g.root.split {
		visit(g.root, g.root.kids[0], 0)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.depth, a.depth) })
	g.planned = map[int]int{}
	room := maxRunNodes
	for _, c := range all {
		for c.run > 1 && c.nodes*(c.run-1) > room {
			c.run /= 2
		}
		g.planned[c.lo] = c.run
		room -= c.nodes * (c.run - 1)
	}
}

// copiesOf is how many chunks of a region are taken at once, where so many
// could be.
func (g *gen) copiesOf(rg *region, most int) int {
	switch {
	case g.tmask >= 0 || !g.root.split && g.root.masked || g.f.Size() > maxRunCode:
		return 1
	case g.root.split:
		return max(1, g.planned[rg.lo])
	}
	return g.wantedRun(rg, most)
}

// wantedRun is how many chunks of a region of this size are worth taking at once.
func (g *gen) wantedRun(rg *region, most int) int {
	for _, n := range g.nodes[rg.lo:rg.hi] {
		if n.in.Op == ir.Loop || n.target != nil && !n.last() {
			return 1
		}
	}
	const small, large = 60, 120 // nodes
	switch n := rg.hi - rg.lo; {
	case n <= small:
		return most
	case n <= large:
		return min(most, 2)
	}
	return 1
}

// steadies finds the registers that advance from chunk to chunk of a run as
// from lane to lane, four times as far. Where they wrap, so does an address
// computed from them.
func (g *gen) steadies() {
	g.steady = make([]bool, len(g.of))
	for r, p := range g.param {
		switch p.b {
		case ir.ThreadIndexInThreadgroup:
			g.steady[r] = true
		case ir.ThreadPositionInGrid, ir.ThreadPositionInThreadgroup:
			g.steady[r] = g.of[r].form != varying
		}
	}
	for r, s := range g.of {
		g.steady[r] = g.steady[r] || s.form == uniform && g.single[r]
	}
	for _, n := range g.nodes[1:] { // in order, so that operands come first
		in := n.in
		if results(in) != 1 || !g.single[in.Dst] || g.of[in.Dst].form == varying {
			continue
		}
		switch in.Op {
		case ir.Mov, ir.Add, ir.Sub, ir.PtrAdd, ir.Mul, ir.Shl, ir.Convert:
			all := true
			for _, a := range in.Args {
				all = all && g.steady[a]
			}
			g.steady[in.Dst] = all
		}
	}
}

// perChunk is how far a steady pointer is from that of the chunk before.
func (g *gen) perChunk(p ir.Reg) int64 {
	step, _ := g.step(access{p: p})
	return 4 * step
}

// runs reports whether an address that a node finds in one chunk tells those of
// the chunks that follow in the run.
func (g *gen) runs(p ir.Reg, n *node) bool {
	at := n.parent
	for at != g.region.parent {
		if _, ok := g.guards[at]; !ok {
			return false
		}
		at = at.parent
	}
	return g.follows(p)
}

// follows reports whether a pointer's address in one chunk tells that in the
// next.
func (g *gen) follows(p ir.Reg) bool {
	const far = 1 << 20
	step := g.perChunk(p)
	return g.steady[p] && step >= 0 && step <= far
}

// sharesAddresses reports whether an access in a region has an address that
// advances from chunk to chunk.
func (g *gen) sharesAddresses(rg *region) bool {
	return slices.ContainsFunc(rg.kids, func(n *node) bool {
		return (n.in.Op == ir.Load || n.in.Op == ir.Store) && g.of[n.in.Args[0]].form != uniform && g.follows(n.in.Args[0])
	})
}
