package codegen

import (
	"errors"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
	"github.com/zmlx/zmlx/mlx"
)

// Array is an input or an output as it is stored.
type Array struct {
	Name  string
	DType mlx.DType
	Shape []int
}

// Output is an array and the node that it gets.
type Output struct {
	Array
	Node *graph.Node
}

// Kernel is a generated kernel, one launch. Its inputs are inputs of the
// program or outputs of kernels before it.
type Kernel struct {
	Inputs            []string
	Outputs           []Array
	Body              string
	Grid, Threadgroup [3]int
	Contiguous        bool // the inputs must be row-contiguous
}

// Form is the kind of program that Generate is given.
type Form uint8

// The forms.
const (
	Elementwise Form = iota // without reductions and scans
	Rows                    // with reductions
	Scan                    // with a scan
)

// Generate writes the kernels that compute outputs, in the order in which they
// must run, and the header that they share. The error is a *graph.Error that
// says what cannot be done.
func Generate(g *graph.Graph, form Form, inputs []Array, outputs []Output) (header string, ks []Kernel, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*graph.Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	gen := &generator{graph: g, inputs: map[string]Array{}, taken: map[string]bool{}, used: map[string]bool{}}
	for _, in := range inputs {
		checkName(in.Name)
		gen.inputs[in.Name] = in
	}
	for _, o := range outputs {
		checkName(o.Name)
		gen.taken[o.Name] = true
		if o.DType == mlx.Complex64 {
			fail("write a source", "complex numbers are not supported in generated kernels")
		}
		if !slices.Equal(o.Node.Shape, o.Shape) {
			fail("", "the expression for %s has shape %v; the spec says %v", o.Name, o.Node.Shape, o.Shape)
		}
	}
	checkForm(form, nodesOf(outputs))
	gen.plan(slices.Clone(outputs))
	return gen.header(), gen.kernels, nil
}

// checkName keeps the names of arrays apart from those of generated variables.
func checkName(name string) {
	if strings.HasSuffix(name, "_") {
		fail("choose another name", "%q ends like the variables of generated kernels", name)
	}
}

// checkForm refuses a program of another form.
func checkForm(form Form, nodes []*graph.Node) {
	var reduces, scans graph.Op
	for _, n := range graph.Below(nodes...) {
		switch {
		case n.Op.Reduction():
			reduces = n.Op
		case n.Op.Scan():
			scans = n.Op
		}
	}
	switch {
	case form == Elementwise && reduces+scans > 0:
		fail("use reduce, map_reduce or scan", "%s is not elementwise", max(reduces, scans))
	case form == Rows && reduces == 0 && scans > 0:
		fail("use scan", "%s is not a reduction", scans)
	case form == Rows && reduces == 0:
		fail("use elementwise", "nothing is reduced")
	case form == Scan && scans == 0:
		fail("use elementwise", "nothing is accumulated")
	}
}

// AsError returns the *graph.Error in err's chain.
func AsError(err error) (*graph.Error, bool) {
	var e *graph.Error
	return e, errors.As(err, &e)
}

type generator struct {
	graph       *graph.Graph
	inputs      map[string]Array // of the program, and scratch arrays
	taken       map[string]bool  // names of outputs
	temporaries int
	outputs     []Output        // of the kernel that is being written
	used        map[string]bool // helpers
	functions   []string        // of elementwise kernels
	kernels     []Kernel
}

func fail(hint, format string, args ...any) {
	panic(graph.NewError(hint, format, args...))
}

// load converts a stored element to the type that the graph computes in.
func (g *generator) load(n *graph.Node, element string) string {
	if in := g.inputs[n.Name]; in.DType != n.DType {
		return n.DType.MetalName() + "(" + element + ")"
	}
	return element
}

func ceildiv(a, b int) int { return (a + b - 1) / b }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func one(shape []int) bool { return size(shape) == 1 }

// element is the only element of an array of size 1; MLX passes 0-d arrays by
// reference.
func element(in Array) string {
	if len(in.Shape) == 0 {
		return in.Name
	}
	return in.Name + "[0]"
}
