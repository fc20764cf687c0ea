package main

import (
	"math"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

func TestArgReduce(t *testing.T) {
	t.Parallel()
	everyEntry(t, "arg_reduce.metal", `arg(min|max)_T`, func(m []string) trial {
		const n = 700
		x := normal(7, dtype(t, m[2]), n)
		want := x.ArgMin(0, false)
		if m[1] == "max" {
			want = x.ArgMax(0, false)
		}
		return space([3]int{256, 1, 1}, [3]int{256, 1, 1}, want, 0, x, out(mlx.Uint32, 1), ints(1), longs(0), longs(0), longs(0), longs(1), longs(n))
	})
}

func TestArange(t *testing.T) {
	t.Parallel()
	everyEntry(t, "arange.metal", `arangeT`, func(m []string) trial {
		const n = 40
		d := dtype(t, m[1])
		at := func(x float64) *mlx.Array { return mlx.FromFloat64s(d, []float64{x}) }
		return line(n, mlx.Arange(3, 3+2*n, 2, d), 0, at(3), at(2), out(d, n))
	})
}

func TestSoftmax(t *testing.T) {
	t.Parallel()
	everyEntry(t, "softmax.metal", `(block|looped)_softmax_(precise_)?T`, func(m []string) trial {
		const rows, n = 3, 1000
		d := dtype(t, m[3])
		scale := 1e-4
		if m[2] == "" && d != mlx.Float32 { // sums of 1000 terms in the type
			scale = 0.02
		}
		threads := map[string]int{"block": 256, "looped": 1024}[m[1]]
		x := normal(8, mlx.Float32, rows, n).Add(mlx.New([]float32{0, -200, 200}).Reshape(rows, 1)).AsType(d)
		return space([3]int{rows * threads, 1, 1}, [3]int{threads, 1, 1}, x.Softmax(true, 1), scale, x, out(d, rows, n), ints(n))
	})
	everyEntry(t, "logsumexp.metal", `(block|looped)_logsumexp_T`, func(m []string) trial {
		const rows, n = 3, 1000
		d := dtype(t, m[2])
		threads := map[string]int{"block": 256, "looped": 1024}[m[1]]
		// The second row is far below zero, where no maximum may begin, the third far above.
		x := normal(8, mlx.Float32, rows, n).Add(mlx.New([]float32{0, -200, 200}).Reshape(rows, 1)).AsType(d)
		return space([3]int{rows * threads, 1, 1}, [3]int{threads, 1, 1}, x.LogSumExp(false, 1), 0, x, out(d, rows), ints(n))
	})
}

// TestNorms also takes the kernels of the gradients, whose second output is
// each row's part of the weights' gradient.
func TestNorms(t *testing.T) {
	t.Parallel()
	// With 500, as MLX would launch it, the last thread of a layer norm has its
	// row end four elements before its own, and stores before its array.
	const rows, n, eps = 3, 504, 0.5 // an eps that counts beside a variance of 1
	entries := func(file, name string, perThread int, center bool, norm func(x, w, b *mlx.Array) *mlx.Array) {
		everyEntry(t, file, `(vjp_)?`+name+`(_looped)?T`, func(m []string) trial {
			d := dtype(t, m[3])
			x, w, b, g := normal(9, d, rows, n), normal(10, d, n), normal(11, d, n), normal(12, d, rows, n)
			threads := (n/perThread + 31) / 32 * 32
			if m[2] != "" {
				threads = 64
			}
			buffers := []any{x, w, out(d, rows, n), reals(eps), ints(n), ints(1)}
			if center {
				buffers = []any{x, w, b, out(d, rows, n), reals(eps), ints(n), ints(1), ints(1)}
			}
			c := space([3]int{rows * threads, 1, 1}, [3]int{threads, 1, 1}, norm(x, w, b), 1, buffers...)
			if m[1] != "" {
				gx, gw := normGradients(x, w, g, eps, center)
				c.buffers = []any{x, w, g, out(d, rows, n), out(d, rows, n), reals(eps), ints(n), ints(1)}
				c.want = []*mlx.Array{mlx.FromFloat64s(d, gx), mlx.FromFloat64s(d, gw)}
			}
			return c
		}, map[int]uint64{20: 1})
	}
	entries("rms_norm.metal", "rms", 4, false, func(x, w, _ *mlx.Array) *mlx.Array { return mlx.RMSNorm(x, w, eps) })
	entries("layer_norm.metal", "layer_norm", 8, true, func(x, w, b *mlx.Array) *mlx.Array { return mlx.LayerNorm(x, w, b, eps) })
}

// normGradients are those of a norm's input and, by row, weights.
func normGradients(x, w, g *mlx.Array, eps float64, center bool) (gx, gw []float64) {
	n := w.Size()
	xs, ws, gs := x.Float64s(), w.Float64s(), g.Float64s()
	for at := 0; at < len(xs); at += n {
		mean, square, product, down := 0.0, 0.0, 0.0, 0.0
		row := xs[at : at+n]
		for i := range row {
			mean += row[i] / float64(n)
			down += ws[i] * gs[at+i] / float64(n)
		}
		if !center {
			mean, down = 0, 0
		}
		for i := range row {
			row[i] -= mean
			square += row[i] * row[i] / float64(n)
			product += row[i] * ws[i] * gs[at+i] / float64(n)
		}
		norm := 1 / math.Sqrt(square+eps)
		for i := range row {
			gx = append(gx, norm*(ws[i]*gs[at+i]-down)-row[i]*product*norm*norm*norm)
			gw = append(gw, gs[at+i]*row[i]*norm)
		}
	}
	return gx, gw
}

func TestRoPE(t *testing.T) {
	t.Parallel()
	for traditional := range uint64(2) {
		everyEntry(t, "rope.metal", `rope_(single_)?(freqs_)?(large_)?T`, func(m []string) trial {
			const heads, dims, offset = 6, 64, 13
			d := dtype(t, m[4])
			length := 7
			if m[1] != "" {
				length = 1
			}
			x := normal(12, d, 1, heads, length, dims)
			o := mlx.RoPEOptions{Dims: dims, Traditional: traditional == 1, Base: 10_000, Scale: 1, Offset: offset}
			last := []any{reals(float32(math.Log2(10_000)))}
			if m[2] != "" {
				o.Base, o.Freqs = 0, normal(13, mlx.Float32, dims/2).Square().Add(1)
				last = []any{o.Freqs, longs(1)}
			}
			buffers := []any{x, out(d, 1, heads, length, dims), ints(offset), reals(1), longs(dims), nil, nil, nil, nil, nil}
			grid := [3]int{dims / 2, heads, 1}
			if m[1] == "" {
				strides := longs(int64(length*dims), dims, 1)
				buffers = []any{x, out(d, 1, heads, length, dims), ints(offset), reals(1), strides, strides, longs(0), ints(heads), nil, nil}
				grid = [3]int{dims / 2, length, (heads + 3) / 4}
			}
			return space(grid, [3]int{32, 1, 1}, mlx.RoPE(x, o), 1, append(buffers, last...)...)
		}, map[int]uint64{1: 1, 2: traditional, 3: 0})
	}
}

// TestFence launches the three kernels that order a GPU's work and a CPU's.
func TestFence(t *testing.T) {
	t.Parallel()
	everyEntry(t, "fence.metal", `(input_coherent|fence_update|fence_wait)`, func(m []string) trial {
		stamp, n := mlx.New([]uint32{41}), 1
		want, value := mlx.New([]uint32{42}), ints(42)
		switch m[1] {
		case "input_coherent": // whose second argument is the size
			stamp = normal(1, mlx.Uint32, 100)
			want, value, n = stamp, ints(100), 128
		case "fence_wait":
			stamp = want
		}
		return line(n, want, 0, update{stamp}, value)
	})
}
