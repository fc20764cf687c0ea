package sema

import (
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

// declareEnum declares an enumeration and its enumerators.
func (c *checker) declareEnum(d *syntax.EnumDecl) *Type {
	c.typeAttrs(d.Attrs)
	name := "(unnamed enum)"
	if d.Name != nil {
		name = d.Name.Ident
		if b := c.scope.names.get(name); b != nil && b.typ != nil && b.typ.typ.T != nil && b.typ.typ.T.Kind == TEnum {
			old := b.typ.typ.T.Enum
			if !d.Definition || old.decl == d {
				return b.typ.typ.T
			}
			if u := c.underlying(d); old.fixed() && u != nil && u != Scalar(old.Kind) {
				c.report(diag.Diagnostic{Code: "redefinition", Message: "enumeration redeclared with different underlying type '" + u.String() + "' (was '" + Scalar(old.Kind).String() + "')",
					Span: d.NamePos.Span(), Notes: []diag.Note{{Message: "previous declaration is here", Span: old.decl.NamePos.Span()}}})
				return b.typ.typ.T
			}
			if old.decl.Definition {
				c.redefined(name, d.NamePos.Span(), old.decl.NamePos.Span())
				return b.typ.typ.T
			}
		}
	}
	if d.Class && d.Name == nil {
		c.errorf(d.Span(), "enum-name", "scoped enumeration requires a name")
	}
	e := &Enum{Name: name, Scoped: d.Class, Kind: ir.I32, Wide: ir.I32, decl: d}
	fixed := d.Underlying != nil || d.Class
	if d.Underlying != nil {
		if u := c.typeOf(d.Underlying); u.T.isIntegral() {
			e.Kind = u.T.Scalar
		} else if !u.T.isError() {
			c.errorf(d.Underlying.Span(), "enum-type", "non-integral type '%s' is an invalid underlying type", u)
		}
	}
	if fixed {
		e.Wide = promoted(e.Kind)
	}
	t := c.newType(Type{Kind: TEnum, Scalar: e.Kind, N: 1, Enum: e})
	e.scope = newScope(enumScope, c.scope)
	e.scope.name = name
	if d.Name != nil {
		b := c.scope.bind(name)
		if b.typ != nil && b.typ.typ.T != nil && b.typ.typ.T.Kind == TRecord && !b.alias(name) && b.typ.pos.Start >= c.user {
			c.tagMismatch(name, d.NamePos.Span(), b.typ.pos)
		} else {
			c.otherKind(classSymbol, b, name, d.NamePos.Span())
		}
		b.typ = &typeName{typ: Of(t), pos: d.NamePos.Span()}
	}
	within := intType() // until the list ends
	if fixed {
		within = Scalar(e.Kind)
	}
	next, low, high := int64(0), int64(0), int64(0)
	unknown := false // in a template
	var vars []*Variable
	for _, it := range d.Items {
		if it.Value != nil {
			c.in(e.scope, func() {
				v, vt, ok := c.constant(it.Value)
				if unknown = c.general && !ok; !ok {
					return
				}
				if !vt.isIntegral() && vt.Kind != TEnum {
					c.errorf(it.Value.Span(), "enum-value", "integral constant expression must have integral type, not '%s'", vt)
					return
				}
				next = signExtend(vt.Scalar, v)
				if fixed && !sameInteger(e.Kind, truncBits(e.Kind, v), vt.Scalar, v) {
					c.errorf(it.Value.Span(), "narrowing", "enumerator value evaluates to %s, which cannot be narrowed to type '%s'", constantText(vt, v), Scalar(e.Kind))
				}
			})
		}
		low, high = min(low, next), max(high, next)
		v := c.scope.room().variables.new()
		*v = Variable{Name: it.Name, Type: Of(within), prvalue: true, konst: []uint64{uint64(next)}, pos: it.Span()}
		if unknown {
			v.Type, v.val, v.konst = Of(errorType), poison, nil
		}
		vars = append(vars, v)
		for _, s := range []*Scope{e.scope, c.scope} {
			if s == c.scope && d.Class {
				break
			}
			b := s.bind(it.Name)
			if b.value != nil && b.value.prvalue {
				c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of enumerator '" + it.Name + "'", Span: v.pos,
					Notes: []diag.Note{{Message: "previous definition is here", Span: b.value.pos}}})
				break
			}
			if c.otherKind(enumeratorSymbol, b, it.Name, v.pos) {
				break
			}
			b.value = v
		}
		next++
	}
	if !fixed && (high > 1<<31-1 || low < -1<<31) {
		e.Kind = ir.I64
		if low >= 0 && high <= 1<<32-1 {
			e.Kind = ir.U32
		}
	} else if !fixed && low >= 0 {
		e.Kind = ir.U32
	}
	t.Scalar = e.Kind
	if !fixed && high > 1<<31-1 {
		e.Wide = e.Kind
	}
	for _, v := range vars {
		if v.konst == nil {
			continue
		}
		v.Type = Of(t)
		v.konst[0] = truncBits(e.Kind, v.konst[0])
	}
	return t
}
