package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// found is the result of looking up a written name: a binding and the last
// component with its template arguments. ok is false if an error was reported.
type found struct {
	*binding
	part *syntax.Name
	rec  *Record // the class that the name was qualified with
	ok   bool
}

// find looks up a written name. Nothing found gives a nil binding with ok set;
// the caller knows what was wanted.
func (c *checker) find(n *syntax.Name) found {
	if n.Simple() {
		return found{binding: c.lookup(c.scope, n.Ident), part: n, ok: true}
	}
	s, rec, ok := c.qualifier(n)
	if !ok {
		return found{part: n}
	}
	b := c.within(s, n.Ident)
	if b == nil && rec != nil && rec.broken {
		return found{part: n}
	}
	if b == nil {
		where := "the global namespace"
		if s.name != "" {
			where = "namespace '" + s.name + "'"
		}
		if rec != nil {
			where = "'" + rec.Name + "'"
		} else if s.kind == enumScope {
			where = "'" + s.name + "'"
		}
		at := n.OwnSpan()
		if what := unsupported[n.Ident]; what != "" {
			c.refuse(at, what, n.Ident)
			return found{part: n}
		}
		if c.lost[n.Ident] {
			c.failQuietly(at)
			return found{part: n}
		}
		d := diag.Diagnostic{Code: "no-member", Message: "no member named '" + n.Ident + "' in " + where, Span: at}
		if s == c.metal {
			if of, ok := c.foreign(d.Message, n.Ident, at); ok {
				of.Code = d.Code
				c.report(of)
				return found{part: n}
			}
		}
		if c.trap == nil { // somebody will read it
			if near := c.nearestIn(s, n.Ident); near != "" {
				d.Message += "; did you mean '" + near + "'?"
				d.Fixes = []diag.Fix{{Span: at, Text: near}}
				d.Notes = c.declaredHere(c.within(s, near), near)
			}
		}
		c.report(d)
		return found{part: n}
	}
	return found{binding: b, part: n, rec: rec, ok: true}
}

// qualifier resolves what stands in front of a name's last component to the
// scope that it denotes, nil if nothing stands there.
func (c *checker) qualifier(name *syntax.Name) (*Scope, *Record, bool) {
	of := name.Of
	if of == nil {
		if name.Global {
			return c.root, nil, true
		}
		return nil, nil, true
	}
	if written := of.Decltype(); written != nil {
		t := c.typeOf(written)
		if t.T.isRef() {
			t = t.T.Elem
		}
		return c.typeScope(t, written.Span())
	}
	s, _, ok := c.qualifier(of)
	if !ok {
		return nil, nil, false
	}
	at := of.OwnSpan()
	var b *binding
	if s == nil {
		b = c.lookup(c.scope, of.Ident)
	} else {
		b = c.within(s, of.Ident)
	}
	switch {
	case b == nil:
		if of.Of == nil {
			c.undeclaredScope(at, of.Ident, name.Ident)
		} else if what := unsupported[of.Ident]; what != "" {
			c.refuse(at, what, of.Ident)
		} else {
			c.errorf(at, "no-member", "no member named '%s' in '%s'", of.Ident, s.name)
		}
		return nil, nil, false
	case b.ns != nil && !of.HasArgs:
		c.included(b.ns, of)
		return b.ns, nil, true
	}
	t, ok := c.typeFrom(found{binding: b, part: of, ok: true})
	if !ok {
		if !t.T.isError() {
			c.errorf(at, "not-a-scope", "'%s' is not a class, namespace, or enumeration", of.Ident)
		}
		return nil, nil, false
	}
	return c.typeScope(t, at)
}

// typeScope is the scope of a type's members.
func (c *checker) typeScope(t QualType, at diag.Span) (*Scope, *Record, bool) {
	switch t.T.Kind {
	case TRecord:
		if !c.complete(t.T.Record, at) {
			return nil, nil, false
		}
		return t.T.Record.Scope, t.T.Record, true
	case TEnum:
		return t.T.Enum.scope, nil, true
	case TSimdMatrix:
		s := newScope(recordScope, c.root)
		s.parent, s.name, s.record = nil, t.T.name, &Record{}
		s.bind("storage_type").typ = &typeName{typ: Of(Vector(t.T.Scalar, 2))}
		return s, nil, true
	case TError, TOpaque:
		c.failQuietly(at)
	default:
		c.errorf(at, "no-members", "type '%s' cannot be used prior to '::' because it has no members", t)
	}
	return nil, nil, false
}

// failQuietly makes a substitution in progress fail without a message of its
// own.
func (c *checker) failQuietly(at diag.Span) {
	if c.trap != nil && !c.trap.failed {
		c.trap.failed = true
		c.trap.first = diag.Diagnostic{Code: "substitution", Message: "substitution failure", Span: at}
	}
}

// namespace resolves a name that must denote a namespace.
func (c *checker) namespace(from *Scope, n *syntax.Name) *Scope {
	var b *binding
	switch {
	case n.Of != nil:
		s := c.namespace(from, n.Of)
		if s == nil {
			return nil
		}
		b = c.within(s, n.Ident)
	case n.Global:
		b = c.within(c.root, n.Ident)
	default:
		for at := from; at != nil && b == nil; at = at.parent {
			if x := c.here(at, n.Ident); x != nil && x.ns != nil {
				b = x
			}
		}
	}
	if b == nil || b.ns == nil {
		if what := unsupported[n.Ident]; what != "" {
			c.refuse(n.OwnSpan(), what, n.Ident)
		} else {
			c.errorf(n.OwnSpan(), "unknown-namespace", "expected namespace name")
		}
		return nil
	}
	c.included(b.ns, n)
	return b.ns
}

// typeFrom is the type that a found name denotes. ok is false if it denotes
// none; the type is then the error type if that was reported.
func (c *checker) typeFrom(f found) (t QualType, ok bool) {
	if !f.ok {
		return Of(errorType), false
	}
	if f.binding == nil {
		return QualType{T: voidType}, false
	}
	switch {
	case f.typ != nil && !f.part.HasArgs:
		t = c.aliased(f.typ)
		return t, !t.T.isError()
	case f.pack != nil && !f.part.HasArgs:
		a, ok := c.packArg(f.pack, f.part.OwnSpan())
		if !ok {
			return Of(errorType), false
		}
		return a.Type, a.Kind == typeArg
	case f.pack != nil: // of templates
		a, ok := c.packArg(f.pack, f.part.OwnSpan())
		if !ok || a.Kind != templateArg {
			return Of(errorType), false
		}
		t = c.instantiateType(a.Tmpl, c.templateArgs(f.part.Args), f.part.OwnSpan())
		return t, !t.T.isError()
	case f.tmpl != nil:
		if p := c.deducible; p.name == f.part && f.tmpl.kind == classTemplate && f.tmpl.decl != nil && (p.init != nil || !f.tmpl.allDefaulted()) {
			t = c.deduceOnce(f.tmpl, p.init, f.part)
			return t, !t.T.isError()
		}
		if !f.part.HasArgs && !f.tmpl.allDefaulted() {
			c.needsArguments(f.tmpl, f.part.OwnSpan())
			return Of(errorType), false
		}
		if f.tmpl.kind == varTemplate || f.tmpl.kind == funcTemplate {
			return QualType{T: voidType}, false
		}
		t = c.instantiateType(f.tmpl, c.templateArgs(f.part.Args), f.part.OwnSpan())
		return t, !t.T.isError()
	}
	return QualType{T: voidType}, false
}

func (c *checker) needsArguments(t *Template, at diag.Span) {
	c.report(diag.Diagnostic{Code: "template-arguments", Message: "use of " + t.what() + " '" + t.Name + "' requires template arguments", Span: at, Notes: t.declaredHere(c.user)})
}

// aliased resolves a name for a type.
func (c *checker) aliased(n *typeName) QualType {
	if n.expr != nil {
		if n.busy {
			c.errorf(n.pos, "recursive-type", "type refers to itself")
			return Of(errorType)
		}
		n.busy = true
		e := n.expr
		c.in(n.scope, func() { n.typ = c.typeOf(e) })
		n.expr, n.busy = nil, false
	}
	return n.typ
}

// packArg is the element of a template parameter pack that the expansion in
// progress has reached.
func (c *checker) packArg(p *pack, at diag.Span) (Arg, bool) {
	x := c.expand
	if x == nil {
		c.errorf(at, "unexpanded-pack", "expression contains unexpanded parameter pack")
		return Arg{}, false
	}
	if x.length < 0 {
		x.length = len(p.args)
	}
	if x.index >= len(p.args) {
		x.bad = true
		c.failQuietly(at)
		return Arg{}, false
	}
	return p.args[x.index], true
}

// packLen evaluates a pattern once to learn how long the packs in it are.
func (c *checker) packLen(at diag.Span, pattern func()) int {
	outer := c.expand
	x := &expansion{length: -1}
	c.expand = x
	c.try(pattern)
	c.expand = outer
	if x.length < 0 {
		c.errorf(at, "no-packs", "pack expansion does not contain any unexpanded parameter packs")
		return 0
	}
	if c.elements += x.length; c.elements > maxPackElements {
		if c.elements-x.length <= maxPackElements {
			c.hard(func() { c.errorf(at, "pack-size", "pack expansions make more than %d elements", maxPackElements) })
		}
		c.failQuietly(at)
		return 0
	}
	return x.length
}

// expandPack evaluates a pattern for each element of the packs in it.
func expandPack[T any](c *checker, at diag.Span, pattern func() T) []T {
	n := c.packLen(at, func() { pattern() })
	outer := c.expand
	list := make([]T, n)
	for i := range list {
		c.expand = &expansion{index: i, length: n}
		list[i] = pattern()
	}
	c.expand = outer
	return list
}

// undeclared reports a name that denotes nothing, with the nearest one.
func (c *checker) undeclared(at diag.Span, name string) Value {
	if c.lost[name] {
		c.failQuietly(at)
		return poison
	}
	if c.trap != nil || c.expand != nil && c.expand.bad {
		return c.errorf(at, "undeclared-identifier", "use of undeclared identifier '%s'", name)
	}
	if b := c.within(c.metal, name); b != nil && (len(b.fams) > 0 || len(b.funcs)+len(b.ftmpls) > 0 || b.typ != nil || b.tmpl != nil || b.value != nil) {
		return c.report(c.inLibrary(at, name))
	}
	if d, ok := c.foreign("use of undeclared identifier '"+name+"'", name, at); ok {
		d.Code = "undeclared-identifier"
		return c.report(d)
	}
	if version := laterNames[name]; version != "" {
		return c.errorf(at, "undeclared-identifier", "use of undeclared identifier '%s', which needs %s", name, version)
	}
	if near := c.nearest(name); near != "" {
		b := c.lookup(c.scope, near)
		c.report(diag.Diagnostic{
			Code:    "undeclared-identifier",
			Message: "use of undeclared identifier '" + name + "'; did you mean '" + near + "'?",
			Span:    at,
			Fixes:   []diag.Fix{{Span: at, Text: near}},
			Notes:   c.declaredHere(b, near),
		})
		if b != nil && b.value != nil {
			return c.variable(b.value, at) // and goes on as if that had been written
		}
		return poison
	}
	return c.errorf(at, "undeclared-identifier", "use of undeclared identifier '%s'", name)
}

// undeclaredScope reports a name in front of ::member that denotes nothing.
func (c *checker) undeclaredScope(at diag.Span, name, member string) {
	if name == "std" && c.trap == nil && c.within(c.metal, member) == nil {
		c.errorf(at, "undeclared-identifier", "use of undeclared identifier 'std'; Metal has no C++ standard library, and namespace metal no '%s'", member)
		return
	}
	c.undeclared(at, name)
}

// foreign is a message about a name that is not declared, with what Metal has
// in its place: an attribute, or what another language's name stands for.
func (c *checker) foreign(message, name string, at diag.Span) (d diag.Diagnostic, ok bool) {
	d = diag.Diagnostic{Message: message, Span: at}
	if b, ok := builtinAttrs[name]; ok {
		d.Message += "; it is an attribute: the kernel takes it as a parameter, '" + inputType(b) + " " + name + " [[" + name + "]]'"
		return d, true
	}
	f, ok := syntax.ForeignName(name)
	if !ok {
		return d, false
	}
	if f.Metal == "" {
		d.Message += "; " + f.Advice
		return d, true
	}
	d.Message += "; did you mean '" + f.Metal + "'?"
	d.Fixes = []diag.Fix{{Span: at, Text: f.Metal}}
	return d, true
}

// declaredHere is the note that says where a proposed name is declared.
func (c *checker) declaredHere(b *binding, name string) []diag.Note {
	if b == nil {
		return nil
	}
	var at diag.Span
	switch {
	case b.value != nil:
		at = b.value.pos
	case len(b.funcs) > 0:
		at = b.funcs[0].decl.NamePos.Span()
	case b.typ != nil:
		at = b.typ.pos
	case len(b.ftmpls) > 0:
		at = b.ftmpls[0].decl.Decl.(*syntax.FuncDecl).NamePos.Span()
	}
	return c.declaredAt(at, name)
}

// declaredAt is that note for a place, if it is in the user's text.
func (c *checker) declaredAt(at diag.Span, name string) []diag.Note {
	if at.Start < c.user {
		return nil
	}
	return []diag.Note{{Message: "'" + name + "' declared here", Span: at}}
}

// inLibrary is the message about a name that is in namespace metal.
func (c *checker) inLibrary(at diag.Span, name string) diag.Diagnostic {
	d := diag.Diagnostic{
		Code:    "undeclared-identifier",
		Message: "use of undeclared identifier '" + name + "'; did you mean 'metal::" + name + "'?",
		Span:    at,
		Fixes:   []diag.Fix{{Span: at, Text: "metal::" + name}},
	}
	if !c.unit.Library && !c.opts.Launch {
		d.Notes = c.includeNote("it is declared in '<metal_stdlib>'; maybe you want to include that and use the namespace", "using namespace metal;\n")
	}
	return d
}

// includeNote proposes to include Metal's library, and what else to write.
func (c *checker) includeNote(message, more string) []diag.Note {
	start := diag.Span{Start: c.unit.Start, End: c.unit.Start}
	return []diag.Note{{Message: message, Span: start, Fixes: []diag.Fix{{Span: start, Text: "#include <metal_stdlib>\n" + more}}}}
}

// included reports the use of namespace metal in a unit that includes none of
// the library's headers, once. What it names is known all the same.
func (c *checker) included(ns *Scope, n *syntax.Name) {
	if ns != c.metal || c.unit == nil || c.unit.Library || c.opts.Launch || n.Own < c.user || c.trap == nil && c.unincluded {
		return
	}
	c.unincluded = c.unincluded || c.trap == nil
	c.report(diag.Diagnostic{Code: "undeclared-identifier", Message: "use of undeclared identifier 'metal'", Span: n.OwnSpan(),
		Notes: c.includeNote("it is declared in '<metal_stdlib>'", "")})
}

// laterNames are names of versions of Metal that are not supported yet.
var laterNames = map[string]string{
	"memory_order_acquire": "Metal 4.1", "memory_order_release": "Metal 4.1", "memory_order_acq_rel": "Metal 4.1",
}

// refuse reports a type of Metal that is not supported.
func (c *checker) refuse(at diag.Span, what, name string) {
	c.errorf(at, "unsupported-type", "%s ('%s') are not supported: only compute kernels on buffers are", what, name)
}

// nearest is the visible name with the least edit distance, at most a third of
// the name's length, as clang has it.
func (c *checker) nearest(name string) string {
	near := newSpelling(name)
	for k := range basicKinds {
		near.consider(k)
	}
	seen := map[*Scope]bool{}
	for s := c.scope; s != nil; s = s.parent {
		near.visit(s, seen)
	}
	return near.best
}

// nearestIn is the nearest name in one scope.
func (c *checker) nearestIn(s *Scope, name string) string {
	near := newSpelling(name)
	near.visit(s, map[*Scope]bool{})
	return near.best
}

// spelling looks for the name that is most like a given one.
type spelling struct {
	name, best string
	limit      int
}

func newSpelling(name string) *spelling {
	sp := &spelling{name: name}
	if len(name) >= 3 {
		sp.limit = len(name) / 3
	}
	return sp
}

func (sp *spelling) consider(n string) {
	d := editDistance(sp.name, n, sp.limit)
	if n == sp.name || d > sp.limit || d == sp.limit && sp.best != "" && n >= sp.best {
		return
	}
	sp.best, sp.limit = n, d
}

func (sp *spelling) visit(s *Scope, seen map[*Scope]bool) {
	if seen[s] {
		return
	}
	seen[s] = true
	s.names.each(func(n string, b *binding) {
		if !b.empty() {
			sp.consider(n)
		}
	})
	if s.signature != nil {
		for _, p := range s.signature.params {
			sp.consider(p.name)
		}
	}
	if s.lazy != nil {
		for n := range s.lazy.decls {
			sp.consider(n)
		}
	}
	for n := range languageTypes() {
		if t := s.languageType(n); t.typ != nil || t.tmpl != nil {
			sp.consider(n)
		}
	}
	if s.std == plainStd {
		for n := range standard() {
			if !strings.HasPrefix(n, "__") {
				sp.consider(n)
			}
		}
	}
	for _, u := range s.using {
		sp.visit(u, seen)
	}
}

// editDistance is the number of characters to insert, remove, replace or swap
// with their neighbour between two names, or limit+1 if it is more than limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			d := row[j-1]
			if a[i-1] != b[j-1] {
				d = min(d, row[j], next[j-1]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, before[j-2]+1)
				}
			}
			next[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
