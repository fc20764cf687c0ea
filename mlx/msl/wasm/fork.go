package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Where all chunks of a run take the same arm of an If, the run is there once for each arm.
//
//	if (row < n) y[i] = x[i]; else y[i] = 0;

// maxForks is how many Ifs are taken out of a run, whose code doubles with each.
const maxForks = 2

// findForks finds the Ifs on which all chunks of a run agree, if there is an
// access in them.
func (w *wholes) findForks() {
	for _, n := range w.g.nodes[w.region.lo:w.region.hi] {
		if _, guard := w.guards[n]; !guard && n.in.Op == ir.If && w.takes(n) {
			w.forksAt(n)
		}
	}
}

// forksAt takes an If for a fork, if it can be one.
func (w *wholes) forksAt(n *node) bool {
	g := w.g
	if slices.Contains(w.forks, n) {
		return true
	}
	if w.copies == 1 || len(w.forks) == maxForks || n.level == byLane || !g.fixed[n.in.Args[0]] {
		return false
	}
	accesses := slices.ContainsFunc(g.nodes[n.pos:n.end], func(k *node) bool { return k.in.Op == ir.Load || k.in.Op == ir.Store })
	if !accesses || (n.end-n.pos)*w.copies > maxWhole || !w.known(n.in.Args[0]) {
		return false
	}
	w.forks = append(w.forks, n)
	return true
}

// branches calls do for each choice of the forks' arms, among the guards then;
// enter stands before an arm.
func (w *wholes) branches(forks []*node, do func(), enter func(fork *node, arm int)) {
	if len(forks) == 0 {
		do()
		return
	}
	n := forks[0]
	defer delete(w.guards, n)
	for arm := range 2 {
		enter(n, arm)
		w.guards[n] = arm
		w.branches(forks[1:], do, enter)
	}
	enter(n, 2)
}

// fork opens and closes the arms in code.
func (w *wholes) fork(n *node, arm int) {
	f := w.g.f
	switch arm {
	case 0:
		f.Get(w.g.loc[n.in.Args[0]][0])
		f.If()
	case 1:
		f.Else()
	default:
		f.End()
	}
}
