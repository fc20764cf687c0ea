package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// declaresFunction decides whether the ( behind a name opens parameters or an
// initialiser.
func (p *parser) declaresFunction(d *declarator) bool {
	if d.typ == nil || p.record != nil && !p.block || d.name.Of != nil {
		return true
	}
	if d.name.HasArgs { // f<int>(…): a specialisation or instantiation
		return true
	}
	return p.ask(askParams, (*parser).paramsAhead)
}

// paramsAhead reports whether the ( ahead opens a parameter list: each of what
// it has may be a parameter. Where a type is followed by another parenthesis,
// as in T(x), this is open until the last one is read.
func (p *parser) paramsAhead() bool {
	p.next()
	if p.kind == RParen || p.kind == kwVoid && p.peek(1) == RParen {
		return true
	}
	for {
		switch {
		case p.kind == Ellipsis, p.kind == kwKernel, p.kind == kwAlignas, noParameter(p.kind) != "", p.kind == LBrack && p.peek(1) == LBrack, qualifier(p.kind) != 0:
			return true
		case !p.startsType():
			return false
		case p.peek(1) == Ident && (p.peek(2) == Comma || p.peek(2) == RParen): // a type and a name, nearly always
			return true
		}
		d := declarator{typ: p.specifiers(specParam).typ, optional: true}
		open := p.kind == LParen
		p.declarator(&d)
		if p.kind == Ellipsis || !open && d.name != nil {
			return true
		}
		if p.accept(Assign) && open {
			p.assignment()
		}
		if !open || !p.accept(Comma) {
			return p.kind == RParen || p.kind == Comma
		}
	}
}

// params reads (params).
func (p *parser) params() (params []*ParamDecl, variadic bool) {
	open := p.tok
	p.next()
	gt := p.allowGT()
	if p.kind == kwVoid && p.peek(1) == RParen {
		p.next()
	}
	list := p.nodes.paramList.mark()
	for p.kind != RParen && !p.failed && !p.beginsBody() {
		if p.accept(Ellipsis) {
			variadic = true
			break
		}
		p.nodes.paramList.add(p.param())
		if p.accept(Ellipsis) { // (int n...)
			variadic = true
			break
		}
		if !p.accept(Comma) && !p.lacksComma(open) {
			break
		}
		if p.kind == RParen && p.asking == 0 {
			p.complain("expected-token", p.here(), "expected parameter declarator")
		}
	}
	p.restoreGT(gt)
	if p.beginsBody() {
		p.report(p.unmatched("')'", open)) // and the body is read
	} else {
		p.closing(RParen, open)
	}
	return p.nodes.paramList.take(list), variadic
}

// beginsBody reports what follows the parameters of a function: the ) in front is missing.
func (p *parser) beginsBody() bool {
	next := p.peek(1)
	return p.asking == 0 && (p.kind == LBrace || p.kind == Colon && p.record != nil && !p.block || p.kind == Assign && (next == kwDefault || next == kwDelete))
}

// lacksComma reports that a semicolon or nothing stands where a comma should,
// in front of another parameter.
func (p *parser) lacksComma(open Token) bool {
	if p.failed || p.asking > 0 || p.kind == RParen {
		return false
	}
	i, d := p.i, p.unmatched("')'", open)
	d.Fixes = []diag.Fix{{Span: at(p.end), Text: ","}}
	if p.kind == Semi {
		d.Fixes[0].Span = p.here()
		p.next()
	}
	if qualifier(p.kind) == 0 && !p.startsType() {
		p.goTo(i)
		return false
	}
	p.report(d)
	return true
}

// noParameter says what is wrong with a specifier of variables or functions in
// front of a parameter; "" if k is none.
func noParameter(k Kind) string {
	switch k {
	case kwStatic, kwExtern, kwTypedef, kwMutable:
		return "invalid storage class specifier in function declarator"
	case kwConstexpr:
		return "function parameter cannot be constexpr"
	case kwInline, kwVirtual, kwExplicit:
		return "'" + k.String() + "' can only appear on functions"
	case kwRegister:
		return noRegister
	case kwThreadLocal:
		return "'thread_local' is not supported in Metal"
	}
	return ""
}

// param reads one parameter and makes its name known.
func (p *parser) param() *ParamDecl {
	start := p.tok.Pos
	for ; noParameter(p.kind) != ""; p.next() {
		p.superfluous("parameter-specifier", noParameter(p.kind))
	}
	switch {
	case p.kind == kwVoid && p.peek(1) == RParen:
		p.fail("void-parameter", p.here(), "'void' must be the first and only parameter if specified")
	case p.kind == kwKernel:
		p.fail("attribute", p.here(), "'kernel' attribute only applies to functions")
	case p.kind == Number:
		p.expected("parameter declarator")
	}
	s := p.specifiers(specParam)
	d := declarator{typ: s.typ, optional: true}
	open := p.kind == LParen
	p.declarator(&d)
	q := p.nodes.params.put(ParamDecl{open: open, Type: d.typ, NamePos: d.namePos, Pack: d.pack, Attrs: joinAttrs(s.attrs, d.attrs)})
	if d.name != nil {
		switch n := d.name; {
		case n.Operator():
			p.complain("parameter-name", n.OwnSpan(), "'%s' cannot be the name of a parameter", n.Ident)
		case !n.Simple():
			p.complain("parameter-name", n.OwnSpan(), "parameter declarator cannot be qualified")
		}
		q.Name = d.name.Ident
		p.checkShadow(d.id, d.namePos.Span())
		p.declareLocal(d.id, symbol{kind: symValue, pack: d.pack})
	}
	if p.accept(Assign) {
		if p.kind == LBrace {
			q.Default = p.initList()
		} else {
			q.Default = p.assignment()
		}
	}
	if p.kind == LBrack && p.peek(1) == LBrack || p.kind == kwAttribute {
		q.Attrs = p.attributes(q.Attrs, new(Specifiers))
	}
	q.Attrs = p.semantic(q.Attrs)
	for i := range q.Attrs {
		if a := &q.Attrs[i]; a.Name == "alignas" {
			p.complain("attribute", a.Span(), "'alignas' attribute cannot be applied to a function parameter")
		}
	}
	q.Range = p.from(start)
	return q
}
