package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// outOfClass handles a member function that is defined outside its class.
func (c *checker) outOfClass(d *syntax.FuncDecl, special bool) {
	s, rec, ok := c.declarer(d.Name, d.NamePos.Span())
	if !ok {
		return
	}
	name := d.Name.Ident
	switch {
	case d.Name.HasArgs && !special:
		c.headless(d, d.NamePos.Span())
		fallthrough
	case d.Name.HasArgs && rec != nil:
		c.explicitFunction(d)
		return
	case special && rec == nil:
		c.in(s, func() { c.explicitFunction(unqualified(d)) })
		return
	case rec == nil:
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
		if m.Name == name && sameSignature(m, f) {
			if own := !ofInstance || m.state != declared || m.special; own && c.definedAgain(f.decl, m.decl) {
				return
			}
			if !special && !definesMember(d) {
				c.declaredOutside(d.NamePos.Span())
				return
			}
			if !likeResult(m, f) {
				c.otherResult(m.String(), d.NamePos.Span(), m.decl.NamePos.Span())
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

// otherResult reports a member that is defined with another result than it is declared with.
func (c *checker) otherResult(name string, at, was diag.Span) {
	c.report(diag.Diagnostic{Code: "redefinition", Message: "return type of out-of-line definition of '" + name + "' differs from that in the declaration", Span: at,
		Notes: []diag.Note{{Message: "previous declaration is here", Span: was}}})
}

// declarer is the class or namespace that declares what is defined outside of it, in a namespace
// around it.
func (c *checker) declarer(n *syntax.Name, at diag.Span) (*Scope, *Record, bool) {
	s, rec, ok := c.definer(n)
	if ok && !c.encloses(s, s.name, n, at) {
		return nil, nil, false
	}
	return s, rec, ok
}

// encloses reports what is defined in a namespace that is not around what declares it.
func (c *checker) encloses(s *Scope, name string, n *syntax.Name, at diag.Span) bool {
	if c.around(s) {
		return true
	}
	c.errorf(at, "out-of-class", "cannot define or redeclare '%s' here because namespace '%s' does not enclose '%s'", n.Ident, c.scope.name, name)
	return false
}

// declaredOutside reports a member that is declared again, and not defined, outside its class.
func (c *checker) declaredOutside(at diag.Span) {
	c.errorf(at, "out-of-class", "out-of-line declaration of a member must be a definition")
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
	case *syntax.EnumDecl:
		q := *d
		q.Name = &own
		return &q
	}
	return d
}

// nameOf is the name that a declaration gives, which may be qualified; nil of
// others than functions, variables, classes and enumerations.
func nameOf(d syntax.Decl) (*syntax.Name, diag.Span) {
	switch d := d.(type) {
	case *syntax.FuncDecl:
		return d.Name, d.NamePos.Span()
	case *syntax.VarDecl:
		return d.Name, d.NamePos.Span()
	case *syntax.RecordDecl:
		return d.Name, d.NamePos.Span()
	case *syntax.EnumDecl:
		return d.Name, d.NamePos.Span()
	}
	return nil, d.Span()
}

// typeOutside finds the class or enumeration that is defined outside the class or the namespace
// that declares it; nil, which is reported, if there is none.
func (c *checker) typeOutside(d syntax.Decl, key string, special bool) (*Type, *Scope) {
	name, at := nameOf(d)
	s, _, ok := c.declarer(name, at)
	if !ok {
		return nil, nil
	}
	b := s.names.get(name.Ident)
	if s.record == nil {
		b = c.here(s, name.Ident)
	}
	if b == nil || b.typ == nil || b.typ.typ.T.Kind != TRecord && b.typ.typ.T.Kind != TEnum || b.alias(name.Ident) {
		where := "the global namespace"
		if s != c.root {
			where = "'" + s.name + "'"
		}
		c.errorf(at, "out-of-class", "no %s named '%s' in %s", key, name.Ident, where)
		return nil, nil
	}
	switch {
	case special:
	case !definesMember(d):
		c.nestedForward(key, at)
	case s.record != nil && s.record.implicit():
		c.headless(d, at)
	}
	return b.typ.typ.T, s
}

// nestedForward reports a class or an enumeration that is declared again, and not defined, outside
// of what declares it.
func (c *checker) nestedForward(key string, at diag.Span) {
	c.errorf(at, "out-of-class", "forward declaration of %s cannot have a nested name specifier", key)
}

// recordOutside handles a class that is defined outside of what declares it.
func (c *checker) recordOutside(d *syntax.RecordDecl) *Record {
	t, s := c.typeOutside(d, d.Key, false)
	switch {
	case t == nil:
		return c.newRecord(d.Name.Ident, d.Key, c.scope)
	case t.Record != nil && s.record != nil && s.record.implicit():
		c.specialiseMemberClass(d)
		return t.Record
	}
	return c.declareRecord(bare(d).(*syntax.RecordDecl), s)
}

// enumOutside handles an enumeration that is defined outside of what declares it.
func (c *checker) enumOutside(d *syntax.EnumDecl, special bool) (t *Type) {
	if t, s := c.typeOutside(d, "enum", special); t != nil && (d.Underlying == nil || !c.typeOf(d.Underlying).T.isError()) { // which is looked up in front of s
		return c.defineEnum(bare(d).(*syntax.EnumDecl), s)
	}
	return errorType
}

// defineEnum defines an enumeration in the scope that declared it. Its enumerators are as
// private as it is.
func (c *checker) defineEnum(d *syntax.EnumDecl, s *Scope) (t *Type) {
	c.in(s, func() { t = c.declareEnum(d) })
	if r := s.record; r != nil {
		r.hidden = s.names.get(d.Name.Ident).access
		r.close(d)
	}
	return t
}
