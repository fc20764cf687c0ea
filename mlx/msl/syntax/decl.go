package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// pragma takes a pragma as it is.
func (p *parser) pragma() Pragma {
	pr := Pragma{Range: Range{p.tok.Pos, p.tok.Pos}, Text: p.text()}
	if strings.HasPrefix(pr.Text, "pack") {
		p.pack(pr)
	}
	p.next()
	return pr
}

func (p *parser) namespace() Decl {
	start := p.tok.Pos
	inline := p.accept(kwInline)
	p.next()
	if p.kind == kwAttribute || p.kind == LBrack {
		p.attributes(nil, new(Specifiers))
	}
	if p.kind == Ident && p.peek(1) == Assign {
		a := &NamespaceAlias{Name: p.text()}
		id := p.id()
		p.next()
		p.next()
		sym := p.name(&a.Target)
		sym.kind = symNamespace
		p.declare(id, sym)
		p.semicolon("after namespace name")
		a.Range = p.from(start)
		return a
	}
	if inline && p.kind == Ident && p.peek(1) == ColonColon {
		p.complain("namespace", diag.Span{Start: start, End: p.end}, "nested namespace definition cannot be 'inline'")
	}
	return p.namespaceBody(start, inline)
}

// namespaceBody reads the names of nested namespaces and what the innermost one
// declares.
func (p *parser) namespaceBody(start diag.Pos, inline bool) Decl {
	n := &NamespaceDecl{Inline: inline}
	var views []view
	nested := false
	for p.kind == Ident {
		n.Names, n.NamePos = append(n.Names, p.text()), append(n.NamePos, Range(p.here()))
		views = append(views, p.enter(p.namespaceScope(p.id(), inline)))
		p.next()
		if !p.accept(ColonColon) {
			break
		}
		within := p.tok.Pos
		inner := p.accept(kwInline)
		if p.kind != Ident {
			p.expected("identifier")
			break
		}
		if nested = inline || inner; nested {
			if p.deeper() {
				n.Decls = append(n.Decls, p.namespaceBody(within, inner))
			}
			p.depth--
			break
		}
	}
	if len(n.Names) == 0 {
		s := p.nodes.newScope("", nil)
		s.open = true
		views = append(views, p.enter(s))
	}
	open := p.tok
	if lacking := !nested && !p.failed && p.kind != LBrace && p.surplusBrace(); lacking {
		p.lacksBrace("expected '{'")
	} else if !nested {
		nested = !p.expect(LBrace, "")
	}
	if !nested {
		for p.kind != RBrace && p.kind != EOF && !p.stopped {
			n.Decls = p.declarations(n.Decls)
		}
		p.closing(RBrace, open)
	}
	for i := len(views) - 1; i >= 0; i-- {
		p.pop(views[i])
	}
	n.Range = p.from(start)
	return n
}

// namespaceScope finds or makes the scope of a namespace in the current one.
func (p *parser) namespaceScope(id *ident, inline bool) *scope {
	in := p.names.current
	sym, own := in.members.get(id.name)
	if own && sym.kind == symNamespace && sym.scope != nil {
		return sym.scope
	}
	var base *scope
	if sym := in.lookup(id.name); sym.kind == symNamespace {
		base = sym.scope // of the session that this one was forked from
	}
	s := p.nodes.newScope(id.name, base)
	s.open = s.open || inline
	p.declare(id, symbol{kind: symNamespace, scope: s})
	return s
}

func (p *parser) staticAssert() Decl {
	s := &StaticAssert{}
	start := p.tok.Pos
	p.next()
	open := p.tok
	p.expect(LParen, " after 'static_assert'")
	s.Cond = p.assignment()
	if p.accept(Comma) {
		if p.kind != String {
			p.expected("string literal for diagnostic message in static_assert")
		} else {
			s.Msg = p.stringLit().Value
		}
	}
	p.closing(RParen, open)
	p.semicolon("after static_assert")
	s.Range = p.from(start)
	return s
}

// simple reads specifiers and declarators: variables, functions, typedefs, and
// records and enums by themselves. template says that the declaration is
// templated.
func (p *parser) simple(list []Decl, template bool) []Decl {
	s := p.specifiers(specDecl)
	if p.failed {
		return list
	}
	return p.declarators(list, &s, template)
}

func (p *parser) declarators(list []Decl, s *specifiers, template bool) []Decl {
	if s.unknown.Kind == Ident && s.specs&Friend == 0 {
		switch name := p.table.text(s.unknown); p.kind {
		case EOF, RBrace:
			p.unknownType(name, s.unknown.Span())
			return list
		case Semi, Assign:
			p.fail("missing-type", s.unknown.Span(), "a type specifier is required for all declarations")
			return list
		}
	}
	if p.kind == Semi && s.typ != nil {
		p.next()
		return append(list, p.typeOnly(s))
	}
	if p.unfinished(s.typ, specDecl) {
		if !p.balance.lacks(p.tok) {
			p.semicolon("after " + s.typ.(*RecordType).Key)
		}
		return append(list, p.typeOnly(s))
	}
	if r, ok := s.typ.(*RecordType); ok && template && r.Decl != nil && p.kind != Semi {
		p.complain("expected-token", at(p.end), "expected ';' after %s", r.Key)
	}
	if s.typ == nil && !p.namesFunction() {
		if p.missingType(s); p.failed {
			return list
		}
	}
	for {
		d := declarator{typ: s.typ}
		p.declarator(&d)
		if p.failed {
			p.leaveClass(&d)
			return list
		}
		if d.name != nil && !d.name.Simple() && s.specs&Friend == 0 {
			p.unqualifiedName(d.name, p.block || d.inClass && d.view.block)
		}
		if p.kind == kwAsm {
			p.asmLabel(&d)
		}
		if s.specs&Typedef != 0 {
			list = append(list, p.typedef(s, &d))
			p.leaveClass(&d)
			if d.fn != nil && p.kind == LBrace {
				p.fail("typedef-function", d.namePos.Span(), "function definition declared 'typedef'")
			}
		} else if d.fn != nil {
			f, body := p.functionDecl(s, &d, template)
			p.leaveClass(&d)
			list = append(list, p.befriend(s, f))
			if body {
				return list
			}
		} else {
			v := p.entity(s, &d, template)
			p.leaveClass(&d)
			list = append(list, p.befriend(s, v))
		}
		if p.failed || !p.accept(Comma) {
			break
		}
	}
	switch {
	case p.failed:
	case p.kind != Semi && p.record != nil && !p.block && lastIsFunction(list) && p.surplusBrace():
		f := list[len(list)-1].(*FuncDecl)
		p.delay(p.record, f, p.before(s.start), true)
		f.Range = p.from(s.start)
	case p.kind != Semi && p.record == nil && !p.block && lastIsFunction(list) && p.surplusBrace():
		f := list[len(list)-1].(*FuncDecl)
		p.functionBody(f, true)
		f.Range = p.from(s.start)
	case p.kind != Semi && p.record == nil && !p.block && !template && lastIsFunction(list) && !p.specifierFollows():
		p.fail("function-body", p.here(), "expected function body after function declarator")
	case p.kind == Semi && p.peek(1) == LBrace && p.record == nil && !p.block && p.asking == 0 && lastIsFunction(list):
		p.next()
		p.report(diag.Diagnostic{Code: "expected-declaration", Message: "expected unqualified-id", Span: p.here(),
			Notes: []diag.Note{{Message: "the declaration ends with this ';': remove it to define the function", Span: at(p.end - 1), Fixes: []diag.Fix{{Span: diag.Span{Start: p.end - 1, End: p.end}}}}}})
		f := list[len(list)-1].(*FuncDecl)
		p.functionBody(f, false)
		f.Range = p.from(s.start)
	case p.kind != Semi && s.unknown.Kind == Ident:
		p.unknownType(p.table.text(s.unknown), s.unknown.Span())
	case p.record != nil && !p.block:
		errors := p.errors
		p.semicolon("at end of declaration list")
		p.record.broken = p.record.broken || p.errors > errors // another member may stand behind it
	case p.block:
		p.semicolon("at end of declaration")
	case template && p.kind == Less:
		p.noTemplate(p.toks[p.i-1])
	default:
		p.semicolon("after top level declarator")
	}
	return list
}

// specifierFollows reports what clang takes for the next declaration, behind one without its ';'.
func (p *parser) specifierFollows() bool {
	return p.startsDeclaration() && p.kind != kwUsing && p.kind != kwNamespace && p.kind != kwTemplate
}

// unqualifiedName reports a qualified name of what is declared in a class or, if local, in a
// function, and ::f in a namespace, and takes it for the name by itself.
func (p *parser) unqualifiedName(n *Name, local bool) {
	d := diag.Diagnostic{Code: "qualified-name", Span: n.OwnSpan()}
	switch {
	case local:
		d.Message = "definition or redeclaration of '" + n.Ident + "' not allowed inside a function"
	case p.record != nil && n.Of != nil && n.Of.Of == nil && p.record.id != nil && n.Of.Ident == p.record.id.name:
		d.Message = "extra qualification on member '" + n.Ident + "'"
		d.Fixes = []diag.Fix{{Span: diag.Span{Start: n.Start, End: n.Own}}}
	case p.record != nil:
		d.Message = "non-friend class member '" + n.Ident + "' cannot have a qualified name"
	case n.Of == nil && !n.HasArgs && p.names.current != p.global:
		d.Message = "definition or redeclaration of '" + n.Ident + "' cannot name the global scope"
	default:
		return
	}
	p.report(d)
	n.Of, n.Global, n.Start = nil, false, n.Own
}

// asmLabel reads the symbol of a function or variable, asm("…"), which means
// nothing to programs that are not linked by it.
func (p *parser) asmLabel(d *declarator) {
	p.next()
	open := p.tok
	p.expect(LParen, " after 'asm'")
	if p.kind != String {
		p.expected("string literal in 'asm'")
	} else {
		p.stringLit()
	}
	p.closing(RParen, open)
	d.attrs = p.attributes(d.attrs, new(Specifiers))
	if p.kind == LBrace && d.fn != nil {
		p.failWith(diag.Diagnostic{Code: "function-body", Message: "a function is not defined where it has an asm label", Span: p.here(),
			Notes: []diag.Note{{Message: "declare it with the label and ';', and define it after that without one"}}})
	}
}

func (p *parser) leaveClass(d *declarator) {
	if d.inClass {
		p.leave(d.view)
		d.inClass = false
	}
}

func (p *parser) befriend(s *specifiers, d Decl) Decl {
	if s.specs&Friend != 0 {
		return &FriendDecl{Range: Range(d.Span()), Decl: d}
	}
	return d
}

// typeOnly is struct S {…}; or enum E {…}; by itself.
func (p *parser) typeOnly(s *specifiers) Decl {
	t := s.typ
	if q, ok := t.(*QualType); ok {
		t = q.Elem
	}
	r, ok := t.(*RecordType)
	if ok && r.Key == "enum" && r.Decl == nil && r.Name != nil && r.Name.Simple() && p.lookup(p.table.get(r.Name.Ident)).kind == symNone {
		p.complain("enum-forward", r.Name.Span(), "ISO C++ forbids forward references to 'enum' types")
		return &EmptyDecl{Range: p.from(s.start)}
	}
	if s.specs&Friend != 0 && (!ok || r.Decl == nil) {
		return &FriendDecl{Range: p.from(s.start), Type: t}
	}
	if ok {
		p.typeSpecifiers(s, r.Key)
		d := r.Decl
		if d == nil && r.Name != nil { // struct S;
			d = &RecordDecl{Range: r.Range, Key: r.Key, Name: r.Name, NamePos: r.Name.Range, Attrs: s.attrs}
		}
		if d != nil {
			if s.specs&Kernel != 0 {
				at := r.Span()
				if r.Name != nil {
					at = r.Name.Span()
				}
				p.complain("attribute", at, "'kernel' attribute only applies to functions")
			}
			if s.specs&Typedef != 0 {
				p.declaresNothing(s, diag.Span{Start: s.start, End: s.start + diag.Pos(len("typedef"))})
			}
			return p.befriend(s, d)
		}
	}
	p.declaresNothing(s, diag.Span{Start: s.start, End: s.typ.Span().End})
	return &EmptyDecl{Range: p.from(s.start), Type: t}
}

// declaresNothing warns of a type without a name behind it.
func (p *parser) declaresNothing(s *specifiers, at diag.Span) {
	message := "declaration does not declare anything"
	if s.specs&Typedef != 0 {
		message = "typedef requires a name"
	}
	p.bag.Add(diag.Diagnostic{Severity: diag.Warning, Code: "missing-declarations", Message: message, Span: at})
}

// typeSpecifiers reports specifiers of functions and variables in front of a type
// that declares neither.
func (p *parser) typeSpecifiers(s *specifiers, key string) {
	if s.specs&(Inline|Constexpr|Explicit|Mutable) == 0 {
		return
	}
	for i := p.before(s.start); i < p.i; i++ {
		message := ""
		switch p.toks[i].Kind {
		case kwInline:
			message = "'inline' can only appear on functions and non-local variables"
		case kwConstexpr:
			message = key + " cannot be marked constexpr"
		case kwExplicit:
			message = "'explicit' can only appear on constructors and conversion functions"
		case kwMutable:
			message = "'mutable' can only be applied to member variables"
		default:
			continue
		}
		p.complain("specifier", p.toks[i].Span(), "%s", message)
		return
	}
}

// namesFunction reports whether a constructor, destructor or conversion is
// ahead, which have no type.
func (p *parser) namesFunction() bool {
	switch p.kind {
	case kwOperator, Tilde:
		return true
	case Ident, ColonColon:
		return p.atConstructor()
	}
	return false
}

// atConstructor reports whether the identifier ahead is the name of a
// constructor.
func (p *parser) atConstructor() bool {
	if r := p.record; r != nil && !p.block && p.id() == r.id && r.id != nil && p.peek(1) == LParen {
		return true
	}
	if !p.block && p.peek(1) == LParen && p.lookup(p.id()).kind == symTypeTemplate { // a deduction guide
		return true
	}
	// X::X( or X<T>::X( or X::operator T(, and X<T>( in X
	if p.block || p.peek(1) != ColonColon && p.peek(1) != Less {
		return false
	}
	return p.ask(askConstructor, (*parser).constructorAhead)
}

func (p *parser) constructorAhead() bool {
	inside := p.record != nil && p.id() == p.record.id
	var n Name
	p.name(&n)
	if p.failed || p.kind != LParen {
		return false
	}
	if n.Of != nil {
		return n.Ident == n.Of.Ident || n.Ident == "~"+n.Of.Ident || n.Conversion() != nil
	}
	return inside
}

// missingType reports what stands where a declaration should begin. A kernel's
// type can only be void.
func (p *parser) missingType(s *specifiers) {
	switch {
	case p.foreignDeclaration():
	case p.kind == Ident && p.block:
		p.expected("expression")
	case p.kind == Ident && p.peek(1) != Assign && p.peek(1) != Semi && p.peek(1) != LParen:
		p.unknownType(p.text(), p.here())
	case p.kind == Ident:
		d := diag.Diagnostic{Code: "missing-type", Message: "a type specifier is required for all declarations", Span: p.here()}
		if s.specs&Kernel != 0 && p.asking == 0 {
			d.Fixes = []diag.Fix{{Span: at(d.Span.Start), Text: "void "}}
			p.report(d)
			s.typ = p.basic(&basicType{start: d.Span.Start, end: d.Span.Start, name: "void"})
			return
		}
		p.failWith(d)
	case p.kind == kwGoto, p.kind == kwThrow, p.kind == kwTry, p.kind == kwNew, p.kind == kwDelete, p.kind == kwVirtual, p.kind == kwThreadLocal:
		p.refuse(p.kind.String())
	default:
		p.fail("expected-declaration", p.here(), "expected unqualified-id")
	}
}

// typedef makes an alias of a declarator.
func (p *parser) typedef(s *specifiers, d *declarator) Decl {
	a := &AliasDecl{Range: p.from(s.start), Attrs: joinAttrs(s.attrs, d.attrs), NamePos: d.namePos, Type: d.typ, Typedef: true}
	a.Type = vectorOf(d.typ, a.Attrs)
	if d.fn != nil {
		a.Type = &FuncType{Range: p.from(s.start), Result: d.fn.Result, Params: d.fn.Params, Quals: d.fn.Quals}
	}
	if d.name != nil {
		a.Name = d.name.Ident
		p.checkShadow(d.id, d.namePos.Span())
		p.declare(d.id, symbol{kind: symType, scope: p.typeScope(a.Type)})
	}
	return a
}

// entity is variable, or a structured binding.
func (p *parser) entity(s *specifiers, d *declarator, template bool) Decl {
	v := p.variable(s, d, template)
	if d.names == nil {
		return v
	}
	if s.specs&Constexpr != 0 {
		p.complain("binding-constexpr", d.namePos.Span(), "decomposition declaration cannot be declared 'constexpr'")
	}
	return &BindingDecl{Range: v.Range, Var: v, Names: d.names}
}

// variable reads what follows a variable's declarator.
func (p *parser) variable(s *specifiers, d *declarator, template bool) *VarDecl {
	v := p.nodes.vars.new()
	*v = VarDecl{Specs: s.specs, Attrs: joinAttrs(s.attrs, d.attrs), Type: d.typ, Name: d.name, NamePos: d.namePos}
	kind := symValue
	if template {
		kind = symValueTemplate
	}
	p.checkShadow(d.id, d.namePos.Span())
	p.declare(d.id, symbol{kind: kind})
	switch p.kind {
	case Colon:
		if p.record != nil && !p.block {
			p.next()
			v.BitWidth = p.conditional()
		}
	case Assign:
		p.next()
		v.InitKind = CopyInit
		if p.kind == LBrace {
			v.Init = p.initList()
		} else {
			v.Init = p.assignment()
		}
	case LBrace:
		v.InitKind = ListInit
		l := p.initList()
		l.Direct, v.Init = true, l
	case LParen:
		start := p.tok.Pos
		v.InitKind = DirectInit
		args := p.args()
		v.Init = &ParenList{Range: p.from(start), Args: args}
	}
	if p.record != nil && !p.block && v.BitWidth != nil && p.kind == Assign {
		if d.id == nil {
			p.complain("bit-field", p.here(), "anonymous bit-field cannot have a default member initializer")
		}
		p.next()
		v.InitKind = CopyInit
		v.Init = p.assignment()
	}
	v.Range = p.from(s.start)
	return v
}

// lastIsFunction reports a list that ends in a function.
func lastIsFunction(list []Decl) bool {
	if len(list) == 0 {
		return false
	}
	_, ok := list[len(list)-1].(*FuncDecl)
	return ok
}
