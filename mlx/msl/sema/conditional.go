package sema

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// logical is && and ||, which evaluate their right side only if need be.
func (c *checker) logical(e *syntax.BinaryExpr, x Value) Value {
	if x.bad() {
		c.try(func() { c.expr(e.Y) })
		return poison
	}
	if xd := x.Type.T; xd.isVec() && xd.Scalar == ir.Bool {
		y := c.decayed(c.expr(e.Y))
		c.decay(&x)
		if y.bad() {
			return poison
		}
		if y.Type.T != x.Type.T {
			return c.errorf(e.Span(), "invalid-operands", "invalid operands to binary expression ('%s' and '%s')", x.Type, y.Type)
		}
		op := syntax.Pipe
		if e.Op == syntax.AndAnd {
			op = syntax.Amp
		}
		return c.componentwise(op, x.Type.T, &x, &y)
	}
	if x.Type.T.Kind == TRecord {
		if set := c.operatorSet(e.Op, x, nil); set != nil {
			y := c.expr(e.Y)
			o := operation{e.Op, e.OpPos, e.Span(), e.X, e.Y}
			return c.operatorCall(&o, x, &y)
		}
	}
	op := operatorAt(e.OpPos, e.Op)
	a := c.truth(e.X, x, op)
	and := e.Op == syntax.AndAnd
	v, known := c.b.Known(a)
	if known && (v == 0) == and {
		// The right side is checked but not evaluated.
		c.scratch(func() {
			c.unevaluated++
			y := c.expr(e.Y)
			if !y.bad() {
				c.truth(e.Y, y, op)
			}
			c.unevaluated--
		})
		return c.b.rvalue(boolType(), c.b.Bool(!and))
	}
	var r ir.Reg
	bad := false
	ends := len(c.fr.ends)
	code, stayed := c.b.trial(func() {
		defer func() { c.perhaps(ends) }()
		y := c.expr(e.Y)
		if y.bad() {
			bad = true
			r = c.b.Bool(false)
			return
		}
		r = c.truth(e.Y, y, op)
	}, func(code ir.Block) bool { return !bad && (known || c.b.cheap(code)) })
	if bad {
		return poison
	}
	if known {
		return c.b.rvalue(boolType(), r)
	}
	if stayed {
		op := ir.Or
		if and {
			op = ir.And
		}
		return c.b.rvalue(boolType(), c.b.Op(op, ir.Bool, a, r))
	}
	out := c.b.Temp(ir.Type{Kind: ir.Bool})
	c.b.Mov(out, a)
	code = c.b.extend(code, func() {
		defer c.b.at(e.Y.Span().Start)()
		c.b.Mov(out, r)
	})
	sides := ir.Nest{Body: code}
	if !and {
		sides = ir.Nest{Else: code}
	}
	c.b.Emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: c.b.args(a), Nest: c.b.nest(sides)})
	return c.b.rvalue(boolType(), out)
}

// cheap reports code that may as well be executed always: a few pure
// instructions and reads of the function's own variables.
func (b *Builder) cheap(code ir.Block) bool {
	if len(code) > 12 {
		return false
	}
	for i := range code {
		switch in := &code[i]; in.Op {
		case ir.Select, ir.Convert, ir.Bitcast, ir.Neg, ir.Add, ir.Sub, ir.Mul, ir.And, ir.Or, ir.Xor, ir.Not,
			ir.Shl, ir.Shr, ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Min, ir.Max, ir.Abs, ir.PtrAdd, ir.FuncConst:
		case ir.Load:
			if !slices.Contains(b.privates, in.Args[0]) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (c *checker) conditional(e *syntax.CondExpr) Value {
	c.remarkConditional(e)
	cv := c.expr(e.Cond)
	if cv.bad() {
		c.try(func() {
			if e.X != nil {
				c.expr(e.X)
			}
			c.expr(e.Y)
		})
		return poison
	}
	first, firstAt := func() Value { return c.expr(e.X) }, e.Cond.Span()
	object := cv
	if e.X != nil {
		firstAt = e.X.Span()
	} else { // c ?: y evaluates c once
		c.load(&cv)
		first = func() Value { return object }
	}
	if cv.Type.T.isVec() && cv.Type.T.Scalar == ir.Bool {
		return c.vectorConditional(e, cv, first, firstAt)
	}
	cond := c.truth(e.Cond, cv, operatorAt(e.OpPos, syntax.Question))
	// The types of both sides decide the type of the whole; each is evaluated
	// once, into a block of its own.
	var x, y Value
	side := func(eval func() Value, v *Value, live bool) ir.Block {
		if !live {
			c.unevaluated++
			defer func() { c.unevaluated-- }()
		}
		ends := len(c.fr.ends)
		code, _ := c.b.block(func() {
			*v = eval()
			c.perhaps(ends)
		})
		return code
	}
	chosen, settled := c.b.Known(cond)
	xc := side(first, &x, !settled || chosen != 0)
	yc := side(func() Value { return c.expr(e.Y) }, &y, !settled || chosen == 0)
	if x.bad() || y.bad() {
		return poison
	}
	x, y = c.asPointer(x), c.asPointer(y)
	xc, yc = c.based(xc, &x, y), c.based(yc, &y, x)
	t, asLvalue, ok := c.conditionalType(x, y)
	if e.X == nil && !asLvalue {
		x = cv
	}
	if !ok {
		return c.incompatible(e, x.Type, y.Type)
	}
	if k, known := c.b.Known(cond); known {
		v, code, at := y, yc, e.Y.Span()
		if k != 0 {
			v, code, at = x, xc, firstAt
		}
		c.b.append(code)
		switch {
		case asLvalue:
			return v
		case t == voidType:
			return void()
		case !t.inRegisters() && v.Cat != PRValue: // a copy, as of the other side
			m := c.temp(t)
			if !c.initObject(m, v, at, forInit) {
				return poison
			}
			return c.aggregate(t, m.addr)
		}
		return c.loaded(c.convert(v, Of(t), at, forInit))
	}
	switch {
	case t == voidType:
		c.b.If(cond, func() { c.b.append(xc) }, func() { c.b.append(yc) })
		return void()
	case asLvalue:
		space := x.addrSpace()
		p := c.b.Temp(ir.Type{Kind: ir.Ptr, Space: space})
		xc = c.b.extend(xc, func() { c.b.Mov(p, c.b.Pointer(x.addr)) })
		yc = c.b.extend(yc, func() { c.b.Mov(p, c.b.Pointer(y.addr)) })
		c.b.If(cond, func() { c.b.append(xc) }, func() { c.b.append(yc) })
		q := x.Type
		q.Q |= y.Type.Q
		return lvalue(q, regAddr(p, space))
	case !t.inRegisters():
		m, made := c.temp(t), true
		arm := func(code ir.Block, v Value, at diag.Span) ir.Block {
			return c.b.extend(code, func() {
				made = c.initObject(m, v, at, forInit) && made
			})
		}
		xc, yc = arm(xc, x, firstAt), arm(yc, y, e.Y.Span())
		if !made {
			return poison
		}
		c.b.If(cond, func() { c.b.append(xc) }, func() { c.b.append(yc) })
		return c.aggregate(t, m.addr)
	}
	xc = c.b.extend(xc, func() { x = c.loaded(c.convert(x, Of(t), firstAt, forInit)) })
	yc = c.b.extend(yc, func() { y = c.loaded(c.convert(y, Of(t), e.Y.Span(), forInit)) })
	if x.bad() || y.bad() {
		return poison
	}
	return c.selectBetween(cond, t, xc, yc, x.regs, y.regs)
}

// incompatible reports sides of ? that have no common type.
func (c *checker) incompatible(e *syntax.CondExpr, x, y QualType) Value {
	switch {
	case x.T == voidType:
		return c.errorf(e.Span(), "conditional", "left operand to ? is void, but right operand is of type %s", described(y))
	case y.T == voidType:
		return c.errorf(e.Span(), "conditional", "right operand to ? is void, but left operand is of type %s", described(x))
	case x.T.isVec() && y.T.isVec():
		return c.errorf(e.Span(), "conditional", "implicit conversions between vector types (%s and %s) are not permitted", described(x), described(y))
	}
	what := cmp.Or(unlike(x.T, y.T), "incompatible operand types")
	return c.errorf(e.Span(), "conditional", "%s (%s and %s)", what, described(x), described(y))
}

// vectorConditional chooses component by component, and evaluates both sides.
func (c *checker) vectorConditional(e *syntax.CondExpr, cv Value, first func() Value, firstAt diag.Span) Value {
	m := c.decayed(cv)
	x, y := c.decayed(first()), c.decayed(c.expr(e.Y))
	if x.bad() || y.bad() {
		return poison
	}
	t := c.common(x.Type.T, y.Type.T)
	if t == nil {
		return c.incompatible(e, x.Type, y.Type)
	}
	if t.regCount() != len(m.regs) {
		return c.report(diag.Diagnostic{Code: "invalid-operands", Span: e.Span(), Ranges: []diag.Span{e.Cond.Span()},
			Message: "vector condition type '" + cv.Type.T.String() + "' and result type '" + t.String() + "' do not have the same number of elements",
			Notes:   []diag.Note{{Message: "all(…) and any(…) make one 'bool' of a vector", Span: e.Cond.Span()}}})
	}
	x, y = c.coerced(x, t, firstAt), c.coerced(y, t, e.Y.Span())
	out := c.b.room(t)
	for i := range m.regs {
		out.regs = append(out.regs, c.b.Select(t.regType(), m.regs[i], x.regs[i], y.regs[i]))
	}
	return out
}

func (v Value) addrSpace() ir.Space {
	if v.mem {
		return v.addr.Space
	}
	return v.Type.Space
}

// selectBetween joins two evaluations; both run always if that is cheap.
func (c *checker) selectBetween(cond ir.Reg, t *Type, xc, yc ir.Block, xr, yr []ir.Reg) Value {
	if c.b.cheap(xc) && c.b.cheap(yc) {
		c.b.append(xc)
		c.b.append(yc)
		out := c.b.room(t)
		for i := range xr {
			out.regs = append(out.regs, c.b.Select(t.regType(), cond, xr[i], yr[i]))
		}
		return out
	}
	if endsInChoice(yc, yr) { // of a ? x : b ? y : z, each value is moved once
		c.b.If(cond, func() {
			c.b.append(xc)
			for i, r := range xr {
				c.b.Mov(yr[i], r)
			}
		}, func() { c.b.append(yc) })
		return c.b.rvalue(t, yr...)
	}
	r := c.b.Run(t.regType(), t.regCount())
	out := c.b.run(t, r)
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

// endsInChoice reports code that ends with an if whose sides give registers their values.
func endsInChoice(code ir.Block, regs []ir.Reg) bool {
	if len(code) == 0 || code[len(code)-1].Op != ir.If {
		return false
	}
	side := code[len(code)-1].Body()
	if len(side) < len(regs) {
		return false
	}
	for i, in := range side[len(side)-len(regs):] {
		if in.Op != ir.Mov || in.Dst != regs[i] {
			return false
		}
	}
	return true
}

// composite is the type that both of two pointers convert to, nil if there is none.
func (c *checker) composite(x, y *Type) *Type {
	to, other := x.Elem, y.Elem
	if other.T == voidType || c.baseDistance(to.T, other.T) > 0 {
		to, other = other, to
	}
	if to.Space != other.Space {
		return nil
	}
	if to.T.Kind == TPointer && other.T.Kind == TPointer && to.T != other.T {
		return c.combined(x, y)
	}
	if to.T != other.T && to.T != voidType && c.baseDistance(other.T, to.T) == 0 {
		return nil
	}
	to.Q |= other.Q
	return c.pointerTo(to)
}

// combined is the type that two pointers which differ in inner qualifiers convert to,
// nil if they differ in more: with const above all that differs, int ** and
// const int ** make const int *const *.
func (c *checker) combined(x, y *Type) *Type {
	to, other := x.Elem, y.Elem
	if to.Space != other.Space {
		return nil
	}
	if to.T != other.T {
		if to.T.Kind != TPointer || other.T.Kind != TPointer {
			return nil
		}
		if to.T = c.combined(to.T, other.T); to.T == nil {
			return nil
		}
		to.Q |= Const
	}
	to.Q |= other.Q
	return c.pointerTo(to)
}

// based makes an object that c ? x : y may choose one of the class of the other
// if that is a base of its own.
func (c *checker) based(code ir.Block, v *Value, other Value) ir.Block {
	if v.Cat != LValue || other.Cat != LValue || v.addrSpace() != other.addrSpace() || v.Type.Q&^other.Type.Q != 0 || c.baseDistance(v.Type.T, other.Type.T) == 0 {
		return code
	}
	return c.b.extend(code, func() { *v = c.toBase(*v, other.Type) })
}

// conditionalType is the type of c ? x : y, and whether it is an lvalue.
func (c *checker) conditionalType(x, y Value) (t *Type, lvalue, ok bool) {
	xt, yt := x.Type.T, y.Type.T
	if x.list() != nil || y.list() != nil || x.set() != nil || y.set() != nil {
		return nil, false, false
	}
	if x.Cat == LValue && y.Cat == LValue && xt == yt && x.addrSpace() == y.addrSpace() && x.swz() == nil && y.swz() == nil && x.bits() == nil && y.bits() == nil && x.konst() == nil && y.konst() == nil {
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
		t = c.common(x.Type.T, y.Type.T)
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
	case xp.isNumbered() && c.standard(yp, xp, y.lit0).rank != impossible:
		return xp, false, true
	case yp.isNumbered() && c.standard(xp, yp, x.lit0).rank != impossible:
		return yp, false, true
	case xp.isPtr() && (yp.Kind == TNullptr || y.lit0):
		return xp, false, true
	case yp.isPtr() && (xp.Kind == TNullptr || x.lit0):
		return yp, false, true
	case xp.isPtr() && yp.isPtr():
		t = c.composite(xp, yp)
		return t, false, t != nil
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
			t = c.common(xn, yn)
			return t, false, t != nil
		}
	}
	return nil, false, false
}
