package program

import (
	"cmp"
	"context"
	"strings"
)

// maxNesting bounds how deep expressions and blocks are nested.
const maxNesting = 100

// maxChain bounds how many operators follow each other on a level.
const maxChain = 2000

// parser reads statements. It is lenient: a line that it cannot read becomes an
// unreadable expression.
type parser struct {
	ctx   context.Context
	toks  []token
	i     int
	depth int
	lines int // added to line numbers
	swift bool
}

// parse reads a file in Python, or in Swift.
func parse(ctx context.Context, file, text string) []*stmt {
	p := &parser{ctx: ctx, swift: strings.HasSuffix(file, ".swift")}
	p.toks = p.lex(text)
	var out []*stmt
	for p.tok().kind != tokEnd {
		at := p.i
		out = append(out, p.block()...)
		if p.i == at || p.tok().kind == tokDedent {
			p.i++
		}
	}
	return out
}

// lex splits a text of the parser's language into tokens.
func (p *parser) lex(text string) []token {
	if p.swift {
		return lexSwift(p.ctx, text)
	}
	return lex(p.ctx, text)
}

// ended reports whether the context has: nothing follows then.
func (p *parser) ended() bool {
	if p.ctx.Err() == nil {
		return false
	}
	p.i = len(p.toks) - 1
	return true
}

func (p *parser) tok() token { return p.toks[min(p.i, len(p.toks)-1)] }

func (p *parser) peek(n int) token { return p.toks[min(p.i+n, len(p.toks)-1)] }

func (p *parser) is(text string) bool { return p.tok().kind == tokOp && p.tok().text == text }

func (p *parser) word(text string) bool { return p.tok().kind == tokName && p.tok().text == text }

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.i++
		return true
	}
	return false
}

func (p *parser) acceptWord(text string) bool {
	if p.word(text) {
		p.i++
		return true
	}
	return false
}

func (p *parser) name() string {
	if p.tok().kind != tokName {
		return ""
	}
	p.i++
	return p.toks[p.i-1].text
}

// block reads statements up to a dedent or the end.
func (p *parser) block() []*stmt {
	var out []*stmt
	for p.tok().kind != tokEnd && p.tok().kind != tokDedent {
		if k := p.tok().kind; k == tokLine || k == tokIndent {
			p.i++
			continue
		}
		out = append(out, p.statement()...)
	}
	return out
}

// suite reads what follows a colon: a block, or the rest of the line.
func (p *parser) suite() []*stmt {
	for !p.is(":") && p.tok().kind != tokLine && p.tok().kind != tokEnd {
		p.i++
	}
	p.accept(":")
	if p.depth++; p.depth > maxNesting {
		p.depth--
		p.skipLine()
		return nil
	}
	defer func() { p.depth-- }()
	if p.tok().kind != tokLine {
		return p.simple()
	}
	p.i++
	if p.tok().kind != tokIndent {
		return nil
	}
	p.i++
	body := p.block()
	if p.tok().kind == tokDedent {
		p.i++
	}
	return body
}

func (p *parser) skipLine() {
	for p.tok().kind != tokLine && p.tok().kind != tokEnd {
		p.i++
	}
}

// statement reads a compound statement, or a line of simple ones.
func (p *parser) statement() []*stmt {
	if p.ended() {
		return nil
	}
	s := &stmt{line: p.tok().line}
	for p.accept("@") {
		d := p.expr()
		s.list = append(s.list, d)
		if d.op == opCall {
			d = d.x
		}
		s.decorators = append(s.decorators, d.text)
		p.skipLine()
		for p.tok().kind == tokLine {
			p.i++
		}
	}
	p.acceptWord("async")
	if p.tok().kind != tokName {
		return p.simple()
	}
	switch p.tok().text {
	case "if":
		return []*stmt{p.conditional(s)}
	case "while":
		p.i++
		s.op, s.x = stWhile, p.expr()
		s.body = p.suite()
		s.orelse = p.otherwise("else")
	case "for":
		p.i++
		s.op, s.targets = stFor, []*expr{p.targets()}
		p.acceptWord("in")
		s.x = p.exprs()
		s.body = p.suite()
		s.orelse = p.otherwise("else")
	case "try":
		p.i++
		s.op, s.body = stTry, p.suite()
		for p.word("except") {
			if body := p.suite(); s.handler == nil {
				s.handler = body
			}
		}
		s.orelse = append(p.otherwise("else"), p.otherwise("finally")...)
	case "with":
		p.i++
		p.with(s)
		s.body = p.suite()
	case "def":
		p.i++
		s.op, s.line, s.text = stDef, p.tok().line, p.name()
		if p.accept("(") {
			s.params = p.parameters(")")
			p.accept(")")
		}
		s.body = p.suite()
		mark(s)
	case "class":
		p.i++
		s.op, s.text = stClass, p.name()
		if p.is("(") {
			for _, a := range p.arguments() {
				s.list = append(s.list, a.x)
			}
		}
		s.body = p.suite()
	case "match":
		if p.opensBlock() {
			return p.match()
		}
		return p.simple()
	default:
		return p.simple()
	}
	return []*stmt{s}
}

// mark notes whether kernels are made or launched in a function.
func mark(s *stmt) {
	walk(s.body, func(*stmt) {}, func(e *expr) {
		if e.op != opCall {
			return
		}
		s.creates = s.creates || e.x.text == "metal_kernel"
		s.launches = s.launches || e.launches()
	})
}

func (p *parser) conditional(s *stmt) *stmt {
	at := s
	for range maxChain {
		p.i++
		at.op, at.x = stIf, p.expr()
		at.body = p.suite()
		p.skipLines()
		if !p.word("elif") {
			break
		}
		next := &stmt{line: p.tok().line}
		at.orelse, at = []*stmt{next}, next
	}
	at.orelse = p.otherwise("else")
	return s
}

func (p *parser) skipLines() {
	for p.tok().kind == tokLine && p.tok().kind != tokEnd {
		p.i++
	}
}

func (p *parser) otherwise(word string) []*stmt {
	p.skipLines()
	if !p.acceptWord(word) {
		return nil
	}
	return p.suite()
}

func (p *parser) with(s *stmt) {
	s.op = stWith
	grouped := p.accept("(")
	for p.tok().kind != tokLine && p.tok().kind != tokEnd && !p.is(":") {
		at := p.i
		s.list = append(s.list, p.expr())
		var target *expr
		if p.acceptWord("as") {
			target = p.expr()
		}
		s.targets = append(s.targets, target)
		if !p.accept(",") && !(grouped && p.accept(")")) && p.i == at {
			p.i++
		}
	}
}

// parameters reads those of a function up to a closing token.
func (p *parser) parameters(closing string) []param {
	var out []param
	for !p.is(closing) && p.tok().kind != tokEnd && p.tok().kind != tokLine {
		at := p.i
		v := param{}
		if p.accept("*") {
			v.star = "*"
		} else if p.accept("**") {
			v.star = "**"
		}
		p.accept("/")
		if v.name = p.name(); p.swift && v.name != "" {
			v.label = cmp.Or(p.toks[p.i-1].prefix, v.name)
		}
		if closing == ")" && p.accept(":") {
			v.annotation = p.expr()
		}
		if p.accept("=") {
			v.initial = p.expr()
		}
		if v.name != "" {
			out = append(out, v)
		}
		if !p.accept(",") && p.i == at {
			p.i++
		}
	}
	return out
}

// simple reads the statements of a line.
func (p *parser) simple() []*stmt {
	var out []*stmt
	for p.tok().kind != tokLine && p.tok().kind != tokEnd && p.tok().kind != tokDedent {
		at := p.i
		if s := p.small(); s != nil {
			out = append(out, s)
		}
		if p.accept(";") {
			continue
		}
		if p.tok().kind != tokLine || p.i == at {
			p.skipLine()
		}
	}
	if p.tok().kind == tokLine {
		p.i++
	}
	return out
}

func (p *parser) small() *stmt {
	s := &stmt{line: p.tok().line}
	if p.tok().kind == tokName {
		switch p.tok().text {
		case "return":
			p.i++
			s.op = stReturn
			if p.tok().kind != tokLine && !p.is(";") {
				s.x = p.exprs()
			}
			return s
		case "raise":
			p.skipLine()
			s.op = stRaise
			return s
		case "break", "continue":
			if s.op = stBreak; p.word("continue") {
				s.op = stContinue
			}
			p.i++
			return s
		case "import", "from":
			return p.imports(s)
		case "global", "nonlocal":
			p.i++
			s.op = stGlobal
			for p.tok().kind == tokName {
				s.names = append(s.names, importName{as: p.name()})
				p.accept(",")
			}
			return s
		case "assert":
			p.i++
			s.op, s.x = stIf, p.node(opUnary, p.expr(), nil, "not")
			s.body = []*stmt{{op: stRaise, line: s.line}}
			p.skipLine()
			return s
		case "pass", "del":
			p.skipLine()
			return nil
		}
	}
	x := p.exprs()
	switch {
	case p.accept(":"):
		s.annotation = p.expr()
		s.op, s.targets = stAssign, []*expr{x}
		if !p.accept("=") {
			return s
		}
		x = p.exprs()
	case p.is("="):
		s.op = stAssign
		for p.accept("=") {
			s.targets = append(s.targets, x)
			x = p.exprs()
		}
	case p.tok().kind == tokOp && len(p.tok().text) > 1 && strings.HasSuffix(p.tok().text, "=") && !strings.ContainsAny(p.tok().text[:1], "=!<>"):
		s.op, s.text, s.targets = stUpdate, strings.TrimSuffix(p.tok().text, "="), []*expr{x}
		p.i++
		x = p.exprs()
	}
	s.x = x
	return s
}

func (p *parser) dotted() string {
	var b strings.Builder
	for p.is(".") || p.is("...") || p.tok().kind == tokName && !p.word("import") && !p.word("as") {
		b.WriteString(p.tok().text)
		p.i++
	}
	return b.String()
}

func (p *parser) imports(s *stmt) *stmt {
	s.op = stImport
	if p.acceptWord("import") {
		for {
			n := importName{module: p.dotted()}
			if n.as = strings.Split(n.module, ".")[0]; p.acceptWord("as") {
				n.as = p.name()
			} else {
				n.module = n.as
			}
			s.names = append(s.names, n)
			if !p.accept(",") {
				return s
			}
		}
	}
	p.i++
	module := p.dotted()
	p.acceptWord("import")
	grouped := p.accept("(")
	for p.tok().kind == tokName || p.is("*") {
		n := importName{module: module, name: p.tok().text}
		p.i++
		if n.as = n.name; p.acceptWord("as") {
			n.as = p.name()
		}
		s.names = append(s.names, n)
		if !p.accept(",") {
			break
		}
	}
	if grouped {
		p.accept(")")
	}
	return s
}
