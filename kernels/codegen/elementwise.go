package codegen

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
)

// elementwise computes four neighbouring elements a thread. Inputs that lie
// dense under the output are loaded as vectors; others are found by their
// strides: once for four neighbours where these lie in one line of the output,
// else for each element.
type elementwise struct {
	*generator
	*layout
	params                 []param
	dense, spread, scalars []param
	name                   string // of the function
	lens                   []string
}

// param is what the function of one element takes: an element of an input, or
// an index.
type param struct {
	leafUse
	name string
}

func (g *generator) elementwise(l *layout) Kernel {
	e := &elementwise{generator: g, layout: l, name: "element_"}
	if n := len(g.functions); n > 0 {
		e.name = fmt.Sprintf("element%d_", n+1)
	}
	e.collect()
	e.functions = append(e.functions, e.function())
	count := size(l.roots[0].lengths)
	return Kernel{Body: e.body(), Grid: [3]int{max(ceildiv(count, 4), 1), 1, 1}, Threadgroup: [3]int{256, 1, 1}}
}

// collect sorts what is read by how it lies under the output.
func (e *elementwise) collect() {
	known := map[site]bool{}
	names := map[string]bool{}
	shape := e.roots[0].lengths
	e.lens = make([]string, len(shape))
	for i, n := range shape {
		e.lens[i] = fmt.Sprint(n)
	}
	add := func(u leafUse) {
		if u.node.Op == graph.Const || u.node.Op == graph.Iota && !u.at.loops() || known[siteOf(u.node, u.at)] {
			return
		}
		known[siteOf(u.node, u.at)] = true
		p := param{u, u.node.Name}
		if u.node.Op == graph.Iota {
			p.name = "index_"
		}
		for base, n := p.name, 2; names[p.name]; n++ {
			p.name = fmt.Sprintf("%s_%d_", base, n)
		}
		names[p.name] = true
		e.params = append(e.params, p)
	}
	for _, r := range e.roots {
		leaves(r.Node, r.at, add)
	}
	measured := map[int]bool{}
	for _, p := range e.params {
		for axis, c := range p.at {
			if c.kind == byLoop && p.node.Op == graph.Input && !measured[c.k] {
				e.lens[c.k], measured[c.k] = fmt.Sprintf("%s_shape[%d]", p.node.Name, axis), true
			}
		}
		switch {
		case p.node.Op == graph.Input && !p.at.loops():
			e.scalars = append(e.scalars, p)
		case p.node.Op == graph.Input && inOrder(p.at) && len(loopAxes(p.at)) == len(shape):
			e.dense = append(e.dense, p)
		default:
			e.spread = append(e.spread, p)
		}
	}
}

// function is the program as a function of one element of each input.
func (e *elementwise) function() string {
	var b strings.Builder
	var nodes []*graph.Node
	for _, r := range e.roots {
		nodes = append(nodes, r.Node)
	}
	s := &scope{out: &b, indent: "  ", uses: countUses(nodes), vars: map[site]string{}, used: e.used,
		leaf: func(n *graph.Node, at place) (string, bool) {
			for _, p := range e.params {
				if p.node == n && p.at.String() == at.String() {
					return p.name, true
				}
			}
			return "int32_t(0)", n.Op == graph.Iota // along an axis of length 1
		}}
	var params, results []string
	for _, p := range e.params {
		params = append(params, typeName(p.node)+" "+p.name)
	}
	for _, r := range e.roots {
		o := e.outputs[r.out]
		params = append(params, fmt.Sprintf("thread %s& %s", o.DType.MetalName(), o.Name))
		results = append(results, fmt.Sprintf("  %s = %s;\n", o.Name, store(s.value(r.Node, r.at), r.Node, o.DType)))
	}
	return "inline void " + e.name + "(" + strings.Join(params, ", ") + ") {\n" + b.String() + strings.Join(results, "") + "}\n"
}

func (e *elementwise) body() string {
	var b strings.Builder
	total := "1"
	if len(e.lens) > 0 {
		total = strings.Join(e.lens, " * ")
	}
	fmt.Fprintf(&b, "uint n_ = %s;\n", total)
	b.WriteString("uint i_ = 4 * thread_position_in_grid.x;\n")
	conditions := []string{"i_ + 4 <= n_"}
	for _, p := range e.dense {
		conditions = append(conditions, fmt.Sprintf("dense_(%[1]s_shape, %[1]s_strides, %[1]s_ndim)", p.node.Name))
		e.used["dense_"], e.used["load4"] = true, true
	}
	if len(e.spread) > 0 {
		conditions = append(conditions, e.lens[len(e.lens)-1]+" % 4 == 0")
	}
	fmt.Fprintf(&b, "if (%s) {\n", strings.Join(conditions, " && "))
	e.vector(&b)
	b.WriteString("} else {\n  for (uint end_ = min(i_ + 4, n_); i_ < end_; ++i_) {\n")
	e.single(&b)
	b.WriteString("  }\n}\n")
	return b.String()
}

// coordinates writes the indices of element i on each axis, as far as the
// params need them, and the offsets of their elements.
func (e *elementwise) coordinates(b *strings.Builder, indent string, params []param) {
	if len(params) == 0 {
		return
	}
	line := func(format string, args ...any) { fmt.Fprintf(b, indent+format+"\n", args...) }
	needed := map[int]bool{}
	for _, p := range params {
		for _, c := range p.at {
			if c.kind == byLoop {
				needed[c.k] = true
			}
		}
	}
	line("uint rest_ = i_;")
	for k := len(e.lens) - 1; k > 0 && len(needed) > 0; k-- {
		if needed[k] {
			line("uint c%d_ = rest_ %% %s;", k, e.lens[k])
			delete(needed, k)
		}
		if len(needed) > 0 {
			line("rest_ /= %s;", e.lens[k])
		}
	}
	if needed[0] {
		line("uint c0_ = rest_;")
	}
	for _, p := range params {
		var terms []string
		for axis, c := range p.at {
			if c.kind == byLoop && p.node.Op == graph.Input {
				terms = append(terms, fmt.Sprintf("int64_t(c%d_) * %s_strides[%d]", c.k, p.node.Name, axis))
			} else if c.kind == byLoop {
				terms = append(terms, fmt.Sprintf("c%d_", c.k))
			}
		}
		line("int64_t %s_offset_ = %s;", p.name, strings.Join(terms, " + "))
	}
}

// vector computes four elements of one line.
func (e *elementwise) vector(b *strings.Builder) {
	e.coordinates(b, "  ", e.spread)
	for _, p := range e.dense {
		fmt.Fprintf(b, "  auto %s_four_ = load4(%s + i_);\n", p.name, p.node.Name)
	}
	for _, r := range e.roots {
		o := e.outputs[r.out]
		fmt.Fprintf(b, "  vec<%s, 4> %s_four_;\n", o.DType.MetalName(), o.Name)
	}
	b.WriteString("  for (uint k_ = 0; k_ < 4; ++k_) {\n")
	e.call(b, "    ", func(p param) string { return p.name + "_four_[k_]" }, func(p param) string {
		for axis, c := range p.at {
			if c.kind == byLoop && c.k == len(e.lens)-1 {
				if p.node.Op == graph.Iota {
					return p.name + "_offset_ + k_"
				}
				return fmt.Sprintf("%s_offset_ + k_ * %s_strides[%d]", p.name, p.node.Name, axis)
			}
		}
		return p.name + "_offset_"
	})
	for _, r := range e.roots {
		fmt.Fprintf(b, "    %[1]s_four_[k_] = %[1]s_out_;\n", e.outputs[r.out].Name)
	}
	b.WriteString("  }\n")
	for _, r := range e.roots {
		o := e.outputs[r.out]
		fmt.Fprintf(b, "  *(device vec<%[2]s, 4>*)(%[1]s + i_) = %[1]s_four_;\n", o.Name, o.DType.MetalName())
	}
}

// single computes element i by the strides of the inputs.
func (e *elementwise) single(b *strings.Builder) {
	e.coordinates(b, "    ", append(append([]param{}, e.dense...), e.spread...))
	offset := func(p param) string { return p.name + "_offset_" }
	e.call(b, "    ", func(p param) string { return p.node.Name + "[" + offset(p) + "]" }, offset)
	for _, r := range e.roots {
		fmt.Fprintf(b, "    %[1]s[i_] = %[1]s_out_;\n", e.outputs[r.out].Name)
	}
}

// call calls the function. dense is an element of an input that lies dense
// under the output, offset the place of one in any other.
func (e *elementwise) call(b *strings.Builder, indent string, dense, offset func(param) string) {
	var args []string
	for _, p := range e.params {
		switch {
		case p.node.Op == graph.Iota:
			args = append(args, "int32_t("+offset(p)+")")
		case !p.at.loops():
			args = append(args, e.load(p.node, element(e.inputs[p.node.Name])))
		case inOrder(p.at) && len(loopAxes(p.at)) == len(e.lens):
			args = append(args, e.load(p.node, dense(p)))
		default:
			args = append(args, e.load(p.node, p.node.Name+"["+offset(p)+"]"))
		}
	}
	for _, r := range e.roots {
		o := e.outputs[r.out]
		fmt.Fprintf(b, "%s%s %s_out_;\n", indent, o.DType.MetalName(), o.Name)
		args = append(args, o.Name+"_out_")
	}
	fmt.Fprintf(b, "%s%s(%s);\n", indent, e.name, strings.Join(args, ", "))
}
