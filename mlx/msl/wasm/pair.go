package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Words that lie in pairs, such as the parts of complex numbers, are mostly
// accessed both: x[2*i] and x[2*i+1]. Then both are of the vectors in which they lie.

// pairOf finds the access that another one forms pairs with: the next one in its
// block. It returns that of the words that come first.
func (g *gen) pairOf(a access) (low access, other *node) {
	step, even := g.step(a)
	if a.node == nil || a.n != 1 || a.size != 4 || !even || step != 8 || g.cur.some || !g.shares(a) || a.root.space == ir.Thread {
		return a, nil
	}
	at, delta := g.placeOf(a)
	for _, n := range g.behind(a.node) {
		if n.parent != a.node.parent || n.arm != a.node.arm || g.quartet[n] != nil {
			return a, nil
		}
		if n.in.Op != a.node.in.Op {
			if g.mayMeet(a, n) {
				return a, nil
			}
			continue
		}
		b := g.access(n)
		if step2, even := g.step(b); even && step2 == step && b.n == 1 && b.size == 4 && g.shares(b) {
			if other, d := g.placeOf(b); other == at {
				switch b.imm + d - a.imm - delta {
				case 4:
					return a, n
				case -4:
					return b, n
				}
			}
		}
		if n.in.Op == ir.Store && g.mayMeet(a, n) {
			return a, nil
		}
	}
	return a, nil
}

// behind are the nodes that follow one in its block, up to where threads meet.
func (g *gen) behind(n *node) []*node {
	return g.nodes[n.pos+1 : min(n.parent.end, g.region.hi)]
}

// mayMeet reports whether an operation may touch memory that an access does.
func (g *gen) mayMeet(a access, n *node) bool {
	if n.in.Op != ir.Load && n.in.Op != ir.Store {
		return touches(n.in)
	}
	r := g.roots[n.in.Args[0]]
	return g.v.overlap || r == a.root || r.open
}

// half is a vector of words of which the pairs are.
type half struct {
	local int
	low   access // of the words that come first in the pairs
}

// held takes the vector that is held for an access of this chunk.
func (g *gen) held(a access) (h half, ok bool) {
	key := nearKey{a.node, g.copy}
	h, ok = g.halves[key]
	delete(g.halves, key)
	return h, ok
}

// hold makes a vector that is held for another access of this chunk.
func (g *gen) hold(other *node, low access) int {
	l := g.f.Local(wc.V128)
	low.n = 2
	g.halves[nearKey{other, g.copy}] = half{l, low}
	return l
}

// loadPair loads the words of an access with those that they form pairs with, or
// finds them loaded.
func (g *gen) loadPair(a access, outs []int) bool {
	if h, ok := g.held(a); ok {
		g.f.Get(h.local)
		g.f.Set(outs[0])
		return true
	}
	low, other := g.pairOf(a)
	if other == nil {
		return false
	}
	both := []int{outs[0], g.hold(other, low)}
	if low.node == other {
		slices.Reverse(both)
	}
	low.n = 2
	s := g.spot(low)
	g.loadAdjacent(low, s, both)
	g.done(s)
	return true
}

// storePair lets the words of an access wait for those that they form pairs with,
// or stores both.
func (g *gen) storePair(a access, out int) bool {
	if h, ok := g.held(a); ok {
		both := []int{h.local, out}
		if h.low.node == a.node {
			slices.Reverse(both)
		}
		g.storeBits(h.low, both)
		return true
	}
	low, other := g.pairOf(a)
	if other == nil {
		return false
	}
	g.f.Get(out)
	g.f.Set(g.hold(other, low))
	return true
}
