package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// purpose says what a conversion is for, for messages.
type purpose uint8

// convert converts a value implicitly to a type, or reports why it cannot be.
// A reference type gives an lvalue.
func (c *checker) convert(v Value, to QualType, at diag.Span, why purpose) Value {
	if v.bad() || to.T.isError() {
		return poison
	}
	if v.list() != nil {
		if why == forReturn {
			c.remarkBraced(to.T, v.list().node)
		}
		return c.fromList(v, to, at)
	}
	if v.Type.T == to.T && v.set() == nil {
		return c.coerced(v, to.T, at)
	}
	s := c.implicit(v, to)
	if s.rank == impossible {
		return c.cannotConvert(v, to, at, why)
	}
	return c.apply(v, to, s, at)
}

// apply carries out a conversion sequence.
func (c *checker) apply(v Value, to QualType, s sequence, at diag.Span) Value {
	if v.bad() {
		return poison
	}
	if v.list() != nil { // an argument
		c.remarkBraced(to.T, v.list().node)
		return c.fromList(v, to, at)
	}
	if s.base > 0 && c.closedBase(v.Type.T, to.T, at) {
		return poison
	}
	if to.T.isRef() {
		want := to.T.Elem
		if v.Type.T == stringType && want.T.Kind == TArray {
			v = c.stringArray(v)
		}
		if !s.temp && s.rank == userDefined {
			if v = c.callNullary(s.fn, &v, at); v.bad() {
				return poison
			}
		}
		if !s.temp {
			return c.toBase(v, want)
		}
		if v.Type.T == want.T || s.base > 0 {
			return c.toBase(c.materialise(v), want)
		}
		conv := c.apply(v, want.unqual(), c.implicit(v, want.unqual()), at)
		if conv.bad() {
			return poison
		}
		if conv.mem && conv.Cat == PRValue {
			return c.toBase(c.materialise(conv), want)
		}
		m := c.temp(want.T)
		c.store(m, c.loaded(conv))
		return c.toBase(m, want)
	}
	if s.rank == userDefined {
		return c.applyUser(v, to, s, at)
	}
	if to.T == boolType() {
		v = c.asPointer(v)
	}
	if v.set() != nil {
		if f := c.pickFunction(v.set(), to.T); f != nil {
			return c.coerced(c.functionPointer(f, at), to.T, at)
		}
		return c.errorf(at, "function-pointer", "no function of this name has type '%s'", to)
	}
	c.remarkConversion(&v, to.T, at)
	return c.coerced(v, to.T, at)
}

// toBase re-types an lvalue for a reference: qualifiers, and the base class's
// part of an object, or the object that it is a part of.
func (c *checker) toBase(v Value, want QualType) Value {
	if v.Type.T != want.T && v.Type.T.Kind == TRecord && want.T.Kind == TRecord {
		v.addr = v.addr.plus(baseOffset(v.Type.T.Record, want.T) - baseOffset(want.T.Record, v.Type.T))
	}
	space := v.addr.Space
	v.Type = want
	v.Type.Space = space
	if v.Cat == PRValue {
		v.Cat = XValue
	}
	v.component = false
	v.forget()
	return v
}

// baseOffset is where the part of a base class lies, 0 if there is none.
func baseOffset(r *Record, base *Type) int {
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.anon && (f.Type.T == base || baseDistance(f.Type.T, base) > 0) {
			return f.Offset + baseOffset(f.Type.T.Record, base)
		}
	}
	return 0
}

func (c *checker) applyUser(v Value, to QualType, s sequence, at diag.Span) Value {
	if s.fn == nil {
		return c.report(diag.Diagnostic{Code: "ambiguous-conversion", Message: "conversion from '" + v.Type.String() + "' to '" + to.String() + "' is ambiguous", Span: at, Caret: c.declaring})
	}
	if s.fn.ctor {
		m, args := c.temp(to.T), []Value{v}
		if !c.callConstructor(m, c.functionCandidate(s.fn, nil, args), args, at, nil) {
			return poison
		}
		return c.aggregate(to.T, m.addr)
	}
	if s.fn.lambda != nil {
		return c.functionValue(s.fn, to.T)
	}
	r := c.callNullary(s.fn, &v, at)
	return c.convert(r, to, at, forInit)
}

// coerce performs a standard conversion, or the arithmetic part of an explicit
// one, to a type in registers.
func (c *checker) coerce(v *Value, to *Type, at diag.Span) {
	switch {
	case to.isError():
		*v = poison
	case v.Type.T != to:
		*v = c.coercion(v, to, at)
	case to.inRegisters():
		c.load(v)
	}
}

// coerced is coerce as an expression.
func (c *checker) coerced(v Value, to *Type, at diag.Span) Value {
	c.coerce(&v, to, at)
	return v
}

// coercion is a value as one of another type.
func (c *checker) coercion(v *Value, to *Type, at diag.Span) Value {
	if to.Kind == TRecord {
		v.addr = v.addr.plus(baseOffset(v.Type.T.Record, to))
		v.Type.T = to
		return *v
	}
	if v.Type.T == stringType && to.Kind == TScalar {
		return c.b.rvalue(to, c.b.Bool(true))
	}
	if v.Type.T == stringType {
		a := c.data("", append([]byte(v.text()), 0), 1)
		return Value{Type: Of(to), regs: []ir.Reg{c.b.Address(a)}, what: v.what}
	}
	c.decay(v)
	if v.bad() {
		return *v
	}
	from := v.Type.T
	switch {
	case from.Kind == TScalar && to.Kind == TScalar:
		return c.b.rvalue(to, c.b.Convert(to.Scalar, from.Scalar, v.regs[0]))
	case to.Kind == TPointer:
		switch {
		case from.Kind == TPointer:
			if from.Elem.T.Kind == TRecord && to.Elem.T.Kind == TRecord && from.Elem.T != to.Elem.T {
				if off := baseOffset(from.Elem.T.Record, to.Elem.T) - baseOffset(to.Elem.T.Record, from.Elem.T); off != 0 {
					return c.b.rvalue(to, c.b.PtrAdd(to.Elem.Space, v.regs[0], c.b.Int(ir.I64, int64(off))))
				}
			}
			return Value{Type: Of(to), regs: v.regs}
		case from.Kind == TNullptr || v.lit0:
			return c.b.rvalue(to, c.b.Null(to.Elem.Space))
		}
		return c.b.rvalue(to, c.b.pure(&ir.Instr{Op: ir.Convert, Kind: ir.Ptr, Space: to.Elem.Space, From: ir.U64}, to.regType(), c.b.Convert(ir.U64, from.Scalar, v.regs[0])))
	case to.Kind == TMember && from.Kind == TMember:
		return c.otherClass(v, to, at)
	case to.isNumbered():
		return c.b.rvalue(to, c.b.Int(ir.U64, 0))
	case to == boolType() && from.isNumbered():
		return c.b.rvalue(to, c.b.Op(ir.Ne, ir.U64, v.regs[0], c.b.Int(ir.U64, 0)))
	case to == boolType() && (from.Kind == TPointer || from.Kind == TNullptr):
		if from.Kind == TNullptr {
			return c.b.rvalue(to, c.b.Bool(false))
		}
		return c.b.rvalue(to, c.b.Op(ir.Ne, ir.Ptr, v.regs[0], c.b.Null(from.Elem.Space)))
	case from.Kind == TPointer:
		return c.b.rvalue(to, c.b.Convert(to.Scalar, ir.U64, c.b.Convert(ir.U64, ir.Ptr, v.regs[0])))
	case to.Kind == TMatrix && len(v.regs) == 1:
		// A scalar gives a diagonal matrix.
		r := c.b.Convert(to.Scalar, from.Scalar, v.regs[0])
		out := c.b.room(to)
		for i := range to.regCount() {
			if i/to.M == i%to.M {
				out.regs = append(out.regs, r)
			} else {
				out.regs = append(out.regs, c.b.constant(to.regType(), 0))
			}
		}
		return out
	case from.Kind == TVoid || from.Scalar == ir.Void:
		return c.errorf(at, "conversion", "cannot convert '%s' to '%s'", v.Type, to)
	}
	n := to.regCount()
	if len(v.regs) != 1 && len(v.regs) != n {
		return c.errorf(at, "conversion", "cannot convert '%s' to '%s'", v.Type, to)
	}
	out := c.b.room(to)
	for i := range n {
		out.regs = append(out.regs, c.b.Convert(to.Scalar, from.Scalar, v.regs[min(i, len(v.regs)-1)]))
	}
	return out
}

// condition converts a value to bool as conditions do.
func (c *checker) condition(v Value, at diag.Span) ir.Reg {
	if v.bad() {
		return c.b.Bool(false)
	}
	if v.Type.T.Kind == TRecord {
		s := c.userConversion(v, Of(boolType()), true)
		if s.rank != impossible {
			v = c.applyUser(v, Of(boolType()), s, at)
		}
	}
	d := c.asPointer(c.decayed(v))
	if d.bad() {
		return c.b.Bool(false)
	}
	if d.Type.T.decides() {
		r := c.coerced(d, boolType(), at).regs[0]
		c.settled(at, r)
		return r
	}
	c.cannotConvert(v, Of(boolType()), at, forCondition)
	return c.b.Bool(false)
}
