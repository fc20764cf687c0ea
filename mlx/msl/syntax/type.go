package syntax

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// specMode says which specifiers may stand in front of a declarator.
type specMode uint8

const (
	specBase  specMode = iota // the type of a base class, with nothing behind it
	specAlias                 // qualifiers and a type, which may be defined there
	specType                  // type-id: qualifiers and a type
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
var fundamental = map[string]bool{"void": true, "bool": true, "char": true, "int": true, "half": true, "float": true, "double": true, "bfloat": true, "short": true, "long": true, "signed": true, "unsigned": true}

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
	r := specReader{p: p, mode: mode, specifiers: specifiers{start: p.tok.Pos}}
	for r.one() && !p.failed && (mode != specBase || r.typ == nil) {
	}
	s := &r.specifiers
	if r.basic.any() {
		s.typ = p.basic(&r.basic)
	}
	if q := &r.qualified; q.Quals != 0 && s.typ != nil {
		q.Range, q.Elem = p.from(s.start), s.typ
		s.typ = p.nodes.quals.put(*q)
	}
	if s.typ == nil && mode != specDecl && !p.failed {
		if p.kind == Ident {
			p.unknownType(p.text(), p.here())
		} else {
			p.expected("a type")
		}
	}
	return *s
}

// specReader is what reads specifiers.
type specReader struct {
	p    *parser
	mode specMode
	specifiers
	attributed Specifiers // at the last attribute list
	qualified  QualType
	basic      basicType
}

// typed reports whether there is a type already.
func (r *specReader) typed() bool { return r.typ != nil || r.basic.any() }

// one reads a specifier; it reports false if there is no further one.
func (r *specReader) one() bool {
	p := r.p
	switch k := p.kind; k {
	case Ident:
		return r.identifier()
	case ColonColon:
		return !r.typed() && r.named()
	case kwTypename:
		start := p.tok.Pos
		p.next()
		named := &NamedType{Typename: true}
		p.name(&named.Name)
		if named.Name.Simple() && !p.failed {
			p.complain("expected-token", named.Name.OwnSpan(), "expected a qualified name after 'typename'")
		}
		named.Range = p.from(start)
		r.typ = named
	case kwVoid, kwBool, kwChar, kwInt, kwHalf, kwFloat, kwDouble, kwBfloat, kwSigned, kwUnsigned, kwShort, kwLong:
		return r.basicWord()
	case kwAuto:
		if r.typed() {
			p.fail("two-types", p.here(), "cannot combine with previous declaration specifier")
			return false
		}
		r.typ = p.placeholder()
	case kwDecltype:
		if r.typ = p.decltype(); p.kind == ColonColon && !p.failed {
			var n Name
			p.nameBehind(&n, r.typ)
			r.typ = p.namedType(&n)
		}
	case kwTypeof:
		r.typ = p.typeof()
	case kwStruct, kwClass, kwUnion:
		if r.typed() {
			p.secondType(r.unknown, r.basic.name)
			return false
		}
		r.typ = p.recordSpecifier(&r.specifiers)
		return r.tagged()
	case kwEnum:
		r.typ = p.enumSpecifier(&r.specifiers)
		return r.tagged()
	case LBrack, kwAlignas:
		return r.attributeList()
	case kwAttribute:
		r.attrs = p.attributes(r.attrs, &r.specs)
	default:
		if one := qualifier(k); one != 0 {
			p.qualify(one, &r.qualified)
			return true
		}
		return r.mode == specDecl && p.specifier(&r.specs)
	}
	return true
}

// identifier reads a name that specifies something: mostly the type.
func (r *specReader) identifier() bool {
	p := r.p
	id, next := p.id(), p.peek(1)
	switch {
	case p.isForeign(id, next):
		p.foreignWord(&r.qualified.Quals, &r.specs)
	case r.typed():
		return r.doubled(id, next)
	case id.bound == nil && id.builtin.basic && next != ColonColon:
		r.basic.name = id.name
		r.word()
	case p.misspelt(id, next):
		return r.one()
	case id.name == "coherent" && p.lookup(id).kind == symNone && next != Semi && next != Assign:
		r.qualified.Quals |= Coherent
		p.coherent()
	case r.mode == specDecl && (p.atConstructor() || !p.block && next == LParen && p.lookup(id).kind == symNone):
		return false
	case (id.name == "__underlying_type" || id.name == "__remove_reference") && next == LParen:
		r.typ = p.typeTrait()
	default:
		first := p.tok
		if !r.named() {
			return false
		}
		if n := &r.typ.(*NamedType).Name; n.Of == nil && p.lookup(id).kind == symNone {
			r.unknown = first
		}
	}
	return true
}

// doubled reports the name of a type behind another type, where a declarator should
// begin and does not, as that is one name. It goes past it if both are the same.
func (r *specReader) doubled(id *ident, next Kind) bool {
	p := r.p
	if kind := p.lookup(id).kind; kind != symType || next != Ident || r.mode < specParam || r.unknown.Kind != 0 || p.asking > 0 {
		return false
	}
	d, before := twoTypes(p.here(), r.basic.name), p.toks[p.i-1]
	if p.table.text(before) != id.name {
		p.failWith(d)
		return false
	}
	d.Fixes = []diag.Fix{{Span: diag.Span{Start: before.End(), End: p.tok.End()}}}
	p.report(d)
	p.next()
	return true
}

// named reads the name of a type.
func (r *specReader) named() bool {
	p := r.p
	var n Name
	if !p.typeName(&n, r.mode != specDecl || !p.block) || p.failed {
		return false
	}
	if r.mode > specType {
		p.needTypename(&n)
	}
	r.typ = p.namedType(&n)
	return true
}

// basicWord reads a word of a scalar type.
func (r *specReader) basicWord() bool {
	p, b := r.p, &r.basic
	if r.typ != nil {
		p.secondType(r.unknown, "")
		return false
	}
	switch p.kind {
	case kwSigned:
		if b.unsigned {
			p.secondType(Token{}, "unsigned")
			return false
		}
		p.twice(b.signed)
		b.signed = true
	case kwUnsigned:
		if b.signed {
			p.secondType(Token{}, "signed")
			return false
		}
		p.twice(b.unsigned)
		b.unsigned = true
	case kwShort:
		if b.long > 0 {
			p.secondType(Token{}, "long")
			return false
		}
		p.twice(b.short)
		b.short = true
	case kwLong:
		if b.short {
			p.secondType(Token{}, "short")
			return false
		}
		b.long++
		if b.long == 2 {
			p.report(diag.Diagnostic{Code: "unsupported", Message: "'long long' is not supported in Metal; 'long' has 64 bits", Span: p.here(),
				Fixes: []diag.Fix{{Span: diag.Span{Start: p.end, End: p.tok.End()}}}})
		}
	default:
		if b.name != "" {
			p.secondType(Token{}, b.name)
			return false
		}
		b.name = p.text()
	}
	r.word()
	return true
}

// word goes past a word of a scalar type.
func (r *specReader) word() {
	p := r.p
	if r.basic.start == 0 {
		r.basic.start = p.tok.Pos
	}
	p.next()
	r.basic.end = p.end
}

// attributeList reads [[…]] or alignas(…), which stand in front of all specifiers or
// behind the type.
func (r *specReader) attributeList() bool {
	p := r.p
	alignas := p.kind == kwAlignas
	if !alignas && (r.mode <= specType || p.peek(1) != LBrack) {
		return false
	}
	start, n, specs := p.tok.Pos, len(r.attrs), r.specs
	behind := r.typed()
	between := !behind && (r.specs != r.attributed || alignas && (r.mode <= specType || r.qualified.Quals != 0))
	r.attrs = p.attributes(r.attrs, &r.specs)
	r.attributed = r.specs
	if between {
		p.complain("attribute-place", diag.Span{Start: start, End: p.end}, "an attribute list cannot appear here")
	}
	if behind {
		p.notOfTypes(r.attrs[n:])
		if r.specs&^specs&Kernel != 0 && p.kind != Semi { // of a class alone it is told anyway
			p.complain("attribute-place", diag.Span{Start: start, End: p.end}, "'kernel' attribute cannot be applied to types")
		}
	}
	return true
}

// secondType reports a type behind another, whose name is given if it is a
// fundamental one, or which has none that is known.
func (p *parser) secondType(unknown Token, name string) {
	switch {
	case unknown.Kind != 0:
		p.unknownType(p.table.text(unknown), unknown.Span())
	default:
		p.failWith(twoTypes(p.here(), name))
	}
}

// twoTypes is the message about a type behind another one, whose name is given if it is
// a fundamental one.
func twoTypes(at diag.Span, name string) diag.Diagnostic {
	if !fundamental[name] {
		name = "type-name"
	}
	return diag.Diagnostic{Code: "two-types", Message: "cannot combine with previous '" + name + "' declaration specifier", Span: at}
}

func (p *parser) namedType(n *Name) TypeExpr {
	t := p.nodes.named.new()
	t.Range, t.Name = n.Range, *n
	return t
}

// tagged goes on behind struct S, an enumeration, or a definition of such; it reports false if a
// specifier cannot follow.
func (r *specReader) tagged() bool {
	switch r.mode {
	case specType, specBase:
		r.p.notDefined(r.typ, "a type specifier")
	case specParam:
		r.p.notDefined(r.typ, "a parameter type")
	}
	return !r.p.unfinished(r.typ, r.mode)
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

// notDefined reports a type that is defined where it may only be named.
func (p *parser) notDefined(t TypeExpr, where string) {
	for {
		switch e := t.(type) {
		case *QualType:
			t = e.Elem
		case *PointerType:
			t = e.Elem
		case *RefType:
			t = e.Elem
		case *RecordType:
			if d, enum := e.Decl.(*EnumDecl); e.Decl != nil && (!enum || d.Definition) {
				name, at := "(unnamed "+e.Key+")", e.Span()
				if e.Name != nil {
					name, at = e.Name.Ident, e.Name.Span()
				}
				p.complain("type-definition", at, "'%s' cannot be defined in %s", name, where)
			}
			return
		default:
			return
		}
	}
}

// twice warns of a specifier that stands there for the second time.
func (p *parser) twice(again bool) {
	if again {
		p.report(diag.Diagnostic{Severity: diag.Warning, Code: "duplicate-decl-specifier", Message: "duplicate '" + p.text() + "' declaration specifier", Span: p.here(),
			Fixes: []diag.Fix{{Span: diag.Span{Start: p.tok.Pos, End: p.toks[p.i+1].Pos}}}})
	}
}

// repeatable are the specifiers that twice is said of.
var repeatable = map[Kind]Specifiers{kwStatic: Static, kwInline: Inline, kwConstexpr: Constexpr, kwExtern: Extern, kwTypedef: Typedef, kwExplicit: Explicit, kwFriend: Friend}

// specifier reads a specifier that is neither type nor qualifier.
func (p *parser) specifier(specs *Specifiers) bool {
	p.twice(*specs != 0 && repeatable[p.kind]&*specs != 0)
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
		p.superfluous("unsupported", noRegister)
	case kwVirtual, kwThreadLocal:
		p.complain("unsupported", p.here(), "'%s' is not supported in Metal", p.kind)
	default:
		return false
	}
	p.next()
	return true
}

const noRegister = "Metal does not support the 'register' storage class specifier"

// superfluous reports the word ahead, which is to be left out.
func (p *parser) superfluous(code, message string) {
	p.report(diag.Diagnostic{Code: code, Message: message, Span: p.here(), Fixes: []diag.Fix{{Span: diag.Span{Start: p.tok.Pos, End: p.toks[p.i+1].Pos}}}})
}

// qualify reads a qualifier and notes where a const stands, with the blank
// behind it, or an address space.
func (p *parser) qualify(one Quals, q *QualType) {
	at := Range(p.here())
	p.twice(one&q.Quals&(Const|Volatile|Restrict) != 0)
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
