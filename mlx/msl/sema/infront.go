package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// A name in a template means the functions that are declared in front of it. Where it is
// instantiated there may be more, which arguments find alone: those of their classes' namespaces.

// orderOf is the order of a declaration; the library's are in front of all.
func (c *checker) orderOf(d *syntax.FuncDecl) int {
	if c.lazily() {
		return 0
	}
	return d.Order
}

// block is the scope of a function's body.
func (f *Function) block() *Scope {
	s := newBlock(f.scope)
	s.order = f.decl.Order
	return s
}

// bodyOrder is the order of the function whose body a scope lies in, 0 outside of all.
func (s *Scope) bodyOrder() int {
	for ; s != nil; s = s.parent {
		if s.order > 0 {
			return s.order
		}
	}
	return 0
}

// inFront is what a name denotes for a body at some scope, if b is what a scope declares:
// of a namespace no functions behind the body, nil if there are no others.
func (b *binding) inFront(in, at *Scope) *binding {
	if in.kind != namespaceScope || len(b.funcs)+len(b.ftmpls) == 0 {
		return b
	}
	body := at.bodyOrder()
	function := func(f *Function) bool { return f.order > body }
	template := func(t *Template) bool { return t.order > body }
	if body == 0 || !slices.ContainsFunc(b.funcs, function) && !slices.ContainsFunc(b.ftmpls, template) {
		return b
	}
	front := *b
	front.funcs = slices.DeleteFunc(slices.Clone(b.funcs), function)
	front.ftmpls = slices.DeleteFunc(slices.Clone(b.ftmpls), template)
	if front.empty() {
		return nil
	}
	return &front
}

// seenLater tells of a function that would have been seen in front of the body at hand.
func (c *checker) seenLater(name string) []diag.Note {
	body, namespace := c.scope.bodyOrder(), c.scope.enclosingNamespace()
	b := c.here(namespace, name)
	if b == nil || b.inFront(namespace, c.scope) == b {
		return nil
	}
	var at diag.Span
	if i := slices.IndexFunc(b.funcs, func(f *Function) bool { return f.order > body }); i >= 0 {
		at = b.funcs[i].decl.NamePos.Span()
	} else {
		i = slices.IndexFunc(b.ftmpls, func(t *Template) bool { return t.order > body })
		at = b.ftmpls[i].decl.Decl.(*syntax.FuncDecl).NamePos.Span()
	}
	return []diag.Note{declaredBehind(name, at)}
}
