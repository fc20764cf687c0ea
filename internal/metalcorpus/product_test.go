package main

import (
	"slices"

	"github.com/zmlx/zmlx/mlx"
)

// factors are matrices as a kernel takes them, with what they are.
type factors struct {
	*mlx.Array            // (batches, rows, columns)
	stored     *mlx.Array // the same, or transposed
	ld         int        // elements from a stored row to the next
}

func matrices(seed uint64, d mlx.DType, transposed bool, batches, rows, columns int) factors {
	x := normal(seed, d, batches, rows, columns)
	if transposed {
		return factors{x, x.Transpose(0, 2, 1).AsContiguous(), rows}
	}
	return factors{x, x, columns}
}

// wide is an array in float64; of complex numbers it is real and imaginary
// parts, of which the second is nil otherwise.
func wide(x *mlx.Array) (re, im *mlx.Array) {
	if x.DType() == mlx.Complex64 {
		return x.Real().AsType(mlx.Float64), x.Imag().AsType(mlx.Float64)
	}
	return x.AsType(mlx.Float64), nil
}

// expect is what a kernel should give, in float64, and the sum of the absolute
// values of the terms that it adds for that. Complex numbers are pairs.
type expect struct {
	value, size []float64
	terms       int
}

// multiply is alpha*(a @ b) + beta*c, or without c the product alone.
func multiply(a, b *mlx.Array, alpha, beta float64, c *mlx.Array) expect {
	ar, ai := wide(a)
	br, bi := wide(b)
	e := expect{terms: a.Dim(-1) + 2}
	finish := func(value, size, c *mlx.Array) (v, s *mlx.Array) {
		if c != nil {
			c = c.AsType(mlx.Float64)
			value, size = value.Multiply(alpha).Add(c.Multiply(beta)), size.Multiply(alpha).Add(c.Abs().Multiply(beta))
		}
		return value, size
	}
	if ai == nil {
		value, size := finish(ar.Matmul(br), ar.Abs().Matmul(br.Abs()), c)
		e.value, e.size = value.Float64s(), size.Float64s()
		return e
	}
	e.terms *= 2
	var cr, ci *mlx.Array
	if c != nil {
		cr, ci = wide(c)
	}
	size := ar.Abs().Add(ai.Abs()).Matmul(br.Abs().Add(bi.Abs()))
	re, reSize := finish(ar.Matmul(br).Subtract(ai.Matmul(bi)), size, cr)
	im, imSize := finish(ar.Matmul(bi).Add(ai.Matmul(br)), size, ci)
	e.value = mlx.Stack([]*mlx.Array{re, im}, -1).Float64s()
	e.size = mlx.Stack([]*mlx.Array{reSize, imSize}, -1).Float64s()
	return e
}

// rounded makes of a trial one that expects e. Terms are added in float32, in
// any order, which is off by at most half a unit of their sizes' sum for each;
// extra roundings to the output's own type are of the same sum.
func (c trial) rounded(e expect, d mlx.DType, extra int) trial {
	c.exact, c.heavy = e.value, true
	c.slack = func(i int) float64 {
		return (float64(e.terms)*unit[mlx.Float32] + float64(extra)*unit[d]) * e.size[i]
	}
	return c
}

// blocks is a mask of blocks as it applies to elements: repeated along the last
// axes to a shape of rows and columns, and of ones and zeros if it is bool.
func blocks(mask *mlx.Array, block, rows, columns int) *mlx.Array {
	x := mask.AsType(mlx.Float64).Repeat(block, -2).Repeat(block, -1)
	start, end := make([]int, x.NDim()), slices.Clone(x.Shape())
	end[x.NDim()-2], end[x.NDim()-1] = rows, columns
	return x.Slice(start, end, nil)
}

// mask is one of MLX's block masks: bool, or factors that are powers of two.
func mask(d mlx.DType, shape ...int) *mlx.Array {
	n := 1
	for _, s := range shape {
		n *= s
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = []float64{1, 0, 2, 0.5, 1}[(i*3+len(shape)+n)%5]
		if d == mlx.Bool && v[i] != 0 {
			v[i] = 1
		}
	}
	return mlx.FromFloat64s(mlx.Float32, v).AsType(d).Reshape(shape...)
}
