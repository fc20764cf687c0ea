package wasm

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// A loop over chunks costs as much as a small kernel computes, and so do the
// checks that wazero makes of each address. So it takes several chunks at
// once, which share the address of what they access one behind the other.

// maxRun bounds the chunks taken at once, and maxRunCode the kernel's code in
// which more than one is: large kernels would compile for too long. What the
// chunks beyond the first add to a kernel of several regions is bounded by
// maxRunNodes.
const (
	maxRun      = 32
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
			// Between two meetings longer runs would crowd out what lives across them.
			if run := g.wantedRun(rg, min(g.v.run, 4)); run > 1 && (g.hasLoop(rg) || g.sharesAddresses(rg)) {
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
	nodes, code, narrow := 0, 0, true
	for _, k := range g.nodes[rg.lo:rg.hi] {
		if g.skipped(k) {
			continue
		}
		if k.in.Op == ir.Loop {
			return g.wantedInStep(rg, most)
		}
		if k.target != nil && !k.last() {
			return 1
		}
		if results(k.in) != 1 || !g.steady[k.in.Dst] { // others are hardly computed again
			code += g.extent(k)
			nodes++
			if k.in.Op == ir.FMA {
				nodes += g.extent(k) - 1
			}
		}
		narrow = narrow && (k.in.Op != ir.Store || small(k.in.Kind))
	}
	// Moves take a vector each; longer code would only crowd the registers.
	const moved, tiny, short, long = 2, 8, 40, 80 // nodes
	switch {
	case code <= moved:
		return most
	case code <= tiny:
		return min(most, 16)
	case nodes <= 24, nodes <= short && narrow: // several chunks' elements fill a vector
		return min(most, 8)
	case nodes <= short:
		return min(most, 4)
	case nodes <= long:
		return min(most, 2)
	}
	return 1
}

// extent is how many nodes' code a node has: lanes that are apart, floats of 16
// bits that are not only moved, and fma take several instructions.
func (g *gen) extent(n *node) int {
	in := n.in
	switch in.Op {
	case ir.Load, ir.Store:
		a := g.access(n)
		if step, even := g.step(a); even && step != a.size*a.n && g.quartet[n] == nil {
			return 4 * int(a.n)
		}
		return 2*int(a.n) - 1
	}
	if in.Kind == ir.F16 || in.Kind == ir.BF16 || in.Op == ir.FMA {
		return 8
	}
	return 1
}

// steadies finds the registers that advance from chunk to chunk of a run as
// from lane to lane, four times as far, and among them the fixed ones, which
// do not advance. Where they wrap, so does an address computed from them.
func (g *gen) steadies() {
	g.steady, g.fixed = make([]bool, len(g.of)), make([]bool, len(g.of))
	for r, p := range g.param {
		switch p.b {
		case ir.ThreadIndexInThreadgroup:
			g.steady[r] = true
		case ir.ThreadPositionInGrid, ir.ThreadPositionInThreadgroup:
			g.steady[r] = g.of[r].form != varying
			g.fixed[r] = g.of[r].scalar() // a run lies in one row
		}
	}
	for r, s := range g.of {
		if s.form == uniform && g.single[r] {
			d := g.origin(ir.Reg(r))
			g.steady[r], g.fixed[r] = true, d == nil || g.assignedFirst(d, ir.Reg(r))
		}
	}
	for _, n := range g.nodes[1:] { // in order, so that operands come first
		in := n.in
		steady := g.advancesEvenly(in, g.steady, g.fixed)
		for r := in.Dst; r < in.Dst+ir.Reg(results(in)); r++ {
			if g.single[r] && g.of[r].form > uniform && g.of[r].form < varying {
				g.steady[r] = steady
				g.fixed[r] = steady && g.of[r].scalar() && g.assignedFirst(n, r)
			}
		}
	}
}

// assignedFirst reports whether n assigns a register before anything reads it.
func (g *gen) assignedFirst(n *node, r ir.Reg) bool {
	return !slices.ContainsFunc(g.refs[r], func(x ref) bool { return !x.def && !dominates(n, x.n) })
}

// ready reports whether the results of a node are in their locals already: those
// of a chunk before in the run, or what its tests computed.
func (g *gen) ready(n *node) bool {
	k := results(n.in)
	if g.copy == 0 && g.early[n] {
		return true
	}
	for r := n.in.Dst; r < n.in.Dst+ir.Reg(k); r++ {
		if !g.fixed[r] {
			return false
		}
	}
	return k > 0 && g.copy > 0 && g.alike(n)
}

// input sets the register of a builtin, from what it is in the chunk before if
// that tells.
func (g *gen) input(r ir.Reg) {
	f := g.f
	advance := 4 * g.of[r].stride
	down := g.stepping != nil && g.stepping.down != nil
	if down {
		advance = g.stepping.down[r]
	}
	switch {
	case g.copy == 0 || !g.steady[r] && !down:
		g.setInChunk(r, g.param[r])
	case !g.fixed[r]:
		f.Get(g.before(r))
		f.I32(int32(advance))
		f.Emit(wc.I32Add)
		f.Set(g.loc[r][0])
		g.spreadOut(r)
	}
}

// alike reports whether all chunks of a run come to a node if one does.
func (g *gen) alike(n *node) bool {
	for at := n.parent; at != g.region.parent; at = at.parent {
		_, guard := g.guards[at]
		inStep := g.stepping != nil && at.in.Op != ir.If // or each chunk runs that for itself
		if !guard && !inStep && (at.in.Op != ir.If || !g.agrees(at, g.fixed)) {
			return false
		}
	}
	return true
}

// perChunk is how far a steady pointer is from that of the chunk before.
func (g *gen) perChunk(p ir.Reg) int64 {
	at, _ := g.spacing(p)
	return at[4]
}

// runs reports whether an address that a node finds in one chunk tells those of
// the chunks that follow in the run.
func (g *gen) runs(p ir.Reg, n *node) bool { return g.alike(n) && g.follows(p) }

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
