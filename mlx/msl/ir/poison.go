package ir

// Private memory of a call starts as 0xff bytes, which the machine has to see to
// as its calls use the same again. Most store before they load.

// A slot of at most inWords words is filled by as many stores, a larger one by a loop,
// fillRun words at a time.
const (
	inWords = 16
	fillRun = 4
)

// room is what a slot takes in the memory of a call: whole words, and runs.
func (s *Slot) room() int {
	unit := 4
	if s.Size > 4*inWords {
		unit *= fillRun
	}
	return (s.Size + unit - 1) / unit * unit
}

// poison fills the slots that a call may read before it has stored to all of them.
func (m *machine) poison(g *part) {
	for i, stored := range g.storedFirst() {
		s := &g.fn.Private[i]
		if stored {
			continue
		}
		m.pos = s.Pos
		base := m.slotAt(0, m.inCall(g.slots[i]))
		ones := m.constant(U32, 1<<32-1)
		fill := func(p Reg, at, words int) {
			in := Instr{Op: Store, Kind: U32, Space: Thread, Dst: NoReg, Imm: uint64(at), N: uint8(words), Flags: Packed, Args: []Reg{p}}
			for range words {
				in.Args = append(in.Args, ones)
			}
			m.emit(in)
		}
		size := s.room()
		if size <= 4*inWords {
			for at := 0; at < size; at += 4 * fillRun {
				fill(base, at, min(fillRun, (size-at)/4))
			}
			continue
		}
		at, nest, own := m.constant(I64, 0), &Nest{}, m.cur
		m.emit(Instr{Op: Loop, Dst: NoReg, Nest: nest})
		m.cur = &nest.Body
		more := m.op(Lt, I64, Bool, at, m.constant(I64, uint64(size)))
		m.emit(Instr{Op: If, Dst: NoReg, Args: []Reg{more}, Nest: &Nest{Else: Block{{Op: Break, Dst: NoReg, Pos: m.pos}}}})
		fill(m.pointer(Instr{Op: PtrAdd, Args: []Reg{base, at}}, Type{Ptr, Thread}), 0, fillRun)
		m.cur = &nest.Else
		m.emit(Instr{Op: Add, Kind: I64, Dst: at, Args: []Reg{at, m.constant(I64, 4*fillRun)}})
		m.cur = own
	}
}

// storedFirst reports by private slot whether the function begins with stores to all
// of its bytes.
func (g *part) storedFirst() []bool {
	slots := g.fn.Private
	stored, used := make([]bool, len(slots)), make([]bool, len(slots))
	bytes, left := make([][]bool, len(slots)), make([]int, len(slots))
	for i, s := range slots {
		bytes[i], left[i] = make([]bool, s.Size), s.Size
	}
	for k := range g.fn.Body {
		in := &g.fn.Body[k]
		target, at, size := -1, int(in.Imm), in.Run()*in.Kind.Size()
		switch in.Op {
		case CopyMem, ZeroMem:
			at, size = 0, int(in.Imm)
			fallthrough
		case Store:
			if a := g.address[in.Args[0]]; a != nil {
				target = int(a.Imm)
			}
		}
		g.fn.Body[k : k+1].Walk(func(x *Instr) {
			if x.Op == SlotAddr && x.Space == Thread && g.address[x.Dst] == nil {
				used[x.Imm] = true
			}
			for i, r := range x.Args {
				if a := g.address[r]; a != nil && (x != in || target < 0 || i > 0) {
					used[a.Imm] = true
				}
			}
		})
		if target < 0 || used[target] {
			continue
		}
		for b := max(at, 0); b < min(at+size, slots[target].Size); b++ {
			if !bytes[target][b] {
				bytes[target][b] = true
				left[target]--
			}
		}
		stored[target] = left[target] == 0
	}
	for i := range stored {
		stored[i] = stored[i] || !used[i]
	}
	return stored
}
