package sema

import (
	"slices"
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

func (c *checker) newRecord(name, key string, outer *Scope) *Record {
	r := c.mem.records.new()
	r.Name, r.Key, r.Union, r.aggr = name, key, key == "union", true
	r.Scope = newScope(recordScope, outer)
	r.Scope.record, r.Scope.name = r, name
	r.Type = c.newType(Type{Kind: TRecord, Record: r})
	return r
}

// declareRecord declares a struct in a scope and completes it if this is its
// definition.
func (c *checker) declareRecord(d *syntax.RecordDecl, s *Scope) *Record {
	if d.Name != nil && !d.Name.Simple() {
		return c.recordOutside(d)
	}
	c.typeAttrs(d.Attrs)
	if d.Name == nil {
		name := "(anonymous " + d.Key + ")"
		b := s.unnamed(name, d)
		if b.typ == nil {
			r := c.localRecord(name, d, s)
			b.typ = &typeName{typ: Of(r.Type), pos: d.Span()}
			r.decl = d
			c.complete(r, d.Span())
		}
		return b.typ.typ.T.Record
	}
	name := d.Name.Ident
	b := s.bind(name)
	var r *Record
	if b.typ != nil && b.typ.expr == nil && b.typ.typ.T.Kind == TRecord && b.typ.typ.T.Record.tmpl == nil {
		r = b.typ.typ.T.Record
		if r.decl != nil && r.decl != d {
			c.sameTag(d, r.decl, b.typ.pos)
		}
		if d.Definition && r.decl != nil && r.decl.Definition {
			if r.decl != d {
				c.redefined(name, d.NamePos.Span(), r.decl.NamePos.Span())
			}
			return r
		}
	} else {
		if b.typ != nil && b.typ.typ.T != nil && b.typ.typ.T.Kind == TEnum && !b.alias(name) {
			c.tagMismatch(name, d.NamePos.Span(), b.typ.pos)
		} else {
			c.in(s, func() { c.otherKind(classSymbol, b, name, d.NamePos.Span()) })
		}
		r = c.localRecord(name, d, s)
		b.typ = &typeName{typ: Of(r.Type), pos: d.NamePos.Span()}
	}
	if d.Definition {
		r.decl, r.at = d, d.NamePos.Span()
		if r.ofInstance = s.kind == recordScope && s.templated && !c.general; r.ofInstance {
			return r
		}
		c.complete(r, d.Span())
	} else if r.decl == nil {
		r.decl = d
	}
	return r
}

// localRecord makes a record. That of a function with a deduced result is the
// same each time that the body is checked, as it may be the result.
func (c *checker) localRecord(name string, d *syntax.RecordDecl, s *Scope) *Record {
	var f *Function
	if s.kind == blockScope && c.fr != nil {
		f = c.fr.home().fn
	}
	if f == nil {
		return c.newRecord(name, d.Key, s)
	}
	if _, auto := f.decl.Result.(*syntax.AutoType); !auto {
		return c.newRecord(name, d.Key, s)
	}
	r := f.locals[d]
	if r == nil {
		if f.locals == nil {
			f.locals = map[*syntax.RecordDecl]*Record{}
		}
		r = c.newRecord(name, d.Key, s)
		f.locals[d] = r
	}
	return r
}

// undefined reports a class that is only declared.
func (r *Record) undefined() bool {
	return r.state == declared && r.tmpl == nil && r.Lambda == nil && (r.decl == nil || !r.decl.Definition)
}

// completeFor is complete with a message of its own, in front of the name.
func (c *checker) completeFor(r *Record, at diag.Span, caret diag.Pos, message string) bool {
	if r.undefined() {
		c.incomplete(r, at, caret, message+" '"+r.Name+"'")
		return false
	}
	return c.complete(r, at)
}

func (c *checker) incomplete(r *Record, at diag.Span, caret diag.Pos, message string) {
	d := diag.Diagnostic{Code: "incomplete-type", Message: message, Span: at, Caret: caret}
	if r.decl != nil && r.decl.Name != nil {
		why := "forward declaration of '" + r.Name + "'"
		if r.state == inProgress {
			why = "definition of '" + r.Name + "' is not complete until the closing '}'"
		}
		d.Notes = []diag.Note{{Message: why, Span: r.decl.NamePos.Span()}}
	}
	c.report(d)
}

// complete lays out a record and declares its members. It reports false if
// the record has no definition.
func (c *checker) complete(r *Record, at diag.Span) bool {
	switch r.state {
	case done:
		return true
	case inProgress:
		return true // members that are known so far can be named
	}
	if r.Lambda != nil {
		r.state = done
		return true
	}
	d, outer := r.decl, r.Scope.parent
	if r.tmpl != nil && r.decl == nil {
		sd, s, ok := c.chooseSpecialisation(r.tmpl, r.args, at)
		if !ok {
			return false
		}
		if d, ok = sd.(*syntax.RecordDecl); !ok {
			c.errorf(at, "template-kind", "class template '%s' is specialised as something else", r.Name)
			return false
		}
		outer = s
	}
	if d == nil || !d.Definition {
		kind := "type"
		if r.tmpl != nil {
			kind = "template"
			c.errorf(at, "incomplete-type", "implicit instantiation of undefined %s '%s'", kind, r.Name)
		} else {
			c.incomplete(r, at, at.Start, "incomplete type '"+r.Name+"' used where a complete type is required")
		}
		return false
	}
	r.state = inProgress
	r.decl, r.Key, r.Union = d, d.Key, d.Key == "union"
	r.Scope.enter(outer)
	body := func() { c.detached(r.Scope, func() { c.members(r, d) }) }
	if r.tmpl == nil && !r.ofInstance {
		body()
	} else {
		general := c.general
		c.general = false
		what, name := "in instantiation of template class '%' requested here", r.Name
		if r.ofInstance {
			what, name = "in instantiation of member class '%' requested here", outer.name+"::"+r.Name
		}
		ok := c.instantiating(what, name, at, func() {
			stack := c.stack
			c.detached(r.Scope, func() {
				c.stack = stack
				c.members(r, d)
			})
		})
		r.broken = r.broken || !ok
		c.general = general
	}
	r.state = done
	if r.tmpl == nil && !r.ofInstance {
		for _, f := range r.methods {
			if f.decl.Body != nil {
				r.bodies = append(r.bodies, f)
			}
		}
	}
	// Bodies see all members, also those of the classes around.
	around := r.Scope.parent.enclosingRecord()
	inside := around != nil && around.state == inProgress
	switch {
	case c.general && r.tmpl == nil:
		if !inside {
			c.generalBodies(r)
		}
	case inside:
		around.bodies = append(around.bodies, r.bodies...)
	default:
		for _, f := range r.bodies {
			c.defaultArguments(f)
			c.lower(f)
		}
		c.memberTemplates(r)
	}
	r.bodies = nil
	return true
}

// members declares the members of a record, in its scope, and lays it out.
func (c *checker) members(r *Record, d *syntax.RecordDecl) {
	if d.Name != nil {
		own := r.Scope.bind(d.Name.Ident)
		own.typ = &typeName{typ: Of(r.Type), injected: true}
		own.tmpl = r.tmpl
	}
	if r.Union && len(d.Bases) > 0 {
		c.errorf(d.Bases[0].Span(), "base-class", "unions cannot have base classes")
	}
	for _, b := range d.Bases {
		c.declareBases(r, b)
	}
	if r.hidden = openAccess; d.Key == "class" {
		r.hidden = privateAccess
	}
	var enums []syntax.Decl // defined outside, where they see all members
	for _, m := range d.Members {
		if e, ok := m.(*syntax.EmptyDecl); ok && e.Access != "" {
			r.hidden = accessOf[e.Access]
		}
		c.declareMember(r, m)
		r.close(m)
		if _, enum := m.(*syntax.EnumDecl); enum && c.outside[m] != nil {
			enums = append(enums, m)
		} else if d := c.outside[m]; d != nil {
			c.redefine(r, m, d)
		}
	}
	for _, m := range enums {
		c.redefine(r, m, c.outside[m])
	}
	if r.destructor != nil {
		c.destroys(r, r.destructor, r.ending)
	}
	for _, base := range r.inherited {
		c.inheritConstructors(r, base)
	}
	r.broken = r.broken || d.Broken
	c.layOut(r, d)
}

// declareBases declares the classes that a base specifier names: several, of a pack.
func (c *checker) declareBases(r *Record, b syntax.Base) {
	if p, ok := b.Type.(*syntax.PackType); ok {
		for _, t := range expandPack(c, b.Span(), func() QualType { return c.typeOf(p.Elem) }) {
			c.declareBase(r, b, t)
		}
		return
	}
	c.declareBase(r, b, c.typeOf(b.Type))
}

func (c *checker) declareBase(r *Record, b syntax.Base, t QualType) {
	if t.T.Kind != TRecord {
		if !t.T.isError() {
			c.errorf(b.Span(), "base-class", "base specifier must name a class")
		}
		r.broken = true
		return
	}
	base := t.T.Record
	switch {
	case base.Union:
		c.errorf(b.Span(), "base-class", "unions cannot be base classes")
		return
	case base.state == inProgress: // r itself, or what it stands in
		c.incomplete(base, b.Span(), b.Span().Start, "base class has incomplete type")
		return
	case !c.complete(base, b.Span()):
		return
	case slices.Contains(r.Bases, t.T):
		c.errorf(b.Span(), "base-class", "base class '%s' specified more than once as a direct base class", t)
		return
	}
	if r.ancestors = min(r.ancestors+1+base.ancestors, maxAncestors+1); r.ancestors > maxAncestors {
		if !r.broken && !base.broken {
			c.errorf(b.Span(), "base-class", "'%s' has more than %d base classes", r.Name, maxAncestors)
		}
		r.broken = true
		return
	}
	r.Bases = append(r.Bases, t.T)
	part := Field{Type: t, anon: true, ID: -1}
	if b.Private {
		r.sealed = append(r.sealed, sealedBase{t.T, b.Span()})
		part.access = privateAccess
	}
	if len(base.Fields) > 0 {
		r.addField(part)
	}
}

// layOut lays a record out whose members are declared.
func (c *checker) layOut(r *Record, d *syntax.RecordDecl) {
	r.Pack = d.Pack
	for _, a := range d.Attrs {
		switch a.Name {
		case "aligned", "alignas":
			r.Align = max(r.Align, c.alignment(a))
		case "packed":
			for i := range r.Fields {
				r.Fields[i].packed = true
			}
		}
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; f.Bits > 0 && (f.packed || r.Pack > 0) && f.Type.T.align() > max(r.Pack, 1) {
			c.errorf(f.decl.NamePos.Span(), "packed-bit-field", "bit-fields of packed structures are not supported")
		}
	}
	asked := r.Align
	r.layOut()
	for _, a := range d.Attrs {
		c.checkAlignment(a, asked, r.Type.align(), Of(r.Type))
	}
	r.noteCopies()
	c.implied(r)
	c.defaultedConst(r)
	c.noteDeletions(r)
	if r.Size > maxRecordBytes {
		c.errorf(r.at, "record-size", "'%s' is too large (%d bytes)", r.Name, r.Size)
		r.Size, r.broken = r.Align, true
	}
}

func (c *checker) declareMember(r *Record, m syntax.Decl) {
	switch m := m.(type) {
	case *syntax.VarDecl:
		if m.Specs&syntax.Constexpr != 0 && m.Specs&syntax.Static == 0 {
			start, word := m.Span().Start, "static "
			if c.typeOf(m.Type).Space == ir.NoSpace {
				word = "static constant "
			}
			c.report(diag.Diagnostic{Code: "constexpr-member", Message: "non-static data member cannot be constexpr; did you intend to make it static?", Span: m.NamePos.Span(),
				Fixes: []diag.Fix{{Span: diag.Span{Start: start, End: start}, Text: word}}})
			r.broken = true
			r.addField(Field{Name: m.Name.Ident, Type: Of(errorType), ID: -1, decl: m, access: r.hidden})
			return
		}
		if m.Specs&syntax.Static != 0 {
			if m.BitWidth != nil {
				c.errorf(m.NamePos.Span(), "bit-field", "static member '%s' cannot be a bit-field", m.Name.Ident)
			}
			if r.Scope.local() {
				c.errorf(m.NamePos.Span(), "local-static", "static data member '%s' not allowed in local %s '%s'", m.Name.Ident, r.Key, r.Name)
			}
			c.declareGlobal(m)
			return
		}
		c.field(r, m)
	case *syntax.FuncDecl:
		c.declareMethod(r, m)
	case *syntax.RecordDecl:
		inner := c.declareRecord(m, r.Scope)
		if m.Name == nil && m.Definition {
			c.anonymousMembers(m)
			inner.Scope.names.each(func(name string, b *binding) {
				if b.field {
					c.anonymousField(r, inner, name)
				}
			})
			r.addField(Field{Type: Of(inner.Type), anon: true, ID: -1}) // anonymous struct or union
		}
	case *syntax.FriendDecl:
		c.declareFriend(r, m)
	default:
		c.declare(m)
	}
}

// anonymousField makes the name of a member of an anonymous struct or union known
// in the class around it.
func (c *checker) anonymousField(r, inner *Record, name string) {
	path := inner.path(name)
	b := r.Scope.bind(name)
	if old, ok := c.clash(fieldSymbol, b, name); ok && len(path) > 0 && path[len(path)-1].decl != nil && !c.lazily() {
		c.report(diag.Diagnostic{Code: "redefinition", Message: "member of anonymous " + inner.Key + " redeclares '" + name + "'", Span: path[len(path)-1].decl.NamePos.Span(),
			Notes: []diag.Note{{Message: "previous declaration is here", Span: old}}})
	}
	b.field = true
}

// anonymousMembers reports what an anonymous struct or union cannot hold.
func (c *checker) anonymousMembers(d *syntax.RecordDecl) {
	access := "public"
	for _, m := range d.Members {
		switch m := m.(type) {
		case *syntax.EmptyDecl:
			if m.Access != "" {
				access = m.Access
			}
		case *syntax.FuncDecl:
			c.errorf(m.NamePos.Span(), "anonymous-member", "functions cannot be declared in an anonymous %s", d.Key)
		case *syntax.VarDecl:
			if access != "public" {
				c.errorf(m.NamePos.Span(), "anonymous-member", "anonymous %s cannot contain a %s data member", d.Key, access)
			}
		}
	}
}

// path finds a data member by name: the fields to go through, of which all
// but the last are anonymous.
func (r *Record) path(name string) []*Field {
	for i := range r.Fields { // its own hide those of bases
		if f := &r.Fields[i]; f.Name == name && name != "" {
			return []*Field{f}
		}
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.anon && f.Type.T.Kind == TRecord {
			if p := f.Type.T.Record.path(name); p != nil {
				return append([]*Field{f}, p...)
			}
		}
	}
	return nil
}

// derivesFrom reports whether base is r or one of its bases.
func (r *Record) derivesFrom(base *Type) bool {
	if r.Type == base {
		return true
	}
	for _, b := range r.Bases {
		if b.Record.derivesFrom(base) {
			return true
		}
	}
	return false
}

func itoa(n int) string { return strconv.Itoa(n) }
