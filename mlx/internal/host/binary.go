package host

import (
	"math"
	"math/cmplx"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Binary applies op to pairs of elements.
func (*Runtime) Binary(op core.BinaryOp, x, y core.Tensor) core.Tensor {
	a, b := x.(*tensor), y.(*tensor)
	switch a.dtype {
	case core.Bool:
		return zipElems(a.dtype, a, b, native[uint8](), native[uint8](), boolFunc(op))
	case core.Uint8:
		return zipElems(a.dtype, a, b, native[uint8](), native[uint8](), intFunc[uint8](op))
	case core.Uint16:
		return zipElems(a.dtype, a, b, native[uint16](), native[uint16](), intFunc[uint16](op))
	case core.Uint32:
		return zipElems(a.dtype, a, b, native[uint32](), native[uint32](), intFunc[uint32](op))
	case core.Uint64:
		return zipElems(a.dtype, a, b, native[uint64](), native[uint64](), intFunc[uint64](op))
	case core.Int8:
		return zipElems(a.dtype, a, b, native[int8](), native[int8](), intFunc[int8](op))
	case core.Int16:
		return zipElems(a.dtype, a, b, native[int16](), native[int16](), intFunc[int16](op))
	case core.Int32:
		return zipElems(a.dtype, a, b, native[int32](), native[int32](), intFunc[int32](op))
	case core.Int64:
		return zipElems(a.dtype, a, b, native[int64](), native[int64](), intFunc[int64](op))
	case core.Float64:
		return zipElems(a.dtype, a, b, native[float64](), native[float64](), floatFunc[float64](op))
	case core.Complex64:
		return zipElems(a.dtype, a, b, native[complex64](), native[complex64](), complexFunc(op))
	default:
		acc := floatAccess(a.dtype)
		return zipElems(a.dtype, a, b, acc, acc, floatFunc[float32](op))
	}
}

// zipElems computes a tensor from pairs of elements that broadcast.
func zipElems[C, R number](to core.DType, a, b *tensor, in access[C], out access[R], f func(dst []R, a, b []C)) *tensor {
	shape, _ := core.BroadcastShapes(a.shape, b.shape)
	res := alloc(to, shape)
	r := newRows(shape, a, b)
	r.run(func() func(at, n int, offs, inner []int) {
		bufA, bufB, bufR := make([]C, r.longest()), make([]C, r.longest()), make([]R, r.longest())
		return func(at, n int, offs, inner []int) {
			dst := out.place(res, at, n, bufR)
			f(dst, in.load(a, offs[0], inner[0], n, bufA), in.load(b, offs[1], inner[1], n, bufB))
			out.store(res, at, dst)
		}
	})
	return res
}

// boolFunc computes on 0 and 1. A quotient by 0 is 0, as of integers.
func boolFunc(op core.BinaryOp) func(dst, a, b []uint8) {
	switch op {
	case core.Add, core.Maximum, core.LogicalOr, core.BitwiseOr:
		return eachPair(func(a, b uint8) uint8 { return a | b })
	case core.Subtract, core.BitwiseXor:
		return eachPair(func(a, b uint8) uint8 { return a ^ b })
	case core.Power:
		return eachPair(func(a, b uint8) uint8 { return a | (b ^ 1) })
	case core.Remainder:
		return eachPair(func(a, b uint8) uint8 { return 0 })
	default: // products, minima and quotients
		return eachPair(func(a, b uint8) uint8 { return a & b })
	}
}

func eachPair[C, R number](f func(a, b C) R) func(dst []R, a, b []C) {
	return func(dst []R, a, b []C) {
		for i, v := range a {
			dst[i] = f(v, b[i])
		}
	}
}

// arithmetic returns the loops that need no call per element, or nil.
func arithmetic[T integer | float](op core.BinaryOp) func(dst, a, b []T) {
	switch op {
	case core.Add:
		return func(dst, a, b []T) {
			for i, v := range a {
				dst[i] = v + b[i]
			}
		}
	case core.Subtract:
		return func(dst, a, b []T) {
			for i, v := range a {
				dst[i] = v - b[i]
			}
		}
	case core.Multiply:
		return func(dst, a, b []T) {
			for i, v := range a {
				dst[i] = v * b[i]
			}
		}
	default:
		return nil
	}
}

func intFunc[T integer](op core.BinaryOp) func(dst, a, b []T) {
	if loop := arithmetic[T](op); loop != nil {
		return loop
	}
	switch op {
	case core.FloorDivide, core.Divide:
		return eachPair(func(a, b T) T {
			if b == 0 {
				return 0
			}
			return a / b
		})
	case core.Maximum:
		return eachPair(func(a, b T) T { return max(a, b) })
	case core.Minimum:
		return eachPair(func(a, b T) T { return min(a, b) })
	case core.Power:
		return eachPair(intPower[T])
	case core.Remainder:
		return eachPair(func(a, b T) T {
			if b == 0 {
				return 0
			}
			r := a % b
			if r != 0 && (r < 0) != (b < 0) {
				r += b
			}
			return r
		})
	case core.BitwiseAnd:
		return eachPair(func(a, b T) T { return a & b })
	case core.BitwiseOr:
		return eachPair(func(a, b T) T { return a | b })
	case core.BitwiseXor:
		return eachPair(func(a, b T) T { return a ^ b })
	case core.LeftShift:
		return eachPair(func(a, b T) T { return a << uint64(b) })
	default:
		return eachPair(func(a, b T) T { return a >> uint64(b) })
	}
}

// intPower wraps; negative exponents give 0 but for bases 1 and -1.
func intPower[T integer](a, b T) T {
	if b < 0 {
		var zero T
		switch {
		case a == 1 || a == zero-1 && b&1 == 0:
			return 1
		case a == zero-1:
			return a
		default:
			return 0
		}
	}
	r := T(1)
	for ; b != 0; b >>= 1 {
		if b&1 == 1 {
			r *= a
		}
		a *= a
	}
	return r
}

func floatFunc[T float](op core.BinaryOp) func(dst, a, b []T) {
	if loop := arithmetic[T](op); loop != nil {
		return loop
	}
	wide := func(f func(a, b float64) float64) func(dst, a, b []T) {
		return eachPair(func(a, b T) T { return T(f(float64(a), float64(b))) })
	}
	switch op {
	case core.Divide:
		return func(dst, a, b []T) {
			for i, v := range a {
				dst[i] = v / b[i]
			}
		}
	case core.Maximum:
		return func(dst, a, b []T) {
			for i, v := range a {
				dst[i] = max(v, b[i])
			}
		}
	case core.Minimum:
		return func(dst, a, b []T) {
			for i, v := range a {
				dst[i] = min(v, b[i])
			}
		}
	case core.Power:
		return eachPair(power[T])
	case core.Remainder:
		return wide(floatRemainder)
	case core.FloorDivide:
		return eachPair(func(a, b T) T { return T(math.Floor(float64(a / b))) })
	case core.LogAddExp:
		return wide(logAddExp)
	default:
		return wide(math.Atan2)
	}
}

func power[T float](a, b T) T {
	x := float64(a)
	switch b {
	case 2:
		return T(x * x)
	case 3:
		return T(x * x * x)
	default:
		return T(math.Pow(x, float64(b)))
	}
}

func floatRemainder(a, b float64) float64 {
	r := math.Mod(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

func logAddExp(a, b float64) float64 {
	hi, lo := max(a, b), min(a, b)
	if math.IsInf(lo, -1) || math.IsInf(hi, 1) {
		return hi
	}
	return hi + math.Log1p(math.Exp(lo-hi))
}

func complexFunc(op core.BinaryOp) func(dst, a, b []complex64) {
	wide := func(f func(a, b complex128) complex128) func(dst, a, b []complex64) {
		return eachPair(func(a, b complex64) complex64 { return complex64(f(complex128(a), complex128(b))) })
	}
	switch op {
	case core.Add:
		return eachPair(func(a, b complex64) complex64 { return a + b })
	case core.Subtract:
		return eachPair(func(a, b complex64) complex64 { return a - b })
	case core.Multiply:
		return wide(func(a, b complex128) complex128 { return a * b })
	case core.Divide:
		return wide(func(a, b complex128) complex128 { return a / b })
	case core.Power:
		return wide(cmplx.Pow)
	case core.Maximum:
		return eachPair(func(a, b complex64) complex64 {
			if cmplx.IsNaN(complex128(a)) || complexLess(b, a) {
				return a
			}
			return b
		})
	case core.Minimum:
		return eachPair(func(a, b complex64) complex64 {
			if cmplx.IsNaN(complex128(a)) || complexLess(a, b) {
				return a
			}
			return b
		})
	default: // LogAddExp
		return eachPair(complexLogAddExp)
	}
}

// complexLogAddExp is of all logarithms of the sum the one that is nearest to
// the greater argument, as with MLX.
func complexLogAddExp(a, b complex64) complex64 {
	if cmplx.IsNaN(complex128(a)) || cmplx.IsNaN(complex128(b)) {
		return complex64(cmplx.NaN())
	}
	hi, lo := complex128(a), complex128(b)
	if complexLess(a, b) {
		hi, lo = lo, hi
	}
	if math.IsInf(real(lo), -1) || math.IsInf(real(hi), 1) {
		return complex64(hi)
	}
	return complex64(hi + cmplx.Log(1+cmplx.Exp(lo-hi)))
}

// complexLess compares real parts first.
func complexLess(a, b complex64) bool {
	return real(a) < real(b) || real(a) == real(b) && imag(a) < imag(b)
}
