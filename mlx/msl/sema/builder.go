package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"slices"
)

// Builder emits the instructions of one function. Constants become Const
// instructions at the start of the body, one per value, and so do addresses of
// slots; operations on
// constants are folded, so a register whose value is known is a constant
// expression.
type Builder struct {
	fn               *ir.Func
	known            []constant // by register; ok only for registers of the pool
	used             []bool     // by register: an instruction reads it
	pool             map[constKey]ir.Reg
	consts           ir.Block // constants and addresses of slots
	privates, shared []ir.Reg // addresses of slots, NoReg if not taken
	blocks           []block
	depth            int      // enclosing Loops and Scopes
	memberwise       int      // records initialised member by member
	pos              diag.Pos // of the instructions to come

	constexpr   bool     // evaluated at compile time
	zeroDivisor diag.Pos // of an integer division by a constant zero
}

type constant struct {
	bits uint64
	ok   bool
}

type constKey struct {
	kind  ir.Kind
	space ir.Space
	bits  uint64
}

type block struct {
	code ir.Block
	dead bool // ended by Break, Continue or Return: nothing more is emitted
}

func newBuilder(name string, pos diag.Pos) *Builder {
	return &Builder{
		fn:     &ir.Func{Name: name, Pos: pos},
		pool:   map[constKey]ir.Reg{},
		blocks: []block{{}},
		pos:    pos,
	}
}

// expect makes room for a body of so many bytes of text; an instruction comes
// of about five.
func (b *Builder) expect(text diag.Span) *Builder {
	n := min(max(int(text.End)-int(text.Start), 0)/5, 1<<13)
	b.blocks[0].code = make(ir.Block, 0, n)
	b.fn.Regs, b.known, b.used = make([]ir.Type, 0, n), make([]constant, 0, n), make([]bool, 0, n)
	return b
}

// finish closes the function: constants that are used come first.
func (b *Builder) finish() *ir.Func {
	body := make(ir.Block, 0, len(b.consts)+len(b.blocks[0].code))
	for _, in := range b.consts {
		if b.used[in.Dst] {
			body = append(body, in)
		}
	}
	b.fn.Body = append(body, b.blocks[0].code...)
	return b.fn
}

// Temp makes a fresh register.
func (b *Builder) Temp(t ir.Type) ir.Reg {
	b.fn.Regs = append(double(b.fn.Regs), t)
	b.known = append(double(b.known), constant{})
	b.used = append(double(b.used), false)
	return ir.Reg(len(b.fn.Regs) - 1)
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
	key := constKey{t.Kind, t.Space, bits}
	if r, ok := b.pool[key]; ok {
		return r
	}
	r := b.Temp(t)
	b.known[r] = constant{bits, true}
	b.pool[key] = r
	b.consts = append(b.consts, ir.Instr{Op: ir.Const, Kind: t.Kind, Space: t.Space, Imm: bits, Dst: r, Pos: b.pos})
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
	c := b.known[r]
	return c.bits, c.ok
}

// Emit appends an instruction unless the code here cannot be reached.
func (b *Builder) Emit(in ir.Instr) {
	top := &b.blocks[len(b.blocks)-1]
	if top.dead {
		return
	}
	if in.Pos == 0 {
		in.Pos = b.pos
	}
	for _, a := range in.Args {
		if a >= 0 {
			b.used[a] = true
		}
	}
	top.code = append(double(top.code), in)
	switch in.Op {
	case ir.Break, ir.Continue, ir.Return, ir.Unreachable:
		top.dead = true
	}
}

// double makes a full slice twice as large: append alone grows long ones by a
// quarter, and would copy each instruction several times.
func double[T any](s []T) []T {
	if len(s) < cap(s) {
		return s
	}
	return slices.Grow(s, max(len(s), 8))
}

// at gives instructions a position until the result is called.
func (b *Builder) at(p diag.Pos) (restore func()) {
	saved := b.pos
	b.pos = p
	return func() { b.pos = saved }
}

// dead reports that code emitted now cannot be reached.
func (b *Builder) dead() bool { return b.blocks[len(b.blocks)-1].dead }

// Op emits an operation on registers of one kind and returns its result; it
// folds if all operands are known. Comparisons give Bool.
func (b *Builder) Op(op ir.Op, k ir.Kind, args ...ir.Reg) ir.Reg {
	return b.OpFlags(op, k, 0, args...)
}

// OpFlags is Op with flags.
func (b *Builder) OpFlags(op ir.Op, k ir.Kind, flags ir.Flags, args ...ir.Reg) ir.Reg {
	return b.pure(ir.Instr{Op: op, Kind: k, Flags: flags, Args: args}, ir.Type{Kind: resultKind(op, k)})
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
func (b *Builder) pure(in ir.Instr, t ir.Type) ir.Reg {
	var buf [4]uint64
	args := buf[:0]
	for _, a := range in.Args {
		v, ok := b.Known(a)
		if !ok {
			break
		}
		args = append(args, v)
	}
	if len(args) == len(in.Args) && len(args) > 0 && t.Kind != ir.Ptr {
		if v, ok := fold(&in, args); ok {
			return b.constant(t, v)
		}
	}
	in.Dst = b.Temp(t)
	b.Emit(in)
	return in.Dst
}

// Convert converts by value.
func (b *Builder) Convert(to, from ir.Kind, a ir.Reg) ir.Reg {
	if to == from {
		return a
	}
	return b.pure(ir.Instr{Op: ir.Convert, Kind: to, From: from, Args: []ir.Reg{a}}, ir.Type{Kind: to})
}

// Bitcast reinterprets the bits of a register in a kind of the same size.
func (b *Builder) Bitcast(to, from ir.Kind, a ir.Reg) ir.Reg {
	if to == from {
		return a
	}
	if isInt(to) && isInt(from) {
		return b.Convert(to, from, a)
	}
	return b.pure(ir.Instr{Op: ir.Bitcast, Kind: to, From: from, Args: []ir.Reg{a}}, ir.Type{Kind: to})
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
	return b.pure(ir.Instr{Op: ir.Select, Kind: t.Kind, Args: []ir.Reg{c, x, y}}, t)
}

// Mov assigns a register that was made by Temp.
func (b *Builder) Mov(dst, src ir.Reg) {
	b.Emit(ir.Instr{Op: ir.Mov, Kind: b.fn.Regs[dst].Kind, Dst: dst, Args: []ir.Reg{src}})
}

// Load loads a run of n scalars.
func (b *Builder) Load(t ir.Type, n int, a Addr, flags ir.Flags) []ir.Reg {
	base := b.Address(a)
	r := b.Run(t, n)
	b.Emit(ir.Instr{Op: ir.Load, Kind: t.Kind, Space: a.Space, N: uint8(n), Dst: r, Args: []ir.Reg{base}, Imm: uint64(a.Off), Flags: flags})
	return runOf(r, n)
}

// Store stores a run of scalars of one kind.
func (b *Builder) Store(k ir.Kind, a Addr, vals []ir.Reg, flags ir.Flags) {
	base := b.Address(a)
	args := append([]ir.Reg{base}, vals...)
	b.Emit(ir.Instr{Op: ir.Store, Kind: k, Space: a.Space, N: uint8(len(vals)), Dst: ir.NoReg, Args: args, Imm: uint64(a.Off), Flags: flags})
}

// Address puts the base of an address in a register; a.Off still counts.
func (b *Builder) Address(a Addr) ir.Reg {
	switch a.Base {
	case baseReg:
		if a.owner != nil && a.owner != b {
			break // a reference of another function
		}
		return a.Reg
	case baseConst:
		r := b.Temp(ir.Type{Kind: ir.Ptr, Space: ir.Constant})
		b.Emit(ir.Instr{Op: ir.ConstAddr, Kind: ir.Ptr, Space: ir.Constant, Dst: r, Imm: uint64(a.Index)})
		return r
	case baseSlot:
		if a.owner != b {
			break // a variable of another function: its value is unknown here
		}
		return b.slotAddr(a)
	}
	return b.Null(a.Space)
}

// slotAddr is the register with the address of a slot, which is taken once at
// the start of the function.
func (b *Builder) slotAddr(a Addr) ir.Reg {
	addrs := &b.privates
	if a.Space == ir.Threadgroup {
		addrs = &b.shared
	}
	for len(*addrs) <= a.Index {
		*addrs = append(*addrs, ir.NoReg)
	}
	r := (*addrs)[a.Index]
	if r == ir.NoReg {
		r = b.Temp(ir.Type{Kind: ir.Ptr, Space: a.Space})
		(*addrs)[a.Index] = r
		b.consts = append(b.consts, ir.Instr{Op: ir.SlotAddr, Kind: ir.Ptr, Space: a.Space, Dst: r, Imm: uint64(a.Index), Pos: b.pos})
	}
	return r
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
	return b.pure(ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Space: s, Args: []ir.Reg{p, bytes}}, ir.Type{Kind: ir.Ptr, Space: s})
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
	return Addr{Base: baseSlot, Index: len(*slots) - 1, Space: s, owner: b}
}

// block collects what f emits instead of appending it.
func (b *Builder) block(f func()) (code ir.Block, dead bool) {
	outer := b.dead()
	b.blocks = append(b.blocks, block{dead: outer})
	f()
	top := b.blocks[len(b.blocks)-1]
	b.blocks = b.blocks[:len(b.blocks)-1]
	return top.code, top.dead && !outer
}

// append adds instructions that block collected.
func (b *Builder) append(code ir.Block) {
	if !b.dead() {
		top := &b.blocks[len(b.blocks)-1]
		top.code = append(top.code, code...)
	}
}

// If emits then and els under a condition; either may be nil. A known
// condition emits one of them only.
func (b *Builder) If(cond ir.Reg, then, els func()) {
	if v, ok := b.Known(cond); ok {
		if v != 0 && then != nil {
			then()
		} else if v == 0 && els != nil {
			els()
		}
		return
	}
	in := ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{cond}, Pos: b.pos}
	var d1, d2 bool
	if then != nil {
		in.Body, d1 = b.block(then)
	}
	if els != nil {
		in.Else, d2 = b.block(els)
	}
	if len(in.Body) == 0 && len(in.Else) == 0 {
		return
	}
	b.Emit(in)
	if d1 && d2 {
		b.blocks[len(b.blocks)-1].dead = true
	}
}

// Scope emits a block that Break leaves. The argument of body is the depth
// to give to BreakTo.
func (b *Builder) Scope(body func(depth int)) {
	in := ir.Instr{Op: ir.Scope, Dst: ir.NoReg, Pos: b.pos}
	b.depth++
	d := b.depth
	in.Body, _ = b.block(func() { body(d) })
	b.depth--
	b.Emit(in)
}

// Loop emits an endless loop; next is the continuing block.
func (b *Builder) Loop(body, next func(depth int)) {
	in := ir.Instr{Op: ir.Loop, Dst: ir.NoReg, Pos: b.pos}
	b.depth++
	d := b.depth
	in.Body, _ = b.block(func() { body(d) })
	in.Else, _ = b.block(func() { next(d) })
	b.depth--
	b.Emit(in)
}

// BreakTo leaves the Loop or Scope that was opened at a depth.
func (b *Builder) BreakTo(depth int) {
	b.Emit(ir.Instr{Op: ir.Break, Dst: ir.NoReg, Imm: uint64(b.depth - depth)})
}

// ContinueTo ends the iteration of the Loop that was opened at a depth.
func (b *Builder) ContinueTo(depth int) {
	b.Emit(ir.Instr{Op: ir.Continue, Dst: ir.NoReg, Imm: uint64(b.depth - depth)})
}

func runOf(r ir.Reg, n int) []ir.Reg {
	out := make([]ir.Reg, n)
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
