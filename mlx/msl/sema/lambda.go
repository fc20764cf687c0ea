package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// closure is what a lambda's type remembers: its body is emitted where it is
// called, in the scope where it was written.
type closure struct {
	node  *syntax.LambdaExpr
	scope *Scope
	frame *frame
	decl  *syntax.FuncDecl
	self  bool                // it has a copy of *this
	state []*Variable         // what a mutable lambda captured by value, field by field
	fns   map[*Type]*Function // that pointers point to, by the type that is wanted
	depth int                 // of calls of it that are being emitted
	again []*Function         // that it calls itself through
}

// lambdaExpr makes a closure.
func (c *checker) lambdaExpr(e *syntax.LambdaExpr) Value {
	r := c.closureType(e)
	cl := &closure{node: e, scope: c.scope, frame: c.fr}
	r.Lambda, c.mem.work.kept = cl, true
	name := &syntax.Name{Range: e.Range, Own: e.Start, Ident: "operator()"}
	cl.decl = &syntax.FuncDecl{Range: e.Range, Specs: syntax.Constexpr, Name: name, NamePos: e.Range, Params: e.Params, Result: e.Result, Body: e.Body}
	if cl.decl.Result == nil {
		cl.decl.Result = &syntax.AutoType{Range: e.Range}
	}
	if len(e.Captures) > 0 {
		cl.scope = newBlock(c.scope)
		cl.scope.frame = c.fr
	}
	for _, cp := range e.Captures {
		c.capture(cl, cp)
	}
	if e.Default == "=" {
		c.captureUsed(cl)
	}
	m := c.closureObject(r)
	c.checkLambda(cl)
	return m
}

// closureType is the type of a lambda: a new one, unless it was evaluated to
// deduce something from it.
func (c *checker) closureType(e *syntax.LambdaExpr) *Record {
	r := c.foreseen[e]
	if r != nil {
		delete(c.foreseen, e)
		r.Fields = nil
	} else {
		r = c.newRecord("(lambda)", "class", c.scope)
		r.holdsClosure = true
	}
	if c.foreseeing != nil {
		c.foreseeing[e] = r
	}
	return r
}

// closureObject makes the object of a closure. What a mutable lambda captured
// by value is in it, so that copies have a state of their own; all other
// captures stay what they were, wherever the lambda goes.
func (c *checker) closureObject(r *Record) Value {
	state := r.Lambda.state
	for _, v := range state {
		r.addField(Field{Name: "#" + v.Name, Type: v.Type, ID: -1})
	}
	r.layOut()
	r.noteCopies()
	m := c.temp(r.Type)
	for i, v := range state {
		at := c.fieldValue(m, &r.Fields[i])
		c.copyObject(at, v.val, v.pos)
		v.val = lvalue(v.Type, at.addr)
	}
	return Value{Type: Of(r.Type), addr: m.addr, mem: true}
}

// stateOf is the scope of a call of a closure: in it the names of its state
// denote the object at hand.
func (c *checker) stateOf(f Value) *Scope {
	r := f.Type.T.Record
	cl := r.Lambda
	if len(cl.state) == 0 {
		return cl.scope
	}
	f = c.materialise(f)
	s := newBlock(cl.scope)
	s.frame = cl.frame
	for i, v := range cl.state {
		own := *v
		own.val = lvalue(v.Type, c.fieldValue(f, &r.Fields[i]).addr)
		s.bind(v.Name).value = &own
	}
	return s
}

// sameLambda reports the types of one lambda, which has another each time it is
// evaluated.
func sameLambda(a, b *Type) bool {
	return a.Kind == TRecord && b.Kind == TRecord && a.Record.Lambda != nil && b.Record.Lambda != nil && a.Record.Lambda.node == b.Record.Lambda.node
}

// captureUsed copies the variables that a lambda with a default of = names.
func (c *checker) captureUsed(cl *closure) {
	syntax.Inspect(cl.node.Body, func(n syntax.Node) {
		id, ok := n.(*syntax.IdentExpr)
		if !ok || id.Name.Of != nil {
			return
		}
		name := id.Name.Ident
		b := c.lookup(cl.scope, name)
		if b == nil {
			return
		}
		v, isPack := b.value, b.pack != nil && len(b.pack.vars) > 0
		if isPack {
			v = b.pack.vars[0]
		}
		if v != nil && v.bound && v.captured() && !v.copied {
			if cl.scope == c.scope {
				cl.scope = newBlock(c.scope)
				cl.scope.frame = c.fr
			}
			c.capture(cl, syntax.Capture{Range: id.Range, Name: name, Pack: isPack})
		}
	})
}

// captured reports variables that a lambda must capture to use: those of a
// function, but for constants and the memory of the threadgroup.
func (v *Variable) captured() bool {
	return v.home != nil && v.global == nil && v.konst == nil && v.data == 0 && v.val.set() == nil && v.val.addr.Space == ir.Thread && !v.Type.T.isError()
}

// checkCapture refuses the use of a variable that the lambda at hand does not
// capture.
func (c *checker) checkCapture(v *Variable, at diag.Span) bool {
	body := c.fr.home()
	if body.fn != nil && body.fn.lambda != nil && body.inline == nil && v.home != body && v.val.addr.Space == ir.Threadgroup {
		c.errorf(at, "not-captured", "variable '%s' cannot be used in a lambda that is converted to a pointer to function", v.Name)
		return false
	}
	if body.fn == nil || body.fn.lambda == nil || body.fn.lambda.node.Default != "" || c.unevaluated > 0 || v.home == body || !v.captured() && !(v.ref && v.param != nil) {
		return true
	}
	l := body.fn.lambda.node
	end := l.Intro.End - 1
	comma := ""
	if len(l.Captures) > 0 {
		comma = ", "
	}
	add := func(text string) []diag.Fix {
		return []diag.Fix{{Span: diag.Span{Start: end, End: end}, Text: comma + text}}
	}
	c.report(diag.Diagnostic{Code: "not-captured", Message: "variable '" + v.Name + "' cannot be implicitly captured in a lambda with no capture-default specified", Span: at,
		Notes: []diag.Note{
			{Message: "'" + v.Name + "' declared here", Span: v.pos},
			{Message: "lambda expression begins here", Span: l.Intro.Span()},
			{Message: "capture '" + v.Name + "' by value", Span: diag.Span{Start: end, End: end}, Fixes: add(v.Name)},
			{Message: "capture '" + v.Name + "' by reference", Span: diag.Span{Start: end, End: end}, Fixes: add("&" + v.Name)},
		}})
	return false
}

// checkLambda checks the body of a lambda whose parameters have types, so that
// its errors are found whether it is called or not.
func (c *checker) checkLambda(cl *closure) {
	body := c.fr.home()
	checked := false
	defer func() { body.partial = body.partial || !checked }() // else what it names is known when it is called
	if c.trap != nil || c.unevaluated > 0 || c.lambdas[cl.node] || len(cl.node.Template) > 0 {
		return
	}
	c.lambdas[cl.node] = true
	c.scratch(func() {
		fn := &Function{Name: "operator()", decl: cl.decl, scope: cl.scope, lambda: cl, signed: done}
		var args []Value
		for _, p := range cl.node.Params {
			var t QualType
			c.in(cl.scope, func() { t = c.typeOf(p.Type) })
			if t.T.isError() || p.Pack || isPackType(p.Type) || holdsAuto(t.T) {
				return
			}
			if t.T.Kind == TArray {
				t = Of(c.pointerTo(t.T.Elem.in(t.Space)))
			}
			fn.params = append(fn.params, param{name: p.Name, typ: t, decl: p})
			args = append(args, c.unevaluatedResult(t))
		}
		c.lambdaResult(fn)
		c.inlineCall(fn, nil, args, cl.node.Span())
		checked = true
	})
}

// lambdaResult resolves the result of a lambda's call, whose type sees the parameters.
func (c *checker) lambdaResult(fn *Function) {
	s := newBlock(fn.scope)
	s.signature = fn
	c.in(s, func() { fn.result = c.typeOf(fn.decl.Result) })
}

// capture makes the variables of explicit captures: copies, or the variables
// themselves.
func (c *checker) capture(cl *closure, cp syntax.Capture) {
	switch {
	case cp.Copy:
		if !c.fr.hasThis {
			c.errorf(cp.Span(), "this", "'this' cannot be captured in this context")
			return
		}
		cl.self = !c.fr.this.bad()
		c.captureValue(cl, cp, copiedThis, c.fr.this)
	case cp.This || cp.Name == "":
	case cp.Init != nil:
		c.captureValue(cl, cp, cp.Name, c.initValue(cp.Init))
	default:
		b := c.lookup(c.scope, cp.Name)
		switch {
		case b == nil:
			c.undeclared(cp.Span(), cp.Name)
		case b.value != nil:
			c.captureValue(cl, cp, cp.Name, c.variable(b.value, cp.Span()))
		case b.pack != nil && b.pack.vars != nil:
			own := &pack{vars: make([]*Variable, len(b.pack.vars))}
			for i, v := range b.pack.vars {
				c.captureValue(cl, cp, cp.Name, c.variable(v, cp.Span()))
				own.vars[i] = cl.scope.bind(cp.Name).value
			}
			*cl.scope.bind(cp.Name) = binding{pack: own}
		}
	}
}

// copiedThis is the name under which a closure has the object that [*this]
// copied.
const copiedThis = "*this"

// captureValue makes the variable of one capture.
func (c *checker) captureValue(cl *closure, cp syntax.Capture, name string, x Value) {
	if x.bad() {
		return
	}
	v := &Variable{Name: name, Type: x.Type, pos: cp.Span(), bound: true, konst: x.konst()}
	switch {
	case cp.Ref:
		v.val, v.ref = c.materialise(x), true
	case x.Type.T.Kind == TRecord && x.Type.T.Record.Lambda != nil && !cl.node.Mutable:
		v.val = x
	default:
		q := x.Type
		if !cl.node.Mutable {
			q.Q |= Const
		}
		q.Space = ir.Thread
		m := c.temp(x.Type.T)
		c.copyObject(m, x, cp.Span())
		v.Type, v.val, v.copied = q, lvalue(q, m.addr), true
		if cl.node.Mutable && !cp.Pack {
			cl.state = append(cl.state, v)
		}
	}
	if v.val.addr.Base == baseReg {
		v.val.addr.owner = c.b.id
	}
	cl.scope.bind(name).value = v
}

// lambdaFunction is the function that a lambda gives a pointer to; nil if it has
// captures, or parameters that neither it nor the pointer, if that is known,
// gives a type.
func (c *checker) lambdaFunction(cl *closure, want *Type) *Function {
	if !cl.captureless() {
		return nil
	}
	f := cl.fns[want]
	if f == nil {
		f = c.newFunction(cl.decl, cl.scope)
		f.lambda, f.static = cl, true
		if ok, _ := c.try(func() { c.signature(f) }); !ok || f.broken {
			return nil
		}
		for i := range f.params {
			switch p := &f.params[i].typ; {
			case !holdsAuto(p.T):
			case want != nil && len(want.Params) == len(f.params) && p.T == autoType:
				*p = want.Params[i].with(p.Q)
			default:
				return nil
			}
		}
		if cl.fns == nil {
			cl.fns = map[*Type]*Function{}
		}
		cl.fns[want] = f
	}
	if holdsAuto(f.result.T) {
		c.lower(f)
	}
	return f
}

// callLambda calls a closure: the parameters' types are those written, with
// auto and template parameters deduced from the arguments.
func (c *checker) callLambda(f Value, args []Value, spans []diag.Span, at diag.Span) Value {
	cl := f.Type.T.Record.Lambda
	scope := c.stateOf(f)
	refuse := func(why string) Value {
		return c.report(diag.Diagnostic{Code: "no-matching-function", Message: "no matching function for call to object of type '" + f.Type.String() + "'", Span: at,
			Notes: []diag.Note{{Message: "candidate function not viable: " + why, Span: cl.node.Intro.Span()}}})
	}
	if len(cl.node.Template) > 0 {
		d := newDeduction(c, cl.node.Template, scope)
		for i, p := range cl.node.Params {
			if i < len(args) && !d.fromValue(p.Type, args[i]) {
				return refuse("template arguments cannot be deduced")
			}
		}
		full, why := d.complete()
		if why.kind != viable {
			return refuse(why.String())
		}
		var ok bool
		if _, scope, ok = c.bindParams(cl.node.Template, scope, full, at, &Template{Name: "(lambda)", kind: funcTemplate}); !ok {
			return poison
		}
	}
	fn := &Function{Name: "operator()", decl: cl.decl, scope: scope, lambda: cl, signed: done}
	conv := make([]Value, 0, len(args))
	n := 0
	add := func(p *syntax.ParamDecl, te syntax.TypeExpr, pack bool) bool {
		var t QualType
		ok := true
		c.in(scope, func() {
			t = c.typeOf(te)
			if holdsAuto(t.T) && n < len(args) {
				t, ok = c.deduceAuto(te, args[n])
			}
		})
		if !ok || t.T.isError() {
			return false
		}
		if t.T.Kind == TArray {
			t = Of(c.pointerTo(t.T.Elem.in(t.Space)))
		}
		fn.params = append(fn.params, param{name: p.Name, typ: t, decl: p, pack: pack})
		var v Value
		switch {
		case n < len(args):
			v = c.convert(args[n], t, spans[n], forParam)
		case p.Default != nil:
			v = c.convert(c.expr(p.Default), t, p.Default.Span(), forParam)
		default:
			refuse(arity(len(cl.node.Params), cl.node.Params[0].Name, len(cl.node.Params), len(args)))
			return false
		}
		n++
		if v.bad() {
			return false
		}
		if !t.T.isRef() {
			c.load(&v)
		}
		conv = append(conv, v)
		return true
	}
	for _, p := range cl.node.Params {
		te := p.Type
		if e, ok := te.(*syntax.PackType); ok || p.Pack {
			if ok {
				te = e.Elem
			}
			for n < len(args) {
				if !add(p, te, true) {
					return poison
				}
			}
			continue
		}
		if !add(p, te, false) {
			return poison
		}
	}
	if n < len(args) {
		first := ""
		if n > 0 {
			first = cl.node.Params[0].Name
		}
		return refuse(arity(n, first, n, len(args)))
	}
	c.lambdaResult(fn)
	if cl.depth >= maxInlinedAgain && cl.separable(fn) {
		return c.callAgain(cl, fn, conv, at)
	}
	cl.depth++
	defer func() { cl.depth-- }()
	return c.inlineCall(fn, nil, conv, at)
}

// captureless reports a closure whose body names nothing of the function that
// it stands in, and has no template parameters.
func (cl *closure) captureless() bool {
	return cl.node.Default == "" && len(cl.node.Captures)+len(cl.node.Template) == 0
}

// separable reports that a call of the closure can be one of a function.
func (cl *closure) separable(fn *Function) bool {
	return cl.captureless() && !slices.ContainsFunc(fn.params, func(p param) bool {
		r := stripTypeRef(p.typ).T.Record
		return takesClosure(p.typ.T) && (r.Lambda == nil || !r.Lambda.captureless())
	})
}

// callAgain calls a closure that calls itself, as in f(f, n - 1), through a
// function.
func (c *checker) callAgain(cl *closure, fn *Function, args []Value, at diag.Span) Value {
	i := slices.IndexFunc(cl.again, func(g *Function) bool { return slices.Equal(g.paramTypes(), fn.paramTypes()) })
	if i < 0 {
		i = len(cl.again)
		g := c.newFunction(cl.decl, cl.scope)
		g.lambda, g.static, g.signed, g.params, g.result = cl, true, done, fn.params, fn.result
		cl.again = append(cl.again, g)
	}
	g := cl.again[i]
	if holdsAuto(g.result.T) {
		if g.state == inProgress {
			return c.errorf(at, "auto-result", "a lambda that calls itself needs a return type: '-> type' behind its parameters")
		}
		if c.lower(g); holdsAuto(g.result.T) || g.result.T.isError() {
			return poison
		}
	}
	return c.emitCall(g, nil, args, at)
}
