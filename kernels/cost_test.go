package kernels

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

const costly = `zmlx: 1
name: k
params: {R: 3, D: 1000, V: 16 / sizeof(T)}
template: {T: float32}
inputs: {x: {dtype: T, shape: [R, D]}, i: {dtype: uint8, shape: [D]}}
outputs: {y: {dtype: float32, shape: [R]}}
launch: {grid: [R], threadgroup: [1]}
source: y[thread_position_in_grid.x] = V;
cost: {flops: 2*R*D + R}
`

func TestCost(t *testing.T) {
	s, err := Parse("k.yaml", []byte(costly))
	require.NoError(t, err)
	src, err := s.Source(Case{}, mlx.Float16)
	require.NoError(t, err)
	require.Equal(t, &Cost{FLOPs: 6003, Bytes: 2*3000 + 1000 + 4*3}, src.Cost, "every array once")
	require.Equal(t, Int(8), src.Values[2].Value, "sizeof follows the working type")

	s, err = Parse("k.yaml", []byte(costly[:len(costly)-2]+", bytes: R*D*sizeof(T) + sizeof(uint8)}\n"))
	require.NoError(t, err)
	src, err = s.Source(Case{}.With("R", Int(1)), mlx.Float32)
	require.NoError(t, err)
	require.Equal(t, &Cost{FLOPs: 2001, Bytes: 4001}, src.Cost)

	s, err = Parse("k.yaml", []byte(costly[:len(costly)-len("cost: {flops: 2*R*D + R}\n")]))
	require.NoError(t, err)
	src, err = s.Source(Case{}, mlx.Float32)
	require.NoError(t, err)
	require.Nil(t, src.Cost)
}
