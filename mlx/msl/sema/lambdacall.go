package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// callOperator is the name of what a call of an object calls.
const callOperator = "operator()"

// declareCall gives a closure's type its call operator: a member function, or
// a template of one if the lambda is generic. A type that is evaluated anew
// keeps the one it has, for classes that derive from it name that.
func (c *checker) declareCall(r *Record) {
	cl := r.Lambda
	e := cl.node
	for _, p := range e.Params {
		if i := slices.IndexFunc(e.Captures, func(cp syntax.Capture) bool { return cp.Name == p.Name && p.Name != "" && !cp.This }); i >= 0 {
			c.report(diag.Diagnostic{Code: "not-captured", Message: "a lambda parameter cannot shadow an explicitly captured entity", Span: p.NamePos.Span(),
				Notes: []diag.Note{{Message: "variable '" + p.Name + "' is explicitly captured here", Span: e.Captures[i].Span()}}})
		}
	}
	d := &syntax.FuncDecl{Range: e.Range, Specs: syntax.Constexpr, NamePos: e.Intro, Params: e.Params, Result: e.Result, Body: e.Body,
		Name: &syntax.Name{Range: e.Intro, Own: e.Start, Ident: callOperator}}
	if !e.Mutable {
		d.Quals = syntax.Const
	}
	if d.Result == nil {
		d.Result = &syntax.AutoType{Range: e.Range}
	}
	b := r.Scope.bind(callOperator)
	if len(e.Template) > 0 {
		if len(b.ftmpls) == 0 {
			b.ftmpls = []*Template{c.mem.templates.new()}
		}
		*b.ftmpls[0] = Template{Name: callOperator, kind: funcTemplate, decl: &syntax.TemplateDecl{Range: e.Range, Params: e.Template, Decl: d},
			params: e.Template, scope: cl.scope.lasting(), record: r}
		return
	}
	f := c.newMethod(r, d, cl.scope)
	f.lambda = cl
	c.signature(f)
	if len(b.funcs) == 0 {
		b.funcs = []*Function{f}
	} else {
		*b.funcs[0] = *f
	}
}

// checkLambda checks the body of a lambda whose parameters have types, so that
// its errors are found whether it is called or not.
func (c *checker) checkLambda(r *Record) {
	cl := r.Lambda
	body := c.fr.home()
	checked := false
	defer func() { body.partial = body.partial || !checked }() // else what it names is known when it is called
	if c.trap != nil || c.unevaluated > 0 || c.lambdas[cl.node] {
		return
	}
	c.lambdas[cl.node] = true
	if len(cl.node.Template) > 0 {
		c.generalLambda(r)
		return
	}
	f := c.here(r.Scope, callOperator).funcs[0]
	if !f.broken {
		c.defaultArguments(f)
	}
	if f.broken {
		return
	}
	c.scratch(func() {
		args := make([]Value, len(f.params))
		for i, p := range f.params {
			args[i] = c.unevaluatedResult(p.typ)
		}
		c.callClosure(f, nil, args, cl.node.Span())
		checked = true
	})
}

// generalLambda checks the body of a generic lambda for all arguments at once.
func (c *checker) generalLambda(r *Record) {
	cl := r.Lambda
	general := c.general
	c.general = true
	d := *c.here(r.Scope, callOperator).ftmpls[0].decl.Decl.(*syntax.FuncDecl)
	f := c.newMethod(r, &d, c.generalScope(cl.node.Template, cl.scope))
	f.lambda = cl
	c.signature(f)
	c.defaultArguments(f)
	c.scratch(func() {
		args := make([]Value, len(f.params))
		for i, p := range f.params {
			if args[i] = poison; !p.typ.T.isError() {
				args[i] = c.unevaluatedResult(p.typ)
			}
		}
		c.callClosure(f, nil, args, cl.node.Span())
	})
	c.general = general
}

// callClosure emits the body of a closure's call operator where it is called.
func (c *checker) callClosure(f *Function, this *Value, args []Value, at diag.Span) Value {
	if holdsAuto(f.result.T) && f.state == inProgress {
		return c.undeduced(f, at)
	}
	state, result := f.state, f.result
	f.state = inProgress
	v := c.inlineCall(f, this, args, at)
	f.state = state
	if holdsAuto(result.T) && (takesClosure(f.result.T) || f.result.T.isError() && c.trap != nil) {
		f.result = result // what it captures is another each time; what failed may be tried again
	}
	return v
}

const undeducedCode = "undeduced-result"

// undeduced reports the use of a function before a return statement has said
// what it gives.
func (c *checker) undeduced(f *Function, at diag.Span) Value {
	return c.report(diag.Diagnostic{Code: undeducedCode, Message: "function '" + f.String() + "' with deduced return type cannot be used before it is defined", Span: at,
		Notes: []diag.Note{{Message: "'" + f.Name + "' declared here", Span: f.decl.NamePos.Span()}}})
}

// enterClosure gives the body of a lambda the object around it, and the scope
// in which it stands.
func (c *checker) enterClosure(f *Function, fr *frame) *Scope {
	s, l := f.scope, f.lambda
	if fr.hasThis && len(l.state) > 0 {
		s = c.stateOf(f, &fr.this)
	}
	fr.hasThis, fr.this = l.frame.hasThis, l.frame.this
	if l.self {
		fr.hasThis, fr.this = true, c.lookup(s, copiedThis).value.val
	}
	return s
}

// stateOf is the scope of a call of a closure: in it the names of its state
// denote the object at hand.
func (c *checker) stateOf(f *Function, this *Value) *Scope {
	r := f.record
	object := c.toBase(c.materialise(*this), QualType{T: r.Type, Q: this.Type.Q})
	s := newBlock(f.scope)
	for i, v := range f.lambda.state {
		own := *v.Variable
		own.val = lvalue(v.Type, c.fieldValue(object, &r.Fields[i]).addr)
		switch b := s.bind(v.Name); {
		case !v.pack:
			b.value = &own
		case b.pack == nil:
			b.pack = &pack{vars: []*Variable{&own}}
		default:
			b.pack.vars = append(b.pack.vars, &own)
		}
	}
	return s
}

// captureless reports a closure whose body names nothing of the function that
// it stands in.
func (cl *closure) captureless() bool {
	return cl.node.Default == "" && len(cl.node.Captures) == 0
}

// invoker is the call operator of a closure without captures as a function; nil
// if what it gives cannot be deduced.
func (c *checker) invoker(f *Function) *Function {
	if f.invoker == nil {
		g := c.newFunction(f.decl, f.scope)
		*g = *f
		g.static, g.state = true, declared
		f.invoker = g
	}
	g := f.invoker
	if holdsAuto(g.result.T) {
		c.lower(g)
	}
	if holdsAuto(g.result.T) || g.result.T.isError() {
		return nil
	}
	return g
}

// lambdaFunction is the function that a lambda gives a pointer to; nil if it has
// captures, or its parameters are to be deduced and the pointer's type, if that is known,
// does not say from what.
func (c *checker) lambdaFunction(r *Record, want *Type) *Function {
	if !r.Lambda.captureless() {
		return nil
	}
	b := c.here(r.Scope, callOperator)
	if len(b.funcs) > 0 {
		if b.funcs[0].broken {
			return nil
		}
		return c.invoker(b.funcs[0])
	}
	if want == nil {
		return nil
	}
	this := Value{Type: Of(r.Type), addr: Addr{Space: ir.Thread}, mem: true}
	x := c.templateCandidate(b.ftmpls[0], &overloads{name: callOperator, this: &this}, c.argumentsOf(want), diag.Span{})
	if !x.viable() {
		return nil
	}
	return c.invoker(x.fn)
}
