package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Builder emits the instructions of one function. Constants become Const
// instructions at the start of the body, one per value, and so do addresses of
// slots; operations on constants are folded, so a register whose value is known
// is a constant expression.
type Builder struct {
	id     uint32 // of this use: builders are used again
	mem    *memory
	out    *output // of what stays of the code
	fn     ir.Func
	code   []ir.Instr // of the open blocks, one after the other
	most   int        // instructions that were in code since it was cleared
	consts []ir.Instr // constants and addresses of slots
	regs   []register
	pool   constants
	dead   bool // after Break, Continue or Return: nothing is emitted

	privates, shared []ir.Reg // addresses of slots, NoReg if not taken

	outer  *[]Addr  // what a function apart uses of the one around it
	passed []ir.Reg // the parameters with these addresses, once all are known

	strayed diag.Pos // the first use of something of a function that is not around it

	depth      int      // enclosing Loops and Scopes
	memberwise int      // records initialised member by member
	pos        diag.Pos // of the instructions to come

	emitted   int
	early     bool // readBefore made loads
	overfull  bool // there is too much of something, and that was reported
	constexpr bool // evaluated at compile time
	exact     bool // of a constexpr function: what has no result is left to an evaluation of it
	undefined undefined
	watched   *watched // nil if every variable is declared with a value
}

// undefined is an operation on constants that has no result, which an evaluation
// at compile time must not come to.
type undefined struct {
	at  diag.Pos
	why string
}

// register is what is known of a register.
type register struct {
	bits  uint64
	typ   ir.Type
	known bool // holds bits: it is in the pool
	used  bool // an instruction reads it
	early bool // it is loaded by readBefore
}

// finish closes the function: constants that are used come first.
func (b *Builder) finish() *ir.Func {
	n := 0
	for i := range b.consts {
		if b.regs[b.consts[i].Dst].used {
			b.consts[n] = b.consts[i]
			n++
		}
	}
	if len(b.fn.Threadgroup) > 0 {
		b.dropShared(b.consts[:n])
	}
	if b.early {
		b.code = b.needed(b.code)
	}
	f := b.out.funcs.new()
	*f = ir.Func{
		Name:        b.fn.Name,
		Params:      b.out.regs.copy(b.fn.Params),
		Results:     b.fn.Results,
		Names:       b.out.texts.copy(b.fn.Names),
		Private:     b.out.slots.copy(b.fn.Private),
		Threadgroup: b.out.slots.copy(b.fn.Threadgroup),
		Regs:        b.out.types.make(len(b.regs)),
		Body:        b.out.instrs.make(n + len(b.code)),
		Pos:         b.fn.Pos,
	}
	copy(f.Body[copy(f.Body, b.consts[:n]):], b.code)
	for i, r := range b.regs[:len(f.Regs)] {
		f.Regs[i] = r.typ
	}
	b.release()
	return f
}

// dropShared leaves out the threadgroup variables whose address none of the constants takes:
// memory that nothing uses does not count towards a kernel's limit, as it does not in a pipeline.
func (b *Builder) dropShared(consts []ir.Instr) {
	kept := b.fn.Threadgroup[:0]
	for slot, s := range b.fn.Threadgroup {
		taken := slices.IndexFunc(consts, func(in ir.Instr) bool {
			return in.Op == ir.SlotAddr && in.Space == ir.Threadgroup && in.Imm == uint64(slot)
		})
		if taken >= 0 {
			consts[taken].Imm = uint64(len(kept))
			kept = append(kept, s)
		}
	}
	b.fn.Threadgroup = kept
}

// needed is code without the loads of readBefore that nothing reads: a reference came to be
// bound to the object.
func (b *Builder) needed(code ir.Block) ir.Block {
	for i := range code {
		code[i].MapBlocks(b.needed)
	}
	return slices.DeleteFunc(code, func(in ir.Instr) bool {
		read := func(r register) bool { return r.used || !r.early }
		return in.Op == ir.Load && !slices.ContainsFunc(b.regs[in.Dst:][:in.Results(nil)], read)
	})
}

// Temp makes a fresh register.
func (b *Builder) Temp(t ir.Type) ir.Reg {
	b.regs = append(b.regs, register{typ: t})
	return ir.Reg(len(b.regs) - 1)
}

// Run makes n consecutive fresh registers and returns the first.
func (b *Builder) Run(t ir.Type, n int) ir.Reg {
	r := b.Temp(t)
	for range n - 1 {
		b.Temp(t)
	}
	return r
}

// Const is a register that holds bits of the kind.
func (b *Builder) Const(k ir.Kind, bits uint64) ir.Reg {
	return b.constant(ir.Type{Kind: k}, bits)
}

// Null is a null pointer into a space.
func (b *Builder) Null(s ir.Space) ir.Reg {
	return b.constant(ir.Type{Kind: ir.Ptr, Space: s}, 0)
}

func (b *Builder) constant(t ir.Type, bits uint64) ir.Reg {
	key := constant{bits, t}
	if r, ok := b.pool.find(key); ok {
		return r
	}
	r := b.Temp(t)
	b.regs[r].bits, b.regs[r].known = bits, true
	b.pool.add(key, r)
	b.consts = append(b.consts, ir.Instr{Op: ir.Const, Kind: t.Kind, Space: t.Space, Imm: bits, Dst: r, Pos: b.pos})
	return r
}

// flag is a bool that is false when the function begins.
func (b *Builder) flag() ir.Reg {
	r, no := b.Temp(ir.Type{Kind: ir.Bool}), b.Bool(false)
	b.regs[no].used = true
	b.consts = append(b.consts, ir.Instr{Op: ir.Mov, Kind: ir.Bool, Dst: r, Args: b.args(no), Pos: b.pos})
	return r
}

// Int is an integer constant of a kind; v is truncated to its width.
func (b *Builder) Int(k ir.Kind, v int64) ir.Reg {
	return b.Const(k, truncBits(k, uint64(v)))
}

// Bool is a boolean constant.
func (b *Builder) Bool(v bool) ir.Reg {
	if v {
		return b.Const(ir.Bool, 1)
	}
	return b.Const(ir.Bool, 0)
}

// Float is a floating constant of a kind, rounded to nearest even.
func (b *Builder) Float(k ir.Kind, v float64) ir.Reg { return b.Const(k, floatBits(k, v)) }

// Known returns the value of a constant register.
func (b *Builder) Known(r ir.Reg) (uint64, bool) {
	if r < 0 {
		return 0, false
	}
	c := &b.regs[r]
	return c.bits, c.known
}

// Emit appends an instruction unless the code here cannot be reached.
func (b *Builder) Emit(in ir.Instr) {
	if b.dead {
		return
	}
	if in.Pos == 0 {
		in.Pos = b.pos
	}
	for _, a := range in.Args {
		if a >= 0 {
			b.regs[a].used = true
		}
	}
	b.code = append(b.code, in)
	b.emitted++
	b.dead = in.Op >= ir.Break
}

// args keeps operands.
func (b *Builder) args(regs ...ir.Reg) []ir.Reg { return b.out.regs.copy(regs) }

// at gives instructions a position until the result is called.
func (b *Builder) at(p diag.Pos) (restore func()) {
	saved := b.pos
	b.pos = p
	return func() { b.pos = saved }
}

// Op emits an operation on registers of one kind and returns its result; it
// folds if all operands are known. Comparisons give Bool.
func (b *Builder) Op(op ir.Op, k ir.Kind, args ...ir.Reg) ir.Reg {
	return b.OpFlags(op, k, 0, args...)
}

// OpFlags is Op with flags.
func (b *Builder) OpFlags(op ir.Op, k ir.Kind, flags ir.Flags, args ...ir.Reg) ir.Reg {
	return b.pure(&ir.Instr{Op: op, Kind: k, Flags: flags}, ir.Type{Kind: resultKind(op, k)}, args...)
}

func resultKind(op ir.Op, k ir.Kind) ir.Kind {
	switch op {
	case ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.SimdAll, ir.SimdAny, ir.SimdIsFirst:
		return ir.Bool
	case ir.SimdBallot, ir.SimdActive:
		return ir.U64
	case ir.Ilogb:
		return ir.I32
	case ir.PtrDiff:
		return ir.I64
	}
	return k
}

// pure emits an instruction with one result, or folds it.
func (b *Builder) pure(in *ir.Instr, t ir.Type, args ...ir.Reg) ir.Reg {
	if b.allKnown(args) && t.Kind != ir.Ptr {
		if v, ok := b.folded(in, args); ok {
			return b.constant(t, v)
		}
	}
	dst := b.Temp(t)
	if b.dead {
		return dst
	}
	kept := b.out.regs.make(len(args))
	for i, a := range args {
		kept[i] = a
		if a >= 0 {
			b.regs[a].used = true
		}
	}
	b.code = append(b.code, ir.Instr{})
	out := &b.code[len(b.code)-1] // made in place: a copy would wait until what was just stored field by field is in the cache
	out.Op, out.Kind, out.From, out.Space, out.Flags = in.Op, in.Kind, in.From, in.Space, in.Flags
	out.Dst, out.Args, out.Pos = dst, kept, b.pos
	b.emitted++
	return dst
}

// allKnown reports that operands are constants, at least one of them.
func (b *Builder) allKnown(args []ir.Reg) bool {
	for _, a := range args {
		if a < 0 || !b.regs[a].known {
			return false
		}
	}
	return len(args) > 0
}

// folded is the result of an instruction on constants.
func (b *Builder) folded(in *ir.Instr, args []ir.Reg) (uint64, bool) {
	var buf [4]uint64
	vals := buf[:0]
	for _, a := range args {
		vals = append(vals, b.regs[a].bits)
	}
	if b.exact && undefinedResult(in, vals) != "" {
		return 0, false
	}
	return fold(in, vals)
}

// Convert converts by value.
func (b *Builder) Convert(to, from ir.Kind, a ir.Reg) ir.Reg {
	if to == from {
		return a
	}
	return b.pure(&ir.Instr{Op: ir.Convert, Kind: to, From: from}, ir.Type{Kind: to}, a)
}

// Bitcast reinterprets the bits of a register in a kind of the same size.
func (b *Builder) Bitcast(to, from ir.Kind, a ir.Reg) ir.Reg {
	if to == from {
		return a
	}
	if isInt(to) && isInt(from) {
		return b.Convert(to, from, a)
	}
	return b.pure(&ir.Instr{Op: ir.Bitcast, Kind: to, From: from}, ir.Type{Kind: to}, a)
}

// Select is c ? x : y for registers of type t.
func (b *Builder) Select(t ir.Type, c, x, y ir.Reg) ir.Reg {
	if v, ok := b.Known(c); ok {
		if v != 0 {
			return x
		}
		return y
	}
	if x == y {
		return x
	}
	return b.pure(&ir.Instr{Op: ir.Select, Kind: t.Kind}, t, c, x, y)
}

// Mov assigns a register that was made by Temp.
func (b *Builder) Mov(dst, src ir.Reg) {
	b.Emit(ir.Instr{Op: ir.Mov, Kind: b.regs[dst].typ.Kind, Dst: dst, Args: b.args(src)})
}

// Load loads a run of n scalars.
func (b *Builder) Load(t ir.Type, n int, a Addr, flags ir.Flags) []ir.Reg {
	base := b.Address(a)
	r := b.Run(t, n)
	b.Emit(ir.Instr{Op: ir.Load, Kind: t.Kind, Space: a.Space, N: uint8(n), Dst: r, Args: b.args(base), Imm: uint64(a.Off), Flags: flags})
	return b.list(r, n)
}

// Store stores a run of scalars of one kind.
func (b *Builder) Store(k ir.Kind, a Addr, vals []ir.Reg, flags ir.Flags) {
	base := b.Address(a)
	args := b.out.regs.make(1 + len(vals))
	args[0] = base
	copy(args[1:], vals)
	b.Emit(ir.Instr{Op: ir.Store, Kind: k, Space: a.Space, N: uint8(len(vals)), Dst: ir.NoReg, Args: args, Imm: uint64(a.Off), Flags: flags})
}

// Address puts the base of an address in a register; a.Off still counts.
func (b *Builder) Address(a Addr) ir.Reg {
	switch a.Base {
	case baseReg:
		if a.owner != 0 && a.owner != b.id {
			return b.outside(a) // a reference of another function
		}
		return a.Reg
	case baseConst:
		r := b.Temp(ir.Type{Kind: ir.Ptr, Space: ir.Constant})
		b.Emit(ir.Instr{Op: ir.ConstAddr, Kind: ir.Ptr, Space: ir.Constant, Dst: r, Imm: uint64(a.Index)})
		return r
	case baseSlot:
		if a.owner != b.id {
			return b.outside(a) // a variable of another function
		}
		return b.slotAddr(a.Space, a.Index)
	}
	return b.Null(a.Space)
}

// own notes that a register with the address of something that gets a name is
// this function's, unless it is known to be another's.
func (b *Builder) own(a *Addr) {
	if a.Base == baseReg && a.owner == 0 {
		a.owner = b.id
	}
}

// slotAddr is the register with the address of a slot, which is taken once at
// the start of the function.
func (b *Builder) slotAddr(s ir.Space, slot int32) ir.Reg {
	addrs := &b.privates
	if s == ir.Threadgroup {
		addrs = &b.shared
	}
	for len(*addrs) <= int(slot) {
		*addrs = append(*addrs, ir.NoReg)
	}
	r := &(*addrs)[slot]
	if *r == ir.NoReg {
		*r = b.Temp(ir.Type{Kind: ir.Ptr, Space: s})
		b.consts = append(b.consts, ir.Instr{Op: ir.SlotAddr, Kind: ir.Ptr, Space: s, Dst: *r, Imm: uint64(slot), Pos: b.pos})
	}
	return *r
}

// dropSlots forgets the slots made since there were so many: those of code
// that is never reached.
func (b *Builder) dropSlots(privates, shared int) {
	b.fn.Private, b.fn.Threadgroup = b.fn.Private[:privates], b.fn.Threadgroup[:shared]
	b.privates, b.shared = b.privates[:min(len(b.privates), privates)], b.shared[:min(len(b.shared), shared)]
}

// Pointer is the full address, offset included, in one register.
func (b *Builder) Pointer(a Addr) ir.Reg {
	base := b.Address(a)
	if a.Off == 0 {
		return base
	}
	return b.PtrAdd(a.Space, base, b.Int(ir.I64, a.Off))
}

// PtrAdd adds a byte distance (I64) to a pointer.
func (b *Builder) PtrAdd(s ir.Space, p, bytes ir.Reg) ir.Reg {
	return b.pure(&ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Space: s}, ir.Type{Kind: ir.Ptr, Space: s}, p, bytes)
}

// Slot makes a private or threadgroup variable.
func (b *Builder) Slot(name string, s ir.Space, size, align int, pos diag.Pos) Addr {
	slots := &b.fn.Private
	if s == ir.Threadgroup {
		slots = &b.fn.Threadgroup
	} else {
		s = ir.Thread
	}
	*slots = append(*slots, ir.Slot{Name: name, Size: max(size, 1), Align: max(align, 1), Pos: pos})
	return Addr{Base: baseSlot, Index: int32(len(*slots) - 1), Space: s, owner: b.id}
}

// Variable makes the memory of a variable, which knows what lies where in it.
func (b *Builder) Variable(name string, s ir.Space, t *Type, align int, pos diag.Pos) Addr {
	a := b.Slot(name, s, t.size(), align, pos)
	slots := b.fn.Private
	if s == ir.Threadgroup {
		slots = b.fn.Threadgroup
	}
	slots[a.Index].Layout = t.layout()
	return a
}

// list is n consecutive registers.
func (b *Builder) list(r ir.Reg, n int) []ir.Reg {
	out := b.mem.work.regs.make(n)
	for i := range out {
		out[i] = r + ir.Reg(i)
	}
	return out
}

// name gives a register the name of the variable that it holds.
func (b *Builder) name(r ir.Reg, name string) {
	for len(b.fn.Names) <= int(r) {
		b.fn.Names = append(b.fn.Names, "")
	}
	b.fn.Names[r] = name
}
