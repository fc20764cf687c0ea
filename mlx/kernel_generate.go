package mlx

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// ArgInfo is what the generated signature depends on: an input's type and shape.
type ArgInfo struct {
	DType DType
	Shape []int
}

// Info returns what a kernel's signature depends on.
func (a *Array) Info() ArgInfo { return ArgInfo{DType: a.DType(), Shape: a.Shape()} }

// ArgInfos returns the Info of each array.
func ArgInfos(arrays []*Array) []ArgInfo {
	infos := make([]ArgInfo, len(arrays))
	for i, a := range arrays {
		infos[i] = a.Info()
	}
	return infos
}

// Generated is the text that a KernelSource becomes, as MLX 0.31.2 builds it
// (without the preamble that comes before it).
type Generated struct {
	Text    string
	Entry   string          // host name of the kernel function
	Buffers []KernelBuffer  // by [[buffer(i)]]
	Lines   []GeneratedLine // one per line of Text
}

// BufferKind says what a buffer of a generated kernel holds.
type BufferKind uint8

// The kinds of buffers. Shapes are int32, strides int64 in elements, the
// number of dimensions is an int32.
const (
	InputBuffer BufferKind = iota
	ShapeBuffer
	StridesBuffer
	NDimBuffer
	OutputBuffer
)

// KernelBuffer is one bound buffer. Arg counts inputs, or outputs for an
// OutputBuffer.
type KernelBuffer struct {
	Name string
	Kind BufferKind
	Arg  int
}

// GeneratedLine says what a line of generated text is. Lines of PartSource and
// PartHeader count in KernelSource's own text, those of PartSignature in the
// generated one.
type GeneratedLine struct {
	Part Part
	Line int
}

// Locate maps a line of the generated text, counted from 1, to the user's text.
func (g Generated) Locate(line int) (Part, int) {
	if line < 1 || line > len(g.Lines) {
		return PartSignature, line
	}
	l := g.Lines[line-1]
	return l.Part, l.Line
}

type attribute struct{ name, typ string }

// attributes are the kernel inputs that MLX adds to the signature if the
// source contains their name, in its order.
var attributes = []attribute{
	{"dispatch_quadgroups_per_threadgroup", "uint"},
	{"dispatch_simdgroups_per_threadgroup", "uint"},
	{"dispatch_threads_per_threadgroup", "uint3"},
	{"grid_origin", "uint3"},
	{"grid_size", "uint3"},
	{"quadgroup_index_in_threadgroup", "uint"},
	{"quadgroups_per_threadgroup", "uint"},
	{"simdgroup_index_in_threadgroup", "uint"},
	{"simdgroups_per_threadgroup", "uint"},
	{"thread_execution_width", "uint"},
	{"thread_index_in_quadgroup", "uint"},
	{"thread_index_in_simdgroup", "uint"},
	{"thread_index_in_threadgroup", "uint"},
	{"thread_position_in_grid", "uint3"},
	{"thread_position_in_threadgroup", "uint3"},
	{"threadgroup_position_in_grid", "uint3"},
	{"threadgroups_per_grid", "uint3"},
	{"threads_per_grid", "uint3"},
	{"threads_per_simdgroup", "uint"},
	{"threads_per_threadgroup", "uint3"},
}

// maxConstantElements is where MLX turns from constant to device memory.
const maxConstantElements = 8

// Generate builds the kernel's text for inputs of these types and shapes. It
// fails with an *Error if names, inputs and outputs do not fit together.
func (k KernelSource) Generate(inputs []ArgInfo, cfg LaunchConfig) (Generated, error) {
	if err := k.validate(inputs, cfg); err != nil {
		return Generated{}, err
	}
	if len(k.Stages) > 0 {
		return k.generateStages(inputs)
	}
	buffers, params := k.parameters(inputs, cfg)
	name, instance := k.entryName(cfg.Template)

	var g textBuilder
	g.add(k.Header, PartHeader)
	if len(cfg.Template) > 0 {
		g.add(templateHead(cfg.Template), PartSignature)
	}
	g.add("[[kernel]] void "+name+"(\n"+params+") {\n", PartSignature)
	g.add(k.Source, PartSource)
	g.add("\n}\n", PartSignature)
	if len(cfg.Template) > 0 {
		g.add(fmt.Sprintf("\ntemplate [[host_name(%q)]] [[kernel]] decltype(%s) %s;\n", name, instance, instance), PartSignature)
	}
	return Generated{Text: g.text.String(), Entry: name, Buffers: buffers, Lines: g.lines}, nil
}

// parameters returns the buffers in order and the text of the parameter list.
func (k KernelSource) parameters(inputs []ArgInfo, cfg LaunchConfig) ([]KernelBuffer, string) {
	var buffers []KernelBuffer
	var params []string
	bind := func(kind BufferKind, arg int, typ, name string) {
		params = append(params, fmt.Sprintf("  %s %s [[buffer(%d)]]", typ, name, len(buffers)))
		buffers = append(buffers, KernelBuffer{Name: name, Kind: kind, Arg: arg})
	}
	for i, in := range inputs {
		n := k.InputNames[i]
		space, ref := "device", "*"
		if core.NumElements(in.Shape) < maxConstantElements {
			space = "constant"
		}
		if len(in.Shape) == 0 {
			ref = "&"
		}
		bind(InputBuffer, i, "const "+space+" "+in.DType.MetalName()+ref, n)
		if len(in.Shape) == 0 {
			continue
		}
		for _, extra := range inputExtras {
			if strings.Contains(k.Source, n+extra.suffix) {
				bind(extra.kind, i, extra.typ, n+extra.suffix)
			}
		}
	}
	for i, n := range k.OutputNames {
		typ := cfg.OutputDTypes[i].MetalName()
		if k.AtomicOutputs {
			typ = "atomic<" + typ + ">"
		}
		bind(OutputBuffer, i, "device "+typ+"*", n)
	}
	for _, a := range k.attributes() {
		params = append(params, fmt.Sprintf("  %s %s [[%s]]", a.typ, a.name, a.name))
	}
	return buffers, strings.Join(params, ",\n")
}

var inputExtras = []struct {
	kind        BufferKind
	suffix, typ string
}{
	{ShapeBuffer, "_shape", "const constant int*"},
	{StridesBuffer, "_strides", "const constant int64_t*"},
	{NDimBuffer, "_ndim", "const constant int&"},
}

// attributes returns those whose name the source contains, even in a comment
// or inside a longer name.
func (k KernelSource) attributes() []attribute {
	var used []attribute
	for _, a := range attributes {
		if strings.Contains(k.Source, a.name) {
			used = append(used, a)
		}
	}
	return used
}

// entryName returns the function's host name and, for a template, the
// instantiated function.
func (k KernelSource) entryName(template []TemplateArg) (name, instance string) {
	name = "custom_kernel_" + k.Name
	if len(template) == 0 {
		return name, name
	}
	values := make([]string, len(template))
	for i, t := range template {
		values[i] = t.metalValue()
	}
	name += "__" + strings.Join(values, "_")
	return name, name + "<" + strings.Join(values, ", ") + ">"
}

func templateHead(template []TemplateArg) string {
	params := make([]string, len(template))
	for i, t := range template {
		params[i] = [...]string{TemplateDType: "typename", TemplateInt: "int", TemplateBool: "bool"}[t.Kind] + " " + t.Name
	}
	return "template <" + strings.Join(params, ", ") + ">\n"
}

func (t TemplateArg) metalValue() string {
	if t.Kind == TemplateDType {
		return t.DType.MetalName()
	}
	return strconv.FormatInt(t.Int, 10)
}

// textBuilder joins pieces of text and keeps where each line came from. A line
// made of two pieces belongs to the first.
type textBuilder struct {
	text  strings.Builder
	lines []GeneratedLine
	open  bool // the last line has not ended
}

func (b *textBuilder) add(piece string, part Part) {
	if piece == "" {
		return
	}
	b.text.WriteString(piece)
	for i, line := range strings.SplitAfter(piece, "\n") {
		if line == "" {
			break
		}
		if !b.open {
			n := i + 1
			if part == PartSignature { // has no text of its own
				n = len(b.lines) + 1
			}
			b.lines = append(b.lines, GeneratedLine{Part: part, Line: n})
		}
		b.open = !strings.HasSuffix(line, "\n")
	}
}
