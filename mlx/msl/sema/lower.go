package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// index is the place of a function in the program; asking for it makes sure
// that the body will be lowered.
func (c *checker) index(f *Function) int {
	first := f.index == 0
	if first {
		c.prog.Funcs = append(c.prog.Funcs, nil)
		c.lowered = append(c.lowered, f)
		f.index = len(c.prog.Funcs)
	}
	if (first || f.idle) && f.state == declared {
		if f.idle = c.general; !f.idle {
			c.queue = append(c.queue, f)
		}
	}
	return f.index - 1
}

// lower checks the body of a function and emits it.
func (c *checker) lower(f *Function) {
	if f.state != declared || f.broken && !f.legible {
		return
	}
	f.state = inProgress
	defer func(top syntax.Decl, general bool) { c.top, c.general = top, general }(c.top, c.general)
	c.top, c.general = f.top, false
	if f.decl.Body == nil && !f.decl.Default && !f.decl.Broken {
		switch {
		case f.index == 0:
			f.state = done
			return
		case !c.elsewhere(f):
			f.state = done
			c.errorf(f.decl.NamePos.Span(), "undefined-function", "function '%s' is used but has no definition", f)
			c.close(f, c.mem.newBuilder(f.Name, f.decl.Span().Start))
			return
		}
	}
	if f.decl.Body != nil {
		c.export(f)
	}
	if holdsAuto(f.result.T) {
		c.deduceResult(f)
	}
	mark := c.mem.work.mark()
	defer func() { c.mem.work.release(mark) }()
	fr := c.mem.work.frames.new()
	*fr = frame{b: c.bodyBuilder(f, f.String()), fn: f, result: f.result}
	stack := c.bodyStack(f)
	outer := c.stack
	if len(stack) > maxInstantiationDepth && !c.exhausted {
		c.exhausted = true
		c.stack = stack[:8]
		c.hard(func() {
			c.errorf(f.decl.NamePos.Span(), "template-depth", "recursive template instantiation exceeded maximum depth of %d", maxInstantiationDepth)
		})
		c.stack = outer
	}
	if c.exhausted && len(stack) > 0 {
		c.close(f, fr.b)
		return
	}
	c.stack = stack
	unevaluated, errors := c.unevaluated, c.bag.Errors()
	c.unevaluated = 0
	c.hard(func() { c.emitBody(f, fr) })
	c.unevaluated = unevaluated
	c.stack = outer
	c.close(f, fr.b)
	if f.isConstexpr() && f.lambda == nil && f.tmpl == nil && !f.scope.templated && c.bag.Errors() == errors {
		c.hard(func() { c.everConstant(f) })
	}
}

// emitBody emits the parameters and the body of a function.
func (c *checker) emitBody(f *Function, fr *frame) {
	c.inFrame(fr, func() {
		c.in(f.block(), func() {
			c.parameters(f)
			if f.outer != nil && f.lambda != nil {
				c.scope.enter(c.enterClosure(f, fr))
			}
			c.body(f)
		})
	})
}

// bodyBuilder gives the builder of a function's body. A kernel, or a function
// that was called, will probably stay in the program.
func (c *checker) bodyBuilder(f *Function, name string) *Builder {
	b := c.mem.newBuilder(name, f.decl.Span().Start)
	if f.index > 0 {
		b.out = &c.mem.program
	}
	b.exact = f.isConstexpr()
	return b
}

// close puts the finished body of a function into the program.
func (c *checker) close(f *Function, b *Builder) {
	if b.strayed != 0 {
		c.errorf(diag.Span{Start: b.strayed, End: b.strayed + 1}, "captures", "the captures of a lambda are not known in '%s', which has it behind a pointer to something else; pass the lambda itself", f)
	}
	stays := b.out == &c.mem.program
	fn := b.finish()
	if stays {
		fn.Seal()
	}
	f.state = done
	c.prog.Funcs[c.index(f)] = fn
}

// bodyStack is the instantiation stack for the body of a function.
func (c *checker) bodyStack(f *Function) []context {
	what := "in instantiation of function template specialization '%' requested here"
	if f.tmpl == nil {
		if len(f.stack) == 0 && f.at == (diag.Span{}) {
			return nil
		}
		what = "in instantiation of member function '%' requested here"
	}
	n := len(f.stack)
	return append(f.stack[:n:n], context{what: what, fn: f, span: f.at})
}

// deduceResult finds the result type of a function declared auto by checking
// its body once, and what a function that calls itself in the one that it was
// to be emitted into uses of that.
func (c *checker) deduceResult(f *Function) {
	mark := c.mem.work.mark()
	fr := c.mem.work.frames.new()
	*fr = frame{b: c.mem.newBuilder("", 0), fn: f, result: f.result, deduce: holdsAuto(f.result.T)}
	stack := c.stack
	c.stack = c.bodyStack(f)
	t := &trap{}
	saved := c.trap
	c.trap = t
	c.emitBody(f, fr)
	fr.b.release()
	c.trap = saved
	c.stack = stack
	f.result = fr.result
	if fr.deduce {
		f.result = c.returnsNothing()
	}
	if f.result.T.isError() && t.first.Code == undeducedCode && t.first.Notes[0].Span == f.decl.NamePos.Span() {
		c.report(t.first) // the body has a result when it is emitted
	}
	c.mem.work.release(mark)
}

// parameters makes the registers and variables of a function's parameters:
// the address of the result if that is an aggregate, this, then the rest.
func (c *checker) parameters(f *Function) {
	b := c.b
	ptr := func(s ir.Space, name string) ir.Reg {
		r := b.Temp(ir.Type{Kind: ir.Ptr, Space: s})
		b.name(r, name)
		b.fn.Params = append(b.fn.Params, r)
		return r
	}
	res := f.result.T
	if f.decl.Body != nil && res.Kind == TRecord && res.Record.undefined() {
		c.incomplete(res.Record, f.decl.NamePos.Span(), 0, "incomplete result type '"+res.String()+"' in function definition")
	}
	switch {
	case res == voidType || c.fr.deduce:
	case res.isRef():
		b.fn.Results = []ir.Type{res.regType()}
	case res.inRegisters():
		for range res.regCount() {
			b.fn.Results = append(b.fn.Results, res.regType())
		}
	default:
		c.fr.sret = regAddr(ptr(ir.Thread, "result"), ir.Thread)
	}
	if f.record != nil && !f.static {
		c.bindThis(f)
		c.fr.this.addr = regAddr(ptr(f.thisSpace(), "this"), f.thisSpace())
		c.fr.this.addr.owner = c.b.id
	}
	packs := c.paramPacks(f)
	for _, p := range f.params {
		v := c.scope.room().variables.new()
		v.Name, v.Type, v.pos, v.whole, v.bound, v.param, v.home = p.name, p.typ, p.decl.NamePos.Span(), p.decl.Span(), true, p.decl, c.fr.home()
		t, at := p.typ.T, v.pos
		if p.name == "" {
			at = v.whole
		}
		switch {
		case t.isError(), f.decl.Body != nil && t.Kind == TRecord && !c.completeFor(t.Record, at, 0, "variable has incomplete type"):
			v.val = poison
		case t.isRef():
			v.refersTo(t)
			v.val = lvalue(t.Elem, regAddr(ptr(t.Elem.Space, p.name), t.Elem.Space))
			if t.Elem.Space == ir.NoSpace {
				v.val.addr.Space, v.val.Type.Space = ir.Thread, ir.Thread
			}
		case t.inRegisters():
			n := t.regCount()
			r := b.Run(t.regType(), n)
			for i := range n {
				b.fn.Params = append(b.fn.Params, r+ir.Reg(i))
				b.name(r+ir.Reg(i), p.name)
			}
			v.val = lvalue(p.typ, b.Variable(p.name, ir.Thread, t, t.align(), v.pos.Start))
			c.store(v.val, c.b.run(t, r))
		default:
			v.val = lvalue(p.typ, regAddr(ptr(ir.Thread, p.name), ir.Thread))
		}
		c.bindParam(v, packs)
	}
	if f.outer != nil {
		b.outer = f.outer
		for _, a := range *f.outer {
			b.passed = append(b.passed, ptr(a.Space, ""))
		}
	}
}

// paramPacks declares the parameter packs of a function, which its parameters fill.
func (c *checker) paramPacks(f *Function) map[string]*pack {
	var packs map[string]*pack
	for _, p := range f.decl.Params {
		if (p.Pack || isPackType(p.Type)) && p.Name != "" {
			if packs == nil {
				packs = map[string]*pack{}
			}
			packs[p.Name] = &pack{vars: []*Variable{}}
			c.scope.bind(p.Name).pack = packs[p.Name]
		}
	}
	return packs
}

func (c *checker) bindParam(v *Variable, packs map[string]*pack) {
	c.b.own(&v.val.addr)
	if v.Name == "" {
		return
	}
	if p := packs[v.Name]; p != nil {
		p.vars = append(p.vars, v)
		return
	}
	b := c.scope.bind(v.Name)
	if b.value != nil {
		c.parameterTwice(v.Name, v.pos, b.value.pos)
	}
	b.value = v
}

// parameterNames reports parameters of one name where no body has them.
func (c *checker) parameterNames(d *syntax.FuncDecl) {
	for i, p := range d.Params {
		if j := slices.IndexFunc(d.Params[:i], func(q *syntax.ParamDecl) bool { return q.Name == p.Name }); p.Name != "" && j >= 0 {
			c.parameterTwice(p.Name, p.NamePos.Span(), d.Params[j].NamePos.Span())
		}
	}
}

func (c *checker) parameterTwice(name string, at, old diag.Span) {
	c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of parameter '" + name + "'", Span: at,
		Notes: []diag.Note{{Message: "previous declaration is here", Span: old}}})
}

// body emits the statements of a function and its implicit return.
func (c *checker) body(f *Function) {
	d := f.decl
	switch {
	case f.ctor && (d.Body != nil || d.Default):
		c.initMembers(f)
	case f.record != nil && f == f.record.ender:
		for _, part := range c.parts(c.fr.this) {
			c.fr.willEnd(c, part.Type.T, part.addr)
		}
	}
	if d.Default && d.Body == nil {
		c.defaulted(f)
		c.leave(0)
		return
	}
	if d.Body == nil || d.Broken {
		c.b.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
		return
	}
	c.remarkLoops(d.Body.Stmts)
	for _, s := range d.Body.Stmts {
		c.stmt(s)
	}
	c.remarkVariables(c.fr)
	if c.b.watched != nil && c.fr.inline == nil && c.trap == nil && !c.general {
		c.remarkUninitialized(f)
	}
	c.b.pos = d.Body.End
	if d.Body.End > 0 {
		c.b.pos = d.Body.End - 1
	}
	c.leave(0)
	if c.b.dead || c.fr.deduce {
		return
	}
	c.fallOff(f.result, c.b.pos, d.Body.Stmts)
}

// fallOff ends a function whose last statement can be passed. A switch that takes
// every enumerator is only passed by a value that is none of them.
func (c *checker) fallOff(result QualType, at diag.Pos, body []syntax.Stmt) {
	if c.fr.inline != nil {
		return
	}
	if c.fr.result.T == voidType || result.T == voidType {
		c.b.Emit(ir.Instr{Op: ir.Return, Dst: ir.NoReg})
		return
	}
	message := "non-void function does not return a value"
	if c.fr.returns {
		message += " in all control paths"
	}
	if n := len(body); c.fr.covers == nil || body[n-1] != syntax.Stmt(c.fr.covers) {
		c.warnf(diag.Span{Start: at, End: at + 1}, "return-type", "%s", message)
	}
	ret := ir.Instr{Op: ir.Return, Dst: ir.NoReg}
	for _, t := range c.b.fn.Results {
		ret.Args = append(ret.Args, c.b.constant(t, 0))
	}
	c.b.Emit(ret)
}

// inlineCall emits the body of a function where it is called: lambdas, which
// see the variables around them, and functions that take lambdas.
func (c *checker) inlineCall(f *Function, this *Value, args []Value, at diag.Span) Value {
	if f.inlined > 0 {
		return c.callAgain(f, this, args, at)
	}
	if c.inlineDepth > 64 {
		return c.errorf(at, "recursion", "lambda calls are nested too deeply")
	}
	if c.inlined++; c.inlined > maxInlined {
		if c.inlined == maxInlined+1 {
			c.hard(func() {
				c.errorf(at, "lambda-count", "more than %d calls of lambdas, each of which is emitted where it stands", maxInlined)
			})
		}
		return poison
	}
	c.inlineDepth++
	f.inlined++
	defer func() { c.inlineDepth--; f.inlined-- }()
	fr := &frame{b: c.b, fn: f, result: f.result, inline: &inlined{}, deduce: holdsAuto(f.result.T)}
	if this != nil {
		fr.hasThis, fr.this = true, *this
	}
	scope := f.scope
	if f.lambda != nil {
		scope = c.enterClosure(f, fr)
	}
	outer, stack := c.fr, c.stack
	pos := c.b.pos
	c.fr = fr
	if f.tmpl != nil {
		c.stack = append(c.stack[:len(c.stack):len(c.stack)], context{what: "in instantiation of function template specialization '%' requested here", fn: f, span: at})
	}
	c.in(newBlock(scope), func() {
		packs := map[string]*pack{}
		for _, p := range f.decl.Params {
			if (p.Pack || isPackType(p.Type)) && p.Name != "" {
				packs[p.Name] = &pack{vars: []*Variable{}}
				c.scope.bind(p.Name).pack = packs[p.Name]
			}
		}
		for i, p := range f.params {
			v := c.scope.room().variables.new()
			*v = Variable{Name: p.name, Type: p.typ, pos: p.decl.NamePos.Span(), bound: true, param: p.decl, home: c.fr.home()}
			if p.typ.T.isError() {
				v.val = poison
			} else if p.typ.T.isRef() {
				v.refersTo(p.typ.T)
				v.val = args[i]
			} else {
				v.val = lvalue(p.typ, c.b.Variable(p.name, ir.Thread, p.typ.T, p.typ.T.align(), v.pos.Start))
				c.copyObject(v.val, args[i], at)
				outer.takesPlace(args[i])
				outer.willEnd(c, p.typ.T, v.val.addr)
				if k, ok := c.knownRegs(args[i]); ok && p.typ.isConst() {
					v.konst = k
				}
			}
			c.bindParam(v, packs)
		}
		c.b.Scope(func(depth int) {
			fr.inline.depth = depth
			c.body(f)
		})
	})
	c.b.pos = pos
	c.fr, c.stack = outer, stack
	if fr.deduce {
		f.result = c.returnsNothing()
	} else {
		f.result = fr.result
	}
	res := f.result.T
	switch {
	case res == voidType || res.isError():
		return Value{Type: Of(res)}
	case !fr.inline.made:
		return c.noValue(res)
	case res.isRef():
		p := c.b.Load(res.regType(), 1, fr.inline.slot, 0)
		v := lvalue(res.Elem, regAddr(p[0], res.Elem.Space))
		if res.Kind == TRValueRef {
			v.Cat = XValue
		}
		return v
	case res.inRegisters():
		return c.loaded(lvalue(Of(res), fr.inline.slot))
	}
	return c.aggregate(res, fr.inline.slot)
}

// noValue is some value of a type: that of a call which never returns one.
func (c *checker) noValue(t *Type) Value {
	if t.isRef() || t.isError() {
		return poison
	}
	return c.zero(t)
}
