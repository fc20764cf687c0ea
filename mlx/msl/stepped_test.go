package msl_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// TestSteppedBetweenBarriers has loops between barriers that several vectors go through in step,
// with what was computed before a barrier and what is needed behind it, of all kinds.
func TestSteppedBetweenBarriers(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void k(const device float *x [[buffer(0)]], device float *y [[buffer(1)]], device ulong *z [[buffer(2)]], device uint *r [[buffer(3)]],
    uint at [[thread_position_in_grid]], uint i [[thread_index_in_threadgroup]]) {
  threadgroup float b[64];
  float v = x[at], s = v;
  ulong q = at;
  uint rank = 0, next = i + 3, row = i / 32;
  for (uint round = 0; round < 3; round++) {
    b[i] = s + float(next);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint j = 0; j < 64; j++) {
      float o = b[j];
      rank += o < v || (o == v && j < i) ? 1 : 0;
      s = s * 0.5f + o;
      q = q * 3 + ulong(j) + row;
    }
    next += 4;
    row += round;
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  y[at] = s;
  z[at] = q + row;
  r[at] = rank * 1000 + next;
}
`
	const n = 192
	x := make([]byte, 4*n)
	for i := range n {
		binary.LittleEndian.PutUint32(x[4*i:], uint32(0x3f800000+i*i%37<<20))
	}
	for _, tg := range []exec.Dim{{64, 1, 1}, {48, 1, 1}, {7, 1, 1}} {
		l := exec.Launch{Grid: exec.Dim{n, 1, 1}, Threadgroup: tg, Buffers: map[int]exec.Buffer{
			0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 4*n)}, 2: {Data: make([]byte, 8*n)}, 3: {Data: make([]byte, 4*n)}}}
		none := map[exec.FindingKind]bool{}
		require.Equal(t, [2]map[exec.FindingKind]bool{none, none}, compare(t, text, l, fmt.Sprint(tg)))
	}
}

// TestComparedWhereSmall has loops that count to where a buffer says, in a kind in which numbers
// are seen to be small and others in which they are not: the first compare with a sign.
func TestComparedWhereSmall(t *testing.T) {
	signed := func(loop string) int {
		text := `#include <metal_stdlib>
using namespace metal;
kernel void k(const device uint *n [[buffer(0)]], device uint *y [[buffer(1)]], uint at [[thread_position_in_grid]]) {
  uint t = at & 1023, r = 0;
  ` + loop + `
  y[at] = r;
}
`
		l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: binary.LittleEndian.AppendUint32(nil, 300), ReadOnly: true}, 1: {Data: make([]byte, 4*256)}}}
		none := map[exec.FindingKind]bool{}
		require.Equal(t, [2]map[exec.FindingKind]bool{none, none}, compare(t, text, l, loop))
		p, err := ir.Optimize(msl.Compile("k.metal", text, msl.Options{}).Program)
		require.NoError(t, err)
		l.Entry = p.Entries[0]
		code, err := wasm.WAT(p, l, nil)
		require.NoError(t, err)
		require.NotZero(t, strings.Count(code, "i32x4.lt_s")+strings.Count(code, "i32x4.lt_u"), code)
		return strings.Count(code, "i32x4.lt_s")
	}
	for loop, small := range map[string]bool{
		"for (uint j = 0; j < 300; j++) r = r * 3 + (j < t ? j : 1);":                                                    true,
		"uint e = n[0] & 511; for (uint j = t & 7; j < e; j += 3) r = r * 3 + (j < t ? j : 1);":                          true,
		"for (uint j = 0; j < 300; j++) { if (j == 30) continue; r = r * 3 + (j < t ? j : 1); if (r > 900) break; }":     true,
		"for (uint j = 0x7fffff00u; j < 0x80001000u; j += 3) r = r * 3 + (t < j ? j : 1);":                               false,
		"for (uint j = 0; j < n[0]; j++) r = r * 3 + (j < t ? j : 1);":                                                   false,
		"uint j = 0; do { r = r * 3 + (j < t ? j : 1); j += 0x100000u; } while (j < 0xfff00000u);":                       false,
		"for (uint j = 0; j < 300; ) { r = r * 3 + (j < t ? j : 1); for (uint m = 0; m < n[0]; m++) j += 0x50000000u; }": false,
		"for (uint j = 0xfffffff0u, m = 0; m < n[0]; m++, j++) r = r * 3 + (j < t ? j : 1);":                             false,
	} {
		require.Equal(t, small, signed(loop) > 0, loop)
	}
}
