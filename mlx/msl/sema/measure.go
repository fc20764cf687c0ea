package sema

import (
	"fmt"
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Remarks on sizes: of arrays that are none, and of values that bit-fields do not hold.

// remarkCount warns of sizeof(p) / sizeof(*p), which is no number of elements.
func (c *checker) remarkCount(e *syntax.BinaryExpr) {
	x, ok := e.X.(*syntax.SizeofExpr)
	y, ok2 := e.Y.(*syntax.SizeofExpr)
	if !ok || !ok2 || x.Op != "sizeof" || y.Op != "sizeof" || x.X == nil || c.trap != nil {
		return
	}
	inner := unparenthesised(x.X)
	of, by := c.asOperand(inner).Type, Of(errorType)
	if y.Type != nil {
		c.try(func() { by = c.typeOf(y.Type) })
	} else {
		by = c.asOperand(y.X).Type
	}
	if of.T == nil || by.T == nil || of.T.isError() || by.T.isError() {
		return
	}
	d := diag.Diagnostic{Span: diag.Span{Start: e.OpPos, End: e.OpPos + 1}}
	declared := func(kind string) {
		if root, _ := c.rootVariable(inner); root != nil && variableName(inner) != "" {
			d.Notes = append(d.Notes, diag.Note{Message: kind + " '" + root.Name + "' declared here", Span: root.pos})
		}
	}
	switch {
	case of.T.isPtr() && of.T.Elem.T == by.T:
		d.Code, d.Ranges = "sizeof-pointer-div", []diag.Span{x.Span()}
		d.Message = "'" + c.sizeofText(x) + "' will return the size of the pointer, not the array itself"
		declared("pointer")
	case of.T.Kind == TArray && of.T.Elem.T.Kind != TArray && of.T.Elem.T.size() != 1 && of.T.Elem.T.size() != by.T.size():
		d.Code, d.Ranges = "sizeof-array-div", []diag.Span{inner.Span()}
		d.Message = fmt.Sprintf("expression does not compute the number of elements in this array; element type is '%s', not '%s'", of.T.Elem.T, by.T)
		declared("array")
		d.Notes = append(d.Notes, diag.Note{Message: "place parentheses around the '" + c.sizeofText(y) + "' expression to silence this warning", Span: d.Span})
	default:
		return
	}
	c.remark(d)
}

// sizeofText is an operator as clang writes it.
func (c *checker) sizeofText(e *syntax.SizeofExpr) string {
	if e.Type != nil {
		return "sizeof(" + c.prog.Sources.Written(e.Type.Span()) + ")"
	}
	return "sizeof " + c.prog.Sources.Written(e.X.Span())
}

// remarkArray warns of the size of a parameter that is declared as an array.
func (c *checker) remarkArray(e *syntax.SizeofExpr, v *Value) {
	id, ok := unparenthesised(e.X).(*syntax.IdentExpr)
	if !ok || e.Op != "sizeof" || !v.Type.T.isPtr() {
		return
	}
	root, _ := c.rootVariable(id)
	if root == nil || root.param == nil {
		return
	}
	written := root.param.Type
	if q, ok := written.(*syntax.QualType); ok {
		written = q.Elem
	}
	a, ok := written.(*syntax.ArrayType)
	if !ok || a.Size == nil {
		return
	}
	n, _, ok := c.constant(a.Size)
	if !ok {
		return
	}
	c.remark(diag.Diagnostic{Code: "sizeof-array-argument", Span: diag.Span{Start: e.X.Span().Start, End: e.X.Span().Start + 1},
		Message: fmt.Sprintf("sizeof on array function parameter will return size of '%s' instead of '%s'", v.Type.unqual(), c.arrayOf(v.Type.T.Elem, int(n))),
		Notes:   []diag.Note{{Message: "declared here", Span: root.pos}}})
}

// remarkUnevaluated warns of what the operand of sizeof would write if it were evaluated, and
// of arrays that become pointers there.
func (c *checker) remarkUnevaluated(e *syntax.SizeofExpr) {
	if e.Op != "sizeof" {
		return
	}
	x, start := unparenthesised(e.X), e.X.Span().Start
	if written(x) != nil {
		c.remark(diag.Diagnostic{Code: "unevaluated-expression", Message: "expression with side effects has no effect in an unevaluated context", Span: diag.Span{Start: start, End: start}})
	}
	sum, ok := x.(*syntax.BinaryExpr)
	if !ok || sum.Op != syntax.Plus && sum.Op != syntax.Minus {
		return
	}
	for _, side := range []syntax.Expr{sum.X, sum.Y} {
		if !plainName(side) {
			continue // to check more a second time would take forever in sizeof of sizeof
		}
		if t := c.asOperand(side).Type; t.T.Kind == TArray {
			c.remark(diag.Diagnostic{Code: "sizeof-array-decay", Span: operatorAt(sum.OpPos, sum.Op), Ranges: []diag.Span{side.Span()},
				Message: fmt.Sprintf("sizeof on pointer operation will return size of '%s' instead of '%s'", c.pointerTo(t.T.Elem), t.unqual())})
			return
		}
	}
}

// plainName reports a variable, or a member of one.
func plainName(e syntax.Expr) bool {
	for {
		switch x := unparenthesised(e).(type) {
		case *syntax.IdentExpr:
			return x.Name.Simple()
		case *syntax.MemberExpr:
			e = x.X
		default:
			return false
		}
	}
}

// remarkBitfield warns of a constant that a bit-field does not hold.
func (c *checker) remarkBitfield(x, y *Value, e *syntax.BinaryExpr) {
	k, ok := c.known(y)
	if !ok || x.bits() == nil || x.Type.T == boolType() || !c.concrete() {
		return
	}
	width, signed := x.bits().width, isSigned(x.Type.T.Scalar)
	held := k << (64 - width) >> (64 - width)
	if !signed {
		held = int64(uint64(k) << (64 - width) >> (64 - width))
	}
	if held == k || width == 1 && k == 1 || k < 0 && 65-bits.LeadingZeros64(uint64(^k)) <= width {
		return
	}
	c.remark(diag.Diagnostic{Code: "bitfield-constant-conversion", Span: e.Y.Span(), Caret: e.OpPos,
		Message: fmt.Sprintf("implicit truncation from '%s' to bit-field changes value from %d to %d", y.Type.T, k, held)})
}
