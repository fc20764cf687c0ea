package wasm

import "github.com/zmlx/zmlx/mlx/msl/ir"

// node is one instruction of the kernel with its place in the tree of
// constructs. Positions count nodes in program order.
type node struct {
	in     *ir.Instr
	parent *node // enclosing If, Loop or Scope; the root for the outermost
	arm    int   // 0 in the parent's Body, 1 in its Else
	pos    int
	end    int // positions of the subtree are pos <= p < end
	mid    int // the Else arm begins here
	depth  int // constructs around it
	kids   [2][]*node

	split  bool // lowered at threadgroup level: holds a point where all threads meet
	level  level
	masked bool  // Loop, Scope, root: some threads may leave before others
	uneven bool  // Loop: some threads may continue before others
	target *node // Break, Continue, Return: the construct that it leaves
}

// level says how far threads may disagree on being somewhere.
type level uint8

const (
	together level = iota // the whole threadgroup agrees
	byChunk               // four adjacent lanes agree
	byLane                // lanes may differ
)

type ref struct {
	n   *node
	def bool
}

// tree is a kernel function prepared for analysis.
type tree struct {
	fn    *ir.Func
	root  *node // stands for the function body, a Scope that Return leaves
	nodes []*node
	refs  [][]ref // by register, in program order
	free  []node  // of nodes to come
}

func newTree(fn *ir.Func) *tree {
	t := &tree{fn: fn, refs: make([][]ref, len(fn.Regs))}
	n, refs, count := 1, 0, make([]int, len(fn.Regs))
	fn.Body.Walk(func(in *ir.Instr) {
		n++
		for _, a := range in.Args {
			if a != ir.NoReg {
				count[a]++
				refs++
			}
		}
		for i := range results(in) {
			count[in.Dst+ir.Reg(i)]++
			refs++
		}
	})
	t.nodes, t.free = make([]*node, 0, n), make([]node, n)
	room := make([]ref, refs)
	for r, n := range count {
		t.refs[r], room = room[:0:n], room[n:]
	}
	t.root = t.add(node{in: &ir.Instr{Op: ir.Scope, Dst: ir.NoReg, Nest: &ir.Nest{Body: fn.Body}}})
	t.fill(t.root)
	return t
}

func (t *tree) add(n node) *node {
	p := &t.free[0]
	*p, t.free = n, t.free[1:]
	t.nodes = append(t.nodes, p)
	return p
}

func (t *tree) fill(n *node) {
	n.kids[0] = t.block(n, 0, n.in.Body())
	n.mid = len(t.nodes)
	n.kids[1] = t.block(n, 1, n.in.Else())
	n.end = len(t.nodes)
}

func (t *tree) block(parent *node, arm int, b ir.Block) []*node {
	kids := make([]*node, 0, len(b))
	for i := range b {
		n := t.add(node{in: &b[i], parent: parent, arm: arm, pos: len(t.nodes), depth: parent.depth + 1})
		for _, a := range n.in.Args {
			if a != ir.NoReg {
				t.refs[a] = append(t.refs[a], ref{n, false})
			}
		}
		switch n.in.Op {
		case ir.If, ir.Loop, ir.Scope:
			t.fill(n)
		default:
			n.end = len(t.nodes)
			n.target = target(n)
		}
		for i := range results(n.in) {
			r := n.in.Dst + ir.Reg(i)
			t.refs[r] = append(t.refs[r], ref{n, true})
		}
		kids = append(kids, n)
	}
	return kids
}

// results is the number of registers that in assigns.
func results(in *ir.Instr) int {
	if in.Dst == ir.NoReg {
		return 0
	}
	switch in.Op {
	case ir.Load, ir.FuncConst:
		return max(1, int(in.N))
	case ir.Frexp, ir.MatrixLoad, ir.MatrixMMA:
		return 2
	}
	return 1
}

// target finds the construct that a jump leaves or repeats; nil for others.
func target(n *node) *node {
	switch n.in.Op {
	case ir.Return, ir.Unreachable:
		p := n.parent
		for p.parent != nil {
			p = p.parent
		}
		return p
	case ir.Break, ir.Continue:
		left := n.in.Imm
		for p := n.parent; p != nil; p = p.parent {
			if p.in.Op == ir.If {
				continue
			}
			if left == 0 {
				return p
			}
			left--
		}
	}
	return nil
}

// within reports whether n stands inside c.
func (n *node) within(c *node) bool { return c.pos < n.pos && n.pos < c.end }

// meets reports whether an operation needs all threads of the SIMD-group or
// the threadgroup at once. Quad functions stay within one chunk.
func meets(in *ir.Instr) bool {
	switch in.Op {
	case ir.Barrier, ir.MatrixLoad, ir.MatrixStore, ir.MatrixMMA, ir.Print:
		return true
	}
	return in.Op >= ir.SimdSum && in.Op <= ir.SimdActive && in.Imm != 4
}

// markSplits decides which nodes are lowered at threadgroup level: those where
// threads meet, everything around them, and the jumps that leave or repeat one
// of those.
func (t *tree) markSplits() {
	for changed := true; changed; {
		changed = false
		for _, n := range t.nodes {
			if n.split {
				continue
			}
			if !meets(n.in) && (n.target == nil || !n.target.split) {
				continue
			}
			for p := n; p != nil && !p.split; p = p.parent {
				p.split, changed = true, true
			}
		}
	}
}
