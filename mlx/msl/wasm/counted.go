package wasm

import "github.com/zmlx/zmlx/mlx/msl/ir"

// A loop that surely ends after few repetitions takes no fuel: what it may take
// is added to that of the loop around it. It needs its test only at the end of a
// repetition.
//
//	for (int k = -1; k <= 1; k++)

// maxCounted bounds the work of such a loop, by an estimate of so many
// instructions for a node.
const (
	maxCounted = 500_000
	perNode    = 64
	smallCount = 1 << 24 // that cannot wrap
)

// counter is how a counted loop goes on: while cond, found by the nodes up to
// the If, which leaves the loop otherwise.
type counter struct {
	trips int
	work  int     // instructions of all repetitions, by the estimate
	tests []*node // of the loop's body, with the If at the end
}

// counted reports whether a loop runs a constant number of times, more than none,
// unless it is left before:  for (i = a; i < b; i += c)  in which all threads agree.
func (g *gen) counted(n *node) (c counter, ok bool) {
	tests, ok := g.leaves(n)
	if !ok {
		return c, false
	}
	exit := tests[len(tests)-1]
	c.tests = tests
	test := g.origin(exit.in.Args[0])
	if test == nil || test.parent != n || test.in.Op != ir.Lt || test.in.Kind.Bits() != 32 || !test.in.Kind.IsInt() {
		return c, false
	}
	i := test.in.Args[0]
	end, known := g.constant32(test.in.Args[1])
	first, step, counts := g.counting(i, n)
	if !known || !counts || first >= end || g.of[i].form != uniform {
		return c, false
	}
	c.trips = int((end - first + step - 1) / step)
	c.work = c.trips * (g.work(n.kids[0]) + g.work(n.kids[1]))
	return c, c.work <= maxCounted
}

// leaves finds the nodes at the beginning of a loop that find whether it goes on, with
// the If that leaves it at the end.
func (g *gen) leaves(n *node) (tests []*node, ok bool) {
	if n.level != together || n.masked || n.uneven || n.split {
		return nil, false
	}
	for i, k := range n.kids[0] {
		if k.in.Op == ir.If {
			if k.level != together || len(k.kids[0]) != 0 || len(k.kids[1]) != 1 {
				return nil, false
			}
			out := k.kids[1][0]
			return n.kids[0][:i+1], out.in.Op == ir.Break && out.target == n
		}
		if !k.in.Op.Plain() {
			return nil, false
		}
	}
	return nil, false
}

// work estimates the instructions of a block, without the loops that take fuel.
func (g *gen) work(kids []*node) int {
	sum := 0
	for _, n := range kids {
		sum += perNode
		switch n.in.Op {
		case ir.If, ir.Scope:
			sum += g.work(n.kids[0]) + g.work(n.kids[1])
		case ir.Loop:
			if c, ok := g.counted(n); ok {
				sum += c.work
			}
		}
	}
	return sum
}

// constant32 is the value of a constant register, if it is small.
func (g *gen) constant32(r ir.Reg) (int64, bool) {
	c, ok := g.consts[r]
	return int64(c), ok && c <= smallCount
}

// counting reports whether a register is set just before a loop, and changed in its
// continuing block alone, by a constant.
func (g *gen) counting(i ir.Reg, loop *node) (first, step int64, ok bool) {
	found := 0
	for _, x := range g.refs[i] {
		if !x.def {
			continue
		}
		found++
		in := x.n.in
		switch {
		case x.n.parent == loop && x.n.arm == 1 && in.Op == ir.Add && in.Args[0] == i:
			step, ok = g.constant32(in.Args[1])
		case x.n.parent != loop.parent || x.n.arm != loop.arm || x.n.pos > loop.pos:
			return 0, 0, false
		case in.Op == ir.Mov:
			first, ok = g.constant32(in.Args[0])
		case in.Op == ir.Const:
			first, ok = int64(in.Imm), in.Imm <= smallCount
		default:
			return 0, 0, false
		}
		if !ok {
			return 0, 0, false
		}
	}
	return first, step, found == 2 && step > 0
}

// countedLoop lowers such a loop.
func (g *gen) countedLoop(n *node, c counter) {
	f := g.f
	tests, exit := c.tests[:len(c.tests)-1], c.tests[len(c.tests)-1]
	s := &scope{n: n}
	g.nest = append(g.nest, s)
	s.brk = f.Block()
	g.nodes0(tests) // the body may read more of it
	top := f.Loop()
	before := g.spent()
	s.cont = f.Block()
	g.nodes0(n.kids[0][len(c.tests):])
	f.End()
	g.nodes0(n.kids[1])
	g.nodes0(tests)
	f.Get(g.loc[exit.in.Args[0]][0])
	f.BrIf(top)
	f.End()
	g.repeats(before, c.trips)
	f.End()
	g.nest = g.nest[:len(g.nest)-1]
	g.afterJumps(n)
}
