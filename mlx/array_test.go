package mlx_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

func TestArrayData(t *testing.T) {
	x := mlx.New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	require.Equal(t, []int{2, 3}, x.Shape())
	require.Equal(t, 24, x.NBytes())
	require.True(t, x.Contiguous())
	y := x.Transpose()
	require.False(t, y.Contiguous())
	require.Equal(t, []int{1, 3}, y.Strides())
	require.Equal(t, []float32{1, 4, 2, 5, 3, 6}, mlx.Values[float32](y))
	require.Equal(t, "float32(3,2)[1 4 2 5 3 6]", y.String())
	require.Equal(t, "int32()[7]", mlx.Scalar(7).String())
	require.Equal(t, []float64{1, 1}, mlx.FromBytes(mlx.Bool, []int{2}, []byte{1, 0xff}).Float64s())
}

func TestArrayErrors(t *testing.T) {
	for want, f := range map[string]func(){
		"[array] 3 bytes of float32 do not fill the shape: it takes 8 (shapes (2,))": func() { mlx.FromBytes(mlx.Float32, []int{2}, make([]byte, 3)) },
		"[values] float32 elements are not int8; convert with AsType":                func() { mlx.Values[int8](mlx.New([]float32{1})) },
		"[add] shapes cannot be broadcast together (shapes (2,) (3,))":               func() { mlx.New([]int32{1, 2}).Add(mlx.New([]int32{1, 2, 3})) },
	} {
		err := mlx.Do(func() error { f(); return nil })
		require.EqualError(t, err, want)
	}
	own := errors.New("mine")
	require.Equal(t, own, mlx.Do(func() error { return own }))
	require.Panics(t, func() { _ = mlx.Do(func() error { panic("other") }) })
}

// TestGetAgainstLoops compares subscripts with their definition.
func TestGetAgainstLoops(t *testing.T) {
	x := mlx.Arange(0, 120, 1, mlx.Int32).Reshape(4, 5, 6)
	at := func(i, j, k int) float64 { return float64(i*30 + j*6 + k) }
	idx := mlx.New([]int32{3, -1, 0})
	rows := []int{3, 3, 0}

	require.Equal(t, []int{3, 2, 6}, x.Get(idx, mlx.Range(1, 3)).Shape())
	// Arrays apart from each other put their axes first.
	got := x.Get(idx, mlx.Every, mlx.New([]int32{0, 1, 2}))
	require.Equal(t, []int{3, 5}, got.Shape())
	var want []float64
	for n, i := range rows {
		for j := range 5 {
			want = append(want, at(i, j, n))
		}
	}
	require.Equal(t, want, got.Float64s())
	// Next to each other they stay in place.
	got = x.Get(mlx.Every, mlx.New([]int32{0, 4}), mlx.New([]int32{5, 1}))
	require.Equal(t, []int{4, 2}, got.Shape())
	want = nil
	for i := range 4 {
		want = append(want, at(i, 0, 5), at(i, 4, 1))
	}
	require.Equal(t, want, got.Float64s())
	// An int next to an array counts as one.
	require.Equal(t, []int{3, 6}, x.Get(idx, 2).Shape())
	require.Equal(t, []int{1, 3, 5, 6}, x.Get(mlx.NewAxis, idx).Shape())
	require.Equal(t, []int{4, 5, 1}, x.Get(mlx.Ellipsis, 0, mlx.NewAxis).Shape())
}

// TestUpdateUndoesGet sets what Get reads.
func TestUpdateUndoesGet(t *testing.T) {
	x := mlx.Arange(0, 120, 1, mlx.Float32).Reshape(4, 5, 6)
	idx := mlx.New([]int32{2, 0})
	two := 2
	for _, items := range [][]mlx.Index{
		{1},
		{mlx.Every, mlx.Span{Step: -2}},
		{mlx.Ellipsis, mlx.NewAxis, mlx.Span{Start: &two}},
		{idx},
		{mlx.Every, idx},
		{mlx.Every, idx, mlx.Range(1, 4)},
		{idx, mlx.Every, mlx.New([]int32{5, 1})},
		{mlx.Every, mlx.NewAxis, idx, 3},
	} {
		t.Run(fmt.Sprint(len(items)), func(t *testing.T) {
			part := x.Get(items...)
			require.Equal(t, x.Float64s(), x.Set(part, items...).Float64s())
			marked := x.Set(-1, items...)
			require.Equal(t, float64(-part.Size()), marked.Get(items...).Sum(mlx.DropDims).Item())
			require.Equal(t, x.Sum(mlx.DropDims).Item()-part.Sum(mlx.DropDims).Item()-float64(part.Size()), marked.Sum(mlx.DropDims).Item())
		})
	}
}

// TestMatmulOfParts: a batch times one matrix reads either where it begins in its array.
func TestMatmulOfParts(t *testing.T) {
	a, b := normal(1, mlx.Float32, 4, 3, 4), normal(2, mlx.Float32, 2, 4, 5)
	x, y := a.Get(mlx.Span{Start: new(2)}), b.Get(1)
	require.Equal(t, 1.0, x.Matmul(y).AllClose(x.Multiply(1).Matmul(y.Multiply(1)), 1e-5, 1e-5, false).Item())
}

func TestEinsum(t *testing.T) {
	a, b := normal(1, mlx.Float32, 2, 3, 4), normal(2, mlx.Float32, 2, 4, 5)
	for expr, want := range map[string]*mlx.Array{
		"bij,bjk->bik": a.Matmul(b),
		"bij,bjk":      a.Matmul(b).Sum(mlx.DropDims, 0),
		"bij->b":       a.Sum(mlx.DropDims, 1, 2),
		"bij,bij->":    a.Square().Sum(mlx.DropDims),
	} {
		operands := []*mlx.Array{a, b}
		switch expr {
		case "bij->b":
			operands = operands[:1]
		case "bij,bij->":
			operands[1] = a
		}
		require.Equal(t, 1.0, mlx.Einsum(expr, operands...).AllClose(want, 1e-5, 1e-5, false).Item(), expr)
	}
	trace := mlx.Einsum("ii", mlx.Eye(4, 4, 0, mlx.Float32))
	require.Equal(t, 4.0, trace.Item())
}

// TestAdopt: elements are used where they lie, unless their type cannot be there.
func TestAdopt(t *testing.T) {
	data := make([]byte, 20)
	data[4] = 1
	a := mlx.Adopt(mlx.Host(), mlx.Int32, []int{4}, data[:16])
	require.Same(t, &data[0], &a.Bytes()[0])
	b := mlx.Adopt(mlx.Host(), mlx.Int32, []int{4}, data[1:17])
	require.Equal(t, []int32{1 << 24, 0, 0, 0}, mlx.Values[int32](b))
	require.NotSame(t, &data[1], &b.Bytes()[0])
	require.Panics(t, func() { mlx.Adopt(mlx.Host(), mlx.Int32, []int{4}, data) })
}
