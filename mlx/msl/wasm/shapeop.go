package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// How a result varies over the lanes follows from how the operands do:  2*i + 1  advances
// by two where i advances by one, and  i >> 2  is the same in all lanes.

// result is the shape of an instruction's results from those of its operands.
func (s *shapes) result(in *ir.Instr) shape {
	worst := shape{form: uniform}
	for _, a := range in.Args {
		if a == ir.NoReg {
			continue
		}
		if s.of[a].form == unset {
			return shape{}
		}
		worst = join(worst, s.of[a])
	}
	if operand, ok := s.assumed[in]; ok {
		return s.assumedShape(in, operand)
	}
	arg := func(i int) shape { return s.of[in.Args[i]] }
	switch op := in.Op; op {
	case ir.Const, ir.ConstAddr, ir.SlotAddr, ir.FuncConst:
		return shape{form: uniform}
	case ir.Mov:
		return arg(0)
	case ir.Select:
		if arg(0).scalar() && arg(1).form == linear && arg(1) == arg(2) {
			return arg(1)
		}
	case ir.Convert:
		return s.convert(in, arg(0))
	case ir.Bitcast:
		if arg(0).form == linear && in.Kind.IsInt() && in.From.IsInt() {
			return arg(0)
		}
	case ir.Add, ir.PtrAdd, ir.Sub, ir.Neg, ir.Mul, ir.Shl:
		if indexKind(in.Kind) {
			return s.sum(in)
		}
	case ir.Or, ir.Xor, ir.And, ir.Shr, ir.Div, ir.Rem:
		if out, ok := s.part(in); ok {
			return out
		}
		if out, ok := s.within(in); ok && indexKind(in.Kind) {
			return out
		}
	case ir.Lt, ir.Le:
		if indexKind(in.Kind) && s.decidesAlike(in) {
			return shape{form: chunked}
		}
	case ir.Load:
		if in.Space == ir.Thread && worst.scalar() {
			return s.any()
		}
	case ir.AtomicLoad, ir.AtomicXchg, ir.AtomicCAS, ir.AtomicAdd, ir.AtomicSub, ir.AtomicMin, ir.AtomicMax, ir.AtomicAnd, ir.AtomicOr, ir.AtomicXor:
		return s.any()
	default:
		if op >= ir.SimdSum && op <= ir.MatrixMMA {
			return s.exchanged(in)
		}
	}
	if worst.scalar() {
		return worst
	}
	return shape{form: varying}
}

// indexKind reports kinds of which indices and pointers are computed.
func indexKind(k ir.Kind) bool {
	return k == ir.I32 || k == ir.U32 || k == ir.I64 || k == ir.U64 || k == ir.Ptr
}

// sum is the shape of sums, differences and products.
func (s *shapes) sum(in *ir.Instr) shape {
	arg := func(i int) shape { return s.of[in.Args[i]] }
	switch in.Op {
	case ir.Mul, ir.Shl:
		return s.scaled(in)
	case ir.Sub:
		return added(arg(0), arg(1), -1)
	case ir.Neg:
		return added(shape{form: uniform}, arg(0), -1)
	}
	sum := added(arg(0), arg(1), 1)
	for i := range 2 {
		sum.quad = sum.quad || arg(i).scalar() && arg(1-i).alike(s.multiple(in.Args[i]))
	}
	return sum
}

// part is the shape of a quotient, of a remainder or of some bits, where four adjacent
// values from a multiple of four on are alike in it or differ in nothing else.
func (s *shapes) part(in *ir.Instr) (out shape, ok bool) {
	arg := func(i int) shape { return s.of[in.Args[i]] }
	switch in.Op {
	case ir.Shr: // they share all but two bits
		c, ok := s.consts[in.Args[1]]
		return shape{form: chunked}, ok && arg(0).alike(1<<(c&uint64(in.Kind.Bits()-1)))
	case ir.And:
		for i := range 2 {
			if c, ok := s.consts[in.Args[i]]; ok && arg(1-i).quad {
				switch low := arg(1-i).four() - 1; c & low {
				case 0:
					return shape{form: chunked}, true
				case low:
					return arg(1 - i), true
				}
			}
		}
	case ir.Div, ir.Rem: // they have one quotient by another multiple of four
		c, ok := s.consts[in.Args[1]]
		natural := !in.Kind.IsSigned() || c <= in.Kind.Mask()>>1 && s.limit[in.Args[0]] <= in.Kind.Mask()>>1
		ok = ok && indexKind(in.Kind) && natural && c != 0 && arg(0).alike(c)
		if in.Op == ir.Div {
			return shape{form: chunked}, ok
		}
		return arg(0), ok
	}
	return shape{}, false
}

// decidesAlike reports whether a comparison with a multiple of four holds for all of four
// adjacent values from another one on, or for none.
func (s *shapes) decidesAlike(in *ir.Instr) bool {
	for i := range 2 {
		c, ok := s.consts[in.Args[1-i]]
		below := (in.Op == ir.Lt) == (i == 0) // quad < c or c <= quad, else with c + 1
		if !below {
			c++
		}
		if ok && s.of[in.Args[i]].alike(c) {
			return true
		}
	}
	return false
}

// exchanged is the shape of what the threads of a SIMD-group, or of a quad, give each other.
func (s *shapes) exchanged(in *ir.Instr) shape {
	if in.Op <= ir.SimdActive && in.Imm == 4 {
		return shape{form: varying} // a quad function
	}
	switch in.Op {
	case ir.SimdSum, ir.SimdProduct, ir.SimdMin, ir.SimdMax, ir.SimdAnd, ir.SimdOr, ir.SimdXor,
		ir.SimdBroadcastFirst, ir.SimdAll, ir.SimdAny, ir.SimdBallot, ir.SimdActive:
		return shape{form: chunked}
	case ir.SimdBroadcast:
		if s.of[in.Args[1]].scalar() {
			return shape{form: chunked}
		}
	}
	return shape{form: varying}
}

func (s *shapes) convert(in *ir.Instr, a shape) shape {
	from, to := in.From, in.Kind
	if a.scalar() {
		return a
	}
	is32 := func(k ir.Kind) bool { return k == ir.I32 || k == ir.U32 }
	is64 := func(k ir.Kind) bool { return k == ir.I64 || k == ir.U64 }
	small := from == ir.U16 || from == ir.I16
	switch {
	case a.form == linear && (is32(from) && is32(to) || is64(from) && (is64(to) || is32(to))):
		return a
	case a.form == linear && small && (is32(to) || is64(to)):
		return a // 16-bit values are linear only where they cannot wrap
	case a.form == linear && is32(from) && is64(to):
		top := uint64(1) << 32
		if from == ir.I32 {
			top >>= 1
		}
		if lo, hi := a.places().reach(); a.stride >= 0 && lo > -1<<20 && hi < 1<<20 && s.limit[in.Args[0]]+uint64(hi-lo) < top {
			return a
		}
		return shape{form: widened, stride: a.stride, uneven: a.uneven, scale: 1, signed: from == ir.I32}
	case a.form == widened && is64(to):
		return a
	}
	return shape{form: varying}
}

// added is the shape of a + sign*b.
func added(a, b shape, sign int64) shape {
	switch {
	case a.scalar() && b.scalar():
		return shape{form: max(a.form, b.form)}
	case (a.form == linear || a.scalar()) && (b.form == linear || b.scalar()):
		return placed(a.places().plus(b.places(), sign))
	case a.form == widened && b.scalar():
		return a
	case b.form == widened && a.scalar() && sign > 0:
		return b
	}
	return shape{form: varying}
}

func lined(stride int64) shape {
	if stride == 0 {
		return shape{form: chunked}
	}
	return shape{form: linear, stride: stride}
}

// multiple is a number of which a register is a multiple.
func (s *shapes) multiple(r ir.Reg) uint64 {
	if c, ok := s.consts[r]; ok {
		return c
	}
	return 1 << min(s.zeros[r], 63)
}

// scaled is the shape of a multiplication or shift by a constant.
func (s *shapes) scaled(in *ir.Instr) shape {
	a, b := s.of[in.Args[0]], s.of[in.Args[1]]
	if a.scalar() && b.scalar() {
		return shape{form: max(a.form, b.form)}
	}
	c, known := s.consts[in.Args[1]]
	v := a
	if !known && in.Op == ir.Mul {
		c, known = s.consts[in.Args[0]]
		v = b
	}
	if !known {
		return shape{form: varying}
	}
	factor := int64(c)
	if in.Kind == ir.I32 || in.Kind == ir.U32 {
		factor = int64(int32(c))
	}
	if in.Op == ir.Shl {
		factor = 1 << (c & uint64(in.Kind.Bits()-1))
	}
	if hi, _ := bits.Mul64(uint64(max(factor, -factor)), 1<<34); hi != 0 {
		return shape{form: varying}
	}
	switch v.form {
	case linear:
		p := places{}.plus(v.places(), factor)
		if lo, hi := p.reach(); max(hi, p[4]) < 1<<32 && min(lo, p[4]) > -1<<32 {
			out, f := placed(p), v.stride*factor
			out.quad = v.quad && f > 0 && f&(f-1) == 0 && out.form == linear
			return out
		}
	case widened:
		if f := v.scale * factor; f < 1<<30 && f > 0 {
			v.scale = f
			return v
		}
	}
	return shape{form: varying}
}
