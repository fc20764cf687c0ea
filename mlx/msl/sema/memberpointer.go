package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// A pointer to a data member is a number: 0, or one more than the member's offset
// in its class. One to a member function is that of a pointer to a function, with
// the offset of the function's class in the pointer's above memberShift.

const memberShift = 32

// memberPointerTo makes Elem Class::*.
func (c *checker) memberPointerTo(class *Type, elem QualType) *Type {
	elem.Space = ir.NoSpace // that of the object
	t := c.derive(TMember, elem, int(class.id))
	t.Class, t.Scalar = class, ir.U64
	return t
}

func (c *checker) memberPointerType(e *syntax.MemberPointerType) QualType {
	class, elem := c.typeOf(e.Class), c.typeOf(e.Elem)
	what := ""
	switch {
	case class.T.isError() || elem.T.isError():
		return Of(errorType)
	case class.T.Kind != TRecord && class.T.Kind != TOpaque:
		c.errorf(e.Class.Span(), "member-pointer", "member pointer refers into non-class type '%s'", class)
		return Of(errorType)
	case elem.T.isRef():
		what = "a reference of type '" + elem.String() + "'"
	case elem.T == voidType:
		what = "void"
	default:
		return Of(c.memberPointerTo(class.T, elem))
	}
	c.errorf(diag.Span{Start: e.Class.Span().Start, End: e.End}, "member-pointer", "type declared as a member pointer to %s", what)
	return Of(errorType)
}

// addressOfMember is &C::x of a member that an object has; ok is false of other operands.
func (c *checker) addressOfMember(e *syntax.UnaryExpr) (v Value, ok bool) {
	id, ok := e.X.(*syntax.IdentExpr)
	if !ok || id.Name.Of == nil {
		return v, false
	}
	if id.Name.Conversion() != nil {
		_, r, ok := c.qualifier(&id.Name)
		if !ok || r == nil {
			return poison, !ok
		}
		if v = c.conversionMember(lvalue(Of(r.Type), Addr{Space: ir.Thread}), &id.Name); v.bad() {
			return v, true
		}
		return c.functionPointer(v.set().funcs[0], e.Span()), true
	}
	f := c.find(&id.Name)
	switch {
	case !f.ok:
		return poison, true
	case f.binding == nil || f.rec == nil:
		return v, false
	case len(f.funcs)+len(f.ftmpls) > 0:
		v = c.named(f, e.X.Span())
		if set := v.set(); set != nil {
			set.pointed, set.this = true, nil
			if fn := c.onlyFunction(set); fn != nil && fn.method() {
				if from, base := c.sealedBetween(f.rec, fn.record.Type); base != nil && !c.opened(f.rec, f.part.Ident) {
					return c.inheritedPrivately(e.X.Span(), f.part.Ident, from, base), true
				}
				return c.functionPointer(fn, e.Span()), true
			}
		}
		return v, true
	case !f.field || f.typ != nil || f.value != nil:
		return v, false
	}
	return c.memberPointer(f.rec, f.part.Ident, e), true
}

// memberPointer points to a data member of a class, or of the base that has it.
func (c *checker) memberPointer(r *Record, name string, e *syntax.UnaryExpr) Value {
	class, at := r, e.X.Span()
	path := r.path(name)
	for i := 0; path == nil && i < len(r.Bases); i++ { // bases without a place of their own
		class = r.Bases[i].Record
		path = class.path(name)
	}
	if path == nil {
		return poison
	}
	open, off := c.opened(r, name), 0
	t := QualType{}
	for i, owner := 0, class; i < len(path); i, owner = i+1, path[i].Type.T.Record {
		f := path[i]
		if !open && c.unreachable(f, owner, name, r, at) {
			return poison
		}
		t = f.Type.with(t.Q)
		if f.anon && slices.Contains(owner.Bases, f.Type.T) {
			class, off = f.Type.T.Record, 0
			continue
		}
		off += f.Offset
		switch {
		case t.T.isRef():
			return c.errorf(e.Span(), "member-pointer", "cannot form a pointer-to-member to member '%s' of reference type '%s'", name, t)
		case f.Bits > 0:
			return c.errorf(e.Span(), "address-of", "address of bit-field requested")
		}
	}
	return c.b.rvalue(c.memberPointerTo(class.Type, t), c.b.Int(ir.U64, int64(off)+1))
}

// throughMember is x.*y and x->*y.
func (c *checker) throughMember(o *operation, x, y Value) Value {
	if o.op == syntax.ArrowStar && x.Type.T.Kind == TRecord {
		if v, _, ok := c.userOperator(o, x, &y); ok {
			return v
		}
	}
	if y.set() != nil && y.set().pointed {
		return c.errorf(o.y.Span(), "member-pointer", "reference to overloaded function '%s' could not be resolved; a cast says which one is meant", y.set().name)
	}
	caret := diag.Span{Start: o.pos, End: o.pos + diag.Pos(len(o.op.String()))}
	y = c.loaded(y)
	if y.bad() {
		return poison
	}
	if y.Type.T.Kind != TMember {
		return c.errorf(o.y.Span(), "member-pointer", "right hand operand to %s has non-pointer-to-member type '%s'", o.op, y.Type)
	}
	class, object, what := y.Type.T.Class, x, ""
	if o.op == syntax.ArrowStar {
		what = "pointer to "
		if object = c.decayed(x); object.Type.T.isPtr() {
			object = c.deref(object)
		} else {
			object = Value{Type: Of(voidType)}
		}
	}
	t := object.Type.T
	if t.Kind == TRecord && t != class && !c.completeFor(t.Record, o.at, o.pos, "member access into incomplete type") {
		return poison
	}
	if !c.completeFor(class.Record, o.at, o.pos, "member pointer has incomplete type") {
		return poison
	}
	if t != class && baseDistance(t, class) == 0 {
		object := "an object of "
		if what != "" {
			object = "a "
		}
		return c.report(diag.Diagnostic{Code: "member-pointer", Span: caret, Ranges: []diag.Span{o.x.Span()},
			Message: "left hand operand to " + o.op.String() + " must be " + object + what + "class compatible with the right hand operand, but is '" + x.Type.String() + "'"})
	}
	if t != class && c.severalTimes(t.Record, class, o.x.Span()) {
		return poison
	}
	cat := object.Cat
	object = c.toBase(object, QualType{T: class, Q: object.Type.Q})
	if y.Type.T.Elem.T.Kind == TFunc {
		object.Cat = cat
		return Value{Type: Of(overloadType), what: &overloads{this: &object, pointer: &y}}
	}
	el := y.Type.T.Elem.with(object.Type.Q)
	addr := object.addr.plus(-1)
	if n, ok := c.b.Known(y.regs[0]); ok {
		addr = object.addr.plus(int(n) - 1)
		if n == 0 {
			c.b.undefined = undefined{o.pos, "indirection through a null pointer to a member"}
		}
	} else {
		addr = regAddr(c.b.PtrAdd(addr.Space, c.b.Pointer(addr), c.b.Convert(ir.I64, ir.U64, y.regs[0])), addr.Space)
	}
	addr.packed = object.addr.packed || class.Record.packs()
	out := lvalue(el, addr)
	if cat != LValue {
		out.Cat = XValue
	}
	return out
}

// packs reports a class of which a member may begin where its type may not.
func (r *Record) packs() bool {
	return slices.ContainsFunc(r.Fields, func(f Field) bool { return f.packed || f.anon && f.Type.T.Record != nil && f.Type.T.Record.packs() })
}

// memberConversion is the implicit conversion of a pointer to a member of a class
// to one of a class that is derived from it.
func (c *checker) memberConversion(from, to *Type) sequence {
	a, b := from.Elem, to.Elem
	if a.T != b.T || a.Q&^b.Q != 0 {
		return never()
	}
	s := sequence{}
	for q := b.Q &^ a.Q; q != 0; q &= q - 1 {
		s.qualify++
	}
	if from.Class != to.Class {
		n := c.baseDistance(to.Class, from.Class)
		if n == 0 {
			return never()
		}
		s.rank, s.base = conversion, uint16(n)
	}
	return s
}

// castsMember reports whether a static or C-style cast makes one pointer to a member
// of another: of the same class or of one derived from the other.
func (c *checker) castsMember(from, to *Type, kind string) bool {
	a, b := from.Elem, to.Elem
	related := from.Class == to.Class || c.baseDistance(to.Class, from.Class)+c.baseDistance(from.Class, to.Class) > 0
	return related && a.T == b.T && (kind != "static" || a.Q&^b.Q == 0)
}

// otherClass is a pointer to a member of a base as one of a derived class, or back.
func (c *checker) otherClass(v *Value, to *Type, at diag.Span) Value {
	base, derived := v.Type.T.Class, to.Class
	if baseDistance(derived, base) == 0 {
		base, derived = derived, base
	}
	if derived.Record.times(base) > 1 {
		return c.errorf(at, "ambiguous-base", "ambiguous conversion from pointer to member of base class '%s' to pointer to member of derived class '%s'", base, derived)
	}
	off := baseOffset(derived.Record, base)
	if to.Elem.T.Kind == TFunc {
		off <<= memberShift
	}
	if derived == v.Type.T.Class {
		off = -off
	}
	p := v.regs[0]
	if off != 0 {
		null := c.b.Op(ir.Eq, ir.U64, p, c.b.Int(ir.U64, 0))
		p = c.b.Select(ir.Type{Kind: ir.U64}, null, p, c.b.Op(ir.Add, ir.U64, p, c.b.Int(ir.U64, int64(off))))
	}
	return c.b.rvalue(to, p)
}

// memberText prints a pointer to a data member, or the type of one to a function.
func memberText(t *Type, bits uint64) string {
	if bits == 0 {
		return "nullptr"
	}
	if t.Elem.T.Kind == TFunc {
		return t.String()
	}
	return "&" + t.Class.String() + "::" + t.Class.Record.memberAt(int(bits)-1, t.Elem.T)
}

// memberAt is the name of the member of a type at an offset.
func (r *Record) memberAt(off int, t *Type) string {
	for i := range r.Fields {
		switch f := &r.Fields[i]; {
		case f.anon && f.Type.T.Kind == TRecord && off >= f.Offset:
			if name := f.Type.T.Record.memberAt(off-f.Offset, t); name != "" {
				return name
			}
		case f.Offset == off && f.Type.T == t:
			return f.Name
		}
	}
	return ""
}

// bindMember checks an argument of a parameter that is a pointer to a member.
func (c *checker) bindMember(a Arg, want QualType, at diag.Span) (Arg, bool) {
	if t := a.Type.T; want.T.Elem.T == autoType && t.Kind == TMember && t.Class == want.T.Class {
		want = Of(t)
	}
	switch {
	case a.Kind == valueArg && a.Bits >= firstFreeID && c.trap != nil && a.Type.T.Kind != TMember: // of a template that is compared with another
	case a.Kind == objectArg && a.Type.T.Kind == TNullptr && want.T.Elem.T != autoType:
		a.Kind, a.Bits, a.Type = valueArg, 0, want.unqual()
	case a.Kind != valueArg || a.Type.T.Kind != TMember || c.memberConversion(a.Type.T, want.T).rank != exact:
		c.errorf(at, "template-argument", "non-type template argument of type '%s' cannot be converted to a value of type '%s'", a.Type, want)
		return a, false
	default:
		a.Type = want.unqual()
	}
	return a, true
}
