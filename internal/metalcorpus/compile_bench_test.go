package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/internal/compilebench"
	"github.com/zmlx/zmlx/mlx"
)

// largest are MLX's largest kernels, one instance each.
func largest() []launch {
	gemm := map[int]uint64{10: 0, 100: 1, 110: 1, 200: 0, 201: 0, 202: 0}
	aligned := map[int]uint64{10: 0, 200: 0, 201: 0, 202: 0}
	align := map[int]uint64{200: 0, 201: 0, 202: 0}
	attention := map[int]uint64{200: 0, 201: 0, 300: 1, 301: 1, 302: 0}
	fft := map[int]uint64{0: 0, 1: 0, 2: 8, 3: 1024, 4: 0, 5: 2, 6: 2, 7: 1, 8: 1, 9: 1, 10: 1, 11: 1, 12: 0, 13: 0, 14: 0, 15: 0, 16: 0, 17: 0, 18: 0, 19: 0, 20: 0, 21: 0}
	return []launch{
		{file: "steel/gemm/kernels/steel_gemm_fused.metal", instance: "gemm, float, 64, 64, 16, 2, 2, false, false, float", constants: gemm, group: [3]int{32, 2, 2}},
		{file: "steel/gemm/kernels/steel_gemm_fused.metal", instance: "gemm, half, 64, 64, 16, 1, 2, true, true, float", constants: gemm, group: [3]int{32, 2, 1}},
		{file: "steel/gemm/kernels/steel_gemm_fused.metal", instance: "gemm, bfloat16_t, 64, 32, 32, 2, 2, true, true, float", constants: gemm, group: [3]int{32, 2, 2}},
		{file: "steel/gemm/kernels/steel_gemm_masked.metal", instance: "block_masked_gemm, half, bool, bool, 64, 64, 16, 2, 2, false, false, false, false", group: [3]int{32, 2, 2}},
		{file: "steel/gemm/kernels/steel_gemm_segmented.metal", instance: "segmented_mm, half, 64, 64, 16, 1, 2, true, true", constants: map[int]uint64{199: 0, 200: 0, 201: 0}, group: [3]int{32, 2, 1}},
		{file: "steel/gemm/kernels/steel_gemm_splitk.metal", instance: "gemm_splitk, half, float, 32, 32, 16, 2, 2, true, true, false, false", group: [3]int{32, 2, 2}},
		{file: "steel/gemm/kernels/steel_gemm_gather.metal", instance: "gather_mm_rhs, half, 16, 64, 16, 1, 2, false, true", constants: aligned, group: [3]int{32, 2, 1}},
		{file: "steel/attn/kernels/steel_attention.metal", instance: "attention, half, 32, 16, 128, 4, 1, half, float", constants: attention, group: [3]int{32, 4, 1}},
		{file: "steel/attn/kernels/steel_attention.metal", instance: "attention, float, 32, 32, 80, 4, 1, bool, float", constants: attention, group: [3]int{32, 4, 1}},
		{file: "steel/conv/kernels/steel_conv.metal", instance: "implicit_gemm_conv_2d, half, 64, 64, 16, 2, 2, 4, false", group: [3]int{32, 2, 2}},
		{file: "steel/conv/kernels/steel_conv_general.metal", instance: "implicit_gemm_conv_2d_general, half, 64, 64, 16, 2, 2", constants: map[int]uint64{200: 0}, group: [3]int{32, 2, 2}},
		{file: "quantized.metal", instance: "affine_qmm_t, half, 64, 4, false, true", group: [3]int{32, 2, 2}},
		{file: "quantized.metal", instance: "affine_qmm_n, bfloat16_t, 32, 6, true", group: [3]int{32, 2, 2}},
		{file: "quantized.metal", instance: "affine_gather_qmm_rhs, half, 64, 3, 16, 32, 32, 1, 2, true", constants: align, group: [3]int{32, 2, 1}},
		{file: "quantized.metal", instance: "affine_qvm, half, 64, 5, true", group: [3]int{32, 2, 1}},
		{file: "sort.metal", instance: "block_sort, complex64_t, uint32_t, true, 256, 4", group: [3]int{256, 1, 1}},
		{file: "sort.metal", instance: "block_sort, float, float, false, 512, 4", group: [3]int{512, 1, 1}},
		{file: "fft.metal", instance: "fft, 1024, float2, float2", constants: fft, group: [3]int{128, 1, 1}},
		{file: "fft.metal", instance: "rader_fft, 4096, float2, float2", constants: fft, group: [3]int{128, 1, 1}},
		{file: "scaled_dot_product_attention.metal", instance: "sdpa_vector, half, 128, 128", constants: map[int]uint64{20: 1, 21: 0, 22: 1, 23: 0, 24: 0, 25: 0, 26: 0}, group: [3]int{1024, 1, 1}},
	}
}

// BenchmarkCompile compiles MLX's largest kernels, for launches of one
// threadgroup over zeros.
func BenchmarkCompile(b *testing.B) {
	for _, l := range largest() {
		b.Run(strings.ReplaceAll(fmt.Sprint(l.file[strings.LastIndex(l.file, "/")+1:], " ", l.instance), " ", "_"), func(b *testing.B) {
			compilebench.Run(b, func(ctx context.Context) error {
				program, entry := l.compile(b, ctx)
				raw := mlx.RawLaunch{Entry: entry, Grid: l.group, Threadgroup: l.group, Buffers: map[int][]byte{}}
				for _, e := range program.Entries() {
					for _, a := range e.Buffers {
						raw.Buffers[a.Index] = make([]byte, 1<<16)
					}
				}
				_, err := program.Launch(ctx, raw)
				return err
			})
		})
	}
}
