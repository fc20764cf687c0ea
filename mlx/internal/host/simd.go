package host

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// The loops of float32 that most time goes into. Each runs vector code for the
// first elements where the processor has it, and Go for the rest.
var (
	vectorDot     func(x, y []float32) float32
	vectorAxpy    func(dst []float32, s float32, y []float32)
	vectorExpSum  func(v []float32, hi float32) float32
	vectorDot4    func(sums *[4]float32, x []float32, stride int, y []float32)
	vectorAxpy4   func(dst []float32, s *[4]float32, y []float32, stride int)
	vectorLargest func(v []float32) float32
	// By operation; dst may be src.
	vectorUnary [core.NumUnary]func(dst, src []float32)
)

// vectorized returns how many of n elements vector code takes.
func vectorized(n int, have bool) int {
	if !have {
		return 0
	}
	return n &^ 7
}

// dot32 returns the sum of products.
func dot32(x, y []float32) (s float32) {
	n := vectorized(len(x), vectorDot != nil)
	if n > 0 {
		s = vectorDot(x[:n], y[:n])
	}
	return s + float32(dotWide(x[n:], y[n:]))
}

// fourDots32 sums up the products of y with each of the rows of x that start at
// multiples of stride.
func fourDots32(sums *[4]float32, x []float32, stride int, y []float32) {
	*sums = [4]float32{}
	n := vectorized(len(y), vectorDot4 != nil)
	if n > 0 {
		vectorDot4(sums, x, stride, y[:n])
	}
	if n < len(y) {
		for i := range sums {
			sums[i] += float32(dotWide(x[i*stride+n:i*stride+len(y)], y[n:]))
		}
	}
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

// axpy32 adds s*y to dst.
func axpy32(dst []float32, s float32, y []float32) {
	n := vectorized(len(dst), vectorAxpy != nil)
	if n > 0 {
		vectorAxpy(dst[:n], s, y[:n])
	}
	axpy(dst[n:], s, y[n:])
}

// fourAxpys32 adds to dst each of the rows of y, times its factor.
func fourAxpys32(dst []float32, s *[4]float32, y []float32, stride int) {
	n := vectorized(len(dst), vectorAxpy4 != nil)
	if n > 0 {
		vectorAxpy4(dst[:n], s, y, stride)
	}
	for i, v := range s {
		axpy(dst[n:], v, y[i*stride+n:])
	}
}

func axpy[C number](dst []C, s C, y []C) {
	for i, v := range y[:len(dst)] {
		dst[i] += s * v
	}
}

// largest32 returns the largest element that is a number.
func largest32(v []float32) float32 {
	hi, n := float32(math.Inf(-1)), vectorized(len(v), vectorLargest != nil)
	if n > 0 {
		hi = vectorLargest(v[:n])
	}
	return max(hi, largest(v[n:]))
}

func largest[T float](v []T) T {
	hi := T(math.Inf(-1))
	for _, x := range v {
		if x > hi {
			hi = x
		}
	}
	return hi
}

// expSum32 replaces v by exp(v-hi), where hi is the largest, and returns the
// sum. Results below the normal numbers are zero.
func expSum32(v []float32, hi float32) (s float32) {
	n := vectorized(len(v), vectorExpSum != nil)
	if n > 0 {
		s = vectorExpSum(v[:n], hi)
	}
	return s + float32(expSum(v[n:], hi))
}

func expSum[T float](v []T, hi T) T {
	s := 0.0
	for i, x := range v {
		e := math.Exp(float64(x) - float64(hi))
		v[i] = T(e)
		s += e
	}
	return T(s)
}

// format is a floating-point type of 16 bits.
type format struct {
	toFloat   func(uint16) float32
	fromFloat func(float32) uint16
	vector    vectorFormat
}

type vectorFormat struct {
	dot4   func(sums *[4]float32, x []float32, stride int, y []uint16)
	axpy4  func(dst []float32, s *[4]float32, y []uint16, stride int)
	dot    func(x []float32, y []uint16) float32
	widen  func(dst []float32, src []uint16)
	narrow func(dst []uint16, src []float32)
	axpy   func(dst []float32, s float32, y []uint16)
}

var (
	half   = format{toFloat: halfToFloat, fromFloat: floatToHalf}
	bfloat = format{toFloat: bfloatToFloat, fromFloat: floatToBfloat}
)

func (f *format) fourDots(sums *[4]float32, x []float32, stride int, y []uint16) {
	*sums = [4]float32{}
	n := vectorized(len(y), f.vector.dot4 != nil)
	if n > 0 {
		f.vector.dot4(sums, x, stride, y[:n])
	}
	for p := n; p < len(y); p++ {
		v := f.toFloat(y[p])
		for i := range sums {
			sums[i] += x[i*stride+p] * v
		}
	}
}

func (f *format) fourAxpys(dst []float32, s *[4]float32, y []uint16, stride int) {
	n := vectorized(len(dst), f.vector.axpy4 != nil)
	if n > 0 {
		f.vector.axpy4(dst[:n], s, y, stride)
	}
	for i, v := range s {
		for p := n; p < len(dst); p++ {
			dst[p] += v * f.toFloat(y[i*stride+p])
		}
	}
}

func (f *format) dot(x []float32, y []uint16) (s float32) {
	n := vectorized(len(x), f.vector.dot != nil)
	if n > 0 {
		s = f.vector.dot(x[:n], y[:n])
	}
	for i, v := range x[n:] {
		s += v * f.toFloat(y[n+i])
	}
	return s
}

func (f *format) axpy(dst []float32, s float32, y []uint16) {
	n := vectorized(len(dst), f.vector.axpy != nil)
	if n > 0 {
		f.vector.axpy(dst[:n], s, y[:n])
	}
	for i := n; i < len(dst); i++ {
		dst[i] += s * f.toFloat(y[i])
	}
}

func (f *format) widen(dst []float32, src []uint16) {
	n := vectorized(len(dst), f.vector.widen != nil)
	if n > 0 {
		f.vector.widen(dst[:n], src[:n])
	}
	for i := n; i < len(dst); i++ {
		dst[i] = f.toFloat(src[i])
	}
}

func (f *format) narrow(dst []uint16, src []float32) {
	n := vectorized(len(dst), f.vector.narrow != nil)
	if n > 0 {
		f.vector.narrow(dst[:n], src[:n])
	}
	for i := n; i < len(dst); i++ {
		dst[i] = f.fromFloat(src[i])
	}
}
