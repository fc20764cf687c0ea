package ir

import "math/bits"

// Zeros returns by register how many low bits are zero in every value that it
// is given: 64 for those that are never assigned. Values of parameters may be
// anything, but a pointer's offset is zero.
func (f *Func) Zeros() []uint8 { return f.zeros(f.soleDefinitions()) }

// zeros is Zeros with what soleDefinitions gives.
func (f *Func) zeros(def []*Instr) []uint8 {
	z := make([]uint8, len(f.Regs))
	for r := range z {
		z[r] = 64
	}
	for _, r := range f.Params {
		if f.Regs[r].Kind != Ptr {
			z[r] = 0
		}
	}
	for changed := true; changed; {
		changed = false
		f.Body.Walk(func(in *Instr) {
			for i := range in.scalars() {
				if r := in.Dst + Reg(i); z[r] > 0 {
					if v := in.zeros(z, def); v < z[r] {
						z[r], changed = v, true
					}
				}
			}
		})
	}
	return z
}

// zeros is that of what an instruction computes.
func (in *Instr) zeros(z []uint8, def []*Instr) uint8 {
	whole := func(k Kind) bool { return k.IsInt() || k == Ptr }
	switch in.Op {
	case SlotAddr, ConstAddr:
		return 64
	case PtrAdd:
		return min(z[in.Args[0]], z[in.Args[1]])
	case Mov:
		return z[in.Args[0]]
	case Select:
		return min(z[in.Args[1]], z[in.Args[2]])
	}
	if !whole(in.Kind) {
		return 0
	}
	switch in.Op {
	case Const:
		return uint8(bits.TrailingZeros64(in.Imm))
	case Convert, Bitcast:
		if in.From.IsInt() {
			return z[in.Args[0]]
		}
	case Neg:
		return z[in.Args[0]]
	case Add, Sub, Or, Xor, Min, Max, Rem:
		return min(z[in.Args[0]], z[in.Args[1]])
	case And:
		return max(z[in.Args[0]], z[in.Args[1]])
	case Mul:
		return min(64, z[in.Args[0]]+z[in.Args[1]])
	case Shl:
		if c := def[in.Args[1]]; c != nil && c.Op == Const {
			return min(64, z[in.Args[0]]+uint8(c.Imm&uint64(in.Kind.Bits()-1)))
		}
		return z[in.Args[0]]
	case Shr:
		if c := def[in.Args[1]]; c != nil && c.Op == Const {
			return uint8(max(0, int(z[in.Args[0]])-int(c.Imm&uint64(in.Kind.Bits()-1))))
		}
	}
	return 0
}
