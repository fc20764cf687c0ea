package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

func (c *checker) returnStmt(s *syntax.ReturnStmt) {
	fr := c.fr
	if fr.fn == nil {
		c.errorf(s.Span(), "return", "'return' outside of a function")
		return
	}
	ends := len(fr.ends)
	defer func() { fr.ends = fr.ends[:ends] }()
	var v Value
	if s.X != nil {
		if l, ok := s.X.(*syntax.InitList); ok && deduced(fr.fn.decl.Result) {
			v = c.errorf(s.Span(), "auto-result", "cannot deduce return type from initializer list")
		} else if ok {
			v = Value{Type: Of(initListType), what: &initList{node: l}}
		} else {
			v = c.whole(s.X)
		}
	} else {
		v = void()
	}
	if v.bad() {
		if fr.deduce {
			fr.result, fr.deduce = Of(errorType), false
		}
		if fr.inline != nil {
			c.b.BreakTo(fr.inline.depth)
		} else {
			c.b.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
		}
		return
	}
	if fr.deduce {
		c.deduceReturn(v, s)
	} else if !c.sameReturn(v, s) {
		return
	}
	t := fr.result.T
	if t.isError() {
		return
	}
	c.b.pos = s.Span().Start
	switch {
	case t == voidType:
		if s.X != nil && v.Type.T != voidType {
			what := "void function '" + fr.fn.Name + "' should not return a value"
			switch {
			case fr.fn.ctor:
				what = "constructor '" + fr.fn.Name + "' should not return a value"
			case fr.fn.decl.Specs&syntax.Kernel != 0:
				what = "a kernel returns no value: store it to an element of an output"
			}
			c.report(diag.Diagnostic{Code: "return", Message: what, Span: s.X.Span(), Caret: s.Span().Start})
			return
		}
		c.end(0, Addr{})
		if fr.inline != nil {
			c.b.BreakTo(fr.inline.depth)
			return
		}
		c.b.Emit(ir.Instr{Op: ir.Return, Dst: ir.NoReg})
		return
	case s.X == nil:
		c.errorf(s.Span(), "return", "non-void function '%s' should return a value", fr.fn.Name)
		c.b.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
		return
	}
	c.remarkReturned(s.X, t, &v)
	if v.Type.T != t && v.Type.T.Kind == TRecord && c.movedOut(s.X) != nil { // into what it converts to
		moved := v
		if moved.Cat = XValue; c.implicit(moved, fr.result.unqual()).rank != impossible {
			v = moved
		}
	}
	out := c.convert(v, fr.result.unqual(), s.X.Span(), forReturn)
	if out.bad() {
		c.b.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
		return
	}
	fr.returns = true
	var result Addr
	if r := out.Type.T.Record; r != nil && !t.isRef() {
		if (r.copies || len(fr.ends) > 0 || r.deleted[copyConstructor] != nil) && out.Cat != PRValue {
			if out = c.returned(out, s.X); out.bad() {
				return
			}
		}
		fr.takesPlace(out)
		result = out.addr
	}
	if !t.isRef() {
		c.load(&out)
	}
	c.end(0, result)
	if fr.inline != nil {
		c.returnInline(t, out)
		return
	}
	c.emitReturn(out)
}

// movedOut is the variable of a function, or that an rvalue reference of it names, which a return
// statement moves from; nil if it is another expression.
func (c *checker) movedOut(e syntax.Expr) *Variable {
	if id, ok := unparenthesised(e).(*syntax.IdentExpr); ok {
		if v, _ := c.rootVariable(id); v != nil && v.home == c.fr.home() && (!v.ref || v.rvalue) {
			return v
		}
	}
	return nil
}

// returned is the copy of an object that a function returns. A variable of the
// function is the result itself; its parameters are moved from.
func (c *checker) returned(x Value, e syntax.Expr) Value {
	if v := c.movedOut(e); v != nil {
		x.Cat = XValue
		if v.param == nil && !v.ref {
			if r := x.Type.T.Record; c.constructs(r, constructing(x), e.Span()) && (!r.copies || c.copyConstructor(r, []Value{x}) != nil || c.copyable(r, x, e.Span())) {
				return x
			}
			return poison
		}
	}
	m := c.temp(x.Type.T)
	if !c.copyObject(m, x, e.Span()) {
		return poison
	}
	return m
}

// emitReturn ends a function with a value of its result's type.
func (c *checker) emitReturn(v Value) {
	ret := ir.Instr{Op: ir.Return, Dst: ir.NoReg}
	at := c.b.pos
	switch t := c.fr.result.T; {
	case t == voidType:
	case t.isRef():
		ret.Args = []ir.Reg{c.b.Pointer(c.materialise(v).addr)}
	case t.inRegisters():
		ret.Args = c.b.args(c.loaded(v).regs...)
	default:
		c.copyMem(c.fr.sret, v.addr, t.size())
	}
	c.b.pos = at
	c.b.Emit(ret)
}

// returnInline leaves the result of a body that is emitted into its caller.
func (c *checker) returnInline(t *Type, v Value) {
	in := c.fr.inline
	if c.b.dead {
		return // the slots of what is not reached are forgotten
	}
	if !in.made {
		in.made = true
		in.slot = c.b.Slot("", ir.Thread, t.size(), t.align(), c.b.pos)
	}
	switch {
	case t.isRef():
		c.b.Store(ir.Ptr, in.slot, []ir.Reg{c.b.Pointer(c.materialise(v).addr)}, 0)
	default:
		c.store(lvalue(Of(t), in.slot), c.loaded(v))
	}
	c.b.BreakTo(in.depth)
}

// deduceReturn sets the result of a function declared auto.
func (c *checker) deduceReturn(v Value, s *syntax.ReturnStmt) {
	fr := c.fr
	fr.deduce = false
	fr.result = c.deducedReturn(v, s)
	fr.fn.result = fr.result
}

// deduced reports whether a result's type, as it is written, holds auto.
func deduced(t syntax.TypeExpr) bool {
	switch t := t.(type) {
	case *syntax.AutoType:
		return true
	case *syntax.RefType:
		return deduced(t.Elem)
	case *syntax.PointerType:
		return deduced(t.Elem)
	case *syntax.MemberPointerType:
		return deduced(t.Elem)
	case *syntax.QualType:
		return deduced(t.Elem)
	}
	return false
}

// deducedReturn is the result that a return statement gives a function
// declared auto, auto & or decltype(auto).
func (c *checker) deducedReturn(v Value, s *syntax.ReturnStmt) QualType {
	if a, ok := c.fr.fn.decl.Result.(*syntax.AutoType); ok && a.Decltype && s.X != nil {
		return c.decltype(s.X)
	}
	if c.fr.result.T.isRef() {
		return Of(c.refTo(v.Type))
	}
	if v.Type.T.Kind == TArray {
		c.decay(&v)
	}
	return v.Type.unqual()
}

// sameReturn reports a return statement that gives a function declared auto
// another result than those before it.
func (c *checker) sameReturn(v Value, s *syntax.ReturnStmt) bool {
	fr := c.fr
	if _, ok := fr.fn.decl.Result.(*syntax.AutoType); !ok || fr.result.T.isError() {
		return true
	}
	t := c.deducedReturn(v, s)
	if sameLambda(t.T, fr.result.T) {
		fr.result = t
		return true
	}
	if t.T == fr.result.T || t.T.isError() || t.T.Kind == TOverload || fr.result.T.isRef() {
		return true
	}
	if l := fr.fn.lambda; l != nil && l.node.Result == nil {
		c.errorf(s.Span(), "auto-result", "return type '%s' must match previous return type '%s' when lambda expression has unspecified explicit return type", t, fr.result)
	} else {
		c.errorf(s.Span(), "auto-result", "'auto' in return type deduced as '%s' here but deduced as '%s' in earlier return statement", t, fr.result)
	}
	return false
}

// returnsNothing is the result of a function without a return statement that says it. It is
// not known where one may have been in what could not be read.
func (c *checker) returnsNothing() QualType {
	if len(c.lost) > 0 {
		return Of(errorType)
	}
	return Of(voidType)
}
