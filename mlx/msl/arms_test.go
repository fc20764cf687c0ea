package msl_test

import (
	"bytes"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestBytesOfEitherArm stores bytes in both arms of an If that all threads take the same
// arm of, of which those of the other arm are not stored, on both sides of one that
// assigns what they are made of, or in arms of which one computes where.
func TestBytesOfEitherArm(t *testing.T) {
	const head = `#include <metal_stdlib>
kernel void f(device const uchar *x [[buffer(0)]], device uchar *y [[buffer(1)]], device uchar *z [[buffer(2)]], constant uint &n [[buffer(3)]], uint i [[thread_position_in_grid]]) {
  `
	for _, body := range []string{
		"if (n > 2) y[i] = x[i] + 1; else z[i] = x[i + 64] + 3; }",
		"if (n > 2) { y[i] = x[i] * 3; y[i + 256] = x[i] ^ 5; } else y[i] = x[i + 64] + 3; }",
		"uint u = n + 5; y[i] = uchar(x[i] + u); if (n > 2) u = x[n]; y[i + 256] = uchar(x[i] * u); }",
		"device uchar *p = y + i; if (x[i] & 1) *p = n; else p[n * 64] = x[i] + 3; }",
		"uint u = n + 5, v = x[i] + u; if (n > 2) u = x[n]; y[i] = uchar(v * u); }",
	} {
		for n := range byte(4) {
			x := make([]byte, 512)
			for i := range x {
				x[i] = byte(i * 7)
			}
			l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
				0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 512)}, 2: {Data: make([]byte, 512)}, 3: {Data: []byte{n, 0, 0, 0}, ReadOnly: true}}}
			agree(t, head+body, l, body)
		}
	}
}

// TestPlacesOfEitherArm stores in both arms to places that each computes from a variable of
// its own, which it assigns before the store.
func TestPlacesOfEitherArm(t *testing.T) {
	const text = `#include <metal_stdlib>
kernel void f(device const uint *x [[buffer(0)]], device uint *y [[buffer(1)]], constant uint *n [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  uint a = n[0], b = n[1];
  for (uint j = 0; j < n[2]; j++) {
    if (x[i] & 1) { device uint *p = y + a * 64 + i; a = 5; *p = j + 1; }
    else { device uint *p = y + b * 64 + i; b = 5; *p = j + 2; }
  }
}`
	l := exec.Launch{Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
		0: {Data: bytes.Repeat([]byte{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}, 22), ReadOnly: true}, 1: {Data: make([]byte, 6*64*4)},
		2: {Data: []byte{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}, ReadOnly: true}}}
	agree(t, text, l, "places")
}

// TestAtomicsOfEitherArm adds to a number in one arm, and stores one to its place in the other.
func TestAtomicsOfEitherArm(t *testing.T) {
	const add, store = "metal::atomic_fetch_add_explicit(y + i, 5, metal::memory_order_relaxed);", "((device uint *)y)[i] = 5;"
	for _, body := range []string{add + " else " + store, store + " else " + add} {
		text := `#include <metal_stdlib>
kernel void f(device metal::atomic_uint *y [[buffer(0)]], uint i [[thread_position_in_grid]]) { if (i & 1) ` + body + " }"
		l := exec.Launch{Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: bytes.Repeat([]byte{3, 0, 0, 0}, 64)}}}
		agree(t, text, l, body)
	}
}

// TestRunsOfEitherArm stores more elements to a place in one arm than in the other.
func TestRunsOfEitherArm(t *testing.T) {
	const one, two = "y[2 * i] = n * i;", "*(device metal::uint2 *)(y + 2 * i) = metal::uint2(i, n);"
	for _, arms := range [][2]string{{one, two}, {two, one}} {
		text := `#include <metal_stdlib>
kernel void f(device uint *y [[buffer(0)]], constant uint &n [[buffer(1)]], uint i [[thread_position_in_grid]]) { if ((i + n) & 1) ` + arms[0] + " else " + arms[1] + " }"
		l := exec.Launch{Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: bytes.Repeat([]byte{3, 0, 0, 0}, 128)}, 1: {Data: []byte{5, 0, 0, 0}, ReadOnly: true}}}
		agree(t, text, l, text)
	}
}
