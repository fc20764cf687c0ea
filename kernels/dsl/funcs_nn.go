package dsl

import (
	"math"

	"github.com/zmlx/zmlx/mlx"
)

func init() {
	activations()
	linear()
	fast()
	define("cross_entropy", "logits, targets, axis=-1, reduction=none", func(a *arguments) any {
		logits, axis := a.float(), a.int(2, -1)
		picked := logits.TakeAlongAxis(a.array(1).ExpandDims(axis), axis).Squeeze(axis)
		loss := logits.LogSumExp(mlx.DropDims, axis).Subtract(picked)
		switch r := a.string(3, "none"); r {
		case "none":
		case "mean":
			return loss.Mean(mlx.DropDims)
		case "sum":
			return loss.Sum(mlx.DropDims)
		default:
			a.fail(3, "%q is not none, mean or sum", r)
		}
		return loss
	})
}

// activations are those of mlx.nn.
func activations() {
	type array = *mlx.Array
	for name, f := range map[string]func(array) array{
		"relu": array.ReLU, "relu2": array.ReLU2, "relu6": array.ReLU6, "silu": array.SiLU,
		"softplus": array.Softplus, "softsign": array.Softsign, "mish": array.Mish, "hard_swish": array.HardSwish,
		"log_sigmoid": array.LogSigmoid, "gelu": array.GELU, "gelu_approx": array.GELUApprox, "gelu_tanh": array.GELUApprox,
		"gelu_fast_approx": array.GELUFastApprox, "selu": array.SELU,
		"tanh_shrink":  func(x array) array { return x.Subtract(x.Tanh()) },
		"hard_tanh":    func(x array) array { return x.Maximum(-1.0).Minimum(1.0) },
		"hard_sigmoid": func(x array) array { return x.Add(3).Maximum(0).Minimum(6.0).Divide(6) },
	} {
		unaryFunc(name, true, f)
	}
	define("elu", "x, alpha=1", func(a *arguments) any { return a.float().ELU(a.number(1, 1)) })
	define("celu", "x, alpha=1", func(a *arguments) any {
		x, alpha := a.float(), a.number(1, 1)
		return x.Maximum(0.0).Add(x.Minimum(0.0).Divide(alpha).Expm1().Multiply(alpha))
	})
	define("leaky_relu", "x, negative_slope=0.01", func(a *arguments) any { return a.float().LeakyReLU(a.number(1, 0.01)) })
	define("step", "x, threshold=0", func(a *arguments) any { return mlx.Where(a.array(0).Greater(a.number(1, 0)), 1, 0) })
	define("glu", "x, axis=-1", func(a *arguments) any { return a.float().GLU(a.int(1, -1)) })
	define("log_softmax", "x, axis=-1", func(a *arguments) any { return a.float().LogSoftmax(a.int(1, -1)) })
}

func linear() {
	define("matmul", "x, y", func(a *arguments) any { return a.array(0).Matmul(a.array(1)) })
	define("addmm", "c, x, y, alpha=1, beta=1", func(a *arguments) any {
		return mlx.AddMM(a.array(0), a.array(1), a.array(2), a.number(3, 1), a.number(4, 1))
	})
	define("gather_mm", "x, y, lhs_indices=none, rhs_indices=none", func(a *arguments) any {
		return mlx.GatherMM(a.array(0), a.array(1), a.optional(2), a.optional(3))
	})
	define("outer", "x, y", func(a *arguments) any { return mlx.Outer(a.array(0), a.array(1)) })
	define("inner", "x, y", func(a *arguments) any { return mlx.Inner(a.array(0), a.array(1)) })
	define("kron", "x, y", func(a *arguments) any { return mlx.Kron(a.array(0), a.array(1)) })
	define("tensordot", "x, y, axes=2", func(a *arguments) any { return mlx.Tensordot(a.array(0), a.array(1), a.int(2, 2)) })
	define("einsum", "subscripts, operands", func(a *arguments) any { return mlx.Einsum(a.string(0, ""), a.arrays(1)...) })
	define("norm", "x, ord=2, axis=none, keepdims=false", func(a *arguments) any {
		return a.float().Norm(a.number(1, 2), a.bool(3, false), a.ints(2)...)
	})
}

// fast are the functions of mlx.core.fast and the quantized ones.
func fast() {
	define("rms_norm", "x, weight=none, eps=1e-5", func(a *arguments) any {
		return mlx.RMSNorm(a.array(0), a.optional(1), a.number(2, 1e-5))
	})
	define("layer_norm", "x, weight=none, bias=none, eps=1e-5", func(a *arguments) any {
		return mlx.LayerNorm(a.array(0), a.optional(1), a.optional(2), a.number(3, 1e-5))
	})
	define("rope", "x, dims, traditional=false, base=none, scale=1, offset=0, freqs=none", func(a *arguments) any {
		o := mlx.RoPEOptions{Dims: a.int(1, 0), Traditional: a.bool(2, false), Scale: a.number(4, 1), Freqs: a.optional(6)}
		if a.has(3) || !a.has(6) {
			o.Base = a.number(3, 10000)
		}
		if a.has(5) {
			o.Offset = a.ev.operand(a.expr(5), a.values[5])
		}
		return mlx.RoPE(a.array(0), o)
	})
	define("scaled_dot_product_attention", "q, k, v, scale, mask=none, sinks=none, causal=false", func(a *arguments) any {
		o := mlx.AttentionOptions{Scale: a.number(3, 1), Causal: a.bool(6, false), Sinks: a.optional(5)}
		if s, ok := a.values[4].(string); ok {
			if s != "causal" {
				a.fail(4, "%q is not causal", s)
			}
			o.Causal = true
		} else {
			o.Mask = a.optional(4)
		}
		return mlx.Attention(a.array(0), a.array(1), a.array(2), o)
	})
	define("hadamard_transform", "x, scale=none", func(a *arguments) any {
		x := a.array(0)
		return mlx.HadamardTransform(x, a.number(1, 1/math.Sqrt(float64(max(x.Dim(-1), 1)))))
	})
	define("quantize", "w, group_size=64, bits=4, mode=affine", func(a *arguments) any {
		// What is packed must not depend on the evaluation.
		q := mlx.Quantize(a.ev.narrow(a.array(0)), a.quantization(1))
		if q.Biases == nil {
			return []any{q.Packed, q.Scales}
		}
		return []any{q.Packed, a.ev.widen(q.Scales), a.ev.widen(q.Biases)}
	})
	define("to_fp8", "x", func(a *arguments) any { return a.ev.narrow(a.array(0)).ToFP8() })
	define("from_fp8", "x, dtype=bfloat16", func(a *arguments) any { return a.array(0).FromFP8(a.dtype(1, mlx.Bfloat16)) })
	define("dequantize", "w, scales, biases=none, group_size=64, bits=4, mode=affine", func(a *arguments) any {
		return a.dequantize(a.quantized(0, 3))
	})
	define("quantized_matmul", "x, w, scales, biases=none, transpose=true, group_size=64, bits=4, mode=affine", func(a *arguments) any {
		q := a.quantized(1, 5)
		if a.ev.wide {
			return a.array(0).Matmul(a.operandMatrix(q, a.bool(4, true)))
		}
		return mlx.QuantizedMatmul(a.array(0), q, a.bool(4, true))
	})
	define("gather_qmm", "x, w, scales, biases=none, lhs_indices=none, rhs_indices=none, transpose=true, group_size=64, bits=4, mode=affine", func(a *arguments) any {
		q := a.quantized(1, 7)
		if a.ev.wide {
			return mlx.GatherMM(a.array(0), a.operandMatrix(q, a.bool(6, true)), a.optional(4), a.optional(5))
		}
		return mlx.GatherQMM(a.array(0), q, a.optional(4), a.optional(5), a.bool(6, true))
	})
}

// dequantize unpacks a matrix; in a wide evaluation without rounding.
func (a *arguments) dequantize(q mlx.Quantized) *mlx.Array {
	if !a.ev.wide {
		return q.Dequantize()
	}
	if q.Mode != mlx.Affine { // a power of two times a few bits fits in float32
		return q.Dequantize(mlx.Float32).AsType(mlx.Float64)
	}
	group := q.GroupSize
	scales, biases := q.Scales.AsType(mlx.Float64), q.Biases.AsType(mlx.Float64)
	q.Scales, q.Biases = mlx.Ones(scales.Shape(), mlx.Float32), mlx.Zeros(scales.Shape(), mlx.Float32)
	digits := q.Dequantize(mlx.Float32).AsType(mlx.Float64)
	return digits.Multiply(scales.Repeat(group, -1)).Add(biases.Repeat(group, -1))
}

// operandMatrix is the right operand of a product with a packed matrix.
func (a *arguments) operandMatrix(q mlx.Quantized, transpose bool) *mlx.Array {
	m := a.dequantize(q)
	if transpose {
		m = m.SwapAxes(-1, -2)
	}
	return m
}

// quantization is a format given by group_size, bits and mode from argument i.
func (a *arguments) quantization(i int) mlx.Quantization {
	q := mlx.Quantization{GroupSize: a.int(i, 0), Bits: a.int(i+1, 0)}
	mode, err := mlx.ParseQuantMode(a.string(i+2, "affine"))
	if err != nil {
		a.fail(i+2, "%v", err)
	}
	q.Mode = mode
	return q
}

// quantized is a packed matrix whose words, scales and biases are arguments i,
// i+1 and i+2.
func (a *arguments) quantized(i, format int) mlx.Quantized {
	q := mlx.Quantized{Packed: a.array(i), Scales: a.array(i + 1), Biases: a.optional(i + 2), Quantization: a.quantization(format)}
	if q.Mode == mlx.Affine && q.Biases == nil {
		a.fail(i+2, "affine quantization has biases")
	}
	return q
}
