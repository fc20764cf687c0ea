package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// needTypename reports a type that is named as a member of what depends on a
// template's parameter, without the word typename.
func (p *parser) needTypename(n *Name) {
	if n.Of == nil || p.asking > 0 || p.failed || !p.dependent(n.Of) {
		return
	}
	from := p.i
	for from > 0 && p.i-from < 64 && p.toks[from-1].Pos >= n.Start {
		from--
	}
	start := diag.Span{Start: n.Start, End: n.Start}
	p.report(diag.Diagnostic{Code: "missing-typename", Message: "missing 'typename' prior to dependent type name '" + p.table.joined(p.toks[from:p.i]) + "'",
		Span: n.Span(), Fixes: []diag.Fix{{Span: start, Text: "typename "}}})
}

// needTemplate reports template arguments of a member of what depends on a
// template's parameter, without the word template. Names that are declared need
// none.
func (p *parser) needTemplate(n *Name) {
	if n.Of == nil || p.general == 0 || p.asking > 0 || p.failed || !p.dependent(n.Of) {
		return
	}
	at := diag.Span{Start: n.Own, End: p.end}
	p.report(diag.Diagnostic{Code: "missing-template", Message: "missing 'template' keyword prior to dependent template name '" + n.Ident + "'",
		Span: at, Fixes: []diag.Fix{{Span: diag.Span{Start: n.Own, End: n.Own}, Text: "template "}}})
}

// dependent reports whether what a name stands for depends on a parameter of
// a template. The class being defined does not: its members are known.
func (p *parser) dependent(n *Name) bool {
	sym := p.lookup(p.table.get(n.Ident))
	switch {
	case sym.scope != nil && (sym.scope == p.names.current || sym.scope.defining):
		return false
	case n.Of != nil && p.dependent(n.Of), n.Of == nil && !n.Global && sym.param:
		return true
	}
	found := false
	look := func(x Node) {
		switch x := x.(type) {
		case *NamedType:
			found = found || x.Name.Simple() && p.lookup(p.table.get(x.Name.Ident)).param
		case *IdentExpr:
			found = found || x.Name.Simple() && p.lookup(p.table.get(x.Name.Ident)).param
		}
	}
	for _, a := range n.Args {
		if a.Type != nil {
			Inspect(a.Type, look)
		} else {
			Inspect(a.Expr, look)
		}
	}
	return found
}
