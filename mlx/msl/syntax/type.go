package syntax

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// specMode says which specifiers may stand in front of a declarator.
type specMode uint8

const (
	specType  specMode = iota // type-id: qualifiers and a type
	specParam                 // and attributes
	specDecl                  // and everything else
)

// specifiers is what stands in front of the declarators.
type specifiers struct {
	start   diag.Pos
	specs   Specifiers
	attrs   []Attr
	typ     TypeExpr // with its qualifiers; nil if there is none, as of constructors
	unknown Token    // Ident if nothing is known of the type's name
}

// fundamental are the type names that are keywords.
var fundamental = map[string]bool{"void": true, "bool": true, "char": true, "int": true, "half": true, "float": true, "double": true, "bfloat": true, "short": true, "long": true}

// basicType collects the words of a scalar type.
type basicType struct {
	start, end       diag.Pos
	name             string
	signed, unsigned bool
	short            bool
	long             int
}

func (b *basicType) any() bool {
	return b.name != "" || b.signed || b.unsigned || b.short || b.long > 0
}

// specifiers reads declaration specifiers and the type. At the end p is at the
// declarator.
func (p *parser) specifiers(mode specMode) specifiers {
	s := specifiers{start: p.tok.Pos}
	attributed := s.specs // at the last attribute list
	var q QualType
	var basic basicType
	var typ TypeExpr
	word := func() {
		if basic.start == 0 {
			basic.start = p.tok.Pos
		}
		p.next()
		basic.end = p.end
	}
loop:
	for {
		switch k := p.kind; k {
		case Ident:
			id, next := p.id(), p.peek(1)
			if p.isForeign(id, next) {
				p.foreignWord(&q.Quals, &s.specs)
				continue
			}
			if typ != nil || basic.any() {
				break loop
			}
			if id.bound == nil && id.builtin.basic && next != ColonColon {
				basic.name = id.name
				word()
				continue
			}
			if id.name == "coherent" && p.lookup(id).kind == symNone && next != Semi && next != Assign {
				q.Quals |= Coherent
				p.coherent()
				continue
			}
			if mode == specDecl && (p.atConstructor() || !p.block && next == LParen && p.lookup(id).kind == symNone) {
				break loop
			}
			if (id.name == "__underlying_type" || id.name == "__remove_reference") && next == LParen {
				typ = p.typeTrait()
				continue
			}
			first := p.tok
			var n Name
			if !p.typeName(&n, mode != specDecl || !p.block) || p.failed {
				break loop
			}
			if n.Of == nil && p.lookup(id).kind == symNone {
				s.unknown = first
			}
			if mode != specType {
				p.needTypename(&n)
			}
			typ = p.namedType(&n)
		case ColonColon:
			var n Name
			if typ != nil || basic.any() || !p.typeName(&n, mode != specDecl || !p.block) || p.failed {
				break loop
			}
			if mode != specType {
				p.needTypename(&n)
			}
			typ = p.namedType(&n)
		case kwTypename:
			start := p.tok.Pos
			p.next()
			named := &NamedType{Typename: true}
			p.name(&named.Name)
			named.Range = p.from(start)
			typ = named
		case kwVoid, kwBool, kwChar, kwInt, kwHalf, kwFloat, kwDouble, kwBfloat:
			if typ != nil || basic.name != "" {
				p.secondType(s.unknown, basic.name)
				break loop
			}
			basic.name = p.text()
			word()
		case kwSigned:
			basic.signed = true
			word()
		case kwUnsigned:
			basic.unsigned = true
			word()
		case kwShort:
			if basic.long > 0 {
				p.secondType(Token{}, "long")
				break loop
			}
			basic.short = true
			word()
		case kwLong:
			if basic.short {
				p.secondType(Token{}, "short")
				break loop
			}
			basic.long++
			if basic.long == 2 {
				p.report(diag.Diagnostic{Code: "unsupported", Message: "'long long' is not supported in Metal; 'long' has 64 bits", Span: p.here(),
					Fixes: []diag.Fix{{Span: diag.Span{Start: p.end, End: p.tok.End()}}}})
			}
			word()
		case kwAuto:
			if typ != nil || basic.any() {
				p.fail("two-types", p.here(), "cannot combine with previous declaration specifier")
				break loop
			}
			typ = p.placeholder()
		case kwDecltype:
			if typ = p.decltype(); p.kind == ColonColon && !p.failed {
				var n Name
				p.nameBehind(&n, typ)
				typ = p.namedType(&n)
			}
		case kwTypeof:
			typ = p.typeof()
		case kwStruct, kwClass, kwUnion:
			if typ != nil || basic.any() {
				p.secondType(s.unknown, basic.name)
				break loop
			}
			typ = p.recordSpecifier(&s)
			if p.unfinished(typ, mode) {
				break loop
			}
		case kwEnum:
			typ = p.enumSpecifier(&s)
			if p.unfinished(typ, mode) {
				break loop
			}
		case LBrack, kwAlignas:
			if k == LBrack && (mode == specType || p.peek(1) != LBrack) {
				break loop
			}
			start, n := p.tok.Pos, len(s.attrs)
			behind := typ != nil || basic.any()
			between := !behind && (s.specs != attributed || k == kwAlignas && (mode == specType || q.Quals != 0))
			s.attrs = p.attributes(s.attrs, &s.specs)
			attributed = s.specs
			if between {
				p.complain("attribute-place", diag.Span{Start: start, End: p.end}, "an attribute list cannot appear here")
			}
			if behind {
				p.notOfTypes(s.attrs[n:])
			}
		case kwAttribute:
			s.attrs = p.attributes(s.attrs, &s.specs)
		default:
			if one := qualifier(k); one != 0 {
				p.qualify(one, &q)
				continue
			}
			if mode == specDecl && p.specifier(&s.specs) {
				continue
			}
			break loop
		}
		if p.failed {
			break
		}
	}
	if basic.any() {
		typ = p.basic(&basic)
	}
	if q.Quals != 0 && typ != nil {
		q.Range, q.Elem = p.from(s.start), typ
		typ = p.nodes.quals.put(q)
	}
	if typ == nil && mode != specDecl && !p.failed {
		if p.kind == Ident {
			p.unknownType(p.text(), p.here())
		} else {
			p.expected("a type")
		}
	}
	s.typ = typ
	return s
}

// secondType reports a type behind another, whose name is given if it is a
// fundamental one, or which has none that is known.
func (p *parser) secondType(unknown Token, name string) {
	switch {
	case unknown.Kind != 0:
		p.unknownType(p.table.text(unknown), unknown.Span())
	case fundamental[name]:
		p.fail("two-types", p.here(), "cannot combine with previous '%s' declaration specifier", name)
	default:
		p.fail("two-types", p.here(), "cannot combine with previous 'type-name' declaration specifier")
	}
}

func (p *parser) namedType(n *Name) TypeExpr {
	t := p.nodes.named.new()
	t.Range, t.Name = n.Range, *n
	return t
}

// unfinished reports whether the semicolon behind a definition of t is missing:
// the next line begins another declaration.
func (p *parser) unfinished(t TypeExpr, mode specMode) bool {
	r, ok := t.(*RecordType)
	if !ok || r.Decl == nil || mode != specDecl || p.failed || p.tok.flags&lineStart == 0 {
		return false
	}
	return p.kind != kwConst && p.kind != kwConstant && (startsItem(p.kind) || p.startsType() || p.kind == LBrack)
}

// specifier reads a specifier that is neither type nor qualifier.
func (p *parser) specifier(specs *Specifiers) bool {
	switch p.kind {
	case kwStatic:
		*specs |= Static
	case kwInline:
		*specs |= Inline
	case kwConstexpr:
		*specs |= Constexpr
	case kwExtern:
		*specs |= Extern
	case kwTypedef:
		*specs |= Typedef
	case kwKernel:
		*specs |= Kernel
	case kwVertex, kwFragment:
		*specs |= Vertex
	case kwExplicit:
		*specs |= Explicit
		if p.peek(1) == LParen {
			p.fail("unsupported", p.here(), "'explicit' with a condition is not supported: it is C++20")
			return true
		}
	case kwFriend:
		*specs |= Friend
	case kwMutable:
		*specs |= Mutable
	case kwRegister:
		p.report(diag.Diagnostic{Code: "unsupported", Message: "Metal does not support the 'register' storage class specifier", Span: p.here(),
			Fixes: []diag.Fix{{Span: diag.Span{Start: p.tok.Pos, End: p.toks[p.i+1].Pos}}}})
	case kwVirtual, kwThreadLocal:
		p.complain("unsupported", p.here(), "'%s' is not supported in Metal", p.kind)
	default:
		return false
	}
	p.next()
	return true
}

// qualify reads a qualifier and notes where a const stands, with the blank
// behind it, or an address space.
func (p *parser) qualify(one Quals, q *QualType) {
	at := Range(p.here())
	p.next()
	q.Quals |= one
	switch one {
	case Const:
		if p.tok.Pos == at.End+1 {
			at.End++
		}
		q.ConstPos = at
	case SpaceDevice, SpaceConstant, SpaceThreadgroup, SpaceThread:
		q.SpacePos = at
	}
}

func qualifier(k Kind) Quals {
	switch k {
	case kwConst:
		return Const
	case kwVolatile:
		return Volatile
	case kwDevice:
		return SpaceDevice
	case kwConstant:
		return SpaceConstant
	case kwThreadgroup:
		return SpaceThreadgroup
	case kwThread:
		return SpaceThread
	case kwThreadgroupImageblock, kwRayData, kwObjectData:
		return SpaceOther
	case kwRestrict:
		return Restrict
	}
	return 0
}

// coherent reads coherent or coherent(scope).
func (p *parser) coherent() {
	p.next()
	if p.kind == LParen {
		p.next()
		p.accept(Ident)
		p.accept(kwDevice)
		p.accept(kwThreadgroup)
		p.expect(RParen, "")
	}
}

// basic normalises the words of a scalar type.
func (p *parser) basic(b *basicType) TypeExpr {
	name := b.name
	if b.short || b.long > 0 || b.signed || b.unsigned {
		switch {
		case name == "char" && !b.short && b.long == 0:
		case name == "" || name == "int":
			name = "int"
			if b.short {
				name = "short"
			} else if b.long > 0 {
				name = "long"
			}
		case name == "double" && b.long == 1 && !b.signed && !b.unsigned:
		default:
			p.fail("two-types", diag.Span{Start: b.start, End: b.end}, "'%s' cannot be signed, unsigned, short or long", name)
		}
		if b.unsigned {
			name = "u" + name
		}
	}
	return p.nodes.basics.put(BasicType{Range: Range{b.start, b.end}, Name: name})
}

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
	t, _ := p.typePattern()
	return t
}

// typePattern reads a type-id and whether ... follows it.
func (p *parser) typePattern() (t TypeExpr, pack bool) {
	s := p.specifiers(specType)
	d := declarator{typ: s.typ, abstract: true}
	p.declarator(&d)
	return vectorOf(d.typ, s.attrs, d.attrs), d.pack
}
