package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// instantiateType gives the type that a class or alias template denotes with
// arguments.
func (c *checker) instantiateType(t *Template, args []Arg, at diag.Span) QualType {
	if t.builtin != nil {
		for _, a := range args {
			if a.Kind == typeArg && a.Type.T.isError() {
				return Of(errorType)
			}
		}
		return t.builtin(c, args, at)
	}
	full, s, ok := c.bindArgs(t, args, at)
	if !ok {
		return Of(errorType)
	}
	key := argsKey(full)
	if in := t.insts[key]; in != nil {
		if in.busy {
			c.errorf(at, "recursive-type", "recursive use of alias template '%s'", t.Name)
			return Of(errorType)
		}
		return in.typ
	}
	in := &instance{}
	if t.kind == aliasTemplate {
		in.busy = true
		t.remember(key, in)
		okay := c.instantiating("in instantiation of template type alias '%' requested here", t.Name, at, func() {
			c.in(s, func() { in.typ = c.typeOf(t.decl.Decl.(*syntax.AliasDecl).Type) })
		})
		in.busy = false
		if !okay {
			in.typ = Of(errorType)
		}
		if in.typ.T.isError() {
			delete(t.insts, key) // a failed substitution reports again where it is not caught
		}
		return in.typ
	}
	r := c.newRecord(t.Name+"<"+argList(full)+">", "struct", t.scope)
	r.tmpl, r.args, r.at, r.holdsClosure = t, full, at, ofClosures(full)
	in.typ = Of(r.Type)
	t.remember(key, in)
	return in.typ
}

// ofClosures reports arguments of which one is a closure, or has one: the object
// may be part of it, as that of a class is of what is derived from it.
func ofClosures(args []Arg) bool {
	return slices.ContainsFunc(args, func(a Arg) bool {
		return a.Kind == packOf && ofClosures(a.Pack) || a.Kind == typeArg && takesClosure(a.Type.T)
	})
}

func (t *Template) remember(key string, in *instance) {
	if t.insts == nil {
		t.insts = map[string]*instance{}
	}
	t.insts[key] = in
}

// chooseSpecialisation finds the declaration that an instance is made from,
// and the scope that binds its parameters.
func (c *checker) chooseSpecialisation(t *Template, args []Arg, at diag.Span) (syntax.Decl, *Scope, bool) {
	type match struct {
		s     *specialisation
		scope *Scope
	}
	var best []match
	for _, sp := range t.specs {
		if len(sp.params) == 0 {
			var own []Arg
			ok := false
			c.hard(func() {
				c.in(sp.scope, func() { own, _, ok = c.bindArgs(t, c.templateArgs(sp.args), at) })
			})
			if ok && argsKey(own) == argsKey(args) {
				return sp.decl, sp.scope, true
			}
			continue
		}
		if scope, ok := c.deduceSpecialisation(t, sp, args); ok {
			best = append(best, match{sp, scope})
		}
	}
	switch len(best) {
	case 0:
		_, s, ok := c.bindArgs(t, args, at)
		return t.decl.Decl, s, ok
	case 1:
		return best[0].s.decl, best[0].scope, true
	}
	for _, m := range best {
		most := true
		for _, o := range best {
			if o.s != m.s && !(c.specAtLeast(t, m.s, o.s) && !c.specAtLeast(t, o.s, m.s)) {
				most = false
			}
		}
		if most {
			return m.s.decl, m.scope, true
		}
	}
	d := diag.Diagnostic{Code: "ambiguous-specialisation", Message: "ambiguous partial specializations of '" + t.Name + "<" + argList(args) + ">'", Span: at}
	for _, m := range best {
		d.Notes = append(d.Notes, diag.Note{Message: "partial specialization matches", Span: m.s.at})
	}
	c.report(d)
	return nil, nil, false
}

// specAtLeast reports whether specialisation a is at least as specialised as
// b: b's pattern matches a's.
func (c *checker) specAtLeast(t *Template, a, b *specialisation) bool {
	var own []Arg
	ok, _ := c.try(func() {
		s := c.opaqueScope(a.params, a.scope)
		c.in(s, func() { own, _, _ = c.bindArgs(t, c.templateArgs(a.args), diag.Span{}) })
	})
	if !ok {
		return false
	}
	_, ok = c.deduceSpecialisation(t, b, own)
	return ok
}

// opaqueScope binds template parameters to types and values like no other.
func (c *checker) opaqueScope(params []syntax.TemplateParam, outer *Scope) *Scope {
	s := briefScope(templateScope, outer)
	for i := range params {
		p := &params[i]
		c.nextID++
		a := Arg{Kind: typeArg, Type: Of(&Type{Kind: TOpaque, name: p.Name, id: c.nextID})}
		switch p.Kind {
		case syntax.ValueParam:
			a.Kind, a.Bits, a.Type = valueArg, uint64(c.nextID), c.valueParamType(p, s)
		case syntax.TemplateTemplateParam:
			a.Kind, a.Tmpl = templateArg, &Template{Name: p.Name, params: p.Params, scope: outer, builtin: opaqueTemplate}
		}
		if p.Pack {
			if a.Kind == typeArg {
				a.Type.T.M = 1 // stands for any number of types
			}
			a = Arg{Kind: packOf, Pack: []Arg{a}}
		}
		c.bindName(s, p, a)
	}
	return s
}

func opaqueTemplate(c *checker, args []Arg, at diag.Span) QualType {
	c.nextID++
	return Of(&Type{Kind: TOpaque, name: "<dependent>", id: c.nextID})
}

// deduceSpecialisation matches a partial specialisation with arguments.
func (c *checker) deduceSpecialisation(t *Template, sp *specialisation, args []Arg) (*Scope, bool) {
	if sp.wantsOther(args) {
		return nil, false
	}
	d := newDeduction(c, sp.params, sp.scope)
	given, defaults := args, len(sp.args) < len(t.params) && len(args) == len(t.params) && !t.params[len(args)-1].Pack
	if defaults { // which are compared below
		given = args[:len(sp.args)]
	}
	if !d.args(sp.args, given) {
		return nil, false
	}
	for i := range sp.params {
		if !d.set[i] {
			return nil, false
		}
	}
	// What could not be deduced must hold after substitution.
	var s *Scope
	ok := false
	fine, _ := c.try(func() {
		_, s, ok = c.bindParams(sp.params, sp.scope, d.bound, diag.Span{}, &Template{Name: declName(sp.decl), kind: classTemplate})
		if ok {
			c.in(s, func() {
				own := c.templateArgs(sp.args)
				if defaults {
					own, _, ok = c.bindArgs(t, own, diag.Span{})
				}
				ok = ok && argsKey(flatten(own)) == argsKey(flatten(c.likeArgs(args, sp)))
			})
		}
	})
	return s, fine && ok
}

// wantsOther reports a number among the arguments of a specialisation that is another than the
// given one, which is seen soonest where there are many.
func (sp *specialisation) wantsOther(args []Arg) bool {
	for i := range min(len(sp.args), len(args)) {
		if sp.args[i].Pack {
			return false
		}
		n, ok := sp.args[i].Expr.(*syntax.IntLit)
		if ok && sp.args[i].Type == nil && args[i].Kind == valueArg && signExtend(intKind(n), n.Value) != signExtend(args[i].Type.T.Scalar, args[i].Bits) {
			return true
		}
	}
	return false
}

// likeArgs are an instance's arguments with values in the types that a
// specialisation's own arguments have, for comparison.
func (c *checker) likeArgs(args []Arg, sp *specialisation) []Arg {
	flat := flatten(args)
	own := flatten(c.templateArgs(sp.args))
	out := make([]Arg, len(flat))
	for i, a := range flat {
		if i < len(own) && a.Kind == valueArg && own[i].Kind == valueArg && sameArg(a, own[i]) {
			a = own[i]
		}
		out[i] = a
	}
	return out
}
