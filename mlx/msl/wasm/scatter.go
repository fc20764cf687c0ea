package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Runs that lie anywhere are accessed lane by lane and without branches: a
// lane that is switched off, or out of bounds, gets an address where nothing is.

// eachLane emits code for the lanes of a chunk, with the address of a lane's
// run in addr+at. Those of the active lanes are in bounds; others get an offset
// in the area.
func (g *gen) eachLane(a access, active mask, other int, do func(l int64, addr int, at uint32)) {
	const far = 1 << 20
	f := g.f
	addr := g.temp(wc.I32)
	defer g.free(wc.I32, addr)
	apart, known := g.spacing(a.p)
	if first, last := apart.reach(); known && !active.some && last-first <= 3*far && a.root.space != ir.Thread {
		g.sc(a.p)
		f.Emit(wc.I32WrapI64)
		g.pushBase(a.root)
		f.Emit(wc.I32Add)
		if a.imm+first != 0 {
			f.I32(int32(a.imm + first))
			f.Emit(wc.I32Add)
		}
		f.Set(addr)
		for l := range int64(4) {
			do(l, addr, uint32(apart[l]-first))
		}
		return
	}
	all := g.temp(wc.V128)
	defer g.free(wc.V128, all)
	if a.root.space == ir.Thread {
		g.privateAddresses(a)
	} else {
		g.offsets(a)
		g.pushAddress(a.root, a.imm)
		f.Emit(wc.I32x4Add)
	}
	if active.some {
		f.Get(g.addressOf(nil, int64(other)), active.local)
		f.Emit(wc.V128Bitselect)
	}
	f.Set(all)
	for l := range int64(4) {
		f.Get(all)
		f.Lane(wc.I32x4ExtractLane, uint8(l))
		f.Set(addr)
		do(l, addr, 0)
	}
}

// offsets pushes the offsets of a chunk's runs without the constant one, in 32
// bits.
func (g *gen) offsets(a access) {
	f := g.f
	if x, ok := g.index[a.node]; ok {
		g.vec(x.reg)
		if x.scale != 1 {
			g.constant4(splat32(uint32(x.scale)))
			f.Emit(wc.I32x4Mul)
		}
	} else if apart, known := g.spacing(a.p); known {
		g.sc(a.p)
		f.Emit(wc.I32WrapI64)
		g.splat(ir.U32)
		g.constant4(lanes32(apart[:4]))
		f.Emit(wc.I32x4Add)
	} else {
		g.half(a.p, 0)
		g.half(a.p, 1)
		f.Shuffle32(0, 2, 4, 6)
	}
}

// nowhere is the offset in the area of memory for what lanes that are switched
// off would store.
func (g *gen) nowhere() int {
	if g.trash == 0 {
		g.trash = g.reserve(max(32, g.longest), 16)
	}
	return g.trash
}

// maxAddresses is how many addresses are kept in locals, which wazero carries
// through every loop; others are computed from those of their memory.
const maxAddresses = 16

// pushAddress pushes, in all lanes, the address of a root's memory plus a
// constant; that of the area if there is no root.
func (g *gen) pushAddress(r *root, at int64) {
	f := g.f
	if _, ok := g.addresses[addressKey{r, at}]; !ok && at != 0 && len(g.addresses) >= maxAddresses {
		f.Get(g.addressOf(r, 0))
		f.V128(splat32(uint32(at)))
		f.Emit(wc.I32x4Add)
		return
	}
	f.Get(g.addressOf(r, at))
}

// addressOf is a local that holds what pushAddress pushes.
func (g *gen) addressOf(r *root, at int64) int {
	f := g.f
	return kept(g, g.addresses, addressKey{r, at}, wc.V128, func() {
		if r == nil {
			f.Get(g.area)
		} else {
			g.pushBase(r)
		}
		f.I32(int32(at))
		f.Emit(wc.I32Add, wc.I32x4Splat)
	})
}

type addressKey struct {
	root *root
	at   int64
}

// lanesIn finds the active lanes whose runs lie in bounds, and notes if there
// are others. lanesDone gives back what that takes.
func (g *gen) lanesIn(a access) mask {
	f := g.f
	if a.proven {
		return g.cur
	}
	in := mask{true, g.temp(wc.V128)}
	if x, ok := g.index[a.node]; ok {
		g.indicesInBounds(a, x)
	} else {
		// last - off and off have no sign.
		for h := range 2 {
			off := g.temp(wc.V128)
			g.half(a.p, h)
			if a.imm != 0 {
				f.V128(pair64(a.imm, a.imm))
				f.Emit(wc.I64x2Add)
			}
			f.Set(off)
			if a.root.size == 0 {
				last := int64(a.root.bytes) - a.size*a.n
				f.V128(pair64(last, last))
			} else {
				f.Get(g.lastOf(a.root, a.size*a.n))
			}
			f.Get(off)
			f.Emit(wc.I64x2Sub)
			f.Get(off)
			f.Emit(wc.V128Or)
			g.free(wc.V128, off)
		}
		f.Shuffle32(1, 3, 5, 7)
		f.V128(splat32(^uint32(0)))
		f.Emit(wc.I32x4GtS)
	}
	f.Set(in.local)
	f.Get(g.insiders())
	if g.cur.some {
		f.Get(g.cur.local, in.local)
		f.Emit(wc.V128Andnot, wc.V128Andnot)
	} else {
		f.Get(in.local)
		f.Emit(wc.V128And)
	}
	f.Set(g.insiders())
	if g.cur.some {
		f.Get(in.local, g.cur.local)
		f.Emit(wc.V128And)
		f.Set(in.local)
	}
	return in
}

// indicesInBounds pushes the lanes of an access by an index that lie in bounds.
func (g *gen) indicesInBounds(a access, x index) {
	f := g.f
	g.vec(x.reg)
	if first := x.first(a); first != 0 {
		f.V128(splat32(uint32(first)))
		f.Emit(wc.I32x4Sub)
	}
	f.Get(g.countOf(a, x))
	f.Emit(wc.I32x4LtU)
}

func (g *gen) lanesDone(active mask) {
	if active.some && active != g.cur {
		g.free(wc.V128, active.local)
	}
}

// insiders is the local of lanes that were never out of bounds during a call.
func (g *gen) insiders() int {
	return kept[any](g, g.checks, insidersKey{}, wc.V128, func() { g.f.V128(splat32(^uint32(0))) })
}

// noteStrayed reports at the end of a call if lanes were out of bounds.
func (g *gen) noteStrayed() {
	inside, ok := g.checks[insidersKey{}]
	if !ok {
		return
	}
	f := g.f
	f.Get(inside)
	f.Emit(wc.I32x4AllTrue, wc.I32Eqz)
	f.If()
	f.Get(g.area)
	f.I32(1)
	f.Mem(wc.I32Store, areaFault)
	f.End()
}

type insidersKey struct{}

// lastOf is a local that holds, in both lanes, the last offset at which span
// bytes fit; it is negative if there is none.
func (g *gen) lastOf(r *root, span int64) int {
	f := g.f
	return kept[any](g, g.checks, lastKey{r, span}, wc.V128, func() {
		f.Get(r.size)
		f.I64(span)
		f.Emit(wc.I64Sub, wc.I64x2Splat)
	})
}

// countOf is a local that holds, in all lanes, how many indices from the first
// on an access may have; at most half of what there are.
func (g *gen) countOf(a access, x index) int {
	span := a.size*a.n + a.imm + x.first(a)*x.scale
	f := g.f
	return kept[any](g, g.checks, countKey{a.root, span, x.scale}, wc.V128, func() {
		n := g.temp(wc.I64)
		defer g.free(wc.I64, n)
		g.pushSize(a.root)
		f.I64(span)
		f.Emit(wc.I64Sub)
		f.Tee(n)
		f.I64(x.scale)
		f.Emit(wc.I64DivS)
		f.I64(1)
		f.Emit(wc.I64Add)
		f.I64(0)
		f.Get(n)
		f.I64(0)
		f.Emit(wc.I64GeS, wc.Select)
		f.Set(n)
		f.Get(n)
		f.I64(1 << 31)
		f.Get(n)
		f.I64(1 << 31)
		f.Emit(wc.I64LtS, wc.Select, wc.I32WrapI64, wc.I32x4Splat)
	})
}

type lastKey limitKey

type countKey struct {
	root        *root
	span, scale int64
}

// index is a pointer's offset as that of an array: reg*scale, where reg has at
// most 32 bits.
type index struct {
	reg    ir.Reg
	scale  int64
	signed bool
}

// first is the least index with which an access does not point before its
// memory.
func (x index) first(a access) int64 {
	const far = 1 << 20
	first := far - (a.imm+far*x.scale)/x.scale // rounded up
	if !x.signed {
		first = max(first, 0)
	}
	return first
}

// indexes finds the accesses whose lanes lie where an index says. Their
// pointers are not computed if nothing else needs them.
func (g *gen) indexes() {
	g.indexesOf(slices.DeleteFunc(slices.Clone(g.nodes[1:]), func(n *node) bool { return g.along[n.parent] != nil }))
}

func (g *gen) indexesOf(nodes []*node) {
	g.index, g.indexed = map[*node]index{}, map[ir.Reg]bool{}
	g.unused = map[*node]bool{}
	var found []*node
	for _, n := range nodes {
		if n.in.Op != ir.Load && n.in.Op != ir.Store || g.of[n.in.Args[0]].form != varying {
			continue
		}
		if x, ok := g.indexOf(n); ok {
			g.index[n] = x
			g.indexed[x.reg] = true
			found = append(found, n)
		}
	}
	for _, n := range found {
		for d := g.origin(n.in.Args[0]); d != nil && d.in.Op != ir.Convert; {
			if !g.onlyFor(d) {
				break
			}
			g.unused[d] = true
			at := 0
			if d.in.Op == ir.PtrAdd {
				at = 1
			}
			d = g.origin(d.in.Args[at])
			if d.in.Op == ir.Convert && g.onlyFor(d) {
				g.unused[d] = true
			}
		}
	}
}

// onlyFor reports whether what a node computes is only used by accesses
// through an index, or for their pointers.
func (g *gen) onlyFor(d *node) bool {
	for _, x := range g.refs[d.in.Dst] {
		_, indexed := g.index[x.n]
		if !x.def && !(indexed && x.n.in.Args[0] == d.in.Dst) && !g.unused[x.n] {
			return false
		}
		if indexed && slices.Contains(x.n.in.Args[1:], d.in.Dst) {
			return false
		}
	}
	return true
}

// indexOf finds the index that an access takes, if the pointer is computed
// from one that still has its value, in the same region.
func (g *gen) indexOf(n *node) (x index, ok bool) {
	const far = 1 << 20
	root := g.roots[n.in.Args[0]]
	if root == nil || int64(n.in.Imm) < -far || int64(n.in.Imm) > far {
		return x, false
	}
	before := func(r ir.Reg, n *node) *node {
		if d := g.origin(r); d != nil && dominates(d, n) {
			return d
		}
		return nil
	}
	p := before(n.in.Args[0], n)
	if p == nil || p.in.Op != ir.PtrAdd || !g.origins(p.in.Args[0]) {
		return x, false
	}
	off := before(p.in.Args[1], p)
	x.scale = 1
	if off != nil && (off.in.Op == ir.Shl || off.in.Op == ir.Mul) {
		c, known := g.consts[off.in.Args[1]]
		switch {
		case !known:
			return x, false
		case off.in.Op == ir.Shl:
			x.scale = 1 << (c & 63)
		default:
			x.scale = int64(c)
		}
		off = before(off.in.Args[0], off)
	}
	if off == nil || off.in.Op != ir.Convert || !off.in.From.IsInt() || off.in.From.Bits() > 32 || x.scale <= 0 || x.scale > far {
		return x, false
	}
	x.reg, x.signed = off.in.Args[0], off.in.From.IsSigned()
	return x, g.of[x.reg].form == varying && g.keeps(x.reg, off, n)
}

// keeps reports whether a register surely has the same value at two nodes of a
// region, of which the first dominates the other.
func (g *gen) keeps(r ir.Reg, from, to *node) bool {
	if g.meetsBetween(from, to) {
		return false
	}
	lo, hi := from.pos, to.pos
	for p := to.parent; p != nil && p != from.parent; p = p.parent {
		if p.in.Op == ir.Loop {
			hi = max(hi, p.end)
		}
	}
	for _, x := range g.refs[r] {
		if x.def && x.n.pos > lo && x.n.pos < hi {
			return false
		}
	}
	return true
}
