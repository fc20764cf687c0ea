package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// outOfClass handles a member function that is defined outside its class.
func (c *checker) outOfClass(d *syntax.FuncDecl) {
	s, rec, ok := c.qualifier(d.Name)
	if !ok {
		return
	}
	name := d.Name.Ident
	if rec == nil {
		c.in(s, func() { c.declareFunc(unqualified(d)) })
		return
	}
	if d.Name.HasArgs {
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
	for _, m := range rec.methods {
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

// outOfTemplate handles a member of a class template, or a member template,
// that is defined outside its class: template <typename T> void C<T>::f(). own
// is the header of a member template of a class template.
func (c *checker) outOfTemplate(t, own *syntax.TemplateDecl, d *syntax.FuncDecl) {
	class := *d.Name.Of
	var inner []string // classes in it, of which the last has the member
	for of := &class; of != nil; of = of.Of {
		if of.HasArgs {
			class = *of
			break
		}
		inner = append(inner, of.Ident)
	}
	if slices.Reverse(inner); !class.HasArgs {
		inner = nil
	}
	class.HasArgs = class.HasArgs && own == nil && len(t.Params) == 0
	f := c.find(&class)
	if !f.ok {
		return
	}
	if f.binding == nil || f.tmpl == nil {
		// The class is none, or what is around it is a namespace.
		s, _, ok := c.qualifier(d.Name)
		if ok {
			q := unqualified(d)
			c.in(s, func() { c.declareFuncTemplate(&syntax.TemplateDecl{Range: t.Range, Params: t.Params, Decl: q}, q) })
		}
		return
	}
	rd, ok := f.tmpl.decl.Decl.(*syntax.RecordDecl)
	if !ok {
		return
	}
	for _, name := range inner {
		i := slices.IndexFunc(rd.Members, func(m syntax.Decl) bool {
			r, ok := m.(*syntax.RecordDecl)
			return ok && r.Definition && r.Name != nil && r.Name.Ident == name
		})
		if i < 0 {
			c.errorf(d.Name.Of.Span(), "no-member", "no member named '%s' in '%s'", name, declName(rd))
			return
		}
		rd = rd.Members[i].(*syntax.RecordDecl)
	}
	for _, m := range rd.Members {
		md, ok := m.(*syntax.FuncDecl)
		mt, _ := m.(*syntax.TemplateDecl)
		if mt != nil {
			md, ok = mt.Decl.(*syntax.FuncDecl)
		}
		if !ok || (mt != nil) != (own != nil) || declName(md) != d.Name.Ident || md.Quals != d.Quals {
			continue
		}
		var params, ownParams []syntax.TemplateParam
		if own != nil {
			params, ownParams = mt.Params, own.Params
		}
		if !sameShape(md, d, params, ownParams, d.Name.Of) {
			continue
		}
		q := unqualified(d)
		q.Specs |= md.Specs & syntax.Static
		q.Params = slices.Clone(q.Params)
		for i := range q.Params {
			q.Params[i] = withDefault(q.Params[i], md.Params[i])
		}
		out := syntax.Decl(q)
		if own != nil {
			out = &syntax.TemplateDecl{Range: own.Range, Params: mergeDefaults(ownParams, params), Decl: q}
		}
		c.outside[m] = out
		for _, in := range f.tmpl.insts {
			if in.typ.T != nil && in.typ.T.Record != nil {
				if r := in.typ.T.Record.within(inner); r != nil {
					r.redefine(m, out)
				}
			}
		}
		return
	}
	c.errorf(d.NamePos.Span(), "out-of-class", "out-of-line definition of '%s' does not match any declaration in '%s'", d.Name.Ident, f.tmpl.Name)
}

// within is a class in an instance by the names that lead there; nil if it is
// not known yet.
func (r *Record) within(names []string) *Record {
	for _, n := range names {
		b := r.Scope.names.get(n)
		if b == nil || b.typ == nil || b.typ.typ.T == nil || b.typ.typ.T.Kind != TRecord {
			return nil
		}
		r = b.typ.typ.T.Record
	}
	return r
}

// redefine gives a member of an instance that exists its definition.
func (r *Record) redefine(member, out syntax.Decl) {
	for _, f := range r.methods {
		if f.decl == member {
			f.decl = out.(*syntax.FuncDecl)
		}
	}
	r.Scope.names.each(func(_ string, b *binding) {
		for _, t := range b.ftmpls {
			if t.decl == member {
				t.decl = out.(*syntax.TemplateDecl)
				t.params = t.decl.Params
			}
		}
	})
}

// unqualified is a copy of a declaration under the last component of its name.
func unqualified(d *syntax.FuncDecl) *syntax.FuncDecl {
	q, name := *d, *d.Name
	name.Of, name.Global = nil, false
	q.Name = &name
	return &q
}
