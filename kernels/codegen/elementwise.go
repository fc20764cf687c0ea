package codegen

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
)

// elementwise computes four neighbouring elements a thread. If all inputs have
// the output's shape and lie dense, they are loaded as vectors; else each
// element finds its operands by their strides.
func (g *generator) elementwise() Kernel {
	shape := g.outputs[0].Shape
	for _, o := range g.outputs {
		if !sameShape(o.Shape, shape) {
			fail("write two specs", "elementwise outputs have one shape, not %v and %v", shape, o.Shape)
		}
		if !sameShape(o.Node.Shape, shape) {
			fail("", "the expression for %s has shape %v; the spec says %v", o.Name, o.Node.Shape, shape)
		}
	}
	for n := range countUses(g.roots) {
		if !n.Op.Elementwise() && n.Op != graph.Broadcast {
			fail("use reduce, map_reduce or scan", "%s is not elementwise", n.Op)
		}
	}
	e := &elementwise{generator: g, shape: shape}
	for _, n := range sortedInputs(g.roots) {
		in := g.inputs[n.Name]
		switch {
		case one(in.Shape):
			e.scalars = append(e.scalars, n)
		case sameShape(in.Shape, shape):
			e.dense = append(e.dense, n)
		default:
			e.spread = append(e.spread, n)
		}
	}
	body := e.body()
	return Kernel{
		Header: header(g.used) + "\n" + e.function(), Body: body,
		Grid: [3]int{max(ceildiv(size(shape), 4), 1), 1, 1}, Threadgroup: [3]int{256, 1, 1},
	}
}

type elementwise struct {
	*generator
	shape                  []int
	dense, spread, scalars []*graph.Node
}

func (e *elementwise) all() []*graph.Node {
	return append(append(append([]*graph.Node{}, e.dense...), e.spread...), e.scalars...)
}

// function is the expression as a function of one element of each input.
func (e *elementwise) function() string {
	var b strings.Builder
	s := &scope{out: &b, indent: "  ", uses: countUses(e.roots), vars: map[*graph.Node]string{}, used: e.used,
		leaf: func(n *graph.Node) (string, bool) { return n.Name, n.Op == graph.Input }}
	var params, results []string
	for _, n := range e.all() {
		params = append(params, typeName(n)+" "+n.Name)
	}
	for _, o := range e.outputs {
		params = append(params, fmt.Sprintf("thread %s& %s", o.DType.MetalName(), o.Name))
		results = append(results, fmt.Sprintf("  %s = %s;\n", o.Name, store(s.value(o.Node), o.Node, o.DType)))
	}
	return "inline void element_(" + strings.Join(params, ", ") + ") {\n" + b.String() + strings.Join(results, "") + "}\n"
}

// length is an expression for the length of an axis of the output: that of an
// input, so that the text does not depend on it.
func (e *elementwise) length(axis int) string {
	if e.shape[axis] == 1 {
		return "1"
	}
	for _, n := range append(append([]*graph.Node{}, e.dense...), e.spread...) {
		in := e.inputs[n.Name]
		at := axis - (len(e.shape) - len(in.Shape))
		if at >= 0 && in.Shape[at] == e.shape[axis] {
			return fmt.Sprintf("%s_shape[%d]", in.Name, at)
		}
	}
	return fmt.Sprint(e.shape[axis])
}

func (e *elementwise) body() string {
	e.function() // to know the helpers
	var b strings.Builder
	lengths := make([]string, len(e.shape))
	for i := range e.shape {
		lengths[i] = e.length(i)
	}
	total := "1"
	if len(lengths) > 0 {
		total = strings.Join(lengths, " * ")
	}
	fmt.Fprintf(&b, "uint n_ = %s;\n", total)
	b.WriteString("uint i_ = 4 * thread_position_in_grid.x;\n")
	if len(e.spread) > 0 || len(e.dense) == 0 {
		b.WriteString("for (uint end_ = min(i_ + 4, n_); i_ < end_; ++i_) {\n")
		e.single(&b, lengths)
		b.WriteString("}\n")
		return b.String()
	}
	var flat []string
	for _, n := range e.dense {
		flat = append(flat, fmt.Sprintf("dense_(%[1]s_shape, %[1]s_strides, %[1]s_ndim)", n.Name))
	}
	e.used["dense_"], e.used["load4"] = true, true
	fmt.Fprintf(&b, "if (i_ + 4 <= n_ && %s) {\n", strings.Join(flat, " && "))
	e.vector(&b)
	b.WriteString("} else {\n  for (uint end_ = min(i_ + 4, n_); i_ < end_; ++i_) {\n")
	var inner strings.Builder
	e.single(&inner, lengths)
	b.WriteString(indent(inner.String(), "  ") + "  }\n}\n")
	return b.String()
}

// vector computes four elements from vector loads.
func (e *elementwise) vector(b *strings.Builder) {
	for _, n := range e.dense {
		fmt.Fprintf(b, "  auto %[1]s_four = load4(%[1]s + i_);\n", n.Name)
	}
	for _, o := range e.outputs {
		fmt.Fprintf(b, "  vec<%s, 4> %s_four;\n", o.DType.MetalName(), o.Name)
	}
	b.WriteString("  for (uint k_ = 0; k_ < 4; ++k_) {\n")
	e.call(b, "    ", func(n *graph.Node) string { return n.Name + "_four[k_]" })
	for _, o := range e.outputs {
		fmt.Fprintf(b, "    %[1]s_four[k_] = %[1]s_out;\n", o.Name)
	}
	b.WriteString("  }\n")
	for _, o := range e.outputs {
		fmt.Fprintf(b, "  *(device vec<%[2]s, 4>*)(%[1]s + i_) = %[1]s_four;\n", o.Name, o.DType.MetalName())
	}
}

// single computes element i by the strides of the inputs.
func (e *elementwise) single(b *strings.Builder, lengths []string) {
	placed := append(append([]*graph.Node{}, e.dense...), e.spread...)
	if len(placed) > 0 {
		b.WriteString("  uint rest_ = i_;\n")
		for _, n := range placed {
			fmt.Fprintf(b, "  int64_t %s_offset = 0;\n", n.Name)
		}
	}
	for axis := len(e.shape) - 1; axis >= 0 && len(placed) > 0; axis-- {
		if e.shape[axis] == 1 {
			continue
		}
		fmt.Fprintf(b, "  uint c%d_ = rest_ %% %s;\n  rest_ /= %s;\n", axis, lengths[axis], lengths[axis])
		for _, n := range placed {
			in := e.inputs[n.Name]
			if at := axis - (len(e.shape) - len(in.Shape)); at >= 0 && in.Shape[at] != 1 {
				fmt.Fprintf(b, "  %[1]s_offset += int64_t(c%[2]d_) * %[1]s_strides[%[3]d];\n", n.Name, axis, at)
			}
		}
	}
	e.call(b, "  ", func(n *graph.Node) string { return fmt.Sprintf("%[1]s[%[1]s_offset]", n.Name) })
	for _, o := range e.outputs {
		fmt.Fprintf(b, "  %[1]s[i_] = %[1]s_out;\n", o.Name)
	}
}

// call calls the function with elements of the inputs.
func (e *elementwise) call(b *strings.Builder, indent string, element_ func(*graph.Node) string) {
	var args []string
	for _, n := range append(append([]*graph.Node{}, e.dense...), e.spread...) {
		args = append(args, e.load(n, element_(n)))
	}
	for _, n := range e.scalars {
		args = append(args, e.load(n, element(e.inputs[n.Name])))
	}
	for _, o := range e.outputs {
		fmt.Fprintf(b, "%s%s %s_out;\n", indent, o.DType.MetalName(), o.Name)
		args = append(args, o.Name+"_out")
	}
	fmt.Fprintf(b, "%selement_(%s);\n", indent, strings.Join(args, ", "))
}

func indent(text, by string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = by + l
		}
	}
	return strings.Join(lines, "")
}
