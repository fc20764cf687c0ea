package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// distinctive are the qualifiers, besides address spaces, by which member
// functions may differ.
const distinctive = syntax.Const | syntax.Volatile | syntax.OfLValues | syntax.OfRValues

// sameSignature reports whether two declarations declare one function.
func sameSignature(a, b *Function) bool {
	return a.space == b.space && (a.decl.Quals^b.decl.Quals)&distinctive == 0 && sameParamTypes(a, b)
}

func sameParamTypes(a, b *Function) bool {
	if len(a.params) != len(b.params) || a.decl.Variadic != b.decl.Variadic {
		return false
	}
	for i := range a.params {
		if a.params[i].typ.T != b.params[i].typ.T {
			return false
		}
	}
	return true
}

// declareFunc declares a function at namespace or block scope, and lowers its
// body.
func (c *checker) declareFunc(d *syntax.FuncDecl) {
	if !d.Name.Simple() {
		c.outOfClass(d, false)
		return
	}
	if d.Name.HasArgs {
		c.headless(d, d.NamePos.Span())
		c.explicitFunction(d)
		return
	}
	if c.scope.kind == blockScope {
		c.blockFunction(d)
		return
	}
	if d.Specs&syntax.Explicit != 0 && !c.lazily() {
		c.errorf(d.NamePos.Span(), "explicit", "'explicit' can only be specified inside the class definition")
	}
	if d.Specs&syntax.Mutable != 0 && !c.lazily() {
		c.errorf(d.NamePos.Span(), "mutable", "illegal storage class on function")
	}
	f := c.newFunction(d, c.scope)
	if d.Specs&syntax.Vertex != 0 {
		c.errorf(d.NamePos.Span(), "graphics-stage", "graphics stages are not supported: '%s' is not a compute kernel", f.Name)
		return
	}
	if c.lazily() {
		b := c.scope.bind(f.Name)
		b.funcs = c.mem.named.append(b.funcs, f)
		c.signature(f)
		return
	}
	faults := len(c.faults)
	if !c.signature(f) || !c.operatorDeclared(f) {
		// Calls to it are not reported on top.
		b := c.scope.bind(f.Name)
		b.funcs = c.mem.named.append(b.funcs, f)
		c.defineBroken(f, c.faults[faults:])
		return
	}
	if f.Name == "main" && d.Specs&(syntax.Kernel|syntax.Vertex) == 0 && c.scope == c.root {
		c.errorf(d.NamePos.Span(), "main", "non-qualified function cannot be called 'main'")
	}
	c.functionAttrs(d)
	b := c.scope.bind(f.Name)
	if c.otherKind(functionSymbol, b, f.Name, d.NamePos.Span()) {
		return
	}
	for _, old := range b.funcs {
		if old.broken || !sameSignature(old, f) {
			continue
		}
		if !c.sameResult(old, f) {
			return
		}
		if d.Specs&^old.decl.Specs&syntax.Static != 0 && old.decl.Specs&syntax.Friend == 0 {
			c.report(diag.Diagnostic{Code: "redefinition", Message: "static declaration of '" + f.Name + "' follows non-static declaration", Span: d.NamePos.Span(),
				Notes: []diag.Note{{Message: "previous declaration is here", Span: old.decl.NamePos.Span()}}})
			return
		}
		if c.definedAgain(d, old.decl) {
			return
		}
		c.defaultsTwice(old, f)
		clear(c.mem.resolved) // calls may need fewer arguments now
		if d.Body == nil {
			old.takeDefaults(f)
			return
		}
		f.takeDefaults(old)
		old.decl, old.params, old.scope = d, f.params, c.scope
		f = old
		c.define(f)
		return
	}
	for _, fn := range c.befriended[f.Name] {
		if fn.scope.enclosingNamespace() == c.scope && sameSignature(fn, f) {
			c.sameResult(fn, f)
		}
	}
	b.funcs = c.mem.named.append(b.funcs, f)
	c.defaultArguments(f)
	c.define(f)
	if d.Body != nil && inputOf(d) != "" && c.prog.Sources.IncludedFrom(d.Start) == 0 {
		c.uncalled = append(c.uncalled, f)
	}
}

// resolvedType is a type as written whose meaning is known.
type resolvedType struct {
	syntax.Range
	typ QualType
}

// functionOf is the function that a declaration declares by the name of a function type,
// as F f; does; nil of variables, which those are whose type hangs on a template's
// parameter.
func (c *checker) functionOf(d *syntax.VarDecl, t *Type) *syntax.FuncDecl {
	if t.Kind != TFunc || d.InitKind != syntax.NoInit || d.BitWidth != nil || c.scope.templated && c.dependent(d.Type) {
		return nil
	}
	if t.method != 0 && c.scope.kind != recordScope {
		c.errorf(d.NamePos.Span(), "function-qualifier", "non-member function of type '%s' cannot have '%s' qualifier", t, methodText(t.method)[1:])
	}
	written := func(q QualType) syntax.TypeExpr { return &resolvedType{syntax.Range(d.Type.Span()), q} }
	f := &syntax.FuncDecl{Range: d.Range, Specs: d.Specs, Attrs: d.Attrs, Name: d.Name, NamePos: d.NamePos, Result: written(t.Elem), Quals: t.method}
	for _, p := range t.Params {
		f.Params = append(f.Params, &syntax.ParamDecl{Range: d.NamePos, NamePos: d.NamePos, Type: written(p)})
	}
	return f
}

// globalFunction is functionOf for what is declared at program scope, or is static.
func (c *checker) globalFunction(d *syntax.VarDecl) *syntax.FuncDecl {
	if d.InitKind != syntax.NoInit || c.lazily() {
		return nil
	}
	switch d.Type.(type) {
	case *syntax.NamedType, *syntax.DecltypeType:
		return c.functionOf(d, c.typeOf(d.Type).T)
	}
	return nil
}

// blockFunction declares a function in a block: one of the namespace around,
// which hides others of its name here.
func (c *checker) blockFunction(d *syntax.FuncDecl) {
	if d.Body != nil {
		c.errorf(d.Body.Span(), "local-function", "function definition is not allowed here")
		return
	}
	if d.Specs&syntax.Static != 0 {
		c.errorf(d.NamePos.Span(), "local-function", "function declared in block scope cannot have 'static' storage class")
	}
	f := c.newFunction(d, c.scope)
	if !c.signature(f) {
		return
	}
	c.defaultArguments(f)
	b := c.scope.enclosingNamespace().bind(f.Name)
	i := slices.IndexFunc(b.funcs, func(o *Function) bool { return sameSignature(o, f) })
	if i < 0 {
		b.funcs = c.mem.named.append(b.funcs, f)
	} else {
		c.sameResult(b.funcs[i], f)
		f = b.funcs[i]
	}
	if here := c.scope.bind(f.Name); !slices.Contains(here.funcs, f) {
		here.funcs = c.mem.named.append(here.funcs, f)
	}
}

// sameResult reports a declaration of a function with another result.
func (c *checker) sameResult(old, f *Function) bool {
	if likeResult(old, f) {
		return true
	}
	c.report(diag.Diagnostic{Code: "redefinition", Message: "functions that differ only in their return type cannot be overloaded", Span: f.decl.NamePos.Span(),
		Notes: []diag.Note{{Message: "previous declaration is here", Span: old.decl.NamePos.Span()}}})
	return false
}

// likeResult reports whether two declarations of a function give it one result. What auto stands
// for is not declared.
func likeResult(a, b *Function) bool {
	if deducesResult(a.decl) || deducesResult(b.decl) {
		return deducesResult(a.decl) == deducesResult(b.decl)
	}
	return a.result == b.result
}

// deducesResult reports a function whose result is deduced from its body.
func deducesResult(d *syntax.FuncDecl) bool {
	_, ok := writtenOf(d.Result).(*syntax.AutoType)
	return ok
}

// defaultsTwice reports default arguments of a function that it has from an
// earlier declaration.
func (c *checker) defaultsTwice(old, f *Function) {
	for i := range f.params {
		c.defaultTwice(old.params[i].decl, f.params[i].decl)
	}
}

func (c *checker) defaultTwice(was, p *syntax.ParamDecl) {
	if p.Default != nil && was.Default != nil {
		c.report(diag.Diagnostic{Code: "default-argument", Message: "redefinition of default argument", Span: p.Span(), Caret: p.NamePos.Start,
			Notes: []diag.Note{{Message: "previous definition is here", Span: was.Span(), Caret: was.NamePos.Start}}})
	}
}

// defaultsAdded reports default arguments of a declaration to which the first one
// must give them all.
func (c *checker) defaultsAdded(was, f *syntax.FuncDecl, to string) {
	if c.lazily() {
		return
	}
	for i, p := range f.Params {
		if old := was.Params[i]; p.Default != nil && old.Default == nil {
			c.report(diag.Diagnostic{Code: "default-argument", Message: "default arguments cannot be added to " + to, Span: p.Span(), Caret: p.NamePos.Start,
				Notes: []diag.Note{{Message: "previous declaration is here", Span: old.Span(), Caret: old.NamePos.Start}}})
		} else {
			c.defaultTwice(old, p)
		}
	}
}

// takeDefaults gives a function the default arguments of another declaration.
func (f *Function) takeDefaults(old *Function) {
	for i := range f.params {
		p := &f.params[i].decl
		*p = withDefault(*p, old.params[i].decl)
	}
}

// withDefault is a parameter with the default argument of another declaration
// if it has none.
func withDefault(p, was *syntax.ParamDecl) *syntax.ParamDecl {
	if p.Default != nil || was.Default == nil {
		return p
	}
	q := *p
	q.Default = was.Default
	return &q
}

// defaultArguments checks the default arguments of a function that is no template:
// all parameters behind one have one, too, and none is made of another parameter.
func (c *checker) defaultArguments(f *Function) {
	seen := false
	for _, p := range f.decl.Params {
		switch {
		case p.Default != nil:
			seen = true
		case seen && !p.Pack && !isPackType(p.Type):
			what := "missing default argument on parameter"
			if p.Name != "" {
				what += " '" + p.Name + "'"
			}
			c.errorf(p.NamePos.Span(), "default-argument", "%s", what)
		}
	}
	if !seen || f.scope.templated && !c.general {
		return
	}
	c.detached(f.scope, func() {
		for i := range f.params {
			if f.params[i].decl.Default == nil {
				continue
			}
			if x := c.defaultArgument(f, &f.params[i]); x.bad() {
				f.broken, f.legible = true, true // calls are not reported on top
				return
			}
		}
	})
}

// defaultArgument evaluates the default argument of a parameter.
func (c *checker) defaultArgument(f *Function, p *param) (v Value) {
	c.inDefault(f, func() { v = c.convert(c.expr(p.decl.Default), p.typ, p.decl.Default.Span(), forParam) })
	return v
}

// inDefault evaluates something of a default argument of f, in which sizeof and
// decltype may name f's parameters.
func (c *checker) inDefault(f *Function, evaluate func()) {
	s := f.scope
	if f.defaults != nil {
		s = f.defaults
	}
	home := c.fr.home()
	outer := home.preset
	home.preset = true
	c.in(newBlock(s), func() {
		c.scope.signature = f
		evaluate()
	})
	home.preset = outer
}

// define lowers the body of a function that is no template.
func (c *checker) define(f *Function) {
	if f.decl.Body == nil {
		return
	}
	if f.decl.Specs&syntax.Kernel != 0 {
		c.kernel(f, nil, nil)
		return
	}
	c.lower(f)
}

// defineBroken checks the body of a function whose parameters have wrong types,
// for what else is wrong. Where a type is refused, the function may be left out
// instead, so that its body does not matter.
func (c *checker) defineBroken(f *Function, faults []fault) {
	result := f.result.T
	f.legible = !f.decl.Variadic && len(f.params) == len(f.decl.Params) && result != nil && !result.isError() && result.Kind != TArray &&
		len(faults) > 0 && !slices.ContainsFunc(faults, func(e fault) bool { return refusal(e.d) })
	if f.legible {
		c.define(f)
	}
}

// declareFuncTemplate declares a function template, or defines one declared
// before. It gives nil if that brings nothing new.
func (c *checker) declareFuncTemplate(d *syntax.TemplateDecl, f *syntax.FuncDecl) *Template {
	name := declName(f)
	if f.Specs&syntax.Vertex != 0 {
		c.errorf(f.NamePos.Span(), "graphics-stage", "graphics stages are not supported: '%s' is not a compute kernel", name)
		return nil
	}
	if !c.lazily() {
		c.functionAttrs(f)
		if f.Name.HasArgs {
			c.errorf(f.NamePos.Span(), "specialisation", "function template partial specialization is not allowed")
			return nil
		}
		if r := c.scope.record; r != nil && !c.memberSpecifiers(r, f) {
			return nil
		}
	}
	if r := c.scope.record; r != nil && f.Result == nil {
		t := c.mem.templates.new()
		*t = Template{Name: name, kind: funcTemplate, decl: d, params: d.Params, scope: c.scope, record: r, access: r.hidden}
		if f.Name.Conversion() != nil {
			r.convTs = append(r.convTs, t)
		} else {
			for _, old := range r.ctorTs {
				if of := old.decl.Decl.(*syntax.FuncDecl); old.record == r && of.Quals == f.Quals && funcText(of, old.params) == funcText(f, d.Params) {
					c.memberTwice("constructor cannot be redeclared", f, of)
					return nil
				}
			}
			r.ctorTs = append(r.ctorTs, t)
			r.aggr = false
		}
		return t
	}
	b := c.scope.bind(name)
	if c.otherKind(functionSymbol, b, name, f.NamePos.Span()) {
		return nil
	}
	for _, old := range b.ftmpls {
		of := old.decl.Decl.(*syntax.FuncDecl)
		if old.record != c.scope.record { // a base's
			continue
		}
		if of.Quals != f.Quals || !sameShape(of, f, old.params, d.Params, nil) || differ(of.Result, f.Result, old.params, d.Params) {
			continue
		}
		same := funcText(of, old.params) == funcText(f, d.Params)
		if !same && (of.Body != nil || f.Body == nil) {
			continue
		}
		if old.record != nil && old.record.state != done { // else it is defined outside of its class
			c.memberTwice("class member cannot be redeclared", f, of)
			return nil
		}
		if same {
			c.templateDefaultsTwice(old.params, d.Params)
			c.defaultsAdded(of, f, "a function template that has already been declared")
		}
		clear(c.mem.resolved) // calls may need fewer template arguments now
		if same && c.definedAgain(f, of) {
			return nil
		}
		if f.Body == nil {
			old.params = mergeDefaults(old.params, d.Params)
			return nil
		}
		if of.Body == nil {
			f.Specs |= of.Specs & syntax.Static
			for i := range f.Params {
				f.Params[i] = withDefault(f.Params[i], of.Params[i])
			}
			c.defineTemplate(old, d, old.scope, nil, [][]syntax.TemplateParam{d.Params})
			return old
		}
		c.redefined(name, f.NamePos.Span(), of.NamePos.Span())
		return nil
	}
	t := c.mem.templates.new()
	*t = Template{Name: name, kind: funcTemplate, decl: d, params: d.Params, scope: c.scope, record: c.scope.record, order: c.orderOf(f)}
	if t.record != nil {
		t.access = t.record.hidden
	}
	b.ftmpls = append(b.ftmpls, t)
	return t
}

// instantiateFunc gives the instance of a function template for a complete
// argument list. It resolves the signature, which may fail as part of a
// substitution; the body follows later.
func (c *checker) instantiateFunc(t *Template, args []Arg, at diag.Span) *Function {
	full, s, ok := c.bindArgs(t, args, at)
	if !ok {
		return nil
	}
	key := argsKey(full)
	if in := t.insts[key]; in != nil {
		return in.fn
	}
	d := t.decl.Decl.(*syntax.FuncDecl)
	var f *Function
	if t.record != nil {
		if f = c.newMethod(t.record, d, s); f == nil {
			return nil
		}
		f.access, f.lambda = t.access, t.record.Lambda
	} else {
		f = c.newFunction(d, s)
	}
	f.tmpl, f.args, f.at = t, full, at
	failedBefore := c.trap != nil && c.trap.failed
	good := false
	if !c.instantiating("while substituting deduced template arguments into function template '%'", t.Name, at, func() { good = c.signature(f) }) || !good {
		return nil
	}
	if c.trap != nil && c.trap.failed && !failedBefore {
		return nil
	}
	f.stack = append([]context(nil), c.stack...)
	t.remember(key, &instance{fn: f})
	return f
}
