package wasm

import "github.com/zmlx/zmlx/mlx/msl/ir"

// A loop over chunks costs as much as a small kernel computes, and so do the
// checks that wazero makes of each address. So it takes several chunks at
// once, which share the address of what they access one behind the other.

// maxRun bounds the chunks taken at once, and maxRunCode the kernel's code in
// which more than one is: large kernels would compile for too long.
const (
	maxRun     = 4
	maxRunCode = 20_000
)

// copiesOf is how many chunks of a region are taken at once, where so many
// could be.
func (g *gen) copiesOf(rg *region, most int) int {
	if g.tmask >= 0 || !g.root.split && g.root.masked || g.f.Size() > maxRunCode {
		return 1
	}
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
	const far = 1 << 20
	step := g.perChunk(p)
	at := n.parent
	for at != g.region.parent {
		if _, ok := g.guards[at]; !ok {
			return false
		}
		at = at.parent
	}
	return g.steady[p] && step >= 0 && step <= far
}
