package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// arithOp is the instruction of an arithmetic operator.
func arithOp(op string) (in ir.Op, ok bool) {
	switch op {
	case "+":
		return ir.Add, true
	case "-":
		return ir.Sub, true
	case "*":
		return ir.Mul, true
	case "/":
		return ir.Div, true
	case "%":
		return ir.Rem, true
	case "&":
		return ir.And, true
	case "|":
		return ir.Or, true
	case "^":
		return ir.Xor, true
	case "<<":
		return ir.Shl, true
	case ">>":
		return ir.Shr, true
	}
	return in, false
}

// compares reports the operators that give a truth value.
func compares(op string) bool {
	switch op {
	case "==", "!=", "<", "<=", ">", ">=":
		return true
	}
	return false
}

func (c *checker) binary(e *syntax.BinaryExpr) Value {
	switch e.Op {
	case "=":
		return c.assign(e)
	case ",":
		operators := c.operators
		x := c.expr(e.X)
		c.remarkUnused(e.X, x, operators, true)
		y := c.expr(e.Y)
		if x.bad() {
			return poison
		}
		return y
	case "&&", "||":
		return c.logical(e)
	}
	if n := len(e.Op); n > 1 && e.Op[n-1] == '=' && !compares(e.Op) {
		return c.compoundAssign(e, e.Op[:n-1])
	}
	if e.Op == "*" && c.pythonPower(e) {
		return poison
	}
	x := c.expr(e.X)
	y := c.expr(e.Y)
	if x.bad() || y.bad() {
		return poison
	}
	c.remarkBinary(e, &x, &y)
	if overloadable(&x) || overloadable(&y) {
		return c.operatorCall(e.Op, e.Span(), e.OpPos, x, &y, e.X.Span(), e.Y.Span())
	}
	return c.arithmetic(e.Op, x, y, e.Span(), e.OpPos, e.X.Span(), e.Y.Span())
}

// overloadable reports operands for which user-defined operators count.
func overloadable(v *Value) bool {
	return v.Type.T.Kind == TRecord || v.Type.T.Kind == TEnum
}

func (c *checker) unary(e *syntax.UnaryExpr) Value {
	switch e.Op {
	case "++", "--":
		return c.increment(e.X, e.Op, e, false)
	case "&":
		return c.addressOf(e)
	}
	x := c.expr(e.X)
	if x.bad() {
		return poison
	}
	if r := x.Type.T.Record; r != nil && r.Lambda != nil && e.Op == "+" {
		if f := c.lambdaFunction(r.Lambda); f != nil {
			return c.functionValue(f, c.pointerTo(Of(c.funcType(f.result, f.paramTypes()))))
		}
	}
	if e.Op == "*" {
		x = c.pointerOperand("*", x, e.X.Span())
	}
	if overloadable(&x) && (x.Type.T.Kind == TRecord && e.Op != "!" || c.operatorSet(e.Op, x, nil) != nil) {
		return c.operatorCall(e.Op, e.Span(), e.Span().Start, x, nil, e.X.Span(), e.X.Span())
	}
	if e.Op == "!" && x.Type.T.Kind == TRecord {
		if s := c.userConversion(x, Of(boolType()), true); s.rank != impossible { // explicit ones count, too
			return c.b.rvalue(boolType(), c.b.Op(ir.Not, ir.Bool, c.condition(x, e.X.Span())))
		}
	}
	if e.Op == "*" {
		p := c.decay(x)
		if p.set() != nil || p.Type.T.Kind == TFuncPtr {
			return p
		}
		if !p.Type.T.isPtr() || p.Type.T.Elem.T == voidType {
			return c.errorf(e.Span(), "indirection", "indirection requires pointer operand ('%s' invalid)", x.Type)
		}
		if r := p.Type.T.Elem.T.Record; r != nil && !c.complete(r, e.Span()) {
			return poison
		}
		return c.deref(p)
	}
	return c.unaryArithmetic(e.Op, x, e.Span())
}

func (c *checker) addressOf(e *syntax.UnaryExpr) Value {
	c.addressed = e.X
	x := c.expr(e.X)
	if x.bad() || x.set() != nil {
		return x
	}
	if x.Type.T.Kind == TRecord && c.memberFunctions(x, "operator&") != nil {
		return c.operatorCall("&", e.Span(), e.Span().Start, x, nil, e.X.Span(), e.X.Span())
	}
	switch {
	case x.Cat != LValue || !x.mem:
		return c.errorf(e.Span(), "address-of", "cannot take the address of an rvalue of type '%s'", x.Type)
	case x.swz() != nil || x.component:
		return c.errorf(e.Span(), "address-of", "address of vector element requested")
	case x.bits() != nil:
		return c.errorf(e.Span(), "address-of", "address of bit-field requested")
	}
	if x.addr.packed && x.Type.T.align() > 1 && c.unaligned != syntax.Expr(e) {
		c.remarkPacked(e.X)
	}
	q := x.Type
	q.Space = x.addr.Space
	return c.b.rvalue(c.pointerTo(q), c.b.Pointer(x.addr))
}
