package kernels

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels/codegen"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/kernels/gokernel"
	"github.com/zmlx/zmlx/kernels/graph"
	"github.com/zmlx/zmlx/mlx"
)

// Source is a spec with all parameters and the working type chosen: everything
// that a device takes but the inputs' elements.
type Source struct {
	Spec  *Spec
	Case  Case
	DType mlx.DType // the working type

	Kernel   mlx.KernelSource
	Config   mlx.LaunchConfig
	Inputs   []Argument
	Values   []NamedValue // all parameters and integer template values
	Cost     *Cost        // nil if the spec has no formula
	Warnings Problems

	headerLines int // constants in front of the spec's own header
	translated  *gokernel.Kernel
}

// Argument is an input of a launch.
type Argument struct {
	Name  string
	DType mlx.DType
	Shape []int
	Init  Init
}

// maxElements bounds one array; it is what 32-bit indices reach.
const maxElements = 1 << 31

// Source resolves the spec for a case and a working type. The error is
// Problems.
func (s *Spec) Source(c Case, working mlx.DType) (*Source, error) {
	r := &resolver{spec: s, working: working, overrides: map[string]Value{}, values: map[string]Value{}, busy: map[string]bool{}}
	for _, v := range c.Values {
		r.overrides[v.Name] = v.Value
	}
	src := &Source{Spec: s, Case: c, DType: working}
	if err := r.resolve(src); err != nil {
		return nil, err
	}
	src.Warnings = append(src.coverage(), src.precision()...)
	return src, nil
}

// resolver evaluates the expressions of a spec; fail ends it.
type resolver struct {
	spec      *Spec
	working   mlx.DType
	overrides map[string]Value
	values    map[string]Value
	busy      map[string]bool // parameters being computed
}

func (r *resolver) fail(at Place, code, hint, format string, args ...any) {
	panic(Problems{r.spec.problem(at, code, hint, fmt.Sprintf(format, args...))})
}

func (r *resolver) resolve(src *Source) (err error) {
	defer func() {
		if x := recover(); x != nil {
			ps, ok := x.(Problems)
			if !ok {
				panic(x)
			}
			err = ps
		}
	}()
	s := r.spec
	known := s.valueNames()
	for _, v := range src.Case.Values {
		if !slices.Contains(known, v.Name) {
			r.fail(Place{}, "unknown-name", spelling.Hint(v.Name, known), "there is no parameter %q", v.Name)
		}
	}
	for _, name := range known {
		src.Values = append(src.Values, NamedValue{name, r.value(name)})
	}
	src.Config.Template = r.template(src.DType)
	for _, t := range s.Inputs {
		src.Inputs = append(src.Inputs, Argument{t.Name, r.dtype(t, src), r.shape(t), r.init(t)})
	}
	for _, t := range s.Outputs {
		src.Config.OutputShapes = append(src.Config.OutputShapes, r.shape(t))
		src.Config.OutputDTypes = append(src.Config.OutputDTypes, r.dtype(t, src))
	}
	body, header := s.Body.String, s.Header.String
	contiguous := s.EnsureRowContiguous
	var generated []codegen.Kernel
	if s.Generate != nil {
		header, generated = r.generate(src)
		last := generated[len(generated)-1]
		body, contiguous = last.Body, contiguous && last.Contiguous
		src.Config.Grid, src.Config.Threadgroup = last.Grid, last.Threadgroup
	}
	if !s.Go.Empty() {
		src.translated = r.translate(src)
		body, header = src.translated.Body, header+src.translated.Header
	}
	if s.Grid != nil && len(generated) > 1 {
		r.fail(s.Grid[0].Text.at, "launch", "leave launch out", "this program becomes %d launches, which choose their own grids", len(generated))
	}
	if s.Grid != nil {
		src.Config.Grid = r.axes(s.Grid, "grid")
		src.Config.Threadgroup = r.axes(s.Threadgroup, "threadgroup")
	}
	src.Config.InitValue = s.InitValue
	src.Cost = r.cost(src)
	src.Kernel.EnsureRowContiguous = contiguous
	if len(generated) > 1 {
		r.stages(src, header, generated)
	} else {
		r.kernel(src, header, body)
	}
	if src.Empty() {
		return nil
	}
	if _, err := src.Kernel.Generate(src.ArgInfos(), src.Config); err != nil {
		var e *mlx.Error
		if errors.As(err, &e) {
			r.fail(r.blame(e), "launch", e.Next, "%s", e.Msg)
		}
		return err
	}
	return nil
}

// blame is the part of the spec that an error of the launch is about.
func (r *resolver) blame(e *mlx.Error) Place {
	for _, p := range []struct {
		word  string
		exprs []Expr
	}{{"grid", r.spec.Grid}, {"hread", r.spec.Threadgroup}} {
		if strings.Contains(e.Msg, p.word) && len(p.exprs) > 0 {
			return p.exprs[0].Text.at
		}
	}
	return r.spec.Body.at
}

// value is that of a parameter or an integer template value.
func (r *resolver) value(name string) Value {
	if v, ok := r.values[name]; ok {
		return v
	}
	v, ok := r.overrides[name]
	if !ok {
		for _, p := range r.spec.Params {
			if p.Name == name {
				if v = p.Value; p.Derived != nil {
					v = r.derived(name, *p.Derived, p.at)
				}
			}
		}
		for _, t := range r.spec.Template {
			if t.Name == name {
				v = r.derived(name, t.Value, t.at)
			}
		}
	}
	r.values[name] = v
	return v
}

func (r *resolver) derived(name string, e Expr, at Place) Value {
	if r.busy[name] {
		r.fail(at, "cycle", "", "the parameter %q depends on itself", name)
	}
	r.busy[name] = true
	defer delete(r.busy, name)
	return r.eval(e)
}

func (r *resolver) lookup(n *dsl.Name) (Value, error) {
	if names := r.spec.valueNames(); !slices.Contains(names, n.Ident) {
		return Value{}, &exprError{n.Span, fmt.Sprintf("there is no parameter %q", n.Ident), spelling.Hint(n.Ident, names)}
	}
	return r.value(n.Ident), nil
}

func (r *resolver) size(n *dsl.Name) (Value, error) {
	for i, t := range r.spec.Template {
		if t.Name == n.Ident && t.Kind == mlx.TemplateDType {
			if i == r.spec.DTypeParam() {
				return Int(int64(r.working.Size())), nil
			}
			return Int(int64(t.DType.Size())), nil
		}
	}
	d, err := mlx.ParseDType(n.Ident)
	if err != nil {
		return Value{}, &exprError{n.Span, fmt.Sprintf("%q is neither an element type nor a dtype of the template", n.Ident), spelling.Hint(n.Ident, dtypeNames())}
	}
	return Int(int64(d.Size())), nil
}

func (r *resolver) eval(e Expr) Value {
	v, err := e.eval(r)
	var x *exprError
	if errors.As(err, &x) {
		r.fail(e.Text.span(x.at.Start, x.at.End), "expression", x.hint, "%s", x.msg)
	}
	return v
}

// count evaluates an expression that counts something.
func (r *resolver) count(e Expr, what string) int {
	v := r.eval(e)
	whole := v.Kind == FloatValue && v.Float == math.Trunc(v.Float)
	switch {
	case v.Kind == IntValue && v.Int >= 0 && v.Int < maxElements:
		return int(v.Int)
	case v.Kind == IntValue, whole && (v.Float < 0 || v.Float >= maxElements):
		r.fail(e.Text.at, "shape", fmt.Sprintf("it must be an integer from 0 to %d", maxElements-1), "%s is %s", what, v)
	case whole:
		r.fail(e.Text.at, "expression", fmt.Sprintf("write it as %.0f: with a point or an exponent it is a float", v.Float), "%s is %s, which is not an integer", what, v)
	}
	r.fail(e.Text.at, "expression", "use an integer; / rounds down, ceildiv(a, b) rounds up", "%s is %s, which is not an integer", what, v)
	return 0
}

func (r *resolver) shape(t Tensor) []int {
	shape := make([]int, len(t.Shape))
	n := 1
	for i, e := range t.Shape {
		shape[i] = r.count(e, fmt.Sprintf("axis %d of %s", i, t.Name))
		if shape[i] != 0 && n > maxElements/shape[i] {
			r.fail(e.Text.at, "shape", "choose smaller parameters", "%s has more than %d elements", t.Name, maxElements)
		}
		n *= shape[i]
	}
	return shape
}

func (r *resolver) axes(es []Expr, what string) [3]int {
	out := [3]int{1, 1, 1}
	for i, e := range es {
		out[i] = r.count(e, what+" "+"xyz"[i:i+1])
	}
	return out
}

func (r *resolver) dtype(t Tensor, src *Source) mlx.DType {
	if t.DType.Template == "" {
		return t.DType.DType
	}
	for _, a := range src.Config.Template {
		if a.Name == t.DType.Template {
			return a.DType
		}
	}
	return t.DType.DType
}

func (r *resolver) template(working mlx.DType) []mlx.TemplateArg {
	var args []mlx.TemplateArg
	axis := r.spec.DTypeParam()
	for i, t := range r.spec.Template {
		a := mlx.TemplateArg{Name: t.Name, Kind: t.Kind, DType: t.DType}
		switch {
		case i == axis:
			a.DType = working
		case t.Kind == mlx.TemplateDType:
		default:
			v := r.value(t.Name)
			if v.Kind == FloatValue {
				r.fail(t.at, "template", "make it a parameter", "the template value %s is %s; floats cannot be template values", t.Name, v)
			}
			if a.Int = v.int(); v.Kind == BoolValue {
				a.Kind = mlx.TemplateBool
			}
		}
		args = append(args, a)
	}
	return args
}

func (r *resolver) init(t Tensor) Init {
	in := Init{Kind: t.init.kind, File: t.init.file, at: t.init.at}
	for _, e := range t.init.args {
		v := r.eval(e)
		in.Args = append(in.Args, v.float())
		in.rounded = in.rounded || rounds(e, v)
	}
	return in
}

// rounds reports whether an integer of a spec is none that float64 holds.
func rounds(e Expr, v Value) bool {
	x := big.NewInt(v.Int)
	if v.Kind == FloatValue {
		n, isNumber := e.tree.(*dsl.Number)
		if !isNumber || n.End > len(e.Text.String) {
			return false
		}
		if x, isNumber = x.SetString(e.Text.String[n.Start:n.End], 0); !isNumber {
			return false
		}
	}
	_, accuracy := new(big.Float).SetInt(x).Float64()
	return accuracy != big.Exact && !(x.IsUint64() && x.Uint64() == math.MaxUint64) // the largest stays the largest
}

// precision warns of integers that inputs have otherwise than the spec.
func (s *Source) precision() (ps Problems) {
	for _, in := range s.Inputs {
		if in.Init.rounded && !in.DType.IsInexact() {
			p := s.Spec.problem(in.Init.at, "precision", "a file holds them: {file: "+in.Name+".npy}",
				"init has integers beyond 2^53 that float64 does not hold; "+in.Name+" has the nearest ones")
			p.Warning = true
			ps = append(ps, p)
		}
	}
	return ps
}

// stages builds a kernel of several launches.
func (r *resolver) stages(src *Source, header string, ks []codegen.Kernel) {
	s := r.spec
	types := map[string]mlx.ArgInfo{}
	for _, a := range src.Inputs {
		src.Kernel.InputNames = append(src.Kernel.InputNames, a.Name)
		types[a.Name] = mlx.ArgInfo{DType: a.DType, Shape: a.Shape}
	}
	for _, t := range s.Outputs {
		src.Kernel.OutputNames = append(src.Kernel.OutputNames, t.Name)
	}
	h := sha256.New()
	for i, k := range ks {
		st := mlx.Stage{Kernel: mlx.KernelSource{Header: header, Source: strings.TrimSuffix(k.Body, "\n"), InputNames: k.Inputs, EnsureRowContiguous: s.EnsureRowContiguous && k.Contiguous}}
		st.Config = mlx.LaunchConfig{Template: src.Config.Template, Grid: k.Grid, Threadgroup: k.Threadgroup, InitValue: s.InitValue}
		for _, o := range k.Outputs {
			st.Kernel.OutputNames = append(st.Kernel.OutputNames, o.Name)
			st.Config.OutputShapes = append(st.Config.OutputShapes, o.Shape)
			st.Config.OutputDTypes = append(st.Config.OutputDTypes, o.DType)
			types[o.Name] = mlx.ArgInfo{DType: o.DType, Shape: o.Shape}
		}
		st.Kernel.Name = fmt.Sprintf("%s_%d_%x", s.Name, i+1, digest(st.Kernel, types))
		src.Kernel.Stages = append(src.Kernel.Stages, st)
		fmt.Fprintln(h, st.Kernel.Name)
	}
	src.Kernel.Name = fmt.Sprintf("%s_%x", s.Name, h.Sum(nil)[:4])
}

// digest is a hash of all that a kernel's text depends on.
func digest(k mlx.KernelSource, types map[string]mlx.ArgInfo) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n%s%s", len(k.Header), len(k.Source), k.Header, k.Source)
	for _, n := range k.InputNames {
		a := types[n]
		fmt.Fprintln(h, n, a.DType, min(elements(a.Shape), 8), len(a.Shape) > 0)
	}
	for _, n := range k.OutputNames {
		fmt.Fprintln(h, n, types[n].DType, k.AtomicOutputs)
	}
	return h.Sum(nil)[:4]
}

// kernel builds the KernelSource: the parameters that occur become constants
// in front of the header.
func (r *resolver) kernel(src *Source, head, body string) {
	s := r.spec
	used := identifiers(head + "\n" + body)
	var constants strings.Builder
	for _, p := range s.Params {
		if used[p.Name] && s.Generate == nil { // programs hold their values
			constants.WriteString(r.value(p.Name).constant(p.Name) + "\n")
			src.headerLines++
		}
	}
	header := constants.String() + head
	if header != "" && !strings.HasSuffix(header, "\n") {
		header += "\n"
	}
	k := &src.Kernel
	k.Header, k.Source = header, strings.TrimSuffix(body, "\n")
	k.AtomicOutputs = s.AtomicOutputs
	types := map[string]mlx.ArgInfo{}
	for _, a := range src.Inputs {
		k.InputNames = append(k.InputNames, a.Name)
		types[a.Name] = mlx.ArgInfo{DType: a.DType, Shape: a.Shape}
	}
	for i, t := range s.Outputs {
		k.OutputNames = append(k.OutputNames, t.Name)
		types[t.Name] = mlx.ArgInfo{DType: src.Config.OutputDTypes[i]}
	}
	k.Name = fmt.Sprintf("%s_%x", s.Name, digest(*k, types))
}

// generate writes the kernels of a spec that has a program in place of a source,
// and the header that they share.
func (r *resolver) generate(src *Source) (header string, ks []codegen.Kernel) {
	s := r.spec
	var arrays []codegen.Array
	for _, in := range src.Inputs {
		arrays = append(arrays, codegen.Array{Name: in.Name, DType: in.DType, Shape: in.Shape})
	}
	text := s.Generate.text
	g := graph.New()
	nodes, err := graph.Lower(g, s.Generate.Program, src.graphInputs(), src.constants())
	if e, ok := graph.AsError(err); ok {
		r.fail(text.span(e.Span.Start, e.Span.End), "generate", e.Hint, "%s", e.Message)
	}
	var outs []codegen.Output
	for i, t := range s.Outputs {
		n := nodes[t.Name]
		if n == nil && len(s.Outputs) == 1 {
			n = nodes[""]
		}
		if n == nil {
			r.fail(text.at, "generate", "write "+t.Name+" = …", "the program does not compute the output %q", t.Name)
		}
		outs = append(outs, codegen.Output{Array: codegen.Array{Name: t.Name, DType: src.Config.OutputDTypes[i], Shape: src.Config.OutputShapes[i]}, Node: n})
	}
	header, ks, err = codegen.Generate(g, s.Generate.Form, arrays, outs)
	if e, ok := codegen.AsError(err); ok {
		r.fail(text.at, "generate", e.Hint, "%s", e.Msg)
	}
	return header, ks
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// identifiers are the words of a C++ text.
func identifiers(text string) map[string]bool {
	words := map[string]bool{}
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && (text[j] == '_' || text[j]|0x20 >= 'a' && text[j]|0x20 <= 'z' || text[j] >= '0' && text[j] <= '9') {
			j++
		}
		if j > i {
			words[text[i:j]] = true
		}
		i = max(j, i+1)
	}
	return words
}

// ArgInfos describe the inputs to a device.
func (s *Source) ArgInfos() []mlx.ArgInfo {
	infos := make([]mlx.ArgInfo, len(s.Inputs))
	for i, a := range s.Inputs {
		infos[i] = mlx.ArgInfo{DType: a.DType, Shape: a.Shape}
	}
	return infos
}

// Launches are the launches that the kernel consists of, in order: one, but for
// programs that several kernels compute.
func (s *Source) Launches() []mlx.Stage {
	if len(s.Kernel.Stages) > 0 {
		return s.Kernel.Stages
	}
	return []mlx.Stage{{Kernel: s.Kernel, Config: s.Config}}
}

// Empty reports whether all outputs are empty, so that there is nothing to
// launch.
func (s *Source) Empty() bool { return EmptyOutputs(s.Config) }

// EmptyOutputs reports whether a launch writes nothing. Such a launch is not
// made: Metal has no empty grid.
func EmptyOutputs(cfg mlx.LaunchConfig) bool {
	for _, shape := range cfg.OutputShapes {
		if elements(shape) > 0 {
			return false
		}
	}
	return true
}

// Label is "rmsnorm[R=33 D=1000, float16]".
func (s *Source) Label() string {
	return fmt.Sprintf("%s[%s, %s]", s.Spec.Name, s.Case, s.DType)
}

func asProblems(err error, file string) Problems {
	var ps Problems
	if errors.As(err, &ps) {
		return ps
	}
	return Problems{{File: file, Code: "error", Message: err.Error()}}
}
