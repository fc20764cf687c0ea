package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// assignable checks that an lvalue may be written.
func (c *checker) assignable(v *Value, e syntax.Expr, at diag.Span, opPos diag.Pos) bool {
	c.writes++
	if v.Cat != LValue && !(v.Cat == XValue && v.Type.T.Kind == TRecord) || !v.mem {
		if root, direct := c.rootVariable(e); root != nil && direct && root.Type.isConst() {
			c.readOnly(e, at, opPos) // a constant, which needs no memory
			return false
		}
		c.report(diag.Diagnostic{Code: "not-assignable", Message: "expression is not assignable", Span: at, Caret: opPos})
		return false
	}
	if !v.Type.isConst() {
		if s := v.swz(); s != nil && s.repeats() {
			c.report(diag.Diagnostic{Code: "not-assignable", Message: "vector is not assignable (contains duplicate components)", Span: at, Caret: opPos})
			return false
		}
		return true
	}
	c.readOnly(e, at, opPos)
	return false
}

// unparenthesised is an expression without the parentheses around it.
func unparenthesised(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

// readOnly reports an assignment to a const object and says what made it so:
// the variable, a data member on the way to it, or the member function.
func (c *checker) readOnly(e syntax.Expr, at diag.Span, opPos diag.Pos) {
	d := diag.Diagnostic{Code: "const-assignment", Message: "read-only variable is not assignable", Span: at, Caret: opPos}
	failed := false
	defer func() {
		if failed {
			c.failQuietly(at) // what is wrong with the variable is said
		} else {
			c.report(d)
		}
	}()
	e = unparenthesised(e)
	root, direct := c.rootVariable(e)
	var member *syntax.Name
	var object *Record
	switch e := e.(type) {
	case *syntax.MemberExpr:
		member = &e.Name
		c.try(func() {
			if x := c.expr(e.X); x.Type.T.Kind == TRecord {
				object = x.Type.T.Record
			} else if x.Type.T.isPtr() {
				object = x.Type.T.Elem.T.Record
			}
		})
	case *syntax.IdentExpr:
		if root == nil && c.fr.hasThis {
			member, object = &e.Name, c.fr.this.Type.T.Record
			if f := c.fr.fn; f != nil && f.record != nil && f.constMethod() {
				d.Message = "cannot assign to non-static data member within const member function '" + f.Name + "'"
				d.Notes = []diag.Note{{Message: "member function '" + f.record.Name + "::" + f.Name + "' is declared const here", Span: f.decl.NamePos.Span()}}
				return
			}
		}
	}
	if member != nil && object != nil {
		for i := range object.Fields {
			f := &object.Fields[i]
			if f.Name == member.Ident && f.Type.isConst() && f.decl != nil {
				d.Message = "cannot assign to non-static data member '" + f.Name + "' with const-qualified type '" + f.Type.String() + "'"
				d.Notes = []diag.Note{{Message: "non-static data member '" + f.Name + "' declared const here", Span: f.decl.Span(), Caret: f.decl.NamePos.Start}}
				return
			}
		}
	}
	if root == nil {
		return
	}
	lost := direct && root.global != nil && root.global.lost
	if lost && root.global.written {
		failed = true
		return
	}
	shown := root.Type
	if root.ref {
		shown = Of(c.refTo(shown))
	}
	note := diag.Note{Message: "'" + root.Name + "' declared here with type '" + shown.String() + "'", Span: root.pos}
	if direct && root.frozen {
		d.Message = "cannot assign to a variable captured by copy in a non-mutable lambda"
		return
	}
	if direct && root.Type.isConst() {
		d.Message = "cannot assign to variable '" + root.Name + "' with const-qualified type '" + shown.String() + "'"
		note.Message = "variable '" + root.Name + "' declared const here"
	}
	if root.whole != (diag.Span{}) {
		note.Span, note.Caret = root.whole, root.pos.Start
	}
	d.Notes = []diag.Note{note}
	if lost { // which nothing declares const
		root.global.written = true
		d.Notes = []diag.Note{writtenByKernels(root)}
		return
	}
	if c.opts.Launch && root.param != nil && c.fr.fn != nil && c.fr.fn.decl.Specs&syntax.Kernel != 0 {
		d.Notes = []diag.Note{{Message: "'" + root.Name + "' is an input, which a kernel reads only; write to an output"}}
		return
	}
	if at, ok := c.barringConst(root, e); ok {
		word := diag.Span{Start: at.Start, End: at.Start + diag.Pos(len("const"))}
		d.Notes = append(d.Notes, diag.Note{Message: "remove 'const' to write to what '" + root.Name + "' refers to", Span: word,
			Fixes: []diag.Fix{{Span: at}}})
	}
}

// barringConst is the word const, with the blank behind it, in the declaration of a parameter, if without
// it the object that e finds through the parameter could be written.
func (c *checker) barringConst(v *Variable, e syntax.Expr) (at diag.Span, ok bool) {
	if v.param == nil {
		return at, false
	}
	steps, target := c.dereferences(e), v.Type
	if !v.ref && target.T.isPtr() {
		steps, target = steps-1, target.T.Elem
	} else if !v.ref {
		return at, false
	}
	if steps != 0 || !target.isConst() || target.Space == ir.Constant {
		return at, false
	}
	written := v.param.Type
	if q, ok := written.(*syntax.QualType); ok { // of the pointer itself
		written = q.Elem
	}
	var elem syntax.TypeExpr
	switch t := written.(type) {
	case *syntax.PointerType:
		elem = t.Elem
	case *syntax.RefType:
		elem = t.Elem
	}
	q, ok := elem.(*syntax.QualType)
	if !ok || q.Quals&syntax.Const == 0 {
		return at, false
	}
	return q.ConstPos.Span(), true
}

// dereferences counts the pointers that an expression like *a[i].x follows.
func (c *checker) dereferences(e syntax.Expr) (n int) {
	for {
		var through bool
		switch x := e.(type) {
		case *syntax.IndexExpr:
			c.try(func() { through = c.expr(x.X).Type.T.isPtr() })
			e = x.X
		case *syntax.MemberExpr:
			through, e = x.Arrow, x.X
		case *syntax.UnaryExpr:
			through, e = x.Op == syntax.Star, x.X
		case *syntax.ParenExpr:
			e = x.X
		case *syntax.BinaryExpr:
			e = x.X
		default:
			return n
		}
		if through {
			n++
		}
	}
}

// rootVariable is the variable at the start of an expression like a[i].x;
// direct says that no pointer was followed from there.
func (c *checker) rootVariable(e syntax.Expr) (v *Variable, direct bool) {
	direct = true
	indexed := false
	for {
		switch x := e.(type) {
		case *syntax.IdentExpr:
			if x.Name.Of == nil {
				if b := c.lookup(c.scope, x.Name.Ident); b != nil && b.value != nil {
					return b.value, direct && !(indexed && b.value.Type.T.isPtr())
				}
			}
			return nil, false
		case *syntax.IndexExpr:
			indexed, e = true, x.X
		case *syntax.MemberExpr:
			direct, e = direct && !x.Arrow, x.X
		case *syntax.ParenExpr:
			e = x.X
		case *syntax.UnaryExpr:
			direct, e = false, x.X
		case *syntax.BinaryExpr:
			e = x.X
		default:
			return nil, false
		}
	}
}

func (c *checker) assign(e *syntax.BinaryExpr) Value {
	x, y := c.rightFirst(e, func(x Value) Value {
		y := c.expr(e.Y)
		if r := x.Type.T.Record; y.list() == nil || x.bad() || r != nil && r.Scope.names.get("operator=") != nil {
			return y
		}
		return c.fromList(y, x.Type.unqual(), e.Y.Span())
	})
	if x.bad() || y.bad() {
		return poison
	}
	return c.assignTo(x, y, e)
}

// rightFirst evaluates the operands of an assignment, the right one first: so
// C++17 has it, and clang always. It is lowered second, as the left one's type
// decides what lists and overloaded functions are, and its code is moved where
// that can be told.
func (c *checker) rightFirst(e *syntax.BinaryExpr, right func(x Value) Value) (x, y Value) {
	start := c.soFar()
	x = c.expr(e.X)
	mid := c.soFar()
	acting := acts(c.b.code[start.code:mid.code])
	y = right(x)
	if acting && y.list() == nil {
		c.load(&y)
	}
	if code := c.b.code[mid.code:]; acting || len(code) > 0 && mid.code > start.code && acts(code) {
		c.move(start, mid)
	}
	return x, y
}

// acts says whether code does something that other code may notice.
func acts(code ir.Block) bool {
	return slices.ContainsFunc(code, func(in ir.Instr) bool { return !in.Op.Plain() && in.Op != ir.Load })
}

func (c *checker) assignTo(x, y Value, e *syntax.BinaryExpr) Value {
	if y.bad() {
		return poison
	}
	if x.Type.T.Kind == TRecord {
		// Those of bases are hidden, and one that is not written takes objects of the class.
		r := x.Type.T.Record
		implicit := !c.complete(r, e.Span()) || r.Scope.names.get("operator=") == nil || y.Type.T == r.Type && r.assignment() == nil
		if set := c.memberFunctions(x, "operator="); set != nil && !implicit {
			if v, ok := c.tryMemberOperator(set, x, y, e.Span()); ok {
				return v
			}
		}
	}
	if !c.assignable(&x, e.X, e.X.Span(), e.OpPos) {
		return poison
	}
	if x.Type.T.Kind == TArray {
		return c.errorf(e.X.Span(), "not-assignable", "array type '%s' is not assignable", x.Type)
	}
	if x.Type.T.Kind == TAtomic {
		return c.errorf(e.Span(), "atomic-access", "atomic object of type '%s' must be accessed with atomic functions", x.Type)
	}
	if x.Type.T.Kind == TRecord && y.list() == nil && c.implicit(y, x.Type.unqual()).rank == impossible {
		return c.report(diag.Diagnostic{Code: "conversion", Message: "no viable overloaded '='", Span: e.X.Span(), Caret: e.OpPos, Ranges: []diag.Span{e.Y.Span()},
			Notes: []diag.Note{{Message: "no known conversion from '" + y.Type.unqual().String() + "' to '" + x.Type.unqual().String() + "'", Span: e.Y.Span()}}})
	}
	c.remarkSelf(e)
	c.remarkBitfield(&x, &y, e)
	if x.Type.T == boolType() {
		c.remarkAddress(e.Y, &y, operatorAt(e.OpPos, e.Op))
	}
	v := c.convert(y, x.Type.unqual(), e.Y.Span(), forAssign)
	if v.bad() {
		return poison
	}
	if r := x.Type.T.Record; r != nil && !c.reassigns(r, assigning(v), e.X.Span(), e.OpPos) {
		return poison
	}
	c.b.pos = e.OpPos
	if !c.assignObject(x, v, e.Span()) {
		return poison
	}
	return x
}

// compoundAssign is x op= y.
func (c *checker) compoundAssign(e *syntax.BinaryExpr, op syntax.Kind) Value {
	x, y := c.rightFirst(e, func(x Value) Value {
		y := c.expr(e.Y)
		if y.list() != nil && !x.bad() && !overloadable(&x) {
			return c.fromList(y, x.Type.unqual(), e.Y.Span()) // x += {v} means x += T{v}
		}
		return y
	})
	if x.bad() || y.bad() {
		return poison
	}
	if overloadable(&x) || overloadable(&y) {
		o := operation{e.Op, e.OpPos, e.Span(), e.X, e.Y}
		if v, _, ok := c.userOperator(&o, x, &y); ok {
			return v
		}
		if x.Type.T.Kind == TRecord {
			return c.operatorCall(&o, x, &y)
		}
		if y.Type.T.Kind == TRecord {
			if y = c.arithmeticOperand(y, e.Y.Span()); y.bad() {
				return poison
			}
		}
	}
	if !c.assignable(&x, e.X, e.X.Span(), e.OpPos) {
		return poison
	}
	o, old := operation{op, e.OpPos, e.Span(), e.X, e.Y}, x
	if t := x.Type.T; t.Kind == TMatrix && op != syntax.Star && op != syntax.Slash {
		if y.list() != nil {
			y = c.fromList(y, x.Type.unqual(), e.Y.Span())
		}
	} else if t.Kind == TMatrix { // *= takes a number only, which is converted; there is no /=
		scalar := Of(Scalar(t.Scalar))
		if op == syntax.Slash || c.implicit(y, scalar).rank == impossible {
			return c.invalid(&o, &x, &y)
		}
		y = c.loaded(c.convert(y, scalar, e.Y.Span(), forParam))
	}
	c.operand(&old)
	v := c.arithmetic(&o, &old, &y)
	if v.bad() {
		return poison
	}
	v.lit0 = false
	to := x.Type.unqual()
	if c.standard(v.Type.T, to.T, false).rank == impossible {
		return c.cannotConvert(v, to, e.Y.Span(), forAssign)
	}
	c.coerce(&v, to.T, e.Span())
	c.store(x, v)
	return x
}

// increment is ++ and --.
func (c *checker) increment(operand syntax.Expr, op syntax.Kind, e syntax.Expr, postfix bool) Value {
	x := c.expr(operand)
	if x.bad() {
		return poison
	}
	if x.Type.T.Kind == TRecord || overloadable(&x) && c.operatorSet(op, x, nil) != nil {
		o := operation{op, e.Span().Start, e.Span(), operand, e}
		if postfix {
			zero := c.b.rvalue(intType(), c.b.Int(ir.I32, 0))
			return c.operatorCall(&o, x, &zero)
		}
		return c.operatorCall(&o, x, nil)
	}
	opPos := e.Span().Start
	if postfix {
		opPos = e.Span().End - diag.Pos(len("++"))
	}
	if !c.assignable(&x, operand, e.Span(), opPos) {
		return poison
	}
	old := c.loaded(x)
	if old.Type.T.Kind == TScalar && old.Type.T.Scalar == ir.Bool && op == syntax.PlusPlus && c.opts.Version < 400 { // C++14
		c.report(diag.Diagnostic{Severity: diag.Warning, Code: "deprecated-increment-bool", Span: e.Span(), Caret: opPos,
			Message: "incrementing expression of type bool is deprecated and incompatible with C++17"})
	} else if t := old.Type.T; !t.isPtr() && (t.Kind != TScalar || t.Scalar == ir.Bool) && t.Kind != TVector {
		return c.report(diag.Diagnostic{Code: "increment", Span: e.Span(), Caret: opPos,
			Message: "cannot " + map[syntax.Kind]string{syntax.PlusPlus: "increment", syntax.MinusMinus: "decrement"}[op] + " value of type '" + x.Type.String() + "'", Notes: atomicAccess(t, nil)})
	}
	one := c.b.rvalue(intType(), c.b.Int(ir.I32, 1))
	o := operation{syntax.Plus, e.Span().Start, e.Span(), operand, operand}
	if op == syntax.MinusMinus {
		o.op = syntax.Minus
	}
	next := old
	if next = c.arithmetic(&o, &next, &one); next.bad() {
		return poison
	}
	c.coerce(&next, x.Type.T, e.Span())
	c.store(x, next)
	if postfix {
		return old
	}
	return x
}
