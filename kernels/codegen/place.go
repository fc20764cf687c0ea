package codegen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
)

// coord says which index of the kernel runs along an axis. A kernel's rows are
// counted by row indices; a loop over a row has its own.
type coord struct {
	kind coordKind
	k    int
}

type coordKind uint8

const (
	still coordKind = iota // the axis has length 1, or repeats
	byRow
	byLoop
)

// place is where a node is evaluated: the coordinate of each of its axes. One
// node may be needed at several places, as in x[:, None] + x[None, :].
type place []coord

func (p place) String() string { return fmt.Sprint([]coord(p)) }

// loops reports whether the value at p varies inside a loop.
func (p place) loops() bool {
	return slices.ContainsFunc(p, func(c coord) bool { return c.kind == byLoop })
}

// folds reports whether n really folds elements: a reduction over axes of
// length 1 is its operand.
func folds(n *graph.Node) bool {
	return n.Op.Reduction() && slices.ContainsFunc(n.Axes, func(a int) bool { return n.Args[0].Shape[a] != 1 })
}

// scans reports whether n really accumulates.
func scans(n *graph.Node) bool { return n.Op.Scan() && n.Shape[n.Axes[0]] != 1 }

// long lists the axes whose length is not 1.
func long(shape []int) (axes []int) {
	for i, d := range shape {
		if d != 1 {
			axes = append(axes, i)
		}
	}
	return axes
}

func lengths(shape, axes []int) []int {
	out := make([]int, len(axes))
	for i, a := range axes {
		out[i] = shape[a]
	}
	return out
}

// hard reports whether a reshape does more than add or drop axes of length 1.
func hard(n *graph.Node) bool {
	if n.Op != graph.Reshape {
		return false
	}
	from, to := n.Args[0].Shape, n.Shape
	return !slices.Equal(lengths(from, long(from)), lengths(to, long(to)))
}

// argument is the place of operand i of n, where n is at p and is not a fold.
func argument(n *graph.Node, i int, p place) place {
	a := n.Args[i]
	q := make(place, len(a.Shape))
	if n.Op == graph.Reshape {
		to := long(n.Shape)
		for k, axis := range long(a.Shape) {
			q[axis] = p[to[k]]
		}
		return q
	}
	extra := len(p) - len(q)
	for k := range q {
		if a.Shape[k] != 1 {
			q[k] = p[extra+k]
		}
	}
	return q
}

// folded is the place of the operand of a fold at p: the folded axes are those
// of a loop.
func folded(n *graph.Node, p place) place {
	q := make(place, len(p))
	k := 0
	for i, c := range p {
		if q[i] = c; slices.Contains(n.Axes, i) && n.Args[0].Shape[i] != 1 {
			q[i] = coord{byLoop, k}
			k++
		}
	}
	return q
}

// loopLengths are the lengths of a fold's loop.
func loopLengths(n *graph.Node) []int {
	shape := n.Args[0].Shape
	return lengths(shape, slices.DeleteFunc(slices.Clone(n.Axes), func(a int) bool { return shape[a] == 1 }))
}

// leafUse is an array, or the index along an axis, that is read at a place.
type leafUse struct {
	node *graph.Node
	at   place
}

// leaves lists what is read to evaluate n at p, without what folds read.
func leaves(n *graph.Node, p place, visit func(leafUse)) {
	seen := map[string]bool{}
	var walk func(n *graph.Node, p place)
	walk = func(n *graph.Node, p place) {
		key := fmt.Sprint(n.ID, p)
		if seen[key] || folds(n) {
			return
		}
		seen[key] = true
		if len(n.Args) == 0 {
			visit(leafUse{n, p})
		}
		for i := range n.Args {
			walk(n.Args[i], argument(n, i, p))
		}
	}
	walk(n, p)
}

// strides are the distances between neighbours of a dense array along each
// axis, as expressions; length gives that of an axis.
func strides(shape []int, length func(axis int) string) []string {
	out := make([]string, len(shape))
	var factors []string
	for i := len(shape) - 1; i >= 0; i-- {
		if out[i] = "1"; len(factors) > 0 {
			out[i] = strings.Join(factors, " * ")
		}
		if shape[i] != 1 {
			factors = append([]string{length(i)}, factors...)
		}
	}
	return out
}
