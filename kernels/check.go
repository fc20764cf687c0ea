package kernels

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// reserved words cannot name anything that the generated text declares.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		alignas alignof and asm auto bool break case catch char class const constant constexpr continue decltype default delete device do
		double else enum explicit export extern false float float2 float3 float4 for friend goto half half2 half3 half4 if inline int int2 int3 int4
		kernel long metal mutable namespace new noexcept not nullptr operator or private protected public register return short signed sizeof
		static static_assert struct switch template this thread threadgroup threadgroup_imageblock throw true try typedef typename uchar uint
		uint2 uint3 uint4 ulong union unsigned ushort using using vertex fragment virtual void volatile while bfloat xor
		int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t float16_t bfloat16_t complex64_t size_t ptrdiff_t`) {
		m[w] = true
	}
	return m
}()

// check finds what is wrong between the parts of a spec that are each right.
func (d *decoder) check() {
	d.checkNames()
	d.checkExprs()
	d.checkCases()
	if d.spec.Reference != nil {
		d.checkReference()
	}
	if len(d.problems) == 0 {
		for _, c := range d.spec.AllCases() {
			if _, err := d.spec.Source(c, d.spec.DefaultDType()); err != nil {
				ps := asProblems(err, d.file)
				if len(c.Values) > 0 {
					ps[0].Notes = append(ps[0].Notes, fmt.Sprintf("in the case %s, line %d", c, c.at.Line))
				}
				d.problems = append(d.problems, ps...)
				return // one wrong case says enough
			}
		}
	}
}

// checkNames refuses one name for two things, which C++ or the reference would
// confuse.
func (d *decoder) checkNames() {
	seen := map[string]string{}
	add := func(name, what string, at Place) {
		if other, ok := seen[name]; ok {
			d.report(at, "name-clash", "rename one of them", "%s and %s are both named %q", other, what, name)
			return
		}
		seen[name] = what
	}
	for _, p := range d.spec.Params {
		add(p.Name, "a parameter", p.at)
	}
	for _, t := range d.spec.Template {
		add(t.Name, "a template value", t.at)
	}
	for _, t := range d.spec.Inputs {
		add(t.Name, "an input", t.at)
	}
	for _, t := range d.spec.Outputs {
		add(t.Name, "an output", t.at)
	}
	for _, t := range append(append([]Tensor(nil), d.spec.Inputs...), d.spec.Outputs...) {
		if t.DType.Template == "" {
			continue
		}
		known := dtypeNames()
		found := false
		for _, p := range d.spec.Template {
			known = append(known, p.Name)
			found = found || p.Name == t.DType.Template && (p.Kind == mlx.TemplateDType || d.misspeltDType(p))
		}
		if !found {
			d.report(t.DType.at, "dtype", spelling.Hint(t.DType.Template, known), "%q is neither an element type nor a dtype of the template", t.DType.Template)
		}
	}
}

// misspeltDType reports a template value that is a name that nothing has.
func (d *decoder) misspeltDType(p TemplateParam) bool {
	name, ok := p.Value.tree.(*dsl.Name)
	return ok && p.Kind != mlx.TemplateDType && !slices.Contains(d.spec.valueNames(), name.Ident)
}

// valueNames are the names that expressions may use.
func (s *Spec) valueNames() []string {
	var names []string
	for _, p := range s.Params {
		names = append(names, p.Name)
	}
	for _, t := range s.Template {
		if t.Kind != mlx.TemplateDType {
			names = append(names, t.Name)
		}
	}
	return names
}

// checkExprs finds unknown names in expressions.
func (d *decoder) checkExprs() {
	names := d.spec.valueNames()
	known := map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	check := func(es ...Expr) {
		for _, e := range es {
			dsl.Walk(e.tree, func(x dsl.Expr) bool {
				if n, ok := x.(*dsl.Name); ok && !known[n.Ident] {
					d.report(e.Text.span(n.Start, n.End), "unknown-name", spelling.Hint(n.Ident, names), "there is no parameter %q", n.Ident)
				}
				c, ok := x.(*dsl.Call)
				return !ok || c.Func.Ident != "sizeof" // whose argument is a type
			})
		}
	}
	for _, p := range d.spec.Params {
		if p.Derived != nil {
			check(*p.Derived)
		}
	}
	for _, t := range d.spec.Template {
		switch {
		case d.misspeltDType(t):
			name := t.Value.tree.(*dsl.Name).Ident
			hint := spelling.Hint(name, append(dtypeNames(), names...))
			if long := shortDTypes[name]; long != "" {
				hint = spelling.Hint(long, []string{long})
			}
			d.report(t.Value.Text.span(0, len(name)), "unknown-name", hint, "%q is neither an element type nor a parameter", name)
		case t.Kind != mlx.TemplateDType:
			check(t.Value)
		}
	}
	for _, t := range d.spec.Inputs {
		check(t.Shape...)
		check(t.init.args...)
	}
	for _, t := range d.spec.Outputs {
		check(t.Shape...)
	}
	check(d.spec.Grid...)
	check(d.spec.Threadgroup...)
	if c := d.spec.Cost; c != nil {
		check(c.FLOPs)
		if c.Bytes != nil {
			check(*c.Bytes)
		}
	}
}

func (d *decoder) checkCases() {
	names := d.spec.valueNames()
	known := map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	for _, c := range d.spec.Cases {
		for _, v := range c.Values {
			if !known[v.Name] {
				d.report(c.at, "unknown-name", spelling.Hint(v.Name, names), "the case sets %q, which is not a parameter", v.Name)
			}
		}
	}
	for _, k := range d.spec.Tune {
		if !known[k.Name] {
			d.report(Place{}, "unknown-name", spelling.Hint(k.Name, names), "tune has %q, which is not a parameter", k.Name)
		}
	}
}

// checkReference finds unknown names and functions, and outputs that are not
// computed.
func (d *decoder) checkReference() {
	r := d.spec.Reference
	scope := d.spec.valueNames()
	for _, t := range d.spec.Inputs {
		scope = append(scope, t.Name)
	}
	for _, t := range d.spec.Template {
		if t.Kind == mlx.TemplateDType {
			scope = append(scope, t.Name)
		}
	}
	for _, e := range r.Program.Check(scope) {
		d.report(r.text.span(e.Span.Start, e.Span.End), "expression", e.Hint, "%s", e.Message)
	}
	if len(r.Program.Stmts) == 1 && r.Program.Stmts[0].Targets == nil {
		if len(d.spec.Outputs) > 1 {
			d.report(r.text.at, "reference", "write one statement for each output", "one expression cannot compute %d outputs", len(d.spec.Outputs))
		}
		return
	}
	assigned := map[string]bool{}
	for _, s := range r.Program.Stmts {
		for _, t := range s.Targets {
			assigned[t.Ident] = true
		}
	}
	for _, o := range d.spec.Outputs {
		if !assigned[o.Name] {
			d.report(r.text.at, "reference", "write "+o.Name+" = …", "the reference does not compute the output %q", o.Name)
		}
	}
}
