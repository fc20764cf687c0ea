package kernels

import (
	"context"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// noReference is the error of a spec without what is needed in order to purpose.
func (s *Source) noReference(purpose string) error {
	hint := fmt.Sprintf("say what the result should be, as in reference: %s = …; what no expression gives can come out of a file, as an input that the kernel need not read", s.Spec.Outputs[0].Name)
	return Problems{s.Spec.problem(Place{}, "no-reference", hint, "the spec has no reference to "+purpose)}
}

// Reference computes the outputs by the spec's reference, in the working type
// or, with wide, in float64. Results have the type that the computation gave
// them. The error is Problems at the reference's own lines, or the context's.
func (s *Source) Reference(ctx context.Context, inputs []*mlx.Array, wide bool) ([]*mlx.Array, error) {
	r := s.Spec.Reference
	if r == nil {
		return nil, s.noReference("compare with")
	}
	named, err := r.Program.Eval(ctx, s.Vars(inputs), dsl.Options{Wide: wide})
	if err != nil {
		e, ok := dsl.AsError(err)
		if !ok {
			return nil, err
		}
		return nil, Problems{s.Spec.problem(r.text.span(e.Span.Start, e.Span.End), "reference", e.Hint, e.Message)}
	}
	outs := make([]*mlx.Array, len(s.Spec.Outputs))
	for i, t := range s.Spec.Outputs {
		a := named[t.Name]
		if a == nil && len(outs) == 1 {
			a = named[""]
		}
		want := s.Config.OutputShapes[i]
		switch {
		case a == nil:
			err = fmt.Errorf("the reference does not compute the output %q", t.Name)
		case !slices.Equal(a.Shape(), want):
			err = fmt.Errorf("the reference gives %s the shape %v; the spec says %v", t.Name, a.Shape(), want)
		}
		if err != nil {
			at := r.text.at
			if stmt := r.Program.Binds(t.Name); stmt != nil {
				at = r.text.span(stmt.Span.Start, stmt.Span.End)
			}
			return nil, Problems{s.Spec.problem(at, "reference", "", err.Error())}
		}
		outs[i] = a
	}
	return outs, nil
}
