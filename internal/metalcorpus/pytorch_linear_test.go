package main

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// pytorchCross multiplies the rows of two matrices of three columns, which
// have strides of their own.
func pytorchCross(t *testing.T, p *pytorch) {
	const n, stride = 30, 31
	for _, d := range append(append(slices.Clone(floats), integral...), mlx.Bool) {
		x, y := normal(1, d, 3, stride), normal(2, d, n, 3)
		a, b := x.Float64s(), y.Float64s()
		want, terms := make([]float64, 3*n), make([]float64, 3*n)
		var at []int32
		for i := range n {
			at = append(at, int32(i*d.Size()), int32((i+1)*d.Size()), int32(3*i*d.Size()), 0)
			for k := range 3 {
				l, m := (k+1)%3, (k+2)%3
				u, v := a[l*stride+i+1]*b[3*i+m], a[m*stride+i+1]*b[3*i+l]
				want[k*n+i], terms[k*n+i] = u-v, math.Abs(u)+math.Abs(v)
			}
		}
		exact := mlx.New(want).AsType(mlx.Int64).AsType(d)
		if d == mlx.Bool {
			exact = mlx.New(want).NotEqual(0)
		}
		got := p.run(t, "CrossKernel", "cross_"+metal[d], n, x, y, out(d, 3, n), ints(at...), longs(n), longs(stride), longs(1))
		if unit[d] == 0 { // wraps around
			same(t, "cross "+metal[d], got, exact)
			continue
		}
		near(t, "cross "+metal[d], got, want, func(i int) float64 { return 2 * unit[d] * terms[i] })
	}
}

func pytorchRenorm(t *testing.T, p *pytorch) {
	for _, d := range floats {
		v := normal(1, d, 50).Abs().Float64s()
		copy(v, []float64{0.75, 0.75 + ulp(d, 0.75)}) // the greatest norm that stays, and the next
		x := mlx.FromFloat64s(d, v)
		want := apply(x, func(x float64) float64 {
			if x <= 0.75 {
				return 1
			}
			return 0.75 / (x + 1e-7)
		})
		got := p.run(t, "RenormKernel", "renorm_"+metal[d], 50, x, out(d, 50), reals(0.75))
		// The norm plus 1e-7 is rounded, then the quotient.
		near(t, "renorm "+metal[d], got, want, func(i int) float64 { return unit[d] * want[i] })
	}
}

// product is x wᵀ in float64 for x of m by k and w of n by k, with the sums of
// the terms' sizes.
func product(x, w []float64, m, n, k int) (sum, size []float64) {
	for i := range m {
		for j := range n {
			s, a := 0.0, 0.0
			for l := range k {
				s += x[i*k+l] * w[j*k+l]
				a += math.Abs(x[i*k+l] * w[j*k+l])
			}
			sum, size = append(sum, s), append(size, a)
		}
	}
	return sum, size
}

func pytorchMatmul(t *testing.T, p *pytorch) {
	const m, n, k = 13, 9, 40
	for _, d := range floats {
		x, w := normal(1, d, k, m), normal(2, d, n, k) // both transposed
		want, size := product(x.Transpose(1, 0).Float64s(), w.Float64s(), m, n, k)
		got := p.run(t, "LinearAlgebra", "naive_matmul_"+metal[d], m*(n+1), x, w, out(d, m, n), longs(1, m, 1, k, n, 1), ints(m, k, n))
		// The sum is of the tensors' type: k roundings of growing partial
		// sums, whose errors are independent.
		near(t, "naive_matmul "+metal[d], got, want, func(i int) float64 { return math.Sqrt(k) * unit[d] * size[i] / 2 })
	}
}

// pytorchInt4 packs 4-bit weights and multiplies with them.
func pytorchInt4(t *testing.T, p *pytorch) {
	const m, n, k = 3, 16, 512
	q := normal(1, mlx.Float32, n, k).Multiply(3).Add(8).Clip(0, 15).AsType(mlx.Uint8)
	v := q.Float64s()
	high := make([]byte, n*k/2) // as PyTorch has them: the first of two in the upper half
	low := make([]float64, n*k/2)
	for i := range high {
		high[i] = byte(v[2*i])<<4 | byte(v[2*i+1])
		low[i] = v[2*i] + 16*v[2*i+1]
	}
	packed := p.dispatch(t, "Quantized", nil, dispatch{entry: "weight_to_int4pack", grid: [3]int{n, k / 8, 1}, group: [3]int{8, 1, 1},
		buffers: []any{high, out(mlx.Uint8, n, k/2), ints(n, k/8)}})[0]
	near(t, "weight_to_int4pack", packed, low, nil)
	for _, d := range floats {
		for _, group := range []int{32, 64, 128, 256} {
			x := normal(2, d, m, k)
			scales := normal(3, d, k/group, n, 2) // and zeros
			s := scales.Float64s()
			w := make([]float64, n*k)
			for i := range w {
				at := 2 * (i%k/group*n + i/k)
				w[i] = s[at]*(v[i]-8) + s[at+1]
			}
			want, size := product(x.Float64s(), w, m, n, k)
			entry := fmt.Sprint("int4pack_mm_", group, "_", metal[d])
			got := p.dispatch(t, "Quantized", nil, dispatch{entry: entry, grid: [3]int{n / 4 * 32, 1, m}, group: [3]int{64, 1, 1},
				buffers: []any{x, packed, scales, out(d, m, n), ints(m, k, n)}})[0]
			// A zero less 8 scales is rounded to the type, and added to sums
			// in float32 that are as large as the scales' part.
			a, b := x.Float64s(), make([]float64, n*k)
			for i := range b {
				at := 2 * (i%k/group*n + i/k)
				b[i] = 8*math.Abs(s[at]) + math.Abs(s[at+1])
			}
			_, zeros := product(a, b, m, n, k)
			near(t, entry, got, want, func(i int) float64 {
				return unit[d]*zeros[i] + 4*unit[mlx.Float32]*(size[i]+2*zeros[i])
			})
		}
	}
}

// pytorchInt8 multiplies with 8-bit weights, which have a scale a row.
func pytorchInt8(t *testing.T, p *pytorch) {
	const n, k = 96, 128
	w := normal(1, mlx.Int8, n, k).Multiply(4).AsType(mlx.Int8)
	for _, d := range floats {
		// The large kernel reads the scales of whole blocks of 64 rows, also
		// where there are fewer: the last 32 are none of the weights'.
		scales := normal(2, d, n+32)
		rows := w.Float64s()
		for i := range rows {
			rows[i] *= scales.Float64s()[i/k]
		}
		for entry, m := range map[string]int{"int8pack_mv_": 3, "large_m_int8pack_mm_": 45} {
			x := normal(3, d, m, k)
			want, size := product(x.Float64s(), rows, m, n, k)
			launch := dispatch{entry: entry + metal[d], group: [3]int{64, 1, 1}, grid: [3]int{(n + 7) / 8 * 64, m, 1}, local: map[int]int{0: 32}}
			if m > 12 {
				launch.group, launch.grid, launch.local = [3]int{128, 1, 1}, [3]int{(m + 31) / 32 * 128, (n + 63) / 64, 1}, map[int]int{0: 12288}
			}
			launch.buffers = []any{x, w, scales, out(d, m, n), ints(int32(m), k, n)}
			got := p.dispatch(t, "Quantized", nil, launch)[0]
			near(t, launch.entry, got, want, func(i int) float64 { return math.Sqrt(k) * unit[mlx.Float32] * size[i] })
		}
	}
}

// cubic are the weights of four neighbours at t between the second and third:
// Keys' cubic convolution with a = -3/4.
func cubic(t float64) (w [4]float64) {
	const a = -0.75
	for i := range w {
		x := math.Abs(t + 1 - float64(i))
		if x <= 1 {
			w[i] = (a+2)*x*x*x - (a+3)*x*x + 1
		} else {
			w[i] = a*x*x*x - 5*a*x*x + 8*a*x - 4*a
		}
	}
	return w
}

// pytorchUpsample resizes images bicubically, and takes gradients back.
func pytorchUpsample(t *testing.T, p *pytorch) {
	const batch, channels, h, w, oh, ow = 2, 3, 5, 6, 9, 8
	for _, d := range floats {
		for corners := range byte(2) {
			scales := [2]float32{float32(w) / ow, float32(h) / oh}
			if corners == 1 {
				scales = [2]float32{float32(w-1) / (ow - 1), float32(h-1) / (oh - 1)}
			}
			source := func(scale float32, i int) (int, [4]float64) {
				at := float64(scale) * (float64(i) + 0.5)
				if at -= 0.5; corners == 1 {
					at = float64(scale) * float64(i)
				}
				first := math.Floor(at + 1e-6) // scales are rounded
				return int(first) - 1, cubic(at - first)
			}
			x, g := normal(1, d, batch, channels, h, w), normal(2, d, batch, channels, oh, ow)
			in, gradient := x.Float64s(), g.Float64s()
			want, back := make([]float64, len(gradient)), make([]float64, len(in))
			terms, weighed := make([]float64, len(in)), make([]float64, len(in)) // sizes without and with weights
			for i := range want {
				ix, wx := source(scales[0], i%ow)
				iy, wy := source(scales[1], i/ow%oh)
				for k := range 16 {
					at := (i/ow/oh*h+min(max(iy+k/4, 0), h-1))*w + min(max(ix+k%4, 0), w-1)
					want[i] += in[at] * wy[k/4] * wx[k%4]
					back[at] += gradient[i] * wy[k/4] * wx[k%4]
					terms[at] += math.Abs(gradient[i])
					weighed[at] += math.Abs(gradient[i] * wy[k/4] * wx[k%4])
				}
			}
			shapes := []any{longs(1, w, h*w, channels*h*w), longs(1, ow, oh*ow, channels*oh*ow), longs(w, h, channels, batch), longs(ow, oh, channels, batch), reals(scales[:]...), []byte{corners}}
			// Positions up to 8 and weights are rounded to float32.
			got := p.run(t, "UpSample", "upsample_bicubic2d_"+metal[d], oh*ow, append([]any{x, out(d, len(want))}, shapes...)...)
			near(t, fmt.Sprint("upsample ", metal[d], corners), got, want, func(int) float64 { return 32 * unit[mlx.Float32] * 3 })
			// Here the gradients' products are added up in the tensors' type, too.
			launch := dispatch{entry: "upsample_bicubic2d_backward_" + metal[d], grid: [3]int{oh * ow, 1, 1}, group: [3]int{64, 1, 1}, unordered: true}
			launch.buffers = append([]any{update{mlx.Zeros([]int{len(in)}, d)}, g}, shapes...)
			for _, got := range p.dispatch(t, "UpSample", nil, launch) {
				near(t, fmt.Sprint("upsample backward ", metal[d], corners), got, back, func(i int) float64 { return 8*unit[d]*weighed[i] + 16*unit[mlx.Float32]*terms[i] })
			}
		}
	}
}
