package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// builtinAttrs are the attributes of kernel inputs that the executor gives.
var builtinAttrs = map[string]ir.Builtin{
	"thread_position_in_grid":             ir.ThreadPositionInGrid,
	"thread_position_in_threadgroup":      ir.ThreadPositionInThreadgroup,
	"threadgroup_position_in_grid":        ir.ThreadgroupPositionInGrid,
	"thread_index_in_threadgroup":         ir.ThreadIndexInThreadgroup,
	"thread_index_in_simdgroup":           ir.ThreadIndexInSimdgroup,
	"thread_index_in_quadgroup":           ir.ThreadIndexInQuadgroup,
	"simdgroup_index_in_threadgroup":      ir.SimdgroupIndexInThreadgroup,
	"quadgroup_index_in_threadgroup":      ir.QuadgroupIndexInThreadgroup,
	"threads_per_grid":                    ir.ThreadsPerGrid,
	"threads_per_threadgroup":             ir.ThreadsPerThreadgroup,
	"dispatch_threads_per_threadgroup":    ir.DispatchThreadsPerThreadgroup,
	"threadgroups_per_grid":               ir.ThreadgroupsPerGrid,
	"simdgroups_per_threadgroup":          ir.SimdgroupsPerThreadgroup,
	"dispatch_simdgroups_per_threadgroup": ir.DispatchSimdgroupsPerThreadgroup,
	"quadgroups_per_threadgroup":          ir.QuadgroupsPerThreadgroup,
	"dispatch_quadgroups_per_threadgroup": ir.DispatchQuadgroupsPerThreadgroup,
	"threads_per_simdgroup":               ir.ThreadsPerSimdgroup,
	"thread_execution_width":              ir.ThreadsPerSimdgroup,
	"grid_origin":                         ir.GridOrigin,
	"grid_size":                           ir.GridSize,
}

// builtinDims are the builtins that have a position, of up to three components;
// the others are scalars.
var builtinDims = [256]bool{
	ir.ThreadPositionInGrid: true, ir.ThreadPositionInThreadgroup: true, ir.ThreadgroupPositionInGrid: true,
	ir.ThreadsPerGrid: true, ir.ThreadsPerThreadgroup: true, ir.DispatchThreadsPerThreadgroup: true,
	ir.ThreadgroupsPerGrid: true, ir.GridOrigin: true, ir.GridSize: true,
}

// inputType is the type that a builtin has as a parameter.
func inputType(b ir.Builtin) string {
	if builtinDims[b] {
		return "uint3"
	}
	return "uint"
}

func (c *checker) builtinArg(e *ir.Entry, p param, arg ir.Arg, v *Variable) {
	t := p.typ.T
	regs := c.builtinRegs(e, p.typ, p.decl.Type, arg)
	if regs == nil {
		return
	}
	v.val = lvalue(p.typ, c.b.Variable(p.name, ir.Thread, t, t.align(), v.pos.Start))
	c.store(v.val, c.b.rvalue(t, regs...))
}

// builtinType checks the type of a builtin and completes its description.
func (c *checker) builtinType(typ QualType, written syntax.TypeExpr, arg *ir.Arg) bool {
	t := typ.T
	okay := (t.Scalar == ir.U32 || t.Scalar == ir.U16) && (t.Kind == TScalar || t.Kind == TVector && t.N <= 3 && builtinDims[arg.Builtin])
	if !okay {
		want := "'ushort' or 'uint'"
		if builtinDims[arg.Builtin] {
			want = "'ushort', 'ushort2', 'ushort3', 'uint', 'uint2' or 'uint3'"
		}
		d := diag.Diagnostic{Code: "attribute-type", Span: nameSpan(*arg),
			Message: "type '" + typ.String() + "' is not valid for attribute '" + attrName(arg.Builtin) + "': expected " + want}
		if meant := unsignedLike(t, builtinDims[arg.Builtin]); meant != nil {
			d.Fixes = []diag.Fix{{Span: written.Span(), Text: meant.String()}}
		}
		c.report(d)
		return false
	}
	arg.Scalar, arg.N = t.Scalar, t.regCount()
	arg.Type = QualType{T: t}.String()
	return true
}

// unsignedLike is the type of a builtin that is most like another type, if any is.
func unsignedLike(t *Type, dims bool) *Type {
	switch {
	case t.isNumeric():
		return Scalar(ir.U32)
	case t.Kind == TVector && dims:
		return Vector(ir.U32, min(t.N, 3))
	}
	return nil
}

// builtinRegs adds a builtin argument to an entry.
func (c *checker) builtinRegs(e *ir.Entry, typ QualType, written syntax.TypeExpr, arg ir.Arg) []ir.Reg {
	if !c.builtinType(typ, written, &arg) {
		return nil
	}
	e.Args = append(e.Args, arg)
	r := c.b.Run(typ.T.regType(), arg.N)
	for i := range arg.N {
		c.b.fn.Params = append(c.b.fn.Params, r+ir.Reg(i))
		c.b.name(r+ir.Reg(i), arg.Name)
	}
	return c.b.list(r, arg.N)
}

func attrName(b ir.Builtin) string {
	best := ""
	for n, v := range builtinAttrs {
		if v == b && (best == "" || n > best) {
			best = n
		}
	}
	return best
}
