package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Family is a family of standard functions that share a name and a shape:
// one overload for every type of Types. Overload resolution sees the
// overloads beside the user's own functions of the same name.
type Family struct {
	// Names are separated by blanks: "max fmax". Each lives in namespace
	// metal and, with Fast set, also in metal::fast and metal::precise.
	Names string
	// Sig is the signature in terms of the family's type; see parseSig.
	Sig string
	// Types lists what T ranges over; empty for a single overload.
	Types TypeSet
	// Fast functions have variants of float in metal::fast and metal::precise.
	Fast bool
	// Since is the first version of Metal that has the functions; 0 counts as all.
	Since int
	// Deduced functions are templates: T is the type of the arguments as they
	// are, which is not converted.
	Deduced bool
	// Emit lowers a call. Arguments are converted to the signature's
	// parameter types; by-value arguments are loaded into registers.
	Emit func(c *Call) Value
}

// TypeSet is a set of scalar kinds, each with vector lengths 1 to MaxN.
type TypeSet struct {
	Kinds []ir.Kind
	MinN  int // 0 counts as 1
	MaxN  int // 0 counts as 1
}

// Call is one call of a standard function.
type Call struct {
	B      *Builder
	Name   string // the function's own name
	T      *Type  // the family's type for this overload
	Result *Type
	Args   []Value // converted; registers for by-value parameters
	Exprs  []diag.Span
	Span   diag.Span
	Fast   bool  // called through metal::fast
	Targs  []Arg // explicit template arguments
	c      *checker
}

// Regs are the registers of argument i.
func (c *Call) Regs(i int) []ir.Reg { return c.Args[i].regs }

// Reg is the single register of a scalar or pointer argument.
func (c *Call) Reg(i int) ir.Reg { return c.Args[i].regs[0] }

// Kind is the scalar kind of the family's type.
func (c *Call) Kind() ir.Kind { return c.T.Scalar }

// Flags are the flags of maths instructions in this call.
func (c *Call) Flags() ir.Flags {
	if c.Fast {
		return ir.Fast
	}
	return 0
}

// Values makes the result from registers.
func (c *Call) Values(regs ...ir.Reg) Value { return c.B.rvalue(c.Result, regs...) }

// Void is the result of a function without one.
func (c *Call) Void() Value { return void() }

// Addr is the address behind a pointer or reference argument.
func (c *Call) Addr(i int) Addr {
	if v := c.Args[i]; v.mem {
		return v.addr
	}
	return regAddr(c.Reg(i), c.Args[i].Type.T.Elem.Space)
}

// Store writes registers of a scalar or vector to the object of a reference
// argument.
func (c *Call) Store(i int, regs ...ir.Reg) {
	c.c.store(c.Args[i], c.B.rvalue(c.Args[i].Type.T, regs...))
}

// Error reports a problem with argument i (or the call with i < 0).
func (c *Call) Error(i int, code, format string, args ...any) Value {
	span := c.Span
	if i >= 0 && i < len(c.Exprs) {
		span = c.Exprs[i]
	}
	return c.c.errorf(span, code, format, args...)
}

// Each applies f to every component of the arguments in turn; scalar
// arguments repeat. It gives a value of the result type.
func (c *Call) Each(f func(a []ir.Reg) ir.Reg) Value {
	n := c.Result.regCount()
	out := c.B.room(c.Result)
	a := c.B.mem.work.regs.make(len(c.Args))
	for i := range n {
		for j := range c.Args {
			r := c.Regs(j)
			a[j] = r[min(i, len(r)-1)]
		}
		out.regs = append(out.regs, f(a))
	}
	return out
}

// Op is an Emit that applies one instruction to each component.
func Op(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		k := c.Args[0].Type.T.regKind()
		return c.Each(func(a []ir.Reg) ir.Reg { return c.B.OpFlags(op, k, c.Flags(), a...) })
	}
}
