package interop

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

var pythonWords = []string{"mx", "kernel", "source", "header", "inputs", "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
	"continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or",
	"pass", "raise", "return", "try", "while", "with", "yield"}

func python(src *kernels.Source, opt Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, written by zmlx.\nimport mlx.core as mx\n\n", src.Label())
	pythonKernels(&b, "", src.Launches())
	grads, err := pythonGradients(&b, src)
	switch {
	case err != nil:
		fmt.Fprintf(&b, "# No gradient: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n# "))
	case src.Spec.Grad:
		b.WriteString("\n@mx.custom_function")
	}
	fmt.Fprintf(&b, "\ndef %s(%s):\n", src.Spec.Name, join(src.Kernel.InputNames, ", ", pythonName))
	pythonCalls(&b, "", src.Launches())
	fmt.Fprintf(&b, "    return [%s]\n\n\n", join(src.Kernel.OutputNames, ", ", pythonName))
	if src.Spec.Grad && err == nil {
		pythonVJP(&b, src, grads)
	}
	fmt.Fprintf(&b, "def inputs(seed=%d):\n", opt.Seed)
	if n := len(src.Inputs); n > 0 {
		fmt.Fprintf(&b, "    key = mx.random.split(mx.random.key(seed), %d)\n    return [\n", n)
		for i, in := range src.Inputs {
			fmt.Fprintf(&b, "        %s,  # %s\n", pythonInit(in, i), in.Name)
		}
		b.WriteString("    ]\n")
	} else {
		b.WriteString("    return []\n")
	}
	fmt.Fprintf(&b, `

if __name__ == "__main__":
    for name, y in zip([%s], %s(*inputs())):
        print(name, y.dtype, y.shape, y)
`, join(src.Kernel.OutputNames, ", ", quote), src.Spec.Name)
	return b.String()
}

// pythonName is the name of an array as a variable.
func pythonName(name string) string { return parameterName(name, pythonWords) }

// pythonKernels creates the kernels of some launches; prefix tells them from
// others of the program.
func pythonKernels(b *strings.Builder, prefix string, launches []mlx.Stage) {
	fmt.Fprintf(b, "%sheader = %s\n\n", prefix, pythonText(launches[0].Kernel.Header))
	for i, l := range launches {
		k := l.Kernel
		source := numbered(prefix+"source", i, len(launches))
		fmt.Fprintf(b, `%s = %s

%s = mx.fast.metal_kernel(
    name=%s,
    input_names=[%s],
    output_names=[%s],
    source=%s,
    header=%sheader,
    ensure_row_contiguous=%s,
    atomic_outputs=%s,
)

`, source, pythonText(k.Source), numbered(prefix+"kernel", i, len(launches)), quote(k.Name), join(k.InputNames, ", ", quote), join(k.OutputNames, ", ", quote),
			source, prefix, pythonBool(k.EnsureRowContiguous), pythonBool(k.AtomicOutputs))
	}
}

// pythonCalls launches kernels; their outputs become variables.
func pythonCalls(b *strings.Builder, prefix string, launches []mlx.Stage) {
	for i, l := range launches {
		cfg := l.Config
		fmt.Fprintf(b, `    [%s] = %s(
        inputs=[%s],
        template=[%s],
        grid=(%s),
        threadgroup=(%s),
        output_shapes=[%s],
        output_dtypes=[%s],
        init_value=%s,
    )
`, join(l.Kernel.OutputNames, ", ", pythonName), numbered(prefix+"kernel", i, len(launches)), join(l.Kernel.InputNames, ", ", pythonName),
			join(cfg.Template, ", ", pythonTemplate), join(cfg.Grid[:], ", ", number),
			join(cfg.Threadgroup[:], ", ", number), join(cfg.OutputShapes, ", ", pythonTuple), join(cfg.OutputDTypes, ", ", pythonDType), pythonFloat(cfg.InitValue))
	}
}

// pythonGradients creates the kernels of the gradients to the floating-point
// inputs, if the spec asks for them; others have none.
func pythonGradients(b *strings.Builder, src *kernels.Source) (map[string]*kernels.Source, error) {
	grads := map[string]*kernels.Source{}
	var text strings.Builder
	for _, in := range src.Inputs {
		if !src.Spec.Grad || !in.DType.IsFloat() {
			continue
		}
		spec, err := src.Gradient(in.Name)
		if err != nil {
			return nil, err
		}
		if grads[in.Name], err = spec.Source(src.Case, src.DType); err != nil {
			return nil, err
		}
		pythonKernels(&text, "d_"+in.Name+"_", grads[in.Name].Launches())
	}
	b.WriteString(text.String())
	return grads, nil
}

// pythonVJP registers the gradients, so that mx.grad goes through the kernel.
func pythonVJP(b *strings.Builder, src *kernels.Source, grads map[string]*kernels.Source) {
	fmt.Fprintf(b, "@%[1]s.vjp\ndef %[1]s_vjp(primals, cotangents, outputs):\n", src.Spec.Name)
	if names := join(src.Kernel.InputNames, ", ", pythonName); len(src.Inputs) > 0 {
		fmt.Fprintf(b, "    %s = primals\n", names)
	}
	fmt.Fprintf(b, "    [%s] = cotangents\n", join(src.Kernel.OutputNames, ", ", func(n string) string { return "g_" + n }))
	for _, in := range src.Inputs {
		if g := grads[in.Name]; g != nil {
			pythonCalls(b, "d_"+in.Name+"_", g.Launches())
		}
	}
	fmt.Fprintf(b, "    return [%s]\n\n\n", join(src.Inputs, ", ", func(in kernels.Argument) string {
		if grads[in.Name] != nil {
			return "d_" + in.Name
		}
		return "mx.zeros_like(" + pythonName(in.Name) + ")"
	}))
}

// pythonText is a string literal that shows the text as it is where it can.
func pythonText(s string) string {
	if s == "" || strings.Contains(s, `"""`) || strings.HasSuffix(s, `"`) || strings.HasSuffix(s, `\`) || strings.ContainsRune(s, '\r') {
		return quote(s)
	}
	return `r"""` + s + `"""`
}

func pythonBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func pythonFloat(f *float64) string {
	if f == nil {
		return "None"
	}
	return literal(*f, `float("inf")`, `float("nan")`)
}

func pythonDType(d mlx.DType) string {
	if d == mlx.Bool {
		return "mx.bool_"
	}
	return "mx." + d.String()
}

func pythonTuple(shape []int) string {
	if len(shape) == 1 {
		return fmt.Sprintf("(%d,)", shape[0])
	}
	return "(" + join(shape, ", ", number) + ")"
}

func pythonTemplate(t mlx.TemplateArg) string {
	value := fmt.Sprint(t.Int)
	switch t.Kind {
	case mlx.TemplateDType:
		value = pythonDType(t.DType)
	case mlx.TemplateBool:
		value = pythonBool(t.Int != 0)
	}
	return fmt.Sprintf("(%q, %s)", t.Name, value)
}

// pythonInit draws input i by the recipe of package kernels.
func pythonInit(in kernels.Argument, i int) string {
	shape, d, a := pythonTuple(in.Shape), pythonDType(in.DType), in.Init.Args
	key := fmt.Sprintf("key=key[%d]", i)
	switch in.Init.Kind {
	case kernels.InitDefault:
		switch {
		case in.DType.IsInexact():
			return fmt.Sprintf("mx.random.normal(%s, %s).astype(%s)", shape, key, d)
		case in.DType == mlx.Bool:
			return fmt.Sprintf("mx.random.randint(0, 2, %s, mx.int32, key[%d]).astype(%s)", shape, i, d)
		}
		return fmt.Sprintf("mx.zeros(%s, dtype=%s)", shape, d)
	case kernels.InitNormal:
		if len(a) == 2 {
			return fmt.Sprintf("(mx.random.normal(%s, %s) * %v + %v).astype(%s)", shape, key, a[1], a[0], d)
		}
		return fmt.Sprintf("mx.random.normal(%s, %s).astype(%s)", shape, key, d)
	case kernels.InitUniform:
		return fmt.Sprintf("mx.random.uniform(%v, %v, %s, %s).astype(%s)", a[0], a[1], shape, key, d)
	case kernels.InitRandint:
		if in.DType.IsInexact() || in.DType == mlx.Bool {
			return fmt.Sprintf("mx.random.randint(%d, %d, %s, mx.int32, key[%d]).astype(%s)", int64(a[0]), int64(a[1]), shape, i, d)
		}
		return fmt.Sprintf("mx.random.randint(%d, %d, %s, %s, key[%d])", int64(a[0]), int64(a[1]), shape, d, i)
	case kernels.InitBits:
		return pythonBits(in, i)
	case kernels.InitArange:
		return fmt.Sprintf("mx.arange(%d).reshape(%s).astype(%s)", size(in.Shape), shape, d)
	case kernels.InitConstant:
		return fmt.Sprintf("mx.full(%s, %v).astype(%s)", shape, a[0], d)
	case kernels.InitList:
		return fmt.Sprintf("mx.array([%s]).astype(%s).reshape(%s)", join(a, ", ", func(f float64) string { return fmt.Sprint(f) }), d, shape)
	}
	return fmt.Sprintf("mx.load(%q).astype(%s)", in.Init.File, d)
}

// pythonBits draws bytes and views them as integers.
func pythonBits(in kernels.Argument, i int) string {
	d := pythonDType(in.DType)
	if in.DType == mlx.Bool {
		return fmt.Sprintf("mx.random.randint(0, 2, %s, mx.int32, key[%d]).astype(mx.bool_)", pythonTuple(in.Shape), i)
	}
	bytes := append(append([]int{}, in.Shape...), in.DType.Size())
	return fmt.Sprintf("mx.random.randint(0, 256, %s, mx.uint8, key[%d]).view(%s).reshape(%s)", pythonTuple(bytes), i, d, pythonTuple(in.Shape))
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
