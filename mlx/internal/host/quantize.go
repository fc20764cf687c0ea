package host

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Quantize packs along the last axis.
func (*Runtime) Quantize(w core.Tensor, q core.Quantization) (packed, scales, biases core.Tensor) {
	t := w.(*tensor)
	n := len(t.shape)
	src := floats(t)
	groups := len(src) / q.GroupSize
	codes := make([]uint8, len(src))
	shape := func(last int) []int { return slices.Concat(t.shape[:n-1], []int{last}) }
	scaleShape := shape(t.shape[n-1] / q.GroupSize)

	scale, bias, exps := make([]float32, groups), make([]float32, groups), make([]uint8, groups)
	round := rounder(t.dtype)
	parallel(groups, 64, func(lo, hi int) {
		for g := lo; g < hi; g++ {
			part, out := src[g*q.GroupSize:(g+1)*q.GroupSize], codes[g*q.GroupSize:(g+1)*q.GroupSize]
			if q.Mode == core.Affine {
				scale[g], bias[g] = quantizeAffine(out, part, q.Bits)
			} else {
				exps[g] = quantizeFloat(out, part, q.Mode, round)
			}
		}
	})
	words := alloc(core.Uint32, shape(t.shape[n-1]*q.Bits/32))
	pack(words.data, codes, q.Bits)
	if q.Mode == core.Affine {
		return words, fromFloats(t.dtype, scaleShape, scale), fromFloats(t.dtype, scaleShape, bias)
	}
	return words, &tensor{dtype: core.Uint8, shape: scaleShape, strides: core.RowStrides(scaleShape), data: exps}, nil
}

// quantizeAffine maps the group's range to 0 … 2^bits-1 so that its edge of
// larger magnitude is hit exactly and 0 where possible.
func quantizeAffine(codes []uint8, group []float32, bits int) (scale, bias float32) {
	const eps = 1e-7
	bins := float32(uint32(1)<<bits - 1)
	lo, hi := slices.Min(group), slices.Max(group)
	below := abs32(lo) > abs32(hi)
	scale = max((hi-lo)/bins, eps)
	edge := lo
	if !below {
		scale, edge = -scale, hi
	}
	if q0 := rint(edge / scale); q0 != 0 {
		scale, bias = edge/q0, edge
	}
	for i, v := range group {
		codes[i] = uint8(min(max(rint((v-bias)/scale), 0), bins))
	}
	return scale, bias
}

func abs32(v float32) float32 { return math.Float32frombits(math.Float32bits(v) &^ (1 << 31)) }

func rint(v float32) float32 { return float32(math.RoundToEven(float64(v))) }

// rounder rounds to a type, in which MLX computes each step of the
// floating-point formats.
func rounder(d core.DType) func(float32) float32 {
	switch d {
	case core.Float16:
		return func(v float32) float32 { return halfToFloat(floatToHalf(v)) }
	case core.Bfloat16:
		return func(v float32) float32 { return bfloatToFloat(floatToBfloat(v)) }
	default:
		return func(v float32) float32 { return v }
	}
}

// quantizeFloat returns the scale's byte and the codes of a group.
func quantizeFloat(codes []uint8, group []float32, mode core.QuantMode, round func(float32) float32) uint8 {
	largest := float32(0)
	for _, v := range group {
		largest = max(largest, abs32(v))
	}
	limit := float32(6)
	if mode == core.MXFP8 {
		limit = 448
	}
	ideal := round(largest / round(limit))
	var exp uint8
	var scale float32
	if mode == core.NVFP4 {
		exp = floatToFP8(ideal)
		scale = fp8ToFloat(exp)
	} else {
		e := 0
		if ideal != 0 {
			e = int(rint(round(float32(math.Log2(float64(ideal))))))
		}
		e = min(max(e, -127), 127)
		exp, scale = uint8(e+127), e8m0ToFloat(uint8(e+127))
	}
	for i, v := range group {
		x := round(v / scale)
		if mode == core.MXFP8 {
			codes[i] = floatToFP8(x)
		} else {
			codes[i] = nearestFP4(x, round)
		}
	}
	return exp
}

// nearestFP4 returns the first code of the nearest value.
func nearestFP4(x float32, round func(float32) float32) uint8 {
	best, at := float32(math.Inf(1)), 0
	for i, v := range fp4 {
		if d := abs32(round(x - v)); d < best {
			best, at = d, i
		}
	}
	return uint8(at)
}

// pack writes codes as a bit stream, lowest bit first.
func pack(dst []byte, codes []uint8, bits int) {
	var word, have uint32
	at := 0
	for _, c := range codes {
		word |= uint32(c) << have
		have += uint32(bits)
		for have >= 8 {
			dst[at] = byte(word)
			word >>= 8
			have -= 8
			at++
		}
	}
}
