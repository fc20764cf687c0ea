package wasm

import (
	"sort"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// regionRegs are the registers of a region that a chunk begins or ends with.
type regionRegs struct {
	inputs []ir.Reg // parameters that differ by thread
	keep   []ir.Reg // of all threads, and changed: each chunk begins with the value from before the region
	handed []ir.Reg // of all threads, which what comes after reads
	zero   []ir.Reg // read before they are assigned, where there is no frame
	loads  []ir.Reg // from the frame
	stores []ir.Reg // to the frame
}

func (g *gen) regionRegs(rg *region) (regs regionRegs) {
	whole := &region{lo: 1, hi: g.root.end}
	for _, r := range g.regsOf(rg) {
		if _, ok := g.param[r]; ok {
			if g.of[r].form != uniform {
				regs.inputs = append(regs.inputs, r)
			}
			continue
		}
		exposed, defined, surely := g.exposed(rg, r), false, false
		for _, x := range g.refs[r] {
			if x.def && rg.holds(x.n) {
				defined = true
				surely = surely || g.assignedBy(x.n).parent == rg.parent && !g.blend[x.n]
			}
		}
		switch {
		case g.of[r].form == uniform:
			if exposed && defined {
				regs.keep = append(regs.keep, r)
			} else if surely && g.single[r] && g.outside(rg, r) && !g.exposed(whole, r) {
				regs.handed = append(regs.handed, r)
			}
		case !g.root.split:
			if exposed {
				regs.zero = append(regs.zero, r)
			}
		default:
			store := defined && (exposed || g.outside(rg, r))
			if exposed || store && !surely {
				regs.loads = append(regs.loads, r)
			}
			if store {
				regs.stores = append(regs.stores, r)
			}
		}
	}
	return regs
}

// exposed reports whether the region may read a register before it has
// assigned it for this chunk.
func (g *gen) exposed(rg *region, r ir.Reg) bool {
	for _, x := range g.refs[r] {
		if !rg.holds(x.n) || x.def && !g.blend[x.n] {
			continue
		}
		covered := false
		for _, d := range g.refs[r] {
			if d.def && rg.holds(d.n) && !g.blend[d.n] && dominates(g.assignedBy(d.n), x.n) {
				covered = true
				break
			}
		}
		if !covered {
			return true
		}
	}
	return false
}

// dominates reports whether d runs before n on every path to n: n, or a
// construct around it, follows d in d's own block.
func dominates(d, n *node) bool {
	for p := n; p != nil; p = p.parent {
		if p.parent == d.parent {
			return p.arm == d.arm && d.pos < p.pos
		}
	}
	return false
}

// outside reports whether a register is used or assigned beyond the region.
func (g *gen) outside(rg *region, r ir.Reg) bool {
	for _, x := range g.refs[r] {
		if !rg.holds(x.n) {
			return true
		}
	}
	return false
}

// definedIn reports whether a region assigns a register.
func (g *gen) definedIn(rg *region, r ir.Reg) bool {
	for _, x := range g.refs[r] {
		if x.def && rg.holds(x.n) {
			return true
		}
	}
	return false
}

// regsOf lists the registers that a region touches, in order.
func (g *gen) regsOf(rg *region) []ir.Reg {
	seen := map[ir.Reg]bool{}
	var out []ir.Reg
	add := func(r ir.Reg) {
		if r != ir.NoReg && !seen[r] && len(g.refs[r]) > 0 {
			seen[r] = true
			out = append(out, r)
		}
	}
	for p := rg.lo; p < rg.hi; p++ {
		in := g.nodes[p].in
		for _, a := range in.Args {
			add(a)
		}
		for i := range results(in) {
			add(in.Dst + ir.Reg(i))
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}
