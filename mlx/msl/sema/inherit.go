package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// inherits handles using Base::Base in a class. It is false for other names.
func (c *checker) inherits(r *Record, d *syntax.UsingDecl) bool {
	_, base, ok := c.qualifier(&d.Name)
	if !ok {
		return true
	}
	if name := d.Name.Ident; base == nil || name != base.baseName() && name != d.Name.Of.Ident {
		return false
	}
	if !slices.Contains(r.Bases, base.Type) {
		c.errorf(d.Name.Span(), "using", "'%s' is not a direct base of '%s', cannot inherit constructors", base.Name, r.Name)
		return true
	}
	r.inherited = append(r.inherited, base)
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
			private: f.private, ctor: true, signed: done, result: f.result, top: c.top}
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
		r.ctorTs = append(r.ctorTs, &Template{Name: r.baseName(), kind: funcTemplate, decl: &d, params: t.params, scope: t.scope, record: r, private: t.private})
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
