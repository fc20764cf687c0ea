package sema

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// placeholder is a class template named without arguments where they may be
// deduced from what initialises an object.
type placeholder struct {
	name *syntax.Name
	init syntax.Expr // nil if there is none
}

// placeholderFor is that of a type as written, if it may be one.
func placeholderFor(t syntax.TypeExpr, init syntax.Expr) placeholder {
	if q, ok := t.(*syntax.QualType); ok {
		t = q.Elem
	}
	if n, ok := t.(*syntax.NamedType); ok && !n.Name.HasArgs {
		return placeholder{&n.Name, init}
	}
	return placeholder{}
}

// initialisedType is the type of an object as written, in which a class
// template may stand for an instance of it.
func (c *checker) initialisedType(t syntax.TypeExpr, init syntax.Expr) QualType {
	outer := c.deducible
	c.deducible = placeholderFor(t, init)
	q := c.typeOf(t)
	c.deducible = outer
	return q
}

// declareGuide takes a deduction guide: name(params) -> type.
func (c *checker) declareGuide(d *syntax.TemplateDecl, f *syntax.FuncDecl) {
	b := c.scope.names.get(f.Name.Ident)
	if b == nil || b.tmpl == nil || b.tmpl.kind != classTemplate {
		dg := diag.Diagnostic{Code: "deduction-guide", Message: "deduction guide must be declared in the same scope as template '" + f.Name.Ident + "'", Span: f.NamePos.Span()}
		if b := c.lookup(c.scope, f.Name.Ident); b != nil && b.tmpl != nil {
			dg.Notes = b.tmpl.declaredHere(c.user)
		}
		c.report(dg)
		return
	}
	if to, ok := f.Result.(*syntax.NamedType); !ok || to.Name.Ident != f.Name.Ident || !to.Name.HasArgs {
		c.errorf(f.Result.Span(), "deduction-guide", "deduced type of deduction guide is not a specialization of template '%s'", f.Name.Ident)
		return
	}
	if f.Body != nil {
		c.errorf(f.NamePos.Span(), "deduction-guide", "deduction guide cannot have a function definition")
		return
	}
	t := c.mem.templates.new()
	*t = Template{Name: f.Name.Ident, kind: funcTemplate, decl: d, params: d.Params, scope: c.scope}
	b.tmpl.guides = append(b.tmpl.guides, t)
}

// deduceOnce deduces once in a body: an initialiser is evaluated to deduce and
// to initialise, so that what nests would be deduced 2^n times.
func (c *checker) deduceOnce(t *Template, init syntax.Expr, part *syntax.Name) QualType {
	if c.trap != nil && c.trap.failed {
		return Of(errorType) // nobody will read it
	}
	if c.fr == nil || c.expand != nil {
		q, _ := c.deduceClass(t, init, part.OwnSpan())
		return q
	}
	home, key := c.fr.home(), placeholder{name: part, init: init} // declarators share a name
	if d, ok := home.deduced[key]; ok {
		maps.Copy(c.foreseen, d.lambdas)
		return d.typ
	}
	q, lambdas := c.deduceClass(t, init, part.OwnSpan())
	if home.deduced == nil {
		home.deduced = map[placeholder]deducedClass{}
	}
	if !(q.T.isError() && c.trap != nil) { // what failed is reported once, but not while it is only tried
		home.deduced[key] = deducedClass{q, lambdas}
	}
	return q
}

// deducedClass is what was deduced from an initialiser, and the types that its
// lambdas keep whenever it is evaluated again.
type deducedClass struct {
	typ     QualType
	lambdas map[*syntax.LambdaExpr]*Record
}

// deduceClass gives the instance of a class template that arguments are
// deduced for from an initialiser. Candidates are the template's guides and
// what its constructors imply. Lambdas of the initialiser have one type, though
// they are evaluated again.
func (c *checker) deduceClass(t *Template, init syntax.Expr, at diag.Span) (result QualType, seen map[*syntax.LambdaExpr]*Record) {
	result, seen = Of(errorType), map[*syntax.LambdaExpr]*Record{}
	outer := c.foreseeing
	c.foreseeing = seen
	c.unevaluated++
	c.scratch(func() {
		args, _, ok := c.arguments(initialisers(init))
		if !ok {
			return
		}
		set := &overloads{name: t.Name, tmpls: append(t.guides[:len(t.guides):len(t.guides)], t.implicitGuides()...)}
		cands := c.candidates(set, args, at)
		best, ambiguous := c.choose(cands)
		for _, of := range [][]*Template{t.guides, t.implied[len(t.implied)-1:]} { // which are preferred: guides, copying
			for _, x := range ambiguous {
				if best == nil && slices.Contains(of, x.tmpl) {
					best = x
				}
			}
		}
		if best != nil {
			result = best.fn.result
			return
		}
		if c.opts.Version < 400 { // which does not deduce
			c.needsArguments(t, at)
			return
		}
		d := diag.Diagnostic{Code: "class-deduction", Message: "no viable constructor or deduction guide for deduction of template arguments of '" + t.Name + "'", Span: at}
		for _, x := range cands {
			if len(d.Notes) < maxCandidateNotes && x.pos.Start != 0 {
				d.Notes = append(d.Notes, diag.Note{Message: "candidate template ignored: " + x.reason(), Span: x.pos})
			}
		}
		c.report(d)
	})
	c.unevaluated--
	c.foreseeing = outer
	maps.Copy(c.foreseen, seen)
	if !result.T.isError() && c.opts.Version < 400 {
		c.remark(diag.Diagnostic{Code: "c++17-extensions", Message: "class template argument deduction is a C++17 extension: Metal has it from version 4", Span: at})
	}
	return result, seen
}

// initialisers are the expressions of an initialiser, in parentheses, braces or
// neither.
func initialisers(init syntax.Expr) []syntax.Expr {
	switch x := init.(type) {
	case nil:
		return nil
	case *syntax.ParenList:
		return x.Args
	case *syntax.ConstructExpr:
		if x.List == nil {
			return x.Args
		}
		return initialisers(x.List)
	case *syntax.InitList:
		list := make([]syntax.Expr, len(x.Items))
		for i := range x.Items {
			list[i] = x.Items[i].X
		}
		return list
	}
	return []syntax.Expr{init}
}

// implicitGuides are the guides that the constructors of a class template imply, and
// the one that copies.
func (t *Template) implicitGuides() []*Template {
	rd, ok := t.decl.Decl.(*syntax.RecordDecl)
	if t.implied != nil || !ok {
		return t.implied
	}
	at := rd.NamePos
	params := slices.Clone(t.params)
	own := syntax.Name{Range: at, Own: at.Start, Ident: t.Name, HasArgs: true}
	for i := range params {
		p := &params[i]
		if p.Name == "" {
			p.Name = "#" + itoa(i)
		}
		n := syntax.Name{Range: at, Own: at.Start, Ident: p.Name}
		own.Args = append(own.Args, syntax.TemplateArg{Range: at, Type: &syntax.NamedType{Range: at, Name: n}, Expr: &syntax.IdentExpr{Name: n}, Pack: p.Pack})
	}
	self := &syntax.NamedType{Range: at, Name: own}
	members := map[string]syntax.TypeExpr{t.Name: self} // as the class sees them
	add := func(of *syntax.FuncDecl, more []syntax.TemplateParam) {
		g := &syntax.FuncDecl{Range: of.Range, Name: rd.Name, NamePos: of.NamePos, Result: self}
		for _, p := range of.Params {
			q := *p
			q.Type = renamed(p.Type, members)
			g.Params = append(g.Params, &q)
		}
		all := append(params[:len(params):len(params)], more...)
		d := &syntax.TemplateDecl{Range: of.Range, Params: all, Decl: g}
		t.implied = append(t.implied, &Template{Name: t.Name, kind: funcTemplate, decl: d, params: all, scope: t.scope})
	}
	constructor := func(d syntax.Decl) *syntax.FuncDecl {
		f, ok := d.(*syntax.FuncDecl)
		if !ok || f.Result != nil || !f.Name.Simple() || f.Name.Ident != t.Name {
			return nil
		}
		if s := f.Quals & allSpaces; s != 0 && s != syntax.SpaceThread { // the same for other spaces
			return nil
		}
		return f
	}
	for _, m := range rd.Members {
		var params []syntax.TemplateParam
		if a, ok := m.(*syntax.AliasDecl); ok {
			members[a.Name] = renamed(a.Type, members)
		}
		if inner, ok := m.(*syntax.TemplateDecl); ok {
			m, params = inner.Decl, inner.Params
		}
		if f := constructor(m); f != nil {
			add(f, params)
		}
	}
	bare := syntax.FuncDecl{Range: at, NamePos: at}
	if len(t.implied) == 0 {
		add(&bare, nil)
	}
	bare.Params = []*syntax.ParamDecl{{Range: at, NamePos: at, Type: self}}
	add(&bare, nil)
	return t.implied
}

// renamed is a type as written with names replaced by types.
func renamed(t syntax.TypeExpr, as map[string]syntax.TypeExpr) syntax.TypeExpr {
	switch x := t.(type) {
	case *syntax.NamedType:
		if x.Name.Simple() && !x.Name.HasArgs {
			if to := as[x.Name.Ident]; to != nil {
				return to
			}
		}
		y := *x
		y.Name.Args = slices.Clone(x.Name.Args)
		for i := range y.Name.Args {
			if a := &y.Name.Args[i]; a.Type != nil {
				a.Type = renamed(a.Type, as)
			}
		}
		return &y
	case *syntax.QualType:
		y := *x
		y.Elem = renamed(x.Elem, as)
		return &y
	case *syntax.PointerType:
		y := *x
		y.Elem = renamed(x.Elem, as)
		return &y
	case *syntax.MemberPointerType:
		y := *x
		y.Elem, y.Class = renamed(x.Elem, as), renamed(x.Class, as)
		return &y
	case *syntax.RefType:
		y := *x
		y.Elem = renamed(x.Elem, as)
		return &y
	case *syntax.ArrayType:
		y := *x
		y.Elem = renamed(x.Elem, as)
		return &y
	case *syntax.PackType:
		y := *x
		y.Elem = renamed(x.Elem, as)
		return &y
	}
	return t
}
