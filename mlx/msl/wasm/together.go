package wasm

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Lanes that load from where their indices say mostly load more than one element there:
// the coordinates of a point, a pixel's colours, neighbours. One test of the bounds and one
// address a lane serve all of these.
//
//	x[j[i]] + x[j[i] + 1]

// maxTogether is how many bytes loads together reach: lanes that are switched off load
// them from zeros in the area.
const maxTogether = areaFrame - areaZero

// nearby is a load a few bytes from another one's index.
type nearby struct {
	node *node
	at   int64
	out  int
}

// indexPlace is the place of an access by an index, and how far it is from there. For
// x[i+c]  that is x[i].
func (g *gen) indexPlace(a access) (at index, delta int64) {
	at = g.index[a.node]
	if sum := g.origin(at.reg); sum != nil && sum.in.Op == ir.Add && sum.in.Kind.Bits() == 32 {
		for i, r := range sum.in.Args {
			c, ok := g.consts[r]
			if ok && g.single[sum.in.Args[1-i]] && int32(c) > -1<<20 && int32(c) < 1<<20 {
				at.reg = sum.in.Args[1-i]
				return at, int64(int32(c))*at.scale + a.imm
			}
		}
	}
	return at, a.imm
}

// loadTogether loads an access by an index with those behind it that load nearby. Where
// numbers of 32 bits wrap on the way from one to the other they do not both lie in bounds:
// another one that does not seems to lie before the memory then, unless it is of an
// element behind its unsigned index.
func (g *gen) loadTogether(a access, out int) bool {
	f := g.f
	if _, indexed := g.index[a.node]; !indexed || a.n != 1 || a.size == 8 || a.root.vast || g.pack != nil {
		return false
	}
	at, delta := g.indexPlace(a)
	if !g.single[at.reg] { // others may name another place
		return false
	}
	all, lo, hi := []nearby{{a.node, delta, out}}, delta, delta+a.size
	for _, n := range g.behind(a.node) {
		if n.parent != a.node.parent || n.arm != a.node.arm || touches(n.in) && n.in.Op != ir.Load {
			break
		}
		x, indexed := g.index[n]
		if !indexed || n.in.Op != ir.Load || n.in.Flags&ir.Volatile != 0 {
			continue
		}
		b := g.access(n)
		if !x.signed && b.imm >= x.scale && x.reg != g.index[a.node].reg {
			continue
		}
		other, d := g.indexPlace(b)
		from, to := min(lo, d), max(hi, d+b.size)
		if b.root != a.root || other != at || b.n != 1 || b.size != a.size || b.proven != a.proven || (to-from)%a.size != 0 || to-from > maxTogether {
			continue
		}
		all, lo, hi = append(all, nearby{n, d, f.Local(wc.V128)}), from, to
	}
	if len(all) == 1 {
		return false
	}
	for _, b := range all[1:] {
		g.halves[nearKey{b.node, g.copy}] = half{local: b.out}
	}
	slices.SortFunc(all, func(a, b nearby) int { return cmp.Compare(b.at, a.at) }) // wazero checks the farthest
	joint := a
	joint.imm, joint.n = a.imm+lo-delta, (hi-lo)/a.size
	load := func(active mask) {
		for _, b := range all {
			if a.size < 4 {
				f.V128([16]byte{})
				f.Set(b.out)
			}
		}
		g.eachLane(joint, active, areaZero, func(l int64, addr int, from uint32) {
			for _, b := range all {
				_, lane := a.place([]int{b.out}, 0, l)
				g.loadInto(a, addr, from+uint32(b.at-lo), b.out, lane)
			}
		})
	}
	if a.proven {
		load(g.cur)
		return true
	}
	g.indicesInBounds(joint, g.index[a.node])
	if g.cur.some {
		f.Get(g.cur.local)
		f.Emit(wc.V128Not, wc.V128Or)
	}
	g.allLanes()
	f.If()
	load(g.cur)
	f.Else()
	for _, b := range all {
		one := a
		one.imm += b.at - delta
		g.loadLanes(one, []int{b.out})
	}
	f.End()
	return true
}
