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
	x = c.pointerOperand(syntax.LBrack, x, e.X.Span())
	if x.Type.T.Kind == TRecord || i.Type.T.Kind == TRecord && !x.Type.T.isVec() && x.Type.T.Kind != TArray && x.Type.T.Kind != TPointer {
		return c.operatorCall(&operation{syntax.LBrack, e.Start, e.Span(), e.X, e.Index}, x, &i)
	}
	if x.Type.T == stringType {
		x = c.stringArray(x)
	}
	if t := x.Type.T; x.refVar && t.Kind == TScalar && i.Type.T.isIntegral() {
		d := diag.Diagnostic{Code: "subscript", Message: "subscripted value is a reference to one '" + t.String() + "', which its name alone reads", Span: e.Span()}
		if n, known := c.known(&i); known && n == 0 {
			d.Fixes = []diag.Fix{{Span: diag.Span{Start: e.X.Span().End, End: e.End}}}
		}
		return c.report(d)
	}
	c.remarkIndex(e, &x, &i)
	return c.subscript(&x, &i, e.Span(), e.Index.Span())
}

// stringArray is the array that a string literal names.
func (c *checker) stringArray(v Value) Value {
	text := v.text()
	t := QualType{T: c.arrayOf(Of(Scalar(ir.I8)), len(text)+1), Q: Const}
	return lvalue(t, c.data("", append([]byte(text), 0), 1))
}

// subscript is element i of x. It loads both where they are.
func (c *checker) subscript(x, i *Value, at, iat diag.Span) Value {
	if i.Type.T.Kind == TRecord {
		*i = c.arithmeticOperand(*i, iat)
	}
	t := x.Type.T
	if t.Kind != TArray && t.Kind != TPointer && (i.Type.T.Kind == TPointer || i.Type.T.Kind == TArray) {
		return c.subscript(i, x, at, iat) // 2[p]
	}
	if c.decay(i); i.bad() {
		return poison
	}
	if !i.Type.T.isIntegral() {
		return c.report(diag.Diagnostic{Code: "subscript", Message: "array subscript is not an integer", Span: iat, Notes: c.component(i.Type.T, Scalar(ir.I32), iat)})
	}
	known, isKnown := c.b.Known(i.regs[0])
	n := signExtend(i.Type.T.Scalar, known)
	switch t.Kind {
	case TArray:
		el := t.Elem
		el.Q |= x.Type.Q
		out := lvalue(el, c.offset(x.addr, el.T.size(), i))
		out.Cat = x.Cat
		if x.Cat == PRValue {
			out.Cat = XValue
		}
		return out
	case TPointer:
		c.load(x)
		el := t.Elem
		if el.T == voidType || el.T.Kind == TFunc {
			return c.errorf(at, "subscript", "subscript of pointer to incomplete type '%s'", el)
		}
		if el.T.Kind == TRecord && !c.complete(el.T.Record, at) {
			return poison
		}
		return lvalue(el, c.offset(regAddr(x.regs[0], el.Space), el.T.size(), i))
	case TVector, TPacked:
		if isKnown && (n < 0 || n >= int64(t.N)) {
			return c.errorf(iat, "subscript", "vector component access exceeds type '%s'", t)
		}
		el := Scalar(t.Scalar)
		if x.mem && x.swz() == nil && x.konst() == nil {
			q := QualType{T: el, Q: x.Type.Q, Space: x.Type.Space}
			out := lvalue(q, c.offset(x.addr, kindSize(t.Scalar), i))
			out.Cat, out.component = x.Cat, true
			return out
		}
		if s := x.swz(); s != nil && x.mem && !s.repeats() {
			comps := make([]ir.Reg, len(s.comps))
			for i, n := range s.comps {
				comps[i] = c.b.Int(ir.I32, int64(n))
			}
			component := c.b.rvalue(intType(), c.pick(comps, intType().regType(), i))
			out := lvalue(QualType{T: el, Q: x.Type.Q, Space: x.Type.Space}, c.offset(x.addr, kindSize(t.Scalar), &component))
			out.Cat, out.component = x.Cat, true
			return out
		}
		c.load(x)
		return c.b.rvalue(el, c.pick(x.regs, el.regType(), i))
	case TMatrix:
		if isKnown && (n < 0 || n >= int64(t.N)) {
			return c.errorf(iat, "subscript", "matrix column access exceeds type '%s'", t)
		}
		col := Vector(t.Scalar, t.M)
		if x.mem {
			q := QualType{T: col, Q: x.Type.Q, Space: x.Type.Space}
			out := lvalue(q, c.offset(x.addr, col.size(), i))
			out.Cat = x.Cat
			return out
		}
		out := c.b.room(col)
		for r := range t.M {
			var column []ir.Reg
			for k := range t.N {
				column = append(column, x.regs[k*t.M+r])
			}
			out.regs = append(out.regs, c.pick(column, col.regType(), i))
		}
		return out
	}
	d := diag.Diagnostic{Code: "subscript", Message: "subscripted value is not an array, pointer, or vector", Span: at}
	if t.Kind == TSimdMatrix {
		d.Notes = []diag.Note{{Message: "a thread has two elements of the matrix, those of thread_elements()", Span: at}}
	}
	return c.report(d)
}

// pick selects one of several registers by an index.
func (c *checker) pick(regs []ir.Reg, t ir.Type, i *Value) ir.Reg {
	if n, known := c.b.Known(i.regs[0]); known {
		return regs[n]
	}
	k := i.Type.T.Scalar
	r := regs[0]
	for n := 1; n < len(regs); n++ {
		r = c.b.Select(t, c.b.Op(ir.Eq, k, i.regs[0], c.b.Int(k, int64(n))), regs[n], r)
	}
	return r
}

// offset is the address of element i of an array at a.
func (c *checker) offset(a Addr, size int, i *Value) Addr {
	k, r := i.Type.T.Scalar, i.regs[0]
	if known, ok := c.b.Known(r); ok {
		if n := signExtend(k, known); n > -1<<40 && n < 1<<40 {
			return a.plus(int(n) * size)
		}
	}
	bytes := c.b.Convert(ir.I64, k, r)
	if size != 1 {
		bytes = c.b.Op(ir.Mul, ir.I64, bytes, c.b.Int(ir.I64, int64(size)))
	}
	out := regAddr(c.b.PtrAdd(a.Space, c.b.Address(a), bytes), a.Space)
	out.Off, out.packed = a.Off, a.packed
	return out
}
