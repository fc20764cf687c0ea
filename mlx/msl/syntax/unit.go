package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// unit reads all declarations.
func (p *parser) unit() []Decl {
	var decls []Decl
	for p.kind != EOF && !p.stopped {
		if p.kind == RBrace || p.startsStatement() {
			if f := endedEarly(decls); f > 0 && p.behind(decls[f-1].(*FuncDecl), decls[f:]) {
				decls = decls[:f]
				continue
			}
		}
		if p.kind == RBrace {
			p.complain("extraneous-brace", p.here(), "extraneous closing brace ('}')")
			p.next()
			continue
		}
		decls = p.declarations(decls)
	}
	return decls
}

// startsStatement reports what can only be a statement.
func (p *parser) startsStatement() bool {
	switch p.kind {
	case kwIf, kwFor, kwWhile, kwDo, kwSwitch, kwReturn, kwBreak, kwContinue, kwCase, kwDefault, kwElse:
		return true
	case Ident:
		if kind := p.lookup(p.id()).kind; kind != symNone && kind != symValue {
			return false
		}
		switch p.peek(1) {
		case LBrack, Dot, Arrow, Assign, PlusEq, MinusEq, StarEq, SlashEq, PlusPlus, MinusMinus:
			return true
		}
	}
	return false
}

// endedEarly is the index behind the last function if it has a body and only
// variables follow it, 0 otherwise.
func endedEarly(decls []Decl) int {
	for i := len(decls); i > 0; i-- {
		switch d := decls[i-1].(type) {
		case *VarDecl:
			if q, ok := d.Type.(*QualType); ok && q.Quals&SpaceConstant != 0 {
				return 0 // which no variable of a function is
			}
			if r, ok := d.Type.(*RecordType); ok && r.Decl != nil {
				return 0 // nor often is this
			}
		case *FuncDecl:
			if d.Body != nil {
				return i
			}
			return 0
		default:
			return 0
		}
	}
	return 0
}

// behind reports statements behind a function that a '}' too many has ended,
// of which some were read as variables, and skips to behind the '}' that was
// meant to end it.
func (p *parser) behind(f *FuncDecl, variables []Decl) bool {
	first := p.here()
	if len(variables) > 0 {
		first = variables[0].Span()
	} else if p.kind == RBrace {
		return false
	}
	last := p.i
	for depth := 0; depth >= 0; last++ {
		switch t := p.toks[last]; {
		case t.Kind == EOF, depth == 0 && t.flags&lineStart != 0 && startsUnit(t.Kind):
			return false
		case t.Kind == LBrace:
			depth++
		case t.Kind == RBrace:
			depth--
		}
	}
	p.report(diag.Diagnostic{Code: "outside-function", Message: "statement outside of a function", Span: first, Caret: first.Start,
		Notes: []diag.Note{{Message: "'" + f.Name.Ident + "' ends with this '}': there is one too many", Span: diag.Span{Start: f.Body.End - 1, End: f.Body.End}}}})
	p.goTo(last)
	return true
}

// startsUnit reports a word that begins declarations and no statements.
func startsUnit(k Kind) bool {
	return k == kwKernel || k == kwTemplate || k == kwNamespace
}

// declarations appends one declaration, which may declare several things. It
// recovers from errors.
func (p *parser) declarations(list []Decl) []Decl {
	from, before := p.i, len(list)
	if p.deeper() {
		list = p.external(list)
	}
	p.depth--
	if p.failed {
		list = list[:before] // what could not be read has no node
		p.resume(from)
	}
	return list
}

// resume recovers and makes sure that something was read since from.
func (p *parser) resume(from int) {
	if p.asking > 0 {
		return
	}
	p.recover(from)
	if p.i == from && p.kind != EOF && p.kind != RBrace {
		p.next()
	}
	for i := from; i < p.i; i++ {
		if p.toks[i].Kind == Ident {
			p.lose(p.table.text(p.toks[i]))
		}
	}
}

// lose notes a name that an error may have left undeclared.
func (p *parser) lose(name string) {
	if p.lost == nil {
		p.lost = make(map[string]bool)
	}
	p.lost[name] = true
}

// external reads a declaration of a namespace or block.
func (p *parser) external(list []Decl) []Decl {
	for p.accept(kwExtension) {
	}
	start := p.tok.Pos
	switch p.kind {
	case Semi:
		p.next()
		return append(list, &EmptyDecl{Range: p.from(start)})
	case PragmaTok:
		pr := p.pragma()
		return append(list, &PragmaDecl{Range: pr.Range, Pragma: pr})
	case kwNamespace:
		if p.swapped() {
			return append(list, p.using())
		}
		return append(list, p.namespace())
	case kwInline:
		if p.peek(1) == kwNamespace {
			return append(list, p.namespace())
		}
	case kwUsing:
		return append(list, p.using())
	case kwStaticAssert:
		return append(list, p.staticAssert())
	case kwTemplate:
		return append(list, p.template())
	case kwExtern:
		if p.peek(1) == kwTemplate {
			p.next()
			d := p.template()
			if in, ok := d.(*Instantiation); ok {
				in.Extern = true
			}
			return append(list, d)
		}
		if p.peek(1) == String { // extern "C"
			p.next()
			if language := unquote(p.text()); language != "C" && language != "C++" {
				p.complain("linkage", p.here(), "unknown linkage language")
			}
			p.next()
			if p.kind == LBrace {
				open := p.tok
				p.next()
				for p.kind != RBrace && p.kind != EOF && !p.stopped {
					list = p.declarations(list)
				}
				p.closing(RBrace, open)
				return list
			}
		}
	case kwAsm, kwExport:
		p.refuse(p.kind.String())
		return list
	case Ident:
		if !p.block && (p.directiveWord() || p.foreignDeclaration()) {
			return list
		}
	}
	return p.simple(list, false)
}
