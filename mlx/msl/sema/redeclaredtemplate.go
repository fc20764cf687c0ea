package sema

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// redeclareTemplate takes another declaration of a class, alias or variable
// template: t is what it would be by itself.
func (c *checker) redeclareTemplate(old, t *Template, definition bool) {
	if old.kind != t.kind {
		c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of '" + t.Name + "' as different kind of symbol", Span: t.pos(),
			Notes: []diag.Note{{Message: "previous definition is here", Span: old.pos()}}})
		return
	}
	if !c.sameHead(old, t) {
		return
	}
	c.templateDefaultsTwice(old.params, t.params)
	switch d := t.decl.Decl.(type) {
	case *syntax.RecordDecl:
		was := old.decl.Decl.(*syntax.RecordDecl)
		c.sameTag(d, was, old.pos())
		switch {
		case definition && was.Definition:
			c.redefined(t.Name, t.pos(), old.pos())
		case definition:
			old.decl, old.params = t.decl, mergeDefaults(t.params, old.params)
		default:
			old.params = mergeDefaults(old.params, t.params)
		}
	case *syntax.VarDecl:
		if was := old.decl.Decl.(*syntax.VarDecl); was.Specs&syntax.Extern == 0 {
			c.redefined(t.Name, t.pos(), old.pos())
		} else {
			old.decl, old.params = t.decl, mergeDefaults(t.params, old.params)
		}
	case *syntax.AliasDecl:
		c.otherAlias(old, t, d)
	}
}

// sameHead reports template parameters that are not those of an earlier
// declaration.
func (c *checker) sameHead(old, t *Template) bool {
	note := []diag.Note{{Message: "previous template declaration is here", Span: headSpan(old.decl)}}
	if n, was := len(t.params), len(old.params); n != was {
		how := "many"
		if n < was {
			how = "few"
		}
		c.report(diag.Diagnostic{Code: "redefinition", Message: "too " + how + " template parameters in template redeclaration", Span: headSpan(t.decl), Notes: note})
		return false
	}
	for i := range t.params {
		p, was := &t.params[i], &old.params[i]
		d := diag.Diagnostic{Code: "redefinition", Span: p.Span(), Notes: []diag.Note{{Span: was.Span()}}}
		switch {
		case p.Kind != was.Kind:
			d.Message, d.Notes[0].Message = "template parameter has a different kind in template redeclaration", "previous template declaration is here"
		case p.Pack != was.Pack:
			kind := [...]string{syntax.TypeParam: "type", syntax.ValueParam: "non-type", syntax.TemplateTemplateParam: "template"}[p.Kind]
			before, now := kind+" parameter", kind+" parameter pack"
			if was.Pack {
				before, now = now, before
			}
			d.Message, d.Notes[0].Message = "template "+now+" conflicts with previous template "+before, "previous template "+before+" declared here"
		case p.Kind == syntax.ValueParam && basicTypes(p.Type, was.Type) && syntax.Print(p.Type) != syntax.Print(was.Type):
			d.Message = fmt.Sprintf("template non-type parameter has a different type '%s' in template redeclaration", c.typeOf(p.Type))
			d.Notes[0].Message = fmt.Sprintf("previous non-type template parameter with type '%s' is here", c.typeOf(was.Type))
		default:
			continue
		}
		c.report(d)
		return false
	}
	return true
}

// basicTypes reports types that are the same only if they are written so.
func basicTypes(a, b syntax.TypeExpr) bool {
	_, x := a.(*syntax.BasicType)
	_, y := b.(*syntax.BasicType)
	return x && y
}

// headSpan is where a template's parameters stand.
func headSpan(d *syntax.TemplateDecl) diag.Span {
	return diag.Span{Start: d.Start, End: d.Params[len(d.Params)-1].End}
}

// otherAlias reports an alias template that denotes another type than before,
// as far as that is known without arguments.
func (c *checker) otherAlias(old, t *Template, d *syntax.AliasDecl) {
	var was, now QualType
	ok, _ := c.try(func() {
		s := c.opaqueScope(t.params, t.scope)
		c.in(s, func() { now = c.typeOf(d.Type) })
		before := newScope(templateScope, old.scope)
		for i := range old.params {
			if name, same := old.params[i].Name, t.params[i].Name; name != "" && same != "" {
				before.names.set(before, name, s.names.get(same))
			}
		}
		c.in(before, func() { was = c.typeOf(old.decl.Decl.(*syntax.AliasDecl).Type) })
	})
	if ok && was != now && !was.T.isError() && !now.T.isError() {
		c.report(diag.Diagnostic{Code: "redefinition", Message: "type alias template redefinition with different types ('" + now.String() + "' vs '" + was.String() + "')", Span: t.pos(),
			Notes: []diag.Note{{Message: "previous definition is here", Span: old.pos()}}})
	}
}

// templateDefaultsTwice reports default arguments that template parameters have
// from an earlier declaration.
func (c *checker) templateDefaultsTwice(old, params []syntax.TemplateParam) {
	for i := range params {
		if p, was := &params[i], &old[i]; p.Defaulted() && was.Defaulted() {
			c.report(diag.Diagnostic{Code: "template-default", Message: "template parameter redefines default argument", Span: p.Span(),
				Notes: []diag.Note{{Message: "previous default template argument defined here", Span: was.Span()}}})
		}
	}
}

// mergeDefaults gives template parameters the default arguments that another
// declaration has for them.
func mergeDefaults(params, other []syntax.TemplateParam) []syntax.TemplateParam {
	out := append([]syntax.TemplateParam(nil), params...)
	for i := range out {
		p := &out[i]
		if i < len(other) {
			p.Was = slices.Concat(p.Was, other[i].Was, []string{other[i].Name})
		}
		if i < len(other) && !p.Defaulted() {
			p.DefaultType, p.DefaultExpr = other[i].DefaultType, other[i].DefaultExpr
		}
	}
	return out
}

// pos is where the template's name is declared; nowhere for those of the language.
func (t *Template) pos() diag.Span {
	if t.decl == nil {
		return diag.Span{}
	}
	switch d := t.decl.Decl.(type) {
	case *syntax.RecordDecl:
		return d.NamePos.Span()
	case *syntax.FuncDecl:
		return d.NamePos.Span()
	case *syntax.VarDecl:
		return d.NamePos.Span()
	case *syntax.AliasDecl:
		return d.NamePos.Span()
	}
	return diag.Span{}
}
