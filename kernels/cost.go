package kernels

// Cost is what one launch takes by the spec's formula.
type Cost struct {
	FLOPs int64 `json:"flops"` // floating-point operations; a library function is one, a fused multiply-add two
	Bytes int64 `json:"bytes"` // that must be read from and written to device memory
}

func (r *resolver) cost(src *Source) *Cost {
	f := r.spec.Cost
	if f == nil {
		return nil
	}
	c := &Cost{FLOPs: r.costOf(f.FLOPs, "flops")}
	if f.Bytes != nil {
		c.Bytes = r.costOf(*f.Bytes, "bytes")
		return c
	}
	for _, a := range src.Inputs {
		c.Bytes += int64(elements(a.Shape)) * int64(a.DType.Size())
	}
	for i, shape := range src.Config.OutputShapes {
		c.Bytes += int64(elements(shape)) * int64(src.Config.OutputDTypes[i].Size())
	}
	return c
}

func (r *resolver) costOf(e Expr, what string) int64 {
	v := r.eval(e)
	if v.Kind != IntValue || v.Int < 0 {
		r.fail(e.Text.at, "cost", "count with integers; / rounds down, ceildiv(a, b) rounds up", "cost.%s is %s, which is not a count", what, v)
	}
	return v.Int
}
