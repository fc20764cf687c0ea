// Package kerneltext writes Metal units of any length, for benchmarks and as
// seeds for fuzzing.
package kerneltext

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed library.metal
var part string

const head = `#include <metal_stdlib>
using namespace metal;
#define UNROLL _Pragma("unroll")
#define CEIL_DIV(a, b) (((a) + (b) - 1) / (b))
`

// Library is a unit of about n lines as libraries of kernels are written:
// comments, macros, structs with methods, function templates, and kernels for
// several types, each of them instantiated.
func Library(n int) string {
	var b strings.Builder
	b.WriteString(head)
	lines := strings.Count(part, "\n")
	for i := range max(n/lines, 1) {
		b.WriteString(strings.ReplaceAll(part, "@", strconv.Itoa(i)))
	}
	return b.String()
}

// Kernel is a single kernel of about n lines, with a helper: dense code as it
// stands in a long body, every line of it vectors, calls and conversions.
func Kernel(n int) string {
	var s strings.Builder
	s.WriteString("template <typename T> T helper(T x, int n) {\n  T r = x;\n  for (int i = 0; i < n; ++i) r = fma(r, x, T(i));\n  return r;\n}\n")
	s.WriteString("[[kernel]] void k(const device float* x [[buffer(0)]], device float* y [[buffer(1)]], uint3 t [[thread_position_in_grid]]) {\n")
	s.WriteString("  uint i = t.x;\n  float acc = 0;\n  threadgroup float tile[64];\n")
	for l := 0; l < n-12; l += 5 {
		fmt.Fprintf(&s, "  float4 v%d = float4(x[i], x[i + %d], acc, 1.0f);\n", l, l)
		fmt.Fprintf(&s, "  if (v%d.x > acc && i > %du) acc += max(v%d.y, exp(v%d.z)) * 0.5f;\n", l, l, l, l)
		fmt.Fprintf(&s, "  tile[(i + %d) %% 64] = helper(acc, %d) + dot(v%d, v%d.wzyx);\n", l, l%7, l, l)
		s.WriteString("  threadgroup_barrier(mem_flags::mem_threadgroup);\n")
		fmt.Fprintf(&s, "  acc = simd_sum(tile[i %% 64]) + float(half(acc)) - metal::precise::rsqrt(acc * acc + %d.0f);\n", l+1)
	}
	s.WriteString("  y[i] = acc;\n}\n")
	return s.String()
}
