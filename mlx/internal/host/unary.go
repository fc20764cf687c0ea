package host

import (
	"math"
	"math/cmplx"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Unary applies op to each element.
func (*Runtime) Unary(op core.UnaryOp, x core.Tensor) core.Tensor {
	t := x.(*tensor)
	switch op {
	case core.ToFP8:
		return mapFloats(core.Uint8, t, func(dst *tensor, at int, src []float32) {
			out := elems[uint8](dst)[at:]
			for i, v := range src {
				out[i] = floatToFP8(v)
			}
		})
	case core.FromFP8:
		out := alloc(core.Float32, t.shape)
		dst := elems[float32](out)
		for i, v := range elems[uint8](t.dense()) {
			dst[i] = fp8ToFloat(v)
		}
		return out
	}
	switch t.dtype {
	case core.Bool:
		return unaryBool(op, t)
	case core.Uint8:
		return unaryInt[uint8](op, t)
	case core.Uint16:
		return unaryInt[uint16](op, t)
	case core.Uint32:
		return unaryInt[uint32](op, t)
	case core.Uint64:
		return unaryInt[uint64](op, t)
	case core.Int8:
		return unaryInt[int8](op, t)
	case core.Int16:
		return unaryInt[int16](op, t)
	case core.Int32:
		return unaryInt[int32](op, t)
	case core.Int64:
		return unaryInt[int64](op, t)
	case core.Float64:
		f := floatFuncs[op]
		return mapElems(t, native[float64](), func(dst, src []float64) {
			for i, v := range src {
				dst[i] = f(v)
			}
		})
	case core.Complex64:
		return unaryComplex(op, t)
	default:
		return mapElems(t, floatAccess(t.dtype), func(dst, src []float32) { unary32(op, dst, src) })
	}
}

func unaryBool(op core.UnaryOp, t *tensor) *tensor {
	if op != core.LogicalNot && op != core.BitwiseInvert {
		return t
	}
	return mapElems(t, native[uint8](), func(dst, src []uint8) {
		for i, v := range src {
			dst[i] = v ^ 1
		}
	})
}

func unaryInt[T integer](op core.UnaryOp, t *tensor) *tensor {
	var f func(T) T
	switch op {
	case core.Abs:
		f = func(v T) T {
			if v < 0 {
				return -v
			}
			return v
		}
	case core.Negative:
		f = func(v T) T { return -v }
	case core.Sign:
		f = func(v T) T {
			switch {
			case v > 0:
				return 1
			case v < 0:
				var zero T
				return zero - 1
			default:
				return 0
			}
		}
	case core.Square:
		f = func(v T) T { return v * v }
	case core.BitwiseInvert:
		f = func(v T) T { return ^v }
	default: // roundings
		return t
	}
	return mapElems(t, native[T](), func(dst, src []T) {
		for i, v := range src {
			dst[i] = f(v)
		}
	})
}

// unary32 applies op to float32.
func unary32(op core.UnaryOp, dst, src []float32) {
	if loop := simpleLoops[op]; loop != nil {
		loop(dst, src)
		return
	}
	n := vectorized(len(src), vectorUnary[op] != nil)
	if n > 0 {
		vectorUnary[op](dst[:n], src[:n])
	}
	f := floatFuncs[op]
	for i, v := range src[n:] {
		dst[n+i] = float32(f(float64(v)))
	}
}

// simpleLoops give what floatFuncs give, rounded, without a call for each element.
var simpleLoops = [core.NumUnary]func(dst, src []float32){
	core.Erf: erf32,
	core.Abs: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = abs32(v)
		}
	},
	core.Negative: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = -v
		}
	},
	core.Square: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = v * v
		}
	},
	core.Sqrt: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = float32(math.Sqrt(float64(v)))
		}
	},
	core.Rsqrt: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = float32(1 / math.Sqrt(float64(v)))
		}
	},
	core.Floor: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = float32(math.Floor(float64(v)))
		}
	},
	core.Ceil: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = float32(math.Ceil(float64(v)))
		}
	},
	core.Round: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = rint(v)
		}
	},
	core.Reciprocal: func(dst, src []float32) {
		for i, v := range src {
			dst[i] = 1 / v
		}
	},
}

// mapElems computes a tensor of the same type and shape.
func mapElems[C number](t *tensor, a access[C], f func(dst, src []C)) *tensor {
	out := alloc(t.dtype, t.shape)
	r := newRows(t.shape, t)
	r.run(func() func(at, n int, offs, inner []int) {
		in, res := make([]C, r.longest()), make([]C, r.longest())
		return func(at, n int, offs, inner []int) {
			dst := a.place(out, at, n, res)
			f(dst, a.load(t, offs[0], inner[0], n, in))
			a.store(out, at, dst)
		}
	})
	return out
}

// mapFloats computes a tensor of another type from elements as float32.
func mapFloats(to core.DType, t *tensor, f func(dst *tensor, at int, src []float32)) *tensor {
	if t.dtype == core.Float64 {
		t = convert(t, core.Float32)
	}
	out, a := alloc(to, t.shape), floatAccess(t.dtype)
	r := newRows(t.shape, t)
	r.run(func() func(at, n int, offs, inner []int) {
		in := make([]float32, r.longest())
		return func(at, n int, offs, inner []int) { f(out, at, a.load(t, offs[0], inner[0], n, in)) }
	})
	return out
}

// floatFuncs compute in float64, where the operations on narrower types are
// exact or good to more bits than the result has.
var floatFuncs = [core.NumUnary]func(float64) float64{
	core.Abs:      math.Abs,
	core.Negative: func(v float64) float64 { return -v },
	core.Sign: func(v float64) float64 {
		switch {
		case v > 0:
			return 1
		case v < 0:
			return -1
		default:
			return 0
		}
	},
	core.Square:     func(v float64) float64 { return v * v },
	core.Sqrt:       math.Sqrt,
	core.Rsqrt:      func(v float64) float64 { return 1 / math.Sqrt(v) },
	core.Reciprocal: func(v float64) float64 { return 1 / v },
	core.Exp:        math.Exp,
	core.Expm1:      math.Expm1,
	core.Log:        math.Log,
	core.Log2:       math.Log2,
	core.Log10:      math.Log10,
	core.Log1p:      math.Log1p,
	core.Sin:        math.Sin,
	core.Cos:        math.Cos,
	core.Tan:        math.Tan,
	core.Sinh:       math.Sinh,
	core.Cosh:       math.Cosh,
	core.Tanh:       math.Tanh,
	core.Arcsin:     math.Asin,
	core.Arccos:     math.Acos,
	core.Arctan:     math.Atan,
	core.Arcsinh:    math.Asinh,
	core.Arccosh:    math.Acosh,
	core.Arctanh:    math.Atanh,
	core.Erf:        math.Erf,
	core.Erfinv:     math.Erfinv,
	core.Sigmoid:    sigmoid,
	core.Floor:      math.Floor,
	core.Ceil:       math.Ceil,
	core.Round:      math.RoundToEven,
}

func sigmoid(v float64) float64 {
	if v < 0 {
		e := math.Exp(v)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-v))
}

func unaryComplex(op core.UnaryOp, t *tensor) *tensor {
	switch op {
	case core.Abs:
		return mapComplexToFloat(t, func(v complex128) float64 { return cmplx.Abs(v) })
	case core.Real:
		return mapComplexToFloat(t, func(v complex128) float64 { return real(v) })
	case core.Imag:
		return mapComplexToFloat(t, func(v complex128) float64 { return imag(v) })
	}
	f := complexFuncs[op]
	return mapElems(t, native[complex64](), func(dst, src []complex64) {
		for i, v := range src {
			dst[i] = complex64(f(complex128(v)))
		}
	})
}

func mapComplexToFloat(t *tensor, f func(complex128) float64) *tensor {
	out := alloc(core.Float32, t.shape)
	dst := elems[float32](out)
	for i, v := range elems[complex64](t.dense()) {
		dst[i] = float32(f(complex128(v)))
	}
	return out
}

var complexFuncs = [core.NumUnary]func(complex128) complex128{
	core.Negative: func(v complex128) complex128 { return -v },
	core.Sign: func(v complex128) complex128 {
		if v == 0 {
			return v
		}
		return v / complex(cmplx.Abs(v), 0)
	},
	core.Square:     func(v complex128) complex128 { return v * v },
	core.Sqrt:       cmplx.Sqrt,
	core.Rsqrt:      func(v complex128) complex128 { return 1 / cmplx.Sqrt(v) },
	core.Reciprocal: func(v complex128) complex128 { return 1 / v },
	core.Exp:        cmplx.Exp,
	core.Expm1:      func(v complex128) complex128 { return cmplx.Exp(v) - 1 },
	core.Log:        cmplx.Log,
	core.Log2:       func(v complex128) complex128 { return cmplx.Log(v) / math.Ln2 },
	core.Log10:      cmplx.Log10,
	core.Log1p:      func(v complex128) complex128 { return cmplx.Log(1 + v) },
	core.Sin:        cmplx.Sin,
	core.Cos:        cmplx.Cos,
	core.Tan:        cmplx.Tan,
	core.Sinh:       cmplx.Sinh,
	core.Cosh:       cmplx.Cosh,
	core.Tanh:       cmplx.Tanh,
	core.Arcsin:     cmplx.Asin,
	core.Arccos:     cmplx.Acos,
	core.Arctan:     cmplx.Atan,
	core.Round: func(v complex128) complex128 {
		return complex(math.RoundToEven(real(v)), math.RoundToEven(imag(v)))
	},
	core.Conjugate: cmplx.Conj,
}
