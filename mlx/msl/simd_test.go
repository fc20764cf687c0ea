package msl_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestShuffles reads other lanes at all distances, the same for all lanes or their own,
// and TestScans combines those below, with lanes that take no part and with SIMD-groups
// that are not full.
func TestShuffles(t *testing.T) {
	for _, call := range []string{"simd_shuffle(v, by & 31)", "simd_shuffle_xor(v, by & 31)", "simd_shuffle_up(v, by)", "simd_shuffle_down(v, by)", "simd_broadcast(v, i & 31)",
		"simd_shuffle_rotate_up(v, by)", "simd_shuffle_rotate_down(v, by)", "simd_shuffle_and_fill_up(v, v + 1, by)", "simd_shuffle_and_fill_down(v, v + 1, by, 8)"} {
		for _, typ := range []string{"uint", "half"} {
			for _, by := range []string{"i", "(i + t) % 37"} {
				otherLanes(t, call, typ, by)
			}
		}
	}
}

func TestScans(t *testing.T) {
	for _, call := range []string{"prefix_inclusive_sum", "prefix_exclusive_sum", "prefix_inclusive_product", "prefix_exclusive_product"} {
		for _, group := range []string{"simd_", "quad_"} {
			for _, typ := range []string{"int", "short", "uchar", "float"} {
				otherLanes(t, group+call+"(v)", typ, "i")
			}
		}
	}
}

func otherLanes(t *testing.T, call, typ, by string) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void k(const device uint *x [[buffer(0)]], device uint *y [[buffer(1)]], constant uint &n [[buffer(2)]], uint t [[thread_index_in_threadgroup]]) {
  T v = T(x[t] & 1023), w = 0;
  uint sum = 0;
  for (uint i = 0; i < n; i++) {
    uint by = BY;
    if (x[t + i] % 5 != 0) {
      w = CALL;
      v = CALL + T(1);
    }
    sum = sum * 31 + uint(v) + 7 * uint(w);
  }
  y[t] = sum;
}`
	for _, guard := range []string{"if (x[t + i] % 5 != 0)", ""} {
		for _, threads := range []uint32{64, 70} {
			from := make([]byte, 4*128)
			for i := range 128 {
				binary.LittleEndian.PutUint32(from[4*i:], uint32(i*i*7919))
			}
			code := strings.NewReplacer("T(", typ+"(", "T v", typ+" v", "BY", by, "CALL", call, "if (x[t + i] % 5 != 0)", guard).Replace(text)
			l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: from, ReadOnly: true}, 1: {Data: make([]byte, 4*threads)}, 2: {Data: []byte{36, 0, 0, 0}, ReadOnly: true}}}
			agree(t, code, l, fmt.Sprint(call, typ, by, guard, threads))
		}
	}
}

// TestInactiveLanes reads lanes that are not there where the operand is
// computed: they give what their register holds, on both executors.
func TestInactiveLanes(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void k(const device uint *x [[buffer(0)]], device T *y [[buffer(1)]], constant uint &n [[buffer(2)]], uint t [[thread_index_in_threadgroup]]) {
  BODY
}`
	bodies := []string{
		"if (t / n == 0) { T a = T(x[t + 1]); y[t] = T(CALL + a); } else if (t / n < 4) { T a = T(x[t + 2]); y[t] = T(CALL - a); }",
		"for (uint i = 0; i < 3; i++) { if ((t + i) % 3 == 0) continue; T a = T(x[t + i]); y[t] = T(CALL + a); if (a > T(60)) break; }",
		"T a = 0; for (uint i = 0; i < t % n; i++) { a += T(x[t + i]); y[t] = T(CALL + a); }",
		"T a; if (t & 1) a = T(x[t]); else if (t % 3) a = T(x[t + 3]); else a = 5; if (t > 9 && t % n) { a = T(a + T(1)); y[t] = CALL; }",
	}
	for _, call := range []string{"simd_shuffle_down(a, 1)", "simd_shuffle(a, (t * 5) & 31)", "simd_broadcast(a, 7)", "simd_broadcast_first(a)", "quad_shuffle_xor(a, 1)", "simd_shuffle_and_fill_up(a, a, 2)"} {
		for _, typ := range []string{"float", "uchar"} {
			for i, body := range bodies {
				from := make([]byte, 4*72)
				for i := range 72 {
					from[4*i] = byte(i * i * 79 % 100)
				}
				l := exec.Launch{Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: from, ReadOnly: true}, 1: {Data: make([]byte, 4*64)}, 2: {Data: []byte{5, 0, 0, 0}, ReadOnly: true}}}
				code := strings.NewReplacer("T *", typ+" *", "T(", typ+"(", "T a", typ+" a", "CALL", call).Replace(strings.Replace(text, "BODY", body, 1))
				agree(t, code, l, fmt.Sprint(call, typ, i))
			}
		}
	}
}
