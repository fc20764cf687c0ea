package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Category is a value category.
type Category uint8

// The value categories.
const (
	PRValue Category = iota
	LValue
	XValue
)

// Value is the result of an expression. Scalars, vectors, matrices and
// pointers that are prvalues are runs of registers; lvalues, and records and
// arrays of any category, are addresses. It is copied wherever an expression
// goes, so what few values have shares one field.
type Value struct {
	Type      QualType
	regs      []ir.Reg
	addr      Addr     // of lvalues and aggregates
	what      any      // *swizzle, *bitfield, *overloads, *initList, *string, *[]uint64, before or baseOf: see below
	at        diag.Pos // of the expression that denotes an object: accesses are reported here
	Cat       Category
	mem       bool // addr counts
	component bool // of a vector: has no address in the language
	lit0      bool // literal 0: converts to a null pointer
	literal   bool // a literal, or minus one
	refVar    bool // names a reference
	rvalueVar bool // an rvalue one
	frozen    bool // names what a lambda copied, which is const in that alone
}

// set are the functions that a name denotes.
func (v *Value) set() *overloads {
	s, _ := v.what.(*overloads)
	return s
}

// list is a braced list.
func (v *Value) list() *initList {
	l, _ := v.what.(*initList)
	return l
}

// konst is the value of a variable that is known, by register.
func (v *Value) konst() []uint64 {
	if k, ok := v.what.(*[]uint64); ok {
		return *k
	}
	return nil
}

// learn gives the value of a variable, if that is known.
func (v *Value) learn(k *[]uint64) {
	if *k != nil {
		v.what = k
	} else {
		v.forget()
	}
}

// forget makes the value of a variable unknown.
func (v *Value) forget() {
	if v.konst() != nil {
		v.what = nil
	}
}

// swz are the components that a swizzle denotes.
func (v *Value) swz() *swizzle {
	s, _ := v.what.(*swizzle)
	return s
}

// bits is the bit-field that an lvalue denotes.
func (v *Value) bits() *bitfield {
	b, _ := v.what.(*bitfield)
	return b
}

// swizzle is an lvalue of several components of the vector at the address.
type swizzle struct {
	comps []uint8
	of    *Type
}

// repeats reports a component that is named twice.
func (s *swizzle) repeats() bool {
	for i, a := range s.comps {
		if slices.Contains(s.comps[:i], a) {
			return true
		}
	}
	return false
}

type bitfield struct{ off, width int }

// baseOf is the class whose object an object is the base class part of.
type baseOf struct{ *Record }

// text is the text of a string literal.
func (v *Value) text() string {
	if s, ok := v.what.(*string); ok {
		return *s
	}
	return ""
}

// Addr is the address of an object: a base and a byte offset.
type Addr struct {
	Off   int64
	Reg   ir.Reg
	Index int32  // of a slot of the function, or of Program.Constants
	owner uint32 // id of a builder
	Base  baseKind
	Space ir.Space
	// packed says that the object may begin at any byte.
	packed bool
}

type baseKind uint8

const (
	baseNone baseKind = iota
	baseReg
	baseSlot
	baseConst
)

func (a Addr) plus(n int) Addr {
	a.Off += int64(n)
	return a
}

// field is the address of a member of the structure at a.
func (a Addr) field(f *Field) Addr {
	a.Off += int64(f.Offset)
	a.packed = a.packed || f.packed
	return a
}

func regAddr(r ir.Reg, s ir.Space) Addr { return Addr{Base: baseReg, Reg: r, Space: s} }

// rvalue is a prvalue in registers.
func (b *Builder) rvalue(t *Type, regs ...ir.Reg) Value {
	v := Value{Type: Of(t), regs: b.mem.work.regs.make(len(regs))}
	copy(v.regs, regs)
	return v
}

// run is a prvalue in consecutive registers from r on.
func (b *Builder) run(t *Type, r ir.Reg) Value {
	v := b.room(t)
	for i := range t.regCount() {
		v.regs = append(v.regs, r+ir.Reg(i))
	}
	return v
}

// room is a prvalue whose registers are still to be appended.
func (b *Builder) room(t *Type) Value {
	return Value{Type: Of(t), regs: b.mem.work.regs.make(t.regCount())[:0]}
}

// lvalue is an object in memory.
func lvalue(t QualType, a Addr) Value {
	t.Space = a.Space
	return Value{Type: t, Cat: LValue, addr: a, mem: true}
}

// aggregate is a prvalue of a record or array, in a temporary.
func aggregate(t *Type, a Addr) Value { return Value{Type: Of(t), addr: a, mem: true} }

var poison = Value{Type: Of(errorType)}

func (v *Value) bad() bool { return v.Type.T == nil || v.Type.T.Kind == TError }

func void() Value { return Value{Type: Of(voidType)} }
