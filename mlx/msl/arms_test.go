package msl_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestBytesOfEitherArm stores bytes in both arms of an If that all threads take the same
// arm of: those of the other arm are not stored.
func TestBytesOfEitherArm(t *testing.T) {
	const head = `#include <metal_stdlib>
kernel void f(device const uchar *x [[buffer(0)]], device uchar *y [[buffer(1)]], device uchar *z [[buffer(2)]], constant uint &n [[buffer(3)]], uint i [[thread_position_in_grid]]) {
  if (n > 2) `
	for _, arms := range []string{
		"y[i] = x[i] + 1; else z[i] = x[i + 64] + 3; }",
		"{ y[i] = x[i] * 3; y[i + 256] = x[i] ^ 5; } else y[i] = x[i + 64] + 3; }",
	} {
		for n := range byte(4) {
			x := make([]byte, 512)
			for i := range x {
				x[i] = byte(i * 7)
			}
			l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
				0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 512)}, 2: {Data: make([]byte, 512)}, 3: {Data: []byte{n, 0, 0, 0}, ReadOnly: true}}}
			require.Equal(t, [2]map[exec.FindingKind]bool{{}, {}}, compare(t, head+arms, l, arms))
		}
	}
}
