package syntax_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/internal/gcroom"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// kernelText is a unit of about n lines as kernels are written: comments,
// macros, templates, structs, loops and SIMD-group functions.
func kernelText(n int) string {
	var b strings.Builder
	b.WriteString("#include <metal_stdlib>\nusing namespace metal;\n#define UNROLL _Pragma(\"unroll\")\n#define CEIL_DIV(a, b) (((a) + (b) - 1) / (b))\n")
	const part = `
// A block of weights and its scale.
struct Block%[1]d {
  half scale;
  half bias;
  uint8_t quants[16];
};

/* Loads a tile of x into registers and returns its sum,
   scaled for the packed nibbles. */
template <typename T, typename U, int N, int bits>
inline U load_vector_%[1]d(const device T *x, thread U *x_thread) {
  static_assert(bits == 2 || bits == 4, "Template undefined for bits not in {2, 4}");
  U sum = 0;
  if constexpr (bits == 4) {
    for (int i = 0; i < N; i += 4) {
      sum += x[i] + x[i + 1] + x[i + 2] + x[i + 3];
      x_thread[i] = x[i];
      x_thread[i + 1] = x[i + 1] / 16.0f;
      x_thread[i + 2] = x[i + 2] / 256.0f;
      x_thread[i + 3] = x[i + 3] / 4096.0f;
    }
  }
  return sum;
}

template <typename T, int group_size = 64>
[[kernel]] void norm_%[1]d(
    const device T* x [[buffer(0)]],
    const device T* w [[buffer(1)]],
    device T* out [[buffer(2)]],
    constant float& eps [[buffer(3)]],
    constant uint& axis_size [[buffer(4)]],
    uint gid [[threadgroup_position_in_grid]],
    uint lid [[thread_position_in_threadgroup]],
    uint simd_lane_id [[thread_index_in_simdgroup]],
    uint simd_group_id [[simdgroup_index_in_threadgroup]]) {
  constexpr int SIMD_SIZE = 32;
  threadgroup float local_inv_mean[1];
  threadgroup float local_sums[SIMD_SIZE];

  float acc = 0;
  x += gid * size_t(axis_size) + lid * 4;
  w += lid * 4;
  UNROLL
  for (int i = 0; i < 4; i++) {
    float xi = static_cast<float>(x[i]);
    acc += xi * xi;
  }
  acc = simd_sum(acc);
  // Initialize shared memory
  if (simd_group_id == 0) {
    local_sums[simd_lane_id] = 0;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);

  if (simd_lane_id == 0) {
    local_sums[simd_group_id] = acc;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (simd_group_id == 0) {
    acc = simd_sum(local_sums[simd_lane_id]);
    if (simd_lane_id == 0) {
      local_inv_mean[0] = metal::precise::rsqrt(acc / axis_size + eps);
    }
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);

  out += gid * size_t(axis_size) + lid * CEIL_DIV(group_size, 16);
  for (int i = 0; i < 4; i++) {
    out[i] = w[i] * static_cast<T>(x[i] * local_inv_mean[0]);
  }
}

template [[host_name("norm_%[1]d_float")]] [[kernel]] decltype(norm_%[1]d<float, 64>) norm_%[1]d<float, 64>;
`
	lines := strings.Count(part, "\n")
	for i := range n / lines {
		fmt.Fprintf(&b, part, i)
	}
	return b.String()
}

// BenchmarkParse measures scanning, preprocessing and parsing: the front end up
// to the tree.
func BenchmarkParse(b *testing.B) {
	defer runtime.KeepAlive(gcroom.Make()) // as the program does
	text := kernelText(20000)
	lines := strings.Count(text, "\n")
	_, _, ds := syntax.Parse("k.metal", text, syntax.Options{})
	require.Empty(b, ds)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		syntax.Parse("k.metal", text, syntax.Options{})
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
