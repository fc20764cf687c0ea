package codegen_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// grammar makes random, well-typed expressions whose values stay moderate.
type grammar struct{ r *rand.Rand }

func (g grammar) pick(list ...string) string { return list[g.r.IntN(len(list))] }

func (g grammar) float(depth int) string {
	if depth == 0 {
		return g.pick("x", "w", "s", "0.5", "-2", "1.25", "x")
	}
	a, b := g.float(depth-1), g.float(g.r.IntN(depth))
	switch g.r.IntN(10) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", a, g.pick("+", "-", "*"), b)
	case 3:
		return fmt.Sprintf("(%s / (1 + %s * %s))", a, b, b)
	case 4, 5:
		return fmt.Sprintf("%s(%s)", g.pick("tanh", "sin", "cos", "sigmoid", "erf", "silu", "gelu", "softplus", "abs", "-relu", "arctan"), a)
	case 6:
		return fmt.Sprintf("%s(%s, %s)", g.pick("maximum", "minimum", "logaddexp"), a, b)
	case 7:
		return fmt.Sprintf("(%s if %s else %s)", a, g.truth(depth-1), b)
	case 8:
		return fmt.Sprintf("sqrt(1 + square(%s))", a)
	}
	return fmt.Sprintf("(%s * %s)", a, g.integer(depth-1))
}

func (g grammar) integer(depth int) string {
	if depth == 0 {
		return g.pick("i", "i", "2", "-3", "b")
	}
	a, b := g.integer(depth-1), g.integer(g.r.IntN(depth))
	return g.pick(fmt.Sprintf("(%s + %s)", a, b), fmt.Sprintf("(%s - %s)", a, b), fmt.Sprintf("(%s %% 5)", a), fmt.Sprintf("maximum(%s, %s)", a, b),
		fmt.Sprintf("(%s & 7)", a), fmt.Sprintf("abs(%s)", a))
}

// truth compares inputs only, so that rounding cannot change the outcome.
func (g grammar) truth(depth int) string {
	if depth == 0 {
		return g.pick("b", "x > 0", "w < s", "i == 2", "x <= w")
	}
	return fmt.Sprintf("(%s %s %s)", g.truth(depth-1), g.pick("and", "or"), g.pick("b", "not b", "x > 0.5"))
}

// TestRandomPrograms: generated kernels agree with the operations of package
// mlx on programs that nobody wrote.
func TestRandomPrograms(t *testing.T) {
	for seed := range uint64(60) {
		g := grammar{rand.New(rand.NewPCG(seed, 1))}
		form, body := "elementwise", g.float(1+g.r.IntN(5))
		if seed%3 == 0 {
			form = "map_reduce"
			body = fmt.Sprintf("%s + %s(w + %s, axis=-1, keepdims=true) * %s", body, g.pick("mean", "max", "min", "logsumexp"), g.float(1+g.r.IntN(3)), g.float(2))
		}
		s, err := kernels.Parse("random.yaml", fmt.Appendf(nil, `zmlx: 1
name: random
params: {R: 7, D: 130}
template: {T: float32}
inputs:
  x: {dtype: T, shape: [R, D]}
  w: {dtype: T, shape: [D]}
  s: {dtype: float32, shape: [1], init: constant(0.75)}
  i: {dtype: int32, shape: [R, D], init: "randint(-4, 5)"}
  b: {dtype: bool, shape: [R, D], init: bits}
outputs: {y: {dtype: float32, shape: [R, D]}}
%s: "y = x * 0 + (%s)"
tolerance: {float32: 1e-4, bfloat16: 1e-4}
`, form, body))
		require.NoError(t, err, body)
		for _, job := range check.Plan(s) {
			r, err := check.Spec(context.Background(), mlx.HostDevice(), s, job, check.Options{Seed: seed})
			require.NoError(t, err)
			require.Equal(t, check.OK, r.Status, "%s: %s\n%s\n%+v\n%v\n%s", form, body, r.Message, r.Outputs, r.Results.Compiler, source(r))
		}
	}
}

func source(r *check.Report) string {
	if r.Results.Source == nil {
		return ""
	}
	return r.Results.Source.Kernel.Header + r.Results.Source.Kernel.Source
}
