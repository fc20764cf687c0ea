package wasm

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Elements that each thread loads or stores one by one, four beside each other, are a vector
// that can be crossed, too. So are those of loops over a few elements, which are unrolled.
//
//	for (uint j = 0; j < 4; ++j) y[4 * i + j] = x[4 * i + j] * clamp(x[4 * i + j] + 3.0f, 0.0f, 6.0f);

// maxAmong is up to how many nodes lie between the first and the last of four: their vectors wait.
const maxAmong = 200

// quartets finds the loads and stores of a block by one pointer that are of four such
// elements, in the order in which these lie.
func (c *crossing) quartets() map[*node][]*node {
	type key struct {
		pointer ir.Reg
		parent  *node
		arm     int
		op      ir.Op
		kind    ir.Kind
		region  int
	}
	g := c.g
	by, of := map[key][]*node{}, map[*node][]*node{}
	for _, n := range g.nodes[1:] {
		if in := n.in; (in.Op == ir.Load || in.Op == ir.Store) && in.N <= 1 && c.apart(n) {
			k := key{in.Args[0], n.parent, n.arm, in.Op, in.Kind, c.region[n.pos]}
			by[k] = append(by[k], n)
		}
	}
	for _, all := range by {
		slices.SortStableFunc(all, func(m, n *node) int { return cmp.Compare(int64(m.in.Imm), int64(n.in.Imm)) })
		for len(all) >= 4 {
			four := all[:4:4]
			if !c.atOnce(four) {
				all = all[1:]
				continue
			}
			for _, n := range four {
				of[n] = four
			}
			all = all[4:]
		}
	}
	return of
}

// apart reports whether the threads of a chunk access elements that are four apart at least.
func (c *crossing) apart(n *node) bool {
	g, in := c.g, n.in
	p, size := in.Args[0], int64(in.Kind.Size())
	if size > 4 || in.Kind == ir.Bool || in.Space == ir.Thread || in.Flags&ir.Volatile != 0 || !g.single[p] || in.Op == ir.Load && (!g.single[in.Dst] || g.blend[n]) {
		return false
	}
	step, even := g.step(access{p: p})
	return even && step >= 4*size
}

// atOnce reports whether accesses are of elements beside each other, and can be made where
// the first load or the last store is: nothing between may access the same memory.
func (c *crossing) atOnce(four []*node) bool {
	g, first := c.g, four[0]
	size := int64(first.in.Kind.Size())
	for i, n := range four {
		if int64(n.in.Imm) != int64(first.in.Imm)+int64(i)*size {
			return false
		}
	}
	a := access{root: g.roots[first.in.Args[0]]}
	from, to := g.ends(four)
	return a.root != nil && !a.root.open && to.pos-from.pos <= maxAmong && !slices.ContainsFunc(g.nodes[from.pos:to.pos], func(k *node) bool {
		switch {
		case k.parent != first.parent || k.arm != first.arm || k.target != nil:
			return true
		case k.in.Op == ir.Load && first.in.Op == ir.Load || !touches(k.in) || slices.Contains(four, k):
			return false
		case k.in.Op == ir.Store && first.in.Op == ir.Store && k.in.Args[0] == first.in.Args[0]:
			// A store of other elements of the thread. A load among stores might go with one of
			// these elements, from behind the last store to before it.
			at := int64(k.in.Imm) - int64(first.in.Imm)
			return at < 4*size && at+int64(k.in.Kind.Size())*int64(max(1, k.in.N)) > 0
		}
		return g.mayMeet(a, k)
	})
}

// vectorOf is the access of such a vector.
func (g *gen) vectorOf(four []*node) access {
	a := g.access(four[0])
	a.n, a.crossed = 4, true
	for _, n := range four[1:] {
		p := g.access(n).proof
		a.proven, a.allLanes, a.above, a.room = a.proven && p.proven, a.allLanes && p.allLanes, a.above && p.above, min(a.room, p.room)
	}
	return a
}

// inVectors reports whether the elements are stored as vectors, and the access of such a one.
func (g *gen) inVectors(four []*node) (a access, ok bool) {
	a = g.vectorOf(four)
	return a, a.proven && g.shares(a)
}

// loadQuartet loads the elements where the first of them is loaded.
func (g *gen) loadQuartet(n *node, four []*node) {
	if first, _ := g.ends(four); n != first {
		return
	}
	a := g.vectorOf(four)
	at, _ := g.spacing(a.p)
	if _, hi := at.reach(); a.proven && (!g.cur.some || g.speculatable(a) || g.spare(a, hi)) && g.shares(a) {
		outs := g.runLocals(a)
		g.loadBits(a, outs)
		for i, m := range four {
			g.f.Get(outs[i])
			g.fromBits(a.k)
			g.set(m, m.in.Dst)
		}
		g.free(wc.V128, outs...)
		return
	}
	var regs [4]int
	for i, m := range four {
		g.loadElements(m, g.access(m))
		regs[i] = g.loc[m.in.Dst][0]
	}
	g.transpose(regs, regs)
}

// storeQuartet lets the bits of an element wait for the others, which are stored where the
// last of them is.
func (g *gen) storeQuartet(n *node, four []*node, out int, holds content) {
	hold := g.f.Local(wc.V128)
	g.f.Get(out)
	g.f.Set(hold)
	g.mixing[nearKey{n, g.copy}] = hold
	if _, last := g.ends(four); n != last {
		return
	}
	var bits [4]int
	for i, m := range four {
		bits[i] = g.mixing[nearKey{m, g.copy}]
	}
	if a, ok := g.inVectors(four); ok {
		a.holds = holds
		g.storeBits(a, bits[:])
		return
	}
	g.transpose(bits, bits)
	for i, m := range four {
		g.storeBits(g.access(m), bits[i:i+1])
	}
}
