package codegen

import (
	"fmt"

	"github.com/zmlx/zmlx/kernels/graph"
)

// scan writes a kernel with one running sum, product, maximum or minimum along
// the last axis. A thread accumulates four neighbours, SIMD-groups scan their
// threads, and one exchange a chunk carries the result on.
func (g *generator) scan() Kernel {
	var node *graph.Node
	uses := countUses(g.roots)
	for n := range uses {
		switch {
		case n.Op.Scan() && node != nil:
			fail("write a source", "a generated kernel has one scan")
		case n.Op.Scan():
			node = n
		case !n.Op.Elementwise() && n.Op != graph.Broadcast:
			fail("write a source", "%s cannot stand in a scan", n.Op)
		}
	}
	if node == nil {
		fail("use elementwise", "nothing is accumulated")
	}
	if node.Axes[0] != len(node.Shape)-1 {
		fail("transpose the input", "generated kernels scan along the last axis, not %d", node.Axes[0])
	}
	if node.DType.Size() == 8 {
		fail("cast to 32 bits", "SIMD-groups cannot scan %v", node.DType)
	}
	for _, o := range g.outputs {
		if !sameShape(o.Node.Shape, o.Shape) || !sameShape(o.Shape, node.Shape) {
			fail("", "the expression for %s has shape %v; the spec says %v", o.Name, o.Node.Shape, o.Shape)
		}
	}
	s := &scanner{rows: rows{generator: g, uses: uses, rowVars: map[*graph.Node]string{}, squeeze: map[*graph.Node]bool{}}, node: node}
	s.lead, s.width = node.Shape[:len(node.Shape)-1], node.Shape[len(node.Shape)-1]
	body := s.body()
	threads := min(1024, 32*max(ceildiv(ceildiv(s.width, 4), 32), 1))
	return Kernel{Header: header(g.used), Body: body, Grid: [3]int{threads, max(size(s.lead), 1), 1}, Threadgroup: [3]int{threads, 1, 1}, Contiguous: true}
}

type scanner struct {
	rows
	node *graph.Node
}

// join is an expression for the accumulation of two values.
func (s *scanner) join(a, b string) string {
	switch s.node.Op {
	case graph.CumSum:
		return a + " + " + b
	case graph.CumProd:
		return a + " * " + b
	case graph.CumMax:
		s.used["maximum_"] = true
		return fmt.Sprintf("maximum_(%s, %s)", a, b)
	}
	s.used["minimum_"] = true
	return fmt.Sprintf("minimum_(%s, %s)", a, b)
}

// neutral is the value that changes nothing.
func (s *scanner) neutral() string {
	t := typeName(s.node)
	switch s.node.Op {
	case graph.CumSum:
		return t + "(0)"
	case graph.CumProd:
		return t + "(1)"
	case graph.CumMax:
		return fmt.Sprintf("Limits<%s>::min", t)
	}
	return fmt.Sprintf("Limits<%s>::max", t)
}

func (s *scanner) body() string {
	t, zero := typeName(s.node), s.neutral()
	width := fmt.Sprint(s.width)
	for _, n := range sortedInputs(s.roots) {
		if in := s.inputs[n.Name]; s.varies(n) {
			width = fmt.Sprintf("%s_shape[%d]", in.Name, len(in.Shape)-1)
		}
	}
	before := s.inRow([]*graph.Node{s.node.Args[0]}, "    ")
	prelude := s.out.String()
	s.out.Reset()
	s.line("uint width_ = %s;", width)
	s.line("uint row_ = thread_position_in_grid.y;")
	s.line("uint base_ = row_ * width_;")
	s.line("uint lane_ = thread_index_in_simdgroup;")
	s.line("threadgroup %s parts_[32];", t)
	s.out.WriteString(prelude)
	s.line("%s carry_ = %s;", t, zero)
	s.line("for (uint start_ = 0; start_ < width_; start_ += 4 * threads_per_threadgroup.x) {")
	s.line("  uint first_ = start_ + 4 * thread_position_in_threadgroup.x;")
	s.line("  %s v_[4], sum_ = %s;", t, zero)
	s.line("  for (uint k_ = 0; k_ < 4; ++k_) {")
	s.line("    if (first_ + k_ < width_) {")
	s.line("      uint j_ = %s;", s.place())
	before.indent = "      "
	value := strip(before.value(s.node.Args[0]))
	if s.node.Before {
		s.line("      v_[k_] = sum_;")
		s.line("      sum_ = %s;", s.join("sum_", "("+value+")"))
	} else {
		s.line("      sum_ = %s;", s.join("sum_", "("+value+")"))
		s.line("      v_[k_] = sum_;")
	}
	s.line("    }")
	s.line("  }")
	s.line("  %s all_ = sum_;", t)
	s.line("  for (uint d_ = 1; d_ < 32; d_ *= 2) {")
	s.line("    %s other_ = simd_shuffle_up(all_, ushort(d_));", t)
	s.line("    if (lane_ >= d_) all_ = %s;", s.join("other_", "all_"))
	s.line("  }")
	s.line("  if (lane_ == 31) parts_[simdgroup_index_in_threadgroup] = all_;")
	s.line("  threadgroup_barrier(mem_flags::mem_threadgroup);")
	s.line("  %s left_ = simd_shuffle_up(all_, ushort(1));", t)
	s.line("  left_ = lane_ == 0 ? carry_ : %s;", s.join("carry_", "left_"))
	s.line("  for (uint g_ = 0; g_ < simdgroups_per_threadgroup; ++g_) {")
	s.line("    if (g_ < simdgroup_index_in_threadgroup) left_ = %s;", s.join("left_", "parts_[g_]"))
	s.line("    carry_ = %s;", s.join("carry_", "parts_[g_]"))
	s.line("  }")
	s.line("  for (uint k_ = 0; k_ < 4 && first_ + k_ < width_; ++k_) {")
	s.line("    uint j_ = %s;", s.place())
	s.line("    %s scanned_ = %s;", t, s.join("left_", "v_[k_]"))
	after := &scope{out: &s.out, indent: "    ", uses: s.uses, vars: map[*graph.Node]string{s.node: "scanned_"}, used: s.used, leaf: s.afterLeaf}
	var stores []string
	for _, o := range s.outputs {
		stores = append(stores, fmt.Sprintf("%s[base_ + j_] = %s;", o.Name, store(after.value(o.Node), o.Node, o.DType)))
	}
	for _, l := range stores {
		s.line("    %s", l)
	}
	s.line("  }")
	s.line("  threadgroup_barrier(mem_flags::mem_threadgroup);")
	s.line("}")
	return s.out.String()
}

// place is where element first + k of the scan's direction lies in the row.
func (s *scanner) place() string {
	if s.node.Reverse {
		return "width_ - 1 - first_ - k_"
	}
	return "first_ + k_"
}

func (s *scanner) afterLeaf(n *graph.Node) (string, bool) {
	if v, ok := s.loopLeaf(n); ok {
		return v, true
	}
	if n.Op == graph.Input {
		return s.rowLeaf(n)
	}
	return "", false
}
