package host

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// AsType converts elements: floats to integers truncate and saturate, with NaN
// to 0; integers wrap; complex numbers give their real part.
func (*Runtime) AsType(t core.Tensor, to core.DType) core.Tensor { return convert(t.(*tensor), to) }

func convert(t *tensor, to core.DType) *tensor {
	if t.dtype == to {
		return t
	}
	if t.dtype.IsFloat() && to.IsFloat() && t.dtype.Size() <= 4 && to.Size() <= 4 {
		acc := floatAccess(to)
		return mapFloats(to, t, func(dst *tensor, at int, src []float32) {
			res := acc.place(dst, at, len(src), src)
			copy(res, src)
			acc.store(dst, at, res)
		})
	}
	t = t.dense()
	out := alloc(to, t.shape)
	switch t.dtype {
	case core.Bool, core.Uint8:
		fromInts(out, elems[uint8](t))
	case core.Uint16:
		fromInts(out, elems[uint16](t))
	case core.Uint32:
		fromInts(out, elems[uint32](t))
	case core.Uint64:
		fromInts(out, elems[uint64](t))
	case core.Int8:
		fromInts(out, elems[int8](t))
	case core.Int16:
		fromInts(out, elems[int16](t))
	case core.Int32:
		fromInts(out, elems[int32](t))
	case core.Int64:
		fromInts(out, elems[int64](t))
	case core.Float64:
		fromReals(out, elems[float64](t))
	case core.Complex64:
		fromComplex(out, elems[complex64](t))
	default:
		fromReals(out, floats(t))
	}
	return out
}

func fromInts[S integer](out *tensor, src []S) {
	switch out.dtype {
	case core.Bool:
		each(out, src, func(v S) uint8 { return bit(v != 0) })
	case core.Uint8:
		each(out, src, func(v S) uint8 { return uint8(v) })
	case core.Uint16:
		each(out, src, func(v S) uint16 { return uint16(v) })
	case core.Uint32:
		each(out, src, func(v S) uint32 { return uint32(v) })
	case core.Uint64:
		each(out, src, func(v S) uint64 { return uint64(v) })
	case core.Int8:
		each(out, src, func(v S) int8 { return int8(v) })
	case core.Int16:
		each(out, src, func(v S) int16 { return int16(v) })
	case core.Int32:
		each(out, src, func(v S) int32 { return int32(v) })
	case core.Int64:
		each(out, src, func(v S) int64 { return int64(v) })
	default:
		toInexact(out, src)
	}
}

func fromReals[S float](out *tensor, src []S) {
	switch out.dtype {
	case core.Bool:
		each(out, src, func(v S) uint8 { return bit(v != 0) })
	case core.Uint8:
		each(out, src, func(v S) uint8 { return uint8(saturate(float64(v), 0, math.MaxUint8)) })
	case core.Uint16:
		each(out, src, func(v S) uint16 { return uint16(saturate(float64(v), 0, math.MaxUint16)) })
	case core.Uint32:
		each(out, src, func(v S) uint32 { return uint32(saturate(float64(v), 0, math.MaxUint32)) })
	case core.Uint64:
		each(out, src, func(v S) uint64 {
			if float64(v) >= 0x1p64 {
				return math.MaxUint64
			}
			return uint64(saturate(float64(v), 0, math.MaxFloat64))
		})
	case core.Int8:
		each(out, src, func(v S) int8 { return int8(saturate(float64(v), math.MinInt8, math.MaxInt8)) })
	case core.Int16:
		each(out, src, func(v S) int16 { return int16(saturate(float64(v), math.MinInt16, math.MaxInt16)) })
	case core.Int32:
		each(out, src, func(v S) int32 { return int32(saturate(float64(v), math.MinInt32, math.MaxInt32)) })
	case core.Int64:
		each(out, src, func(v S) int64 {
			if float64(v) >= 0x1p63 {
				return math.MaxInt64
			}
			return int64(saturate(float64(v), math.MinInt64, math.MaxFloat64))
		})
	default:
		toInexact(out, src)
	}
}

// saturate keeps v in lo … hi, and makes NaN 0.
func saturate(v, lo, hi float64) float64 {
	if v != v {
		return 0
	}
	return min(max(v, lo), hi)
}

func fromComplex(out *tensor, src []complex64) {
	if out.dtype == core.Bool {
		each(out, src, func(v complex64) uint8 { return bit(v != 0) })
		return
	}
	parts := make([]float32, len(src))
	for i, v := range src {
		parts[i] = real(v)
	}
	fromReals(out, parts)
}

func toInexact[S integer | float](out *tensor, src []S) {
	switch out.dtype {
	case core.Float32:
		each(out, src, func(v S) float32 { return float32(v) })
	case core.Float64:
		each(out, src, func(v S) float64 { return float64(v) })
	case core.Complex64:
		each(out, src, func(v S) complex64 { return complex(float32(v), 0) })
	case core.Float16:
		each(out, src, func(v S) uint16 { return floatToHalf(float32(v)) })
	default:
		each(out, src, func(v S) uint16 { return floatToBfloat(float32(v)) })
	}
}

func each[S, D number](out *tensor, src []S, f func(S) D) {
	dst := elems[D](out)
	parallel(len(src), 1<<14, func(lo, hi int) {
		for i, v := range src[lo:hi] {
			dst[lo+i] = f(v)
		}
	})
}

// View reinterprets the bytes of the last axis.
func (*Runtime) View(x core.Tensor, to core.DType) core.Tensor {
	t := x.(*tensor)
	from, size := t.dtype.Size(), to.Size()
	if from == size {
		v := *t
		v.dtype = to
		return normalBools(&v)
	}
	t = t.dense()
	shape := append([]int(nil), t.shape...)
	shape[len(shape)-1] = shape[len(shape)-1] * from / size
	out := alloc(to, shape)
	copy(out.data, t.raw())
	return normalBools(out)
}

// normalBools makes every byte of a Bool tensor 0 or 1.
func normalBools(t *tensor) *tensor {
	if t.dtype != core.Bool {
		return t
	}
	out := alloc(core.Bool, t.shape)
	for i, v := range t.dense().raw() {
		out.data[i] = bit(v != 0)
	}
	return out
}

// Arange counts in the type's own arithmetic.
func (*Runtime) Arange(start, step float64, n int, dtype core.DType) core.Tensor {
	wide := scratch[float64](n)
	for i := range wide {
		wide[i] = start + float64(float64(i)*step)
	}
	t := &tensor{dtype: core.Float64, shape: []int{n}, strides: []int{1}, data: core.AsBytes(wide)}
	return convert(t, dtype)
}
