package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

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
