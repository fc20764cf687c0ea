package ir

import (
	"errors"
	"math/bits"
	"slices"
)

// Pointers do not go on the stack of a machine, as what comes from memory may point
// anywhere. It has their offset instead, from the memory that they point into, and
// which that is where it is not always the same: a number beside the pointer says it.

// origin is what pointers of a machine may point into: what a parameter of it does
// (Mov), a constant, the memory of calls (SlotAddr), or nothing (Const).
type origin struct {
	op Op
	n  uint64 // parameter or constant
}

// unknownOrigin is the bit of pointers that may point elsewhere, of which the stack has
// themselves, and of more than there are bits for.
const unknownOrigin = 63

// The number beside a pointer: the place of its origin, and of memory of a call the
// size of the slot and where it begins.
const (
	numberSize  = 6
	numberStart = 32
)

// bit is that of an origin.
func (m *machine) bit(o origin) uint64 {
	i := slices.Index(m.origins, o)
	if i < 0 {
		i, m.origins = len(m.origins), append(m.origins, o)
	}
	return 1 << min(i, unknownOrigin)
}

// findOrigins finds into what the pointers of a machine may point.
func (m *machine) findOrigins() {
	m.from, m.which = make([]uint64, len(m.f.Regs)), map[Reg]Reg{}
	m.bit(origin{op: SlotAddr}) // which is not among those without a bit
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
		if m.f.Regs[r].Kind == Ptr && set>>unknownOrigin == 0 && (set&(set-1) != 0 || m.isOwn(Reg(r))) {
			m.which[Reg(r)] = m.f.newReg(Type{Kind: U64}, "")
		}
	}
}

// isOwn reports whether a pointer may point into the memory of calls.
func (m *machine) isOwn(r Reg) bool { return m.from[r]&m.bit(origin{op: SlotAddr}) != 0 }

// seen is an error if what interp's numbers of pointers into the memory of calls are
// can be told: those of the machine are others, and such a pointer that comes from
// memory, or outlives its call, would not be found to leave the slot.
func (m *machine) seen() error {
	own := func(g *part, args []Reg) bool {
		return slices.ContainsFunc(args, func(r Reg) bool { return m.isOwn(g.reg(r)) })
	}
	null := func(g *part, r Reg) bool { return m.from[g.reg(r)] == m.bit(origin{op: Const}) }
	seen := false
	for r, set := range m.from {
		seen = seen || m.isOwn(Reg(r)) && set>>unknownOrigin != 0
	}
	for _, g := range m.list {
		g.fn.Body.Walk(func(in *Instr) {
			switch in.Op {
			case Store:
				seen = seen || own(g, in.Args[1:])
			case Eq, Ne:
				seen = seen || own(g, in.Args) && !null(g, in.Args[0]) && !null(g, in.Args[1])
			case Convert, Lt, Le, PtrDiff, Return:
				seen = seen || own(g, in.Args)
			}
		})
	}
	if seen {
		return errors.New("recursion that compares, keeps or returns pointers to arrays of its calls")
	}
	return nil
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
		switch o, ok := originOf(in); {
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
func originOf(in *Instr) (origin, bool) {
	switch {
	case in.Op == SlotAddr && in.Space == Thread:
		return origin{op: SlotAddr}, true
	case in.Op == ConstAddr:
		return origin{ConstAddr, in.Imm}, true
	case in.Op == Const && in.Kind == Ptr && in.Imm == 0:
		return origin{op: Const}, true
	}
	return origin{}, false
}

// index is the place of an origin's bit.
func (m *machine) index(o origin) uint64 { return uint64(bits.TrailingZeros64(m.bit(o))) }

// number is what stands beside a pointer.
func (m *machine) number(r Reg) Reg {
	if w := m.which[r]; w != 0 {
		return w
	}
	return m.constant(U64, uint64(bits.TrailingZeros64(m.from[r])))
}

// follow keeps the number of a pointer that an instruction other than the address of a
// call's memory has assigned.
func (m *machine) follow(g *part, in *Instr) {
	if in.Dst == NoReg {
		return
	}
	w := m.which[g.base+in.Dst]
	if w == 0 {
		return
	}
	o, address := originOf(in)
	switch {
	case address:
		m.set(w, m.index(o))
	case in.Op == Select:
		a, b := m.number(g.reg(in.Args[1])), m.number(g.reg(in.Args[2]))
		m.emit(Instr{Op: Select, Kind: U64, Dst: w, Args: []Reg{g.reg(in.Args[0]), a, b}})
	default: // Mov, PtrAdd
		m.move(w, m.number(g.reg(in.Args[0])))
	}
}

// own is follow for that.
func (m *machine) own(r, start Reg, size int) {
	w := m.which[r]
	if w == 0 {
		return
	}
	at := m.op(Shl, U64, U64, m.convert(U64, I64, start), m.constant(U64, numberStart))
	m.emit(Instr{Op: Or, Kind: U64, Dst: w, Args: []Reg{at, m.constant(U64, m.index(origin{op: SlotAddr})|uint64(size)<<numberSize)}})
}

// start is where the slot of a call that a pointer points into begins.
func (m *machine) start(r Reg) Reg {
	return m.convert(I64, U64, m.op(Shr, U64, U64, m.which[r], m.constant(U64, numberStart)))
}

// is reports whether a pointer has an origin.
func (m *machine) is(r Reg, index uint64) Reg {
	low := m.op(And, U64, U64, m.which[r], m.constant(U64, 1<<numberSize-1))
	return m.op(Eq, U64, Bool, low, m.constant(U64, index))
}

// memory is a pointer to the first byte of what a pointer points into.
func (m *machine) memory(r Reg) (base Reg) {
	t := m.f.Regs[r]
	for set := m.from[r]; set != 0; set &= set - 1 {
		i := uint64(bits.TrailingZeros64(set))
		o := m.origins[i]
		var p Reg
		switch o.op {
		case Mov:
			p = Reg(o.n)
		case SlotAddr:
			p = m.slotAt(0, m.start(r))
		default:
			p = m.pointer(Instr{Op: o.op, Space: t.Space, Imm: o.n}, t)
		}
		if set == m.from[r] {
			base = p
			continue
		}
		base = m.pointer(Instr{Op: Select, Args: []Reg{m.is(r, i), p, base}}, t)
	}
	return base
}

// checked is the operand of an instruction: a pointer by which it would leave the slot
// of a call, into that of another, is far out of bounds instead.
func (m *machine) checked(g *part, in *Instr, operand int, r Reg) Reg {
	copies := in.Op == CopyMem || in.Op == ZeroMem
	accesses := copies || in.Op == Load || in.Op == Store || in.Op >= AtomicLoad && in.Op <= AtomicXor
	if !accesses || operand > 0 && in.Op != CopyMem || m.which[r] == 0 || !m.isOwn(r) {
		return r
	}
	at, size := in.Imm, uint64(in.Run()*in.Kind.Size())
	if copies {
		at, size = 0, in.Imm
	}
	if slot := g.address[in.Args[operand]]; slot != nil && at+size <= uint64(g.fn.Private[slot.Imm].Size) {
		return r
	}
	base := m.pointer(Instr{Op: SlotAddr, Space: Thread}, Type{Ptr, Thread})
	offset := m.op(Sub, I64, I64, m.op(PtrDiff, Ptr, I64, r, base), m.start(r))
	first := m.convert(U64, I64, m.op(Add, I64, I64, offset, m.constant(I64, at)))
	has := m.op(And, U64, U64, m.op(Shr, U64, U64, m.which[r], m.constant(U64, numberSize)), m.constant(U64, 1<<(numberStart-numberSize)-1))
	length := m.constant(U64, size)
	inside := m.op(And, Bool, Bool, m.op(Le, U64, Bool, length, has), m.op(Le, U64, Bool, first, m.op(Sub, U64, U64, has, length)))
	if set := m.from[r]; set&(set-1) != 0 {
		inside = m.op(Or, Bool, Bool, inside, m.op(Not, Bool, Bool, m.is(r, m.index(origin{op: SlotAddr}))))
	}
	far := m.op(Select, I64, I64, inside, m.constant(I64, 0), m.constant(I64, 1<<40))
	return m.pointer(Instr{Op: PtrAdd, Args: []Reg{r, far}}, m.f.Regs[r])
}

// keep stores a register on the stack.
func (m *machine) keep(r Reg, at int, top Reg) {
	put := func(r Reg, at int) {
		m.emit(Instr{Op: Store, Kind: m.f.Regs[r].Kind, Space: Thread, Flags: Inside, Dst: NoReg, Imm: uint64(at), Args: []Reg{top, r}})
	}
	if !m.apart(r) {
		put(r, at)
		return
	}
	put(m.op(PtrDiff, Ptr, I64, r, m.memory(r)), at)
	if w := m.which[r]; w != 0 {
		put(w, at+8)
	}
}

// restore is the reverse.
func (m *machine) restore(r Reg, at int, top Reg) {
	get := func(r Reg, at int) {
		m.emit(Instr{Op: Load, Kind: m.f.Regs[r].Kind, Space: Thread, Flags: Inside, Dst: r, Imm: uint64(at), Args: []Reg{top}})
	}
	if !m.apart(r) {
		get(r, at)
		return
	}
	if w := m.which[r]; w != 0 {
		get(w, at+8)
	}
	offset := m.f.newReg(Type{Kind: I64}, "")
	get(offset, at)
	m.emit(Instr{Op: PtrAdd, Kind: Ptr, Dst: r, Args: []Reg{m.memory(r), offset}})
}

// apart reports whether the stack has a register as its offset.
func (m *machine) apart(r Reg) bool {
	return m.f.Regs[r].Kind == Ptr && m.from[r] != 0 && m.from[r]>>unknownOrigin == 0
}
