package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// index1 evaluates x[i].
func (c *checker) index1(e *syntax.IndexExpr) Value {
	x := c.expr(e.X)
	i := c.expr(e.Index)
	if x.bad() || i.bad() {
		return poison
	}
	x = c.pointerOperand("[]", x, e.X.Span())
	if x.Type.T.Kind == TRecord || i.Type.T.Kind == TRecord && !x.Type.T.isVec() && x.Type.T.Kind != TArray && x.Type.T.Kind != TPointer {
		return c.operatorCall("[]", e.Span(), e.Span().Start, x, &i, e.X.Span(), e.Index.Span())
	}
	if x.Type.T == stringType {
		x = c.stringArray(x)
	}
	c.remarkIndex(e, &x, &i)
	return c.subscript(x, i, e.Span(), e.Index.Span())
}

// stringArray is the array that a string literal names.
func (c *checker) stringArray(v Value) Value {
	text := v.text()
	t := QualType{T: c.arrayOf(Of(Scalar(ir.I8)), len(text)+1), Q: Const}
	return lvalue(t, c.data("", append([]byte(text), 0), 1))
}

func (c *checker) subscript(x, i Value, at, iat diag.Span) Value {
	if i.Type.T.Kind == TRecord {
		i = c.arithmeticOperand(i, iat)
	}
	idx := c.decay(i)
	if idx.bad() {
		return poison
	}
	t := x.Type.T
	if t.Kind != TArray && t.Kind != TPointer && (idx.Type.T.Kind == TPointer || i.Type.T.Kind == TArray) {
		return c.subscript(i, x, at, iat) // 2[p]
	}
	if !idx.Type.T.isIntegral() {
		return c.report(diag.Diagnostic{Code: "subscript", Message: "array subscript is not an integer", Span: iat, Notes: c.component(idx.Type.T, Scalar(ir.I32), iat)})
	}
	known, isKnown := c.b.Known(idx.regs[0])
	n := signExtend(idx.Type.T.Scalar, known)
	wide := func() ir.Reg { return c.b.Convert(ir.I64, idx.Type.T.Scalar, idx.regs[0]) }
	switch t.Kind {
	case TArray:
		el := t.Elem
		el.Q |= x.Type.Q
		out := lvalue(el, c.offset(x.addr, el.T.size(), n, isKnown, wide))
		out.Cat = x.Cat
		if x.Cat == PRValue {
			out.Cat = XValue
		}
		return out
	case TPointer:
		p := c.load(x)
		el := t.Elem
		if el.T == voidType || el.T.Kind == TFunc {
			return c.errorf(at, "subscript", "subscript of pointer to incomplete type '%s'", el)
		}
		if el.T.Kind == TRecord && !c.complete(el.T.Record, at) {
			return poison
		}
		return lvalue(el, c.offset(regAddr(p.regs[0], el.Space), el.T.size(), n, isKnown, wide))
	case TVector, TPacked:
		if isKnown && (n < 0 || n >= int64(t.N)) {
			return c.errorf(iat, "subscript", "vector component access exceeds type '%s'", t)
		}
		el := Scalar(t.Scalar)
		if x.mem && x.swz() == nil && x.konst() == nil {
			q := QualType{T: el, Q: x.Type.Q, Space: x.Type.Space}
			out := lvalue(q, c.offset(x.addr, kindSize(t.Scalar), n, isKnown, wide))
			out.Cat, out.component = x.Cat, true
			return out
		}
		v := c.load(x)
		if x.konst() != nil {
			v = c.constantsOf(t, x.konst())
		}
		return c.b.rvalue(el, c.pick(v.regs, el.regType(), idx, n, isKnown))
	case TMatrix:
		if isKnown && (n < 0 || n >= int64(t.N)) {
			return c.errorf(iat, "subscript", "matrix column access exceeds type '%s'", t)
		}
		col := Vector(t.Scalar, t.M)
		if x.mem {
			q := QualType{T: col, Q: x.Type.Q, Space: x.Type.Space}
			out := lvalue(q, c.offset(x.addr, col.size(), n, isKnown, wide))
			out.Cat = x.Cat
			return out
		}
		out := c.b.room(col)
		for r := range t.M {
			var column []ir.Reg
			for k := range t.N {
				column = append(column, x.regs[k*t.M+r])
			}
			out.regs = append(out.regs, c.pick(column, col.regType(), idx, n, isKnown))
		}
		return out
	}
	return c.errorf(at, "subscript", "subscripted value is not an array, pointer, or vector")
}

// pick selects one of several registers by an index.
func (c *checker) pick(regs []ir.Reg, t ir.Type, idx Value, n int64, known bool) ir.Reg {
	if known {
		return regs[n]
	}
	k := idx.Type.T.Scalar
	r := regs[0]
	for i := 1; i < len(regs); i++ {
		r = c.b.Select(t, c.b.Op(ir.Eq, k, idx.regs[0], c.b.Int(k, int64(i))), regs[i], r)
	}
	return r
}

// offset is the address of element n, or of a computed element.
func (c *checker) offset(a Addr, size int, n int64, known bool, wide func() ir.Reg) Addr {
	if known && n > -1<<40 && n < 1<<40 {
		return a.plus(int(n) * size)
	}
	bytes := wide()
	if size != 1 {
		bytes = c.b.Op(ir.Mul, ir.I64, bytes, c.b.Int(ir.I64, int64(size)))
	}
	out := regAddr(c.b.PtrAdd(a.Space, c.b.Address(a), bytes), a.Space)
	out.Off, out.packed = a.Off, a.packed
	return out
}
