package mlx_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

var update = flag.Bool("update", false, "rewrite golden files")

func f32(shape ...int) mlx.ArgInfo { return mlx.ArgInfo{DType: mlx.Float32, Shape: shape} }

func launch(outputs ...mlx.DType) mlx.LaunchConfig {
	c := mlx.LaunchConfig{Grid: [3]int{4, 1, 1}, Threadgroup: [3]int{2, 1, 1}, OutputDTypes: outputs}
	for range outputs {
		c.OutputShapes = append(c.OutputShapes, []int{2, 2})
	}
	return c
}

func TestGenerate(t *testing.T) {
	template := launch(mlx.Float16)
	template.Template = []mlx.TemplateArg{
		{Name: "T", Kind: mlx.TemplateDType, DType: mlx.Float32},
		{Name: "N", Kind: mlx.TemplateInt, Int: 4},
		{Name: "B", Kind: mlx.TemplateBool, Int: 1},
	}
	for _, c := range []struct {
		name   string
		src    mlx.KernelSource
		inputs []mlx.ArgInfo
		cfg    mlx.LaunchConfig
	}{
		{"basic", mlx.KernelSource{Name: "basic", InputNames: []string{"a"}, OutputNames: []string{"out1"},
			Source: "\n    uint elem = thread_position_in_grid.x;\n    out1[elem] = a[elem];\n"}, []mlx.ArgInfo{f32(2, 2)}, launch(mlx.Float32)},
		{"template", mlx.KernelSource{Name: "myexp", InputNames: []string{"inp"}, OutputNames: []string{"out"}, Header: "#include <metal_stdlib>\n",
			Source: "uint elem = thread_position_in_grid.x;\nT tmp = inp[elem];\nout[elem] = metal::exp(tmp);"}, []mlx.ArgInfo{f32(16)}, template},
		{"extras", mlx.KernelSource{Name: "strided", InputNames: []string{"s", "x"}, OutputNames: []string{"y", "z"}, AtomicOutputs: true,
			Source: "// s_shape max_x_shape x_strides x_ndim\nuint3 g = threads_per_threadgroup + dispatch_threads_per_threadgroup;"},
			[]mlx.ArgInfo{f32(), {DType: mlx.Bfloat16, Shape: []int{8}}}, launch(mlx.Float32, mlx.Int32)},
		{"no attributes", mlx.KernelSource{Name: "fill", OutputNames: []string{"y"}, Header: "constant int n = 4;", Source: "y[0] = n;"}, nil, launch(mlx.Complex64)},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := c.src.Generate(c.inputs, c.cfg)
			require.NoError(t, err)
			var b strings.Builder
			lines := strings.Split(strings.TrimSuffix(g.Text, "\n"), "\n")
			require.Len(t, g.Lines, len(lines))
			b.WriteString(g.Entry + "\n")
			for i, line := range lines {
				part, n := g.Locate(i + 1)
				b.WriteString(strings.TrimRight(fmt.Sprintf("%-9s %2d|%s", part, n, line), " ") + "\n")
			}
			golden(t, strings.ReplaceAll(c.name, " ", "-")+".txt", b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	path := filepath.Join("testdata", "generate", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestGenerateRefuses(t *testing.T) {
	ok := func() (mlx.KernelSource, []mlx.ArgInfo, mlx.LaunchConfig) {
		return mlx.KernelSource{Name: "k", InputNames: []string{"x"}, OutputNames: []string{"y"}, Source: "y[0] = x[0];"}, []mlx.ArgInfo{f32(4)}, launch(mlx.Float32)
	}
	for name, c := range map[string]struct {
		change func(k *mlx.KernelSource, in *[]mlx.ArgInfo, cfg *mlx.LaunchConfig)
		want   string
	}{
		"no outputs": {func(k *mlx.KernelSource, _ *[]mlx.ArgInfo, _ *mlx.LaunchConfig) { k.OutputNames = nil },
			"[metal_kernel] Must specify at least one output."},
		"inputs": {func(_ *mlx.KernelSource, in *[]mlx.ArgInfo, _ *mlx.LaunchConfig) { *in = nil },
			"[metal_kernel] Expected `inputs` to have size 1 but got size 0."},
		"shapes": {func(_ *mlx.KernelSource, _ *[]mlx.ArgInfo, c *mlx.LaunchConfig) { c.OutputShapes = nil },
			"[metal_kernel] Expected `output_shapes` to have size 1 but got size 0."},
		"threadgroup": {func(_ *mlx.KernelSource, _ *[]mlx.ArgInfo, c *mlx.LaunchConfig) { c.Threadgroup = [3]int{64, 32, 1} },
			"Thread group size (2048) is greater than the maximum allowed threads per threadgroup (1024)"},
		"grid":   {func(_ *mlx.KernelSource, _ *[]mlx.ArgInfo, c *mlx.LaunchConfig) { c.Grid[1] = 0 }, "grid y is 0"},
		"double": {func(_ *mlx.KernelSource, in *[]mlx.ArgInfo, _ *mlx.LaunchConfig) { (*in)[0].DType = mlx.Float64 }, "Metal has no double"},
		"name":   {func(k *mlx.KernelSource, _ *[]mlx.ArgInfo, _ *mlx.LaunchConfig) { k.OutputNames[0] = "x" }, `input and output are both named "x"`},
		"negative template": {func(_ *mlx.KernelSource, _ *[]mlx.ArgInfo, c *mlx.LaunchConfig) {
			c.Template = []mlx.TemplateArg{{Name: "N", Kind: mlx.TemplateInt, Int: -1}}
		}, "minus sign"},
		"comma quirk": {func(k *mlx.KernelSource, _ *[]mlx.ArgInfo, c *mlx.LaunchConfig) {
			k.OutputNames, k.Source = []string{"y", "z"}, "y[0] = x_shape[0];"
			*c = launch(mlx.Float32, mlx.Float32)
		}, "closes the parameter list"},
	} {
		t.Run(name, func(t *testing.T) {
			k, in, cfg := ok()
			c.change(&k, &in, &cfg)
			_, err := k.Generate(in, cfg)
			require.ErrorContains(t, err, c.want)
			require.IsType(t, &mlx.Error{}, err)
		})
	}
}
