package sema

import (
	"cmp"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// callee is expr for what is called: it may name a member function.
func (c *checker) callee(e syntax.Expr) Value {
	outer := c.called
	c.called = e
	v := c.expr(e)
	c.called = outer
	return v
}

// expr checks an expression and emits its evaluation.
func (c *checker) expr(e syntax.Expr) (v Value) {
	if e == nil {
		return poison // lost in a syntax error
	}
	if c.depth >= maxDepth {
		return c.tooMuch(e.Span(), "too-deep", "expression is nested too deeply: more than %d levels", maxDepth)
	}
	if c.oversized(e.Span()) {
		return poison
	}
	c.depth++
	saved, at := c.b.pos, e.Span().Start
	c.b.pos = at
	switch e := e.(type) {
	case *syntax.IdentExpr:
		v = c.ident(e)
	case *syntax.IntLit:
		v = c.intLit(e)
	case *syntax.BinaryExpr:
		v = c.binary(e)
	case *syntax.IndexExpr:
		v = c.index1(e)
	case *syntax.MemberExpr:
		v = c.memberExpr(e)
	case *syntax.CallExpr:
		v = c.call(e)
	case *syntax.ParenExpr:
		if c.called == syntax.Expr(e) {
			v = c.callee(e.X)
		} else {
			v = c.expr(e.X)
		}
	case *syntax.FloatLit:
		v = c.floatLit(e)
	case *syntax.UnaryExpr:
		v = c.unary(e)
	case *syntax.PostfixExpr:
		v = c.increment(e.X, e.Op, e, true)
	case *syntax.CastExpr:
		v = c.cast(e)
	case *syntax.ConstructExpr:
		v = c.constructExpr(e)
	case *syntax.CondExpr:
		v = c.conditional(e)
	default:
		v = c.otherExpr(e)
	}
	if v.mem {
		v.at = at
	}
	c.b.pos = saved
	c.depth--
	if set := v.set(); set != nil && (set.needObject() && !set.pointed || set.pointer != nil) && c.called != e {
		return c.errorf(e.Span(), "member-function", "reference to non-static member function must be called")
	}
	return v
}

// otherExpr checks the rarer expressions.
func (c *checker) otherExpr(e syntax.Expr) Value {
	switch e := e.(type) {
	case *syntax.CharLit:
		if e.Several {
			return c.b.rvalue(Scalar(ir.I32), c.b.Int(ir.I32, e.Value))
		}
		return c.b.rvalue(Scalar(ir.I8), c.b.Int(ir.I8, e.Value))
	case *syntax.StringLit:
		return Value{Type: Of(stringType), what: &e.Value}
	case *syntax.BoolLit:
		return c.b.rvalue(boolType(), c.b.Bool(e.Value))
	case *syntax.NullptrLit:
		return c.b.rvalue(nullptrType, c.b.Null(ir.Thread))
	case *syntax.ThisExpr:
		if !c.fr.hasThis {
			return c.errorf(e.Span(), "this", "invalid use of 'this' outside of a non-static member function")
		}
		if !c.checkThis(e.Span()) || c.halfKnown(c.fr.this.Type.T) {
			return poison
		}
		return c.b.rvalue(c.pointerTo(c.fr.this.Type), c.b.Pointer(c.fr.this.addr))
	case *syntax.SizeofExpr:
		return c.sizeof(e)
	case *syntax.InitList:
		return Value{Type: Of(initListType), what: &initList{node: e}}
	case *syntax.LambdaExpr:
		return c.lambdaExpr(e)
	case *syntax.DestroyExpr:
		return c.destroyExpr(e)
	case *syntax.FoldExpr:
		return c.foldExpr(e)
	case *syntax.StmtExpr:
		return c.stmtExpr(e)
	case *syntax.OffsetofExpr:
		return c.offsetof(e)
	case *syntax.PackExpr:
		return c.errorf(e.Span(), "unexpanded-pack", "pack expansion does not stand in a list")
	case *syntax.TraitExpr:
		return c.traitExpr(e)
	case *packElem:
		return c.atElement(e)
	}
	return c.errorf(e.Span(), "expression", "expected expression")
}

// oversized reports a function of too many instructions.
func (c *checker) oversized(at diag.Span) bool {
	if c.b.emitted <= maxInstructions {
		return false
	}
	c.tooMuch(at, "function-size", "function is too large: more than %d instructions", maxInstructions)
	return true
}

// tooMuch reports what a function has too much of, once.
func (c *checker) tooMuch(at diag.Span, code, format string, limit int) Value {
	if c.b.overfull {
		return poison
	}
	c.b.overfull = c.trap == nil
	return c.errorf(at, code, format, limit)
}

// ident evaluates a name.
func (c *checker) ident(e *syntax.IdentExpr) Value {
	f := c.findOnce(&e.Name)
	if !f.ok {
		return poison
	}
	if f.binding == nil {
		if f.part.Ident == "" {
			return poison
		}
		if text, ok := c.functionName(f.part.Ident); ok {
			return Value{Type: Of(stringType), what: &text}
		}
		return c.undeclared(e.Span(), f.part.Ident)
	}
	if f.value != nil {
		return c.variable(f.value, e.Span())
	}
	return c.named(f, e.Span())
}

// functionName is the text of __func__ and the like in a function.
func (c *checker) functionName(name string) (string, bool) {
	switch name {
	case "__func__", "__FUNCTION__", "__PRETTY_FUNCTION__":
	default:
		return "", false
	}
	if c.fr == nil || c.fr.home().fn == nil {
		return "", false
	}
	fn := c.fr.home().fn
	if name == "__PRETTY_FUNCTION__" {
		return fn.result.String() + " " + fn.String(), true
	}
	return fn.Name, true
}

// named evaluates what a lookup found as an expression.
func (c *checker) named(f found, at diag.Span) Value {
	switch {
	case f.value != nil:
		return c.variable(f.value, at)
	case f.pack != nil:
		if f.pack.vars != nil {
			return c.packVar(f.pack, at)
		}
		a, ok := c.packArg(f.pack, at)
		if !ok {
			return poison
		}
		switch {
		case a.Type.T != nil && a.Type.T.isError():
			return poison
		case a.Kind == valueArg:
			return c.constantsOf(a.Type.T, []uint64{a.Bits})
		case a.Kind == objectArg:
			return c.variable(a.variable(f.part.Ident), at)
		case a.Kind == funcArg:
			return Value{Type: Of(overloadType), what: &overloads{name: a.Fn.Name, funcs: []*Function{a.Fn}}}
		}
	case f.tmpl != nil && f.tmpl.kind == varTemplate && f.part.HasArgs:
		v := c.variableTemplate(f.tmpl, c.templateArgs(f.part.Args), at)
		if v == nil {
			return poison
		}
		return c.variable(v, at)
	case f.field && f.typ == nil && len(f.funcs)+len(f.ftmpls) == 0:
		// A data member of the object at hand.
		if r := c.scope.enclosingRecord(); c.fr.hasThis && (f.rec != nil || r != nil) {
			if !c.checkThis(at) {
				return poison
			}
			this := c.fr.this
			if f.rec != nil && baseDistance(this.Type.T, f.rec.Type) > 0 { // Base::x
				this = c.toBase(this, QualType{T: f.rec.Type, Q: this.Type.Q})
			}
			return c.memberOf(this, f.part.Ident, at, c.fr.this.Type.T.Record)
		}
		if c.unevaluated > 0 && f.rec != nil {
			return c.member(lvalue(Of(f.rec.Type), Addr{Space: ir.Thread}), f.part.Ident, at)
		}
		return c.errorf(at, "member", "invalid use of non-static data member '%s'", f.part.Ident)
	}
	if len(f.funcs) == 1 && f.funcs[0].broken && len(f.ftmpls)+len(f.fams) == 0 {
		return poison
	}
	if len(f.funcs)+len(f.ftmpls)+len(f.fams) > 0 {
		set := c.mem.work.sets.new()
		*set = overloads{name: f.part.Ident, funcs: f.funcs, tmpls: f.ftmpls, fams: f.fams, hasArg: f.part.HasArgs, part: f.part}
		if !c.explicitArgs(set) {
			return poison
		}
		if c.fr != nil && c.fr.hasThis {
			set.this = &c.fr.this
		}
		return Value{Type: Of(overloadType), what: set}
	}
	if f.field && c.fr.hasThis {
		return c.member(c.fr.this, f.part.Ident, at)
	}
	if f.typ != nil || f.tmpl != nil {
		return c.errorf(at, "unexpected-type", "unexpected type name '%s': expected expression", f.part.Ident)
	}
	return c.errorf(at, "unexpected-name", "unexpected name '%s': expected expression", f.part.Ident)
}

func (c *checker) packVar(p *pack, at diag.Span) Value {
	x := c.expand
	if x == nil {
		return c.errorf(at, "unexpanded-pack", "expression contains unexpanded parameter pack")
	}
	if !x.reach(len(p.vars)) {
		c.failQuietly(at)
		return poison
	}
	return c.variable(p.vars[x.index], at)
}

// variable evaluates a variable: a constant, or an lvalue.
func (c *checker) variable(v *Variable, at diag.Span) (out Value) {
	if g := v.global; g != nil {
		if g.decl != nil {
			c.remarkDeprecated(g.decl.Attrs, v.Name, at)
		}
		c.globalValue(v, at)
		if v.Type.T.isError() {
			return poison
		}
		if g.input != nil {
			return c.readInput(g.input)
		}
		if g.again {
			return c.reevaluate(v)
		}
		if g.fconst > 0 && v.konst == nil {
			fc := c.prog.FuncConst[g.fconst-1]
			r := c.b.Run(ir.Type{Kind: fc.Kind}, fc.N)
			c.b.Emit(ir.Instr{Op: ir.FuncConst, Kind: fc.Kind, N: uint8(fc.N), Dst: r, Imm: uint64(g.fconst - 1)})
			return c.b.run(v.Type.T, r)
		}
	}
	if !v.bound && v.param != nil && c.unevaluated == 0 && c.fr.home().preset {
		return c.errorf(at, "default-argument", "default argument references parameter '%s'", v.Name)
	}
	if v.Type.T == nil || v.Type.T.isError() {
		return poison
	}
	if g := v.global; g != nil && !v.bound && v.konst == nil && g.state == done && c.unevaluated == 0 {
		if c.definedBehind(v) {
			return c.variable(v, at)
		}
		if !c.elsewhere(v) {
			return c.errorf(at, "undefined-variable", "variable '%s' is declared but has no definition", v.Name)
		}
	}
	if v.Type.T == autoType && !v.bound {
		return c.errorf(at, "self-reference", "variable '%s' declared with deduced type 'auto' cannot appear in its own initializer", v.Name)
	}
	v.used = true
	if c.strict && c.b.constexpr && c.unevaluated == 0 && v.konst != nil && v.odrUsed() && v.val.addr.owner != c.b.id {
		c.b.undefined = undefined{at.Start, "read of non-constexpr variable '" + v.Name + "' is not allowed in a constant expression"}
	}
	if v.prvalue && v.Type.T.isPtr() {
		return c.address(v, at)
	}
	if v.prvalue {
		return c.constantsOf(v.Type.T, v.konst)
	}
	if (v.home != nil || v.captor != nil) && !c.checkCapture(v, at) {
		return poison
	}
	if !v.bound {
		out = lvalue(v.Type, Addr{Space: v.Type.Space})
		if out.addr.Space == ir.NoSpace {
			out.addr.Space, out.Type.Space = ir.Thread, ir.Thread
		}
	} else if out = v.val; v.data > 0 && out.addr.owner != c.b.id {
		out.addr = Addr{Base: baseConst, Index: int32(v.data - 1), Space: ir.Thread}
	}
	out.refVar, out.rvalueVar, out.frozen = v.ref, v.rvalue, v.frozen
	out.learn(&v.konst)
	return out
}

// stmtExpr evaluates ({ … }): its value is that of the last statement.
func (c *checker) stmtExpr(e *syntax.StmtExpr) Value {
	out := void()
	c.push()
	c.fr.inExpr++
	list := e.Body.Stmts
	for n := len(list); n > 0; n-- { // semicolons behind the last
		if _, empty := list[n-1].(*syntax.EmptyStmt); !empty {
			break
		}
		list = list[:n-1]
	}
	c.remarkLoops(list)
	for i, s := range list {
		last, ok := s.(*syntax.ExprStmt)
		if i < len(list)-1 || !ok {
			c.stmt(s)
			continue
		}
		out = c.loaded(c.expr(last.X))
		if out.mem && out.Type.T.Kind == TArray {
			c.decay(&out)
		} else if out.mem { // a copy, as the object may end here
			m := c.temp(out.Type.T)
			c.copyObject(m, out, last.X.Span())
			out = m
		}
	}
	c.pop()
	c.fr.inExpr--
	if out.mem {
		return c.aggregate(out.Type.T, out.addr)
	}
	return out
}

// offsetof is the place of a member in a structure.
func (c *checker) offsetof(e *syntax.OffsetofExpr) Value {
	t, off := c.typeOf(e.Type), 0
	for i := range e.Path {
		it := &e.Path[i]
		switch {
		case t.T.isError():
			return poison
		case it.Index != nil:
			n, nt, ok := c.constant(it.Index)
			if !ok {
				return poison
			}
			if t.T.Kind != TArray || !nt.isIntegral() {
				return c.errorf(it.Span(), "offsetof", "offsetof requires array type, '%s' invalid", t)
			}
			t = t.T.Elem
			off += int(signExtend(nt.Scalar, n)) * t.T.size()
		case t.T.Kind != TRecord:
			return c.errorf(e.Type.Span(), "offsetof", "offsetof requires struct, union, or class type, '%s' invalid", t)
		case !c.completeFor(t.T.Record, e.Span(), e.Span().Start, "offsetof of incomplete type"):
			return poison
		default:
			path := t.T.Record.path(it.Field)
			if path == nil {
				return c.errorf(it.Span(), "no-member", "no member named '%s' in '%s'", it.Field, t)
			}
			for _, f := range path {
				off += f.Offset
				t = f.Type
			}
			if path[len(path)-1].Bits > 0 {
				return c.errorf(it.Span(), "offsetof", "cannot compute offset of bit-field '%s'", it.Field)
			}
		}
	}
	return c.b.rvalue(ulongType(), c.b.Int(ir.U64, int64(off)))
}

func (c *checker) sizeof(e *syntax.SizeofExpr) Value {
	size := func(n int) Value { return c.b.rvalue(ulongType(), c.b.Int(ir.U64, int64(n))) }
	if e.Op == "sizeof..." {
		b := c.lookup(c.scope, e.Pack)
		if b == nil || b.pack == nil {
			return c.errorf(e.Span(), "sizeof-pack", "'%s' does not refer to the name of a parameter pack", e.Pack)
		}
		if c.general {
			return poison
		}
		return size(b.pack.len())
	}
	var t QualType
	var v Value
	x := e.X
	for p, ok := x.(*syntax.ParenExpr); ok; p, ok = x.(*syntax.ParenExpr) {
		x = p.X
	}
	if id, ok := x.(*syntax.IdentExpr); ok && id.Name.Of != nil {
		// C::name may be a type that the parser could not know.
		c.try(func() { t, _ = c.typeFrom(c.find(&id.Name)) })
	}
	if e.Type != nil {
		t = c.typeOf(e.Type)
	} else if t.T == nil || t.T == voidType || t.T.isError() {
		v = c.asOperand(e.X)
		t = v.Type
		c.remarkArray(e, &v)
		c.remarkUnevaluated(e)
		if v.bits() != nil {
			return c.errorf(e.Span(), "sizeof", "invalid application of '%s' to bit-field", e.Op)
		}
	}
	if t.T.isRef() {
		t = t.T.Elem
	}
	switch {
	case t.T.isError():
		return poison
	case t.T == stringType:
		return size(len(v.text()) + 1)
	case t.T.Kind == TRecord:
		if !c.completeFor(t.T.Record, e.Span(), e.Span().Start, "invalid application of '"+e.Op+"' to an incomplete type") {
			return poison
		}
		if t.T.Record.broken {
			c.failQuietly(e.Span())
			return poison
		}
	case t.T.Kind == TOverload:
		return c.errorf(e.Span(), "sizeof", "invalid application of '%s' to a function", e.Op)
	case t.T == voidType || t.T.Kind == TFunc:
		return c.errorf(e.Span(), "sizeof", "invalid application of '%s' to type '%s'", e.Op, t)
	}
	if e.Op == "alignof" {
		return size(cmp.Or(c.aliasAlign(e.Type), t.T.align()))
	}
	return size(t.T.size())
}
