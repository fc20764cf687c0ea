package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Scalars are kept as i32 (Bool as 0 or 1, small integers extended by their
// sign), i64, or f32 (half and bfloat values too, rounded after each
// operation).

// binary32 and its relatives map operations to instructions where one does.
var (
	scalar32 = map[ir.Op]wc.Op{ir.Add: wc.I32Add, ir.Sub: wc.I32Sub, ir.Mul: wc.I32Mul, ir.And: wc.I32And, ir.Or: wc.I32Or, ir.Xor: wc.I32Xor,
		ir.Clz: wc.I32Clz, ir.Ctz: wc.I32Ctz, ir.Popcount: wc.I32Popcnt, ir.Eq: wc.I32Eq, ir.Ne: wc.I32Ne}
	scalar64 = map[ir.Op]wc.Op{ir.Add: wc.I64Add, ir.Sub: wc.I64Sub, ir.Mul: wc.I64Mul, ir.And: wc.I64And, ir.Or: wc.I64Or, ir.Xor: wc.I64Xor,
		ir.Clz: wc.I64Clz, ir.Ctz: wc.I64Ctz, ir.Popcount: wc.I64Popcnt, ir.Eq: wc.I64Eq, ir.Ne: wc.I64Ne}
	scalarFloat = map[ir.Op]wc.Op{ir.Neg: wc.F32Neg, ir.Add: wc.F32Add, ir.Sub: wc.F32Sub, ir.Mul: wc.F32Mul, ir.Div: wc.F32Div, ir.Abs: wc.F32Abs,
		ir.Eq: wc.F32Eq, ir.Ne: wc.F32Ne, ir.Lt: wc.F32Lt, ir.Le: wc.F32Le, ir.Sqrt: wc.F32Sqrt, ir.Floor: wc.F32Floor, ir.Ceil: wc.F32Ceil,
		ir.Trunc: wc.F32Trunc, ir.Rint: wc.F32Nearest, ir.CopySign: wc.F32Copysign}
)

// scalarOp pushes the result of an operation whose i-th operand arg pushes.
func (g *gen) scalarOp(in *ir.Instr, arg func(int)) {
	switch in.Op {
	case ir.Const:
		g.constant(in.Kind, in.Imm)
		return
	case ir.Mov:
		arg(0)
		return
	case ir.Select:
		if operand, ok := g.assumed[in]; ok { // the other may vary
			arg(operand)
			return
		}
		arg(1)
		arg(2)
		arg(0)
		if in.Kind.IsFloat() {
			g.f.SelectFloat(wc.F32)
		} else {
			g.f.Emit(wc.Select)
		}
		return
	case ir.Convert:
		arg(0)
		g.convertScalar(in.From, in.Kind)
		return
	case ir.Bitcast:
		arg(0)
		g.bitcastScalar(in.From, in.Kind)
		return
	}
	switch {
	case in.Kind.IsFloat():
		g.scalarFloatOp(in, arg)
	case wide(in.Kind):
		g.scalarWide(in, arg)
	default:
		g.scalarInt(in, arg)
	}
}

func (g *gen) constant(k ir.Kind, bits uint64) {
	switch {
	case k.IsFloat():
		g.f.F32(floatBits(k, bits))
	case wide(k):
		g.f.I64(int64(bits))
	default:
		g.f.I32(int32(extend(k, bits)))
	}
}

// floatBits are the float32 bits of a float constant of any kind.
func floatBits(k ir.Kind, bits uint64) uint32 {
	return math.Float32bits(float32(ir.FloatValue(k, bits)))
}

// extend widens the bits of an integer to 32 by its sign.
func extend(k ir.Kind, bits uint64) uint32 {
	switch k {
	case ir.Bool:
		return uint32(bits & 1)
	case ir.I8:
		return uint32(int8(bits))
	case ir.U8:
		return uint32(uint8(bits))
	case ir.I16:
		return uint32(int16(bits))
	case ir.U16:
		return uint32(uint16(bits))
	}
	return uint32(bits)
}

func (g *gen) scalarFloatOp(in *ir.Instr, arg func(int)) {
	f := g.f
	if op, ok := scalarFloat[in.Op]; ok {
		for i := range in.Args {
			arg(i)
		}
		f.Emit(op)
	} else {
		switch in.Op {
		case ir.Min, ir.Max:
			// In vectors, as floats are selected by way of integers.
			v := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
			for i, l := range v {
				f.V128([16]byte{})
				arg(i)
				f.Lane(wc.F32x4ReplaceLane, 0)
				f.Set(l)
			}
			g.minMax(in.Op, func() { f.Get(v[0]) }, func() { f.Get(v[1]) }, false)
			f.Lane(wc.F32x4ExtractLane, 0)
			g.free(wc.V128, v[0], v[1])
			return
		case ir.FMA:
			if in.Kind != ir.F32 {
				g.narrowFMA(in.Kind, func(i int) {
					arg(i)
					f.Emit(wc.F32x4Splat)
				})
				f.Lane(wc.F32x4ExtractLane, 0)
				break
			}
			g.scalarFMA(arg)
		case ir.Rem:
			for i := range 2 {
				arg(i)
				f.Emit(wc.F32x4Splat)
			}
			g.call(helperFmod4)
			f.Lane(wc.F32x4ExtractLane, 0)
			return // exact in every kind
		case ir.Round:
			arg(0)
			f.F32(nearlyHalf)
			arg(0)
			f.Emit(wc.F32Copysign, wc.F32Add, wc.F32Trunc)
			return
		case ir.Ldexp:
			e := g.temp(wc.I32)
			arg(1)
			f.Set(e)
			for _, c := range []struct {
				limit int32
				op    wc.Op
			}{{-500, wc.I32LtS}, {500, wc.I32GtS}} {
				f.I32(c.limit)
				f.Get(e, e)
				f.I32(c.limit)
				f.Emit(c.op, wc.Select)
				f.Set(e)
			}
			arg(0)
			f.Emit(wc.F64PromoteF32)
			f.Get(e)
			f.I32(1023)
			f.Emit(wc.I32Add, wc.I64ExtendI32S)
			f.I64(52)
			f.Emit(wc.I64Shl, wc.F64ReinterpretI64, wc.F64Mul, wc.F32DemoteF64)
			g.free(wc.I32, e)
			return
		case ir.Rsqrt:
			f.F64(1)
			arg(0)
			f.Emit(wc.F64PromoteF32, wc.F64Sqrt, wc.F64Div, wc.F32DemoteF64)
		default:
			panic(unsupported{in.Op.String() + " of " + in.Kind.String()})
		}
	}
	switch in.Op {
	case ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Neg, ir.Abs, ir.CopySign, ir.Floor, ir.Ceil, ir.Trunc, ir.Rint: // exact in every kind
		return
	}
	g.roundScalar(in.Kind)
}

// roundScalar rounds the f32 on the stack to the kind.
func (g *gen) roundScalar(k ir.Kind) {
	if k == ir.F32 {
		return
	}
	g.f.Emit(wc.F32x4Splat)
	g.roundVector(k)
	g.f.Lane(wc.F32x4ExtractLane, 0)
}

// narrow brings the i32 on the stack into the range of a small kind.
func (g *gen) narrow(k ir.Kind) {
	f := g.f
	switch k {
	case ir.I8:
		f.Emit(wc.I32Extend8S)
	case ir.I16:
		f.Emit(wc.I32Extend16S)
	case ir.Bool:
		f.I32(1)
		g.and()
	case ir.U8, ir.U16:
		f.I32(int32(k.Mask()))
		g.and()
	}
}

// and emits the and of two i32. wazero 1.12 joins an and with a comparison that
// has it on the right of a zero, and then compares the wrong way round; the or
// keeps them apart.
func (g *gen) and() {
	g.f.Emit(wc.I32And)
	g.f.I32(0)
	g.f.Emit(wc.I32Or)
}

func (g *gen) scalarInt(in *ir.Instr, arg func(int)) {
	f, k := g.f, in.Kind
	bits := int32(k.Bits())
	both := func(ops ...wc.Op) { g.both(arg, ops...) }
	switch in.Op {
	case ir.Neg:
		f.I32(0)
		arg(0)
		f.Emit(wc.I32Sub)
	case ir.Not:
		arg(0)
		f.I32(-1)
		f.Emit(wc.I32Xor)
	case ir.Lt:
		both(bySign(k, wc.I32LtS, wc.I32LtU))
		return
	case ir.Le:
		both(bySign(k, wc.I32LeS, wc.I32LeU))
		return
	case ir.Min, ir.Max:
		both()
		both(bySign(k, wc.I32LtS, wc.I32LtU))
		if in.Op == ir.Max {
			f.Emit(wc.I32Eqz)
		}
		f.Emit(wc.Select)
		return
	case ir.Abs:
		arg(0)
		if k.IsSigned() {
			f.I32(0)
			arg(0)
			f.Emit(wc.I32Sub)
			arg(0)
			f.I32(0)
			f.Emit(wc.I32GeS, wc.Select)
		}
	case ir.Div, ir.Rem:
		if r, ok := g.divisor(in); ok {
			x := g.temp(wc.I32)
			arg(0)
			f.Set(x)
			if in.Op == ir.Rem {
				f.Get(x)
			}
			g.divideBy(k, x, r)
			if in.Op == ir.Rem {
				arg(1)
				f.Emit(wc.I32Mul, wc.I32Sub)
			}
			g.free(wc.I32, x)
			break
		}
		both()
		if in.Op == ir.Div {
			g.call(bySign(k, helperDivS, helperDivU))
			break
		}
		g.call(bySign(k, helperRemS, helperRemU))
	case ir.MulHi:
		for i := range 2 {
			arg(i)
			f.Emit(bySign(k, wc.I64ExtendI32S, wc.I64ExtendI32U))
		}
		f.Emit(wc.I64Mul)
		f.I64(int64(bits))
		f.Emit(wc.I64ShrU, wc.I32WrapI64)
	case ir.Shl, ir.Shr:
		g.shiftCount(in, func() { arg(1) })
		count := g.temp(wc.I32) // found first, as wazero wants it in one register
		f.Set(count)
		arg(0)
		f.Get(count)
		g.free(wc.I32, count)
		if in.Op == ir.Shl {
			f.Emit(wc.I32Shl)
		} else {
			f.Emit(bySign(k, wc.I32ShrS, wc.I32ShrU))
		}
	case ir.Rotl:
		both(wc.I32Rotl)
	case ir.Clz, ir.Ctz, ir.Popcount, ir.ReverseBits:
		g.countBits(in, arg)
		return
	default:
		op, ok := scalar32[in.Op]
		if !ok {
			panic(unsupported{in.Op.String() + " of " + k.String()})
		}
		if in.Op == ir.And {
			both()
			g.and()
			break
		}
		both(op)
		if in.Op == ir.Eq || in.Op == ir.Ne {
			return
		}
	}
	g.narrow(k)
}

// shiftCount pushes the count of a shift of at most 32 bits, which push pushes.
func (g *gen) shiftCount(in *ir.Instr, push func()) {
	f, mask := g.f, int32(in.Kind.Bits()-1)
	if c, ok := g.consts[in.Args[1]]; ok {
		f.I32(int32(c) & mask)
		return
	}
	push()
	if mask != 31 { // WebAssembly's own
		f.I32(mask)
		f.Emit(wc.I32And)
	}
}

// countBits counts within the width of the kind.
func (g *gen) countBits(in *ir.Instr, arg func(int)) {
	f, k := g.f, in.Kind
	w := int32(k.Bits())
	arg(0)
	if w < 32 {
		f.I32(1<<w - 1)
		f.Emit(wc.I32And)
	}
	switch in.Op {
	case ir.Clz:
		f.Emit(wc.I32Clz)
		if w < 32 {
			f.I32(32 - w)
			f.Emit(wc.I32Sub)
		}
	case ir.Ctz:
		if w < 32 {
			f.I32(1 << w)
			f.Emit(wc.I32Or)
		}
		f.Emit(wc.I32Ctz)
	case ir.Popcount:
		f.Emit(wc.I32Popcnt)
	default:
		g.call(helperReverse)
		f.I32(32 - w)
		f.Emit(wc.I32ShrU)
		g.narrow(k)
	}
}

func (g *gen) scalarWide(in *ir.Instr, arg func(int)) {
	f, k := g.f, in.Kind
	both := func(ops ...wc.Op) { g.both(arg, ops...) }
	switch in.Op {
	case ir.Neg:
		f.I64(0)
		arg(0)
		f.Emit(wc.I64Sub)
	case ir.Not:
		arg(0)
		f.I64(-1)
		f.Emit(wc.I64Xor)
	case ir.Lt:
		both(bySign(k, wc.I64LtS, wc.I64LtU))
	case ir.Le:
		both(bySign(k, wc.I64LeS, wc.I64LeU))
	case ir.Min, ir.Max:
		both()
		both(bySign(k, wc.I64LtS, wc.I64LtU))
		if in.Op == ir.Max {
			f.Emit(wc.I32Eqz)
		}
		f.Emit(wc.Select)
	case ir.Abs:
		arg(0)
		if k == ir.I64 {
			f.I64(0)
			arg(0)
			f.Emit(wc.I64Sub)
			arg(0)
			f.I64(0)
			f.Emit(wc.I64GeS, wc.Select)
		}
	case ir.Div:
		both()
		g.call(bySign(k, helperDivS64, helperDivU64))
	case ir.Rem:
		both()
		g.call(bySign(k, helperRemS64, helperRemU64))
	case ir.Shl:
		both(wc.I64Shl)
	case ir.Shr:
		both(bySign(k, wc.I64ShrS, wc.I64ShrU))
	case ir.Rotl:
		both(wc.I64Rotl)
	case ir.PtrAdd:
		if g.origins(in.Args[0]) {
			arg(1)
			return
		}
		both(wc.I64Add)
	case ir.PtrDiff:
		both(wc.I64Sub)
	default:
		op, ok := scalar64[in.Op]
		if !ok {
			panic(unsupported{in.Op.String() + " of " + k.String()})
		}
		for i := range in.Args {
			arg(i)
		}
		f.Emit(op)
		if in.Op == ir.And { // as for 32 bits
			f.I64(0)
			f.Emit(wc.I64Or)
		}
	}
}

// plus adds a constant to the integer on the stack.
func (g *gen) plus(k ir.Kind, n int64) {
	g.constant(k, uint64(n))
	if wide(k) {
		g.f.Emit(wc.I64Add)
	} else {
		g.f.Emit(wc.I32Add)
	}
}

// both pushes two operands and emits what combines them.
func (g *gen) both(arg func(int), ops ...wc.Op) {
	arg(0)
	arg(1)
	g.f.Emit(ops...)
}

// bySign returns what serves signed kinds, or what serves the others.
func bySign[T any](k ir.Kind, signed, unsigned T) T {
	if k.IsSigned() {
		return signed
	}
	return unsigned
}
