package native

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

var (
	fnMatmul          = capi.Symbol("mlx_matmul")
	fnGatherMM        = capi.Symbol("mlx_gather_mm")
	fnQuantize        = capi.Symbol("mlx_quantize")
	fnDequantize      = capi.Symbol("mlx_dequantize")
	fnQuantizedMatmul = capi.Symbol("mlx_quantized_matmul")
	fnGatherQMM       = capi.Symbol("mlx_gather_qmm")
)

// Matmul multiplies matrices.
func (r *Runtime) Matmul(a, b core.Tensor) core.Tensor { return r.op(fnMatmul, nil, a, b) }

// GatherMatmul multiplies matrices picked by index.
func (r *Runtime) GatherMatmul(a, b, lhs, rhs core.Tensor) core.Tensor {
	return r.op(fnGatherMM, func(c *capi.Call) { c.Bool(false) }, a, b, lhs, rhs)
}

// Conv convolves channels-last arrays.
func (r *Runtime) Conv(x, w core.Tensor, p core.ConvParams) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle { return l.Conv(handle(x), handle(w), p, r.stream) }, x, w)
}

func packed(c *capi.Call, q core.Quantization) *capi.Call {
	return c.Some(uint32(q.GroupSize)).Some(uint32(q.Bits)).String(q.Mode.String())
}

// Quantize packs along the last axis.
func (r *Runtime) Quantize(w core.Tensor, q core.Quantization) (core.Tensor, core.Tensor, core.Tensor) {
	var parts []core.Tensor
	r.lib.Do(func() {
		for _, h := range packed(r.lib.Op(fnQuantize).Array(handle(w)), q).Array(0).Results(r.stream) {
			parts = append(parts, r.wrap(h))
		}
	})
	if len(parts) < 3 {
		return parts[0], parts[1], nil
	}
	return parts[0], parts[1], parts[2]
}

// Dequantize unpacks.
func (r *Runtime) Dequantize(w, scales, biases core.Tensor, q core.Quantization, to core.DType) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		return packed(l.Op(fnDequantize).Array(handle(w)).Array(handle(scales)).Array(optional(biases)), q).Array(0).Some(uint32(to)).Result(r.stream)
	}, w, scales, biases)
}

// QuantizedMatmul multiplies by a packed matrix.
func (r *Runtime) QuantizedMatmul(x, w, scales, biases core.Tensor, transpose bool, q core.Quantization) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		return packed(l.Op(fnQuantizedMatmul).Array(handle(x)).Array(handle(w)).Array(handle(scales)).Array(optional(biases)).Bool(transpose), q).Result(r.stream)
	}, x, w, scales, biases)
}

// GatherQuantizedMatmul multiplies matrices picked by index.
func (r *Runtime) GatherQuantizedMatmul(x, w, scales, biases, lhs, rhs core.Tensor, transpose bool, q core.Quantization) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		c := l.Op(fnGatherQMM).Array(handle(x)).Array(handle(w)).Array(handle(scales)).Array(optional(biases)).Array(handle(lhs)).Array(handle(rhs)).Bool(transpose)
		return packed(c, q).Bool(false).Result(r.stream)
	}, x, w, scales, biases, lhs, rhs)
}

// RMSNorm divides rows by their root mean square.
func (r *Runtime) RMSNorm(x, weight core.Tensor, eps float64) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle { return l.RMSNorm(handle(x), optional(weight), eps, r.stream) }, x, weight)
}

// LayerNorm normalises rows.
func (r *Runtime) LayerNorm(x, weight, bias core.Tensor, eps float64) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		return l.LayerNorm(handle(x), optional(weight), optional(bias), eps, r.stream)
	}, x, weight, bias)
}

// RoPE rotates pairs of the last axis.
func (r *Runtime) RoPE(x core.Tensor, p core.RoPEParams) core.Tensor {
	base := uint64(0)
	if p.Freqs == nil {
		base = capi.Optional(math.Float32bits(float32(p.Base)))
	}
	return r.do(func(l *capi.Library) capi.Handle {
		return l.RoPE(handle(x), p.Dims, p.Traditional, base, p.Scale, handle(p.Offset), optional(p.Freqs), r.stream)
	}, x, p.Offset, p.Freqs)
}

// Attention computes scaled dot-product attention.
func (r *Runtime) Attention(q, k, v core.Tensor, p core.AttentionParams) core.Tensor {
	mode, mask := "", p.Mask
	switch {
	case mask != nil && p.Causal:
		mode, mask = "array", r.causal(mask)
	case mask != nil:
		mode = "array"
	case p.Causal:
		mode = "causal"
	}
	return r.do(func(l *capi.Library) capi.Handle {
		return l.Attention(handle(q), handle(k), handle(v), p.Scale, mode, optional(mask), optional(p.Sinks), r.stream)
	}, q, k, v, mask, p.Sinks)
}

// causal combines a mask with the causal one.
func (r *Runtime) causal(mask core.Tensor) core.Tensor {
	n := len(mask.Shape())
	length, keys := mask.Shape()[n-2], mask.Shape()[n-1]
	query := r.Reshape(r.Arange(float64(keys-length), 1, length, core.Int32), []int{length, 1})
	seen := r.Compare(core.GreaterEqual, query, r.Arange(0, 1, keys, core.Int32))
	if mask.DType() == core.Bool {
		return r.Binary(core.LogicalAnd, mask, seen)
	}
	return r.Select(seen, mask, r.AsType(r.FromBytes(core.Float32, nil, core.AsBytes([]float32{float32(math.Inf(-1))})), mask.DType()))
}
