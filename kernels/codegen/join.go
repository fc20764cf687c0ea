package codegen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
)

// fold says how a reduction starts, takes an element, and is joined over a
// SIMD-group.
type fold struct{ first, take, join string }

func (g *generator) fold(n *graph.Node) fold {
	t := typeName(n)
	f := fold{t + "(0)", "%[1]s += %[2]s;", "simd_sum"}
	switch n.Op {
	case graph.Prod:
		f = fold{t + "(1)", "%[1]s *= %[2]s;", "simd_product"}
	case graph.ReduceMax:
		f = fold{"-INFINITY", "%[1]s = maximum_(%[1]s, %[2]s);", "simd_max"}
		g.used["maximum_"] = true
	case graph.ReduceMin:
		f = fold{"INFINITY", "%[1]s = minimum_(%[1]s, %[2]s);", "simd_min"}
		g.used["minimum_"] = true
	}
	switch {
	case n.IsFloat() && (n.Op == graph.ReduceMax || n.Op == graph.ReduceMin):
		f.join = map[graph.Op]string{graph.ReduceMax: "simd_maximum_", graph.ReduceMin: "simd_minimum_"}[n.Op]
		g.used[f.join] = true
	case n.Op == graph.ReduceMax:
		f.first = fmt.Sprintf("Limits<%s>::min", t)
	case n.Op == graph.ReduceMin:
		f.first = fmt.Sprintf("Limits<%s>::max", t)
	}
	if n.DType.Size() == 8 { // SIMD-groups shuffle 64 bits but do not reduce them
		f.join = "join64_" + strings.TrimPrefix(f.join, "simd_")
		g.used[f.join] = true
	}
	return f
}

// join joins what the threads of a row have found, and gives it to all of them.
func (r *rows) join(fs []foldUse, names []string) {
	if r.column {
		r.joinColumns(fs, names)
		return
	}
	for i, f := range fs {
		r.line("%[1]s = %[2]s(%[1]s);", names[i], r.fold(f.Node).join)
	}
	if !r.wide() {
		return
	}
	for i, f := range fs {
		r.line("threadgroup %s %spart_[32];", typeName(f.Node), names[i])
		r.line("if (thread_index_in_simdgroup == 0) %[1]spart_[simdgroup_index_in_threadgroup] = %[1]s;", names[i])
	}
	r.line("threadgroup_barrier(mem_flags::mem_threadgroup);")
	for i, f := range fs {
		fold := r.fold(f.Node)
		r.line("%[1]s = %[2]s(thread_index_in_simdgroup < simdgroups_per_threadgroup ? %[1]spart_[thread_index_in_simdgroup] : %[3]s);", names[i], fold.join, fold.first)
	}
}

// joinColumns joins threads above each other through threadgroup memory.
func (r *rows) joinColumns(fs []foldUse, names []string) {
	if !r.shared["here_"] {
		r.shared["here_"] = true
		r.line("uint across_ = threads_per_threadgroup.x, here_ = lane_ * across_ + thread_position_in_threadgroup.x;")
	}
	for i, f := range fs {
		t := typeName(f.Node)
		memory := "shared_" + t + "_"
		if !r.shared[memory] {
			r.shared[memory] = true
			r.line("threadgroup %s %s[1024];", t, memory)
		}
		r.line("%s[here_] = %s;", memory, names[i])
		r.line("for (uint half_ = lanes_ / 2; half_ > 0; half_ /= 2) {")
		r.line("  threadgroup_barrier(mem_flags::mem_threadgroup);")
		r.line("  if (lane_ < half_) "+r.fold(f.Node).take, memory+"[here_]", memory+"[here_ + half_ * across_]")
		r.line("}\nthreadgroup_barrier(mem_flags::mem_threadgroup);")
		r.line("%s = %s[thread_position_in_threadgroup.x];", names[i], memory)
		r.line("threadgroup_barrier(mem_flags::mem_threadgroup);")
	}
}

// longFolds are the folds of the lowest level that several threadgroups should
// share, all with the same loop.
func longFolds(l *layout, column bool) []foldUse {
	level := -1
	var out []foldUse
	for _, f := range l.folds {
		if partsOf(size(l.rows), size(f.lengths), column) == 1 || level >= 0 && f.level != level {
			continue
		}
		if level = f.level; len(out) == 0 || slices.Equal(f.lengths, out[0].lengths) {
			out = append(out, f)
		}
	}
	return out
}
