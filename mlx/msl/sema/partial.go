package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// usable reports whether a specialisation of a template can ever be chosen, and
// is none that exists already. What is wrong is reported.
func (c *checker) usable(t *Template, sp *specialisation, name *syntax.Name) bool {
	at := name.OwnSpan()
	if len(sp.params) == 0 {
		full, _, ok := c.bindArgs(t, c.templateArgs(sp.args), at)
		if !ok {
			return false
		}
		sp.key = argsKey(full)
		i := slices.IndexFunc(t.specs, func(o *specialisation) bool { return len(o.params) == 0 && o.key == sp.key })
		if i < 0 {
			return true
		}
		c.redefined(t.Name+"<"+argList(full)+">", at, t.specs[i].at)
		return false
	}
	if sp.general(t) {
		c.errorf(at, "specialisation", "%s partial specialization does not specialize any template argument; to define the primary template, remove the template argument list", t.what())
		return false
	}
	if !c.counted(t, sp) {
		return false
	}
	var lost []diag.Note
	for _, p := range sp.params {
		if !sp.deduces(p.Name) {
			lost = append(lost, diag.Note{Message: "non-deducible template parameter '" + p.Name + "'", Span: p.Span()})
		}
	}
	if i := slices.IndexFunc(t.specs, func(o *specialisation) bool {
		return len(o.params) == len(sp.params) && o.scope == sp.scope && o.head() == sp.head()
	}); i >= 0 {
		shown := t.Name
		if written := c.prog.Sources.Written(at); written != "" {
			shown = written
		}
		c.redefined(shown, at, t.specs[i].at)
		return false
	}
	if len(lost) > 0 {
		which := "a template parameter"
		if len(lost) > 1 {
			which = "template parameters"
		}
		c.report(diag.Diagnostic{Code: "specialisation", Span: at, Notes: lost,
			Message: t.what() + " partial specialization contains " + which + " that cannot be deduced; this partial specialization will never be used"})
		return false
	}
	return true
}

// counted reports arguments of a partial specialisation that are fewer or more than its template
// takes, or of another kind.
func (c *checker) counted(t *Template, sp *specialisation) bool {
	for i, a := range sp.args {
		switch {
		case a.Pack:
			return true
		case i >= len(t.params):
			c.wrongCount(t, "many", sp.at)
			return false
		case t.params[i].Pack:
			return true
		case t.params[i].Kind == syntax.TypeParam && a.Type == nil:
			c.errorf(a.Span(), "template-argument", "template argument for template type parameter must be a type")
			return false
		case t.params[i].Kind == syntax.ValueParam && a.Expr == nil:
			c.errorf(a.Span(), "template-argument", "template argument for non-type template parameter must be an expression")
			return false
		}
	}
	if n := len(sp.args); n < len(t.params) && !t.params[n].Pack && !t.params[n].Defaulted() {
		c.wrongCount(t, "few", sp.at)
		return false
	}
	return true
}

// head is the key of a partial specialisation, which few are asked for.
func (sp *specialisation) head() string {
	if sp.key == "" {
		sp.key = headText(sp.params, &syntax.NamedType{Name: syntax.Name{HasArgs: true, Args: sp.args}})
	}
	return sp.key
}

// general reports arguments that are the parameters of the template, one by one.
func (sp *specialisation) general(t *Template) bool {
	if len(sp.params) != len(t.params) || len(sp.args) != len(t.params) {
		return false
	}
	for i := range sp.args {
		p := &sp.params[i]
		if p.Kind != t.params[i].Kind || p.Pack != t.params[i].Pack || sp.args[i].Pack != p.Pack || soleName(&sp.args[i]) != p.Name || p.Name == "" {
			return false
		}
	}
	return true
}

// soleName is the name that an argument is, if it is nothing more.
func soleName(a *syntax.TemplateArg) string {
	if n, ok := a.Type.(*syntax.NamedType); ok && n.Name.Simple() && !n.Name.HasArgs {
		return n.Name.Ident
	}
	if id, ok := a.Expr.(*syntax.IdentExpr); ok && a.Type == nil && id.Name.Simple() {
		return id.Name.Ident
	}
	return ""
}

// deduces reports whether a specialisation's arguments tell a parameter of it
// (C++ [temp.deduct.type]).
func (sp *specialisation) deduces(name string) bool {
	if name == "" {
		return false
	}
	if inArgs(sp.args, name) {
		return true
	}
	return slices.ContainsFunc(sp.params, func(p syntax.TemplateParam) bool { // as T of V in template <typename T, T V>
		return p.Kind == syntax.ValueParam && p.Name != name && inType(p.Type, name) && inArgs(sp.args, p.Name)
	})
}

// inArgs looks for a name where it can be deduced from template arguments: not
// behind an expansion that others follow.
func inArgs(args []syntax.TemplateArg, name string) bool {
	for i := range args {
		if a := &args[i]; a.Pack && i < len(args)-1 {
			return false
		}
	}
	return slices.ContainsFunc(args, func(a syntax.TemplateArg) bool {
		return soleName(&a) == name || inType(a.Type, name) || inExpr(a.Expr, name)
	})
}

func inExpr(e syntax.Expr, name string) bool {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			break
		}
		e = p.X
	}
	id, ok := e.(*syntax.IdentExpr)
	return ok && id.Name.Simple() && id.Name.Ident == name
}

func inType(t syntax.TypeExpr, name string) bool {
	switch t := t.(type) {
	case *syntax.NamedType:
		return t.Name.Simple() && !t.Name.HasArgs && t.Name.Ident == name || t.Name.HasArgs && (t.Name.Of == nil && t.Name.Ident == name || inArgs(t.Name.Args, name))
	case *syntax.QualType:
		return inType(t.Elem, name)
	case *syntax.PointerType:
		return inType(t.Elem, name)
	case *syntax.MemberPointerType:
		return inType(t.Elem, name) || inType(t.Class, name)
	case *syntax.RefType:
		return inType(t.Elem, name)
	case *syntax.PackType:
		return inType(t.Elem, name)
	case *syntax.ArrayType:
		return inType(t.Elem, name) || t.Size != nil && inExpr(t.Size, name)
	case *syntax.FuncType:
		return inType(t.Result, name) || slices.ContainsFunc(t.Params, func(p *syntax.ParamDecl) bool { return inType(p.Type, name) })
	}
	return false
}
