package ir

import (
	"math"
	"math/bits"
)

// rewrite applies algebra that does not change a bit of the result (the
// payload of a NaN aside).
func (s *simplifier) rewrite(in *Instr) {
	switch {
	case in.Op == Select:
		if c := s.info[s.vn[in.Args[0]]]; c.known {
			s.mov(in, in.Args[2-int(min(c.bits, 1))])
		} else if s.vn[in.Args[1]] == s.vn[in.Args[2]] {
			s.mov(in, in.Args[1])
		}
		return
	case in.Op == Convert && in.Kind == in.From:
		s.mov(in, in.Args[0])
		return
	case in.Op == Not:
		if n := s.info[s.vn[in.Args[0]]].not; n != 0 {
			if r, ok := s.holder(n); ok {
				s.mov(in, r)
			}
		}
		return
	case len(in.Args) != 2:
		return
	}
	a, b := s.info[s.vn[in.Args[0]]], s.info[s.vn[in.Args[1]]]
	if a.known && !b.known && in.Op.commutes(in.Kind) {
		in.Args[0], in.Args[1] = in.Args[1], in.Args[0]
		b = a
	}
	switch {
	case in.Kind.IsFloat():
		if b.known {
			s.floatByConstant(in, b.bits)
		}
	case in.Op == PtrAdd:
		if b.known && b.bits == 0 {
			s.mov(in, in.Args[0])
		}
	case in.Kind == Ptr:
	case s.vn[in.Args[0]] == s.vn[in.Args[1]]:
		s.sameOperands(in)
	case b.known:
		s.intByConstant(in, b.bits)
	}
}

func (s *simplifier) mov(in *Instr, from Reg) {
	*in = Instr{Op: Mov, Kind: s.f.Regs[in.Dst].Kind, Dst: in.Dst, Args: []Reg{from}, Pos: in.Pos}
}

// sameOperands handles x op x for integers and Bool.
func (s *simplifier) sameOperands(in *Instr) {
	switch in.Op {
	case Sub, Xor, Ne, Lt:
		s.constant(in, 0)
	case Eq, Le:
		s.constant(in, 1)
	case And, Or, Min, Max:
		s.mov(in, in.Args[0])
	}
}

func (s *simplifier) intByConstant(in *Instr, c uint64) {
	k := in.Kind
	log, isPower := bits.TrailingZeros64(c), bits.OnesCount64(c) == 1
	switch in.Op {
	case Add, Sub, Or, Xor, Shl, Shr, Rotl:
		switch {
		case c == 0:
			s.mov(in, in.Args[0])
		case in.Op == Or && c == k.Mask():
			s.constant(in, c)
		case in.Op == Xor && k == Bool:
			in.Op, in.Args = Not, in.Args[:1]
		}
	case And:
		switch c {
		case 0:
			s.constant(in, 0)
		case k.Mask():
			s.mov(in, in.Args[0])
		}
	case Mul:
		switch {
		case c == 0:
			s.constant(in, 0)
		case c == 1:
			s.mov(in, in.Args[0])
		case isPower:
			s.operand(in, Shl, uint64(log))
		}
	case Div:
		switch {
		case c == 1:
			s.mov(in, in.Args[0])
		case isPower && !k.IsSigned():
			s.operand(in, Shr, uint64(log))
		}
	case Rem:
		switch {
		case c == 1:
			s.constant(in, 0)
		case isPower && !k.IsSigned():
			s.operand(in, And, c-1)
		}
	case Eq, Ne:
		if k != Bool {
			return
		}
		if in.Op == Eq == (c == 1) {
			s.mov(in, in.Args[0])
		} else {
			in.Op, in.Args = Not, in.Args[:1]
		}
	}
}

// floatByConstant handles x*1, x/2^n, x-0 and x+(-0).
func (s *simplifier) floatByConstant(in *Instr, c uint64) {
	k := in.Kind
	negZero := k.Mask()>>1 + 1
	v := FloatValue(k, c)
	switch {
	case (in.Op == Mul || in.Op == Div) && v == 1, in.Op == Sub && c == 0, in.Op == Add && c == negZero:
		s.mov(in, in.Args[0])
	case in.Op == Div:
		frac, _ := math.Frexp(v)
		inverse := FloatBits(k, 1/v)
		exp := inverse & (FloatBits(k, math.Inf(1)))
		if math.Abs(frac) == 0.5 && exp != 0 && FloatValue(k, inverse) == 1/v && !math.IsInf(1/v, 0) {
			s.operand(in, Mul, inverse)
		}
	}
}

// operand replaces the operation and its constant operand.
func (s *simplifier) operand(in *Instr, op Op, c uint64) {
	in.Op = op
	in.Args[1] = s.emit(Instr{Op: Const, Kind: in.Kind, Imm: c, Pos: in.Pos}, Type{Kind: in.Kind})
}
