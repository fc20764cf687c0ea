package codegen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
)

const (
	simdRow    = 512     // the longest row that one SIMD-group handles
	groupRow   = 8 << 10 // what a threadgroup should have at least of a row that is shared
	groupCol   = 512     // the same where neighbouring threads have different rows
	wantGroups = 64      // how many threadgroups keep a GPU busy
)

// rows writes a kernel with folds. The threads of a row share each loop over
// it; where neighbouring rows are neighbours in memory (a sum over the first
// axis), neighbouring threads take different rows, else neighbouring elements.
type rows struct {
	*generator
	*layout
	column bool // neighbouring threads take different rows
	parts  int  // threadgroups that share a row's last loop
	sum    bool // the roots are folds, of which each part stores its own
	group  bool // a row has a threadgroup in any case

	out     strings.Builder
	uses    map[*graph.Node]int
	vars    map[site]string // what is known of the row
	loops   []*loop
	rowLens []string // expressions
	bases   map[string]string
	shared  map[string]bool // threadgroup memory that is declared
	strict  bool            // the inputs must be row-contiguous
}

// newRows prepares a kernel. With partial set, the roots are folds that
// several threadgroups compute a part of each.
func (g *generator) newRows(l *layout, partial bool) *rows {
	r := &rows{generator: g, layout: l, sum: partial, vars: map[site]string{}, bases: map[string]string{}, shared: map[string]bool{}}
	var nodes []*graph.Node
	for _, n := range l.roots {
		nodes = append(nodes, n.Node)
	}
	r.uses = countUses(nodes)
	r.rowLens = make([]string, len(l.rows))
	r.survey()
	r.parts = 1
	if last := r.last(); last != nil {
		r.parts = partsOf(size(l.rows), size(last.lengths), r.column)
	}
	return r
}

// partsOf is how many threadgroups share a row.
func partsOf(rows, width int, column bool) int {
	groups, least := rows, groupRow
	if column {
		groups, least = ceildiv(rows, 32), groupCol
	}
	if parts := min(ceildiv(wantGroups, max(groups, 1)), ceildiv(width, least)); parts >= 4 {
		return parts
	}
	return 1
}

// last is the loop that threadgroups can share: of the partial folds, or the
// one that writes.
func (r *rows) last() *loop {
	for _, o := range r.roots {
		switch {
		case r.sum:
			return r.loop(loopLengths(o.Node))
		case o.lengths != nil:
			return r.loop(o.lengths)
		}
	}
	return nil
}

// loop is the loop over axes of these lengths.
func (r *rows) loop(lengths []int) *loop {
	for _, l := range r.loops {
		if slices.Equal(l.lengths, lengths) {
			return l
		}
	}
	l := &loop{lengths: lengths, width: "width_", exprs: make([]string, len(lengths)), collapsed: len(lengths) > 1}
	if n := len(r.loops); n > 0 {
		l.width = fmt.Sprintf("width%d_", n)
	}
	for i, n := range lengths {
		l.exprs[i] = fmt.Sprint(n)
	}
	r.loops = append(r.loops, l)
	return l
}

// survey finds where lengths come from, which loops can be collapsed, and how
// threads lie over the largest array.
func (r *rows) survey() {
	for k, n := range r.rows {
		r.rowLens[k] = fmt.Sprint(n)
	}
	known := map[string]bool{}
	largest := -1
	look := func(l *loop) func(leafUse) {
		return func(u leafUse) {
			r.surveyLeaf(l, u, known)
			if axes := long(u.node.Shape); l != nil && u.node.Op == graph.Input && u.at.loops() && u.node.Size() > largest {
				largest = u.node.Size()
				r.column = u.at[axes[len(axes)-1]].kind == byRow
			}
		}
	}
	for _, f := range r.folds {
		leaves(f.Args[0], folded(f.Node, f.at), look(r.loop(f.lengths)))
	}
	for _, o := range r.roots {
		if !folds(o.Node) {
			var l *loop
			if o.lengths != nil {
				l = r.loop(o.lengths)
				l.collapsed = l.collapsed && inOrder(o.at)
			}
			leaves(o.Node, o.at, look(l))
		}
	}
}

func (r *rows) surveyLeaf(l *loop, u leafUse, known map[string]bool) {
	if l != nil && u.at.loops() {
		l.collapsed = l.collapsed && u.node.Op == graph.Input && inOrder(u.at) && len(loopAxes(u.at)) == len(l.lengths)
	}
	if u.node.Op != graph.Input {
		return
	}
	for axis, c := range u.at {
		expr := fmt.Sprintf("%s_shape[%d]", u.node.Name, axis)
		switch key := fmt.Sprint(c, l); {
		case c.kind == byRow && !known[fmt.Sprint(c)]:
			r.rowLens[c.k], known[fmt.Sprint(c)] = expr, true
		case c.kind == byLoop && !known[key]:
			l.exprs[c.k], known[key] = expr, true
		}
	}
}

// loopAxes are the axes that a loop runs along.
func loopAxes(p place) (axes []int) {
	for i, c := range p {
		if c.kind == byLoop {
			axes = append(axes, i)
		}
	}
	return axes
}

// inOrder reports whether the axes of a loop are the array's neighbouring axes,
// in the loop's order.
func inOrder(p place) bool {
	axes := loopAxes(p)
	for i, a := range axes {
		if p[a].k != i || a != axes[0]+i {
			return false
		}
	}
	return true
}

func (r *rows) line(format string, args ...any) { fmt.Fprintf(&r.out, format+"\n", args...) }

// kernel writes everything.
func (r *rows) kernel(scratch []Array) Kernel {
	r.start()
	for level, done := 0, 0; done < len(r.folds); level++ {
		byLoop := map[*loop][]foldUse{}
		var order []*loop
		for _, f := range r.folds {
			if f.level == level {
				l := r.loop(f.lengths)
				if byLoop[l] == nil {
					order = append(order, l)
				}
				byLoop[l] = append(byLoop[l], f)
				done++
			}
		}
		for _, l := range order {
			r.pass(l, byLoop[l], r.sum && done == len(r.folds) && l == r.last())
		}
	}
	if r.sum {
		r.store(scratch)
	} else {
		r.write()
	}
	k := Kernel{Body: r.out.String(), Contiguous: r.strict}
	k.Grid, k.Threadgroup = r.geometry()
	return k
}

// geometry is the grid and the threadgroup.
func (r *rows) geometry() (grid, group [3]int) {
	width := 1
	for _, l := range r.loops {
		width = max(width, ceildiv(size(l.lengths), r.parts))
	}
	count := max(size(r.layout.rows), 1)
	switch {
	case r.column:
		share := 8
		for share < 32 && share*16 < width {
			share *= 2
		}
		return [3]int{count, share, r.parts}, [3]int{32, share, 1}
	case r.wide():
		threads := min(1024, 32*ceildiv(ceildiv(width, 4), 32))
		return [3]int{threads, count, r.parts}, [3]int{threads, 1, 1}
	}
	return [3]int{32, count, 1}, [3]int{32, 8, 1}
}

// wide reports whether a row has a threadgroup of its own, or several.
func (r *rows) wide() bool {
	return r.group || r.parts > 1 || slices.ContainsFunc(r.loops, func(l *loop) bool { return size(l.lengths) > simdRow })
}

// start writes where the row lies and how long the loops are.
func (r *rows) start() {
	switch {
	case r.column:
		r.line("uint row_ = thread_position_in_grid.x;")
		r.line("uint lane_ = thread_position_in_threadgroup.y, lanes_ = threads_per_threadgroup.y;")
	case r.wide():
		r.line("uint row_ = thread_position_in_grid.y;")
		r.line("uint lane_ = thread_position_in_threadgroup.x, lanes_ = threads_per_threadgroup.x;")
	default:
		r.line("uint row_ = thread_position_in_grid.y;")
		r.line("uint lane_ = thread_index_in_simdgroup, lanes_ = 32;")
	}
	if n := len(r.rowLens); n > 1 {
		r.line("uint rest_ = row_;")
		for k := n - 1; k > 0; k-- {
			r.line("uint r%d_ = rest_ %% %s;\nrest_ /= %s;", k, r.rowLens[k], r.rowLens[k])
		}
		r.line("uint r0_ = rest_;")
	}
	for _, l := range r.loops {
		r.line("uint %s = %s;", l.width, strings.Join(l.exprs, " * "))
	}
	if r.parts > 1 {
		width := r.last().width
		r.line("uint part_ = threadgroup_position_in_grid.z, parts_ = threads_per_grid.z;")
		r.line("uint share_ = (%s + 4 * parts_ - 1) / (4 * parts_) * 4;", width)
		r.line("uint first_ = min(part_ * share_, %s), end_ = min(first_ + share_, %s);", width, width)
	}
}

// rowIndex is the index of a row axis.
func (r *rows) rowIndex(k int) string {
	if len(r.rowLens) == 1 {
		return "row_"
	}
	return fmt.Sprintf("r%d_", k)
}

// pass computes folds of one level in one loop.
func (r *rows) pass(l *loop, fs []foldUse, partial bool) {
	b := r.body(l)
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = fmt.Sprintf("t%d_", f.ID)
		for at := range r.vars {
			if at.node == f.Node {
				names[i] = fmt.Sprintf("t%d_%d_", f.ID, len(r.vars))
			}
		}
		b.need(f.Args[0], folded(f.Node, f.at))
		r.line("%s %s = %s;", typeName(f.Node), names[i], r.fold(f.Node).first)
	}
	b.write(partial, func(s *scope, _ bool) {
		for i, f := range fs {
			v := strip(s.value(f.Args[0], folded(f.Node, f.at)))
			s.line(r.fold(f.Node).take, names[i], v)
		}
	}, nil)
	r.join(fs, names)
	for i, f := range fs {
		if f.Op == graph.Mean {
			r.line("%s /= float(%s);", names[i], l.width)
		}
		r.vars[siteOf(f.Node, f.at)] = names[i]
	}
}

// store keeps what this threadgroup found of each row.
func (r *rows) store(scratch []Array) {
	for i, o := range r.roots {
		r.line("if (lane_ == 0) %s[row_ * parts_ + part_] = %s;", scratch[i].Name, r.vars[siteOf(o.Node, o.at)])
	}
}

// rowScope evaluates what is the same along the row, outside of any loop.
func (r *rows) rowScope() *scope {
	return &scope{out: &r.out, uses: r.uses, vars: r.vars, used: r.used, leaf: r.rowLeaf}
}

func (r *rows) rowLeaf(n *graph.Node, p place) (string, bool) {
	switch n.Op {
	case graph.Const:
		return r.length(n)
	case graph.Iota:
		for _, c := range p {
			if c.kind == byRow {
				return "int32_t(" + r.rowIndex(c.k) + ")", true
			}
		}
		return "int32_t(0)", true
	case graph.Input:
		in := r.inputs[n.Name]
		if one(in.Shape) {
			return r.load(n, element(in)), true
		}
		return r.load(n, fmt.Sprintf("%s[%s]", n.Name, r.base(n.Name, p, r.inputStride(n.Name)))), true
	}
	return "", false
}

// length is a constant that stands for the number of elements of a loop.
func (r *rows) length(n *graph.Node) (string, bool) {
	for _, l := range r.loops {
		if n.Name != "" && n.Value == float64(size(l.lengths)) {
			return typeName(n) + "(" + l.width + ")", true
		}
	}
	return "", false
}

func (r *rows) inputStride(name string) func(axis int) string {
	return func(axis int) string { return fmt.Sprintf("%s_strides[%d]", name, axis) }
}

// outputStride gives the strides of an output, which is dense.
func (r *rows) outputStride(o rooted) func(axis int) string {
	var l *loop
	if o.lengths != nil {
		l = r.loop(o.lengths)
	}
	all := strides(o.Shape, func(axis int) string {
		if c := o.at[axis]; c.kind == byLoop {
			return l.exprs[c.k]
		} else {
			return r.rowLens[c.k]
		}
	})
	return func(axis int) string { return all[axis] }
}

// base is the offset of a row in an array: a variable, or "0".
func (r *rows) base(name string, p place, stride func(axis int) string) string {
	var terms []string
	for axis, c := range p {
		if c.kind == byRow {
			terms = append(terms, times("int64_t("+r.rowIndex(c.k)+")", stride(axis)))
		}
	}
	if terms == nil {
		return "0"
	}
	key := name + strings.Join(terms, "+")
	if v, ok := r.bases[key]; ok {
		return v
	}
	v := name + "_at_"
	for taken := 2; slices.Contains(slices.Collect(maps.Values(r.bases)), v); taken++ {
		v = fmt.Sprintf("%s_at%d_", name, taken)
	}
	r.line("int64_t %s = %s;", v, strings.Join(terms, " + "))
	r.bases[key] = v
	return v
}

func times(a, b string) string {
	if b == "1" {
		return a
	}
	return a + " * " + b
}

// write stores the outputs.
func (r *rows) write() {
	done := map[*loop]bool{}
	for _, o := range r.roots {
		if o.lengths == nil {
			v := r.rowScope().value(o.Node, o.at)
			out := r.outputOf(o)
			guard := "lane_ == 0"
			if r.parts > 1 {
				guard += " && part_ == 0"
			}
			r.line("if (%s) %s[row_] = %s;", guard, out.Name, store(v, o.Node, out.DType))
			continue
		}
		if l := r.loop(o.lengths); !done[l] {
			done[l] = true
			r.writeLoop(l)
		}
	}
}

func (r *rows) writeLoop(l *loop) {
	b := r.body(l)
	var along []rooted
	for _, o := range r.roots {
		if o.lengths != nil && r.loop(o.lengths) == l {
			along = append(along, o)
			b.need(o.Node, o.at)
			b.output(r.outputOf(o).Name, o)
		}
	}
	b.write(r.parts > 1 && l == r.last(), func(s *scope, fast bool) {
		for _, o := range along {
			out := r.outputOf(o)
			v := store(s.value(o.Node, o.at), o.Node, out.DType)
			if fast && !r.column {
				s.line("%s_four_[k_] = %s;", out.Name, v)
			} else {
				s.line("%s[%s] = %s;", out.Name, b.outputIndex(out.Name, o), v)
			}
		}
	}, along)
}

func (r *rows) outputOf(o rooted) Output { return r.outputs[o.out] }
