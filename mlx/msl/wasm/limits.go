package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// bounds fills s.limit: the largest value that each register can hold as an
// unsigned number. Only registers with one definition, and those that loops count up
// to a limit, get better than their kind's maximum; that is enough to see that thread
// indices do not wrap.
func (s *shapes) bounds() {
	for r, t := range s.fn.Regs {
		if s.limit[r] == 0 {
			s.limit[r] = t.Kind.Mask()
			if t.Kind == ir.Bool {
				s.limit[r] = 1
			}
		}
	}
	for _, r := range s.fn.Params {
		if s.fn.Regs[r].Kind == ir.Ptr {
			s.limit[r] = 0 // a pointer's limit is that of its offset
		}
	}
	for _, n := range s.nodes[1:] {
		in := n.in
		if results(in) != 1 || !in.Kind.IsInt() && in.Kind != ir.Ptr {
			continue
		}
		if !s.single[in.Dst] {
			if v, ok := s.countsTo(n); ok {
				s.limit[in.Dst] = min(s.limit[in.Dst], v)
			}
			continue
		}
		if v, ok := s.bound(in); ok && v < s.limit[in.Dst] {
			s.limit[in.Dst] = v
		}
	}
}

// countsTo bounds a register that a node sets, and a loop adds a constant to behind its
// test, which is the first thing that it does:  for (i = a; i < b; i += c)
func (s *shapes) countsTo(n *node) (most uint64, ok bool) {
	i, kind := n.in.Dst, n.in.Kind
	var add *node
	for _, x := range s.refs[i] {
		switch {
		case !x.def || x.n == n:
		case add != nil || x.n.in.Op != ir.Add || x.n.in.Args[0] != i || x.n.in.Kind != kind:
			return 0, false
		default:
			add = x.n
		}
	}
	first, bounded := s.bound(n.in)
	if add == nil || !bounded {
		return 0, false
	}
	step, known := s.consts[add.in.Args[1]]
	end, tested := s.testedBelow(i, add)
	if kind.IsSigned() {
		most = kind.Mask() >> 1
	} else {
		most = kind.Mask()
	}
	if !known || !tested || first > most || step > most || end > most-step {
		return 0, false
	}
	return max(first, end+step-min(end, 1)), true
}

// testedBelow bounds what a register is below wherever a node in a loop is reached.
func (s *shapes) testedBelow(i ir.Reg, n *node) (end uint64, ok bool) {
	loop := n.parent
	for loop != nil && loop.in.Op != ir.Loop {
		loop = loop.parent
	}
	if loop == nil {
		return 0, false
	}
	for _, k := range loop.kids[0] {
		if k.in.Op.Plain() {
			continue
		}
		if k.in.Op != ir.If || len(k.kids[0]) > 0 || len(k.kids[1]) != 1 || k.kids[1][0].in.Op != ir.Break || k.kids[1][0].target != loop {
			return 0, false
		}
		test := s.origin(k.in.Args[0])
		if test == nil || test.parent != loop || test.in.Op != ir.Lt || test.in.Args[0] != i || test.in.Kind != n.in.Kind {
			return 0, false
		}
		return s.limit[test.in.Args[1]], k.pos < n.pos
	}
	return 0, false
}

func (s *shapes) bound(in *ir.Instr) (uint64, bool) {
	lim := func(i int) uint64 { return s.limit[in.Args[i]] }
	mask := in.Kind.Mask()
	most := mask // that is no number below zero
	if in.Kind.IsSigned() {
		most >>= 1
	}
	switch in.Op {
	case ir.SlotAddr, ir.ConstAddr:
		return 0, true
	case ir.PtrAdd:
		v, carry := bits.Add64(lim(0), lim(1), 0)
		return v, carry == 0 && v < 1<<40
	case ir.Const:
		return in.Imm & mask, true
	case ir.Mov:
		return lim(0), true
	case ir.Convert:
		if in.From == ir.F32 {
			x := s.between(in.Args[0], maxSteps)
			return uint64(min(max(x.hi, 0), float64(most))), in.Kind.Bits() <= 32 && (!in.Kind.IsSigned() || x.lo > -1)
		}
		signed := in.From.IsSigned() && lim(0) > in.From.Mask()>>1
		return lim(0), in.From.IsInt() && !signed && lim(0) <= mask
	case ir.Add:
		v, carry := bits.Add64(lim(0), lim(1), 0)
		return v, carry == 0 && v <= mask
	case ir.Mul:
		hi, v := bits.Mul64(lim(0), lim(1))
		return v, hi == 0 && v <= mask
	case ir.Shl:
		c, ok := s.consts[in.Args[1]]
		c &= uint64(in.Kind.Bits() - 1)
		v := lim(0) << c
		return v, ok && v>>c == lim(0) && v <= mask
	case ir.Shr:
		c, ok := s.consts[in.Args[1]]
		return lim(0) >> (c & uint64(in.Kind.Bits()-1)), ok && lim(0) <= most
	case ir.And:
		return min(lim(0), lim(1)), true
	case ir.Or, ir.Xor:
		return 1<<bits.Len64(lim(0)|lim(1)) - 1, in.Kind.IsInt()
	case ir.Min:
		return min(lim(0), lim(1)), max(lim(0), lim(1)) <= most
	case ir.Max: // of one that is not below zero
		if max(lim(0), lim(1)) > most {
			return most, min(lim(0), lim(1)) <= most
		}
		return max(lim(0), lim(1)), true
	case ir.Div, ir.Rem:
		c, known := s.consts[in.Args[1]]
		if in.Kind.IsSigned() && (!known || c == 0 || c > mask>>1 || lim(0) > mask>>1) {
			return 0, false
		}
		if in.Op == ir.Div {
			return lim(0) / max(c, 1), true
		}
		return min(lim(0), max(lim(1), 1)-1), true
	}
	return 0, false
}
