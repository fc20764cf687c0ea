package interop

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// cProgram is a C program over mlx-c.
func cProgram(src *kernels.Source, opt Options) string {
	k, cfg := src.Kernel, src.Config
	var b strings.Builder
	fmt.Fprintf(&b, "// %s, written by zmlx. Build with: cc file.c -lmlxc\n#include <stdio.h>\n#include \"mlx/c/mlx.h\"\n\n", src.Label())
	fmt.Fprintf(&b, "static const char* header =\n%s;\n\nstatic const char* source =\n%s;\n\n", cText(k.Header), cText(k.Source))
	b.WriteString(`// Stops if a call failed; mlx-c has printed why.
#define CHECK(call) do { if (call) return 1; } while (0)

int main(void) {
  mlx_stream gpu = mlx_default_gpu_stream_new();
`)
	fmt.Fprintf(&b, "  const char* in_names[] = {%s};\n  const char* out_names[] = {%s};\n", join(append(append([]string{}, k.InputNames...), ""), ", ", quote), join(k.OutputNames, ", ", quote))
	fmt.Fprintf(&b, "  mlx_vector_string ins = mlx_vector_string_new_data(in_names, %d);\n  mlx_vector_string outs = mlx_vector_string_new_data(out_names, %d);\n", len(k.InputNames), len(k.OutputNames))
	fmt.Fprintf(&b, "  mlx_fast_metal_kernel kernel = mlx_fast_metal_kernel_new(%q, ins, outs, source, header, %t, %t);\n\n", k.Name, k.EnsureRowContiguous, k.AtomicOutputs)
	b.WriteString("  mlx_fast_metal_kernel_config config = mlx_fast_metal_kernel_config_new();\n")
	for _, t := range cfg.Template {
		switch t.Kind {
		case mlx.TemplateDType:
			fmt.Fprintf(&b, "  CHECK(mlx_fast_metal_kernel_config_add_template_arg_dtype(config, %q, %s));\n", t.Name, cDType(t.DType))
		case mlx.TemplateBool:
			fmt.Fprintf(&b, "  CHECK(mlx_fast_metal_kernel_config_add_template_arg_bool(config, %q, %t));\n", t.Name, t.Int != 0)
		default:
			fmt.Fprintf(&b, "  CHECK(mlx_fast_metal_kernel_config_add_template_arg_int(config, %q, %d));\n", t.Name, t.Int)
		}
	}
	fmt.Fprintf(&b, "  CHECK(mlx_fast_metal_kernel_config_set_grid(config, %s));\n", join(cfg.Grid[:], ", ", number))
	fmt.Fprintf(&b, "  CHECK(mlx_fast_metal_kernel_config_set_thread_group(config, %s));\n", join(cfg.Threadgroup[:], ", ", number))
	for i, shape := range cfg.OutputShapes {
		fmt.Fprintf(&b, "  CHECK(mlx_fast_metal_kernel_config_add_output_arg(config, %s, %d, %s));\n", cShape(shape), len(shape), cDType(cfg.OutputDTypes[i]))
	}
	if cfg.InitValue != nil {
		fmt.Fprintf(&b, "  CHECK(mlx_fast_metal_kernel_config_set_init_value(config, %v));\n", *cfg.InitValue)
	}
	b.WriteString("\n  mlx_vector_array inputs = mlx_vector_array_new();\n")
	if n := len(src.Inputs); n > 0 {
		fmt.Fprintf(&b, "  mlx_array seed = mlx_array_new(), keys = mlx_array_new();\n  CHECK(mlx_random_key(&seed, %d));\n  CHECK(mlx_random_split_num(&keys, seed, %d, gpu));\n", opt.Seed, n)
	}
	for i, in := range src.Inputs {
		fmt.Fprintf(&b, "  {  // %s\n%s    CHECK(mlx_vector_array_append_value(inputs, x));\n  }\n", in.Name, cInit(in, i))
	}
	fmt.Fprintf(&b, `
  mlx_vector_array outputs = mlx_vector_array_new();
  CHECK(mlx_fast_metal_kernel_apply(&outputs, kernel, inputs, config, gpu));
  for (int i = 0; i < %d; ++i) {
    mlx_array y = mlx_array_new();
    mlx_string text = mlx_string_new();
    CHECK(mlx_vector_array_get(&y, outputs, i));
    CHECK(mlx_array_tostring(&text, y));
    printf("%%s %%s\n", out_names[i], mlx_string_data(text));
  }
  return 0;
}
`, len(k.OutputNames))
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

// cInit draws an input as x.
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
	switch in.Init.Kind {
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
	line("CHECK(mlx_astype(&x, x, %s, gpu));", cDType(in.DType))
	return b.String()
}
