package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

func (g *gen) load(n *node) {
	a := g.access(n)
	g.checkAlignment(a)
	if g.of[a.p].scalar() && (a.root.space != ir.Thread || g.v.alone) {
		g.loadScalar(n, a)
		return
	}
	if four := g.quartet[n]; four != nil {
		g.loadQuartet(n, four)
		return
	}
	if g.moves(n) || g.loadEight(n, a) || g.loadSigned(n, a) {
		return
	}
	g.loadElements(n, a)
}

// loadElements loads what a node does.
func (g *gen) loadElements(n *node, a access) {
	f := g.f
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
	if g.goesDown(a) {
		g.loadDown(a, outs[0])
		return
	}
	if !a.crossed {
		if w, ok := g.nearLoad(a); ok {
			g.pick(a, w, outs)
			return
		}
		if g.loadPair(a, outs) || g.loadIfAdjacent(a, outs) || g.loadTogether(a, outs[0]) {
			return
		}
	}
	step, even := g.step(a)
	apart, known := g.spacing(a.p)
	lo, hi := apart.reach()
	inside := a.proven && (!g.cur.some || g.speculatable(a) || g.spare(a, hi-lo)) // so are lanes that are switched off
	if !known || hi > 3<<20 || lo < 0 && (even || !inside || !g.shares(a)) {      // what is not shared is the address of the first lane
		g.loadLanes(a, outs)
		return
	}
	at := g.spot(a)
	defer g.done(at)
	load := g.loadStrided
	if a.crossed {
		load = g.loadCrossed
	} else if even && step == a.size*a.n && vectorRun(a) && a.size*a.n < 16 { // 16 lanes cost less than eight shuffles
		load = g.loadAdjacent
	}
	if inside {
		load(a, at, outs)
		return
	}
	// Lanes that are switched off are read with the others, if there is
	// anything to read.
	if a.root.open {
		f.Get(g.cur.local)
		g.allLanes()
	} else {
		off := at.off
		if off < 0 {
			off = g.offset(a)
			defer g.free(wc.I64, off)
		}
		g.chunkInBounds(a, off, hi+a.size*a.n)
	}
	f.If()
	load(a, at, outs)
	f.Else()
	g.loadLanes(a, outs)
	f.End()
}

// loadIfAdjacent loads what mostly is one vector by an index, and tests whether it is.
func (g *gen) loadIfAdjacent(a access, outs []int) bool {
	f := g.f
	x, indexed := g.index[a.node]
	if !indexed || x.scale != a.size || a.node == nil || !g.adjacent[a.node.in] {
		return false
	}
	first := g.temp(wc.I32)
	g.vec(x.reg)
	f.Lane(wc.I32x4ExtractLane, 0)
	f.Set(first)
	g.vec(x.reg)
	f.Get(first)
	f.Emit(wc.I32x4Splat, wc.I32x4Sub)
	g.constant4(lanes32([]int64{0, 1, 2, 3}))
	f.Emit(wc.I32x4Eq)
	if !a.proven || g.cur.some && !g.speculatable(a) { // so are lanes that are switched off
		g.indicesInBounds(a, x)
		f.Emit(wc.V128And)
	}
	g.allLanes()
	f.If()
	f.Get(first)
	if x.scale != 1 {
		f.I32(int32(x.scale))
		f.Emit(wc.I32Mul)
	}
	g.pushBase(a.root)
	f.Emit(wc.I32Add)
	if a.imm < 0 {
		f.I32(int32(a.imm))
		f.Emit(wc.I32Add)
	}
	f.Set(first)
	g.loadAdjacent(a, spot{off: -1, addr: first, at: max(a.imm, 0), shared: true}, outs)
	g.free(wc.I32, first)
	f.Else()
	g.loadLanes(a, outs)
	f.End()
	return true
}

// loadLanes loads the bits of runs that lie anywhere.
func (g *gen) loadLanes(a access, outs []int) {
	active := g.lanesIn(a)
	g.loadEach(a, outs, active)
	g.lanesDone(active)
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
	if a.size < 4 {
		for _, o := range outs {
			f.V128([16]byte{})
			f.Set(o)
		}
	}
	g.eachLane(a, active, areaZero, func(l int64, addr int, at uint32) {
		if a.crossed {
			f.Get(addr)
			g.loadFour(a, at, outs[l])
			return
		}
		for i := range a.n {
			out, lane := a.place(outs, i, l)
			g.loadInto(a, addr, at+uint32(i*a.size), out, lane)
		}
	})
}

// loadInto loads an element of an access into a lane, the first if the lane is 0.
func (g *gen) loadInto(a access, addr int, at uint32, out int, lane uint8) {
	f := g.f
	f.Get(addr)
	switch {
	case lane == 0 && a.size == 4:
		f.Mem(wc.V128Load32Zero, at)
	case lane == 0 && a.size == 8:
		f.Mem(wc.V128Load64Zero, at)
	default:
		f.Get(out)
		f.MemLane(loadLane[a.size], at, lane)
	}
	f.Set(out)
}

var (
	loadLane  = map[int64]wc.Op{1: wc.V128Load8Lane, 2: wc.V128Load16Lane, 4: wc.V128Load32Lane, 8: wc.V128Load64Lane}
	storeLane = map[int64]wc.Op{1: wc.V128Store8Lane, 2: wc.V128Store16Lane, 4: wc.V128Store32Lane, 8: wc.V128Store64Lane}
)

// loadScalar loads from an address that the chunk shares.
func (g *gen) loadScalar(n *node, a access) {
	vals := g.scalars(a)
	for i, v := range vals {
		g.setScalar(n, n.in.Dst+ir.Reg(i), v)
	}
	g.free(scalarType(a.k), vals...)
}

// scalars loads a run from an address that the chunk shares, into locals.
func (g *gen) scalars(a access) []int {
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
	g.done(at)
	return vals
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
		f.V128([16]byte{})
		f.MemLane(wc.V128Load16Lane, at, 0)
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
