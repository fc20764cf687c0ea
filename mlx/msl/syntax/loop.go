package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

func (p *parser) forStmt(pragmas []Pragma) Stmt {
	start := p.tok.Pos
	p.next()
	open := p.parenthesis("for")
	v := p.push()
	defer p.pop(v)
	if p.rangeForAhead() {
		return p.rangeFor(start, open)
	}
	s := p.nodes.fors.put(ForStmt{Pragmas: pragmas})
	p.strayBrace()
	switch {
	case p.kind == Semi:
		p.next()
	case p.startsDeclaration():
		s.Init = p.forInit()
	default:
		x := p.expression()
		p.expect(Semi, " in 'for' statement specifier")
		s.Init = &ExprStmt{Range: p.from(open.Pos + 1), X: x}
	}
	p.strayBrace()
	if p.kind != Semi {
		s.Cond, s.CondDecl = p.loopCondition()
	}
	p.expect(Semi, " in 'for' statement specifier")
	p.strayBrace()
	if p.kind != RParen {
		s.Post = p.expression()
	}
	p.endHeader(open)
	s.Body = p.body()
	s.Range = p.from(start)
	return s
}

func (p *parser) forInit() Stmt {
	start := p.tok.Pos
	s := p.specifiers(specDecl)
	ds := p.nodes.declStmts.put(DeclStmt{Decls: p.nodes.decls.room(1)})
	for !p.failed {
		d := declarator{typ: s.typ}
		p.declarator(&d)
		if p.failed {
			break
		}
		ds.Decls = append(ds.Decls, p.entity(&s, &d, false))
		if !p.accept(Comma) {
			break
		}
	}
	p.expect(Semi, " in 'for' statement specifier")
	ds.Range = p.from(start)
	return ds
}

// rangeForAhead reports whether a declaration without a value and a colon
// stand ahead.
func (p *parser) rangeForAhead() bool {
	if !p.startsDeclaration() {
		return false
	}
	parens := 0
	for n := range maxRangeDecl {
		switch p.peek(n) {
		case LParen, LBrack, LBrace:
			parens++
		case RParen, RBrack, RBrace:
			if parens--; parens < 0 {
				return false
			}
		case Colon:
			if parens == 0 {
				return true
			}
		case EOF:
			return false
		case Semi, Assign, Question:
			if parens == 0 {
				return false
			}
		}
	}
	return false
}

// maxRangeDecl is how many tokens may stand in front of the colon of a range-for.
const maxRangeDecl = 256

func (p *parser) rangeFor(start diag.Pos, open Token) Stmt {
	r := &RangeForStmt{}
	s := p.specifiers(specDecl)
	p.notDefined(s.typ, "a for range declaration")
	d := declarator{typ: s.typ}
	p.declarator(&d)
	r.Var = &VarDecl{Range: p.from(s.start), Specs: s.specs, Attrs: s.attrs, Type: d.typ, Name: d.name, NamePos: d.namePos}
	r.Names = d.names
	p.checkShadow(d.id, d.namePos.Span())
	p.declareLocal(d.id, symbol{kind: symValue})
	p.expect(Colon, "")
	if p.kind == LBrace {
		r.X = p.initList()
	} else {
		r.X = p.expression()
	}
	p.endHeader(open)
	r.Body = p.body()
	r.Range = p.from(start)
	return r
}

func (p *parser) whileStmt(pragmas []Pragma) Stmt {
	start := p.tok.Pos
	p.next()
	open := p.parenthesis("while")
	s := &WhileStmt{Pragmas: pragmas}
	v := p.push()
	defer p.pop(v)
	s.Cond, s.CondDecl = p.loopCondition()
	p.endHeader(open)
	s.Body = p.body()
	s.Range = p.from(start)
	return s
}

// loopCondition reads the condition of a loop, which may be a declaration.
func (p *parser) loopCondition() (Expr, *VarDecl) {
	if p.startsDeclaration() {
		return nil, p.conditionDecl(nil)
	}
	return p.expression(), nil
}

func (p *parser) doStmt(pragmas []Pragma) Stmt {
	start := p.tok.Pos
	p.next()
	s := &DoStmt{Pragmas: pragmas, Body: p.body()}
	if p.kind != kwWhile {
		p.expected("'while' in do/while loop")
		return nil
	}
	p.next()
	open := p.parenthesis("while")
	s.Cond = p.expression()
	p.endHeader(open)
	p.semicolon("after do/while statement")
	s.Range = p.from(start)
	return s
}

// pragmaStmt reads pragmas and the loop that they are for.
func (p *parser) pragmaStmt() Stmt {
	var list []Pragma
	first := p.pragma()
	list = append(list, first)
	for p.kind == PragmaTok && forLoops(first.Text) {
		list = append(list, p.pragma())
	}
	if forLoops(first.Text) {
		switch p.kind {
		case kwFor:
			return p.forStmt(list)
		case kwWhile:
			return p.whileStmt(list)
		case kwDo:
			return p.doStmt(list)
		case PragmaTok, LBrack, kwAttribute: // a loop may stand behind it
		default:
			p.complain("loop-pragma", p.here(), "expected a for, while, or do-while loop to follow '#pragma %s'", first.Text)
		}
	}
	return &PragmaStmt{Range: first.Range, Pragma: first}
}

// forLoops reports whether a pragma is about the loop behind it.
func forLoops(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	word, _, _ = strings.Cut(word, "(")
	return word == "unroll" || word == "nounroll" || strings.HasPrefix(text, "clang loop")
}
