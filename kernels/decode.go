package kernels

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels/codegen"
	"github.com/zmlx/zmlx/mlx"
)

// Limits that keep a spec's cost proportional to its text.
const (
	maxEntries = 1024
	maxDims    = 10
)

// Parse reads a spec. The error is Problems; file is only a name for them.
func Parse(file string, data []byte) (*Spec, error) {
	doc := parseDocument(file, data)
	if doc.root == nil {
		return nil, doc.problems
	}
	d := &decoder{document: doc, spec: &Spec{File: file, Raw: string(data), EnsureRowContiguous: true, lines: doc.lines}}
	d.top(doc.root)
	if d.spec.Generate != nil && !d.spec.Body.Empty() {
		d.report(d.spec.Generate.text.at, "source", "keep one of them", "the kernel has a source and is generated, too")
	}
	if !d.spec.Go.Empty() && (d.spec.Generate != nil || !d.spec.Body.Empty()) {
		d.report(d.spec.Go.at, "source", "keep one of them", "the kernel is a Go function and has another source, too")
	}
	if len(d.problems) == 0 {
		d.check()
	}
	if len(d.problems) > 0 {
		return nil, d.problems.sorted()
	}
	return d.spec, nil
}

func readBounded(r io.Reader, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if _, err := b.ReadFrom(io.LimitReader(r, limit+1)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// decoder turns a document into a Spec and goes on after a problem.
type decoder struct {
	*document
	spec    *Spec
	unknown bool // some key is not known: it may be one that seems to be missing
}

// specKeys in the order in which a spec is written.
var specKeys = []string{"zmlx", "name", "doc", "params", "template", "inputs", "outputs", "launch", "flags", "header", "source",
	"elementwise", "reduce", "map_reduce", "scan", "go", "reference", "grad", "tolerance", "cases", "tune", "cost"}

func (d *decoder) top(root *node) {
	if root.kind != mapNode {
		d.report(root.at, "type", "start with zmlx: 1", "a spec is a mapping, not %s", root.kind)
		return
	}
	seen := map[string]bool{}
	for _, f := range d.fields(root, "a spec", specKeys...) {
		seen[f.key] = true
		d.field(f.key, f.value)
	}
	end := Place{max(len(d.lines)-1, 1), 1, 0}
	for _, key := range []string{"zmlx", "name", "outputs", "launch", "source"} {
		if d.spec.Generate != nil && (key == "launch" || key == "source") || key == "source" && seen["go"] {
			continue
		}
		if !seen[key] && !d.unknown {
			d.report(end, "missing-key", "add "+key+": …", "the spec has no %s", key)
		}
	}
}

func (d *decoder) field(key string, n *node) {
	s := d.spec
	switch key {
	case "zmlx":
		if w := d.word(n, "the version"); w != "1" && w != "" {
			d.report(n.at, "version", "write zmlx: 1", "format version %s is not known", w)
		}
	case "name":
		s.Name = d.word(n, "the kernel's name")
		if s.Name != "" && !isIdentifier(s.Name) {
			d.report(n.at, "name", "use letters, digits and underscores", "%q is not an identifier", s.Name)
		}
	case "doc":
		s.Doc = strings.TrimSpace(d.word(n, "the description"))
	case "params":
		for _, f := range d.fields(n, "params") {
			s.Params = append(s.Params, d.param(f))
		}
	case "template":
		for _, f := range d.fields(n, "template") {
			s.Template = append(s.Template, d.templateParam(f))
		}
	case "inputs":
		for _, f := range d.fields(n, "inputs") {
			s.Inputs = append(s.Inputs, d.tensor(f, "dtype", "shape", "init"))
		}
	case "outputs":
		for _, f := range d.fields(n, "outputs") {
			s.Outputs = append(s.Outputs, d.tensor(f, "dtype", "shape"))
		}
		if n.kind == mapNode && len(n.entries) == 0 {
			d.report(n.at, "outputs", "name at least one output", "the kernel has no outputs")
		}
	case "launch":
		d.launch(n)
	case "flags":
		d.flags(n)
	case "header":
		s.Header = d.code(n, "header")
	case "source":
		s.Body = d.code(n, "source")
	case "elementwise", "reduce", "map_reduce", "scan":
		d.generate(key, n)
	case "go":
		s.Go = d.code(n, "go")
	case "grad":
		if w := d.word(n, key); w == "auto" {
			s.Grad = true
		} else if w != "" && w != "none" {
			d.report(n.at, "grad", "write auto or none", "grad is %q", w)
		}
	case "reference":
		if r := d.program(n, "reference"); r != nil {
			s.Reference = r
		}
	case "tolerance":
		d.tolerances(n)
	case "cases":
		for _, item := range d.list(n, "cases") {
			c := Case{at: item.at}
			for _, f := range d.fields(item, "a case") {
				if v, ok := d.value(f.value, f.key); ok {
					c.Values = append(c.Values, NamedValue{f.key, v})
				}
			}
			s.Cases = append(s.Cases, c)
		}
	case "tune":
		for _, f := range d.fields(n, "tune") {
			k := Knob{Name: f.key}
			for _, item := range d.list(f.value, "tune."+f.key) {
				if v, ok := d.value(item, f.key); ok {
					k.Values = append(k.Values, v)
				}
			}
			s.Tune = append(s.Tune, k)
		}
	case "cost":
		d.cost(n)
	}
}

func (d *decoder) param(f entry) Param {
	p := Param{Name: f.key, at: f.at, text: f.value.text}
	d.identifier(f, "a parameter")
	if f.value.kind == scalarNode {
		if v, err := ParseValue(f.value.text.String); err == nil {
			p.Value = v
			return p
		}
	}
	if e, ok := d.expr(f.value, "parameter "+f.key); ok {
		p.Derived = &e
	}
	return p
}

func (d *decoder) templateParam(f entry) TemplateParam {
	t := TemplateParam{Name: f.key, at: f.at}
	d.identifier(f, "a template value")
	w := d.word(f.value, "template value "+f.key)
	if w == "" {
		return t
	}
	if dt, err := mlx.ParseDType(w); err == nil {
		t.Kind, t.DType = mlx.TemplateDType, dt
		if dt == mlx.Float64 {
			d.report(f.value.at, "dtype", "use float32", "Metal has no float64")
		}
		return t
	}
	t.Kind = mlx.TemplateInt
	if v, err := ParseValue(w); err == nil && v.Kind == BoolValue {
		t.Kind = mlx.TemplateBool
	}
	t.Value, _ = d.expr(f.value, "template value "+f.key)
	return t
}

func (d *decoder) tensor(f entry, keys ...string) Tensor {
	t := Tensor{Name: f.key, at: f.at}
	d.identifier(f, "an array")
	var hasDType, hasShape bool
	for _, g := range d.fields(f.value, f.key, keys...) {
		switch g.key {
		case "dtype":
			hasDType = true
			w := d.word(g.value, "dtype")
			if dt, err := mlx.ParseDType(w); err == nil {
				t.DType.DType = dt
				if dt == mlx.Float64 {
					d.report(g.value.at, "dtype", "use float32", "Metal has no float64")
				}
			} else if w != "" {
				t.DType.Template = w
				t.DType.at = g.value.at
			}
		case "shape":
			hasShape = true
			t.Shape = d.exprs(g.value, "shape")
			if len(t.Shape) > maxDims {
				d.report(g.value.at, "shape", "", "%d dimensions are more than %d", len(t.Shape), maxDims)
			}
		case "init":
			t.init = d.init(g.value)
		}
	}
	if (f.value.kind == nullNode || f.value.kind == mapNode) && (!hasDType || !hasShape) {
		d.report(f.at, "missing-key", "write "+f.key+": {dtype: float32, shape: [N]}", "%s needs a dtype and a shape", f.key)
	}
	return t
}

func (d *decoder) launch(n *node) {
	told := len(d.problems)
	for _, f := range d.fields(n, "launch", "grid", "threadgroup") {
		var axes []Expr
		if f.value.kind == scalarNode {
			if e, ok := d.expr(f.value, f.key); ok {
				axes = []Expr{e}
			}
		} else {
			axes = d.exprs(f.value, f.key)
		}
		if len(axes) > 3 {
			d.report(f.value.at, "launch", "", "%s has %d axes; there are three", f.key, len(axes))
		}
		if f.key == "grid" {
			d.spec.Grid = axes
		} else {
			d.spec.Threadgroup = axes
		}
	}
	if (d.spec.Grid == nil || d.spec.Threadgroup == nil) && len(d.problems) == told {
		d.report(n.at, "missing-key", "write {grid: [N, 1, 1], threadgroup: [256, 1, 1]}; grid counts threads", "launch needs grid and threadgroup")
	}
}

func (d *decoder) flags(n *node) {
	for _, f := range d.fields(n, "flags", "ensure_row_contiguous", "atomic_outputs", "init_value") {
		switch f.key {
		case "ensure_row_contiguous":
			d.spec.EnsureRowContiguous = d.boolean(f.value, f.key)
		case "atomic_outputs":
			d.spec.AtomicOutputs = d.boolean(f.value, f.key)
		case "init_value":
			if v, ok := d.value(f.value, f.key); ok {
				x := v.float()
				d.spec.InitValue = &x
			}
		}
	}
}

func (d *decoder) cost(n *node) {
	c := &CostFormula{at: n.at}
	for _, f := range d.fields(n, "cost", "flops", "bytes") {
		e, ok := d.expr(f.value, "cost."+f.key)
		switch {
		case !ok:
		case f.key == "flops":
			c.FLOPs = e
		default:
			c.Bytes = &e
		}
	}
	if c.FLOPs.tree == nil {
		d.report(n.at, "missing-key", "write cost: {flops: 2*N}", "cost needs flops")
		return
	}
	d.spec.Cost = c
}

// generate reads a program that the kernel is made from, which is its reference,
// too, unless there is another one.
func (d *decoder) generate(key string, n *node) {
	if d.spec.Generate != nil {
		d.report(n.at, "source", "keep one of them", "the kernel is already generated from another program")
		return
	}
	form := map[string]codegen.Form{"elementwise": codegen.Elementwise, "scan": codegen.Scan}
	f, ok := form[key]
	if !ok {
		f = codegen.Rows
	}
	if r := d.program(n, key); r != nil {
		d.spec.Generate = &Generate{Form: f, Program: r.Program, text: r.text}
		if d.spec.Reference == nil {
			d.spec.Reference = r
		}
	}
}

func (d *decoder) tolerances(n *node) {
	if n.kind == scalarNode {
		t := d.tolerance(n)
		t.Any = true
		d.spec.Tolerances = []Tolerance{t}
		return
	}
	for _, f := range d.fields(n, "tolerance") {
		dt, err := mlx.ParseDType(f.key)
		if err != nil {
			hint := spelling.Hint(f.key, dtypeNames())
			if f.key == "rtol" || f.key == "atol" {
				hint = "write tolerance: {float32: {rtol: …, atol: …}}"
			}
			d.report(f.at, "dtype", hint, "%q is not an element type", f.key)
			continue
		}
		t := d.tolerance(f.value)
		t.DType = dt
		d.spec.Tolerances = append(d.spec.Tolerances, t)
	}
}

// shortDTypes are element types as other languages call them.
var shortDTypes = map[string]string{"f16": "float16", "f32": "float32", "fp16": "float16", "fp32": "float32", "bf16": "bfloat16",
	"i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64", "u8": "uint8", "u16": "uint16", "u32": "uint32", "u64": "uint64"}

func dtypeNames() []string {
	var names []string
	for _, t := range mlx.DTypes() {
		names = append(names, t.String())
	}
	return names
}

func (d *decoder) tolerance(n *node) Tolerance {
	if n.kind == scalarNode {
		x := d.bound(n)
		return Tolerance{RTol: x, ATol: x}
	}
	var t Tolerance
	for _, f := range d.fields(n, "a tolerance", "rtol", "atol") {
		if x := d.bound(f.value); f.key == "rtol" {
			t.RTol = x
		} else {
			t.ATol = x
		}
	}
	return t
}

func (d *decoder) bound(n *node) float64 {
	x, err := strconv.ParseFloat(d.word(n, "a tolerance"), 64)
	if err != nil || !(x >= 0) || x > 1e300 {
		d.report(n.at, "tolerance", "give a small positive number such as 1e-5", "%q is not a tolerance", n.text.String)
		return 0
	}
	return x
}
