package wasm

import (
	"encoding/binary"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Accesses through pointers that may point anywhere, and the launch's table of what
// there is.

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
func (p *pointsTo) accessAnywhere(in ir.Instr, operand int) {
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
	var near func(objects []int)
	near = func(objects []int) {
		switch {
		case len(objects) == 0:
			through(p.pointer(in, ir.Instr{Op: ir.Const, Kind: ir.Ptr, Space: ir.Constant}), ir.Constant)
		case p.space(objects[0]) == ir.Thread && in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor: // not in Metal
			near(objects[1:])
		default:
			p.either(in, p.isObject(in, which, objects[0]), func() { p.accessObject(in, operand, objects[0], offset) }, func() { near(objects[1:]) })
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
		aligned := p.op(in, ir.Eq, ir.U32, low, p.number(in, ir.U32, 0))
		if isAtomic(&in) { // not carried out
			p.either(in, aligned, listed, func() {
				p.misaligned(in)
				for i := range results(&in) {
					p.out = append(p.out, ir.Instr{Op: ir.Const, Kind: in.Kind, Dst: in.Dst + ir.Reg(i), Pos: in.Pos})
				}
			})
			return
		}
		p.either(in, aligned, func() {}, func() { p.misaligned(in) })
		listed()
	}, func() { near(p.near) })
}

// misaligned emits the report of an access that is: one at an odd byte of the table.
func (p *pointsTo) misaligned(in ir.Instr) {
	p.emit(in, ir.Instr{Op: ir.Load, Kind: ir.U16, Space: ir.Constant, Imm: 1, Args: []ir.Reg{p.table}}, ir.U16)
}

// row is a pointer to an allocation's row of the table; to null's, which has no
// bytes, if it has none.
func (p *pointsTo) row(at ir.Instr, which ir.Reg) ir.Reg {
	if p.table == ir.NoReg {
		p.table, p.memory = p.l.extra(argTable, ir.Constant), p.l.extra(argMemory, ir.Device)
	}
	there := p.op(at, ir.Lt, ir.U32, which, p.number(at, ir.U32, p.l.v.tableRows(p.l.prog)))
	which = p.emit(at, ir.Instr{Op: ir.Select, Kind: ir.U32, Args: []ir.Reg{there, which, p.number(at, ir.U32, 0)}}, ir.U32)
	offset := p.op(at, ir.Mul, ir.I64, p.convert(at, ir.I64, ir.U32, which), p.number(at, ir.I64, rowBytes))
	return p.pointer(at, ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Space: ir.Constant, Args: []ir.Reg{p.table, offset}})
}

// note emits stores of ones to so many bytes.
func (p *pointsTo) note(in ir.Instr, to ir.Reg, size int) {
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
