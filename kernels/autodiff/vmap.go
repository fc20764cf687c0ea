package autodiff

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/kernels/graph"
)

// Vmap returns the outputs computed for a batch: each input node in batched is
// replaced by one with an axis of that length in front. Outputs that do not
// depend on one of them are returned as they are.
func Vmap(g *graph.Graph, outputs []*graph.Node, batched map[*graph.Node]*graph.Node, size int) (out []*graph.Node, err error) {
	defer recoverError(&err)
	v := &batcher{g: g, size: size, done: map[*graph.Node]*graph.Node{}}
	maps.Copy(v.done, batched)
	for _, n := range graph.Below(outputs...) {
		if _, ok := v.done[n]; !ok && slices.ContainsFunc(n.Args, v.batched) {
			v.done[n] = v.node(n)
		}
	}
	for _, o := range outputs {
		if b, ok := v.done[o]; ok {
			o = b
		}
		out = append(out, o)
	}
	return out, nil
}

type batcher struct {
	g    *graph.Graph
	size int
	done map[*graph.Node]*graph.Node // with the batch in front
}

func (v *batcher) batched(n *graph.Node) bool { return v.done[n] != nil }

// operand is an operand with the batch in front of rank axes, or as it is if it
// is the same for the whole batch.
func (v *batcher) operand(n *graph.Node, rank int) *graph.Node {
	b, ok := v.done[n]
	if !ok {
		return n
	}
	shape := append([]int{v.size}, slices.Repeat([]int{1}, rank-len(n.Shape))...)
	return v.g.Reshape(b, append(shape, n.Shape...))
}

func (v *batcher) node(n *graph.Node) *graph.Node {
	g, rank := v.g, len(n.Shape)
	args := make([]*graph.Node, len(n.Args))
	for i, a := range n.Args {
		args[i] = v.operand(a, max(rank, len(a.Shape)))
	}
	axes := make([]int, len(n.Axes))
	for i, a := range n.Axes {
		axes[i] = a + 1
	}
	switch {
	case n.Op.Reduction():
		return g.Reduce(n.Op, args[0], axes)
	case n.Op.Scan():
		return g.Scan(n.Op, args[0], axes[0], n.Reverse, n.Before)
	}
	shape := append([]int{v.size}, n.Shape...)
	switch n.Op {
	case graph.Reshape:
		return g.Reshape(args[0], shape)
	case graph.Broadcast:
		return g.BroadcastTo(args[0], shape)
	case graph.Cast:
		return g.Cast(args[0], n.Round)
	case graph.Where:
		return g.Where(args[0], args[1], args[2])
	}
	if len(args) == 1 {
		return g.Unary(n.Op, args[0])
	}
	return g.Binary(n.Op, args[0], args[1])
}
