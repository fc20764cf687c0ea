package kernels

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

type recordDecoder struct {
	decoder
	rec *Record
}

var recordKeys = []string{"zmlx_launch", "name", "input_names", "output_names", "source", "header", "ensure_row_contiguous", "atomic_outputs",
	"template", "grid", "threadgroup", "init_value", "inputs", "outputs", "reference"}

// record is fields without the keys that start with x_, which are for other
// tools.
func (d *recordDecoder) record(n *node, what string, keys ...string) []entry {
	if n.kind == mapNode {
		kept := *n
		kept.entries = nil
		for _, e := range n.entries {
			if !strings.HasPrefix(e.key, "x_") {
				kept.entries = append(kept.entries, e)
			}
		}
		n = &kept
	}
	return d.fields(n, what, keys...)
}

func (d *recordDecoder) top(root *node) {
	if root.kind != mapNode {
		d.report(root.at, "type", `start with {"zmlx_launch": 1, …}`, "a launch record is a mapping, not %s", root.kind)
		return
	}
	seen := map[string]bool{}
	for _, f := range d.record(root, "a launch record", recordKeys...) {
		seen[f.key] = true
		d.key(f.key, f.value)
	}
	for _, key := range []string{"zmlx_launch", "name", "input_names", "output_names", "source", "grid", "threadgroup", "inputs", "outputs"} {
		if !seen[key] {
			d.report(root.at, "missing-key", fmt.Sprintf("add %q", key), "the record has no %q", key)
		}
	}
}

func (d *recordDecoder) key(key string, n *node) {
	r := d.rec
	switch key {
	case "zmlx_launch":
		if w := d.word(d.unquoted(n, key), key); w != "1" && w != "" {
			d.report(n.at, "version", "write 1", "format version %s is not known", w)
		}
	case "name":
		r.Name = d.text(n, key)
		r.Kernel.Name = r.Name
	case "input_names":
		r.Kernel.InputNames = d.names(n, key)
	case "output_names":
		r.Kernel.OutputNames = d.names(n, key)
	case "source":
		r.Kernel.Source = d.text(n, key)
	case "header":
		r.Kernel.Header = d.text(n, key)
	case "ensure_row_contiguous":
		r.Kernel.EnsureRowContiguous = d.boolean(d.unquoted(n, key), key)
	case "atomic_outputs":
		r.Kernel.AtomicOutputs = d.boolean(d.unquoted(n, key), key)
	case "template":
		for _, item := range d.list(n, key) {
			r.Config.Template = append(r.Config.Template, d.templateArg(item))
		}
	case "grid":
		r.Config.Grid = d.dim(n, key)
	case "threadgroup":
		r.Config.Threadgroup = d.dim(n, key)
	case "init_value":
		if n.kind == nullNode {
			return
		}
		if v, ok := d.value(n, key); ok {
			x := v.float()
			r.Config.InitValue = &x
		}
	case "inputs":
		for _, item := range d.list(n, key) {
			a, _ := d.array(item, "an input", "dtype", "shape", "data", "file")
			if a.Data == nil && a.File == "" {
				d.report(item.at, "missing-key", `add "data" or "file"`, "the input has no elements")
			}
			r.Inputs = append(r.Inputs, a)
		}
	case "outputs":
		for _, item := range d.list(n, key) {
			d.output(item)
		}
	case "reference":
		d.recordReference(n)
	}
}

// text is a string that may be empty.
func (d *recordDecoder) text(n *node, what string) string {
	if n.kind != scalarNode || !n.quoted {
		d.report(n.at, "type", "", "%s must be a string", what)
	}
	return n.text.String
}

func (d *recordDecoder) names(n *node, what string) []string {
	var names []string
	for _, item := range d.list(n, what) {
		names = append(names, d.text(item, what))
	}
	return names
}

func (d *recordDecoder) integer(n *node, what string, lo, hi int64) int64 {
	i, err := strconv.ParseInt(n.text.String, 10, 64)
	if n.kind != scalarNode || n.quoted || err != nil || i < lo || i > hi {
		d.report(n.at, "value", "", "%s must be an integer from %d to %d", what, lo, hi)
	}
	return i
}

// unquoted is a number or boolean, reported if it stands in a string.
func (d *recordDecoder) unquoted(n *node, what string) *node {
	if n.quoted {
		d.report(n.at, "type", "write it without the quotes", "%s is a string", what)
	}
	return n
}

func (d *recordDecoder) dim(n *node, what string) [3]int {
	var out [3]int
	items := d.list(n, what)
	if n.kind == seqNode && len(items) != len(out) {
		d.report(n.at, "launch", "write [x, y, z], 1 for an axis that is not used", "%s has length %d, and takes 3", what, len(items))
		return out
	}
	for i, item := range items {
		out[i] = int(d.integer(item, what, 1, 1<<31-1))
	}
	return out
}

func (d *recordDecoder) dtype(n *node) mlx.DType {
	t, err := mlx.ParseDType(d.text(n, "dtype"))
	if err != nil {
		d.report(n.at, "dtype", spelling.Hint(n.text.String, dtypeNames()), "%q is not an element type", n.text.String)
	}
	return t
}

func (d *recordDecoder) templateArg(n *node) mlx.TemplateArg {
	var a mlx.TemplateArg
	values := 0
	for _, f := range d.record(n, "a template value", "name", "dtype", "int", "bool") {
		switch f.key {
		case "name":
			a.Name = d.text(f.value, "name")
			continue
		case "dtype":
			a.Kind, a.DType = mlx.TemplateDType, d.dtype(f.value)
		case "int":
			a.Kind, a.Int = mlx.TemplateInt, d.integer(f.value, "int", -1<<31, 1<<31-1)
		case "bool":
			a.Kind = mlx.TemplateBool
			if d.boolean(d.unquoted(f.value, "bool"), "bool") {
				a.Int = 1
			}
		}
		values++
	}
	if values != 1 || a.Name == "" {
		d.report(n.at, "template", `write {"name": "T", "dtype": "float32"}`, "a template value has a name and one of dtype, int and bool")
	}
	return a
}

// array decodes what inputs, outputs and expected values have in common, and
// returns the fields that it did not use.
func (d *recordDecoder) array(n *node, what string, keys ...string) (RecordArray, []entry) {
	var a RecordArray
	var rest []entry
	var data *node
	seen := map[string]bool{}
	for _, f := range d.record(n, what, keys...) {
		seen[f.key] = true
		switch f.key {
		case "dtype":
			a.DType = d.dtype(f.value)
		case "shape":
			a.Shape = []int{}
			for _, item := range d.list(f.value, "shape") {
				a.Shape = append(a.Shape, int(d.integer(item, "an axis", 0, maxElements-1)))
			}
		case "data":
			data = f.value
		case "file":
			a.File = d.text(f.value, "file")
		default:
			rest = append(rest, f)
		}
	}
	if !seen["dtype"] {
		d.report(n.at, "missing-key", `add "dtype"`, "%s has no dtype", what)
	}
	if seen["data"] && seen["file"] {
		d.report(n.at, "type", "keep one of them", "%s has both data and a file", what)
	}
	if data != nil {
		a.Data = d.base64(data)
	}
	return a, rest
}

func (d *recordDecoder) base64(n *node) []byte {
	b, err := base64.StdEncoding.DecodeString(d.text(n, "data"))
	if err != nil {
		d.report(n.at, "data", "encode the row-contiguous little-endian elements", "data is not base64: %v", err)
	}
	if b == nil {
		b = []byte{}
	}
	return b
}

// fits reports data whose length is not that of the shape.
func (d *recordDecoder) fits(n *node, a RecordArray) {
	count := int64(1)
	for _, s := range a.Shape {
		if s < 0 {
			return // which has been reported
		}
		if s != 0 && count > maxElements/int64(s) {
			d.report(n.at, "shape", "", "shape %v has more than %d elements", a.Shape, maxElements)
			return
		}
		count *= int64(s)
	}
	if want := count * int64(a.DType.Size()); a.Data != nil && int64(len(a.Data)) != want {
		d.report(n.at, "data", "", "%d bytes do not fill shape %v of %v, which takes %d", len(a.Data), a.Shape, a.DType, want)
	}
}

func (d *recordDecoder) output(n *node) {
	a, rest := d.array(n, "an output", "dtype", "shape", "expected", "rtol", "atol", "nan")
	if a.Shape == nil {
		d.report(n.at, "missing-key", `add "shape"`, "an output has no shape")
	}
	d.rec.Config.OutputDTypes = append(d.rec.Config.OutputDTypes, a.DType)
	d.rec.Config.OutputShapes = append(d.rec.Config.OutputShapes, a.Shape)
	d.fits(n, a)
	var out RecordOutput
	for _, f := range rest {
		switch f.key {
		case "expected":
			if f.value.kind == nullNode {
				continue
			}
			e, _ := d.array(f.value, "expected", "dtype", "data", "file")
			e.Shape = a.Shape
			d.fits(f.value, e)
			if e.Data == nil && e.File == "" {
				d.report(f.at, "missing-key", `add "data" or "file"`, "expected has no elements")
			}
			out.Expected = &e
		case "rtol":
			out.RTol = d.bound(d.unquoted(f.value, "rtol"))
		case "atol":
			out.ATol = d.bound(d.unquoted(f.value, "atol"))
		case "nan":
			switch w := d.text(f.value, "nan"); w {
			case "equal":
			case "any":
				out.AnyNaN = true
			default:
				d.report(f.value.at, "value", `write "equal" or "any"`, "nan is %q", w)
			}
		}
	}
	d.rec.Outputs = append(d.rec.Outputs, out)
}

// recordReference is a program as one string, or an object with an expression
// for each output.
func (d *recordDecoder) recordReference(n *node) {
	text := n.text
	switch n.kind {
	case nullNode:
		return
	case mapNode:
		var lines []string
		for _, f := range d.record(n, "reference") {
			lines = append(lines, f.key+" = "+d.text(f.value, "an expression"))
		}
		text = Text{String: strings.Join(lines, "\n"), at: n.at}
	default:
		text.at = n.at
		d.text(n, "reference")
	}
	prog, err := dsl.Parse(text.String)
	if err != nil {
		d.reportDSL(text, err)
		return
	}
	d.rec.Reference = prog
}

// check finds what is wrong between the parts.
func (d *recordDecoder) check(root *node) {
	r := d.rec
	place := func(key string) Place {
		for _, e := range root.entries {
			if e.key == key {
				return e.at
			}
		}
		return root.at
	}
	if len(r.Inputs) != len(r.Kernel.InputNames) {
		d.report(place("inputs"), "inputs", "", "there are %d inputs for %d names", len(r.Inputs), len(r.Kernel.InputNames))
		return
	}
	if len(r.Outputs) != len(r.Kernel.OutputNames) {
		d.report(place("outputs"), "outputs", "", "there are %d outputs for %d names", len(r.Outputs), len(r.Kernel.OutputNames))
		return
	}
	infos := make([]mlx.ArgInfo, len(r.Inputs))
	for i, in := range r.Inputs {
		if in.Shape == nil {
			d.report(place("inputs"), "missing-key", `add "shape"`, "input %s has no shape", r.Kernel.InputNames[i])
			return
		}
		d.fits(&node{at: place("inputs")}, in)
		infos[i] = mlx.ArgInfo{DType: in.DType, Shape: in.Shape}
	}
	if r.Reference != nil {
		for _, e := range r.Reference.Check(r.Kernel.InputNames) {
			d.report(place("reference"), "expression", e.Hint, "reference %d:%d: %s", e.Line, e.Column, e.Message)
		}
	}
	if _, err := r.Kernel.Generate(infos, r.Config); err != nil && len(d.problems) == 0 {
		var e *mlx.Error
		if errors.As(err, &e) {
			d.report(place("source"), "launch", e.Next, "%s", e.Msg)
		} else {
			d.report(place("source"), "launch", "", "%v", err)
		}
	}
}
