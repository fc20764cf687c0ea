package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// functionDecl completes a function whose declarator was read, with its body
// if there is one.
func (p *parser) functionDecl(s *specifiers, d *declarator, template bool) (f *FuncDecl, body bool) {
	f = d.fn
	f.Specs |= s.specs
	f.Attrs = joinAttrs(s.attrs, d.attrs)
	f.Name, f.NamePos = d.name, d.namePos
	f.Range = p.from(s.start)
	f.Guide = s.typ == nil && f.Result != nil && f.Name.Conversion() == nil
	if d.id != nil && !f.Guide && !(p.record != nil && !p.block && d.id == p.record.id) {
		kind := symValue
		if template {
			kind = symValueTemplate
		}
		if p.record != nil {
			p.checkShadow(d.id, d.namePos.Span())
		}
		if s.specs&Friend == 0 || p.lookup(d.id).kind == symNone { // else it stays what it is outside of the class
			p.declare(d.id, symbol{kind: kind})
		}
	} else if d.id != nil {
		f.Name.HasArgs, f.Name.Args = false, nil // of X<T>()
	}
	if f.Quals != 0 && f.Name != nil && f.Name.Of == nil && (p.record == nil || p.block || s.specs&Friend != 0) {
		p.unqualified(f)
	}
	if p.kind == Ident && (p.text() == "override" || p.text() == "final") {
		p.complain("unsupported", p.here(), "'%s' is not supported in Metal", p.text())
		p.next()
	}
	switch p.kind {
	case Assign:
		p.next()
		switch p.kind {
		case kwDelete:
			f.Deleted = true
			p.next()
		case kwDefault:
			f.Default = true
			p.next()
		case Number:
			if p.toks[p.before(s.start)].Kind != kwVirtual { // which is refused
				p.complain("unsupported", p.here(), "virtual functions are not supported in Metal")
			}
			p.next()
		default:
			p.expected("'default' or 'delete'")
		}
	case kwTry:
		p.refuse("try")
	case LBrace, Colon:
		if p.block {
			if p.missesBrace() {
				p.endFunction(p.before(s.start))
				return f, false
			}
			p.failWith(diag.Diagnostic{Code: "nested-function", Message: "function definition is not allowed here", Span: p.here(),
				Notes: []diag.Note{{Message: "put it in front of the kernel, or make it a lambda, 'auto f = [&](…) { … };'"}}})
			return f, false
		}
		if r := p.record; r != nil {
			p.delay(r, f, p.before(s.start), false)
		} else {
			p.functionBody(f, false)
		}
		f.Range = p.from(s.start)
		return f, true
	}
	f.Range = p.from(s.start)
	if p.block && s.specs == 0 && (p.kind == Semi || p.kind == Comma) {
		p.remarkVexing(f)
	}
	return f, false
}

// remarkVexing warns of a function in a block whose declaration might be that of
// a variable.
func (p *parser) remarkVexing(f *FuncDecl) {
	if p.toks[p.i-1].Kind != RParen || f.Variadic {
		return
	}
	d := diag.Diagnostic{Severity: diag.Warning, Code: "vexing-parse"}
	if len(f.Params) > 0 {
		for _, q := range f.Params {
			if !q.open {
				return
			}
		}
		first := f.Params[0].Span()
		d.Message = "parentheses were disambiguated as a function declaration"
		d.Span = diag.Span{Start: p.toks[p.before(first.Start)-1].Pos, End: p.end}
		d.Notes = []diag.Note{{Message: "add a pair of parentheses to declare a variable", Span: first, Fixes: []diag.Fix{{Span: at(first.Start), Text: "("}, {Span: at(first.End), Text: ")"}}}}
	} else if t, ok := f.Result.(*BasicType); p.toks[p.i-2].Kind != LParen || ok && t.Name == "void" {
		return
	} else {
		d.Message = "empty parentheses interpreted as a function declaration"
		d.Span = diag.Span{Start: p.toks[p.i-2].Pos, End: p.end}
		d.Notes = []diag.Note{{Message: "replace parentheses with an initializer to declare a variable", Span: d.Span, Fixes: []diag.Fix{{Span: d.Span, Text: "{}"}}}}
	}
	p.report(d)
}

// functionBody reads the initialisers of a constructor and the body, of which the
// first brace may be lacking.
func (p *parser) functionBody(f *FuncDecl, lacking bool) {
	v := p.push()
	p.block = true
	for _, q := range f.Params {
		if q.Name != "" {
			p.declareLocal(p.table.get(q.Name), symbol{kind: symValue, pack: q.Pack})
		}
	}
	if p.accept(Colon) {
		p.memberInits(f)
	}
	unclosed, outer := p.unclosed, p.outer
	p.outer = p.tok
	switch {
	case p.kind == LBrace:
		p.doubledBrace()
		f.Body = p.blockStmt()
	case p.kind != EOF && (lacking || p.surplusBrace()):
		f.Body = p.openBlock("expected function body after function declarator")
	default:
		p.expected("'{'")
	}
	f.Broken = p.failed || p.unclosed != unclosed
	p.outer = outer
	if p.ended > 0 {
		p.goOn(p.ended)
	}
	p.pop(v)
}

func (p *parser) memberInits(f *FuncDecl) {
	for !p.failed {
		start := p.tok.Pos
		m := MemberInit{}
		p.name(&m.Name)
		switch p.kind {
		case LParen:
			m.Args = p.args()
		case LBrace:
			m.List = p.initList()
			m.List.Direct = true
		default:
			p.expected("'('")
		}
		if p.failed { // its arguments may be nil
			return
		}
		m.Pack = p.accept(Ellipsis)
		m.Range = p.from(start)
		f.Inits = append(f.Inits, m)
		if !p.accept(Comma) {
			return
		}
	}
}

// unqualified refuses the qualifiers of methods on a function that is none.
func (p *parser) unqualified(f *FuncDecl) {
	for _, q := range []struct {
		qual Quals
		name string
	}{{Const, "const"}, {Volatile, "volatile"}, {OfLValues, "&"}, {OfRValues, "&&"}} {
		if f.Quals&q.qual != 0 {
			p.complain("function-qualifier", f.NamePos.Span(), "non-member function cannot have '%s' qualifier", q.name)
			return
		}
	}
}
