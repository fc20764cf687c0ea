package ir

import (
	"math/bits"
	"sort"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// maxCells bounds the registers that the slots of a function become.
const maxCells = 4096

// cell is a piece of a slot that is always accessed as a whole.
type cell struct {
	off  int
	kind Kind
	ptr  Space // of a pointer
	reg  Reg
}

func (c cell) end() int { return c.off + c.kind.Size() }

// promoter turns private slots into registers: those whose address is only
// used by accesses at fixed offsets that either coincide or are disjoint.
type promoter struct {
	p     *Program
	f     *Func
	slots []*slotUse
	of    map[Reg]place
	zeros []uint8 // low bits of registers, once a copy asks
}

// place is what an address register points to.
type place struct{ slot, off int }

type slotUse struct {
	ok    bool
	cells map[int]cell // by offset
}

// copyRange is a CopyMem one or both ends of which are candidates, or a
// ZeroMem, which has one.
type copyRange struct {
	from, to place // slot -1: other memory
	n        int
	zero     bool
}

// promote rewrites f. It expects constant offsets folded into the accesses.
func promote(p *Program, f *Func) {
	if len(f.Private) == 0 {
		return
	}
	pr := &promoter{p: p, f: f, of: map[Reg]place{}}
	for range f.Private {
		pr.slots = append(pr.slots, &slotUse{ok: true})
	}
	pr.addresses()
	for pr.collect() { // each round drops a slot or ends
	}
	pr.rewrite()
}

// addresses finds the registers that only ever hold an address at a fixed
// offset in a slot; slots whose address goes anywhere else are out.
func (pr *promoter) addresses() {
	count := pr.f.assigned(pr.p)
	consts := map[Reg]int{}
	pr.f.Body.Walk(func(in *Instr) {
		switch {
		case in.Dst == NoReg || count[in.Dst] != 1:
		case in.Op == Const && in.Kind == I64:
			consts[in.Dst] = int(int64(in.Imm))
		case in.Op == SlotAddr && in.Space == Thread:
			pr.of[in.Dst] = place{slot: int(in.Imm)}
		case in.Op == PtrAdd:
			base, ok := pr.of[in.Args[0]]
			if off, known := consts[in.Args[1]]; ok && known {
				pr.of[in.Dst] = place{base.slot, base.off + off}
			}
		}
	})
	pr.f.Body.Walk(func(in *Instr) {
		if in.Op == SlotAddr && in.Space == Thread {
			if _, ok := pr.of[in.Dst]; !ok {
				pr.slots[in.Imm].ok = false
			}
		}
		for k, r := range in.Args {
			at, ok := pr.of[r]
			if !ok {
				continue
			}
			direct := in.Op == CopyMem
			if k == 0 {
				switch in.Op {
				case Load, Store:
					direct = in.Flags&Volatile == 0
				case ZeroMem:
					direct = true
				case PtrAdd:
					_, direct = pr.of[in.Dst]
				}
			}
			if !direct {
				pr.slots[at.slot].ok = false
			}
		}
	})
}

// at returns the candidate that a register points to; its slot is -1 if there
// is none.
func (pr *promoter) at(r Reg) place {
	if s, ok := pr.of[r]; ok && pr.slots[s.slot].ok {
		return s
	}
	return place{slot: -1}
}

// cellAt returns the offset in its slot of the k-th value of an access.
func (in *Instr) cellAt(p place, k int) int { return p.off + int(int64(in.Imm)) + k*in.Kind.Size() }

// collect finds the cells of all candidates. It reports whether a candidate
// had to be dropped, which changes what the others see.
func (pr *promoter) collect() (again bool) {
	for _, s := range pr.slots {
		s.cells = map[int]cell{}
	}
	total := 0
	add := func(s int, c cell) bool {
		u := pr.slots[s]
		if c.off < 0 || c.end() > pr.f.Private[s].Size {
			u.ok, again = false, true
			return false
		}
		have, ok := u.cells[c.off]
		if ok {
			if !have.fits(c) {
				u.ok, again = false, true
			}
			return false
		}
		u.cells[c.off] = c
		if total++; total > maxCells {
			u.ok, again = false, true
		}
		return true
	}
	var copies []copyRange
	pr.f.Body.Walk(func(in *Instr) {
		switch in.Op {
		case Load, Store:
			at := pr.at(in.Args[0])
			if at.slot < 0 {
				return
			}
			for k := range in.Run() {
				c := cell{off: in.cellAt(at, k), kind: in.Kind}
				if in.Kind == Ptr {
					r := in.Dst + Reg(k)
					if in.Op == Store {
						r = in.Args[1+k]
					}
					c.ptr = pr.f.Regs[r].Space
				}
				add(at.slot, c)
			}
		case ZeroMem:
			if at := pr.at(in.Args[0]); at.slot >= 0 {
				copies = append(copies, copyRange{to: at, from: place{slot: -1}, n: int(in.Imm), zero: true})
			}
		case CopyMem:
			c := copyRange{to: pr.at(in.Args[0]), from: pr.at(in.Args[1]), n: int(in.Imm)}
			if c.to.slot >= 0 || c.from.slot >= 0 {
				copies = append(copies, c)
			}
		}
	})
	pr.spread(copies, add)
	for _, c := range copies {
		if c.to.slot < 0 {
			pr.fillGaps(c.from, c.n, add)
		}
		if c.from.slot < 0 && !c.zero {
			pr.fillGaps(c.to, c.n, add)
		}
	}
	pr.spread(copies, add)
	for s, u := range pr.slots {
		if u.ok && pr.overlaps(s, copies) {
			u.ok, again = false, true
		}
	}
	return again
}

// fits reports whether two accesses of the same place can share a register.
func (c cell) fits(d cell) bool {
	if c.kind == Ptr || d.kind == Ptr || c.kind == Bool || d.kind == Bool {
		return c.kind == d.kind && c.ptr == d.ptr
	}
	return c.kind.Size() == d.kind.Size()
}

// spread gives both ends of every copy the same cells.
func (pr *promoter) spread(copies []copyRange, add func(int, cell) bool) {
	for changed := true; changed; {
		changed = false
		for _, c := range copies {
			if c.from.slot < 0 || c.to.slot < 0 || !pr.slots[c.from.slot].ok || !pr.slots[c.to.slot].ok {
				continue
			}
			for _, dir := range [2][2]place{{c.from, c.to}, {c.to, c.from}} {
				for _, cell := range pr.within(dir[0], c.n) {
					cell.off += dir[1].off - dir[0].off
					if add(dir[1].slot, cell) {
						changed = true
					}
				}
			}
		}
	}
}

// within returns the cells that lie in the n bytes at a place.
func (pr *promoter) within(at place, n int) []cell {
	var list []cell
	for _, c := range pr.sorted(at.slot) {
		if c.off >= at.off && c.end() <= at.off+n {
			list = append(list, c)
		}
	}
	return list
}

// fillGaps gives the n bytes at a place cells where they have none, since
// other memory is copied to or from them.
func (pr *promoter) fillGaps(at place, n int, add func(int, cell) bool) {
	if !pr.slots[at.slot].ok {
		return
	}
	pos, end := at.off, at.off+n
	for _, c := range append(pr.within(at, n), cell{off: end}) {
		for pos < c.off {
			kind := U8
			for _, k := range []Kind{U32, U16} {
				if pos%k.Size() == 0 && pos+k.Size() <= c.off && pr.f.Private[at.slot].Align >= k.Size() {
					kind = k
					break
				}
			}
			add(at.slot, cell{off: pos, kind: kind})
			pos += kind.Size()
		}
		pos = max(pos, c.end())
	}
}

func (pr *promoter) sorted(s int) []cell {
	list := make([]cell, 0, len(pr.slots[s].cells))
	for _, c := range pr.slots[s].cells {
		list = append(list, c)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].off < list[j].off })
	return list
}

// overlaps reports whether cells of slot s cut each other or the ends of a
// copy.
func (pr *promoter) overlaps(s int, copies []copyRange) bool {
	end := 0
	for _, c := range pr.sorted(s) {
		if c.off < end {
			return true
		}
		end = c.end()
		for _, r := range copies {
			for _, at := range []place{r.from, r.to} {
				if at.slot == s && c.off < at.off+r.n && c.end() > at.off && (c.off < at.off || c.end() > at.off+r.n) {
					return true
				}
			}
		}
	}
	return false
}

// rewrite replaces accesses by moves and gives each cell a register that
// starts as fresh memory does.
func (pr *promoter) rewrite() {
	var start Block
	for s, u := range pr.slots {
		if !u.ok {
			continue
		}
		for _, c := range pr.sorted(s) {
			name := pr.f.Private[s].Name
			c.reg = pr.f.newReg(Type{c.kind, c.ptr}, name)
			u.cells[c.off] = c
			start = append(start, Instr{Op: Const, Kind: c.kind, Dst: c.reg, Imm: c.kind.Mask(), Pos: pr.f.Private[s].Pos})
		}
	}
	pr.f.Body = append(start, pr.block(pr.f.Body)...)
	pr.dropSlots()
}

func (pr *promoter) block(b Block) Block {
	out := make(Block, 0, len(b))
	for i := range b {
		in := b[i]
		in.MapBlocks(pr.block)
		switch in.Op {
		case SlotAddr, PtrAdd:
			if pr.at(in.Dst).slot >= 0 {
				continue
			}
		case Load:
			if at := pr.at(in.Args[0]); at.slot >= 0 {
				for k := range in.Run() {
					c := pr.slots[at.slot].cells[in.cellAt(at, k)]
					out = append(out, pr.move(in.Dst+Reg(k), c.reg, in.Pos))
				}
				continue
			}
		case Store:
			if at := pr.at(in.Args[0]); at.slot >= 0 {
				for k, r := range in.Args[1:] {
					c := pr.slots[at.slot].cells[in.cellAt(at, k)]
					out = append(out, pr.move(c.reg, r, in.Pos))
				}
				continue
			}
		case ZeroMem:
			if at := pr.at(in.Args[0]); at.slot >= 0 {
				for _, c := range pr.within(at, int(in.Imm)) {
					out = append(out, Instr{Op: Const, Kind: c.kind, Dst: c.reg, Pos: in.Pos})
				}
				continue
			}
		case CopyMem:
			if b := pr.copy(&in); b != nil {
				out = append(out, b...)
				continue
			}
		}
		out = append(out, in)
	}
	return out
}

// move copies between registers of the same size.
func (pr *promoter) move(dst, src Reg, pos diag.Pos) Instr {
	d, s := pr.f.Regs[dst].Kind, pr.f.Regs[src].Kind
	in := Instr{Op: Mov, Kind: d, Dst: dst, Args: []Reg{src}, Pos: pos}
	if d != s {
		in.Op, in.From = Bitcast, s
	}
	return in
}

// copy expands a CopyMem that has a promoted end, nil if it has none.
func (pr *promoter) copy(in *Instr) Block {
	to, from, n := pr.at(in.Args[0]), pr.at(in.Args[1]), int(in.Imm)
	out := Block{}
	switch {
	case to.slot < 0 && from.slot < 0:
		return nil
	case to.slot >= 0 && from.slot >= 0:
		for _, c := range pr.within(to, n) {
			src := pr.slots[from.slot].cells[c.off-to.off+from.off]
			out = append(out, pr.move(c.reg, src.reg, in.Pos))
		}
	case to.slot >= 0:
		space := pr.f.Regs[in.Args[1]].Space
		for _, c := range pr.within(to, n) {
			at := c.off - to.off
			out = append(out, Instr{Op: Load, Kind: c.kind, Space: space, Flags: pr.alignment(in.Args[1], at, c.kind), Dst: c.reg, Args: []Reg{in.Args[1]}, Imm: uint64(at), Pos: in.Pos})
		}
	default:
		for _, c := range pr.within(from, n) {
			at := c.off - from.off
			out = append(out, Instr{Op: Store, Kind: c.kind, Space: in.Space, Flags: pr.alignment(in.Args[0], at, c.kind), Dst: NoReg, Args: []Reg{in.Args[0], c.reg}, Imm: uint64(at), Pos: in.Pos})
		}
	}
	return out
}

// alignment is the flag of an access that a copy, which may begin at any byte, is
// made of.
func (pr *promoter) alignment(p Reg, at int, k Kind) Flags {
	if pr.zeros == nil {
		pr.zeros = pr.f.Zeros()
	}
	size := bits.TrailingZeros(uint(k.Size()))
	if int(pr.zeros[p]) >= size && bits.TrailingZeros(uint(at)) >= size {
		return 0
	}
	return Unaligned
}

// dropSlots removes the slots that nothing refers to.
func (pr *promoter) dropSlots() {
	used := make([]bool, len(pr.f.Private))
	pr.f.Body.Walk(func(in *Instr) {
		if in.Op == SlotAddr && in.Space == Thread {
			used[in.Imm] = true
		}
	})
	place := make([]uint64, len(used))
	var kept []Slot
	for i, s := range pr.f.Private {
		place[i] = uint64(len(kept))
		if used[i] {
			kept = append(kept, s)
		}
	}
	pr.f.Private = kept
	pr.f.Body.Walk(func(in *Instr) {
		if in.Op == SlotAddr && in.Space == Thread {
			in.Imm = place[in.Imm]
		}
	})
}
