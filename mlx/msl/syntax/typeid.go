package syntax

func (p *parser) decltype() TypeExpr {
	start := p.tok.Pos
	p.next()
	open := p.tok
	p.expect(LParen, " after 'decltype'")
	if p.kind == kwAuto {
		p.next()
		p.closing(RParen, open)
		return &AutoType{p.from(start), true}
	}
	defer p.restoreGT(p.allowGT())
	x := p.operand((*parser).expression)
	p.closing(RParen, open)
	return &DecltypeType{Range: p.from(start), Expr: x}
}

// typeof reads __typeof__(e) or __typeof__(T).
func (p *parser) typeof() TypeExpr {
	start := p.tok.Pos
	p.next()
	open := p.tok
	p.expect(LParen, " after '__typeof__'")
	defer p.restoreGT(p.allowGT())
	var t TypeExpr
	if p.startsType() && p.ask(askCast, (*parser).typeThenParen) {
		t = p.typeID()
		p.closing(RParen, open)
	} else {
		x := p.operand((*parser).expression)
		p.closing(RParen, open)
		t = &DecltypeType{Range: p.from(start), Expr: x, Typeof: true}
	}
	return t
}

// typeTrait reads __underlying_type(T) and the like as a type.
func (p *parser) typeTrait() TypeExpr {
	start := p.tok.Pos
	x := p.trait()
	return &DecltypeType{Range: p.from(start), Expr: x}
}

// startsType reports whether a type begins here.
func (p *parser) startsType() bool {
	switch p.kind {
	case kwVoid, kwBool, kwChar, kwShort, kwInt, kwLong, kwSigned, kwUnsigned, kwHalf, kwFloat, kwDouble, kwBfloat,
		kwConst, kwVolatile, kwDevice, kwConstant, kwThread, kwThreadgroup, kwThreadgroupImageblock, kwRayData, kwObjectData,
		kwAuto, kwDecltype, kwTypename, kwTypeof, kwStruct, kwClass, kwUnion, kwEnum:
		return true
	case Ident:
		if next := p.peek(1); next != ColonColon && next != Less {
			switch p.lookup(p.id()).kind {
			case symType, symTypeTemplate, symForeign:
				return true
			case symNone:
				return p.looksLikeType()
			}
			return false
		} else if next == Less && p.lookup(p.id()).kind == symValue {
			return false
		}
		return p.ask(askTypeName, (*parser).namesType)
	case ColonColon:
		return p.ask(askTypeName, (*parser).namesType)
	}
	return false
}

// namesType reports whether the qualified name ahead is that of a type.
func (p *parser) namesType() bool {
	var n Name
	return p.typeName(&n, false)
}

// typeID reads a type with an abstract declarator.
func (p *parser) typeID() TypeExpr {
	t, _ := p.typePattern(specType)
	return t
}

// typePattern reads a type-id and whether ... follows it.
func (p *parser) typePattern(mode specMode) (t TypeExpr, pack bool) {
	s := p.specifiers(mode)
	d := declarator{typ: s.typ, abstract: true}
	p.declarator(&d)
	return vectorOf(d.typ, s.attrs, d.attrs), d.pack
}
