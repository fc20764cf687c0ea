package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// accessFlags are those of a load or store of an object of a type at a place.
func accessFlags(q QualType, a Addr) ir.Flags {
	var f ir.Flags
	if q.Q&(Volatile|Coherent) != 0 {
		f = ir.Volatile
	}
	switch {
	case a.packed:
		f |= ir.Unaligned
	case q.T.Kind == TPacked:
		f |= ir.Packed
	}
	return f
}

// load makes of an lvalue what its object holds, if the type is held in
// registers; other values stay as they are.
func (c *checker) load(v *Value) {
	if v.mem {
		c.loadObject(v)
	}
}

// loaded is load as an expression.
func (c *checker) loaded(v Value) Value {
	c.load(&v)
	return v
}

// readBefore keeps what an object holds before code from start on, if that code
// may change it: operands and arguments are evaluated from the left, while an
// object is only loaded once it is known that no reference is bound to it. An
// object of a class is copied then: see converted.
func (c *checker) readBefore(start before, v *Value) {
	class := v.Type.T.Kind == TRecord && v.what == nil
	if v.Cat != LValue || !v.mem || len(v.regs) > 0 || !v.Type.T.inRegisters() && !class || v.konst() != nil || !acts(c.b.code[start.code:]) {
		return
	}
	if class {
		v.what = start
		return
	}
	mid := len(c.b.code)
	seen := *v
	seen.at = 0 // a reference may come to be bound, which reads nothing
	v.regs = c.loaded(seen).regs
	for _, r := range v.regs {
		c.b.early, c.b.regs[r].early = true, true
	}
	c.b.rotate(start.code, mid)
}

// before is where code begins that may change an object, and how many objects made
// until there will end.
type before struct{ code, ends int }

// soFar is in front of what is evaluated next.
func (c *checker) soFar() before { return before{len(c.b.code), len(c.fr.ends)} }

// move puts what was evaluated from mid on in front of what was from start on.
func (c *checker) move(start, mid before) {
	c.b.rotate(start.code, mid.code)
	made := slices.Clone(c.fr.ends[mid.ends:])
	c.fr.ends = slices.Insert(c.fr.ends[:mid.ends], start.ends, made...)
}

// converted converts arguments to parameters. Objects of classes that what follows may change
// are converted, or copied, where they were evaluated: the last comes first, for each moves the
// code after it.
func (c *checker) converted(args []Value, params []QualType, at diag.Span, convert func(i int, v Value) Value) ([]Value, bool) {
	out := c.mem.work.values.make(len(params))[:len(args)]
	for i, v := range slices.Backward(args) {
		start, ok := v.what.(before)
		if !ok {
			continue
		}
		mid := c.soFar()
		v.what = nil
		if v = convert(i, v); v.bad() {
			return nil, false
		}
		if v.Type.T == params[i].T && v.Cat == LValue { // no reference
			m := c.temp(v.Type.T)
			if !c.copyObject(m, v, at) {
				return nil, false
			}
			v = c.loaded(c.aggregate(v.Type.T, m.addr))
		}
		c.move(start, mid)
		out[i] = v
	}
	for i, v := range args {
		if _, done := v.what.(before); done {
			continue
		}
		if out[i] = convert(i, v); out[i].bad() {
			return nil, false
		}
	}
	return out, true
}

func (c *checker) loadObject(v *Value) {
	t := v.Type.T
	if v.bad() || !t.inRegisters() {
		return
	}
	if k := v.konst(); k != nil {
		*v = c.constantsOf(t, k)
		return
	}
	if v.mem && len(v.regs) > 0 { // see readBefore
		if w := c.b.watched; w != nil && v.at != 0 {
			w.read[v.at] = true
		}
		*v = Value{Type: Of(t), regs: v.regs}
		return
	}
	pos := c.b.pos
	if v.at != 0 {
		c.b.pos = v.at
		if w := c.b.watched; w != nil {
			w.read[v.at] = true
		}
	}
	c.loadAt(v)
	c.b.pos = pos
}

// loadAt is load at the position of the instructions.
func (c *checker) loadAt(v *Value) {
	t := v.Type.T
	flags := accessFlags(v.Type, v.addr)
	switch {
	case t.Kind == TNullptr:
		*v = c.b.rvalue(t, c.b.Null(ir.Thread))
	case v.swz() != nil:
		flags |= accessFlags(Of(v.swz().of), v.addr)
		all := c.loadRun(ir.Type{Kind: v.swz().of.Scalar}, v.swz().of.N, v.addr, flags)
		out := c.b.room(t)
		for _, i := range v.swz().comps {
			out.regs = append(out.regs, all[i])
		}
		*v = out
	case v.bits() != nil:
		*v = c.b.rvalue(t, c.loadBits(v))
	case t.Kind == TMatrix:
		col := Vector(t.Scalar, t.M)
		out := c.b.room(t)
		for i := range t.N {
			out.regs = append(out.regs, c.loadRun(col.regType(), t.M, v.addr.plus(i*col.size()), flags)...)
		}
		*v = out
	default:
		*v = Value{Type: Of(t), regs: c.loadRun(t.regType(), t.regCount(), v.addr, flags)}
	}
}

// loadRun loads scalars; those of constant data are constants.
func (c *checker) loadRun(t ir.Type, n int, a Addr, flags ir.Flags) []ir.Reg {
	if a.Base == baseConst && t.Kind != ir.Ptr {
		data := c.prog.Constants[a.Index].Bytes
		size := kindSize(t.Kind)
		if a.Off >= 0 && int(a.Off)+n*size <= len(data) {
			out := c.mem.work.regs.make(n)
			for i := range out {
				out[i] = c.b.Const(t.Kind, readBits(data[int(a.Off)+i*size:], size))
			}
			return out
		}
	}
	return c.b.Load(t, n, a, flags)
}

func readBits(p []byte, size int) uint64 {
	var v uint64
	for i := range size {
		v |= uint64(p[i]) << (8 * i)
	}
	return v
}

// wordKind is the kind of the words in which bit-fields of a kind lie.
func wordKind(k ir.Kind) ir.Kind {
	if k == ir.Bool {
		return ir.U8
	}
	return k
}

func (c *checker) loadBits(v *Value) ir.Reg {
	k := v.Type.T.Scalar
	u := wordKind(k)
	word := c.loadRun(ir.Type{Kind: u}, 1, v.addr, accessFlags(v.Type, v.addr))[0]
	width := kindSize(u) * 8
	up := c.b.Op(ir.Shl, u, word, c.b.Int(u, int64(width-v.bits().off-v.bits().width)))
	r := c.b.Op(ir.Shr, u, up, c.b.Int(u, int64(width-v.bits().width)))
	return c.b.Convert(k, u, r)
}

// store writes a value of the same type to an object.
func (c *checker) store(dst, src Value) {
	if dst.bad() || src.bad() {
		return
	}
	t := dst.Type.T
	flags := accessFlags(dst.Type, dst.addr)
	pos := c.b.pos
	if dst.at != 0 {
		c.b.pos = dst.at
	}
	switch {
	case !t.inRegisters():
		c.copyMem(dst.addr, src.addr, t.stored())
	case dst.swz() != nil:
		size := kindSize(dst.swz().of.Scalar)
		for i, at := range dst.swz().comps {
			c.b.Store(dst.swz().of.Scalar, dst.addr.plus(int(at)*size), src.regs[i:i+1], flags)
		}
	case dst.bits() != nil:
		c.storeBits(dst, src.regs[0])
	case t.Kind == TMatrix:
		col := Vector(t.Scalar, t.M)
		for i := range t.N {
			c.b.Store(t.Scalar, dst.addr.plus(i*col.size()), src.regs[i*t.M:(i+1)*t.M], flags)
		}
	default:
		c.b.Store(t.regKind(), dst.addr, src.regs, flags)
	}
	c.b.pos = pos
}

func (c *checker) storeBits(dst Value, r ir.Reg) {
	k := dst.Type.T.Scalar
	b := c.b
	flags := accessFlags(dst.Type, dst.addr)
	u := wordKind(k)
	word := b.Load(ir.Type{Kind: u}, 1, dst.addr, flags|ir.Kept)[0]
	r = b.Convert(u, k, r)
	mask := (uint64(1)<<dst.bits().width - 1) << dst.bits().off
	kept := b.Op(ir.And, u, word, b.Const(u, truncBits(u, ^mask)))
	r = b.Op(ir.Shl, u, r, b.Int(u, int64(dst.bits().off)))
	r = b.Op(ir.And, u, r, b.Const(u, truncBits(u, mask)))
	b.Store(u, dst.addr, []ir.Reg{b.Op(ir.Or, u, kept, r)}, flags)
}

func (c *checker) copyMem(dst, src Addr, size int) {
	if size == 0 || dst == src {
		return
	}
	d, s := c.b.Pointer(dst), c.b.Pointer(src)
	c.b.Emit(ir.Instr{Op: ir.CopyMem, Space: dst.Space, Dst: ir.NoReg, Args: c.b.args(d, s), Imm: uint64(size)})
}

func (c *checker) zeroMem(dst Addr, size int) {
	if size > 0 {
		c.b.Emit(ir.Instr{Op: ir.ZeroMem, Space: dst.Space, Dst: ir.NoReg, Args: c.b.args(c.b.Pointer(dst)), Imm: uint64(size)})
	}
}

// temp is an unnamed object of the thread.
func (c *checker) temp(t *Type) Value {
	if t.Kind == TRecord {
		c.complete(t.Record, diag.Span{})
	}
	return lvalue(Of(t), c.b.Slot("", ir.Thread, t.size(), t.align(), c.b.pos))
}

// materialise puts a value into memory of the thread and gives the lvalue.
func (c *checker) materialise(v Value) Value {
	if v.mem {
		if v.swz() == nil && v.bits() == nil {
			v.Cat = LValue
			v.Type.Space = v.addr.Space
			return v
		}
		c.load(&v)
	}
	m := c.temp(v.Type.T)
	c.store(m, v)
	return m
}

// zero is the value-initialised prvalue of a type.
func (c *checker) zero(t *Type) Value {
	if !t.inRegisters() {
		m := c.temp(t)
		c.zeroMem(m.addr, t.size())
		return c.aggregate(t, m.addr)
	}
	v := c.b.room(t)
	for range t.regCount() {
		v.regs = append(v.regs, c.b.constant(t.regType(), 0))
	}
	return v
}

// decay turns an array into a pointer and loads other lvalues.
func (c *checker) decay(v *Value) {
	switch {
	case !v.mem:
	case v.Type.T.Kind == TArray:
		el := v.Type.T.Elem
		el.Q |= v.Type.Q
		el.Space = v.addr.Space
		*v = c.b.rvalue(c.pointerTo(el), c.b.Pointer(v.addr))
	default:
		c.loadObject(v)
	}
}

// decayed is decay as an expression.
func (c *checker) decayed(v Value) Value {
	c.decay(&v)
	return v
}

// knownRegs gives the values of registers that are all constants.
func (c *checker) knownRegs(v Value) ([]uint64, bool) {
	if v.mem || len(v.regs) == 0 {
		return nil, false
	}
	for _, r := range v.regs {
		if _, ok := c.b.Known(r); !ok || v.Type.T.regKind() == ir.Ptr {
			return nil, false
		}
	}
	out := c.mem.words.make(len(v.regs))
	for i, r := range v.regs {
		out[i], _ = c.b.Known(r)
	}
	return out, true
}

// constantsOf makes a prvalue of known bits.
func (c *checker) constantsOf(t *Type, bits []uint64) Value {
	v := c.b.room(t)
	for _, k := range bits {
		v.regs = append(v.regs, c.b.constant(t.regType(), k))
	}
	return v
}
