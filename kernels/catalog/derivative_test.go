package catalog

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// values are arrays by name, in float64 where they are floating-point.
type values map[string]*mlx.Array

// derivative pairs a gradient kernel with the kernel that it belongs to.
type derivative struct {
	base string
	// wrt names the base's input for each output of the gradient kernel; "" is
	// an output that is no gradient.
	wrt map[string]string
	// more computes what the gradient kernel takes besides the base's inputs
	// and outputs and g.
	more func(t *testing.T, c kernels.Case, v values)
	c    kernels.Case
}

func caseOf(pairs ...any) kernels.Case {
	var c kernels.Case
	for i := 0; i < len(pairs); i += 2 {
		switch x := pairs[i+1].(type) {
		case int:
			c = c.With(pairs[i].(string), kernels.Int(int64(x)))
		case bool:
			c = c.With(pairs[i].(string), kernels.Bool(x))
		}
	}
	return c
}

var rows, shortRow = caseOf("R", 3, "D", 31), caseOf("R", 5, "V", 9)

// attended adds what flash_attention_grad_q gives.
func attended(t *testing.T, c kernels.Case, v values) { reference(t, "flash_attention_grad_q", c, v) }

var masked = caseOf("B", 2, "H", 4, "HKV", 2, "L", 7, "S", 9, "D", 8, "window", 5, "masked", true, "MH", 4)

var derivatives = map[string]derivative{
	"swiglu_grad": {c: rows}, "geglu_grad": {c: rows}, "silu_mul_grad": {c: rows}, "gelu_mul_grad": {c: rows},
	"softmax_grad": {c: rows}, "log_softmax_grad": {c: rows}, "rmsnorm_grad": {c: rows}, "layernorm_grad": {c: rows},
	"softmax_cross_entropy_grad": {c: shortRow}, "cross_entropy_grad": {c: shortRow},
	"rmsnorm_weight_grad": {base: "rmsnorm", c: rows, wrt: map[string]string{"dw": "w"}, more: func(t *testing.T, c kernels.Case, v values) {
		reference(t, "rmsnorm_stats", c, v)
	}},
	"layernorm_weight_grad": {base: "layernorm", c: rows, wrt: map[string]string{"dw": "w", "db": "b"}, more: func(t *testing.T, c kernels.Case, v values) {
		reference(t, "layernorm_stats", c, v)
		v["mean"] = v["m"]
	}},
	"flash_attention_grad_q":  {base: "flash_attention", c: masked.With("sunk", kernels.Bool(true)), wrt: map[string]string{"dq": "q", "lse": "", "delta": ""}},
	"flash_attention_grad_kv": {base: "flash_attention", c: masked, wrt: map[string]string{"dk": "k", "dv": "v"}, more: attended},
	"add_rmsnorm_grad":        {c: rows, wrt: map[string]string{"d": "x"}},
}

// straightThrough kernels are not the gradient of what they follow.
var straightThrough = []string{"depth_gate_grad"}

// resolve is a kernel's source in a case, of whose values it takes those that
// it knows.
func resolve(t *testing.T, name string, c kernels.Case) *kernels.Source {
	e, err := Find(name)
	require.NoError(t, err)
	spec, err := e.Spec()
	require.NoError(t, err)
	var known kernels.Case
	for _, v := range c.Values {
		if slices.ContainsFunc(spec.Params, func(p kernels.Param) bool { return p.Name == v.Name }) {
			known = known.With(v.Name, v.Value)
		}
	}
	src, err := spec.Source(known, mlx.Float32)
	require.NoError(t, err)
	return src
}

// reference adds a kernel's outputs, in float64, to the values.
func reference(t *testing.T, name string, c kernels.Case, v values) {
	src := resolve(t, name, c)
	outs := evaluate(t, src, v)
	for i, o := range src.Spec.Outputs {
		v[o.Name] = outs[i]
	}
}

func evaluate(t *testing.T, src *kernels.Source, v values) []*mlx.Array {
	inputs := make([]*mlx.Array, len(src.Inputs))
	for i, in := range src.Inputs {
		require.NotNil(t, v[in.Name], "%s takes %s", src.Spec.Name, in.Name)
		inputs[i] = v[in.Name]
	}
	outs, err := src.Reference(context.Background(), inputs, true)
	require.NoError(t, err)
	return outs
}

func normal(key *mlx.Array, shape []int) *mlx.Array {
	return mlx.RandomNormal(key, shape, mlx.Float32, nil, nil).AsType(mlx.Float64)
}

// TestDerivatives: every kernel that is called a gradient is one. Its reference
// agrees with finite differences of its base's in float64, and the kernel with
// its reference on the inputs that belong together.
func TestDerivatives(t *testing.T) {
	for _, e := range List() {
		if !strings.HasSuffix(e.Name, "_grad") && derivatives[e.Name].base == "" || slices.Contains(straightThrough, e.Name) {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			d := derivatives[e.Name]
			if d.base == "" {
				d.base = strings.TrimSuffix(e.Name, "_grad")
			}
			if d.c.Values == nil {
				d.c = caseOf("N", 31)
			}
			base, grad := resolve(t, d.base, d.c), resolve(t, e.Name, d.c)
			v, weights := values{}, []*mlx.Array{}
			drawn, err := base.Draw(3, nil)
			require.NoError(t, err)
			for i, in := range base.Inputs {
				if v[in.Name] = drawn[i]; in.DType.IsFloat() {
					v[in.Name] = drawn[i].AsType(mlx.Float64)
				}
			}
			inputs := values{}
			for name, a := range v {
				inputs[name] = a
			}
			keys := mlx.SplitKey(mlx.Key(4), 8)
			for i, out := range evaluate(t, base, v) {
				weights = append(weights, normal(keys[i], out.Shape()))
				name := base.Spec.Outputs[i].Name
				if v[name] = out; i == 0 {
					v["g"] = weights[i]
				} else {
					v["g"+name] = weights[i]
				}
			}
			if d.more != nil {
				d.more(t, d.c, v)
			}
			got := evaluate(t, grad, v)
			for i, o := range grad.Spec.Outputs {
				wrt, named := d.wrt[o.Name]
				if !named {
					wrt = strings.TrimPrefix(o.Name, "d_")
				}
				if wrt == "d" {
					wrt = base.Inputs[0].Name
				}
				if wrt == "" {
					continue
				}
				compareDirection(t, base, inputs, wrt, weights, got[i], keys[7])
			}
			given := map[string]*mlx.Array{}
			for _, in := range grad.Inputs {
				given[in.Name] = v[in.Name].AsType(in.DType)
			}
			r, err := check.Spec(context.Background(), mlx.HostDevice(), grad.Spec, check.Job{Case: grad.Case, DType: mlx.Float32}, check.Options{Inputs: given})
			require.NoError(t, err)
			require.Equal(t, check.OK, r.Status, "%s%v %+v", r.Message, r.Diagnostics, r.Outputs)
		})
	}
}

// compareDirection compares the derivative of sum(weights * f) in a random
// direction with central differences.
func compareDirection(t *testing.T, base *kernels.Source, in values, wrt string, weights []*mlx.Array, d, key *mlx.Array) {
	direction := normal(key, in[wrt].Shape())
	at := func(step float64) (sum, size float64) {
		moved := values{}
		for name, a := range in {
			moved[name] = a
		}
		moved[wrt] = in[wrt].Add(direction.Multiply(step))
		for i, o := range evaluate(t, base, moved) {
			p := o.AsType(mlx.Float64).Multiply(weights[i])
			sum += p.Sum(mlx.DropDims).Item()
			size += p.Abs().Sum(mlx.DropDims).Item()
		}
		return sum, size
	}
	const h = 1e-6
	up, size := at(h)
	down, _ := at(-h)
	numeric := (up - down) / (2 * h)
	analytic := d.AsType(mlx.Float64).Multiply(direction).Sum(mlx.DropDims).Item()
	scale := max(math.Abs(numeric), 1e-5*size, 1e-12)
	require.Less(t, math.Abs(analytic-numeric)/scale, check.MaxGradientError, "to %s: %v, by differences %v", wrt, analytic, numeric)
}
