package codegen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
)

// simdRow is the longest row that one SIMD-group handles.
const simdRow = 512

// rows is the generator of kernels with reductions over the last axis. A value
// either varies along the row or belongs to the row as a whole.
type rows struct {
	*generator
	lead  []int // the axes that count rows
	width int   // the length of a row
	wide  bool  // a row has a threadgroup of its own

	out     strings.Builder
	uses    map[*graph.Node]int
	rowVars map[*graph.Node]string
	squeeze map[*graph.Node]bool // row values without the last axis
	passes  [][]*graph.Node      // reductions by level
	levels  map[*graph.Node]int
}

func (g *generator) rows() Kernel {
	r := &rows{generator: g, uses: countUses(g.roots), rowVars: map[*graph.Node]string{}, squeeze: map[*graph.Node]bool{}, levels: map[*graph.Node]int{}}
	r.layout()
	for _, root := range g.roots {
		r.level(root)
	}
	r.start()
	for p := range r.passes {
		r.pass(p)
	}
	r.write()
	count := max(size(r.lead), 1)
	k := Kernel{Header: header(g.used), Body: r.out.String(), Grid: [3]int{32, count, 1}, Threadgroup: [3]int{32, 8, 1}, Contiguous: true}
	if r.wide {
		threads := min(1024, 32*ceildiv(ceildiv(r.width, 4), 32))
		k.Grid, k.Threadgroup = [3]int{threads, count, 1}, [3]int{threads, 1, 1}
	}
	return k
}

// layout finds the shape of the rows and what each value is.
func (r *rows) layout() {
	var full []int
	for n := range r.uses {
		if n.Op.Scan() {
			fail("use scan", "%s is not a reduction", n.Op)
		}
		if n.Op.Reduction() {
			in := n.Args[0].Shape
			if len(n.Axes) != 1 || n.Axes[0] != len(in)-1 {
				fail("reshape or transpose the input", "generated kernels reduce over the last axis, not over %v of %v", n.Axes, in)
			}
			if n.DType.Size() == 8 {
				fail("cast to 32 bits", "SIMD-groups cannot reduce %v", n.DType)
			}
			if full == nil || len(in) > len(full) || size(in) > size(full) {
				full = in
			}
		}
	}
	if full == nil {
		fail("use elementwise", "nothing is reduced")
	}
	r.width = full[len(full)-1]
	for _, o := range r.outputs { // what is reduced may be the same for all rows
		if n := len(o.Shape); n > len(full) && (o.Shape[n-1] == r.width || o.Shape[n-1] == 1) || n == len(full) && n > 0 && o.Shape[n-1] == r.width && size(o.Shape) > size(full) {
			full = append(slices.Clone(o.Shape[:n-1]), r.width)
		}
	}
	r.lead = full[:len(full)-1]
	r.wide = r.width > simdRow
	for n := range r.uses {
		if n.Op.Reduction() && n.Args[0].Shape[len(n.Args[0].Shape)-1] != r.width {
			fail("", "rows of %d and of %d do not mix", r.width, n.Args[0].Shape[len(n.Args[0].Shape)-1])
		}
	}
	for _, o := range r.outputs {
		if !sameShape(o.Node.Shape, o.Shape) {
			fail("", "the expression for %s has shape %v; the spec says %v", o.Name, o.Node.Shape, o.Shape)
		}
		if len(o.Shape) == len(r.lead) {
			r.markSqueezed(o.Node)
		}
	}
	for n := range r.uses {
		if n.Op == graph.Reshape && sameShape(n.Args[0].Shape, r.lead) && sameShape(n.Shape, append(slices.Clone(r.lead), 1)) {
			r.markSqueezed(n.Args[0])
		}
	}
}

// markSqueezed follows row values without the last axis down to where the axis
// was dropped.
func (r *rows) markSqueezed(n *graph.Node) {
	if r.squeeze[n] {
		return
	}
	r.squeeze[n] = true
	if n.Op == graph.Reshape && len(n.Args[0].Shape) == len(r.lead)+1 {
		return
	}
	for _, a := range n.Args {
		r.markSqueezed(a)
	}
}

// varies reports whether a value varies along the row.
func (r *rows) varies(n *graph.Node) bool {
	if n.Op.Reduction() || n.Op == graph.Const || r.squeeze[n] {
		return false
	}
	if n.Op == graph.Input || len(n.Args) == 0 {
		return len(n.Shape) > 0 && n.Shape[len(n.Shape)-1] == r.width && !(r.width == 1 && len(n.Shape) <= len(r.lead))
	}
	return slices.ContainsFunc(n.Args, r.varies) || n.Op == graph.Broadcast && len(n.Shape) > len(r.lead) && n.Shape[len(n.Shape)-1] == r.width
}

// level is how many passes over the row a value needs before it; reductions
// are sorted into passes.
func (r *rows) level(n *graph.Node) int {
	if l, ok := r.levels[n]; ok {
		return l
	}
	l := 0
	for _, a := range n.Args {
		l = max(l, r.level(a))
	}
	if n.Op.Reduction() {
		for len(r.passes) <= l {
			r.passes = append(r.passes, nil)
		}
		r.passes[l] = append(r.passes[l], n)
		l++
	}
	r.levels[n] = l
	return l
}

func (r *rows) line(format string, args ...any) { fmt.Fprintf(&r.out, format+"\n", args...) }

// start writes where the row lies.
func (r *rows) start() {
	width := fmt.Sprint(r.width)
	for _, n := range sortedInputs(r.roots) {
		if in := r.inputs[n.Name]; r.varies(n) && len(in.Shape) > 0 {
			width = fmt.Sprintf("%s_shape[%d]", in.Name, len(in.Shape)-1)
			if len(in.Shape) == len(r.lead)+1 {
				break
			}
		}
	}
	r.line("uint width_ = %s;", width)
	r.line("uint row_ = thread_position_in_grid.y;")
	r.line("uint base_ = row_ * width_;")
	if !r.wide {
		r.line("uint lane_ = thread_index_in_simdgroup;")
		r.line("uint step_ = 128;")
		return
	}
	r.line("uint lane_ = thread_position_in_threadgroup.x;")
	r.line("uint step_ = 4 * threads_per_threadgroup.x;")
}

// rowScope writes values that belong to the row, outside of any loop.
func (r *rows) rowScope() *scope {
	return &scope{out: &r.out, uses: r.uses, vars: r.rowVars, used: r.used, leaf: r.rowLeaf}
}

func (r *rows) rowLeaf(n *graph.Node) (string, bool) {
	if n.Op == graph.Const && n.Name == "width" {
		return "float(width_)", true
	}
	if n.Op == graph.Iota { // of a row with one element
		return "int32_t(0)", true
	}
	if n.Op != graph.Input {
		return "", false
	}
	in := r.inputs[n.Name]
	rows := sameShape(in.Shape, r.lead) && r.squeeze[n] || sameShape(in.Shape, append(slices.Clone(r.lead), 1))
	switch {
	case one(in.Shape):
		return r.load(n, element(in)), true
	case rows:
		return r.load(n, in.Name+"[row_]"), true
	}
	fail("write a source", "the input %s of shape %v does not fit rows %v of %d", n.Name, in.Shape, r.lead, r.width)
	return "", false
}

// inRow makes a scope for the body of a loop over the row, after writing what
// the roots need from the row as a whole.
func (r *rows) inRow(roots []*graph.Node, indent string) *scope {
	row := r.rowScope()
	vars := map[*graph.Node]string{}
	var prepare func(n *graph.Node)
	seen := map[*graph.Node]bool{}
	prepare = func(n *graph.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if r.varies(n) {
			for _, a := range n.Args {
				prepare(a)
			}
		} else if n.Op != graph.Const {
			v := row.value(n)
			if _, named := r.rowVars[n]; !named && len(v) > 12 {
				name := fmt.Sprintf("t%d_", n.ID)
				r.line("%s %s = %s;", typeName(n), name, strip(v))
				r.rowVars[n], v = name, name
			}
			vars[n] = v
		}
	}
	for _, n := range roots {
		prepare(n)
	}
	return &scope{out: &r.out, indent: indent, uses: r.uses, vars: vars, used: r.used, leaf: r.loopLeaf}
}

// loopLeaf is element j of an input.
func (r *rows) loopLeaf(n *graph.Node) (string, bool) {
	if n.Op == graph.Const && n.Name == "width" {
		return "float(width_)", true
	}
	if n.Op == graph.Iota && r.varies(n) {
		return "int32_t(j_)", true
	}
	if n.Op != graph.Input || !r.varies(n) {
		return "", false
	}
	in := r.inputs[n.Name]
	switch {
	case sameShape(in.Shape, append(slices.Clone(r.lead), r.width)):
		return r.load(n, in.Name+"[base_ + j_]"), true
	case size(in.Shape) == r.width:
		return r.load(n, in.Name+"[j_]"), true
	}
	fail("write a source", "the input %s of shape %v does not fit rows %v of %d", n.Name, in.Shape, r.lead, r.width)
	return "", false
}

// loop writes a loop over the thread's part of the row.
func (r *rows) loop(body func()) {
	r.line("for (uint start_ = 4 * lane_; start_ < width_; start_ += step_) {")
	r.line("  for (uint j_ = start_; j_ < min(start_ + 4, width_); ++j_) {")
	body()
	r.line("  }")
	r.line("}")
}

// fold says how a reduction starts, takes an element, and is joined over a
// SIMD-group.
type fold struct{ first, take, join string }

func (r *rows) fold(n *graph.Node) fold {
	t := typeName(n)
	switch n.Op {
	case graph.Prod:
		return fold{t + "(1)", "%[1]s *= %[2]s;", "simd_product"}
	case graph.ReduceMax, graph.ReduceMin:
		name, first, join := "maximum_", "-INFINITY", "simd_maximum_"
		if n.Op == graph.ReduceMin {
			name, first, join = "minimum_", "INFINITY", "simd_minimum_"
		}
		if !n.IsFloat() {
			join = strings.TrimSuffix(join, "imum_")
			first = fmt.Sprintf("Limits<%s>::%s", t, map[graph.Op]string{graph.ReduceMax: "min", graph.ReduceMin: "max"}[n.Op])
		} else {
			r.used[join] = true
		}
		r.used[name] = true
		return fold{first, "%[1]s = " + name + "(%[1]s, %[2]s);", join}
	}
	return fold{t + "(0)", "%[1]s += %[2]s;", "simd_sum"}
}

// pass computes the reductions of a level in one loop.
func (r *rows) pass(p int) {
	reductions := r.passes[p]
	var args []*graph.Node
	for _, n := range reductions {
		args = append(args, n.Args[0])
	}
	inner := r.inRow(args, "    ")
	names := make([]string, len(reductions))
	for i, n := range reductions {
		names[i] = fmt.Sprintf("t%d_", n.ID)
		r.line("%s %s = %s;", typeName(n), names[i], r.fold(n).first)
	}
	r.loop(func() {
		for i, n := range reductions {
			r.line("    "+r.fold(n).take, names[i], strip(inner.value(n.Args[0])))
		}
	})
	for i, n := range reductions {
		r.line("%[1]s = %[2]s(%[1]s);", names[i], r.fold(n).join)
	}
	if r.wide {
		r.exchange(reductions, names, p)
	}
	for i, n := range reductions {
		if n.Op == graph.Mean {
			r.line("%s /= float(width_);", names[i])
		}
		r.rowVars[n] = names[i]
	}
}

// exchange joins the SIMD-groups of a threadgroup.
func (r *rows) exchange(reductions []*graph.Node, names []string, p int) {
	for i, n := range reductions {
		r.line("threadgroup %s %spart[32];", typeName(n), names[i])
	}
	for i := range reductions {
		r.line("if (thread_index_in_simdgroup == 0) %[1]spart[simdgroup_index_in_threadgroup] = %[1]s;", names[i])
	}
	r.line("threadgroup_barrier(mem_flags::mem_threadgroup);")
	for i, n := range reductions {
		f := r.fold(n)
		r.line("%[1]s = %[2]s(thread_index_in_simdgroup < simdgroups_per_threadgroup ? %[1]spart[thread_index_in_simdgroup] : %[3]s);", names[i], f.join, f.first)
	}
}

// write stores the outputs.
func (r *rows) write() {
	var along []Output
	for _, o := range r.outputs {
		if r.varies(o.Node) {
			along = append(along, o)
			continue
		}
		v := r.rowScope().value(o.Node)
		if len(o.Shape) > len(r.lead) && o.Shape[len(o.Shape)-1] == r.width && r.width > 1 {
			fail("", "%s is the same along the row; give it one element a row", o.Name)
		}
		r.line("if (lane_ == 0) %s[row_] = %s;", o.Name, store(v, o.Node, o.DType))
	}
	if len(along) == 0 {
		return
	}
	var nodes []*graph.Node
	for _, o := range along {
		nodes = append(nodes, o.Node)
	}
	inner := r.inRow(nodes, "    ")
	r.loop(func() {
		for _, o := range along {
			r.line("    %s[base_ + j_] = %s;", o.Name, store(inner.value(o.Node), o.Node, o.DType))
		}
	})
}
