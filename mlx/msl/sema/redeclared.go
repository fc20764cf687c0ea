package sema

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// symbol is a kind of thing that a declaration makes a name denote.
type symbol uint8

const (
	variableSymbol symbol = iota
	fieldSymbol
	enumeratorSymbol
	functionSymbol // or a template of one
	aliasSymbol
	classSymbol // or an enumeration: it may share its name with variables and functions
	templateSymbol
	namespaceSymbol
)

// otherKind reports the declaration of a name that denotes something of another
// kind in the scope at hand. Several declarations of one kind are the business
// of who declares them, but for those of data members.
func (c *checker) otherKind(kind symbol, b *binding, name string, at diag.Span) bool {
	if b == nil || c.lazily() {
		return false
	}
	if c.scope == c.root && at.Start >= c.user && syntax.Reserved(name) {
		c.errorf(at, "redefinition", "redefinition of '%s': Metal reserves the name for a type", name)
		return false // so that it can be used
	}
	old, ok := c.clash(kind, b, name)
	metals := ""
	switch {
	case !ok || c.scope != c.root:
	case b.vectorName():
		metals = "a vector type of Metal's"
	case b.ns == c.metal:
		metals = "Metal's namespace"
	}
	if !ok || old.Start < c.user && metals == "" {
		return false
	}
	d := diag.Diagnostic{Code: "redefinition", Message: "redefinition of '" + name + "' as different kind of symbol", Span: at}
	note := "previous definition is here"
	switch {
	case kind == fieldSymbol:
		d.Message, note = "duplicate member '"+name+"'", "previous declaration is here"
	case kind == classSymbol && b.alias(name):
		d.Message, note = "definition of type '"+name+"' conflicts with typedef of the same name", "'"+name+"' declared here"
	}
	if metals != "" {
		d.Message += ": it is " + metals
	} else {
		d.Notes = []diag.Note{{Message: note, Span: old}}
	}
	c.report(d)
	return true
}

// vectorName reports a name of one of the language's vector types. For Apple's
// compiler they are typedefs of the global scope.
func (b *binding) vectorName() bool {
	return b.typ != nil && b.typ.pos == diag.Span{} && b.typ.typ.T != nil && b.typ.typ.T.Kind == TVector
}

// clash finds where a name has been declared as something that a declaration of
// a kind cannot stand beside.
func (c *checker) clash(kind symbol, b *binding, name string) (diag.Span, bool) {
	r := c.scope.record
	if b.ns != nil && kind != namespaceSymbol {
		return b.ns.at, true
	}
	if b.tmpl != nil && kind != templateSymbol && (r == nil || b.tmpl != r.tmpl) {
		return b.tmpl.pos(), true
	}
	if b.typ != nil && !b.typ.injected && kind != aliasSymbol && b.typ.typ.T != nil &&
		(b.alias(name) || kind >= templateSymbol) {
		return b.typ.pos, true
	}
	if kind == classSymbol {
		return diag.Span{}, false
	}
	if kind != functionSymbol {
		for _, f := range b.funcs {
			if r == nil || f.record == r { // else it is a base's
				return f.decl.NamePos.Span(), true
			}
		}
		for _, t := range b.ftmpls {
			if r == nil || t.record == r {
				return t.pos(), true
			}
		}
	}
	if v := b.value; v != nil && !(kind == variableSymbol && !v.prvalue || kind == enumeratorSymbol && v.prvalue) {
		return v.pos, true
	}
	if b.field && r != nil {
		if path := r.path(name); len(path) > 0 && path[len(path)-1].decl != nil {
			return path[len(path)-1].decl.NamePos.Span(), true
		}
	}
	return diag.Span{}, false
}

// redefined reports a second definition.
func (c *checker) redefined(name string, at, old diag.Span) {
	c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of '" + name + "'", Span: at,
		Notes: []diag.Note{{Message: "previous definition is here", Span: old}}})
}

// definedAgain reports a function that is defined again, or deleted behind its first declaration.
func (c *checker) definedAgain(d, old *syntax.FuncDecl) bool {
	switch {
	case definesMember(d) && definesMember(old):
		c.redefined(declName(d), d.NamePos.Span(), old.NamePos.Span())
	case d.Deleted:
		c.deletedLate(d.NamePos.Span(), old.NamePos.Span())
	default:
		return false
	}
	return true
}

// deletedLate reports a function that is deleted behind its first declaration.
func (c *checker) deletedLate(at, old diag.Span) {
	c.report(diag.Diagnostic{Code: "redefinition", Message: "deleted definition must be first declaration", Span: at,
		Notes: []diag.Note{{Message: "previous declaration is here", Span: old}}})
}

// tagMismatch reports the name of a class for an enumeration or of a union for another class,
// or the reverse.
func (c *checker) tagMismatch(name string, at, old diag.Span) {
	c.report(diag.Diagnostic{Code: "redefinition", Message: "use of '" + name + "' with tag type that does not match previous declaration", Span: at,
		Notes: []diag.Note{{Message: "previous use is here", Span: old}}})
}

// sameTag reports a class that is a union where it was none before, or the reverse.
func (c *checker) sameTag(d, was *syntax.RecordDecl, old diag.Span) {
	if (d.Key == "union") != (was.Key == "union") {
		c.tagMismatch(d.Name.Ident, d.NamePos.Span(), old)
	}
}

// elaborated reports a name behind struct, class, union or enum that is not declared so.
func (c *checker) elaborated(e *syntax.RecordType, f found) {
	what, at := "typedef", diag.Span{}
	name := f.part.Ident
	switch {
	case f.tmplOf(aliasTemplate) != nil:
		what, at = "type alias template", f.tmpl.pos()
	case f.typ == nil || f.part.HasArgs || f.typ.pos.Start < c.user && !f.vectorName():
		return
	case !f.alias(name):
		t, isEnum := f.typ.typ.T, e.Key == "enum"
		if isEnum != (t.Kind == TEnum) || !isEnum && t.Record.decl != nil && (e.Key == "union") != (t.Record.decl.Key == "union") {
			c.tagMismatch(name, e.Span(), f.typ.pos)
		}
		return
	default:
		if at = f.typ.pos; f.typ.using {
			what = "type alias"
		}
	}
	d := diag.Diagnostic{Code: "elaborated-type", Message: what + " '" + name + "' cannot be referenced with a " + e.Key + " specifier", Span: f.part.OwnSpan(),
		Fixes: []diag.Fix{{Span: diag.Span{Start: e.Span().Start, End: e.Name.Span().Start}}}}
	if at != (diag.Span{}) {
		d.Notes = []diag.Note{{Message: "declared here", Span: at}}
	}
	c.report(d)
}

// alias reports a name of a type that is not the one the type was defined with.
func (b *binding) alias(name string) bool {
	if b.typ == nil || b.typ.injected || b.typ.typ.T == nil {
		return false
	}
	switch t := b.typ.typ.T; t.Kind {
	case TRecord:
		return t.Record.Lambda != nil || t.Record.decl == nil || t.Record.decl.Name == nil || t.Record.decl.Name.Ident != name
	case TEnum:
		return t.Enum.decl == nil || t.Enum.decl.Name == nil || t.Enum.decl.Name.Ident != name
	}
	return true
}

// redeclared reports a member function that its class has already.
func (c *checker) redeclared(r *Record, f *Function) bool {
	for _, m := range r.methods {
		if m.Name != f.Name || m.ctor != f.ctor || m.decl == f.decl || m.broken {
			continue
		}
		conversion := f.decl.Name.Conversion() != nil
		if conversion && m.result != f.result {
			continue
		}
		static := m.static != f.static && sameParamTypes(m, f)
		if !static && !sameSignature(m, f) {
			continue
		}
		message := "class member cannot be redeclared"
		switch {
		case static:
			message = "static and non-static member functions with the same parameter types cannot be overloaded"
		case f.ctor:
			message = "constructor cannot be redeclared"
		case conversion:
			message = "conversion function cannot be redeclared"
		case m.result.T != f.result.T:
			message = "functions that differ only in their return type cannot be overloaded"
		}
		c.memberTwice(message, f.decl, m.decl)
		return true
	}
	return false
}

func (c *checker) memberTwice(message string, d, old *syntax.FuncDecl) {
	note := "previous declaration is here"
	if old.Body != nil {
		note = "previous definition is here"
	}
	c.report(diag.Diagnostic{Code: "redefinition", Message: message, Span: d.NamePos.Span(), Notes: []diag.Note{{Message: note, Span: old.NamePos.Span()}}})
}

// memberTexts reports member functions of a class template that are written
// twice, whatever its arguments are.
func (c *checker) memberTexts(d *syntax.RecordDecl) {
	seen := map[string]*syntax.FuncDecl{}
	for _, m := range d.Members {
		f, ok := m.(*syntax.FuncDecl)
		if !ok || f.Name.Operator() || f.Name.Ident[0] == '~' {
			continue
		}
		bare := *f
		bare.Result = nil
		key := fmt.Sprint(f.Name.Ident, f.Quals&(distinctive|allSpaces), f.Variadic, funcText(&bare, nil))
		old := seen[key]
		switch {
		case old == nil:
			seen[key] = f
		case f.Result == nil:
			c.memberTwice("constructor cannot be redeclared", f, old)
		case syntax.Print(f.Result) == syntax.Print(old.Result):
			c.memberTwice("class member cannot be redeclared", f, old)
		default:
			c.memberTwice("functions that differ only in their return type cannot be overloaded", f, old)
		}
	}
}
