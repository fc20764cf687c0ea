package host

import (
	"github.com/viterin/vek"
	"github.com/viterin/vek/vek32"
)

// accelerated tells whether vek has vector instructions here.
var accelerated = vek32.Info().Acceleration

// gemm32 multiplies float32 matrices, in parallel over rows.
func gemm32(dst []float32, a, b operand[float32], m, n, k int) {
	if emptyProduct(dst, m, n, k) {
		return
	}
	x := a.rowMajor(m, k)
	if m < 8 && b.transposed { // a few rows against contiguous columns
		parallel(n, max(1, (1<<14)/k), func(lo, hi int) {
			for i := range m {
				row := x[i*k : (i+1)*k]
				for j := lo; j < hi; j++ {
					dst[i*n+j] = dot32(row, b.data[j*k:(j+1)*k])
				}
			}
		})
		return
	}
	y := b.rowMajor(k, n)
	parallel(m, max(1, (1<<16)/(n*k)), func(lo, hi int) {
		if accelerated {
			vek32.MatMul_Into(dst[lo*n:hi*n], x[lo*k:hi*k], y, k)
			return
		}
		gemmTiled(dst[lo*n:hi*n], x[lo*k:hi*k], y, hi-lo, n, k)
	})
}

// gemm64 multiplies float64 matrices, in parallel over rows.
func gemm64(dst []float64, a, b operand[float64], m, n, k int) {
	if emptyProduct(dst, m, n, k) {
		return
	}
	x, y := a.rowMajor(m, k), b.rowMajor(k, n)
	parallel(m, max(1, (1<<16)/(n*k)), func(lo, hi int) {
		if accelerated {
			vek.MatMul_Into(dst[lo*n:hi*n], x[lo*k:hi*k], y, k)
			return
		}
		gemmTiled(dst[lo*n:hi*n], x[lo*k:hi*k], y, hi-lo, n, k)
	})
}

// emptyProduct reports whether there is nothing to multiply; the result is
// zeros then.
func emptyProduct[C number](dst []C, m, n, k int) bool {
	if m*n*k > 0 {
		return false
	}
	clear(dst[:m*n])
	return true
}

func dot32(a, b []float32) float32 {
	if accelerated {
		return vek32.Dot(a, b)
	}
	return float32(dotWide(a, b))
}

func dotWide[T float](a, b []T) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += float64(x[0]) * float64(y[0])
		s1 += float64(x[1]) * float64(y[1])
		s2 += float64(x[2]) * float64(y[2])
		s3 += float64(x[3]) * float64(y[3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i]) * float64(b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// gemmTiled keeps tiles of 4 rows by 4 columns in registers and packs the
// columns of b four at a time.
func gemmTiled[T float](dst, a, b []T, m, n, k int) {
	panel := make([]T, 4*k)
	for j0 := 0; j0 < n; j0 += 4 {
		w := min(4, n-j0)
		for p := range k {
			for j := range 4 {
				panel[4*p+j] = 0
				if j < w {
					panel[4*p+j] = b[p*n+j0+j]
				}
			}
		}
		for i0 := 0; i0 < m; i0 += 4 {
			h := min(4, m-i0)
			row := func(i int) []T { i = i0 + min(i, h-1); return a[i*k : i*k+k : i*k+k] }
			tile := tile4(row(0), row(1), row(2), row(3), panel)
			for i := range h {
				copy(dst[(i0+i)*n+j0:(i0+i)*n+j0+w], tile[4*i:])
			}
		}
	}
}

func tile4[T float](a0, a1, a2, a3, panel []T) (c [16]T) {
	var c00, c01, c02, c03, c10, c11, c12, c13 T
	var c20, c21, c22, c23, c30, c31, c32, c33 T
	k := len(a0)
	a1, a2, a3 = a1[:k], a2[:k], a3[:k]
	for p := range k {
		b := panel[4*p : 4*p+4 : 4*p+4]
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		x := a0[p]
		c00 += x * b0
		c01 += x * b1
		c02 += x * b2
		c03 += x * b3
		x = a1[p]
		c10 += x * b0
		c11 += x * b1
		c12 += x * b2
		c13 += x * b3
		x = a2[p]
		c20 += x * b0
		c21 += x * b1
		c22 += x * b2
		c23 += x * b3
		x = a3[p]
		c30 += x * b0
		c31 += x * b1
		c32 += x * b2
		c33 += x * b3
	}
	return [16]T{c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33}
}
