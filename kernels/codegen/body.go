package codegen

import (
	"fmt"
	"maps"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
)

// body is the inside of a loop over the row. It is written twice: fast, where
// four neighbours are loaded as a vector (or, with neighbouring rows a thread,
// where the stride is known to be 1), and for all other strides and the rest.
type body struct {
	*rows
	loop  *loop
	dense []string // conditions under which it may be fast
	seen  map[string]bool
	four  []fourLoad
}

// fourLoad is a vector of four elements of an input.
type fourLoad struct{ name, array, at string }

func (r *rows) body(l *loop) *body { return &body{rows: r, loop: l, seen: map[string]bool{}} }

// need prepares the evaluation of n: what is the same along the row is computed
// before the loop, and arrays get their offsets and strides.
func (b *body) need(n *graph.Node, p place) {
	row := b.rowScope()
	seen := map[site]bool{}
	var walk func(n *graph.Node, p place)
	walk = func(n *graph.Node, p place) {
		at := siteOf(n, p)
		if seen[at] || n.Op == graph.Const {
			return
		}
		seen[at] = true
		if !p.loops() {
			if v := row.value(n, p); len(v) > 12 && b.vars[at] == "" {
				row.declare(n, p, v)
			} else {
				b.vars[at] = v
			}
			return
		}
		if n.Op == graph.Input {
			b.input(n, p)
		}
		for i := range n.Args {
			walk(n.Args[i], argument(n, i, p))
		}
	}
	walk(n, p)
}

// step is the variable that holds an input's stride along the loop's axis.
func step(name string, axis int) string { return fmt.Sprintf("%s_step%d_", name, axis) }

// input writes offsets and strides of an input that varies along the loop.
func (b *body) input(n *graph.Node, p place) {
	axes := loopAxes(p)
	last := axes[len(axes)-1]
	b.strict = b.strict || b.loop.collapsed
	stride := b.inputStride(n.Name)
	at := b.base(n.Name, p, stride)
	for _, a := range axes {
		if b.loop.collapsed && a != last {
			continue
		}
		if v := step(n.Name, a); !b.shared[v] {
			b.shared[v] = true
			b.line("int64_t %s = %s;", v, stride(a))
		}
	}
	key := n.Name + p.String()
	if b.seen[key] {
		return
	}
	b.seen[key] = true
	switch {
	case b.column:
		if i := len(p) - 1; p[i].kind == byRow && len(b.rowLens) == 1 {
			b.dense = append(b.dense, stride(i)+" == 1")
		}
	case b.loop.index(0) == "j_":
		b.dense = append(b.dense, step(n.Name, last)+" == 1")
		if at != "0" {
			b.dense = append(b.dense, at+" % 4 == 0")
		}
		name := fmt.Sprintf("%s_four_", n.Name)
		if len(b.four) > 0 && b.four[len(b.four)-1].array == n.Name {
			name = fmt.Sprintf("%s_four%d_", n.Name, len(b.four))
		}
		b.four = append(b.four, fourLoad{name, n.Name, at})
		b.used["load4"] = true
	}
}

// output writes the offset of an output.
func (b *body) output(name string, o rooted) {
	at := b.base(name, o.at, b.outputStride(o))
	if !b.column && b.loop.index(0) == "j_" && at != "0" {
		b.dense = append(b.dense, at+" % 4 == 0")
	}
}

// outputIndex is the place of element j of an output.
func (b *body) outputIndex(name string, o rooted) string {
	stride := b.outputStride(o)
	terms := []string{b.base(name, o.at, stride)}
	for _, a := range loopAxes(o.at) {
		if !b.loop.collapsed || o.at[a].k == len(b.loop.lengths)-1 {
			terms = append(terms, times(b.loop.index(o.at[a].k), stride(a)))
		}
	}
	return sum(terms)
}

func sum(terms []string) string {
	if len(terms) > 1 && terms[0] == "0" {
		terms = terms[1:]
	}
	return strings.Join(terms, " + ")
}

// vectorStore reports whether four neighbours of all outputs lie together.
func (b *body) vectorStore(outs []rooted) bool {
	for _, o := range outs {
		axes := loopAxes(o.at)
		if b.outputStride(o)(axes[len(axes)-1]) != "1" {
			return false
		}
	}
	return b.loop.index(0) == "j_"
}

// write writes the loop, over this threadgroup's part of the row or all of it.
// outs are the outputs that it stores, if any.
func (b *body) write(part bool, inside func(s *scope, fast bool), outs []rooted) {
	first, end := "0", b.loop.width
	if part {
		first, end = "first_", "end_"
	}
	if b.column {
		b.writeColumns(first, end, inside)
		return
	}
	fast := b.loop.index(0) == "j_" && b.vectorStore(outs) && (len(b.four) > 0 || len(outs) > 0)
	b.line("for (uint start_ = %s; start_ < %s; start_ += 4 * lanes_) {", sum([]string{first, "4 * lane_"}), end)
	if fast {
		b.line("  if (%s) {", strings.Join(append([]string{"start_ + 4 <= " + end}, b.dense...), " && "))
		b.fastPart(inside, outs)
		b.line("  } else {")
	}
	indent := "  "
	if fast {
		indent = "    "
	}
	b.line("%sfor (uint j_ = start_; j_ < min(start_ + 4, %s); ++j_) {", indent, end)
	b.plain(indent+"  ", inside)
	b.line("%s}", indent)
	if fast {
		b.line("  }")
	}
	b.line("}")
}

// fastPart computes four neighbours from vector loads.
func (b *body) fastPart(inside func(s *scope, fast bool), outs []rooted) {
	for _, f := range b.four {
		b.line("    auto %s = load4(%s + %s);", f.name, f.array, sum([]string{f.at, "start_"}))
	}
	for _, o := range outs {
		out := b.outputOf(o)
		b.line("    vec<%s, 4> %s_four_;", out.DType.MetalName(), out.Name)
	}
	b.line("    for (uint k_ = 0; k_ < 4; ++k_) {")
	s := b.scope("      ", func(n *graph.Node, p place) string { return b.fourOf(n, p) + "[k_]" }, "(start_ + k_)")
	inside(s, true)
	b.line("    }")
	for _, o := range outs {
		out := b.outputOf(o)
		b.line("    *(device vec<%s, 4>*)(%s + %s) = %s_four_;", out.DType.MetalName(), out.Name, sum([]string{b.base(out.Name, o.at, b.outputStride(o)), "start_"}), out.Name)
	}
}

func (b *body) fourOf(n *graph.Node, p place) string {
	at := b.base(n.Name, p, b.inputStride(n.Name))
	for _, f := range b.four {
		if f.array == n.Name && f.at == at {
			return f.name
		}
	}
	return n.Name + "_four_"
}

// plain computes element j from strided loads.
func (b *body) plain(indent string, inside func(s *scope, fast bool)) {
	if n := len(b.loop.lengths); n > 1 && !b.loop.collapsed {
		b.line("%suint left_ = j_;", indent)
		for k := n - 1; k > 0; k-- {
			b.line("%suint j%d_ = left_ %% %s;\n%sleft_ /= %s;", indent, k, b.loop.exprs[k], indent, b.loop.exprs[k])
		}
		b.line("%suint j0_ = left_;", indent)
	}
	inside(b.scope(indent, b.strided, ""), false)
}

// strided is element j of an input by its strides.
func (b *body) strided(n *graph.Node, p place) string {
	return fmt.Sprintf("%s[%s]", n.Name, sum(append([]string{b.base(n.Name, p, b.inputStride(n.Name))}, b.along(n.Name, p)...)))
}

// along are the terms of an input's offset that vary along the loop.
func (b *body) along(name string, p place) (terms []string) {
	axes := loopAxes(p)
	for _, a := range axes {
		if !b.loop.collapsed || a == axes[len(axes)-1] {
			terms = append(terms, b.loop.index(p[a].k)+" * "+step(name, a))
		}
	}
	return terms
}

// writeColumns writes the loop for threads whose neighbours have other rows.
func (b *body) writeColumns(first, end string, inside func(s *scope, fast bool)) {
	head := fmt.Sprintf("for (uint j_ = %s; j_ < %s; j_ += lanes_) {", sum([]string{first, "lane_"}), end)
	if len(b.dense) == 0 {
		b.line("%s", head)
		b.plain("  ", inside)
		b.line("}")
		return
	}
	b.line("if (%s) {\n  %s", strings.Join(b.dense, " && "), head)
	inside(b.scope("    ", func(n *graph.Node, p place) string {
		var terms []string
		for axis, c := range p {
			if c.kind == byRow && axis == len(p)-1 {
				terms = append(terms, "row_")
			} else if c.kind == byRow {
				terms = append(terms, fmt.Sprintf("row_ * %s", b.inputStride(n.Name)(axis)))
			}
		}
		return fmt.Sprintf("%s[%s]", n.Name, strings.Join(append(terms, b.along(n.Name, p)...), " + "))
	}, ""), true)
	b.line("  }\n} else {\n  %s", head)
	b.plain("    ", inside)
	b.line("  }\n}")
}

// scope evaluates inside the loop. An input that varies along it is read by
// load; index is the element's index where that is not the loop's variable.
func (b *body) scope(indent string, load func(n *graph.Node, p place) string, index string) *scope {
	return &scope{out: &b.out, indent: indent, uses: b.uses, vars: maps.Clone(b.vars), used: b.used, leaf: func(n *graph.Node, p place) (string, bool) {
		switch {
		case n.Op == graph.Const:
			return b.length(n)
		case !p.loops():
			return b.rowLeaf(n, p)
		case n.Op == graph.Iota:
			c := p[loopAxes(p)[0]]
			if index != "" {
				return "int32_t" + index, true
			}
			return "int32_t(" + b.loop.index(c.k) + ")", true
		case n.Op == graph.Input:
			return b.load(n, load(n, p)), true
		}
		return "", false
	}}
}
