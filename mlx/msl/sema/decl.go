package sema

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// declare makes a declaration in the current scope.
func (c *checker) declare(d syntax.Decl) {
	switch d := d.(type) {
	case *syntax.VarDecl:
		if c.scope.kind == blockScope {
			c.localVar(d)
		} else {
			c.declareGlobal(d)
		}
	case *syntax.BindingDecl:
		c.localVar(d.Var)
		c.bindElements(d.Var, d.Names)
	case *syntax.FuncDecl:
		if d.Guide {
			c.declareGuide(&syntax.TemplateDecl{Range: d.Range, Decl: d}, d)
			return
		}
		c.declareFunc(d)
	case *syntax.RecordDecl:
		if d.Name != nil && d.Name.Of == nil && d.Name.HasArgs {
			c.headless(d, d.NamePos.Span())
			c.specialise(d, nil)
			return
		}
		if d.Name == nil && d.Key != "union" {
			c.errorf(d.Span(), "anonymous-struct", "anonymous structs and classes must be class members")
		}
		r := c.declareRecord(d, c.scope)
		if d.Name == nil && d.Key == "union" && c.scope.kind == blockScope {
			c.anonymousUnion(r, d)
		}
	case *syntax.EnumDecl:
		c.declareEnum(d)
	case *syntax.AliasDecl:
		c.declareAlias(d)
	case *syntax.UsingDecl:
		c.declareUsing(d)
	case *syntax.UsingDirective:
		if ns := c.namespace(c.scope, &d.Name); ns != nil {
			c.use(c.scope, ns)
		}
	case *syntax.NamespaceDecl:
		c.declareNamespace(d)
	case *syntax.NamespaceAlias:
		if ns := c.namespace(c.scope, &d.Target); ns != nil {
			b := c.scope.bind(d.Name)
			c.otherKind(namespaceSymbol, b, d.Name, d.Span())
			b.ns = ns
		}
	case *syntax.TemplateDecl:
		c.declareTemplate(d)
	case *syntax.Instantiation:
		c.instantiation(d)
	case *syntax.StaticAssert:
		c.staticAssert(d)
	case *syntax.EmptyDecl:
		if d.Type != nil {
			c.typeOf(d.Type)
		}
	case *syntax.FriendDecl:
		c.errorf(d.Span(), "friend", "'friend' used outside of class")
	}
}

func (c *checker) declareAlias(d *syntax.AliasDecl) {
	t := c.typeOf(d.Type)
	b := c.scope.bind(d.Name)
	if c.otherKind(aliasSymbol, b, d.Name, d.NamePos.Span()) {
		return
	}
	if b.typ != nil && b.typ.injected && c.scope.record != nil && c.scope.record.baseName() == d.Name {
		c.errorf(d.NamePos.Span(), "redefinition", "member '%s' has the same name as its class", d.Name)
		return
	}
	if b.typ != nil && !b.typ.injected && b.typ.expr == nil && b.typ.typ.T != nil && b.typ.typ != t && !t.T.isError() && !b.typ.typ.T.isError() {
		word := "type alias"
		if d.Typedef {
			word = "typedef"
		}
		c.report(diag.Diagnostic{Code: "redefinition", Message: word + " redefinition with different types ('" + t.String() + "' vs '" + b.typ.typ.String() + "')",
			Span: d.NamePos.Span(), Notes: []diag.Note{{Message: "previous definition is here", Span: b.typ.pos}}})
		return
	}
	if r := t.T.Record; r != nil && r.decl != nil && r.decl.Name == nil && strings.HasPrefix(r.Name, "(anonymous") {
		r.Name, r.Scope.name = d.Name, d.Name // typedef struct { … } name;
	}
	if e := t.T.Enum; e != nil && e.decl != nil && e.Name == unnamedEnum {
		e.Name, e.scope.name = d.Name, d.Name
	}
	b.typ = &typeName{typ: t, pos: d.NamePos.Span(), align: c.aliasAlign(d.Type), using: !d.Typedef}
	asked := 0
	for _, a := range d.Attrs {
		switch {
		case a.Name == "alignas" && (a.Span().Start <= d.Start || a.Span().Start > d.NamePos.Start): // elsewhere it was told
			c.errorf(a.Span(), "alignment", "'alignas' attribute only applies to variables, data members and tag types")
		case a.Name == "aligned" && !c.lazily():
			asked, c.aligns = max(asked, c.alignment(a)), true
		}
	}
	if asked > 0 { // perhaps less than its type does
		b.typ.align = asked
	}
}

func (c *checker) declareUsing(d *syntax.UsingDecl) {
	if d.Pack {
		one := *d
		one.Pack = false
		expandPack(c, d.Name.Span(), func() bool { c.declareUsing(&one); return true })
		return
	}
	if r := c.scope.record; r != nil && d.Name.Of != nil && (c.inherits(r, d) || d.Name.Conversion() != nil && c.usesConversion(r, d)) {
		return
	}
	f := c.find(&d.Name)
	if !f.ok {
		return
	}
	if f.binding == nil {
		c.undeclared(d.Name.Span(), f.part.Ident)
		return
	}
	if d.Enum {
		c.usingEnum(f, d)
		return
	}
	name := f.part.Ident
	if r := c.scope.record; r != nil {
		r.uses = append(r.uses, memberUse{name, r.hidden})
	}
	c.here(c.scope, name) // what the library declares beside it
	b := merge(c.scope.names.get(name), f.binding)
	if c.scope.record == nil && !c.lazily() && c.usedBeside(c.scope.names.get(name), f.binding, f.part.OwnSpan()) {
		return
	}
	if c.scope.record == nil && c.twoMeanings(b, diag.Diagnostic{Code: "using", Message: "target of using declaration conflicts with declaration already in scope", Span: f.part.OwnSpan()}, "conflicting declaration") {
		return
	}
	if b == f.binding && len(b.funcs)+len(b.ftmpls) > 0 {
		own := *b // functions that are declared beside these are not the other scope's
		own.funcs, own.ftmpls = slices.Clip(b.funcs), slices.Clip(b.ftmpls)
		b = &own
	}
	c.scope.names.set(c.scope, name, b)
}

// usedBeside reports a using declaration of a function that the scope at hand declares one like.
func (c *checker) usedBeside(own, target *binding, at diag.Span) bool {
	if own == nil {
		return false
	}
	conflict := func(o, t diag.Span) bool {
		c.report(diag.Diagnostic{Code: "using", Message: "target of using declaration conflicts with declaration already in scope", Span: at,
			Notes: []diag.Note{{Message: "target of using declaration", Span: t}, {Message: "conflicting declaration", Span: o}}})
		return true
	}
	for _, o := range own.funcs {
		for _, t := range target.funcs {
			if o != t && o.scope == c.scope && sameSignature(o, t) {
				return conflict(o.decl.NamePos.Span(), t.decl.NamePos.Span())
			}
		}
	}
	for _, o := range own.ftmpls {
		for _, t := range target.ftmpls {
			if o != t && o.scope == c.scope && funcText(o.decl.Decl.(*syntax.FuncDecl), o.params) == funcText(t.decl.Decl.(*syntax.FuncDecl), t.params) {
				return conflict(o.pos(), t.pos())
			}
		}
	}
	return false
}

// usingEnum makes the enumerators of an enumeration known in the scope at hand.
func (c *checker) usingEnum(f found, d *syntax.UsingDecl) {
	t, ok := c.typeFrom(f)
	if !ok || t.T.Kind != TEnum {
		c.errorf(d.Name.Span(), "using-enum", "'%s' is not an enumerated type", f.part.Ident)
		return
	}
	t.T.Enum.scope.names.each(func(name string, b *binding) {
		c.scope.names.set(c.scope, name, merge(c.scope.names.get(name), b))
	})
}

func (c *checker) declareNamespace(d *syntax.NamespaceDecl) {
	s := c.scope
	if s.kind != namespaceScope {
		c.errorf(d.Span(), "namespace", "namespaces can only be defined in global or namespace scope")
		return
	}
	if len(d.Names) == 0 {
		s = s.anonymous()
	}
	for i, n := range d.Names {
		b := s.bind(n)
		if b.ns == nil {
			c.in(s, func() { c.otherKind(namespaceSymbol, b, n, d.NamePos[i].Span()) })
			b.ns = s.namespace(n)
			b.ns.at = d.NamePos[i].Span()
			if d.Inline {
				s.inline = append(s.inline, b.ns)
			}
		} else if d.Inline && !slices.Contains(s.inline, b.ns) && !c.lazily() && b.ns.at.Start >= c.user {
			c.report(diag.Diagnostic{Code: "inline-namespace", Message: "non-inline namespace cannot be reopened as inline", Span: d.NamePos[i].Span(),
				Notes: []diag.Note{{Message: "previous definition is here", Span: b.ns.at}}})
		}
		s = b.ns
	}
	c.in(s, func() { c.declareAll(d.Decls) })
}
