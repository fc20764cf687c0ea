package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// staticAssert checks an assertion.
func (c *checker) staticAssert(d *syntax.StaticAssert) {
	strict := c.strict
	c.strict = true
	v, k := c.constantValue(d.Cond)
	c.strict = strict
	if v.bad() {
		return
	}
	if c.general && !nameless(d.Cond) {
		return
	}
	if len(k) != 1 {
		c.report(diag.Diagnostic{Code: "static-assert", Message: "static_assert expression is not an integral constant expression", Span: d.Cond.Span(), Notes: c.whyNotConstant(d.Cond)})
		return
	}
	if k[0] == 0 {
		c.failedAssert(d)
	}
}

// failedAssert reports an assertion that does not hold: the part of the
// condition that is false, and what the two sides of a comparison are.
func (c *checker) failedAssert(d *syntax.StaticAssert) {
	cond := c.falsePart(d.Cond)
	dg := diag.Diagnostic{Code: "static-assert", Message: "static assertion failed", Span: cond.Span()}
	if text := c.prog.Sources.Written(cond.Span()); text != "" && text != "false" && text != "0" {
		dg.Message += " due to requirement '" + text + "'"
	}
	if d.Msg != "" {
		dg.Message += ": " + d.Msg
	}
	if b, ok := cond.(*syntax.BinaryExpr); ok && compares(b.Op) && !(literal(b.X) && literal(b.Y)) {
		x, xs := c.constantValue(b.X)
		y, ys := c.constantValue(b.Y)
		if len(xs) == 1 && len(ys) == 1 && x.Type.T.isNumeric() && y.Type.T.isNumeric() {
			dg.Notes = []diag.Note{{Message: "expression evaluates to '" + constantText(x.Type.T, xs[0]) + " " + b.Op.String() + " " + constantText(y.Type.T, ys[0]) + "'", Span: cond.Span(), Caret: b.OpPos}}
		}
	}
	c.report(dg)
}

// falsePart is the operand of a conjunction that is false.
func (c *checker) falsePart(e syntax.Expr) syntax.Expr {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		return c.falsePart(x.X)
	case *syntax.BinaryExpr:
		if x.Op != syntax.AndAnd {
			break
		}
		if v, k := c.constantValue(x.X); !v.bad() && len(k) == 1 && k[0] == 0 {
			return c.falsePart(x.X)
		}
		return c.falsePart(x.Y)
	}
	return e
}

// literal reports expressions whose value the reader sees.
func literal(e syntax.Expr) bool {
	switch e.(type) {
	case *syntax.IntLit, *syntax.FloatLit, *syntax.BoolLit, *syntax.CharLit:
		return true
	}
	return false
}
