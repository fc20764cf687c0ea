package irgen

import "github.com/zmlx/zmlx/mlx/msl/ir"

var device = ir.Type{Kind: ir.Ptr, Space: ir.Device}

// kernel makes the entry.
func (g *generator) kernel(size int) *ir.Entry {
	g.p.Funcs = append(g.p.Funcs, &ir.Func{Name: "kernel"})
	g.start(g.p.Funcs[len(g.p.Funcs)-1], true)
	param := func(t ir.Type) ir.Reg {
		r := g.reg(t)
		g.f.Params = append(g.f.Params, r)
		return r
	}
	u32 := ir.Type{Kind: ir.U32}
	g.in, g.out, g.counters = param(device), param(device), param(device)
	x, y, width := param(u32), param(u32), param(u32)
	g.lane, g.threads = param(u32), 0
	group := param(u32)
	if g.streaming {
		g.streamIn, g.streamOut = param(device), param(device)
	}
	e := &ir.Entry{Name: "kernel", Func: len(g.p.Funcs) - 1, ThreadgroupSize: 8 * tileCells, Args: []ir.Arg{
		{Kind: ir.ArgBuffer, Name: "in", Index: In, Space: ir.Device, ReadOnly: true, ElemKind: ir.U64, ElemSize: 8},
		{Kind: ir.ArgBuffer, Name: "out", Index: Out, Space: ir.Device, ElemKind: ir.U64, ElemSize: 8},
		{Kind: ir.ArgBuffer, Name: "counters", Index: Counters, Space: ir.Device, ElemKind: ir.U32, ElemSize: 4},
		{Kind: ir.ArgBuiltin, Name: "p", Builtin: ir.ThreadPositionInGrid, Scalar: ir.U32, N: 2},
		{Kind: ir.ArgBuiltin, Name: "w", Builtin: ir.ThreadsPerGrid, Scalar: ir.U32, N: 1},
		{Kind: ir.ArgBuiltin, Name: "i", Builtin: ir.ThreadIndexInThreadgroup, Scalar: ir.U32, N: 1},
		{Kind: ir.ArgBuiltin, Name: "g", Builtin: ir.ThreadgroupPositionInGrid, Scalar: ir.U32, N: 1},
	}}
	if g.streaming {
		e.Args = append(e.Args,
			ir.Arg{Kind: ir.ArgBuffer, Name: "a", Index: StreamIn, Space: ir.Device, ReadOnly: true, ElemKind: ir.U64, ElemSize: 8},
			ir.Arg{Kind: ir.ArgBuffer, Name: "z", Index: StreamOut, Space: ir.Device, ElemKind: ir.U64, ElemSize: 8})
	}
	g.p.Entries = append(g.p.Entries, e)
	g.f.Threadgroup = []ir.Slot{{Name: "tile", Size: 8 * tileCells, Align: 8}}

	linear := g.op(ir.Add, ir.U32, ir.U32, g.op(ir.Mul, ir.U32, ir.U32, y, width), x)
	g.out, g.linear = g.element(g.out, linear, 8*outCells), linear
	for _, r := range []ir.Reg{x, y, group, linear} {
		g.define(r)
	}
	if g.alone = g.chance(3); !g.alone {
		g.define(g.lane)
	} else if g.chance(2) {
		g.guard([]ir.Reg{x, y, linear})
	}
	for range 3 {
		g.load()
	}
	g.statements(size)
	if g.chance(2) {
		g.call()
	}
	for _, r := range g.vars {
		g.store(r)
	}
	for range 3 {
		g.store(g.value(g.kind()))
	}
	return e
}

// guard lets threads return whose positions are beyond something that all of
// them know.
func (g *generator) guard(positions []ir.Reg) {
	compare := func() ir.Reg {
		p, limit := positions[g.rng.IntN(len(positions))], g.constant(ir.U32, g.rng.Uint64N(150))
		if g.chance(3) {
			in := g.constant(ir.U32, g.rng.Uint64N(inputs))
			r := g.reg(ir.Type{Kind: ir.U32})
			g.emit(ir.Instr{Op: ir.Load, Kind: ir.U32, Space: ir.Device, Dst: r, Args: []ir.Reg{g.element(g.in, in, 8)}})
			limit = r
		}
		if g.chance(2) {
			p, limit = limit, p
		}
		op := ir.Eq + ir.Op(g.rng.IntN(4))
		kind := ir.U32
		if g.chance(2) {
			kind, p, limit = ir.I32, g.convert(ir.I32, p), g.convert(ir.I32, limit)
		}
		return g.op(op, kind, ir.Bool, p, limit)
	}
	cond := compare()
	if g.chance(2) {
		cond = g.op([]ir.Op{ir.And, ir.Or}[g.rng.IntN(2)], ir.Bool, ir.Bool, cond, compare())
	}
	in := ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{cond}, Nest: &ir.Nest{}}
	back := ir.Block{{Op: ir.Return, Dst: ir.NoReg}}
	if g.chance(3) {
		in.Nest.Else = back
	} else {
		in.Nest.Body = back
	}
	g.emit(in)
}

// element returns base + index*size; index is U32.
func (g *generator) element(base, index ir.Reg, size uint64) ir.Reg {
	wide := g.convert(ir.I64, index)
	off := g.op(ir.Mul, ir.I64, ir.I64, wide, g.constant(ir.I64, size))
	d := g.reg(g.f.Regs[base])
	g.emit(ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Dst: d, Args: []ir.Reg{base, off}})
	return d
}

// index returns an index below n, a power of two: constant or varying.
func (g *generator) index(n uint64) ir.Reg {
	if g.chance(2) {
		return g.constant(ir.U32, g.rng.Uint64N(n))
	}
	return g.op(ir.And, ir.U32, ir.U32, g.value(ir.U32), g.constant(ir.U32, n-1))
}

// loadRun loads a run of values, now and then of more than 4, that lie within size bytes, to
// which p is aligned.
func (g *generator) loadRun(space ir.Space, p ir.Reg, k ir.Kind, size int) {
	most := 4
	if g.chance(4) {
		most = ir.MaxScalars
	}
	n := min(1+g.rng.IntN(most), size/k.Size())
	in := ir.Instr{Op: ir.Load, Kind: k, Space: space, N: uint8(n), Args: []ir.Reg{p}}
	in.Imm = uint64(g.rng.IntN(size/k.Size()-n+1) * k.Size())
	if int(in.Imm)%in.Align() != 0 {
		in.Flags = ir.Packed
	}
	for i := range n {
		d := g.reg(ir.Type{Kind: k})
		if i == 0 {
			in.Dst = d
		}
		defer g.define(d)
	}
	g.emit(in)
}

func (g *generator) load() {
	k := g.kind()
	if k == ir.Bool {
		k = ir.U32
	}
	size := 8
	if g.chance(4) {
		size <<= g.rng.IntN(5)
	}
	g.loadRun(ir.Device, g.element(g.in, g.index(uint64(8*inputs/size)), uint64(size)), k, size)
}

// store writes a value to the next of the thread's own cells. Once they are
// used up they are combined.
func (g *generator) store(r ir.Reg) {
	cell := uint64(g.nextCell % outCells)
	g.nextCell++
	r = g.seen(r)
	k := g.f.Regs[r].Kind
	if g.nextCell > outCells && k != ir.Bool {
		old := g.reg(ir.Type{Kind: k})
		g.emit(ir.Instr{Op: ir.Load, Kind: k, Space: ir.Device, Dst: old, Imm: 8 * cell, Args: []ir.Reg{g.out}})
		op := ir.Xor
		if k.IsFloat() {
			op = ir.Sub
		}
		r = g.seen(g.op(op, k, k, old, r))
	}
	g.emit(ir.Instr{Op: ir.Store, Kind: k, Space: ir.Device, Dst: ir.NoReg, Imm: 8 * cell, Args: []ir.Reg{g.out, r}})
}

// private makes or uses a private array of 4 elements of 8 bytes.
func (g *generator) private() {
	const elems = 4
	address := func(slot int) ir.Reg {
		d := g.reg(ir.Type{Kind: ir.Ptr, Space: ir.Thread})
		g.emit(ir.Instr{Op: ir.SlotAddr, Kind: ir.Ptr, Space: ir.Thread, Dst: d, Imm: uint64(slot)})
		return d
	}
	if len(g.f.Private) == 0 || g.chance(4) {
		if g.depth > 0 { // only slots that every thread has initialised
			return
		}
		g.f.Private = append(g.f.Private, ir.Slot{Name: "array", Size: 8 * elems, Align: 8})
		p := address(len(g.f.Private) - 1)
		g.emit(ir.Instr{Op: ir.ZeroMem, Space: ir.Thread, Dst: ir.NoReg, Imm: 8 * elems, Args: []ir.Reg{p}})
		return
	}
	slot := g.rng.IntN(len(g.f.Private))
	p := address(slot)
	k := g.kind()
	if slot%2 == 0 { // half of the arrays stay promotable
		k = []ir.Kind{ir.I32, ir.U32, ir.F32}[g.rng.IntN(3)]
		p = g.element(p, g.constant(ir.U32, g.rng.Uint64N(elems)), 8)
	} else {
		p = g.element(p, g.index(elems), 8)
	}
	switch {
	case g.chance(8) && len(g.f.Private) > 1:
		from := g.rng.IntN(len(g.f.Private))
		if from != slot {
			g.emit(ir.Instr{Op: ir.CopyMem, Space: ir.Thread, Dst: ir.NoReg, Imm: 8 * elems, Args: []ir.Reg{address(slot), address(from)}})
		}
	case g.chance(2) && k != ir.Bool:
		d := g.reg(ir.Type{Kind: k})
		g.emit(ir.Instr{Op: ir.Load, Kind: k, Space: ir.Thread, Dst: d, Args: []ir.Reg{p}})
		g.define(d)
	default:
		g.emit(ir.Instr{Op: ir.Store, Kind: k, Space: ir.Thread, Dst: ir.NoReg, Args: []ir.Reg{p, g.seen(g.value(k))}})
	}
}

// atomic changes a counter; each counter sees one operation only, so that the
// order does not matter.
func (g *generator) atomic() {
	ops := []ir.Op{ir.AtomicAdd, ir.AtomicSub, ir.AtomicMin, ir.AtomicMax, ir.AtomicAnd, ir.AtomicOr, ir.AtomicXor}
	i := g.rng.IntN(len(ops))
	if g.chance(4) {
		g.wideAtomic()
		return
	}
	k := ir.U32
	if i == 2 || i == 0 {
		k = ir.I32
	}
	g.emit(ir.Instr{Op: ops[i], Kind: k, Space: ir.Device, Dst: ir.NoReg, Imm: uint64(4 * i), Args: []ir.Reg{g.counters, g.value(k)}})
}

// wideAtomic changes one of the last counters, which are of other kinds.
func (g *generator) wideAtomic() {
	set := func(op ir.Op, k ir.Kind, at uint64, args ...ir.Reg) {
		g.emit(ir.Instr{Op: op, Kind: k, Space: ir.Device, Dst: ir.NoReg, Imm: at, Args: append([]ir.Reg{g.counters}, args...)})
	}
	yes := func() ir.Reg { return g.constant(ir.Bool, 1) }
	switch g.rng.IntN(5) {
	case 0:
		set(ir.AtomicMin, ir.U64, 32, g.value(ir.U64))
	case 1:
		set(ir.AtomicMax, ir.U64, 40, g.value(ir.U64))
	case 2:
		set(ir.AtomicStore, ir.Bool, 48, yes())
	case 3:
		set(ir.AtomicXchg, ir.Bool, 49, yes())
	default:
		set(ir.AtomicCAS, ir.Bool, 50, g.constant(ir.Bool, 0), yes())
	}
}

// swap stores a value to a cell of the thread's own, changes it by an atomic operation and
// uses what was there before. Floats are whole, so that they do not become NaNs.
func (g *generator) swap() {
	k := []ir.Kind{ir.I32, ir.U32, ir.F32, ir.U64, ir.Bool}[g.rng.IntN(5)]
	op := ir.AtomicLoad + ir.Op(g.rng.IntN(int(ir.AtomicXor-ir.AtomicLoad)+1))
	switch {
	case k == ir.U64:
		op = []ir.Op{ir.AtomicMin, ir.AtomicMax}[g.rng.IntN(2)]
	case k == ir.Bool && op > ir.AtomicCAS, k == ir.F32 && op > ir.AtomicSub:
		op = ir.AtomicXchg
	}
	value := func() ir.Reg {
		if k == ir.F32 {
			return g.convert(k, g.value(ir.I16))
		}
		return g.value(k)
	}
	place := 8 * uint64(g.nextCell%outCells)
	g.nextCell++
	first := value()
	g.emit(ir.Instr{Op: ir.Store, Kind: k, Space: ir.Device, Dst: ir.NoReg, Imm: place, Args: []ir.Reg{g.out, first}})
	in := ir.Instr{Op: op, Kind: k, Space: ir.Device, Dst: ir.NoReg, Imm: place, Args: []ir.Reg{g.out}}
	if op == ir.AtomicCAS {
		in.Args = append(in.Args, []ir.Reg{first, value()}[g.rng.IntN(2)])
	}
	if op != ir.AtomicLoad {
		in.Args = append(in.Args, value())
	}
	if op != ir.AtomicStore {
		in.Dst = g.reg(ir.Type{Kind: k})
		g.define(in.Dst)
	}
	g.emit(in)
}

// print writes a line with a few values.
func (g *generator) print() {
	in := ir.Instr{Op: ir.Print, Dst: ir.NoReg, Imm: uint64(len(g.p.Formats))}
	format := "line"
	for range 1 + g.rng.IntN(3) {
		r := g.value(g.kind())
		in.Args = append(in.Args, r)
		if g.f.Regs[r].Kind.IsFloat() {
			format += " %g"
		} else {
			format += []string{" %d", " %u", " %x"}[g.rng.IntN(3)]
		}
	}
	g.p.Formats = append(g.p.Formats, format)
	g.emit(in)
}

// simd makes a SIMD-group function. Those that name a lane only run where all
// threads are together.
func (g *generator) simd() {
	ops := []ir.Op{ir.SimdSum, ir.SimdProduct, ir.SimdMin, ir.SimdMax, ir.SimdAnd, ir.SimdOr, ir.SimdXor, ir.SimdPrefixSum,
		ir.SimdPrefixProduct, ir.SimdExclSum, ir.SimdExclProduct, ir.SimdBroadcastFirst, ir.SimdAll, ir.SimdAny, ir.SimdBallot,
		ir.SimdIsFirst, ir.SimdActive}
	lanes := []ir.Op{ir.SimdBroadcast, ir.SimdShuffle, ir.SimdShuffleXor, ir.SimdShuffleUp, ir.SimdShuffleDown,
		ir.SimdRotateUp, ir.SimdRotateDown, ir.SimdFillUp, ir.SimdFillDown}
	if !g.divergent {
		ops = append(ops, lanes...)
	}
	for {
		op, k := ops[g.rng.IntN(len(ops))], g.kind()
		if g.chance(8) { // whose operand and result are of different sizes
			op = ir.SimdBallot
		}
		sig, res, ok := op.Signature(k)
		if !ok {
			if sig, res, ok = op.Signature(ir.Void); !ok {
				continue
			}
			k = ir.Void
		}
		in := ir.Instr{Op: op, Kind: k}
		if g.chance(3) && op != ir.SimdBallot && op != ir.SimdActive {
			in.Imm = 4
		}
		for _, a := range sig {
			in.Args = append(in.Args, g.value(a))
		}
		if len(sig) > 0 && sig[0] == ir.Bool && g.chance(2) { // other lanes in each SIMD-group
			bits := g.op(ir.And, ir.U32, ir.U32, g.lane, g.constant(ir.U32, uint64(1+g.rng.IntN(127))))
			in.Args[0] = g.op(ir.Ne, ir.U32, ir.Bool, bits, g.constant(ir.U32, 0))
		}
		if op == ir.SimdFillUp || op == ir.SimdFillDown { // the modulo is a constant
			in.Args[3] = g.constant(ir.U32, 1<<(1+g.rng.IntN(5)))
		}
		in.Dst = g.reg(ir.Type{Kind: res[0]})
		g.emit(in)
		g.define(in.Dst)
		if g.chance(2) {
			g.store(in.Dst)
		}
		return
	}
}

// exchange passes a value through threadgroup memory.
func (g *generator) exchange() {
	tile := g.reg(ir.Type{Kind: ir.Ptr, Space: ir.Threadgroup})
	g.emit(ir.Instr{Op: ir.SlotAddr, Kind: ir.Ptr, Space: ir.Threadgroup, Dst: tile})
	k := g.kind()
	if k == ir.Bool {
		k = ir.I8
	}
	barrier := ir.Instr{Op: ir.Barrier, Dst: ir.NoReg, Flags: ir.MemThreadgroup}
	g.emit(ir.Instr{Op: ir.Store, Kind: k, Space: ir.Threadgroup, Dst: ir.NoReg, Args: []ir.Reg{g.element(tile, g.lane, 8), g.seen(g.value(k))}})
	g.emit(barrier)
	// A neighbour within the pair of threads; an odd last thread has none and
	// reads what the poison left.
	other := g.op(ir.Xor, ir.U32, ir.U32, g.lane, g.constant(ir.U32, 1))
	if g.chance(2) {
		other = g.constant(ir.U32, 0)
	}
	d := g.reg(ir.Type{Kind: k})
	g.emit(ir.Instr{Op: ir.Load, Kind: k, Space: ir.Threadgroup, Dst: d, Args: []ir.Reg{g.element(tile, other, 8)}})
	g.emit(barrier)
	g.define(d)
}
