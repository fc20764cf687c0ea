package codegen

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels/graph"
)

// fitScan finds a layout for nodes with one running sum, product, maximum or
// minimum and elementwise work before and after it; nil if they have anything
// else.
func fitScan(nodes []*graph.Node) *layout {
	var scan *graph.Node
	for _, n := range graph.Below(nodes...) {
		if folds(n) || hard(n) || scans(n) && scan != nil {
			return nil
		}
		if scans(n) {
			scan = n
		}
	}
	if scan == nil {
		return nil
	}
	axis := scan.Axes[0]
	l := &layout{}
	at := make(place, len(scan.Shape))
	for _, a := range long(scan.Shape) {
		if at[a] = (coord{byLoop, 0}); a != axis {
			at[a] = coord{byRow, len(l.rows)}
			l.rows = append(l.rows, scan.Shape[a])
		}
	}
	for i, n := range nodes {
		if !slices.Equal(n.Shape, scan.Shape) || !scannedAt(n, scan, at, at) {
			return nil
		}
		l.roots = append(l.roots, rooted{n, i, at, []int{n.Shape[axis]}})
	}
	return l
}

// scannedAt reports whether n at p needs the scan only where it is written.
func scannedAt(n, scan *graph.Node, p, at place) bool {
	if n == scan {
		return slices.Equal(p, at)
	}
	for i, a := range n.Args {
		if !scannedAt(a, scan, argument(n, i, p), at) {
			return false
		}
	}
	return true
}

// scan writes a kernel. A thread accumulates four neighbours, SIMD-groups scan
// their threads, and one exchange a chunk carries the result on.
func (g *generator) scan(l *layout) Kernel {
	s := &scanner{rows: g.newRows(l, false), at: l.roots[0].at}
	s.column, s.parts, s.group = false, 1, true
	for _, n := range graph.Below(nodesOf(g.outputs)...) {
		if scans(n) {
			s.node = n
		}
	}
	body := s.body()
	width := s.node.Shape[s.node.Axes[0]]
	threads := min(1024, 32*max(ceildiv(ceildiv(width, 4), 32), 1))
	return Kernel{Body: body, Grid: [3]int{threads, max(size(l.rows), 1), 1}, Threadgroup: [3]int{threads, 1, 1}}
}

type scanner struct {
	*rows
	node *graph.Node
	at   place
}

// both is an expression for the accumulation of two values.
func (s *scanner) both(a, b string) string {
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

// neutral is the value that changes nothing in a scan.
func neutral(n *graph.Node) string {
	t := typeName(n)
	switch n.Op {
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
	t, zero := typeName(s.node), neutral(s.node)
	l := s.loops[0]
	in := s.rows.body(l)
	operand := argument(s.node, 0, s.at)
	s.start()
	in.need(s.node.Args[0], operand)
	for _, o := range s.roots {
		in.need(o.Node, o.at)
		in.output(s.outputOf(o).Name, o)
	}
	s.line("uint within_ = thread_index_in_simdgroup;")
	s.line("threadgroup %s parts_[32];", t)
	s.line("%s carry_ = %s;", t, zero)
	s.line("for (uint start_ = 0; start_ < width_; start_ += 4 * lanes_) {")
	s.line("  uint first_ = start_ + 4 * lane_;")
	s.line("  %s v_[4], sum_ = %s;", t, zero)
	s.line("  for (uint k_ = 0; k_ < 4; ++k_) {")
	s.line("    if (first_ + k_ < width_) {")
	s.line("      uint j_ = %s;", s.index())
	before := in.scope("      ", in.strided, "")
	value := strip(before.value(s.node.Args[0], operand))
	if s.node.Before {
		s.line("      v_[k_] = sum_;")
		s.line("      sum_ = %s;", s.both("sum_", "("+value+")"))
	} else {
		s.line("      sum_ = %s;", s.both("sum_", "("+value+")"))
		s.line("      v_[k_] = sum_;")
	}
	s.line("    }")
	s.line("  }")
	s.line("  %s all_ = sum_;", t)
	s.line("  for (uint d_ = 1; d_ < 32; d_ *= 2) {")
	s.line("    %s other_ = simd_shuffle_up(all_, ushort(d_));", t)
	s.line("    if (within_ >= d_) all_ = %s;", s.both("other_", "all_"))
	s.line("  }")
	s.line("  if (within_ == 31) parts_[simdgroup_index_in_threadgroup] = all_;")
	s.line("  threadgroup_barrier(mem_flags::mem_threadgroup);")
	s.line("  %s left_ = simd_shuffle_up(all_, ushort(1));", t)
	s.line("  left_ = within_ == 0 ? carry_ : %s;", s.both("carry_", "left_"))
	s.line("  for (uint g_ = 0; g_ < simdgroups_per_threadgroup; ++g_) {")
	s.line("    if (g_ < simdgroup_index_in_threadgroup) left_ = %s;", s.both("left_", "parts_[g_]"))
	s.line("    carry_ = %s;", s.both("carry_", "parts_[g_]"))
	s.line("  }")
	s.line("  for (uint k_ = 0; k_ < 4 && first_ + k_ < width_; ++k_) {")
	s.line("    uint j_ = %s;", s.index())
	s.line("    %s scanned_ = %s;", t, s.both("left_", "v_[k_]"))
	after := in.scope("    ", in.strided, "")
	after.vars[siteOf(s.node, s.at)] = "scanned_"
	for _, o := range s.roots {
		out := s.outputOf(o)
		v := store(after.value(o.Node, o.at), o.Node, out.DType)
		s.line("    %s[%s] = %s;", out.Name, in.outputIndex(out.Name, o), v)
	}
	s.line("  }")
	s.line("  threadgroup_barrier(mem_flags::mem_threadgroup);")
	s.line("}")
	return s.out.String()
}

// index is where element first + k of the scan's direction lies in the row.
func (s *scanner) index() string {
	if s.node.Reverse {
		return "width_ - 1 - first_ - k_"
	}
	return "first_ + k_"
}
