package mlxtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

// misuses are calls that must fail with an *mlx.Error of this operation and
// code, on every runtime.
var misuses = []struct {
	op   string
	code mlx.ErrorCode
	run  func(m maker) *mlx.Array
}{
	{"add", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1, 2).Add(m.f32(1, 2, 3)) }},
	{"add", mlx.BadArgument, func(m maker) *mlx.Array { return m.f32(1).Add("one") }},
	{"negative", mlx.BadDType, func(m maker) *mlx.Array { return m.i(mlx.Bool, 1).Negative() }},
	{"floor", mlx.BadDType, func(m maker) *mlx.Array { return m.f32(1).AsType(mlx.Complex64).Floor() }},
	{"bitwise_and", mlx.BadDType, func(m maker) *mlx.Array { return m.f32(1).BitwiseAnd(m.f32(1)) }},
	{"sum", mlx.BadAxis, func(m maker) *mlx.Array { return m.f32(1).Sum(mlx.DropDims, 1) }},
	{"sum", mlx.BadAxis, func(m maker) *mlx.Array { return m.f32(1).Reshape(1, 1).Sum(mlx.DropDims, 0, -2) }},
	{"max", mlx.BadShape, func(m maker) *mlx.Array { return m.empty(mlx.Float32, 0).Max(mlx.DropDims) }},
	{"argmax", mlx.BadShape, func(m maker) *mlx.Array { return m.empty(mlx.Float32, 2, 0).ArgMax(1, mlx.DropDims) }},
	{"reshape", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1, 2, 3).Reshape(2, -1) }},
	{"reshape", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1, 2, 3).Reshape(-1, -1) }},
	{"transpose", mlx.BadAxis, func(m maker) *mlx.Array { return m.f32(1).Reshape(1, 1).Transpose(0) }},
	{"squeeze", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1, 2).Squeeze(0) }},
	{"broadcast_to", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1, 2).BroadcastTo(3, 3) }},
	{"concatenate", mlx.BadShape, func(m maker) *mlx.Array {
		return mlx.Concatenate([]*mlx.Array{m.f32(1).Reshape(1, 1), m.f32(1, 2).Reshape(1, 2)}, 0)
	}},
	{"as_strided", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1, 2).AsStrided([]int{3}, []int{1}, 0) }},
	{"matmul", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1, 2).Matmul(m.f32(1, 2, 3)) }},
	{"matmul", mlx.BadDType, func(m maker) *mlx.Array { return m.i(mlx.Int32, 1).Matmul(m.i(mlx.Int32, 1)) }},
	{"take", mlx.BadDType, func(m maker) *mlx.Array { return m.f32(1).Take(m.f32(0), 0) }},
	{"getitem", mlx.BadArgument, func(m maker) *mlx.Array { return m.f32(1).Get(1) }},
	{"getitem", mlx.BadShape, func(m maker) *mlx.Array { return m.f32(1).Get(0, 0) }},
	{"quantize", mlx.BadArgument, func(m maker) *mlx.Array {
		return mlx.Quantize(m.empty(mlx.Float32, 2, 64), mlx.Quantization{GroupSize: 64, Bits: 7}).Packed
	}},
	{"quantize", mlx.BadShape, func(m maker) *mlx.Array {
		return mlx.Quantize(m.empty(mlx.Float32, 2, 65), mlx.Quantization{}).Packed
	}},
	{"rms_norm", mlx.BadShape, func(m maker) *mlx.Array { return mlx.RMSNorm(m.f32(1, 2), m.f32(1), 1e-5) }},
	{"rope", mlx.BadArgument, func(m maker) *mlx.Array {
		return mlx.RoPE(m.empty(mlx.Float32, 1, 1, 8), mlx.RoPEOptions{Dims: 3, Base: 10, Scale: 1})
	}},
	{"scaled_dot_product_attention", mlx.BadShape, func(m maker) *mlx.Array {
		q, k := m.empty(mlx.Float32, 1, 3, 1, 8), m.empty(mlx.Float32, 1, 2, 1, 8)
		return mlx.Attention(q, k, k, mlx.AttentionOptions{Scale: 1})
	}},
	{"conv", mlx.BadShape, func(m maker) *mlx.Array {
		return mlx.Conv(m.empty(mlx.Float32, 1, 4, 3), m.empty(mlx.Float32, 2, 3, 2), mlx.ConvOptions{})
	}},
	{"bits", mlx.BadDType, func(m maker) *mlx.Array { return mlx.RandomBits(m.f32(1, 2), 4, 3) }},
	{"full", mlx.TooLarge, func(m maker) *mlx.Array { return m.empty(mlx.Float32, 1<<40, 1<<40) }},
	{"allocate", mlx.TooLarge, func(m maker) *mlx.Array {
		return m.empty(mlx.Float32, 1<<20, 1).Add(m.empty(mlx.Float32, 1, 1<<16))
	}},
	{"item", mlx.BadShape, func(m maker) *mlx.Array { m.f32(1, 2).Item(); return nil }},
}

func runMisuses(t *testing.T, rt mlx.Runtime) {
	for _, c := range misuses {
		t.Run(c.op+"/"+string(c.code), func(t *testing.T) {
			skipDeviation(t, rt, c.op)
			err := mlx.Do(func() error { c.run(maker{rt}); return nil })
			var e *mlx.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.op, e.Op)
			require.Equal(t, c.code, e.Code)
		})
	}
}
