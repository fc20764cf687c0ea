package wasm

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Pointers that memory holds, and pointers that are taken for numbers, are interp's
// numbers: which allocation in the upper 16 bits, and the offset in the others. A
// kernel that has such pointers knows the numbers of what it points into. One that
// it gets from memory or from a number may point anywhere: it is again an offset and
// an allocation. For buffers and constants a table of the launch has where these lie
// and their size, which are compared before any access through one memory that spans
// all of them; of what threads and threadgroups have there is a choice. Numbers that
// are nobody's, null too, are out of bounds.

const (
	offsetBits = 48
	rowBytes   = 32 // of the table
	rowBase    = 0  // u32
	rowShadow  = 4  // u32, where stores are noted; 0 for nowhere
	rowSize    = 8  // i64
	rowRoom    = 16 // i64: size for stores
)

// Arguments of a kernel that it has besides its own.
const (
	argTable  ir.ArgKind = 100 + iota
	argMemory            // all that can be addressed, for what has been compared
)

// allocations are the indices of a launch's buffers in the order in which interp
// numbers them, from 1 on. Those that only pointers lead to come last.
func allocations(l exec.Launch) []int {
	var out []int
	for _, a := range l.Entry.Args {
		if a.Kind == ir.ArgBuffer {
			out = append(out, a.Index)
		}
	}
	for _, x := range l.Pointers {
		for _, i := range []int{x.In, x.To} {
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	return out
}

// setPointers writes the numbers of a launch's pointers into its buffers, as interp
// does, and returns what takes them out again.
func setPointers(l exec.Launch, allocs []int) (undo func()) {
	var before []uint64
	place := func(x exec.Pointer) []byte { return l.Buffers[x.In].Data[x.Offset:][:ir.Ptr.Size()] }
	for _, x := range l.Pointers {
		before = append(before, binary.LittleEndian.Uint64(place(x)))
		binary.LittleEndian.PutUint64(place(x), uint64(1+slices.Index(allocs, x.To))<<offsetBits)
	}
	return func() {
		for i, x := range slices.Backward(l.Pointers) {
			binary.LittleEndian.PutUint64(place(x), before[i])
		}
	}
}

type numbersKey struct{ entry string }

// takesNumbers reports whether a kernel takes pointers for numbers, or compares some
// of which the offsets do not tell enough.
func takesNumbers(p *ir.Program, e *ir.Entry) bool {
	return p.Memo(numbersKey{e.Name}, func() any {
		fn := p.Funcs[e.Func]
		x := &pieces{l: &legalizer{fn: fn}}
		x.find(fn.Body)
		return x.takesNumbers(fn.Body)
	}).(bool)
}

// pointerAsNumber reports whether an instruction takes a pointer from memory or
// from a number, or there.
func pointerAsNumber(fn *ir.Func, in *ir.Instr) bool {
	switch in.Op {
	case ir.Load, ir.Store:
		return in.Kind == ir.Ptr
	case ir.Convert:
		return in.Kind == ir.Ptr || in.From == ir.Ptr
	case ir.Const:
		return in.Kind == ir.Ptr && in.Imm != 0
	case ir.Print:
		return slices.ContainsFunc(in.Args, func(r ir.Reg) bool { return fn.Regs[r].Kind == ir.Ptr })
	}
	return false
}

func comparesPointers(in *ir.Instr) bool {
	return in.Kind == ir.Ptr && (in.Op == ir.PtrDiff || in.Op >= ir.Eq && in.Op <= ir.Le)
}

func (p *pieces) takesNumbers(b ir.Block) bool {
	found := false
	b.Walk(func(in *ir.Instr) {
		found = found || pointerAsNumber(p.l.fn, in)
		if !comparesPointers(in) {
			return
		}
		x, y := p.of[in.Args[0]], p.of[in.Args[1]]
		switch one := x == y && bits.OnesCount64(x) == 1; {
		case one:
		case in.Op == ir.Eq || in.Op == ir.Ne: // null, and the one of several, are told apart
			found = found || x != 0 && y != 0 && !p.several(in.Args[0]) && !p.several(in.Args[1])
		case in.Op == ir.PtrDiff:
			found = found || x == 0 || y == 0
		default:
			found = true
		}
	})
	return found
}

// numbering is how a kernel numbers what it points into.
type numbering struct {
	l       *legalizer
	buffers map[ir.Reg]uint64 // by parameter
	local   uint64            // allocation of the first threadgroup slot; the constants come before
	dynamic uint64            // and of the first threadgroup argument,
	private uint64            // and thread slot
	near    []int             // pieces of threadgroup and thread memory
	table   ir.Reg
	memory  ir.Reg
}

// numbering is nil for kernels that do not.
func (l *legalizer) numbering() *numbering {
	ids := l.v.numbers
	if ids == nil {
		return nil
	}
	n := &numbering{l: l, buffers: map[ir.Reg]uint64{}, table: ir.NoReg, memory: ir.NoReg}
	n.local = l.v.tableRows(l.prog)
	n.dynamic = n.local
	for _, f := range l.prog.Funcs {
		n.dynamic += uint64(len(f.Threadgroup))
	}
	for _, f := range l.prog.Funcs[:l.entry.Func] {
		n.local += uint64(len(f.Threadgroup))
	}
	n.private = n.dynamic
	at, buffer := 0, 0
	for i := range l.entry.Args {
		switch a := &l.entry.Args[i]; a.Kind {
		case ir.ArgBuffer:
			n.buffers[l.fn.Params[at]] = uint64(ids[buffer])
			buffer++
		case ir.ArgThreadgroup:
			n.buffers[l.fn.Params[at]] = n.private
			n.private++
		}
		at += l.entry.Args[i].Params()
	}
	return n
}

// tableRows is how many allocations there are in the table: null, the buffers and
// the constants; none if pointers are no numbers.
func (v variant) tableRows(p *ir.Program) uint64 {
	if v.numbers == nil {
		return 0
	}
	return uint64(1 + v.numbers[len(v.numbers)-1] + len(p.Constants))
}

// id is the number of a piece's allocation.
func (n *numbering) id(x piece) uint64 {
	switch {
	case x.param != ir.NoReg:
		return n.buffers[x.param]
	case x.op == ir.ConstAddr:
		return n.l.v.tableRows(n.l.prog) - uint64(len(n.l.prog.Constants)) + x.imm
	case x.op == ir.Const: // null
		return 0
	case x.space == ir.Thread:
		return n.private + x.imm
	}
	return n.local + x.imm
}

// addLocal adds null, and the memory of threads and threadgroups, to the pieces.
func (p *pieces) addLocal() {
	p.near = nil
	note := func(x piece) {
		p.add(x)
		p.near = append(p.near, p.index[x])
	}
	p.add(piece{ir.NoReg, ir.Const, ir.Constant, 0})
	for i := range p.l.fn.Threadgroup {
		note(piece{ir.NoReg, ir.SlotAddr, ir.Threadgroup, uint64(i)})
	}
	for i := range p.l.fn.Private {
		note(piece{ir.NoReg, ir.SlotAddr, ir.Thread, uint64(i)})
	}
	for _, r := range p.l.fn.Params {
		if t := p.l.fn.Regs[r]; t.Kind == ir.Ptr && t.Space == ir.Threadgroup {
			note(piece{param: r})
		}
	}
}

// unknown is where a pointer from elsewhere may point to.
func (p *pieces) unknown(in *ir.Instr) (set uint64, ok bool) {
	switch {
	case p.numbering == nil:
		return 0, in.Op == ir.Const
	case in.Op == ir.Const && in.Imm == 0:
		return p.add(piece{ir.NoReg, ir.Const, ir.Constant, 0}), true
	}
	return anywhere, in.Op == ir.Const || in.Op == ir.Load || in.Op == ir.Convert
}

// asNumber emits an instruction that takes pointers for numbers; it reports false
// for others.
func (p *pieces) asNumber(in ir.Instr) bool {
	fn := p.l.fn
	switch {
	case in.Op == ir.Const && in.Kind == ir.Ptr:
		if d, ok := p.parts[in.Dst]; ok {
			const spare = 64 - offsetBits
			p.give(in, d, p.number(in, ir.I64, uint64(int64(in.Imm<<spare)>>spare)), p.number(in, ir.U32, in.Imm>>offsetBits))
			return true
		}
	case comparesPointers(&in):
		return p.compareNumbers(in)
	case !pointerAsNumber(fn, &in):
	case in.Op == ir.Load:
		numbers := ir.Reg(len(fn.Regs))
		for range results(&in) {
			p.l.reg(ir.U64)
		}
		load := in
		load.Kind, load.Dst = ir.U64, numbers
		p.instr(load)
		for i := range results(&in) {
			p.decode(in, numbers+ir.Reg(i), p.parts[in.Dst+ir.Reg(i)])
		}
		return true
	case in.Op == ir.Convert && in.Kind == ir.Ptr:
		p.decode(in, in.Args[0], p.parts[in.Dst])
		return true
	case in.Op == ir.Convert:
		p.out = append(p.out, ir.Instr{Op: ir.Mov, Kind: ir.U64, Dst: in.Dst, Args: []ir.Reg{p.encode(in, in.Args[0])}, Pos: in.Pos})
		return true
	default: // Store, Print
		in.Args = slices.Clone(in.Args)
		for i, r := range in.Args {
			if fn.Regs[r].Kind == ir.Ptr && (i > 0 || in.Op == ir.Print) {
				in.Args[i] = p.encode(in, r)
			}
		}
		if in.Op == ir.Store {
			in.Kind = ir.U64
		}
		p.instr(in)
		return true
	}
	return false
}

// op emits an operation on registers of a kind, which its result has, too.
func (p *pieces) op(at ir.Instr, op ir.Op, k ir.Kind, args ...ir.Reg) ir.Reg {
	result := k
	if op >= ir.Eq && op <= ir.Le {
		result = ir.Bool
	}
	return p.emit(at, ir.Instr{Op: op, Kind: k, Args: args}, result)
}

func (p *pieces) convert(at ir.Instr, to, from ir.Kind, r ir.Reg) ir.Reg {
	return p.emit(at, ir.Instr{Op: ir.Convert, Kind: to, From: from, Args: []ir.Reg{r}}, to)
}

// nearest is an offset as a number can say it.
func (p *pieces) nearest(at ir.Instr, offset ir.Reg) ir.Reg {
	const far = 1<<(offsetBits-1) - 1
	low := p.op(at, ir.Max, ir.I64, offset, p.number(at, ir.I64, ^uint64(far)))
	return p.op(at, ir.Min, ir.I64, low, p.number(at, ir.I64, far))
}

// decode gives a pointer the parts of a number.
func (p *pieces) decode(at ir.Instr, number ir.Reg, d [2]ir.Reg) {
	which := p.convert(at, ir.U32, ir.U64, p.op(at, ir.Shr, ir.U64, number, p.number(at, ir.U64, offsetBits)))
	spare := p.number(at, ir.I64, 64-offsetBits)
	high := p.op(at, ir.Shl, ir.I64, p.convert(at, ir.I64, ir.U64, number), spare)
	p.give(at, d, p.op(at, ir.Shr, ir.I64, high, spare), which)
}

// encode returns the number of a pointer.
func (p *pieces) encode(at ir.Instr, r ir.Reg) ir.Reg {
	offset, which := p.split(at, r)
	high := p.op(at, ir.Shl, ir.U64, p.convert(at, ir.U64, ir.U32, which), p.number(at, ir.U64, offsetBits))
	low := p.op(at, ir.And, ir.U64, p.convert(at, ir.U64, ir.I64, p.nearest(at, offset)), p.number(at, ir.U64, 1<<offsetBits-1))
	return p.op(at, ir.Or, ir.U64, high, low)
}

// compareNumbers compares pointers by their numbers; it reports false for those
// into the same piece.
func (p *pieces) compareNumbers(in ir.Instr) bool {
	x, y := in.Args[0], in.Args[1]
	if p.of[x] == p.of[y] && !p.several(x) {
		return false
	}
	if in.Op == ir.PtrDiff {
		a, _ := p.split(in, x)
		b, _ := p.split(in, y)
		in.Op, in.Kind, in.Args = ir.Sub, ir.I64, []ir.Reg{p.nearest(in, a), p.nearest(in, b)}
	} else {
		in.Kind, in.Args = ir.U64, []ir.Reg{p.encode(in, x), p.encode(in, y)}
	}
	p.out = append(p.out, in)
	return true
}

// reach is what an access touches: so many bytes from a constant offset on, which
// is aligned.
func reach(in *ir.Instr, operand int) (at int64, size, align int, stores bool) {
	switch in.Op {
	case ir.CopyMem, ir.ZeroMem:
		return 0, int(in.Imm), 1, operand == 0
	case ir.Load, ir.Store:
		return int64(in.Imm), in.Run() * in.Kind.Size(), in.Align(), in.Op == ir.Store
	}
	return int64(in.Imm), in.Kind.Size(), in.Kind.Size(), in.Op != ir.AtomicLoad
}

// accessAnywhere emits an access through a pointer into any memory: to what the
// table has, to what is near, or to nothing.
func (p *pieces) accessAnywhere(in ir.Instr, operand int) {
	offset, which := p.split(in, in.Args[operand])
	first, size, align, stores := reach(&in, operand)
	number := func(v int64) ir.Reg { return p.number(in, ir.I64, uint64(v)) }
	at := offset
	if first != 0 {
		at = p.op(in, ir.Add, ir.I64, offset, number(first))
	}
	row := p.row(in, which)
	field := func(k ir.Kind, at uint64) ir.Reg {
		return p.emit(in, ir.Instr{Op: ir.Load, Kind: k, Space: ir.Constant, Imm: at, Args: []ir.Reg{row}}, k)
	}
	limit := uint64(rowSize)
	if stores {
		limit = rowRoom
	}
	last := p.op(in, ir.Sub, ir.I64, field(ir.I64, limit), number(int64(size)))
	inside := p.op(in, ir.And, ir.Bool, p.op(in, ir.Le, ir.I64, number(0), at), p.op(in, ir.Le, ir.I64, at, last))
	place := func(field ir.Reg) ir.Reg {
		sum := p.op(in, ir.Add, ir.I64, p.convert(in, ir.I64, ir.U32, field), at)
		return p.pointer(in, ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Space: ir.Device, Args: []ir.Reg{p.memory, sum}})
	}
	through := func(pointer ir.Reg, space ir.Space) {
		known := in
		known.Args = slices.Clone(in.Args)
		known.Args[operand] = pointer
		if operand == 0 {
			known.Space = space
		}
		if in.Op != ir.CopyMem && in.Op != ir.ZeroMem {
			known.Imm = 0
		}
		p.instr(known)
	}
	var near func(pieces []int)
	near = func(pieces []int) {
		switch {
		case len(pieces) == 0:
			through(p.pointer(in, ir.Instr{Op: ir.Const, Kind: ir.Ptr, Space: ir.Constant}), ir.Constant)
		case p.space(pieces[0]) == ir.Thread && in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor: // not in Metal
			near(pieces[1:])
		default:
			p.either(in, p.isPiece(in, which, pieces[0]), func() { p.accessPiece(in, operand, pieces[0], offset) }, func() { near(pieces[1:]) })
		}
	}
	listed := func() {
		through(place(field(ir.U32, rowBase)), ir.Device)
		if stores && p.l.v.tracked {
			shadow := field(ir.U32, rowShadow)
			p.either(in, p.op(in, ir.Ne, ir.U32, shadow, p.number(in, ir.U32, 0)), func() { p.note(in, place(shadow), size) }, func() {})
		}
	}
	p.either(in, inside, func() {
		if align == 1 {
			listed()
			return
		}
		low := p.op(in, ir.And, ir.U32, p.convert(in, ir.U32, ir.I64, at), p.number(in, ir.U32, uint64(align-1)))
		p.either(in, p.op(in, ir.Eq, ir.U32, low, p.number(in, ir.U32, 0)), listed, func() { p.misaligned(in) })
	}, func() { near(p.near) })
}

// misaligned emits what becomes of an access that is: it gives zeros, and is reported,
// as is one at an odd byte of the table.
func (p *pieces) misaligned(in ir.Instr) {
	p.emit(in, ir.Instr{Op: ir.Load, Kind: ir.U16, Space: ir.Constant, Imm: 1, Args: []ir.Reg{p.table}}, ir.U16)
	for i := range results(&in) {
		p.out = append(p.out, ir.Instr{Op: ir.Const, Kind: in.Kind, Dst: in.Dst + ir.Reg(i), Pos: in.Pos})
	}
}

// row is a pointer to an allocation's row of the table; to null's, which has no
// bytes, if it has none.
func (p *pieces) row(at ir.Instr, which ir.Reg) ir.Reg {
	if p.table == ir.NoReg {
		p.table, p.memory = p.l.extra(argTable, ir.Constant), p.l.extra(argMemory, ir.Device)
	}
	there := p.op(at, ir.Lt, ir.U32, which, p.number(at, ir.U32, p.l.v.tableRows(p.l.prog)))
	which = p.emit(at, ir.Instr{Op: ir.Select, Kind: ir.U32, Args: []ir.Reg{there, which, p.number(at, ir.U32, 0)}}, ir.U32)
	offset := p.op(at, ir.Mul, ir.I64, p.convert(at, ir.I64, ir.U32, which), p.number(at, ir.I64, rowBytes))
	return p.pointer(at, ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Space: ir.Constant, Args: []ir.Reg{p.table, offset}})
}

// note emits stores of ones to so many bytes.
func (p *pieces) note(in ir.Instr, to ir.Reg, size int) {
	for at := 0; at < size; {
		k := ir.U8
		for _, wider := range []ir.Kind{ir.U16, ir.U32, ir.U64} {
			if at+wider.Size() <= size {
				k = wider
			}
		}
		p.out = append(p.out, ir.Instr{Op: ir.Store, Kind: k, Space: ir.Device, Dst: ir.NoReg, Imm: uint64(at), Args: []ir.Reg{to, p.number(in, k, k.Mask())}, Pos: in.Pos})
		at += k.Size()
	}
}

// extra gives the kernel an argument more.
func (l *legalizer) extra(kind ir.ArgKind, space ir.Space) ir.Reg {
	r := l.reg(ir.Ptr)
	l.fn.Regs[r].Space = space
	l.fn.Params = append(l.fn.Params, r)
	l.entry.Args = append(slices.Clip(l.entry.Args), ir.Arg{Kind: kind, Space: space})
	return r
}

// numberRoot is the memory of an argument for numbers, nil for others.
func (g *gen) numberRoot(k ir.ArgKind) *root {
	switch k {
	case argTable:
		g.numberTable = g.f.Local(wc.I32)
		return &root{space: ir.Constant, base: g.numberTable, bytes: rowBytes * int(g.v.tableRows(g.prog)), fixed: true}
	case argMemory:
		return &root{space: ir.Device, base: g.f.Local(wc.I32), open: true}
	}
	return nil
}

// rows is how many rows the table of a launch has.
func (r *run) rows() int {
	if r.allocs == nil {
		return 0
	}
	return 1 + len(r.allocs) + len(r.m.constants)
}

// numberRows fills the table: rows of the buffers, whose addresses bases has by
// index, and of the constants from data on.
func (r *run) numberRows(table []byte, bases map[int][2]uint32, data uint32) {
	row := func(base, shadow uint32, size int, fixed bool) {
		binary.LittleEndian.PutUint32(table[rowBase:], base)
		binary.LittleEndian.PutUint32(table[rowShadow:], shadow)
		binary.LittleEndian.PutUint64(table[rowSize:], uint64(size))
		if !fixed {
			binary.LittleEndian.PutUint64(table[rowRoom:], uint64(size))
		}
		table = table[rowBytes:]
	}
	row(0, 0, 0, true)
	for _, i := range r.allocs {
		b := r.l.Buffers[i]
		row(bases[i][0], bases[i][1], len(b.Data), b.ReadOnly || r.constant(i))
	}
	for _, c := range r.m.constants {
		row(data+uint32(c[0]), 0, c[1], true)
	}
}

// constant reports whether a buffer is an argument in constant memory.
func (r *run) constant(index int) bool {
	return slices.ContainsFunc(r.l.Entry.Args, func(a ir.Arg) bool { return a.Kind == ir.ArgBuffer && a.Index == index && a.Space == ir.Constant })
}
