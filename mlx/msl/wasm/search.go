package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A loop along a thread's own row to the first element that equals a value, or does not,
// as in  while (s[i]) i++ , leaves nothing behind but the count. So before it vectors go
// along the row of one thread after the other, as far as whole ones are in bounds, and
// the count begins where they found something: the loop has one test left, or the last
// few elements.

// search is such a loop.
type search struct {
	*rowLoop
	load  *node   // of an element
	key   ir.Reg  // what it is compared with, NoReg for zero
	makes []*node // of the loop, the same in all iterations: those that the key is loaded and converted by
	equal bool    // the loop goes on while it equals that
	limit ir.Reg  // and the counter is below this; NoReg for none
}

// findSearches finds the searches. The counters of all threads need no longer be the same.
func (g *gen) findSearches() {
	g.searches = map[*node]*search{}
	if g.v.alone {
		return
	}
	for _, n := range g.nodes[1:] {
		if s := g.search(n); s != nil {
			g.searches[n] = s
			g.of[s.i] = shape{form: varying}
		}
	}
	if len(g.searches) > 0 {
		g.solve()
	}
}

// search finds what a loop looks for, nil if it does anything else.
func (g *gen) search(n *node) *search {
	if n.in.Op != ir.Loop || !n.masked || n.split || n.uneven {
		return nil
	}
	last := g.nodes[n.end-1]
	if last.parent != n || last.in.Op != ir.Add || last.in.Kind.Bits() != 32 || last.in.Args[0] != last.in.Dst || g.consts[last.in.Args[1]] != 1 {
		return nil
	}
	s := &search{rowLoop: &rowLoop{loop: n, i: last.in.Dst, at: map[*node]bool{}}, key: ir.NoReg, limit: ir.NoReg}
	for _, k := range n.kids[0] {
		if k != last && !s.passes(g, k) {
			return nil
		}
	}
	if len(n.kids[1]) > last.arm || s.load == nil {
		return nil
	}
	for _, k := range g.nodes[n.pos+1 : n.end] {
		if k.in.Op == ir.Load && k != s.load && !slices.Contains(s.makes, k) {
			return nil
		}
	}
	if g.of[s.i].form != varying && slices.ContainsFunc(g.refs[s.i], func(x ref) bool { return !x.def && !x.n.within(n) }) {
		return nil
	}
	a := g.access(s.load)
	step, ok := s.by(g, a.p)
	if !ok || step != a.size || a.n != 1 || a.size > 4 || !a.k.IsInt() || g.of[a.p].scalar() || s.load.in.Flags&ir.Volatile != 0 ||
		a.root.vast || a.root.open || a.root.space == ir.Thread || !g.aligned(a.p, a.imm, int64(a.node.in.Align())) {
		return nil
	}
	return s
}

// passes reports whether a node of the loop's body does nothing, but for leaving it, that
// another iteration does not do again; it notes what threads that stay have passed.
func (s *search) passes(g *gen, n *node) bool {
	if n.in.Op != ir.If {
		return s.forgets(g, n, s.loop)
	}
	for arm, kids := range n.kids {
		if len(kids) == 0 || len(n.kids[1-arm]) > 0 {
			continue
		}
		out := kids[len(kids)-1]
		if out.in.Op == ir.Break && out.target == s.loop {
			return !slices.ContainsFunc(kids[:len(kids)-1], func(k *node) bool { return !k.in.Op.Plain() || results(k.in) != 1 }) && s.stays(g, n.in.Args[0], arm == 1)
		}
	}
	// below && x[i] == key
	if s.under != nil || len(n.kids[1]) > 0 {
		return false
	}
	s.under = n
	return !slices.ContainsFunc(n.kids[0], func(k *node) bool { return !s.forgets(g, k, n) && !s.joins(g, k) })
}

// forgets reports whether a node computes or loads what is read inside a construct only,
// behind it.
func (s *search) forgets(g *gen, n *node, c *node) bool {
	if !n.in.Op.Plain() && n.in.Op != ir.Load || results(n.in) != 1 || n.in.Dst == s.i {
		return false
	}
	for _, x := range g.refs[n.in.Dst] {
		if !x.n.within(c) || x.n.pos < n.pos {
			return false
		}
	}
	return true
}

// joins reports whether a node assigns anew, inside the If, what was assigned before that
// to the condition of it.
func (s *search) joins(g *gen, n *node) bool {
	if !n.in.Op.Plain() || results(n.in) != 1 {
		return false
	}
	x := g.refs[n.in.Dst][0]
	d := x.n
	return x.def && d.parent == s.loop && d.in.Op == ir.Mov && d.in.Args[0] == s.under.in.Args[0] && s.forgets(g, d, s.loop)
}

// stays notes the test that a thread has passed when a condition is so. It reports
// whether that is one of two: the counter is below a limit, an element equals a value.
func (s *search) stays(g *gen, r ir.Reg, so bool) bool {
	var defs []*node
	for _, x := range g.refs[r] {
		if x.def {
			defs = append(defs, x.n)
		}
	}
	if len(defs) == 2 && s.under != nil && defs[1].parent == s.under && defs[0].in.Op == ir.Mov && so {
		return s.tests(g, g.origin(s.under.in.Args[0]), true) && s.tests(g, defs[1], true)
	}
	return len(defs) == 1 && s.tests(g, defs[0], so)
}

// tests notes the test of a node of the loop that comes out so.
func (s *search) tests(g *gen, d *node, so bool) bool {
	if d == nil || !d.within(s.loop) {
		return false
	}
	in := d.in
	switch below := in.Op == ir.Lt && so && in.Args[0] == s.i; {
	case s.limit == ir.NoReg && (below || in.Op == ir.Le && !so && in.Args[1] == s.i):
		s.limit = in.Args[bit[int](below)]
		return s.outer(g, s.limit)
	case s.load != nil:
	case in.Op == ir.Convert && in.Kind == ir.Bool:
		s.load, s.equal = s.element(g, in.Args[0]), !so
		return s.load != nil
	case in.Op == ir.Eq || in.Op == ir.Ne:
		s.equal = so == (in.Op == ir.Eq)
		for i, r := range in.Args {
			if s.load = s.element(g, r); s.load != nil {
				s.key = in.Args[1-i]
				return s.outer(g, s.key) || s.loadsKey(g)
			}
		}
	}
	return false
}

// outer reports whether a register is the same in all iterations.
func (s *search) outer(g *gen, r ir.Reg) bool {
	_, known := g.consts[r]
	return known || !s.inside(g, r)
}

// loadsKey reports whether the key is what each iteration loads in the same place,
// in bounds, as in  x[i + n] == x[i] , perhaps in more bits; it notes what does that.
func (s *search) loadsKey(g *gen) bool {
	d := g.origin(s.key)
	if d != nil && d.in.Op == ir.Convert {
		s.makes = append(s.makes, d)
		d = g.origin(d.in.Args[0])
	}
	if d == nil || d.in.Op != ir.Load || results(d.in) != 1 || d.in.Flags&ir.Volatile != 0 || s.inside(g, d.in.Args[0]) {
		return false
	}
	s.makes = append(s.makes, d)
	slices.Reverse(s.makes)
	return g.access(d).proven
}

// element is the load of what a register holds, perhaps in more bits.
func (s *search) element(g *gen, r ir.Reg) *node {
	d := g.origin(r)
	if d != nil && d.in.Op == ir.Convert && d.in.From.IsInt() && d.in.Kind.IsInt() && d.in.Kind.Bits() == 32 {
		d = g.origin(d.in.Args[0])
	}
	if d == nil || d.in.Op != ir.Load || !d.within(s.loop) || !s.inside(g, d.in.Args[0]) {
		return nil
	}
	return d
}
