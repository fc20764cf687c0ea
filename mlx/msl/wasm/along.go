package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Threads that each repeat a loop as often as their own data says, over elements that lie one
// behind the other (rows of a sparse matrix, segments), have little in common. So one thread
// goes through the loop after the other, with four iterations in the lanes of a vector. What
// one iteration hands to the next, a sum, is computed for one lane after the other, as the
// order counts.
//
//	for (uint k = begin[i]; k < begin[i + 1]; k++) sum += v[k] * x[column[k]];

// along is such a loop: while counter < limit.
type along struct {
	counter, limit ir.Reg
	once           []*node // what the test needs, the same in all iterations
	body           []*node // for four iterations at once
	chain          []*node // for one after the other, which changes nothing
	asked          []*node // unless the asks that these make, for four iterations at once, hold in one
	asks           []ir.Reg
	steps          map[ir.Reg]int64
	given, changed []ir.Reg // what a thread begins with, and hands on
	slots          map[ir.Reg]int
	mask           int // slot
	inside, asking *plan
}

// maxChain bounds what is computed for one iteration after the other.
const maxChain = 16

// findAlong finds the loops whose iterations are better lanes than threads are.
func (g *gen) findAlong() {
	g.along = map[*node]*along{}
	if g.v.alone {
		return
	}
	for _, n := range g.nodes[1:] {
		if n.in.Op == ir.Loop && n.masked && !n.split && !n.uneven {
			if a := g.alongOf(n); a != nil {
				g.along[n] = a
			}
		}
	}
}

// alongOf returns how a loop goes along its threads' elements, nil if it does not or that
// gains nothing.
func (g *gen) alongOf(n *node) *along {
	a := &along{steps: map[ir.Reg]int64{}, slots: map[ir.Reg]int{}}
	test := a.exit(g, n)
	if test == nil {
		return nil
	}
	var carried, given []ir.Reg
	for _, r := range g.regsOf(&region{lo: n.pos + 1, hi: n.end}) {
		switch c, ok := g.carries(n, r); {
		case !ok:
			return nil
		case c:
			carried = append(carried, r)
			if step, ok := g.stepIn(n, r); ok {
				a.steps[r] = step
			}
		case !slices.ContainsFunc(g.refs[r], func(x ref) bool { return x.def && x.n.within(n) }) && !g.of[r].scalar():
			given = append(given, r)
		}
	}
	a.given = append(given, carried...)
	for _, r := range carried {
		if !slices.ContainsFunc(g.refs[r], func(x ref) bool { return !x.def && !x.n.within(n) }) && !g.inLoop(n.parent) {
			continue
		}
		if g.of[r].form != varying {
			return nil
		}
		a.changed = append(a.changed, r)
	}
	if a.steps[a.counter] != 1 || !a.divide(g, n, test, carried) {
		return nil
	}
	return g.planAlong(a)
}

// exit finds the test that ends the loop, its only jump. A loop of which more than that is
// control flow, or that does more than load and compute, has none.
func (a *along) exit(g *gen, n *node) (test *node) {
	var exit *node
	for _, k := range g.nodes[n.pos+1 : n.end] {
		load := k.in.Op == ir.Load && k.in.Space != ir.Thread && k.in.Flags&ir.Volatile == 0
		switch {
		case k.in.Op == ir.If && exit == nil && k.parent == n:
			exit = k
		case exit != nil && k.parent == exit && k.in.Op == ir.Break && k.target == n:
		case k.parent != n || !load && !(k.in.Op.Plain() && results(k.in) == 1):
			return nil
		}
	}
	if exit == nil || exit.end != exit.pos+2 {
		return nil
	}
	test = g.origin(exit.in.Args[0])
	if test == nil || test.parent != n || test.pos > exit.pos || test.in.Kind != ir.U32 && test.in.Kind != ir.I32 || len(g.refs[test.in.Dst]) != 2 {
		return nil
	}
	switch args := test.in.Args; {
	case test.in.Op == ir.Lt && len(exit.kids[1]) == 1:
		a.counter, a.limit = args[0], args[1]
	case test.in.Op == ir.Le && len(exit.kids[0]) == 1:
		a.counter, a.limit = args[1], args[0]
	default:
		return nil
	}
	return test
}

// carries reports whether a loop without control flow hands a register on, to its next
// iteration or to what follows; ok if other registers of the loop's own are assigned once.
func (g *gen) carries(n *node, r ir.Reg) (carried, ok bool) {
	assigned := false
	for _, x := range g.refs[r] {
		carried = carried || !x.def && (!assigned || !x.n.within(n))
		assigned = assigned || x.def && x.n.within(n)
	}
	return carried && assigned, carried || !assigned || g.single[r]
}

// stepIn is the constant that each iteration adds to a register, and which nothing reads
// behind that.
func (g *gen) stepIn(n *node, r ir.Reg) (step int64, ok bool) {
	var d *node
	for _, x := range g.refs[r] {
		switch {
		case !x.n.within(n):
		case x.def && d == nil:
			d = x.n
		case d != nil:
			return 0, false
		}
	}
	k := g.fn.Regs[r].Kind
	if d.in.Op == ir.Mov {
		if d = g.origin(d.in.Args[0]); d == nil || !d.within(n) {
			return 0, false
		}
	}
	if d.in.Op != ir.Add && d.in.Op != ir.PtrAdd || d.in.Args[0] != r || k != ir.Ptr && (!k.IsInt() || k.Bits() < 32) {
		return 0, false
	}
	c, ok := g.consts[d.in.Args[1]]
	step = int64(c)
	if k.Bits() == 32 {
		step = int64(int32(c))
	}
	return step, ok && step > -1<<20 && step < 1<<20
}

// divide tells what is computed once, for four iterations at once, and for one after the
// other; it reports whether that can be told.
func (a *along) divide(g *gen, n, test *node, carried []ir.Reg) bool {
	own, chained := map[ir.Reg]bool{}, map[ir.Reg]bool{} // registers that iterations assign, or one after the other
	for _, r := range carried {
		_, steps := a.steps[r]
		own[r], chained[r] = true, !steps
	}
	var rest []*node
	before := true
	for _, k := range g.nodes[n.pos+1 : n.end] {
		in := k.in
		if in.Op == ir.If || in.Op == ir.Break {
			before = false
			continue
		}
		same := !slices.ContainsFunc(in.Args, func(r ir.Reg) bool { return own[r] })
		_, steps := a.steps[in.Dst]
		var handsOn bool
		for r := in.Dst; r < in.Dst+ir.Reg(results(in)); r++ {
			handsOn = handsOn || slices.Contains(carried, r)
		}
		switch {
		case handsOn && (before || in.Op == ir.Load): // before: once more than the iterations
			return false
		case k == test || steps:
			continue
		case before && same:
			a.once = append(a.once, k)
			continue
		case before && in.Op == ir.Load:
			return false
		}
		for r := in.Dst; r < in.Dst+ir.Reg(results(in)); r++ {
			own[r] = true
		}
		rest = append(rest, k)
	}
	if own[a.limit] {
		return false
	}
	for known := -1; known < len(chained); { // what depends on what is handed on, and makes it
		known = len(chained)
		for _, k := range rest {
			if slices.ContainsFunc(k.in.Args, func(r ir.Reg) bool { return chained[r] }) && !chained[k.in.Dst] {
				chained[k.in.Dst] = true
			}
		}
	}
	for _, k := range rest {
		if !slices.ContainsFunc(k.in.Args, func(r ir.Reg) bool { return chained[r] }) && !chained[k.in.Dst] {
			a.body = append(a.body, k)
			continue
		}
		a.chain = append(a.chain, k)
		if k.in.Op == ir.Load {
			return false
		}
	}
	return len(a.chain) <= maxChain
}

// planAlong makes the plan of a loop for one thread; nil if fewer of its accesses are apart
// with threads in the lanes.
func (g *gen) planAlong(a *along) *along {
	s := *g.shapes
	s.of, s.blend, s.assumed = slices.Clone(s.of), map[*node]bool{}, nil
	outer := g.plan
	p := &plan{shapes: &s, loc: slices.Clone(g.loc), spread: map[ir.Reg]int{}, steady: make([]bool, len(s.of)), fixed: make([]bool, len(s.of)), second: map[*node]*node{}, short: map[ir.Reg]bool{}, along: map[*node]*along{}}
	for _, r := range a.given {
		s.of[r] = shape{form: chunked}
		if step, ok := a.steps[r]; ok {
			s.of[r] = lined(step)
		}
	}
	for _, k := range a.chain {
		s.of[k.in.Dst] = shape{form: chunked}
	}
	apart, counts := 0, map[ir.Reg]bool{a.counter: true} // what is below the limit, and so does not wrap
	for _, k := range slices.Concat(a.once, a.body) {
		for i := range results(k.in) {
			s.of[k.in.Dst+ir.Reg(i)] = s.result(k.in)
		}
		switch {
		case k.in.Op == ir.Mov && counts[k.in.Args[0]]:
			counts[k.in.Dst] = true
		case k.in.Op == ir.Convert && counts[k.in.Args[0]] && (k.in.Kind == ir.I64 || k.in.Kind == ir.U64):
			s.of[k.in.Dst] = lined(1)
		}
		if k.in.Op == ir.Load {
			apart += bit[int](g.apartAt(k))
			g.plan = p
			apart -= bit[int](g.apartAt(k))
			g.plan = outer
		}
	}
	if apart <= 0 {
		return nil
	}
	g.plan = p
	defer func() { g.plan = outer }()
	for _, r := range a.given {
		g.loc[r] = g.localsOf(r)
	}
	for _, k := range slices.Concat(a.once, a.body, a.chain) {
		for i := range results(k.in) {
			if r := k.in.Dst + ir.Reg(i); !slices.Contains(a.given, r) {
				g.loc[r] = g.localsOf(r)
			}
		}
	}
	g.indexesOf(a.body)
	a.inside = p
	g.findAsks(a)
	g.planAsks(a)
	for _, r := range a.given {
		a.slots[r] = g.reserve(32, 16)
	}
	g.spreadIn(a, a.body)
	a.mask = g.reserve(16, 16)
	return a
}

// spreadIn keeps the lanes of what a thread begins with or hands on, if nodes take them.
func (g *gen) spreadIn(a *along, nodes []*node) {
	for _, r := range a.given {
		takes := func(k *node) bool { return slices.Contains(k.in.Args, r) && g.takesVector(k, r) }
		if _, done := g.spread[r]; !done && g.of[r].scalar() && !wide(g.fn.Regs[r].Kind) && slices.ContainsFunc(nodes, takes) {
			g.spread[r] = g.f.Local(wc.V128)
		}
	}
}

// apartAt reports whether the lanes of an access are neither in one place nor adjacent.
func (g *gen) apartAt(n *node) bool {
	a := g.access(n)
	step, even := g.step(a)
	return !g.of[a.p].scalar() && !(even && step == a.size*a.n && vectorRun(a))
}
