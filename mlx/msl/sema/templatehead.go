package sema

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// sameShape compares the parameters of two declarations of a template as
// written. What a template parameter is called does not matter. In members of
// class, which may be nil, its name alone stands for it with its arguments, as do
// those of the classes around it.
func sameShape(a, b *syntax.FuncDecl, as, bs []syntax.TemplateParam, class *syntax.Name) bool {
	if len(a.Params) != len(b.Params) || len(as) != len(bs) {
		return false
	}
	var names []string
	for ; class != nil; class = class.Of {
		names = append(names, shape(&syntax.NamedType{Name: *class}, nil), "::"+class.Ident)
	}
	injected := strings.NewReplacer(names...)
	for i := range a.Params {
		x, y := shape(byValue(a.Params[i].Type), as), shape(byValue(b.Params[i].Type), bs)
		if injected.Replace(x) != injected.Replace(y) {
			return false
		}
	}
	return true
}

// headText is what makes a function template the same as another: its result,
// parameters and template parameters, whatever these are called.
func headText(f *syntax.FuncDecl, params []syntax.TemplateParam) string {
	var b strings.Builder
	for i := range params {
		p := &params[i]
		fmt.Fprint(&b, p.Kind, p.Pack, len(p.Params), " ")
		if p.Kind == syntax.ValueParam {
			b.WriteString(syntax.Print(p.Type))
		}
	}
	b.WriteString(syntax.Print(f.Result))
	for _, p := range f.Params {
		fmt.Fprint(&b, "; ", p.Pack, syntax.Print(byValue(p.Type)))
	}
	return numbered(b.String(), params)
}

// numbered replaces the names of template parameters by their numbers.
func numbered(text string, params []syntax.TemplateParam) string {
	return identifiers.ReplaceAllStringFunc(text, func(w string) string {
		i := slices.IndexFunc(params, func(p syntax.TemplateParam) bool { return p.Name == w })
		if i < 0 {
			return w
		}
		return "#" + strconv.Itoa(i)
	})
}

var identifiers = regexp.MustCompile(`[A-Za-z_]\w*`)

// differ reports results of which each is a basic type or a template parameter,
// and that are not the same.
func differ(a, b syntax.TypeExpr, as, bs []syntax.TemplateParam) bool {
	x, y := shape(a, as), shape(b, bs)
	plain := func(e syntax.TypeExpr, s string) bool {
		_, basic := e.(*syntax.BasicType)
		return basic || strings.HasPrefix(s, "#")
	}
	return x != y && plain(a, x) && plain(b, y)
}

// byValue is the type of a parameter as callers see it: without a const or
// volatile of its own.
func byValue(t syntax.TypeExpr) syntax.TypeExpr {
	q, ok := t.(*syntax.QualType)
	if !ok {
		return t
	}
	if rest := q.Quals &^ (syntax.Const | syntax.Volatile); rest != 0 {
		return &syntax.QualType{Range: q.Range, Quals: rest, Elem: q.Elem}
	}
	return q.Elem
}

// shape is a rough print of a written type.
func shape(t syntax.TypeExpr, params []syntax.TemplateParam) string {
	switch t := t.(type) {
	case *syntax.BasicType:
		return t.Name
	case *syntax.NamedType:
		for i := range params {
			if params[i].Name == t.Name.Outermost().Ident {
				return "#" + strconv.Itoa(i)
			}
		}
		s := ""
		for n := &t.Name; n != nil; n = n.Of {
			s += "::" + n.Ident
			for _, a := range n.Args {
				s += "<" + shape(a.Type, params)
			}
		}
		return s
	case *syntax.QualType:
		return strconv.Itoa(int(t.Quals)) + shape(t.Elem, params)
	case *syntax.PointerType:
		return shape(t.Elem, params) + "*"
	case *syntax.RefType:
		return shape(t.Elem, params) + "&"
	case *syntax.ArrayType:
		return shape(t.Elem, params) + "[]"
	case *syntax.PackType:
		return shape(t.Elem, params) + "..."
	}
	return "?"
}
