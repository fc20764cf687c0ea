package sema

import "slices"

// use adds a using-directive.
func (c *checker) use(s, namespace *Scope) {
	s.using = append(s.using, namespace)
	c.usings++
}

// nominated is a namespace whose names are found as if the innermost scope around it and
// around the directive that names it declared them.
type nominated struct{ space, in *Scope }

// reach is the namespaces that using-directives lead to from a scope, directly
// or through each other.
type reach struct {
	list   []nominated
	passes bool // some are found by scopes around it
	age    int  // checker.usings when it was found
}

// reached works out or remembers the reach of a scope.
func (c *checker) reached(s *Scope) *reach {
	if s.reach.age == c.usings {
		return &s.reach
	}
	s.reach = reach{age: c.usings}
	seen := []*Scope{s}
	var visit func(by *Scope)
	visit = func(by *Scope) {
		for _, u := range by.using {
			if slices.Contains(seen, u) {
				continue
			}
			seen = append(seen, u)
			in := s
			for !u.inside(in) {
				in = in.parent
			}
			s.reach.list = append(s.reach.list, nominated{u, in})
			s.reach.passes = s.reach.passes || in != s
			visit(u)
		}
	}
	visit(s)
	return &s.reach
}

// throughUsing merges what a scope finds through using-directives.
func (c *checker) throughUsing(list []nominated, s *Scope, w word, b *binding) *binding {
	for i := range list {
		if list[i].in == s {
			b = merge(b, c.hereWord(list[i].space, w))
		}
	}
	return b
}

// inside reports a scope that is another or lies in it.
func (s *Scope) inside(outer *Scope) bool {
	for ; s != nil; s = s.parent {
		if s == outer {
			return true
		}
	}
	return false
}
