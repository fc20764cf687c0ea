package interop

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// specWriter collects what a spec is written from.
type specWriter struct {
	im                 Imported
	name               string
	source, header     string
	ins, outs, flags   []string
	template           []string // "T: float32"
	types              map[string]bool
	length             string // a parameter for lengths that are not known
	outShapes, outType []string
	grid, threadgroup  string
}

func (w *specWriter) guess(format string, args ...any) {
	w.im.Unknown = append(w.im.Unknown, fmt.Sprintf(format, args...))
}

// launch takes what a launch of the kernel tells.
func (w *specWriter) launch(l *pyCall) {
	w.types = map[string]bool{}
	w.length = "N"
	for strings.Contains(w.header+w.source+fmt.Sprint(l.kwargs["template"], w.ins, w.outs), w.length) {
		w.length += "X"
	}
	if items, ok := l.kwargs["template"].(list); ok {
		for _, item := range items {
			w.templateItem(item)
		}
	} else if _, given := l.kwargs["template"]; given {
		w.guess("the template of %s is not a list", w.name)
	}
	w.grid = w.dims(l, "grid", "["+w.length+", 1, 1]")
	w.threadgroup = w.dims(l, "threadgroup", "[256, 1, 1]")
	shapes, _ := l.kwargs["output_shapes"].(list)
	dtypes, _ := l.kwargs["output_dtypes"].(list)
	for i, out := range w.outs {
		shape, dtype := "["+w.length+"]", "float32"
		known := false
		if i < len(shapes) {
			if s, ok := ints(shapes[i]); ok {
				shape, known = "["+join(s, ", ", func(n int64) string { return fmt.Sprint(n) })+"]", true
			}
		}
		if !known {
			w.guess("the shape of %s", out)
		}
		known = false
		if i < len(dtypes) {
			if d, ok := dtypeOf(dtypes[i]); ok {
				dtype, known = d.String(), true
			}
		}
		if !known {
			w.guess("the type of %s", out)
		}
		w.outShapes, w.outType = append(w.outShapes, shape), append(w.outType, dtype)
	}
	for _, in := range w.ins {
		w.guess("type and shape of %s", in)
	}
	switch v := l.kwargs["init_value"].(type) {
	case int64:
		w.flags = append(w.flags, fmt.Sprintf("init_value: %d", v))
	case float64:
		w.flags = append(w.flags, fmt.Sprintf("init_value: %v", v))
	}
}

func (w *specWriter) templateItem(item any) {
	pair, ok := item.(list)
	if !ok || len(pair) != 2 {
		w.guess("a value of the template")
		return
	}
	key, ok := pair[0].(string)
	if !ok {
		w.guess("a name of the template")
		return
	}
	value := ""
	switch v := pair[1].(type) {
	case int64:
		value = fmt.Sprint(v)
	case bool:
		value = fmt.Sprint(v)
	default:
		d, ok := dtypeOf(v)
		if !ok {
			w.guess("the template value %s", key)
		}
		if !ok && !isTypeName(key, v) {
			value = "32"
			break
		}
		if !ok {
			d = mlx.Float32
		}
		value = d.String()
		w.types[key] = true
	}
	w.template = append(w.template, key+": "+value)
}

// isTypeName guesses whether a template value that is not known is a type.
func isTypeName(key string, v any) bool {
	return strings.Contains(fmt.Sprint(v), "dtype") || key == "T" || len(key) > 1 && strings.HasSuffix(key, "T") && key != strings.ToUpper(key)
}

func dtypeOf(v any) (mlx.DType, bool) {
	n, ok := v.(name)
	if !ok {
		return 0, false
	}
	_, last, _ := strings.Cut(string(n), ".")
	d, err := mlx.ParseDType(last)
	return d, err == nil && d != mlx.Float64
}

func ints(v any) ([]int64, bool) {
	items, ok := v.(list)
	var out []int64
	for _, item := range items {
		i, isInt := item.(int64)
		ok = ok && isInt && i >= 0
		out = append(out, i)
	}
	return out, ok
}

func (w *specWriter) dims(l *pyCall, key, guess string) string {
	if s, ok := ints(l.kwargs[key]); ok && len(s) >= 1 && len(s) <= 3 && !slices.Contains(s, 0) {
		return "[" + join(s, ", ", func(n int64) string { return fmt.Sprint(n) }) + "]"
	}
	w.guess("the %s", key)
	return guess
}

// write makes the document.
func (w *specWriter) write(file string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# From %s, line %d.", file, w.im.Line)
	for _, u := range w.im.Unknown {
		line("# Guessed: %s.", u)
	}
	line("zmlx: 1\nname: %s", identifier(w.name))
	if len(w.ins) > 0 || strings.Contains(w.grid+strings.Join(w.outShapes, ""), w.length) {
		line("params: {%s: 1024}", w.length)
	}
	if len(w.template) > 0 {
		line("template: {%s}", strings.Join(w.template, ", "))
	}
	dtype := "float32"
	if w.types["T"] {
		dtype = "T"
	}
	if len(w.ins) > 0 {
		line("inputs:")
		for _, in := range w.ins {
			if w.scalar(in) {
				line("  %s: {dtype: int32, shape: [], init: ones}", in)
				continue
			}
			line("  %s: {dtype: %s, shape: [%s]}", in, dtype, strings.Repeat("8, ", w.rank(in)-1)+w.length)
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

// scalar guesses whether an input is a number: its name is never indexed,
// offset, dereferenced or passed on.
func (w *specWriter) scalar(in string) bool {
	name := regexp.QuoteMeta(in)
	text := regexp.MustCompile(`//[^\n]*`).ReplaceAllString(w.header+"\n"+w.source, "")
	used := regexp.MustCompile(`\b` + name + `\b`).MatchString(text)
	before := `[=(,]\s*(\([^()]*\)\s*)?`
	pointer := regexp.MustCompile(`\b` + name + `(_shape|_strides|_ndim)\b|\b` + name + `\s*\[|` + before + name + `\s*[,);+]|[=(,;{]\s*\*\s*` + name + `\b`).MatchString(text)
	return used && !pointer
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
	lines := strings.Split(dedent(strings.ReplaceAll(strings.Trim(s, "\n"), "\t", "  ")), "\n")
	for i, l := range lines {
		if l = strings.TrimRight(l, " \r"); l != "" {
			l = "  " + l
		}
		lines[i] = l
	}
	return strings.Join(lines, "\n")
}
