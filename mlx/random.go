package mlx

import (
	"fmt"
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Random numbers come from Threefry 2x32 as in mx.random: the same key gives
// the same bits as in MLX, and the same transforms of them.

// Key makes a key, uint32 [2], from a seed.
func Key(seed uint64) *Array { return New([]uint32{uint32(seed >> 32), uint32(seed)}) }

// SplitKey returns n new keys.
func SplitKey(key *Array, n int) []*Array {
	rows := RandomBits(key, 4, n, 2)
	keys := make([]*Array, n)
	for i := range keys {
		keys[i] = rows.sliceAxis(0, i, i+1).Reshape(2)
	}
	return keys
}

// RandomBits returns uniform unsigned integers of 1, 2 or 4 bytes.
func RandomBits(key *Array, width int, shape ...int) *Array {
	const op = "bits"
	if key.DType() != Uint32 || !core.SameShape(key.Shape(), []int{2}) {
		throw(op, BadDType, "make it with Key", fmt.Sprintf("a key is uint32 of shape (2,), not %v", key.DType()), key.Shape())
	}
	if width != 1 && width != 2 && width != 4 {
		throw(op, BadArgument, "", fmt.Sprintf("a width of %d bytes is not 1, 2 or 4", width))
	}
	checkShape(op, shape)
	return wrap(key.rt, key.rt.RandomBits(key.t, slices.Clone(shape), width))
}

// RandomUniform returns values in [low, high), which broadcast to shape.
func RandomUniform(key *Array, low, high Operand, shape []int, dtype DType) *Array {
	const op = "uniform"
	below := map[DType]float64{Float16: 1 - 0x1p-11, Bfloat16: 1 - 0x1p-8, Float32: 1 - 0x1p-24}[dtype]
	if below == 0 {
		throw(op, BadDType, "", fmt.Sprintf("only float16, bfloat16 and float32 are supported, not %v", dtype))
	}
	lo, hi := scalarOn(key.rt, low).AsType(dtype), scalarOn(key.rt, high).AsType(dtype)
	width := hi.Subtract(lo)
	if !core.SameShape(broadcastShapes(op, shape, width.Shape()), shape) {
		throw(op, BadShape, "", "the limits do not broadcast to the shape", width.Shape(), shape)
	}
	unit := RandomBits(key, 4, shape...).AsType(Float32).Divide(float64(math.MaxUint32)).Minimum(below).AsType(dtype)
	return width.Multiply(unit).Add(lo)
}

// symmetricUniform returns float32 values in (-1, 1).
func symmetricUniform(key *Array, shape []int) *Array {
	return RandomUniform(key, -1+0x1p-24, 1.0, shape, Float32)
}

// RandomNormal returns normally distributed values; loc and scale may be nil.
func RandomNormal(key *Array, shape []int, dtype DType, loc, scale Operand) *Array {
	if !dtype.IsFloat() || dtype == Float64 {
		throw("normal", BadDType, "", fmt.Sprintf("only float16, bfloat16 and float32 are supported, not %v", dtype))
	}
	factor := scalarOn(key.rt, math.Sqrt2).AsType(dtype)
	if scale != nil {
		factor = factor.Multiply(scalarOn(key.rt, scale).AsType(dtype))
	}
	out := symmetricUniform(key, shape).Erfinv().AsType(dtype).Multiply(factor)
	if loc != nil {
		out = out.Add(scalarOn(key.rt, loc).AsType(dtype))
	}
	return out
}

// RandomTruncatedNormal returns normally distributed values in lower … upper.
func RandomTruncatedNormal(key *Array, lower, upper Operand, shape []int, dtype DType) *Array {
	lo, hi := scalarOn(key.rt, lower).AsType(dtype), scalarOn(key.rt, upper).AsType(dtype)
	u := RandomUniform(key, lo.Divide(math.Sqrt2).Erf(), hi.Divide(math.Sqrt2).Erf(), shape, dtype)
	return u.Erfinv().Multiply(math.Sqrt2).Minimum(hi).Maximum(lo)
}

// RandomBernoulli returns true with probability p, which broadcasts to shape.
func RandomBernoulli(key *Array, p Operand, shape []int) *Array {
	prob := scalarOn(key.rt, p)
	if !prob.DType().IsFloat() {
		throw("bernoulli", BadDType, "", fmt.Sprintf("a probability is floating-point, not %v", prob.DType()))
	}
	out := RandomBits(key, 4, shape...).Less(prob.Multiply(FullOn(key.rt, nil, float64(0x1p32+512), Float32)))
	if !core.SameShape(out.Shape(), shape) {
		throw("bernoulli", BadShape, "", "p does not broadcast to the shape", prob.Shape(), shape)
	}
	return out
}

// RandomInt returns integers in [low, high).
func RandomInt(key *Array, low, high Operand, shape []int, dtype DType) *Array {
	if dtype.IsInexact() {
		throw("randint", BadDType, "", fmt.Sprintf("only integers and bool are supported, not %v", dtype))
	}
	lo, hi := scalarOn(key.rt, low), scalarOn(key.rt, high)
	u := RandomUniform(key, lo, hi, shape, Float32).AsType(dtype)
	return u.Minimum(hi.Subtract(1).AsType(dtype)).Maximum(lo.AsType(dtype))
}

// RandomGumbel returns values of the standard Gumbel distribution.
func RandomGumbel(key *Array, shape []int, dtype DType) *Array {
	return RandomUniform(key, 0.0, 1.0, shape, dtype).Log().Negative().Log().Negative()
}

// RandomLaplace returns values of the Laplace distribution.
func RandomLaplace(key *Array, shape []int, dtype DType, loc, scale float64) *Array {
	u := symmetricUniform(key, shape)
	out := u.Sign().Multiply(u.Abs().Negative().Log1p()).AsType(dtype)
	if scale != 1 {
		out = out.Multiply(scale)
	}
	if loc != 0 {
		out = out.Add(loc)
	}
	return out
}

// RandomCategorical draws indices along an axis of unnormalised logarithms of
// probabilities: one per remaining position, or with samples > 0 that many in
// a new last axis.
func RandomCategorical(key, logits *Array, axis, samples int) *Array {
	axis = normAxis("categorical", axis, logits.NDim())
	x := logits
	shape := slices.Clone(x.Shape())
	if samples > 0 {
		x = x.ExpandDims(-1)
		shape = append(shape, samples)
	}
	return RandomGumbel(key, shape, Float32).Add(x).ArgMax(axis, DropDims)
}

// RandomPermutation returns 0 … n-1 in random order as uint32.
func RandomPermutation(key *Array, n int) *Array { return RandomBits(key, 4, n).ArgSort(0) }
