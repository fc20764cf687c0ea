package ir

// Masks and shifts bring bits to other places. Where, in the end, all bits of a number
// are there again, reversed or in their order from another one on, that is one operation.

// places tells which bit of a value each bit of another one is, -1 for zero.
type places struct {
	root value
	from [64]int8
}

// moves finds the places of the bits of an operation's result, nil if it does not just
// move them, and replaces it if they are those of a rotation or a reversal.
func (s *simplifier) moves(in *Instr) *places {
	width := in.Kind.Bits()
	if len(in.Args) != 2 || !in.Kind.IsInt() || width < 32 {
		return nil
	}
	x, y := s.vn[in.Args[0]], s.vn[in.Args[1]]
	c := s.info[y]
	switch in.Op {
	case And, Shl, Shr, Rotl:
		if !c.known {
			return nil
		}
		moved := s.placesOf(x, width).by(in, c.bits)
		if in.Op == Rotl {
			s.gathered(in, moved)
		}
		return moved
	case Or, Xor, Add:
		p, q := s.info[x].places, s.info[y].places
		if p == nil || q == nil || p.root != q.root {
			return nil
		}
		joined := *p
		for i, b := range q.from[:width] {
			if b >= 0 && p.from[i] >= 0 {
				return nil
			}
			joined.from[i] = max(b, p.from[i])
		}
		s.gathered(in, &joined)
		return &joined
	}
	return nil
}

// placesOf is what is known of the bits of a value: at least that they are its own.
func (s *simplifier) placesOf(v value, width int) *places {
	if p := s.info[v].places; p != nil {
		return p
	}
	p := &places{root: v}
	for i := range width {
		p.from[i] = int8(i)
	}
	return p
}

// by is where an operation with a constant brings the bits.
func (p *places) by(in *Instr, c uint64) *places {
	width := in.Kind.Bits()
	out := &places{root: p.root}
	count := int(c) & (width - 1)
	for i := range width {
		at := i
		switch in.Op {
		case And:
			if c>>i&1 == 0 {
				at = -1
			}
		case Shl:
			at -= count
		case Shr:
			at += count
			if in.Kind.IsSigned() {
				at = min(at, width-1)
			}
		case Rotl:
			at = (at - count) & (width - 1)
		}
		out.from[i] = -1
		if at >= 0 && at < width {
			out.from[i] = p.from[at]
		}
	}
	return out
}

// gathered replaces an operation whose result is a number with its bits rotated or reversed.
func (s *simplifier) gathered(in *Instr, p *places) {
	width := in.Kind.Bits()
	first := int(p.from[0])
	rotated, reversed := first >= 0, first == width-1
	for i, b := range p.from[:width] {
		rotated = rotated && int(b) == (first+i)&(width-1)
		reversed = reversed && int(b) == first-i
	}
	r, ok := s.holder(p.root)
	if !ok || s.f.Regs[r].Kind != in.Kind {
		return
	}
	switch {
	case rotated && first == 0:
		s.mov(in, r)
	case rotated:
		in.Args = []Reg{r, NoReg}
		s.operand(in, Rotl, uint64(width-first))
	case reversed:
		*in = Instr{Op: ReverseBits, Kind: in.Kind, Dst: in.Dst, Args: []Reg{r}, Pos: in.Pos}
	}
}
