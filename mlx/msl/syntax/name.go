package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// singleName is a Name with its only part, allocated together.
type singleName struct {
	name Name
	part [1]NamePart
}

// nameOf makes a Name of one identifier.
func (p *parser) nameOf(t *Token) *Name {
	r := Range{t.Pos, t.End()}
	s := p.slabs.names.new()
	s.part[0].Range, s.part[0].Ident = r, t.Text
	s.name.Range, s.name.Parts = r, s.part[:]
	return &s.name
}

// name reads a possibly qualified name and says what it stands for.
func (p *parser) name() (*Name, symbol) {
	if p.kind == Ident && p.peek(1) != ColonColon && p.peek(1) != Less {
		n, sym := p.nameOf(p.tok), p.lookup(p.tok.id)
		if sym.pack {
			p.packs++
		}
		p.next()
		return n, sym
	}
	start := p.tok.Pos
	n := &Name{Parts: make([]NamePart, 0, 2)}
	var in *scope // of the qualifier
	qualified := false
	switch {
	case p.accept(ColonColon):
		n.Global = true
		in, qualified = p.global, true
	case p.kind == kwDecltype:
		n.Decltype = p.decltype()
		p.expect(ColonColon, "")
		qualified = true
	}
	return n, p.nameParts(n, start, in, qualified)
}

// nameBehind reads the rest of decltype(e)::a.
func (p *parser) nameBehind(decltype TypeExpr) (*Name, symbol) {
	n := &Name{Decltype: decltype}
	p.next()
	return n, p.nameParts(n, decltype.Span().Start, nil, true)
}

// nameParts reads a::b::c; in is the scope of what stands in front.
func (p *parser) nameParts(n *Name, start diag.Pos, in *scope, qualified bool) symbol {
	for {
		template := qualified && p.accept(kwTemplate)
		part, sym := p.namePart(in, qualified, template)
		n.Parts = append(n.Parts, part)
		if p.failed || p.kind != ColonColon || !p.continuesName() {
			n.Range = p.from(start)
			return sym
		}
		p.next()
		in, qualified = sym.scope, true
		if in == nil && (sym.kind == symNamespace) {
			in = p.builtinScope(part.Ident)
		}
	}
}

// builtinScope stands for a namespace that Metal's headers would declare.
func (p *parser) builtinScope(name string) *scope {
	return &scope{name: name}
}

// continuesName reports whether a name goes on behind the :: ahead.
func (p *parser) continuesName() bool {
	switch p.peek(1) {
	case Ident, kwTemplate, kwOperator, Tilde:
		return true
	}
	return false
}

func (p *parser) namePart(in *scope, qualified, template bool) (NamePart, symbol) {
	start := p.tok.Pos
	var part NamePart
	var sym symbol
	switch {
	case p.kind == kwOperator:
		part = p.operatorName()
	case p.kind == Tilde && p.peek(1) == Ident:
		p.next()
		part.Ident = "~" + p.tok.Text
		p.next()
	case p.kind == Ident:
		id := p.tok.id
		part.Ident = p.tok.Text
		if qualified {
			sym = p.member(in, id)
		} else {
			sym = p.lookup(id)
		}
		p.next()
	default:
		p.fail("expected-identifier", p.here(), "expected unqualified-id")
		return part, sym
	}
	if p.kind == Less && p.hasTemplateArgs(sym, template) {
		part.HasArgs = true
		part.Args = p.templateArgs()
		switch sym.kind {
		case symTypeTemplate:
			sym.kind = symType
		case symValueTemplate:
			sym.kind = symValue
		}
	}
	part.Range = p.from(start)
	return part, sym
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
	var args []TemplateArg
	for !p.startsAngleClose() {
		args = append(args, p.templateArg())
		if !p.accept(Comma) {
			break
		}
	}
	p.restoreGT(c)
	p.depth--
	if !p.closeAngle() {
		p.missing("'>'", open)
	}
	return args
}

// templateArg reads a type or an expression.
func (p *parser) templateArg() TemplateArg {
	start := p.tok.Pos
	var a TemplateArg
	switch {
	case p.kind == Ident && p.lookup(p.tok.id).kind == symNone && (p.peek(1) == Comma || p.peek(1) == Greater || p.peek(1) == Shr || p.peek(1) == Ellipsis):
		n := p.nameOf(p.tok)
		p.next()
		a.Type = &NamedType{Range: n.Range, Name: n}
		a.Expr = &IdentExpr{Range: n.Range, Name: n}
	case p.startsType() && p.ask(askTypeArg, (*parser).typeArgAhead):
		a.Type, a.Pack = p.typePattern()
	default:
		a.Expr = p.conditional()
	}
	a.Pack = p.accept(Ellipsis) || a.Pack
	a.Range = p.from(start)
	return a
}

func (p *parser) typeArgAhead() bool {
	p.typeID()
	return p.startsAngleClose() || p.kind == Comma || p.kind == Ellipsis
}

// operatorName reads operator+ and the like, or operator T.
func (p *parser) operatorName() NamePart {
	start := p.tok.Pos
	p.next()
	part := NamePart{Ident: "operator"}
	k := p.kind
	switch {
	case k == LParen && p.peek(1) == RParen:
		p.next()
		p.next()
		part.Ident = "operator()"
	case k == LBrack && p.peek(1) == RBrack:
		p.next()
		p.next()
		part.Ident = "operator[]"
	case k >= Plus && k <= ShrEq || k == Comma || k == Arrow || k == ArrowStar:
		part.Ident = "operator" + k.String()
		p.next()
	case k == kwNew || k == kwDelete:
		p.refuse(k.String())
	case p.startsType() || k == Ident:
		specs := p.specifiers(specType)
		d := declarator{typ: specs.typ}
		p.pointers(&d)
		part.Conversion = d.typ
	default:
		p.expected("an operator or a type")
	}
	part.Range = p.from(start)
	return part
}

// refuse reports a feature of C++ that Metal does not have.
func (p *parser) refuse(what string) {
	p.fail("unsupported", p.here(), "'%s' is not supported in Metal", what)
}

// typeName reads a name if it names a type, or says no and reads nothing.
// force takes an unknown name for a type where one must stand.
func (p *parser) typeName(force bool) *Name {
	if p.kind == Ident && p.peek(1) != ColonColon && p.peek(1) != Less {
		switch sym := p.lookup(p.tok.id); sym.kind {
		case symType, symTypeTemplate:
		case symNone:
			if !force && !p.looksLikeType() {
				return nil
			}
		default:
			return nil
		}
		n := p.nameOf(p.tok)
		if p.lookup(p.tok.id).pack {
			p.packs++
		}
		p.next()
		return n
	}
	m := p.mark()
	n, sym := p.name()
	if p.failed {
		return n
	}
	switch sym.kind {
	case symType, symTypeTemplate:
		return n
	case symNone:
		if last := n.Parts[len(n.Parts)-1].Ident; !strings.HasPrefix(last, "operator") && last[0] != '~' &&
			(force && p.kind != LParen || p.kind == Ident || p.startsQualifier()) {
			return n
		}
	}
	p.reset(m)
	return nil
}

// looksLikeType reports whether the unknown identifier ahead is followed by
// what follows a type.
func (p *parser) looksLikeType() bool {
	switch p.peek(1) {
	case Ident:
		return true
	case kwConst, kwDevice, kwConstant, kwThread, kwThreadgroup, kwVolatile, kwRestrict:
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
