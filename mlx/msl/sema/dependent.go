package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// needTemplate reports template arguments of a member of an object whose type
// depends on a template's parameter, without the word template. The parser
// knows no types of objects, so that it cannot tell.
func (c *checker) needTemplate(e *syntax.MemberExpr) {
	if !c.scope.templated || e.OpPos < c.user {
		return
	}
	x, ok := e.X.(*syntax.IdentExpr)
	if !ok || !x.Name.Simple() {
		return
	}
	b := c.lookup(c.scope, x.Name.Ident)
	if b == nil {
		return
	}
	between := c.prog.Sources.Written(diag.Span{Start: e.OpPos, End: e.Name.Own})
	if between == "" || strings.HasSuffix(between, "template") || !c.dependent(c.writtenType(b, x.Name.Ident)) {
		return
	}
	at := e.Name.OwnSpan()
	at.End = at.Start + diag.Pos(len(e.Name.Ident))
	c.report(diag.Diagnostic{Code: "missing-template", Message: "missing 'template' keyword prior to dependent template name '" + e.Name.Ident + "'",
		Span: at, Fixes: []diag.Fix{{Span: diag.Span{Start: at.Start, End: at.Start}, Text: "template "}}})
}

// writtenType is the type that a parameter, a variable of the function or a
// data member of its class is declared with, nil if that is not known.
func (c *checker) writtenType(b *binding, name string) syntax.TypeExpr {
	if b.field && c.fr.hasThis {
		if path := c.fr.this.Type.T.Record.path(name); len(path) == 1 {
			return path[0].decl.Type
		}
	}
	v := b.value
	if v == nil {
		return nil
	}
	if v.param != nil {
		return v.param.Type
	}
	var t syntax.TypeExpr
	if f := c.fr.fn; f != nil && f.decl.Body != nil {
		syntax.Inspect(f.decl.Body, func(n syntax.Node) {
			if d, ok := n.(*syntax.VarDecl); ok && d.NamePos.Span() == v.pos {
				t = d.Type
			}
		})
	}
	return t
}

// dependent reports a written type that names a parameter of a template. The
// class that the code belongs to is known, whatever its arguments.
func (c *checker) dependent(t syntax.TypeExpr) bool {
	if t == nil {
		return false
	}
	found := false
	syntax.Inspect(t, func(n syntax.Node) {
		name, ok := n.(*syntax.NamedType)
		if !ok || found {
			return
		}
		for s := c.scope; s != nil; s = s.parent {
			if s.names.get(name.Name.Outermost().Ident) != nil {
				found = s.kind == templateScope
				return
			}
		}
	})
	if found && c.fr.hasThis {
		if own := c.typeOf(t); own.T == c.fr.this.Type.T || own.T.isRef() && own.T.Elem.T == c.fr.this.Type.T {
			return false
		}
	}
	return found
}
