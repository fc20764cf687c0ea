package main

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

func TestQuantized(t *testing.T) {
	t.Parallel()
	quantized(t, "quantized.metal")
}

func TestQuantizedFloats(t *testing.T) {
	t.Parallel()
	quantized(t, "fp_quantized.metal")
}

func quantized(t *testing.T, file string) {
	t.Helper()
	const names = `(affine|[mn][xv]fp[48])_([a-z_]+?)_(float|float16_t|bfloat16_t)_gs_(\d+)_b_(\d)(?:_d_(\d+))?(?:_spk_(\d+))?(?:_alN_(true|false))?(?:_batch_(\d))?(?:_bm_16_bn_32_bk_32_wm_1_wn_2)?`
	try := func(m []string) trial {
		number := func(s string) int { n, _ := strconv.Atoi(s); return n } // 0 of none
		mode, err := mlx.ParseQuantMode(m[1])
		require.NoError(t, err)
		q := quantizedCase{
			Quantization: mlx.Quantization{GroupSize: number(m[4]), Bits: number(m[5]), Mode: mode},
			kind:         strings.TrimPrefix(m[2], "gather_"), gather: strings.HasPrefix(m[2], "gather_"),
			d: dtype(t, m[3]), split: number(m[7]), batches: 1 + number(m[9]), aligned: m[8] == "true",
		}
		if q.kind == "qmv_quad" && q.Bits&(q.Bits-1) != 0 {
			return skip("MLX launches it for powers of two only")
		}
		q.rows, q.in, q.out = 1, 512, 64
		switch {
		case strings.HasPrefix(q.kind, "qmv_quad"):
			q.in = number(m[6])
		case strings.HasPrefix(q.kind, "qvm"):
			q.in, q.out = 500, 128 // no whole blocks of 32 rows of weights
		case strings.HasSuffix(q.kind, "quantize"):
			q.out = 128
		case strings.HasPrefix(q.kind, "qmm"):
			q.rows, q.in = 37, 256
			if q.kind == "qmm_n" || q.kind == "qmm_rhs_nn" {
				q.out = 128
				if q.GroupSize != 32 {
					q.in = 250 // no whole blocks either
				}
			} else if !q.aligned && q.kind != "qmm_rhs_nt" {
				q.out = 40
			}
		}
		if q.gather {
			q.batches = 2
		}
		return q.trial(t)
	}
	everyEntry(t, file, names, try, map[int]uint64{200: 0, 201: 0, 202: 0}) // no side fills its tiles for certain
}

type quantizedCase struct {
	mlx.Quantization
	kind              string
	d                 mlx.DType
	split             int
	batches           int // matrices of x and of weights
	rows, in, out     int
	gather, aligned   bool
	lhs, rhs          []int32
	transposed, typed bool // weights are (out, in); they are of type d when multiplied
	want, size        []float64
}

func (q *quantizedCase) trial(t *testing.T) trial {
	q.transposed = strings.HasPrefix(q.kind, "qmv") || strings.HasPrefix(q.kind, "qmm_t") || q.kind == "qmm_rhs_nt"
	q.typed = strings.HasPrefix(q.kind, "qmm")
	wide, high := q.out, q.in
	if q.transposed {
		wide, high = q.in, q.out
	}
	if wide%q.GroupSize != 0 {
		return skip("rows are shorter than a group")
	}
	original := normal(24, q.d, q.batches, high, wide)
	quantize := mlx.Quantize
	if strings.HasPrefix(q.kind, "quantize") { // steps are a power of two and codes have no ties
		v := original.Float64s()
		steps := 1<<q.Bits - 1
		for i := range v {
			code := i * 7919 % (steps + 1)
			if i%q.GroupSize < 2 { // the range of each group
				code = i % q.GroupSize * steps
			}
			v[i] = float64(code-steps/3) / 8
			if q.Mode != mlx.Affine { // of each two groups, as MLX gives two of 16 the range of both
				v[i] *= float64(4+i/32%4) / 4
			}
		}
		original = mlx.FromFloat64s(q.d, v, original.Shape()...)
		if q.Mode != mlx.Affine {
			quantize = quantizeFloats
		}
	}
	w := quantize(original, q.Quantization)
	x := normal(25, q.d, q.batches, q.rows, q.in)
	full := out(q.d, q.batches, high, wide)
	switch q.kind {
	case "dequantize":
		packs := map[int]int{2: 4, 3: 8, 4: 2, 5: 8, 6: 4, 8: 1}[q.Bits]
		c := line(original.Size()/packs, nil, 0, w.Packed, w.Scales, optional(w.Biases), full)
		c.exact = dequantized(w, q.d).Float64s()
		return c
	case "quantize_dequantize":
		return line(original.Size(), dequantized(w, q.d), 0, original, full)
	case "quantize":
		each := max(1, q.GroupSize/32)
		scales := out(w.Scales.DType(), w.Scales.Size())
		c := line(original.Size()/each, w.Packed.View(mlx.Uint8), 0, original, out(mlx.Uint8, w.Packed.Size()*4), scales)
		c.want = append(c.want, w.Scales.Flatten())
		if w.Biases != nil {
			c.buffers, c.want = append(c.buffers, scales), append(c.want, w.Biases.Flatten())
		}
		return c
	}
	// Batches, or for gathers pairs of them.
	q.lhs, q.rhs = []int32{0, 1}[:q.batches], []int32{0, 1}[:q.batches]
	if q.gather {
		q.lhs, q.rhs = []int32{0, 1, 1}, []int32{1, 0, 1}
	}
	o := out(q.d, len(q.lhs), q.rows, q.out)
	parts := max(1, q.split)
	shape := func(rows, columns int) []any {
		if q.GroupSize == 32 { // batches are of two dimensions
			return []any{ints(2), ints(int32(q.batches), 1, int32(rows), int32(columns)), longs(int64(rows*columns), 1, int64(columns), 1)}
		}
		return []any{ints(1), ints(int32(q.batches), int32(rows), int32(columns)), longs(int64(rows*columns), int64(columns), 1)}
	}
	xs, ws, scales := shape(q.rows, q.in), shape(high, w.Packed.Dim(-1)), shape(high, wide/q.GroupSize)[2]
	weights, batch := []any{w.Packed, w.Scales}, append(append(xs, ws...), scales)
	if w.Biases != nil {
		weights, batch = append(weights, w.Biases), append(batch, scales)
	}
	buffers := append(slices.Clone(weights), x)
	if strings.HasPrefix(q.kind, "qmm_t") && !q.aligned {
		// MLX reads whole tiles of 32 rows of weights, also past the last.
		for i := range weights {
			a := weights[i].(*mlx.Array)
			buffers[i] = append(bytes.Clone(a.Bytes()), make([]byte, 32*a.Dim(-1)*a.DType().Size())...)
		}
	}
	groups := len(q.lhs)
	if q.gather {
		lhs, rhs := mlx.New(q.lhs).AsType(mlx.Uint32), mlx.New(q.rhs).AsType(mlx.Uint32)
		if q.GroupSize == 32 { // of two dimensions, too, and every second of rhs
			rhs = rhs.Repeat(2, 0)
			batch = append(batch, ints(2), ints(int32(groups), 1), longs(1, 1), longs(2, 1))
		} else {
			batch = append(batch, ints(1), ints(int32(groups)), longs(1), longs(1))
		}
		buffers = append(buffers, lhs, rhs)
	}
	split := q.split
	if q.kind == "qmm_t_splitk" {
		split = 2
	}
	if split > 0 {
		o, groups, parts = out(q.d, split, q.rows, q.out), split, split
	}
	step := int64(threads(q.in, parts)) // what the last part may have less of
	vector := append(buffers, o, ints(int32(step)), ints(int32(q.out)))
	columns := 2 * min(32, q.GroupSize) // of a threadgroup of qvm
	var c trial
	switch {
	case q.kind == "qmv_quad":
		c = space([3]int{32, (q.out + 63) / 64, groups}, [3]int{32, 1, 1}, nil, 0, append(vector, batch...)...)
	case strings.HasPrefix(q.kind, "qmv"):
		c = space([3]int{32, q.out / 8 * 2, groups}, [3]int{32, 2, 1}, nil, 0, append(vector, batch...)...)
	case q.kind == "qvm_split_k":
		packed := int64(w.Packed.Dim(-1))
		perRow := longs(step * int64(wide/q.GroupSize))
		vector = append(vector, ints(1), ints(int32(split), 1), longs(step), ints(1), ints(int32(split)), longs(step*packed), perRow)
		if w.Biases != nil {
			vector = append(vector, perRow)
		}
		c = space([3]int{32, q.out / columns * 2, split}, [3]int{32, 2, 1}, nil, 0, append(vector, ints(int32(int64(q.in)-step*int64(split-1))))...)
	case q.kind == "qvm":
		c = space([3]int{32, q.out / columns * 2, groups}, [3]int{32, 2, 1}, nil, 0, append(vector, batch...)...)
	case strings.HasPrefix(q.kind, "qmm_rhs"):
		q.rhs = nil // by row of x, sorted
		indices := make([]uint32, q.rows)
		for i := range indices {
			indices[i] = uint32(2 * i / q.rows)
		}
		c = space([3]int{32 * ((q.out + 31) / 32), 2 * ((q.rows + 15) / 16), 1}, [3]int{32, 2, 1}, nil, 0,
			append(append([]any{x}, weights...), mlx.New(indices), out(q.d, q.rows, q.out), ints(int32(q.rows)), ints(int32(q.out)), ints(int32(q.in)))...)
	default: // qmm
		sizes := []any{o, ints(int32(q.in)), ints(int32(q.out)), ints(int32(q.rows))}
		if split > 0 {
			batch = []any{ints(int32(q.in / split)), ints(int32(q.rows * q.out))}
		}
		c = space([3]int{32 * ((q.out + 31) / 32), 2 * ((q.rows + 31) / 32), 2 * groups}, [3]int{32, 2, 2}, nil, 0, append(append(buffers, sizes...), batch...)...)
	}
	q.multiply(t, x, w)
	if split > 0 {
		c.finish = func(got *mlx.Array) *mlx.Array { return got.AsType(mlx.Float32).Sum(false, 0) }
	}
	c.exact, c.heavy = q.want, true
	c.slack = func(i int) float64 {
		slack := math.Sqrt(float64(q.in)) * unit[mlx.Float32] * q.size[i]
		if split > 0 { // the parts are rounded to the type
			slack += unit[q.d] * q.size[i]
		}
		return slack
	}
	return c
}

// multiply makes wants of the formula in float64, with what MLX rounds to the
// matrices' type on the way: dequantized weights of matrix products, and of
// products with a vector the sums of x that are multiplied with the biases.
func (q *quantizedCase) multiply(t *testing.T, x *mlx.Array, w mlx.Quantized) {
	t.Helper()
	weights, xs := dequantized(w, q.d).Float64s(), x.Float64s()
	biases, sums := make([]float64, w.Scales.Size()), make([]float64, x.Size())
	if q.Mode == mlx.Affine {
		biases = w.Biases.Float64s()
		if strings.HasPrefix(q.kind, "qmv") {
			sums = roundedSums(x, map[int]int{2: 4, 3: 8, 4: 4, 5: 8, 6: 4, 8: 1}[q.Bits])
		}
		if !q.typed {
			exact := w
			exact.Scales, exact.Biases = w.Scales.AsType(mlx.Float32), w.Biases.AsType(mlx.Float32)
			weights = exact.Dequantize().Float64s()
		}
	}
	require.Len(t, weights, q.batches*q.in*q.out)
	for pair, lhs := range q.lhs {
		for row := range q.rows {
			rhs := int32(2 * row / q.rows)
			if q.rhs != nil {
				rhs = q.rhs[pair]
			} else if pair > 0 {
				return
			}
			xr := xs[(int(lhs)*q.rows+row)*q.in:][:q.in]
			for n := range q.out {
				sum, size := 0.0, 0.0
				for k, v := range xr {
					at := (int(rhs)*q.in+k)*q.out + n
					if q.transposed {
						at = (int(rhs)*q.out+n)*q.in + k
					}
					sum += v * weights[at]
					size += math.Abs(v) * (math.Abs(weights[at]) + 2*math.Abs(biases[at/q.GroupSize]))
					sum += biases[at/q.GroupSize] * sums[(int(lhs)*q.rows+row)*q.in+k] // b times a rounded sum
				}
				q.want, q.size = append(q.want, sum), append(q.size, size)
			}
		}
	}
}

// dequantized is what MLX's kernels make of weights: the product and the sum are
// rounded to the type. Floats of few bits are exact.
func dequantized(w mlx.Quantized, d mlx.DType) *mlx.Array {
	if w.Mode != mlx.Affine {
		return w.Dequantize(d)
	}
	codes := w
	codes.Scales, codes.Biases = mlx.OnesLike(w.Scales), mlx.ZerosLike(w.Scales)
	x := codes.Dequantize()
	return x.Reshape(-1, w.GroupSize).Multiply(w.Scales.Reshape(-1, 1)).Add(w.Biases.Reshape(-1, 1)).Reshape(x.Shape()...)
}

// roundedSums gives what adding runs of n elements in their own type adds to
// each run, at its first element.
func roundedSums(x *mlx.Array, n int) []float64 {
	v := x.Float64s()
	out := make([]float64, len(v))
	columns := x.Reshape(-1, n)
	sum := columns.Take(mlx.New([]int32{0}), 1)
	for i := 1; i < n; i++ {
		sum = sum.Add(columns.Take(mlx.New([]int32{int32(i)}), 1))
	}
	for run, s := range sum.Float64s() {
		exact := 0.0
		for _, e := range v[run*n:][:n] {
			exact += e
		}
		out[run*n] = s - exact
	}
	return out
}

// quantizeFloats is what MLX's kernels make of the floating-point formats, where
// its own op computes in the type of the weights and rounds ties down: scales
// and codes are computed in float32 and ties go to the even code.
func quantizeFloats(x *mlx.Array, q mlx.Quantization) mlx.Quantized {
	limit := map[int]float32{4: 6, 8: 448}[q.Bits]
	groups := x.AsType(mlx.Float32).Reshape(-1, q.GroupSize)
	scales := groups.Abs().Max(true, -1).Divide(limit)
	w := mlx.Quantized{Quantization: q}
	if q.Mode == mlx.NVFP4 {
		w.Scales = scales.ToFP8()
		scales = w.Scales.FromFP8(mlx.Float32)
	} else {
		exponents := apply(scales, func(s float64) float64 { return math.Round(math.Log2(s)) })
		w.Scales = mlx.FromFloat64s(mlx.Float32, exponents).Add(127).AsType(mlx.Uint8)
		scales = mlx.FromFloat64s(mlx.Float32, apply(scales, func(s float64) float64 { return math.Exp2(math.Round(math.Log2(s))) }), scales.Shape()...)
	}
	codes := groups.Divide(scales).ToFP8()
	if q.Bits == 4 {
		nearest := apply(groups.Divide(scales), func(v float64) float64 {
			best := 0
			values := []float64{0, 0.5, 1, 1.5, 2, 3, 4, 6}
			for code, value := range values {
				if off, least := math.Abs(math.Abs(v)-value), math.Abs(math.Abs(v)-values[best]); off < least || off == least && code%2 == 0 {
					best = code
				}
			}
			if math.Signbit(v) {
				best += 8
			}
			return float64(best)
		})
		pairs := mlx.FromFloat64s(mlx.Float32, nearest, len(nearest)/2, 2)
		codes = pairs.Multiply(mlx.New([]float32{1, 16})).Sum(false, -1).AsType(mlx.Uint8)
	}
	rows := x.Shape()[:x.NDim()-1]
	w.Packed = codes.Flatten().View(mlx.Uint32).Reshape(append(slices.Clone(rows), -1)...)
	w.Scales = w.Scales.Reshape(append(slices.Clone(rows), -1)...)
	return w
}
