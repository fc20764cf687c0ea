package host

import (
	"math"
	"math/bits"
	"math/cmplx"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// FFT transforms the last axis: powers of two by Cooley-Tukey, other lengths by
// Bluestein's convolution.
func (*Runtime) FFT(x core.Tensor, inverse bool) core.Tensor {
	t := x.(*tensor).dense()
	n := t.shape[len(t.shape)-1]
	out := alloc(core.Complex64, t.shape)
	src, dst := elems[complex64](t), elems[complex64](out)
	parallel(len(src)/n, max(1, (1<<11)/n), func(lo, hi int) {
		row := make([]complex128, n)
		for r := lo; r < hi; r++ {
			for i, v := range src[r*n : (r+1)*n] {
				row[i] = complex128(v)
			}
			for i, v := range fft(row, inverse) {
				dst[r*n+i] = complex64(v)
			}
		}
	})
	return out
}

func fft(x []complex128, inverse bool) []complex128 {
	sign := -1.0
	if inverse {
		sign = 1
	}
	if n := len(x); n&(n-1) != 0 {
		return bluestein(x, sign)
	}
	return radix2(x, sign)
}

func radix2(x []complex128, sign float64) []complex128 {
	n := len(x)
	out := make([]complex128, n)
	shift := bits.LeadingZeros64(uint64(n)) + 1
	for i, v := range x {
		out[bits.Reverse64(uint64(i))>>shift] = v
	}
	if n == 1 {
		out[0] = x[0]
	}
	for half := 1; half < n; half *= 2 {
		for j := range half {
			w := cmplx.Rect(1, sign*math.Pi*float64(j)/float64(half))
			for i := j; i < n; i += 2 * half {
				a, b := out[i], out[i+half]*w
				out[i], out[i+half] = a+b, a-b
			}
		}
	}
	return out
}

// bluestein writes jk as (j² + k² - (k-j)²)/2, which makes the transform a
// convolution with a chirp.
func bluestein(x []complex128, sign float64) []complex128 {
	n := len(x)
	size := 1 << bits.Len(uint(2*n-1))
	chirp := make([]complex128, n)
	for i := range chirp {
		// i² modulo 2n keeps the angle small and exact.
		chirp[i] = cmplx.Rect(1, sign*math.Pi*float64(i*i%(2*n))/float64(n))
	}
	a, b := make([]complex128, size), make([]complex128, size)
	for i, c := range chirp {
		a[i] = x[i] * c
		b[i] = cmplx.Conj(c)
		if i > 0 {
			b[size-i] = b[i]
		}
	}
	fa, fb := radix2(a, -1), radix2(b, -1)
	for i := range fa {
		fa[i] *= fb[i]
	}
	conv := radix2(fa, 1)
	out := make([]complex128, n)
	for i, c := range chirp {
		out[i] = conv[i] * c / complex(float64(size), 0)
	}
	return out
}
