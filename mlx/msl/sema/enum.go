package sema

import (
	"math"
	"math/big"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// underlying is the integer type that an enumeration is declared to have; nil if
// that is left open.
func (c *checker) underlying(d *syntax.EnumDecl) *Type {
	if d.Underlying == nil {
		if d.Class {
			return intType()
		}
		return nil
	}
	if u := c.typeOf(d.Underlying); u.T.isIntegral() {
		return u.T
	}
	return nil
}

const unnamedEnum = "(unnamed enum)"

// declareEnum declares an enumeration and its enumerators.
func (c *checker) declareEnum(d *syntax.EnumDecl) *Type {
	if d.Name != nil && !d.Name.Simple() {
		return c.enumOutside(d, false)
	}
	c.typeAttrs(d.Attrs)
	t, known := c.declaredEnum(d)
	if known {
		return t
	}
	if d.Class && d.Name == nil {
		c.errorf(d.Span(), "enum-name", "scoped enumeration requires a name")
	}
	if t == nil {
		t = c.newEnum(d)
	}
	e := t.Enum
	e.decl = d
	vars, low, high := c.enumerators(e)
	if !e.fixed() {
		e.settle(low, high)
		t.Scalar = e.Kind
	}
	for _, v := range vars {
		if v.konst != nil {
			v.Type = Of(t)
			v.konst[0] = truncBits(e.Kind, v.konst[0])
		}
	}
	return t
}

// declaredEnum is the enumeration that a declaration declares again, nil if there is none. It is
// not known yet if it is to be defined.
func (c *checker) declaredEnum(d *syntax.EnumDecl) (t *Type, known bool) {
	if d.Name == nil {
		if b := c.scope.unnamed(unnamedEnum, d); b.typ != nil {
			return b.typ.typ.T, true
		}
		return nil, false
	}
	name := d.Name.Ident
	b := c.scope.names.get(name)
	if b == nil || b.typ == nil || b.typ.typ.T == nil || b.typ.typ.T.Kind != TEnum || b.alias(name) {
		return nil, false
	}
	t = b.typ.typ.T
	old := t.Enum
	u := c.underlying(d)
	message := ""
	switch {
	case old.decl == d:
		return t, true
	case old.Scoped != d.Class && old.Scoped:
		message = "enumeration previously declared as scoped"
	case old.Scoped != d.Class:
		message = "enumeration previously declared as unscoped"
	case old.fixed() && d.Underlying == nil && !d.Class:
		message = "enumeration previously declared with fixed underlying type"
	case old.fixed() && u != nil && u != Scalar(old.Kind):
		message = "enumeration redeclared with different underlying type '" + u.String() + "' (was '" + Scalar(old.Kind).String() + "')"
	case old.decl.Definition && d.Definition:
		c.redefined(name, d.NamePos.Span(), old.decl.NamePos.Span())
		return t, true
	default:
		return t, !d.Definition
	}
	c.report(diag.Diagnostic{Code: "redefinition", Message: message, Span: d.NamePos.Span(),
		Notes: []diag.Note{{Message: "previous declaration is here", Span: old.decl.NamePos.Span()}}})
	return t, true
}

// newEnum makes an enumeration, and binds its name.
func (c *checker) newEnum(d *syntax.EnumDecl) *Type {
	e := &Enum{Name: unnamedEnum, Scoped: d.Class, Kind: ir.I32, Wide: ir.I32, decl: d}
	if d.Name != nil {
		e.Name = d.Name.Ident
	}
	if d.Underlying != nil {
		if u := c.typeOf(d.Underlying); u.T.isIntegral() {
			e.Kind = u.T.Scalar
		} else if !u.T.isError() {
			c.errorf(d.Underlying.Span(), "enum-type", "non-integral type '%s' is an invalid underlying type", u)
		}
	}
	if e.fixed() {
		e.Wide = promoted(e.Kind)
	}
	t := c.newType(Type{Kind: TEnum, Scalar: e.Kind, N: 1, Enum: e})
	e.scope = newScope(enumScope, c.scope)
	e.scope.name = e.Name
	if d.Name != nil {
		b := c.scope.bind(e.Name)
		if b.typ != nil && b.typ.typ.T != nil && b.typ.typ.T.Kind == TRecord && !b.alias(e.Name) && b.typ.pos.Start >= c.user {
			c.tagMismatch(e.Name, d.NamePos.Span(), b.typ.pos)
		} else {
			c.otherKind(classSymbol, b, e.Name, d.NamePos.Span())
		}
		b.typ = &typeName{typ: Of(t), pos: d.NamePos.Span()}
	} else {
		c.scope.unnamed(unnamedEnum, d).typ = &typeName{typ: Of(t), pos: d.Span()}
	}
	return t
}

// enumerators declares an enumeration's enumerators, which are integers until their
// list ends, with the least and the greatest of them; zero is among these.
func (c *checker) enumerators(e *Enum) (vars []*Variable, low int64, high uint64) {
	within := intType()
	if e.fixed() {
		within = Scalar(e.Kind)
	}
	next, negative := uint64(0), false
	unknown := false // in a template
	for i, it := range e.decl.Items {
		if it.Value != nil {
			c.in(e.scope, func() {
				wraps := c.wraps
				c.wraps = !e.fixed() // as for clang: the value is then no converted constant expression
				v, vt, ok := c.constant(it.Value)
				c.wraps = wraps
				if unknown = c.general && !ok; !ok {
					return
				}
				if !vt.isIntegral() && vt.Kind != TEnum {
					c.errorf(it.Value.Span(), "enum-value", "integral constant expression must have integral or unscoped enumeration type, not '%s'", vt)
					return
				}
				next = uint64(signExtend(vt.Scalar, v))
				negative = isSigned(vt.Scalar) && int64(next) < 0
				if e.fixed() && !sameInteger(e.Kind, truncBits(e.Kind, v), vt.Scalar, v) {
					c.errorf(it.Value.Span(), "narrowing", "enumerator value evaluates to %s, which cannot be narrowed to type '%s'", constantText(vt, v), Scalar(e.Kind))
				}
			})
		} else if i > 0 && !unknown && e.fixed() && next-1 == greatest(e.Kind) {
			past := new(big.Int).SetUint64(next - 1)
			c.errorf(it.Span(), "narrowing", "enumerator value %s is not representable in the underlying type '%s'", past.Add(past, big.NewInt(1)), Scalar(e.Kind))
			next = 0
		}
		if negative {
			low = min(low, int64(next))
		} else {
			high = max(high, next)
		}
		v := c.scope.room().variables.new()
		*v = Variable{Name: it.Name, Type: Of(within), prvalue: true, konst: []uint64{next}, pos: it.Span()}
		if unknown {
			v.Type, v.val, v.konst = Of(errorType), poison, nil
		}
		vars = append(vars, v)
		c.bindEnumerator(e, v)
		next++
		negative = negative && next != 0
	}
	return vars, low, high
}

// greatest is the greatest value of an integer kind.
func greatest(k ir.Kind) uint64 {
	all := truncBits(k, math.MaxUint64)
	if isSigned(k) {
		return all >> 1
	}
	return all
}

// bindEnumerator binds an enumerator's name, of an unscoped enumeration around it, too.
func (c *checker) bindEnumerator(e *Enum, v *Variable) {
	scopes := []*Scope{e.scope, c.scope}
	if e.Scoped {
		scopes = scopes[:1]
	}
	for _, s := range scopes {
		b := s.bind(v.Name)
		if b.value != nil && b.value.prvalue {
			c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of enumerator '" + v.Name + "'", Span: v.pos,
				Notes: []diag.Note{{Message: "previous definition is here", Span: b.value.pos}}})
			return
		}
		if c.otherKind(enumeratorSymbol, b, v.Name, v.pos) {
			return
		}
		b.value = v
	}
}

// settle finds the underlying type where none is written: uint where no enumerator is
// negative, else int; long where these do not hold all, and ulong where that does not.
func (e *Enum) settle(low int64, high uint64) {
	switch {
	case low >= 0 && high <= math.MaxUint32:
		e.Kind = ir.U32
	case high > math.MaxInt64:
		e.Kind = ir.U64
	case high > math.MaxInt32 || low < math.MinInt32:
		e.Kind = ir.I64
	}
	if high > math.MaxInt32 {
		e.Wide = e.Kind
	}
}
