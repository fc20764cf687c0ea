package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// inherits handles using Base::Base in a class. It is false for other names.
func (c *checker) inherits(r *Record, d *syntax.UsingDecl) bool {
	s, base, ok := c.qualifier(&d.Name)
	if ok && base == nil && s.kind == namespaceScope {
		c.errorf(d.Name.Span(), "using", "using declaration in class refers into '%s::', which is not a class", s.name)
		return true
	}
	if !ok { // the name is that of anything
		b := r.Scope.bind(d.Name.Ident)
		b.typ, b.value = &typeName{typ: Of(errorType)}, &Variable{Name: d.Name.Ident, Type: Of(errorType), val: poison}
		return true
	}
	if name := d.Name.Ident; base == nil || name != base.baseName() && name != d.Name.Of.Ident {
		if base == nil || c.general || r.broken || r.derivesFrom(base.Type) {
			return false
		}
		c.errorf(d.Name.Span(), "using", "using declaration refers into '%s::', which is not a base class of '%s'", base.Name, r.Name)
		return true
	}
	if !slices.Contains(r.Bases, base.Type) {
		c.errorf(d.Name.Span(), "using", "'%s' is not a direct base of '%s', cannot inherit constructors", base.Name, r.Name)
		return true
	}
	r.inherited = append(r.inherited, base)
	return true
}

// usesConversion handles using Base::operator T, which is there without it, but may be private.
func (c *checker) usesConversion(r *Record, d *syntax.UsingDecl) bool {
	_, base, ok := c.qualifier(&d.Name)
	if t := c.typeOf(d.Name.Conversion()); ok && base != nil && !t.T.isError() {
		funcs, _ := c.conversions(base)
		i := slices.IndexFunc(funcs, func(f *Function) bool { return f.result.T == t.T })
		if i < 0 {
			c.errorf(d.Name.OwnSpan(), "no-member", "no member named 'operator %s' in '%s'", t, base.Name)
		} else {
			r.uses = append(r.uses, memberUse{funcs[i].Name, r.hidden})
		}
	}
	return true
}

// inheritConstructors gives a class the constructors of a base, but for those
// that copy and those that it has itself: each hands its arguments on.
func (c *checker) inheritConstructors(r, base *Record) {
	plain := slices.ContainsFunc(base.ctors, func(f *Function) bool { return len(f.params) == 0 })
	if len(r.ctors)+len(r.ctorTs) == 0 || plain && !c.hasDefaultCtor(r) { // the implicit one stays, the base's counts, too
		r.ctors = append(r.ctors, &Function{Name: r.baseName(), decl: &syntax.FuncDecl{Name: r.decl.Name, NamePos: r.decl.NamePos, Default: true},
			scope: r.Scope, record: r, ctor: true, signed: done, result: Of(voidType)})
	}
	r.aggr = false
	for _, f := range base.ctors {
		if len(f.params) == 0 || len(f.params) == 1 && stripTypeRef(f.params[0].typ).T == base.Type {
			continue
		}
		g := &Function{Name: r.baseName(), decl: forwarding(f.decl, base), scope: f.scope, record: r, params: f.params, space: f.space,
			access: f.access, ctor: true, signed: done, result: f.result, top: c.top}
		if len(g.params) == len(g.decl.Params) {
			g.params = slices.Clone(g.params)
			for i, p := range g.decl.Params {
				g.params[i].name, g.params[i].decl = p.Name, p
			}
		}
		if !slices.ContainsFunc(r.ctors, func(o *Function) bool { return sameSignature(o, g) }) {
			r.ctors = append(r.ctors, g)
		}
	}
	for _, t := range base.ctorTs {
		d := *t.decl
		d.Decl = forwarding(t.decl.Decl.(*syntax.FuncDecl), base)
		r.ctorTs = append(r.ctorTs, &Template{Name: r.baseName(), kind: funcTemplate, decl: &d, params: t.params, scope: t.scope, record: r, access: t.access})
	}
}

// forwarding is a constructor with the parameters of one of a base, which it
// calls with them.
func forwarding(of *syntax.FuncDecl, base *Record) *syntax.FuncDecl {
	d := *of
	d.Params = slices.Clone(of.Params)
	init := syntax.MemberInit{Range: d.NamePos, Name: syntax.Name{Range: d.NamePos, Own: d.NamePos.Start, Ident: base.baseName()}}
	for i, p := range of.Params {
		q := *p
		if q.Name == "" {
			q.Name = "#" + itoa(i)
		}
		d.Params[i] = &q
		var arg syntax.Expr = &syntax.IdentExpr{Name: syntax.Name{Range: q.Range, Own: q.Start, Ident: q.Name}}
		if q.Pack || isPackType(q.Type) {
			arg = &syntax.PackExpr{Range: q.Range, X: arg}
		}
		init.Args = append(init.Args, arg)
	}
	d.Inits, d.Body = []syntax.MemberInit{init}, &syntax.BlockStmt{Range: d.NamePos}
	return &d
}

// inherited finds a name in the bases of a class. What two of them have is
// ambiguous, unless it is one type, static member or enumerator.
func (c *checker) inherited(r *Record, name string) *binding {
	var found *binding
	var from *Record
	for _, base := range r.Bases {
		if base.Kind != TRecord {
			continue
		}
		c.complete(base.Record, diag.Span{})
		b := c.here(base.Record.Scope, name)
		switch {
		case b == nil:
		case found == nil:
			found, from = b, base.Record
		case !sameMember(found, b):
			both := *merge(found, b)
			both.clash = append(from.positions(found, name), base.Record.positions(b, name)...)
			found = &both
		}
	}
	return found
}

// sameMember reports that a name found in two bases means one thing which
// belongs to no object.
func sameMember(a, b *binding) bool {
	if a.tmpl != nil && a.tmpl == b.tmpl { // the names of two instances in themselves
		return true
	}
	if a.typ != nil && b.typ != nil && a.typ.typ.T != nil {
		return a.typ.typ.T == b.typ.typ.T
	}
	return a == b && !a.field && !slices.ContainsFunc(a.funcs, (*Function).method) && !slices.ContainsFunc(a.ftmpls, func(t *Template) bool {
		return t.decl.Decl.(*syntax.FuncDecl).Specs&syntax.Static == 0
	})
}

// positions are where a class or its bases declare a name.
func (r *Record) positions(b *binding, name string) []diag.Span {
	switch {
	case b.clash != nil:
		return b.clash
	}
	if at, ok := b.declaredAt(); ok {
		return []diag.Span{at}
	}
	if path := r.path(name); len(path) > 0 && path[len(path)-1].decl != nil {
		return []diag.Span{path[len(path)-1].decl.NamePos.Span()}
	}
	return nil
}

// declaredAt is where what a name denotes is declared; ok is false for data members.
func (b *binding) declaredAt() (at diag.Span, ok bool) {
	switch {
	case b.value != nil:
		return b.value.pos, true
	case len(b.funcs) > 0:
		return b.funcs[0].decl.NamePos.Span(), true
	case len(b.ftmpls) > 0:
		return b.ftmpls[0].pos(), true
	case b.tmpl != nil:
		return b.tmpl.pos(), true
	case b.typ != nil:
		return b.typ.pos, true
	}
	return diag.Span{}, false
}

// ambiguous reports a name that a class has from several bases, or that namespaces of the user's
// give different meanings.
func (c *checker) ambiguous(b *binding, n *syntax.Name) bool {
	if b.clash == nil && b.rival == nil { // nearly always, and every name is asked
		return false
	}
	if b.clash == nil {
		return c.twoMeanings(b, diag.Diagnostic{Code: "ambiguous-name", Message: "reference to '" + n.Ident + "' is ambiguous", Span: n.OwnSpan()}, "candidate found by name lookup")
	}
	d := diag.Diagnostic{Code: "ambiguous-member", Message: "member '" + n.Ident + "' found in multiple base classes of different types", Span: n.OwnSpan()}
	for i, at := range b.clash {
		if i == 0 || at != b.clash[i-1] {
			d.Notes = append(d.Notes, diag.Note{Message: "member found by ambiguous name lookup", Span: at})
		}
	}
	c.report(d)
	return true
}

// twoMeanings reports a name to which the user gives two meanings in front of where it is used.
func (c *checker) twoMeanings(b *binding, d diag.Diagnostic, note string) bool {
	o := b.rival
	if o == nil || b.typ != nil && o.typ != nil && b.value == nil && o.value == nil && c.aliased(b.typ).T == c.aliased(o.typ).T {
		return false
	}
	for _, x := range []*binding{b, o} {
		at, ok := x.declaredAt()
		if !ok || at.Start < c.user || at.Start > d.Span.Start {
			return false
		}
		d.Notes = append(d.Notes, diag.Note{Message: note, Span: at})
	}
	c.report(d)
	return true
}
