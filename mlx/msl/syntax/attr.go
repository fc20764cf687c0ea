package syntax

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// attributes reads [[…]], __attribute__((…)) and alignas(…). [[kernel]] and the
// graphics stages become specifiers.
func (p *parser) attributes(list []Attr, specs *Specifiers) []Attr {
	gt := p.allowGT()
	defer p.restoreGT(gt)
	for !p.failed {
		open := p.tok
		switch {
		case p.kind == LBrack && p.peek(1) == LBrack:
			p.next()
			p.next()
			list = p.attributeList(list, specs, RBrack)
			p.closing(RBrack, open)
			p.closing(RBrack, open)
		case p.kind == kwAttribute:
			p.next()
			p.expect(LParen, " after '__attribute__'")
			p.expect(LParen, " after '('")
			n := len(list)
			list = p.attributeList(list, specs, RParen)
			p.closing(RParen, open)
			p.closing(RParen, open)
			list = p.withoutMetals(list, n)
		case p.kind == kwAlignas:
			list = append(list, p.alignas())
		default:
			return list
		}
	}
	return list
}

// withoutMetals leaves Metal's attributes out of those from n on, which stand in
// __attribute__((…)): Apple's compiler knows them in [[…]] only.
func (p *parser) withoutMetals(list []Attr, n int) []Attr {
	kept := list[:n]
	for _, a := range list[n:] {
		if a.Scope != "" || !metalAttributes[a.Name] {
			kept = append(kept, a)
			continue
		}
		p.report(diag.Diagnostic{Code: "unknown-attributes", Message: "unknown attribute '" + a.Name + "' ignored", Span: a.Span(), Severity: diag.Warning,
			Notes: []diag.Note{{Message: "Metal's attributes are written in brackets: '[[" + a.Name + "]]'"}}})
	}
	return kept
}

func (p *parser) attributeList(list []Attr, specs *Specifiers, end Kind) []Attr {
	for p.kind != end && !p.failed {
		if p.accept(Comma) {
			continue
		}
		if p.id() == nil {
			p.expected("attribute name")
			return list
		}
		a := Attr{Name: p.text()}
		start := p.tok.Pos
		p.next()
		if p.accept(ColonColon) {
			a.Scope, a.Name = a.Name, p.text()
			if p.id() == nil {
				p.expected("attribute name")
				return list
			}
			p.next()
		}
		if p.kind == LParen {
			a.Args = p.attributeArgs()
		}
		p.accept(Ellipsis)
		a.Range = p.from(start)
		// __attribute__ spells each name also with underscores around it.
		if n := len(a.Name); n > 4 && strings.HasPrefix(a.Name, "__") && strings.HasSuffix(a.Name, "__") {
			a.Name = a.Name[2 : n-2]
		}
		switch {
		case a.Scope != "":
		case a.Name == "kernel":
			*specs |= Kernel
			continue
		case a.Name == "vertex" || a.Name == "fragment" || a.Name == "mesh" || a.Name == "object":
			*specs |= Vertex
			continue
		}
		if list == nil {
			list = p.nodes.attrs.room(1)
		}
		list = append(list, a)
		if p.kind != Comma && (end != RBrack || p.id() == nil) { // in brackets Apple's compiler needs no commas
			break // at the closing bracket, or its absence is reported there
		}
	}
	return list
}

func (p *parser) attributeArgs() []Expr {
	open := p.tok
	p.next()
	args := p.nodes.exprList.mark()
	for p.kind != RParen && !p.failed {
		if p.tok.Kind.IsKeyword() && p.kind != kwTrue && p.kind != kwFalse && (p.peek(1) == RParen || p.peek(1) == Comma) {
			x := p.nodes.idents.new() // address_space(constant) and the like
			p.identifier(&x.Name)
			p.nodes.exprList.add(x)
		} else if e := p.assignment(); e != nil {
			p.nodes.exprList.add(e)
		}
		if !p.accept(Comma) {
			break
		}
	}
	p.closing(RParen, open)
	return p.nodes.exprList.take(args)
}

func (p *parser) alignas() Attr {
	start := p.tok.Pos
	p.next()
	open := p.tok
	p.expect(LParen, " after 'alignas'")
	a := Attr{Name: "alignas"}
	if p.startsType() && p.ask(askCast, (*parser).typeThenParen) {
		t := p.typeID()
		a.Args = []Expr{&SizeofExpr{Range: Range(t.Span()), Op: "alignof", Type: t}}
	} else if !p.failed {
		a.Args = []Expr{p.conditional()}
	}
	if p.kind == Ellipsis && len(a.Args) == 1 && a.Args[0] != nil {
		p.next()
		a.Args[0] = &PackExpr{Range: p.from(a.Args[0].Span().Start), X: a.Args[0]}
	}
	p.closing(RParen, open)
	a.Range = p.from(start)
	return a
}

// ofEntities are attributes of variables, functions and classes.
var ofEntities = []string{"alignas", "deprecated", "maybe_unused", "nodiscard", "noreturn"}

// notOfTypes refuses attributes of entities behind a type, Metal's among them.
func (p *parser) notOfTypes(list []Attr) {
	for i := range list {
		switch a := &list[i]; {
		case a.Scope == "gnu", a.Scope == "" && (metalAttributes[a.Name] || slices.Contains(ofEntities, a.Name)):
			p.complain("attribute-place", a.Span(), "'%s' attribute cannot be applied to types", a.Name)
		}
	}
}

// typeThenParen reports whether a type and ), ... or a comma stand ahead.
func (p *parser) typeThenParen() bool {
	p.typeID()
	return p.kind == RParen || p.kind == Ellipsis || p.kind == Comma
}

// joinAttrs gives a declared entity the attributes of its specifiers and its own.
func joinAttrs(specs, own []Attr) []Attr {
	if len(specs) == 0 {
		return own
	}
	return append(specs[:len(specs):len(specs)], own...)
}

// context is what surrounds an expression.
type context struct {
	noGT   bool // > ends a template argument list
	header bool // in the parentheses of a control statement, where { begins no value
}

// allowGT makes > an operator again, inside brackets.
func (p *parser) allowGT() context {
	c := p.context
	p.context = context{}
	return c
}

func (p *parser) restoreGT(c context) { p.context = c }

// vectorOf gives a type that __attribute__((ext_vector_type(n))) makes a
// vector its name in Metal, vec<T, n>.
func vectorOf(t TypeExpr, lists ...[]Attr) TypeExpr {
	for _, list := range lists {
		for _, a := range list {
			if t == nil || a.Name != "ext_vector_type" || len(a.Args) != 1 { // t is nil after a syntax error
				continue
			}
			args := []TemplateArg{{Range: Range(t.Span()), Type: t}, {Range: Range(a.Args[0].Span()), Expr: a.Args[0]}}
			metal := &Name{Range: a.Range, Own: a.Start, Global: true, Ident: "metal"}
			t = &NamedType{Range: a.Range, Name: Name{Range: a.Range, Own: a.Start, Of: metal, Ident: "vec", HasArgs: true, Args: args}}
		}
	}
	return t
}
