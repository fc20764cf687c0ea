package kernels

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/zmlx/zmlx/kernels/autodiff"
	"github.com/zmlx/zmlx/kernels/codegen"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/kernels/graph"
	"github.com/zmlx/zmlx/mlx"
)

// Gradient derives the kernel that takes the gradient of the outputs to one
// input: a spec whose inputs are those of s and g_NAME for each floating-point
// output, and whose output is d_NAME, the sum of every g times the derivative.
//
// What is derived is the reference, and the result's program is its own
// reference, so it can be derived again. It is made for the shapes of s. The
// error is Problems if the reference cannot be differentiated. If it can, but
// no kernel form fits, the spec's Source fails and its reference is right all
// the same.
func (s *Source) Gradient(input string) (*Spec, error) {
	return s.derive("grad_"+input, fmt.Sprintf("The gradient of %s to %s.", s.Spec.Name, input), func(d *derivation) error {
		at, wrt, err := d.input(input)
		if err != nil {
			return err
		}
		var outs, cotangents []*graph.Node
		for i, o := range s.Spec.Outputs {
			if n := d.nodes[i]; n.IsFloat() {
				d.inputs = append(d.inputs, Tensor{Name: "g_" + o.Name, DType: o.DType, Shape: o.Shape, init: initSpec{kind: InitNormal}})
				outs = append(outs, n)
				cotangents = append(cotangents, d.graph.Input("g_"+o.Name, s.Config.OutputDTypes[i], n.Shape))
			}
		}
		grads, err := autodiff.VJP(d.graph, outs, cotangents, []*graph.Node{wrt})
		if err != nil {
			return err
		}
		d.outputs = []Tensor{{Name: "d_" + input, DType: at.DType, Shape: at.Shape}}
		d.results = grads
		return nil
	})
}

// Tangent derives the kernel of the derivative in a direction (forward mode):
// its inputs are those of s and v_INPUT, and its outputs are t_NAME for each
// floating-point output.
func (s *Source) Tangent(input string) (*Spec, error) {
	return s.derive("tangent_"+input, fmt.Sprintf("The derivative of %s along a direction of %s.", s.Spec.Name, input), func(d *derivation) error {
		at, wrt, err := d.input(input)
		if err != nil {
			return err
		}
		d.inputs = append(d.inputs, Tensor{Name: "v_" + input, DType: at.DType, Shape: at.Shape, init: initSpec{kind: InitNormal}})
		var outs []*graph.Node
		for i, o := range s.Spec.Outputs {
			if n := d.nodes[i]; n.IsFloat() {
				d.outputs = append(d.outputs, Tensor{Name: "t_" + o.Name, DType: o.DType, Shape: o.Shape})
				outs = append(outs, n)
			}
		}
		d.results, err = autodiff.JVP(d.graph, outs, []*graph.Node{wrt}, []*graph.Node{d.graph.Input("v_"+input, s.DType, wrt.Shape)})
		return err
	})
}

// Batched derives the kernel for a batch: its inputs and outputs have an axis of
// n in front.
func (s *Source) Batched(n int) (*Spec, error) {
	return s.derive("batched", fmt.Sprintf("%s, %d at a time.", s.Spec.Name, n), func(d *derivation) error {
		length := Expr{Text: Text{String: strconv.Itoa(n)}, tree: &dsl.Number{IsInt: true, Int: int64(n)}}
		batched := map[*graph.Node]*graph.Node{}
		for i, in := range s.Inputs {
			shape := append([]int{n}, in.Shape...)
			d.inputs[i].Name = in.Name + "s"
			d.inputs[i].Shape = append([]Expr{length}, d.inputs[i].Shape...)
			batched[d.graph.Input(in.Name, in.DType, in.Shape)] = d.graph.Input(in.Name+"s", in.DType, shape)
		}
		outs, err := autodiff.Vmap(d.graph, d.nodes, batched, n)
		if err != nil {
			return err
		}
		for i, o := range s.Spec.Outputs {
			o.Shape = append([]Expr{length}, o.Shape...)
			d.outputs = append(d.outputs, o)
			d.results = append(d.results, d.graph.BroadcastTo(outs[i], append([]int{n}, s.Config.OutputShapes[i]...)))
		}
		return nil
	})
}

// derivation is a spec being made from another one's reference.
type derivation struct {
	source          *Source
	graph           *graph.Graph
	nodes           []*graph.Node // of the outputs
	inputs, outputs []Tensor
	results         []*graph.Node // of the new outputs
}

// input is a floating-point input and its node.
func (d *derivation) input(name string) (Tensor, *graph.Node, error) {
	s := d.source
	at := slices.IndexFunc(s.Spec.Inputs, func(t Tensor) bool { return t.Name == name })
	if at < 0 || !s.Inputs[at].DType.IsFloat() {
		return Tensor{}, nil, graph.NewError("", "there is no floating-point input %q", name)
	}
	return s.Spec.Inputs[at], d.graph.Input(name, s.Inputs[at].DType, s.Inputs[at].Shape), nil
}

// derive makes a spec of what build makes of the reference.
func (s *Source) derive(name, doc string, build func(*derivation) error) (*Spec, error) {
	r := s.Spec.Reference
	if r == nil {
		return nil, s.noReference("differentiate")
	}
	problem := func(at dsl.Span, hint, msg string) error {
		return Problems{s.Spec.problem(r.text.span(at.Start, at.End), "gradient", hint, msg)}
	}
	d := &derivation{source: s, graph: graph.New(), inputs: slices.Clone(s.Spec.Inputs)}
	nodes, err := graph.Lower(d.graph, r.Program, s.graphInputs(), s.constants())
	if err != nil {
		if e, ok := graph.AsError(err); ok {
			return nil, problem(e.Span, e.Hint, e.Message)
		}
		return nil, err
	}
	whole := dsl.Span{End: len(r.text.String)}
	for i, o := range s.Spec.Outputs {
		n := nodes[o.Name]
		if n == nil {
			n = nodes[""]
		}
		if n == nil {
			return nil, problem(whole, "", fmt.Sprintf("the reference does not compute %s", o.Name))
		}
		d.nodes = append(d.nodes, d.graph.BroadcastTo(n, s.Config.OutputShapes[i]))
	}
	if err := build(d); err != nil {
		if e, ok := codegen.AsError(err); ok {
			return nil, problem(whole, e.Hint, e.Msg)
		}
		return nil, err
	}
	return d.spec(name, doc)
}

// spec writes the results as a program and makes the spec of it.
func (d *derivation) spec(name, doc string) (*Spec, error) {
	s := d.source
	var named []graph.Named
	for i, o := range d.outputs {
		named = append(named, graph.Named{Name: o.Name, Node: d.results[i]})
	}
	prog, err := graph.Program(named, s.Spec.valueNames()...)
	if err != nil {
		return nil, err
	}
	spec := *s.Spec
	spec.Name += "_" + name
	spec.Doc = doc
	spec.Inputs, spec.Outputs = d.inputs, d.outputs
	spec.Body, spec.Go, spec.Header, spec.Grid, spec.Threadgroup, spec.InitValue, spec.AtomicOutputs = Text{}, Text{}, Text{}, nil, nil, nil, false
	text := Text{String: prog.Text, at: s.Spec.Reference.text.at}
	spec.Generate = &Generate{Form: formOf(d.results...), Program: prog, text: text}
	spec.Reference = &Reference{Program: prog, text: text}
	spec.Inputs = slices.DeleteFunc(spec.Inputs, func(t Tensor) bool {
		return !slices.ContainsFunc(prog.FreeNames(), func(n *dsl.Name) bool { return n.Ident == t.Name })
	})
	return &spec, nil
}

// formOf is the kind of program that computes nodes.
func formOf(nodes ...*graph.Node) codegen.Form {
	form := codegen.Elementwise
	for _, x := range graph.Below(nodes...) {
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
