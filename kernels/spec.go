package kernels

import (
	"os"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels/codegen"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// Spec describes one kernel. It is immutable once parsed.
type Spec struct {
	File string // as given to Parse
	Raw  string // the document

	Name, Doc string
	Params    []Param
	Template  []TemplateParam
	Inputs    []Tensor
	Outputs   []Tensor

	Grid, Threadgroup []Expr // one to three axes

	Body, Header        Text // Body is empty if the kernel is generated or Go
	Go                  Text // the kernel as a Go function, see package gokernel
	Generate            *Generate
	EnsureRowContiguous bool
	AtomicOutputs       bool
	InitValue           *float64

	Reference  *Reference // nil if there is none
	Grad       bool       // the reference's gradients are to be checked, too
	Tolerances []Tolerance
	Cases      []Case
	Tune       []Knob
	Cost       *CostFormula // nil if there is none

	lines []string
}

// Param is a named value that cases may replace. A derived one is computed
// from others.
type Param struct {
	Name    string
	Value   Value
	Derived *Expr
	at      Place
	text    Text // of the value
}

// TemplateParam is one value of the kernel's template list.
type TemplateParam struct {
	Name  string
	Kind  mlx.TemplateKind
	DType mlx.DType // of a dtype
	Value Expr      // of an integer or a bool
	at    Place
}

// Tensor is an input or an output.
type Tensor struct {
	Name  string
	DType DTypeRef
	Shape []Expr
	init  initSpec // of an input
	at    Place
}

// DTypeRef is an element type or the name of a template value that is one.
type DTypeRef struct {
	DType    mlx.DType
	Template string // "" for a literal type
	at       Place
}

// Generate is a program from which the kernel's source is written, in place of
// Body; see package codegen.
type Generate struct {
	Form    codegen.Form
	Program *dsl.Program
	text    Text
}

// Reference computes what the outputs should be; see package dsl.
type Reference struct {
	Program *dsl.Program
	text    Text
}

// Text is the program as the spec has it.
func (r *Reference) Text() string { return r.text.String }

// Tolerance is how far an output may be from the truth:
//
//	|got - truth| <= ATol + RTol*|truth|
//
// It holds for one working type, or for all if Any is set. Integers and bools
// must always be equal.
type Tolerance struct {
	DType mlx.DType
	Any   bool
	RTol  float64
	ATol  float64
}

// Case replaces parameters, and integer or bool template values. The case
// without values is the spec's own set.
type Case struct {
	Values []NamedValue
	at     Place
}

// NamedValue is a value with its name.
type NamedValue struct {
	Name  string `json:"name"`
	Value Value  `json:"value"`
}

// String is "R=33 D=1000", or "default".
func (c Case) String() string {
	if len(c.Values) == 0 {
		return "default"
	}
	parts := make([]string, len(c.Values))
	for i, v := range c.Values {
		parts[i] = v.Name + "=" + v.Value.String()
	}
	return strings.Join(parts, " ")
}

// With is the case with one more value, or with the value of that name
// replaced.
func (c Case) With(name string, v Value) Case {
	vs := slices.Clone(c.Values)
	if i := slices.IndexFunc(vs, func(n NamedValue) bool { return n.Name == name }); i >= 0 {
		vs[i].Value = v
	} else {
		vs = append(vs, NamedValue{name, v})
	}
	return Case{Values: vs, at: c.at}
}

// Knob is a parameter with the values that tuning may try.
type Knob struct {
	Name   string
	Values []Value
}

// CostFormula says what a launch of the kernel takes.
type CostFormula struct {
	FLOPs Expr
	Bytes *Expr // nil for every array once
	at    Place
}

// Load reads a spec file. What is wrong with its content is Problems.
func Load(path string) (*Spec, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := readBounded(f, MaxSpecBytes)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// AllCases is the spec's own parameter set followed by its cases.
func (s *Spec) AllCases() []Case {
	return append([]Case{{}}, s.Cases...)
}

// DTypeParam is the index of the template value that is the working type, or
// -1.
func (s *Spec) DTypeParam() int {
	first := -1
	for i, t := range s.Template {
		if t.Kind != mlx.TemplateDType {
			continue
		}
		if t.Name == "T" {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

// DTypes are the working types that the spec is to be checked in; there is
// always at least one. Without a dtype among the template values it is
// float32, which changes nothing.
func (s *Spec) DTypes() []mlx.DType {
	i := s.DTypeParam()
	if i < 0 {
		return []mlx.DType{mlx.Float32}
	}
	var types []mlx.DType
	for _, t := range s.Tolerances {
		if !t.Any {
			types = append(types, t.DType)
		}
	}
	if len(types) == 0 {
		types = []mlx.DType{s.Template[i].DType}
	}
	return types
}

// DefaultDType is the working type that the spec's template gives.
func (s *Spec) DefaultDType() mlx.DType {
	if i := s.DTypeParam(); i >= 0 {
		return s.Template[i].DType
	}
	return mlx.Float32
}

// Tolerance is that of a working type, and whether the spec gives one.
func (s *Spec) Tolerance(d mlx.DType) (Tolerance, bool) {
	for _, t := range s.Tolerances {
		if t.Any || t.DType == d {
			return t, true
		}
	}
	if s.DTypeParam() < 0 && len(s.Tolerances) == 1 {
		return s.Tolerances[0], true
	}
	return Tolerance{}, false
}

// problem makes a Problem at a place of the spec.
func (s *Spec) problem(at Place, code, hint, msg string) Problem {
	p := Problem{File: s.File, Place: at, Code: code, Message: msg, Hint: hint}
	if at.Line >= 1 && at.Line <= len(s.lines) {
		p.Excerpt = s.lines[at.Line-1]
	}
	return p
}
