package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// operation is an operator with the places of what it is written with.
type operation struct {
	op   syntax.Kind
	pos  diag.Pos // of the operator
	at   diag.Span
	x, y syntax.Expr // the operands
}

// invalid reports operands that an operator does not take.
func (c *checker) invalid(o *operation, x, y *Value, notes ...diag.Note) Value {
	xt, yt := x.Type.T, y.Type.T
	if xt.lacking() || yt.lacking() {
		c.failQuietly(o.at)
		return poison
	}
	what := unlike(xt, yt)
	whole := func(t *Type) bool { return (t.isVec() || t.isNumeric()) && !isFloat(t.Scalar) }
	switch {
	case what == "" || o.op == syntax.Shl || o.op == syntax.Shr || (o.op == syntax.Percent || bitwise(o.op)) && !(whole(xt) && whole(yt)):
		what = "invalid operands to binary expression"
	case xt.isVec() && yt.isVec() && xt.N == yt.N && xt.Scalar != yt.Scalar:
		at, to := o.y.Span(), Vector(xt.Scalar, xt.N)
		if !isFloat(xt.Scalar) || yt.Scalar == ir.F32 {
			at, to = o.x.Span(), Vector(yt.Scalar, yt.N)
		}
		notes = append(notes, diag.Note{Message: "vectors of other components are converted by name only", Span: at, Fixes: around(at, to.String()+"(", ")")})
	}
	if o.op == syntax.Percent && (xt.isNumeric() || xt.isVec()) && (yt.isNumeric() || yt.isVec()) {
		notes = append(notes, c.remainder(o))
	}
	return c.report(diag.Diagnostic{Code: "invalid-operands", Span: o.at, Caret: o.pos, Ranges: []diag.Span{o.x.Span(), o.y.Span()},
		Message: what + " (" + described(x.Type) + " and " + described(y.Type) + ")", Notes: append(notes, atomicAccess(xt, yt)...)})
}

// unlike says why a vector and another operand have no common type; "" if
// neither is a vector, or there is another reason.
func unlike(x, y *Type) string {
	switch {
	case !x.isVec() && !y.isVec() || x == y:
		return ""
	case !x.isVec() && !x.isNumeric() || !y.isVec() && !y.isNumeric():
		return "cannot convert between vector and non-scalar values"
	}
	return "cannot convert between vector values of different size"
}

// operand is decay for what takes part in arithmetic: a bit-field is an int if
// that holds all its values, whatever its type.
func (c *checker) operand(v *Value) {
	bits := v.bits()
	c.decay(v)
	if bits != nil && !v.bad() && v.Type.T.isArith() && (bits.width < 32 || bits.width == 32 && isSigned(v.Type.T.Scalar)) {
		c.coerce(v, intType(), diag.Span{})
	} else if bits != nil && bits.width == 32 && v.Type.T == ulongType() {
		c.coerce(v, Scalar(ir.U32), diag.Span{})
	}
}

// operands converts those of an operator to their common type.
func (c *checker) operands(o *operation, x, y *Value, t *Type) {
	c.remarkConversion(x, t, o.x.Span())
	c.remarkConversion(y, t, o.y.Span())
	c.coerce(x, t, o.x.Span())
	c.coerce(y, t, o.y.Span())
}

// arithmetic is a binary operator on types that the language knows. It loads
// and converts the operands where they are.
func (c *checker) arithmetic(o *operation, x, y *Value) Value {
	c.operand(x)
	c.operand(y)
	if x.bad() || y.bad() {
		return poison
	}
	c.b.pos = o.pos
	xt, yt := x.Type.T, y.Type.T
	if xt.Kind != TScalar || yt.Kind != TScalar {
		if v, done := c.specialArithmetic(o, x, y); done {
			return v
		}
	}
	op := o.op
	if op == syntax.Shl || op == syntax.Shr {
		return c.shift(o, x, y)
	}
	t := c.common(xt, yt)
	if t == nil {
		var notes []diag.Note
		if xt.isVec() != yt.isVec() && xt.isNumeric() != yt.isNumeric() {
			notes = []diag.Note{{Message: "a scalar takes the type of the vector's components, but a float is not made an integer: convert one of them", Span: o.at}}
		}
		return c.invalid(o, x, y, notes...)
	}
	k := t.Scalar
	switch {
	case k == ir.Bool && t.Kind == TVector && !bitwise(op) && op != syntax.EqEq && op != syntax.NotEq:
		return c.invalid(o, x, y)
	case compares(op):
		c.operands(o, x, y, t)
		res := boolType()
		if t.Kind == TVector {
			res = Vector(ir.Bool, t.N)
		}
		return c.compare(op, k, x, y, res)
	case isFloat(k) && (bitwise(op) || op == syntax.Percent):
		return c.invalid(o, x, y)
	}
	if (op == syntax.Slash || op == syntax.Percent) && len(y.regs) == 1 {
		if v, ok := c.b.Known(y.regs[0]); ok && isZero(y.Type.T.Scalar, v) && (!isFloat(k) || c.b.constexpr && !c.lenient) {
			c.b.undefined = undefined{o.pos, byZero}
			if !c.b.constexpr && c.concrete() {
				what := "division"
				if op == syntax.Percent {
					what = "remainder"
				}
				c.remark(diag.Diagnostic{Code: "division-by-zero", Message: what + " by zero is undefined", Span: o.y.Span(), Caret: o.pos})
			}
		}
	}
	c.operands(o, x, y, t)
	c.remarkOverflow(op, t, x, y, o.pos)
	return c.componentwise(op, t, x, y)
}

// specialArithmetic is arithmetic on what is no number or vector; done is false
// if both operands are.
func (c *checker) specialArithmetic(o *operation, x, y *Value) (v Value, done bool) {
	xt, yt := x.Type.T, y.Type.T
	switch {
	case xt.isNumbered() || yt.isNumbered():
		return c.compareNumbered(o, *x, *y), true
	case xt.isPtr() || yt.isPtr() || xt.Kind == TNullptr || yt.Kind == TNullptr:
		return c.pointerArithmetic(o, x, y), true
	case xt.Kind == TMatrix || yt.Kind == TMatrix:
		return c.matrixArithmetic(o, x, y), true
	case xt.Kind == TSimdMatrix && xt == yt && o.op == syntax.Star:
		args := []ir.Reg{x.regs[0], x.regs[1], y.regs[0], y.regs[1], c.b.Const(xt.Scalar, 0), c.b.Const(xt.Scalar, 0)}
		r := c.b.Run(xt.regType(), 2)
		c.b.Emit(ir.Instr{Op: ir.MatrixMMA, Kind: xt.Scalar, Dst: r, Args: args})
		return c.b.run(xt, r), true
	case xt.Kind == TEnum && xt.Enum.Scoped && xt == yt && compares(o.op):
		return c.compare(o.op, xt.Scalar, x, y, boolType()), true
	case !xt.isNumeric() && !xt.isVec(), !yt.isNumeric() && !yt.isVec():
		return c.invalid(o, x, y), true
	}
	return Value{}, false
}

// componentwise applies an operator to the components of two values of a type.
func (c *checker) componentwise(op syntax.Kind, t *Type, x, y *Value) Value {
	out := c.b.room(t)
	for i := range x.regs {
		out.regs = append(out.regs, c.b.Op(arithOps[op], t.Scalar, x.regs[i], y.regs[i]))
	}
	return out
}

// compare compares the components of two values of a kind.
func (c *checker) compare(op syntax.Kind, k ir.Kind, x, y *Value, res *Type) Value {
	in := comparisons[op]
	if in.swapped {
		x, y = y, x
	}
	out := c.b.room(res)
	for i := range x.regs {
		out.regs = append(out.regs, c.b.Op(in.op, k, x.regs[i], y.regs[i]))
	}
	return out
}

// common is the type in which an arithmetic operator computes; nil if the
// operands do not go together.
func (c *checker) common(xt, yt *Type) *Type {
	xt, yt = unpacked(xt), unpacked(yt)
	switch {
	case xt.Kind == TVector && yt.Kind == TVector:
		if xt == yt {
			return xt
		}
		return nil
	case xt.Kind == TVector:
		if !joins(yt, xt) {
			return nil
		}
		return xt
	case yt.Kind == TVector:
		if !joins(xt, yt) {
			return nil
		}
		return yt
	}
	k := usual(xt.operand(), yt.operand())
	if k == ir.Void {
		return nil
	}
	return Scalar(k)
}

// joins reports whether a scalar may be the other operand of a vector, whose
// type it takes: no integers are made of a float without a word.
func joins(s, vec *Type) bool {
	return scalarRank(s, vec.Scalar) != impossible && (isFloat(vec.Scalar) || s.Kind != TScalar || !isFloat(s.Scalar))
}

func unpacked(t *Type) *Type {
	if t.Kind == TPacked {
		return Vector(t.Scalar, t.N)
	}
	return t
}

// usual is the kind of the usual arithmetic conversions; Void if there is
// none, as for half and bfloat.
func usual(a, b ir.Kind) ir.Kind {
	switch {
	case isFloat(a) && isFloat(b):
		if a == b {
			return a
		}
		if a == ir.F32 || b == ir.F32 {
			return ir.F32
		}
		return ir.Void
	case isFloat(a):
		return a
	case isFloat(b):
		return b
	}
	a, b = promoted(a), promoted(b)
	if a == b {
		return a
	}
	if kindSize(a) != kindSize(b) {
		if kindSize(a) > kindSize(b) {
			return a
		}
		return b
	}
	if isSigned(a) {
		return b
	}
	return a
}

func (c *checker) shift(o *operation, x, y *Value) Value {
	xt, yt := unpacked(x.Type.T), unpacked(y.Type.T)
	if isFloat(xt.Scalar) || isFloat(yt.Scalar) {
		return c.invalid(o, x, y)
	}
	t := xt
	switch {
	case xt.Kind == TVector:
		if yt.Kind == TVector && yt.N != xt.N {
			return c.invalid(o, x, y)
		}
	case yt.Kind == TVector:
		t = yt
	default:
		t = Scalar(promoted(xt.operand()))
	}
	if t.Scalar == ir.Bool {
		return c.invalid(o, x, y)
	}
	c.coerce(x, t, diag.Span{})
	c.remarkShift(t, x, y, o)
	out := c.b.room(t)
	for i := range x.regs {
		n := c.b.Convert(t.Scalar, yt.Scalar, y.regs[min(i, len(y.regs)-1)])
		out.regs = append(out.regs, c.b.Op(arithOps[o.op], t.Scalar, x.regs[i], n))
	}
	return out
}

func (c *checker) pointerArithmetic(o *operation, x, y *Value) Value {
	op, xt, yt := o.op, x.Type.T, y.Type.T
	size := func(p *Type) (int64, bool) {
		el := p.Elem
		if el.T == voidType || el.T.Kind == TFunc {
			c.errorf(o.at, "pointer-arithmetic", "arithmetic on a pointer to incomplete type '%s'", el)
			return 0, false
		}
		if el.T.Kind == TRecord && !c.complete(el.T.Record, o.at) {
			return 0, false
		}
		return int64(el.T.size()), true
	}
	if compares(op) {
		switch ordered := op != syntax.EqEq && op != syntax.NotEq; {
		case ordered && (xt.isPtr() && y.lit0 || yt.isPtr() && x.lit0):
			return c.report(diag.Diagnostic{Code: "pointer-comparison", Message: "ordered comparison between pointer and zero ('" + xt.String() + "' and '" + yt.String() + "')", Span: o.x.Span(), Caret: o.pos, Ranges: []diag.Span{o.y.Span()}})
		case xt.isPtr() && yt.isPtr():
			t := c.composite(xt, yt)
			if t == nil {
				return c.errorf(o.at, "pointer-comparison", "comparison of distinct pointer types ('%s' and '%s')", xt, yt)
			}
			*x, *y = c.coerced(*x, t, o.x.Span()), c.coerced(*y, t, o.y.Span())
		case xt.isPtr() && (yt.Kind == TNullptr || y.lit0):
			*y = c.b.rvalue(xt, c.b.Null(xt.Elem.Space))
		case yt.isPtr() && (xt.Kind == TNullptr || x.lit0):
			*x = c.b.rvalue(yt, c.b.Null(yt.Elem.Space))
		case xt.Kind == TNullptr && yt.Kind == TNullptr:
			return c.b.rvalue(boolType(), c.b.Bool(op == syntax.EqEq || op == syntax.LessEq || op == syntax.GreaterEq))
		case xt.isPtr() && yt.isIntegral(), yt.isPtr() && xt.isIntegral():
			return c.report(diag.Diagnostic{Code: "pointer-comparison", Message: "comparison between pointer and integer ('" + xt.String() + "' and '" + yt.String() + "')", Span: o.x.Span(), Caret: o.pos, Ranges: []diag.Span{o.y.Span()}})
		default:
			return c.invalid(o, x, y)
		}
		return c.compare(op, ir.Ptr, x, y, boolType())
	}
	switch {
	case (op == syntax.Plus || op == syntax.Minus) && xt.isPtr() && yt.isIntegral():
		n, ok := size(xt)
		if !ok {
			return poison
		}
		d := c.b.Convert(ir.I64, yt.Scalar, y.regs[0])
		if n != 1 {
			d = c.b.Op(ir.Mul, ir.I64, d, c.b.Int(ir.I64, n))
		}
		if op == syntax.Minus {
			d = c.b.Op(ir.Neg, ir.I64, d)
		}
		return c.b.rvalue(xt, c.b.PtrAdd(xt.Elem.Space, x.regs[0], d))
	case op == syntax.Plus && yt.isPtr() && xt.isIntegral():
		return c.pointerArithmetic(&operation{op, o.pos, o.at, o.y, o.x}, y, x)
	case op == syntax.Minus && xt.isPtr() && yt.isPtr() && xt.Elem.T == yt.Elem.T && xt.Elem.Space == yt.Elem.Space:
		n, ok := size(xt)
		if !ok {
			return poison
		}
		r := c.b.pure(&ir.Instr{Op: ir.PtrDiff, Kind: ir.Ptr, Space: xt.Elem.Space}, ir.Type{Kind: ir.I64}, x.regs[0], y.regs[0])
		if n > 1 {
			r = c.b.Op(ir.Div, ir.I64, r, c.b.Int(ir.I64, n))
		}
		return c.b.rvalue(longType(), r)
	}
	return c.invalid(o, x, y)
}

// matrixArithmetic is + - and * with matrices, and / of one by a number; a
// product with a vector is linear algebra. Metal's operators are templates that deduce the type of the
// components from both operands, so that they convert neither.
func (c *checker) matrixArithmetic(o *operation, x, y *Value) Value {
	op, xt, yt := o.op, x.Type.T, y.Type.T
	k := xt.Scalar
	sum := func(rows func(i int) (ir.Reg, ir.Reg), n int) ir.Reg {
		a, b := rows(0)
		r := c.b.Op(ir.Mul, k, a, b)
		for i := 1; i < n; i++ {
			a, b = rows(i)
			r = c.b.Op(ir.Add, k, r, c.b.Op(ir.Mul, k, a, b))
		}
		return r
	}
	switch {
	case (op == syntax.Plus || op == syntax.Minus) && xt == yt:
		return c.componentwise(op, xt, x, y)
	case op == syntax.Star && xt.Kind == TMatrix && yt.Kind == TMatrix && xt.Scalar == yt.Scalar && xt.N == yt.M:
		t := matrixTypes[k][yt.N][xt.M]
		out := c.b.room(t)
		for col := range yt.N {
			for row := range xt.M {
				out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i*xt.M+row], y.regs[col*yt.M+i] }, xt.N))
			}
		}
		return out
	case op == syntax.Star && xt.Kind == TMatrix && yt == Vector(k, xt.N):
		out := c.b.room(Vector(k, xt.M))
		for row := range xt.M {
			out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i*xt.M+row], y.regs[i] }, xt.N))
		}
		return out
	case op == syntax.Star && yt.Kind == TMatrix && xt == Vector(yt.Scalar, yt.M):
		out := c.b.room(Vector(k, yt.N))
		for col := range yt.N {
			out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i], y.regs[col*yt.M+i] }, yt.M))
		}
		return out
	case (op == syntax.Star || op == syntax.Slash) && xt.Kind == TMatrix && yt == Scalar(k):
		do, out := ir.Mul, c.b.room(xt)
		if op == syntax.Slash {
			do = ir.Div
		}
		for _, r := range x.regs {
			out.regs = append(out.regs, c.b.Op(do, k, r, y.regs[0]))
		}
		return out
	case op == syntax.Star && yt.Kind == TMatrix && xt == Scalar(yt.Scalar):
		return c.matrixArithmetic(o, y, x)
	case (op == syntax.Star || op == syntax.Slash && yt.isNumeric()) && xt.Kind == TMatrix:
		return c.invalid(o, x, y, unconverted(Vector(k, xt.N), unpacked(yt), o.y)...)
	case op == syntax.Star:
		return c.invalid(o, x, y, unconverted(Vector(yt.Scalar, yt.M), unpacked(xt), o.x)...)
	}
	return c.invalid(o, x, y)
}

// unconverted says how to multiply a matrix by a number or vector of another
// type than its own, of which the vector is given, or to divide it.
func unconverted(own, t *Type, e syntax.Expr) []diag.Note {
	if t.isNumeric() {
		own = Scalar(own.Scalar)
	} else if t.Kind != TVector || t.N != own.N {
		return nil
	}
	at := e.Span()
	return []diag.Note{{Message: "an operator of matrices converts no operand; this one takes '" + own.String() + "'", Span: at, Fixes: []diag.Fix{
		{Span: diag.Span{Start: at.Start, End: at.Start}, Text: own.String() + "("}, {Span: diag.Span{Start: at.End, End: at.End}, Text: ")"}}}}
}

func (c *checker) unaryArithmetic(op syntax.Kind, x Value, at diag.Span) Value {
	d := x
	c.operand(&d)
	if d.bad() {
		return poison
	}
	t := unpacked(d.Type.T)
	bad := func() Value {
		return c.errorf(at, "invalid-operand", "invalid argument type '%s' to unary expression", x.Type)
	}
	if op == syntax.Not {
		if t.Kind == TVector && t.Scalar == ir.Bool {
			out := c.b.room(t)
			for _, r := range d.regs {
				out.regs = append(out.regs, c.b.Op(ir.Not, ir.Bool, r))
			}
			return out
		}
		if t.Kind == TVector {
			out := c.b.room(Vector(ir.Bool, t.N))
			for _, r := range d.regs {
				out.regs = append(out.regs, c.b.Op(ir.Eq, t.Scalar, r, c.b.Const(t.Scalar, 0)))
			}
			return out
		}
		if !t.decides() {
			return bad()
		}
		return c.b.rvalue(boolType(), c.b.Op(ir.Not, ir.Bool, c.condition(d, at)))
	}
	switch {
	case t.isNumeric():
		k := promoted(t.operand())
		c.coerce(&d, Scalar(k), at)
		t = Scalar(k)
	case t.Kind == TVector && (t.Scalar != ir.Bool || op == syntax.Tilde): // ~ inverts booleans, too
	case t.isPtr() && op == syntax.Plus:
		return d
	default:
		return bad()
	}
	out := c.b.room(t)
	for _, r := range d.regs {
		switch op {
		case syntax.Minus:
			r = c.b.Op(ir.Neg, t.Scalar, r)
		case syntax.Tilde:
			if isFloat(t.Scalar) {
				return bad()
			}
			r = c.b.Op(ir.Not, t.Scalar, r)
		}
		out.regs = append(out.regs, r)
	}
	out.literal = d.literal && op == syntax.Minus
	return out
}
