package syntax

import (
	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// template reads template <…> declaration, or an explicit instantiation.
func (p *parser) template() Decl {
	start := p.tok.Pos
	p.next()
	if p.kind != Less {
		return p.instantiation(start)
	}
	outermost := p.general == 0
	if outermost {
		p.generals++
		p.general, p.unknown = p.generals, nil
	}
	v := p.push()
	outer := p.cut
	p.cut = false
	t := p.nodes.templates.put(TemplateDecl{Params: p.templateParams()})
	cut := p.cut
	p.cut = outer
	templates := p.templates
	p.templates = append(append(p.nodes.nests.room(len(templates)+1), templates...), t.Params)
	if len(t.Params) == 0 {
		p.templates = templates
	}
	p.declared = nil
	if !p.failed {
		t.Decl = p.templated()
	}
	p.templates = templates
	id, sym := p.declared, p.declaredAs
	p.pop(v)
	if id != nil {
		p.names.bind(p.nodes, id, sym) // outlives the parameters
	}
	t.Range = p.from(start)
	if outermost {
		t.Unknown, p.general = p.unknown, 0
	}
	if cut {
		if id != nil && !p.failed {
			p.lose(id.name)
		}
		t.Decl = nil
	}
	switch d := t.Decl.(type) {
	case nil:
		return &EmptyDecl{Range: t.Range}
	case *FriendDecl: // the friend is a template
		if r, ok := d.Type.(*RecordType); ok {
			d.Decl = &RecordDecl{Range: r.Range, Key: r.Key, Name: r.Name, NamePos: r.Name.Range}
		}
		t.Decl, d.Decl, d.Type, d.Range = d.Decl, t, nil, t.Range
		return d
	}
	return t
}

// templated reads the declaration behind template <…>.
func (p *parser) templated() Decl {
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	general := len(p.templates) > 0
	switch p.kind {
	case kwTemplate:
		return p.template()
	case kwUsing:
		d := p.using()
		if a, ok := d.(*AliasDecl); ok && p.declared != nil && general {
			p.notDefined(a.Type, "a type alias template")
			p.declareTemplate(symTypeTemplate)
		}
		return d
	case kwStaticAssert:
		return p.staticAssert()
	case Ident:
		if p.text() == "requires" || p.text() == "concept" {
			p.refuse(p.text())
			return nil
		}
	}
	list := p.simple(p.nodes.decls.room(1), general)
	if len(list) == 0 {
		return nil
	}
	if len(list) > 1 {
		p.complain("template-declarators", list[1].Span(), "single entity required: a template declares one thing")
	}
	return list[0]
}

// declareTemplate declares what was declared last again, as a template.
func (p *parser) declareTemplate(kind symbolKind) {
	sym := p.declaredAs
	sym.kind = kind
	p.declare(p.declared, sym)
}

// instantiation reads what follows template where no < does.
func (p *parser) instantiation(start diag.Pos) Decl {
	in := &Instantiation{}
	var specs Specifiers
	in.Attrs = p.attributes(nil, &specs)
	s := p.specifiers(specDecl)
	s.specs |= specs
	in.Attrs = append(in.Attrs, s.attrs...)
	s.attrs = nil
	if !p.failed {
		block := p.block
		p.block = false
		list := p.declarators(p.nodes.decls.room(1), &s, true)
		p.block = block
		if len(list) > 0 {
			in.Decl = list[0]
		}
	}
	in.Range = p.from(start)
	switch d := in.Decl.(type) {
	case *FuncDecl:
		if d.Body != nil {
			p.complain("instantiation-body", d.Body.Span(), "function cannot be defined in an explicit instantiation; if this declaration is meant to be a function definition, remove the 'template' keyword")
		}
	case *RecordDecl:
		if d.Definition {
			p.complain("instantiation-body", d.NamePos.Span(), "explicit template instantiation cannot have a definition; if this definition is meant to be an explicit specialization, add '<>' after the 'template' keyword")
		}
	}
	if in.Decl == nil {
		return &EmptyDecl{Range: in.Range}
	}
	return in
}

// templateParams reads <…> behind template and makes the names known.
func (p *parser) templateParams() []TemplateParam {
	open := p.tok
	p.next()
	c := p.allowGT()
	p.noGT = true
	params := p.nodes.templateList.mark()
	for !p.startsAngleClose() && !p.failed {
		from := p.i
		p.nodes.templateList.add(p.templateParam())
		lacking := !p.failed && p.kind != Comma && !p.startsAngleClose()
		if lacking {
			from = p.i
			p.missing("'>'", open)
		}
		if p.failed && p.asking == 0 && !p.skipParam(from) && lacking {
			if p.goOn(from); p.kind == RParen || p.kind == RBrack || p.kind == RBrace { // in its place
				p.next()
			}
			p.restoreGT(c)
			return p.nodes.templateList.take(params)
		}
		if !p.accept(Comma) {
			break
		}
		if p.startsAngleClose() {
			p.complain("expected-token", p.here(), "expected template parameter")
		}
	}
	p.restoreGT(c)
	if !p.failed && !p.closeAngle() {
		p.missing("'>'", open)
	}
	return p.nodes.templateList.take(params)
}

// skipParam goes on, after an error in a template's parameter, at the comma or > behind
// it, if there is one. Its name is most likely the last, and that of a type.
func (p *parser) skipParam(from int) bool {
	depth := 0
	for i := from; ; i++ {
		switch t := p.toks[i]; {
		case depth == 0 && i > from && (t.Kind == Comma || closesAngle(t.Kind)):
			p.goOn(i)
			p.cut = true
			if name := p.table.ident(p.toks[i-1]); p.toks[i-1].Kind == Ident && !p.lookup(name).param {
				p.declareLocal(name, symbol{kind: symType, param: true})
			}
			return true
		case t.Kind == Less || t.Kind == LParen:
			depth++
		case depth > 0 && (t.Kind == Greater || t.Kind == RParen):
			depth--
		case t.Kind == EOF || t.Kind == Semi || t.Kind == LBrace || t.Kind == RBrace || t.Kind == Shr || i > from && t.flags&lineStart != 0 && startsItem(t.Kind) && t.Kind != kwClass:
			return false
		}
	}
}

func (p *parser) templateParam() TemplateParam {
	start := p.tok.Pos
	var t TemplateParam
	switch {
	case p.kind == kwTemplate:
		t.Kind = TemplateTemplateParam
		p.next()
		v := p.push()
		if p.kind == Less {
			t.Params = p.templateParams()
		} else {
			p.expected("'<'")
		}
		p.pop(v)
		if p.kind != kwClass && p.kind != kwTypename {
			p.expected("'class' or 'typename'")
		}
		p.next()
		p.templateParamName(&t)
		if p.accept(Assign) {
			t.DefaultType = p.typeID()
		}
	case p.kind == kwClass || p.kind == kwTypename && p.isTypeParam():
		t.Kind = TypeParam
		p.next()
		p.templateParamName(&t)
		if p.accept(Assign) {
			t.DefaultType = p.typeID()
		}
	case p.kind == Ident && p.peek(1) == Ident && p.lookup(p.id()).kind == symNone && spelling.Distance(p.text(), "typename", 2) <= 2:
		at := p.here()
		p.report(diag.Diagnostic{Code: "unknown-type", Message: "unknown type name '" + p.text() + "'; did you mean 'typename'?", Span: at, Fixes: []diag.Fix{{Span: at, Text: "typename"}}})
		t.Kind = TypeParam
		p.next()
		p.templateParamName(&t)
	default:
		t.Kind = ValueParam
		s := p.specifiers(specParam)
		d := declarator{typ: s.typ, optional: true}
		p.declarator(&d)
		t.Type, t.Pack = d.typ, d.pack
		if d.name != nil {
			t.Name = d.name.Ident
			p.checkShadow(d.id, d.namePos.Span())
			p.declareLocal(d.id, t.symbol())
		}
		if p.accept(Assign) {
			t.DefaultExpr = p.conditional()
		}
	}
	t.Range = p.from(start)
	return t
}

// isTypeParam tells typename T from typename T::type N.
func (p *parser) isTypeParam() bool {
	switch p.peek(1) {
	case Ident:
		return p.peek(2) != ColonColon && p.peek(2) != Less
	case Comma, Greater, Assign, Ellipsis, Shr:
		return true
	}
	return false
}

func (p *parser) templateParamName(t *TemplateParam) {
	t.Pack = p.accept(Ellipsis)
	if p.kind == Ident {
		t.Name = p.text()
		p.checkShadow(p.id(), p.here())
		p.declareLocal(p.id(), t.symbol())
		p.next()
	}
}

// symbol is what the parameter's name stands for in the template.
func (t *TemplateParam) symbol() symbol {
	kind := symValue
	switch t.Kind {
	case TypeParam:
		kind = symType
	case TemplateTemplateParam:
		kind = symTypeTemplate
	}
	return symbol{kind: kind, pack: t.Pack, param: true}
}

// unknownName notes a name in a template that nothing declares so far.
func (p *parser) unknownName(id *ident) {
	if p.general > 0 && p.asking == 0 && id.unknownIn != p.general {
		id.unknownIn = p.general
		p.unknown = append(p.unknown, id.name)
	}
}

// declareParams makes a template's parameters known again.
func (p *parser) declareParams(params []TemplateParam) {
	for i := range params {
		if t := &params[i]; t.Name != "" {
			p.declareLocal(p.table.get(t.Name), t.symbol())
		}
	}
}
