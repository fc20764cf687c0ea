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
// those of the classes around it, and what it declares needs no qualifier.
func sameShape(a, b *syntax.FuncDecl, as, bs []syntax.TemplateParam, class *syntax.Name) bool {
	if len(as) != len(bs) {
		return false
	}
	x, y := takes(a), takes(b)
	if len(x) != len(y) {
		return false
	}
	var names []string
	for ; class != nil; class = class.Of {
		own := *class
		own.Of = nil
		full, short := shape(&syntax.NamedType{Name: *class}, bs), shape(&syntax.NamedType{Name: own}, bs)
		names = append(names, "::typename"+full, "", full, "::"+class.Ident, short, "::"+class.Ident)
	}
	injected := strings.NewReplacer(names...)
	for i := range x {
		if injected.Replace(shape(x[i], as)) != injected.Replace(shape(y[i], bs)) {
			return false
		}
	}
	return true
}

// takes is the types of a function's parameters, and of what a conversion makes.
func takes(f *syntax.FuncDecl) []syntax.TypeExpr {
	list := make([]syntax.TypeExpr, 0, len(f.Params)+1)
	for _, p := range f.Params {
		if t, ok := p.Type.(*syntax.BasicType); !ok || t.Name != "void" {
			list = append(list, byValue(p.Type))
		}
	}
	if t := f.Name.Conversion(); t != nil {
		list = append(list, t)
	}
	return list
}

// headText is what a template's parameters and what is declared behind them have
// in common with those of a redeclaration, whatever the parameters are called.
func headText(params []syntax.TemplateParam, rest ...syntax.Node) string {
	var b strings.Builder
	for i := range params {
		p := &params[i]
		fmt.Fprintf(&b, "%v %v %d\n", p.Kind, p.Pack, len(p.Params))
		if p.Kind == syntax.ValueParam {
			b.WriteString(syntax.Print(p.Type))
		}
	}
	for _, n := range rest {
		b.WriteString(syntax.Print(n))
	}
	return numbered(b.String(), params)
}

// funcText is headText of a function, with its result and parameters.
func funcText(f *syntax.FuncDecl, params []syntax.TemplateParam) string {
	rest := []syntax.Node{f.Result}
	for _, p := range f.Params {
		t := byValue(p.Type)
		if p.Pack {
			t = &syntax.PackType{Elem: t}
		}
		rest = append(rest, t)
	}
	return headText(params, rest...)
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

// argsText is template arguments as written, but for the names of parameters.
func argsText(args []syntax.TemplateArg, params []syntax.TemplateParam) string {
	var b strings.Builder
	for i := range args {
		text := syntax.Node(args[i].Expr)
		if args[i].Type != nil {
			text = args[i].Type
		}
		fmt.Fprintln(&b, syntax.Print(text), args[i].Pack)
	}
	return numbered(b.String(), params)
}

var identifiers = regexp.MustCompile(`[A-Za-z_]\w*`)

// differ reports results of which each is a basic type or a template parameter,
// and that are not the same.
func differ(a, b syntax.TypeExpr, as, bs []syntax.TemplateParam) bool {
	x, y := shape(a, as), shape(b, bs)
	plain := func(e syntax.TypeExpr, params []syntax.TemplateParam) bool {
		e = writtenOf(e)
		_, basic := e.(*syntax.BasicType)
		return basic || strings.HasPrefix(shape(e, params), "#")
	}
	return x != y && plain(a, as) && plain(b, bs)
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
			if n != &t.Name && n.HasArgs {
				s += "::typename" // of a class that may be the one at hand
			}
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
	case *syntax.MemberPointerType:
		return shape(t.Elem, params) + " " + shape(t.Class, params) + "*"
	case *syntax.RefType:
		return shape(t.Elem, params) + "&"
	case *syntax.ArrayType:
		return shape(t.Elem, params) + "[]"
	case *syntax.FuncType:
		s := shape(t.Result, params) + "("
		for _, p := range t.Params {
			s += shape(p.Type, params) + ","
		}
		return s + ")" + strconv.Itoa(int(t.Quals))
	case *syntax.PackType:
		return shape(t.Elem, params) + "..."
	}
	return "?"
}
