package sema

import (
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
// arrays of any category, are addresses.
type Value struct {
	Type      QualType
	Cat       Category
	regs      []ir.Reg
	addr      Addr    // of lvalues and aggregates
	mem       bool    // addr counts
	swz       []uint8 // lvalue of a swizzle: components of the vector at addr
	component bool    // of a vector: has no address in the language
	vec       *Type   // type of that vector
	set       *overloads
	list      *initList // of a braced list
	at        diag.Pos  // of the expression that denotes an object: accesses are reported here
	lit0      bool      // literal 0: converts to a null pointer
	bits      *bitfield
	konst     []uint64 // value of a variable that is known, by register
	refVar    bool     // names a reference
	str       string   // of a string literal
}

type bitfield struct{ off, width int }

// Addr is the address of an object: a base and a byte offset.
type Addr struct {
	Base  baseKind
	Reg   ir.Reg
	Index int // of a slot of the function, or of Program.Constants
	Off   int64
	Space ir.Space
	owner uint32 // id of a builder
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

func regAddr(r ir.Reg, s ir.Space) Addr { return Addr{Base: baseReg, Reg: r, Space: s} }

// rvalue is a prvalue in registers.
func rvalue(t *Type, regs ...ir.Reg) Value { return Value{Type: Of(t), regs: regs} }

// lvalue is an object in memory.
func lvalue(t QualType, a Addr) Value {
	t.Space = a.Space
	return Value{Type: t, Cat: LValue, addr: a, mem: true}
}

// aggregate is a prvalue of a record or array, in a temporary.
func aggregate(t *Type, a Addr) Value { return Value{Type: Of(t), addr: a, mem: true} }

var poison = Value{Type: Of(errorType)}

func (v Value) bad() bool { return v.Type.T == nil || v.Type.T.Kind == TError }

func void() Value { return Value{Type: Of(voidType)} }
