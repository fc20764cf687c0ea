package host

import (
	"golang.org/x/sys/cpu"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// hasAVX2 tells that the processor has AVX2 and FMA; those that do also
// convert float16.
var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// The routines below take counts that are positive multiples of eight.

//go:noescape
func tile32AVX2(k int, a, b, dst *float32, stride int, add bool)

//go:noescape
func tile64AVX2(k int, a, b, dst *float64, stride int, add bool)

//go:noescape
func dotAVX2(n int, x, y *float32) float32

//go:noescape
func dotHalfAVX2(n int, x *float32, y *uint16) float32

//go:noescape
func dotBfloatAVX2(n int, x *float32, y *uint16) float32

// The four rows of x, or of y below, start stride elements apart.
//
//go:noescape
func dot4AVX2(n int, x *float32, stride int, y *float32, sums *[4]float32)

//go:noescape
func dot4HalfAVX2(n int, x *float32, stride int, y *uint16, sums *[4]float32)

//go:noescape
func dot4BfloatAVX2(n int, x *float32, stride int, y *uint16, sums *[4]float32)

//go:noescape
func axpy4AVX2(n int, dst *float32, s *[4]float32, y *float32, stride int)

//go:noescape
func axpy4HalfAVX2(n int, dst *float32, s *[4]float32, y *uint16, stride int)

//go:noescape
func axpy4BfloatAVX2(n int, dst *float32, s *[4]float32, y *uint16, stride int)

//go:noescape
func axpyAVX2(n int, dst *float32, s float32, y *float32)

//go:noescape
func axpyHalfAVX2(n int, dst *float32, s float32, y *uint16)

//go:noescape
func axpyBfloatAVX2(n int, dst *float32, s float32, y *uint16)

//go:noescape
func widenHalfAVX2(n int, dst *float32, src *uint16)

//go:noescape
func widenBfloatAVX2(n int, dst *float32, src *uint16)

//go:noescape
func narrowHalfAVX2(n int, dst *uint16, src *float32)

//go:noescape
func narrowBfloatAVX2(n int, dst *uint16, src *float32)

//go:noescape
func expSumAVX2(n int, v *float32, hi float32) float32

//go:noescape
func largestAVX2(n int, v *float32) float32

//go:noescape
func expAVX2(n int, dst, src *float32)

//go:noescape
func sigmoidAVX2(n int, dst, src *float32)

//go:noescape
func tanhAVX2(n int, dst, src *float32)

func init() {
	if !hasAVX2 {
		return
	}
	kernel32 = kernel[float32]{rows: 6, cols: 16, tile: func(k int, a, b, dst []float32, stride int, add bool) {
		tile32AVX2(k, &a[0], &b[0], &dst[0], 4*stride, add)
	}}
	kernel64 = kernel[float64]{rows: 6, cols: 8, tile: func(k int, a, b, dst []float64, stride int, add bool) {
		tile64AVX2(k, &a[0], &b[0], &dst[0], 8*stride, add)
	}}
	vectorDot = func(x, y []float32) float32 { return dotAVX2(len(x), &x[0], &y[0]) }
	vectorAxpy = func(dst []float32, s float32, y []float32) { axpyAVX2(len(dst), &dst[0], s, &y[0]) }
	vectorDot4 = func(sums *[4]float32, x []float32, stride int, y []float32) {
		dot4AVX2(len(y), &x[0], stride, &y[0], sums)
	}
	vectorAxpy4 = func(dst []float32, s *[4]float32, y []float32, stride int) {
		axpy4AVX2(len(dst), &dst[0], s, &y[0], stride)
	}
	vectorLargest = func(v []float32) float32 { return largestAVX2(len(v), &v[0]) }
	vectorExpSum = func(v []float32, hi float32) float32 { return expSumAVX2(len(v), &v[0], hi) }
	vectorUnary[core.Exp] = func(dst, src []float32) { expAVX2(len(src), &dst[0], &src[0]) }
	vectorUnary[core.Sigmoid] = func(dst, src []float32) { sigmoidAVX2(len(src), &dst[0], &src[0]) }
	vectorUnary[core.Tanh] = func(dst, src []float32) { tanhAVX2(len(src), &dst[0], &src[0]) }
	half.vector = vectorFormat{
		dot: func(x []float32, y []uint16) float32 { return dotHalfAVX2(len(x), &x[0], &y[0]) },
		dot4: func(sums *[4]float32, x []float32, stride int, y []uint16) {
			dot4HalfAVX2(len(y), &x[0], stride, &y[0], sums)
		},
		axpy4: func(dst []float32, s *[4]float32, y []uint16, stride int) {
			axpy4HalfAVX2(len(dst), &dst[0], s, &y[0], stride)
		},
		axpy:   func(dst []float32, s float32, y []uint16) { axpyHalfAVX2(len(dst), &dst[0], s, &y[0]) },
		widen:  func(dst []float32, src []uint16) { widenHalfAVX2(len(dst), &dst[0], &src[0]) },
		narrow: func(dst []uint16, src []float32) { narrowHalfAVX2(len(dst), &dst[0], &src[0]) },
	}
	bfloat.vector = vectorFormat{
		dot: func(x []float32, y []uint16) float32 { return dotBfloatAVX2(len(x), &x[0], &y[0]) },
		dot4: func(sums *[4]float32, x []float32, stride int, y []uint16) {
			dot4BfloatAVX2(len(y), &x[0], stride, &y[0], sums)
		},
		axpy4: func(dst []float32, s *[4]float32, y []uint16, stride int) {
			axpy4BfloatAVX2(len(dst), &dst[0], s, &y[0], stride)
		},
		axpy:   func(dst []float32, s float32, y []uint16) { axpyBfloatAVX2(len(dst), &dst[0], s, &y[0]) },
		widen:  func(dst []float32, src []uint16) { widenBfloatAVX2(len(dst), &dst[0], &src[0]) },
		narrow: func(dst []uint16, src []float32) { narrowBfloatAVX2(len(dst), &dst[0], &src[0]) },
	}
}
