package sema

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// A template is checked for all arguments at once: its parameters have the
// error type, about which nothing is reported, so that the errors left are those
// of what depends on none of them. Instantiation finds these too. So this is done
// where a template names what is not declared in front of it, which C++ looks up
// there, and for templates of the user's file that nothing uses; headers are
// full of those.

// unused is a template that may turn out to be used by nobody. Of a class, and of
// others without a tmpl, no use goes through all.
type unused struct {
	decl  *syntax.TemplateDecl
	scope *Scope
	tmpl  *Template
}

// firstPhase checks a template at its definition, or notes it for later.
func (c *checker) firstPhase(d *syntax.TemplateDecl, t *Template) {
	if c.lazily() || c.general || c.trap != nil || len(d.Params) == 0 || c.scope.templated || c.scope.kind > recordScope {
		return
	}
	if r := c.scope.record; r != nil && r.state != done {
		return // the class sees to it when it is complete
	}
	if slices.ContainsFunc(d.Unknown, func(name string) bool { return !c.declares(c.scope, name) }) {
		c.checkGeneral(d, c.scope)
		return
	}
	if c.prog.Sources.IncludedFrom(d.Start) == 0 {
		c.unused = append(c.unused, unused{d, c.scope, t})
	}
}

// declares reports whether a name denotes something in a scope or around it.
// What the library would declare is not.
func (c *checker) declares(s *Scope, name string) bool {
	for ; s != nil; s = s.parent {
		if s.lazy.has(name) || slices.ContainsFunc(c.reached(s).list, func(u nominated) bool { return u.space.lazy.has(name) }) {
			return true
		}
	}
	return c.lookup(c.scope, name) != nil
}

// memberTemplates is firstPhase of the templates in a class that is no template.
func (c *checker) memberTemplates(r *Record) {
	for _, m := range r.decl.Members {
		if t, ok := m.(*syntax.TemplateDecl); ok {
			c.in(r.Scope, func() { c.firstPhase(t, nil) })
		}
	}
}

// checkUnused checks the templates of the user's file that nothing has used, and
// its functions that nothing calls, nor such a template when it is instantiated.
func (c *checker) checkUnused() {
	var general []*syntax.TemplateDecl
	var idle []*syntax.FuncDecl // with a kernel's inputs
	for _, u := range c.unused {
		if u.tmpl == nil || len(u.tmpl.insts) == 0 {
			c.checkGeneral(u.decl, u.scope)
			general = append(general, u.decl)
			if f, ok := u.decl.Decl.(*syntax.FuncDecl); ok && inputOf(f) != "" {
				idle = append(idle, f)
			}
		}
	}
	for _, f := range c.uncalled {
		if !f.called && !slices.Contains(c.taken, f) {
			idle = append(idle, f.decl)
		}
	}
	if len(idle) == 0 {
		return
	}
	named := map[string]bool{}
	for _, d := range general {
		syntax.Inspect(d, func(n syntax.Node) {
			if id, ok := n.(*syntax.IdentExpr); ok {
				named[id.Name.Ident] = true
			}
		})
	}
	for _, d := range idle {
		if !named[declName(d)] {
			c.remarkInputs(d)
		}
	}
}

// checkGeneral checks a template that is declared in a scope.
func (c *checker) checkGeneral(d *syntax.TemplateDecl, in *Scope) {
	c.detached(in, func() {
		c.general = true
		c.generalTemplate(d, in, in.record)
		c.general = false
	})
}

func (c *checker) generalTemplate(d *syntax.TemplateDecl, in *Scope, r *Record) {
	s := c.generalScope(d.Params, in)
	c.in(s, func() {
		switch x := d.Decl.(type) {
		case *syntax.FuncDecl:
			switch {
			case x.Guide:
			case x.Name.Of != nil:
				c.generalMember(d, x)
			case r != nil:
				c.generalMethod(r, x, s)
			default:
				c.generalFunction(c.newFunction(x, s))
			}
		case *syntax.RecordDecl:
			if x.Definition && x.Name != nil {
				c.templateArgs(x.Name.Args) // of a specialisation
				c.generalClass(x, s)
			}
		case *syntax.AliasDecl:
			c.typeOf(x.Type)
		case *syntax.VarDecl:
			c.templateArgs(x.Name.Args)
			c.typeOf(x.Type)
			c.generalInit(x.Init)
		}
	})
}

// generalScope binds the parameters of a template to errors, and checks their
// types and defaults.
func (c *checker) generalScope(params []syntax.TemplateParam, outer *Scope) *Scope {
	s := newScope(templateScope, outer)
	c.in(s, func() {
		for i := range params {
			p := &params[i]
			if p.Kind == syntax.ValueParam {
				c.typeOf(p.Type)
			}
			if p.Defaulted() {
				c.templateArg(&syntax.TemplateArg{Range: p.Range, Type: p.DefaultType, Expr: p.DefaultExpr})
			}
			if p.Name == "" {
				continue
			}
			b := s.bind(p.Name)
			a := Arg{Kind: typeArg, Type: Of(errorType)}
			switch {
			case p.Pack:
				if p.Kind == syntax.ValueParam {
					a.Kind = valueArg
				}
				b.pack = &pack{args: []Arg{a}}
			case p.Kind == syntax.TypeParam:
				b.typ = &typeName{typ: a.Type}
			case p.Kind == syntax.ValueParam:
				b.value = &Variable{Name: p.Name, Type: a.Type, val: poison}
			default:
				b.tmpl = &Template{Name: p.Name, params: p.Params, scope: outer, builtin: func(*checker, []Arg, diag.Span) QualType { return a.Type }}
			}
		}
	})
	return s
}

// generalClass checks a class template, in the scope that binds its parameters.
func (c *checker) generalClass(d *syntax.RecordDecl, s *Scope) {
	c.memberTexts(d)
	c.generalBodies(c.generalRecord(d, s))
}

// generalRecord is the class that a class template makes of errors.
func (c *checker) generalRecord(d *syntax.RecordDecl, s *Scope) *Record {
	r := c.newRecord(d.Name.Ident, d.Key, s)
	r.decl, r.at, r.state = d, d.NamePos.Span(), inProgress
	bare := *d.Name
	bare.HasArgs = false
	if f := c.find(&bare); f.ok && f.binding != nil {
		r.tmpl = f.tmpl
	}
	r.broken = true
	c.in(r.Scope, func() { c.members(r, d) })
	r.state = done
	return r
}

// incomplete reports a class with a base that hangs on a template's arguments,
// or that has an error of its own.
func (r *Record) incomplete() bool {
	return r.decl != nil && len(r.Bases) < len(r.decl.Bases) || slices.ContainsFunc(r.Bases, func(b *Type) bool { return b.Record.incomplete() })
}

// halfKnown reports a class that a template would make, of which not everything
// is known.
func (c *checker) halfKnown(t *Type) bool {
	return c.general && t.Kind == TRecord && t.Record.broken
}

// lacking reports a type whose members are not all known, as one of a class could not be
// read: that what hangs on them fails is not told.
func (t *Type) lacking() bool {
	for t != nil && (t.isPtr() || t.isRef() || t.Kind == TArray) {
		t = t.Elem.T
	}
	return t.lost() || t != nil && t.Kind == TRecord &&
		slices.ContainsFunc(t.Record.args, func(a Arg) bool { return a.Kind == typeArg && a.Type.T.lost() })
}

// lost reports a class of which, or of a base, a member could not be read.
func (t *Type) lost() bool {
	return t != nil && t.Kind == TRecord && (t.Record.decl != nil && t.Record.decl.Broken || slices.ContainsFunc(t.Record.Bases, (*Type).lost))
}

// lacks is lacking for arguments.
func lacks(args []Value) bool {
	return slices.ContainsFunc(args, func(v Value) bool { return v.Type.T.lacking() })
}

// generalMember checks a member of a class template that is defined outside of it.
func (c *checker) generalMember(d *syntax.TemplateDecl, x *syntax.FuncDecl) {
	o := &outsider{definition: definition{heads: [][]syntax.TemplateParam{d.Params}}}
	if rest, ok := c.rootOf(o, x.Name.Of); !ok || o.root == nil || len(rest) > 0 || !o.class.Definition {
		return
	}
	r := c.generalRecord(o.class, c.generalScope(o.levels[0], o.root.scope))
	params := slices.DeleteFunc(slices.Clone(d.Params), func(p syntax.TemplateParam) bool { return r.hasMember(p.Name) })
	c.generalMethod(r, unqualified(x), c.generalScope(params, r.Scope))
}

// generalBodies checks the functions, templates and initialisers in a class.
func (c *checker) generalBodies(r *Record) {
	c.in(r.Scope, func() {
		for _, m := range r.decl.Members {
			switch m := m.(type) {
			case *syntax.FuncDecl:
				c.generalMethod(r, m, r.Scope)
			case *syntax.TemplateDecl:
				c.generalTemplate(m, r.Scope, r)
			case *syntax.VarDecl:
				c.scratch(func() {
					c.bindThis(&Function{record: r, decl: &syntax.FuncDecl{}})
					c.generalInit(m.Init)
				})
			case *syntax.RecordDecl:
				b := r.Scope.names.get(declName(m))
				if b != nil && b.typ != nil && b.typ.typ.T != nil && b.typ.typ.T.Kind == TRecord && b.typ.typ.T.Record.decl == m { // not r itself, whose name it may have
					c.generalBodies(b.typ.typ.T.Record)
				}
			}
		}
	})
}

// generalMethod checks a member function. Destructors are declared once.
func (c *checker) generalMethod(r *Record, d *syntax.FuncDecl, s *Scope) {
	if strings.HasPrefix(d.Name.Ident, "~") {
		return
	}
	if f := c.newMethod(r, d, s); f != nil {
		c.generalFunction(f)
	}
}

// generalFunction checks a function: the types of its declaration, default
// arguments and the body.
func (c *checker) generalFunction(f *Function) {
	c.signature(f)
	for _, p := range f.decl.Params {
		if p.Default != nil {
			c.scratch(func() { c.inDefault(f, func() { c.generalInit(p.Default) }) })
		}
	}
	if f.decl.Body == nil || f.decl.Broken {
		return
	}
	if f.result.T == nil {
		f.result = Of(errorType)
	}
	mark := c.mem.work.mark()
	fr := c.mem.work.frames.new()
	*fr = frame{b: c.mem.newBuilder("", 0), fn: f, result: f.result, deduce: holdsAuto(f.result.T)}
	c.inFrame(fr, func() {
		c.in(f.block(), func() {
			c.parameters(f)
			c.body(f)
		})
	})
	fr.b.release()
	c.mem.work.release(mark)
}

// knownInit reports an initialiser that is a constant whatever the template's
// arguments are.
func (c *checker) knownInit(x syntax.Expr) bool {
	if l, ok := x.(*syntax.InitList); ok && len(l.Items) == 1 {
		x = l.Items[0].X
	}
	switch x.(type) {
	case nil, *syntax.InitList, *syntax.ParenList:
		return x == nil
	}
	_, k := c.constantValue(x)
	return k != nil
}

// nameless reports an expression of literals and basic types.
func nameless(x syntax.Expr) bool {
	named := false
	syntax.Inspect(x, func(n syntax.Node) {
		switch n.(type) {
		case *syntax.IdentExpr, *syntax.NamedType, *syntax.TraitExpr, *syntax.LambdaExpr, *syntax.ThisExpr:
			named = true
		}
		if s, ok := n.(*syntax.SizeofExpr); ok && s.Pack != "" {
			named = true
		}
	})
	return !named
}

// generalInit checks an initialiser, which may be absent or a list.
func (c *checker) generalInit(x syntax.Expr) {
	c.scratch(func() {
		switch x := x.(type) {
		case nil, *syntax.InitList:
		case *syntax.ParenList:
			c.arguments(x.Args)
		default:
			c.expr(x)
		}
	})
}
