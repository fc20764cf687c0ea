package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// What all threads of a threadgroup share does not change from run to run either: it is
// computed ahead of the loop over the chunks, in which a run may have two of them only.
//
//	int channel = group / 9, dy = group / 3 % 3 - 1;

// computeAhead emits what is the same for all chunks of a region, and in the arms that
// guards mostly take.
func (g *gen) computeAhead(rg *region, guards map[*node]int) {
	if g.machine == nil {
		g.aheadIn(rg, rg.kids, guards, true)
	}
}

// aheadIn is computeAhead for a block, to which all threads surely come or not.
func (g *gen) aheadIn(rg *region, kids []*node, guards map[*node]int, surely bool) {
	for _, n := range kids {
		if arm, ok := guards[n]; ok {
			g.aheadIn(rg, n.kids[arm], guards, false)
		}
		surely = surely && n.target == nil && !g.jumpsOut(n)
		if g.mayGoAhead(n, surely) {
			g.goAhead(rg, n)
		}
	}
}

// mayGoAhead reports whether what a node needs is there, and nothing that it reads may change.
func (g *gen) mayGoAhead(n *node, surely bool) bool {
	in := n.in
	switch {
	case results(in) != 1 || !g.of[in.Dst].scalar() || g.root.split && g.of[in.Dst].form != uniform || !g.fixed[in.Dst] || g.pack != nil && g.pack.nodes[n]:
		return false
	case in.Op == ir.Load:
		if a := g.access(n); !a.root.fixed || g.v.overlap || in.Flags&ir.Volatile != 0 || !surely && !a.allLanes {
			return false
		}
	case !in.Op.Plain(), in.Op == ir.SlotAddr, in.Op == ir.ConstAddr:
		return false
	}
	known := func(r ir.Reg) bool { _, ok := g.consts[r]; return ok }
	return !known(in.Dst) && !slices.ContainsFunc(in.Args, func(r ir.Reg) bool {
		return !known(r) && !g.ahead[g.origin(r)] && (hasDef(g.refs[r]) || g.of[r].form != uniform)
	})
}

// goAhead emits a node, and before it the constants that it needs.
func (g *gen) goAhead(rg *region, n *node) {
	for _, r := range n.in.Args {
		if d := g.origin(r); d != nil && !g.ahead[d] && rg.holds(d) {
			g.goAhead(rg, d)
		}
	}
	g.instr(n)
	g.ahead[n] = true
}
