package dsl

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

func vars() map[string]any {
	return map[string]any{
		"x": mlx.New([]float32{1, -2, 3, 4, 5, 6}, 2, 3), "h": mlx.New([]float32{0.5, 1.5}).AsType(mlx.Float16),
		"i": mlx.New([]int32{2, 0}), "b": mlx.New([]bool{true, false}), "N": int64(3), "eps": 0.25, "flag": true, "T": mlx.Float16,
	}
}

func TestEval(t *testing.T) {
	for _, c := range []struct {
		text  string
		dtype mlx.DType
		shape []int
		want  []float64
	}{
		{"x[..., :1]", mlx.Float32, []int{2, 1}, []float64{1, 4}},
		{"x[0, ::-1]", mlx.Float32, []int{3}, []float64{3, -2, 1}},
		{"x[:, i]", mlx.Float32, []int{2, 2}, []float64{3, 1, 6, 4}},
		{"x[-1, None]", mlx.Float32, []int{1, 3}, []float64{4, 5, 6}},
		{"h * 2 + eps", mlx.Float16, []int{2}, []float64{1.25, 3.25}},
		{"2 - h", mlx.Float16, []int{2}, []float64{1.5, 0.5}},
		{"i / 2", mlx.Float32, []int{2}, []float64{1, 0}},
		{"7 // N * i", mlx.Int32, []int{2}, []float64{4, 0}},
		{"-i % 3", mlx.Int32, []int{2}, []float64{1, 0}},
		{"2 ** i", mlx.Int32, []int{2}, []float64{4, 1}},
		{"h if b else -1", mlx.Float16, []int{2}, []float64{0.5, -1}},
		{"h if flag and N > 2 else i", mlx.Float16, []int{2}, []float64{0.5, 1.5}},
		{"where(x[0] > 0, x[0], 0)", mlx.Float32, []int{3}, []float64{1, 0, 3}},
		{"not b or i == 2", mlx.Bool, []int{2}, []float64{1, 1}},
		{"sum(x, axis=-1, keepdims=true)", mlx.Float32, []int{2, 1}, []float64{2, 15}},
		{"x.sum() / x.size", mlx.Float32, []int{}, []float64{17.0 / 6}},
		{"x.T.shape[0] * h", mlx.Float16, []int{2}, []float64{1.5, 4.5}},
		{"a, c = split(x, [1], axis=1); y = a + c", mlx.Float32, []int{2, 2}, []float64{-1, 4, 9, 10}},
		{"astype(x[0], T)", mlx.Float16, []int{3}, []float64{1, -2, 3}},
		{"arange(N, dtype=T)", mlx.Float16, []int{3}, []float64{0, 1, 2}},
		{"concatenate([i, i[:1]])", mlx.Int32, []int{3}, []float64{2, 0, 2}},
		{"maximum(0, x[0])", mlx.Float32, []int{3}, []float64{1, 0, 3}},
		{"x @ x.T", mlx.Float32, []int{2, 2}, []float64{14, 12, 12, 77}},
		{"to_fp8(x[0] * 100)", mlx.Uint8, []int{3}, []float64{0x6c, 0xf4, 0x79}},
		{"from_fp8(to_fp8(x[0] * 100), T)", mlx.Float16, []int{3}, []float64{96, -192, 288}},
		{"mx.argsort(-x[1])", mlx.Uint32, []int{3}, []float64{2, 1, 0}},
	} {
		p, err := Parse(c.text)
		require.NoError(t, err, c.text)
		out, err := p.Eval(context.Background(), vars(), Options{})
		require.NoError(t, err, c.text)
		y := out["y"]
		if y == nil {
			y = out[""]
		}
		require.Equal(t, c.dtype, y.DType(), c.text)
		require.Equal(t, c.shape, y.Shape(), c.text)
		require.InDeltaSlice(t, c.want, y.Float64s(), 1e-6, c.text)
	}
}

// TestWide: the float64 evaluation does not round to the working type anywhere.
func TestWide(t *testing.T) {
	for _, c := range []struct {
		text string
		want float64
	}{
		{"h[0] / 3", 0.5 / 3},
		{"1 / astype(i[0], float32) / 3", 0.5 / 3},
		{"(i[0] + 1) / 10", 0.3},
		{"mean(i + 0.1)", 1.1},
		{"i[0] * 0.1", 0.2},
		{"exp(i[0] - 2) / 7", 1.0 / 7},
		{"full([1], 0.1)[0] * 3", 0.1 * 3},
		{"sum(astype(h, T) * 0.1)", 0.2},
		{"from_fp8(to_fp8(h * 100), T)[0] / 5", 48.0 / 5},
	} {
		p, err := Parse(c.text)
		require.NoError(t, err, c.text)
		out, err := p.Eval(context.Background(), vars(), Options{Wide: true})
		require.NoError(t, err, c.text)
		require.Equal(t, mlx.Float64, out[""].DType(), c.text)
		require.InDelta(t, c.want, out[""].Item(), 1e-16, c.text)
	}
}

func TestEvalErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"x + y", `1:5: unknown name "y"`},
		{"x[5]", `1:1: `},
		{"y = x\nz = matmul(y, y)", `2:5: `},
		{"sofmax(x)", `1:1: unknown function "sofmax"; did you mean "softmax"?`},
		{"sum(x, axis='a')", `1:13: axis of sum: wanted an integer, not a string; it is sum(x, axis=none, keepdims=false)`},
		{"zeros([100000, 100000])", `1:7: shape of zeros: [100000 100000] is not the shape of a reasonable array; it is zeros(shape, dtype=float32)`},
		{"repeat(x, 9223372036854775807)", `1:11: repeats of repeat: 9223372036854775807 is too large; it is repeat(`},
		{"x.foo", `1:3: unknown attribute "foo"; known are .shape, .ndim, .size, .dtype and .T`},
		{"N // 0 * x", "1:1: division by zero"},
		{"x[0, 0, 0]", "1:1: "},
		{"'text'", "1:1: a string is not an array"},
	} {
		p, err := Parse(c.text)
		require.NoError(t, err, c.text)
		_, err = p.Eval(context.Background(), vars(), Options{})
		_, ok := AsError(err)
		require.True(t, ok, "%s: %v", c.text, err)
		require.ErrorContains(t, err, c.want, c.text)
	}
	p, err := Parse("exp(x)")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = p.Eval(ctx, vars(), Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzEval: a program that parses evaluates or fails with an *Error.
func FuzzEval(f *testing.F) {
	for _, s := range []string{"x[..., :1] + h[0]", "softmax(x, axis=-1) @ x.T", "a, b = split(x, 2, axis=0); y = a ** b", "rope(x[None], 2)", "pad(x, [(1, 1), (0, 2)])"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil || len(text) > 200 {
			return
		}
		_, err = p.Eval(context.Background(), vars(), Options{Wide: len(text)%2 == 0})
		if err != nil {
			_, ok := AsError(err)
			require.True(t, ok, err)
		}
	})
}

// TestRandom: a key gives the bits that MLX gives, in float64 too.
func TestRandom(t *testing.T) {
	key := mlx.Key(7)
	for _, wide := range []bool{false, true} {
		p, err := Parse("b = random_bits(key, [3]); u = random_uniform(key, [2, 2], -1, 1); k = random_bernoulli(key, 0.25, [1000])")
		require.NoError(t, err)
		out, err := p.Eval(context.Background(), map[string]any{"key": key}, Options{Wide: wide})
		require.NoError(t, err)
		require.Equal(t, mlx.RandomBits(key, 4, 3).Bytes(), out["b"].Bytes())
		require.Equal(t, mlx.RandomUniform(key, -1, 1, []int{2, 2}, mlx.Float32).Float64s(), out["u"].Float64s())
		require.InDelta(t, 250, out["k"].AsType(mlx.Int32).Sum(mlx.DropDims).Item(), 40)
	}
}

// TestEvalOnMLX wants constants to join arrays on their runtime.
func TestEvalOnMLX(t *testing.T) {
	n, err := mlx.Native()
	if err != nil {
		t.Skipf("MLX ITSELF IS NOT TESTED: %v", err)
	}
	for _, text := range []string{"2 * x + eps", "eps ** x", "arange(3) - x", "where(x > 0, x, 0)", "concatenate([x, zeros([1, 3])], axis=0)", "x * ones([3]) if flag else 1"} {
		p, err := Parse(text)
		require.NoError(t, err)
		here, there := vars(), map[string]any{}
		for name, v := range here {
			there[name] = v
			if a, ok := v.(*mlx.Array); ok {
				there[name] = a.On(n.CPU)
			}
		}
		want, err := p.Eval(t.Context(), here, Options{})
		require.NoError(t, err, text)
		got, err := p.Eval(t.Context(), there, Options{})
		require.NoError(t, err, text)
		require.Equal(t, n.CPU, got[""].Runtime(), text)
		require.InDeltaSlice(t, want[""].Float64s(), got[""].Float64s(), 1e-6, text)
	}
}
