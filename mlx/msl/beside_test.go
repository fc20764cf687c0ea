package msl_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestBesideConditions: kernels that lie just beside what a transformation of the fast
// executor takes, so that each would be wrong without one of its conditions. k has small
// numbers, x any.
func TestBesideConditions(t *testing.T) {
	const head = `#include <metal_stdlib>
using namespace metal;
kernel void f(device uint *y [[buffer(0)]], const device uint *x [[buffer(1)]], const device uint *k [[buffer(2)]], uint at [[thread_position_in_grid]]) { `
	for _, body := range []string{
		// searches that skip elements, name them twice, or stay where they are
		"uint i = 0; while (i < 60 && k[at + 2 * i] != 5) i++; y[at] = i;",
		"uint i = at; for (; i < at + 50; i++) if (k[2 * i] == 5) break; y[at] = i;",
		"uint i = 0; for (; i < 50; i++) if (k[at + i / 2] == 7) break; y[at] = i;",
		"uint i = 0; for (; i < 50; i++) if (k[at] == 7 + i) break; y[at] = i;",
		// quotients by what may be zero in between
		"y[at] = int(1 / (float(k[at] & 7) - 3));",
		"y[at] = int(8 / (float(k[at] & 15) - 8.5f)) + uint(sqrt(float(k[at]) - 3));",
		// indices that change between loads
		"uint i = k[at], s = 0; for (uint j = 0; j < 5; j++) { s = s * 31 + x[i + 1]; if (s & 1) i = k[i + j]; s = s * 31 + x[i + 2]; i = k[i]; s ^= x[i + 3] + x[i + 1]; } y[at] = s;",
		"uint i = at, s = 0; for (uint j = 0; j < 5; j++) { s = s * 31 + x[i + 1]; i += 4; s = s * 31 + x[i + 2]; if (s & 1) i += 1; s ^= x[i + 3]; } y[at] = s;",
		// pointers of which one arm computes more
		"const device uint *q; if (k[at] & 1) q = x + at; else q = k + 5; y[at] = *q;",
		"const device uint *q; if (k[at] & 1) q = x; else q = k + k[at + 7]; y[at] = q[3] * 5 + q[1];",
		// sums of what is wide, or of the iteration before
		"uint q = 0; for (uint j = 0; j < 7; j++) { ulong w = k[at * 5 + j]; w *= 3000000000ul; q += uint(w >> 7); } y[at] = q;",
		"uint s = 0, v = at; for (uint j = 0; j < 8; j++) { s += v * 3; v = x[at * 8 + j]; } y[at] = s;",
		// bytes under halves that are stored later
		"device uchar *z = (device uchar *)y; uchar a = x[at], b = k[at]; z[2 * at + 1] = a * 5; *(device ushort *)(z + 2 * at) = ushort(a) * 259 + b;",
	} {
		for _, threads := range []exec.Dim{{64, 1, 1}, {50, 1, 1}, {7, 1, 1}} {
			r := rand.New(rand.NewPCG(7, uint64(threads[0])))
			words := func(most uint32) exec.Buffer {
				b := make([]byte, 4*1024)
				for i := 0; i < len(b); i += 4 {
					binary.LittleEndian.PutUint32(b[i:], r.Uint32()%most)
				}
				return exec.Buffer{Data: b, ReadOnly: true}
			}
			l := exec.Launch{Grid: exec.Dim{100, 1, 1}, Threadgroup: threads, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*100)}, 1: words(1<<32 - 1), 2: words(16)}}
			agree(t, head+body+" }", l, fmt.Sprint(threads))
		}
	}
}
