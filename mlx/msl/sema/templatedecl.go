package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// checkParams reports the types of a template's parameters, and of those of its
// function, that nothing declares; others may depend on parameters.
func (c *checker) checkParams(d *syntax.TemplateDecl) bool {
	ok := true
	check := func(e syntax.TypeExpr, bound []syntax.TemplateParam) {
		t := namedBy(e)
		if t == nil || !t.Name.Simple() || slices.ContainsFunc(bound, func(p syntax.TemplateParam) bool { return p.Name == t.Name.Ident }) {
			return
		}
		if c.lookup(c.scope, t.Name.Ident) == nil {
			c.typeOf(t)
			ok = false
		}
	}
	for i := range d.Params {
		p := &d.Params[i]
		check(p.Type, d.Params[:i])
		if ok && p.Kind == syntax.ValueParam && independent(p.Type, d.Params) {
			ok = c.nonType(c.typeOf(p.Type), p.Span())
		}
	}
	if f, is := d.Decl.(*syntax.FuncDecl); is && f.Name.Of == nil && !c.lazily() {
		check(f.Result, d.Params)
		ok = ok && c.spacesWritten(d.Params, nil, f.Result)
		for _, p := range f.Params {
			check(p.Type, d.Params)
			ok = ok && c.spacesWritten(d.Params, nil, p.Type)
			if (p.Pack || isPackType(p.Type)) && packless(p.Type, d.Params) {
				c.errorf(p.Span(), "no-packs", "pack expansion does not contain any unexpanded parameter packs")
				ok = false
			}
			if t := namedBy(p.Type); t != nil && !p.Pack && !isPackType(p.Type) && isParam(t, d.Params, true) {
				c.errorf(t.Span(), "unexpanded-pack", "declaration type contains unexpanded parameter pack '%s'", t.Name.Ident)
				ok = false
			}
		}
	}
	if !c.lazily() {
		switch inner := d.Decl.(type) {
		case *syntax.AliasDecl:
			ok = ok && c.spacesWritten(d.Params, nil, inner.Type)
		case *syntax.RecordDecl:
			c.memberSpaces(inner, d.Params)
		}
	}
	return ok
}

// memberSpaces reports members of a class template whose types lack an address
// space with any arguments.
func (c *checker) memberSpaces(r *syntax.RecordDecl, bound []syntax.TemplateParam) {
	for _, m := range r.Members {
		switch m := m.(type) {
		case *syntax.VarDecl:
			c.spacesWritten(bound, r, m.Type)
		case *syntax.AliasDecl:
			c.spacesWritten(bound, r, m.Type)
		case *syntax.FuncDecl:
			c.spacesWritten(bound, r, m.Result)
			for _, p := range m.Params {
				c.spacesWritten(bound, r, p.Type)
			}
		case *syntax.RecordDecl:
			c.memberSpaces(m, bound)
		}
	}
}

// spacesWritten reports a type without an address space in a template, outside
// of a class or in it. What the class itself declares is not known yet.
func (c *checker) spacesWritten(bound []syntax.TemplateParam, in *syntax.RecordDecl, t syntax.TypeExpr) bool {
	if !spaceless(t, bound) {
		return true
	}
	if n := namedBy(t); n != nil && in != nil {
		if b := c.lookup(c.scope, n.Name.Ident); b == nil || b.typ == nil || slices.ContainsFunc(in.Members, func(m syntax.Decl) bool { return declName(m) == n.Name.Ident }) {
			return true
		}
	}
	return !c.typeOf(t).T.isError()
}

// spaceless reports a pointer or reference to what depends on no parameter of the template and is written without an
// address space, which a typedef alone could give.
func spaceless(e syntax.TypeExpr, bound []syntax.TemplateParam) bool {
	if q, ok := e.(*syntax.QualType); ok {
		e = q.Elem // of the pointer itself
	}
	switch t := e.(type) {
	case *syntax.PointerType:
		e = t.Elem
	case *syntax.RefType:
		e = t.Elem
	default:
		return false
	}
	if q, ok := e.(*syntax.QualType); ok {
		if q.Quals&allSpaces != 0 {
			return false
		}
		e = q.Elem
	}
	return independent(e, bound) || spaceless(e, bound)
}

// independent reports a type that has a name which is no parameter of a template's.
func independent(e syntax.TypeExpr, bound []syntax.TemplateParam) bool {
	switch t := e.(type) {
	case *syntax.BasicType:
		return true
	case *syntax.NamedType:
		return t.Name.Simple() && !t.Name.HasArgs && !slices.ContainsFunc(bound, func(p syntax.TemplateParam) bool { return p.Name == t.Name.Ident })
	case *syntax.RecordType:
		return t.Decl == nil
	}
	return false
}

// nonType demands a type that a non-type template parameter can have.
func (c *checker) nonType(t QualType, at diag.Span) bool {
	switch k := t.T.Kind; {
	case t.T.isIntegral(), k == TEnum, k == TOpaque, t.T.isPtr(), t.T.isRef(), k == TFunc, t.T.isNumbered(), k == TNullptr, t.T.isError():
		return !t.T.isError()
	}
	c.errorf(at, "template-parameter", "a non-type template parameter cannot have type '%s'", t)
	return false
}

// packless reports that the type of a parameter pack is made of one that is no
// pack: a basic one, or a template parameter.
func packless(e syntax.TypeExpr, bound []syntax.TemplateParam) bool {
	e = writtenOf(e)
	if t, ok := e.(*syntax.NamedType); ok {
		return isParam(t, bound, false)
	}
	_, basic := e.(*syntax.BasicType)
	return basic
}

// isParam reports a type that is a parameter of a template, or a pack of them.
func isParam(t *syntax.NamedType, bound []syntax.TemplateParam, pack bool) bool {
	return t.Name.Simple() && slices.ContainsFunc(bound, func(p syntax.TemplateParam) bool { return p.Name == t.Name.Ident && p.Pack == pack })
}

// namedBy is the type that others are made of, if it has a name.
func namedBy(e syntax.TypeExpr) *syntax.NamedType {
	t, _ := writtenOf(e).(*syntax.NamedType)
	return t
}

// writtenOf is the type that pointers, references and packs are made of.
func writtenOf(e syntax.TypeExpr) syntax.TypeExpr {
	for {
		switch t := e.(type) {
		case *syntax.QualType:
			e = t.Elem
		case *syntax.PointerType:
			e = t.Elem
		case *syntax.RefType:
			e = t.Elem
		case *syntax.MemberPointerType:
			e = t.Elem
		case *syntax.PackType:
			e = t.Elem
		default:
			return e
		}
	}
}

func (c *checker) declareTemplate(d *syntax.TemplateDecl) {
	if c.scope.local() {
		what := "a template declaration cannot appear at block scope"
		if c.scope.record != nil {
			what = "templates cannot be declared inside of a local class"
		}
		c.errorf(d.Span(), "local-template", "%s", what)
		return
	}
	known := c.checkParams(d)
	if f, ok := d.Decl.(*syntax.FuncDecl); ok && !known {
		if c.lost == nil {
			c.lost = map[string]bool{}
		}
		c.lost[declName(f)] = true // what calls it has no error of its own
		return
	}
	if len(d.Params) == 0 && c.extraneous(d) {
		return
	}
	switch inner := d.Decl.(type) {
	case *syntax.RecordDecl:
		if inner.Name == nil {
			c.errorf(d.Span(), "template", "templated class has no name")
			return
		}
		if c.declaredElsewhere(d, inner.Name) {
			return
		}
		c.typeAttrs(inner.Attrs)
		c.addTemplate(classTemplate, d, inner.Definition)
		c.firstPhase(d, nil)
	case *syntax.EnumDecl:
		switch {
		case inner.Name == nil || inner.Name.Of == nil:
			c.errorf(inner.Span(), "template", "enumeration cannot be a template")
		case len(d.Params) > 0:
			c.outOfTemplate(d)
		default:
			c.enumOutside(inner, true)
		}
	case *syntax.AliasDecl:
		if inner.Typedef {
			c.errorf(inner.NamePos.Span(), "template", "a typedef cannot be a template")
			return
		}
		c.firstPhase(d, c.addTemplate(aliasTemplate, d, true))
	case *syntax.VarDecl:
		if !c.declaredElsewhere(d, inner.Name) {
			c.firstPhase(d, c.addTemplate(varTemplate, d, true))
		}
	case *syntax.FuncDecl:
		if inner.Guide {
			c.declareGuide(d, inner)
			return
		}
		if inner.Name.Of != nil {
			if len(d.Params) == 0 {
				c.outOfClass(inner, true)
			} else if c.outOfTemplate(d) {
				c.firstPhase(d, nil)
			}
			return
		}
		if len(d.Params) == 0 {
			c.explicitFunction(inner)
			return
		}
		if t := c.declareFuncTemplate(d, inner); t != nil {
			c.firstPhase(d, t)
		}
	case *syntax.TemplateDecl:
		if !c.specialiseMember(d) {
			c.outOfTemplate(d)
		}
	}
}

// declaredElsewhere takes the declaration of what specialises a template or is
// a member of one.
func (c *checker) declaredElsewhere(d *syntax.TemplateDecl, n *syntax.Name) bool {
	switch {
	case n.HasArgs:
		c.specialise(d.Decl, d.Params)
		c.firstPhase(d, nil)
	case n.Of != nil:
		if len(d.Params) > 0 {
			c.outOfTemplate(d)
			return true
		}
		switch m := d.Decl.(type) {
		case *syntax.VarDecl:
			c.defineMember(m, true)
		case *syntax.RecordDecl:
			c.specialiseMemberClass(m)
		}
	default:
		return false
	}
	return true
}

// specialiseMemberClass gives a class in one instance of a class template a
// definition of its own, as template <> struct C<int>::In { … } does.
func (c *checker) specialiseMemberClass(d *syntax.RecordDecl) {
	s, around, ok := c.declarer(d.Name, d.NamePos.Span())
	if !ok {
		return
	}
	at := d.NamePos.Span()
	b := s.names.get(d.Name.Ident)
	if b == nil || b.typ == nil || b.alias(d.Name.Ident) || b.typ.typ.T.Kind != TRecord {
		c.errorf(at, "out-of-class", "no %s named '%s' in '%s'", d.Key, d.Name.Ident, s.name)
		return
	}
	switch r := b.typ.typ.T.Record; {
	case around == nil || !around.implicit():
		c.errorf(at, "template", "extraneous 'template<>' in declaration of %s '%s'", d.Key, d.Name.Ident)
	case r.special && r.decl.Definition && d.Definition:
		c.redefined(d.Name.Ident, at, r.decl.NamePos.Span())
	case !r.special && r.state != declared:
		c.report(specialisedLate(d.Name.Ident, at))
	case !r.special || d.Definition:
		r.decl, r.at, r.special, r.ofInstance = bare(d).(*syntax.RecordDecl), at, true, false
		if d.Definition {
			c.complete(r, at)
		}
	}
}

// specialiseMember handles a specialisation of a member template, of which class
// its qualifier says: behind template <> for each class template around it.
func (c *checker) specialiseMember(d *syntax.TemplateDecl) bool {
	own, around := d, 0
	for len(own.Params) == 0 {
		in, ok := own.Decl.(*syntax.TemplateDecl)
		if !ok {
			break
		}
		own, around = in, around+1
	}
	name, _ := nameOf(own.Decl)
	if name == nil || name.Of == nil || around == 0 {
		return false
	}
	for of := name.Of; of != nil; of = of.Of {
		if of.HasArgs {
			around--
		}
	}
	f, function := own.Decl.(*syntax.FuncDecl)
	switch {
	case function && len(own.Params) == 0 && around >= 0:
		c.explicitFunction(f)
	case len(own.Params) == 0 || !function && name.HasArgs:
		c.declareTemplate(own)
	default:
		return false
	}
	return true
}

// extraneous reports template<> before what specialises nothing, which is then
// declared without.
func (c *checker) extraneous(d *syntax.TemplateDecl) bool {
	message := ""
	switch inner := d.Decl.(type) {
	case *syntax.RecordDecl:
		if inner.Name == nil || inner.Name.HasArgs || inner.Name.Of != nil {
			return false
		}
		message = "extraneous 'template<>' in declaration of " + inner.Key + " '" + declName(inner) + "'"
	case *syntax.VarDecl:
		if inner.Name.HasArgs || inner.Name.Of != nil {
			return false
		}
		message = "extraneous 'template<>' in declaration of variable '" + declName(inner) + "'"
	case *syntax.AliasDecl:
		message = "explicit specialization of alias templates is not permitted"
	default:
		return false
	}
	c.errorf(diag.Span{Start: d.Start, End: d.Start + diag.Pos(len("template"))}, "template", "%s", message)
	c.declare(d.Decl)
	return true
}

// addTemplate declares a class, alias or variable template.
func (c *checker) addTemplate(kind templateKind, d *syntax.TemplateDecl, definition bool) *Template {
	name := declName(d)
	var given *syntax.TemplateParam
	for i := range d.Params {
		p := &d.Params[i]
		if p.Pack && i < len(d.Params)-1 {
			c.errorf(p.Span(), "template-parameter", "template parameter pack must be the last template parameter")
		}
		if p.Defaulted() {
			given = p
		} else if given != nil && !p.Pack && definition {
			c.report(diag.Diagnostic{Code: "template-default", Message: "template parameter missing a default argument", Span: p.Span(),
				Notes: []diag.Note{{Message: "previous default template argument defined here", Span: given.Span()}}})
		}
	}
	b := c.scope.bind(name)
	if b.tmpl != nil && c.lazily() {
		return b.tmpl // the user's own
	}
	t := Template{Name: name, kind: kind, decl: d, params: d.Params, scope: c.scope}
	if old := b.tmpl; old != nil && old.decl != nil && old.decl != d && (kind == classTemplate && old.kind == kind || old.pos().Start >= c.user) && (c.scope.record == nil || old != c.scope.record.tmpl) {
		c.redeclareTemplate(old, &t, definition)
		return old
	}
	if c.otherKind(templateSymbol, b, name, t.pos()) {
		return nil
	}
	b.tmpl = c.mem.templates.new()
	*b.tmpl = t
	return b.tmpl
}

// specialise records an explicit or partial specialisation of a class or
// variable template.
func (c *checker) specialise(d syntax.Decl, params []syntax.TemplateParam) {
	var name *syntax.Name
	switch d := d.(type) {
	case *syntax.RecordDecl:
		name = d.Name
		if !d.Definition {
			return
		}
	case *syntax.VarDecl:
		name = d.Name
	}
	bare := *name
	bare.HasArgs = false
	f := c.find(&bare)
	if !f.ok || f.binding == nil && c.lost[f.part.Ident] {
		return
	}
	if f.binding == nil || f.tmpl == nil {
		c.errorf(name.Span(), "specialisation", "explicit specialization of undeclared template struct '%s'", f.part.Ident)
		return
	}
	if f.tmpl.builtin != nil {
		return // shared by all compilations
	}
	if c.specialisedAside(f.tmpl, len(params) > 0, name) {
		return
	}
	if i := slices.IndexFunc(params, func(p syntax.TemplateParam) bool { return p.Defaulted() }); i >= 0 {
		c.errorf(params[i].Span(), "specialisation", "default template argument in a class template partial specialization")
	}
	if r, ok := d.(*syntax.RecordDecl); ok {
		if was, ok := f.tmpl.decl.Decl.(*syntax.RecordDecl); ok {
			c.sameTag(r, was, f.tmpl.pos())
		}
	}
	sp := &specialisation{params: params, args: name.Args, decl: d, scope: c.scope, at: name.OwnSpan()}
	if !c.lazily() && !c.usable(f.tmpl, sp, name) {
		return
	}
	f.tmpl.specs = append(f.tmpl.specs, sp)
	if len(params) == 0 && len(f.tmpl.insts) > 0 {
		// A use before this point made the primary's instance; C++ forbids it.
		if full, _, ok := c.bindArgs(f.tmpl, c.templateArgs(name.Args), d.Span()); ok {
			in := f.tmpl.insts[argsKey(full)]
			if in != nil && (in.vari != nil && in.vari.global.state == done || in.typ.T != nil && in.typ.T.Record != nil && in.typ.T.Record.state == done) {
				c.report(specialisedLate(f.tmpl.Name+"<"+argList(full)+">", d.Span()))
			}
		}
	}
}
