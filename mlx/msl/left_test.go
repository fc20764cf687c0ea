package msl_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestLeftByAll has code that would not end, or would do harm, and which nobody comes
// to: all that could have left before, though others are still in the kernel.
func TestLeftByAll(t *testing.T) {
	const head = `#include <metal_stdlib>
using namespace metal;
uint calls(uint i, uint n) { return i < 100 ? calls(i + n, n) + 1 : 0; }
kernel void k(device uint *x [[buffer(0)]], const device uint *zero [[buffer(1)]], device atomic_uint *a [[buffer(2)]], uint at [[thread_index_in_threadgroup]]) {
  threadgroup uint t[4];
  const uint n = zero[0];
`
	left := map[string]string{
		"return":          "if (at & 1) { if (n == 0) return; HARM }",
		"return from all": "if (n == 0) return; HARM",
		"by their data":   "if (at & 1) { if (x[at] == at) return; HARM }",
		"some of a loop":  "for (uint k = 0; k < 3; k++) { if (at + k & 1) { if (n == 0) break; HARM } x[at] += k; }",
		"an iteration":    "for (uint k = 0; k < 3; k++) { if (at + k & 1) { x[at] += 7; if (n == 0) continue; HARM } x[at] += k; }",
		"by chunks":       "for (uint k = 0; k < 3; k++) { if (at > 31 + k) { if (at > 20) continue; HARM } x[at] += k; }",
		"others before":   "for (uint k = 0; k < 3; k++) { if (at % 3 == k) break; if (at & 1) { if (n == 0) break; HARM } x[at] += k; }",
		"deeply":          "for (uint k = 0; k < 3; k++) { if (at & 1) { do { if (at & 2) { while (true) { if (n == 0) break; x[at]++; } x[at] += 3; if (n == 0) return; } else if (n == 0) break; HARM } while (n); x[at]++; } x[at] += k; }",
		"a switch":        "switch (at & 3) { case 0: case 1: if (n == 0) break; HARM case 2: x[at] += 5; break; default: if (n == 0) return; HARM }",
		"continuing":      "uint k = 0; do { if (at & 1) { if (n == 0) return; } x[at] += k; } while (k++ < 3); if (at & 1) { HARM }",
	}
	loops := map[string]string{
		"a loop":                  "for (uint i = 0; i < 10; i += n) x[at]++;",
		"a loop without an end":   "while (n == 0) x[at]++;",
		"a loop with a barrier":   "for (uint i = 0; i < 10; i += n) { x[at]++; threadgroup_barrier(mem_flags::mem_device); }",
		"barriers without an end": "while (n == 0) { x[at]++; threadgroup_barrier(mem_flags::mem_device); }",
		"a loop where all agree":  "while (!simd_any(n != 0)) x[at]++;",
	}
	harm := map[string]string{
		"a barrier":              "threadgroup_barrier(mem_flags::mem_device);",
		"out of bounds":          "x[(1 << 28) + n] = 1; x[at] = x[n - 1000]; t[n - 5] = 2;",
		"out of bounds, apart":   "x[at * 1000 + n] = 1; x[at] = x[at * at * 1000 + n];",
		"misaligned":             "*(device uint *)((device char *)x + 1 + n) = 3; *(device uint *)((device char *)x + at * 3 + n) = 3;",
		"division":               "x[at] = 10 / n + at % n;",
		"stores where all agree": "x[n] = at; x[1] = n + 1; t[n] = 4; x[2] = t[n];",
		"atomics":                "atomic_fetch_add_explicit(a, 1, memory_order_relaxed); atomic_fetch_max_explicit(a + (1 << 28) + n, at, memory_order_relaxed);",
		"calls":                  "x[at] += calls(at, n);",
	}
	check := func(t *testing.T, leave, code string) {
		x := make([]byte, 4*70)
		for i := range uint32(70) {
			binary.LittleEndian.PutUint32(x[4*i:], i)
		}
		text := head + strings.ReplaceAll(leave, "HARM", code) + "\n  x[at] += 100;\n}"
		for _, threads := range []uint32{1, 70} {
			l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1}, StepBudget: 1 << 16,
				Buffers: map[int]exec.Buffer{0: {Data: x}, 1: {Data: make([]byte, 4), ReadOnly: true}, 2: {Data: make([]byte, 4)}}}
			agree(t, text, l, fmt.Sprint(threads, " threads: ", leave))
		}
	}
	for from, leave := range left {
		for to, code := range loops {
			t.Run(from+"/"+to, func(t *testing.T) { check(t, leave, code) })
		}
	}
	for to, code := range harm {
		t.Run(to, func(t *testing.T) {
			check(t, left["an iteration"], code+strings.ReplaceAll(left["return"], "HARM", code))
		})
	}
}

// TestNothingToDo launches a kernel without a statement, in threadgroups of few threads.
func TestNothingToDo(t *testing.T) {
	for _, group := range []exec.Dim{{1, 1, 1}, {5, 3, 1}, {2, 2, 2}, {33, 1, 1}} {
		l := exec.Launch{Grid: exec.Dim{15, 3, 2}, Threadgroup: group, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4)}}}
		agree(t, "kernel void f(device float *x [[buffer(0)]]) {}", l, "nothing")
	}
}
