package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// arithOps are the instructions of the arithmetic operators.
var arithOps = [256]ir.Op{
	syntax.Plus: ir.Add, syntax.Minus: ir.Sub, syntax.Star: ir.Mul, syntax.Slash: ir.Div, syntax.Percent: ir.Rem,
	syntax.Amp: ir.And, syntax.Pipe: ir.Or, syntax.Caret: ir.Xor, syntax.Shl: ir.Shl, syntax.Shr: ir.Shr,
}

// comparisons are the instructions of the operators that give a truth value.
var comparisons = [256]struct {
	op      ir.Op
	swapped bool
}{
	syntax.EqEq: {op: ir.Eq}, syntax.NotEq: {op: ir.Ne}, syntax.Less: {op: ir.Lt}, syntax.LessEq: {op: ir.Le},
	syntax.Greater: {ir.Lt, true}, syntax.GreaterEq: {ir.Le, true},
}

func compares(op syntax.Kind) bool { return comparisons[op].op != ir.Invalid }

// compounds are the operators of the compound assignments.
var compounds = [256]syntax.Kind{
	syntax.PlusEq: syntax.Plus, syntax.MinusEq: syntax.Minus, syntax.StarEq: syntax.Star, syntax.SlashEq: syntax.Slash, syntax.PercentEq: syntax.Percent,
	syntax.AmpEq: syntax.Amp, syntax.PipeEq: syntax.Pipe, syntax.CaretEq: syntax.Caret, syntax.ShlEq: syntax.Shl, syntax.ShrEq: syntax.Shr,
}

func isAssignment(op syntax.Kind) bool { return op == syntax.Assign || compounds[op] != 0 }

func (c *checker) binary(e *syntax.BinaryExpr) Value {
	switch e.Op {
	case syntax.Assign:
		return c.assign(e)
	case syntax.Comma:
		operators := c.operators
		x := c.expr(e.X)
		if overloadable(&x) && !x.bad() {
			y := c.expr(e.Y)
			if y.bad() {
				return poison
			}
			if v, _, ok := c.userOperator(&operation{e.Op, e.OpPos, e.Span(), e.X, e.Y}, x, &y); ok {
				c.operators++
				return v
			}
			c.remarkUnused(e.X, x, operators, true)
			return y
		}
		c.remarkUnused(e.X, x, operators, true)
		y := c.expr(e.Y)
		if x.bad() {
			return poison
		}
		return y
	}
	if op := compounds[e.Op]; op != 0 {
		return c.compoundAssign(e, op)
	}
	var room [8]*syntax.BinaryExpr
	chain := append(room[:0], e) // a + b + c, from the right: as deep as it is long
	for {
		left, ok := e.X.(*syntax.BinaryExpr)
		if !ok || arithOps[left.Op] == 0 && !isLogical(left.Op) {
			break
		}
		e = left
		chain = append(chain, e)
	}
	x := c.expr(e.X)
	for _, e := range slices.Backward(chain) {
		c.b.pos = e.Start
		if x = c.operate(e, x); x.mem {
			x.at = e.Start
		}
	}
	return x
}

// operate evaluates an operator with the value of its left operand.
func (c *checker) operate(e *syntax.BinaryExpr, x Value) Value {
	if isLogical(e.Op) {
		c.remarkLogical(e, &x)
		return c.logical(e, x)
	}
	if e.Op == syntax.Star && c.pythonPower(e) {
		return poison
	}
	mid := c.soFar()
	y := c.expr(e.Y)
	c.readBefore(mid, &x)
	if x.bad() || y.bad() {
		return poison
	}
	c.remarkBinary(e, &x, &y)
	if compares(e.Op) {
		x, y = c.asPointer(x), c.asPointer(y)
	}
	o := operation{e.Op, e.OpPos, e.Span(), e.X, e.Y}
	if o.op == syntax.DotStar || o.op == syntax.ArrowStar {
		return c.throughMember(&o, x, y)
	}
	if overloadable(&x) || overloadable(&y) {
		return c.operatorCall(&o, x, &y)
	}
	return c.arithmetic(&o, &x, &y)
}

func isLogical(op syntax.Kind) bool { return op == syntax.AndAnd || op == syntax.OrOr }

// overloadable reports operands for which user-defined operators count.
func overloadable(v *Value) bool {
	k := v.Type.T.Kind
	return k == TRecord || k == TEnum || k == TMatrix
}

func (c *checker) unary(e *syntax.UnaryExpr) Value {
	switch e.Op {
	case syntax.PlusPlus, syntax.MinusMinus:
		return c.increment(e.X, e.Op, e, false)
	case syntax.Amp:
		return c.addressOf(e)
	}
	x := c.expr(e.X)
	if x.bad() {
		return poison
	}
	if r := x.Type.T.Record; r != nil && r.Lambda != nil && e.Op == syntax.Plus {
		if f := c.lambdaFunction(r, nil); f != nil {
			return c.functionPointer(f, e.Span())
		}
	}
	if e.Op == syntax.Star {
		x = c.pointerOperand(e.Op, x, e.X.Span())
	}
	if overloadable(&x) && (x.Type.T.Kind == TRecord && e.Op != syntax.Not || c.operatorSet(e.Op, x, nil) != nil) {
		return c.operatorCall(&operation{e.Op, e.Start, e.Span(), e.X, e.X}, x, nil)
	}
	if e.Op == syntax.Not && x.Type.T.Kind == TRecord {
		if s := c.userConversion(x, Of(boolType()), true); s.rank != impossible { // explicit ones count, too
			return c.b.rvalue(boolType(), c.b.Op(ir.Not, ir.Bool, c.condition(x, e.X.Span())))
		}
	}
	if e.Op == syntax.Star {
		p := c.decayed(x)
		if p.set() != nil || p.Type.T.Kind == TFuncPtr {
			return p
		}
		if !p.Type.T.isPtr() || p.Type.T.Elem.T == voidType {
			d := diag.Diagnostic{Code: "indirection", Message: "indirection requires pointer operand ('" + x.Type.String() + "' invalid)", Span: e.Span()}
			if x.refVar && x.Type.T.Kind == TScalar {
				d.Message = "indirection of a reference to one '" + x.Type.T.String() + "', which its name alone reads"
				d.Fixes = []diag.Fix{{Span: diag.Span{Start: e.Start, End: e.X.Span().Start}}}
			}
			return c.report(d)
		}
		r := p.Type.T.Elem.T.Record
		if r != nil && !c.complete(r, e.Span()) {
			return poison
		}
		// Of a class a member may follow, which is asked for its place or type.
		if r == nil && c.ignored != syntax.Expr(e) && unparenthesised(c.addressed) != syntax.Expr(e) && nullConstant(e.X) && p.Type.T.Elem.Q&Volatile == 0 && c.concrete() {
			c.remark(diag.Diagnostic{Code: "null-dereference", Message: "indirection of non-volatile null pointer will be deleted, not trap", Span: diag.Span{Start: e.Start, End: e.Start + 1}})
		}
		return c.deref(p)
	}
	if e.Op == syntax.Not {
		c.remarkAddress(e.X, &x, operatorAt(e.Start, e.Op))
		x = c.asPointer(x)
	}
	return c.unaryArithmetic(e.Op, x, e.Span())
}

func (c *checker) addressOf(e *syntax.UnaryExpr) Value {
	c.addressed = e.X
	if v, ok := c.addressOfMember(e); ok {
		return v
	}
	x := c.expr(e.X)
	if x.bad() || x.set() != nil {
		return x
	}
	if x.Type.T.Kind == TRecord && c.memberFunctions(x, "operator&") != nil {
		return c.operatorCall(&operation{e.Op, e.Start, e.Span(), e.X, e.X}, x, nil)
	}
	switch {
	case x.Cat != LValue || !x.mem:
		if id, ok := unparenthesised(e.X).(*syntax.IdentExpr); ok && c.find(&id.Name).functionConstant() {
			return c.errorf(e.Span(), "address-of", "cannot take the address of function constant '%s', which has a value but no place in memory", id.Name.Ident)
		}
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
