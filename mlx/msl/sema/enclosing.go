package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// around reports whether the namespace in which something that s declares is defined, specialised
// or instantiated is one around s, as it must be.
func (c *checker) around(s *Scope) bool {
	return c.scope.kind != namespaceScope || c.lazily() || s.inside(c.scope)
}

// declares reports whether s is the namespace of a declaration, or an inline one is in it.
func (s *Scope) declares(in *Scope) bool {
	return s == in || slices.ContainsFunc(s.inline, func(i *Scope) bool { return i.declares(in) })
}

// specialisedAside reports a specialisation in a namespace that is not around the template's.
func (c *checker) specialisedAside(t *Template, partial bool, n *syntax.Name) bool {
	if c.around(t.scope) {
		return false
	}
	what := t.what()
	if partial {
		what += " partial"
	}
	c.aside(what+" specialization of '"+n.Ident+"'", "explicitly specialized declaration is here", t.scope, n.OwnSpan(), t.pos(), false)
	return true
}

// instantiatedAside reports an explicit instantiation of what s declares in a namespace that is
// not around it or, if it is named without a qualifier, in another one.
func (c *checker) instantiatedAside(s *Scope, n *syntax.Name, was diag.Span) bool {
	if c.around(s) && (!n.Simple() || c.scope.declares(s.enclosingNamespace())) {
		return false
	}
	c.aside("explicit instantiation of '"+n.Ident+"'", "explicit instantiation refers here", s, n.OwnSpan(), was, n.Simple())
	return true
}

// aside reports what is not in a namespace around s or, if there can be but one, in the right one.
func (c *checker) aside(what, note string, s *Scope, at, was diag.Span, only bool) {
	switch in := s.enclosingNamespace(); {
	case in == c.root:
		what += " must occur at global scope"
	case only:
		what += " must occur in namespace '" + in.name + "'"
	default:
		what += " not in a namespace enclosing '" + in.name + "'"
	}
	c.report(diag.Diagnostic{Code: "out-of-class", Message: what, Span: at, Notes: []diag.Note{{Message: note, Span: was}}})
}
