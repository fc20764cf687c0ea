package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// primary reads an expression without operators.
func (p *parser) primary() Expr {
	start := p.tok.Pos
	switch p.kind {
	case Ident:
		id, next := p.id(), p.peek(1)
		switch sym := p.lookup(id); {
		case sym.kind == symValue && next != ColonColon, sym.kind == symNone && next == LParen && !strings.HasPrefix(id.name, "__"):
			// Most names are a variable, or a function that is called.
			if sym.pack {
				p.packs++
			}
			if sym.kind == symNone {
				p.unknownName(id)
			}
			x := p.nodes.idents.new()
			p.identifier(&x.Name)
			return x
		case sym.basic && next != ColonColon:
			return p.construct()
		}
		return p.nameExpr()
	case ColonColon, kwOperator:
		return p.nameExpr()
	case Number:
		return p.numberLit()
	case Char:
		v, problem := parseChar(p.text())
		if problem != "" {
			p.complain("invalid-literal", p.here(), "%s", problem)
		} else {
			p.escapes('\'')
		}
		several := problem == "" && severalChars(p.text())
		if several {
			p.report(diag.Diagnostic{Severity: diag.Warning, Code: "multichar", Message: multichar, Span: p.here()})
		}
		p.next()
		return &CharLit{Range: p.from(start), Value: v, Several: several}
	case String:
		return p.stringLit()
	case kwTrue, kwFalse:
		v := p.kind == kwTrue
		p.next()
		return &BoolLit{Range: p.from(start), Value: v}
	case kwNullptr:
		p.next()
		return &NullptrLit{p.from(start)}
	case kwThis:
		p.next()
		return &ThisExpr{p.from(start)}
	case LParen:
		return p.paren()
	case LBrace:
		p.expected("expression")
		return nil
	case LBrack:
		return p.lambda()
	case kwStaticCast, kwReinterpretCast, kwConstCast:
		kind := strings.TrimSuffix(p.kind.String(), "_cast")
		p.next()
		return p.namedCast(start, kind)
	case kwVoid, kwBool, kwChar, kwShort, kwInt, kwLong, kwSigned, kwUnsigned, kwHalf, kwFloat, kwDouble, kwBfloat, kwTypename, kwTypeof, kwAuto,
		kwConst, kwDevice, kwConstant, kwThread, kwThreadgroup:
		return p.construct()
	case kwDecltype:
		t := p.decltype()
		if p.kind == ColonColon {
			x := p.nodes.idents.new()
			p.nameBehind(&x.Name, t)
			return x
		}
		return p.constructOf(start, t)
	case kwDynamicCast, kwTypeid, kwNew, kwDelete, kwThrow, kwNoexcept:
		p.refuse(p.kind.String())
		return nil
	}
	p.noExpression()
	return nil
}

// nameExpr reads a name and, if it is that of a type, the construction.
func (p *parser) nameExpr() Expr {
	start := p.tok.Pos
	if p.kind == Ident && strings.HasPrefix(p.text(), "__") && p.peek(1) == LParen {
		switch {
		case isTrait(p.text()):
			return p.trait()
		case p.text() == "__builtin_offsetof":
			return p.offsetof()
		}
	}
	var n Name
	sym := p.name(&n)
	if p.failed {
		return nil
	}
	if n.HasArgs && n.Ident == "as_type" && p.kind == LParen && len(n.Args) == 1 && n.Args[0].Type != nil {
		open := p.tok
		p.next()
		gt := p.allowGT()
		c := p.nodes.casts.put(CastExpr{Kind: "as_type", Type: n.Args[0].Type, X: p.expression()})
		p.restoreGT(gt)
		p.closing(RParen, open)
		c.Range = p.from(start)
		return c
	}
	if sym.kind == symType || sym.kind == symTypeTemplate || sym.kind == symNone && p.kind == LBrace && !p.header {
		return p.constructOf(start, p.namedType(&n))
	}
	x := p.nodes.idents.new()
	x.Name = n
	return x
}

// offsetof reads __builtin_offsetof(T, a.b[i]).
func (p *parser) offsetof() Expr {
	start := p.tok.Pos
	o := &OffsetofExpr{}
	p.next()
	open := p.tok
	p.next()
	gt := p.allowGT()
	o.Type = p.typeID()
	p.expect(Comma, "")
	for !p.failed {
		it := InitItem{Field: p.text()}
		at := p.tok.Pos
		p.expect(Ident, "")
		it.Range = p.from(at)
		o.Path = append(o.Path, it)
		for p.kind == LBrack && !p.failed {
			at, bracket := p.tok.Pos, p.tok
			p.next()
			index := p.expression()
			p.closing(RBrack, bracket)
			o.Path = append(o.Path, InitItem{Range: p.from(at), Index: index})
		}
		if !p.accept(Dot) {
			break
		}
	}
	p.restoreGT(gt)
	p.closing(RParen, open)
	o.Range = p.from(start)
	return o
}

// construct reads T(args) or T{args}.
func (p *parser) construct() Expr {
	start := p.tok.Pos
	if basicTypes[p.kind] && basicTypes[p.peek(1)] {
		p.next()
		p.fail("expected-token", p.here(), "expected '(' for function-style cast or type construction; a type of several words is written (type)(value)")
		return nil
	}
	qualified, at := qualifier(p.kind) != 0, p.here()
	s := p.specifiers(specType)
	if qualified && !p.failed {
		p.fail("expected-token", at, "expected expression")
	}
	if p.failed {
		return nil
	}
	return p.constructOf(start, s.typ)
}

func (p *parser) constructOf(start diag.Pos, t TypeExpr) Expr {
	c := p.nodes.values.put(ConstructExpr{Type: t})
	switch p.kind {
	case LParen:
		c.Args = p.args()
	case LBrace:
		c.List = p.initList()
		c.List.Direct = true
	case ColonColon: // a keyword behind it
		p.next()
		p.memFlag()
		return nil
	default:
		p.notConstructed(start)
		return nil
	}
	c.Range = p.from(start)
	return c
}

// notConstructed reports a type in an expression, from start, that no value is made of.
func (p *parser) notConstructed(start diag.Pos) {
	first := p.before(start)
	d := diag.Diagnostic{Code: "expected-token", Message: "expected '(' for function-style cast or type construction", Span: p.here()}
	switch next := p.peek(1); {
	case first == p.i-1 && p.toks[first].Kind == Ident && p.lookup(p.table.ident(p.toks[first])).kind == symTypeTemplate:
		d.Span = p.toks[first].Span()
		d.Code, d.Message = "template-arguments", "use of template '"+p.table.text(p.toks[first])+"' requires template arguments"
	case (p.kind == Greater || p.kind == Comma) && first > 1 && p.toks[first-1].Kind == Less && p.toks[first-2].Kind == Ident:
		p.noTemplate(p.toks[first-2])
		return
	case p.kind == Ident && first > 0 && p.toks[first-1].Kind == Less: // vec<float v
		p.missing("'>'", p.toks[first-1])
		return
	case (p.kind == Dot || p.kind == Colon) && (next == Ident || next.IsKeyword()):
		d.Message += "; members of a type stand behind '::'"
		d.Fixes = []diag.Fix{{Span: d.Span, Text: "::"}}
	}
	p.failWith(d)
}

// noTemplate reports what has template arguments behind it and is no template.
func (p *parser) noTemplate(name Token) {
	p.fail("template-arguments", name.Span(), "'%s' does not name a template but is followed by template arguments", p.table.text(name))
}

func (p *parser) namedCast(start diag.Pos, kind string) Expr {
	c := p.nodes.casts.put(CastExpr{Kind: kind})
	langle := p.tok
	if p.kind != Less {
		p.expected("'<' after '" + kind + "_cast'")
		return nil
	}
	p.next()
	gt := p.allowGT()
	p.noGT = true
	c.Type = p.typeID()
	p.restoreGT(gt)
	if !p.failed && !p.closeAngle() {
		p.missing("'>'", langle)
	}
	open := p.tok
	if !p.accept(LParen) {
		p.expected("'(' after '" + kind + "_cast'")
	}
	gt = p.allowGT()
	if !p.failed {
		c.X = p.expression()
	}
	p.restoreGT(gt)
	p.closing(RParen, open)
	c.Range = p.from(start)
	return c
}

// paren reads (x) or a fold expression.
func (p *parser) paren() Expr {
	start, open := p.tok.Pos, p.tok
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	p.next()
	gt := p.allowGT()
	defer p.restoreGT(gt)
	if p.kind == LBrace {
		s := &StmtExpr{}
		if p.asking > 0 {
			p.skipBraces(0, false)
		} else {
			if !p.block {
				p.complain("statement-expression", p.here(), "statement expression not allowed at file scope")
			}
			v := p.push()
			p.block = true
			s.Body = p.blockStmt()
			p.pop(v)
		}
		p.closing(RParen, open)
		s.Range = p.from(start)
		return s
	}
	if p.kind == Ellipsis { // (... op x)
		p.next()
		f := &FoldExpr{Op: p.kind}
		if precedence[p.kind] == 0 || p.kind == Question {
			p.expected("a foldable binary operator in fold expression")
			return nil
		}
		p.next()
		f.Right = p.unary()
		p.closing(RParen, open)
		f.Range = p.from(start)
		return f
	}
	packs := p.packs
	x := p.expression()
	if precedence[p.kind] > 0 && p.peek(1) == Ellipsis {
		switch x.(type) {
		case *BinaryExpr, *CondExpr:
			p.complain("fold-operand", x.Span(), "expression not permitted as operand of fold expression")
		}
		f := &FoldExpr{Op: p.kind, Left: x, PackLeft: p.packs > packs}
		p.next()
		p.next()
		if p.kind != RParen { // (a op ... op b)
			if p.kind != f.Op {
				p.fail("fold-operator", p.here(), "operators in fold expression must be the same")
				return nil
			}
			p.next()
			f.Right = p.unary()
		}
		p.closing(RParen, open)
		f.Range = p.from(start)
		return f
	}
	p.closing(RParen, open)
	return p.nodes.parens.put(ParenExpr{Range: p.from(start), X: x})
}

func (p *parser) numberLit() Expr {
	t, written := p.tok, p.text()
	p.next()
	r := p.from(t.Pos)
	if v, ok := plainInt(written); ok {
		return p.nodes.ints.put(IntLit{Range: r, Value: v})
	}
	if isFloat(written) {
		text, v, suffix, problem := parseFloat(written)
		if problem != "" {
			p.complain("invalid-literal", t.Span(), "%s", problem)
		}
		return p.nodes.floats.put(FloatLit{Range: r, Text: text, Value: v, Suffix: suffix})
	}
	lit, problem := parseInt(written)
	if problem != "" {
		p.complain("invalid-literal", t.Span(), "%s", problem)
	}
	return p.nodes.ints.put(IntLit{Range: r, Value: lit.value, Suffix: lit.suffix, Hex: lit.hex})
}

// stringPart reads one of the literals that make a string, which is of char.
func (p *parser) stringPart() string {
	p.escapes('"')
	text, at := p.text(), p.here()
	if c := text[0]; (c == 'L' || c == 'u' || c == 'U') && !strings.HasPrefix(text, "u8") {
		at.End = at.Start + 1
		p.report(diag.Diagnostic{Severity: diag.Error, Code: "wide-string", Message: "strings of wide characters are not supported: a string of Metal is of 'char'", Span: at,
			Fixes: []diag.Fix{{Span: at}}})
	}
	p.next()
	return unquote(text)
}

func (p *parser) stringLit() *StringLit {
	start := p.tok.Pos
	s := p.nodes.strings.put(StringLit{Value: p.stringPart()})
	if p.kind == String {
		var b strings.Builder
		b.WriteString(s.Value)
		for p.kind == String {
			b.WriteString(p.stringPart())
		}
		s.Value = b.String()
	}
	s.Range = p.from(start)
	return s
}

// isTrait reports whether a name with two underscores takes types.
func isTrait(name string) bool {
	return strings.HasPrefix(name, "__is_") || strings.HasPrefix(name, "__has_") && name != "__has_include" ||
		name == "__underlying_type" || name == "__remove_reference" || name == "__reference_binds_to_temporary"
}

func (p *parser) trait() Expr {
	t := &TraitExpr{Name: p.text()}
	start := p.tok.Pos
	p.next()
	open := p.tok
	p.next()
	gt := p.allowGT()
	for p.kind != RParen && !p.failed {
		typ := p.typeID()
		if p.accept(Ellipsis) {
			typ = &PackType{Range: p.from(startOf(typ)), Elem: typ}
		}
		t.Types = append(t.Types, typ)
		if !p.accept(Comma) {
			break
		}
	}
	p.restoreGT(gt)
	p.closing(RParen, open)
	t.Range = p.from(start)
	return t
}
