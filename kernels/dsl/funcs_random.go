package dsl

import "github.com/zmlx/zmlx/mlx"

// The random functions are those of mlx.core.random with the key first: a key
// is an array of two uint32, and the same key gives the same bits as in MLX,
// in a wide evaluation too.
func init() {
	define("random_bits", "key, shape", func(a *arguments) any {
		return mlx.RandomBits(a.array(0), 4, a.shape(1)...)
	})
	define("random_uniform", "key, shape, low=0, high=1", func(a *arguments) any {
		return a.ev.widen(mlx.RandomUniform(a.array(0), a.number(2, 0), a.number(3, 1), a.shape(1), mlx.Float32))
	})
	define("random_bernoulli", "key, p, shape", func(a *arguments) any {
		return mlx.RandomBernoulli(a.array(0), mlx.Scalar(a.number(1, 0)), a.shape(2))
	})
}

// narrow undoes widen for functions of a number's bits.
func (ev *evaluator) narrow(x *mlx.Array) *mlx.Array {
	if x.DType() == mlx.Float64 {
		return x.AsType(mlx.Float32)
	}
	return x
}
