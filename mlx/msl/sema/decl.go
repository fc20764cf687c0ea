package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// declare makes a declaration in the current scope.
func (c *checker) declare(d syntax.Decl) {
	switch d := d.(type) {
	case *syntax.VarDecl:
		if c.scope.kind == blockScope {
			c.localVar(d)
		} else {
			c.declareGlobal(d)
		}
	case *syntax.BindingDecl:
		c.localVar(d.Var)
		c.bindElements(d.Var, d.Names)
	case *syntax.FuncDecl:
		if d.Guide {
			c.declareGuide(&syntax.TemplateDecl{Range: d.Range, Decl: d}, d)
			return
		}
		c.declareFunc(d)
	case *syntax.RecordDecl:
		if d.Name != nil && d.Name.Of == nil && d.Name.HasArgs {
			c.specialise(d, nil, d.Name.Args, d)
			return
		}
		c.declareRecord(d, c.scope)
	case *syntax.EnumDecl:
		c.declareEnum(d)
	case *syntax.AliasDecl:
		c.declareAlias(d)
	case *syntax.UsingDecl:
		c.declareUsing(d)
	case *syntax.UsingDirective:
		if ns := c.namespace(c.scope, &d.Name); ns != nil {
			c.use(c.scope, ns)
		}
	case *syntax.NamespaceDecl:
		c.declareNamespace(d)
	case *syntax.NamespaceAlias:
		if ns := c.namespace(c.scope, &d.Target); ns != nil {
			c.scope.bind(d.Name).ns = ns
		}
	case *syntax.TemplateDecl:
		c.declareTemplate(d)
	case *syntax.Instantiation:
		c.instantiation(d)
	case *syntax.StaticAssert:
		c.staticAssert(d)
	case *syntax.FriendDecl:
		c.errorf(d.Span(), "friend", "'friend' used outside of class")
	}
}

func (c *checker) declareAlias(d *syntax.AliasDecl) {
	t := c.typeOf(d.Type)
	b := c.scope.bind(d.Name)
	if b.typ != nil && !b.typ.injected && b.typ.expr == nil && b.typ.typ.T != nil && b.typ.typ != t && !t.T.isError() && !b.typ.typ.T.isError() {
		word := "type alias"
		if d.Typedef {
			word = "typedef"
		}
		c.report(diag.Diagnostic{Code: "redefinition", Message: word + " redefinition with different types ('" + t.String() + "' vs '" + b.typ.typ.String() + "')",
			Span: d.NamePos.Span(), Notes: []diag.Note{{Message: "previous definition is here", Span: b.typ.pos}}})
		return
	}
	if r := t.T.Record; r != nil && r.decl != nil && r.decl.Name == nil && r.Lambda == nil {
		r.Name = d.Name // typedef struct { … } name;
	}
	if e := t.T.Enum; e != nil && e.decl != nil && e.decl.Name == nil {
		e.Name = d.Name
	}
	b.typ = &typeName{typ: t, pos: d.NamePos.Span()}
}

func (c *checker) declareUsing(d *syntax.UsingDecl) {
	if d.Pack {
		one := *d
		one.Pack = false
		expandPack(c, d.Name.Span(), func() bool { c.declareUsing(&one); return true })
		return
	}
	if r := c.scope.record; r != nil && d.Name.Of != nil && c.inherits(r, d) {
		return
	}
	f := c.find(&d.Name)
	if !f.ok {
		return
	}
	if f.binding == nil {
		c.undeclared(d.Name.Span(), f.part.Ident)
		return
	}
	if d.Enum {
		c.usingEnum(f, d)
		return
	}
	name := f.part.Ident
	if r := c.scope.record; r != nil {
		r.uses = append(r.uses, memberUse{name, r.hidden})
	}
	c.here(c.scope, name) // what the library declares beside it
	c.scope.names.set(c.scope, name, merge(c.scope.names.get(name), f.binding))
}

// usingEnum makes the enumerators of an enumeration known in the scope at hand.
func (c *checker) usingEnum(f found, d *syntax.UsingDecl) {
	t, ok := c.typeFrom(f)
	if !ok || t.T.Kind != TEnum {
		c.errorf(d.Name.Span(), "using-enum", "'%s' is not an enumerated type", f.part.Ident)
		return
	}
	t.T.Enum.scope.names.each(func(name string, b *binding) {
		c.scope.names.set(c.scope, name, merge(c.scope.names.get(name), b))
	})
}

func (c *checker) declareNamespace(d *syntax.NamespaceDecl) {
	s := c.scope
	if len(d.Names) == 0 {
		inner := newScope(namespaceScope, s)
		inner.name = "(anonymous namespace)"
		s.inline = append(s.inline, inner)
		s = inner
	}
	for _, n := range d.Names {
		b := s.bind(n)
		if b.ns == nil {
			b.ns = s.namespace(n)
			if d.Inline {
				s.inline = append(s.inline, b.ns)
			}
		}
		s = b.ns
	}
	c.in(s, func() { c.declareAll(d.Decls) })
}

// checkParams reports the types of a template's parameters, and of those of its
// function, that nothing declares; others may depend on parameters.
func (c *checker) checkParams(d *syntax.TemplateDecl) bool {
	ok := true
	check := func(e syntax.TypeExpr, bound []syntax.TemplateParam) {
		t := namedBy(e)
		if t == nil || !t.Name.Simple() || slices.ContainsFunc(bound, func(p syntax.TemplateParam) bool { return p.Name == t.Name.Ident }) {
			return
		}
		if c.lookup(c.scope, t.Name.Ident) == nil {
			c.typeOf(t)
			ok = false
		}
	}
	for i := range d.Params {
		check(d.Params[i].Type, d.Params[:i])
	}
	if f, is := d.Decl.(*syntax.FuncDecl); is && f.Name.Of == nil && !c.lazily() {
		for _, p := range f.Params {
			check(p.Type, d.Params)
		}
	}
	return ok
}

// namedBy is the type that others are made of, if it has a name.
func namedBy(e syntax.TypeExpr) *syntax.NamedType {
	for {
		switch t := e.(type) {
		case *syntax.QualType:
			e = t.Elem
		case *syntax.PointerType:
			e = t.Elem
		case *syntax.RefType:
			e = t.Elem
		case *syntax.PackType:
			e = t.Elem
		case *syntax.NamedType:
			return t
		default:
			return nil
		}
	}
}

func (c *checker) declareTemplate(d *syntax.TemplateDecl) {
	known := c.checkParams(d)
	if f, ok := d.Decl.(*syntax.FuncDecl); ok && !known {
		if c.lost == nil {
			c.lost = map[string]bool{}
		}
		c.lost[declName(f)] = true // what calls it has no error of its own
		return
	}
	switch inner := d.Decl.(type) {
	case *syntax.RecordDecl:
		if inner.Name == nil {
			c.errorf(d.Span(), "template", "templated class has no name")
			return
		}
		if inner.Name.HasArgs {
			c.specialise(inner, d.Params, inner.Name.Args, inner)
			return
		}
		if len(d.Params) == 0 {
			c.errorf(d.Span(), "template", "extraneous 'template<>' in declaration of class '%s'", declName(inner))
			return
		}
		c.addTemplate(classTemplate, d, inner.Definition)
	case *syntax.AliasDecl:
		c.addTemplate(aliasTemplate, d, true)
	case *syntax.VarDecl:
		if inner.Name.HasArgs {
			c.specialise(inner, d.Params, inner.Name.Args, inner)
			return
		}
		c.addTemplate(varTemplate, d, true)
	case *syntax.FuncDecl:
		if inner.Guide {
			c.declareGuide(d, inner)
			return
		}
		if inner.Name.Of != nil {
			if len(d.Params) == 0 {
				c.outOfClass(inner)
			} else {
				c.outOfTemplate(d, nil, inner)
			}
			return
		}
		if len(d.Params) == 0 {
			c.explicitFunction(inner)
			return
		}
		c.declareFuncTemplate(d, inner)
	case *syntax.TemplateDecl:
		if f, ok := inner.Decl.(*syntax.FuncDecl); ok {
			if f.Name.Of == nil {
				c.errorf(inner.Span(), "template", "extraneous template parameter list in declaration of '%s'", declName(f))
				return
			}
			c.outOfTemplate(d, inner, f)
		}
	}
}

// addTemplate declares a class, alias or variable template.
func (c *checker) addTemplate(kind templateKind, d *syntax.TemplateDecl, definition bool) {
	name := declName(d)
	var given *syntax.TemplateParam
	for i := range d.Params {
		p := &d.Params[i]
		if p.DefaultType != nil || p.DefaultExpr != nil {
			given = p
		} else if given != nil && !p.Pack && definition {
			c.report(diag.Diagnostic{Code: "template-default", Message: "template parameter missing a default argument", Span: p.Span(),
				Notes: []diag.Note{{Message: "previous default template argument defined here", Span: given.Span()}}})
		}
	}
	b := c.scope.bind(name)
	if b.tmpl != nil && b.tmpl.kind == kind && kind == classTemplate && b.tmpl.builtin == nil {
		old := b.tmpl.decl.Decl.(*syntax.RecordDecl)
		if definition && old.Definition && b.tmpl.decl != d {
			c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of '" + name + "'", Span: d.Decl.(*syntax.RecordDecl).NamePos.Span(),
				Notes: []diag.Note{{Message: "previous definition is here", Span: old.NamePos.Span()}}})
			return
		}
		if definition {
			params := mergeDefaults(d.Params, b.tmpl.params)
			b.tmpl.decl, b.tmpl.params = d, params
		}
		return
	}
	b.tmpl = c.mem.templates.new()
	*b.tmpl = Template{Name: name, kind: kind, decl: d, params: d.Params, scope: c.scope}
}

// mergeDefaults takes default arguments from an earlier declaration.
func mergeDefaults(params, earlier []syntax.TemplateParam) []syntax.TemplateParam {
	out := append([]syntax.TemplateParam(nil), params...)
	for i := range out {
		if i < len(earlier) && out[i].DefaultType == nil && out[i].DefaultExpr == nil {
			out[i].DefaultType, out[i].DefaultExpr = earlier[i].DefaultType, earlier[i].DefaultExpr
		}
	}
	return out
}

// specialise records an explicit or partial specialisation of a class or
// variable template.
func (c *checker) specialise(d syntax.Decl, params []syntax.TemplateParam, args []syntax.TemplateArg, at syntax.Node) {
	var name *syntax.Name
	switch d := d.(type) {
	case *syntax.RecordDecl:
		name = d.Name
		if !d.Definition {
			return
		}
	case *syntax.VarDecl:
		name = d.Name
	}
	bare := *name
	bare.HasArgs = false
	f := c.find(&bare)
	if !f.ok {
		return
	}
	if f.binding == nil || f.tmpl == nil {
		c.errorf(name.Span(), "specialisation", "explicit specialization of undeclared template struct '%s'", f.part.Ident)
		return
	}
	if f.tmpl.builtin != nil {
		return // shared by all compilations
	}
	sp := &specialisation{params: params, args: args, decl: d, scope: c.scope}
	f.tmpl.specs = append(f.tmpl.specs, sp)
	if len(params) == 0 && len(f.tmpl.insts) > 0 {
		// A use before this point made the primary's instance; C++ forbids it.
		if full, _, ok := c.bindArgs(f.tmpl, c.templateArgs(args), at.Span()); ok {
			if in := f.tmpl.insts[argsKey(full)]; in != nil && in.typ.T != nil && in.typ.T.Record != nil && in.typ.T.Record.state == done {
				c.errorf(at.Span(), "specialisation", "explicit specialization of '%s<%s>' after instantiation", f.tmpl.Name, argList(full))
			}
		}
	}
}

// staticAssert checks an assertion.
func (c *checker) staticAssert(d *syntax.StaticAssert) {
	var v Value
	var k []uint64
	v, k = c.constantValue(d.Cond)
	if v.bad() {
		return
	}
	if len(k) != 1 {
		c.report(diag.Diagnostic{Code: "static-assert", Message: "static_assert expression is not an integral constant expression", Span: d.Cond.Span(), Notes: c.whyNotConstant(d.Cond)})
		return
	}
	if k[0] == 0 {
		c.failedAssert(d)
	}
}

// failedAssert reports an assertion that does not hold: the part of the
// condition that is false, and what the two sides of a comparison are.
func (c *checker) failedAssert(d *syntax.StaticAssert) {
	cond := c.falsePart(d.Cond)
	dg := diag.Diagnostic{Code: "static-assert", Message: "static assertion failed", Span: cond.Span()}
	if text := c.prog.Sources.Written(cond.Span()); text != "" && text != "false" && text != "0" {
		dg.Message += " due to requirement '" + text + "'"
	}
	if d.Msg != "" {
		dg.Message += ": " + d.Msg
	}
	if b, ok := cond.(*syntax.BinaryExpr); ok && compares(b.Op) && !(literal(b.X) && literal(b.Y)) {
		x, xs := c.constantValue(b.X)
		y, ys := c.constantValue(b.Y)
		if len(xs) == 1 && len(ys) == 1 && x.Type.T.isNumeric() && y.Type.T.isNumeric() {
			dg.Notes = []diag.Note{{Message: "expression evaluates to '" + constantText(x.Type.T, xs[0]) + " " + b.Op.String() + " " + constantText(y.Type.T, ys[0]) + "'", Span: cond.Span(), Caret: b.OpPos}}
		}
	}
	c.report(dg)
}

// falsePart is the operand of a conjunction that is false.
func (c *checker) falsePart(e syntax.Expr) syntax.Expr {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		return c.falsePart(x.X)
	case *syntax.BinaryExpr:
		if x.Op != syntax.AndAnd {
			break
		}
		if v, k := c.constantValue(x.X); !v.bad() && len(k) == 1 && k[0] == 0 {
			return c.falsePart(x.X)
		}
		return c.falsePart(x.Y)
	}
	return e
}

// literal reports expressions whose value the reader sees.
func literal(e syntax.Expr) bool {
	switch e.(type) {
	case *syntax.IntLit, *syntax.FloatLit, *syntax.BoolLit, *syntax.CharLit:
		return true
	}
	return false
}

// Variable is a variable, parameter, enumerator or template value parameter.
type Variable struct {
	Name    string
	Type    QualType
	pos     diag.Span
	whole   diag.Span         // the declarator with its type and initialiser
	param   *syntax.ParamDecl // nil of others
	used    bool
	home    *frame   // of variables of functions: the function, or the body that is emitted into its caller
	copied  bool     // into a closure
	val     Value    // lvalue of a local variable or bound reference
	bound   bool     // val is set
	konst   []uint64 // known value, by register
	prvalue bool     // not an object: an enumerator or template parameter
	ref     bool     // declared as a reference
	data    int      // constant data with the value of a constexpr aggregate, plus 1
	global  *globalVar
	next    *Variable // in a variableList
}

// variableList is a list of variables, each of which is in one at most.
type variableList struct{ first, last *Variable }

func (l *variableList) add(v *Variable) {
	if l.first == nil {
		l.first = v
	} else {
		l.last.next = v
	}
	l.last = v
}

// globalVar is what belongs to variables of program scope and to static
// members: they are evaluated when first used.
type globalVar struct {
	decl   *syntax.VarDecl
	scope  *Scope
	state  completion
	tmpl   string
	fconst int  // index into Program.FuncConst plus 1
	again  bool // depends on function constants: evaluated where it is used
	input  *input
}

// declareGlobal declares a variable of program scope or a static member.
func (c *checker) declareGlobal(d *syntax.VarDecl) {
	name := d.Name.Ident
	if d.Name.Of != nil {
		c.defineMember(d)
		return
	}
	b := c.scope.bind(name)
	v := &Variable{Name: name, pos: d.NamePos.Span(), global: &globalVar{decl: d, scope: c.scope}}
	if b.value != nil && d.Specs&syntax.Extern == 0 && b.value.global != nil && b.value.global.decl.Specs&syntax.Extern == 0 && c.scope.kind == namespaceScope {
		c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of '" + name + "'", Span: v.pos,
			Notes: []diag.Note{{Message: "previous definition is here", Span: b.value.pos}}})
		return
	}
	b.value = v
	for _, a := range d.Attrs {
		if a.Name == "function_constant" {
			c.functionConstant(v, a)
			return
		}
		if input, ok := builtinAttrs[a.Name]; ok && c.scope.kind == namespaceScope {
			c.globalInput(v, input)
			return
		}
		c.attribute(a, globalAttr)
	}
	if c.lazily() || c.scope.templated {
		return
	}
	c.globalValue(v, v.pos)
}

// defineMember takes the value of a static member from its definition outside
// the class, unless the declaration has one.
func (c *checker) defineMember(d *syntax.VarDecl) {
	s, _, ok := c.qualifier(d.Name)
	if !ok || d.Init == nil {
		return
	}
	b := s.names.get(d.Name.Ident)
	if b == nil || b.value == nil || b.value.global == nil {
		c.errorf(d.NamePos.Span(), "no-member", "no static member named '%s' in '%s'", d.Name.Ident, s.name)
		return
	}
	b.value.global.decl, b.value.global.state = d, declared
}

// globalValue evaluates a variable of program scope once.
func (c *checker) globalValue(v *Variable, at diag.Span) {
	g := v.global
	switch g.state {
	case done:
		return
	case inProgress:
		c.errorf(v.pos, "self-reference", "variable '%s' declared with its own value", v.Name)
		v.Type = Of(errorType)
		return
	}
	g.state = inProgress
	stack := c.stack
	what := g.tmpl
	if what == "" && g.scope.kind == recordScope && g.scope.templated {
		what = "static data member '" + g.scope.name + "::" + v.Name + "'"
	}
	c.detached(g.scope, func() {
		c.stack = stack
		if what == "" {
			c.evaluateGlobal(v)
		} else if !c.instantiating("in instantiation of % requested here", what, at, func() { c.evaluateGlobal(v) }) {
			v.Type = Of(errorType)
		}
	})
	g.state = done
}

func (c *checker) evaluateGlobal(v *Variable) {
	g, d := v.global, v.global.decl
	t := c.initialisedType(d.Type, d.Init)
	v.Type = t
	if t.T.isError() {
		return
	}
	where := t.Space
	if t.T.Kind == TArray && where == ir.NoSpace {
		where = t.T.innermost().Space
	}
	if where != ir.Constant {
		v.Type = Of(errorType)
		if where == ir.Threadgroup && g.scope.kind != recordScope {
			c.errorf(v.pos, "global-space", "program scope variable must reside in constant address space")
			return
		}
		what := "program scope variable"
		switch {
		case g.scope.kind == recordScope:
			what = "static data member"
		case d.Specs&syntax.Extern != 0:
			what = "extern variable"
		}
		dg := diag.Diagnostic{Code: "global-space", Message: what + " must reside in constant address space", Span: v.pos}
		if start := d.Type.Span().Start; d.Init != nil && where == ir.NoSpace {
			dg.Fixes = []diag.Fix{{Span: diag.Span{Start: start, End: start}, Text: "constant "}}
		}
		c.report(dg)
		// Its value is still of use to what follows.
		t.Space = ir.Constant
		v.Type = t
		if d.Init == nil {
			v.Type = Of(errorType)
			return
		}
	}
	v.Type.Q |= Const
	if d.Init == nil && d.InitKind == syntax.NoInit && !(v.Type.T.Kind == TRecord && c.needsInit(v.Type.T.Record)) {
		if d.Specs&syntax.Extern != 0 || g.scope.kind == recordScope && where == ir.Constant {
			return
		}
		c.errorf(v.pos, "const-init", "variable in constant address space must be initialized")
		v.Type = Of(errorType)
		return
	}
	c.evaluateInto(v, d, true)
}
