package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// assignable checks that an lvalue may be written.
func (c *checker) assignable(v Value, e syntax.Expr, at diag.Span, opPos diag.Pos) bool {
	if v.Cat != LValue && !(v.Cat == XValue && v.Type.T.Kind == TRecord) || !v.mem {
		c.report(diag.Diagnostic{Code: "not-assignable", Message: "expression is not assignable", Span: at, Caret: opPos})
		return false
	}
	if !v.Type.isConst() {
		if v.swz != nil {
			for i, a := range v.swz {
				for _, b := range v.swz[:i] {
					if a == b {
						c.report(diag.Diagnostic{Code: "not-assignable", Message: "vector is not assignable (contains duplicate components)", Span: at, Caret: opPos})
						return false
					}
				}
			}
		}
		return true
	}
	d := diag.Diagnostic{Code: "const-assignment", Message: "read-only variable is not assignable", Span: at, Caret: opPos}
	if root := c.rootVariable(e); root != nil {
		shown := root.Type
		if root.ref {
			shown = Of(c.refTo(shown))
		}
		note := "'" + root.Name + "' declared here with type '" + shown.String() + "'"
		if _, direct := e.(*syntax.IdentExpr); direct {
			d.Message = "cannot assign to variable '" + root.Name + "' with const-qualified type '" + shown.String() + "'"
			note = "variable '" + root.Name + "' declared const here"
		}
		d.Notes = []diag.Note{{Message: note, Span: root.pos}}
	}
	c.report(d)
	return false
}

// rootVariable is the variable at the start of an expression like a[i].x.
func (c *checker) rootVariable(e syntax.Expr) *Variable {
	for {
		switch x := e.(type) {
		case *syntax.IdentExpr:
			if len(x.Name.Parts) == 1 {
				if b := c.lookup(c.scope, x.Name.Parts[0].Ident); b != nil {
					return b.value
				}
			}
			return nil
		case *syntax.IndexExpr:
			e = x.X
		case *syntax.MemberExpr:
			e = x.X
		case *syntax.ParenExpr:
			e = x.X
		case *syntax.UnaryExpr:
			e = x.X
		case *syntax.BinaryExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func (c *checker) assign(e *syntax.BinaryExpr) Value {
	x := c.expr(e.X)
	if l, ok := e.Y.(*syntax.InitList); ok && !x.bad() {
		y := c.fromList(Value{Type: Of(initListType), list: &initList{node: l}}, x.Type.unqual(), l.Span())
		return c.assignTo(x, y, e)
	}
	y := c.expr(e.Y)
	if x.bad() || y.bad() {
		return poison
	}
	return c.assignTo(x, y, e)
}

func (c *checker) assignTo(x, y Value, e *syntax.BinaryExpr) Value {
	if y.bad() {
		return poison
	}
	if x.Type.T.Kind == TRecord {
		if set := c.memberFunctions(x, "operator="); set != nil {
			if v, ok := c.tryMemberOperator(set, x, y, e.Span()); ok {
				return v
			}
		}
	}
	if !c.assignable(x, e.X, e.X.Span(), e.OpPos) {
		return poison
	}
	if x.Type.T.Kind == TArray {
		return c.errorf(e.X.Span(), "not-assignable", "array type '%s' is not assignable", x.Type)
	}
	if x.Type.T.Kind == TAtomic {
		return c.errorf(e.Span(), "atomic-access", "atomic object of type '%s' must be accessed with atomic functions", x.Type)
	}
	v := c.convert(y, x.Type.unqual(), e.Y.Span(), forAssign)
	if v.bad() {
		return poison
	}
	c.b.pos = e.OpPos
	c.store(x, c.load(v))
	return x
}

// compoundAssign is x op= y.
func (c *checker) compoundAssign(e *syntax.BinaryExpr, op string) Value {
	x := c.expr(e.X)
	y := c.expr(e.Y)
	if x.bad() || y.bad() {
		return poison
	}
	if x.Type.T.Kind == TRecord || y.Type.T.Kind == TRecord {
		if v, _, ok := c.userOperator(e.Op, e.Span(), e.OpPos, x, &y, e.X.Span(), e.Y.Span()); ok {
			return v
		}
		if x.Type.T.Kind == TRecord {
			return c.operatorCall(e.Op, e.Span(), e.OpPos, x, &y, e.X.Span(), e.Y.Span())
		}
		y = c.arithmeticOperand(y, e.Y.Span())
		if y.bad() {
			return poison
		}
	}
	if !c.assignable(x, e.X, e.X.Span(), e.OpPos) {
		return poison
	}
	v := c.arithmetic(op, c.load(x), y, e.Span(), e.OpPos, e.X.Span(), e.Y.Span())
	if v.bad() {
		return poison
	}
	v.lit0 = false
	to := x.Type.unqual()
	if c.standard(v.Type.T, to.T, false).rank == impossible {
		return c.cannotConvert(v, to, e.Span(), forAssign)
	}
	c.store(x, c.castTo(v, to.T, e.Span()))
	return x
}

// increment is ++ and --.
func (c *checker) increment(operand syntax.Expr, op string, e syntax.Expr, postfix bool) Value {
	x := c.expr(operand)
	if x.bad() {
		return poison
	}
	if x.Type.T.Kind == TRecord {
		if postfix {
			zero := rvalue(intType(), c.b.Int(ir.I32, 0))
			return c.operatorCall(op, e.Span(), e.Span().Start, x, &zero, operand.Span(), e.Span())
		}
		return c.operatorCall(op, e.Span(), e.Span().Start, x, nil, operand.Span(), e.Span())
	}
	if !c.assignable(x, operand, e.Span(), e.Span().Start) {
		return poison
	}
	old := c.load(x)
	if t := old.Type.T; !t.isPtr() && (t.Kind != TScalar || t.Scalar == ir.Bool) && t.Kind != TVector {
		return c.errorf(e.Span(), "increment", "cannot %s value of type '%s'", map[string]string{"++": "increment", "--": "decrement"}[op], x.Type)
	}
	one := rvalue(intType(), c.b.Int(ir.I32, 1))
	next := c.arithmetic(op[:1], old, one, e.Span(), e.Span().Start, operand.Span(), operand.Span())
	if next.bad() {
		return poison
	}
	c.store(x, c.castTo(next, x.Type.T, e.Span()))
	if postfix {
		return old
	}
	return x
}
