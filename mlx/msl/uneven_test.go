package msl_test

import (
	"encoding/binary"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestUneven accesses elements whose places follow from the lowest bits of a position, where
// a vector cannot begin at the first of them, or the next four are elsewhere.
func TestUneven(t *testing.T) {
	x, k := make([]byte, 4*1024), make([]byte, 4)
	for i := range len(x) / 4 {
		binary.LittleEndian.PutUint32(x[4*i:], uint32(i+1)*2654435761)
	}
	k[0] = 3
	for _, body := range []string{
		"volatile device const uint *v = x; y[i] = v[i ^ 3];",
		"volatile device const uint *v = x; y[i] = v[i / 2] + v[i ^ 1];",
		"device const uint *q = x + 3; y[i] = q[int(i ^ 3) - 3];", // to before the elements
		"if (x[i] & 1) y[i] = x[960 - (i & 1) * 960];",
		"y[i] = x[k[0] > 2 ? i >> 1 : 0];",
		"y[i] = x[extract_bits(i, 1, 3)];", // a quotient of what wraps
		"y[i] = x[(i << 22) >> 23] + x[(i - 8 << 22) >> 23];",
	} {
		text := "#include <metal_stdlib>\nusing namespace metal;\nkernel void f(device const uint *x [[buffer(0)]], device uint *y [[buffer(1)]], constant uint *k [[buffer(2)]], uint i [[thread_position_in_grid]]) { " + body + " }"
		for _, threads := range []uint32{32, 64, 33, 256} {
			l := exec.Launch{Grid: exec.Dim{500, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 4*500)}, 2: {Data: k, ReadOnly: true}}}
			agree(t, text, l, body)
		}
	}
}
