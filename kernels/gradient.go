package kernels

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels/autodiff"
	"github.com/zmlx/zmlx/kernels/codegen"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/kernels/graph"
	"github.com/zmlx/zmlx/mlx"
)

// Gradient derives the kernel that takes the gradient of the outputs to one
// input: a spec whose inputs are those of s and g_NAME for each floating-point
// output, and whose output is d_NAME, the sum of every g times the derivative.
// Its program is also its reference. It is made for the shapes of s.
//
// The error is Problems if the reference cannot be differentiated. If it can,
// but no kernel form fits, the spec's Source fails and its reference is right
// all the same.
func (s *Source) Gradient(input string) (*Spec, error) {
	r := s.Spec.Reference
	if r == nil {
		return nil, Problems{s.Spec.problem(Place{}, "no-reference", "add reference: …", "the spec has no reference to differentiate")}
	}
	problem := func(at dsl.Span, hint, msg string) error {
		return Problems{s.Spec.problem(r.text.span(at.Start, at.End), "gradient", hint, msg)}
	}
	whole := dsl.Span{End: len(r.text.String)}
	g := graph.New()
	nodes, err := graph.Lower(g, r.Program, s.graphInputs(), s.constants())
	if err != nil {
		if e, ok := graph.AsError(err); ok {
			return nil, problem(e.Span, e.Hint, e.Message)
		}
		return nil, err
	}
	at := slices.IndexFunc(s.Spec.Inputs, func(t Tensor) bool { return t.Name == input })
	if at < 0 || !s.Inputs[at].DType.IsFloat() {
		return nil, problem(whole, "", fmt.Sprintf("there is no floating-point input %q", input))
	}
	spec := *s.Spec
	spec.Name += "_grad_" + input
	spec.Doc = fmt.Sprintf("The gradient of %s to %s.", s.Spec.Name, input)
	spec.Inputs = slices.Clone(spec.Inputs)
	spec.Outputs = []Tensor{{Name: "d_" + input, DType: spec.Inputs[at].DType, Shape: spec.Inputs[at].Shape}}
	spec.Body, spec.Go, spec.Header, spec.Grid, spec.Threadgroup = Text{}, Text{}, Text{}, nil, nil
	spec.InitValue, spec.AtomicOutputs, spec.Cost = nil, false, nil
	var outs, cotangents []*graph.Node
	for i, o := range s.Spec.Outputs {
		n := nodes[o.Name]
		if n == nil {
			n = nodes[""]
		}
		if n == nil || !n.IsFloat() {
			continue
		}
		shape := s.Config.OutputShapes[i]
		spec.Inputs = append(spec.Inputs, Tensor{Name: "g_" + o.Name, DType: o.DType, Shape: o.Shape, init: initSpec{kind: InitNormal}})
		outs = append(outs, g.BroadcastTo(n, shape))
		cotangents = append(cotangents, g.Input("g_"+o.Name, s.Config.OutputDTypes[i], shape))
	}
	wrt := g.Input(input, s.Inputs[at].DType, s.Inputs[at].Shape)
	grads, err := autodiff.VJP(g, outs, cotangents, []*graph.Node{wrt})
	if err != nil {
		if e, ok := codegen.AsError(err); ok {
			return nil, problem(whole, e.Hint, e.Msg)
		}
		return nil, err
	}
	prog, err := graph.Program([]graph.Named{{Name: "d_" + input, Node: grads[0]}}, s.Spec.valueNames()...)
	if err != nil {
		return nil, err
	}
	text := Text{String: prog.Text, at: r.text.at}
	spec.Generate = &Generate{Form: formOf(grads[0]), Program: prog, text: text}
	spec.Reference = &Reference{Program: prog, text: text}
	spec.Inputs = slices.DeleteFunc(spec.Inputs, func(t Tensor) bool {
		return !slices.ContainsFunc(prog.FreeNames(), func(n *dsl.Name) bool { return n.Ident == t.Name })
	})
	return &spec, nil
}

// formOf is the kind of kernel that can compute a node.
func formOf(n *graph.Node) codegen.Form {
	form := codegen.Elementwise
	for _, x := range graph.Below(n) {
		switch {
		case x.Op.Scan():
			return codegen.Scan
		case x.Op.Reduction():
			form = codegen.Rows
		}
	}
	return form
}

func (s *Source) graphInputs() []graph.Array {
	var ins []graph.Array
	for _, in := range s.Inputs {
		ins = append(ins, graph.Array{Name: in.Name, DType: in.DType, Shape: in.Shape})
	}
	return ins
}

// constants are the values that a program may use besides the inputs.
func (s *Source) constants() map[string]any {
	values := map[string]any{}
	for _, v := range s.Values {
		values[v.Name] = v.Value.Any()
	}
	for _, t := range s.Config.Template {
		if t.Kind == mlx.TemplateDType {
			values[t.Name] = t.DType
		}
	}
	return values
}
