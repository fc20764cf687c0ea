package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

var arithOps = map[string]ir.Op{
	"+": ir.Add, "-": ir.Sub, "*": ir.Mul, "/": ir.Div, "%": ir.Rem,
	"&": ir.And, "|": ir.Or, "^": ir.Xor, "<<": ir.Shl, ">>": ir.Shr,
}

var compareOps = map[string]bool{"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true}

func (c *checker) binary(e *syntax.BinaryExpr) Value {
	switch e.Op {
	case "=":
		return c.assign(e)
	case ",":
		x := c.expr(e.X)
		y := c.expr(e.Y)
		if x.bad() {
			return poison
		}
		return y
	case "&&", "||":
		return c.logical(e)
	}
	if n := len(e.Op); n > 1 && e.Op[n-1] == '=' && !compareOps[e.Op] {
		return c.compoundAssign(e, e.Op[:n-1])
	}
	x := c.expr(e.X)
	y := c.expr(e.Y)
	if x.bad() || y.bad() {
		return poison
	}
	if overloadable(x) || overloadable(y) {
		return c.operatorCall(e.Op, e.Span(), e.OpPos, x, &y, e.X.Span(), e.Y.Span())
	}
	return c.arithmetic(e.Op, x, y, e.Span(), e.OpPos, e.X.Span(), e.Y.Span())
}

// overloadable reports operands for which user-defined operators count.
func overloadable(v Value) bool {
	return v.Type.T.Kind == TRecord || v.Type.T.Kind == TEnum
}

// arithmetic is a binary operator on types that the language knows.
func (c *checker) arithmetic(op string, x, y Value, at diag.Span, opPos diag.Pos, xat, yat diag.Span) Value {
	x, y = c.decay(x), c.decay(y)
	if x.bad() || y.bad() {
		return poison
	}
	c.b.pos = opPos
	invalid := func() Value {
		return c.report(diag.Diagnostic{Code: "invalid-operands", Span: at, Caret: opPos, Ranges: []diag.Span{xat, yat},
			Message: "invalid operands to binary expression ('" + x.Type.String() + "' and '" + y.Type.String() + "')"})
	}
	xt, yt := x.Type.T, y.Type.T
	if xt.isPtr() || yt.isPtr() || xt.Kind == TNullptr || yt.Kind == TNullptr {
		return c.pointerArithmetic(op, x, y, at, invalid)
	}
	if xt.Kind == TMatrix || yt.Kind == TMatrix {
		return c.matrixArithmetic(op, x, y, invalid)
	}
	if xt.Kind == TSimdMatrix && xt == yt && op == "*" {
		args := []ir.Reg{x.regs[0], x.regs[1], y.regs[0], y.regs[1], c.b.Const(xt.Scalar, 0), c.b.Const(xt.Scalar, 0)}
		r := c.b.Run(xt.regType(), 2)
		c.b.Emit(ir.Instr{Op: ir.MatrixMMA, Kind: xt.Scalar, Dst: r, Args: args})
		return rvalue(xt, runOf(r, 2)...)
	}
	if xt.Kind == TEnum && xt.Enum.Scoped && xt == yt && compareOps[op] {
		return c.compare(op, xt.Scalar, x, y, boolType())
	}
	xn, yn := xt.isNumeric() || xt.isVec(), yt.isNumeric() || yt.isVec()
	if !xn || !yn {
		return invalid()
	}
	if op == "<<" || op == ">>" {
		return c.shift(op, x, y, invalid)
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
	if compareOps[op] {
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
		if v, ok := c.b.Known(y.regs[0]); ok && v == 0 && c.trap == nil && c.unevaluated == 0 {
			c.warnf(yat, "division-by-zero", "%s by zero is undefined", map[string]string{"/": "division", "%": "remainder"}[op])
		}
	}
	x, y = c.castTo(x, t, xat), c.castTo(y, t, yat)
	out := Value{Type: Of(t)}
	for i := range x.regs {
		out.regs = append(out.regs, c.b.Op(arithOps[op], k, x.regs[i], y.regs[i]))
	}
	return out
}

func (c *checker) compare(op string, k ir.Kind, x, y Value, res *Type) Value {
	out := Value{Type: Of(res)}
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
		if scalarRank(yt, xt.Scalar) == impossible && !c.constantFits(y, xt.Scalar) {
			return nil
		}
		return xt
	case yt.Kind == TVector:
		if scalarRank(xt, yt.Scalar) == impossible && !c.constantFits(x, yt.Scalar) {
			return nil
		}
		return yt
	}
	k := usual(xt.Scalar, yt.Scalar)
	if k == ir.Void {
		return nil
	}
	return Scalar(k)
}

// constantFits never holds: float literals do not become bfloat by themselves.
func (c *checker) constantFits(Value, ir.Kind) bool { return false }

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

func (c *checker) shift(op string, x, y Value, invalid func() Value) Value {
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
		t = Scalar(promoted(xt.Scalar))
	}
	x = c.castTo(x, t, diag.Span{})
	out := Value{Type: Of(t)}
	for i := range x.regs {
		n := c.b.Convert(t.Scalar, yt.Scalar, y.regs[min(i, len(y.regs)-1)])
		out.regs = append(out.regs, c.b.Op(arithOps[op], t.Scalar, x.regs[i], n))
	}
	return out
}

func (c *checker) pointerArithmetic(op string, x, y Value, at diag.Span, invalid func() Value) Value {
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
	if compareOps[op] {
		switch {
		case xt.isPtr() && yt.isPtr():
			if xt.Elem.Space != yt.Elem.Space || xt.Elem.T != yt.Elem.T && xt.Elem.T != voidType && yt.Elem.T != voidType {
				return c.errorf(at, "pointer-comparison", "comparison of distinct pointer types ('%s' and '%s')", xt, yt)
			}
		case xt.isPtr() && (yt.Kind == TNullptr || y.lit0):
			y = rvalue(xt, c.b.Null(xt.Elem.Space))
		case yt.isPtr() && (xt.Kind == TNullptr || x.lit0):
			x = rvalue(yt, c.b.Null(yt.Elem.Space))
		case xt.Kind == TNullptr && yt.Kind == TNullptr:
			return rvalue(boolType(), c.b.Bool(op == "==" || op == "<=" || op == ">="))
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
		return rvalue(xt, c.b.PtrAdd(xt.Elem.Space, x.regs[0], d))
	case op == "+" && yt.isPtr() && xt.isIntegral():
		return c.pointerArithmetic(op, y, x, at, invalid)
	case op == "-" && xt.isPtr() && yt.isPtr() && xt.Elem.T == yt.Elem.T && xt.Elem.Space == yt.Elem.Space:
		n, ok := size(xt)
		if !ok {
			return invalid()
		}
		r := c.b.pure(ir.Instr{Op: ir.PtrDiff, Kind: ir.Ptr, Space: xt.Elem.Space, Args: []ir.Reg{x.regs[0], y.regs[0]}}, ir.Type{Kind: ir.I64})
		if n > 1 {
			r = c.b.Op(ir.Div, ir.I64, r, c.b.Int(ir.I64, n))
		}
		return rvalue(longType(), r)
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
		out := Value{Type: Of(xt)}
		for i := range x.regs {
			out.regs = append(out.regs, c.b.Op(arithOps[op], k, x.regs[i], y.regs[i]))
		}
		return out
	case (op == "==" || op == "!=") && xt == yt:
		r := c.b.Bool(true)
		for i := range x.regs {
			r = c.b.Op(ir.And, ir.Bool, r, c.b.Op(ir.Eq, k, x.regs[i], y.regs[i]))
		}
		if op == "!=" {
			r = c.b.Op(ir.Not, ir.Bool, r)
		}
		return rvalue(boolType(), r)
	case op == "*" && xt.Kind == TMatrix && yt.Kind == TMatrix && xt.Scalar == yt.Scalar && xt.N == yt.M:
		t := matrixTypes[k][yt.N][xt.M]
		out := Value{Type: Of(t)}
		for col := range yt.N {
			for row := range xt.M {
				out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i*xt.M+row], y.regs[col*yt.M+i] }, xt.N))
			}
		}
		return out
	case op == "*" && xt.Kind == TMatrix && yt.isVec() && yt.Scalar == k && yt.N == xt.N:
		out := Value{Type: Of(Vector(k, xt.M))}
		for row := range xt.M {
			out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i*xt.M+row], y.regs[i] }, xt.N))
		}
		return out
	case op == "*" && yt.Kind == TMatrix && xt.isVec() && yt.Scalar == k && xt.N == yt.M:
		out := Value{Type: Of(Vector(k, yt.N))}
		for col := range yt.N {
			out.regs = append(out.regs, sum(func(i int) (ir.Reg, ir.Reg) { return x.regs[i], y.regs[col*yt.M+i] }, yt.M))
		}
		return out
	case (op == "*" || op == "/") && xt.Kind == TMatrix && yt.isNumeric() && scalarRank(yt, k) != impossible:
		s := c.b.Convert(k, yt.Scalar, y.regs[0])
		out := Value{Type: Of(xt)}
		for _, r := range x.regs {
			out.regs = append(out.regs, c.b.Op(arithOps[op], k, r, s))
		}
		return out
	case op == "*" && yt.Kind == TMatrix && xt.isNumeric() && scalarRank(xt, yt.Scalar) != impossible:
		return c.matrixArithmetic(op, y, x, invalid)
	}
	return invalid()
}

// logical is && and ||, which evaluate their right side only if need be.
func (c *checker) logical(e *syntax.BinaryExpr) Value {
	x := c.expr(e.X)
	if x.bad() {
		c.quietly(func() { c.expr(e.Y) })
		return poison
	}
	if xd := x.Type.T; xd.isVec() && xd.Scalar == ir.Bool {
		y := c.decay(c.expr(e.Y))
		x = c.decay(x)
		if y.bad() {
			return poison
		}
		if y.Type.T != x.Type.T {
			return c.errorf(e.Span(), "invalid-operands", "invalid operands to binary expression ('%s' and '%s')", x.Type, y.Type)
		}
		out := Value{Type: x.Type.unqual()}
		for i := range x.regs {
			out.regs = append(out.regs, c.b.Op(map[string]ir.Op{"&&": ir.And, "||": ir.Or}[e.Op], ir.Bool, x.regs[i], y.regs[i]))
		}
		return out
	}
	if x.Type.T.Kind == TRecord {
		if set := c.operatorSet(e.Op, x, nil); set != nil {
			y := c.expr(e.Y)
			return c.operatorCall(e.Op, e.Span(), e.OpPos, x, &y, e.X.Span(), e.Y.Span())
		}
	}
	a := c.condition(x, e.X.Span())
	and := e.Op == "&&"
	if v, ok := c.b.Known(a); ok && (v == 0) == and {
		// The right side is checked but not evaluated.
		c.scratch(func() {
			c.unevaluated++
			y := c.expr(e.Y)
			if !y.bad() {
				c.condition(y, e.Y.Span())
			}
			c.unevaluated--
		})
		return rvalue(boolType(), c.b.Bool(!and))
	}
	var r ir.Reg
	bad := false
	code, _ := c.b.block(func() {
		y := c.expr(e.Y)
		if y.bad() {
			bad = true
			r = c.b.Bool(false)
			return
		}
		r = c.condition(y, e.Y.Span())
	})
	if bad {
		return poison
	}
	if v, ok := c.b.Known(a); ok && (v != 0) == and {
		c.b.append(code)
		return rvalue(boolType(), r)
	}
	if cheap(code) {
		c.b.append(code)
		op := ir.Or
		if and {
			op = ir.And
		}
		return rvalue(boolType(), c.b.Op(op, ir.Bool, a, r))
	}
	out := c.b.Temp(ir.Type{Kind: ir.Bool})
	c.b.Mov(out, a)
	in := ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{a}}
	body := append(code, ir.Instr{Op: ir.Mov, Kind: ir.Bool, Dst: out, Args: []ir.Reg{r}, Pos: e.Y.Span().Start})
	c.b.used[r] = true
	if and {
		in.Body = body
	} else {
		in.Else = body
	}
	c.b.Emit(in)
	return rvalue(boolType(), out)
}

// cheap reports code that may as well be executed always: a few pure
// instructions.
func cheap(code ir.Block) bool {
	if len(code) > 12 {
		return false
	}
	for i := range code {
		switch code[i].Op {
		case ir.Const, ir.Mov, ir.Select, ir.Convert, ir.Bitcast, ir.Neg, ir.Add, ir.Sub, ir.Mul, ir.And, ir.Or, ir.Xor, ir.Not,
			ir.Shl, ir.Shr, ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Min, ir.Max, ir.Abs, ir.SlotAddr, ir.PtrAdd, ir.FuncConst:
			if code[i].Op == ir.Mov {
				return false
			}
		case ir.Load:
			// Variables of the thread may be read freely.
			if code[i].Space != ir.Thread || i == 0 || code[i-1].Op != ir.SlotAddr || code[i-1].Dst != code[i].Args[0] {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// quietly checks without reporting and without emitting.
func (c *checker) quietly(f func()) { c.try(f) }

func (c *checker) conditional(e *syntax.CondExpr) Value {
	cv := c.expr(e.Cond)
	if cv.bad() {
		c.quietly(func() { c.expr(e.X); c.expr(e.Y) })
		return poison
	}
	if cv.Type.T.isVec() && cv.Type.T.Scalar == ir.Bool {
		m := c.decay(cv)
		x, y := c.decay(c.expr(e.X)), c.decay(c.expr(e.Y))
		if x.bad() || y.bad() {
			return poison
		}
		t := c.common(x, y)
		if t == nil || t.regCount() != len(m.regs) {
			return c.errorf(e.Span(), "invalid-operands", "incompatible operand types ('%s' and '%s')", x.Type, y.Type)
		}
		x, y = c.castTo(x, t, e.X.Span()), c.castTo(y, t, e.Y.Span())
		out := Value{Type: Of(t)}
		for i := range m.regs {
			out.regs = append(out.regs, c.b.Select(t.regType(), m.regs[i], x.regs[i], y.regs[i]))
		}
		return out
	}
	cond := c.condition(cv, e.Cond.Span())
	// The types of both sides decide the type of the whole; each is evaluated
	// once, into a block of its own.
	var x, y Value
	side := func(e syntax.Expr, v *Value, live bool) ir.Block {
		if !live {
			c.unevaluated++
			defer func() { c.unevaluated-- }()
		}
		code, _ := c.b.block(func() { *v = c.expr(e) })
		return code
	}
	chosen, settled := c.b.Known(cond)
	xc := side(e.X, &x, !settled || chosen != 0)
	yc := side(e.Y, &y, !settled || chosen == 0)
	if x.bad() || y.bad() {
		return poison
	}
	t, asLvalue, ok := c.conditionalType(x, y)
	if !ok {
		return c.errorf(e.Span(), "conditional", "incompatible operand types ('%s' and '%s')", x.Type, y.Type)
	}
	if k, known := c.b.Known(cond); known {
		v, code, at := y, yc, e.Y.Span()
		if k != 0 {
			v, code, at = x, xc, e.X.Span()
		}
		c.b.append(code)
		switch {
		case asLvalue:
			return v
		case t == voidType:
			return void()
		}
		return c.load(c.convert(v, Of(t), at, forInit))
	}
	more := func(code ir.Block, f func()) ir.Block {
		rest, _ := c.b.block(f)
		return append(code, rest...)
	}
	switch {
	case t == voidType:
		c.b.If(cond, func() { c.b.append(xc) }, func() { c.b.append(yc) })
		return void()
	case asLvalue:
		space := x.addrSpace()
		p := c.b.Temp(ir.Type{Kind: ir.Ptr, Space: space})
		xc = more(xc, func() { c.b.Mov(p, c.b.Pointer(x.addr)) })
		yc = more(yc, func() { c.b.Mov(p, c.b.Pointer(y.addr)) })
		c.b.If(cond, func() { c.b.append(xc) }, func() { c.b.append(yc) })
		q := x.Type
		q.Q |= y.Type.Q
		return lvalue(q, regAddr(p, space))
	case !t.inRegisters():
		m := c.temp(t)
		arm := func(code ir.Block, v Value, at diag.Span) ir.Block {
			return more(code, func() {
				if v = c.convert(v, Of(t), at, forInit); !v.bad() {
					c.store(m, v)
				}
			})
		}
		xc, yc = arm(xc, x, e.X.Span()), arm(yc, y, e.Y.Span())
		c.b.If(cond, func() { c.b.append(xc) }, func() { c.b.append(yc) })
		return aggregate(t, m.addr)
	}
	xc = more(xc, func() { x = c.load(c.convert(x, Of(t), e.X.Span(), forInit)) })
	yc = more(yc, func() { y = c.load(c.convert(y, Of(t), e.Y.Span(), forInit)) })
	if x.bad() || y.bad() {
		return poison
	}
	return c.selectBetween(cond, t, xc, yc, x.regs, y.regs)
}

func (v Value) addrSpace() ir.Space {
	if v.mem {
		return v.addr.Space
	}
	return v.Type.Space
}

// selectBetween joins two evaluations; both run always if that is cheap.
func (c *checker) selectBetween(cond ir.Reg, t *Type, xc, yc ir.Block, xr, yr []ir.Reg) Value {
	out := Value{Type: Of(t)}
	if cheap(xc) && cheap(yc) {
		c.b.append(xc)
		c.b.append(yc)
		for i := range xr {
			out.regs = append(out.regs, c.b.Select(t.regType(), cond, xr[i], yr[i]))
		}
		return out
	}
	r := c.b.Run(t.regType(), t.regCount())
	out.regs = runOf(r, t.regCount())
	finish := func(code ir.Block, from []ir.Reg) func() {
		return func() {
			c.b.append(code)
			for i, f := range from {
				c.b.Mov(out.regs[i], f)
			}
		}
	}
	c.b.If(cond, finish(xc, xr), finish(yc, yr))
	return out
}

// conditionalType is the type of c ? x : y, and whether it is an lvalue.
func (c *checker) conditionalType(x, y Value) (t *Type, lvalue, ok bool) {
	xt, yt := x.Type.T, y.Type.T
	if x.list != nil || y.list != nil || x.set != nil || y.set != nil {
		return nil, false, false
	}
	if x.Cat == LValue && y.Cat == LValue && xt == yt && x.addrSpace() == y.addrSpace() && x.swz == nil && y.swz == nil && x.bits == nil && y.bits == nil && x.konst == nil && y.konst == nil {
		return xt, true, true
	}
	if xt == yt && xt.Kind != TArray {
		return xt, false, true
	}
	if xt == voidType || yt == voidType {
		return voidType, false, xt == yt
	}
	arithmetic := func(t *Type) bool { return t.isNumeric() || t.isVec() }
	switch {
	case arithmetic(xt) && arithmetic(yt):
		t = c.common(x, y)
		return t, false, t != nil
	case xt.Kind == TMatrix || yt.Kind == TMatrix:
		return nil, false, false
	}
	pointerOf := func(v Value) *Type {
		if v.Type.T.Kind == TArray {
			el := v.Type.T.Elem
			el.Q |= v.Type.Q
			el.Space = v.addrSpace()
			return c.pointerTo(el)
		}
		return v.Type.T
	}
	xp, yp := pointerOf(x), pointerOf(y)
	switch {
	case xp.isPtr() && (yp.Kind == TNullptr || y.lit0):
		return xp, false, true
	case yp.isPtr() && (xp.Kind == TNullptr || x.lit0):
		return yp, false, true
	case xp.isPtr() && yp.isPtr() && xp.Elem.Space == yp.Elem.Space:
		if xp.Elem.T == yp.Elem.T {
			el := xp.Elem
			el.Q |= yp.Elem.Q
			return c.pointerTo(el), false, true
		}
	case xt.Kind == TRecord || yt.Kind == TRecord:
		toY, toX := c.implicit(x, Of(yt)), c.implicit(y, Of(xt))
		switch {
		case toY.rank != impossible && toX.rank == impossible:
			return yt, false, true
		case toX.rank != impossible && toY.rank == impossible:
			return xt, false, true
		case xt.Kind == TRecord && yt.Kind == TRecord && xt.Record.Size == 1 && yt.Record.Size == 1 && toX.rank != impossible:
			return xt, false, true
		}
		// Both may convert to numbers.
		xn, yn := c.numeric(x), c.numeric(y)
		if xn != nil && yn != nil {
			t = c.common(Value{Type: Of(xn)}, Value{Type: Of(yn)})
			return t, false, t != nil
		}
	}
	return nil, false, false
}

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
	if overloadable(x) && (x.Type.T.Kind == TRecord || c.operatorSet(e.Op, x, nil) != nil) {
		return c.operatorCall(e.Op, e.Span(), e.Span().Start, x, nil, e.X.Span(), e.X.Span())
	}
	if e.Op == "*" {
		p := c.decay(x)
		if p.set != nil {
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
			out := Value{Type: Of(t)}
			for _, r := range d.regs {
				out.regs = append(out.regs, c.b.Op(ir.Not, ir.Bool, r))
			}
			return out
		}
		if t.Kind == TVector {
			out := Value{Type: Of(Vector(ir.Bool, t.N))}
			for _, r := range d.regs {
				out.regs = append(out.regs, c.b.Op(ir.Eq, t.Scalar, r, c.b.Const(t.Scalar, 0)))
			}
			return out
		}
		if !t.isNumeric() && !t.isPtr() && t.Kind != TNullptr {
			return bad()
		}
		return rvalue(boolType(), c.b.Op(ir.Not, ir.Bool, c.condition(d, at)))
	}
	switch {
	case t.isNumeric():
		k := promoted(t.Scalar)
		d = c.castTo(d, Scalar(k), at)
		t = Scalar(k)
	case t.Kind == TVector && t.Scalar != ir.Bool, t.Kind == TMatrix && op != "~":
	case t.isPtr() && op == "+":
		return d
	default:
		return bad()
	}
	out := Value{Type: Of(t)}
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
	return out
}

func (c *checker) addressOf(e *syntax.UnaryExpr) Value {
	x := c.expr(e.X)
	if x.bad() || x.set != nil {
		return x
	}
	if x.Type.T.Kind == TRecord && c.memberFunctions(x, "operator&") != nil {
		return c.operatorCall("&", e.Span(), e.Span().Start, x, nil, e.X.Span(), e.X.Span())
	}
	switch {
	case x.Cat != LValue || !x.mem:
		return c.errorf(e.Span(), "address-of", "cannot take the address of an rvalue of type '%s'", x.Type)
	case x.swz != nil:
		return c.errorf(e.Span(), "address-of", "address of vector element requested")
	case x.bits != nil:
		return c.errorf(e.Span(), "address-of", "address of bit-field requested")
	}
	q := x.Type
	q.Space = x.addr.Space
	return rvalue(c.pointerTo(q), c.b.Pointer(x.addr))
}
