package mlx

import (
	"fmt"
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

func tensorOf(a *Array) core.Tensor {
	if a == nil {
		return nil
	}
	return a.t
}

// RMSNorm divides x by the root mean square of its last axis and multiplies by
// weight, which may be nil.
func RMSNorm(x, weight *Array, eps float64) *Array {
	to := normType("rms_norm", x, weight)
	x, weight = x.AsType(to), asTypeOrNil(weight, to)
	return wrap(x.rt, x.rt.RMSNorm(x.t, tensorOf(weight), eps))
}

// LayerNorm normalises the last axis to mean 0 and variance 1, multiplies by
// weight and adds bias; both may be nil.
func LayerNorm(x, weight, bias *Array, eps float64) *Array {
	to := Promote(normType("layer_norm", x, weight), normType("layer_norm", x, bias))
	x, weight, bias = x.AsType(to), asTypeOrNil(weight, to), asTypeOrNil(bias, to)
	return wrap(x.rt, x.rt.LayerNorm(x.t, tensorOf(weight), tensorOf(bias), eps))
}

func asTypeOrNil(a *Array, to DType) *Array {
	if a == nil {
		return nil
	}
	return a.AsType(to)
}

// normType checks a parameter of the last axis and returns the result's type.
func normType(op string, x, param *Array) DType {
	if x.NDim() == 0 {
		throw(op, BadShape, "", "needs at least one dimension", x.Shape())
	}
	to := x.DType()
	if param != nil {
		x.operand(op, param)
		if param.NDim() != 1 || param.Size() != x.Dim(-1) {
			throw(op, BadShape, "", "weight and bias have one element per element of the last axis", x.Shape(), param.Shape())
		}
		to = Promote(to, param.DType())
	}
	if !to.IsFloat() {
		throw(op, BadDType, "convert with AsType", fmt.Sprintf("only real floating-point types are supported, not %v", to), x.Shape())
	}
	return to
}

// RoPEOptions describes a rotary position embedding.
type RoPEOptions struct {
	Dims        int // how many of the last axis are rotated
	Traditional bool
	Base        float64 // 0 with Freqs
	Scale       float64 // of the positions
	Offset      Operand // position of the first element: an int, or an array with one per batch
	Freqs       *Array  // periods in place of Base, Dims/2 of them
}

// RoPE rotates pairs of elements of the last axis of x [B, …, T, D] by angles
// that grow with the position on axis T.
func RoPE(x *Array, o RoPEOptions) *Array {
	const op = "rope"
	if x.NDim() < 3 {
		throw(op, BadShape, "use [B, …, T, D]", "needs at least three dimensions", x.Shape())
	}
	if !x.DType().IsFloat() {
		throw(op, BadDType, "convert with AsType", fmt.Sprintf("only real floating-point types are supported, not %v", x.DType()), x.Shape())
	}
	if o.Dims < 2 || o.Dims%2 != 0 || o.Dims > x.Dim(-1) {
		throw(op, BadArgument, "", fmt.Sprintf("dims = %d is not an even number of at most %d", o.Dims, x.Dim(-1)), x.Shape())
	}
	if (o.Base != 0) == (o.Freqs != nil) {
		throw(op, BadArgument, "", "exactly one of base and freqs must be given", x.Shape())
	}
	if o.Freqs != nil && (o.Freqs.NDim() != 1 || o.Freqs.Size() != o.Dims/2) {
		throw(op, BadShape, "", fmt.Sprintf("freqs must have %d elements", o.Dims/2), x.Shape(), o.Freqs.Shape())
	}
	offset := scalarOn(x.rt, 0)
	if o.Offset != nil {
		offset = scalarOn(x.rt, o.Offset)
	}
	checkIndices(op, offset)
	if offset.NDim() > 1 || offset.Size() != 1 && offset.Size() != x.Dim(0) {
		throw(op, BadShape, "", "offset must be a scalar or have one element per batch", x.Shape(), offset.Shape())
	}
	p := core.RoPEParams{Dims: o.Dims, Traditional: o.Traditional, Base: o.Base, Scale: o.Scale, Offset: offset.AsType(Int32).t}
	if o.Freqs != nil {
		p.Freqs = o.Freqs.AsType(Float32).t
	}
	return wrap(x.rt, x.rt.RoPE(x.t, p))
}

// AttentionOptions describes scaled dot-product attention.
type AttentionOptions struct {
	Scale  float64
	Causal bool   // query i of L sees keys up to S-L+i
	Mask   *Array // bool (true is seen) or added to the scores; broadcast to [B, H, L, S]
	Sinks  *Array // one logit per head that takes part in the softmax
}

// Attention returns softmax(scale * q @ kᵀ + mask) @ v for q [B, H, L, D], k
// [B, K, S, D] and v [B, K, S, E], where K divides H.
func Attention(q, k, v *Array, o AttentionOptions) *Array {
	const op = "scaled_dot_product_attention"
	for _, x := range []*Array{q, k, v} {
		if x.NDim() != 4 {
			throw(op, BadShape, "use [B, heads, length, D]", "needs four dimensions", x.Shape())
		}
	}
	if k.Dim(1) == 0 || q.Dim(1)%k.Dim(1) != 0 || k.Dim(1) != v.Dim(1) || q.Dim(-1) != k.Dim(-1) || k.Dim(2) != v.Dim(2) ||
		q.Dim(0) != k.Dim(0) || k.Dim(0) != v.Dim(0) {
		throw(op, BadShape, "", "the shapes of queries, keys and values do not fit", q.Shape(), k.Shape(), v.Shape())
	}
	to := Promote(Promote(q.DType(), k.DType()), v.DType())
	if !to.IsFloat() {
		throw(op, BadDType, "convert with AsType", fmt.Sprintf("only real floating-point types are supported, not %v", to), q.Shape())
	}
	p := core.AttentionParams{Scale: o.Scale, Causal: o.Causal}
	if m := o.Mask; m != nil {
		want := []int{q.Dim(0), q.Dim(1), q.Dim(2), k.Dim(2)}
		if out, ok := core.BroadcastShapes(m.Shape(), want); !ok || !core.SameShape(out, want) {
			throw(op, BadShape, "", "the mask does not broadcast to the scores", m.Shape(), want)
		}
		if m.DType() != Bool && Promote(m.DType(), to) != to {
			throw(op, BadDType, "convert it with AsType", fmt.Sprintf("a mask of %v does not promote to %v", m.DType(), to), m.Shape())
		}
		if m.DType() != Bool {
			m = m.AsType(to)
		}
		p.Mask = m.BroadcastTo(want...).t
	}
	if s := o.Sinks; s != nil {
		if s.NDim() != 1 || s.Size() != q.Dim(1) {
			throw(op, BadShape, "", "sinks have one element per head", q.Shape(), s.Shape())
		}
		p.Sinks = s.AsType(to).t
	}
	return wrap(q.rt, q.rt.Attention(q.AsType(to).t, k.AsType(to).t, v.AsType(to).t, p))
}

// HadamardTransform multiplies the last axis, a power of two, by Sylvester's
// Hadamard matrix and scale; 0 is 1/sqrt(n).
func HadamardTransform(x *Array, scale float64) *Array {
	const op = "hadamard_transform"
	x.refuseComplex(op)
	n := 0
	if x.NDim() > 0 {
		n = x.Dim(-1)
	}
	if n <= 0 || n&(n-1) != 0 {
		throw(op, BadShape, "pad the last axis", fmt.Sprintf("a last axis of %d is not a power of two", n), x.Shape())
	}
	if scale == 0 {
		scale = 1 / math.Sqrt(float64(n))
	}
	x = x.atLeastFloat()
	return wrap(x.rt, x.rt.Hadamard(x.t, scale))
}
