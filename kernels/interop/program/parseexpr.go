package program

import (
	"strconv"
	"strings"
)

func (p *parser) node(o op, x, y *expr, text string) *expr {
	return &expr{op: o, x: x, y: y, text: text, line: p.tok().line + p.lines}
}

// exprs reads expressions that may be joined by commas to a tuple.
func (p *parser) exprs() *expr {
	x := p.expr()
	if !p.is(",") {
		return x
	}
	t := &expr{op: opTuple, line: x.line, list: []*expr{x}}
	for p.accept(",") {
		if p.tok().kind == tokLine || p.is("=") || p.is(")") || p.is("]") || p.is("}") || p.is(":") || p.tok().kind == tokEnd {
			break
		}
		t.list = append(t.list, p.expr())
	}
	return t
}

// targets reads what a for assigns to.
func (p *parser) targets() *expr {
	x := p.binary(len(levels) - 1)
	if !p.is(",") {
		return x
	}
	t := &expr{op: opTuple, line: x.line, list: []*expr{x}}
	for p.accept(",") {
		if p.word("in") {
			break
		}
		t.list = append(t.list, p.binary(len(levels)-1))
	}
	return t
}

// expr reads one expression.
func (p *parser) expr() *expr {
	if p.depth++; p.depth > maxNesting {
		p.depth--
		p.skipLine()
		return p.node(opUnreadable, nil, nil, "a deep expression")
	}
	defer func() { p.depth-- }()
	switch {
	case p.is("*") || p.is("**"):
		p.i++
		return p.node(opStar, p.expr(), nil, "")
	case p.acceptWord("lambda"):
		l := p.node(opLambda, nil, nil, "")
		l.params = p.parameters(":")
		p.accept(":")
		l.x = p.expr()
		return l
	case p.acceptWord("yield"):
		y := p.node(opYield, nil, nil, "")
		if p.acceptWord("from") {
			y.text = "from"
		}
		y.x = p.exprs()
		return y
	case p.tok().kind == tokName && p.peek(1).kind == tokOp && p.peek(1).text == ":=":
		a := p.node(opAssign, nil, nil, p.name())
		p.i++
		a.x = p.expr()
		return a
	}
	x := p.disjunction()
	if p.accept("?") { // Swift's x ? y : z
		n := p.node(opChoose, p.expr(), x, "")
		p.accept(":")
		n.z = p.expr()
		return n
	}
	if p.word("if") {
		at := p.i
		p.i++
		c := p.disjunction()
		if !p.acceptWord("else") { // the condition of a comprehension
			p.i = at
			return x
		}
		n := p.node(opChoose, x, c, "")
		n.z = p.expr()
		return n
	}
	return x
}

func (p *parser) disjunction() *expr {
	x := p.conjunction()
	for n := 0; n < maxChain && p.acceptWord("or"); n++ {
		x = p.node(opBinary, x, p.conjunction(), "or")
	}
	return x
}

func (p *parser) conjunction() *expr {
	x := p.negation()
	for n := 0; n < maxChain && p.acceptWord("and"); n++ {
		x = p.node(opBinary, x, p.negation(), "and")
	}
	return x
}

func (p *parser) negation() *expr {
	nots := 0
	for p.acceptWord("not") {
		nots++
	}
	x := p.comparison()
	for range min(nots, 2+nots%2) {
		x = p.node(opUnary, x, nil, "not")
	}
	return x
}

func (p *parser) comparison() *expr {
	x := p.binary(0)
	var out, last *expr
	for range maxChain {
		o := ""
		switch t := p.tok(); {
		case t.kind == tokOp && (t.text == "<" || t.text == ">" || t.text == "==" || t.text == "!=" || t.text == "<=" || t.text == ">="):
			o = t.text
		case p.word("in"):
			o = "in"
		case p.word("is") && p.peek(1).kind == tokName && p.peek(1).text == "not":
			o = "is not"
			p.i++
		case p.word("is"):
			o = "is"
		case p.word("not") && p.peek(1).kind == tokName && p.peek(1).text == "in":
			o = "not in"
			p.i++
		}
		if o == "" {
			break
		}
		p.i++
		if last != nil && x.op != opName && x.op != opLiteral { // evaluated once for both comparisons
			middle := p.node(opAssign, x, nil, "the middle")
			last.y, x = middle, p.node(opName, nil, nil, middle.text)
		}
		y := p.binary(0)
		c := p.node(opCompare, x, y, o)
		if out == nil {
			out = c
		} else {
			out = p.node(opBinary, out, c, "and")
		}
		x, last = y, c
	}
	if out == nil {
		return x
	}
	return out
}

// levels holds the binary operators, loosest first.
var levels = [][]string{{"..<", "..."}, {"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "//", "%", "@"}}

func (p *parser) binary(level int) *expr {
	if level == len(levels) {
		return p.unary()
	}
	x := p.binary(level + 1)
	for range maxChain {
		found := ""
		for _, o := range levels[level] {
			if p.is(o) {
				found = o
			}
		}
		if next := p.peek(1); found == "" || found == "..." && (!p.swift || next.kind == tokOp && strings.Contains(")],", next.text)) {
			return x
		}
		p.i++
		x = p.node(opBinary, x, p.binary(level+1), found)
	}
	return x
}

func (p *parser) unary() *expr {
	if p.depth++; p.depth > maxNesting {
		p.depth--
		p.skipLine()
		return p.node(opUnreadable, nil, nil, "a deep expression")
	}
	defer func() { p.depth-- }()
	for _, o := range []string{"-", "+", "~"} {
		if p.accept(o) {
			return p.node(opUnary, p.unary(), nil, o)
		}
	}
	p.acceptWord("await")
	x := p.postfix(p.atom())
	if p.accept("**") {
		return p.node(opBinary, x, p.unary(), "**")
	}
	return x
}

func (p *parser) postfix(x *expr) *expr {
	for range maxChain {
		switch {
		case p.is(".") && p.peek(1).kind == tokName:
			p.i++
			x = p.node(opAttribute, x, nil, p.name())
		case p.is("("):
			n := p.node(opCall, x, nil, "")
			n.args = p.arguments()
			x = n
		case p.is("["):
			n := p.node(opIndex, x, nil, "")
			p.i++
			n.y = p.subscript()
			p.close("]")
			x = n
		default:
			return x
		}
	}
	return x
}

// close passes over what is left before a closing bracket.
func (p *parser) close(bracket string) {
	for open := 0; p.tok().kind != tokEnd && !(open == 0 && p.is(bracket)); p.i++ {
		switch {
		case p.is("("), p.is("["), p.is("{"):
			open++
		case p.is(")"), p.is("]"), p.is("}"):
			open = max(open-1, 0)
		}
	}
	p.accept(bracket)
}

func (p *parser) subscript() *expr {
	one := func() *expr {
		var x *expr
		if !p.is(":") {
			x = p.expr()
		}
		if !p.is(":") {
			return x
		}
		s := p.node(opSlice, x, nil, "")
		for _, part := range []**expr{&s.y, &s.z} {
			if p.accept(":") && !p.is("]") && !p.is(",") && !p.is(":") {
				*part = p.expr()
			}
		}
		return s
	}
	x := one()
	if !p.is(",") {
		return x
	}
	t := p.node(opTuple, nil, nil, "")
	t.list = []*expr{x}
	for p.accept(",") && !p.is("]") {
		t.list = append(t.list, one())
	}
	return t
}

func (p *parser) arguments() []argument {
	var out []argument
	p.i++
	for !p.is(")") && p.tok().kind != tokEnd {
		at := p.i
		a := argument{}
		switch {
		case p.accept("*"):
			a = argument{"*", p.expr()}
		case p.accept("**"):
			a = argument{"**", p.expr()}
		case p.tok().kind == tokName && p.peek(1).kind == tokOp && p.peek(1).text == "=":
			a.name = p.name()
			p.i++
			a.x = p.expr()
		default:
			a.x = p.expr()
			if p.word("for") || p.word("async") {
				a.x = p.comprehension(opList, a.x, nil)
			}
		}
		out = append(out, a)
		if !p.accept(",") && !p.is(")") && p.i == at {
			p.i++
		}
	}
	p.accept(")")
	return out
}

// comprehension reads the clauses; x is the element, or the key of y.
func (p *parser) comprehension(o op, x, y *expr) *expr {
	c := p.node(opComprehension, x, y, "")
	if o == opDict {
		c.text = "dict"
	}
	for p.word("for") || p.word("async") {
		p.acceptWord("async")
		p.acceptWord("for")
		cl := clause{target: p.targets()}
		p.acceptWord("in")
		cl.x = p.disjunction()
		for p.acceptWord("if") {
			cl.conditions = append(cl.conditions, p.disjunction())
		}
		c.clauses = append(c.clauses, cl)
	}
	return c
}

func (p *parser) atom() *expr {
	t := p.tok()
	switch t.kind {
	case tokString:
		return p.strings()
	case tokNumber:
		p.i++
		return p.number(t)
	case tokName:
		p.i++
		n := &expr{op: opName, text: t.text, line: t.line + p.lines}
		switch t.text {
		case "True", "False":
			n.op, n.value = opLiteral, t.text == "True"
		case "None":
			n.op = opLiteral
		}
		return n
	case tokOp:
		switch t.text {
		case "(":
			return p.group(")", opTuple)
		case "[":
			return p.group("]", opList)
		case "{":
			return p.braces()
		case "...":
			p.i++
			return &expr{op: opLiteral, value: ellipsis{}, line: t.line + p.lines}
		}
	}
	n := p.node(opUnreadable, nil, nil, t.text)
	if t.kind == tokOp && !strings.Contains(")]},:=", t.text) {
		p.i++
	}
	return n
}

func (p *parser) number(t token) *expr {
	n := &expr{op: opLiteral, line: t.line + p.lines}
	text := strings.ReplaceAll(t.text, "_", "")
	if i, err := strconv.ParseInt(text, 0, 64); err == nil {
		n.value = i
	} else if u, err := strconv.ParseUint(text, 0, 64); err == nil && p.swift {
		n.value = typed(int64(u), "mlx.core.uint64")
	} else if f, err := strconv.ParseFloat(text, 64); err == nil {
		n.value = f
	} else {
		n.op, n.text = opUnreadable, t.text
	}
	return n
}

// group reads a list, a tuple, or an expression in brackets.
func (p *parser) group(closing string, o op) *expr {
	n := p.node(o, nil, nil, "")
	p.i++
	comma := o == opList
	for !p.is(closing) && p.tok().kind != tokEnd {
		at := p.i
		x := p.expr()
		if p.word("for") || p.word("async") {
			c := p.comprehension(o, x, nil)
			p.close(closing)
			return c
		}
		n.list = append(n.list, x)
		if p.accept(",") {
			comma = true
		} else if !p.is(closing) && p.i == at {
			p.i++
		}
	}
	p.accept(closing)
	if !comma && len(n.list) == 1 {
		return n.list[0]
	}
	return n
}

// braces reads a dictionary, or a set, which counts as a list.
func (p *parser) braces() *expr {
	n := p.node(opDict, nil, nil, "")
	p.i++
	for !p.is("}") && p.tok().kind != tokEnd {
		at, o := p.i, opDict
		var x, y *expr
		if p.accept("**") {
			y = p.expr()
		} else if x = p.expr(); p.accept(":") {
			y = p.expr()
		} else {
			o = opList
		}
		if x != nil && (p.word("for") || p.word("async")) {
			c := p.comprehension(o, x, y)
			p.close("}")
			return c
		}
		if len(n.list) == 0 {
			n.op = o // the first decides
		}
		if n.op == o && o == opDict {
			n.list = append(n.list, x, y)
		} else if n.op == o {
			n.list = append(n.list, x)
		}
		if !p.accept(",") && !p.is("}") && p.i == at {
			p.i++
		}
	}
	p.accept("}")
	return n
}
