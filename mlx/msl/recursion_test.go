package msl_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// recursive are functions and what a kernel does with them for a number v of each
// thread: threads recur to different depths, from different places.
var recursive = []struct{ name, functions, result string }{
	{"factorial", "uint f(uint n) { return n < 2 ? 1 : n * f(n - 1); }", "f(v % 20)"},
	{"fibonacci", "uint f(uint n) { return n < 2 ? n : f(n - 1) + f(n - 2); }", "f(v % 13)"},
	{"ackermann", "uint f(uint m, uint n) { return m == 0 ? n + 1 : n == 0 ? f(m - 1, 1) : f(m - 1, f(m, n - 1)); }", "f(v % 3, (v >> 4) % 5)"},
	{"each other", "uint g(uint n, uint x);\nuint f(uint n, uint x) { return n == 0 ? x : 3 * g(n - 1, x + 1); }\nuint g(uint n, uint x) { return n & 1 ? f(n / 2, x) + g(n - 1, x) : n == 0 ? x : f(n - 2, x ^ n); }", "v & 1 ? f(v % 9, v) : g(v % 7, v)"},
	{"in other bits", "ulong f(uint n, float x, half h, bool b, short s) {\n  if (n == 0) return ulong(x) + ulong(h) + b + ulong(s & 7);\n  ulong below = f(n - 1, x * 1.5f, h + 1, !b, s - 3);\n  return below * 3 + ulong(x) + (b ? ulong(h) : ulong(s & 15)) << 1;\n}", "uint(f(v % 11, float(v % 100), half(v % 17), v & 2, short(v)))"},
	{"vectors", "float4 f(float4 a, uint n) { return n == 0 ? a : f(a.yzwx + 1, n - 1) + a * 0.5f; }", "uint(dot(f(float4(v % 7, v % 3, 1, v % 5), v % 8), 1))"},
	{"a loop", "uint f(uint n, thread uint &calls) {\n  calls++;\n  uint s = n;\n  for (uint i = 0; i < n; i++) {\n    if (i == 2) continue;\n    uint k = f(i, calls);\n    if (k % 7 == 6) return s + k;\n    while (s < k) { s += f(i / 2, calls) + 1; if (s % 5 == 0) break; }\n  }\n  return s;\n}", "f(v % 7, calls) * 1000 + calls"},
	{"memory of each call", "uint f(uint n, thread const uint *above) {\n  uint own[4];\n  for (uint i = 0; i < 4; i++) own[i] = above[(i + n) & 3] * 3 + i;\n  uint below = n == 0 ? 1 : f(n - 1, own);\n  own[n & 3] += below;\n  return own[below & 3] + own[n & 3];\n}", "f(v % 6, list)"},
	{"memory that is not stored to", "uint f(uint n) {\n  uint own[4], large[50];\n  uchar bytes[3];\n  if (n & 1) own[n & 3] = bytes[n % 3] = n;\n  if (n & 2) large[n * 5 % 50] = n;\n  if (n == 0) return own[0] + bytes[1] + large[49];\n  uint below = f(n - 1) + f(n / 2);\n  return below * 3 + own[n & 3] + bytes[(n + 1) % 3] + large[n * 7 % 50];\n}", "f(v % 7)"},
	{"pointers", "uint f(device uint *at, uint n) {\n  if (n == 0) return at[0];\n  uint left = f(at, n / 2), right = n > 1 ? f(at + n, n - n / 2 - 1) : 5;\n  at[n & 1] ^= left + right;\n  return left * 3 + right;\n}", "f(own, v % 10)"},
	{"one of two", "uint f(thread uint *a, thread uint *b, uint n) {\n  thread uint *p = n % 3 ? a : b;\n  if (n == 0) return *p;\n  *p += f(b, a + (n & 1), n - 1);\n  return *p + n;\n}", "f(list, list + 4, v % 4) + list[0] + list[5]"},
	{"null", "uint f(device uint *at, uint n) {\n  if (at == nullptr) return n;\n  uint r = f(n % 4 ? at + 1 : nullptr, n - 1);\n  return r * 5 + at[0];\n}", "f(own, 1 + v % 9)"},
	{"by pointers to functions", "typedef uint (*F)(uint, uint);\nuint g(uint n, uint x);\nuint h(uint n, uint x);\nconstant F table[2] = {g, h};\nuint g(uint n, uint x) { return n == 0 ? x : 7 * table[(n ^ x) & 1](n - 1, x / 3) + 1; }\nuint h(uint n, uint x) { return n == 0 ? x * 2 : x + table[x & 1](n / 2, x + n); }\nuint f(uint n, uint x) { return table[x & 1](n, x); }", "f(v % 8, v)"},
	{"a tree in device memory", "uint f(const device uint *t, uint at, uint v) {\n  if (at >= 8) return 1;\n  uint r = t[at] + v;\n  if (r & 1) r += f(t, 2 * at + 1, v);\n  return r + 3 * f(t, 2 * at + 2, r & 7);\n}", "f(own, 0, v % 16)"},
	{"atomics", "uint f(device atomic_uint *c, uint n) {\n  atomic_fetch_add_explicit(c, n, memory_order_relaxed);\n  if (n == 0) return 2;\n  return f(c, n - 1) + f(c, n / 2);\n}", "f(count, v % 7)"},
	{"a template", "template <uint N> uint f(uint n) { return n == 0 ? N : N + f<1 - N>(n - 1) * 2 + f<N>(n / 2); }", "f<1>(v % 8)"},
}

// recursiveKernel is a kernel of one of them, called once, twice from branches that
// differ between threads, in a loop, or from so many places. With none a SIMD-group does
// something together after the call, so that threads do not run one by one.
func recursiveKernel(functions, result string, places int) string {
	body := "r = " + result + ";"
	switch {
	case places > 2:
		once := body
		body = ""
		for i := range places {
			body += fmt.Sprintf("if ((v >> %d) %% 5 == 1) { v += %d; %s }\n", i%16, i, once)
		}
	case places == 0:
		body += " r += simd_max(v);"
	case places == 2:
		body = "for (uint i = 0; i < v % 3; i++) { if (v & 4) { v += 5; " + body + " } else { v ^= i; r += 11; " + body + " } }"
	}
	return "#include <metal_stdlib>\nusing namespace metal;\n" + functions +
		"\nkernel void k(device uint *x [[buffer(0)]], device uint *y [[buffer(1)]], device atomic_uint *count [[buffer(2)]], uint at [[thread_position_in_grid]]) {\n" +
		"uint v = x[at], r = 1, calls = 0, list[8] = {v, 2, 3, v / 5, 5, 6, 7, 8};\ndevice uint *own = y + at * 16 + 1;\n" + body + "\nown[-1] = r + calls + list[1]; }"
}

func recursiveLaunch(seed uint64, threads, group uint32) exec.Launch {
	r := rand.New(rand.NewPCG(seed, 3))
	data := func(n uint32) []byte {
		b := make([]byte, 4*n)
		for i := range n {
			binary.LittleEndian.PutUint32(b[4*i:], r.Uint32()>>8)
		}
		return b
	}
	return exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{group, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: data(threads), ReadOnly: true}, 1: {Data: data(16 * threads)}, 2: {Data: make([]byte, 4)}}}
}

// TestRecursion compares the executors where threads of a vector are in different calls.
func TestRecursion(t *testing.T) {
	for i, c := range recursive {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			for _, places := range []int{0, 1, 2, 40} {
				found := compare(t, recursiveKernel(c.functions, c.result, places), recursiveLaunch(uint64(i), 75, 32), c.name)
				require.Equal(t, [2]map[exec.FindingKind]bool{{}, {}}, found)
			}
		})
	}
}

// TestRecursionBetweenBarriers compares the executors on kernels whose threads meet
// outside of what calls itself, in threadgroups of all shapes.
func TestRecursionBetweenBarriers(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
uint f(uint n, thread uint &calls, threadgroup uint *shared) { calls++; return n < 2 ? shared[n] : f(n - 1, calls, shared) * 3 + f(n - 2, calls, shared); }
kernel void k(device uint *x [[buffer(0)]], device uint *y [[buffer(1)]], device uint *z [[buffer(2)]], uint3 p [[thread_position_in_grid]], uint3 grid [[threads_per_grid]],
  uint3 tp [[thread_position_in_threadgroup]], uint3 group [[threadgroup_position_in_grid]], uint lid [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]],
  uint simd [[simdgroup_index_in_threadgroup]], uint quad [[thread_index_in_quadgroup]], uint3 size [[threads_per_threadgroup]]) {
  threadgroup uint shared[64];
  uint at = p.x + grid.x * (p.y + grid.y * p.z), threads = size.x * size.y * size.z, calls = 0, own[6], once;
  own[1] = at; own[lid % 5] = lid;
  uchar small[7]; small[at % 7] = at;
  half h = half(x[at] % 100) / 7;
  packed_float3 v = packed_float3(at, 1, h);
  if (x[at] % 5 == 4) calls = 100;
  if (lid < 2) shared[lid] = x[at] % 9;
  if (group.x == 1) { once = f(3 + lane % 3, calls, shared); if (x[at] & 1) { y[at] = once; return; } }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  uint r = f(x[at] % 8, calls, shared);
  for (uint i = 0; i < 3; i++) {
    if (i == 2 && group.y == 1) continue;
    threadgroup_barrier(mem_flags::mem_threadgroup);
    shared[2 + lid] = r + i * own[1];
    own[i] += small[(at + i) % 7];
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (group.x != 1) r += shared[2 + (lid + 1) % threads] * f(tp.x % 3, calls, shared);
  }
  atomic_fetch_add_explicit((device atomic_uint*)z, r, memory_order_relaxed);
  y[at] = r + calls * 7 + own[lid % 5] + own[1] + once + simd * 1000 + quad * 100 + tp.y * 50 + uint(v.z * 16) + uint(dot(float3(v), 1));
}`
	divergent := strings.Replace(text, "uint r = f(", "if (x[at] & 1) threadgroup_barrier(mem_flags::mem_none);\nuint r = f(", 1)
	for seed, c := range []struct{ grid, group exec.Dim }{
		{exec.Dim{64, 1, 1}, exec.Dim{32, 1, 1}}, {exec.Dim{75, 1, 1}, exec.Dim{33, 1, 1}}, {exec.Dim{16, 4, 2}, exec.Dim{8, 2, 2}}, {exec.Dim{11, 7, 3}, exec.Dim{5, 3, 2}}, {exec.Dim{2, 1, 1}, exec.Dim{2, 1, 1}},
	} {
		l := recursiveLaunch(uint64(seed), c.grid[0]*c.grid[1]*c.grid[2], 1)
		l.Grid, l.Threadgroup = c.grid, c.group
		agree(t, text, l, fmt.Sprint(c))
		want := map[exec.FindingKind]bool{exec.DivergentBarrier: true}
		require.Equal(t, [2]map[exec.FindingKind]bool{want, want}, compare(t, divergent, l, fmt.Sprint(c)))
	}
}

// TestRecursionOutOfBounds finds accesses that leave an array of one call, be it for that
// of another.
func TestRecursionOutOfBounds(t *testing.T) {
	const text = "uint f(uint n, thread uint *above) {\n  uint own[4];\n  for (uint i = 0; i < 4; i++) own[i] = above[(i + n) & 3] + i;\n  if (n == 0) return own[%s];\n  above[%s] = 5;\n  return f(n - 1, own) + own[1];\n}"
	for _, c := range []struct {
		load, store string
		bad         bool
	}{{"n & 3", "3", false}, {"4", "0", true}, {"4 + (n & 1)", "1", true}, {"1", "4 + (n & 1)", true}, {"2", "int(n & 1) - 1", true}} {
		want := map[exec.FindingKind]bool{}
		if c.bad {
			want[exec.OutOfBounds] = true
		}
		for _, places := range []int{1, 40} {
			kernel := recursiveKernel(fmt.Sprintf(text, c.load, c.store), "f(v % 6, list)", places)
			require.Equal(t, [2]map[exec.FindingKind]bool{want, want}, compare(t, kernel, recursiveLaunch(1, 75, 32), c.load))
		}
	}
}

// TestRecursionLeftToInterp leaves to interp what depends on who calls together, or on
// what the numbers of pointers are.
func TestRecursionLeftToInterp(t *testing.T) {
	const pointers = "no WebAssembly is made of recursion that compares, keeps or returns pointers to arrays of its calls"
	for _, c := range []struct{ body, why string }{
		{"return n < 2 ? n : simd_sum(n) + f(n - 1, above);", "no WebAssembly is made of recursion in which threads meet, f"},
		{"uint own[4] = {n, 2, 3, 4};\nulong at = ulong(own + 1);\nreturn n == 0 ? 1 : f(n - 1, own) * 3 + uint(at) + uint(at >> 32);", pointers},
		{"uint own[4] = {n, 2, 3, 4}, r = above < own ? 5 : 1;\nreturn n == 0 ? 1 : f(n - 1, own) * 3 + r;", pointers},
		{"uint own[4] = {n, 2, 3, 4}, r = above + 4 == own ? 5 : 1;\nreturn n == 0 ? 1 : f(n - 1, own) * 3 + r;", pointers},
		{"uint own[4] = {n, 2, 3, 4}, r = uint(own - above);\nreturn n == 0 ? 1 : f(n - 1, own) * 3 + r;", pointers},
		{"uint own[4] = {n, 2, 3, 4};\nthread uint *two[2] = {own, above};\nreturn n == 0 ? above[1] : f(n - 1, two[n & 1]) + two[above[0] & 1][2];", pointers},
	} {
		p := msl.Compile("f.metal", recursiveKernel("uint f(uint n, thread uint *above) {\n"+c.body+"\n}", "f(v % 9, list)", 1), msl.Options{Version: 400}).Program
		require.NotNil(t, p, c.body)
		l := recursiveLaunch(1, 64, 64)
		l.Entry = p.Entries[0]
		r, err := wasm.Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Equal(t, c.why, r.Fallback, c.body)
	}
}

// TestStackOverflow finds calls that are too deep in all threads or one, as deep as
// interp does, in kernels that call from one place and from many.
func TestStackOverflow(t *testing.T) {
	testStackOverflow(t, "")
	testStackOverflow(t, strings.Repeat("y[at] += f(x[at] % 3);\n", 40))
}

func testStackOverflow(t *testing.T, before string) {
	const text = "#include <metal_stdlib>\nusing namespace metal;\nuint f(uint n) { return n == 0 ? 1 : 3 * f(n - 1); }\n" +
		"kernel void k(device uint *x [[buffer(0)]], device uint *y [[buffer(1)]], uint at [[thread_position_in_grid]]) { %s y[at] = f(at == %d ? %d : %d); }"
	for _, c := range []struct {
		one, others int
		overflow    bool
	}{{62, 62, false}, {63, 3, true}, {63, 63, true}, {1 << 30, 62, true}, {62, 0, false}} {
		res := msl.Compile("f.metal", fmt.Sprintf(text, before, 17, c.one, c.others), msl.Options{Version: 400})
		require.NotNil(t, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		for _, x := range []exec.Executor{interp.Executor{}, wasm.Executor{}} {
			l := recursiveLaunch(0, 40, 40)
			l.Entry = p.Entries[0]
			r, err := x.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Empty(t, r.Fallback)
			require.Equal(t, c.overflow, len(r.Findings) == 1 && r.Findings[0].Kind == exec.StackOverflow, "%+v: %s finds %v", c, x.Name(), r.Findings)
		}
	}
}
