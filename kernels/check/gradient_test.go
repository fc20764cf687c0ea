package check

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

func TestGradients(t *testing.T) {
	for _, c := range []struct{ form, program, init string }{
		{"elementwise", "x * tanh(log(1 + exp(x)))", "normal"},
		{"elementwise", "gelu(x) * silu(w) + mish(x - w)", "normal"},
		{"elementwise", "x / w + sqrt(x) * log(w) + x ** 2.5 + w ** -2", "uniform(0.5, 2)"},
		{"elementwise", "where(x > 0.5, x * w, exp(-x)) + maximum(x, w) * minimum(x, 2 * w)", "normal"},
		{"elementwise", "logaddexp(x, w) + arctan2(x, w) + erf(x) + sigmoid(-w) + abs(x)", "normal"},
		{"elementwise", "arcsin(x) + arccos(w) + arctan(x) + arctanh(w) + log1p(x) + expm1(w) + rsqrt(x)", "uniform(0.2, 0.8)"},
		{"elementwise", "sin(x) * cos(w) + tan(x) + sinh(w) * cosh(x) + log2(x + 3) + log10(w + 3) + elu(x)", "uniform(-1, 1)"},
		{"map_reduce", "softmax(x * w, axis=-1)", "normal"},
		{"map_reduce", "x * rsqrt(mean(square(x), axis=-1, keepdims=true) + 1e-6) * w", "normal"},
		{"map_reduce", "layer_norm(x, eps=1e-5) * sum(w, axis=-1, keepdims=true)", "normal"},
		{"map_reduce", "log_softmax(x) + max(w, axis=-1, keepdims=true)", "normal"},
		{"map_reduce", "x * prod(w, axis=-1, keepdims=true) + std(x, axis=-1, keepdims=true)", "uniform(0.8, 1.2)"},
		{"scan", "cumsum(x * w, axis=-1)", "normal"},
		{"map_reduce", "softmax(x, axis=0) * max(w)", "normal"},
		{"map_reduce", "rms_norm(x, mean(w, axis=0)) + layer_norm(w, sum(x, axis=0), max(x, axis=0))", "normal"},
		{"map_reduce", "x * prod(w, axis=-1, keepdims=true)", "randint(0, 2)"},
		{"scan", "cumprod(x, axis=-1, reverse=true, inclusive=false) * w", "uniform(0.9, 1.1)"},
		{"elementwise", "x ** (1 + w) + (1 + x) ** w", "randint(0, 3)"},
	} {
		s, err := kernels.Parse("grad.yaml", fmt.Appendf(nil, `zmlx: 1
name: f
params: {R: 5, D: 33}
template: {T: float32}
inputs:
  x: {dtype: T, shape: [R, D], init: "%[3]s"}
  w: {dtype: T, shape: [R, D], init: "%[3]s"}
outputs: {y: {dtype: T, shape: [R, D]}}
%[1]s: "%[2]s"
tolerance: {float32: 5e-5}
`, c.form, c.program, c.init))
		require.NoError(t, err, c.program)
		reports, err := Gradients(context.Background(), mlx.HostDevice(), s, Plan(s)[0], Options{Seed: 5})
		require.NoError(t, err, c.program)
		require.Len(t, reports, 2, c.program)
		for _, r := range reports {
			require.LessOrEqual(t, r.Error, MaxGradientError, "%s to %s\n%s\n%v %v", c.program, r.Input, r.Program, r.Analytic, r.Numeric)
			require.Empty(t, r.NoKernel, c.program)
			require.True(t, r.OK, "%s to %s\n%s\n%+v\n%v", c.program, r.Input, r.Program, r.Kernel.Outputs, r.Kernel.Results.Compiler)
		}
	}
}

// TestDerived: gradients of gradients, derivatives in a direction and batches
// are kernels that agree with their programs in float64.
func TestDerived(t *testing.T) {
	s, err := kernels.Parse("norm.yaml", []byte(`zmlx: 1
name: norm
params: {R: 5, D: 33}
template: {T: float32}
inputs: {x: {dtype: T, shape: [R, D]}, w: {dtype: T, shape: [D]}}
outputs: {y: {dtype: T, shape: [R, D]}, m: {dtype: T, shape: [R]}}
map_reduce: |
  y = rms_norm(x, w) * tanh(x)
  m = logsumexp(x, axis=-1)
tolerance: {float32: 5e-5}
`))
	require.NoError(t, err)
	src, err := s.Source(kernels.Case{}, mlx.Float32)
	require.NoError(t, err)
	var c kernels.Case
	derived := func(spec *kernels.Spec, err error) *kernels.Source {
		require.NoError(t, err)
		out, err := spec.Source(c, mlx.Float32)
		require.NoError(t, err, spec.Reference.Text())
		r, err := Spec(context.Background(), mlx.HostDevice(), spec, Job{c, mlx.Float32}, Options{Seed: 3})
		require.NoError(t, err)
		require.Equal(t, OK, r.Status, "%s\n%+v", spec.Reference.Text(), r.Outputs)
		return out
	}
	weight := derived(src.Gradient("w"))
	require.Equal(t, []int{33}, weight.Config.OutputShapes[0])
	require.Len(t, weight.Launches(), 2)
	derived(weight.Gradient("x"))
	derived(derived(src.Gradient("x")).Tangent("x"))
	require.Equal(t, [][]int{{5, 33}, {5}}, derived(src.Tangent("x")).Config.OutputShapes)
	require.Equal(t, [][]int{{3, 5, 33}, {3, 5}}, derived(src.Batched(3)).Config.OutputShapes)
	derived(derived(src.Batched(2)).Gradient("xs"))

	// A longer row is another launch of the same kernel, not another text.
	short := derived(src.Gradient("x"))
	c = c.With("D", kernels.Value{Kind: kernels.IntValue, Int: 40})
	longer, err := s.Source(c, mlx.Float32)
	require.NoError(t, err)
	require.Equal(t, short.Kernel.Source, derived(longer.Gradient("x")).Kernel.Source)
}
