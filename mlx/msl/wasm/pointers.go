package wasm

import (
	"math/bits"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A pointer is lowered to an offset into memory that is known. One that may point
// into several memory objects becomes two numbers, the offset and which of the
// objects it is, and an access through it a choice between them: mostly the same
// for all threads. Pointers that are kept in memory, or taken for numbers, are in
// numbers.go.

// maxObjects bounds the memory objects of a kernel that has such pointers.
const maxObjects = 63

// anywhere is the bit of pointers that may point into any memory.
const anywhere = 1 << maxObjects

// pointsTo is what legalizing knows of the memory that pointers point into.
type pointsTo struct {
	l     *legalizer
	all   []object
	index map[object]int
	of    map[ir.Reg]uint64 // into which objects a pointer may point, bit by bit
	parts map[ir.Reg][2]ir.Reg
	out   ir.Block
	*numbering
	choices int // Ifs that were emitted
}

// object is a parameter of the kernel, or what an instruction gives the address of.
type object struct {
	param ir.Reg
	op    ir.Op
	space ir.Space
	imm   uint64
}

// splitPointers replaces the pointers that may point into several objects of
// memory. Where it cannot it changes nothing.
func (l *legalizer) splitPointers(b ir.Block) ir.Block {
	p := &pointsTo{l: l, numbering: l.numbering()}
	if !p.find(b) {
		return b
	}
	for r := range l.fn.Regs {
		if p.several(ir.Reg(r)) {
			p.parts[ir.Reg(r)] = [2]ir.Reg{l.reg(ir.I64), l.reg(ir.U32)}
		}
	}
	return p.block(b)
}

// several reports whether a pointer may point into more than one object.
func (p *pointsTo) several(r ir.Reg) bool {
	set := p.of[r]
	return set == anywhere || set&(set-1) != 0
}

// add returns the bit of an object.
func (p *pointsTo) add(x object) uint64 {
	i, ok := p.index[x]
	if !ok {
		i = len(p.all)
		p.index[x] = i
		p.all = append(p.all, x)
	}
	return 1 << (i & 63)
}

// find reports whether there is a pointer to split, and none that cannot be.
func (p *pointsTo) find(b ir.Block) bool {
	p.all, p.index, p.of, p.parts = nil, map[object]int{}, map[ir.Reg]uint64{}, map[ir.Reg][2]ir.Reg{}
	for _, r := range p.l.fn.Params {
		if p.l.fn.Regs[r].Kind == ir.Ptr {
			p.of[r] = p.add(object{param: r})
		}
	}
	if p.numbering != nil {
		p.addLocal()
	}
	split, possible := p.numbering != nil, true
	for changed := true; changed && possible; {
		changed = false
		join := func(dst ir.Reg, set uint64) {
			if set |= p.of[dst]; set != p.of[dst] {
				p.of[dst], changed = set, true
				split = split || p.several(dst)
			}
		}
		b.Walk(func(in *ir.Instr) {
			if results(in) == 0 || p.l.fn.Regs[in.Dst].Kind != ir.Ptr {
				return
			}
			switch in.Op {
			case ir.SlotAddr, ir.ConstAddr:
				join(in.Dst, p.add(objectOf(in)))
			case ir.Mov, ir.PtrAdd:
				join(in.Dst, p.of[in.Args[0]])
			case ir.Select:
				join(in.Dst, p.of[in.Args[1]]|p.of[in.Args[2]])
			default:
				set, ok := p.unknown(in)
				for i := range results(in) {
					join(in.Dst+ir.Reg(i), set)
				}
				possible = possible && ok
			}
		})
		possible = possible && len(p.all) <= maxObjects
	}
	if !split || !possible {
		return false
	}
	b.Walk(func(in *ir.Instr) {
		for i, a := range in.Args {
			if p.several(a) && !p.splittable(in, i) {
				possible = false
			}
		}
	})
	return possible
}

// objectOf is the object that an instruction gives the address of.
func objectOf(in *ir.Instr) object { return object{ir.NoReg, in.Op, in.Space, in.Imm} }

// splittable reports whether an instruction's operand may be such a pointer.
func (p *pointsTo) splittable(in *ir.Instr, i int) bool {
	switch in.Op {
	case ir.Mov, ir.PtrAdd, ir.PtrDiff, ir.Select, ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Load, ir.CopyMem, ir.ZeroMem:
		return true
	case ir.Convert, ir.Print:
		return p.numbering != nil
	case ir.Store:
		return i == 0 || p.numbering != nil
	case ir.MatrixLoad, ir.MatrixStore:
		return i == 0
	}
	return in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor && i == 0
}

func (p *pointsTo) block(b ir.Block) ir.Block {
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

func (p *pointsTo) instr(in ir.Instr) {
	if p.numbering != nil && p.asNumber(in) {
		return
	}
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
		case ir.MatrixLoad, ir.MatrixStore:
			p.tile(in)
		default:
			p.access(in, i)
		}
		return
	}
	p.out = append(p.out, in)
}

// emit appends an instruction and returns its new result.
func (p *pointsTo) emit(pos ir.Instr, in ir.Instr, k ir.Kind) ir.Reg {
	in.Dst, in.Pos = p.l.reg(k), pos.Pos
	p.out = append(p.out, in)
	return in.Dst
}

func (p *pointsTo) number(at ir.Instr, k ir.Kind, v uint64) ir.Reg {
	return p.emit(at, ir.Instr{Op: ir.Const, Kind: k, Imm: v}, k)
}

// pointer is emit for one into a space.
func (p *pointsTo) pointer(at ir.Instr, in ir.Instr) ir.Reg {
	r := p.emit(at, in, ir.Ptr)
	p.l.fn.Regs[r].Space = in.Space
	return r
}

// base is a pointer to the first byte of an object.
func (p *pointsTo) base(at ir.Instr, i int) ir.Reg {
	x := p.all[i]
	if x.param != ir.NoReg {
		return x.param
	}
	return p.pointer(at, ir.Instr{Op: x.op, Kind: ir.Ptr, Space: x.space, Imm: x.imm})
}

// name is which of the objects a pointer into one says.
func (p *pointsTo) name(i int) uint64 {
	if p.numbering != nil {
		return p.id(p.all[i])
	}
	return uint64(i)
}

// space is that of an object.
func (p *pointsTo) space(i int) ir.Space {
	if x := p.all[i]; x.param == ir.NoReg {
		return x.space
	}
	return p.l.fn.Regs[p.all[i].param].Space
}

// split returns the offset and the object of any pointer. Null has no object: it is
// far outside of the first.
func (p *pointsTo) split(at ir.Instr, r ir.Reg) (offset, which ir.Reg) {
	if d, ok := p.parts[r]; ok {
		return d[0], d[1]
	}
	set := p.of[r]
	if set == 0 {
		return p.number(at, ir.I64, nullOffset), p.number(at, ir.U32, 0)
	}
	i := bits.TrailingZeros64(set)
	offset = p.emit(at, ir.Instr{Op: ir.PtrDiff, Kind: ir.Ptr, Args: []ir.Reg{r, p.base(at, i)}}, ir.I64)
	return offset, p.number(at, ir.U32, p.name(i))
}

// assign gives a pointer its parts.
func (p *pointsTo) assign(in ir.Instr, d [2]ir.Reg) {
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
		p.give(in, d, a, wa)
	case ir.Const:
		p.give(in, d, p.number(in, ir.I64, nullOffset), p.number(in, ir.U32, 0))
	default: // the address of an object
		p.give(in, d, p.number(in, ir.I64, 0), p.number(in, ir.U32, p.name(p.index[objectOf(&in)])))
	}
}

// give moves the parts of a pointer to where they are kept.
func (p *pointsTo) give(at ir.Instr, d [2]ir.Reg, offset, which ir.Reg) {
	p.out = append(p.out,
		ir.Instr{Op: ir.Mov, Kind: ir.I64, Dst: d[0], Args: []ir.Reg{offset}, Pos: at.Pos},
		ir.Instr{Op: ir.Mov, Kind: ir.U32, Dst: d[1], Args: []ir.Reg{which}, Pos: at.Pos})
}

// compare compares pointers: by their offsets, and whether they are the same by
// the objects too, which null has none of.
func (p *pointsTo) compare(in ir.Instr) {
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

// access chooses the object that an instruction's operand points into.
func (p *pointsTo) access(in ir.Instr, operand int) {
	r := in.Args[operand]
	offset, which := p.split(in, r)
	set := p.of[r]
	if set&anywhere != 0 {
		p.accessAnywhere(in, operand)
		return
	}
	var choose func(set uint64)
	choose = func(set uint64) {
		i := bits.TrailingZeros64(set)
		rest := set &^ (1 << i)
		arm := func() { p.accessObject(in, operand, i, offset) }
		if rest == 0 {
			arm()
			return
		}
		p.either(in, p.isObject(in, which, i), arm, func() { choose(rest) })
	}
	choose(set)
}

// accessObject emits an access to an object.
func (p *pointsTo) accessObject(in ir.Instr, operand, i int, offset ir.Reg) {
	known := in
	known.Args = slices.Clone(in.Args)
	known.Args[operand] = p.pointer(in, ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Space: p.space(i), Args: []ir.Reg{p.base(in, i), offset}})
	if operand == 0 {
		known.Space = p.space(i)
	}
	p.instr(known)
}

func (p *pointsTo) isObject(at ir.Instr, which ir.Reg, i int) (cond ir.Reg) {
	return p.emit(at, ir.Instr{Op: ir.Eq, Kind: ir.U32, Args: []ir.Reg{which, p.number(at, ir.U32, p.name(i))}}, ir.Bool)
}

// either emits an If. A kernel that checkSize is going to refuse for these alone is refused
// before all of them are made: there may be a hundred times as many as the kernel had.
func (p *pointsTo) either(at ir.Instr, cond ir.Reg, then, otherwise func()) {
	if p.choices++; !p.l.v.alone && p.choices*p.choices > maxLiveBlocks {
		panic(tooLarge)
	}
	p.out = append(p.out, ir.Instr{Op: ir.If, Args: []ir.Reg{cond}, Dst: ir.NoReg, Pos: at.Pos,
		Nest: &ir.Nest{Body: p.inner(then), Else: p.inner(otherwise)}})
}

// tile emits an access of a matrix by its elements.
func (p *pointsTo) tile(in ir.Instr) {
	p.l.out = nil
	p.l.tile(&in)
	elements := p.l.out
	p.l.out = nil
	for _, e := range elements {
		if e.Op == ir.PtrAdd {
			p.of[e.Dst] = p.of[in.Args[0]]
			p.parts[e.Dst] = [2]ir.Reg{p.l.reg(ir.I64), p.l.reg(ir.U32)}
		}
		p.instr(e)
	}
}

// inner collects what do emits.
func (p *pointsTo) inner(do func()) ir.Block {
	outer := p.out
	p.out = nil
	do()
	b := p.out
	p.out = outer
	return b
}
