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

// tmplOf is a template of some kind that was found.
func (f *found) tmplOf(kind templateKind) *Template {
	if f.binding == nil || f.tmpl == nil || f.tmpl.kind != kind {
		return nil
	}
	return f.tmpl
}

// find looks up a written name. Nothing found gives a nil binding with ok set;
// the caller knows what was wanted.
func (c *checker) find(n *syntax.Name) found {
	if n.Simple() {
		b := c.lookup(c.scope, n.Ident)
		return found{binding: b, part: n, ok: b == nil || !c.ambiguous(b, n)}
	}
	s, rec, ok := c.qualifier(n)
	if !ok {
		return found{part: n}
	}
	if rec != nil {
		c.impliedAssignment(rec, n.Ident)
	}
	b := c.within(s, n.Ident)
	if b != nil {
		b = b.inFront(s, c.scope)
	}
	if b == nil && rec != nil && rec.broken {
		return found{part: n}
	}
	if b == nil {
		where := "the global namespace"
		if s.name != "" {
			where = "namespace '" + s.name + "'"
		}
		if rec != nil {
			where = "'" + rec.String() + "'"
		} else if s.kind == enumScope {
			where = "'" + s.parent.qualified(s.name) + "'"
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
			} else if s.kind == enumScope {
				d.Notes = c.enumeratorsOf(s, at)
			}
		}
		c.report(d)
		return found{part: n}
	}
	return found{binding: b, part: n, rec: rec, ok: !c.ambiguous(b, n) && !c.closed(b, n)}
}

// enumeratorsOf names the enumerators of a scoped enumeration, if they are few.
func (c *checker) enumeratorsOf(s *Scope, at diag.Span) []diag.Note {
	b := c.within(s.parent, s.name)
	if b == nil || b.typ == nil || b.typ.typ.T == nil || b.typ.typ.T.Enum == nil {
		return nil
	}
	items := b.typ.typ.T.Enum.decl.Items
	if len(items) == 0 || len(items) > 8 {
		return nil
	}
	var list []string
	for _, it := range items {
		list = append(list, "'"+it.Name+"'")
	}
	return []diag.Note{{Message: "'" + s.name + "' has " + strings.Join(list, ", "), Span: at}}
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
		b = c.lookupScope(of.Ident)
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
		return b.ns, nil, true
	}
	if s != nil && c.closed(b, of) || c.ambiguous(b, of) {
		return nil, nil, false
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

// lookupScope finds what a name denotes in front of ::, where variables and
// functions do not hide namespaces and types.
func (c *checker) lookupScope(name string) *binding {
	nearest := c.lookup(c.scope, name)
	for s, b := c.scope, nearest; b != nil; s, b = s.parent, c.lookup(s.parent, name) {
		if b.ns != nil || b.typ != nil || b.tmpl != nil {
			return b
		}
	}
	return nearest
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
		if c.halfKnown(t.T) {
			t = Of(errorType)
		}
		return t, !t.T.isError()
	case f.pack != nil && f.pack.vars != nil:
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
	if !x.reach(len(p.args)) {
		c.failQuietly(at)
		return Arg{}, false
	}
	return p.args[x.index], true
}

// packLen evaluates a pattern once to learn how long the packs in it are; ok is
// false where that is an error.
func (c *checker) packLen(at diag.Span, pattern func()) (n int, ok bool) {
	outer := c.expand
	x := &expansion{length: -1}
	c.expand = x
	valid, _ := c.try(pattern)
	if x.length < 0 && !valid {
		c.scratch(pattern) // what is wrong comes before any pack
		c.expand = outer
		return 0, false
	}
	c.expand = outer
	if x.length < 0 {
		c.errorf(at, "no-packs", "pack expansion does not contain any unexpanded parameter packs")
		return 0, false
	}
	if x.other != x.length {
		c.errorf(at, "pack-lengths", "pack expansion contains parameter packs that have different lengths (%d vs. %d)", x.length, x.other)
		return 0, false
	}
	if c.elements += x.length; c.elements > maxPackElements {
		if c.elements-x.length <= maxPackElements {
			c.hard(func() { c.errorf(at, "pack-size", "pack expansions make more than %d elements", maxPackElements) })
		}
		c.failQuietly(at)
		return 0, false
	}
	return x.length, true
}

// expandPack evaluates a pattern for each element of the packs in it.
func expandPack[T any](c *checker, at diag.Span, pattern func() T) []T {
	n, _ := c.packLen(at, func() { pattern() })
	outer := c.expand
	list := make([]T, n)
	for i := range list {
		c.expand = &expansion{index: i, length: n}
		list[i] = pattern()
	}
	c.expand = outer
	return list
}
