package msl_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestEdges accesses neighbours that are others at the edge of a row, so that some chunks
// of a run have adjacent lanes and some have not, in bounds and beyond.
func TestEdges(t *testing.T) {
	for name, body := range map[string]string{
		"neighbours":           "y[i] = x[i - min(c, 1)] + x[i + min(w - 1 - c, 1)];",
		"far neighbours":       "y[i] = x[i - min(c, 5)] + x[i + min(w - 1 - c, 7)] + x[i + min(9, w - 1 - c)];",
		"clamped":              "y[i] = x[r * w + max(c - 2, 0)] + x[r * w + min(c + 2, w - 1)];",
		"without a sign":       "uint u = c; y[i] = x[i - min(u, 1u)] + x[i + min(uint(w) - 1u - u, 1u)];",
		"by halves":            "y[i] = uint(h[i - min(c, 1)]) + uint(h[i + min(w - 1 - c, 1)]);",
		"by bytes":             "y[i] = b[i - min(c, 1)] + b[i + min(w - 1 - c, 1)];",
		"by 64 bits":           "y[i] = uint(l[(i - min(c, 1)) / 2 + min(c, 3)]) + uint(l[min(i, 3)]);",
		"before the elements":  "y[i] = x[min(c + k[0], w - 1) + 3];",
		"from before":          "device const uint *q = x + 5; y[i] = q[min(c + k[0], w) - 9];",
		"behind the elements":  "y[i] = x[max(c + k[1], 3)];",
		"under a mask":         "if (x[i] % 3 != 0) y[i] = x[i - min(c, 1)] + x[max(c + k[1] - 20, 3)];",
		"what wraps":           "y[i] = x[uint(min(c + k[2], k[3])) & 511] + x[uint(max(c - k[2], -k[3])) & 511];",
		"what falls and wraps": "y[i] = x[min(k[2] - c, 1) & 511] + x[min(uint(k[0] + 40) - uint(c), 2u)];",
		"in a loop":            "uint s = 0; for (int j = 0; j < 3; j++) s += x[i - min(c, j)] + x[min(c + j + k[1] - 30, w)]; y[i] = s;",
		"remainder":            "y[i] = x[(i + 77) % 200] + x[(i + 3) % (w * 3) + k[0]];",
	} {
		for _, w := range []uint32{24, 40, 64, 100, 256} {
			k := make([]byte, 16)
			for i, n := range []int32{-11, 500, 2147483647 - 90, 2147483647} {
				binary.LittleEndian.PutUint32(k[4*i:], uint32(n))
			}
			x := make([]byte, 4*512)
			for i := range len(x) {
				x[i] = byte(i * i >> 3)
			}
			text := fmt.Sprintf("#include <metal_stdlib>\nusing namespace metal; \nkernel void f(device const uint *x [[buffer(0)]], device uint *y [[buffer(1)]], constant int *k [[buffer(2)]], device const ushort *h [[buffer(3)]], device const uchar *b [[buffer(4)]], device const ulong *l [[buffer(5)]], uint2 p [[thread_position_in_grid]]) { const int w = %d; int c = p.x, r = p.y, i = r * w + c; %s }", w, body)
			l := exec.Launch{Grid: exec.Dim{w, 3, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{1: {Data: make([]byte, 4*3*w)}, 2: {Data: k, ReadOnly: true}}}
			for _, i := range []int{0, 3, 4, 5} {
				l.Buffers[i] = exec.Buffer{Data: x, ReadOnly: true}
			}
			found := compare(t, text, l, name)
			require.Equal(t, found[0], found[1], text)
		}
	}
}
