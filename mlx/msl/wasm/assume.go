package wasm

import (
	"math"
	"math/bits"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// An index that is computed by a division, chosen by a comparison or multiplied by a
// stride from a buffer varies over the lanes as nobody can tell: where a row ends it
// starts again. But most runs lie within a row, and most last strides are 1. So where
// that makes accesses even there is another version of the code, for runs in which
// what is assumed of such operations holds. A few scalar operations test that for all
// lanes of a run at once.
//
//	x[(i + n) % size]
//	x[row * strides[0] + column * strides[1]]

// maxAssumptions is how many operations are assumed about, as each takes a test,
// and rowRuns so many runs at least have to lie in a row. Where each row has an edge in
// it, maxAtEdges bounds the chunks of a run, as those that are in no run take longer.
const (
	maxAssumptions = 12
	rowRuns        = 3
	maxAtEdges     = 8
)

// same stands for an operation whose result is assumed to be the same in all
// lanes of a run; other results advance with the operand of that number.
const same = -1

// assumedShape is the shape of a result of which that is assumed.
func (s *shapes) assumedShape(in *ir.Instr, operand int) shape {
	if operand == same {
		return shape{form: chunked}
	}
	of := s.of[in.Args[operand]]
	of.quad = false
	return of
}

// assume finds how a region runs where what can be assumed holds, with the plan
// for it; nil if that gains nothing.
func (g *gen) assume(plain *wholes) (*wholes, *plan) {
	if plain == nil {
		return nil, nil
	}
	plain.positional = g.positionals()
	base := g.plan
	defer func() { g.plan = base }()
	assumed := map[*ir.Instr]int{}
	var guards map[*node]int
	for known := -1; known < len(assumed); {
		known = len(assumed)
		g.plan = base.under(assumed)
		g.steadies()
		w := g.wholesIn(g.all(), 1)
		w.plain = plain
		w.find(w.region.kids)
		guards = w.guards
		for _, n := range g.nodes[1:] {
			if operand, ok := w.assumption(n); ok && len(assumed) < maxAssumptions {
				assumed[n.in] = operand
			}
		}
	}
	if len(assumed) == 0 || !g.gains(base, plain) {
		return nil, nil
	}
	all := g.all()
	for _, r := range g.regsOf(all) {
		if _, param := g.param[r]; !param && g.roots[r] == nil && g.of[r].form == uniform && g.exposed(all, r) {
			return nil, nil // it would have to be handed over
		}
	}
	g.guards = guards
	most := min(maxRun, max(1, int(g.v.tg[0])/4))
	edges, strides, loops := false, false, slices.ContainsFunc(g.nodes[1:], func(n *node) bool { return n.in.Op == ir.Loop })
	for in, operand := range assumed {
		edges = edges || in.Op == ir.Min && operand == same
		strides = strides || in.Op == ir.Mul
	}
	if edges {
		most = min(most, maxAtEdges)
	}
	edges = edges && !loops && !strides // chunks go through loops in step; strides are 1 in all runs or none
	copies := g.copiesOf(all, most)
	if edges {
		copies = g.betweenEdges(copies, 2)
	}
	g.guards = nil
	for _, n := range g.nodes[1:] {
		if _, ok := assumed[n.in]; ok {
			for copies > 1 && g.rowOf(n.in) < uint64(rowRuns*4*copies) {
				copies /= 2
			}
		}
	}
	if copies == 1 && !loops {
		return nil, nil
	}
	g.loc = make([]loc, len(g.of))
	for _, r := range g.fn.Params {
		g.loc[r] = base.loc[r]
	}
	g.settle()
	w := g.wholesIn(all, copies)
	w.plain, w.atEdges = plain, edges
	w.find(all.kids)
	for _, n := range g.nodes[1:] {
		if _, ok := assumed[n.in]; ok && !w.assumes(n) {
			return nil, nil
		}
	}
	w.findForks()
	return w, g.plan
}

// betweenEdges is how many chunks, up to so many, best make a run where the first, the last or both
// of a row have an edge: all that are in no run then are as dear as two runs' tests each.
func (g *gen) betweenEdges(most, edges int) (copies int) {
	if slices.ContainsFunc(g.nodes[1:], func(n *node) bool { return touches(n.in) && n.in.Kind.Size() < 4 }) {
		return min(most, 4) // of which several fill a vector
	}
	inner, least := int(g.v.tg[0])/4-edges, math.MaxInt
	for c := 1; c <= most; c++ {
		if cost := inner/c + 2*(inner%c); cost <= least {
			copies, least = c, cost
		}
	}
	return copies
}

// under is a plan with what is assumed, of which nothing is settled.
func (p *plan) under(assumed map[*ir.Instr]int) *plan {
	s := &shapes{tree: newTree(p.fn), of: make([]shape, len(p.of)), consts: p.consts, single: p.single, blend: map[*node]bool{}, limit: p.limit, zeros: p.zeros, alone: p.alone, assumed: assumed}
	for r := range s.of {
		if !hasDef(s.refs[r]) { // parameters, and what is never assigned
			s.of[r] = p.of[r]
		}
	}
	s.solve()
	return &plan{shapes: s}
}

// all is the region of a kernel in which threads do not meet.
func (g *gen) all() *region {
	return &region{kids: g.root.kids[0], parent: g.root, lo: 1, hi: g.root.end}
}

// gains reports whether the plan has even accesses where the other one has not, or
// branches around loads that a chunk takes as one.
func (g *gen) gains(base *plan, plain *wholes) bool {
	for i, n := range g.nodes[1:] {
		was := base.nodes[1+i]
		if plain.passes(was) {
			continue
		}
		switch n.in.Op {
		case ir.Load, ir.Store:
			if base.of[n.in.Args[0]].form == varying && g.of[n.in.Args[0]].form != varying {
				return true
			}
		case ir.If:
			loads := func(k *node) bool { return k.in.Op == ir.Load && g.of[k.in.Args[0]].form != uniform }
			if was.level == byLane && n.level != byLane && !plain.guarded(n) && slices.ContainsFunc(g.nodes[n.pos:n.end], loads) {
				return true
			}
		}
	}
	return false
}

// assumption finds what can be assumed of a node's result that varies, in a chunk or,
// where chunks go by several, from one to the next.
func (w *wholes) assumption(n *node) (operand int, ok bool) {
	g, in := w.g, n.in
	if results(in) != 1 || !in.Op.Plain() || !g.single[in.Dst] || g.of[in.Dst].form != varying && (g.steady[in.Dst] || w.plain.copies == 1) || !in.Kind.IsInt() || in.Kind.Bits() != 32 && in.Kind != ir.Bool && in.Op != ir.Mul || !w.takes(n) {
		return 0, false
	}
	lead := func(i int) int64 {
		if !w.known(in.Args[i]) {
			return -1
		}
		return w.lead(in.Args[i])
	}
	switch in.Op {
	case ir.Div, ir.Shr:
		return same, lead(0) > 0 && lead(1) == 0 && g.rowOf(in) >= rowRuns*8
	case ir.Rem, ir.And:
		return 0, in.Kind != ir.Bool && lead(0) > 0 && lead(1) == 0 && g.rowOf(in) >= rowRuns*8
	case ir.Lt, ir.Le, ir.Eq, ir.Ne:
		return same, w.chooses(n) && (lead(0) > 0 && lead(1) == 0 || lead(0) == 0 && lead(1) > 0)
	case ir.Min, ir.Max, ir.Mul:
		for i := range 2 {
			if in.Op == ir.Min && w.outgrows(in.Args[i], in.Args[1-i]) {
				return same, true
			}
			if lead(i) > 0 && lead(1-i) == 0 && (in.Op != ir.Mul || w.strides(in.Args[1-i])) {
				return i, true
			}
		}
	case ir.Select:
		if lead(0) == 0 {
			return w.likely(in)
		}
	}
	return 0, false
}

// outgrows reports whether a number is no less than another one in most runs: one that
// counts up from zero or down to it, as the distance from an edge does, than one that is small.
func (w *wholes) outgrows(a, b ir.Reg) bool {
	c, known := w.g.consts[b]
	return known && c < rowRuns*8 && w.known(a) && (w.lead(a) > 0 || w.falls(a))
}

// strides reports whether a number does nothing but multiply others, as the strides of
// an array do. The length of a row also ends loops.
func (w *wholes) strides(r ir.Reg) bool {
	return !slices.ContainsFunc(w.g.refs[r], func(x ref) bool { return !x.def && x.n.in.Op != ir.Mul })
}

// chooses reports whether a condition tells what a Select behind it takes, or an If
// that is no guard.
func (w *wholes) chooses(n *node) bool {
	cond := n.in.Dst
	return slices.ContainsFunc(w.g.refs[cond], func(x ref) bool {
		switch {
		case x.def || x.n.pos <= n.pos: // the next iteration's, which may be of itself
			return false
		case x.n.in.Op == ir.If:
			return !w.plain.guarded(x.n)
		case x.n.in.Kind == ir.Bool && (x.n.in.Op == ir.And || x.n.in.Op == ir.Or || x.n.in.Op == ir.Not):
			return w.chooses(x.n)
		}
		return x.n.in.Op == ir.Select && x.n.in.Args[0] == cond
	})
}

// guarded reports whether an If is a guard of which most runs take one arm, as at
// a border. One that compares with the position, or data there, parts them
// anywhere.
func (w *wholes) guarded(n *node) bool {
	for guard := range w.guards {
		if guard.pos == n.pos {
			return !w.parts(n.in.Args[0])
		}
	}
	return false
}

// passes reports whether a node stands in an arm that no run of whole chunks takes.
func (w *wholes) passes(n *node) bool {
	for ; n.parent != nil; n = n.parent {
		if arm, ok := w.guards[n.parent]; ok && arm != n.arm {
			return true
		}
	}
	return false
}

// parts reports whether a condition compares two values that both depend on the
// thread's position.
func (w *wholes) parts(cond ir.Reg) bool {
	d := w.g.origin(cond)
	if d == nil {
		return false
	}
	if d.in.Op >= ir.Eq && d.in.Op <= ir.Le {
		return w.positional[d.in.Args[0]] && w.positional[d.in.Args[1]]
	}
	return slices.ContainsFunc(d.in.Args, w.parts)
}

// positionals finds the registers that depend on where the thread is.
func (g *gen) positionals() []bool {
	out := make([]bool, len(g.of))
	for r, p := range g.param {
		out[r] = p.b < ir.ThreadsPerGrid
	}
	for _, n := range g.nodes[1:] {
		for i := range results(n.in) {
			r := n.in.Dst + ir.Reg(i)
			out[r] = out[r] || slices.ContainsFunc(n.in.Args, func(a ir.Reg) bool { return a != ir.NoReg && out[a] })
		}
	}
	return out
}

// likely is the operand that a Select, whose condition is the same in all lanes,
// takes in most runs: of a number that advances and one that does not, which
// stands for what lies beyond a border, the first; otherwise the one for indices
// from zero on and below a limit.
func (w *wholes) likely(in *ir.Instr) (operand int, ok bool) {
	g := w.g
	even := func(i int) bool {
		return w.lead(in.Args[i]) != 0 && g.of[in.Args[i]].form == linear && g.steady[in.Args[i]]
	}
	switch {
	case even(1) && !even(2):
		return 1, true
	case even(2) && !even(1):
		return 2, true
	case !even(1):
		return 0, false
	}
	d := g.origin(in.Args[0])
	if d == nil || d.in.Op != ir.Lt && d.in.Op != ir.Le {
		return 0, false
	}
	limit, known := g.consts[d.in.Args[1]]
	if beyond := known && int32(limit) <= 0; w.lead(d.in.Args[0]) > 0 && !beyond {
		return 1, true // x < limit
	} else if limit, known = g.consts[d.in.Args[0]]; w.lead(d.in.Args[1]) > 0 && known && int32(limit) <= 0 {
		return 1, true // 0 <= x
	}
	return 2, true
}

// rowOf is how many lanes have the same quotient by a constant; many if the
// divisor is not known.
func (g *gen) rowOf(in *ir.Instr) uint64 {
	const many = 1 << 30
	step := uint64(max(1, g.of[in.Args[0]].stride))
	if in.Op == ir.Div || in.Op == ir.Rem || in.Op == ir.Shr || in.Op == ir.And {
		if size, ok := g.divisorOf(in); ok {
			return size / step
		}
		if in.Op == ir.And || in.Op == ir.Shr {
			return 0
		}
	}
	return many
}

// divisorOf is the constant by which an operation divides, or of which it takes
// the remainder.
func (g *gen) divisorOf(in *ir.Instr) (uint64, bool) {
	c, ok := g.consts[in.Args[1]]
	switch {
	case !ok:
	case in.Op == ir.Shr:
		return 1 << (c & 31), true
	case in.Op == ir.And:
		return c + 1, c < 1<<31 && bits.OnesCount64(c+1) == 1
	case c < 1<<31:
		return c, true
	default:
		return 0, true // negative
	}
	return 0, false
}
