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

// nearby is a load and how far it is from another one's index, but for its bends.
type nearby struct {
	node      *node
	at, apart int64 // in bytes, in indices
	bends     []bend
	out       int
}

// loadTogether loads an access by an index with those behind it that load nearby. Where
// numbers of 32 bits wrap on the way from one to the other they do not both lie in bounds:
// another one that does not seems to lie before the memory then, unless it is of an
// element behind its unsigned index.
func (g *gen) loadTogether(a access, out int) bool {
	f := g.f
	index, indexed := g.index[a.node]
	if !indexed || a.n != 1 || a.size == 8 || a.root.vast || g.pack != nil {
		return false
	}
	all, lo, hi := []nearby{{a.node, a.imm, 0, nil, out}}, a.imm, a.imm+a.size
	for _, n := range g.behind(a.node) {
		if n.parent != a.node.parent || n.arm != a.node.arm || touches(n.in) && n.in.Op != ir.Load {
			break
		}
		x, indexed := g.index[n]
		if !indexed || n.in.Op != ir.Load || n.in.Flags&ir.Volatile != 0 {
			continue
		}
		b := g.access(n)
		if x.scale != index.scale || x.signed != index.signed || !x.signed && b.imm >= x.scale && x.reg != index.reg {
			continue
		}
		apart, bends, ok := g.farFrom(a.node, index.reg, x.reg, maxSums)
		at := apart*x.scale + b.imm
		from, to := min(lo, at), max(hi, at+b.size)
		if !ok || b.root != a.root || b.n != 1 || b.size != a.size || b.proven != a.proven || (to-from)%a.size != 0 || to-from > maxTogether {
			continue
		}
		all, lo, hi = append(all, nearby{n, at, apart, bends, f.Local(wc.V128)}), from, to
	}
	if len(all) == 1 {
		return false
	}
	for _, b := range all[1:] {
		g.halves[nearKey{b.node, g.copy}] = half{local: b.out}
	}
	slices.SortFunc(all, func(a, b nearby) int { return cmp.Compare(b.at, a.at) }) // wazero checks the farthest
	joint := a
	joint.imm, joint.n = lo, (hi-lo)/a.size
	load := func(active mask) {
		if word := hi - lo; a.size < 4 && word <= 4 && word != 3 {
			g.loadWords(joint, active, all)
			return
		}
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
	tests := 0
	test := func(emit func()) {
		emit()
		if tests++; tests > 1 {
			f.Emit(wc.V128And)
		}
	}
	if !a.proven {
		test(func() { g.indicesInBounds(joint, index) })
	}
	var bends []bend
	for _, b := range all {
		for _, x := range b.bends {
			if !slices.Contains(bends, x) {
				bends = append(bends, x)
				test(func() {
					g.vec(x.at)
					g.vec(x.from)
					f.Emit(wc.I32x4Eq)
				})
			}
		}
	}
	if tests == 0 {
		load(g.cur)
		return true
	}
	if g.cur.some {
		f.Get(g.cur.local)
		f.Emit(wc.V128Not, wc.V128Or)
	}
	g.allLanes()
	f.If()
	load(g.cur)
	f.Else()
	for _, b := range all {
		g.loadBent(a, b)
	}
	f.End()
	return true
}

// loadWords loads a word of each lane, of which the loads are parts.
func (g *gen) loadWords(a access, active mask, all []nearby) {
	w := nearLoad{local: g.temp(wc.V128), span: 16}
	size := a.size
	a.size, a.n = a.size*a.n, 1
	g.loadEach(a, []int{w.local}, active)
	for _, b := range all {
		g.pickAt(size, lined(4).places(), b.at-a.imm, w, []int{b.out})
	}
	g.free(wc.V128, w.local)
}
