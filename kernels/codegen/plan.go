package codegen

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels/graph"
)

// plan writes kernels until all outputs are computed. What one kernel cannot
// do is cut: the folds and scans in the way are computed first, into scratch
// arrays, which are inputs from there on.
func (g *generator) plan(outputs []Output) {
	for len(outputs) > 0 {
		for i := range outputs {
			for hard(outputs[i].Node) { // another shape of the same elements
				outputs[i].Node = outputs[i].Node.Args[0]
			}
		}
		group := g.together(outputs)
		if group == nil {
			outputs = g.cut(outputs)
			continue
		}
		if g.split(group, outputs) {
			continue
		}
		g.emit(group)
		outputs = outputs[len(group):]
	}
}

// together moves the outputs that one kernel can compute with the first one to
// the front and returns them; nil if no kernel can compute the first.
func (g *generator) together(outputs []Output) []Output {
	n := 0
	for i := range outputs {
		nodes := nodesOf(outputs[:n])
		if form, _ := formOf(append(nodes, outputs[i].Node)); form == nothing {
			if i == 0 {
				return nil
			}
			continue
		}
		o := outputs[i]
		copy(outputs[n+1:i+1], outputs[n:i])
		outputs[n] = o
		n++
	}
	return outputs[:n]
}

func nodesOf(outputs []Output) []*graph.Node {
	var nodes []*graph.Node
	for _, o := range outputs {
		nodes = append(nodes, o.Node)
	}
	return nodes
}

// kernelForm is the kind of loop that computes some nodes.
type kernelForm uint8

const (
	nothing kernelForm = iota
	flat               // element by element
	rowwise
	running // a scan
)

// formOf finds a form that computes nodes in one kernel.
func formOf(nodes []*graph.Node) (kernelForm, *layout) {
	if l := fit(nodes); l != nil && len(l.folds) > 0 {
		return rowwise, l
	} else if l != nil {
		return flat, l
	}
	if l := fitScan(nodes); l != nil {
		return running, l
	}
	return nothing, nil
}

// emit writes one kernel.
func (g *generator) emit(group []Output) {
	g.outputs = group
	switch form, l := formOf(nodesOf(group)); form {
	case flat:
		g.add(g.elementwise(l), group)
	case rowwise:
		g.add(g.newRows(l, false).kernel(nil), group)
	default:
		g.add(g.scan(l), group)
	}
}

func (g *generator) add(k Kernel, outputs []Output) {
	for _, n := range sortedInputs(nodesOf(outputs)) {
		k.Inputs = append(k.Inputs, n.Name)
	}
	for _, o := range outputs {
		k.Outputs = append(k.Outputs, o.Array)
	}
	g.kernels = append(g.kernels, k)
}

// split computes the folds of rows that several threadgroups should share: each
// stores its part, and outputs get the fold of the parts instead.
func (g *generator) split(group, outputs []Output) bool {
	form, l := formOf(nodesOf(group))
	if form != rowwise {
		return false
	}
	g.outputs = nil
	fs := longFolds(l, g.newRows(l, false).column)
	if len(fs) == 0 {
		return false
	}
	var nodes []*graph.Node
	for _, f := range fs {
		nodes = append(nodes, f.Node)
	}
	slices.SortFunc(nodes, func(a, b *graph.Node) int { return a.ID - b.ID })
	nodes = slices.Compact(nodes)
	r := g.newRows(fit(nodes), true)
	var parts []Output
	with := map[*graph.Node]*graph.Node{}
	for _, n := range nodes {
		a := g.scratch(n, append(slices.Clone(n.Shape), r.parts))
		parts = append(parts, Output{a, n})
		op := n.Op
		if op == graph.Mean {
			op = graph.Sum
		}
		with[n] = g.graph.Reshape(g.graph.Reduce(op, g.graph.Input(a.Name, a.DType, a.Shape), []int{len(n.Shape)}), n.Shape)
	}
	var arrays []Array
	for _, p := range parts {
		arrays = append(arrays, p.Array)
	}
	g.add(r.kernel(arrays), parts)
	g.replace(outputs, with)
	return true
}

// scratch makes an array for a node between kernels.
func (g *generator) scratch(n *graph.Node, shape []int) Array {
	for {
		g.temporaries++
		a := Array{Name: fmt.Sprintf("s%d", g.temporaries), DType: n.DType, Shape: shape}
		if _, taken := g.inputs[a.Name]; !taken && !g.taken[a.Name] {
			g.inputs[a.Name] = a
			return a
		}
	}
}

// cut computes what stands in the way of the first output: the lowest fold,
// scan or moving reshape, with the other folds that one kernel computes with it.
func (g *generator) cut(outputs []Output) []Output {
	root := outputs[0].Node
	below := graph.Below(root)
	at := slices.IndexFunc(below, func(n *graph.Node) bool { return folds(n) || scans(n) || hard(n) })
	if at < 0 || below[at] == root {
		fail("write a source", "no generated kernel computes %s", outputs[0].Name)
	}
	first := below[at]
	with := map[*graph.Node]*graph.Node{}
	var needed []Output
	keep := func(n *graph.Node, shape []int) *graph.Node {
		a := g.scratch(n, shape)
		needed = append(needed, Output{a, n})
		return g.graph.Input(a.Name, a.DType, a.Shape)
	}
	if hard(first) {
		with[first] = keep(first.Args[0], first.Shape)
	} else {
		group := []*graph.Node{first}
		for _, n := range below[at+1:] {
			if form, _ := formOf(append(slices.Clone(group), n)); folds(n) && n != root && form == rowwise && folds(first) {
				group = append(group, n)
			}
		}
		inner := graph.Below(group...)
		for _, n := range group {
			if slices.ContainsFunc(below, func(u *graph.Node) bool { return slices.Contains(u.Args, n) && !slices.Contains(inner, u) }) {
				with[n] = keep(n, n.Shape)
			}
		}
	}
	g.plan(needed)
	g.replace(outputs, with)
	return outputs
}

// replace puts other nodes in the place of some in all outputs.
func (g *generator) replace(outputs []Output, with map[*graph.Node]*graph.Node) {
	for i, n := range g.graph.Replace(nodesOf(outputs), with) {
		outputs[i].Node = n
	}
}
