package syntax

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// identifier makes n the identifier that is the current token.
func (p *parser) identifier(n *Name) {
	t := &p.tok
	*n = Name{Range: Range{t.Pos, t.End()}, Own: t.Pos, Ident: p.text()}
	p.next()
}

// name reads a possibly qualified name into n and says what it stands for.
func (p *parser) name(n *Name) symbol {
	if p.kind == Ident && p.peek(1) != ColonColon && p.peek(1) != Less {
		sym := p.lookup(p.id())
		if sym.pack {
			p.packs++
		}
		if sym.kind == symNone {
			p.unknownName(p.id())
		}
		p.identifier(n)
		return sym
	}
	start := p.tok.Pos
	*n = Name{}
	switch p.kind {
	case ColonColon:
		p.next()
		n.Global = true
		return p.components(n, start, p.global, true)
	case kwDecltype:
		t := p.decltype()
		if p.kind != ColonColon {
			p.expect(ColonColon, "")
			return symbol{}
		}
		return p.nameBehind(n, t)
	}
	return p.components(n, start, nil, false)
}

// newName reads a name that nothing need have declared: one that is declared,
// or a member's.
func (p *parser) newName(n *Name) symbol {
	general := p.general
	p.general = 0
	sym := p.name(n)
	p.general = general
	return sym
}

// nameBehind reads the rest of decltype(e)::a.
func (p *parser) nameBehind(n *Name, decltype TypeExpr) symbol {
	p.next()
	of := p.nodes.names.new()
	r := Range(decltype.Span())
	*of = Name{Range: r, Own: r.Start, Ident: "decltype", Args: []TemplateArg{{Range: r, Type: decltype}}}
	*n = Name{Of: of}
	return p.components(n, r.Start, nil, true)
}

// components reads a::b::c; in is the scope of what stands in front.
func (p *parser) components(n *Name, start diag.Pos, in *scope, qualified bool) symbol {
	for {
		template := qualified && p.accept(kwTemplate)
		sym := p.component(n, in, qualified, template)
		n.Range = p.from(start)
		if p.failed || p.kind != ColonColon || !p.continuesName() {
			return sym
		}
		p.next()
		in, qualified = sym.scope, true
		if in == nil && (sym.kind == symNamespace) {
			in = p.builtinScope(n.Ident)
		}
		of := p.nodes.names.new()
		*of = *n
		*n = Name{Of: of}
	}
}

// builtinScope stands for a namespace that Metal's headers would declare.
func (p *parser) builtinScope(name string) *scope {
	return p.nodes.newScope(name, nil)
}

// continuesName reports whether a name goes on behind the :: ahead.
func (p *parser) continuesName() bool {
	switch p.peek(1) {
	case Ident, kwTemplate, kwOperator, Tilde:
		return true
	case kwVoid, kwBool, kwChar, kwShort, kwInt, kwLong, kwHalf, kwFloat, kwDouble, kwBfloat:
		return true // which component reports, but for metal::bfloat
	}
	return false
}

// component reads one component into n and says what it stands for.
func (p *parser) component(n *Name, in *scope, qualified, template bool) (sym symbol) {
	n.Own = p.tok.Pos
	switch {
	case p.kind == kwOperator:
		p.operatorName(n)
	case p.kind == Tilde && p.peek(1) == Ident:
		p.next()
		n.Ident = "~" + p.text()
		p.next()
	case p.kind == kwBfloat && in != nil && in.name == "metal":
		n.Ident = p.text() // a class there, say Apple's headers
		sym = symbol{kind: symType}
		p.next()
	case p.kind == Ident:
		id := p.id()
		n.Ident = p.text()
		if qualified {
			sym = p.member(in, id)
		} else {
			if sym = p.lookup(id); sym.pack {
				p.packs++
			}
			if sym.kind == symNone {
				p.unknownName(id)
			}
		}
		p.next()
	default:
		p.fail("expected-identifier", p.here(), "expected unqualified-id")
		return sym
	}
	if p.kind == Less && p.hasTemplateArgs(sym, template) {
		n.HasArgs = true
		if !template {
			p.needTemplate(n)
		}
		n.Args = p.templateArgs()
		switch sym.kind {
		case symTypeTemplate:
			sym.kind = symType
		case symValueTemplate:
			sym.kind = symValue
		}
	}
	return sym
}

// hasTemplateArgs decides whether the < ahead begins template arguments.
func (p *parser) hasTemplateArgs(sym symbol, template bool) bool {
	switch {
	case template, sym.kind == symTypeTemplate, sym.kind == symValueTemplate:
		return true
	case sym.kind == symType && sym.scope != nil:
		return true // the name of a specialisation inside of it
	case sym.kind == symNone:
		return p.ask(askTemplateArgs, (*parser).templateArgsAhead)
	}
	return false
}

// templateArgsAhead reports whether the < ahead reads as template arguments
// after which a name that is not known would make sense.
func (p *parser) templateArgsAhead() bool {
	p.templateArgs()
	switch p.kind {
	case LParen, ColonColon, LBrace, Semi, Comma, RParen, Ident, Greater, Star, Amp, Ellipsis:
		return true
	}
	return false
}

// templateArgs reads <...>.
func (p *parser) templateArgs() []TemplateArg {
	open := p.tok
	if !p.deeper() {
		return nil
	}
	p.next()
	c := p.allowGT()
	p.noGT = true
	args := p.nodes.argList.mark()
	for !p.startsAngleClose() {
		p.nodes.argList.add(p.templateArg())
		if !p.accept(Comma) {
			break
		}
		if p.startsAngleClose() {
			p.expected("expression")
		}
	}
	p.restoreGT(c)
	p.depth--
	if !p.closeAngle() {
		p.missing("'>'", open)
	}
	return p.nodes.argList.take(args)
}

// templateArg reads a type or an expression.
func (p *parser) templateArg() TemplateArg {
	start := p.tok.Pos
	var a TemplateArg
	switch {
	case p.kind == Ident && p.lookup(p.id()).kind == symNone && (p.peek(1) == Comma || p.peek(1) == Greater || p.peek(1) == Shr || p.peek(1) == Ellipsis):
		x := p.nodes.idents.new()
		p.unknownName(p.id())
		p.identifier(&x.Name)
		a.Type, a.Expr = p.namedType(&x.Name), x
	case p.startsType() && (endsTypeArg(p.peek(1)) || p.ask(askTypeArg, (*parser).typeArgAhead)):
		a.Type, a.Pack = p.typePattern(specType)
	default:
		a.Expr = p.conditional()
	}
	a.Pack = p.accept(Ellipsis) || a.Pack
	a.Range = p.from(start)
	return a
}

func (p *parser) typeArgAhead() bool {
	p.typeID()
	return endsTypeArg(p.kind)
}

// endsTypeArg reports whether a token of kind k ends a type among template
// arguments.
func endsTypeArg(k Kind) bool {
	return k == Comma || closesAngle(k) || k == Ellipsis
}

// operatorName reads operator+ and the like, or operator T.
func (p *parser) operatorName(n *Name) {
	p.next()
	n.Ident = "operator"
	k := p.kind
	switch {
	case k == LParen && p.peek(1) == RParen:
		p.next()
		p.next()
		n.Ident = "operator()"
	case k == LBrack && p.peek(1) == RBrack:
		p.next()
		p.next()
		n.Ident = "operator[]"
	case k >= Plus && k <= ShrEq || k == Comma || k == Arrow || k == ArrowStar:
		n.Ident = "operator" + k.String()
		p.next()
	case k == kwNew || k == kwDelete:
		p.refuse(k.String())
	case k == String:
		p.fail("unsupported", p.here(), noUserLiterals)
	case p.startsType() || k == Ident:
		specs := p.specifiers(specType)
		d := declarator{typ: specs.typ}
		p.pointers(&d)
		if !p.failed {
			n.Args = []TemplateArg{{Range: Range(d.typ.Span()), Type: d.typ}}
		}
	default:
		p.expected("an operator or a type")
	}
}

// refuse reports a feature of C++ that Metal does not have.
func (p *parser) refuse(what string) {
	p.fail("unsupported", p.here(), "'%s' is not supported in Metal", what)
}

// typeName reads a name into n if it names a type, or says no and reads nothing.
// force takes an unknown name for a type where one must stand.
func (p *parser) typeName(n *Name, force bool) bool {
	if p.kind == Ident && p.peek(1) != ColonColon && p.peek(1) != Less {
		switch sym := p.lookup(p.id()); sym.kind {
		case symType, symTypeTemplate:
		case symNone:
			if !force && !p.looksLikeType() {
				return false
			}
		default:
			return false
		}
		p.name(n)
		return true
	}
	m := p.mark()
	sym := p.name(n)
	if p.failed {
		return true
	}
	switch sym.kind {
	case symType, symTypeTemplate:
		return true
	case symNone:
		if !n.Operator() && n.Ident[0] != '~' &&
			(force && p.kind != LParen || p.kind == Ident || p.startsQualifier()) {
			return true
		}
	}
	p.reset(m)
	return false
}

// looksLikeType reports whether the unknown identifier ahead is followed by
// what follows a type.
func (p *parser) looksLikeType() bool {
	switch p.peek(1) {
	case Ident:
		return true
	case kwConst, kwDevice, kwConstant, kwThread, kwThreadgroup, kwVolatile, kwRestrict:
		return true
	case kwInt, kwUnsigned, kwFloat, kwHalf, kwBfloat, kwBool, kwChar, kwShort, kwLong, kwVoid: // behind a specifier, see misspelt
		return true
	case Star, Amp, AndAnd: // T* x, but not a * b
		return (p.peek(2) == Ident || p.peek(2) == kwRestrict) && (p.peek(3) == Assign || p.peek(3) == LBrack && p.peek(1) == Star) ||
			p.peek(2) == Comma || p.peek(2) == RParen || p.peek(2) == Greater || p.peek(2) == kwConst
	}
	return false
}

func (p *parser) startsQualifier() bool {
	switch p.kind {
	case kwConst, kwDevice, kwConstant, kwThread, kwThreadgroup, kwVolatile:
		return true
	}
	return false
}
