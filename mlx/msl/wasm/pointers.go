package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A pointer is lowered to an offset into memory that is known. One that may point
// into several pieces of memory becomes two numbers, the offset and which of the
// pieces it is, and an access through it a choice between them: mostly the same
// for all threads.

// maxPieces bounds the pieces of memory of a kernel that has such pointers.
const maxPieces = 64

// pieces is what legalizing knows of the memory that pointers point into.
type pieces struct {
	l     *legalizer
	all   []piece
	of    map[ir.Reg]uint64 // into which pieces a pointer may point, bit by bit
	parts map[ir.Reg][2]ir.Reg
	out   ir.Block
}

// piece is a parameter of the kernel, or what an instruction gives the address of.
type piece struct {
	param ir.Reg
	op    ir.Op
	space ir.Space
	imm   uint64
}

// splitPointers replaces the pointers that may point into several pieces of
// memory. Where it cannot, because pointers come from memory or matrices go
// through them, it changes nothing.
func (l *legalizer) splitPointers(b ir.Block) ir.Block {
	p := &pieces{l: l, of: map[ir.Reg]uint64{}, parts: map[ir.Reg][2]ir.Reg{}}
	if !p.find(b) {
		return b
	}
	for r, set := range p.of {
		if bits.OnesCount64(set) > 1 {
			p.parts[r] = [2]ir.Reg{l.reg(ir.I64), l.reg(ir.U32)}
		}
	}
	return p.block(b)
}

// find reports whether there is a pointer to split, and none that cannot be.
func (p *pieces) find(b ir.Block) bool {
	index := map[piece]int{}
	add := func(r ir.Reg, x piece) {
		i, ok := index[x]
		if !ok {
			i = len(p.all)
			index[x] = i
			p.all = append(p.all, x)
		}
		p.of[r] |= 1 << i
	}
	for _, r := range p.l.fn.Params {
		if p.l.fn.Regs[r].Kind == ir.Ptr {
			add(r, piece{param: r})
		}
	}
	several, possible := false, true
	join := func(dst, src ir.Reg) (changed bool) {
		set := p.of[dst] | p.of[src]
		changed = set != p.of[dst]
		p.of[dst] = set
		several = several || set&(set-1) != 0
		return changed
	}
	for changed := true; changed && possible; {
		changed = false
		b.Walk(func(in *ir.Instr) {
			if results(in) == 0 || p.l.fn.Regs[in.Dst].Kind != ir.Ptr {
				return
			}
			switch in.Op {
			case ir.SlotAddr, ir.ConstAddr:
				add(in.Dst, piece{ir.NoReg, in.Op, in.Space, in.Imm})
				changed = join(in.Dst, in.Dst) || changed
			case ir.Mov, ir.PtrAdd:
				changed = join(in.Dst, in.Args[0]) || changed
			case ir.Select:
				changed = join(in.Dst, in.Args[1]) || changed
				changed = join(in.Dst, in.Args[2]) || changed
			case ir.Const:
			default:
				possible = false
			}
		})
		possible = possible && len(p.all) <= maxPieces
	}
	if !several || !possible {
		return false
	}
	b.Walk(func(in *ir.Instr) {
		for i, a := range in.Args {
			set := p.of[a]
			if set&(set-1) != 0 && !splittable(in, i) {
				possible = false
			}
		}
	})
	return possible
}

// splittable reports whether an instruction's operand may be such a pointer.
func splittable(in *ir.Instr, i int) bool {
	switch in.Op {
	case ir.Mov, ir.PtrAdd, ir.PtrDiff, ir.Select, ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Load, ir.CopyMem, ir.ZeroMem:
		return true
	case ir.Store:
		return i == 0
	}
	return in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor && i == 0
}

func (p *pieces) block(b ir.Block) ir.Block {
	outer := p.out
	p.out = nil
	for i := range b {
		in := b[i]
		in.MapBlocks(p.block)
		p.instr(in)
	}
	out := p.out
	p.out = outer
	return out
}

func (p *pieces) instr(in ir.Instr) {
	if results(&in) == 1 {
		if d, ok := p.parts[in.Dst]; ok {
			p.assign(in, d)
			return
		}
	}
	for i, a := range in.Args {
		if _, ok := p.parts[a]; !ok {
			continue
		}
		switch in.Op {
		case ir.PtrDiff, ir.Eq, ir.Ne, ir.Lt, ir.Le:
			p.compare(in)
		default:
			p.access(in, i)
		}
		return
	}
	p.out = append(p.out, in)
}

// emit appends an instruction and returns its new result.
func (p *pieces) emit(pos ir.Instr, in ir.Instr, k ir.Kind) ir.Reg {
	in.Dst, in.Pos = p.l.reg(k), pos.Pos
	p.out = append(p.out, in)
	return in.Dst
}

func (p *pieces) number(at ir.Instr, k ir.Kind, v uint64) ir.Reg {
	return p.emit(at, ir.Instr{Op: ir.Const, Kind: k, Imm: v}, k)
}

// base is a pointer to the first byte of a piece.
func (p *pieces) base(at ir.Instr, i int) ir.Reg {
	x := p.all[i]
	if x.param != ir.NoReg {
		return x.param
	}
	return p.emit(at, ir.Instr{Op: x.op, Kind: ir.Ptr, Space: x.space, Imm: x.imm}, ir.Ptr)
}

// split returns the offset and the piece of any pointer. Null has no piece: it is
// far outside of the first.
func (p *pieces) split(at ir.Instr, r ir.Reg) (offset, which ir.Reg) {
	if d, ok := p.parts[r]; ok {
		return d[0], d[1]
	}
	set := p.of[r]
	if set == 0 {
		return p.number(at, ir.I64, nullOffset), p.number(at, ir.U32, 0)
	}
	i := bits.TrailingZeros64(set)
	offset = p.emit(at, ir.Instr{Op: ir.PtrDiff, Kind: ir.Ptr, Args: []ir.Reg{r, p.base(at, i)}}, ir.I64)
	return offset, p.number(at, ir.U32, uint64(i))
}

// assign gives a pointer its parts.
func (p *pieces) assign(in ir.Instr, d [2]ir.Reg) {
	give := func(i int, op ir.Op, k ir.Kind, args ...ir.Reg) {
		p.out = append(p.out, ir.Instr{Op: op, Kind: k, Dst: d[i], Args: args, Pos: in.Pos})
	}
	switch in.Op {
	case ir.Select:
		a, wa := p.split(in, in.Args[1])
		b, wb := p.split(in, in.Args[2])
		give(0, ir.Select, ir.I64, in.Args[0], a, b)
		give(1, ir.Select, ir.U32, in.Args[0], wa, wb)
	case ir.PtrAdd:
		a, wa := p.split(in, in.Args[0])
		give(0, ir.Add, ir.I64, a, in.Args[1])
		give(1, ir.Mov, ir.U32, wa)
	case ir.Mov:
		a, wa := p.split(in, in.Args[0])
		give(0, ir.Mov, ir.I64, a)
		give(1, ir.Mov, ir.U32, wa)
	case ir.Const:
		give(0, ir.Mov, ir.I64, p.number(in, ir.I64, nullOffset))
		give(1, ir.Mov, ir.U32, p.number(in, ir.U32, 0))
	default: // the address of a piece
		a, wa := p.split(in, p.emit(in, ir.Instr{Op: in.Op, Kind: ir.Ptr, Space: in.Space, Imm: in.Imm}, ir.Ptr))
		give(0, ir.Mov, ir.I64, a)
		give(1, ir.Mov, ir.U32, wa)
	}
}

// compare compares pointers: by their offsets, and whether they are the same by
// the pieces too, which null has none of.
func (p *pieces) compare(in ir.Instr) {
	a, wa := p.split(in, in.Args[0])
	b, wb := p.split(in, in.Args[1])
	op := func(op ir.Op, k ir.Kind, x, y ir.Reg) ir.Reg {
		return p.emit(in, ir.Instr{Op: op, Kind: k, Args: []ir.Reg{x, y}}, ir.Bool)
	}
	switch in.Op {
	case ir.PtrDiff:
		p.out = append(p.out, ir.Instr{Op: ir.Sub, Kind: ir.I64, Dst: in.Dst, Args: []ir.Reg{a, b}, Pos: in.Pos})
	case ir.Eq, ir.Ne:
		null := op(ir.Eq, ir.I64, a, p.number(in, ir.I64, nullOffset))
		same := op(ir.And, ir.Bool, op(ir.Eq, ir.I64, a, b), op(ir.Or, ir.Bool, op(ir.Eq, ir.U32, wa, wb), null))
		last := ir.Instr{Op: ir.Mov, Kind: ir.Bool, Dst: in.Dst, Args: []ir.Reg{same}, Pos: in.Pos}
		if in.Op == ir.Ne {
			last.Op = ir.Not
		}
		p.out = append(p.out, last)
	default:
		in.Kind, in.Args = ir.I64, []ir.Reg{a, b}
		p.out = append(p.out, in)
	}
}

// access chooses the piece that an instruction's operand points into.
func (p *pieces) access(in ir.Instr, operand int) {
	r := in.Args[operand]
	offset, which := p.split(in, r)
	set := p.of[r]
	var choose func(set uint64)
	choose = func(set uint64) {
		i := bits.TrailingZeros64(set)
		rest := set &^ (1 << i)
		arm := func() {
			known := in
			known.Args = append([]ir.Reg(nil), in.Args...)
			known.Args[operand] = p.emit(in, ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Args: []ir.Reg{p.base(in, i), offset}}, ir.Ptr)
			p.instr(known)
		}
		if rest == 0 {
			arm()
			return
		}
		cond := p.emit(in, ir.Instr{Op: ir.Eq, Kind: ir.U32, Args: []ir.Reg{which, p.number(in, ir.U32, uint64(i))}}, ir.Bool)
		p.out = append(p.out, ir.Instr{Op: ir.If, Args: []ir.Reg{cond}, Dst: ir.NoReg, Pos: in.Pos,
			Nest: &ir.Nest{Body: p.inner(arm), Else: p.inner(func() { choose(rest) })}})
	}
	choose(set)
}

// inner collects what do emits.
func (p *pieces) inner(do func()) ir.Block {
	outer := p.out
	p.out = nil
	do()
	b := p.out
	p.out = outer
	return b
}
