package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// recordContext is a class being parsed. Function bodies are read when the
// class is complete, because they see all of it.
type recordContext struct {
	id     *ident
	scope  *scope
	bodies []delayedBody
	inner  []*recordContext  // nested classes with bodies to read
	broken bool              // a member could not be read
	params [][]TemplateParam // of the templates directly around it
}

// delayedBody is a function body that was skipped.
type delayedBody struct {
	f       *FuncDecl
	i       int               // of its first token
	lacking bool              // its '{'
	limit   int               // the token in front of which its class goes on, without its '}'; 0 if it has one
	params  [][]TemplateParam // of the member templates around it
}

// recordSpecifier reads struct S, or struct S { … }. s takes the attributes
// behind the keyword.
func (p *parser) recordSpecifier(s *specifiers) TypeExpr {
	start := p.tok.Pos
	r := &RecordDecl{Key: p.text()}
	p.next()
	r.Attrs = p.attributes(nil, &s.specs)
	var id *ident
	var sym symbol
	if p.kind == Ident || p.kind == ColonColon {
		if p.kind == Ident {
			id = p.id()
		}
		namePos := p.tok.Pos
		r.Name = p.nodes.names.new()
		sym = p.newName(r.Name)
		r.NamePos = p.from(namePos)
		if r.Name.Of != nil {
			id = nil
		}
	}
	r.Attrs = p.attributes(r.Attrs, &s.specs)
	if p.kind == Ident && p.text() == "final" {
		p.next()
	}
	if p.kind == LBrace && r.Name != nil && r.Name.Of != nil && !p.block {
		p.unqualifiedName(r.Name, false)
	}
	lacking := p.asking == 0 && !p.failed && p.startsMember(r.Name, sym) && (id != nil || r.Name == nil) && p.surplusBrace()
	if lacking && id == nil {
		p.lacksBrace("expected '{'")
	} else if lacking {
		p.lacksBrace("expected '{' after '" + id.name + "'")
	} else if p.kind != LBrace && p.kind != Colon || p.failed {
		if r.Name == nil && !p.failed {
			p.expected("'{'")
		}
		if id != nil && (sym.kind == symNone || sym.kind == symForeign) {
			kind := symType // struct S; or struct S *p
			if len(p.templates) > 0 {
				kind = symTypeTemplate
			}
			p.declare(id, symbol{kind: kind})
		}
		return &RecordType{Range: p.from(start), Key: r.Key, Name: r.Name}
	}
	p.recordBody(r, id, sym, lacking)
	if r.Range = p.from(start); p.kind == kwAttribute {
		r.Attrs = p.attributes(r.Attrs, &s.specs)
	}
	return &RecordType{Range: r.Range, Key: r.Key, Decl: r, Name: r.Name}
}

// startsMember reports whether what stands behind struct S, of which sym is known, can
// only be a member: the brace in front is missing.
func (p *parser) startsMember(name *Name, sym symbol) bool {
	special := name != nil && name.HasArgs
	first, second, third := p.kind, p.peek(1), p.peek(2)
	switch {
	case first == LBrace || first == Colon || sym.kind != symNone && !special:
		return false
	case p.tok.flags&lineStart != 0 && !special:
		return true
	case qualifier(first) != 0 && second == Ident:
		return third == Ident || third == Star || third == Amp
	case qualifier(first) != 0:
		first = second
	case first == Ident:
		return second == Ident && !special
	}
	return first.IsKeyword() && qualifier(first) == 0 && first != kwOperator
}

// recordBody reads : bases { members }, of which the first brace may be lacking.
func (p *parser) recordBody(r *RecordDecl, id *ident, sym symbol, lacking bool) {
	r.Definition, r.Pack = true, p.packing.bound
	outer := p.record
	nested := outer != nil && !p.block
	special, outside := r.Name != nil && r.Name.HasArgs, r.Name != nil && r.Name.Of != nil
	sc := sym.scope
	if sc == nil || !special && !outside {
		sc = p.nodes.newScope("", nil)
		sc.record = true
	} else if sc.nodes != p.nodes {
		sc = p.nodes.newScope("", sc)
	}
	as := symbol{kind: symType, scope: sc}
	switch {
	case outside && sym.kind != symNone:
		as.kind = sym.kind
	case len(p.templates) > 0 || special:
		as.kind = symTypeTemplate
	}
	p.checkShadow(id, r.NamePos.Span())
	p.declare(id, as)
	own := id // which constructors have, too, where the class is defined outside of another one
	if own == nil && r.Name != nil {
		own = p.table.get(r.Name.Ident)
	}
	if outside {
		if v, ok := p.enterNamed(r.Name.Of); ok {
			defer p.leave(v)
			p.declare(own, as)
		}
	}
	if p.accept(Colon) {
		p.bases(r, sc)
	}
	ctx := &recordContext{id: own, scope: sc, params: p.templates}
	templates := p.templates
	p.templates = nil
	v := p.enter(sc)
	sc.defining = true
	defer func() { sc.defining = false }()
	p.record = ctx
	if own != nil {
		p.names.bind(p.nodes, own, as) // the class's name is known inside of it
	}
	open := p.tok
	if !lacking && len(r.Bases) > 0 && p.kind != LBrace && !p.failed && p.surplusBrace() {
		lacking = true
		p.lacksBrace("expected '{' after base class list")
	}
	if lacking || p.expect(LBrace, "") {
		if p.kind == LBrace && p.missesBrace() { // no member begins with it
			p.extraneousBrace()
			p.next()
		}
		p.memberList(r, open)
		r.Broken = ctx.broken
		if !p.failed && p.asking == 0 {
			if nested {
				outer.inner = append(outer.inner, ctx)
			} else {
				p.runDelayed(ctx)
			}
		}
	}
	p.pop(v)
	p.templates = templates
	if r.Name == nil && (nested || p.block) { // an anonymous union's members belong outside
		for id, m := range sc.members.all() {
			p.declare(id, m)
		}
	}
	p.declared, p.declaredAs = id, as
}

// memberList reads members and the brace that closes the one at open.
func (p *parser) memberList(r *RecordDecl, open Token) {
	first := p.tok
	for p.kind != EOF && !p.stopped {
		switch {
		case p.kind == RBrace && p.toks[p.i+1].Kind != Semi && p.toks[p.i+1].flags&lineStart != 0 && p.surplusBrace():
			p.complain("extraneous-brace", p.here(), "extraneous closing brace ('}')")
			p.next()
			continue
		case p.kind == RBrace:
			p.next()
			return
		case p.outside(first):
			p.lacksEnd(open)
			return
		}
		r.Members = p.members(r.Members)
	}
	p.closing(RBrace, open)
}

// bases reads the base classes.
func (p *parser) bases(r *RecordDecl, sc *scope) {
	for !p.failed {
		start, private := p.tok.Pos, r.Key == "class"
		for p.kind == kwPublic || p.kind == kwPrivate || p.kind == kwProtected || p.kind == kwVirtual {
			if p.kind == kwVirtual {
				p.refuse("virtual")
			} else {
				private = p.kind != kwPublic
			}
			p.next()
		}
		s := p.specifiers(specBase)
		if p.failed {
			return
		}
		base := Base{Range: p.from(start), Type: s.typ, Private: private}
		if p.accept(Ellipsis) {
			base.Type = &PackType{Range: p.from(start), Elem: s.typ}
		}
		r.Bases = append(r.Bases, base)
		if scope := p.typeScope(s.typ); scope != nil {
			sc.join(scope)
		}
		if !p.accept(Comma) {
			return
		}
	}
}

// members appends the member declaration ahead.
func (p *parser) members(list []Decl) []Decl {
	from, before := p.i, len(list)
	start := p.tok.Pos
	if p.deeper() {
		switch p.kind {
		case kwPublic, kwPrivate, kwProtected:
			e := &EmptyDecl{Access: p.kind.String()}
			p.next()
			p.expect(Colon, "")
			e.Range = p.from(start)
			list = append(list, e)
		case Colon: // an unnamed bit-field without a type
			p.expected("member name or ';' after declaration specifiers")
		default:
			list = p.external(list)
		}
	}
	p.depth--
	if p.failed {
		list = list[:before]
		p.resume(from)
		p.record.broken = true
	}
	return list
}

// delay skips a function body, to be read at the end of the class.
func (p *parser) delay(r *recordContext, f *FuncDecl, first int, lacking bool) {
	p.doubledBrace()
	b := delayedBody{f: f, i: p.i, lacking: lacking, params: p.templates}
	if p.kind == Colon {
		p.skipInits()
		b.lacking = p.kind != LBrace && p.surplusBrace()
	}
	if p.kind != LBrace && !b.lacking {
		p.expected("'{'")
		return
	}
	b.limit = p.skipBraces(first, b.lacking)
	r.bodies = append(r.bodies, b)
}

// skipInits skips : a(x), b{y} up to the body's brace, or to where it should stand.
func (p *parser) skipInits() {
	p.next()
	body := 0       // if a parenthesis is missing in front of it
	lambda := false // within parentheses one has begun
	for depth := 0; p.kind != EOF; p.next() {
		switch p.kind {
		case LParen, LBrack:
			if before := p.toks[p.i-1].Kind; p.kind == LBrack && before != Ident && before != RParen && before != RBrack {
				lambda = true // and no subscript
			}
			depth++
			continue
		case RParen, RBrack, RBrace:
			depth = max(depth-1, 0)
		case LBrace:
			if lambda {
				lambda = false
				p.skipBraces(0, false)
				p.goTo(p.i - 1)
				continue
			}
			// a{x}: an initialiser's brace stands behind a name.
			before := p.toks[p.i-1].Kind
			if depth == 0 && before != Ident && before != Greater {
				return
			}
			if depth > 0 && body == 0 {
				body = p.i
			}
			depth++
			continue
		case Semi:
			if body > 0 {
				p.goTo(body)
			}
			return
		default:
			continue
		}
		if depth > 0 {
			continue
		}
		body, lambda = 0, false
		if next := p.peek(1); next != Comma && next != LBrace && next != Ellipsis {
			p.next()
			return
		}
	}
}

// skipBraces skips what the brace ahead opens, which may be lacking. If its end is
// missing it stops in front of a declaration beside the one whose first token is given,
// and returns where.
func (p *parser) skipBraces(first int, lacking bool) int {
	open := p.tok
	depth := 0
	if lacking {
		depth = 1
	}
	for p.kind != EOF {
		switch {
		case p.kind == LBrace:
			depth++
		case p.kind == RBrace:
			before := p.toks[p.i-1].Kind
			if depth > 1 || before == Semi || before == LBrace || before == RBrace || !p.endsList() {
				depth--
			}
			if depth == 0 {
				p.next()
				return 0
			}
		case first > 0 && p.beside(first):
			return p.i
		}
		p.skipWithin()
	}
	p.closing(RBrace, open)
	return 0
}

// skipWithin goes on to a brace, the first token of a line, or the end.
func (p *parser) skipWithin() {
	i := p.i + 1
	for ; i < len(p.toks); i++ {
		if t := &p.toks[i]; t.Kind == LBrace || t.Kind == RBrace || t.flags&lineStart != 0 {
			break
		}
	}
	p.goTo(i - 1)
	p.next()
}

// runDelayed reads the skipped bodies of a class that is complete and in view,
// and those of the classes in it.
func (p *parser) runDelayed(r *recordContext) {
	m := p.mark()
	p.record = r
	for _, b := range r.bodies {
		if p.stopped {
			break
		}
		p.goTo(b.i)
		p.end = p.tok.Pos
		v := p.push()
		for _, params := range b.params {
			p.declareParams(params)
		}
		p.limit = b.limit
		p.functionBody(b.f, b.lacking)
		p.failed, p.limit = false, 0
		p.pop(v)
	}
	for _, inner := range r.inner {
		v := p.push()
		for _, params := range inner.params {
			p.declareParams(params)
		}
		w := p.enter(inner.scope)
		p.runDelayed(inner)
		p.pop(w)
		p.pop(v)
	}
	p.end, p.depth = m.end, m.depth
	p.goTo(m.i)
}

// enumSpecifier reads enum E, or enum E { … }.
func (p *parser) enumSpecifier(s *specifiers) TypeExpr {
	start := p.tok.Pos
	e := &EnumDecl{}
	p.next()
	if p.kind == kwClass || p.kind == kwStruct {
		e.Class = true
		p.next()
	}
	e.Attrs = p.attributes(nil, &s.specs)
	var id *ident
	if p.kind == Ident || p.kind == ColonColon {
		if p.kind == Ident {
			id = p.id()
		}
		namePos := p.tok.Pos
		e.Name = p.nodes.names.new()
		p.newName(e.Name)
		e.NamePos = p.from(namePos)
		if e.Name.Of != nil {
			id = nil
		}
	}
	if p.kind == Colon && (p.record == nil || p.block || p.peek(1) != Number) {
		p.next()
		e.Underlying = p.specifiers(specType).typ
	}
	if p.kind != LBrace || p.failed {
		if e.Name == nil {
			p.expected("identifier or '{'")
		}
		if e.Underlying != nil || p.kind == Semi && e.Class { // enum E : int; and, as NS_ENUM has it, typedef enum E : int E;
			p.declare(id, symbol{kind: symType})
			e.Range = p.from(start)
			return &RecordType{Range: e.Range, Key: "enum", Decl: e, Name: e.Name}
		}
		return &RecordType{Range: p.from(start), Key: "enum", Name: e.Name}
	}
	if e.Name != nil && e.Name.Of != nil && !p.block {
		p.unqualifiedName(e.Name, false)
	}
	e.Definition = true
	sc := p.nodes.newScope("", nil)
	sc.record = true
	p.checkShadow(id, e.NamePos.Span())
	p.declare(id, symbol{kind: symType, scope: sc})
	declared, as := p.declared, p.declaredAs
	if e.Name != nil && e.Name.Of != nil {
		if v, ok := p.enterNamed(e.Name.Of); ok {
			defer p.leave(v)
			p.declare(p.table.get(e.Name.Ident), symbol{kind: symType, scope: sc})
		}
	}
	open := p.tok
	p.next()
	for p.kind != RBrace && !p.failed {
		item := EnumItem{Name: p.text()}
		itemStart, itemID := p.tok.Pos, p.id()
		if p.kind != Ident {
			p.expected("identifier")
			break
		}
		p.next()
		if p.kind == LBrack || p.kind == kwAttribute {
			p.attributes(nil, new(Specifiers))
		}
		if p.accept(Assign) {
			item.Value = p.conditional()
		}
		item.Range = p.from(itemStart)
		e.Items = append(e.Items, item)
		p.checkShadow(itemID, item.Range.Span())
		sc.members.set(p.nodes, itemID, symbol{kind: symValue})
		if !e.Class {
			p.declare(itemID, symbol{kind: symValue})
		}
		if p.kind == Ident {
			p.report(diag.Diagnostic{Code: "expected-token", Message: "missing ',' between enumerators", Span: at(p.end),
				Fixes: []diag.Fix{{Span: at(p.end), Text: ","}}})
			continue
		}
		if !p.accept(Comma) {
			break
		}
	}
	p.closing(RBrace, open)
	p.declared, p.declaredAs = declared, as
	e.Range = p.from(start)
	return &RecordType{Range: e.Range, Key: "enum", Decl: e, Name: e.Name}
}
