package syntax

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// declarator is one declared entity: the name and the type around it.
type declarator struct {
	typ      TypeExpr
	abstract bool // there must be no name
	optional bool // there may be a name
	pack     bool

	name    *Name
	namePos Range
	id      *ident // of an unqualified name
	attrs   []Attr
	names   []Binding // of a structured binding
	fn      *FuncDecl // of a function: parameters and what follows them
	view    view      // of the class that a qualified name is in
	inClass bool
}

// declarator reads * const & name [n] (params) around d.typ.
func (p *parser) declarator(d *declarator) {
	if !p.deeper() {
		return
	}
	defer func() { p.depth-- }()
	p.pointers(d)
	if p.kind == LBrack && p.peek(1) == Ident && !d.abstract && (placeholder(d.typ) || p.block && !d.optional) {
		p.bindings(d)
		return
	}
	if p.kind == Ellipsis && (d.abstract || d.optional) && p.peek(1) != RParen {
		p.next()
		d.pack = true
	} else if p.kind == Ellipsis && d.optional {
		p.next()
		d.pack = true
	}
	if p.kind == LParen && p.groups(d) {
		open := p.tok
		p.next()
		hole := &holeType{}
		outer := d.typ
		d.typ = hole
		p.declarator(d)
		p.closing(RParen, open)
		if d.typ == TypeExpr(hole) && d.fn == nil { // (f)(int x), which no macro f(x) takes
			d.typ = outer
			p.suffixes(d)
			return
		}
		whole := declarator{typ: outer, abstract: true}
		p.suffixes(&whole)
		d.typ = fill(d.typ, hole, whole.typ)
		if d.fn != nil {
			d.fn.Result = fill(d.fn.Result, hole, whole.typ)
		}
		return
	}
	if !d.abstract {
		p.declaratorName(d)
	}
	p.suffixes(d)
}

// placeholder reports auto with qualifiers, or a reference to it.
func placeholder(t TypeExpr) bool {
	switch t := t.(type) {
	case *AutoType:
		return !t.Decltype
	case *QualType:
		return placeholder(t.Elem)
	case *RefType:
		return placeholder(t.Elem)
	}
	return false
}

// bindings reads [x, y] behind auto.
func (p *parser) bindings(d *declarator) {
	start, open := p.tok.Pos, p.tok
	if d.optional || !p.block {
		p.fail("binding-place", p.here(), "decomposition declaration not permitted in this context")
		return
	}
	p.next()
	text := "["
	for p.kind == Ident {
		b := Binding{Name: p.text()}
		at := p.tok.Pos
		p.checkShadow(p.id(), p.here())
		p.declareLocal(p.id(), symbol{kind: symValue})
		p.next()
		b.Range = p.from(at)
		d.names = append(d.names, b)
		text += b.Name
		if !p.accept(Comma) {
			break
		}
		text += ", "
	}
	p.closing(RBrack, open)
	d.namePos = p.from(start)
	if !placeholder(d.typ) {
		p.fail("binding-type", d.namePos.Span(), "the type of a decomposition declaration must be 'auto' or a reference to 'auto'")
		return
	}
	d.name = p.nodes.names.new()
	*d.name = Name{Range: d.namePos, Own: start, Ident: text + "]"}
}

// pointers reads * and & with their qualifiers.
func (p *parser) pointers(d *declarator) {
	for d.typ != nil {
		start := d.typ.Span().Start
		switch p.kind {
		case Star:
			p.next()
			d.typ = p.nodes.pointers.put(PointerType{Range: p.from(start), Elem: d.typ})
		case Amp, AndAnd:
			rvalue := p.kind == AndAnd
			p.next()
			if r, ok := unqualifiedType(d.typ).(*RefType); ok {
				r.RValue = r.RValue && rvalue
				p.referenceTwice()
				break
			}
			d.typ = p.nodes.refs.put(RefType{Range: p.from(start), Elem: d.typ, RValue: rvalue})
		default:
			if !p.memberPointerAhead() {
				return
			}
			d.typ = p.memberPointer(start, d.typ)
		}
		var q QualType
		for {
			if p.kind == Ident && p.peek(1) == Ident && p.text() == "restrict" {
				p.respellAs("restrict", "__restrict")
				p.kind = kwRestrict
			}
			if one := qualifier(p.kind); one != 0 {
				p.qualify(one, &q)
			} else if p.kind == kwAttribute {
				d.attrs = p.attributes(d.attrs, new(Specifiers))
			} else {
				break
			}
		}
		if q.Quals != 0 {
			q.Range, q.Elem = p.from(start), d.typ
			d.typ = p.nodes.quals.put(q)
		}
	}
}

// memberPointerAhead reports whether C::* is ahead.
func (p *parser) memberPointerAhead() bool {
	switch p.kind {
	case Ident:
		if next := p.peek(1); next != ColonColon && next != Less {
			return false
		}
	case ColonColon:
	default:
		return false
	}
	return p.ask(askMemberPointer, func(p *parser) bool {
		p.memberPointerClass()
		return p.kind == ColonColon && p.peek(1) == Star
	})
}

// memberPointerClass reads the class in front of ::*.
func (p *parser) memberPointerClass() TypeExpr {
	class := p.nodes.named.new()
	p.newName(&class.Name)
	class.Range = class.Name.Range
	return class
}

// memberPointer reads C::* behind the type of a member.
func (p *parser) memberPointer(start diag.Pos, elem TypeExpr) TypeExpr {
	t := &MemberPointerType{Elem: elem, Class: p.memberPointerClass()}
	p.expect(ColonColon, "")
	p.expect(Star, "")
	t.Range = p.from(start)
	return t
}

func unqualifiedType(t TypeExpr) TypeExpr {
	if q, ok := t.(*QualType); ok {
		return q.Elem
	}
	return t
}

// referenceTwice reports & behind &.
func (p *parser) referenceTwice() {
	if p.kind == Amp || p.kind == AndAnd {
		return // which is reported
	}
	what := "type name"
	if p.kind == Ident {
		what = "'" + p.text() + "'"
	}
	p.report(diag.Diagnostic{Severity: diag.Error, Code: "reference-to-reference", Message: what + " declared as a reference to a reference", Span: p.here()})
}

// groups reports whether the ( ahead groups a declarator rather than opening
// parameters or an initialiser.
func (p *parser) groups(d *declarator) bool {
	switch p.peek(1) {
	case Star, Amp, AndAnd:
		return true
	case LParen:
		switch p.peek(2) {
		case Star, Amp, AndAnd, Ident, LParen:
			return !d.abstract && !d.optional && d.typ != nil
		}
	case Ident:
		if d.typ != nil && p.groupsMemberPointer() {
			return true
		}
		if d.optional { // float (x), but float (T) takes a function
			sym, next := p.lookup(p.table.ident(p.toks[p.i+1])), p.peek(2)
			return (next == RParen || next == LParen || next == LBrack) && (sym.kind == symNone || sym.kind == symValue || sym.kind == symValueTemplate)
		}
		switch p.peek(2) {
		case RParen, LParen, LBrack, ColonColon, Less:
			return !d.abstract && !d.optional && d.typ != nil
		}
	}
	return false
}

// groupsMemberPointer reports whether (C::* is ahead.
func (p *parser) groupsMemberPointer() bool {
	return p.peek(1) == Ident && (p.peek(2) == ColonColon || p.peek(2) == Less) && p.ask(askMemberPointer, func(p *parser) bool {
		p.next()
		return p.memberPointerAhead()
	})
}

// holeType stands for the type that a grouped declarator is applied to.
type holeType struct{ Range }

// fill puts in for the hole in a type built around it.
func fill(t TypeExpr, hole *holeType, in TypeExpr) TypeExpr {
	switch t := t.(type) {
	case *holeType:
		if t == hole {
			return in
		}
	case *PointerType:
		t.Elem = fill(t.Elem, hole, in)
	case *MemberPointerType:
		t.Elem = fill(t.Elem, hole, in)
	case *RefType:
		t.Elem = fill(t.Elem, hole, in)
	case *ArrayType:
		t.Elem = fill(t.Elem, hole, in)
	case *QualType:
		t.Elem = fill(t.Elem, hole, in)
	case *FuncType:
		t.Result = fill(t.Result, hole, in)
	}
	return t
}

// declaratorName reads the declared name, if there is one.
func (p *parser) declaratorName(d *declarator) {
	switch p.kind {
	case Ident, ColonColon, kwOperator, Tilde:
	case Colon:
		if p.record != nil && !p.block { // a bit-field without a name
			d.name = &Name{Range: p.from(p.tok.Pos)}
			return
		}
		fallthrough
	case kwKernel, kwVertex, kwFragment, kwTemplate, kwClass, kwNew, kwDelete, kwThis, kwDefault, kwSwitch, kwNamespace, kwUnion, kwUsing:
		if d.typ != nil {
			p.fail("expected-identifier", p.here(), "expected identifier: '%s' is a keyword", p.text())
			return
		}
		fallthrough
	default:
		if !d.optional {
			p.expectedName()
		}
		return
	}
	start := p.tok.Pos
	if p.kind == Ident && p.peek(1) != ColonColon && p.peek(1) != Less {
		d.id = p.id()
		d.name = p.nodes.names.new()
		p.identifier(d.name)
	} else {
		d.id = p.id() // of f<int>
		d.name = p.nodes.names.new()
		p.newName(d.name)
		if !d.name.Simple() || d.name.Ident != d.id.spelling() {
			d.id = nil
		}
		// Of A::f the scope is that of A: the parameters see its members.
		if d.name.Of != nil && !p.failed && !d.inClass {
			d.view, d.inClass = p.enterNamed(d.name.Of)
		}
	}
	d.namePos = p.from(start)
	for p.kind == kwAttribute || p.kind == kwAlignas || p.kind == LBrack && p.peek(1) == LBrack {
		d.attrs = p.attributes(d.attrs, new(Specifiers))
	}
}

func (p *parser) expectedName() {
	switch {
	case p.kind == LBrack && p.peek(1) != LBrack:
		p.boundsInFront()
	case p.kind.IsKeyword():
		p.fail("expected-identifier", p.here(), "expected unqualified-id")
	default:
		p.fail("expected-identifier", p.here(), "expected identifier")
	}
}

// boundsInFront reports the bounds of an array in front of its name, as other
// languages have them.
func (p *parser) boundsInFront() {
	d := diag.Diagnostic{Code: "expected-identifier", Message: "expected identifier", Span: p.here()}
	i := p.i
	for p.toks[i].Kind != RBrack && p.toks[i].Kind != Semi && p.toks[i].Kind != EOF {
		i++
	}
	if p.toks[i].Kind == RBrack && p.toks[i+1].Kind == Ident {
		bounds, name := diag.Span{Start: p.tok.Pos, End: p.toks[i].End()}, p.toks[i+1]
		d.Message = "brackets are not allowed here; to declare an array, place the brackets after the identifier"
		d.Fixes = []diag.Fix{{Span: diag.Span{Start: bounds.Start, End: name.Pos}, Text: " "}, {Span: at(name.End()), Text: p.src.Text(bounds)}}
	}
	p.failWith(d)
}

// suffixes reads [n] and (params) behind the name.
func (p *parser) suffixes(d *declarator) {
	switch p.kind {
	case LBrack:
		if p.peek(1) == LBrack {
			if d.abstract {
				return
			}
			d.attrs = p.attributes(d.attrs, new(Specifiers))
			p.suffixes(d)
			return
		}
		d.typ = p.array(d.typ)
	case LParen:
		if d.typ == nil && d.name == nil || d.abstract && !p.ask(askParams, (*parser).paramsAhead) {
			return
		}
		if d.optional || d.abstract { // a parameter or type: T(params)
			d.typ = p.functionType(d.typ)
			return
		}
		if d.name != nil && p.declaresFunction(d) {
			d.fn = p.function(d)
		}
	}
	if p.kind == LBrack && p.peek(1) == LBrack && !d.abstract || p.kind == kwAttribute {
		d.attrs = p.attributes(d.attrs, new(Specifiers))
	}
}

// functionType reads the parameters of a type, and what follows them.
func (p *parser) functionType(result TypeExpr) *FuncType {
	p.notDefined(result, "the result type of a function")
	t := &FuncType{Result: result}
	t.Params, _ = p.params()
	for !p.failed {
		q := qualifier(p.kind)
		switch {
		case p.kind == kwNoexcept:
			p.noexcept()
			continue
		case p.kind == Arrow && placeholder(result):
			p.next()
			t.Result = p.typeID()
			continue
		case (p.kind == Amp || p.kind == AndAnd) && slices.Contains([]Kind{RParen, Comma, Greater, Ellipsis, Assign, Semi, LBrace}, p.peek(1)): // else an operator
			q = refQualifiers[p.kind]
		}
		if q == 0 {
			break
		}
		t.Quals |= q
		p.next()
	}
	t.Range = p.from(startOf(result))
	return t
}

// refQualifiers are those behind the parameters of a member function.
var refQualifiers = map[Kind]Quals{Amp: OfLValues, AndAnd: OfRValues}

func startOf(t TypeExpr) diag.Pos {
	if t == nil {
		return 0
	}
	return t.Span().Start
}

// array reads [n][m]… around elem.
func (p *parser) array(elem TypeExpr) TypeExpr {
	open := p.tok
	if !p.deeper() {
		return elem
	}
	p.next()
	a := &ArrayType{}
	if p.kind != RBrack {
		gt := p.allowGT()
		a.Size = p.conditional()
		p.restoreGT(gt)
	}
	p.closing(RBrack, open)
	a.Elem = elem
	if p.kind == LBrack && p.peek(1) != LBrack {
		a.Elem = p.array(elem)
	}
	p.depth--
	a.Range = p.from(startOf(elem))
	return a
}

// function reads parameters and what follows them up to the body.
func (p *parser) function(d *declarator) *FuncDecl {
	p.notDefined(d.typ, "the result type of a function")
	f := p.nodes.functions.put(FuncDecl{Result: d.typ, Order: p.i})
	v := p.push()
	defer p.pop(v)
	f.Params, f.Variadic = p.params()
	for {
		if q := qualifier(p.kind); q != 0 {
			f.Quals |= q
			p.next()
			continue
		}
		switch p.kind {
		case Amp, AndAnd:
			f.Quals |= refQualifiers[p.kind]
			p.next()
		case kwAttribute:
			d.attrs = p.attributes(d.attrs, &f.Specs)
		case LBrack:
			if p.peek(1) != LBrack {
				return f
			}
			for _, a := range p.attributes(nil, new(Specifiers)) {
				at := diag.Span{Start: a.Start, End: a.Start + diag.Pos(len(a.Name))}
				if metalAttributes[a.Name] || otherAttributes[a.Name] {
					p.complain("attribute-type", at, "'%s' attribute cannot be applied to types", a.Name)
					continue
				}
				p.report(diag.Diagnostic{Code: "unknown-attributes", Message: "unknown attribute '" + a.Name + "' ignored", Span: at, Severity: diag.Warning})
			}
		case kwNoexcept:
			p.noexcept()
		case Arrow:
			if d.typ != nil && !placeholder(d.typ) {
				p.complain("trailing-return", d.namePos.Span(), "function with trailing return type must specify return type 'auto'")
			}
			p.next()
			f.Result = p.typeID()
		case Ident: // struct S { int f() cosnt { … } };
			if id := p.id(); p.record == nil || p.block || p.lookup(id).kind != symNone || p.peek(1) != LBrace && qualifier(p.peek(1)) == 0 || !p.respell(id, specifierWords) {
				return f
			}
		default:
			return f
		}
		if p.failed {
			return f
		}
	}
}

// noexcept reads what says nothing where there are no exceptions.
func (p *parser) noexcept() {
	p.next()
	if p.kind == LParen {
		open := p.tok
		p.next()
		p.expression()
		p.closing(RParen, open)
	}
}
