package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

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
	if template && p.kind == Ident && p.peek(1) != Less && p.peek(1) != ColonColon {
		p.complain("missing-template", p.here(), "'%s' following the 'template' keyword does not refer to a template", p.text())
	}
	switch {
	case p.kind == Ident && p.peek(1) == Less && (template || p.ask(askTemplateArgs, (*parser).memberTemplateAhead)):
		first, sym := p.tok.Pos, p.lookup(p.id())
		p.identifier(&m.Name)
		m.Name.HasArgs, m.Name.Args = true, p.templateArgs()
		m.Name.End = p.end
		if p.kind == ColonColon { // of a base
			p.next()
			of := p.nodes.names.new()
			*of = m.Name
			m.Name = Name{Of: of}
			p.components(&m.Name, first, sym.scope, true)
		}
	case p.kind == Ident && p.peek(1) != ColonColon:
		p.identifier(&m.Name)
	case p.kind == Ident, p.kind == ColonColon, p.kind == kwOperator:
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

// memberTemplateAhead reports whether a name with a < behind it is that of a member template
// which is called, or a class template's in front of ::.
func (p *parser) memberTemplateAhead() bool {
	id := p.id()
	class := p.lookup(id).kind == symTypeTemplate
	if !id.memberTemplate && !class {
		return false
	}
	p.next()
	p.templateArgs()
	return id.memberTemplate && p.kind == LParen || class && p.kind == ColonColon
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
