package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// atomic runs an atomic operation for the active lanes, in ascending order.
func (g *gen) atomic(n *node) {
	f, in := g.f, n.in
	a := g.access(n)
	if a.root.space == ir.Thread {
		panic(unsupported{in.Op.String() + " in thread memory"})
	}
	if a.root.space != ir.Threadgroup {
		g.atomicSize = max(g.atomicSize, uint32(a.size))
	}
	isFloat := in.Kind == ir.F32
	t, replace, lanes := wc.I32, wc.I32x4ReplaceLane, 4 // of the old value
	if a.size == 8 {
		t, replace, lanes = wc.I64, wc.I64x2ReplaceLane, 2
	}
	var out [2]int
	for i := range 4 / lanes {
		out[i] = g.temp(wc.V128)
		f.V128([16]byte{})
		f.Set(out[i])
	}
	off, addr := g.temp(wc.I64), g.temp(wc.I32)
	for l := range g.v.lanes() {
		if g.cur.some {
			f.Get(g.cur.local)
			f.Lane(wc.I32x4ExtractLane, uint8(l))
			f.If()
		}
		g.lane(a.p, l)
		f.I64(a.imm)
		f.Emit(wc.I64Add)
		f.Set(off)
		inside := func() {
			if a.root.open {
				f.I32(1)
			} else {
				g.inBounds(a, off, a.size)
			}
		}
		inside()
		f.Get(off)
		f.I64(a.size - 1)
		f.Emit(wc.I64And, wc.I64Eqz, wc.I32And)
		f.If()
		if in.Op != ir.AtomicLoad {
			g.noteStored(a, off, int(a.size))
		}
		g.address(a, off)
		f.Set(addr)
		old := in.Dst != ir.NoReg && len(g.refs[in.Dst]) > 1
		arg := func(i int) {
			g.lane(in.Args[i], l)
			if isFloat {
				f.Emit(wc.I32ReinterpretF32)
			}
		}
		if g.atomicOp(in, addr, arg) {
			if in.Kind == ir.Bool { // lanes are 0 or -1
				f.I32(0)
				f.Emit(wc.I32Ne)
				f.Set(addr)
				f.I32(0)
				f.Get(addr)
				f.Emit(wc.I32Sub)
			}
			x := g.temp(t)
			f.Set(x)
			if old {
				f.Get(out[l/lanes], x)
				f.Lane(replace, uint8(l%lanes))
				f.Set(out[l/lanes])
			}
			g.free(t, x)
		}
		f.Else()
		note := func(what uint32) {
			f.Get(g.area)
			f.I32(1)
			f.Mem(wc.I32Store, what)
		}
		inside()
		f.If()
		note(areaMisaligned)
		f.Else()
		note(areaFault)
		f.End()
		f.End()
		if g.cur.some {
			f.End()
		}
	}
	if in.Dst != ir.NoReg && len(g.refs[in.Dst]) > 1 {
		f.Get(out[0])
		switch {
		case g.v.alone:
			g.setFirst(in)
		case a.size == 8:
			f.Get(out[1])
			g.setHalves(n, in.Dst)
		default:
			g.set(n, in.Dst)
		}
	}
	g.free(wc.V128, out[:4/lanes]...)
	g.free(wc.I64, off)
	g.free(wc.I32, addr)
}

// atomicOp emits the operation on one lane; it reports whether it pushes the
// old value.
func (g *gen) atomicOp(in *ir.Instr, addr int, arg func(int)) bool {
	f := g.f
	f.Get(addr)
	isFloat := in.Kind == ir.F32
	plain := map[ir.Op]wc.Op{ir.AtomicXchg: wc.I32AtomicRmwXchg, ir.AtomicAdd: wc.I32AtomicRmwAdd, ir.AtomicSub: wc.I32AtomicRmwSub}
	logic := map[ir.Op]helper{ir.AtomicAnd: helperAtomicAnd, ir.AtomicOr: helperAtomicOr, ir.AtomicXor: helperAtomicXor}
	switch op, ok := plain[in.Op]; {
	case in.Kind == ir.Bool:
		return g.atomicBool(in, arg)
	case wide(in.Kind):
		arg(1)
		g.call(map[ir.Op]helper{ir.AtomicMin: helperAtomicMin64, ir.AtomicMax: helperAtomicMax64}[in.Op])
	case in.Op == ir.AtomicLoad:
		f.Mem(wc.I32AtomicLoad, 0)
	case in.Op == ir.AtomicStore:
		arg(1)
		f.Mem(wc.I32AtomicStore, 0)
		return false
	case in.Op == ir.AtomicCAS:
		arg(1)
		arg(2)
		f.Mem(wc.I32AtomicRmwCmpxchg, 0)
	case isFloat && (in.Op == ir.AtomicAdd || in.Op == ir.AtomicSub):
		arg(1)
		if in.Op == ir.AtomicSub {
			f.I32(-1 << 31)
			f.Emit(wc.I32Xor)
		}
		g.call(helperAtomicF32)
	case logic[in.Op] != 0 && !isFloat:
		arg(1)
		g.call(logic[in.Op])
	case in.Op == ir.AtomicMin || in.Op == ir.AtomicMax:
		if isFloat {
			panic(unsupported{in.Op.String() + " of f32"})
		}
		arg(1)
		h := helperAtomicMin
		if in.Op == ir.AtomicMax {
			h += 2
		}
		if !in.Kind.IsSigned() {
			h++
		}
		g.call(h)
	case ok && (!isFloat || in.Op == ir.AtomicXchg):
		arg(1)
		f.Mem(op, 0)
	default:
		panic(unsupported{in.Op.String() + " of " + in.Kind.String()})
	}
	return true
}

// atomicBool emits an operation on a byte whose address is on the stack; any
// byte but zero is true.
func (g *gen) atomicBool(in *ir.Instr, arg func(int)) bool {
	f := g.f
	switch in.Op {
	case ir.AtomicLoad:
		f.Mem(wc.I32AtomicLoad8U, 0)
	case ir.AtomicStore:
		arg(1)
		f.Mem(wc.I32AtomicStore8, 0)
		return false
	case ir.AtomicXchg:
		arg(1)
		f.Mem(wc.I32AtomicRmw8XchgU, 0)
	default:
		arg(1)
		arg(2)
		g.call(helperAtomicCASBool)
	}
	return true
}
