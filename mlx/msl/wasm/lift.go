package wasm

import "github.com/zmlx/zmlx/mlx/msl/ir"

// Where data decides whether the neighbours of an element are looked at, guards of the edges
// stand within that condition. A load that would be in bounds wherever its guards hold goes
// ahead of the condition together with them: there whole chunks of a run pass them, and
// what is left of the condition is straight code.
//
//	if (v > t) {
//		if (x > 0) v = max(v, a[i - 1]);
//	}

// positional reports whether a register is computed from positions, sizes and numbers in
// constant memory alone.
func (g *gen) positional(r ir.Reg) bool {
	if known, ok := g.ofPosition[r]; ok {
		return known
	}
	if g.ofPosition == nil {
		g.ofPosition = map[ir.Reg]bool{}
	}
	d := g.origin(r)
	_, param := g.param[r]
	out := param || g.roots[r] != nil && d == nil && g.single[r]
	if d != nil && g.assignedFirst(d, r) {
		out = d.in.Op.Plain() || d.in.Op == ir.Load && d.in.Space == ir.Constant && d.parent == g.root
		for _, a := range d.in.Args {
			out = out && g.positional(a)
		}
	}
	g.ofPosition[r] = out
	return out
}

// underData reports whether a load stands under an If on positions that stands under one on data.
func (g *gen) underData(n *node) bool {
	if n.in.Op != ir.Load {
		return false
	}
	guard := false
	for p := n.parent; p.in.Op == ir.If; p = p.parent {
		if g.positional(p.in.Args[0]) {
			guard = true
		} else if guard {
			return true
		}
	}
	return false
}

// lifts reports whether a load goes ahead of an If around it.
func (g *gen) lifts(n, top *node) bool {
	p := g.proofs[n.in]
	return n.in.Op == ir.Load && p.guarded && !p.allLanes && g.single[n.in.Dst] && g.positional(n.in.Args[0]) && !g.positional(top.in.Args[0])
}

// lift gives the loads of an If that go ahead of it, with what they need, and adds these
// to lifted. note is called for each in the order of the code.
func (g *gen) lift(top *node, lifted map[*node]bool, note func(*node)) ir.Block {
	inside := g.nodes[top.pos+1 : top.end]
	var need func(r ir.Reg)
	need = func(r ir.Reg) {
		if d := g.origin(r); d != nil && d.within(top) && !lifted[d] {
			lifted[d] = true
			for _, a := range d.in.Args {
				need(a)
			}
		}
	}
	var zeros ir.Block
	for _, n := range inside {
		if !g.lifts(n, top) {
			continue
		}
		for p := n.parent; p != top; p = p.parent {
			if g.positional(p.in.Args[0]) {
				need(p.in.Args[0])
			}
		}
		need(n.in.Args[0])
		zeros = append(zeros, ir.Instr{Op: ir.Const, Kind: n.in.Kind, Dst: n.in.Dst, Pos: n.in.Pos})
	}
	var out ir.Block
	for _, n := range inside {
		if lifted[n] {
			out = append(out, *n.in)
			note(n)
		}
	}
	var loads func(kids []*node) ir.Block
	loads = func(kids []*node) (out ir.Block) {
		for _, n := range kids {
			switch {
			case g.lifts(n, top):
				out = append(out, *n.in)
				lifted[n] = true
				note(n)
			case n.in.Op == ir.If:
				body, other := loads(n.kids[0]), loads(n.kids[1])
				if g.positional(n.in.Args[0]) && len(body)+len(other) > 0 {
					guard := *n.in
					guard.Nest = &ir.Nest{Body: body, Else: other}
					body, other = ir.Block{guard}, nil
				}
				out = append(append(out, body...), other...)
			}
		}
		return out
	}
	return append(append(out, zeros...), append(loads(top.kids[0]), loads(top.kids[1])...)...)
}
