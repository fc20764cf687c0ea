package kernels

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

const drawn = `zmlx: 1
name: k
params: {N: 64}
template: {T: float32}
inputs:
  n: {dtype: T, shape: [N]}
  u: {dtype: T, shape: [N], init: "uniform(2, 3)"}
  r: {dtype: uint32, shape: [N], init: "randint(0, N)"}
  b: {dtype: int64, shape: [N], init: bits}
  f: {dtype: bool, shape: [N], init: bits}
  a: {dtype: T, shape: [2, N/2], init: arange}
  c: {dtype: int8, shape: [2], init: constant(-3)}
  l: {dtype: float16, shape: [3], init: [1, -2.5, 1/2.0]}
outputs: {y: {dtype: T, shape: [N]}}
launch: {grid: [N], threadgroup: [64]}
source: y[0] = x[0];
`

func TestDraw(t *testing.T) {
	s, err := Parse("k.yaml", []byte(drawn))
	require.NoError(t, err)
	draw := func(d mlx.DType, seed uint64) map[string]*mlx.Array {
		src, err := s.Source(Case{}, d)
		require.NoError(t, err)
		arrays, err := src.Draw(seed, nil)
		require.NoError(t, err)
		named := map[string]*mlx.Array{}
		for i, in := range src.Inputs {
			require.Equal(t, in.DType, arrays[i].DType())
			require.Equal(t, in.Shape, arrays[i].Shape())
			named[in.Name] = arrays[i]
		}
		return named
	}
	a := draw(mlx.Float32, 7)

	keys := mlx.SplitKey(mlx.Key(7), 8)
	require.Equal(t, mlx.RandomNormal(keys[0], []int{64}, mlx.Float32, nil, nil).Bytes(), a["n"].Bytes(), "the documented recipe")
	require.Equal(t, mlx.RandomInt(keys[2], 0, 64, []int{64}, mlx.Uint32).Bytes(), a["r"].Bytes())
	for _, v := range a["u"].Float64s() {
		require.True(t, v >= 2 && v < 3, v)
	}
	require.Equal(t, 63.0, a["a"].Float64s()[63])
	require.Equal(t, []float64{-3, -3}, a["c"].Float64s())
	require.Equal(t, []float64{1, -2.5, 0.5}, a["l"].Float64s())
	ones := a["f"].AsType(mlx.Int32).Sum(mlx.DropDims).Item()
	require.True(t, ones > 16 && ones < 48, ones)

	require.NotEqual(t, a["n"].Bytes(), draw(mlx.Float32, 8)["n"].Bytes())
	half := draw(mlx.Float16, 7)["n"]
	require.Equal(t, a["n"].AsType(mlx.Float16).Bytes(), half.Bytes(), "all types see the same numbers")
}

func TestGivenInputs(t *testing.T) {
	s, err := Parse("k.yaml", []byte(drawn))
	require.NoError(t, err)
	src, err := s.Source(Case{}, mlx.Float32)
	require.NoError(t, err)
	mine := mlx.Full([]int{64}, math.Pi, mlx.Float32)
	arrays, err := src.Draw(0, map[string]*mlx.Array{"n": mine})
	require.NoError(t, err)
	require.Same(t, mine, arrays[0])
	_, err = src.Draw(0, map[string]*mlx.Array{"n": mine.AsType(mlx.Float16)})
	require.ErrorContains(t, err, "n is float16; the spec says float32")
	_, err = src.Draw(0, map[string]*mlx.Array{"n": mlx.Zeros([]int{3}, mlx.Float32)})
	require.ErrorContains(t, err, "n has shape [3]; the spec says [64]")
}

// TestDrawMoreThanMemory: what no memory holds is refused before anything is drawn.
func TestDrawMoreThanMemory(t *testing.T) {
	s, err := Parse("k.yaml", []byte(drawn))
	require.NoError(t, err)
	src, err := s.Source(Case{}, mlx.Float32)
	require.NoError(t, err)
	src.Inputs = slices.Repeat(src.Inputs, 1<<16)
	for i := range src.Inputs {
		src.Inputs[i].Shape = []int{1 << 30}
	}
	_, err = src.Draw(1, nil)
	require.ErrorContains(t, err, "of memory that are free")
	require.ErrorContains(t, err, "choose smaller parameters")
}
