package graph

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// Named is a node with the name that it gets in a program.
type Named struct {
	Name string
	Node *Node
}

// Program writes nodes as a program of the expression language. Nodes that are
// used more than once become locals t1, t2, …; avoid lists names that they
// must not have.
func Program(outputs []Named, avoid ...string) (*dsl.Program, error) {
	p := &printer{uses: map[*Node]int{}, names: map[*Node]string{}, taken: map[string]bool{}}
	for _, a := range avoid {
		p.taken[a] = true
	}
	for _, o := range outputs {
		p.taken[o.Name] = true
		p.count(o.Node)
	}
	for _, o := range outputs {
		text := p.value(o.Node)
		if o.Name != "" {
			text = o.Name + " = " + text
		}
		p.lines = append(p.lines, text)
	}
	return dsl.Parse(strings.Join(p.lines, "\n"))
}

type printer struct {
	uses  map[*Node]int
	names map[*Node]string
	taken map[string]bool
	lines []string
	next  int
}

func (p *printer) count(n *Node) {
	if n.Op == Input {
		p.taken[n.Name] = true
	}
	if p.uses[n]++; p.uses[n] > 1 {
		return
	}
	for _, a := range n.Args {
		p.count(a)
	}
}

func (p *printer) value(n *Node) string {
	if name, ok := p.names[n]; ok {
		return name
	}
	text := p.text(n)
	if p.uses[n] < 2 || len(n.Args) == 0 {
		return text
	}
	for {
		p.next++
		if name := fmt.Sprintf("t%d", p.next); !p.taken[name] {
			p.lines = append(p.lines, name+" = "+strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
			if strings.Count(text, "(") != strings.Count(text, ")") || !wrapped(text) {
				p.lines[len(p.lines)-1] = name + " = " + text
			}
			p.names[n] = name
			return name
		}
	}
}

// wrapped reports whether one pair of brackets encloses the whole text.
func wrapped(text string) bool {
	depth := 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 && i < len(text)-1 {
			return false
		}
	}
	return strings.HasPrefix(text, "(")
}

var infixText = map[Op]string{Add: "+", Sub: "-", Mul: "*", Div: "/", FloorDiv: "//", Rem: "%", Pow: "**", Less: "<", LessEqual: "<=",
	Equal: "==", NotEqual: "!=", And: "and", Or: "or", BitAnd: "&", BitOr: "|", BitXor: "^", Shl: "<<", Shr: ">>"}

func (p *printer) text(n *Node) string {
	args := make([]string, len(n.Args))
	for i, a := range n.Args {
		args[i] = p.value(a)
	}
	if o, ok := infixText[n.Op]; ok {
		return fmt.Sprintf("(%s %s %s)", args[0], o, args[1])
	}
	switch n.Op {
	case Input:
		return n.Name
	case Const:
		return constText(n)
	case Iota:
		return fmt.Sprintf("arange(%d)", n.Shape[0])
	case Neg:
		return "(-" + args[0] + ")"
	case Not:
		return "(not " + args[0] + ")"
	case Cast:
		return fmt.Sprintf("astype(%s, %s)", args[0], n.Round)
	case Reshape, Broadcast:
		return fmt.Sprintf("%s(%s, %s)", n.Op, args[0], listText(n.Shape))
	}
	if n.Op.Reduction() {
		return fmt.Sprintf("%s(%s, axis=%s, keepdims=true)", n.Op, args[0], axesText(n))
	}
	if n.Op.Scan() {
		return fmt.Sprintf("%s(%s, axis=%s, reverse=%t, inclusive=%t)", n.Op, args[0], axesText(n), n.Reverse, !n.Before)
	}
	return fmt.Sprintf("%s(%s)", n.Op, strings.Join(args, ", "))
}

func constText(n *Node) string {
	switch {
	case n.Name != "":
		return n.Name
	case n.DType == mlx.Bool:
		return strconv.FormatBool(n.Value != 0)
	case !n.IsFloat():
		return strconv.FormatInt(n.Int, 10)
	}
	return dsl.Format(&dsl.Number{Float: n.Value})
}

// axesText names the last axis -1, so that programs read alike for all ranks.
func axesText(n *Node) string {
	if rank := len(n.Args[0].Shape); len(n.Axes) == 1 {
		if n.Axes[0] == rank-1 {
			return "-1"
		}
		return strconv.Itoa(n.Axes[0])
	}
	return listText(n.Axes)
}

func listText(list []int) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = strconv.Itoa(v)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// Below lists all nodes that roots depend on and the roots, operands first.
func Below(roots ...*Node) []*Node {
	seen := map[*Node]bool{}
	var list []*Node
	var visit func(n *Node)
	visit = func(n *Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, a := range n.Args {
			visit(a)
		}
		list = append(list, n)
	}
	for _, r := range roots {
		visit(r)
	}
	return list
}
