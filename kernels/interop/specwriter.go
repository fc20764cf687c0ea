package interop

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/kernels/interop/program"
	"github.com/zmlx/zmlx/mlx"
)

// specWriter collects what a spec is written from.
type specWriter struct {
	im                 Imported
	name               string
	source, header     string
	ins, outs, flags   []string
	template           []string // "T: float32"
	types              []typeParam
	length             string // a parameter for lengths that are not known
	most               int64  // elements of the largest array that is known
	inputs             []inputSpec
	open               bool // the template is a guess, too
	outShapes, outType []string
	told               []bool // which shapes of outputs the program tells
	exact              bool   // and as they are: nothing was guessed before them
	grid, threadgroup  string
	zeros              []byte // that large inputs share
}

// inputSpec is an input as the spec describes it.
type inputSpec struct {
	dtype, shape, init string
	guessed            bool
	shapeless          bool // only the type is known
	number             any  // that the program gives for what looks like an array
}

func (in inputSpec) String() string {
	if in.init != "" {
		return fmt.Sprintf("{dtype: %s, shape: %s, init: %s}", in.dtype, in.shape, in.init)
	}
	return fmt.Sprintf("{dtype: %s, shape: %s}", in.dtype, in.shape)
}

// typeParam is a type of the template.
type typeParam struct {
	name  string
	dtype mlx.DType
	of    any // what the program calls it
}

func (w *specWriter) guess(format string, args ...any) {
	w.im.Unknown = append(w.im.Unknown, fmt.Sprintf(format, args...))
}

// launch takes what a launch of the kernel tells.
func (w *specWriter) launch(args map[string]any) {
	w.length, w.most = "N", 4096
	taken := w.header + w.source + fmt.Sprint(w.ins, w.outs)
	for _, item := range items(args["template"]) {
		taken += fmt.Sprint(items(item))
	}
	for strings.Contains(taken, w.length) {
		w.length += "X"
	}
	if _, isList := args["template"].(*program.List); !isList && args["template"] != nil {
		w.guess("the template of %s is not a list", w.name)
		w.open = true
	}
	for _, item := range items(args["template"]) {
		w.templateItem(item)
	}
	w.grid = w.dims(args, "grid", "["+w.length+", 1, 1]")
	w.threadgroup = w.dims(args, "threadgroup", "[256, 1, 1]")
	w.exact = len(w.im.Unknown) == 0
	shapes, dtypes := items(args["output_shapes"]), items(args["output_dtypes"])
	for i, out := range w.outs {
		shape, dtype := "["+w.length+"]", w.float()
		known := false
		if i < len(shapes) {
			if s := program.Dims(shapes[i]); s != nil {
				shape, known = w.shape(s), true
			}
		}
		if !known {
			w.guess("the shape of %s", out)
		}
		w.told = append(w.told, known)
		known = false
		if i < len(dtypes) {
			if d, ok := dtypeOf(dtypes[i]); ok {
				dtype, known = w.typeName(d, dtypes[i]), true
			}
		}
		if !known {
			var doubt string
			if i < len(dtypes) {
				doubt = doubtOf(dtypes[i])
			}
			w.guess("the type of %s%s", out, doubt)
		}
		w.outShapes, w.outType = append(w.outShapes, shape), append(w.outType, dtype)
	}
	given := items(args["inputs"])
	for i, in := range w.ins {
		if i < len(given) {
			w.inputs = append(w.inputs, w.input(in, given[i]))
		} else {
			w.inputs = append(w.inputs, w.input(in, nil))
		}
	}
	switch v := program.Plain(args["init_value"]).(type) {
	case int64:
		w.flags = append(w.flags, fmt.Sprintf("init_value: %d", v))
	case float64:
		w.flags = append(w.flags, fmt.Sprintf("init_value: %v", v))
	case nil:
	default:
		w.guess("that no init_value fills the outputs of %s", w.name)
	}
}

func items(v any) []any {
	if l, ok := v.(*program.List); ok {
		return l.Items
	}
	return nil
}

func (w *specWriter) shape(dims []int64) string {
	n := int64(1)
	for _, d := range dims {
		n *= d
	}
	w.most = max(w.most, n)
	return "[" + join(dims, ", ", func(n int64) string { return fmt.Sprint(n) }) + "]"
}

// input is an input as it is given to a launch or, for nil, as its name and use
// suggest.
func (w *specWriter) input(in string, v any) inputSpec {
	switch v := v.(type) {
	case int64, float64, bool:
		if _, array := w.uses(in); !array { // and no plausible number for what is one
			return numberOf(v)
		}
	case *program.Array:
		return w.array(in, v)
	}
	w.guess("type and shape of %s", in)
	if w.scalar(in) {
		return guessedNumber(in)
	}
	return inputSpec{dtype: w.likely(in), shape: w.unknownShape(in), guessed: true, number: v}
}

// numberOf is an input that is an int64, a float64 or a bool.
func numberOf(v any) inputSpec {
	switch v := v.(type) {
	case int64:
		dtype := "int32"
		if v != int64(int32(v)) { // as MLX makes them
			dtype = "int64"
		}
		return inputSpec{dtype: dtype, shape: "[]", init: fmt.Sprintf("constant(%d)", v)}
	case float64:
		return inputSpec{dtype: "float32", shape: "[]", init: fmt.Sprintf("constant(%v)", v)}
	}
	return inputSpec{dtype: "bool", shape: "[]", init: map[bool]string{true: "ones", false: "zeros"}[v.(bool)]}
}

// guessedNumber is an input that is a number, of which its name tells.
func guessedNumber(name string) inputSpec {
	in := inputSpec{dtype: "int32", shape: "[]", init: "ones"}
	switch v := program.Guess(name).(type) {
	case int64, float64:
		in = numberOf(v)
	case bool:
		in.init = "zeros"
	}
	in.guessed = true
	return in
}

func (w *specWriter) unknownShape(in string) string {
	if rank := w.rank(in); rank > 1 {
		return w.shape(program.Usual(rank))
	}
	return "[" + w.length + "]"
}

func (w *specWriter) array(in string, v *program.Array) inputSpec {
	d, typed := dtypeOf(v.DType)
	element := v.Shape != nil && len(v.Shape) == 0 && !w.scalar(in) // made of a plausible number
	out := inputSpec{dtype: w.typeName(d, v.DType), guessed: !typed || v.Guessed || element, shapeless: v.Shape == nil}
	if out.guessed || out.shapeless {
		w.guess("type and shape of %s", in)
	}
	if own := w.supposed(v.DType); own != "" {
		out.dtype = own
	} else if !typed || v.Guessed && d == mlx.Float32 {
		out.dtype = w.likely(in)
	}
	if v.Shape == nil {
		out.shape = w.unknownShape(in)
		return out
	}
	shape := v.Shape
	if more := w.rank(in) - len(shape); v.Guessed && len(shape) > 0 && more > 0 { // the kernel tells better
		shape = append(slices.Repeat([]int64{2}, more), shape...)
	}
	out.shape = w.shape(shape)
	if v.Fill != "" {
		out.init = v.Fill
		if strings.Contains(v.Fill, ",") {
			out.init = strconv.Quote(v.Fill)
		}
	}
	finite := !slices.ContainsFunc(v.Values, func(f float64) bool { return math.IsInf(f, 0) || math.IsNaN(f) })
	if n := len(v.Values); n > 0 && n == size64(v.Shape) && finite {
		out.dtype = d.String()
		out.init = "[" + join(v.Values, ", ", numberText) + "]"
		if n == 1 {
			out.init = "constant(" + numberText(v.Values[0]) + ")"
		}
		if !d.IsFloat() && slices.ContainsFunc(v.Values, func(f float64) bool { return math.Abs(f) >= 1<<53 }) {
			w.guess("the elements of %s beyond 2^53, of which the spec has the nearest float64", in)
		}
	}
	return out
}

// numberText is a number for a spec, an integer without an exponent as far as it is exact.
func numberText(f float64) string {
	if math.Abs(f) < 1<<53 && f == math.Trunc(f) {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(f)
}

func size64(shape []int64) int {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return int(n)
}

// likely is the type that an input probably has: floating point, unless its
// elements are used as integers.
func (w *specWriter) likely(in string) string {
	element := `\b` + regexp.QuoteMeta(in) + `\s*\[[^\[\];]*\]`
	integer := regexp.MustCompile(element + `\s*(>>|&[^&]|%|\|[^|])|\b(int|uint|uint32_t|int32_t|uint8_t|size_t|long|uint64_t)\s+\w+\s*=\s*(\(\w+\))?\s*` + element + `\s*;|\[\s*` + element + `|\bdevice\s+(const\s+)?(uint8_t|uint32_t|uint|uchar|int|uint16_t)\s*\*\s*\w+\s*=\s*` + regexp.QuoteMeta(in) + `\b`)
	if integer.MatchString(w.source) {
		return "uint32"
	}
	return w.float()
}

// float is the type of floating-point arrays: the first type of the template if
// there is one.
func (w *specWriter) float() string {
	for _, t := range w.types {
		if t.name == "T" {
			return t.name
		}
	}
	if len(w.types) > 0 && w.types[0].dtype.IsFloat() {
		return w.types[0].name
	}
	return "float32"
}

// typeName is a type by the name that the template gives it. A type that the
// template takes from an array of which nothing tells it is only that of this array.
func (w *specWriter) typeName(d mlx.DType, of any) string {
	if own := w.supposed(of); own != "" {
		return own
	}
	for _, t := range w.types {
		if s, ok := t.of.(program.Symbol); t.dtype == d && d.IsFloat() && !(ok && s.Supposed()) {
			return t.name
		}
	}
	return d.String()
}

// supposed is the template's name of the type of an array of which nothing tells it,
// "" if there is none.
func (w *specWriter) supposed(of any) string {
	s, ok := of.(program.Symbol)
	for _, t := range w.types {
		if ok && s.Supposed() && t.of == of {
			return t.name
		}
	}
	return ""
}

func (w *specWriter) templateItem(item any) {
	pair := items(item)
	if len(pair) != 2 {
		w.guess("a value of the template")
		return
	}
	key, ok := pair[0].(string)
	if !ok {
		w.guess("a name of the template")
		return
	}
	value := ""
	switch v := program.Plain(pair[1]).(type) {
	case int64:
		value = fmt.Sprint(v)
	case bool:
		value = fmt.Sprint(v)
	default:
		d, ok := dtypeOf(v)
		if !ok {
			w.guess("the template value %s%s", key, doubtOf(v))
		}
		if !ok && !isTypeName(key, v) {
			value = "32"
			if n, isInt := program.Guess(key).(int64); isInt {
				value = fmt.Sprint(n)
			}
			break
		}
		if !ok {
			d = mlx.Float32
		}
		value = d.String()
		w.types = append(w.types, typeParam{key, d, v})
	}
	w.template = append(w.template, key+": "+value)
}

// isTypeName guesses whether a template value that is not known is a type.
func isTypeName(key string, v any) bool {
	u, _ := v.(program.Unknown)
	return strings.Contains(u.Text, "dtype") || key == "T" || len(key) > 1 && strings.HasSuffix(key, "T") && key != strings.ToUpper(key)
}

// doubtOf says why a member of a module is no element type.
func doubtOf(v any) string {
	s, ok := v.(program.Symbol)
	if !ok {
		return ""
	}
	if _, err := mlx.ParseDType(s.Last()); err != nil {
		return ": " + err.Error()
	}
	return ""
}

func dtypeOf(v any) (mlx.DType, bool) {
	s, ok := v.(program.Symbol)
	if !ok {
		return 0, false
	}
	d, err := mlx.ParseDType(s.Last())
	return d, err == nil && d != mlx.Float64
}

func (w *specWriter) dims(args map[string]any, key, guess string) string {
	s := program.Dims(args[key])
	if len(s) >= 1 && len(s) <= 3 && !slices.Contains(s, 0) && (key == "grid" || size64(s) <= 1024) {
		return "[" + join(s, ", ", func(n int64) string { return fmt.Sprint(n) }) + "]"
	}
	w.guess("the %s", key)
	return guess
}

// write makes the document.
func (w *specWriter) write(file string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if w.im.Cell > 0 {
		file += fmt.Sprintf(", cell %d", w.im.Cell)
	}
	line("# From %s, line %d.", file, w.im.Line)
	for _, u := range w.im.Unknown {
		line("# Guessed: %s.", u)
	}
	line("zmlx: 1\nname: %s", identifier(w.name))
	if strings.Contains(w.grid+fmt.Sprint(w.inputs)+strings.Join(w.outShapes, ""), w.length) {
		line("params: {%s: %d}", w.length, w.most)
	}
	if len(w.template) > 0 {
		line("template: {%s}", strings.Join(w.template, ", "))
	}
	if len(w.ins) > 0 {
		line("inputs:")
		for i, in := range w.ins {
			line("  %s: %s", in, w.inputs[i])
		}
	}
	line("outputs:")
	for i, out := range w.outs {
		line("  %s: {dtype: %s, shape: %s}", out, w.outType[i], w.outShapes[i])
	}
	line("launch: {grid: %s, threadgroup: %s}", w.grid, w.threadgroup)
	if len(w.flags) > 0 {
		line("flags: {%s}", strings.Join(w.flags, ", "))
	}
	if strings.TrimSpace(w.header) != "" {
		line("header: |2\n%s", block(w.header))
	}
	line("source: |2\n%s", block(w.source))
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// scalar guesses whether an input is a number.
func (w *specWriter) scalar(in string) bool {
	used, array := w.uses(in)
	return used && !array
}

// uses tells whether the name of an input is used, and whether it is indexed,
// offset, dereferenced or passed on, as an array is.
func (w *specWriter) uses(in string) (used, array bool) {
	name := regexp.QuoteMeta(in)
	text := regexp.MustCompile(`//[^\n]*`).ReplaceAllString(w.header+"\n"+w.source, "")
	used = regexp.MustCompile(`\b` + name + `\b`).MatchString(text)
	types := `bool|u?char|u?short|u?int|u?long|half|float|size_t|u?int(8|16|32|64)_t`
	for _, t := range w.types {
		types += "|" + regexp.QuoteMeta(t.name)
	}
	text = regexp.MustCompile(`[=<>!]=|\b(`+types+`)\s*\(`).ReplaceAllString(text, "<") // neither assigns nor passes on
	before := `[=(,]\s*(\([^()]*\)\s*)?`
	array = regexp.MustCompile(`\b` + name + `(_shape|_strides|_ndim)\b|\b` + name + `\s*\[|` + before + name + `\s*[,);+]|[=(,;{]\s*\*\s*` + name + `\b`).MatchString(text)
	return used, array
}

// rank guesses how many axes an input has, by the highest one whose length or
// stride is read.
func (w *specWriter) rank(in string) int {
	rank := 1
	for _, m := range regexp.MustCompile(`\b`+regexp.QuoteMeta(in)+`_(?:shape|strides)\[([0-7])\]`).FindAllStringSubmatch(w.source, -1) {
		rank = max(rank, int(m[1][0]-'0')+1)
	}
	return rank
}

// block indents a text by two spaces for a "|2" scalar.
func block(s string) string {
	lines := strings.Split(program.Dedent(strings.ReplaceAll(strings.Trim(s, "\n"), "\t", "  ")), "\n")
	for i, l := range lines {
		if l = strings.TrimRight(l, " \r"); l != "" {
			l = "  " + l
		}
		lines[i] = l
	}
	return strings.Join(lines, "\n")
}
