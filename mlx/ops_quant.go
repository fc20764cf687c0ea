package mlx

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Quantization names a packed format: elements per scale, bits per element and
// mode. A zero GroupSize or Bits is the mode's default.
type Quantization = core.Quantization

// QuantMode is the family of a packed format.
type QuantMode = core.QuantMode

// The modes.
const (
	Affine = core.Affine // 2, 3, 4, 5, 6 or 8 bits with a scale and a bias per 32, 64 or 128
	MXFP4  = core.MXFP4  // E2M1 with an E8M0 scale per 32
	NVFP4  = core.NVFP4  // E2M1 with an E4M3 scale per 16
	MXFP8  = core.MXFP8  // E4M3 with an E8M0 scale per 32
)

// ParseQuantMode is the inverse of QuantMode.String.
func ParseQuantMode(s string) (QuantMode, error) {
	for m := Affine; m <= MXFP8; m++ {
		if m.String() == s {
			return m, nil
		}
	}
	return 0, fmt.Errorf("unknown quantization mode %q; known are affine, mxfp4, nvfp4, mxfp8", s)
}

// Quantized is a matrix, or a batch of them, packed along its last axis.
type Quantized struct {
	Packed *Array // uint32 [..., N*Bits/32]
	Scales *Array // [..., N/GroupSize]
	Biases *Array // like Scales; nil but for Affine
	Quantization
}

func resolveQuantization(op string, q Quantization) Quantization {
	type pair struct{ group, bits int }
	if q.Mode > MXFP8 {
		throw(op, BadArgument, "", fmt.Sprintf("unknown mode %d", q.Mode))
	}
	standard := [...]pair{Affine: {64, 4}, MXFP4: {32, 4}, NVFP4: {16, 4}, MXFP8: {32, 8}}[q.Mode]
	if q.GroupSize == 0 {
		q.GroupSize = standard.group
	}
	if q.Bits == 0 {
		q.Bits = standard.bits
	}
	ok := q.GroupSize == standard.group && q.Bits == standard.bits
	if q.Mode == Affine {
		ok = (q.GroupSize == 32 || q.GroupSize == 64 || q.GroupSize == 128) && q.Bits >= 2 && q.Bits <= 8 && q.Bits != 7
	}
	if !ok {
		throw(op, BadArgument, "affine takes groups of 32, 64, 128 and 2, 3, 4, 5, 6, 8 bits",
			fmt.Sprintf("%v does not support groups of %d with %d bits", q.Mode, q.GroupSize, q.Bits))
	}
	return q
}

// Quantize packs w along its last axis, which is a multiple of the group size.
func Quantize(w *Array, q Quantization) Quantized {
	const op = "quantize"
	q = resolveQuantization(op, q)
	if w.NDim() < 2 || w.Dim(-1)%q.GroupSize != 0 {
		throw(op, BadShape, "", fmt.Sprintf("needs two dimensions and a last axis that is a multiple of %d", q.GroupSize), w.Shape())
	}
	if !w.DType().IsFloat() || w.DType() == Float64 {
		throw(op, BadDType, "convert with AsType", fmt.Sprintf("%v cannot be quantized", w.DType()), w.Shape())
	}
	packed, scales, biases := w.rt.Quantize(w.t, q)
	out := Quantized{Packed: wrap(w.rt, packed), Scales: wrap(w.rt, scales), Quantization: q}
	if biases != nil {
		out.Biases = wrap(w.rt, biases)
	}
	return out
}

// check verifies that the parts fit together and returns the number of
// elements of the last axis.
func (m *Quantized) check(op string) int {
	m.Quantization = resolveQuantization(op, m.Quantization)
	p, s := m.Packed, m.Scales
	if p == nil || s == nil || (m.Mode == Affine) != (m.Biases != nil) {
		throw(op, BadArgument, "affine has scales and biases, the other modes only scales", "parts of the matrix are missing or too many")
	}
	if p.DType() != Uint32 || p.NDim() < 2 || s.NDim() != p.NDim() {
		throw(op, BadShape, "", "the packed elements must be uint32 with at least two dimensions", p.Shape(), s.Shape())
	}
	n := p.Dim(-1) * 32 / m.Bits
	same := core.SameShape(p.Shape()[:p.NDim()-1], s.Shape()[:s.NDim()-1])
	if !same || n*m.Bits != p.Dim(-1)*32 || n != s.Dim(-1)*m.GroupSize {
		throw(op, BadShape, "", fmt.Sprintf("packed elements and scales do not fit groups of %d with %d bits", m.GroupSize, m.Bits), p.Shape(), s.Shape())
	}
	if m.Biases != nil && (!core.SameShape(m.Biases.Shape(), s.Shape()) || m.Biases.DType() != s.DType()) {
		throw(op, BadShape, "", "scales and biases differ", s.Shape(), m.Biases.Shape())
	}
	if m.Mode != Affine && s.DType() != Uint8 {
		throw(op, BadDType, "", fmt.Sprintf("scales of %v are uint8, not %v", m.Mode, s.DType()), s.Shape())
	}
	if m.Mode == Affine && !s.DType().IsFloat() {
		throw(op, BadDType, "", fmt.Sprintf("scales are floating-point, not %v", s.DType()), s.Shape())
	}
	return n
}

// Dequantize unpacks to the type of the scales, or with dtype to another one.
// Modes without biases give bfloat16 unless told otherwise.
func (m Quantized) Dequantize(dtype ...DType) *Array {
	m.check("dequantize")
	to := Bfloat16
	if m.Mode == Affine {
		to = m.Scales.DType()
	}
	if len(dtype) > 0 {
		to = dtype[0]
	}
	rt := m.Packed.rt
	return wrap(rt, rt.Dequantize(m.Packed.t, m.Scales.t, tensorOf(m.Biases), m.Quantization, to))
}

// QuantizedMatmul returns x @ w, or x @ wᵀ with transpose.
func QuantizedMatmul(x *Array, w Quantized, transpose bool) *Array {
	const op = "quantized_matmul"
	x = w.matmulInput(op, x, transpose)
	if w.Packed.NDim() != 2 {
		broadcastShapes(op, x.Shape()[:max(x.NDim()-2, 0)], w.Packed.Shape()[:w.Packed.NDim()-2])
	}
	return wrap(x.rt, x.rt.QuantizedMatmul(x.t, w.Packed.t, w.Scales.t, tensorOf(w.Biases), transpose, w.Quantization))
}

// GatherQMM is QuantizedMatmul of matrices picked by index as in GatherMM.
func GatherQMM(x *Array, w Quantized, lhs, rhs *Array, transpose bool) *Array {
	const op = "gather_qmm"
	if lhs == nil && rhs == nil {
		return QuantizedMatmul(x, w, transpose)
	}
	x = w.matmulInput(op, x, transpose)
	if x.NDim() < 2 {
		throw(op, BadShape, "", "needs at least two dimensions", x.Shape())
	}
	l, r := batchIndices(op, x, w.Packed, lhs, rhs)
	return wrap(x.rt, x.rt.GatherQuantizedMatmul(x.t, w.Packed.t, w.Scales.t, tensorOf(w.Biases), l.t, r.t, transpose, w.Quantization))
}

// matmulInput checks the product's inner dimension and promotes x.
func (m *Quantized) matmulInput(op string, x *Array, transpose bool) *Array {
	inner := m.check(op)
	if !transpose {
		inner = m.Packed.Dim(-2)
	}
	if x.NDim() < 1 || x.Dim(-1) != inner {
		throw(op, BadShape, "", fmt.Sprintf("the last dimension of x must be %d", inner), x.Shape(), m.Packed.Shape())
	}
	to := x.DType()
	if m.Mode == Affine {
		to = Promote(to, m.Scales.DType())
	}
	if !to.IsFloat() {
		throw(op, BadDType, "convert x with AsType", fmt.Sprintf("only real floating-point types are supported, not %v", to), x.Shape())
	}
	return x.AsType(to)
}
