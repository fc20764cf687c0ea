package mlxtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

// compositions are what runtimes put together from several operations of
// their own, and layouts that no golden has; the host is the oracle.
var compositions = map[string]func(m maker) *mlx.Array{
	"attention/causal":            func(m maker) *mlx.Array { return m.attention(true, nil) },
	"attention/mask":              func(m maker) *mlx.Array { return m.attention(false, m.seen()) },
	"attention/causal and mask":   func(m maker) *mlx.Array { return m.attention(true, m.seen()) },
	"attention/causal and bias":   func(m maker) *mlx.Array { return m.attention(true, m.bias()) },
	"set/every other from behind": func(m maker) *mlx.Array { return m.grid(6, 4).Set(m.grid(3, 4), mlx.Span{Step: -2}) },
	"set/nothing":                 func(m maker) *mlx.Array { return m.grid(6, 4).Set(m.empty(mlx.Float32, 0, 4), mlx.Range(3, 3)) },
	"view/transposed":             func(m maker) *mlx.Array { return m.grid(6, 4).Transpose().Get(mlx.Range(1, 3)) },
	"view/broadcast":              func(m maker) *mlx.Array { return m.grid(1, 4).BroadcastTo(3, 4) },
	"view/strided":                func(m maker) *mlx.Array { return m.grid(6, 4).AsStrided([]int{3, 2}, []int{8, 1}, 2) },
}

func runCompositions(t *testing.T, rt mlx.Runtime) {
	for name, f := range compositions {
		t.Run(name, func(t *testing.T) {
			got, want := f(maker{rt}), f(maker{mlx.Host()})
			require.Equal(t, want.Shape(), append([]int{}, got.Shape()...))
			require.InDeltaSlice(t, want.Float64s(), got.Float64s(), 1e-5)
			require.Equal(t, len(want.Strides()), len(got.Strides()))
		})
	}
}

// grid counts through a shape.
func (m maker) grid(shape ...int) *mlx.Array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i%7)/4 - 0.5
	}
	return mlx.New(v, shape...).AsType(mlx.Float32).On(m.rt)
}

func (m maker) attention(causal bool, mask *mlx.Array) *mlx.Array {
	return mlx.Attention(m.grid(1, 2, 3, 8), m.grid(1, 2, 5, 8), m.grid(1, 2, 5, 8), mlx.AttentionOptions{Scale: 0.5, Causal: causal, Mask: mask})
}

// seen is a mask by which every query sees the first key.
func (m maker) seen() *mlx.Array {
	return mlx.New([]bool{true, false, true, true, true, true, true, false, true, true, true, true, true, false, true}, 3, 5).On(m.rt)
}

func (m maker) bias() *mlx.Array { return m.grid(3, 5) }
