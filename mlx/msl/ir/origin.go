package ir

import "math/bits"

// Pointers do not go on the stack of a machine, as what comes from memory may point
// anywhere. It has their offset instead, from the memory that they point into, and
// which that is where there are several: a number beside the pointer says it then.

// origin is what pointers of a machine may point into: what a parameter of it does
// (Mov), one of its slots or a constant, or nothing (Const).
type origin struct {
	op Op
	n  uint64 // parameter, slot or constant
}

// unknownOrigin is the bit of pointers that may point elsewhere, of which the stack has
// themselves, and of more than there are bits for.
const unknownOrigin = 63

// bit is that of an origin.
func (m *machine) bit(o origin) uint64 {
	for i, have := range m.origins {
		if have == o {
			return 1 << i
		}
	}
	m.origins = append(m.origins, o)
	return 1 << min(len(m.origins)-1, unknownOrigin)
}

// findOrigins finds into what the pointers of a machine may point.
func (m *machine) findOrigins() {
	m.from, m.which = make([]uint64, len(m.f.Regs)), map[Reg]Reg{}
	for _, r := range m.f.Params {
		m.from[r] = m.bit(origin{Mov, uint64(r)})
	}
	for changed := true; changed; {
		changed = false
		join := func(r Reg, set uint64) {
			if set&^m.from[r] != 0 && m.f.Regs[r].Kind == Ptr {
				m.from[r] |= set
				changed = true
			}
		}
		for i, r := range m.list[0].fn.Params {
			join(m.list[0].reg(r), m.from[m.f.Params[i]])
		}
		for _, g := range m.list {
			if !g.fn.Body.ends() {
				for k := range g.fn.Results {
					join(g.results+Reg(k), m.bit(origin{op: Const}))
				}
			}
			g.unset.each(func(r Reg) { join(g.reg(r), m.bit(origin{op: Const})) })
			g.fn.Body.Walk(func(in *Instr) { m.origin(g, in, join) })
		}
	}
	for r, set := range m.from {
		if m.f.Regs[r].Kind == Ptr && set&(set-1) != 0 && set>>unknownOrigin == 0 {
			m.which[Reg(r)] = m.f.newReg(Type{Kind: U32}, "")
		}
	}
}

// origin tells into what an instruction may make pointers point.
func (m *machine) origin(g *part, in *Instr, join func(Reg, uint64)) {
	switch in.Op {
	case Call:
		h := m.parts[in.Imm]
		for i, r := range h.fn.Params {
			join(h.reg(r), m.from[g.reg(in.Args[i])])
		}
		for k := range in.Results(m.p) {
			join(g.base+in.Dst+Reg(k), m.from[h.results+Reg(k)])
		}
		return
	case Return:
		for k, r := range in.Args {
			join(g.results+Reg(k), m.from[g.reg(r)])
		}
		return
	case Unreachable:
		for k := range g.fn.Results {
			join(g.results+Reg(k), m.bit(origin{op: Const}))
		}
		return
	}
	for k := range in.Results(m.p) {
		r := g.base + in.Dst + Reg(k)
		switch o, ok := m.originOf(g, in); {
		case m.f.Regs[r].Kind != Ptr:
		case ok:
			join(r, m.bit(o))
		case in.Op == Mov || in.Op == PtrAdd:
			join(r, m.from[g.reg(in.Args[0])])
		case in.Op == Select:
			join(r, m.from[g.reg(in.Args[1])]|m.from[g.reg(in.Args[2])])
		default:
			join(r, 1<<unknownOrigin)
		}
	}
}

// originOf is the origin of an address.
func (m *machine) originOf(g *part, in *Instr) (origin, bool) {
	switch {
	case in.Op == SlotAddr && in.Space == Thread:
		return origin{SlotAddr, g.slots + in.Imm}, true
	case in.Op == ConstAddr:
		return origin{ConstAddr, in.Imm}, true
	case in.Op == Const && in.Kind == Ptr && in.Imm == 0:
		return origin{op: Const}, true
	}
	return origin{}, false
}

// number is which of the origins a pointer has.
func (m *machine) number(r Reg) Reg {
	if w, ok := m.which[r]; ok {
		return w
	}
	return m.constant(U32, uint64(bits.TrailingZeros64(m.from[r])))
}

// follow keeps the number of a pointer that an instruction has assigned.
func (m *machine) follow(g *part, in *Instr) {
	if in.Dst == NoReg {
		return
	}
	w, ok := m.which[g.base+in.Dst]
	if !ok {
		return
	}
	o, address := m.originOf(g, in)
	switch {
	case address:
		m.set(w, uint64(bits.TrailingZeros64(m.bit(o))))
	case in.Op == Select:
		a, b := m.number(g.reg(in.Args[1])), m.number(g.reg(in.Args[2]))
		m.emit(Instr{Op: Select, Kind: U32, Dst: w, Args: []Reg{g.reg(in.Args[0]), a, b}})
	default: // Mov, PtrAdd
		m.move(w, m.number(g.reg(in.Args[0])))
	}
}

// memory is a pointer to the first byte of what a pointer points into.
func (m *machine) memory(r Reg) (base Reg) {
	t := m.f.Regs[r]
	for set := m.from[r]; set != 0; set &= set - 1 {
		i := bits.TrailingZeros64(set)
		o := m.origins[i]
		p := Reg(o.n)
		if o.op != Mov {
			p = m.f.newReg(t, "")
			m.emit(Instr{Op: o.op, Kind: Ptr, Space: t.Space, Dst: p, Imm: o.n})
		}
		if set == m.from[r] {
			base = p
			continue
		}
		this := m.op(Eq, U32, Bool, m.which[r], m.constant(U32, uint64(i)))
		either := m.f.newReg(t, "")
		m.emit(Instr{Op: Select, Kind: Ptr, Dst: either, Args: []Reg{this, p, base}})
		base = either
	}
	return base
}
