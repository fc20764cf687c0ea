package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Where each thread adds up integers along a row of its own, the four lanes of a chunk
// would load from four rows, element by element. But sums of integers, and what else
// does not depend on the order, may be made in any: so for one thread after the other
// vectors go along its row, and what they come to is put together before the loop
// itself, which is left the last few elements.
//
//	for (uint k = 0; k < n; k++) sum += x[i * n + k];

// leastInRow is how many elements of a row are taken at once at least; of rows of which the
// length is not known, someInRow where eight of them are computed in a vector. Others are
// taken in up to mostInRow vectors, as the loop around them takes 40 instructions, as long as
// what is computed of these has not many more than mostInStep nodes.
const (
	leastInRow = 16
	someInRow  = 32
	mostInRow  = 16
	mostInStep = 64
)

// rowLoop is a loop of which that holds.
type rowLoop struct {
	loop  *node
	under *node  // what else holds what computes addresses, an If
	i     ir.Reg // counts elements
	end   ir.Reg
	sums  []rowSum
	loads []access
	data  map[*node]bool // what is computed of elements
	at    map[*node]bool // and of addresses

	step     int64
	packed   *pack            // of eight elements to a vector, nil for four
	products map[ir.Reg]*node // by sum, those that are summed up there
	rows     []int            // by load, where the row is,
	elements []int            // and the elements of this step are
	index    int              // of the first of these
}

// rowSum is a register that all elements are joined to by an operation.
type rowSum struct {
	r     ir.Reg
	op    ir.Op
	node  *node  // that assigns it
	value ir.Reg // what is joined,
	where ir.Reg // if this holds
	v     int    // the vector in which that happens,
	at    int    // and where those of all threads are in the area
}

// rowLoop finds what a loop sums up along rows.
func (g *gen) rowLoop(n *node) *rowLoop {
	tests, ok := g.leaves(n)
	if !ok || len(n.kids[1]) != 1 || n.kids[1][0].in.Op != ir.Add || g.v.alone {
		return nil
	}
	test, step := tests[0], n.kids[1][0].in
	l := &rowLoop{loop: n, i: step.Dst, data: map[*node]bool{}, at: map[*node]bool{}}
	if c, known := g.consts[step.Args[1]]; step.Args[0] != l.i || !known || c != 1 || g.of[l.i].form != uniform || len(tests) != 2 || tests[1].in.Args[0] != test.in.Dst {
		return nil
	}
	if test.in.Op != ir.Lt || test.in.Args[0] != l.i || test.in.Kind.Bits() != 32 || l.inside(g, test.in.Args[1]) || g.of[test.in.Args[1]].form != uniform {
		return nil
	}
	l.end = test.in.Args[1]
	body := n.kids[0][len(tests):]
	for _, k := range body {
		if r := k.in.Dst; results(k.in) == 1 && !g.single[r] {
			if !l.sumsUp(g, k) {
				return nil
			}
		}
	}
	if len(l.sums) == 0 || slices.ContainsFunc(body, func(k *node) bool { return !l.data[k] && !l.at[k] }) {
		return nil
	}
	if !slices.ContainsFunc(l.loads, func(a access) bool { return !g.of[a.p].scalar() }) {
		return nil
	}
	return l
}

// inside reports whether the loop assigns a register.
func (l *rowLoop) inside(g *gen, r ir.Reg) bool {
	return slices.ContainsFunc(g.refs[r], func(x ref) bool { return x.def && x.n.within(l.loop) })
}

// sumsUp notes the sum that a node of the loop assigns, and what it is of:  s += v,  or
// c ? s + v : s.
func (l *rowLoop) sumsUp(g *gen, n *node) bool {
	s, sum := n.in.Dst, n
	if k := n.in.Kind; k != ir.I32 && k != ir.U32 || g.of[s].form != varying {
		return false
	}
	if n.in.Op == ir.Select {
		if sum = g.origin(n.in.Args[1]); n.in.Args[2] != s || n.in.Args[0] == s || sum == nil || sum.parent != l.loop || len(g.refs[sum.in.Dst]) != 2 {
			return false
		}
		if !l.takes(g, n.in.Args[0]) {
			return false
		}
		l.data[n] = true
	}
	switch sum.in.Op {
	case ir.Add, ir.And, ir.Or, ir.Xor, ir.Min, ir.Max:
	default:
		return false
	}
	reads := 0
	for _, x := range g.refs[s] {
		switch in := x.n.within(l.loop); {
		case in && x.def && x.n != n, in && !x.def && x.n != n && x.n != sum:
			return false
		case in && x.n == sum && !x.def:
			reads++
		}
	}
	l.data[sum] = true
	other, where := sum.in.Args[0], ir.NoReg
	if other == s {
		other = sum.in.Args[1]
	}
	if sum != n {
		where = n.in.Args[0]
	}
	l.sums = append(l.sums, rowSum{r: s, op: sum.in.Op, node: n, value: other, where: where})
	return reads == 1 && l.takes(g, other)
}

// takes notes what computes a register of elements; it reports whether vectors can.
func (l *rowLoop) takes(g *gen, r ir.Reg) bool {
	d := g.origin(r)
	switch {
	case r == l.i:
		return true
	case !l.inside(g, r):
		return g.of[r].form == uniform && !wide(g.fn.Regs[r].Kind)
	case d == nil || d.parent != l.loop || d.arm != 0 || wide(d.in.Kind) || results(d.in) != 1:
		return false
	case l.data[d]:
		return true
	case slices.ContainsFunc(g.refs[r], func(x ref) bool { return !x.n.within(l.loop) }):
		return false
	case d.in.Op == ir.Load:
		l.data[d] = true
		return l.goes(g, g.access(d))
	case !d.in.Op.Plain() || d.in.Op == ir.Convert && wide(d.in.From):
		return false
	}
	l.data[d] = true
	return !slices.ContainsFunc(d.in.Args, func(a ir.Reg) bool { return !l.takes(g, a) })
}

// goes notes a load that goes along a row, of the thread or of all.
func (l *rowLoop) goes(g *gen, a access) bool {
	step, even := g.step(a)
	by, ok := l.by(g, a.p)
	if !ok || by != a.size || a.n != 1 || a.size > 4 || a.k.Bits() == 16 && a.k.IsFloat() || !a.proven || a.root.vast || a.root.open || a.root.space == ir.Thread || a.node.in.Flags&ir.Volatile != 0 {
		return false
	}
	if !g.of[a.p].scalar() && (!even || step < leastInRow*a.size || step > 1<<20) {
		return false
	}
	l.loads = append(l.loads, a)
	return true
}

// by finds how far an index or a pointer goes with each element, and notes what
// computes it. What would wrap in between would not be in bounds.
func (l *rowLoop) by(g *gen, r ir.Reg) (step int64, ok bool) {
	if r == l.i {
		return 1, true
	}
	if !l.inside(g, r) {
		return 0, true
	}
	d := g.origin(r)
	if d == nil || d.parent != l.loop && d.parent != l.under || d.arm != 0 {
		return 0, false
	}
	l.at[d] = true
	in := d.in
	if in.Op == ir.Const {
		return 0, true
	}
	x, ok := l.by(g, in.Args[0])
	if !ok || len(in.Args) > 2 {
		return 0, false
	}
	if len(in.Args) == 1 {
		return x, in.Op == ir.Mov || in.Op == ir.Convert && in.From.IsInt() && in.Kind.IsInt() && in.Kind.Bits() >= max(32, in.From.Bits())
	}
	y, ok := l.by(g, in.Args[1])
	c, known := g.consts[in.Args[1]]
	switch {
	case !ok:
		return 0, false
	case in.Op == ir.Add || in.Op == ir.PtrAdd:
		return x + y, true
	case in.Op == ir.Sub:
		return x - y, true
	case x == 0 && y == 0:
		return 0, in.Op == ir.Mul || in.Op == ir.Shl
	case in.Op == ir.Mul && known && c < 1<<20:
		return x * int64(c), true
	case in.Op == ir.Shl && known && c < 20:
		return x << c, true
	}
	return 0, false
}

// findPacked finds whether all that is summed up are 16-bit numbers, or products of two.
func (l *rowLoop) findPacked(g *gen) {
	p := &pack{g: g, region: g.region, nodes: map[*node]bool{}, ranges: map[ir.Reg]ir.Range{}, divide: map[*ir.Instr]quotient{}, inRow: map[*node]spot{}, uniforms: map[ir.Reg]int{}}
	l.products = map[ir.Reg]*node{}
	fits := func(s rowSum, regs ...ir.Reg) bool {
		for _, r := range regs {
			if !p.takes(r, s.node) {
				return false
			}
		}
		signed, _ := p.halves(regs...)
		return signed
	}
	for _, s := range l.sums {
		if s.op != ir.Add || s.where != ir.NoReg && !p.takes(s.where, s.node) {
			return
		}
		if d := g.origin(s.value); s.where == ir.NoReg && d != nil && d.in.Op == ir.Mul && fits(s, d.in.Args...) {
			l.products[s.r] = d
		} else if !fits(s, s.value) {
			return
		}
	}
	l.packed = p
}
