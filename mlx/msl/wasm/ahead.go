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
	case !g.stays(n), in.Op == ir.Const: // which goes with what needs it
		return false
	case in.Op == ir.Load: // without a finding that no thread would come to
		a := g.access(n)
		surely = surely || a.allLanes && g.aligned(a.p, a.imm, int64(in.Align()))
		if !surely || !a.root.fixed || g.v.overlap || in.Flags&ir.Volatile != 0 {
			return false
		}
	case !in.Op.Plain(), in.Op == ir.SlotAddr, in.Op == ir.ConstAddr:
		return false
	}
	return !slices.ContainsFunc(in.Args, func(r ir.Reg) bool {
		d := g.origin(r)
		if d == nil {
			return hasDef(g.refs[r]) || g.of[r].form != uniform
		}
		return !g.made(r) && !g.ahead[d] && !(d.in.Op == ir.Const && g.stays(d))
	})
}

// stays reports whether a node's result is one scalar that stays the same through a run, and
// through all if its operands do.
func (g *gen) stays(n *node) bool {
	r := n.in.Dst
	return results(n.in) == 1 && g.of[r].scalar() && g.fixed[r] && (g.of[r].form == uniform || !g.root.split) && (g.pack == nil || !g.pack.nodes[n])
}

// goAhead emits a node, and before it the constants in locals that it needs.
func (g *gen) goAhead(rg *region, n *node) {
	for _, r := range n.in.Args {
		if d := g.origin(r); d != nil && d.in.Op == ir.Const && !g.made(r) && !g.ahead[d] && rg.holds(d) {
			g.goAhead(rg, d)
		}
	}
	g.from(n)
	g.instr(n)
	g.ahead[n] = true
}
