package main

import (
	"fmt"
	"math"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

func TestGemv(t *testing.T) {
	corpus(t)
	for _, d := range floats {
		const n, m = 300, 70
		a, x := normal(20, d, m, n), normal(21, d, n)
		got := launch{
			file: "gemv.metal", instance: fmt.Sprintf("gemv, %s, 4, 1, 1, 32, 4, 4, false, false", names[d]),
			grid: [3]int{32 * ((m + 15) / 16), 1, 4}, group: [3]int{32, 1, 4},
			buffers: []any{
				a, x, reals(0), out(d, m), ints(n), ints(m), ints(n), reals(1), reals(0),
				ints(1), ints(1), longs(0), longs(0), longs(0), ints(1),
			},
		}.run(t)
		agree(t, "gemv "+names[d], got, a.Matmul(x), 20)
	}
}

func TestSteelGemm(t *testing.T) {
	corpus(t)
	for _, d := range floats {
		for _, tile := range [][5]int{{64, 64, 16, 2, 2}, {32, 32, 16, 2, 2}, {64, 32, 32, 2, 2}, {64, 64, 16, 1, 2}} {
			for transposed := range 4 {
				ta, tb := transposed&1 != 0, transposed&2 != 0
				const m, n, k = 70, 50, 40
				a, b := normal(22, d, m, k), normal(23, d, k, n)
				want := a.Matmul(b)
				lda, ldb := k, n
				if ta {
					a, lda = a.Transpose(1, 0).Reshape(-1), m
				}
				if tb {
					b, ldb = b.Transpose(1, 0).Reshape(-1), k
				}
				rows, columns := (m+tile[0]-1)/tile[0], (n+tile[1]-1)/tile[1]
				params := concat(
					ints(m, n, k, int32(lda), int32(ldb), n, int32(columns), int32(rows)), longs(0, 0, 0),
					ints(0, int32(k/tile[2]), 0, 0))
				instance := fmt.Sprintf("gemm, %s, %d, %d, %d, %d, %d, %v, %v, float", names[d], tile[0], tile[1], tile[2], tile[3], tile[4], ta, tb)
				got := launch{
					file: "steel/gemm/kernels/steel_gemm_fused.metal", instance: instance,
					constants: map[int]uint64{10: 0, 100: 0, 110: 0, 200: 0, 201: 0, 202: 0},
					grid:      [3]int{32 * columns, tile[4] * rows, tile[3]}, group: [3]int{32, tile[4], tile[3]},
					buffers: []any{a, b, nil, out(d, m, n), params},
				}.run(t)
				agree(t, instance, got, want, 10)
			}
		}
	}
}

func TestAttention(t *testing.T) {
	corpus(t)
	for _, d := range floats {
		for causal := range uint64(2) {
			const heads, queries, keys, dims = 2, 37, 50, 64
			q, k, v := normal(26, d, 1, heads, queries, dims), normal(27, d, 1, heads, keys, dims), normal(28, d, 1, heads, keys, dims)
			scale := 1 / math.Sqrt(dims)
			params := concat(
				ints(1, heads, dims, queries, keys, 1), reals(float32(scale)),
				ints(2, 2, queries/32, keys/32, queries%32, keys%32, keys-queries))
			for _, n := range []int64{queries, keys, keys, queries} {
				params = append(params, longs(heads*n*dims, n*dims, dims)...)
			}
			got := launch{
				file: "steel/attn/kernels/steel_attention.metal", instance: fmt.Sprintf("attention, %s, 32, 32, 64, 4, 1, bool, float", names[d]),
				constants: map[int]uint64{200: 0, 201: 0, 300: 0, 301: causal, 302: 0},
				grid:      [3]int{64, 4 * heads, 1}, group: [3]int{32, 4, 1},
				buffers: []any{q, k, v, out(d, 1, heads, queries, dims), params},
			}.run(t)
			want := mlx.Attention(q, k, v, mlx.AttentionOptions{Scale: scale, Causal: causal == 1})
			agree(t, fmt.Sprint("attention ", names[d], causal), got, want, 1)
		}
	}
}
