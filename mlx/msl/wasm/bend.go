package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Neighbours at an edge are others: there the index is bent. In lanes that are away from it
// they lie together like those that are a constant apart, and one comparison tells.
//
//	x[j] + x[min(j + 1, n - 1)]

// bend is a number that mostly is what it was made from, as it only differs beyond an edge:
// min(x + 1, w - 1) and x + 1.
type bend struct{ at, from ir.Reg }

// maxSums is how many steps from sum to sum indices are held against each other.
const maxSums = 4

// farFrom is how far an index is from another one, in lanes where bends are none.
func (g *gen) farFrom(n *node, from, to ir.Reg, steps int) (delta int64, bends []bend, ok bool) {
	from, less := g.plusConstant(from)
	to, more := g.plusConstant(to)
	delta = more - less
	if from == to {
		return delta, nil, g.single[to] // others may name another place
	}
	a, b := g.origin(from), g.origin(to)
	if steps == 0 || a == nil || b == nil {
		return 0, nil, false
	}
	if a.in.Op == ir.Add && b.in.Op == ir.Add {
		for i, r := range a.in.Args {
			if j := slices.Index(b.in.Args, r); j >= 0 && g.single[r] { // others may name another term
				rest, bends, ok := g.farFrom(n, a.in.Args[1-i], b.in.Args[1-j], steps-1)
				return delta + rest, bends, ok
			}
		}
	}
	if straight := g.unbent(n, b); straight != ir.NoReg {
		rest, bends, ok := g.farFrom(n, from, straight, steps-1)
		return delta + rest, append(bends, bend{to, straight}), ok
	}
	if straight := g.unbent(n, a); straight != ir.NoReg {
		rest, bends, ok := g.farFrom(n, straight, to, steps-1)
		return delta + rest, append(bends, bend{straight, from}), ok
	}
	return 0, nil, false
}

// plusConstant finds the register and the constant that a number is the sum of.
func (g *gen) plusConstant(r ir.Reg) (ir.Reg, int64) {
	if sum := g.origin(r); sum != nil && sum.in.Op == ir.Add && sum.in.Kind.Bits() == 32 {
		for i, r := range sum.in.Args {
			c, ok := g.consts[r]
			if ok && g.single[sum.in.Args[1-i]] && int32(c) > -1<<20 && int32(c) < 1<<20 {
				return sum.in.Args[1-i], int64(int32(c))
			}
		}
	}
	return r, 0
}

// unbent is the number of each lane that a minimum or maximum d of it and of one that all
// lanes share mostly is, if both are known at n.
func (g *gen) unbent(n, d *node) ir.Reg {
	known := func(r ir.Reg) bool {
		d := g.origin(r)
		return d != nil && g.of[r].form == varying && dominates(d, n) && !g.unused[d] && !g.meetsBetween(d, n)
	}
	if d.in.Op != ir.Min && d.in.Op != ir.Max || !d.in.Kind.IsInt() || d.in.Kind.Bits() != 32 || !known(d.in.Dst) {
		return ir.NoReg
	}
	for i, r := range d.in.Args {
		if g.of[d.in.Args[1-i]].scalar() && known(r) {
			return r
		}
	}
	return ir.NoReg
}

// loadBent loads one of the loads near an access by itself.
func (g *gen) loadBent(a access, b nearby) {
	f := g.f
	if len(b.bends) == 0 {
		a.imm = b.at
		g.loadLanes(a, []int{b.out})
		return
	}
	at := g.temp(wc.V128) // the index, which may be computed only behind this
	g.vec(g.index[a.node].reg)
	f.V128(splat32(uint32(b.apart)))
	f.Emit(wc.I32x4Add)
	for _, x := range b.bends {
		g.vec(x.at)
		f.Emit(wc.I32x4Add)
		g.vec(x.from)
		f.Emit(wc.I32x4Sub)
	}
	f.Set(at)
	reg := g.index[b.node].reg
	before := g.loc[reg]
	g.loc[reg] = loc{at, at}
	g.loadLanes(g.access(b.node), []int{b.out})
	g.loc[reg] = before
	g.free(wc.V128, at)
}
