package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A load under a condition that would be in bounds for all threads need not be under
// it. Where arms of an If do little besides, such as those of  a[i] == 1 && a[i+1] == 2,
// or what they load is held already, as in  if (a[i] > m) m = a[i],  they become straight
// code, and what both might have assigned is selected: such loads share addresses with
// others, and bytes are computed eight or more to a vector. As this saves a branch for each
// If, one within another, all together may be twice as much as an arm that always runs.

// straightened returns the kernel with such Ifs replaced, with the same proofs, nil if
// there are none.
func (g *gen) straightened() *gen {
	becomes := func(n *node) bool {
		if n.in.Op != ir.If || n.end-n.pos > 4*maxStraight {
			return false
		}
		_, ok := g.straight(n, n)
		return ok && !slices.ContainsFunc(g.nodes[n.pos+1:n.end], func(k *node) bool { return !g.assignedOtherwise(k, n) })
	}
	if g.v.alone || !slices.ContainsFunc(g.nodes[1:], becomes) {
		return nil
	}
	fn := *g.fn
	fn.Regs, fn.Names = slices.Clone(fn.Regs), slices.Clip(fn.Names)
	var proofs []proof
	note := func(n *node) {
		p, known := g.proofs[n.in]
		if n.in.Op == ir.Load { // by what guards hold
			p = proof{proven: true, above: true}
		}
		if known {
			proofs = append(proofs, p)
		}
	}
	lifted := map[*node]bool{}
	var block func(kids []*node, hoisted bool) ir.Block
	block = func(kids []*node, hoisted bool) ir.Block {
		out := make(ir.Block, 0, len(kids))
		for _, n := range kids {
			if lifted[n] {
				continue
			}
			if !hoisted && becomes(n) {
				out = append(out, g.lift(n, lifted, note)...)
			}
			in := *n.in
			if p, known := g.proofs[n.in]; known {
				if hoisted && in.Op == ir.Load { // by all lanes
					p = proof{proven: true, allLanes: true, above: true}
				}
				proofs = append(proofs, p)
			}
			ok := hoisted && in.Op == ir.If || becomes(n)
			if in.Nest != nil {
				in.Nest = &ir.Nest{Body: block(n.kids[0], ok), Else: block(n.kids[1], ok)}
			}
			if !ok {
				out = append(out, in)
				continue
			}
			out = append(out, fn.Straighten(&in, func(r ir.Reg) bool { return int(r) < len(g.single) && !g.single[r] })...)
		}
		return out
	}
	fn.Body = block(g.root.kids[0], false)
	fn.Body = (&legalizer{fn: &fn}).rename(fn.Body)
	s := newGen(g.kernel, &fn)
	s.prove(g.facts)
	for _, n := range s.nodes[1:] { // those of before: the key of the module names them
		if _, known := s.proofs[n.in]; !known {
			continue
		}
		s.proofs[n.in], proofs = proofs[0], proofs[1:]
	}
	s.know()
	return s
}

// straight finds how much is computed in a node, ok if all of that may be straight code:
// little, and loads of what lies one behind the other or is the same for all threads. top is
// the outermost such node.
func (g *gen) straight(n, top *node) (weight int, ok bool) {
	in := n.in
	switch {
	case in.Op == ir.If && (n.level == byLane || n != top && g.positional(in.Args[0])) && !n.split:
		weight, ok = 2, true
		for _, k := range slices.Concat(n.kids[0], n.kids[1]) {
			w, fits := g.straight(k, top)
			weight, ok = weight+w, ok && fits
		}
		return weight, ok && weight <= 2*maxStraight
	case results(in) != 1:
		return 0, false
	case in.Op == ir.Load:
		a := g.access(n)
		step, even := g.step(a)
		fits := (a.allLanes || g.lifts(n, top)) && g.aligned(a.p, a.imm, int64(in.Align())) // as misalignment is reported
		return 1, fits && (g.of[a.p].scalar() || even && step == a.size) && in.Space != ir.Thread && in.Flags&ir.Volatile == 0
	}
	if g.of[in.Dst].form == varying { // addresses are scalars
		weight = g.weight([]*node{n})
	}
	return weight, weight <= maxStraight
}

// assignedOtherwise reports whether what a node in an If assigns is only read behind that,
// or else assigned where the If does not come to the node, too: nothing is selected that
// is assigned nowhere.
func (g *gen) assignedOtherwise(k, n *node) bool {
	r := k.in.Dst
	if results(k.in) == 0 {
		return true
	}
	if g.single[r] {
		return g.assignedFirst(k, r)
	}
	arms := map[int]bool{}
	for _, x := range g.refs[r] {
		switch {
		case x.def && !x.n.within(n):
			return true
		case x.def && x.n.parent != n:
			return false
		case x.def:
			arms[x.n.arm] = true
		}
	}
	return len(arms) == 2
}
