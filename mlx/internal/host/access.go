package host

import "github.com/zmlx/zmlx/mlx/internal/core"

// Elements are computed in one of these types: themselves, but uint8 for bool
// and float32 for the floats of 16 bits.
type integer interface {
	uint8 | uint16 | uint32 | uint64 | int8 | int16 | int32 | int64
}

type float interface{ float32 | float64 }

type number interface{ integer | float | complex64 }

// chunk is how many elements are computed at a time.
const chunk = 512

// access reads and writes elements of a type as C.
type access[C number] struct {
	// load returns n elements from off on, stride apart. It may use buf or
	// return the tensor's memory.
	load func(t *tensor, off, stride, n int, buf []C) []C
	// place returns where n results for off go, and store puts them there.
	place func(t *tensor, off, n int, buf []C) []C
	store func(t *tensor, off int, results []C)
	// dot returns the sum of products of x with elements from off on.
	dot func(x []C, t *tensor, off int) C
	// fourDots is dot for four rows of x, stride apart, with the same elements.
	fourDots func(sums *[4]C, x []C, stride, n int, t *tensor, off int)
	// axpy adds s times elements from off on to dst.
	axpy func(dst []C, s C, t *tensor, off int)
	// fourAxpys is axpy for elements from four places on, stride apart.
	fourAxpys func(dst []C, s *[4]C, t *tensor, off, stride int)
}

func native[C number]() access[C] {
	a := access[C]{
		load: func(t *tensor, off, stride, n int, buf []C) []C {
			all := core.Cast[C](t.data)
			if stride == 1 {
				return all[off : off+n]
			}
			buf = buf[:n]
			for i := range buf {
				buf[i] = all[off]
				off += stride
			}
			return buf
		},
		place: func(t *tensor, off, n int, _ []C) []C { return core.Cast[C](t.data)[off : off+n] },
		store: func(*tensor, int, []C) {},
		dot: func(x []C, t *tensor, off int) (s C) {
			for i, v := range core.Cast[C](t.data)[off : off+len(x)] {
				s += x[i] * v
			}
			return s
		},
		axpy: func(dst []C, s C, t *tensor, off int) { axpy(dst, s, core.Cast[C](t.data)[off:off+len(dst)]) },
	}
	a.fourDots = func(sums *[4]C, x []C, stride, n int, t *tensor, off int) {
		for i := range sums {
			sums[i] = a.dot(x[i*stride:i*stride+n], t, off)
		}
	}
	a.fourAxpys = func(dst []C, s *[4]C, t *tensor, off, stride int) {
		for i, v := range s {
			a.axpy(dst, v, t, off+i*stride)
		}
	}
	return a
}

func native32() access[float32] {
	a := native[float32]()
	a.dot = func(x []float32, t *tensor, off int) float32 {
		return dot32(x, core.Cast[float32](t.data)[off:off+len(x)])
	}
	a.axpy = func(dst []float32, s float32, t *tensor, off int) {
		axpy32(dst, s, core.Cast[float32](t.data)[off:off+len(dst)])
	}
	a.fourDots = func(sums *[4]float32, x []float32, stride, n int, t *tensor, off int) {
		fourDots32(sums, x, stride, core.Cast[float32](t.data)[off:off+n])
	}
	a.fourAxpys = func(dst []float32, s *[4]float32, t *tensor, off, stride int) {
		fourAxpys32(dst, s, core.Cast[float32](t.data)[off:off+3*stride+len(dst)], stride)
	}
	return a
}

func widened(f *format) access[float32] {
	return access[float32]{
		load: func(t *tensor, off, stride, n int, buf []float32) []float32 {
			all := core.Cast[uint16](t.data)
			buf = buf[:n]
			if stride == 1 {
				f.widen(buf, all[off:off+n])
				return buf
			}
			for i := range buf {
				buf[i] = f.toFloat(all[off])
				off += stride
			}
			return buf
		},
		place: func(_ *tensor, _, n int, buf []float32) []float32 { return buf[:n] },
		store: func(t *tensor, off int, results []float32) {
			f.narrow(core.Cast[uint16](t.data)[off:off+len(results)], results)
		},
		dot: func(x []float32, t *tensor, off int) float32 {
			return f.dot(x, core.Cast[uint16](t.data)[off:off+len(x)])
		},
		axpy: func(dst []float32, s float32, t *tensor, off int) {
			f.axpy(dst, s, core.Cast[uint16](t.data)[off:off+len(dst)])
		},
		fourDots: func(sums *[4]float32, x []float32, stride, n int, t *tensor, off int) {
			f.fourDots(sums, x, stride, core.Cast[uint16](t.data)[off:off+n])
		},
		fourAxpys: func(dst []float32, s *[4]float32, t *tensor, off, stride int) {
			f.fourAxpys(dst, s, core.Cast[uint16](t.data)[off:off+3*stride+len(dst)], stride)
		},
	}
}

// floatAccess returns the access to float16, bfloat16 and float32.
func floatAccess(d core.DType) access[float32] {
	switch d {
	case core.Float16:
		return widened(&half)
	case core.Bfloat16:
		return widened(&bfloat)
	default:
		return native32()
	}
}

// floats returns the row-major elements of a float16, bfloat16 or float32
// tensor as float32; they may be its memory.
func floats(t *tensor) []float32 {
	t = t.dense()
	if t.dtype == core.Float32 {
		return elems[float32](t)
	}
	out := scratch[float32](t.size())
	a := floatAccess(t.dtype)
	parallel(len(out), 1<<14, func(lo, hi int) { a.load(t, t.offset+lo, 1, hi-lo, out[lo:hi]) })
	return out
}

// fromFloats makes a float16, bfloat16 or float32 tensor; it may keep values.
func fromFloats(dtype core.DType, shape []int, values []float32) *tensor {
	if dtype == core.Float32 {
		return &tensor{dtype: dtype, shape: shape, strides: core.RowStrides(shape), data: core.AsBytes(values)}
	}
	out := alloc(dtype, shape)
	a := floatAccess(dtype)
	parallel(len(values), 1<<14, func(lo, hi int) { a.store(out, lo, values[lo:hi]) })
	return out
}
