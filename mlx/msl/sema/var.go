package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// automatic defines a variable of the thread. bind makes its name visible.
func (c *checker) automatic(v *Variable, t QualType, d *syntax.VarDecl, bind func()) {
	constexpr := d.Specs&syntax.Constexpr != 0
	v.constexpr = constexpr
	defer c.begun(v, len(c.fr.ends))
	switch {
	case c.general && (constexpr || t.isConst()) && t.T.inRegisters() && !c.knownInit(d.Init):
		v.Type = Of(errorType) // whether it is a constant is not known
		bind()
		c.generalInit(d.Init)
		return
	case t.T.isRef() || holdsAuto(t.T):
		if d.Init == nil {
			if t.T.isRef() {
				c.errorf(v.pos, "reference-init", "declaration of reference variable '%s' requires an initializer", v.Name)
			} else {
				c.errorf(v.pos, "auto-init", "declaration of variable '%s' with deduced type 'auto' requires an initializer", v.Name)
			}
			v.Type = Of(errorType)
			bind()
			return
		}
		v.init = d.Init
		x := c.initValue(d.Init)
		bind()
		c.bindAuto(v, t, d, x, constexpr)
		return
	case !c.localType(v, t):
		v.Type = Of(errorType)
		bind()
		return
	}
	t.Space = ir.Thread
	v.Type = t
	if constexpr {
		v.Type.Q |= Const
	}
	v.val = lvalue(v.Type, c.b.Variable(v.Name, ir.Thread, t.T, c.declAlign(d, t), v.pos.Start))
	v.bound = true
	bind()
	if constexpr {
		if d.Init == nil && d.InitKind == syntax.NoInit && t.T.Kind != TRecord {
			c.errorf(v.pos, "const-init", "default initialization of an object of const type '%s'", v.Type)
			return
		}
		if !c.constexprLocal(v, d) {
			return
		}
	}
	c.initLocal(v, t, d)
}

// localType reports a type that no variable of the thread can have.
func (c *checker) localType(v *Variable, t QualType) bool {
	switch {
	case t.T == voidType || t.T.Kind == TFunc:
		c.errorf(v.pos, "variable-type", "variable has incomplete type '%s'", t)
	case t.T.Kind == TRecord && !c.completeFor(t.T.Record, v.pos, v.pos.Start, "variable has incomplete type"):
	case t.T.Kind == TSimdMatrix && !isFloat(t.T.Scalar): // which may be named
		c.errorf(v.pos, "variable-type", "variable has incomplete type '%s': the elements of a simdgroup_matrix are float, half or bfloat", t)
	case t.T.Kind == TAtomic:
		c.errorf(v.pos, "atomic-space", "atomic variable must reside in the device or threadgroup address space")
	case t.T.size() > maxPrivateBytes:
		c.errorf(v.pos, "variable-size", "variable '%s' is too large (%d bytes)", v.Name, t.T.size())
	default:
		return true
	}
	return false
}

// initLocal gives a variable of the thread the value that it is declared with.
func (c *checker) initLocal(v *Variable, t QualType, d *syntax.VarDecl) {
	dst := v.val
	dst.Type.Q &^= Const
	if d.Init == nil {
		switch {
		case t.isConst() && t.T.Kind != TRecord:
			c.errorf(v.pos, "const-init", "default initialization of an object of const type '%s'", v.Type)
			return
		case t.isConst() && !t.T.Record.initialised():
			c.errorf(v.pos, "const-init", "default initialization of an object of const type '%s' without a user-provided default constructor", v.Type)
			return
		}
		c.watch(d, t.T)
		c.defaultInit(dst, false, v.pos)
		return
	}
	if v.konst != nil {
		c.store(dst, c.constantsOf(t.T, v.konst))
		return
	}
	if t.T.inRegisters() {
		x := c.initRegisters(t, d)
		if x.bad() {
			return
		}
		if v.used {
			c.remarkSelfInit(v, d)
		}
		c.b.pos = v.pos.Start
		c.store(dst, x)
		if t.isConst() {
			if k, ok := c.knownRegs(x); ok {
				v.konst = k
			} else if t.T.isIntegral() {
				c.constLater(v, d)
			}
		}
		return
	}
	switch init := d.Init.(type) {
	case *syntax.InitList, *syntax.StringLit:
		c.initFrom(dst, d.Init, d.InitKind, forInit)
	case *syntax.ParenList:
		if t.T.Kind != TRecord {
			c.initFrom(dst, d.Init, d.InitKind, forInit)
			return
		}
		if args, spans, ok := c.arguments(init.Args); ok {
			c.declaring = v.pos.Start
			c.initRecord(dst, args, init.Span(), spans, true)
			c.declaring = 0
		}
	default:
		x := c.expr(d.Init)
		c.declaring = v.pos.Start
		c.initObject(dst, x, d.Init.Span(), forInit)
		c.declaring = 0
	}
}

// constLater tries to evaluate a const integer whose initialiser did not fold:
// a call of a constexpr function.
func (c *checker) constLater(v *Variable, d *syntax.VarDecl) {
	if _, call := d.Init.(*syntax.CallExpr); !call {
		return
	}
	c.try(func() {
		if val, k := c.constantInit(v.Type.unqual(), d); !val.bad() && k != nil {
			v.konst = k
		}
	})
}

// initRegisters evaluates the initialiser of a scalar, vector or pointer.
func (c *checker) initRegisters(t QualType, d *syntax.VarDecl) Value {
	switch x := d.Init.(type) {
	case *syntax.InitList:
		return c.registersFromList(t.T, x, x.Span())
	case *syntax.ParenList:
		args, spans, ok := c.arguments(x.Args)
		if !ok {
			return poison
		}
		c.declaring = d.NamePos.Span().Start
		v := c.fromParens(t.unqual(), args, spans, x.Span(), forInit)
		c.declaring = 0
		return v
	}
	c.remarkElements(d.Init, t.T)
	v := c.expr(d.Init)
	if v.bad() {
		return poison
	}
	if t.T == boolType() {
		c.remarkAddress(d.Init, &v, d.NamePos.Span())
	}
	return c.loaded(c.convertFor(d, v, t.unqual(), d.Init.Span()))
}

// fromParens makes what is held in registers of (…).
func (c *checker) fromParens(t QualType, args []Value, spans []diag.Span, at diag.Span, why purpose) Value {
	switch {
	case len(args) == 0:
		return c.zero(t.T)
	case t.T.isVec() || t.T.Kind == TMatrix || t.T.Kind == TSimdMatrix:
		return c.constructVector(t.T, args, spans, at, false)
	case len(args) > 1:
		return c.errorf(spans[1], "excess-elements", "excess elements in scalar initializer")
	case args[0].list() != nil:
		return c.errorf(spans[0], "initializer", "cannot initialize non-class type '%s' with a parenthesized initializer list", t)
	case args[0].Type.T.Kind == TRecord: // explicit functions count, too
		if s := c.userConversion(args[0], t, true); s.rank != impossible {
			return c.loaded(c.applyUser(args[0], t, s, spans[0]))
		}
	}
	return c.loaded(c.convert(args[0], t, spans[0], why))
}

// convertFor converts the initialiser of a variable; if that is impossible, the
// caret stands at the variable's name, as clang has it.
func (c *checker) convertFor(d *syntax.VarDecl, v Value, to QualType, at diag.Span) Value {
	c.declaring = d.NamePos.Span().Start
	v = c.convert(v, to, at, forInit)
	c.declaring = 0
	return v
}

// initValue is the single value that a reference or auto variable is
// initialised with.
func (c *checker) initValue(e syntax.Expr) Value {
	switch x := e.(type) {
	case *syntax.ParenList:
		if len(x.Args) == 1 {
			return c.expr(x.Args[0])
		}
	case *syntax.InitList:
		if len(x.Items) == 1 && x.Items[0].Field == "" {
			return c.expr(x.Items[0].X)
		}
	}
	return c.expr(e)
}

// bindAuto defines a variable declared auto, or a reference.
func (c *checker) bindAuto(v *Variable, t QualType, d *syntax.VarDecl, x Value, constexpr bool) {
	at := d.Init.Span()
	if x.bad() {
		v.Type = Of(errorType)
		return
	}
	if holdsAuto(t.T) {
		c.initial = &x
		deduced, ok := c.deduceAuto(d.Type, x)
		c.initial = nil
		if a, is := d.Type.(*syntax.AutoType); is && a.Decltype && ok && x.Cat != PRValue {
			deduced = c.decltype(d.Init)
		}
		if !ok && c.badItem(x) {
			v.Type = Of(errorType)
			return
		}
		if !ok {
			c.errorf(v.pos, "auto-init", "variable '%s' with type 'auto' has incompatible initializer of type '%s'", v.Name, x.Type)
			v.Type = Of(errorType)
			return
		}
		if t.T == autoType && x.Type.T.Kind == TArray && d.Decomposed() {
			deduced = x.Type.unqual() // the elements have names: they are copied
		}
		q := t.Q
		t = deduced
		t.Q |= q
		if t.T.isError() {
			v.Type = t
			return
		}
	}
	if t.T.isRef() {
		c.declaring = v.pos.Start
		r := c.convert(x, t, at, forInit)
		c.declaring = 0
		if r.bad() {
			v.Type = Of(errorType)
			return
		}
		v.ref, v.rvalue, v.bound = true, t.T.Kind == TRValueRef, true
		v.Type, v.val = r.Type, c.materialise(r)
		v.val.Type = r.Type
		c.b.own(&v.val.addr)
		return
	}
	if t.T == voidType {
		c.errorf(v.pos, "variable-type", "variable has incomplete type 'void'")
		v.Type = Of(errorType)
		return
	}
	if t.T.Kind == TRecord && !c.completeFor(t.T.Record, v.pos, 0, "variable has incomplete type") {
		v.Type = Of(errorType)
		return
	}
	t.Space = ir.Thread
	v.Type = t
	if constexpr {
		v.Type.Q |= Const
	}
	if x.set() != nil {
		v.bound, v.val = true, x
		return
	}
	v.val = lvalue(v.Type, c.b.Variable(v.Name, ir.Thread, t.T, t.T.align(), v.pos.Start))
	v.bound = true
	dst := v.val
	dst.Type.Q &^= Const
	if t.T.Kind == TRecord && t.T.Record.Lambda != nil {
		c.copyObject(dst, x, at)
		return
	}
	if constexpr && !c.constexprLocal(v, d) {
		return
	}
	var val Value
	if x.list() != nil {
		return
	}
	val = c.loaded(c.convert(x, t.unqual(), at, forInit))
	if val.bad() || !c.copyObject(dst, val, at) {
		return
	}
	if v.Type.isConst() && v.konst == nil {
		if k, ok := c.knownRegs(val); ok {
			v.konst = k
		}
	}
}

// badItem reports what is wrong with the items of a list by themselves.
func (c *checker) badItem(x Value) bool {
	l := x.list()
	if l == nil {
		return false
	}
	bad := false
	for _, it := range l.node.Items {
		if _, nested := it.X.(*syntax.InitList); !nested {
			v := c.expr(it.X)
			bad = bad || v.bad()
		}
	}
	return bad
}

// deduceAuto replaces auto in a written type by what an initialiser gives.
func (c *checker) deduceAuto(pattern syntax.TypeExpr, x Value) (QualType, bool) {
	d := newDeduction(c, nil, c.scope)
	got := QualType{}
	d.auto = &got
	if _, isRef := pattern.(*syntax.RefType); !isRef && x.Type.T.isRef() {
		return Of(errorType), false
	}
	ref, isRef := pattern.(*syntax.RefType)
	if isRef && ref.RValue && x.Cat == LValue {
		return Of(c.refTo(x.Type)), true // auto && binds to anything
	}
	if !d.fromValue(pattern, x) || got.T == nil {
		return Of(errorType), false
	}
	outer := c.auto
	c.auto = &got
	t := c.typeOf(pattern)
	c.auto = outer
	return t, true
}

// sameAuto reports variables of one declaration for which auto, or a class
// template, stands for different types.
func (c *checker) sameAuto(decls []syntax.Decl) {
	var first *syntax.VarDecl
	var want QualType
	for _, d := range decls {
		v, ok := d.(*syntax.VarDecl)
		if !ok || v.Init == nil {
			return
		}
		auto := v.Type
		if q, ok := auto.(*syntax.QualType); ok {
			auto = q.Elem
		}
		b, what := c.scope.names.get(v.Name.Ident), "'auto'"
		if placeholderFor(auto, nil).name != nil {
			what = "template arguments"
		} else if _, ok := auto.(*syntax.AutoType); !ok {
			return
		}
		if b == nil || b.value == nil || b.value.Type.T.isError() {
			return
		}
		got := b.value.Type.unqual()
		if first == nil {
			first, want = v, got
		} else if got != want && !sameLambda(got.T, want.T) {
			c.report(diag.Diagnostic{Code: "auto-init", Span: auto.Span(), Ranges: []diag.Span{first.Init.Span(), v.Init.Span()},
				Message: what + " deduced as '" + want.String() + "' in declaration of '" + first.Name.Ident + "' and deduced as '" + got.String() + "' in declaration of '" + v.Name.Ident + "'"})
			return
		}
	}
}

// localFrom defines a variable from a value: that of a range-based for.
func (c *checker) localFrom(d *syntax.VarDecl, x Value) {
	v := &Variable{Name: d.Name.Ident, pos: d.NamePos.Span()}
	c.scope.bind(v.Name).value = v
	defer c.begun(v, len(c.fr.ends))
	c.initial = &x
	t := c.typeOf(d.Type)
	c.initial = nil
	v.Type = t
	if t.T.isError() || x.bad() {
		v.Type = Of(errorType)
		return
	}
	if t.T.isRef() || holdsAuto(t.T) {
		e := *d
		e.Init = &syntax.NullptrLit{Range: syntax.Range(d.Span())}
		c.bindAuto(v, t, &e, x, false)
		return
	}
	t.Space = ir.Thread
	v.Type, v.bound = t, true
	v.val = lvalue(t, c.b.Variable(v.Name, ir.Thread, t.T, t.T.align(), v.pos.Start))
	dst := v.val
	dst.Type.Q &^= Const
	c.initObject(dst, x, d.Span(), forInit)
}

// constexprLocal evaluates the initialiser of a constexpr variable.
func (c *checker) constexprLocal(v *Variable, d *syntax.VarDecl) bool {
	c.evaluateInto(v, d, false)
	return !v.Type.T.isError()
}
