package program

import "slices"

// opensBlock reports whether a line ends with a colon, which tells a match from
// a variable of that name.
func (p *parser) opensBlock() bool {
	n := 1
	for k := p.peek(n).kind; k != tokLine && k != tokEnd; k = p.peek(n).kind {
		n++
	}
	last := p.peek(n - 1)
	return n > 2 && last.kind == tokOp && last.text == ":"
}

// match reads a match as what it says: its subject is kept under a name of its
// own, and the cases are the branches of an if.
func (p *parser) match() []*stmt {
	subject := &expr{op: opName, line: p.tok().line, text: "the match's subject"} // no name of a program
	p.i++
	out := []*stmt{{op: stAssign, line: subject.line, targets: []*expr{subject}, x: p.exprs()}}
	p.skipLine()
	for p.tok().kind == tokLine || p.tok().kind == tokIndent {
		p.i++
	}
	rest := &out
	for p.acceptWord("case") {
		s := &stmt{op: stIf, line: p.tok().line}
		x := p.pattern()
		var bound []*stmt
		if p.acceptWord("as") {
			bound = append(bound, bind(p.name(), subject))
		}
		s.x = matches(x, subject, &bound)
		*rest = append(append(*rest, bound...), s)
		if p.acceptWord("if") {
			guard := p.expr()
			s.x = &expr{op: opBinary, line: s.line, text: "and", x: s.x, y: guard}
		}
		s.body = p.suite()
		rest = &s.orelse
		p.skipLines()
	}
	if p.tok().kind == tokDedent {
		p.i++
	}
	return out
}

// pattern reads alternatives, which commas join to a sequence.
func (p *parser) pattern() *expr {
	x := p.binary(0)
	if !p.is(",") {
		return x
	}
	t := &expr{op: opTuple, line: x.line, list: []*expr{x}}
	for p.accept(",") && !p.is(":") {
		if p.accept("*") {
			t.list = append(t.list, p.node(opStar, p.binary(0), nil, ""))
			continue
		}
		t.list = append(t.list, p.binary(0))
	}
	return t
}

// matches is the condition that a subject is what a pattern says. Names in the
// pattern are bound before it is asked, which others cannot see.
func matches(pattern, subject *expr, bound *[]*stmt) *expr {
	both := func(op string, x, y *expr) *expr {
		return &expr{op: opBinary, line: pattern.line, text: op, x: x, y: y}
	}
	switch pattern.op {
	case opName:
		if pattern.text != "_" {
			*bound = append(*bound, bind(pattern.text, subject))
		}
		return &expr{op: opLiteral, value: true}
	case opBinary:
		if pattern.text == "|" {
			return both("or", matches(pattern.x, subject, bound), matches(pattern.y, subject, bound))
		}
	case opTuple, opList:
		length := &expr{op: opCall, line: pattern.line, x: &expr{op: opName, text: "len"}}
		length.args = []argument{{x: subject}}
		number := func(n int) *expr { return &expr{op: opLiteral, value: int64(n)} }
		star := slices.IndexFunc(pattern.list, func(item *expr) bool { return item.op == opStar })
		relation, least := "==", len(pattern.list)
		if star >= 0 {
			relation, least = ">=", least-1
		}
		all := &expr{op: opCompare, line: pattern.line, text: relation, x: length, y: number(least)}
		if slices.ContainsFunc(pattern.list, func(item *expr) bool { return item.op == opUnreadable }) {
			all = &expr{op: opUnreadable, line: pattern.line, text: source(pattern)}
		}
		for i, item := range pattern.list {
			at := &expr{op: opIndex, line: pattern.line, x: subject, y: number(i)}
			switch behind := len(pattern.list) - 1 - i; {
			case i == star:
				at.y = &expr{op: opSlice, x: at.y}
				if behind > 0 {
					at.y.y = number(-behind)
				}
				item = item.x
			case star >= 0 && i > star:
				at.y = number(-behind - 1)
			}
			all = both("and", all, matches(item, at, bound))
		}
		return all
	case opCall:
		return &expr{op: opUnreadable, line: pattern.line, text: source(pattern)}
	}
	return &expr{op: opCompare, line: pattern.line, text: "==", x: subject, y: pattern}
}

func bind(name string, x *expr) *stmt {
	return &stmt{op: stAssign, line: x.line, targets: []*expr{{op: opName, text: name}}, x: x}
}
