package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// outOfClass handles a member function that is defined outside its class.
func (c *checker) outOfClass(d *syntax.FuncDecl, special bool) {
	s, rec, ok := c.qualifier(d.Name)
	if !ok {
		return
	}
	name := d.Name.Ident
	if rec == nil {
		b := s.bind(name)
		known := len(b.funcs)
		c.in(s, func() { c.declareFunc(unqualified(d)) })
		if len(b.funcs) > known && !b.funcs[known].broken && !c.lazily() {
			where := "the global namespace"
			if s != c.root {
				where = "namespace '" + d.Name.Of.Ident + "'"
			}
			c.errorf(d.NamePos.Span(), "out-of-class", "out-of-line definition of '%s' does not match any declaration in %s", name, where)
		}
		return
	}
	if d.Name.HasArgs {
		if !special {
			c.headless(d, d.NamePos.Span())
		}
		c.explicitFunction(d)
		return
	}
	var f *Function
	c.in(rec.Scope, func() {
		if f = c.newMethod(rec, unqualified(d), rec.Scope); f != nil {
			c.signature(f)
		}
	})
	if f == nil || f.broken {
		return
	}
	if d.Specs&(syntax.Static|syntax.Explicit) != 0 {
		word := "static"
		if d.Specs&syntax.Static == 0 {
			word = "explicit"
		}
		c.errorf(d.NamePos.Span(), "out-of-class", "'%s' can only be specified inside the class definition", word)
		return
	}
	ofInstance := rec.implicit()
	if ofInstance && !special {
		c.headless(d, d.NamePos.Span())
	}
	for _, m := range rec.methods {
		if ofInstance && m.Name == name && sameSignature(m, f) && m.needed() && !m.special {
			c.report(specialisedLate(m.String(), d.NamePos.Span()))
			return
		}
		if m.Name == name && sameSignature(m, f) && (m.decl.Body == nil || rec.tmpl != nil && m.state == declared) {
			if m.result.T != f.result.T && m.result.T != autoType {
				c.report(diag.Diagnostic{Code: "redefinition", Message: "return type of out-of-line definition of '" + m.String() + "' differs from that in the declaration", Span: d.NamePos.Span(),
					Notes: []diag.Note{{Message: "previous declaration is here", Span: m.decl.NamePos.Span()}}})
				return
			}
			c.defaultsTwice(m, f)
			f.takeDefaults(m)
			m.decl = f.decl
			m.params = f.params
			m.special = ofInstance
			c.lower(m)
			return
		}
	}
	if b := c.here(rec.Scope, name); b != nil && len(b.ftmpls) > 0 {
		c.explicitFunction(d)
		return
	}
	c.errorf(d.NamePos.Span(), "out-of-class", "out-of-line definition of '%s' does not match any declaration in '%s'", name, rec.Name)
}

// unqualified is a copy of a function's declaration under the last component of
// its name.
func unqualified(d *syntax.FuncDecl) *syntax.FuncDecl { return bare(d).(*syntax.FuncDecl) }

// bare is unqualified of any declaration that may have a qualified name.
func bare(d syntax.Decl) syntax.Decl {
	name, _ := nameOf(d)
	own := *name
	own.Of, own.Global = nil, false
	switch d := d.(type) {
	case *syntax.FuncDecl:
		q := *d
		q.Name = &own
		return &q
	case *syntax.VarDecl:
		q := *d
		q.Name = &own
		return &q
	case *syntax.RecordDecl:
		q := *d
		q.Name = &own
		return &q
	}
	return d
}

// nameOf is the name that a declaration gives, which may be qualified; nil of
// others than functions, variables and classes.
func nameOf(d syntax.Decl) (*syntax.Name, diag.Span) {
	switch d := d.(type) {
	case *syntax.FuncDecl:
		return d.Name, d.NamePos.Span()
	case *syntax.VarDecl:
		return d.Name, d.NamePos.Span()
	case *syntax.RecordDecl:
		return d.Name, d.NamePos.Span()
	}
	return nil, d.Span()
}
