package interop

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

var swiftWords = []string{"kernel", "source", "header", "in", "is", "as", "func", "let", "var", "if", "else", "for", "while", "return", "self", "init", "where", "keys", "outputs", "any", "some", "Any", "nil", "true", "false", "defer", "extension", "subscript", "inout", "static", "super", "break", "continue", "fallthrough",
	"repeat", "switch", "case", "default", "guard", "do", "try", "catch", "throw", "import", "class", "struct", "enum", "protocol", "operator"}

func swift(src *kernels.Source, opt Options) string {
	var b strings.Builder
	launches := src.Launches()
	fmt.Fprintf(&b, "// %s, written by zmlx.\nimport Foundation\nimport MLX\nimport MLXFast\nimport MLXRandom\n\n", src.Label())
	fmt.Fprintf(&b, "let header = %s\n\n", swiftText(launches[0].Kernel.Header))
	for i, l := range launches {
		k := l.Kernel
		fmt.Fprintf(&b, "let %s = MLXFast.metalKernel(\n  name: %q,\n  inputNames: [%s],\n  outputNames: [%s],\n", numbered("kernel", i, len(launches)), k.Name, join(k.InputNames, ", ", quote), join(k.OutputNames, ", ", quote))
		fmt.Fprintf(&b, "  source: %s,\n  header: header,\n  ensureRowContiguous: %t,\n  atomicOutputs: %t)\n\n", swiftText(k.Source), k.EnsureRowContiguous, k.AtomicOutputs)
	}
	fmt.Fprintf(&b, "func %s(%s) -> [MLXArray] {\n", src.Spec.Name, join(src.Kernel.InputNames, ", ", func(n string) string { return "_ " + swiftName(n) + ": MLXArray" }))
	for i, l := range launches {
		target := "return"
		if len(launches) > 1 {
			target = fmt.Sprintf("let outputs%d =", i+1)
		}
		fmt.Fprintf(&b, "  %s %s\n", target, swiftCall(numbered("kernel", i, len(launches)), l))
		for j, n := range l.Kernel.OutputNames {
			if len(launches) > 1 {
				fmt.Fprintf(&b, "  let %s = outputs%d[%d]\n", swiftName(n), i+1, j)
			}
		}
	}
	if len(launches) > 1 {
		fmt.Fprintf(&b, "  return [%s]\n", join(src.Kernel.OutputNames, ", ", swiftName))
	}
	b.WriteString("}\n\n")
	if n := len(src.Inputs); n > 0 {
		fmt.Fprintf(&b, "let keys = MLXRandom.split(key: MLXRandom.key(%d), into: %d)\n", opt.Seed, n)
	}
	fmt.Fprintf(&b, "let outputs = %s(\n%s)\nfor y in outputs { print(y.dtype, y.shape, y) }\n", src.Spec.Name,
		join(indices(len(src.Inputs)), ",\n", func(i int) string { return "  " + swiftInit(src.Inputs[i], i) }))
	return b.String()
}

// swiftName is the name of an array as a variable.
func swiftName(name string) string { return parameterName(name, swiftWords) }

func swiftCall(kernel string, l mlx.Stage) string {
	cfg := l.Config
	initValue := ""
	if cfg.InitValue != nil {
		initValue = ",\n    initValue: " + literal(*cfg.InitValue, "Float.infinity", "Float.nan")
	}
	return fmt.Sprintf(`%s(
    [%s],
    template: [%s],
    grid: (%s),
    threadGroup: (%s),
    outputShapes: [%s],
    outputDTypes: [%s]%s)`, kernel, join(l.Kernel.InputNames, ", ", swiftName), join(cfg.Template, ", ", swiftTemplate), join(cfg.Grid[:], ", ", number),
		join(cfg.Threadgroup[:], ", ", number), join(cfg.OutputShapes, ", ", func(s []int) string { return "[" + join(s, ", ", number) + "]" }),
		join(cfg.OutputDTypes, ", ", swiftDType), initValue)
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// swiftText is a raw string of several lines.
func swiftText(s string) string {
	if s == "" {
		return `""`
	}
	marks := "#"
	for strings.Contains(s, `"""`+marks) {
		marks += "#"
	}
	return marks + "\"\"\"\n" + s + "\n\"\"\"" + marks
}

func swiftDType(d mlx.DType) string { return "." + d.String() }

func swiftTemplate(t mlx.TemplateArg) string {
	value := fmt.Sprint(t.Int)
	switch t.Kind {
	case mlx.TemplateDType:
		value = "DType" + swiftDType(t.DType)
	case mlx.TemplateBool:
		value = fmt.Sprint(t.Int != 0)
	}
	return fmt.Sprintf("(%q, %s)", t.Name, value)
}

func swiftInit(in kernels.Argument, i int) string {
	shape, d, a := "["+join(in.Shape, ", ", number)+"]", swiftDType(in.DType), in.Init.Args
	cast := ".asType(" + d + ")"
	switch in.Init.Kind {
	case kernels.InitDefault:
		if !in.DType.IsInexact() && in.DType != mlx.Bool {
			return fmt.Sprintf("MLXArray.zeros(%s)%s", shape, cast)
		}
		if in.DType == mlx.Bool {
			return fmt.Sprintf("MLXRandom.randInt(low: 0, high: 2, %s, key: keys[%d])%s", shape, i, cast)
		}
		return fmt.Sprintf("MLXRandom.normal(%s, key: keys[%d])%s", shape, i, cast)
	case kernels.InitNormal:
		scale := ""
		if len(a) == 2 {
			scale = fmt.Sprintf(" * %v + %v", a[1], a[0])
		}
		return fmt.Sprintf("(MLXRandom.normal(%s, key: keys[%d])%s)%s", shape, i, scale, cast)
	case kernels.InitUniform:
		return fmt.Sprintf("MLXRandom.uniform(low: %v, high: %v, %s, key: keys[%d])%s", a[0], a[1], shape, i, cast)
	case kernels.InitRandint:
		return fmt.Sprintf("MLXRandom.randInt(low: %d, high: %d, %s, key: keys[%d])%s", int64(a[0]), int64(a[1]), shape, i, cast)
	case kernels.InitBits:
		if in.DType == mlx.Bool {
			return fmt.Sprintf("MLXRandom.randInt(low: 0, high: 2, %s, key: keys[%d])%s", shape, i, cast)
		}
		bytes := append(append([]int{}, in.Shape...), in.DType.Size())
		return fmt.Sprintf("MLXRandom.randInt(low: 0, high: 256, [%s], type: UInt8.self, key: keys[%d]).view(dtype: %s).reshaped(%s)", join(bytes, ", ", number), i, d, shape)
	case kernels.InitArange:
		return fmt.Sprintf("MLXArray(0 ..< %d).reshaped(%s)%s", size(in.Shape), shape, cast)
	case kernels.InitConstant:
		return fmt.Sprintf("(MLXArray.zeros(%s) + %v)%s", shape, a[0], cast)
	case kernels.InitList:
		return fmt.Sprintf("MLXArray([%s] as [Float]).reshaped(%s)%s", join(a, ", ", func(f float64) string { return fmt.Sprint(f) }), shape, cast)
	}
	return fmt.Sprintf("try! loadArray(url: URL(fileURLWithPath: %q))%s", in.Init.File, cast)
}
