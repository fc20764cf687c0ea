package sema

import (
	"slices"
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// definition is what defines a member of a class template outside of it, as
// template <typename U> U C<U>::f(U x) { … } does. Its headers may call the
// parameters otherwise than those in which the member stands.
type definition struct {
	decl          syntax.Decl
	levels, heads [][]syntax.TemplateParam // around the member, and as the definition has them
}

// outsider is a member that a definition behind template <…> leads to.
type outsider struct {
	root   *Template            // of the class; nil if that is no template, or one whose arguments are known
	class  *syntax.RecordDecl   // what root makes such classes of
	inner  []*syntax.RecordDecl // the classes in it on the way to the member
	member syntax.Decl
	definition
}

// outOfTemplate handles a member of a class template, or a member template, that
// is defined outside its class. It reports whether it is one of a class template.
func (c *checker) outOfTemplate(d *syntax.TemplateDecl) bool {
	x, own := &outsider{}, d // own is the innermost header, which may be that of a member template
	x.heads = append(x.heads, d.Params)
	for in, ok := d.Decl.(*syntax.TemplateDecl); ok; in, ok = in.Decl.(*syntax.TemplateDecl) {
		x.heads, own = append(x.heads, in.Params), in
	}
	name, at := nameOf(own.Decl)
	if name == nil || name.Of == nil {
		c.errorf(own.Span(), "template", "extraneous template parameter list in declaration of '%s'", declName(own))
		return false
	}
	switch r := own.Decl.(type) {
	case *syntax.RecordDecl:
		if !r.Definition && !name.HasArgs {
			c.nestedForward(r.Key, at)
			return false
		}
	case *syntax.EnumDecl:
		if !r.Definition {
			c.nestedForward("enum", at)
			return false
		}
	}
	rest, ok := c.rootOf(x, name.Of)
	if !ok {
		return false
	}
	var rec *Record
	if x.root == nil {
		s, r, ok := c.declarer(name, at)
		if !ok {
			return false
		}
		if r == nil {
			c.in(s, func() {
				c.declareTemplate(&syntax.TemplateDecl{Range: own.Range, Params: own.Params, Decl: bare(own.Decl)})
			})
			return false
		}
		rec, x.class, x.heads = r, r.decl, [][]syntax.TemplateParam{own.Params}
	} else if !c.encloses(x.root.scope, x.root.Name, name, at) {
		return false
	}
	where := x.class
	for _, of := range rest {
		if where = x.enter(c, where, of); where == nil {
			c.errorf(of.OwnSpan(), "no-member", "no member named '%s' in '%s'", of.Ident, declName(x.class))
			return false
		}
	}
	if !x.find(where, own, name) {
		c.errorf(at, "out-of-class", "out-of-line definition of '%s' does not match any declaration in '%s'", name.Ident, declName(where))
		return false
	}
	if old := c.defined(x.member); old != nil && definesMember(x.decl) && (rec == nil || rec.tmpl == nil) {
		_, was := nameOf(old)
		c.redefined(name.Ident, at, was)
		return false
	}
	if f, ok := own.Decl.(*syntax.FuncDecl); ok {
		m, around, to := x.member, slices.Concat(x.levels...), "an out-of-line definition of a member of a class template"
		if t, ok := m.(*syntax.TemplateDecl); ok {
			m, around, to = t.Decl, append(around, t.Params...), "a function template that has already been declared"
		}
		declared := m.(*syntax.FuncDecl)
		switch {
		case differ(declared.Result, f.Result, around, slices.Concat(x.heads...)):
			c.otherResult(declName(where)+"::"+name.Ident, at, declared.NamePos.Span())
			return false
		case f.Deleted:
			c.deletedLate(at, declared.NamePos.Span())
			return false
		case !definesMember(f):
			c.declaredOutside(at)
			return false
		}
		c.defaultsAdded(declared, f, to)
	}
	if rec != nil {
		c.redefine(rec, x.member, &x.definition)
		return false
	}
	c.outside[x.member] = &x.definition
	for _, in := range x.root.insts {
		if r := in.typ.T; r != nil && r.Record != nil && r.Record.decl == x.class {
			c.redefineIn(r.Record, x.inner, x.member)
		}
	}
	return true
}

// rootOf finds the class template that a qualifier begins with, and of that the
// classes that its arguments stand for. rest is what follows.
func (c *checker) rootOf(x *outsider, of *syntax.Name) (rest []*syntax.Name, ok bool) {
	for ; of != nil; of = of.Of {
		rest = append(rest, of)
	}
	slices.Reverse(rest)
	for i, n := range rest {
		bare := *n
		bare.HasArgs = false
		var f found
		c.whileDefining(func() { f = c.find(&bare) })
		switch t := f.tmplOf(classTemplate); {
		case !f.ok:
			return nil, false
		case t == nil || t.decl == nil:
		case !n.HasArgs:
			c.needsArguments(t, n.OwnSpan())
			return nil, false
		default:
			text := argsText(n.Args, x.heads[0])
			if text == argsText(n.Args, nil) {
				return nil, true
			}
			d, params := t.pattern(text)
			if x.class, ok = d.(*syntax.RecordDecl); !ok {
				c.errorf(n.OwnSpan(), "out-of-class", "nested name specifier '%s::' for declaration does not refer into a class, class template or class template partial specialization", c.prog.Sources.Written(n.OwnSpan()))
				return nil, false
			}
			x.root, x.levels = t, [][]syntax.TemplateParam{params}
			return rest[i+1:], true
		}
	}
	return nil, true
}

// pattern is the declaration of a class template for arguments that are written
// as one of its specialisations has them, or as its own parameters.
func (t *Template) pattern(args string) (syntax.Decl, []syntax.TemplateParam) {
	for _, sp := range t.specs {
		if argsText(sp.args, sp.params) == args {
			return sp.decl, sp.params
		}
	}
	own := make([]syntax.TemplateArg, len(t.params))
	for i, p := range t.params {
		name := p.Name
		if name == "" {
			name = "#" + strconv.Itoa(i) // as argsText has it
		}
		own[i] = syntax.TemplateArg{Type: &syntax.NamedType{Name: syntax.Name{Ident: name}}, Pack: p.Pack}
	}
	if argsText(own, t.params) == args {
		return t.decl.Decl, t.params
	}
	return nil, nil
}

// enter goes on to a class in a class; its definition may stand outside, too.
func (x *outsider) enter(c *checker, in *syntax.RecordDecl, of *syntax.Name) *syntax.RecordDecl {
	for _, m := range in.Members {
		r, ok := m.(*syntax.RecordDecl)
		t, _ := m.(*syntax.TemplateDecl)
		levels := x.levels
		if t != nil {
			r, ok = t.Decl.(*syntax.RecordDecl)
			levels = append(levels, t.Params)
		}
		if !ok || r.Name == nil || r.Name.Ident != of.Ident || r.Name.HasArgs || (t != nil) != of.HasArgs {
			continue
		}
		if d := c.outside[m]; d != nil {
			r, levels = d.class(), d.heads
		}
		if r.Definition && len(levels) <= len(x.heads) {
			x.inner, x.levels = append(x.inner, r), levels
			return r
		}
	}
	return nil
}

// class is the class that a definition defines.
func (d *definition) class() *syntax.RecordDecl {
	if t, ok := d.decl.(*syntax.TemplateDecl); ok {
		return t.Decl.(*syntax.RecordDecl)
	}
	return d.decl.(*syntax.RecordDecl)
}

// defined is what defines a member of a class so far, if anything does.
func (c *checker) defined(member syntax.Decl) syntax.Decl {
	if d := c.outside[member]; d != nil {
		member = d.decl
	}
	if t, ok := member.(*syntax.TemplateDecl); ok {
		member = t.Decl
	}
	if !definesMember(member) {
		return nil
	}
	return member
}

// definesMember reports a declaration that is a definition.
func definesMember(d syntax.Decl) bool {
	switch d := d.(type) {
	case *syntax.TemplateDecl:
		return definesMember(d.Decl)
	case *syntax.FuncDecl:
		return d.Body != nil || d.Default || d.Deleted
	case *syntax.VarDecl:
		return d.Init != nil
	case *syntax.RecordDecl:
		return d.Definition
	case *syntax.EnumDecl:
		return d.Definition
	}
	return false
}

// find looks for the member of a class that a declaration defines, and makes its
// definition: under its own name, with what only the member's declaration says.
func (x *outsider) find(in *syntax.RecordDecl, own *syntax.TemplateDecl, name *syntax.Name) bool {
	template := len(x.heads) > len(x.levels)
	if len(x.heads) > len(x.levels)+1 {
		return false
	}
	flat := slices.Concat(x.heads...)
	exact := false
	for _, m := range in.Members {
		d, levels, params := m, x.levels, []syntax.TemplateParam(nil)
		if t, ok := m.(*syntax.TemplateDecl); ok {
			d, params = t.Decl, t.Params
			levels = append(levels[:len(levels):len(levels)], params)
		}
		if (params != nil) != template || declName(d) != name.Ident || exact {
			continue
		}
		out := bare(own.Decl)
		switch md := d.(type) {
		case *syntax.FuncDecl:
			f, ok := out.(*syntax.FuncDecl)
			around := slices.Concat(levels...)
			if !ok || md.Quals != f.Quals || !sameShape(md, f, around, flat, name.Of) {
				continue
			}
			exact = funcText(md, around) == funcText(f, flat)
			if x.member != nil && !exact {
				continue
			}
			f.Specs |= md.Specs & (syntax.Static | syntax.Explicit)
			f.Params = slices.Clone(f.Params)
			for i := range f.Params {
				f.Params[i] = withDefault(f.Params[i], md.Params[i])
			}
		case *syntax.VarDecl:
			if _, ok := out.(*syntax.VarDecl); !ok {
				continue
			}
		case *syntax.RecordDecl:
			if _, ok := out.(*syntax.RecordDecl); !ok {
				continue
			}
		case *syntax.EnumDecl:
			if _, ok := out.(*syntax.EnumDecl); !ok {
				continue
			}
		default:
			continue
		}
		if x.member, x.decl = m, out; template {
			x.decl = &syntax.TemplateDecl{Range: own.Range, Params: own.Params, Decl: out}
		}
	}
	return x.member != nil
}

// redefineIn gives a member its definition in a class that exists, or in those
// that were made in it.
func (c *checker) redefineIn(r *Record, inner []*syntax.RecordDecl, member syntax.Decl) {
	if len(inner) == 0 {
		c.redefine(r, member, c.outside[member])
		return
	}
	b := r.Scope.names.get(inner[0].Name.Ident)
	if b == nil {
		return
	}
	enter := func(t *Type) {
		if t != nil && t.Kind == TRecord && t.Record.decl == inner[0] {
			c.redefineIn(t.Record, inner[1:], member)
		}
	}
	if b.typ != nil {
		enter(b.typ.typ.T)
	}
	if b.tmpl != nil {
		for _, in := range b.tmpl.insts {
			enter(in.typ.T)
		}
	}
}

// redefine gives a member of a class that exists its definition.
func (c *checker) redefine(r *Record, member syntax.Decl, d *definition) {
	s := c.calledToo(r.Scope, d.levels, d.heads)
	is := func(decl syntax.Decl) bool { // or what all instances have, where one is specialised
		return decl == member || c.outside[member] != nil && decl == c.outside[member].decl
	}
	switch out := d.decl.(type) {
	case *syntax.FuncDecl:
		if r.destructor != nil && is(r.destructor) {
			if r.destructor, r.ending = out, s; r.state == done {
				c.destroys(r, out, s)
			}
		}
		for _, f := range r.methods {
			if is(f.decl) {
				f.define(out, s)
			}
		}
	case *syntax.VarDecl: // it may have been initialised in the class
		if b := r.Scope.names.get(out.Name.Ident); b != nil && b.value != nil && b.value.global != nil && is(b.value.global.decl) && out.Init != nil {
			g := b.value.global
			g.decl, g.scope, g.state = out, s, declared
		}
	case *syntax.RecordDecl:
		if b := r.Scope.names.get(out.Name.Ident); b != nil && b.typ != nil && b.typ.typ.T != nil && b.typ.typ.T.Record != nil && is(b.typ.typ.T.Record.decl) {
			in := b.typ.typ.T.Record
			in.decl, in.at = out, out.NamePos.Span()
			in.Scope.enter(s)
		}
	case *syntax.EnumDecl:
		if b := r.Scope.names.get(out.Name.Ident); b != nil && b.typ != nil && b.typ.typ.T != nil && b.typ.typ.T.Kind == TEnum && is(b.typ.typ.T.Enum.decl) {
			b.typ.typ.T.Enum.scope.enter(s)
			c.defineEnum(out, r.Scope)
		}
	case *syntax.TemplateDecl:
		define := func(t *Template) {
			if t != nil && t.decl != nil && is(t.decl) {
				c.defineTemplate(t, out, s, d.levels, d.heads)
			}
		}
		r.Scope.names.each(func(_ string, b *binding) {
			define(b.tmpl)
			for _, t := range b.ftmpls {
				define(t)
			}
		})
		for _, t := range slices.Concat(r.ctorTs, r.convTs) {
			define(t)
		}
	}
}

// defineTemplate gives a template that was declared its definition, whose names
// are looked up in another scope. levels are the headers around the template.
func (c *checker) defineTemplate(t *Template, d *syntax.TemplateDecl, s *Scope, levels, heads [][]syntax.TemplateParam) {
	levels = append(levels[:len(levels):len(levels)], t.params)
	t.params, t.decl, t.scope = mergeDefaults(d.Params, t.params), d, s
	for _, in := range t.insts {
		if f := in.fn; f != nil && f.state == declared {
			f.define(d.Decl.(*syntax.FuncDecl), c.calledToo(f.scope, levels, heads))
		}
	}
}

// define gives a function that was declared its definition, whose names are
// looked up in another scope.
func (f *Function) define(d *syntax.FuncDecl, s *Scope) {
	for i := range f.params {
		p := &f.params[i]
		k := slices.IndexFunc(f.decl.Params, func(q *syntax.ParamDecl) bool { return q.Range == p.decl.Range })
		p.name, p.decl = d.Params[k].Name, withDefault(d.Params[k], p.decl)
	}
	f.decl, f.scope, f.defaults = d, s, f.scope
}

// hasMember reports whether the class declares a member of that name; it may not
// have it yet.
func (r *Record) hasMember(name string) bool { return membersNamed(r.decl.Members, name) }

// membersNamed reports whether members of a class have that name, or bring it along.
func membersNamed(members []syntax.Decl, name string) bool {
	return slices.ContainsFunc(members, func(m syntax.Decl) bool {
		switch m := m.(type) {
		case *syntax.EnumDecl:
			if !m.Class && slices.ContainsFunc(m.Items, func(it syntax.EnumItem) bool { return it.Name == name }) {
				return true
			}
		case *syntax.RecordDecl:
			if m.Name == nil && membersNamed(m.Members, name) {
				return true
			}
		}
		return declName(m) == name
	})
}

// calledToo is a scope in which what template parameters denote has other names,
// too.
func (c *checker) calledToo(s *Scope, levels, heads [][]syntax.TemplateParam) *Scope {
	out := s
	for i := range levels {
		for j := range min(len(levels[i]), len(heads[i])) {
			old, name := levels[i][j].Name, heads[i][j].Name
			if old == name || name == "" {
				continue
			}
			if out == s {
				out = newScope(templateScope, s)
			}
			if old == "" {
				if args := s.argumentsOf(i); j < len(args) {
					c.bindArgument(out, name, args[j])
				}
				continue
			}
			for p := s; p != nil; p = p.parent {
				if p.kind == recordScope && p.record.hasMember(name) {
					break // a member hides the parameters of the templates around its class
				}
				if b := p.names.get(old); b != nil && p.kind == templateScope {
					out.names.set(out, name, b)
					break
				}
			}
		}
	}
	return out
}

// argumentsOf are those of a class around, counted from the outermost one that
// has any.
func (s *Scope) argumentsOf(level int) []Arg {
	var lists [][]Arg
	for ; s != nil; s = s.parent {
		if s.kind == recordScope && len(s.record.args) > 0 {
			lists = append(lists, s.record.args)
		}
	}
	if level >= len(lists) {
		return nil
	}
	return lists[len(lists)-1-level]
}
