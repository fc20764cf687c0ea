package autodiff

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/kernels/graph"
	"github.com/zmlx/zmlx/mlx"
)

var programs = []string{
	"x * tanh(log(1 + exp(x)))",
	"gelu(x) / (2 + x * x)",
	"softmax(x, axis=-1)",
	"x * rsqrt(mean(square(x), axis=-1, keepdims=true) + 1e-6)",
	"layer_norm(x) + logsumexp(x, axis=-1, keepdims=true)",
	"cumsum(sin(x), axis=-1, reverse=true)",
	"where(x > 0, x * x, exp(x)) * sum(x ** 3)",
	"std(x, axis=-1) * x[0]",
}

var shape = []int{3, 3}

// run evaluates a node in float64.
func run(t *testing.T, n *graph.Node, vars map[string]any) *mlx.Array {
	p, err := graph.Program([]graph.Named{{Name: "out", Node: n}})
	require.NoError(t, err)
	out, err := p.Eval(context.Background(), vars, dsl.Options{Wide: true})
	require.NoError(t, err, p.Text)
	return out["out"]
}

func random(seed uint64) *mlx.Array {
	return mlx.RandomNormal(mlx.Key(seed), shape, mlx.Float32, nil, nil).AsType(mlx.Float64)
}

func lower(t *testing.T, text string) (*graph.Graph, *graph.Node, *graph.Node) {
	g := graph.New()
	p, err := dsl.Parse(text)
	require.NoError(t, err)
	out, err := graph.Lower(g, p, []graph.Array{{Name: "x", DType: mlx.Float32, Shape: shape}}, nil)
	if err != nil {
		return nil, nil, nil // x[0] cannot be lowered
	}
	return g, g.Input("x", mlx.Float32, shape), out[""]
}

// slope is the derivative of f at x in direction v by central differences.
func slope(t *testing.T, f *graph.Node, vars map[string]any, v *mlx.Array) *mlx.Array {
	const h = 1e-5
	x := vars["x"].(*mlx.Array)
	at := func(step float64) *mlx.Array {
		moved := map[string]any{}
		for k, a := range vars {
			moved[k] = a
		}
		moved["x"] = x.Add(v.Multiply(step))
		return run(t, f, moved)
	}
	return at(h).Subtract(at(-h)).Divide(2 * h)
}

func close(t *testing.T, want, got *mlx.Array, text string) {
	require.Equal(t, want.Shape(), got.Shape(), text)
	require.InDeltaSlice(t, want.Float64s(), got.Float64s(), 2e-7, text)
}

// TestForward: JVP agrees with finite differences, and with VJP as its
// transpose; both can be taken again.
func TestForward(t *testing.T) {
	vars := map[string]any{"x": random(1), "v": random(2), "u": random(3)}
	for _, text := range programs {
		g, x, y := lower(t, text)
		if y == nil {
			continue
		}
		v := g.Input("v", mlx.Float32, shape)
		jvp, err := JVP(g, []*graph.Node{y}, []*graph.Node{x}, []*graph.Node{v})
		require.NoError(t, err, text)
		close(t, slope(t, y, vars, vars["v"].(*mlx.Array)), run(t, jvp[0], vars), text)

		u := g.Input("u", mlx.Float32, shape)
		vjp, err := VJP(g, []*graph.Node{y}, []*graph.Node{u}, []*graph.Node{x})
		require.NoError(t, err, text)
		forward := run(t, jvp[0], vars).Multiply(vars["u"]).Sum(mlx.DropDims).Item()
		reverse := run(t, vjp[0], vars).Multiply(vars["v"]).Sum(mlx.DropDims).Item()
		require.InDelta(t, forward, reverse, 1e-9, text)

		second, err := JVP(g, vjp, []*graph.Node{x}, []*graph.Node{v})
		require.NoError(t, err, text)
		close(t, slope(t, vjp[0], vars, vars["v"].(*mlx.Array)), run(t, second[0], vars), "second order of "+text)
	}
}

// TestVmap: the batch computes what its members compute alone.
func TestVmap(t *testing.T) {
	batch := mlx.RandomNormal(mlx.Key(9), []int{4, 3, 3}, mlx.Float32, nil, nil).AsType(mlx.Float64)
	for _, text := range programs {
		g, x, y := lower(t, text)
		if y == nil {
			continue
		}
		xs := g.Input("xs", mlx.Float32, []int{4, 3, 3})
		out, err := Vmap(g, []*graph.Node{y}, map[*graph.Node]*graph.Node{x: xs}, 4)
		require.NoError(t, err, text)
		all := run(t, out[0], map[string]any{"xs": batch})
		for i := range 4 {
			one := run(t, y, map[string]any{"x": batch.Get(i)})
			close(t, one, all.Get(i), text)
		}
	}
}

func TestSimplified(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"3 * x", "d = 3.0 * u"},
		{"x * x", "t1 = x * u\nd = t1 + t1"},
		{"exp(x)", "d = exp(x) * u"},
		{"x + 1", "d = u"},
		{"floor(x)", "d = broadcast_to(0.0, [3, 3])"},
		{"sigmoid(x)", "t1 = sigmoid(x)\nd = u * (t1 * (1.0 - t1))"},
	} {
		g, x, y := lower(t, c.text)
		u := g.Input("u", mlx.Float32, shape)
		grads, err := VJP(g, []*graph.Node{y}, []*graph.Node{u}, []*graph.Node{x})
		require.NoError(t, err)
		p, err := graph.Program([]graph.Named{{Name: "d", Node: grads[0]}})
		require.NoError(t, err)
		require.Equal(t, c.want, p.String(), c.text)
	}
}
