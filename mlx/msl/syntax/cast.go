package syntax

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
