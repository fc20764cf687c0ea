package msl_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// Of a structure that is partly in its buffer the words that are get copied, out of registers
// and out of memory, and what is read behind an end is zero.
func TestCopiesAcrossTheEnd(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
struct W { float2 a; int b; int c; };
struct H { short a; short b; short c; };
kernel void k(device W *w2 [[buffer(0)]], device const W *w [[buffer(1)]], device H *h2 [[buffer(2)]], device const H *h [[buffer(3)]], uint i [[thread_position_in_grid]]) {
  W a; a.a = float2(i + 1, 2); a.b = 3; a.c = 4;
  w2[i * 3] = a;
  w2[i * 3 + 1] = w[i];
  w2[i * 3 + 2] = {};
  H b; b.a = i + 1; b.b = 2; b.c = 3;
  h2[i * 3] = b;
  h2[i * 3 + 1] = h[i];
  h2[i * 3 + 2] = {};
}
`
	const threads = 3
	filled := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i + 1)
		}
		return b
	}
	for n := range 9 * 16 / 4 {
		l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: filled(4 * n)}, 1: {Data: filled(4 * (n % 13)), ReadOnly: true}, 2: {Data: filled(2 * n)}, 3: {Data: filled(2 * (n % 10)), ReadOnly: true}}}
		outside := map[exec.FindingKind]bool{exec.OutOfBounds: true}
		require.Equal(t, [2]map[exec.FindingKind]bool{outside, outside}, compare(t, text, l, fmt.Sprint(n)))
	}
}

// Structures that thread memory holds anywhere in a word are copied in the same parts as others.
func TestCopiesFromInsideAWord(t *testing.T) {
	for _, w := range []string{"uchar a[6];", "uchar a[3];", "packed_half3 a; uchar b;", "uchar a[5]; uchar b[8];", "packed_float3 a;"} {
		for _, body := range []string{
			"W a[2]; a[1] = in[i]; a[0] = in[i + 1]; out[i] = a[i & 1];",
			"struct V { uchar x; W w; }; V v; v.x = 1; v.w = in[i]; V u[2]; u[0] = v; u[1] = v; out[i] = u[i & 1].w;",
		} {
			text := "#include <metal_stdlib>\nusing namespace metal;\nstruct W { " + w + " };\n" +
				"kernel void k(device W *out [[buffer(0)]], device const W *in [[buffer(1)]], uint i [[thread_position_in_grid]]) { " + body + " }\n"
			for n := range 30 {
				out, in := bytes.Repeat([]byte{1}, n), make([]byte, (5*n+3)%61)
				for i := range in {
					in[i] = byte(7*i + 2)
				}
				compare(t, text, exec.Launch{Grid: exec.Dim{7, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: out}, 1: {Data: in, ReadOnly: true}}}, fmt.Sprint(n))
			}
		}
	}
}
