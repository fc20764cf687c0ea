package sema

import "github.com/zmlx/zmlx/mlx/msl/diag"

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
	hidden bool
}

// opened reports whether a using declaration lets the code being checked see a
// member of a base of r.
func (c *checker) opened(r *Record, name string) bool {
	for _, u := range r.uses {
		if u.name == name {
			return !u.hidden || c.inside(r)
		}
	}
	for _, b := range r.Bases {
		if _, closed := c.sealedBetween(r, b); closed == nil && c.opened(b.Record, name) {
			return true
		}
	}
	return false
}

func (c *checker) privateMember(at diag.Span, name string, r *Record, decl diag.Span) Value {
	return c.report(diag.Diagnostic{Code: "private-member", Message: "'" + name + "' is a private member of '" + r.Name + "'", Span: at,
		Notes: []diag.Note{{Message: "declared private here", Span: decl}}})
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
			if s.typ == b && !c.inside(r) {
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
