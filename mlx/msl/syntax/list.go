package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

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
