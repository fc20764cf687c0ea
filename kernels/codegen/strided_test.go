package codegen_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// TestStrided: generated kernels take transposed, reversed and sliced inputs as
// they are, without a copy.
func TestStrided(t *testing.T) {
	random := func(seed uint64, shape ...int) *mlx.Array {
		return mlx.RandomNormal(mlx.Key(seed), shape, mlx.Float32, nil, nil)
	}
	x := random(1, 20, 24).Transpose()
	z := random(2, 48, 20).Slice([]int{0, 0}, []int{48, 20}, []int{2, 1})
	w := random(3, 60).Slice([]int{0}, []int{60}, []int{3})
	inputs := []*mlx.Array{x, z, w}
	for _, a := range inputs {
		require.False(t, a.Contiguous())
	}
	for program, want := range map[string]*mlx.Array{
		"elementwise: y = x * w - z":                                    x.Multiply(w).Subtract(z),
		"map_reduce: y = x * w - sum(z, axis=-1, keepdims=true)":        x.Multiply(w).Subtract(z.Sum(true, -1)),
		"map_reduce: y = z * w - sum(x, axis=0, keepdims=true)":         z.Multiply(w).Subtract(x.Sum(true, 0)),
		"scan: y = cumsum(x, axis=-1) * w + z":                          x.CumSum(1, false, true).Multiply(w).Add(z),
		"scan: y = cumsum(z, axis=0, reverse=true) + x":                 z.CumSum(0, true, true).Add(x),
		"map_reduce: y = x + sum(z * w, axis=-1)[:, None] * max(x)":     x.Add(z.Multiply(w).Sum(true, -1).Multiply(x.Max(true))),
		"map_reduce: y = x / (1 + sum(exp(z), axis=-1, keepdims=true))": x.Divide(z.Exp().Sum(true, -1).Add(1)),
	} {
		s, err := kernels.Parse("strided.yaml", []byte(`zmlx: 1
name: strided
params: {R: 24, C: 20}
inputs:
  x: {dtype: float32, shape: [R, C]}
  z: {dtype: float32, shape: [R, C]}
  w: {dtype: float32, shape: [C]}
outputs: {y: {dtype: float32, shape: [R, C]}}
`+program))
		require.NoError(t, err, program)
		src, err := s.Source(kernels.Case{}, mlx.Float32)
		require.NoError(t, err)
		for _, l := range src.Launches() {
			require.False(t, l.Kernel.EnsureRowContiguous, program)
		}
		ctx := context.Background()
		k, err := mlx.HostDevice().Compile(ctx, src.Kernel, mlx.ArgInfos(inputs), src.Config)
		require.NoError(t, err)
		res, err := k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{Poison: true})
		require.NoError(t, err)
		require.Empty(t, res.Findings)
		require.InDeltaSlice(t, want.Float64s(), res.Outputs[0].Float64s(), 1e-4, program)
	}
}
