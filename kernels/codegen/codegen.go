package codegen

import (
	"errors"
	"slices"

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

// Kernel is a generated kernel.
type Kernel struct {
	Header, Body      string
	Grid, Threadgroup [3]int
	Contiguous        bool // the inputs must be row-contiguous
}

// Form is the kind of kernel that Generate writes.
type Form uint8

// The forms.
const (
	Elementwise Form = iota
	Rows
	Scan
)

// Generate writes a kernel. The error is a *graph.Error that says what the form
// cannot do.
func Generate(form Form, inputs []Array, outputs []Output) (k Kernel, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*graph.Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	g := &generator{inputs: map[string]Array{}, outputs: outputs, used: map[string]bool{}}
	for _, in := range inputs {
		g.inputs[in.Name] = in
	}
	for _, o := range outputs {
		if o.DType == mlx.Complex64 {
			fail("write a source", "complex numbers are not supported in generated kernels")
		}
		g.roots = append(g.roots, o.Node)
	}
	switch form {
	case Elementwise:
		return g.elementwise(), nil
	case Rows:
		return g.rows(), nil
	}
	return g.scan(), nil
}

// AsError returns the *graph.Error in err's chain.
func AsError(err error) (*graph.Error, bool) {
	var e *graph.Error
	return e, errors.As(err, &e)
}

type generator struct {
	inputs  map[string]Array
	outputs []Output
	roots   []*graph.Node
	used    map[string]bool // helpers
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

func sameShape(a, b []int) bool { return slices.Equal(a, b) }
