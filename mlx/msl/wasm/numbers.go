package wasm

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
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
		x := &pointsTo{l: &legalizer{fn: fn}}
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

func (p *pointsTo) takesNumbers(b ir.Block) bool {
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
	near    []int             // objects of threadgroup and thread memory
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

// id is the number of an object's allocation.
func (n *numbering) id(x object) uint64 {
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

// addLocal adds null, and the memory of threads and threadgroups, to the objects.
func (p *pointsTo) addLocal() {
	p.near = nil
	note := func(x object) {
		p.add(x)
		p.near = append(p.near, p.index[x])
	}
	p.add(object{ir.NoReg, ir.Const, ir.Constant, 0})
	for i := range p.l.fn.Threadgroup {
		note(object{ir.NoReg, ir.SlotAddr, ir.Threadgroup, uint64(i)})
	}
	for i := range p.l.fn.Private {
		note(object{ir.NoReg, ir.SlotAddr, ir.Thread, uint64(i)})
	}
	for _, r := range p.l.fn.Params {
		if t := p.l.fn.Regs[r]; t.Kind == ir.Ptr && t.Space == ir.Threadgroup {
			note(object{param: r})
		}
	}
}

// unknown is where a pointer from elsewhere may point to.
func (p *pointsTo) unknown(in *ir.Instr) (set uint64, ok bool) {
	switch {
	case p.numbering == nil:
		return 0, in.Op == ir.Const
	case in.Op == ir.Const && in.Imm == 0:
		return p.add(object{ir.NoReg, ir.Const, ir.Constant, 0}), true
	}
	return anywhere, in.Op == ir.Const || in.Op == ir.Load || in.Op == ir.Convert
}

// asNumber emits an instruction that takes pointers for numbers; it reports false
// for others.
func (p *pointsTo) asNumber(in ir.Instr) bool {
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
func (p *pointsTo) op(at ir.Instr, op ir.Op, k ir.Kind, args ...ir.Reg) ir.Reg {
	result := k
	if op >= ir.Eq && op <= ir.Le {
		result = ir.Bool
	}
	return p.emit(at, ir.Instr{Op: op, Kind: k, Args: args}, result)
}

func (p *pointsTo) convert(at ir.Instr, to, from ir.Kind, r ir.Reg) ir.Reg {
	return p.emit(at, ir.Instr{Op: ir.Convert, Kind: to, From: from, Args: []ir.Reg{r}}, to)
}

// nearest is an offset as a number can say it.
func (p *pointsTo) nearest(at ir.Instr, offset ir.Reg) ir.Reg {
	const far = 1<<(offsetBits-1) - 1
	low := p.op(at, ir.Max, ir.I64, offset, p.number(at, ir.I64, ^uint64(far)))
	return p.op(at, ir.Min, ir.I64, low, p.number(at, ir.I64, far))
}

// decode gives a pointer the parts of a number.
func (p *pointsTo) decode(at ir.Instr, number ir.Reg, d [2]ir.Reg) {
	which := p.convert(at, ir.U32, ir.U64, p.op(at, ir.Shr, ir.U64, number, p.number(at, ir.U64, offsetBits)))
	spare := p.number(at, ir.I64, 64-offsetBits)
	high := p.op(at, ir.Shl, ir.I64, p.convert(at, ir.I64, ir.U64, number), spare)
	p.give(at, d, p.op(at, ir.Shr, ir.I64, high, spare), which)
}

// encode returns the number of a pointer.
func (p *pointsTo) encode(at ir.Instr, r ir.Reg) ir.Reg {
	offset, which := p.split(at, r)
	high := p.op(at, ir.Shl, ir.U64, p.convert(at, ir.U64, ir.U32, which), p.number(at, ir.U64, offsetBits))
	low := p.op(at, ir.And, ir.U64, p.convert(at, ir.U64, ir.I64, p.nearest(at, offset)), p.number(at, ir.U64, 1<<offsetBits-1))
	return p.op(at, ir.Or, ir.U64, high, low)
}

// compareNumbers compares pointers by their numbers; it reports false for those
// into the same object.
func (p *pointsTo) compareNumbers(in ir.Instr) bool {
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
