package sema

import (
	"math"
	"math/big"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Remarks on expressions that are probably not what was meant.

// parenthesise proposes parentheses around something.
func parenthesise(what string, caret diag.Pos, at diag.Span) diag.Note {
	return diag.Note{Message: "place parentheses around the " + what, Span: diag.Span{Start: caret, End: caret},
		Fixes: []diag.Fix{{Span: diag.Span{Start: at.Start, End: at.Start}, Text: "("}, {Span: diag.Span{Start: at.End, End: at.End}, Text: ")"}}}
}

// remarkConditional warns of a + b ? x : y where b is a truth value: all of the
// sum is the condition.
func (c *checker) remarkConditional(e *syntax.CondExpr) {
	cond, ok := e.Cond.(*syntax.BinaryExpr)
	if !ok || e.OpPos < c.user || c.trap != nil {
		return
	}
	code := "parentheses"
	switch cond.Op {
	case syntax.Amp, syntax.Pipe:
		code = "bitwise-conditional-parentheses"
	case syntax.Plus, syntax.Minus, syntax.Star, syntax.Slash, syntax.Percent, syntax.Shl, syntax.Shr:
	default:
		return
	}
	truth := false
	c.try(func() { truth = c.expr(cond.Y).Type.T == boolType() })
	if !truth {
		return
	}
	op := cond.Op.String()
	c.remark(diag.Diagnostic{Code: code, Message: "operator '?:' has lower precedence than '" + op + "'; '" + op + "' will be evaluated first",
		Span: cond.Span(), Caret: e.OpPos, Notes: []diag.Note{
			parenthesise("'"+op+"' expression to silence this warning", e.OpPos, cond.Span()),
			parenthesise("'?:' expression to evaluate it first", e.OpPos, diag.Span{Start: cond.Y.Span().Start, End: e.End})}})
}

// remarkLogical warns of x && 4, where & was probably meant.
func (c *checker) remarkLogical(e *syntax.BinaryExpr, x *Value) {
	if t := x.Type.T; t == nil || t.Kind != TScalar || isFloat(t.Scalar) || t.Scalar == ir.Bool || !c.concrete() || e.OpPos < c.user || c.prog.Sources.InMacro(e.OpPos) {
		return
	}
	switch unparenthesised(e.Y).(type) {
	case *syntax.IntLit, *syntax.IdentExpr:
	default:
		return
	}
	k, known := int64(0), false
	c.try(func() {
		if y := c.decayed(c.expr(e.Y)); !y.bad() && y.Type.T.Kind == TScalar && y.Type.T.Scalar != ir.Bool {
			k, known = c.known(&y)
		}
	})
	if !known || (k == 0 || k == 1) && c.prog.Sources.InMacro(e.Y.Span().Start) {
		return
	}
	op := diag.Span{Start: e.OpPos, End: e.OpPos + 2}
	bit := e.Op.String()[:1]
	notes := []diag.Note{{Message: "use '" + bit + "' for a bitwise operation", Span: op, Fixes: []diag.Fix{{Span: op, Text: bit}}}}
	if e.Op == syntax.AndAnd {
		rest := diag.Span{Start: e.X.Span().End, End: e.Y.Span().End}
		notes = append(notes, diag.Note{Message: "remove constant to silence this warning", Span: op, Fixes: []diag.Fix{{Span: rest}}})
	}
	c.remark(diag.Diagnostic{Code: "constant-logical-operand", Message: "use of logical '" + e.Op.String() + "' with constant operand",
		Span: e.Y.Span(), Caret: e.OpPos, Notes: notes})
}

// remarkSelf warns of a member that is assigned to itself.
func (c *checker) remarkSelf(e *syntax.BinaryExpr) {
	x, y := c.memberName(e.X), c.memberName(e.Y)
	if x != "" && x == y && c.concrete() && !c.prog.Sources.InMacro(e.OpPos) {
		c.remark(diag.Diagnostic{Code: "self-assign-field", Message: "assigning field to itself", Span: operatorAt(e.OpPos, e.Op)})
	}
}

// memberName is the name of a member of *this.
func (c *checker) memberName(e syntax.Expr) string {
	name := variableName(e)
	if member, ok := strings.CutPrefix(name, "this->"); ok {
		return member
	}
	if b := c.lookup(c.scope, name); name == "" || b == nil || !b.field {
		return ""
	}
	return name
}

// remarkEnums warns of enumerators of different enumerations that are compared.
func (c *checker) remarkEnums(e *syntax.BinaryExpr, x, y *Value) {
	s, t := x.Type.T, y.Type.T
	if !unlikeEnums(s, t) || s.Enum.Scoped || t.Enum.Scoped || c.operatorSet(e.Op, *x, y) != nil {
		return
	}
	c.remark(diag.Diagnostic{Code: "enum-compare", Message: "comparison of different enumeration types ('" + s.String() + "' and '" + t.String() + "')",
		Span: e.X.Span(), Caret: e.OpPos, Ranges: []diag.Span{e.Y.Span()}})
}

// unlikeEnums reports two enumerations that have names.
func unlikeEnums(s, t *Type) bool {
	return s.Kind == TEnum && t.Kind == TEnum && s != t && s.Enum.Name != unnamedEnum && t.Enum.Name != unnamedEnum
}

// sameObject reports two expressions that name one object.
func sameObject(a, b syntax.Expr) bool {
	switch a := unparenthesised(a).(type) {
	case *syntax.IdentExpr:
		b, ok := unparenthesised(b).(*syntax.IdentExpr)
		return ok && a.Name.Of == nil && b.Name.Of == nil && a.Name.Ident == b.Name.Ident
	case *syntax.MemberExpr:
		b, ok := unparenthesised(b).(*syntax.MemberExpr)
		return ok && a.Name.Of == nil && b.Name.Of == nil && a.Name.Ident == b.Name.Ident && a.Arrow == b.Arrow && sameObject(a.X, b.X)
	case *syntax.IndexExpr:
		b, ok := unparenthesised(b).(*syntax.IndexExpr)
		return ok && sameObject(a.X, b.X) && sameIndex(a.Index, b.Index)
	}
	return false
}

func sameIndex(a, b syntax.Expr) bool {
	m, ok := a.(*syntax.IntLit)
	n, both := b.(*syntax.IntLit)
	return ok && both && m.Value == n.Value || sameObject(a, b)
}

// remarkRounded warns of integers that a floating-point type does not have.
func (c *checker) remarkRounded(from, to *Type, bits uint64, at diag.Span) {
	if isFloat(from.Scalar) || from.Scalar == ir.Bool {
		return
	}
	f := floatOf(to.Scalar, convertBits(to.Scalar, from.Scalar, bits))
	change := "+Inf"
	switch {
	case math.IsInf(f, -1):
		change = "-Inf"
	case !math.IsInf(f, 0):
		n := new(big.Int)
		big.NewFloat(f).Int(n)
		if change = n.String(); change == constantText(from, bits) {
			return
		}
	}
	c.remark(diag.Diagnostic{Code: "implicit-const-int-float-conversion", Span: at,
		Message: "implicit conversion from '" + from.String() + "' to '" + to.String() + "' changes value from " + constantText(from, bits) + " to " + change})
}
