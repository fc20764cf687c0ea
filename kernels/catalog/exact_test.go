package catalog

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// outputs launches a kernel of the catalogue on drawn inputs, which it returns
// by name.
func outputs(t *testing.T, name string, c kernels.Case, d mlx.DType) ([]*mlx.Array, map[string]*mlx.Array) {
	e, err := Find(name)
	require.NoError(t, err)
	spec, err := e.Spec()
	require.NoError(t, err)
	src, err := spec.Source(c, d)
	require.NoError(t, err)
	drawn, err := src.Draw(1, nil)
	require.NoError(t, err)
	inputs := map[string]*mlx.Array{}
	for i, in := range src.Inputs {
		inputs[in.Name] = drawn[i]
	}
	return launch(t, src, mlx.LaunchOptions{}).Outputs, inputs
}

var floats = []mlx.DType{mlx.Float32, mlx.Float16, mlx.Bfloat16}

// TestDequantizeBits: the affine formats come out as MLX computes them, digit *
// scale + bias with both operations rounded to the type of the scales.
func TestDequantizeBits(t *testing.T) {
	native, err := mlx.Native()
	if err != nil {
		t.Log("compared with the definition only: ", err) // MLX is not installed
	}
	for _, bits := range []int{2, 3, 4, 5, 6, 8} {
		for _, d := range floats {
			c := caseOf("R", 5, "C", 128, "BITS", bits, "G", 32)
			got, in := outputs(t, "dequantize", c, d)
			q := mlx.Quantized{Packed: in["w"], Scales: in["scales"], Biases: in["biases"], Quantization: mlx.Quantization{GroupSize: 32, Bits: bits}}
			one := q
			one.Scales, one.Biases = mlx.OnesLike(q.Scales), mlx.ZerosLike(q.Biases)
			want := one.Dequantize(mlx.Float32).AsType(d).Multiply(q.Scales.Repeat(32, -1)).Add(q.Biases.Repeat(32, -1))
			requireSame(t, want, got[0], c.String())
			if native != nil {
				q.Packed, q.Scales, q.Biases = q.Packed.On(native.CPU), q.Scales.On(native.CPU), q.Biases.On(native.CPU)
				requireSame(t, q.Dequantize().On(mlx.Host()), got[0], "MLX itself, "+c.String())
			}
		}
	}
}

// TestCombineExact: moe_combine_exact has the bits of the same loop in array
// operations.
func TestCombineExact(t *testing.T) {
	for _, d := range floats {
		got, in := outputs(t, "moe_combine_exact", caseOf("R", 3, "K", 5, "D", 33), d)
		x, w := in["x"], in["w"]
		sum := mlx.Zeros([]int{3, 33}, d)
		for k := range 5 {
			at := mlx.Scalar(k).AsType(mlx.Int32)
			sum = sum.Add(x.Take(at, 1).Multiply(w.Take(at, 1).ExpandDims(-1)))
		}
		requireSame(t, sum, got[0], d.String())
	}
}

// TestMaskedKeys: a mask of -inf hides keys, also the first ones.
func TestMaskedKeys(t *testing.T) {
	e, err := Find("flash_attention")
	require.NoError(t, err)
	spec, err := e.Spec()
	require.NoError(t, err)
	mask := make([]float64, 3*40)
	for i := range mask {
		if i%40 < 33 || i%3 == 0 {
			mask[i] = math.Inf(-1)
		}
	}
	c := caseOf("L", 3, "S", 40, "D", 8, "masked", true, "causal", false)
	given := map[string]*mlx.Array{"mask": mlx.FromFloat64s(mlx.Float32, mask, 1, 1, 3, 40)}
	r, err := check.Spec(context.Background(), mlx.HostDevice(), spec, check.Job{Case: c, DType: mlx.Float32}, check.Options{Inputs: given})
	require.NoError(t, err)
	require.Equal(t, check.OK, r.Status, "%s %+v", r.Message, r.Outputs)
}
