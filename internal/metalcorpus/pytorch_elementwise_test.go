package main

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

// special are the values at which elementwise functions go wrong.
var special = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, -1, 0.5, 60000}

func withSpecial(seed uint64, d mlx.DType, n int) *mlx.Array {
	v := normal(seed, d, n).Float64s()
	copy(v[int(seed)%5:], special)
	return mlx.FromFloat64s(d, v, n)
}

func pytorchBinary(t *testing.T, p *pytorch) {
	const n = 100
	both := func(x, y *mlx.Array, f func(a, b float64) float64) []float64 {
		a, b := x.Float64s(), reversed(y.Float64s())
		for i := range a {
			a[i] = f(a[i], b[i])
		}
		return a
	}
	binary := func(entry string, x, y *mlx.Array, o output) *mlx.Array {
		size := x.Size() / n * x.DType().Size()
		return p.run(t, "BinaryKernel", entry, n, behind(x, size), y, o, offsets(n, o.size()/n, size))
	}
	for _, d := range floats {
		x, y := withSpecial(1, d, n), withSpecial(2, d, n)
		for entry, f := range map[string]func(a, b float64) float64{
			"fmax_": func(a, b float64) float64 {
				if math.IsNaN(a) || b > a {
					return b
				}
				return a
			},
			"fmin_": func(a, b float64) float64 {
				if math.IsNaN(a) || b < a {
					return b
				}
				return a
			},
			"copysign_":         math.Copysign,
			"nextafter_kernel_": func(a, b float64) float64 { return nextAfter(d, a, b) },
		} {
			entry += metal[d]
			near(t, entry, binary(entry, x, y, out(d, n)), both(x, y, f), nil)
		}
	}
	for _, d := range append(slices.Clone(integral[1:]), mlx.Uint8, mlx.Bool) {
		x, y := normal(3, d, n), normal(4, d, n)
		entry := "copysign_" + metal[d]
		near(t, entry, binary(entry, x, y, out(mlx.Float32, n)), both(x, y, math.Copysign), nil)
	}
	pairs := func(x, y *mlx.Array, f func(a, b complex128) complex128) (want []float64) {
		a, b := complexes(x), complexes(y)
		for i := range a {
			c := f(a[i], b[n-1-i])
			want = append(want, real(c), imag(c))
		}
		return want
	}
	for _, d := range half {
		x, y := normal(5, d, n), normal(6, d, n)
		for entry, f := range map[string]func(a, b float64) complex128{
			"polar_":          func(a, b float64) complex128 { return complex(a*math.Cos(b), a*math.Sin(b)) },
			"complex_kernel_": func(a, b float64) complex128 { return complex(a, b) },
		} {
			var want []float64
			a, b := x.Float64s(), reversed(y.Float64s())
			for i := range a {
				c := f(a[i], b[i])
				want = append(want, real(c), imag(c))
			}
			// The sine and cosine are rounded, and off by some ulp of their own.
			near(t, entry+metal[d], binary(entry+metal[d], x, y, out(d, n, 2)), want, func(i int) float64 {
				if entry == "polar_" {
					return 4 * unit[d] * math.Abs(a[i/2])
				}
				return 0
			})
		}
		x, y = normal(7, d, n, 2), normal(8, d, n, 2)
		got := binary("complex_mul_"+metal[d], x, y, out(d, n, 2))
		a, b := complexes(x), complexes(y)
		// Two products and their sum are rounded.
		near(t, "complex_mul_"+metal[d], got, pairs(x, y, func(a, b complex128) complex128 { return a * b }), func(i int) float64 {
			return 2 * unit[d] * cmplx.Abs(a[i/2]) * cmplx.Abs(b[n-1-i/2])
		})
	}
}

func complexes(x *mlx.Array) []complex128 {
	v := x.Float64s()
	out := make([]complex128, len(v)/2)
	for i := range out {
		out[i] = complex(v[2*i], v[2*i+1])
	}
	return out
}

// nextAfter is the next number of a type towards another. Metal has no
// function of bfloat, so that float's result is rounded back to the argument.
func nextAfter(d mlx.DType, a, b float64) float64 {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return math.NaN()
	case a == b:
		return b
	case d != mlx.Float16:
		next := float64(math.Nextafter32(float32(a), float32(b)))
		return mlx.FromFloat64s(d, []float64{next}).Float64s()[0]
	}
	bits := func(x float64) int32 { // ordered as the numbers are
		raw := mlx.FromFloat64s(d, []float64{x}).Bytes()
		v := int32(raw[0]) | int32(raw[1])<<8
		if v&0x8000 != 0 {
			return 0x8000 - v
		}
		return v
	}
	v := bits(a) + 1
	if b < a {
		v -= 2
	}
	if v < 0 {
		v = 0x8000 - v
	}
	return mlx.FromBytes(d, []int{1}, []byte{byte(v), byte(v >> 8)}).Float64s()[0]
}

const unaryLibrary = "native/mps/UnaryConstants.h"

func pytorchUnary(t *testing.T, p *pytorch) {
	const n = 201
	run := func(entry string, types []string, in *mlx.Array, o output) *mlx.Array {
		return p.dispatch(t, unaryLibrary, types, dispatch{entry: entry, grid: [3]int{n, 1, 1}, group: [3]int{64, 1, 1}, buffers: []any{o, in}})[0]
	}
	for _, d := range floats {
		for _, in := range append([]mlx.DType{d}, integral...) {
			if in != d && d != mlx.Float32 {
				continue
			}
			x := withSpecial(10, d, n).AsType(in)
			if in != d {
				x = normal(10, in, n)
			}
			types := []string{metal[d], metal[in]}
			for name, f := range map[string]func(float64) float64{"exp_kernel": math.Exp, "tanh_kernel": math.Tanh} {
				want := apply(x, f)
				// Metal promises exp within 4 ulp and tanh within 5, of float32;
				// integers are converted first.
				near(t, fmt.Sprint(name, types), run(name, types, x, out(d, n)), want, func(i int) float64 {
					return 10 * unit[mlx.Float32] * math.Abs(want[i])
				})
			}
		}
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(i-n/2) / (n/2 - 1) // a little beyond -1 and 1 at the ends
		}
		x := mlx.FromFloat64s(d, v, n)
		want := apply(x, func(x float64) float64 {
			if math.Abs(x) == 1 {
				return math.Copysign(math.Inf(1), x)
			}
			return math.Erfinv(x)
		})
		near(t, "erfinv "+metal[d], run("erfinv_kernel", []string{metal[d], metal[d]}, x, out(d, n)), want, func(i int) float64 {
			// The denominator of the approximation cancels to a quarter of its terms.
			return 32 * unit[mlx.Float32] * math.Abs(want[i])
		})
	}
	for _, d := range half {
		z := normal(11, d, n, 2)
		types := []string{metal[d], metal[d]}
		for name, f := range map[string]func(complex128) complex128{"exp_complex_kernel": cmplx.Exp, "tanh_complex_kernel": cmplx.Tanh} {
			var want []float64
			in := complexes(z)
			for _, x := range in {
				y := f(x)
				want = append(want, real(y), imag(y))
			}
			near(t, fmt.Sprint(name, types), run(name, types, z, out(d, n, 2)), want, func(i int) float64 {
				return 4 * unit[d] * math.Hypot(want[i&^1], want[i|1])
			})
		}
	}
}

func pytorchBitwise(t *testing.T, p *pytorch) {
	const library, n = "native/mps/operations/BitwiseOps.mm", 77
	run := func(entry string, d mlx.DType, buffers ...any) *mlx.Array {
		return p.dispatch(t, library, []string{metal[d], metal[d], metal[d]}, dispatch{
			entry: entry, grid: [3]int{n + 3, 1, 1}, group: [3]int{64, 1, 1}, buffers: append([]any{ints(n), out(d, n)}, buffers...)})[0]
	}
	type op = func(a *mlx.Array, b mlx.Operand) *mlx.Array
	for _, d := range append(slices.Clone(integral), mlx.Bool) {
		a, b := normal(1, d, n), normal(2, d, n)
		ops := map[string]op{"and": (*mlx.Array).BitwiseAnd, "or": (*mlx.Array).BitwiseOr, "xor": (*mlx.Array).BitwiseXor}
		for name, f := range ops {
			same(t, name+" "+metal[d], run("bitwise_"+name+"_tensor", d, a, b), f(a, b))
			one := b.Slice([]int{5}, []int{6}, nil)
			same(t, name+" "+metal[d], run("bitwise_"+name+"_scalar", d, a, one), f(a, one))
		}
		if d == mlx.Bool {
			// ~ of a bool is ~0 or ~1 as an int, which is true.
			same(t, "not bool", run("bitwise_not", d, a), mlx.Ones([]int{n}, mlx.Bool))
			continue
		}
		same(t, "not "+metal[d], run("bitwise_not", d, a), a.BitwiseInvert())
		shifts := b.Abs().Remainder(d.Size() * 8).AsType(d)
		for name, f := range map[string]op{"lshift": (*mlx.Array).LeftShift, "rshift": (*mlx.Array).RightShift} {
			same(t, name+" "+metal[d], run("bitwise_"+name+"_tensor", d, a, shifts), f(a, shifts))
			one := shifts.Slice([]int{5}, []int{6}, nil)
			same(t, name+" "+metal[d], run("bitwise_"+name+"_scalar", d, a, one), f(a, one))
		}
	}
	require.Len(t, p.program(t, library, "int", "int", "int").Entries(), 11)
}
