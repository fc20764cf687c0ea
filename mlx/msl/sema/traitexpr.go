package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// traitExpr evaluates a compiler intrinsic on types.
func (c *checker) traitExpr(e *syntax.TraitExpr) Value {
	var types []QualType
	for _, t := range e.Types {
		if p, ok := t.(*syntax.PackType); ok {
			n, _ := c.packLen(p.Span(), func() { c.typeOf(p.Elem) })
			outer := c.expand
			for i := range n {
				c.expand = &expansion{index: i, length: n}
				types = append(types, c.typeOf(p.Elem))
			}
			c.expand = outer
			continue
		}
		types = append(types, c.typeOf(t))
	}
	for _, t := range types {
		if t.T.isError() {
			return poison
		}
	}
	v, ok := c.trait(e, types)
	if !ok {
		return c.errorf(e.Span(), "trait", "unknown type trait '%s'", e.Name)
	}
	return c.b.rvalue(boolType(), c.b.Bool(v))
}

// convertible reports whether a value of one type converts implicitly to
// another.
func (c *checker) convertible(from, to QualType) bool {
	if to.T == voidType {
		return from.T == voidType
	}
	if from.T == voidType || to.T.Kind == TArray || to.T.Kind == TFunc {
		return false
	}
	return c.implicit(c.declval(from), to).rank != impossible
}

// constructible reports whether T(args…) is well-formed.
func (c *checker) constructible(t QualType, args []QualType) bool {
	vals := make([]Value, len(args))
	for i, a := range args {
		vals[i] = c.declval(a)
	}
	ok, _ := c.try(func() {
		switch {
		case t.T.Kind == TRecord:
			if c.complete(t.T.Record, diag.Span{}) {
				c.initRecord(c.temp(t.T), vals, diag.Span{}, make([]diag.Span, len(vals)), true)
			}
		case len(vals) == 0:
			if t.T.isRef() || t.T == voidType {
				c.errorf(diag.Span{}, "trait", "not constructible")
			}
		case len(vals) == 1:
			c.explicit(vals[0], t, "static", diag.Span{})
		case t.T.isVec() || t.T.Kind == TMatrix:
			c.constructVector(t.T, vals, make([]diag.Span, len(vals)), diag.Span{}, false)
		default:
			c.errorf(diag.Span{}, "trait", "not constructible")
		}
	})
	return ok
}

// declval is some value of a type.
func (c *checker) declval(t QualType) Value {
	var v Value
	c.scratch(func() {
		if t.T.isRef() {
			v = c.unevaluatedResult(t)
			if v.addr.Space == ir.NoSpace {
				v.addr.Space, v.Type.Space = ir.Thread, ir.Thread
			}
			return
		}
		v = Value{Type: t.unqual(), mem: !t.T.inRegisters(), addr: Addr{Space: ir.Thread}}
		if !v.mem {
			v = lvalue(t.unqual(), Addr{Space: ir.Thread})
			v.Cat = XValue
		}
	})
	return v
}
