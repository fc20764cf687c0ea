package workbench

import (
	"errors"
	"slices"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// resolve parses a spec and chooses a variant. What is wrong with the spec
// comes back as diagnostics, with a nil Source.
func resolve(doc Document, v Variant) (*kernels.Source, []Diagnostic, error) {
	spec, err := kernels.Parse(doc.Path, []byte(doc.Text))
	if err != nil {
		return faults(doc, err)
	}
	c, dtype, err := chooseVariant(spec, v)
	if err != nil {
		return nil, nil, err
	}
	src, err := spec.Source(c, dtype)
	if err != nil {
		return faults(doc, err)
	}
	return src, problems(doc, src.Warnings), nil
}

// faults returns Problems as diagnostics; another error stays one.
func faults(doc Document, err error) (*kernels.Source, []Diagnostic, error) {
	var ps kernels.Problems
	if errors.As(err, &ps) {
		return nil, problems(doc, ps), nil
	}
	return nil, nil, err
}

func chooseVariant(spec *kernels.Spec, v Variant) (kernels.Case, mlx.DType, error) {
	cases := spec.AllCases()
	dtype := spec.DefaultDType()
	if v.Case < 0 || v.Case >= len(cases) {
		return kernels.Case{}, dtype, usagef("", "%s has no case %d; its cases count to %d", spec.Name, v.Case, len(cases)-1)
	}
	c := cases[v.Case]
	for name, text := range v.Params {
		names := paramNames(spec)
		if !slices.Contains(names, name) {
			return c, dtype, usagef(DidYouMean(name, names), "%s has no parameter %q", spec.Name, name)
		}
		value, err := kernels.ParseValue(text)
		if err != nil {
			return c, dtype, usagef("", "parameter %s: %v", name, err)
		}
		c = c.With(name, value)
	}
	if v.DType != "" {
		d, err := mlx.ParseDType(v.DType)
		switch {
		case err != nil:
			return c, dtype, usagef("", "%v", err)
		case d != dtype && spec.DTypeParam() < 0:
			return c, dtype, usagef("its inputs and outputs say their types", "%s has no working type", spec.Name)
		}
		dtype = d
	}
	for name, text := range v.Template {
		var err error
		if c, dtype, err = chooseTemplate(spec, c, dtype, name, text); err != nil {
			return c, dtype, err
		}
	}
	return c, dtype, nil
}

// chooseTemplate replaces one template value: the working type, or an integer
// or bool.
func chooseTemplate(spec *kernels.Spec, c kernels.Case, dtype mlx.DType, name, text string) (kernels.Case, mlx.DType, error) {
	var names []string
	for i, t := range spec.Template {
		names = append(names, t.Name)
		if t.Name != name {
			continue
		}
		if t.Kind != mlx.TemplateDType {
			value, err := kernels.ParseValue(text)
			if err != nil {
				return c, dtype, usagef("", "template value %s: %v", name, err)
			}
			return c.With(name, value), dtype, nil
		}
		if i != spec.DTypeParam() {
			return c, dtype, usagef("edit the spec to change others", "only the working type %s can be replaced", spec.Template[spec.DTypeParam()].Name)
		}
		d, err := mlx.ParseDType(text)
		if err != nil {
			return c, dtype, usagef("", "template value %s: %v", name, err)
		}
		return c, d, nil
	}
	return c, dtype, usagef(DidYouMean(name, names), "%s has no template value %q", spec.Name, name)
}

func paramNames(spec *kernels.Spec) []string {
	names := make([]string, len(spec.Params))
	for i, p := range spec.Params {
		names[i] = p.Name
	}
	return names
}

// problems turns a spec's problems into diagnostics.
func problems(doc Document, ps kernels.Problems) []Diagnostic {
	texts := documentTexts{doc: doc}
	out := make([]Diagnostic, len(ps))
	for i, p := range ps {
		d := Diagnostic{
			Severity: Severity(p.Severity()), Code: p.Code, Message: p.Message, File: doc.Path,
			Line: p.Line, Column: p.Column, EndLine: p.Line, EndColumn: p.Column + max(p.Length, 1),
			Part: PartSpec, PartLine: p.Line, PartColumn: p.Column,
		}
		for _, n := range p.Notes {
			d.Notes = append(d.Notes, Note{Message: n, File: doc.Path})
		}
		if p.Hint != "" {
			d.Notes = append(d.Notes, Note{Message: p.Hint, File: doc.Path})
		}
		d.Rendered = texts.render(d)
		out[i] = d
	}
	return out
}

// specTexts maps the compiler's places to the spec's lines. src is nil if the
// spec did not get that far.
func specTexts(doc Document, src *kernels.Source) documentTexts {
	if src == nil {
		return documentTexts{doc: doc}
	}
	return documentTexts{doc: doc, locate: func(part mlx.Part, line, column int) (int, int, bool) {
		at := src.Place(part, line, column, 1)
		return at.Line, at.Column, at.Line > 0
	}}
}

// generated is the Metal text of a source.
func generated(src *kernels.Source) (Generated, error) {
	g, err := src.Text()
	if err != nil {
		return Generated{}, err
	}
	out := Generated{Text: g.Text, Entry: g.Entry, DocumentLines: make([]int, len(g.Lines))}
	for i := range g.Lines {
		out.DocumentLines[i] = g.SpecLine(i + 1)
	}
	return out, nil
}

// hasErrors reports whether any diagnostic is an error.
func hasErrors(ds []Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == SeverityError })
}
