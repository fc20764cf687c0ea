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
	self  bool    // it has a copy of *this
	state []state // field by field
}

// state is a capture by value of which every copy of a closure has its own: it
// may change, or copying it runs a constructor.
type state struct {
	*Variable
	pack bool // an element of a pack
}

// lambdaExpr makes a closure.
func (c *checker) lambdaExpr(e *syntax.LambdaExpr) Value {
	r := c.closureType(e)
	cl := &closure{node: e, scope: c.scope, frame: c.fr}
	r.Lambda, c.mem.work.kept = cl, true
	if len(e.Captures) > 0 {
		cl.scope = newBlock(c.scope)
	}
	for _, cp := range e.Captures {
		c.capture(cl, cp)
	}
	if e.Default == "=" {
		c.captureUsed(cl)
	}
	m := c.closureObject(r)
	c.declareCall(r)
	c.checkLambda(r)
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

// closureObject makes the object of a closure. Its state is in it; all other
// captures stay what they were, wherever the lambda goes.
func (c *checker) closureObject(r *Record) Value {
	state := r.Lambda.state
	for _, v := range state {
		r.addField(Field{Name: "#" + v.Name, Type: v.Type, ID: -1})
	}
	r.layOut()
	r.noteCopies()
	c.implied(r)
	c.noteDeletions(r)
	m := c.temp(r.Type)
	for i, v := range state {
		at := c.fieldValue(m, &r.Fields[i])
		c.copyMem(at.addr, v.val.addr, v.Type.T.size())
		v.val = lvalue(v.Type, at.addr)
	}
	return c.aggregate(r.Type, m.addr)
}

// sameLambda reports the types of one lambda, which has another each time it is
// evaluated.
func sameLambda(a, b *Type) bool {
	return a.Kind == TRecord && b.Kind == TRecord && a.Record.Lambda != nil && b.Record.Lambda != nil && a.Record.Lambda.node == b.Record.Lambda.node
}

// captureUsed copies the variables that a lambda with a default of = names. A
// copy that another closure has is as good where neither changes.
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
		if v != nil && v.bound && v.captured() && v.captor != cl.node && (!v.frozen || cl.node.Mutable) {
			if cl.scope == c.scope {
				cl.scope = newBlock(c.scope)
			}
			c.capture(cl, syntax.Capture{Range: id.Range, Name: name, Pack: isPack})
		}
	})
}

// captured reports variables that a lambda must capture to use: those of a
// function, but for constants and the memory of the threadgroup.
func (v *Variable) captured() bool {
	return (v.home != nil || v.captor != nil) && v.global == nil && v.konst == nil && v.data == 0 && v.val.set() == nil && v.val.addr.Space == ir.Thread && !v.Type.T.isError()
}

// odrUsed reports variables that a local class may not name, and a lambda only if it captures
// them: those that need be captured, and constants of other types than integers' that are not
// constexpr.
func (v *Variable) odrUsed() bool {
	return v.captured() || v.home != nil && v.konst != nil && v.global == nil && !v.constexpr && !v.Type.T.isIntegral() && v.Type.T.Kind != TEnum
}

// checkCapture refuses the use of a variable that the lambda at hand does not
// capture.
func (c *checker) checkCapture(v *Variable, at diag.Span) bool {
	body := c.fr.home()
	if body.preset && c.unevaluated == 0 && v.captured() {
		c.report(diag.Diagnostic{Code: "default-argument", Message: "default argument references local variable '" + v.Name + "' of enclosing function", Span: at, Notes: c.declaredAt(v.pos, v.Name)})
		return false
	}
	if v.home != nil && c.unevaluated == 0 && v.odrUsed() && (v.home == body && body.member || v.home != body && body.ofLocalClass(v.home)) {
		d := diag.Diagnostic{Code: "enclosing-local", Message: "reference to local variable '" + v.Name + "' declared in enclosing function", Span: at, Notes: c.declaredAt(v.pos, v.Name)}
		if v.home.fn != nil {
			d.Message += " '" + v.home.fn.Name + "'"
		}
		c.report(d)
		return false
	}
	if body.fn != nil && body.fn.lambda != nil && body.inline == nil && body.fn.outer == nil && v.home != body && v.val.addr.Space == ir.Threadgroup {
		c.errorf(at, "not-captured", "variable '%s' cannot be used in a lambda that is converted to a pointer to function", v.Name)
		return false
	}
	if body.fn == nil || body.fn.lambda == nil || body.fn.lambda.node.Default != "" || c.unevaluated > 0 || v.home == body || v.captor == body.fn.lambda.node || !v.odrUsed() && !(v.ref && v.param != nil) {
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

// ofLocalClass reports the body of a member of a local class, or of one in it, or of a lambda
// there, which the variables of a function around the class are unknown to.
func (fr *frame) ofLocalClass(around *frame) bool {
	for fr != around && fr.fn != nil && fr.fn.lambda != nil && fr.fn.lambda.frame != nil {
		fr = fr.fn.lambda.frame.home()
	}
	return fr != around && fr.fn != nil && fr.fn.record != nil && fr.fn.lambda == nil && fr.fn.record.Scope.local()
}

// checkThis refuses the use of the object around a lambda that does not capture
// it.
func (c *checker) checkThis(at diag.Span) bool {
	f := c.fr.home().fn
	if f == nil || f.lambda == nil || c.unevaluated > 0 || f.lambda.takesThis() {
		return true
	}
	if around := f.lambda.frame; !around.hasThis || c.fr.this.addr != around.this.addr { // of an object whose members are initialised
		return true
	}
	c.errorf(at, "not-captured", "'this' cannot be implicitly captured in this context")
	return false
}

func (cl *closure) takesThis() bool {
	return cl.node.Default != "" || slices.ContainsFunc(cl.node.Captures, func(cp syntax.Capture) bool { return cp.This })
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
		x := c.fr.this
		x.Type.Q &^= Const
		c.captureValue(cl, cp, copiedThis, x)
	case cp.This && !c.fr.hasThis && c.trap == nil:
		c.errorf(cp.Span(), "this", "'this' cannot be captured in this context")
	case cp.This || cp.Name == "":
	case cp.Init != nil:
		x := c.initValue(cp.Init)
		if !cp.Ref && !x.bad() {
			switch {
			case x.Type.T.Kind == TArray:
				c.decay(&x)
			case x.set() != nil:
				if t, ok := c.deduceAuto(&syntax.AutoType{Range: cp.Range}, x); ok {
					x = c.convert(x, t, cp.Init.Span(), forInit)
				}
			}
			x.Type = x.Type.unqual()
		}
		c.captureValue(cl, cp, cp.Name, x)
	default:
		b := c.lookup(c.scope, cp.Name)
		switch {
		case b == nil:
			c.undeclared(cp.Span(), cp.Name)
		case b.value != nil && b.value.global != nil && b.value.home == nil:
			c.report(diag.Diagnostic{Code: "not-captured", Message: "'" + cp.Name + "' cannot be captured because it does not have automatic storage duration", Span: cp.Span(),
				Notes: c.declaredAt(b.value.pos, cp.Name)})
		case b.value != nil:
			c.captureVariable(cl, cp, b.value)
		case b.pack != nil && b.pack.vars != nil:
			own := &pack{vars: make([]*Variable, len(b.pack.vars))}
			for i, v := range b.pack.vars {
				c.captureVariable(cl, cp, v)
				own.vars[i] = cl.scope.bind(cp.Name).value
			}
			*cl.scope.bind(cp.Name) = binding{pack: own}
		}
	}
}

// copiedThis is the name under which a closure has the object that [*this]
// copied.
const copiedThis = "*this"

func (c *checker) captureVariable(cl *closure, cp syntax.Capture, from *Variable) {
	x := c.variable(from, cp.Span())
	if from.frozen && !cp.Ref {
		x.Type.Q &^= Const
	}
	c.captureValue(cl, cp, cp.Name, x)
}

// captureValue makes the variable of one capture.
func (c *checker) captureValue(cl *closure, cp syntax.Capture, name string, x Value) {
	if x.bad() {
		cl.scope.bind(name).value = &Variable{Name: name, Type: Of(errorType), val: poison}
		return
	}
	v := &Variable{Name: name, Type: x.Type, pos: cp.Span(), bound: true, captor: cl.node}
	if !cl.node.Mutable || x.Type.isConst() {
		v.konst = x.konst()
	}
	r := innermost(x.Type.T).Record
	own := cl.node.Mutable || r != nil && (r.copies || r.ends || r.deleted[copyConstructor] != nil)
	switch {
	case cp.Ref:
		v.val, v.ref = c.materialise(x), true
	case x.Type.T.Kind == TRecord && x.Type.T.Record.Lambda != nil && !own && len(x.Type.T.Record.Lambda.state) == 0:
		v.val = x
	default:
		q := x.Type
		if !cl.node.Mutable && !q.isConst() {
			q.Q |= Const
			v.frozen = true
		}
		q.Space = ir.Thread
		m := c.temp(x.Type.T)
		c.copyObject(m, x, cp.Span())
		v.Type, v.val = q, lvalue(q, m.addr)
		if own {
			cl.state = append(cl.state, state{v, cp.Pack})
		}
	}
	c.b.own(&v.val.addr)
	cl.scope.bind(name).value = v
}
