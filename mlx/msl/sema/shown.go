package sema

import "github.com/zmlx/zmlx/mlx/msl/ir"

// layout tells what lies where in an object of a complete type; nil if it holds
// nothing that could be shown.
func (t *Type) layout() *ir.Layout {
	switch t.Kind {
	case TScalar, TAtomic, TEnum:
		return ir.Scalars(t.Scalar, 1)
	case TVector, TPacked, TSimdMatrix:
		return ir.Scalars(t.Scalar, t.N)
	case TMatrix:
		return &ir.Layout{Elem: ir.Scalars(t.Scalar, t.M), Count: t.N, Stride: Vector(t.Scalar, t.M).size()}
	case TPointer, TRef, TRValueRef:
		return ir.Scalars(ir.Ptr, 1)
	case TArray:
		return &ir.Layout{Elem: t.Elem.T.layout(), Count: max(t.N, 0), Stride: t.Elem.T.size()}
	case TRecord:
		if t.Record.layout == nil {
			t.Record.layout = t.Record.fieldLayouts()
		}
		return t.Record.layout
	}
	return nil
}

func (r *Record) fieldLayouts() *ir.Layout {
	out := &ir.Layout{}
	for i := range r.Fields {
		f := &r.Fields[i]
		l := f.Type.T.layout()
		if f.Bits > 0 {
			l = &ir.Layout{Kind: f.Type.T.Scalar, N: 1, Bits: f.Bits, Low: f.BitOff}
		}
		name := f.Name
		if f.anon {
			name = ""
		}
		out.Fields = append(out.Fields, ir.LayoutField{Name: name, Offset: f.Offset, Layout: l})
	}
	return out
}
