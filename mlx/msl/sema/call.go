package sema

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// call evaluates f(args).
func (c *checker) call(e *syntax.CallExpr) Value {
	if id, ok := e.Fun.(*syntax.IdentExpr); ok {
		return c.callName(e, id)
	}
	f := c.callee(e.Fun)
	args, spans, ok := c.arguments(e.Args)
	if f.bad() || !ok {
		return poison
	}
	return c.callValue(f, args, spans, e)
}

// callName calls a function by a name, which may also be found through the
// arguments, or be a type.
func (c *checker) callName(e *syntax.CallExpr, id *syntax.IdentExpr) Value {
	f := c.find(&id.Name)
	if !f.ok {
		c.try(func() { c.arguments(e.Args) })
		return poison
	}
	if f.binding != nil && f.value == nil && len(f.funcs)+len(f.ftmpls)+len(f.fams) == 0 {
		if t, isType := c.typeFrom(f); isType {
			return c.constructType(t, e.Args, e)
		} else if t.T.isError() {
			return poison
		}
	}
	unqualified := id.Name.Simple()
	if f.binding == nil && f.part.Ident == "is_function_constant_defined" {
		return c.constantDefined(e)
	}
	if f.binding == nil {
		args, spans, ok := c.arguments(e.Args)
		if !ok {
			if !c.general { // else the arguments may find it
				c.undeclared(id.Span(), f.part.Ident)
			}
			return poison
		}
		set := c.mem.work.sets.new()
		set.name, set.hasArg, set.part = f.part.Ident, f.part.HasArgs, f.part
		c.byArguments(set, args)
		if len(set.funcs)+len(set.tmpls)+len(set.fams) == 0 {
			c.undeclared(id.Span(), f.part.Ident)
			return poison
		}
		return c.callValue(Value{Type: Of(overloadType), what: set}, args, spans, e)
	}
	fn := c.named(f, id.Span())
	args, spans, ok := c.arguments(e.Args)
	if fn.bad() || !ok {
		return poison
	}
	if fn.set() != nil && unqualified && !f.member() {
		c.byArguments(fn.set(), args)
	}
	return c.callValue(fn, args, spans, e)
}

// constantDefined is is_function_constant_defined(name): whether the host gave
// a value when it compiled.
func (c *checker) constantDefined(e *syntax.CallExpr) Value {
	if len(e.Args) == 1 {
		if id, ok := e.Args[0].(*syntax.IdentExpr); ok {
			f := c.find(&id.Name)
			if !f.ok {
				return poison
			}
			if f.functionConstant() {
				return c.b.rvalue(boolType(), c.b.Bool(f.value.konst != nil))
			}
		}
	}
	return c.errorf(e.Span(), "function-constant", "argument of 'is_function_constant_defined' must be a function constant")
}

// member reports functions of a class, for which arguments find no others.
func (f found) member() bool {
	return len(f.funcs) > 0 && f.funcs[0].record != nil || len(f.ftmpls) > 0 && f.ftmpls[0].record != nil
}

// callValue calls what an expression denotes.
func (c *checker) callValue(f Value, args []Value, spans []diag.Span, e *syntax.CallExpr) Value {
	at := e.Span()
	if f.set() != nil {
		if f.set().pointer != nil {
			return c.callThrough(*f.set().pointer, f.set().this, args, at, spans)
		}
		if f.set().this != nil && f.set().name == "thread_elements" && len(f.set().funcs) == 0 {
			x := c.materialise(*f.set().this)
			v := lvalue(QualType{T: Vector(x.Type.T.Scalar, 2), Q: x.Type.Q}, x.addr)
			return v
		}
		named := e.Fun.Span()
		if m, ok := e.Fun.(*syntax.MemberExpr); ok {
			named = m.Name.Span()
		}
		cand := c.resolve(f.set(), args, spans, named)
		if cand == nil {
			return poison
		}
		if cand.over != nil {
			c.b.pos = e.Fun.Span().Start
			return c.callStandard(cand, f.set(), args, at, spans)
		}
		name := cand.fn.String()
		if r := cand.fn.record; r != nil {
			name = strings.TrimPrefix(name, r.Name+"::")
		}
		c.remarkDeprecated(cand.fn.decl.Attrs, name, named)
		if f.set().this == &c.fr.this && !cand.fn.static && !c.checkThis(named) {
			return poison
		}
		return c.callCandidate(cand, f.set().this, args, at, spans)
	}
	if f.Type.T.Kind == TRecord {
		if set := c.memberFunctions(f, callOperator); set != nil {
			set.called = true
			cand := c.resolve(set, args, spans, at)
			if cand == nil {
				return poison
			}
			return c.callCandidate(cand, &f, args, at, spans)
		}
		return c.errorf(at, "call", "type '%s' does not provide a call operator", f.Type)
	}
	if f.Type.T.Kind == TFuncPtr {
		return c.callThrough(f, nil, args, at, spans)
	}
	d := diag.Diagnostic{Code: "call", Message: "called object type '" + f.Type.String() + "' is not a function or function pointer", Span: e.Fun.Span(), Caret: e.Fun.Span().End}
	if f.Type.T.Kind == TMember && f.Type.T.Elem.T.Kind == TFunc {
		d.Notes = []diag.Note{{Message: "a pointer to a member function is called on an object, in parentheses: (object.*pointer)(arguments)"}}
	}
	return c.report(d)
}

// callable reports the call of a function that is deleted, or that the code being
// checked may not name.
func (c *checker) callable(f *Function, this *Value, at diag.Span) bool {
	if f.decl.Deleted {
		c.report(diag.Diagnostic{Code: "deleted-function", Message: "call to deleted function '" + f.spelled() + "'", Span: at,
			Notes: []diag.Note{{Message: "candidate function has been explicitly deleted", Span: f.decl.NamePos.Span()}}})
		return false
	}
	if s := f.asAssignment(); s != specials && f.decl.Default && !c.reassigns(f.record, s, at, at.Start) {
		return false
	}
	if !c.mayName(f, this) {
		c.closedMember(at, f.spelled(), f.record, f.access, f.decl.NamePos.Span())
		return false
	}
	return true
}

// mayName reports whether the code being checked may name a function.
func (c *checker) mayName(f *Function, this *Value) bool {
	var object *Record
	if this != nil {
		object = this.Type.T.Record
		if whole, ok := this.what.(baseOf); ok {
			object = whole.Record
		}
	}
	return f.access == openAccess || c.inside(f.record, f.access, object) || this != nil && c.opened(object, f.Name)
}

// callNullary calls a member function that takes no arguments.
func (c *checker) callNullary(f *Function, v *Value, at diag.Span) Value {
	if !c.callable(f, v, at) {
		return poison
	}
	return c.callFunction(f, v, nil, at)
}

// callCandidate converts the arguments and calls the chosen function.
func (c *checker) callCandidate(x *candidate, this *Value, args []Value, at diag.Span, spans []diag.Span) Value {
	if !c.callable(x.fn, this, at) {
		return poison
	}
	if x.fn.decl.Variadic {
		if x.fn.decl.NamePos.Start < c.user {
			return c.callLog(x.fn, args, at, spans)
		}
		args = args[:min(len(args), len(x.params))] // nothing can read the others
	}
	conv, ok := c.converted(args, x.params, at, func(i int, v Value) Value {
		return c.apply(v, x.params[i], x.seqs[i], argumentSpan(spans, i, at))
	})
	if !ok {
		return poison
	}
	v := c.callFunction(x.fn, this, conv, at)
	c.last = returned{at, x.fn}
	return v
}

// callFunction calls a function with converted arguments; missing ones take
// their defaults.
func (c *checker) callFunction(f *Function, this *Value, args []Value, at diag.Span) Value {
	f.called = true
	if f.decl.Specs&syntax.Kernel != 0 && f.record == nil && c.unevaluated == 0 {
		c.calledKernel(f, at)
	}
	for i := len(args); i < len(f.params); i++ {
		p := f.params[i]
		if p.decl.Default == nil {
			return poison
		}
		v := c.defaultArgument(f, &p)
		if v.bad() {
			return poison
		}
		args = append(args, v)
	}
	if c.unevaluated > 0 && f.result.T != autoType && !holdsAuto(f.result.T) {
		return c.unevaluatedResult(f.result)
	}
	if f.lambda != nil && !f.static {
		return c.callClosure(f, this, c.ownArgs(f, args), at)
	}
	for _, p := range f.params {
		if takesClosure(p.typ.T) {
			return c.inlineCall(f, this, c.ownArgs(f, args), at)
		}
	}
	if f.record != nil && f.record.holdsClosure {
		return c.inlineCall(f, this, c.ownArgs(f, args), at)
	}
	if holdsAuto(f.result.T) {
		// The body decides the result.
		if f.state == inProgress || f.decl.Body == nil {
			return c.undeduced(f, at)
		}
		c.lower(f)
		if f.result.T == nil || f.result.T.isError() || holdsAuto(f.result.T) {
			return poison
		}
	}
	if r := f.result.T.Record; r != nil && r.holdsClosure { // what it captures is known here only
		own := *f
		own.result = Of(autoType)
		return c.inlineCall(&own, this, c.ownArgs(f, args), at)
	}
	return c.emitCall(f, this, args, at)
}

func holdsAuto(t *Type) bool {
	return t == autoType || (t.isRef() || t.isPtr() || t.Kind == TMember) && t.Elem.T == autoType
}

func takesClosure(t *Type) bool {
	for t.isRef() || t.isPtr() || t.Kind == TArray {
		t = t.Elem.T
	}
	return t.Kind == TRecord && t.Record.holdsClosure
}

// unevaluatedResult is a value of a type that is never looked at.
func (c *checker) unevaluatedResult(t QualType) Value {
	switch {
	case t.T.isRef():
		v := lvalue(t.T.Elem, Addr{Space: t.T.Elem.Space})
		if t.T.Kind == TRValueRef {
			v.Cat = XValue
		}
		return v
	case t.T == voidType:
		return void()
	case t.T.inRegisters():
		return c.opaqueValue(t.T)
	}
	if t.T.Kind == TRecord {
		c.complete(t.T.Record, diag.Span{})
	}
	return aggregate(t.T, Addr{Space: ir.Thread})
}

// opaqueValue is a value in fresh registers.
func (c *checker) opaqueValue(t *Type) Value {
	n := t.regCount()
	return c.b.run(t, c.b.Run(t.regType(), n))
}

// emitCall emits a Call instruction.
func (c *checker) emitCall(f *Function, this *Value, args []Value, at diag.Span) Value {
	b := c.b
	in := ir.Instr{Op: ir.Call, Dst: ir.NoReg, Pos: at.Start}
	res := f.result.T
	var room [16]ir.Reg
	regs := room[:0]
	var out Value
	switch {
	case res == voidType:
		out = void()
	case res.isRef():
		r := b.Temp(res.regType())
		in.Dst = r
		out = lvalue(res.Elem, regAddr(r, res.Elem.Space))
		if out.addr.Space == ir.NoSpace {
			out.addr.Space, out.Type.Space = ir.Thread, ir.Thread
		}
		if res.Kind == TRValueRef {
			out.Cat = XValue
		}
	case res.inRegisters():
		n := res.regCount()
		in.Dst = b.Run(res.regType(), n)
		out = c.b.run(res, in.Dst)
	default:
		if res.Kind == TRecord && !c.complete(res.Record, at) {
			return poison
		}
		m := c.temp(res)
		regs = append(regs, b.Pointer(m.addr))
		out = m
	}
	if f.method() {
		obj := c.materialise(*this)
		if obj.Type.T != f.record.Type {
			obj = c.toBase(obj, QualType{T: f.record.Type, Q: obj.Type.Q})
		}
		regs = append(regs, b.Pointer(obj.addr))
	}
	for i, a := range args {
		t := f.params[i].typ.T
		switch {
		case t.isRef():
			regs = append(regs, b.Pointer(c.materialise(a).addr))
		case t.inRegisters():
			regs = append(regs, c.loaded(a).regs...)
		default:
			if a.Cat != PRValue || a.addr.Base == baseConst {
				m := c.temp(t)
				if !c.copyObject(m, a, at) {
					return poison
				}
				c.fr.willEnd(c, t, m.addr)
				a = m
			}
			regs = append(regs, b.Pointer(a.addr))
		}
	}
	if f.outer != nil {
		for _, a := range *f.outer {
			regs = append(regs, b.Pointer(a))
		}
	}
	if f.index == 0 && f.tmpl == nil && f.scope.templated {
		f.at, f.stack = at, slices.Clone(c.stack)
	}
	in.Imm, in.Args = uint64(c.index(f)), b.args(regs...)
	b.pos = at.Start
	b.Emit(in)
	if out.mem && !res.isRef() {
		return c.aggregate(res, out.addr)
	}
	return out
}

// calledKernel notes that a kernel is called like a function, which Metal
// refuses.
func (c *checker) calledKernel(f *Function, at diag.Span) {
	c.errorf(at, "kernel-call", "kernel function '%s' cannot be called from another function", f.Name)
}

// callLog emits a call of a logging function: the last of its parameters is
// the format, the arguments beyond it are the values.
func (c *checker) callLog(f *Function, args []Value, at diag.Span, spans []diag.Span) Value {
	n := len(f.params)
	format := args[n-1]
	if format.Type.T != stringType {
		return c.errorf(at, "log-format", "format of '%s' is not a string literal", f.Name)
	}
	in := ir.Instr{Op: ir.Print, Dst: ir.NoReg, Imm: uint64(len(c.prog.Formats)), Pos: at.Start}
	c.prog.Formats = append(c.prog.Formats, format.text())
	values := make([]Value, 0, len(args)-n)
	for _, a := range args[n:] {
		v := c.decayed(a)
		values = append(values, v)
		if !v.bad() && v.Type.T.inRegisters() {
			in.Args = append(in.Args, v.regs...)
		}
	}
	if len(spans) == len(args) {
		c.remarkFormat(format.text(), spans[n-1], values, spans[n:])
	}
	c.b.Emit(in)
	return void()
}
