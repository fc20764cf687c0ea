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
	// at is where the run may begin, if proven: every active lane's lies in
	// bounds then.
	at     ir.Range
	proven bool
	node   *node // nil for a part of a larger operation
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
	a := access{node: n, p: in.Args[0], root: g.roots[in.Args[0]], imm: int64(in.Imm), size: int64(in.Kind.Size()), n: int64(max(1, in.N)), k: in.Kind}
	if a.root == nil {
		panic(unsupported{"access through an unknown pointer"})
	}
	at, ok := g.ranges[in]
	a.at, a.proven = at, ok && at.Lo >= 0 && at.Hi+a.size*a.n <= int64(a.root.bytes)
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
	key := limitKey{r, span}
	l, ok := g.limits[key]
	if !ok {
		f := g.f
		l = f.Local(wc.I64)
		g.limits[key] = l
		g.hoist(func() {
			f.Get(r.size)
			f.I64(span - 1)
			f.Emit(wc.I64Sub)
			f.I64(0)
			f.Get(r.size)
			f.I64(span)
			f.Emit(wc.I64GeS, wc.Select)
			f.Set(l)
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
	if !a.proven || a.node == nil || a.root != g.roots[a.p] || !g.single[a.p] || a.imm < -far || a.imm > far || a.at.Lo < a.imm {
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
	node   *node
	region *region
	local  int
	bias   int64
}

// sharedAddress returns a local that holds the address of a pointer plus bias,
// at most the access's constant offset. It serves all accesses by the pointer
// that follow; for those of the same block wazero checks its bounds once, as
// the farthest comes first.
func (g *gen) sharedAddress(a access) (local int, bias int64) {
	f := g.f
	for _, k := range g.kept[a.p] {
		if k.region == g.region && k.bias <= a.imm && dominates(k.node, a.node) {
			return k.local, k.bias
		}
	}
	bias = min(0, a.imm)
	ends := func(b access) int64 {
		step, _ := g.step(b)
		return b.imm + max(0, 3*step) + b.size*b.n
	}
	end := ends(a)
	for _, n := range a.node.parent.kids[a.node.arm] {
		if n.pos <= a.node.pos {
			continue
		}
		if n.end > n.pos+1 || n.target != nil {
			break
		}
		if n.in.Op != ir.Load && n.in.Op != ir.Store || n.in.Args[0] != a.p {
			continue
		}
		if b := g.access(n); g.shares(b) {
			bias = min(bias, b.imm)
			if !g.cur.some {
				end = max(end, ends(b))
			}
		}
	}
	local = f.Local(wc.I32)
	g.sc(a.p)
	f.Emit(wc.I32WrapI64)
	if bias != 0 {
		f.I32(int32(bias))
		f.Emit(wc.I32Add)
	}
	g.pushBase(a.root)
	f.Emit(wc.I32Add)
	f.Set(local)
	if !g.cur.some && end > a.imm+a.size {
		f.Get(local)
		f.Mem(wc.I32Load8U, uint32(end-1-bias))
		f.Emit(wc.Drop)
	}
	g.kept[a.p] = append(g.kept[a.p], addressKept{a.node, g.region, local, bias})
	return local, bias
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

func (g *gen) load(n *node) {
	f := g.f
	a := g.access(n)
	if g.of[a.p].scalar() && a.root.space != ir.Thread {
		g.loadScalar(n, a)
		return
	}
	outs := g.runLocals(a)
	g.loadBits(a, outs)
	for i := range a.n {
		r := n.in.Dst + ir.Reg(i)
		switch {
		case len(g.refs[r]) < 2: // nobody reads it
		case a.size == 8:
			f.Get(outs[2*i], outs[2*i+1])
			g.setHalves(n, r)
		default:
			f.Get(outs[i])
			g.fromBits(a.k)
			g.set(n, r)
		}
	}
	g.free(wc.V128, outs...)
}

// loadBits loads the bits of a chunk's runs, zero-extended.
func (g *gen) loadBits(a access, outs []int) {
	f := g.f
	if a.root.space == ir.Thread {
		g.loadPrivate(a, outs)
		return
	}
	step, even := g.step(a)
	if even = even && step > 0 && step <= 1<<20; !even {
		g.loadLanes(a, outs)
		return
	}
	at := g.spot(a)
	defer g.done(at)
	load := g.loadStrided
	if step == a.size*a.n && vectorRun(a) {
		load = g.loadAdjacent
	}
	switch {
	case a.proven && (!g.cur.some || g.spare(a, step)):
		load(a, at, outs)
		return
	case a.proven:
		f.Get(g.cur.local)
		f.Emit(wc.I32x4AllTrue)
	default:
		g.chunkInBounds(a, at.off, 3*step+a.size*a.n)
	}
	f.If()
	load(a, at, outs)
	f.Else()
	if a.proven {
		g.loadEach(a, outs, g.cur)
	} else {
		g.gather(a, outs)
	}
	f.End()
}

// loadLanes loads the bits of runs that lie anywhere.
func (g *gen) loadLanes(a access, outs []int) {
	if a.proven {
		g.loadEach(a, outs, g.cur)
		return
	}
	g.lanesInBounds(a)
	g.f.If()
	g.loadEach(a, outs, mask{})
	g.f.Else()
	g.gather(a, outs)
	g.f.End()
}

// lanesInBounds pushes whether all lanes are active and in bounds.
func (g *gen) lanesInBounds(a access) {
	f := g.f
	// last - off and off have no sign in either half.
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
		if h == 1 {
			f.Emit(wc.V128Or)
		}
		g.free(wc.V128, off)
	}
	f.Emit(wc.I64x2Bitmask, wc.I32Eqz)
	if g.cur.some {
		f.Get(g.cur.local)
		f.Emit(wc.I32x4AllTrue, wc.I32And)
	}
}

// lastOf is a local that holds, in both lanes, the last offset at which span
// bytes fit; it is negative if there is none.
func (g *gen) lastOf(r *root, span int64) int {
	key := limitKey{r, -span}
	l, ok := g.limits[key]
	if !ok {
		f := g.f
		l = f.Local(wc.V128)
		g.limits[key] = l
		g.hoist(func() {
			f.Get(r.size)
			f.I64(span)
			f.Emit(wc.I64Sub, wc.I64x2Splat)
			f.Set(l)
		})
	}
	return l
}

// eachLane emits code for the active lanes, with the address of the lane's run
// in addr. All of them are in bounds.
func (g *gen) eachLane(a access, active mask, do func(l int64, addr int)) {
	f := g.f
	addr := g.temp(wc.I32)
	step, even := g.step(a)
	for l := range int64(4) {
		if active.some {
			f.Get(active.local)
			f.Lane(wc.I32x4ExtractLane, uint8(l))
			f.If()
		}
		at := a.imm
		if even {
			g.sc(a.p)
			at += l * step
		} else {
			g.half(a.p, int(l/2))
			f.Lane(wc.I64x2ExtractLane, uint8(l%2))
		}
		f.Emit(wc.I32WrapI64)
		if at != 0 {
			f.I32(int32(at))
			f.Emit(wc.I32Add)
		}
		g.pushBase(a.root)
		f.Emit(wc.I32Add)
		f.Set(addr)
		do(l, addr)
		if active.some {
			f.End()
		}
	}
	g.free(wc.I32, addr)
}

// place is where in outs the i-th scalar of a lane's run stands.
func (a access) place(outs []int, i, l int64) (out int, lane uint8) {
	switch {
	case a.size == 8:
		return outs[2*i+l/2], uint8(l % 2)
	case a.size < 4:
		return outs[i], uint8(l * 4 / a.size)
	}
	return outs[i], uint8(l)
}

// loadEach loads the bits of active lanes' runs, in bounds, one by one.
func (g *gen) loadEach(a access, outs []int, active mask) {
	f := g.f
	for _, o := range outs {
		f.V128([16]byte{})
		f.Set(o)
	}
	g.eachLane(a, active, func(l int64, addr int) {
		for i := range a.n {
			out, lane := a.place(outs, i, l)
			f.Get(addr, out)
			f.MemLane(loadLane[a.size], uint32(i*a.size), lane)
			f.Set(out)
		}
	})
}

var (
	loadLane  = map[int64]wc.Op{1: wc.V128Load8Lane, 2: wc.V128Load16Lane, 4: wc.V128Load32Lane, 8: wc.V128Load64Lane}
	storeLane = map[int64]wc.Op{1: wc.V128Store8Lane, 2: wc.V128Store16Lane, 4: wc.V128Store32Lane, 8: wc.V128Store64Lane}
)

// loadScalar loads from an address that the chunk shares.
func (g *gen) loadScalar(n *node, a access) {
	f := g.f
	at := g.spot(a)
	t := scalarType(a.k)
	vals := make([]int, a.n)
	for i := range vals {
		vals[i] = g.temp(t)
	}
	all := func() {
		for i, v := range vals {
			g.loadOne(a.k, at.get(f, int64(i)*a.size))
			f.Set(v)
		}
	}
	if a.proven {
		all()
	} else {
		g.inBounds(a, at.off, a.size*a.n)
		f.If()
		all()
		f.Else()
		g.fault()
		for _, v := range vals {
			switch t {
			case wc.I32:
				f.I32(0)
			case wc.I64:
				f.I64(0)
			default:
				f.F32(0)
			}
			f.Set(v)
		}
		f.End()
	}
	for i, v := range vals {
		g.setScalar(n, n.in.Dst+ir.Reg(i), v)
		g.free(t, v)
	}
	g.done(at)
}

// setScalar gives a register the value of a scalar local.
func (g *gen) setScalar(n *node, r ir.Reg, local int) {
	f, k := g.f, g.fn.Regs[r].Kind
	if len(g.refs[r]) < 2 {
		return
	}
	f.Get(local)
	switch {
	case g.of[r].form != varying:
		f.Set(g.loc[r][0])
		g.spreadOut(r)
	case wide(k):
		f.Emit(wc.I64x2Splat)
		f.Get(local)
		f.Emit(wc.I64x2Splat)
		g.setHalves(n, r)
	default:
		g.splat(k)
		g.set(n, r)
	}
}

// loadOne loads a scalar of the kind from the address on the stack.
func (g *gen) loadOne(k ir.Kind, at uint32) {
	f := g.f
	switch k {
	case ir.F16, ir.BF16:
		f.Mem(wc.I32Load16U, at)
		f.Emit(wc.I32x4Splat)
		g.unpackHalf(k)
		f.Lane(wc.F32x4ExtractLane, 0)
	case ir.F32:
		f.Mem(wc.F32Load, at)
	case ir.Bool:
		f.Mem(wc.I32Load8U, at)
		f.I32(0)
		f.Emit(wc.I32Ne)
	case ir.I8:
		f.Mem(wc.I32Load8S, at)
	case ir.U8:
		f.Mem(wc.I32Load8U, at)
	case ir.I16:
		f.Mem(wc.I32Load16S, at)
	case ir.U16:
		f.Mem(wc.I32Load16U, at)
	case ir.I64, ir.U64:
		f.Mem(wc.I64Load, at)
	default:
		f.Mem(wc.I32Load, at)
	}
}

// fromBits turns the raw bits of a kind in 32-bit lanes into its vector form.
func (g *gen) fromBits(k ir.Kind) {
	f := g.f
	switch k {
	case ir.F16, ir.BF16:
		g.unpackHalf(k)
	case ir.Bool:
		f.V128([16]byte{})
		f.Emit(wc.I32x4Ne)
	case ir.I8, ir.I16:
		g.narrowVector(k)
	}
}

// toBits is the opposite of fromBits.
func (g *gen) toBits(k ir.Kind) {
	f := g.f
	switch k {
	case ir.F16, ir.BF16:
		g.packHalf(k)
	case ir.Bool:
		f.V128(splat32(1))
		f.Emit(wc.V128And)
	}
}

// step is the distance in bytes between the addresses of adjacent lanes; it
// reports false if that differs.
func (g *gen) step(a access) (int64, bool) {
	switch s := g.of[a.p]; s.form {
	case linear:
		return s.stride, true
	case widened:
		return s.stride * s.scale, true
	}
	return 0, false
}

// chunkInBounds pushes whether the span from the first lane's address lies in
// bounds, and the lanes in it.
func (g *gen) chunkInBounds(a access, off int, span int64) {
	f, s := g.f, g.of[a.p]
	g.inBounds(a, off, span)
	if s.form == widened {
		// The 32-bit values must not wrap within the chunk.
		f.Get(g.loc[a.p][1])
		if s.signed {
			f.I32(int32(1<<31 - 1 - 3*s.stride))
			f.Emit(wc.I32LeS)
		} else {
			f.I32(int32(uint32(1<<32 - 1 - 3*s.stride)))
			f.Emit(wc.I32LeU)
		}
		f.Emit(wc.I32And)
	}
}

// loadStrided loads the bits of a chunk's runs lane by lane, all in bounds.
func (g *gen) loadStrided(a access, at spot, outs []int) {
	f := g.f
	step, _ := g.step(a)
	if a.n == 4 && a.size == 4 {
		var rows [4]int
		for l := range rows {
			rows[l] = g.temp(wc.V128)
			f.Mem(wc.V128Load, at.get(f, int64(l)*step))
			f.Set(rows[l])
		}
		g.transpose(rows, [4]int(outs))
		g.free(wc.V128, rows[:]...)
		return
	}
	lanes := int64(4) // of an output
	if a.size == 8 {
		lanes = 2
	}
	for i, out := range outs {
		scalar, first := int64(i), int64(0)
		if a.size == 8 {
			scalar, first = int64(i/2), int64(i%2*2)
		}
		for l := range lanes {
			where := (first+l)*step + scalar*a.size
			switch {
			case l == 0 && a.size >= 4:
				f.Mem(map[int64]wc.Op{4: wc.V128Load32Zero, 8: wc.V128Load64Zero}[a.size], at.get(f, where))
			default:
				if l == 0 {
					f.V128([16]byte{})
					f.Set(out)
				}
				offset := at.get(f, where)
				f.Get(out)
				lane := l
				if a.size < 4 {
					lane = l * 4 / a.size
				}
				f.MemLane(loadLane[a.size], offset, uint8(lane))
			}
			f.Set(out)
		}
	}
}

func vectorRun(a access) bool {
	switch a.n {
	case 1:
		return true
	case 2:
		return a.size == 4 || a.size == 2
	case 4:
		return a.size <= 4
	}
	return false
}

// runLocals borrows vectors for a run: one for each scalar, two for 64 bits.
func (g *gen) runLocals(a access) []int {
	outs := make([]int, a.n*max(1, a.size/4))
	for i := range outs {
		outs[i] = g.temp(wc.V128)
	}
	return outs
}

// loadAdjacent loads the bits of a chunk's runs into outs.
func (g *gen) loadAdjacent(a access, s spot, outs []int) {
	f := g.f
	one := func(op wc.Op, at int64) { f.Mem(op, s.get(f, at)) }
	switch {
	case a.n == 1 && a.size == 4:
		one(wc.V128Load, 0)
		f.Set(outs[0])
	case a.n == 1 && a.size == 8:
		one(wc.V128Load, 0)
		f.Set(outs[0])
		one(wc.V128Load, 16)
		f.Set(outs[1])
	case a.n == 1 && a.size == 2:
		one(wc.V128Load16x4U, 0)
		f.Set(outs[0])
	case a.n == 1:
		one(wc.V128Load32Zero, 0)
		f.Emit(wc.I16x8ExtendLowI8x16U, wc.I32x4ExtendLowI16x8U)
		f.Set(outs[0])
	case a.n*a.size == 4: // a lane's run is one word
		t := g.temp(wc.V128)
		one(wc.V128Load, 0)
		f.Set(t)
		for i, o := range outs {
			f.Get(t)
			f.I32(int32(int64(i) * a.size * 8))
			f.Emit(wc.I32x4ShrU)
			f.V128(splat32(uint32(1<<(8*a.size) - 1)))
			f.Emit(wc.V128And)
			f.Set(o)
		}
		g.free(wc.V128, t)
	case a.n == 2: // float2
		t := g.temp(wc.V128)
		u := g.temp(wc.V128)
		one(wc.V128Load, 0)
		f.Set(t)
		one(wc.V128Load, 16)
		f.Set(u)
		f.Get(t, u)
		f.Shuffle32(0, 2, 4, 6)
		f.Set(outs[0])
		f.Get(t, u)
		f.Shuffle32(1, 3, 5, 7)
		f.Set(outs[1])
		g.free(wc.V128, t, u)
	default: // four scalars of 2 or 4 bytes: load each lane's run, then transpose
		op := wc.V128Load
		if a.size == 2 {
			op = wc.V128Load16x4U
		}
		var rows [4]int
		for l := range rows {
			rows[l] = g.temp(wc.V128)
			one(op, int64(l)*a.size*4)
			f.Set(rows[l])
		}
		g.transpose(rows, [4]int(outs))
		g.free(wc.V128, rows[:]...)
	}
}

// transpose turns four rows into four columns.
func (g *gen) transpose(in, out [4]int) {
	f := g.f
	var t [4]int
	for i := range t {
		t[i] = g.temp(wc.V128)
		f.Get(in[i/2*2], in[i/2*2+1])
		if i%2 == 0 {
			f.Shuffle32(0, 4, 1, 5)
		} else {
			f.Shuffle32(2, 6, 3, 7)
		}
		f.Set(t[i])
	}
	for i := range out {
		f.Get(t[i/2], t[i/2+2])
		if i%2 == 0 {
			f.Shuffle32(0, 1, 4, 5)
		} else {
			f.Shuffle32(2, 3, 6, 7)
		}
		f.Set(out[i])
	}
	g.free(wc.V128, t[:]...)
}

// lanesOf pushes what the lane-wise helpers take: area, base, size, mask, byte
// offsets of the lanes, constant offset of the run, its size, and where in it.
func (g *gen) lanesOf(a access, at int64) {
	f := g.f
	f.Get(g.area)
	g.pushBase(a.root)
	g.pushSize(a.root)
	g.pushCur()
	g.half(a.p, 0)
	g.half(a.p, 1)
	f.I64(a.imm)
	f.I64(a.size * a.n)
	f.I32(int32(at))
}

func (g *gen) gather(a access, outs []int) {
	for i := range a.n {
		g.lanesOf(a, i*a.size)
		switch a.size {
		case 1:
			g.call(helperGather1)
		case 2:
			g.call(helperGather2)
		case 4:
			g.call(helperGather4)
		default:
			g.call(helperGather8)
			g.f.Set(outs[2*i+1])
			g.f.Set(outs[2*i])
			continue
		}
		g.f.Set(outs[i])
	}
}
