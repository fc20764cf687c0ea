package wasm

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Chunks of a run whose loops all repeat equally often go through them in step:
// the control flow, and what all chunks share, is there once, and the sum of one
// chunk does not wait for its own last step, as those of the others come between.
// So each chunk has locals of its own.
//
//	for (uint k = 0; k < n; k++) sum += a[row * n + k] * b[k * n + column];

// inStep is a run whose chunks go in step.
type inStep struct {
	locs    [][]loc          // by chunk and register
	spreads []map[ir.Reg]int // and the vectors of scalars
	apart   bool             // in a part that each chunk runs for itself
	down    map[ir.Reg]int64 // of chunks one below the other, by how much registers advance
	at      spot             // where the first of those stores
}

// Nodes in loops up to which four chunks, or two, go in step, the part of more that
// is to wait for the repetition before, one behind the other, and vectors that may be
// handed from one to the next: there are 16 vector registers.
const (
	fewInStep  = 24
	someInStep = 60
	manyInStep = 240
	waiting    = 4
	maxCarried = 8
)

// wantedInStep is how many chunks of a region with loops are worth taking in step.
func (g *gen) wantedInStep(rg *region, most int) int {
	steady, fixed, ok := g.together(rg)
	if !ok {
		return 1
	}
	looped, carried := 0, map[ir.Reg]bool{}
	for _, n := range g.nodes[rg.lo:rg.hi] {
		if !g.inLoop(n) || n.in.Op == ir.Const {
			continue
		}
		k := results(n.in)
		shared := k > 0
		for r := n.in.Dst; r < n.in.Dst+ir.Reg(k); r++ {
			shared = shared && (fixed[r] || steady[r])
			if g.of[r].form == varying && !g.single[r] {
				carried[r] = true
			}
		}
		if !shared {
			looped++
		}
	}
	switch {
	case looped <= fewInStep:
		most = min(most, 4)
	case looped <= someInStep, looped <= manyInStep && g.chain(rg, carried)*waiting >= looped:
		most = min(most, 2)
	default:
		return 1
	}
	for most > 1 && most*len(carried) > maxCarried {
		most /= 2
	}
	return most
}

// chain is how many nodes in loops follow each other from a carried register to one.
func (g *gen) chain(rg *region, carried map[ir.Reg]bool) (longest int) {
	depth := map[ir.Reg]int{}
	for r := range carried {
		depth[r] = 1
	}
	for _, n := range g.nodes[rg.lo:rg.hi] {
		if !g.inLoop(n) {
			continue
		}
		d := 0
		for _, a := range n.in.Args {
			d = max(d, depth[a])
		}
		for r := n.in.Dst; d > 0 && r < n.in.Dst+ir.Reg(results(n.in)); r++ {
			if carried[r] {
				longest = max(longest, d)
			}
			depth[r] = d + 1
		}
	}
	return longest
}

func (g *gen) inLoop(n *node) bool {
	for ; n != nil; n = n.parent {
		if n.in.Op == ir.Loop {
			return true
		}
	}
	return false
}

// together reports whether the chunks of a run can go through a region in step,
// with the registers that are steady and fixed then.
func (g *gen) together(rg *region) (steady, fixed []bool, ok bool) {
	if !g.root.split && g.root.masked {
		return nil, nil, false
	}
	nodes := g.nodes[rg.lo:rg.hi]
	for _, n := range nodes {
		op := n.in.Op
		construct := op == ir.If || op == ir.Loop || op == ir.Scope || n.target != nil
		access := (op == ir.Load || op == ir.Store) && n.in.Space != ir.Thread && n.in.Flags&ir.Volatile == 0
		if !op.Plain() && !construct && !access {
			return nil, nil, false
		}
	}
	for _, r := range g.regsOf(rg) {
		if _, param := g.param[r]; param && g.of[r].form != uniform && !g.steady[r] {
			return nil, nil, false
		}
	}
	steady, fixed = g.sharedInStep(rg)
	return steady, fixed, g.controls(rg.kids, fixed)
}

// sharedInStep finds what is steady and fixed where each assignment is, whichever
// of several, as all chunks come to the same one. What a region before has handed on
// is not looked at.
func (g *gen) sharedInStep(rg *region) (steady, fixed []bool) {
	nodes := g.nodes[rg.lo:rg.hi]
	steady, fixed = slices.Clone(g.steady), slices.Clone(g.fixed)
	for _, r := range g.regsOf(rg) {
		if g.of[r].form == uniform {
			steady[r], fixed[r] = true, true
		}
	}
	for _, n := range nodes {
		for r := n.in.Dst; r < n.in.Dst+ir.Reg(results(n.in)); r++ {
			own := g.single[r] || g.of[r].form == uniform || !slices.ContainsFunc(g.refs[r], func(x ref) bool { return x.def && !rg.holds(x.n) })
			steady[r] = own && (g.of[r].form < widened || g.of[r].form == widened && g.single[r])
			fixed[r] = own && g.of[r].scalar()
		}
	}
	for changed := true; changed; {
		changed = false
		for _, n := range nodes {
			still := g.advancesEvenly(n.in, steady, fixed) && !g.chosen(n, fixed)
			for r := n.in.Dst; r < n.in.Dst+ir.Reg(results(n.in)); r++ {
				if !still && (steady[r] || fixed[r]) {
					steady[r], fixed[r], changed = false, false, true
				}
			}
		}
	}
	return steady, fixed
}

// advancesEvenly reports whether the results of an instruction advance from chunk
// to chunk as from lane to lane, if those of its operands do that are said to.
func (g *gen) advancesEvenly(in *ir.Instr, steady, fixed []bool) bool {
	if operand, ok := g.assumed[in]; ok {
		return operand == same || steady[in.Args[operand]]
	}
	of := func(known []bool) bool {
		return !slices.ContainsFunc(in.Args, func(r ir.Reg) bool { return r != ir.NoReg && !known[r] })
	}
	if results(in) == 1 && g.of[in.Dst].irregular() { // a quotient does if the dividend does not wrap
		return of(steady) && (in.Op != ir.Shr && in.Op != ir.Div || g.limit[in.Args[0]] <= in.Kind.Mask()>>1)
	}
	switch in.Op {
	case ir.Mov, ir.Add, ir.Sub, ir.Neg, ir.PtrAdd, ir.Mul, ir.Shl, ir.Convert:
		return of(steady)
	case ir.Load:
		return of(fixed) && in.Space != ir.Thread && in.Flags&ir.Volatile == 0
	}
	return of(fixed) && in.Op.Plain() && results(in) == 1
}

// chosen reports whether only some chunks of a run may come to a node.
func (g *gen) chosen(n *node, fixed []bool) bool {
	for p := n.parent; p != nil && p != g.root; p = p.parent {
		if _, guard := g.guards[p]; p.in.Op == ir.If && !guard && !g.agrees(p, fixed) {
			return true
		}
	}
	return false
}

// agrees reports whether all chunks of a run take the same arm of an If.
func (g *gen) agrees(n *node, fixed []bool) bool { return n.level < byLane && fixed[n.in.Args[0]] }

// controls reports whether all chunks agree on the control flow in a block but for
// parts that each can run for itself.
func (g *gen) controls(kids []*node, fixed []bool) bool {
	for _, n := range kids {
		arm, guard := g.guards[n]
		switch op := n.in.Op; {
		case guard:
			if !g.controls(n.kids[arm], fixed) {
				return false
			}
		case op == ir.If && !g.agrees(n, fixed):
			if !g.apart(n) {
				return false
			}
		case op == ir.If || op == ir.Loop || op == ir.Scope:
			if n.masked || !g.controls(n.kids[0], fixed) || !g.controls(n.kids[1], fixed) {
				return false
			}
		}
	}
	return true
}

// apart reports whether each chunk can run an If for itself.
func (g *gen) apart(n *node) bool {
	return !g.jumpsOut(n) && !slices.ContainsFunc(g.nodes[n.pos:n.end], func(k *node) bool { return k.in.Op == ir.Loop })
}

// startInStep makes the chunks of a run that follows go in step if they can and
// it has loops. What it returns ends that.
func (g *gen) startInStep() (end func()) {
	rg := g.region
	if g.copies == 1 || !g.hasLoop(rg) {
		return func() {}
	}
	steady, fixed, _ := g.together(rg)
	return g.inStepWith(steady, fixed)
}

// hasLoop reports whether a region has a loop, whose repetitions its chunks share.
func (g *gen) hasLoop(rg *region) bool {
	return slices.ContainsFunc(g.nodes[rg.lo:rg.hi], func(n *node) bool { return n.in.Op == ir.Loop && !g.skipped(n) })
}

// inStepWith lets the chunks of a run go in step, with what is steady and fixed.
func (g *gen) inStepWith(steady, fixed []bool) (end func()) {
	p := *g.plan
	outer, packed := g.plan, g.pack
	g.plan, g.pack = &p, nil // packs take one chunk after the other
	p.steady, p.fixed = steady, fixed
	s := &inStep{}
	regs := g.regsOf(g.region)
	for c := range g.copies {
		locs, spread := p.loc, p.spread
		if c > 0 {
			locs, spread = slices.Clone(p.loc), map[ir.Reg]int{}
			for _, r := range regs {
				own := g.of[r].form != uniform && !fixed[r] && !g.ahead[g.origin(r)]
				if own {
					locs[r] = g.localsOf(r)
				}
				if l, ok := p.spread[r]; ok {
					if own {
						l = g.f.Local(wc.V128)
					}
					spread[r] = l
				}
			}
		}
		s.locs, s.spreads = append(s.locs, locs), append(s.spreads, spread)
	}
	g.stepping = s
	return func() { g.plan, g.pack, g.stepping = outer, packed, nil }
}

// skipped reports whether a node stands in the arm of a guard that is not taken.
func (g *gen) skipped(n *node) bool {
	for ; n.parent != nil; n = n.parent {
		if arm, ok := g.guards[n.parent]; ok && arm != n.arm {
			return true
		}
	}
	return false
}

// eachInStep calls do for each chunk that goes in step, or for the one chunk.
func (g *gen) eachInStep(do func()) {
	s := g.stepping
	if s == nil || s.apart {
		do()
		return
	}
	s.apart = true
	for g.copy = range g.copies {
		g.loc, g.spread = s.locs[g.copy], s.spreads[g.copy]
		do()
	}
	s.apart = false
	g.copy = 0
	g.loc, g.spread = s.locs[0], s.spreads[0]
}

// spreadInStep gives what all chunks that go in step share one vector for the chunks' code of
// a node, where each would make its own. What it returns ends that.
func (g *gen) spreadInStep(n *node) (end func()) {
	s, given := g.stepping, map[ir.Reg]int{}
	for _, r := range n.in.Args {
		_, known := g.consts[r]
		if _, done := s.spreads[0][r]; done || known || !g.takesVector(n, r) || !g.fixed[r] || !g.of[r].scalar() || wide(g.fn.Regs[r].Kind) {
			continue
		}
		l := g.temp(wc.V128)
		g.f.Get(g.loc[r][0])
		g.lanesFrom(g.of[r], g.fn.Regs[r].Kind)
		g.f.Set(l)
		given[r] = l
		for _, spread := range s.spreads {
			spread[r] = l
		}
	}
	return func() {
		for r, l := range given {
			g.free(wc.V128, l)
			for _, spread := range s.spreads {
				delete(spread, r)
			}
		}
	}
}

// loadRun loads what lies one behind the other for all chunks that go in step, if it
// is not known to be in bounds: rows that data names. One test serves all chunks.
func (g *gen) loadRun(n *node) bool {
	if n.in.Op != ir.Load || n.in.Space == ir.Thread || g.cur.some {
		return false
	}
	if last := g.refs[n.in.Dst][len(g.refs[n.in.Dst])-1].n; last.in.Op == ir.Store && g.moved(last) == n {
		return false // the store would have to know what the test gave
	}
	a := g.access(n)
	if step, even := g.step(a); a.proven || !even || step <= 0 || !g.single[a.p] || !g.follows(a.p) {
		return false
	}
	served := []*node{n}
	if four := g.quartet[n]; four != nil {
		if first, _ := g.ends(four); n != first {
			return false
		}
		a, served = g.vectorOf(four), four
	}
	each := func() { g.eachInStep(func() { g.load(n) }) }
	f, outer, checked := g.f, g.reuse, g.checked
	g.runInBounds(span{access: a, lo: min(0, a.imm), hi: max(0, a.imm+a.size*a.n)}, g.copies)
	f.If()
	g.elsewhere() // so that its addresses are not used behind it
	g.checked = maps.Clone(checked)
	if g.checked == nil {
		g.checked = map[*node]bool{}
	}
	for _, m := range served {
		g.checked[m] = true
	}
	each()
	g.reuse, g.checked = outer, checked
	f.Else()
	each()
	f.End()
	return true
}

// before is the local of a scalar register in the chunk before.
func (g *gen) before(r ir.Reg) int {
	if g.stepping != nil {
		return g.stepping.locs[g.copy-1][r][0]
	}
	return g.loc[r][0]
}

// sharedFlow reports whether the control flow of a node is there once for all chunks
// that go in step.
func (g *gen) sharedFlow(n *node) bool {
	_, guard := g.guards[n]
	return guard || n.in.Op == ir.Loop || n.in.Op == ir.Scope || n.target != nil || n.in.Op == ir.If && g.agrees(n, g.fixed)
}
