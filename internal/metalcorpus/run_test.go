package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

func TestLaunchAll(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void fine(device float *x [[buffer(0)]], constant uint &n [[buffer(1)]], threadgroup float *t [[threadgroup(0)]], uint2 at [[thread_position_in_grid]]) {
  uint i = at.x + 256 * at.y;
  t[i & 31] = n;
  if (i < 2048) x[i] = sqrt(x[i]) + t[i & 31];
}
kernel void outside(device half *x [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) { x[i + 2040] = 1; x[i + 4000] = 2; }
kernel void last(device uint *x [[buffer(0)]], uint i [[thread_position_in_grid]]) { x[0] = i; x[1] = x[0]; }
kernel void endless(device uint *x [[buffer(0)]]) { while (x[0] < 100) x[1]++; }`
	r := msl.Compile("f.metal", text, msl.Options{})
	require.NotNil(t, r.Program)
	of := func(name string) map[outcome]int {
		total := totals{outcomes: map[outcome]int{}}
		one := *r.Program
		for _, e := range one.Entries {
			if e.Name == name {
				one.Entries = []*ir.Entry{e}
			}
		}
		total.launchAll("f.metal", &one)
		return total.outcomes
	}
	n := len(geometries)
	require.Equal(t, map[outcome]int{agreed: n}, of("fine"))
	require.Equal(t, map[outcome]int{agreedFault: n}, of("outside"))
	require.Equal(t, map[outcome]int{unfinished: n}, of("endless"))
	require.Zero(t, of("last")[differ])
}

func TestDifference(t *testing.T) {
	quiet, other := []byte{1, 0, 0xc0, 0x7f}, []byte{0, 0, 0xc0, 0xff}
	require.Equal(t, -1, difference(ir.F32, quiet, other))
	require.Equal(t, 0, difference(ir.F16, quiet, other))
	require.Equal(t, -1, difference(ir.F16, []byte{1, 0x7e}, []byte{0, 0xfe}))
	require.Equal(t, -1, difference(ir.Void, quiet, other))
	require.Equal(t, 3, difference(ir.U32, []byte{1, 2, 3, 4}, []byte{1, 2, 3, 5}))
	require.Equal(t, 0, difference(ir.I32, []byte{0xfe, 0xff, 0xff, 0xff}, []byte{0xff, 0xff, 0xff, 0xff})) // NaNs only as floats
}
