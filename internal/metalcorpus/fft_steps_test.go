package main

import (
	"math"
	"math/cmplx"

	"github.com/zmlx/zmlx/mlx"
)

// fourStep is a trial of one of the two kernels that make a transform of n1*n2
// elements: the first transforms the columns of n1 rows and turns each element
// by its share, the second transforms the rows and writes them as columns. The
// plan is of the columns for the first, of the rows for the second.
func (p fftPlan) fourStep(in, out string, first, real, inverse bool) trial {
	const other, batch, perGroup = 16, 2, 4
	if real && inverse != (first && in == "float2" || out == "float") {
		return skip("launched the other way")
	}
	n1, n2 := p.n, other
	if !first {
		n1, n2 = other, p.n
	}
	n := n1 * n2
	signal, spectrum := make([]complex128, batch*n), []complex128{}
	for i, v := range normal(40, mlx.Complex64, len(signal)).View(mlx.Float32).Float64s() {
		if i%2 == 0 {
			signal[i/2] = complex(v, 0)
		} else if !real {
			signal[i/2] += complex(0, v)
		}
	}
	for b := range batch {
		spectrum = append(spectrum, dft(signal[b*n:][:n])...)
	}
	from, to := signal, spectrum
	if inverse { // which is the transform of the conjugate, conjugated
		from, to = spectrum, signal
	}
	between := make([]complex128, 0, batch*n)
	for b := range batch {
		between = append(between, columns(from[b*n:][:n], n1, n2, inverse)...)
	}
	half := n/2 + 1
	var input, exact *mlx.Array
	switch {
	case first && in == "float":
		input, exact = parts(from, n, n, mlx.Float32), parts(between, n, n, mlx.Complex64)
	case first && real:
		input, exact = parts(from, n, half, mlx.Complex64), parts(between, n, n, mlx.Complex64)
	case first:
		input, exact = parts(from, n, n, mlx.Complex64), parts(between, n, n, mlx.Complex64)
	case out == "float":
		input, exact = parts(between, n, n, mlx.Complex64), parts(to, n, n, mlx.Float32)
	case real:
		input, exact = parts(between, n, n, mlx.Complex64), parts(to, n, half, mlx.Complex64)
	default:
		input, exact = parts(between, n, n, mlx.Complex64), parts(to, n, n, mlx.Complex64)
	}
	transforms, threads := batch*other, p.n/p.perThread
	c := space([3]int{transforms / perGroup, perGroup, threads}, [3]int{1, perGroup, threads}, nil, 0,
		input, output{exact.DType(), exact.Shape()}, ints(int32(n1)), ints(int32(n2)), ints(int32(transforms)))
	c.heavy = true
	c.normwise(exact, transformError(n)) // of the input's roundings too
	return c
}

// columns is what the first step leaves.
func columns(x []complex128, n1, n2 int, conjugate bool) []complex128 {
	out := make([]complex128, len(x))
	column := make([]complex128, n1)
	for c := range n2 {
		for i := range column {
			if column[i] = x[i*n2+c]; conjugate {
				column[i] = cmplx.Conj(column[i])
			}
		}
		for k, v := range dft(column) {
			out[k*n2+c] = v * cmplx.Rect(1, -2*math.Pi*float64(k*c)/float64(len(x)))
		}
	}
	return out
}
