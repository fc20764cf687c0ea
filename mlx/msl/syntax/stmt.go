package syntax

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// blockStmt reads { … }.
func (p *parser) blockStmt() *BlockStmt {
	start, open := p.tok.Pos, p.tok
	b := p.nodes.blocks.new()
	if !p.expect(LBrace, "") {
		return b
	}
	p.statements(b, open)
	b.Range = p.from(start)
	return b
}

// openBlock reads a block whose '{' is missing, which it reports.
func (p *parser) openBlock(message string) *BlockStmt {
	first, b := p.tok, p.nodes.blocks.new()
	p.lacksBrace(message)
	p.statements(b, first)
	b.Range = p.from(first.Pos)
	return b
}

// statements reads those of a block and the brace that closes the one at open.
func (p *parser) statements(b *BlockStmt, open Token) {
	v := p.push()
	stmts := p.nodes.stmtList.mark()
	first := p.tok
	for p.kind != RBrace && p.kind != EOF && !p.stopped {
		from := p.i
		if p.outside(first) || p.limit > 0 && p.i >= p.limit {
			p.endFunction(from)
			break
		}
		s := p.stmt()
		if p.ended > 0 {
			break
		}
		if p.failed {
			p.resume(from)
			if p.kind == kwElse && slices.ContainsFunc(p.toks[from:p.i], func(t Token) bool { return t.Kind == kwIf }) {
				p.next() // of an if that was skipped
			}
			continue
		}
		p.nodes.stmtList.add(s)
	}
	b.Stmts = p.nodes.stmtList.take(stmts)
	p.pop(v)
	p.closing(RBrace, open)
}

// stmt reads a statement. It may be nil after an error.
func (p *parser) stmt() Stmt {
	if !p.deeper() {
		return nil
	}
	s := p.statement()
	p.depth--
	return s
}

func (p *parser) statement() Stmt {
	start := p.tok.Pos
	switch p.kind {
	case LBrace:
		return p.blockStmt()
	case Semi:
		p.next()
		return &EmptyStmt{p.from(start)}
	case kwIf:
		return p.ifStmt()
	case kwFor:
		return p.forStmt(nil)
	case kwWhile:
		return p.whileStmt(nil)
	case kwDo:
		return p.doStmt(nil)
	case kwSwitch:
		return p.switchStmt()
	case kwCase, kwDefault:
		return p.caseStmt()
	case kwBreak:
		p.next()
		p.semicolon("after break statement")
		return &BreakStmt{p.from(start)}
	case kwContinue:
		p.next()
		p.semicolon("after continue statement")
		return &ContinueStmt{p.from(start)}
	case kwReturn:
		p.next()
		r := p.nodes.returns.new()
		if p.kind == LBrace {
			r.X = p.initList()
		} else if p.kind != Semi && p.kind != RBrace {
			r.X = p.expression()
		}
		p.semicolon("after return statement")
		r.Range = p.from(start)
		return r
	case PragmaTok:
		return p.pragmaStmt()
	case kwGoto, kwAsm, kwThrow, kwCatch:
		p.refuse(p.kind.String())
		return nil
	case kwTry:
		return p.tryStmt()
	case kwElse:
		p.expected("expression")
		return nil
	case kwExtension:
		m := p.i
		for p.accept(kwExtension) {
		}
		if p.startsDeclaration() {
			return p.declStmt()
		}
		p.rewind(m)
	case LBrack, kwAttribute:
		if p.kind == kwAttribute || p.peek(1) == LBrack { // [[fallthrough]] and the like
			m := p.i
			if attrs := p.attributes(nil, new(Specifiers)); !p.startsDeclaration() {
				bare, loop := p.kind == Semi, p.kind == kwFor || p.kind == kwWhile || p.kind == kwDo
				s := p.statement()
				p.fallsThrough(attrs, bare)
				p.ofStatement(attrs, loop)
				return s
			}
			p.rewind(m)
		}
	case Ident:
		if p.peek(1) == Colon && p.peek(2) != Assign {
			p.complain("unsupported", p.here(), "labeled statements are not supported in Metal")
			p.next()
			p.next()
			return p.body()
		}
		if p.peek(1) == LParen && p.lookup(p.id()).kind == symNone && (p.id().name == "elif" || p.id().name == "elseif") {
			at := p.here()
			p.report(diag.Diagnostic{Code: "foreign-word", Message: "'" + p.text() + "' is not a word of Metal; did you mean 'else if'?", Span: at, Fixes: []diag.Fix{{Span: at, Text: "else if"}}})
			return p.ifStmt()
		}
	}
	if p.startsDeclaration() {
		return p.declStmt()
	}
	x := p.expression()
	if p.failed {
		return nil
	}
	p.semicolon("after expression")
	return p.nodes.exprStmts.put(ExprStmt{Range: p.from(start), X: x})
}

// tryStmt refuses exceptions and reads on behind the handlers.
func (p *parser) tryStmt() Stmt {
	p.complain("unsupported", p.here(), "'try' is not supported in Metal")
	p.next()
	b := p.blockStmt()
	for p.kind == kwCatch && !p.failed {
		for p.kind != LBrace && p.kind != EOF {
			p.next()
		}
		p.blockStmt()
	}
	return b
}

// rewind goes back to token i; nothing was declared since.
func (p *parser) rewind(i int) {
	if p.failed {
		return
	}
	p.goTo(i)
}

func (p *parser) declStmt() Stmt {
	start := p.tok.Pos
	d := p.nodes.declStmts.put(DeclStmt{Decls: p.external(p.nodes.decls.room(1))})
	if p.failed && len(d.Decls) == 0 {
		return nil
	}
	d.Range = p.from(start)
	return d
}

// startsDeclaration tells a declaration from an expression.
func (p *parser) startsDeclaration() bool {
	switch p.kind {
	case kwConst, kwVolatile, kwDevice, kwConstant, kwThread, kwThreadgroup, kwThreadgroupImageblock, kwRayData, kwObjectData,
		kwStatic, kwInline, kwConstexpr, kwExtern, kwExplicit, kwFriend, kwMutable, kwTypedef, kwUsing, kwStruct, kwClass, kwUnion, kwEnum, kwStaticAssert,
		kwTemplate, kwNamespace, kwKernel, kwVertex, kwFragment, kwAlignas, kwRegister, kwThreadLocal, kwVirtual, kwAttribute, LBrack:
		return p.kind != LBrack || p.peek(1) == LBrack
	case kwAuto:
		return true
	case kwVoid, kwBool, kwChar, kwShort, kwInt, kwLong, kwSigned, kwUnsigned, kwHalf, kwFloat, kwDouble, kwBfloat:
		switch p.peek(1) {
		case LParen:
			return p.ask(askDeclarator, (*parser).declarationAhead)
		case LBrace, Dot, RParen:
			return false
		}
		return true
	case kwDecltype, kwTypename, kwTypeof, ColonColon:
		return p.ask(askDeclarator, (*parser).declarationAhead)
	case Ident:
		sym := p.lookup(p.id())
		switch next := p.peek(1); {
		case next == ColonColon, next == Less && sym.kind != symValue:
			return p.ask(askDeclarator, (*parser).declarationAhead)
		case sym.kind == symType || sym.kind == symTypeTemplate:
			switch next {
			case Ident, Star, Amp, AndAnd, kwConst, kwVolatile, kwDevice, kwConstant, kwThread, kwThreadgroup, Semi:
				return true
			case LParen:
				return p.ask(askDeclarator, (*parser).declarationAhead)
			}
		case sym.kind == symNone:
			return p.looksLikeType()
		case sym.kind == symForeign && p.isForeign(p.id(), next):
			return true
		}
	}
	return false
}

// declarationAhead reports whether specifiers and a declarator stand ahead.
func (p *parser) declarationAhead() bool {
	if !p.startsType() {
		return false
	}
	s := p.specifiers(specType)
	if p.failed {
		return false
	}
	switch p.kind {
	case Ident, kwOperator:
		return true
	case Star, Amp, AndAnd:
		d := declarator{typ: s.typ}
		p.pointers(&d)
		return p.kind == Ident || p.kind == LParen && p.peek(1) == Star
	case LParen:
		return p.groupsMemberPointer() || p.declaresInParentheses()
	}
	return false
}

// declaresInParentheses reports whether a name in parentheses is ahead, by itself or behind * and &,
// with what may follow it where it is declared: T (x); as well as T (*x)[2] and T (x)(1);
func (p *parser) declaresInParentheses() bool {
	open, derived := 0, false
	for p.accept(LParen) {
		open++
		for p.kind == Star || p.kind == Amp || p.kind == AndAnd || derived && qualifier(p.kind) != 0 {
			derived = true
			p.next()
		}
	}
	if !p.accept(Ident) {
		return false
	}
	for p.kind == LBrack {
		p.skipBrackets()
	}
	for ; open > 0; open-- {
		if !p.accept(RParen) {
			return false
		}
	}
	switch p.kind {
	case LParen, LBrace:
		p.skipBrackets()
		return p.kind == Semi || p.kind == Comma || derived && (p.kind == Assign || p.kind == LBrace)
	case LBrack, Assign, Semi, Comma, Colon:
		return true
	}
	return false
}

// skipBrackets goes on behind what the bracket ahead opens.
func (p *parser) skipBrackets() {
	for open := 0; p.kind != EOF; {
		switch p.kind {
		case LParen, LBrack, LBrace:
			open++
		case RParen, RBrack, RBrace:
			open--
		}
		p.next()
		if open == 0 {
			return
		}
	}
}

// caseStmt reads labels of a switch, and the statement behind them.
func (p *parser) caseStmt() Stmt {
	var first, last *CaseStmt
	for !p.failed && (p.kind == kwCase || p.kind == kwDefault) {
		c, word := &CaseStmt{Range: Range{Start: p.tok.Pos}}, p.kind
		p.next()
		if word == kwCase {
			c.Value = p.conditional()
			if p.accept(Ellipsis) {
				c.Last = p.conditional()
			}
		}
		if !p.failed && !p.accept(Colon) {
			p.report(diag.Diagnostic{Code: "expected-token", Message: "expected ':' after '" + word.String() + "'", Span: at(p.end), Fixes: []diag.Fix{{Span: at(p.end), Text: ":"}}})
		}
		if first == nil {
			first = c
		} else {
			last.Body = c
		}
		last = c
	}
	if !p.failed && p.kind != RBrace {
		last.Body = p.stmt()
	}
	for c := first; c != nil; c, _ = c.Body.(*CaseStmt) {
		c.End = p.end
	}
	return first
}

// parenthesis begins the parenthesised part of a control statement.
func (p *parser) parenthesis(word string) Token {
	open := p.tok
	if !p.accept(LParen) {
		p.expected("'(' after '" + word + "'")
	}
	p.header = true
	return open
}

// endHeader reads the parenthesis that closes the one at open.
func (p *parser) endHeader(open Token) {
	p.header = false
	p.closing(RParen, open)
}

// ifStmt reads an if with all that follow it behind else.
func (p *parser) ifStmt() Stmt {
	first := p.nodes.ifs.new()
	v := p.push()
	s := first
	for {
		s.Start = p.tok.Pos
		p.next()
		s.Constexpr = p.accept(kwConstexpr)
		open := p.parenthesis("if")
		s.Init, s.Cond, s.CondDecl = p.selection()
		p.endHeader(open)
		s.Then = p.body()
		if p.kind != kwElse {
			break
		}
		s.ElsePos = p.tok.Pos
		p.next()
		if p.kind != kwIf || p.failed {
			s.Else = p.body()
			break
		}
		p.names.level++ // what the next one declares hides what this one does
		next := p.nodes.ifs.new()
		s.Else, s = next, next
	}
	p.pop(v)
	for s = first; s != nil; s, _ = s.Else.(*IfStmt) {
		s.End = p.end
	}
	return first
}

// selection reads [init;] condition, as if and switch have it; the condition
// may be a declaration.
func (p *parser) selection() (init Stmt, cond Expr, decl *VarDecl) {
	if p.startsDeclaration() || p.kind == kwUsing {
		decl = p.conditionDecl(&init)
	} else if p.kind != Semi {
		cond = p.expression()
	}
	if p.kind == Semi && decl == nil {
		p.next()
		if cond != nil {
			init = &ExprStmt{Range: Range(cond.Span()), X: cond}
		}
		if cond = nil; p.startsDeclaration() {
			decl = p.conditionDecl(nil)
		} else {
			cond = p.expression()
		}
	}
	return init, cond, decl
}

// conditionDecl reads T x = e of a condition. If a semicolon follows, that was
// the initialiser: it goes to init and the condition is left for the caller.
func (p *parser) conditionDecl(init *Stmt) *VarDecl {
	s := p.specifiers(specDecl)
	if p.failed {
		return nil
	}
	start := s.start
	d := declarator{typ: s.typ}
	p.declarator(&d)
	if p.failed {
		return nil
	}
	first := p.entity(&s, &d, false)
	if init == nil || p.kind != Semi && p.kind != Comma { // the condition itself
		v, ok := first.(*VarDecl)
		if !ok {
			p.fail("binding-place", first.Span(), "decomposition declaration not permitted in this context")
			return nil
		}
		p.notDefined(s.typ, "a condition")
		switch v.InitKind {
		case NoInit:
			p.complain("condition", v.NamePos.Span(), "variable declaration in condition must have an initializer")
		case DirectInit:
			p.complain("condition", v.Init.Span(), "variable declaration in condition cannot have a parenthesized initializer")
		}
		return v
	}
	ds := &DeclStmt{Decls: []Decl{first}}
	for p.accept(Comma) {
		d := declarator{typ: s.typ}
		p.declarator(&d)
		if p.failed {
			return nil
		}
		ds.Decls = append(ds.Decls, p.entity(&s, &d, false))
	}
	if p.kind != Semi {
		p.expected("';' in condition")
		return nil
	}
	ds.Range = p.from(start)
	*init = ds
	return nil
}

// body reads the statement that a control statement governs.
func (p *parser) body() Stmt {
	if p.failed {
		return nil
	}
	if p.kind == LBrace {
		return p.stmt()
	}
	if p.kind == RBrace || p.kind == EOF {
		p.expected("statement")
		return nil
	}
	v := p.push()
	s := p.stmt()
	p.pop(v)
	return s
}

func (p *parser) switchStmt() Stmt {
	start := p.tok.Pos
	p.next()
	open := p.parenthesis("switch")
	v := p.push()
	defer p.pop(v)
	s := &SwitchStmt{}
	s.Init, s.X, s.XDecl = p.selection()
	p.endHeader(open)
	p.switches++
	if (p.kind == kwCase || p.kind == kwDefault) && p.surplusBrace() {
		s.Body = p.openBlock("expected '{' after 'switch (...)'")
	} else {
		s.Body = p.body()
	}
	p.switches--
	s.Range = p.from(start)
	return s
}

// ofStatement checks attributes in front of a statement: opencl_unroll_hint is one of loops.
func (p *parser) ofStatement(attrs []Attr, loop bool) {
	for i := range attrs {
		a := &attrs[i]
		if a.Name != "opencl_unroll_hint" {
			if a.Name == "unused" || slices.Contains(ofEntities, a.Name) {
				p.complain("attribute-place", a.Span(), "'%s' attribute cannot be applied to a statement", a.Name)
			}
			continue
		}
		n := &IntLit{Value: 1}
		if len(a.Args) == 1 {
			n, _ = a.Args[0].(*IntLit)
		}
		switch {
		case !loop:
			p.complain("unroll", a.Span(), "'%s' attribute only applies to 'for', 'while', and 'do' statements", a.Name)
		case len(a.Args) > 1:
			p.complain("unroll", a.Span(), "'%s' attribute takes no more than 1 argument", a.Name)
		case n != nil && n.Value == 0:
			p.complain("unroll", a.Span(), "'%s' attribute requires a positive integral compile time constant expression", a.Name)
		}
	}
}

// fallsThrough checks where [[fallthrough]] stands: as a statement of its own in
// front of a label.
func (p *parser) fallsThrough(attrs []Attr, bare bool) {
	for _, a := range attrs {
		switch {
		case a.Name != "fallthrough":
		case !bare:
			p.complain("fallthrough", a.Span(), "'fallthrough' attribute only applies to empty statements")
		case p.switches == 0:
			p.complain("fallthrough", a.Span(), "fallthrough annotation is outside switch statement")
		case p.kind != kwCase && p.kind != kwDefault:
			p.complain("fallthrough", a.Span(), "fallthrough annotation does not directly precede switch label")
		}
	}
}
