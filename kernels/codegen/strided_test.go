package codegen_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// TestStrided: elementwise kernels take transposed, reversed and sliced inputs
// as they are, without a copy.
func TestStrided(t *testing.T) {
	s, err := kernels.Parse("strided.yaml", []byte(`zmlx: 1
name: strided
params: {R: 24, C: 20}
template: {T: float32}
inputs:
  x: {dtype: T, shape: [R, C]}
  z: {dtype: T, shape: [R, C]}
  w: {dtype: T, shape: [C]}
outputs: {y: {dtype: T, shape: [R, C]}, d: {dtype: T, shape: [R, C]}}
elementwise: |
  y = x * w - z
  d = x + z
`))
	require.NoError(t, err)
	src, err := s.Source(kernels.Case{}, mlx.Float32)
	require.NoError(t, err)
	require.False(t, src.Kernel.EnsureRowContiguous)
	random := func(seed uint64, shape ...int) *mlx.Array {
		return mlx.RandomNormal(mlx.Key(seed), shape, mlx.Float32, nil, nil)
	}
	x := random(1, 20, 24).Transpose()
	z := random(2, 48, 20).Slice([]int{47, 0}, []int{-49, 20}, []int{-2, 1})
	w := random(3, 60).Slice([]int{0}, []int{60}, []int{3})
	for _, a := range []*mlx.Array{x, z, w} {
		require.False(t, a.Contiguous())
	}
	inputs := []*mlx.Array{x, z, w}
	ctx := context.Background()
	k, err := mlx.HostDevice().Compile(ctx, src.Kernel, mlx.ArgInfos(inputs), src.Config)
	require.NoError(t, err)
	res, err := k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{})
	require.NoError(t, err)
	require.Empty(t, res.Findings)
	require.InDeltaSlice(t, x.Multiply(w).Subtract(z).Float64s(), res.Outputs[0].Float64s(), 1e-6)
	require.InDeltaSlice(t, x.Add(z).Float64s(), res.Outputs[1].Float64s(), 1e-6)
}
