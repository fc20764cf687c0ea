package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Every access is checked against the memory that its pointer points into.
// What lies outside loads as zero, is not stored, and sets the fault word.
// Where the lanes of a chunk access adjacent elements one check and one vector
// access serve; other patterns go through helper functions lane by lane.

// access is one Load or Store.
type access struct {
	p    ir.Reg
	root *root
	imm  int64
	size int64 // bytes of a scalar
	n    int64 // scalars of the run
	k    ir.Kind
	proof
	node    *node // nil for a part of a larger operation
	crossed bool  // lanes are the elements of a thread's vector
	holds   content
}

// spot is the address of an access: that of lane 0 where lanes differ by a
// stride.
type spot struct {
	off    int // local that holds the byte offset, for checks; -1 if proven
	addr   int // local
	at     int64
	shared bool // by other accesses
}

func (g *gen) access(n *node) access {
	in := n.in
	a := access{node: n, p: in.Args[0], root: g.roots[in.Args[0]], imm: int64(in.Imm), size: int64(in.Kind.Size()), n: int64(max(1, in.N)), k: in.Kind, crossed: g.crossed[n]}
	if a.root == nil {
		panic(unsupported{"access through an unknown pointer"})
	}
	if op := in.Op; op == ir.Store || op == ir.MatrixStore || op > ir.AtomicLoad && op <= ir.AtomicXor {
		a.root = g.storedTo(a.root)
	}
	a.proof = g.proofs[n.in]
	if g.checked[n] {
		a.proof = proof{proven: true, above: true}
	}
	if a.root.open {
		a.proof = proof{proven: true}
	}
	if in.Flags&ir.Inside != 0 {
		a.proof = proof{proven: true, above: true}
	}
	return a
}

// pushBase pushes the address of a root's memory.
func (g *gen) pushBase(r *root) {
	f := g.f
	switch {
	case r.data:
		f.Get(g.databyte)
		f.I32(int32(r.at))
		f.Emit(wc.I32Add)
	case r.space == ir.Thread && g.v.alone:
		f.Get(g.own)
		f.I32(int32(r.at))
		f.Emit(wc.I32Add)
	case r.space == ir.Threadgroup || r.space == ir.Thread:
		f.Get(g.area)
		f.I32(int32(r.at))
		f.Emit(wc.I32Add)
	default:
		f.Get(r.base)
	}
}

func (g *gen) pushSize(r *root) {
	if r.size != 0 {
		g.f.Get(r.size)
	} else {
		g.f.I64(int64(r.bytes))
	}
}

// inBounds pushes whether the span bytes from an offset on lie inside.
func (g *gen) inBounds(a access, off int, span int64) {
	f := g.f
	f.Get(off)
	if a.root.size == 0 {
		f.I64(max(0, int64(a.root.bytes)-span+1))
	} else {
		f.Get(g.limitOf(a.root, span))
	}
	f.Emit(wc.I64LtU)
}

// limitOf is a local that holds the first offset at which span bytes no longer
// fit, set at the start of the function.
func (g *gen) limitOf(r *root, span int64) int {
	f := g.f
	return kept[any](g, g.checks, limitKey{r, span}, wc.I64, func() {
		f.Get(r.size)
		f.I64(span - 1)
		f.Emit(wc.I64Sub)
		f.I64(0)
		f.Get(r.size)
		f.I64(span)
		f.Emit(wc.I64GeS, wc.Select)
	})
}

// kept is the local that holds a value which emit pushes, found once a call.
func kept[K comparable](g *gen, locals map[K]int, key K, t wc.Type, emit func()) int {
	l, ok := locals[key]
	if !ok {
		l = g.f.Local(t)
		locals[key] = l
		g.hoist(func() {
			emit()
			g.f.Set(l)
		})
	}
	return l
}

// hoist emits code that runs once a call.
func (g *gen) hoist(emit func()) {
	before := g.f.Size()
	g.f.Insert(g.prologue, emit)
	g.hoisted += g.f.Size() - before
}

type limitKey struct {
	root *root
	span int64
}

// offset sets a local to the pointer's byte offset plus the constant one: that
// of lane 0 where lanes differ by a stride.
func (g *gen) offset(a access) int {
	f := g.f
	off := g.temp(wc.I64)
	if g.of[a.p].form == varying {
		return off // each lane has its own
	}
	g.sc(a.p)
	if a.imm != 0 {
		f.I64(a.imm)
		f.Emit(wc.I64Add)
	}
	f.Set(off)
	return off
}

// address pushes the address of an offset.
func (g *gen) address(a access, off int) {
	f := g.f
	f.Get(off)
	f.Emit(wc.I32WrapI64)
	g.pushBase(a.root)
	f.Emit(wc.I32Add)
}

// spot finds the address of an access; done gives its locals back.
func (g *gen) spot(a access) spot {
	if g.shares(a) {
		addr, bias := g.sharedAddress(a)
		return spot{off: -1, addr: addr, at: a.imm - bias, shared: true}
	}
	s := spot{off: g.offset(a), addr: g.temp(wc.I32)}
	g.address(a, s.off)
	g.f.Set(s.addr)
	return s
}

// shares reports whether an access can use an address that others use too: the
// pointer is the same for all of them, and does not point before its memory
// even without the constant offset.
func (g *gen) shares(a access) bool {
	const far = 1 << 20
	if !a.proven || a.node == nil || a.node.in.Flags&ir.Volatile != 0 || a.root.open || a.root != g.roots[a.p] || !g.single[a.p] || a.imm < -far || a.imm > far || !a.above {
		return false
	}
	d := g.origin(a.p)
	return d == nil || dominates(d, a.node)
}

func (g *gen) done(s spot) {
	if !s.shared {
		g.free(wc.I64, s.off)
		g.free(wc.I32, s.addr)
	}
}

// get pushes the address for a load or store, whose constant offset it returns.
func (s spot) get(f *wc.Func, at int64) uint32 {
	f.Get(s.addr)
	return uint32(s.at + at)
}

// addressKept is a local that holds a pointer's address plus a constant, valid
// in what the node dominates.
type addressKept struct {
	node  *node
	copy  int
	local int
	bias  int64
}

// sharedAddress returns a local that holds the address of a pointer plus bias,
// at most the access's constant offset. It serves all accesses by the pointer
// that follow; for those of the same block wazero checks its bounds once, as
// the farthest comes first.
func (g *gen) sharedAddress(a access) (local int, bias int64) {
	f := g.f
	key, delta := g.placeOf(a)
	starts := func(b access, delta int64) int64 {
		at, _ := g.spacing(b.p)
		lo, _ := at.reach()
		return b.imm + delta + lo
	}
	for _, k := range g.shared[key] {
		near := k.bias <= starts(a, delta) && (k.node == a.node || dominates(k.node, a.node))
		if near && k.copy == g.copy {
			return k.local, k.bias - delta
		}
		if near && g.runs(a.p, k.node) {
			return k.local, k.bias - delta - int64(g.copy-k.copy)*g.perChunk(a.p)
		}
	}
	bias = starts(a, delta)
	if delta == 0 {
		bias = min(0, bias)
	}
	ends := func(b access, delta int64) int64 {
		at, _ := g.spacing(b.p)
		_, hi := at.reach()
		return b.imm + delta + hi + b.size*b.n
	}
	end := ends(a, delta)
	first := a.imm + delta + g.atOnce(a)
	for _, n := range a.node.parent.kids[a.node.arm] {
		if n.pos <= a.node.pos {
			continue
		}
		if n.end > n.pos+1 || n.target != nil {
			break
		}
		if n.in.Op != ir.Load && n.in.Op != ir.Store {
			continue
		}
		if b := g.access(n); g.shares(b) {
			if other, d := g.placeOf(b); other == key {
				bias = min(bias, starts(b, d))
				if !g.cur.some {
					end = max(end, ends(b, d))
				}
			}
		}
	}
	local = f.Local(wc.I32)
	g.sc(a.p)
	f.Emit(wc.I32WrapI64)
	if bias != delta {
		f.I32(int32(bias - delta))
		f.Emit(wc.I32Add)
	}
	g.pushBase(a.root)
	f.Emit(wc.I32Add)
	f.Set(local)
	if g.runs(a.p, a.node) {
		end += int64(g.copies-1-g.copy) * g.perChunk(a.p)
	}
	if !g.cur.some && end > first {
		f.Get(local)
		f.Mem(wc.I32Load8U, uint32(end-1-bias))
		f.Emit(wc.Drop)
	}
	g.shared[key] = append(g.shared[key], addressKept{a.node, g.copy, local, bias})
	return local, bias - delta
}

// atOnce is how many bytes the first load or store of an access reaches.
func (g *gen) atOnce(a access) int64 {
	if step, even := g.step(a); even && step == a.size*a.n {
		return min(16, 4*a.size*a.n)
	}
	return a.size
}

// place is what the pointers of accesses have in common that are a constant
// apart: pointer + index*scale, or one pointer.
type place struct {
	pointer, index ir.Reg
	scale          int64
}

// placeOf finds the place of an access and how far its pointer is from there.
// For  x[i+c]  that is x[i], as numbers that wrap would not both lie in bounds.
func (g *gen) placeOf(a access) (p place, delta int64) {
	p = place{a.p, ir.NoReg, 0}
	add := g.origin(a.p)
	if g.cur.some || add == nil || add.in.Op != ir.PtrAdd || !g.single[add.in.Args[0]] || a.root.vast {
		return p, 0
	}
	scale := int64(1)
	d := g.origin(add.in.Args[1])
	if d != nil && (d.in.Op == ir.Shl || d.in.Op == ir.Mul) {
		c, ok := g.consts[d.in.Args[1]]
		if d.in.Op == ir.Shl {
			c = 1 << (c & 63)
		}
		if scale = int64(c); !ok || scale <= 0 || scale > 1<<20 {
			return p, 0
		}
		d = g.origin(d.in.Args[0])
	}
	if d == nil || d.in.Op != ir.Convert || d.in.From != ir.I32 && d.in.From != ir.U32 || !g.single[d.in.Args[0]] {
		return p, 0
	}
	x := d.in.Args[0]
	if sum := g.origin(x); sum != nil && sum.in.Op == ir.Add {
		for i, r := range sum.in.Args {
			if c, ok := g.consts[r]; ok && g.single[sum.in.Args[1-i]] && int32(c) > -1<<20 && int32(c) < 1<<20 {
				return place{add.in.Args[0], sum.in.Args[1-i], scale}, int64(int32(c)) * scale
			}
		}
	}
	return place{add.in.Args[0], x, scale}, 0
}

// fault notes an access out of bounds, if any lane made it.
func (g *gen) fault() {
	f := g.f
	f.Get(g.area)
	if g.cur.some {
		f.Get(g.cur.local)
		f.Emit(wc.V128AnyTrue)
		f.Get(g.area)
		f.Mem(wc.I32Load, areaFault)
		f.Emit(wc.I32Or)
	} else {
		f.I32(1)
	}
	f.Mem(wc.I32Store, areaFault)
}
