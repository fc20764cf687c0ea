package interop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/interop/program"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// maxRepairs bounds how many guesses of a spec are changed.
const maxRepairs = 24

// repair compiles the kernel and changes what was guessed where it does not
// fit: an input that is indexed is an array, one whose bits are shifted holds
// integers, one that becomes a bfloat holds such, a name that nothing declares is a value of the template. What the
// program itself says is left alone.
func (w *specWriter) repair(ctx context.Context) {
	if len(w.im.Unknown) == 0 {
		return
	}
	for range maxRepairs {
		spec, err := kernels.Parse("import.yaml", []byte(w.write("")))
		if err != nil {
			return
		}
		src, err := spec.Source(kernels.Case{}, mlx.Float32)
		if err != nil {
			return
		}
		_, err = mlx.HostDeviceOn(interp.Executor{}).Compile(ctx, src.Kernel, src.ArgInfos(), src.Config)
		var ce *mlx.CompileError
		if !errors.As(err, &ce) || !w.change(src, ce.Diagnostics) {
			return
		}
	}
}

var (
	undeclared = regexp.MustCompile(`^(?:use of undeclared identifier|unknown type name) '(\w+)'(?:; did you mean '(\w+)'\?)?$`)
	asType     = regexp.MustCompile(`(?:^cannot initialize a variable of type|assigning to) '(?:const )?device (\w+) \*' (?:with an [lr]value of type|from)`)
	asBFloat   = regexp.MustCompile(`^(?:cannot initialize .*of type|assigning to) '(?:const )?bfloat' .* 'float'`)
	pointers   = regexp.MustCompile(`\bdevice\s+(\w+)\s*\*\s*\w+\s*=`)
	spaces     = regexp.MustCompile(`cannot pass pointer to address space '(?:device|constant)' as a pointer to address space '(device|constant)'`)
	ordinal    = regexp.MustCompile(`\b([0-9]+)(?:st|nd|rd|th) argument`)
	converted  = regexp.MustCompile(`no known conversion from '[^']*' to '((?:const )?(?:device|constant) (\w+) \*)'`)
)

// change makes one change for the first error that it can help.
func (w *specWriter) change(src *kernels.Source, ds []mlx.Diagnostic) bool {
	for _, d := range ds {
		text := src.Kernel.Source
		if d.Part == mlx.PartHeader {
			text = src.Kernel.Header
		}
		lines := strings.Split(text, "\n")
		if d.Severity != mlx.SeverityError || d.Line < 1 || d.Line > len(lines) {
			continue
		}
		near := strings.Join(lines[d.Line-1:min(d.Line+2, len(lines))], "\n")
		if m := undeclared.FindStringSubmatch(d.Message); m != nil {
			if (m[2] == "" || w.isTemplate(m[2]) || isTypeName(m[1], nil)) && w.declare(m[1], src) { // what is like another value is one, too
				return true
			}
			continue
		}
		if m := asType.FindStringSubmatch(d.Message); m != nil {
			if w.retype(near, m[1]) {
				return true
			}
			continue
		}
		if asBFloat.MatchString(d.Message) { // as Metal converts no float to one
			if i := w.guessed(near, func(_ string, in inputSpec) bool { return in.dtype == "float32" }); i >= 0 {
				w.inputs[i].dtype = "bfloat16"
				return true
			}
			continue
		}
		if strings.HasPrefix(d.Message, "incompatible operand types (") {
			ms := pointers.FindAllStringSubmatch(strings.Join(lines[max(d.Line-4, 0):d.Line], "\n"), -1)
			if len(ms) > 0 && w.retype(near, ms[len(ms)-1][1]) {
				return true
			}
			continue
		}
		if w.convert(strings.Join(lines[d.Line-1:], "\n"), near, d) || w.reshape(lines[d.Line-1], near, d) {
			return true
		}
	}
	return false
}

// isTemplate reports a value of the template.
func (w *specWriter) isTemplate(name string) bool {
	return slices.ContainsFunc(w.template, func(t string) bool { return strings.HasPrefix(t, name+":") })
}

// declare makes a template value of a name that nothing declares, or an array
// of an input whose shape is read.
func (w *specWriter) declare(name string, src *kernels.Source) bool {
	if base, ok := shapeName(name); ok {
		i := slices.Index(w.ins, base)
		if i < 0 || !w.inputs[i].guessed || w.inputs[i].shape != "[]" {
			return false
		}
		w.inputs[i] = inputSpec{dtype: w.likely(base), shape: w.unknownShape(base), guessed: true}
		return true
	}
	if !w.open || w.isTemplate(name) {
		return false
	}
	n := regexp.QuoteMeta(name)
	used := regexp.MustCompile(`\bsizeof\(` + n + `\)|<` + n + `\b|\(` + n + `\)\s*[\w(]|\b` + n + `\s*\(|\bdevice ` + n + `\s*\*|\b` + n + `\s+\w+\s*[=;\[(,]`)
	if name == "T" || used.MatchString(src.Kernel.Source) {
		w.template = append(w.template, name+": float32")
		w.types = append(w.types, typeParam{name, mlx.Float32, nil})
		if name == "T" {
			for i, in := range w.inputs {
				if in.guessed && in.dtype == "float32" {
					w.inputs[i].dtype = name
				}
			}
			for i, t := range w.outType {
				if t == "float32" {
					w.outType[i] = name
				}
			}
		}
	} else {
		n, ok := program.Guess(name).(int64)
		if !ok {
			n = 1
		}
		w.template = append(w.template, fmt.Sprintf("%s: %d", name, n))
	}
	w.guess("the template value %s", name)
	return true
}

// convert gives the guessed input that is an argument of a call the type or the address space of
// the function's parameter. MLX puts arrays of less than eight elements into constant memory.
func (w *specWriter) convert(rest, line string, d mlx.Diagnostic) bool {
	for _, n := range d.Notes {
		near := line
		if m := ordinal.FindStringSubmatch(n.Message); m != nil {
			at, _ := strconv.Atoi(m[1])
			near = cmp.Or(argument(rest[min(max(d.Column-1, 0), len(rest)):], at), line)
		}
		m, conv := spaces.FindStringSubmatch(n.Message), converted.FindStringSubmatch(n.Message)
		switch {
		case conv != nil && !strings.Contains(conv[1], "constant"):
			return w.retype(near, conv[2])
		case conv != nil && w.resize(near, true), m != nil && w.resize(near, m[1] == "constant"):
			return true
		}
	}
	return false
}

// resize makes a guessed input short enough for constant memory, or too long for it.
func (w *specWriter) resize(line string, short bool) bool {
	i := w.guessed(line, func(_ string, in inputSpec) bool {
		return in.shape == "[]" && short || in.shape != "[]" && in.short() != short
	})
	if i < 0 {
		return false
	}
	if w.inputs[i].shape, w.inputs[i].init = "[4]", ""; !short {
		w.inputs[i].shape = w.unknownShape(w.ins[i])
	}
	return true
}

// short reports less than eight elements.
func (in inputSpec) short() bool {
	n := 1
	for _, d := range strings.Split(strings.Trim(in.shape, "[]"), ", ") {
		length, err := strconv.Atoi(d)
		if n *= length; err != nil || n >= 8 {
			return false
		}
	}
	return true
}

// argument is one of the call at which a text begins, from 1; "" if there is none.
func argument(call string, n int) string {
	depth, start := 0, 0
	for i, c := range call {
		opens, closes := strings.ContainsRune("([{", c), strings.ContainsRune(")]}", c)
		if (closes || c == ',') && depth == 1 {
			if n--; n == 0 {
				return call[start:i]
			}
			start = i + 1
		}
		switch {
		case opens:
			if depth++; depth == 1 {
				start = i + 1
			}
		case closes:
			if depth--; depth <= 0 {
				return ""
			}
		}
	}
	return ""
}

func shapeName(name string) (string, bool) {
	for _, suffix := range []string{"_shape", "_strides", "_ndim"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			return base, true
		}
	}
	return "", false
}

// retype gives the guessed input that a line reads the type of the pointer that
// it is assigned to.
func (w *specWriter) retype(line, to string) bool {
	dtype := map[string]string{"uchar": "uint8", "uint8_t": "uint8", "char": "int8", "uint": "uint32", "int": "int32", "half": "float16", "bfloat": "bfloat16", "ushort": "uint16", "short": "int16", "float": "float32", "bool": "bool", "ulong": "uint64", "long": "int64"}[to]
	i := w.guessed(line, func(_ string, in inputSpec) bool { return in.dtype != dtype || in.shape == "[]" })
	if dtype == "" || i < 0 {
		return false
	}
	if w.inputs[i].dtype = dtype; w.inputs[i].shape == "[]" {
		w.inputs[i].shape, w.inputs[i].init = w.unknownShape(w.ins[i]), ""
	}
	return true
}

// guessed is the first guessed input that a text names, itself or by a pointer
// into it.
func (w *specWriter) guessed(text string, fits func(string, inputSpec) bool) int {
	for i, in := range w.ins {
		n := regexp.QuoteMeta(in)
		if !w.inputs[i].guessed || !fits(in, w.inputs[i]) {
			continue
		}
		names := n
		for range 3 { // pointers to pointers
			for _, m := range regexp.MustCompile(`\b(\w+)\s*=\s*(?:\([^()]*\)\s*)?&?\s*(?:`+names+`)\b`).FindAllStringSubmatch(w.source, 8) {
				if !strings.Contains("|"+names+"|", "|"+m[1]+"|") {
					names += "|" + m[1]
				}
			}
		}
		if regexp.MustCompile(`\b(?:` + names + `)\b`).MatchString(text) {
			return i
		}
	}
	return -1
}

// reshape changes a guessed input between a number and an array, or between
// floating point and integers.
func (w *specWriter) reshape(line, near string, d mlx.Diagnostic) bool {
	switch m := d.Message; {
	case strings.HasPrefix(m, "subscripted value is "), strings.HasPrefix(m, "indirection requires pointer"):
		i := w.guessed(line, func(_ string, in inputSpec) bool { return in.shape == "[]" })
		if i < 0 {
			return false
		}
		w.inputs[i] = inputSpec{dtype: w.likely(w.ins[i]), shape: w.unknownShape(w.ins[i]), guessed: true}
		return true
	case strings.HasPrefix(m, "cast from pointer"), strings.HasPrefix(m, "comparison between pointer and"), strings.HasPrefix(m, "invalid operands") && strings.Contains(m, "*'"), strings.HasPrefix(m, "cannot initialize") && strings.Contains(m, "*'"):
		i := w.guessed(line, func(name string, in inputSpec) bool {
			return in.shape != "[]" && in.init == "" && !strings.Contains(w.source, name+"[") && !strings.Contains(w.source, name+"_shape")
		})
		if i < 0 {
			return false
		}
		switch v := w.inputs[i].number.(type) {
		case int64, float64, bool:
			w.inputs[i] = numberOf(v)
		default:
			w.inputs[i] = guessedNumber(w.ins[i])
		}
		return true
	case strings.HasPrefix(m, "invalid operands to binary expression ("), strings.HasPrefix(m, "cannot convert between vector values"), strings.HasPrefix(m, "invalid argument type"), strings.HasPrefix(m, "array subscript is not an integer"):
		i := w.guessed(near, func(_ string, in inputSpec) bool { return w.isFloat(in.dtype) })
		if i < 0 {
			return false
		}
		w.inputs[i].dtype = "uint32"
		return true
	}
	return false
}

func (w *specWriter) isFloat(dtype string) bool {
	return dtype == "float32" || slices.ContainsFunc(w.types, func(t typeParam) bool { return t.name == dtype && t.dtype.IsFloat() })
}
