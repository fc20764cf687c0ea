package main

import (
	"bytes"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

// fftPlan is how MLX splits a transform of n elements: the steps of each radix
// 13, 11, 8 and 7 down to 2, the same of Rader's transform of a prime, and the
// elements of a thread.
type fftPlan struct {
	n, perThread int
	steps, rader string // a digit for each radix
	prime        int    // of Rader's transform, or 1
	padded       int    // Bluestein's size, or 0
}

// size is what the threadgroup transforms.
func (p fftPlan) size() int {
	if p.padded > 0 {
		return p.padded
	}
	return p.n
}

func (p fftPlan) constants(inverse bool) map[int]uint64 {
	c := map[int]uint64{0: bit(inverse), 1: bit(p.size()&(p.size()-1) == 0), 2: uint64(p.perThread), 3: uint64(p.n / max(1, p.prime))}
	for i := range 9 {
		c[4+i] = uint64(p.steps[i] - '0')
		c[13+i] = 0
		if p.rader != "" {
			c[13+i] = uint64(p.rader[i] - '0')
		}
	}
	return c
}

// fftPlans are plans of MLX for each size of threadgroup memory.
var fftPlans = map[string]map[int]fftPlan{
	"": {
		256:  {n: 60, steps: "000011001", perThread: 5},
		512:  {n: 512, steps: "003000000", perThread: 8},
		1024: {n: 1000, steps: "001003000", perThread: 8},
		2048: {n: 2002, steps: "110100001", perThread: 7},
		4096: {n: 4096, steps: "004000000", perThread: 8},
	},
	"rader": {
		256:  {n: 34, steps: "000000001", rader: "000000200", prime: 17, perThread: 4},
		512:  {n: 340, steps: "000001100", rader: "000000200", prime: 17, perThread: 5},
		1024: {n: 714, steps: "000110000", rader: "000000200", prime: 17, perThread: 6},
		2048: {n: 1190, steps: "000101001", rader: "000000200", prime: 17, perThread: 4},
	},
	"bluestein": {
		256:  {n: 47, padded: 128, steps: "000000301", perThread: 4},
		512:  {n: 188, padded: 512, steps: "003000000", perThread: 8},
		1024: {n: 376, padded: 1024, steps: "003000001", perThread: 8},
		2048: {n: 752, padded: 2048, steps: "003000100", perThread: 8},
		4096: {n: 1504, padded: 4096, steps: "004000000", perThread: 8},
	},
	"four_step": { // four of them to a threadgroup
		256:  {n: 64, steps: "000000300", perThread: 4},
		512:  {n: 128, steps: "000000301", perThread: 4},
		1024: {n: 256, steps: "000000400", perThread: 4},
		2048: {n: 512, steps: "003000000", perThread: 8},
		4096: {n: 1024, steps: "003000001", perThread: 8},
	},
}

func TestFFT(t *testing.T) {
	t.Parallel()
	for kind, plans := range fftPlans {
		for memory, plan := range plans {
			for _, inverse := range []bool{false, true} {
				everyEntry(t, "fft.metal", `(?:(rader|bluestein|four_step)_)?(?:fft_)?mem_(\d+)_(float2?)_(float2?)(?:_([01])_(true|false))?`, func(m []string) trial {
					real := m[3] != m[4]
					switch {
					case m[1] == "four_step" && kind == m[1] && number(t, m[2]) == memory:
						return plan.fourStep(m[3], m[4], m[5] == "0", m[6] == "true", inverse)
					case m[1] == "rader" && m[2] == "4096":
						return skip("MLX's transforms of this kind end at 2,048 elements")
					case m[1] != kind || number(t, m[2]) != memory || real && inverse != (m[4] == "float"):
						return skip("launched for another size")
					}
					return plan.trial(t, memory, real, inverse)
				}, plan.constants(inverse))
			}
		}
	}
}

// trial is of whole numbers, or of real ones and the first half of their
// spectrum.
func (p fftPlan) trial(t *testing.T, memory int, real, inverse bool) trial {
	t.Helper()
	n, perGroup, batch := p.n, max(256/p.size(), 1), 3
	if p.size()%p.perThread != 0 && perGroup > 1 {
		batch = 2 * perGroup // a threadgroup that is not full reads past the end of the input
	}
	x := make([]complex128, batch*n) // whole signals and spectra
	for i, v := range normal(36, mlx.Complex64, batch*n).View(mlx.Float32).Float64s() {
		if i%2 == 0 {
			x[i/2] += complex(v, 0)
		} else if !real {
			x[i/2] += complex(0, v)
		}
	}
	spectrum := make([]complex128, 0, len(x))
	for b := range batch {
		spectrum = append(spectrum, dft(x[b*n:][:n])...)
	}
	in, want, inLength, outLength := x, spectrum, n, n
	inType, outType := mlx.Complex64, mlx.Complex64
	if inverse {
		in, want = want, in
	}
	if real && inverse {
		inLength, outType = n/2+1, mlx.Float32
	} else if real {
		outLength, inType = n/2+1, mlx.Float32
	}
	input, exact := parts(in, n, inLength, inType), parts(want, n, outLength, outType)
	require.Equal(t, memory, int(math.Exp2(math.Ceil(math.Log2(float64(perGroup*p.size()))))))
	groups := threads(batch, perGroup)
	if real {
		groups = threads(groups, 2)
	}
	z := threads(p.size(), p.perThread)
	output := out(outType, batch, outLength)
	var buffers []any
	switch {
	case p.padded > 0:
		long, chirp := make([]complex128, p.padded), make([]complex128, n)
		for i := -n + 1; i < n; i++ {
			angle := float64(i*i%(2*n)) * math.Pi / float64(n)
			long[i+n-1] = cmplx.Rect(1, angle)
			if i >= 0 {
				chirp[i] = cmplx.Rect(1, -angle)
			}
		}
		buffers = []any{parts(dft(long), 1, 1, mlx.Complex64), parts(chirp, 1, 1, mlx.Complex64), ints(int32(n)), ints(int32(p.padded)), ints(int32(batch))}
	case p.prime > 1:
		const root, inverseRoot = 3, 6 // of 17
		var powers, back []int16
		unity := make([]complex128, p.prime-1)
		for i, g, h := 0, 1, 1; i < p.prime-1; i, g, h = i+1, g*root%p.prime, h*inverseRoot%p.prime {
			powers, back = append(powers, int16(g)), append(back, int16(h))
			unity[i] = cmplx.Rect(1, -2*math.Pi*float64(h)/float64(p.prime))
		}
		buffers = []any{parts(dft(unity), 1, 1, mlx.Complex64), mlx.New(powers), mlx.New(back), ints(int32(n)), ints(int32(batch)), ints(int32(p.prime))}
	default:
		buffers = []any{ints(int32(n)), ints(int32(batch))}
	}
	// Bluestein's transforms of half spectra read past their end, for nothing.
	more := append(bytes.Clone(input.Bytes()), make([]byte, 8*p.padded)...)
	c := space([3]int{groups, perGroup, z}, [3]int{1, perGroup, z}, nil, 0, append([]any{more, output}, buffers...)...)
	c.heavy = true
	bound := transformError(p.size())
	if p.padded > 0 || p.prime > 1 {
		bound *= 3 // they do three transforms
	}
	c.normwise(exact, bound)
	return c
}

// transformError is how far a transform of n elements may be off in the norm of
// its result: by some roundings for each doubling of the size.
func transformError(n int) float64 { return 6 * math.Log2(float64(n)) * unit[mlx.Float32] }

// normwise makes c a trial whose output is off from exact by at most bound,
// relative to the norm.
func (c *trial) normwise(exact *mlx.Array, bound float64) {
	flat := func(x *mlx.Array) []float64 {
		if x.DType() == mlx.Complex64 {
			x = x.View(mlx.Float32)
		}
		return x.Float64s()
	}
	values := flat(exact)
	norm := func(v []float64) float64 {
		sum := 0.0
		for _, e := range v {
			sum += e * e
		}
		return math.Sqrt(sum)
	}
	c.finish = func(got *mlx.Array) *mlx.Array {
		off := flat(got)
		for i := range off {
			off[i] -= values[i]
		}
		return mlx.FromFloat64s(mlx.Float64, []float64{norm(off) / norm(values)})
	}
	c.exact, c.slack = []float64{0}, func(int) float64 { return bound }
}

// parts is the beginning of each n elements, as an array of that type.
func parts(x []complex128, n, length int, d mlx.DType) *mlx.Array {
	var v []float64
	for i, e := range x {
		if i%n < length {
			v = append(v, real(e))
			if d == mlx.Complex64 {
				v = append(v, imag(e))
			}
		}
	}
	return mlx.FromFloat64s(mlx.Float32, v).View(d)
}

// dft is the discrete Fourier transform.
func dft(x []complex128) []complex128 {
	n := len(x)
	out := make([]complex128, n)
	if n%2 == 0 {
		even, odd := make([]complex128, n/2), make([]complex128, n/2)
		for i := range even {
			even[i], odd[i] = x[2*i], x[2*i+1]
		}
		even, odd = dft(even), dft(odd)
		for k := range out {
			out[k] = even[k%(n/2)] + cmplx.Rect(1, -2*math.Pi*float64(k)/float64(n))*odd[k%(n/2)]
		}
		return out
	}
	for k := range out {
		for i, e := range x {
			out[k] += e * cmplx.Rect(1, -2*math.Pi*float64(k*i%n)/float64(n))
		}
	}
	return out
}
