package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Unit tells what a text and the others that it is linked with know of each
// other. A symbol is the name of a function or variable with its namespaces, and
// the types of a function's parameters: "ns::f(device float*, uint)". What is
// defined elsewhere ends the thread that needs it: such a program is for checking
// only.
type Unit struct {
	Define    func(symbol string)      // the text defines what others may use; nil if nobody asks
	Elsewhere func(symbol string) bool // whether another text defines what this one uses; nil for no
}

// linked is a function or a variable.
type linked interface{ symbol() string }

// export tells others of a definition.
func (c *checker) export(x linked) {
	if c.opts.Unit.Define != nil {
		if s := x.symbol(); s != "" {
			c.opts.Unit.Define(s)
		}
	}
}

// elsewhere asks the others for a definition.
func (c *checker) elsewhere(x linked) bool {
	if c.opts.Unit.Elsewhere == nil {
		return false
	}
	s := x.symbol()
	return s != "" && c.opts.Unit.Elsewhere(s)
}

// symbol is "" for a function that no other unit sees.
func (f *Function) symbol() string {
	types := make([]string, len(f.params))
	for i, p := range f.params {
		types[i] = p.typ.String()
	}
	return external(f.String()+"("+strings.Join(types, ", ")+")", f.scope, f.decl.Specs)
}

// symbol is "" for a variable that no other unit sees.
func (v *Variable) symbol() string {
	return external(v.Name, v.global.scope, v.global.decl.Specs)
}

func external(name string, in *Scope, specs syntax.Specifiers) string {
	for in.kind != namespaceScope {
		if in.kind == recordScope {
			specs &^= syntax.Static // which says something else of a member
		}
		in = in.parent
	}
	switch {
	case specs&syntax.Static != 0 || strings.Contains(in.name, "(anonymous"):
		return ""
	case in.name == "":
		return name
	}
	return in.name + "::" + name
}
