package ir

import "math/bits"

// offsets moves constant summands outwards, so that they end up in the offset
// of an access and what varies is shared: (p + 8) + i and p + (i + 8) become
// (p + i) + 8, (i + 2) << 3 becomes (i << 3) + 16, and widening i + 2 becomes
// widening i, plus 2, where the sum cannot wrap.
func (s *simplifier) offsets(in *Instr) {
	switch in.Op {
	case PtrAdd:
		s.pointerOffset(in)
	case Shl, Mul:
		c := s.info[s.vn[in.Args[1]]]
		if r, off, ok := s.sum(in.Args[0]); ok && c.known && in.Kind.IsInt() {
			scaled := Binary(in.Op, in.Kind)(uint64(off)&in.Kind.Mask(), c.bits)
			s.plus(in, Instr{Op: in.Op, Kind: in.Kind, Args: []Reg{r, in.Args[1]}}, scaled)
		}
	case Convert:
		if (in.Kind == I64 || in.Kind == U64) && in.From.IsInt() {
			r, off, ok := s.sum(in.Args[0])
			n := bits.Len64(uint64(off))
			if ok && n <= int(s.info[s.vn[r]].zeros) && n < in.From.Bits() {
				s.plus(in, Instr{Op: Convert, Kind: in.Kind, From: in.From, Args: []Reg{r}}, uint64(off))
			}
		}
	case Add:
		if in.Kind != I64 && in.Kind != U64 || s.info[s.vn[in.Args[1]]].known {
			return
		}
		a, x, left := s.sum(in.Args[0])
		b, y, right := s.sum(in.Args[1])
		if left || right {
			s.plus(in, Instr{Op: Add, Kind: in.Kind, Args: []Reg{a, b}}, uint64(x+y))
		}
	}
}

func (s *simplifier) pointerOffset(in *Instr) {
	if s.info[s.vn[in.Args[1]]].known {
		return
	}
	p, x, left := s.sum(in.Args[0])
	i, y, right := s.sum(in.Args[1])
	if left || right {
		base := s.emit(Instr{Op: PtrAdd, Kind: in.Kind, Space: in.Space, Args: []Reg{p, i}}, s.f.Regs[in.Dst])
		in.Args = []Reg{base, s.emit(Instr{Op: Const, Kind: I64, Imm: uint64(x + y)}, Type{Kind: I64})}
	}
}

// sum returns a register and an offset that add up to r; it reports false and
// r itself if nothing is known. Offsets of integers wrap as their kind does.
func (s *simplifier) sum(r Reg) (base Reg, off int64, ok bool) {
	f := s.info[s.vn[r]]
	if f.base == 0 {
		return r, 0, false
	}
	h, ok := s.holder(f.base)
	if !ok {
		return r, 0, false
	}
	return h, f.off, true
}

// plus makes in the sum of what inner computes and a constant.
func (s *simplifier) plus(in *Instr, inner Instr, off uint64) {
	inner.Pos = in.Pos
	r := s.emit(inner, Type{Kind: in.Kind})
	c := s.emit(Instr{Op: Const, Kind: in.Kind, Imm: off & in.Kind.Mask(), Pos: in.Pos}, Type{Kind: in.Kind})
	*in = Instr{Op: Add, Kind: in.Kind, Dst: in.Dst, Args: []Reg{r, c}, Pos: in.Pos}
}

// emit returns a register that holds the result of a pure operation: one that
// does already, or a new one that the operation, inserted before the
// instruction in hand, assigns.
func (s *simplifier) emit(in Instr, t Type) Reg {
	in.Dst = s.f.newReg(t, "")
	s.vn = append(s.vn, 0)
	s.define(&in)
	if in.Op == Mov {
		return in.Args[0]
	}
	s.pending = append(s.pending, in)
	return in.Dst
}

// zeros returns how many low bits of the result are surely 0.
func (s *simplifier) zeros(in *Instr) uint8 {
	if !in.Kind.IsInt() {
		return 0
	}
	arg := func(k int) int { return int(s.info[s.vn[in.Args[k]]].zeros) }
	n, width := 0, in.Kind.Bits()
	switch in.Op {
	case Const:
		n = bits.TrailingZeros64(in.Imm)
	case Shl:
		if c := s.info[s.vn[in.Args[1]]]; c.known {
			n = arg(0) + int(c.bits)&(width-1)
		}
	case Mul:
		n = arg(0) + arg(1)
	case And:
		n = max(arg(0), arg(1))
	case Add, Sub, Or, Xor:
		n = min(arg(0), arg(1))
	case Select:
		n = min(arg(1), arg(2))
	case Convert:
		if in.From.IsInt() {
			n = arg(0)
		}
	}
	return uint8(min(n, width))
}

// keep says how many of its low zero bits a register keeps in a loop.
type keep struct {
	r     Reg
	zeros uint8
}

// step is what assigns a register in a loop.
type step struct {
	n     int    // how often it is assigned
	in    *Instr // one of them
	zeros uint8  // that the register keeps, by the assignments looked at
}

// stepping finds the registers that a loop only changes by adding what has low
// zero bits, as it has when the loop begins: the counters of strided loops. What is
// live around the loop is noted for key.
func (s *simplifier) stepping(key, in *Instr) []keep {
	live := s.live[key]
	s.steps.reset(len(s.vn))
	any := false
	each := func(fn func(in *Instr, r Reg)) {
		walk := func(in *Instr) {
			for k := range in.Results(s.p) {
				fn(in, in.Dst+Reg(k))
			}
		}
		in.Body().Walk(walk)
		in.Else().Walk(walk)
	}
	each(func(in *Instr, r Reg) {
		zeros := s.info[s.vn[r]].zeros
		any = any || zeros > 0
		s.steps.set(r, step{s.steps.get(r).n + 1, in, zeros})
	})
	if !any {
		return nil
	}
	each(func(in *Instr, r Reg) {
		x := s.steps.get(r)
		if x.zeros == 0 {
			return
		}
		if in.Op == Mov {
			sum := in.Args[0]
			fresh := int(sum) < 64*len(live) && !live.has(sum) // in each iteration
			if from := s.steps.get(sum); from.n == 1 && fresh {
				in = from.in
			}
		}
		x.zeros = min(x.zeros, s.step(in, r))
		s.steps.set(r, x)
	})
	var list []keep
	each(func(_ *Instr, r Reg) {
		if x := s.steps.get(r); x.zeros > 0 {
			list = append(list, keep{r, x.zeros})
		}
	})
	return list
}

// step returns the low zero bits of what def adds to r, 0 if def is no such
// addition.
func (s *simplifier) step(def *Instr, r Reg) uint8 {
	if def.Op != Add || !def.Kind.IsInt() {
		return 0
	}
	by := def.Args[1]
	if by == r {
		by = def.Args[0]
	} else if def.Args[0] != r {
		return 0
	}
	if s.steps.get(by).n > 0 { // varies
		return 0
	}
	return s.info[s.vn[by]].zeros
}
