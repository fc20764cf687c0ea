package sema

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Remarks on what attributes say of functions, variables and types that are used.

// attributeOf is the first of some attributes that a list has.
func attributeOf(attrs []syntax.Attr, names ...string) *syntax.Attr {
	for i := range attrs {
		if slices.Contains(names, strings.Trim(attrs[i].Name, "_")) {
			return &attrs[i]
		}
	}
	return nil
}

// attributeText is the text that an attribute gives as its reason.
func attributeText(a *syntax.Attr) string {
	if len(a.Args) > 0 {
		if s, ok := a.Args[0].(*syntax.StringLit); ok && s.Value != "" {
			return ": " + s.Value
		}
	}
	return ""
}

// returned is a call that has been evaluated, and what it called.
type returned struct {
	at diag.Span
	fn *Function
}

// remarkDiscarded warns of a call whose result nothing uses, though the function, or the type
// of the result, says that it matters. It is what an expression evaluates last.
func (c *checker) remarkDiscarded(e syntax.Expr) bool {
	for {
		e = unparenthesised(e)
		if b, ok := e.(*syntax.BinaryExpr); ok && b.Op == syntax.Comma {
			e = b.Y
		} else if cond, ok := e.(*syntax.CondExpr); ok {
			e = cond.Y
		} else {
			break
		}
	}
	call, ok := e.(*syntax.CallExpr)
	if !ok || c.last.fn == nil || c.last.at != call.Span() {
		return false
	}
	f := c.last.fn
	if f.result.T == voidType {
		return false
	}
	a := attributeOf(f.decl.Attrs, "nodiscard", "warn_unused_result")
	if t := f.result.T; a == nil && t != nil && t.Kind == TRecord && t.Record.decl != nil {
		a = attributeOf(t.Record.decl.Attrs, "nodiscard", "warn_unused_result")
	} else if a == nil && t != nil && t.Kind == TEnum && t.Enum.decl != nil {
		a = attributeOf(t.Enum.decl.Attrs, "nodiscard", "warn_unused_result")
	}
	d := diag.Diagnostic{Code: "unused-result", Span: call.Fun.Span()}
	if n := len(call.Args); n > 0 {
		d.Ranges = []diag.Span{{Start: call.Args[0].Span().Start, End: call.Args[n-1].Span().End}}
	}
	switch {
	case a != nil:
		d.Message = "ignoring return value of function declared with '" + strings.Trim(a.Name, "_") + "' attribute" + attributeText(a)
	default:
		if a = attributeOf(f.decl.Attrs, "pure", "const"); a == nil {
			return false
		}
		d.Code, d.Message = "unused-value", "ignoring return value of function declared with "+strings.Trim(a.Name, "_")+" attribute"
	}
	c.remark(d)
	return true
}

// remarkDeprecated warns of the use of what is declared as deprecated, but by what is so itself.
func (c *checker) remarkDeprecated(attrs []syntax.Attr, name string, at diag.Span) {
	a := attributeOf(attrs, "deprecated")
	if a == nil {
		return
	}
	if home := c.fr; home != nil {
		if f := home.home().fn; f != nil && attributeOf(f.decl.Attrs, "deprecated") != nil {
			return
		}
	}
	for r := c.scope.enclosingRecord(); r != nil; r = r.Scope.parent.enclosingRecord() {
		if r.decl != nil && attributeOf(r.decl.Attrs, "deprecated") != nil {
			return
		}
	}
	start := a.Span().Start
	c.remark(diag.Diagnostic{Code: "deprecated-declarations", Message: "'" + name + "' is deprecated" + attributeText(a), Span: diag.Span{Start: at.Start, End: at.Start},
		Notes: []diag.Note{{Message: "'" + name + "' has been explicitly marked deprecated here", Span: diag.Span{Start: start, End: start}}}})
}
