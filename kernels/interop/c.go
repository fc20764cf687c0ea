package interop

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// cProgram is a C program over mlx-c.
func cProgram(src *kernels.Source, opt Options) string {
	var b strings.Builder
	launches := src.Launches()
	fmt.Fprintf(&b, "// %s, written by zmlx. Build with: cc file.c -lmlxc\n#include <math.h>\n#include <stdio.h>\n#include \"mlx/c/mlx.h\"\n\n", src.Label())
	fmt.Fprintf(&b, "static const char* header =\n%s;\n\n", cText(launches[0].Kernel.Header))
	for i, l := range launches {
		fmt.Fprintf(&b, "static const char* %s =\n%s;\n\n", numbered("source", i, len(launches)), cText(l.Kernel.Source))
	}
	b.WriteString(`// Stops if a call failed; mlx-c has printed why.
#define CHECK(call) do { if (call) return 1; } while (0)

int main(void) {
  mlx_stream gpu = mlx_default_gpu_stream_new();
`)
	if n := len(src.Inputs); n > 0 {
		fmt.Fprintf(&b, "  mlx_array seed = mlx_array_new(), keys = mlx_array_new();\n  CHECK(mlx_random_key(&seed, %d));\n  CHECK(mlx_random_split_num(&keys, seed, %d, gpu));\n", opt.Seed, n)
	}
	for i, in := range src.Inputs {
		fmt.Fprintf(&b, "  mlx_array %s = mlx_array_new();\n  {\n%s  }\n", cName(in.Name), cInit(in, i))
	}
	for i, l := range launches {
		b.WriteString("\n" + cLaunch(l, numbered("source", i, len(launches))))
	}
	for _, n := range src.Kernel.OutputNames {
		fmt.Fprintf(&b, "\n  {\n    mlx_string text = mlx_string_new();\n    CHECK(mlx_array_tostring(&text, %s));\n    printf(\"%s %%s\\n\", mlx_string_data(text));\n  }\n", cName(n), n)
	}
	b.WriteString("  return 0;\n}\n")
	return b.String()
}

// cName is the variable of an array.
func cName(name string) string { return "a_" + name }

// cLaunch creates a kernel and launches it once.
func cLaunch(l mlx.Stage, source string) string {
	var b strings.Builder
	k, cfg := l.Kernel, l.Config
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, n := range k.OutputNames {
		line("  mlx_array %s = mlx_array_new();", cName(n))
	}
	line("  {")
	line("    const char* in_names[] = {%s};", join(append(append([]string{}, k.InputNames...), ""), ", ", quote))
	line("    const char* out_names[] = {%s};", join(k.OutputNames, ", ", quote))
	line("    mlx_vector_string ins = mlx_vector_string_new_data(in_names, %d);", len(k.InputNames))
	line("    mlx_vector_string outs = mlx_vector_string_new_data(out_names, %d);", len(k.OutputNames))
	line("    mlx_fast_metal_kernel kernel = mlx_fast_metal_kernel_new(%q, ins, outs, %s, header, %t, %t);", k.Name, source, k.EnsureRowContiguous, k.AtomicOutputs)
	line("    if (!kernel.ctx) return 1;")
	line("    mlx_fast_metal_kernel_config config = mlx_fast_metal_kernel_config_new();")
	for _, t := range cfg.Template {
		switch t.Kind {
		case mlx.TemplateDType:
			line("    CHECK(mlx_fast_metal_kernel_config_add_template_arg_dtype(config, %q, %s));", t.Name, cDType(t.DType))
		case mlx.TemplateBool:
			line("    CHECK(mlx_fast_metal_kernel_config_add_template_arg_bool(config, %q, %t));", t.Name, t.Int != 0)
		default:
			line("    CHECK(mlx_fast_metal_kernel_config_add_template_arg_int(config, %q, %d));", t.Name, t.Int)
		}
	}
	line("    CHECK(mlx_fast_metal_kernel_config_set_grid(config, %s));", join(cfg.Grid[:], ", ", number))
	line("    CHECK(mlx_fast_metal_kernel_config_set_thread_group(config, %s));", join(cfg.Threadgroup[:], ", ", number))
	for i, shape := range cfg.OutputShapes {
		line("    CHECK(mlx_fast_metal_kernel_config_add_output_arg(config, %s, %d, %s));", cShape(shape), len(shape), cDType(cfg.OutputDTypes[i]))
	}
	if cfg.InitValue != nil {
		line("    CHECK(mlx_fast_metal_kernel_config_set_init_value(config, %s));", literal(*cfg.InitValue, "INFINITY", "NAN"))
	}
	line("    mlx_vector_array inputs = mlx_vector_array_new(), outputs = mlx_vector_array_new();")
	for _, n := range k.InputNames {
		line("    CHECK(mlx_vector_array_append_value(inputs, %s));", cName(n))
	}
	line("    CHECK(mlx_fast_metal_kernel_apply(&outputs, kernel, inputs, config, gpu));")
	for i, n := range k.OutputNames {
		line("    CHECK(mlx_vector_array_get(&%s, outputs, %d));", cName(n), i)
	}
	line("  }")
	return b.String()
}

// cText is a string literal, one line of text a line.
func cText(s string) string {
	if s == "" {
		return `    ""`
	}
	return "    " + join(strings.SplitAfter(strings.TrimSuffix(s, "\n"), "\n"), "\n    ", cLine)
}

func cLine(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "?", `\?`).Replace(s) + `"`
}

func cDType(d mlx.DType) string { return "MLX_" + strings.ToUpper(d.String()) }

func cShape(shape []int) string {
	if len(shape) == 0 {
		return "NULL"
	}
	return "(int[]){" + join(shape, ", ", number) + "}"
}

// cInit draws an input.
func cInit(in kernels.Argument, i int) string {
	a, shape, n := in.Init.Args, cShape(in.Shape), len(in.Shape)
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "    "+format+"\n", args...) }
	line("mlx_array x = mlx_array_new(), key = mlx_array_new();")
	line("CHECK(mlx_take_axis(&key, keys, mlx_array_new_int(%d), 0, gpu));", i)
	low, high := 0.0, 1.0
	if len(a) == 2 {
		low, high = a[0], a[1]
	}
	kind := in.Init.Kind
	switch {
	case kind == kernels.InitBits && in.DType == mlx.Bool, kind == kernels.InitDefault && in.DType == mlx.Bool:
		kind, low, high = kernels.InitRandint, 0, 2
	case kind == kernels.InitDefault && !in.DType.IsInexact():
		kind, a = kernels.InitConstant, []float64{0}
	}
	switch kind {
	case kernels.InitUniform:
		line("CHECK(mlx_random_uniform(&x, mlx_array_new_float(%v), mlx_array_new_float(%v), %s, %d, MLX_FLOAT32, key, gpu));", low, high, shape, n)
	case kernels.InitRandint:
		line("CHECK(mlx_random_randint(&x, mlx_array_new_int(%d), mlx_array_new_int(%d), %s, %d, MLX_INT32, key, gpu));", int64(low), int64(high), shape, n)
	case kernels.InitBits:
		bytes := append(append([]int{}, in.Shape...), in.DType.Size())
		line("CHECK(mlx_random_randint(&x, mlx_array_new_int(0), mlx_array_new_int(256), %s, %d, MLX_UINT8, key, gpu));", cShape(bytes), len(bytes))
		line("CHECK(mlx_view(&x, x, %s, gpu));", cDType(in.DType))
		line("CHECK(mlx_reshape(&x, x, %s, %d, gpu));", shape, n)
	case kernels.InitArange:
		line("CHECK(mlx_arange(&x, 0, %d, 1, MLX_INT32, gpu));", size(in.Shape))
		line("CHECK(mlx_reshape(&x, x, %s, %d, gpu));", shape, n)
	case kernels.InitConstant:
		line("CHECK(mlx_full(&x, %s, %d, mlx_array_new_float(%v), MLX_FLOAT32, gpu));", shape, n, a[0])
	case kernels.InitList:
		line("float values[] = {%s};", join(a, ", ", func(f float64) string { return fmt.Sprint(f) }))
		line("x = mlx_array_new_data(values, %s, %d, MLX_FLOAT32);", shape, n)
	case kernels.InitFile:
		line("CHECK(mlx_load(&x, %q, gpu));", in.Init.File)
	default:
		loc, scale := 0.0, 1.0
		if in.Init.Kind == kernels.InitNormal && len(a) == 2 {
			loc, scale = a[0], a[1]
		}
		line("CHECK(mlx_random_normal(&x, %s, %d, MLX_FLOAT32, %v, %v, key, gpu));", shape, n, loc, scale)
	}
	line("CHECK(mlx_astype(&%s, x, %s, gpu));", cName(in.Name), cDType(in.DType))
	return b.String()
}
