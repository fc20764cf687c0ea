package codegen

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels/graph"
)

// layout is how one kernel computes some nodes: what its rows are, and where
// each root and each fold is evaluated. A row belongs to one SIMD-group, one
// threadgroup or several; all folds of a kernel have one value a row.
type layout struct {
	rows  []int // the lengths of the axes that count rows
	roots []rooted
	folds []foldUse // operands before their users
}

type rooted struct {
	*graph.Node
	out     int // which of the nodes it is
	at      place
	lengths []int // of the loop that writes it; nil if it has one element a row
}

// foldUse is a fold at a place.
type foldUse struct {
	*graph.Node
	at      place
	lengths []int // of its loop
	level   int   // how many passes come before it
}

// fit finds a layout for nodes that one kernel can compute, nil if there is
// none: if folds have different rows, one lies inside the loop of another, or a
// scan or a reshape that moves elements stands between.
func fit(nodes []*graph.Node) *layout {
	kept := make([][]int, len(nodes))
	with := -1 // a node with folds
	for i, n := range nodes {
		p := make(place, len(n.Shape))
		for _, a := range long(n.Shape) {
			p[a] = coord{byRow, a}
		}
		w := walker{levels: map[site]int{}}
		if !w.walk(n, p) {
			return nil
		}
		for _, f := range w.folds {
			axes := rowsOf(f.at)
			if kept[i] != nil && !slices.Equal(axes, kept[i]) {
				return nil
			}
			kept[i], with = axes, i
		}
	}
	l := &layout{}
	if with >= 0 {
		l.rows = lengths(nodes[with].Shape, kept[with])
	}
	w := walker{levels: map[site]int{}}
	for i, n := range nodes {
		axes := long(n.Shape)
		switch {
		case kept[i] != nil || with < 0:
		case slices.Equal(n.Shape, nodes[with].Shape):
			kept[i] = kept[with]
		default:
			kept[i] = axes
		}
		if !slices.Equal(lengths(n.Shape, kept[i]), l.rows) {
			return nil
		}
		r := rooted{Node: n, out: i, at: make(place, len(n.Shape))}
		for _, a := range axes {
			if k := slices.Index(kept[i], a); k >= 0 {
				r.at[a] = coord{byRow, k}
			} else {
				r.at[a] = coord{byLoop, len(r.lengths)}
				r.lengths = append(r.lengths, n.Shape[a])
			}
		}
		if with < 0 && i > 0 && !slices.Equal(r.lengths, l.roots[0].lengths) {
			return nil
		}
		w.walk(n, r.at)
		l.roots = append(l.roots, r)
	}
	l.folds = w.folds
	return l
}

// rowsOf lists the row indices in a place.
func rowsOf(p place) []int {
	list := []int{}
	for _, c := range p {
		if c.kind == byRow {
			list = append(list, c.k)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// walker collects folds.
type walker struct {
	levels map[site]int
	folds  []foldUse
}

func (w *walker) walk(n *graph.Node, p place) bool {
	_, ok := w.level(n, p)
	return ok
}

// level is the number of passes that must have run before n is known at p.
func (w *walker) level(n *graph.Node, p place) (int, bool) {
	at := siteOf(n, p)
	if l, ok := w.levels[at]; ok {
		return l, true
	}
	if scans(n) || hard(n) || folds(n) && p.loops() {
		return 0, false
	}
	level := 0
	for i := range n.Args {
		q := place(nil)
		if folds(n) {
			q = folded(n, p)
		} else {
			q = argument(n, i, p)
		}
		l, ok := w.level(n.Args[i], q)
		if !ok {
			return 0, false
		}
		level = max(level, l)
	}
	if folds(n) {
		w.folds = append(w.folds, foldUse{n, p, loopLengths(n), level})
		level++
	}
	w.levels[at] = level
	return level, true
}

// loop is a loop over the elements of a row.
type loop struct {
	lengths   []int
	width     string   // the variable that holds the number of elements
	exprs     []string // the lengths of the axes
	collapsed bool     // the axes lie behind each other in every array
}

// index is the variable of axis k.
func (l *loop) index(k int) string {
	if len(l.lengths) == 1 || l.collapsed {
		return "j_"
	}
	return fmt.Sprintf("j%d_", k)
}
