package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

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
