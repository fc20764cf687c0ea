package graph

// Replace rebuilds nodes with others in the place of some of those below them.
func (g *Graph) Replace(nodes []*Node, with map[*Node]*Node) []*Node {
	done := map[*Node]*Node{}
	for _, n := range Below(nodes...) {
		if to, ok := with[n]; ok {
			done[n] = to
			continue
		}
		args, changed := make([]*Node, len(n.Args)), false
		for i, a := range n.Args {
			args[i] = done[a]
			changed = changed || args[i] != a
		}
		done[n] = n
		if changed {
			c := *n
			c.Args = args
			done[n] = g.add(&c)
		}
	}
	out := make([]*Node, len(nodes))
	for i, n := range nodes {
		out[i] = done[n]
	}
	return out
}
