package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// expression reads an expression with commas.
func (p *parser) expression() Expr {
	start := p.tok.Pos
	x := p.assignment()
	for p.kind == Comma && p.peek(1) != Ellipsis {
		op := p.tok.Pos
		p.next()
		y := p.assignment()
		x = p.binaryExpr(start, Comma, op, x, y)
	}
	return x
}

func (p *parser) binaryExpr(start diag.Pos, op Kind, at diag.Pos, x, y Expr) Expr {
	return p.nodes.binaries.put(BinaryExpr{Range: p.from(start), Op: op, OpPos: at, X: x, Y: y})
}

// assignment reads an expression without commas.
func (p *parser) assignment() Expr {
	if !p.deeper() {
		return nil
	}
	x := p.assigned(p.tok.Pos, precCond)
	p.depth--
	return x
}

// assigned reads operators that bind at least as tightly as level, and what is
// assigned to that.
func (p *parser) assigned(start diag.Pos, level uint8) Expr {
	x := p.binary(level)
	if precedence[p.kind] != precAssign || p.peek(1) == Ellipsis { // a fold (x = ... = y)
		return x
	}
	op := p.tok
	p.next()
	var y Expr
	if p.kind == LBrace {
		y = p.initList()
	} else {
		y = p.assignment()
	}
	return p.binaryExpr(start, op.Kind, op.Pos, x, y)
}

// sides reads what is behind a ?, with all that follow it as c and d do in
// a ? x : c ? y : d ? z : w.
func (p *parser) sides(start diag.Pos, cond Expr) Expr {
	first := &CondExpr{Cond: cond, Range: Range{Start: start}}
	for last, n := first, 1; ; n++ {
		question := p.tok
		last.OpPos = question.Pos
		p.next()
		gt := p.allowGT()
		if p.kind != Colon && p.deeper() {
			last.X = p.expression()
			p.depth--
		}
		p.restoreGT(gt)
		if !p.failed && !p.accept(Colon) {
			p.missing("':'", question)
		}
		at := p.tok.Pos
		last.Y = p.assigned(at, precCond+1)
		if p.kind != Question || p.failed {
			break
		}
		if n == maxChain {
			p.fail("nesting", p.here(), "nested too deeply; the limit is %d conditional operators behind each other's ':'", maxChain)
			break
		}
		next := &CondExpr{Cond: last.Y, Range: Range{Start: at}}
		last.Y, last = next, next
	}
	for s := first; s != nil; s, _ = s.Y.(*CondExpr) {
		s.End = p.end
	}
	return first
}

// conditional reads an expression without assignments, as constants are.
func (p *parser) conditional() Expr {
	if !p.deeper() {
		return nil
	}
	x := p.binary(precCond)
	p.depth--
	return x
}

// binary reads operators that bind at least as tightly as level.
func (p *parser) binary(level uint8) Expr {
	start := p.tok.Pos
	x := p.unary()
	for {
		k := p.kind
		prec := precedence[k]
		if prec < level || prec <= precAssign {
			return x
		}
		if p.noGT && (k == Greater || k == Shr) {
			return x
		}
		if p.peek(1) == Ellipsis && prec > precCond { // (x op ...)
			return x
		}
		if k == Question {
			x = p.sides(start, x)
			continue
		}
		op := p.tok.Pos
		p.next()
		y := p.binary(prec + 1)
		if p.failed {
			return x
		}
		x = p.binaryExpr(start, k, op, x, y)
	}
}

// unary reads prefix operators and casts.
func (p *parser) unary() Expr {
	start := p.tok.Pos
	switch k := p.kind; k {
	case Plus, Minus, Not, Tilde, Star, Amp, PlusPlus, MinusMinus:
		if !p.deeper() {
			return nil
		}
		p.next()
		x := p.unary()
		p.depth--
		return p.nodes.unaries.put(UnaryExpr{Range: p.from(start), Op: k, X: x})
	case kwExtension: // which tells clang not to warn
		if !p.deeper() {
			return nil
		}
		p.next()
		x := p.unary()
		p.depth--
		return x
	case LParen:
		if p.castAhead() {
			return p.cast()
		}
	case kwSizeof, kwAlignof:
		return p.postfix(start, p.sizeof())
	}
	return p.postfix(start, p.primary())
}

// castAhead tells (T)x from (x).
func (p *parser) castAhead() bool {
	switch p.peek(1) {
	case Ident, ColonColon, kwVoid, kwBool, kwChar, kwShort, kwInt, kwLong, kwSigned, kwUnsigned, kwHalf, kwFloat, kwDouble, kwBfloat,
		kwConst, kwVolatile, kwDevice, kwConstant, kwThread, kwThreadgroup, kwThreadgroupImageblock, kwDecltype, kwTypename, kwTypeof, kwStruct, kwUnion, kwEnum:
	default:
		return false
	}
	if p.peek(1) == Ident {
		// (x) and (x op …) need no lookahead where x is a value.
		sym := p.lookup(p.table.ident(p.toks[p.i+1]))
		next := p.peek(2)
		if sym.kind == symValue || sym.kind == symValueTemplate && next != Less {
			return false
		}
		if sym.kind == symNone && next != ColonColon && next != Less && next != RParen {
			return p.unknownCastAhead()
		}
		if sym.kind == symNone && next == RParen {
			return p.startsOperand(3)
		}
		if (sym.kind == symType || sym.kind == symTypeTemplate) && next == RParen {
			return true
		}
	}
	return p.ask(askCast, (*parser).castFollows)
}

// unknownCastAhead recognises (unknown *) and (unknown device *).
func (p *parser) unknownCastAhead() bool {
	switch p.peek(2) {
	case Star, Amp:
		return p.peek(3) == RParen
	case kwDevice, kwConstant, kwThread, kwThreadgroup, kwConst:
		return true
	}
	return false
}

func (p *parser) castFollows() bool {
	p.next()
	if !p.startsType() {
		return false
	}
	_, function := p.typeID().(*FuncType) // to which nothing is cast: (T()) makes a T
	return p.kind == RParen && !function
}

// startsOperand reports whether the n-th token ahead can begin what is cast to
// a type that is not known.
func (p *parser) startsOperand(n int) bool {
	switch p.peek(n) {
	case Ident, Number, Char, String, Not, Tilde, kwTrue, kwFalse, kwThis, kwSizeof, kwAlignof, kwNullptr,
		kwStaticCast, kwReinterpretCast, kwConstCast, kwVoid, kwBool, kwChar, kwShort, kwInt, kwLong, kwSigned, kwUnsigned,
		kwHalf, kwFloat, kwDouble, kwBfloat, kwTypename, kwDecltype, kwTypeof:
		return true
	}
	return false
}

func (p *parser) cast() Expr {
	start, open := p.tok.Pos, p.tok
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	p.next()
	gt := p.allowGT()
	t := p.typeID()
	p.restoreGT(gt)
	p.closing(RParen, open)
	if p.kind == LBrace { // a compound literal
		c := &ConstructExpr{Type: t, List: p.initList()}
		c.Range = p.from(start)
		return p.postfix(start, c)
	}
	x := p.unary()
	return p.nodes.casts.put(CastExpr{Range: p.from(start), Kind: "c", Type: t, X: x})
}

func (p *parser) sizeof() Expr {
	start := p.tok.Pos
	s := &SizeofExpr{Op: p.kind.String()}
	p.next()
	if p.kind == Ellipsis {
		p.next()
		s.Op = "sizeof..."
		open := p.tok
		p.expect(LParen, " after 'sizeof...'")
		s.Pack = p.text()
		p.expect(Ident, "")
		p.closing(RParen, open)
		s.Range = p.from(start)
		return s
	}
	if p.kind == LParen {
		open := p.tok
		if p.ask(askCast, (*parser).sizeofType) {
			p.next()
			gt := p.allowGT()
			s.Type = p.typeID()
			p.restoreGT(gt)
			p.closing(RParen, open)
			s.Range = p.from(start)
			return s
		}
	}
	if p.deeper() {
		s.X = p.operand((*parser).unary)
		p.depth--
	}
	s.Range = p.from(start)
	return s
}

// operand reads an expression that is not evaluated.
func (p *parser) operand(read func(*parser) Expr) Expr {
	p.operands++
	x := read(p)
	p.operands--
	return x
}

func (p *parser) sizeofType() bool {
	p.next()
	if !p.startsType() {
		return false
	}
	p.typeID()
	return p.kind == RParen
}

// postfix reads what follows a primary expression.
func (p *parser) postfix(start diag.Pos, x Expr) Expr {
	for !p.failed {
		switch k := p.kind; k {
		case LBrack:
			open := p.tok
			p.next()
			gt := p.allowGT()
			var i Expr
			if p.kind == LBrace {
				i = p.initList()
			} else {
				i = p.expression()
			}
			p.restoreGT(gt)
			p.closing(RBrack, open)
			x = p.nodes.indexes.put(IndexExpr{Range: p.from(start), X: x, Index: i})
		case LParen:
			args := p.args()
			x = p.nodes.calls.put(CallExpr{Range: p.from(start), Fun: x, Args: args})
		case Dot, Arrow:
			at := p.tok.Pos
			p.next()
			x = p.memberExpr(start, x, k == Arrow, at)
		case PlusPlus, MinusMinus:
			p.next()
			x = p.nodes.postfixes.put(PostfixExpr{Range: p.from(start), Op: k, X: x})
		default:
			return x
		}
	}
	return x
}

// memberExpr reads the name behind . or ->.
func (p *parser) memberExpr(start diag.Pos, x Expr, arrow bool, op diag.Pos) Expr {
	if p.kind == Tilde {
		d := &DestroyExpr{X: x, Arrow: arrow, OpPos: op}
		p.next()
		switch p.kind {
		case Ident:
			d.Type = p.memberPointerClass()
		case kwDecltype:
			d.Type = p.decltype()
		default:
			p.fail("expected-identifier", p.here(), "expected a class name after '~' to name a destructor")
			return d
		}
		return p.destroy(start, d)
	}
	m := p.nodes.selects.new()
	m.X, m.Arrow, m.OpPos = x, arrow, op
	template := p.accept(kwTemplate)
	switch {
	case p.kind == Ident && p.peek(1) == Less && (template || p.id().memberTemplate && p.ask(askTemplateArgs, (*parser).memberTemplateAhead)):
		p.identifier(&m.Name)
		m.Name.HasArgs, m.Name.Args = true, p.templateArgs()
		m.Name.End = p.end
	case p.kind == Ident && p.peek(1) != ColonColon:
		p.identifier(&m.Name)
	case p.kind == Ident, p.kind == kwOperator:
		p.newName(&m.Name)
	default:
		p.fail("expected-identifier", p.here(), "expected unqualified-id")
	}
	if m.Name.Of != nil && strings.HasPrefix(m.Name.Ident, "~") { // x.T::~T()
		class := p.nodes.named.new()
		class.Name, class.Range = *m.Name.Of, m.Name.Of.Range
		return p.destroy(start, &DestroyExpr{X: x, Arrow: arrow, OpPos: op, Type: class})
	}
	m.Range = p.from(start)
	return m
}

// destroy reads the () of a destructor's call.
func (p *parser) destroy(start diag.Pos, d *DestroyExpr) Expr {
	switch open := p.tok; {
	case p.failed:
	case p.kind != LParen:
		p.fail("expected-token", p.here(), "reference to destructor must be called; did you mean to call it with no arguments?")
	default:
		p.next()
		p.closing(RParen, open)
	}
	d.Range = p.from(start)
	return d
}

func (p *parser) memberTemplateAhead() bool {
	p.next()
	p.templateArgs()
	return p.kind == LParen
}

// args reads (a, b…).
func (p *parser) args() []Expr {
	open := p.tok
	p.next()
	gt := p.allowGT()
	args := p.nodes.exprList.mark()
	for p.kind != RParen && !p.failed {
		p.nodes.exprList.add(p.element())
		if !p.accept(Comma) {
			break
		}
		if p.kind == RParen {
			p.expected("expression")
		}
	}
	p.restoreGT(gt)
	p.closing(RParen, open)
	return p.nodes.exprList.take(args)
}

// element reads an argument or the value of an initialiser, with … behind it.
func (p *parser) element() Expr {
	start := p.tok.Pos
	var x Expr
	if p.kind == LBrace {
		x = p.initList()
	} else {
		x = p.assignment()
	}
	if p.kind == Ellipsis {
		p.next()
		x = &PackExpr{Range: p.from(start), X: x}
	}
	return x
}

// initList reads { a, .f = b, [i] = c }.
func (p *parser) initList() *InitList {
	start, open := p.tok.Pos, p.tok
	l := &InitList{}
	if !p.deeper() {
		return l
	}
	p.next()
	gt := p.allowGT()
	for p.kind != RBrace && !p.failed {
		l.add(p.initItem())
		if !p.accept(Comma) {
			break
		}
	}
	p.restoreGT(gt)
	if p.kind == Semi && p.asking == 0 { // the statement ends here, whatever else is missing
		p.balance.open--
		p.report(diag.Diagnostic{Code: "expected-token", Message: "expected '}'", Span: p.here(), Notes: []diag.Note{{Message: "to match this '{'", Span: open.Span()}}})
	} else {
		p.closing(RBrace, open)
	}
	p.depth--
	l.Range = p.from(start)
	return l
}

// add appends an item. What a nested designator gives joins what the one before
// it gave to the same field.
func (l *InitList) add(it InitItem) {
	if n := len(l.Items); it.Nested && n > 0 {
		if before := &l.Items[n-1]; before.Nested && before.Field == it.Field && it.Index == nil && before.Index == nil {
			in, to := it.X.(*InitList), before.X.(*InitList)
			to.add(in.Items[0])
			to.End, before.End = in.End, it.End
			return
		}
	}
	l.Items = append(l.Items, it)
}

// nested reads the rest of .a.b = x, which is .a = {.b = x}.
func (p *parser) nested(it InitItem, start diag.Pos) InitItem {
	if !p.deeper() {
		return it
	}
	in := p.initItem()
	p.depth--
	it.Nested, it.X = true, &InitList{Range: in.Range, Items: []InitItem{in}}
	it.Range = p.from(start)
	return it
}

func (p *parser) initItem() InitItem {
	var it InitItem
	start := p.tok.Pos
	switch {
	case p.kind == Dot && p.peek(1) == Ident:
		p.next()
		it.Field = p.text()
		p.next()
		if p.kind == Dot || p.kind == LBrack {
			return p.nested(it, start)
		}
		if p.kind != LBrace {
			p.expect(Assign, "")
		}
	case p.kind == LBrack && p.designatorAhead():
		p.next()
		it.Index = p.conditional()
		if p.accept(Ellipsis) {
			it.IndexEnd = p.conditional()
		}
		p.expect(RBrack, "")
		if p.kind == Dot || p.kind == LBrack {
			return p.nested(it, start)
		}
		p.expect(Assign, "")
	case p.kind == Ident && p.peek(1) == Colon && p.peek(2) != Colon: // GNU field: value
		it.Field = p.text()
		p.next()
		p.next()
	}
	it.X = p.element()
	it.Range = p.from(start)
	return it
}

// designatorAhead tells [0] = x from a lambda.
func (p *parser) designatorAhead() bool {
	switch p.peek(1) {
	case RBrack, Assign, Amp, Star, kwThis:
		return false
	case Ident:
		switch p.peek(2) {
		case RBrack:
			next := p.peek(3)
			return next == Assign || next == Dot || next == LBrack
		case Comma, Assign, LParen, LBrace:
			return false
		}
	}
	return true
}
