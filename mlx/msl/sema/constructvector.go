package sema

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// constructVector makes a vector from components, scalars and shorter vectors,
// or from one value to repeat or convert; it knows matrices, too.
func (c *checker) constructVector(t *Type, vals []Value, spans []diag.Span, at diag.Span, list bool) Value {
	if t.Kind == TMatrix {
		return c.constructMatrix(t, vals, spans, at, list)
	}
	out := c.b.room(t)
	want := t.regCount()
	if t.Kind == TSimdMatrix {
		if len(vals) == 1 && vals[0].Type.T.isNumeric() {
			return c.diagonal(t, c.coerced(c.decayed(vals[0]), Scalar(t.Scalar), at).regs[0])
		}
		if len(vals) == 1 && vals[0].Type.T == t {
			return c.loaded(vals[0])
		}
		return c.errorf(at, "initializer", "no matching constructor for initialization of '%s'", t)
	}
	if len(vals) == 1 {
		v := c.decayed(vals[0])
		if v.bad() {
			return poison
		}
		vt := v.Type.T
		switch {
		case vt.Kind == TRecord:
			if s := c.userConversion(vals[0], Of(t), true); s.rank != impossible {
				return c.loaded(c.applyUser(vals[0], Of(t), s, at))
			}
			v = c.arithmeticOperand(v, spans[0])
			if v.bad() {
				return poison
			}
			return c.coerced(v, t, at)
		case vt.isNumeric():
			if list && t.isVec() {
				// {x} sets the first component and clears the others.
				if !c.keepsValue(v, Scalar(t.Scalar), spans[0]) {
					return poison
				}
				out.regs = append(out.regs, c.coerced(v, Scalar(t.Scalar), at).regs...)
				for len(out.regs) < want {
					out.regs = append(out.regs, c.b.Const(t.Scalar, 0))
				}
				return out
			}
			return c.coerced(v, t, at)
		case vt.isVec() && t.isVec() && vt.N == t.N:
			return c.coerced(v, t, at)
		case !list && vt.isVec() && t.isVec() && vt.N > t.N:
			return c.coerced(c.truncated(v, t.N), t, at)
		}
	}
	c.whereTheyStand(vals, func(i int, v Value) Value { return c.arithmeticOperand(v, spans[i]) })
	for i, v := range vals {
		if v.Type.T.Kind == TRecord {
			v = c.arithmeticOperand(v, spans[i])
		}
		c.decay(&v)
		if v.bad() {
			return poison
		}
		vt := v.Type.T
		if vt.isVec() && vt.Scalar != t.Scalar {
			part := Vector(t.Scalar, vt.N).String()
			return c.report(diag.Diagnostic{Code: "initializer", Message: fmt.Sprintf("cannot initialize components of '%s' with a value of type '%s'; convert it to '%s'", t, vt, part), Span: spans[i],
				Fixes: []diag.Fix{{Span: diag.Span{Start: spans[i].Start, End: spans[i].Start}, Text: part + "("}, {Span: diag.Span{Start: spans[i].End, End: spans[i].End}, Text: ")"}}})
		}
		if !vt.isNumeric() && !vt.isVec() {
			return c.errorf(spans[i], "initializer", "cannot initialize a component of '%s' with a value of type '%s'", t, v.Type)
		}
		if list && vt.isNumeric() && !c.keepsValue(v, Scalar(t.Scalar), spans[i]) {
			return poison
		}
		for _, r := range v.regs {
			out.regs = append(out.regs, c.b.Convert(t.Scalar, vt.Scalar, r))
		}
	}
	switch {
	case len(out.regs) > want:
		return c.errorf(at, "excess-elements", "excess elements in vector initializer: '%s' has %d components, %d given", t, want, len(out.regs))
	case len(out.regs) < want && !list:
		return c.errorf(at, "initializer", "too few elements in vector initialization (expected %d elements, have %d)", want, len(out.regs))
	}
	for len(out.regs) < want {
		out.regs = append(out.regs, c.b.Const(t.Scalar, 0))
	}
	return out
}

// whereTheyStand converts objects of classes where they were evaluated, see converted.
func (c *checker) whereTheyStand(vals []Value, convert func(i int, v Value) Value) {
	for i, v := range slices.Backward(vals) {
		if start, ok := v.what.(before); ok {
			mid := c.soFar()
			v.what = nil
			vals[i] = convert(i, v)
			c.move(start, mid)
		}
	}
}

// constructMatrix does what the constructors of Metal's class do: they take a
// number for the diagonal, a matrix of the shape, a column or what converts to
// one for each, or a number for each component. A list holds columns only, and
// those that it does not reach are cleared.
func (c *checker) constructMatrix(t *Type, vals []Value, spans []diag.Span, at diag.Span, list bool) Value {
	column, want := Vector(t.Scalar, t.M), t.regCount()
	none := func() Value {
		return c.errorf(at, "initializer", "no matching constructor for initialization of '%s': it takes %d columns of type '%s', or %d scalars", t, t.N, column, want)
	}
	if len(vals) == 1 {
		v := c.decayed(vals[0])
		if v.bad() {
			return poison
		}
		vt := v.Type.T
		if vt.Kind == TRecord {
			if s := c.userConversion(vals[0], Of(t), true); s.rank != impossible {
				return c.loaded(c.applyUser(vals[0], Of(t), s, at))
			}
			if v = c.arithmeticOperand(v, spans[0]); v.bad() {
				return poison
			}
			vt = v.Type.T
		}
		if !list && vt.isNumeric() || vt.Kind == TMatrix && vt.N == t.N && vt.M == t.M {
			return c.coerced(v, t, at)
		}
	}
	part := column
	switch {
	case list && len(vals) > t.N:
		c.remark(diag.Diagnostic{Code: "excess-elements", Span: spans[t.N], Message: fmt.Sprintf("a list initializes the columns of a matrix: '%s' has %d, and the rest of the list is not used", t, t.N)})
	case list || len(vals) == t.N:
	case len(vals) == want:
		part = Scalar(t.Scalar)
	default:
		return none()
	}
	c.whereTheyStand(vals, func(i int, v Value) Value {
		if c.implicit(v, Of(part)).rank == impossible {
			return v
		}
		return c.loaded(c.convert(v, Of(part), spans[i], forInit))
	})
	out := c.b.room(t)
	for i, v := range vals[:min(len(vals), want/part.regCount())] {
		if v.list() != nil {
			v = c.registersFromList(part, v.list().node, spans[i])
		}
		if v.bad() {
			return poison
		}
		if c.implicit(v, Of(part)).rank == impossible {
			return none()
		}
		if v = c.loaded(c.convert(v, Of(part), spans[i], forInit)); v.bad() {
			return poison
		}
		out.regs = append(out.regs, v.regs...)
	}
	for len(out.regs) < want {
		out.regs = append(out.regs, c.b.Const(t.Scalar, 0))
	}
	return out
}

// truncated is a vector of the first components of a longer one, which an
// explicit conversion takes.
func (c *checker) truncated(v Value, n int) Value {
	return c.b.rvalue(Vector(v.Type.T.Scalar, n), v.regs[:n]...)
}

// diagonal is the simdgroup_matrix with a value on its diagonal.
func (c *checker) diagonal(t *Type, r ir.Reg) Value {
	b := c.b
	lane := b.Temp(ir.Type{Kind: ir.U32})
	// The lane's own index: the exclusive sum of ones.
	b.Emit(ir.Instr{Op: ir.SimdExclSum, Kind: ir.U32, Dst: lane, Args: c.b.args(b.Int(ir.U32, 1)), Imm: 32})
	bit := func(shift, mask int64) ir.Reg {
		return b.Op(ir.And, ir.U32, b.Op(ir.Shr, ir.U32, lane, b.Int(ir.U32, shift)), b.Int(ir.U32, mask))
	}
	row := b.Op(ir.Add, ir.U32, b.Op(ir.Mul, ir.U32, bit(4, 1), b.Int(ir.U32, 4)), bit(1, 3))
	col := b.Op(ir.Add, ir.U32, b.Op(ir.Mul, ir.U32, bit(3, 1), b.Int(ir.U32, 4)), b.Op(ir.Mul, ir.U32, bit(0, 1), b.Int(ir.U32, 2)))
	zero := b.Const(t.Scalar, 0)
	first := b.Select(t.regType(), b.Op(ir.Eq, ir.U32, row, col), r, zero)
	second := b.Select(t.regType(), b.Op(ir.Eq, ir.U32, row, b.Op(ir.Add, ir.U32, col, b.Int(ir.U32, 1))), r, zero)
	return c.b.rvalue(t, first, second)
}
