package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// arithmetic is a binary operator on types that the language knows.
func (c *checker) arithmetic(op string, x, y Value, at diag.Span, opPos diag.Pos, xat, yat diag.Span) Value {
	x, y = c.decay(x), c.decay(y)
	if x.bad() || y.bad() {
		return poison
	}
	c.b.pos = opPos
	invalid := func() Value {
		return c.report(diag.Diagnostic{Code: "invalid-operands", Span: at, Caret: opPos, Ranges: []diag.Span{xat, yat},
			Message: "invalid operands to binary expression ('" + x.Type.String() + "' and '" + y.Type.String() + "')", Notes: atomicAccess(x.Type.T, y.Type.T)})
	}
	xt, yt := x.Type.T, y.Type.T
	if xt.Kind == TFuncPtr || yt.Kind == TFuncPtr {
		return c.compareFunctions(op, x, y, xat, yat, invalid)
	}
	if xt.isPtr() || yt.isPtr() || xt.Kind == TNullptr || yt.Kind == TNullptr {
		return c.pointerArithmetic(op, x, y, at, opPos, xat, yat, invalid)
	}
	if xt.Kind == TMatrix || yt.Kind == TMatrix {
		return c.matrixArithmetic(op, x, y, invalid)
	}
	if xt.Kind == TSimdMatrix && xt == yt && op == "*" {
		args := []ir.Reg{x.regs[0], x.regs[1], y.regs[0], y.regs[1], c.b.Const(xt.Scalar, 0), c.b.Const(xt.Scalar, 0)}
		r := c.b.Run(xt.regType(), 2)
		c.b.Emit(ir.Instr{Op: ir.MatrixMMA, Kind: xt.Scalar, Dst: r, Args: args})
		return c.b.run(xt, r)
	}
	if xt.Kind == TEnum && xt.Enum.Scoped && xt == yt && compares(op) {
		return c.compare(op, xt.Scalar, x, y, boolType())
	}
	xn, yn := xt.isNumeric() || xt.isVec(), yt.isNumeric() || yt.isVec()
	if !xn || !yn {
		return invalid()
	}
	if op == "<<" || op == ">>" {
		return c.shift(op, x, y, opPos, yat, invalid)
	}
	t := c.common(x, y)
	if t == nil {
		return invalid()
	}
	k := t.Scalar
	switch op {
	case "%", "&", "|", "^":
		if isFloat(k) {
			return invalid()
		}
	}
	if compares(op) {
		x, y = c.castTo(x, t, xat), c.castTo(y, t, yat)
		res := boolType()
		if t.Kind == TVector {
			res = Vector(ir.Bool, t.N)
		}
		return c.compare(op, k, x, y, res)
	}
	if k == ir.Bool && t.Kind == TVector && op != "&" && op != "|" && op != "^" {
		return invalid()
	}
	if (op == "/" || op == "%") && !isFloat(k) && len(y.regs) == 1 {
		if v, ok := c.b.Known(y.regs[0]); ok && v == 0 {
			c.b.zeroDivisor = opPos
			if !c.b.constexpr && c.concrete() {
				c.remark(diag.Diagnostic{Code: "division-by-zero", Message: map[string]string{"/": "division", "%": "remainder"}[op] + " by zero is undefined", Span: yat, Caret: opPos})
			}
		}
	}
	x, y = c.castTo(x, t, xat), c.castTo(y, t, yat)
	c.remarkOverflow(op, t, &x, &y, opPos)
	return c.componentwise(op, t, &x, &y)
}

// componentwise applies an operator to the components of two values of a type.
func (c *checker) componentwise(op string, t *Type, x, y *Value) Value {
	in, _ := arithOp(op)
	out := c.b.room(t)
	for i := range x.regs {
		out.regs = append(out.regs, c.b.Op(in, t.Scalar, x.regs[i], y.regs[i]))
	}
	return out
}

func (c *checker) compare(op string, k ir.Kind, x, y Value, res *Type) Value {
	out := c.b.room(res)
	for i := range x.regs {
		a, b := x.regs[i], y.regs[i]
		var r ir.Reg
		switch op {
		case "==":
			r = c.b.Op(ir.Eq, k, a, b)
		case "!=":
			r = c.b.Op(ir.Ne, k, a, b)
		case "<":
			r = c.b.Op(ir.Lt, k, a, b)
		case "<=":
			r = c.b.Op(ir.Le, k, a, b)
		case ">":
			r = c.b.Op(ir.Lt, k, b, a)
		case ">=":
			r = c.b.Op(ir.Le, k, b, a)
		}
		out.regs = append(out.regs, r)
	}
	return out
}

// common is the type in which an arithmetic operator computes; nil if the
// operands do not go together.
func (c *checker) common(x, y Value) *Type {
	xt, yt := unpacked(x.Type.T), unpacked(y.Type.T)
	switch {
	case xt.Kind == TVector && yt.Kind == TVector:
		if xt == yt {
			return xt
		}
		return nil
	case xt.Kind == TVector:
		if scalarRank(yt, xt.Scalar) == impossible {
			return nil
		}
		return xt
	case yt.Kind == TVector:
		if scalarRank(xt, yt.Scalar) == impossible {
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

func (c *checker) shift(op string, x, y Value, opPos diag.Pos, yat diag.Span, invalid func() Value) Value {
	xt, yt := unpacked(x.Type.T), unpacked(y.Type.T)
	if isFloat(xt.Scalar) || isFloat(yt.Scalar) {
		return invalid()
	}
	t := xt
	switch {
	case xt.Kind == TVector:
		if yt.Kind == TVector && yt.N != xt.N {
			return invalid()
		}
	case yt.Kind == TVector:
		t = yt
	default:
		t = Scalar(promoted(xt.operand()))
	}
	x = c.castTo(x, t, diag.Span{})
	c.remarkShift(t, &y, opPos, yat)
	in, _ := arithOp(op)
	out := c.b.room(t)
	for i := range x.regs {
		n := c.b.Convert(t.Scalar, yt.Scalar, y.regs[min(i, len(y.regs)-1)])
		out.regs = append(out.regs, c.b.Op(in, t.Scalar, x.regs[i], n))
	}
	return out
}

func (c *checker) pointerArithmetic(op string, x, y Value, at diag.Span, opPos diag.Pos, xat, yat diag.Span, invalid func() Value) Value {
	xt, yt := x.Type.T, y.Type.T
	size := func(p *Type) (int64, bool) {
		el := p.Elem
		if el.T == voidType || el.T.Kind == TFunc {
			return 0, false
		}
		if el.T.Kind == TRecord && !c.complete(el.T.Record, at) {
			return 0, false
		}
		return int64(el.T.size()), true
	}
	if compares(op) {
		switch {
		case xt.isPtr() && yt.isPtr():
			if xt.Elem.Space != yt.Elem.Space || xt.Elem.T != yt.Elem.T && xt.Elem.T != voidType && yt.Elem.T != voidType {
				return c.errorf(at, "pointer-comparison", "comparison of distinct pointer types ('%s' and '%s')", xt, yt)
			}
		case xt.isPtr() && (yt.Kind == TNullptr || y.lit0):
			y = c.b.rvalue(xt, c.b.Null(xt.Elem.Space))
		case yt.isPtr() && (xt.Kind == TNullptr || x.lit0):
			x = c.b.rvalue(yt, c.b.Null(yt.Elem.Space))
		case xt.Kind == TNullptr && yt.Kind == TNullptr:
			return c.b.rvalue(boolType(), c.b.Bool(op == "==" || op == "<=" || op == ">="))
		case xt.isPtr() && yt.isIntegral(), yt.isPtr() && xt.isIntegral():
			return c.report(diag.Diagnostic{Code: "pointer-comparison", Message: "comparison between pointer and integer ('" + xt.String() + "' and '" + yt.String() + "')", Span: xat, Caret: opPos, Ranges: []diag.Span{yat}})
		default:
			return invalid()
		}
		return c.compare(op, ir.Ptr, x, y, boolType())
	}
	switch {
	case (op == "+" || op == "-") && xt.isPtr() && yt.isIntegral():
		n, ok := size(xt)
		if !ok {
			return c.errorf(at, "pointer-arithmetic", "arithmetic on a pointer to incomplete type '%s'", xt.Elem)
		}
		d := c.b.Convert(ir.I64, yt.Scalar, y.regs[0])
		if n != 1 {
			d = c.b.Op(ir.Mul, ir.I64, d, c.b.Int(ir.I64, n))
		}
		if op == "-" {
			d = c.b.Op(ir.Neg, ir.I64, d)
		}
		return c.b.rvalue(xt, c.b.PtrAdd(xt.Elem.Space, x.regs[0], d))
	case op == "+" && yt.isPtr() && xt.isIntegral():
		return c.pointerArithmetic(op, y, x, at, opPos, yat, xat, invalid)
	case op == "-" && xt.isPtr() && yt.isPtr() && xt.Elem.T == yt.Elem.T && xt.Elem.Space == yt.Elem.Space:
		n, ok := size(xt)
		if !ok {
			return invalid()
		}
		r := c.b.pure(ir.Instr{Op: ir.PtrDiff, Kind: ir.Ptr, Space: xt.Elem.Space}, ir.Type{Kind: ir.I64}, x.regs[0], y.regs[0])
		if n > 1 {
			r = c.b.Op(ir.Div, ir.I64, r, c.b.Int(ir.I64, n))
		}
		return c.b.rvalue(longType(), r)
	}
	return invalid()
}

// matrixArithmetic is + - and * with matrices; a product with a vector is
// linear algebra.
func (c *checker) matrixArithmetic(op string, x, y Value, invalid func() Value) Value {
	xt, yt := x.Type.T, y.Type.T
	k := xt.Scalar
	sum := func(rows func(i int) (ir.Reg, ir.Reg), n int) ir.Reg {
		a, b := rows(0)
		r := c.b.Op(ir.Mul, k, a, b)
		for i := 1; i < n; i++ {
			a, b = rows(i)
			r = c.b.Op(ir.FMA, k, a, b, r)
		}
		return r
	}
	switch {
	case (op == "+" || op == "-") && xt == yt:
		return c.componentwise(op, xt, &x, &y)
	case (op == "==" || op == "!=") && xt == yt:
		r := c.b.Bool(true)
		for i := range x.regs {
			r = c.b.Op(ir.And, ir.Bool, r, c.b.Op(ir.Eq, k, x.regs[i], y.regs[i]))
		}
		if op == "!=" {
			r = c.b.Op(ir.Not, ir.Bool, r)
		}
		return c.b.rvalue(boolType(), r)
	case op == "*" && xt.Kind == TMatrix && yt.Kind == TMatrix && xt.Scalar == yt.Scalar && xt.N == yt.M:
		t := matrixTypes[k][yt.N][xt.M]
		out := c.b.room(t)
		for col := range yt.N {
			for row := range xt.M {
				out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i*xt.M+row], y.regs[col*yt.M+i] }, xt.N))
			}
		}
		return out
	case op == "*" && xt.Kind == TMatrix && yt.isVec() && yt.Scalar == k && yt.N == xt.N:
		out := c.b.room(Vector(k, xt.M))
		for row := range xt.M {
			out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i*xt.M+row], y.regs[i] }, xt.N))
		}
		return out
	case op == "*" && yt.Kind == TMatrix && xt.isVec() && yt.Scalar == k && xt.N == yt.M:
		out := c.b.room(Vector(k, yt.N))
		for col := range yt.N {
			out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i], y.regs[col*yt.M+i] }, yt.M))
		}
		return out
	case (op == "*" || op == "/") && xt.Kind == TMatrix && yt.isNumeric() && scalarRank(yt, k) != impossible:
		s := c.b.Convert(k, yt.Scalar, y.regs[0])
		in, _ := arithOp(op)
		out := c.b.room(xt)
		for _, r := range x.regs {
			out.regs = append(out.regs, c.b.Op(in, k, r, s))
		}
		return out
	case op == "*" && yt.Kind == TMatrix && xt.isNumeric() && scalarRank(xt, yt.Scalar) != impossible:
		return c.matrixArithmetic(op, y, x, invalid)
	}
	return invalid()
}

func (c *checker) unaryArithmetic(op string, x Value, at diag.Span) Value {
	d := c.decay(x)
	if d.bad() {
		return poison
	}
	t := unpacked(d.Type.T)
	bad := func() Value {
		return c.errorf(at, "invalid-operand", "invalid argument type '%s' to unary expression", x.Type)
	}
	if op == "!" {
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
		if !t.isNumeric() && !t.isPtr() && t.Kind != TFuncPtr && t.Kind != TNullptr {
			return bad()
		}
		return c.b.rvalue(boolType(), c.b.Op(ir.Not, ir.Bool, c.condition(d, at)))
	}
	switch {
	case t.isNumeric():
		k := promoted(t.operand())
		d = c.castTo(d, Scalar(k), at)
		t = Scalar(k)
	case t.Kind == TVector && t.Scalar != ir.Bool, t.Kind == TMatrix && op != "~":
	case t.isPtr() && op == "+":
		return d
	default:
		return bad()
	}
	out := c.b.room(t)
	for _, r := range d.regs {
		switch op {
		case "-":
			r = c.b.Op(ir.Neg, t.Scalar, r)
		case "~":
			if isFloat(t.Scalar) {
				return bad()
			}
			r = c.b.Op(ir.Not, t.Scalar, r)
		}
		out.regs = append(out.regs, r)
	}
	out.literal = d.literal && op == "-"
	return out
}
