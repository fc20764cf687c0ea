package syntax

import (
	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// using reads a using declaration, a using directive or an alias.
func (p *parser) using() Decl {
	start := p.tok.Pos
	if p.kind == kwUsing {
		p.next()
	}
	p.respellNamespace()
	switch {
	case p.kind == kwNamespace:
		p.next()
		u := &UsingDirective{}
		p.useNamespace(&u.Name, p.name(&u.Name))
		p.semicolon("after namespace name")
		u.Range = p.from(start)
		return u
	case p.kind == Ident && (p.peek(1) == Assign || p.peek(1) == LBrack && p.peek(2) == LBrack || p.peek(1) == kwAttribute):
		return p.alias(start)
	}
	enum := p.accept(kwEnum)
	p.accept(kwTypename)
	u := &UsingDecl{Enum: enum}
	switch sym := p.name(&u.Name); {
	case p.failed:
	case enum && sym.scope != nil:
		p.bindAll(sym.scope)
	case !enum && u.Name.Simple():
		d := diag.Diagnostic{Code: "using", Message: "using declaration requires a qualified name", Span: u.Name.OwnSpan()}
		if sym.kind == symNamespace {
			d.Fixes = []diag.Fix{{Span: at(u.Name.Start), Text: "namespace "}}
		}
		p.report(d)
	default:
		p.declare(p.table.get(u.Name.Ident), sym)
	}
	u.Pack = p.accept(Ellipsis)
	p.semicolon("after using declaration")
	u.Range = p.from(start)
	return u
}

// respellNamespace reports namespace that is spelt wrong in using namespace N, and reads it
// as that.
func (p *parser) respellNamespace() {
	if p.kind != Ident || p.peek(1) != Ident || spelling.Distance(p.text(), "namespace", 2) > 2 || p.asking > 0 {
		return
	}
	at := p.here()
	p.report(diag.Diagnostic{Code: "unknown-type", Message: "unknown type name '" + p.text() + "'; did you mean 'namespace'?", Span: at, Fixes: []diag.Fix{{Span: at, Text: "namespace"}}})
	p.kind = kwNamespace
}

// swapped reports namespace using N, which is read as using namespace N.
func (p *parser) swapped() bool {
	if p.peek(1) != kwUsing || p.peek(2) != Ident || p.peek(3) != Semi || p.asking > 0 {
		return false
	}
	at := diag.Span{Start: p.tok.Pos, End: p.toks[p.i+1].End()}
	p.report(diag.Diagnostic{Code: "expected-token", Message: "expected 'using namespace'", Span: at, Fixes: []diag.Fix{{Span: at, Text: "using namespace"}}})
	p.next()
	p.kind = kwNamespace // behind which the name stands
	return true
}

// useNamespace brings a namespace's names into view.
func (p *parser) useNamespace(n *Name, sym symbol) {
	if p.failed || sym.scope == nil {
		return
	}
	s := sym.scope
	if !p.block {
		if own, ok := p.names.current.members.get(s.name); s.base == nil && (!ok || own.scope != s) && n.Simple() && s != p.global {
			s = p.namespaceScope(p.table.get(s.name), false)
		}
		s.open = true
		if p.names.current != p.global {
			p.names.current.join(s)
		}
	}
	p.bindAll(s)
}

func (p *parser) alias(start diag.Pos) Decl {
	a := &AliasDecl{Name: p.text(), NamePos: Range{p.tok.Pos, p.tok.End()}}
	id := p.id()
	p.next()
	a.Attrs = p.attributes(nil, new(Specifiers))
	p.expect(Assign, " in alias declaration")
	a.Type, _ = p.typePattern(specAlias)
	if t, ok := a.Type.(*NamedType); ok && !t.Typename {
		p.needTypename(&t.Name)
	}
	p.checkShadow(id, a.NamePos.Span())
	p.declare(id, symbol{kind: symType, scope: p.typeScope(a.Type)})
	p.semicolon("after alias declaration")
	a.Range = p.from(start)
	return a
}

// typeScope is the record that an alias stands for, so that its members are
// known under the new name too.
func (p *parser) typeScope(t TypeExpr) *scope {
	switch t := t.(type) {
	case *QualType:
		return p.typeScope(t.Elem)
	case *NamedType:
		if p.failed {
			return nil
		}
		var room [8]*scope
		scopes := p.scopesOf(&t.Name, room[:0])
		return scopes[len(scopes)-1]
	}
	return nil
}
