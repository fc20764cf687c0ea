package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// fault is an error and the outermost declaration that it is about.
type fault struct {
	d   diag.Diagnostic
	top syntax.Decl
}

// complaint is what an error says of a place.
type complaint struct {
	at   diag.Span
	text string
}

// refusal reports errors about what Metal has and this compiler has not.
func refusal(d diag.Diagnostic) bool {
	return d.Code == "graphics-stage" || d.Code == "unsupported-type" || d.Code == "unsupported-space"
}

// maxRounds bounds how long a chain of declarations may hang on a refused one.
const maxRounds = 12

// others checks what a unit holds beside graphics and textures: it leaves out
// each declaration that is refused, then those that miss one of these, and so
// on. Other errors stay errors. It gives nil if no kernel is left.
func others(u *syntax.Unit, sources *diag.Sources, opts Options) (*ir.Program, *diag.Bag) {
	skip := map[syntax.Decl]bool{}
	said := &diag.Bag{}
	for round := range maxRounds {
		bag := &diag.Bag{Limit: 1000, Sources: sources}
		c := checkUnit(u, sources, opts, bag, skip)
		if bag.Errors() == 0 {
			for _, d := range bag.List() {
				said.Add(d)
			}
			if len(c.prog.Entries) == 0 {
				return nil, nil
			}
			return c.prog, said
		}
		for _, f := range c.faults {
			if f.top == nil {
				return nil, nil
			}
			if round == 0 && !refusal(f.d) {
				said.Add(f.d)
				continue
			}
			if skip[f.top] {
				continue
			}
			skip[f.top] = true
			switch name, at := kernelName(f.top); {
			case round == 0:
				f.d.Severity = diag.Warning
				if name != "" {
					f.d.Message += "; kernel '" + name + "' is left out"
				}
				said.Add(f.d)
			case name != "":
				said.Add(diag.Diagnostic{Severity: diag.Warning, Code: "left-out", Span: at,
					Message: "kernel '" + name + "' is left out: it needs what is not supported"})
			}
		}
		if said.Errors() > 0 {
			return &ir.Program{Sources: sources}, said
		}
	}
	return nil, nil
}

// kernelName is what the host calls a kernel function, or an explicit instantiation, which
// nearly always makes one; "" of other declarations.
func kernelName(d syntax.Decl) (name string, at diag.Span) {
	var own *syntax.Name
	var attrs []syntax.Attr
	if in, ok := d.(*syntax.Instantiation); ok {
		switch x := in.Decl.(type) {
		case *syntax.FuncDecl:
			own, attrs = x.Name, append(slices.Clone(in.Attrs), x.Attrs...)
		case *syntax.VarDecl:
			own, attrs = x.Name, append(slices.Clone(in.Attrs), x.Attrs...)
		}
	} else if f, ok := d.(*syntax.FuncDecl); ok && f.Specs&syntax.Kernel != 0 {
		own, attrs = f.Name, f.Attrs
	}
	if own == nil {
		return "", diag.Span{}
	}
	for _, a := range attrs {
		if a.Name != "host_name" || len(a.Args) != 1 {
			continue
		}
		if s, ok := a.Args[0].(*syntax.StringLit); ok {
			return s.Value, own.Span()
		}
	}
	return own.Ident, own.Span()
}
