package sema

import (
	"slices"
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

type scopeKind uint8

const (
	namespaceScope scopeKind = iota
	recordScope
	templateScope // binds template parameters
	enumScope
	blockScope
)

// Scope maps names to what they denote.
type Scope struct {
	kind      scopeKind
	parent    *Scope
	name      string
	at        diag.Span // of a namespace: where it is first opened
	names     names
	lazy      *declIndex // declarations of the prelude, made when first looked up
	using     []*Scope   // using-directives
	inline    []*Scope   // inline and anonymous namespaces inside
	reach     reach
	record    *Record
	signature *Function // whose parameters are bound when they are looked up
	mem       *memory
	id        uint32
	order     int // of the function whose body it is, see inFront
	std       stdSpace
	ends      int  // objects that end behind the block
	brief     bool // lies in the workspace
	templated bool // is inside of a scope that binds template parameters
	governed  bool // by a header, whose scope is around it: what that declares is not declared again
}

// binding is everything that one name denotes in one scope.
type binding struct {
	typ      *typeName
	value    *Variable
	funcs    []*Function
	ftmpls   []*Template
	tmpl     *Template // class, alias, variable or template template parameter
	ns       *Scope
	pack     *pack
	fams     []famRef
	field    bool // a data member
	access   access
	owner    *Record     // the class of access
	clash    []diag.Span // where a class has it from, if from several bases
	rival    *binding    // of another namespace, which denotes something else
	complete bool        // what the library declares in this scope is bound
}

// empty reports a name that was looked up and denotes nothing.
func (b *binding) empty() bool {
	return b.typ == nil && b.value == nil && len(b.funcs)+len(b.ftmpls)+len(b.fams) == 0 &&
		b.tmpl == nil && b.ns == nil && b.pack == nil && !b.field
}

// typeName is a name for a type.
type typeName struct {
	typ   QualType
	pos   diag.Span
	align int // that it asks for where something is declared with it
	// deferred types are resolved at first use.
	expr     syntax.TypeExpr
	scope    *Scope
	busy     bool
	injected bool // a class's own name inside it
	using    bool // using T = …, not typedef … T
}

// pack is a bound parameter pack: of template arguments or of variables.
type pack struct {
	args []Arg
	vars []*Variable
}

func (p *pack) len() int { return max(len(p.args), len(p.vars)) }

// newScope makes a scope inside another one, which lasts as long as it.
func newScope(kind scopeKind, parent *Scope) *Scope {
	return parent.mem.scopes.new().begin(kind, parent.lasting())
}

// briefScope makes a scope that lasts until the workspace is released.
func briefScope(kind scopeKind, parent *Scope) *Scope {
	s := parent.mem.work.scopes.new().begin(kind, parent)
	s.brief = true
	return s
}

// newBlock makes a block inside a scope.
func newBlock(parent *Scope) *Scope { return briefScope(blockScope, parent) }

func (s *Scope) begin(kind scopeKind, parent *Scope) *Scope {
	s.kind, s.mem = kind, parent.mem
	s.enter(parent)
	s.mem.lastScope++
	s.id = s.mem.lastScope
	return s
}

// enter puts the scope inside another one.
func (s *Scope) enter(parent *Scope) {
	s.parent, s.templated = parent, parent.templated || s.kind == templateScope
}

// lasting is the scope for something that lasts to refer to.
func (s *Scope) lasting() *Scope {
	s.mem.work.kept = s.mem.work.kept || s.brief
	return s
}

// room is where things that last as long as the scope are made.
func (s *Scope) room() *scopeRoom {
	if s.brief {
		return &s.mem.work.scopeRoom
	}
	return &s.mem.scopeRoom
}

// namespace makes a namespace inside this one.
func (s *Scope) namespace(name string) *Scope {
	in := newScope(namespaceScope, s)
	in.name = s.prefixed(name)
	return in
}

// prefixed is a name behind this namespace's own.
func (s *Scope) prefixed(name string) string {
	if s.name == "" {
		return name
	}
	return s.name + "::" + name
}

const anonymousNamespace = "(anonymous namespace)"

// anonymous is the namespace without a name inside this one, made if need be.
func (s *Scope) anonymous() *Scope {
	name := s.prefixed(anonymousNamespace)
	for _, in := range s.inline {
		if in.name == name {
			return in
		}
	}
	in := s.namespace(anonymousNamespace)
	s.inline = append(s.inline, in)
	return in
}

// bind returns the binding of a name in this scope, made if need be.
func (s *Scope) bind(name string) *binding { return s.bindWord(wordOf(name)) }

func (s *Scope) bindWord(w word) *binding {
	b := s.names.find(w)
	if b == nil {
		b = s.room().bindings.new()
		if s.std != noStd {
			own := s.languageType(w)
			b.typ, b.tmpl = own.typ, own.tmpl
		}
		s.names.add(s, w, b)
	}
	return b
}

// unnamed is the binding of a class or enumeration without a name, which all
// declarators behind it have: under what it is called and where it stands.
func (s *Scope) unnamed(what string, d syntax.Decl) *binding {
	return s.bind(what + strconv.Itoa(int(d.Span().Start)))
}

// here finds a name in this scope alone, lazily declared ones and inline
// namespaces included.
func (c *checker) here(s *Scope, name string) *binding { return c.hereWord(s, wordOf(name)) }

func (c *checker) hereWord(s *Scope, w word) *binding {
	b := s.names.find(w)
	if b == nil && s.signature != nil {
		b = s.parameter(w.name)
	}
	if s.lazy != nil || s.std != noStd {
		if b == nil || !b.complete {
			b = s.bindWord(w)
			b.complete = true
			c.declareLazy(s, w)
			c.declareStandard(s, w, b)
		}
		if b.empty() {
			b = nil
		}
	}
	for _, in := range s.inline {
		b = merge(b, c.hereWord(in, w))
	}
	if s.kind == recordScope && b == nil {
		b = c.inherited(s.record, w.name)
	}
	return b
}

// within finds a name as a qualified lookup does: the scope, then what its
// using-directives name.
func (c *checker) within(s *Scope, name string) *binding {
	w := wordOf(name)
	b := c.hereWord(s, w)
	if b != nil || len(s.using) == 0 {
		return b
	}
	for _, u := range c.reached(s).list {
		b = merge(b, c.hereWord(u.space, w))
	}
	return b
}

// lookup finds an unqualified name from a scope outwards.
func (c *checker) lookup(s *Scope, name string) *binding {
	w := wordOf(name)
	bit := w.bit()
	var passed []nominated // by directives of scopes inside s
	for from := s; s != nil; s = s.parent {
		var b *binding
		switch {
		case s.kind <= recordScope || s.signature != nil:
			b = c.hereWord(s, w)
		case s.names.sieve&bit != 0: // names come from the table alone
			b = s.names.find(w)
		}
		if passed != nil {
			b = c.throughUsing(passed, s, w, b)
		}
		if len(s.using) > 0 {
			r := c.reached(s)
			b = c.throughUsing(r.list, s, w, b)
			if r.passes {
				passed = append(passed, r.list...)
			}
		}
		if b != nil {
			b = b.inFront(s, from)
		}
		if b != nil {
			return b
		}
	}
	return nil
}

// merge joins two bindings of one name; the first wins where only one thing
// can be meant.
func merge(a, b *binding) *binding {
	if a == nil || b == nil || a == b {
		if a == nil {
			return b
		}
		return a
	}
	rival := a.rivals(b)
	if b.within(a) && !rival {
		return a
	}
	m := *a
	if rival && m.rival == nil {
		m.rival = b
	}
	m.funcs = union(a.funcs, b.funcs)
	m.ftmpls = union(a.ftmpls, b.ftmpls)
	m.field = a.field || b.field
	m.fams = union(a.fams, b.fams)
	if m.typ == nil {
		m.typ = b.typ
	}
	if m.value == nil {
		m.value = b.value
	}
	if m.tmpl == nil {
		m.tmpl = b.tmpl
	}
	if m.ns == nil {
		m.ns = b.ns
	}
	if m.pack == nil {
		m.pack = b.pack
	}
	return &m
}

// rivals reports two meanings of a name of which only one can be meant, if they are not the same after all.
func (b *binding) rivals(o *binding) bool {
	function := func(b *binding) bool { return len(b.funcs)+len(b.ftmpls) > 0 }
	return b.typ != nil && (o.typ != nil && b.typ != o.typ || o.value != nil || function(o)) || b.tmpl != nil && o.tmpl != nil && b.tmpl != o.tmpl ||
		b.value != nil && (o.value != nil && b.value != o.value || o.typ != nil || function(o)) || function(b) && (o.value != nil || o.typ != nil)
}

// within reports that a name denotes in b nothing that a lacks.
func (b *binding) within(a *binding) bool {
	return len(b.funcs)+len(b.ftmpls)+len(b.fams) == 0 && (!b.field || a.field) && (a.typ != nil || b.typ == nil) &&
		(a.value != nil || b.value == nil) && (a.tmpl != nil || b.tmpl == nil) && (a.ns != nil || b.ns == nil) && (a.pack != nil || b.pack == nil)
}

// union appends to a what it lacks of b.
func union[T comparable](a, b []T) []T {
	out := a[:len(a):len(a)]
	for _, x := range b {
		if !slices.Contains(a, x) {
			out = append(out, x)
		}
	}
	return out
}

// enclosingNamespace is the innermost namespace around s.
func (s *Scope) enclosingNamespace() *Scope {
	for s.kind != namespaceScope {
		s = s.parent
	}
	return s
}

// local reports whether s lies in a function.
func (s *Scope) local() bool {
	for ; s != nil; s = s.parent {
		if s.kind == blockScope {
			return true
		}
	}
	return false
}

// enclosingRecord is the record whose member scope s lies in, if any.
func (s *Scope) enclosingRecord() *Record {
	for ; s != nil; s = s.parent {
		if s.kind == recordScope {
			return s.record
		}
	}
	return nil
}

// declIndex groups the declarations of one namespace of the prelude by name.
type declIndex struct {
	decls table[[]syntax.Decl]
	nests map[string]*declIndex
	using []*syntax.Name
}

func newDeclIndex() *declIndex {
	return &declIndex{nests: map[string]*declIndex{}}
}

// add sorts declarations into the index.
func (x *declIndex) add(decls []syntax.Decl) {
	for _, d := range decls {
		switch d := d.(type) {
		case *syntax.NamespaceDecl:
			in := x
			for _, n := range d.Names {
				next := in.nests[n]
				if next == nil {
					next = newDeclIndex()
					in.nests[n] = next
				}
				in = next
			}
			in.add(d.Decls)
		case *syntax.UsingDirective:
			x.using = append(x.using, &d.Name)
		case *syntax.EnumDecl:
			x.put(declName(d), d)
			if !d.Class {
				for _, it := range d.Items {
					x.put(it.Name, d)
				}
			}
		default:
			x.put(declName(d), d)
		}
	}
}

func (x *declIndex) has(name string) bool { return x != nil && len(x.decls.get(wordOf(name))) > 0 }

func (x *declIndex) put(name string, d syntax.Decl) {
	if name != "" {
		w := wordOf(name)
		x.decls.set(w, append(x.decls.get(w), d))
	}
}

// declName is the name that a declaration declares in its scope.
func declName(d syntax.Decl) string {
	first := func(n *syntax.Name) string {
		if n == nil {
			return ""
		}
		return n.Outermost().Ident
	}
	switch d := d.(type) {
	case *syntax.VarDecl:
		return first(d.Name)
	case *syntax.FuncDecl:
		return first(d.Name)
	case *syntax.RecordDecl:
		return first(d.Name)
	case *syntax.EnumDecl:
		return first(d.Name)
	case *syntax.AliasDecl:
		return d.Name
	case *syntax.TemplateDecl:
		return declName(d.Decl)
	case *syntax.UsingDecl:
		return d.Name.Ident
	case *syntax.NamespaceAlias:
		return d.Name
	}
	return ""
}

// attach gives a scope the lazy declarations of an index and makes the nested
// namespaces.
func (c *checker) attach(s *Scope, x *declIndex) {
	s.lazy = x
	for name, nest := range x.nests {
		b := s.bind(name)
		if b.ns == nil {
			b.ns = s.namespace(name)
		}
		c.attach(b.ns, nest)
	}
	for _, n := range x.using {
		if ns := c.namespace(s, n); ns != nil {
			c.use(s, ns)
		}
	}
}

// declareLazy makes the prelude's declarations of a name.
func (c *checker) declareLazy(s *Scope, w word) {
	if s.lazy == nil {
		return
	}
	ds := s.lazy.decls.get(w)
	if len(ds) == 0 {
		return
	}
	c.lazyDepth++
	defer func() { c.lazyDepth-- }()
	c.detached(s, func() {
		for _, d := range ds {
			if e, ok := d.(*syntax.EnumDecl); ok && w.name != declName(d) {
				c.here(s, declName(e))
				if declName(e) != "" {
					continue
				}
			}
			c.declare(d)
		}
	})
}

// lazily reports whether the prelude is being declared, whose bodies are
// checked only if they are used.
func (c *checker) lazily() bool { return c.lazyDepth > 0 }
