package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// convertScalar converts the value on the stack.
func (g *gen) convertScalar(from, to ir.Kind) {
	f := g.f
	switch {
	case from == to:
	case from.IsFloat() && to.IsFloat():
		g.roundScalar(to)
	case from.IsFloat() && to == ir.Bool:
		f.F32(0)
		f.Emit(wc.F32Ne)
	case from.IsFloat() && wide(to):
		if to == ir.I64 {
			f.Emit(wc.I64TruncSatF32S)
		} else {
			f.Emit(wc.I64TruncSatF32U)
		}
	case from.IsFloat():
		if to.IsSigned() {
			f.Emit(wc.I32TruncSatF32S)
		} else {
			f.Emit(wc.I32TruncSatF32U)
		}
		g.saturate(to)
	case to.IsFloat() && wide(from):
		if from == ir.I64 {
			f.Emit(wc.F32ConvertI64S)
		} else {
			f.Emit(wc.F32ConvertI64U)
		}
		g.roundScalar(to)
	case to.IsFloat():
		if to == ir.BF16 && from.Bits() == 32 {
			f.Emit(wc.I32x4Splat)
			g.intToBF16(from)
			f.Lane(wc.F32x4ExtractLane, 0)
			return
		}
		if from.IsSigned() {
			f.Emit(wc.F32ConvertI32S)
		} else {
			f.Emit(wc.F32ConvertI32U)
		}
		g.roundScalar(to)
	case to == ir.Bool && wide(from):
		f.I64(0)
		f.Emit(wc.I64Ne)
	case to == ir.Bool:
		f.I32(0)
		f.Emit(wc.I32Ne)
	case wide(from) && wide(to):
	case wide(from):
		f.Emit(wc.I32WrapI64)
		g.narrow(to)
	case wide(to):
		if from.IsSigned() {
			f.Emit(wc.I64ExtendI32S)
		} else {
			f.Emit(wc.I64ExtendI32U)
		}
	default:
		g.narrow(to)
	}
}

// intToBF16 converts 32-bit lanes to bfloat. By way of f32 there would be two
// roundings. (For half that cannot be seen: such a value is infinite.)
func (g *gen) intToBF16(from ir.Kind) {
	f := g.f
	if !from.IsSigned() {
		g.call(helperIntBF16)
		g.roundVector(ir.BF16)
		return
	}
	v := g.temp(wc.V128)
	f.Tee(v)
	f.Emit(wc.I32x4Abs)
	g.call(helperIntBF16)
	g.roundVector(ir.BF16)
	f.Get(v)
	f.V128(splat32(1 << 31))
	f.Emit(wc.V128And, wc.V128Or)
	g.free(wc.V128, v)
}

// saturate clamps the i32 on the stack to a small integer kind.
func (g *gen) saturate(k ir.Kind) {
	if k.Bits() == 32 {
		return
	}
	f := g.f
	t := g.temp(wc.I32)
	lo, hi := int32(0), int32(k.Mask())
	lt, gt := wc.I32LtU, wc.I32GtU
	if k.IsSigned() {
		hi >>= 1
		lo = -hi - 1
		lt, gt = wc.I32LtS, wc.I32GtS
	}
	for _, c := range []struct {
		limit int32
		op    wc.Op
	}{{lo, lt}, {hi, gt}} {
		f.Set(t)
		f.I32(c.limit)
		f.Get(t, t)
		f.I32(c.limit)
		f.Emit(c.op, wc.Select)
	}
	g.free(wc.I32, t)
}

func (g *gen) bitcastScalar(from, to ir.Kind) {
	f := g.f
	switch {
	case from == to || wide(from) && wide(to):
	case from == ir.F32 && !to.IsFloat():
		f.Emit(wc.I32ReinterpretF32)
	case to == ir.F32 && !from.IsFloat():
		f.Emit(wc.F32ReinterpretI32)
	case from.IsFloat() || to.IsFloat():
		f.Emit(splatOf(from))
		g.bitsVector(from, to)
		if to.IsFloat() {
			f.Lane(wc.F32x4ExtractLane, 0)
		} else {
			f.Lane(wc.I32x4ExtractLane, 0)
		}
	default:
		g.narrow(to)
	}
}

func splatOf(k ir.Kind) wc.Op {
	if k.IsFloat() {
		return wc.F32x4Splat
	}
	return wc.I32x4Splat
}

// bitsVector reinterprets the 16-bit lanes on the stack between float and
// integer kinds.
func (g *gen) bitsVector(from, to ir.Kind) {
	if from.IsFloat() {
		g.packHalf(from)
		from = ir.U16
	}
	switch {
	case to.IsFloat():
		g.f.V128(splat32(0xffff))
		g.f.Emit(wc.V128And)
		g.unpackHalf(to)
	default:
		g.narrowVector(to)
	}
}

func (g *gen) bitcastVector(n *node) {
	in := n.in
	if wide(in.Kind) || wide(in.From) {
		g.move(n, in.Args[0])
		return
	}
	g.vec(in.Args[0])
	switch {
	case in.Kind == in.From || in.Kind.Bits() == 32:
	case in.Kind.IsFloat() || in.From.IsFloat():
		g.bitsVector(in.From, in.Kind)
	default:
		g.narrowVector(in.Kind)
	}
	g.set(n, in.Dst)
}

func (g *gen) convertVector(n *node) {
	f, in := g.f, n.in
	from, to := in.From, in.Kind
	a := in.Args[0]
	switch {
	case wide(from) && wide(to) || from == to:
		g.move(n, a)
		return
	case wide(to) && !from.IsFloat() && from != ir.Bool:
		for h := range 2 {
			g.vec(a)
			ops := [...]wc.Op{wc.I64x2ExtendLowI32x4U, wc.I64x2ExtendHighI32x4U}
			if from.IsSigned() {
				ops = [...]wc.Op{wc.I64x2ExtendLowI32x4S, wc.I64x2ExtendHighI32x4S}
			}
			f.Emit(ops[h])
		}
		g.setHalves(n, in.Dst)
		return
	case wide(from) && !to.IsFloat() && to != ir.Bool:
		g.half(a, 0)
		g.half(a, 1)
		f.Shuffle32(0, 2, 4, 6)
		g.narrowVector(to)
	case wide(from) || wide(to):
		g.lanewise(n, to, in)
		return
	case from.IsFloat() && to.IsFloat():
		g.vec(a)
		g.round(to, ir.Convert, g.shortNaN(a))
	case from.IsFloat() && to == ir.Bool:
		g.vec(a)
		f.V128([16]byte{})
		f.Emit(wc.F32x4Ne)
	case from.IsFloat():
		g.floatToInt(n)
	case from == ir.Bool && to.IsFloat():
		g.vec(a)
		f.V128(splat32(0x3f800000))
		f.Emit(wc.V128And)
	case from == ir.Bool:
		g.vec(a)
		f.V128(splat32(1))
		f.Emit(wc.V128And)
	case to.IsFloat():
		g.vec(a)
		if to == ir.BF16 && from.Bits() == 32 {
			g.intToBF16(from)
			break
		}
		if from.IsSigned() || g.limit[a] < 1<<31 { // one instruction, where the other takes ten
			f.Emit(wc.F32x4ConvertI32x4S)
		} else {
			f.Emit(wc.F32x4ConvertI32x4U)
		}
		g.roundVector(to)
	case to == ir.Bool:
		g.vec(a)
		f.V128([16]byte{})
		f.Emit(wc.I32x4Ne)
	default:
		g.vec(a)
		if _, most := bounds(to); float64(g.limit[a]) > most || from.IsSigned() && g.limit[a] > from.Mask()>>1 {
			g.narrowVector(to)
		}
	}
	g.set(n, in.Dst)
}
