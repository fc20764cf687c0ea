package main

import (
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// gemmTile is a tiling of a matrix product: the threadgroup's rows, columns and
// common elements, and its SIMD-groups by rows and columns.
type gemmTile struct{ bm, bn, bk, wm, wn int }

const gemmTiles = `_bm(\d+)_bn(\d+)_bk(\d+)_wm(\d+)_wn(\d+)`

func gemm(t *testing.T, m []string) gemmTile {
	return gemmTile{number(t, m[0]), number(t, m[1]), number(t, m[2]), number(t, m[3]), number(t, m[4])}
}

// size is two tiles of n, or with a part of another if it is not aligned.
func size(n int, aligned bool) int {
	if aligned {
		return 2 * n
	}
	return n + 7
}

// params is MLX's GEMMParams, of matrices of m rows and n columns over k.
func (g gemmTile) params(m, n, k, lda, ldb int, strideA, strideB int64, batchDims int) []byte {
	return concat(ints(int32(m), int32(n), int32(k), int32(lda), int32(ldb), int32(n), int32((n+g.bn-1)/g.bn), int32((m+g.bm-1)/g.bm)),
		longs(strideA, strideB, int64(m*n)), ints(0, int32(k/g.bk), int32(batchDims), 0))
}

// launch is a threadgroup for each tile of each batch.
func (g gemmTile) launch(m, n, batches int, buffers ...any) trial {
	grid := [3]int{32 * ((n + g.bn - 1) / g.bn), g.wn * ((m + g.bm - 1) / g.bm), g.wm * batches}
	return space(grid, [3]int{32, g.wn, g.wm}, nil, 0, buffers...)
}

// TestSteelGemm takes sizes that are aligned with the tiles, in none, some and
// all dimensions, single and batched in one dimension or two, of which the
// second matrix is broadcast over the first, with and without a third matrix.
func TestSteelGemm(t *testing.T) {
	t.Parallel()
	type choice struct {
		m, n, k    bool // aligned
		batch      bool // in two dimensions
		add, scale bool // a third matrix, and factors
	}
	for _, c := range []choice{{}, {m: true, n: true, k: true, batch: true, add: true, scale: true}, {m: true, add: true}, {n: true, k: true, batch: true}} {
		everyEntry(t, "steel/gemm/kernels/steel_gemm_fused.metal", `steel_gemm_fused_([nt])([nt])_T_T`+gemmTiles, func(f []string) trial {
			d, tile := dtype(t, f[3]), gemm(t, f[5:])
			m, n, k := size(tile.bm, c.m), size(tile.bn, c.n), size(2*tile.bk, c.k)
			a, b := matrices(22, d, f[1] == "t", 4, m, k), matrices(23, d, f[2] == "t", 2, k, n)
			batches, am, strideB := 2, a.Slice([]int{0, 0, 0}, []int{2, m, k}, nil), int64(k*n)
			bm, dims := b.Array, 1
			if c.batch {
				batches, dims, am, bm = 4, 2, a.Reshape(2, 2, m, k), b.Reshape(1, 2, k, n)
			}
			params := tile.params(m, n, k, a.ld, b.ld, int64(m*k), strideB, dims)
			buffers := []any{a.stored, b.stored, nil, out(d, batches, m, n), params, nil, ints(2, 2), longs(int64(2*m*k), int64(m*k), 0, strideB, int64(2*m*n), int64(m*n))}
			alpha, beta, extra := 1.0, 1.0, 0
			var third *mlx.Array
			if c.add && d == mlx.Complex64 {
				return skip("MLX refuses it; the imaginary parts would be lost")
			}
			if c.add {
				third = normal(24, d, batches, m, n)
				buffers[2] = third
				extra = 1
				if c.scale {
					alpha, beta, extra = 0.75, 1.5, 3
				}
				buffers[5] = concat(ints(int32(n), 1), longs(int64(m*n)), reals(float32(alpha), float32(beta)))
				third = third.Reshape(append(am.Shape()[:am.NDim()-2:am.NDim()-2], m, n)...)
			}
			return tile.launch(m, n, batches, buffers...).rounded(multiply(am, bm, alpha, beta, third), d, extra)
		}, map[int]uint64{10: bit(c.batch), 100: bit(c.add), 110: bit(c.scale), 200: bit(c.m), 201: bit(c.n), 202: bit(c.k)})
	}
}

// TestSteelSplitK launches the products of parts of the common dimension, and
// the kernels that add them up.
func TestSteelSplitK(t *testing.T) {
	t.Parallel()
	everyEntry(t, "steel/gemm/kernels/steel_gemm_splitk.metal", `steel_gemm_splitk_(accum)_T_T(_axbpy)?|steel_gemm_splitk_([nt])([nt])_T_T`+gemmTiles+`_MN_([tn])aligned_K_([tn])aligned`, func(f []string) trial {
		if f[1] != "" {
			const m, n, parts = 13, 9, 3
			to, from := dtype(t, f[2]), dtype(t, f[3])
			x := normal(22, from, parts, m, n)
			ones := mlx.Ones([]int{m * n, 1, parts}, from)
			columns := x.Reshape(parts, m*n, 1).Transpose(1, 0, 2)
			buffers := []any{x, out(to, m, n), ints(parts), ints(m * n), ints(n)}
			alpha, beta, extra := 1.0, 0.0, 0
			var third *mlx.Array
			if f[4] != "" {
				alpha, beta, extra = 0.75, 1.5, 3
				third = normal(24, to, m, n)
				buffers = append(buffers, third, ints(n), ints(1), reals(0.75), reals(1.5))
				third = third.Reshape(m*n, 1, 1)
			}
			return space([3]int{n, m, 1}, [3]int{n, m, 1}, nil, 0, buffers...).rounded(multiply(ones, columns, alpha, beta, third), to, extra)
		}
		d, to, tile := dtype(t, f[7]), dtype(t, f[8]), gemm(t, f[9:])
		const parts = 2
		m, n, k := size(tile.bm, f[14] == "t"), size(tile.bn, f[14] == "t"), 5*tile.bk
		if f[15] == "n" {
			k += 5
		}
		a, b := matrices(22, d, f[5] == "t", 1, m, k), matrices(23, d, f[6] == "t", 1, k, n)
		iterations := k / tile.bk / parts
		params := ints(int32(m), int32(n), int32(k), int32(a.ld), int32(b.ld), int32(n), int32((n+tile.bn-1)/tile.bn), int32((m+tile.bm-1)/tile.bm),
			parts, int32(m*n), int32(iterations*tile.bk), 0, int32(iterations))
		c := tile.launch(m, n, parts, a.stored, b.stored, out(to, parts, m, n), params).rounded(multiply(a.Array, b.Array, 1, 0, nil), to, 0)
		c.finish = func(got *mlx.Array) *mlx.Array { return got.Sum(false, 0) }
		return c
	})
}

// TestSteelMasked has masks of bool or of factors over blocks of the output and
// of both matrices.
func TestSteelMasked(t *testing.T) {
	t.Parallel()
	everyEntry(t, "steel/gemm/kernels/steel_gemm_masked.metal", `steel_gemm_block_outmask_(nomask|T)_opmask_(nomask|T)_([nt])([nt])_T_T`+gemmTiles+`_MN_([tn])aligned_K_([tn])aligned`, func(f []string) trial {
		d, tile := dtype(t, f[7]), gemm(t, f[9:])
		const batches = 2
		block, aligned := tile.bm, f[14] == "t"
		m, n, k := size(block, aligned), size(block, aligned), block+tile.bk
		if f[15] == "n" {
			k += 5
		}
		a, b := matrices(22, d, f[5] == "t", batches, m, k), matrices(23, d, f[6] == "t", batches, k, n)
		up := func(n int) int { return (n + block - 1) / block }
		am, bm := a.Array, b.Array
		buffers := make([]any, 14)
		copy(buffers, []any{a.stored, b.stored, nil, out(d, batches, m, n), tile.params(m, n, k, a.ld, b.ld, int64(m*k), int64(k*n), 1), nil, ints(batches)})
		steps, strides := []int64{int64(m * k), int64(k * n)}, []int32(nil)
		blocked := func(place int, kind string, rows, columns int) *mlx.Array {
			x := mask(dtype(t, kind), batches, up(rows), up(columns))
			buffers[place] = x
			steps, strides = append(steps, int64(up(rows)*up(columns))), append(strides, 1, int32(up(columns)))
			return blocks(x, block, rows, columns)
		}
		var onOutput *mlx.Array
		if f[1] != "nomask" {
			onOutput = blocked(10, f[2], m, n)
		}
		if f[3] != "nomask" {
			am = am.AsType(mlx.Float64).Multiply(blocked(11, f[4], m, k))
			bm = bm.AsType(mlx.Float64).Multiply(blocked(12, f[4], k, n))
		}
		e := multiply(am, bm, 1, 0, nil)
		if onOutput != nil {
			for i, factor := range onOutput.Float64s() {
				e.value[i], e.size[i] = e.value[i]*factor, e.size[i]*factor
			}
		}
		buffers[7], buffers[13] = longs(steps...), ints(strides...)
		return tile.launch(m, n, batches, buffers...).rounded(e, d, 0)
	})
}

// TestSteelGather multiplies matrices that indices pick, or rows with the
// matrices that sorted indices pick.
func TestSteelGather(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ m, n, k bool }{{}, {true, true, true}, {m: true}} { // aligned
		dimensions := c.m && c.n // indices have two
		everyEntry(t, "steel/gemm/kernels/steel_gemm_gather.metal", `steel_gather_mm_(rhs_)?([nt])([nt])_T_T`+gemmTiles, func(f []string) trial {
			d, tile := dtype(t, f[4]), gemm(t, f[6:])
			m, n, k := size(tile.bm, c.m), size(tile.bn, c.n), size(2*tile.bk, c.k)
			b := matrices(23, d, f[3] == "t", 5, k, n)
			if f[1] != "" {
				m *= 2
				a, rows := normal(22, d, m, k), make([]uint32, m)
				for i, quarter := 0, tile.bm/4; i < m; i++ { // the first tile has a part as far from its start as from its end
					switch {
					case i >= 3*quarter:
						rows[i] = uint32(2 + 3*(i-3*quarter)/(m-3*quarter))
					case i >= quarter:
						rows[i] = 1
					}
				}
				ids := mlx.New(rows)
				want := multiply(a.Reshape(m, 1, k), b.Take(ids, 0), 1, 0, nil)
				return tile.launch(m, n, 1, a, b.stored, ids, out(d, m, n), tile.params(m, n, k, k, b.ld, 0, int64(k*n), 0)).rounded(want, d, 0)
			}
			a := matrices(22, d, f[2] == "t", 2, m, k)
			lhs, rhs := mlx.New([]uint32{1, 0, 1, 1}), mlx.New([]uint32{2, 0, 2, 1})
			want := multiply(a.Take(lhs, 0), b.Take(rhs, 0), 1, 0, nil)
			dims, shape, strides := 1, ints(4), longs(1)
			other := longs(1)
			if dimensions {
				dims, shape, strides, other = 2, ints(2, 2), longs(2, 1), longs(1, 2)
				rhs = rhs.Reshape(2, 2).Transpose(1, 0).AsContiguous()
			}
			return tile.launch(m, n, 4, a.stored, b.stored, lhs, rhs, out(d, 4, m, n), tile.params(m, n, k, a.ld, b.ld, 1, 1, dims), shape, strides, other,
				ints(1), ints(2), longs(int64(m*k)), ints(1), ints(5), longs(int64(k*n))).rounded(want, d, 0)
		}, map[int]uint64{10: bit(dimensions), 200: bit(c.m), 201: bit(c.n), 202: bit(c.k)})
	}
}

// TestSteelSegmented multiplies parts of the common dimension.
func TestSteelSegmented(t *testing.T) {
	t.Parallel()
	for choice := range uint64(2) {
		apart := choice == 0 // segments are pairs, not ends that follow each other
		everyEntry(t, "steel/gemm/kernels/steel_gemm_segmented.metal", `steel_segmented_mm_([nt])([nt])_T_T`+gemmTiles, func(f []string) trial {
			d, tile := dtype(t, f[3]), gemm(t, f[5:])
			const k = 100
			m, n := size(tile.bm, !apart), size(tile.bn, !apart)
			a, b := matrices(22, d, f[1] == "t", 1, m, k), matrices(23, d, f[2] == "t", 1, k, n)
			pairs, buffer := [][2]int{{0, 32}, {32, 75}, {75, 75}, {75, 100}}, ints(0, 32, 75, 75, 100)
			if apart {
				pairs, buffer = [][2]int{{64, 96}, {3, 80}, {7, 7}}, ints(64, 96, 3, 80, 7, 7)
			}
			e := expect{terms: k}
			for _, p := range pairs {
				part := multiply(a.Slice([]int{0, 0, p[0]}, []int{1, m, p[1]}, nil), b.Slice([]int{0, p[0], 0}, []int{1, p[1], n}, nil), 1, 0, nil)
				e.value, e.size = append(e.value, part.value...), append(e.size, part.size...)
			}
			return tile.launch(m, n, len(pairs), a.stored, b.stored, buffer, out(d, len(pairs), m, n), tile.params(m, n, k, a.ld, b.ld, 0, 0, 0)).rounded(e, d, 0)
		}, map[int]uint64{199: 1 - choice, 200: choice, 201: choice})
	}
}
