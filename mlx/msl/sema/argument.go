package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// arguments evaluates the arguments of a call; packs expand.
func (c *checker) arguments(list []syntax.Expr) (vals []Value, spans []diag.Span, ok bool) {
	ok = true
	vals, spans = c.mem.work.values.make(len(list))[:0], c.mem.work.spans.make(len(list))[:0]
	one := func(e syntax.Expr) {
		start := c.soFar()
		v := c.expr(e)
		if len(vals) > 0 && acts(c.b.code[start.code:]) {
			for i := range vals {
				c.readBefore(start, &vals[i])
			}
		}
		ok = ok && !v.bad()
		vals = append(vals, v)
		spans = append(spans, e.Span())
	}
	for _, e := range list {
		if p, isPack := e.(*syntax.PackExpr); isPack {
			n, known := c.packLen(p.Span(), func() { c.pattern(p.X) })
			ok = ok && known
			vals, spans = slices.Grow(vals, n), slices.Grow(spans, n)
			for i := range n {
				one(packElement(p.X, &expansion{index: i, length: n}))
			}
			continue
		}
		one(e)
	}
	return vals, spans, ok
}

// byArguments adds the functions that the namespaces and classes of the
// arguments' types declare.
func (c *checker) byArguments(set *overloads, args []Value) {
	if !slices.ContainsFunc(args, func(a Value) bool { return a.Type.T.hasNamespace() }) {
		return
	}
	var seen []*Scope
	var families []famRef
	add := func(b *binding) {
		if b == nil {
			return
		}
		for _, f := range b.funcs {
			if f.record == nil && !slices.Contains(set.funcs, f) {
				set.funcs = append(set.funcs[:len(set.funcs):len(set.funcs)], f)
			}
		}
		if families == nil {
			families = b.fams // of which calls are remembered by where they lie
		} else {
			families = union(families, b.fams)
		}
		for _, t := range b.ftmpls {
			if t.record == nil && !slices.Contains(set.tmpls, t) {
				set.tmpls = append(set.tmpls[:len(set.tmpls):len(set.tmpls)], t)
			}
		}
	}
	declaredIn := func(s *Scope) {
		if !slices.Contains(seen, s) {
			seen = append(seen, s)
			add(c.here(s, set.name))
		}
	}
	var visit func(t *Type, depth int)
	visit = func(t *Type, depth int) {
		if t == nil || depth > 4 {
			return
		}
		switch t.Kind {
		case TPointer, TArray, TRef:
			visit(t.Elem.T, depth+1)
		case TSimdMatrix, TAtomic:
			declaredIn(c.metal)
		case TEnum:
			declaredIn(t.Enum.scope.parent.enclosingNamespace())
		case TRecord:
			r := t.Record
			c.complete(r, diag.Span{})
			add(&binding{funcs: c.friendsNamed(r, set.name), ftmpls: friendTemplates(r, set.name)})
			declaredIn(r.Scope.enclosingNamespace())
			for _, b := range r.Bases {
				visit(b, depth+1)
			}
			for _, a := range r.args {
				if a.Kind == typeArg {
					visit(a.Type.T, depth+1)
				}
			}
		}
	}
	for _, a := range args {
		visit(a.Type.T, 0)
	}
	if len(set.fams) == 0 {
		set.fams = families
	}
}

// hasNamespace reports types for which byArguments looks anywhere.
func (t *Type) hasNamespace() bool {
	for t.Kind == TPointer || t.Kind == TArray || t.Kind == TRef {
		t = t.Elem.T
	}
	return t.Kind == TEnum || t.Kind == TRecord || t.Kind == TSimdMatrix || t.Kind == TAtomic
}

// argumentSpan is where argument i of a call stands, or the call itself.
func argumentSpan(spans []diag.Span, i int, call diag.Span) diag.Span {
	if i < len(spans) {
		return spans[i]
	}
	return call
}

// ownArgs loads and copies what is passed by value.
func (c *checker) ownArgs(f *Function, args []Value) []Value {
	out := c.mem.work.values.make(len(args))
	for i, a := range args {
		if !f.params[i].typ.T.isRef() {
			c.load(&a)
		}
		out[i] = a
	}
	return out
}
