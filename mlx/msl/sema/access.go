package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// access is who may name a member of a class.
type access uint8

const (
	openAccess access = iota
	protectedAccess
	privateAccess
)

var accessOf = map[string]access{"public": openAccess, "protected": protectedAccess, "private": privateAccess}

func (a access) String() string {
	for word, x := range accessOf {
		if x == a {
			return word
		}
	}
	return ""
}

// sealedBase is a base class that only the class itself may see, and where
// that is said.
type sealedBase struct {
	typ *Type
	at  diag.Span
}

// memberUse is a using declaration in a class, which says anew who may see a
// member of a base.
type memberUse struct {
	name   string
	hidden access
}

// opened reports whether a using declaration lets the code being checked see a
// member of a base of r.
func (c *checker) opened(r *Record, name string) bool {
	for _, u := range r.uses {
		if u.name == name {
			return c.inside(r, u.hidden, nil)
		}
	}
	for _, b := range r.Bases {
		if _, closed := c.sealedBetween(r, b); closed == nil && c.opened(b.Record, name) {
			return true
		}
	}
	return false
}

// closedMember reports the use of a member by code that may not name it.
func (c *checker) closedMember(at diag.Span, name string, r *Record, a access, decl diag.Span) Value {
	return c.report(diag.Diagnostic{Code: "private-member", Message: "'" + name + "' is a " + a.String() + " member of '" + r.Name + "'", Span: at,
		Notes: []diag.Note{{Message: "declared " + a.String() + " here", Span: decl}}})
}

// closed reports the use of a type, a static member or an enumerator of a class
// by code that may not name it.
func (c *checker) closed(b *binding, n *syntax.Name) bool {
	if b.access == openAccess || c.defining || c.inside(b.owner, b.access, nil) {
		return false
	}
	var decl diag.Span
	if at := b.owner.positions(b, n.Ident); len(at) > 0 {
		decl = at[0]
	}
	c.closedMember(n.OwnSpan(), n.Ident, b.owner, b.access, decl)
	return true
}

// definer is what a qualifier denotes in front of what is defined: it may name what that may.
func (c *checker) definer(n *syntax.Name) (s *Scope, r *Record, ok bool) {
	c.whileDefining(func() { s, r, ok = c.qualifier(n) })
	if ok && r == nil {
		s = c.declaresIn(s, n.Ident)
	}
	return s, r, ok
}

// declaresIn is the namespace that declares a name: s, or an inline one in it.
func (c *checker) declaresIn(s *Scope, name string) *Scope {
	if len(s.inline) == 0 || c.here(s, name) == nil {
		return s
	}
	if b := s.names.get(name); b != nil && !b.empty() {
		return s
	}
	i := slices.IndexFunc(s.inline, func(in *Scope) bool { return c.here(in, name) != nil })
	return c.declaresIn(s.inline[max(i, 0)], name)
}

func (c *checker) whileDefining(f func()) {
	defer func(was bool) { c.defining = was }(c.defining)
	c.defining = true
	f()
}

// close notes who may name what a member declares that is no part of objects.
func (r *Record) close(m syntax.Decl) {
	if r.hidden == openAccess {
		return
	}
	names := []string{declName(m)}
	if e, ok := m.(*syntax.EnumDecl); ok && !e.Class {
		for _, it := range e.Items {
			names = append(names, it.Name)
		}
	}
	for _, n := range names {
		if b := r.Scope.names.get(n); b != nil && len(b.funcs)+len(b.ftmpls) == 0 && !b.field {
			b.access, b.owner = r.hidden, r
		}
	}
}

// sealedBetween is the class on the way from a record to its base whose own
// base is closed to the code being checked, and that base; nil if the way is
// open.
func (c *checker) sealedBetween(r *Record, base *Type) (*Record, *Type) {
	if r.Type == base {
		return nil, nil
	}
	for _, b := range r.Bases {
		if !b.Record.derivesFrom(base) {
			continue
		}
		for _, s := range r.sealed {
			if s.typ == b && !c.inside(r, protectedAccess, nil) {
				return r, b
			}
		}
		return c.sealedBetween(b.Record, base)
	}
	return nil, nil
}

// constrained is the note that says where a base is made private.
func (r *Record) constrained(base *Type) []diag.Note {
	for _, s := range r.sealed {
		if s.typ == base {
			return []diag.Note{{Message: "constrained by private inheritance here", Span: s.at}}
		}
	}
	return nil
}

// inheritedPrivately reports the use of a member of a base class that is closed.
func (c *checker) inheritedPrivately(at diag.Span, name string, r *Record, base *Type) Value {
	return c.report(diag.Diagnostic{Code: "private-member", Message: "'" + name + "' is a private member of '" + base.String() + "'", Span: at, Notes: r.constrained(base)})
}

// closedBase reports the conversion of an object, or of a pointer to one, to a
// base class that is private or that the object has several times.
func (c *checker) closedBase(from, to *Type, at diag.Span) bool {
	for _, t := range []**Type{&from, &to} {
		if (*t).isPtr() || (*t).isRef() {
			*t = (*t).Elem.T
		}
	}
	if from.Kind != TRecord || to.Kind != TRecord {
		return false
	}
	if c.severalTimes(from.Record, to, at) {
		return true
	}
	r, base := c.sealedBetween(from.Record, to)
	if base == nil {
		return false
	}
	c.report(diag.Diagnostic{Code: "private-base", Message: "cannot cast '" + from.String() + "' to its private base class '" + to.String() + "'", Span: at, Notes: r.constrained(base)})
	return true
}

// severalTimes reports a base class that a class has on several ways.
func (c *checker) severalTimes(r *Record, base *Type, at diag.Span) bool {
	if r.times(base) < 2 {
		return false
	}
	c.errorf(at, "ambiguous-base", "ambiguous conversion from derived class '%s' to base class '%s'", r.Name, base)
	return true
}

// times counts the ways from a class to a base.
func (r *Record) times(base *Type) int {
	n := 0
	for _, b := range r.Bases {
		if b == base {
			n++
		} else if b.Kind == TRecord {
			n += b.Record.times(base)
		}
	}
	return n
}
