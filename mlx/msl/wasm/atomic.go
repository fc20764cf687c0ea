package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// atomic runs an atomic operation for the active lanes, in ascending order.
func (g *gen) atomic(n *node) {
	f, in := g.f, n.in
	a := g.access(in)
	if a.size != 4 || a.root.space == ir.Thread {
		panic(unsupported{in.Op.String() + " of " + in.Kind.String()})
	}
	isFloat := in.Kind == ir.F32
	out := g.temp(wc.V128)
	off, addr := g.temp(wc.I64), g.temp(wc.I32)
	f.V128([16]byte{})
	f.Set(out)
	for l := range 4 {
		if g.cur.some {
			f.Get(g.cur.local)
			f.Lane(wc.I32x4ExtractLane, uint8(l))
			f.If()
		}
		g.lane(a.p, l)
		f.I64(a.imm)
		f.Emit(wc.I64Add)
		f.Set(off)
		g.inBounds(a, off, 4)
		f.Get(off)
		f.I64(3)
		f.Emit(wc.I64And, wc.I64Eqz, wc.I32And)
		f.If()
		if in.Op != ir.AtomicLoad {
			g.noteStored(a, off, 4)
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
		t := g.temp(wc.I32)
		if g.atomicOp(in, addr, arg) {
			f.Set(t)
			if old {
				f.Get(out, t)
				f.Lane(wc.I32x4ReplaceLane, uint8(l))
				f.Set(out)
			}
		}
		g.free(wc.I32, t)
		f.Else()
		f.Get(g.area)
		f.I32(1)
		f.Mem(wc.I32Store, areaFault)
		f.End()
		if g.cur.some {
			f.End()
		}
	}
	if in.Dst != ir.NoReg && len(g.refs[in.Dst]) > 1 {
		f.Get(out)
		g.set(n, in.Dst)
	}
	g.free(wc.V128, out)
	g.free(wc.I64, off)
	g.free(wc.I32, addr)
}

// atomicOp emits the operation on one lane; it reports whether it pushes the
// old value.
func (g *gen) atomicOp(in *ir.Instr, addr int, arg func(int)) bool {
	f := g.f
	f.Get(addr)
	isFloat := in.Kind == ir.F32
	plain := map[ir.Op]wc.Op{ir.AtomicXchg: wc.I32AtomicRmwXchg, ir.AtomicAdd: wc.I32AtomicRmwAdd, ir.AtomicSub: wc.I32AtomicRmwSub,
		ir.AtomicAnd: wc.I32AtomicRmwAnd, ir.AtomicOr: wc.I32AtomicRmwOr, ir.AtomicXor: wc.I32AtomicRmwXor}
	switch op, ok := plain[in.Op]; {
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
