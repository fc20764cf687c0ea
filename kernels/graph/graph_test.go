package graph

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

var arrays = []Array{{"x", mlx.Float16, []int{2, 3}}, {"w", mlx.Float32, []int{3}}, {"i", mlx.Int32, []int{2, 3}}, {"t", mlx.Uint32, []int{2}}}

func lower(t *testing.T, text string) (map[string]*Node, error) {
	p, err := dsl.Parse(text)
	require.NoError(t, err)
	return Lower(New(), p, arrays, map[string]any{"N": int64(3), "eps": 0.5, "flag": true})
}

// TestLower shows what programs become, printed back as programs.
func TestLower(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"x * 1 + 0", "x"},
		{"2 * (3 * x)", "6.0 * x"},
		{"-(-x)", "x"},
		{"x - x", "broadcast_to(0.0, [2, 3])"},
		{"x ** 2", "x * x"},
		{"x ** 0.5", "sqrt(x)"},
		{"exp(x) + exp(x) * w", "t1 = exp(x)\nout = t1 + w * t1"},
		{"silu(x)", "x * sigmoid(x)"},
		{"x + N // 2", "1.0 + x"},
		{"x if flag else w", "x"},
		{"i * N - 1", "3 * i - 1"},
		{"i + 0.5", "0.5 + astype(i, float32)"},
		{"sum(x, axis=-1)", "reshape(sum(x, axis=-1, keepdims=true), [2])"},
		{"softmax(x, axis=-1)", "t1 = exp(x - stop_gradient(max(x, axis=-1, keepdims=true)))\nout = t1 / sum(t1, axis=-1, keepdims=true)"},
		{"mean(x, axis=[0, 1], keepdims=true)", "mean(x, axis=[0, 1], keepdims=true)"},
		{"take_along_axis(x, t[:, None], axis=-1)[:, 0]", "reshape(sum(where(reshape(t, [2, 1]) == astype(arange(3), uint32), x, 0.0), axis=-1, keepdims=true), [2])"},
		{"astype(x, bfloat16) < 1", "astype(x, bfloat16) < 1.0"},
	} {
		nodes, err := lower(t, c.text)
		require.NoError(t, err, c.text)
		p, err := Program([]Named{{"out", nodes[""]}})
		require.NoError(t, err)
		want := c.want
		if p2, err := dsl.Parse(want); err == nil && p2.Stmts[0].Targets == nil {
			want = "out = " + want
		}
		require.Equal(t, want, p.String(), c.text)
		again, err := lower(t, p.Text)
		require.NoError(t, err, p.Text)
		require.Equal(t, nodes[""].Shape, again["out"].Shape)
		require.Equal(t, nodes[""].DType, again["out"].DType)
	}
}

func TestLowerErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"matmul(x, w)", "1:1: matmul is not supported in generated kernels; write a source"},
		{"x @ w", "1:1: matrix products are not supported in generated kernels; write a source"},
		{"x[:, 1:]", "1:6: generated kernels take whole arrays and new axes only; make the part an input of its own, or write a source"},
		{"1 + sum(x, axis=5)", "1:5: axis 5 does not fit an array of 2 dimensions"},
		{"x + y", `1:5: unknown name "y"`},
		{"y = x\nz = y + t", "2:5: shapes [2 3] and [2] do not broadcast"},
		{"x & 1", "1:1: bitwise_and takes integers"},
	} {
		_, err := lower(t, c.text)
		require.EqualError(t, err, c.want, c.text)
	}
}
