package msl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// TestPositions has every thread say where it is, in threadgroups of all shapes, the last of
// which are not full.
func TestPositions(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void f(device uint *y [[buffer(0)]], uint3 p [[thread_position_in_grid]], uint3 q [[thread_position_in_threadgroup]], uint3 g [[threadgroup_position_in_grid]],
	uint3 n [[threads_per_grid]], uint3 m [[threads_per_threadgroup]], uint i [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]], uint simd [[simdgroup_index_in_threadgroup]]) {
	device uint *mine = y + 13 * ((p.z * n.y + p.y) * n.x + p.x);
	for (uint k = 0; k < 3; k++) { mine[k] = p[k]; mine[3 + k] = q[k]; mine[6 + k] = g[k] * 16 + m[k]; }
	mine[9] = i; mine[10] = lane; mine[11] = simd; mine[12] = p.x * 3 + q.z * 5 + (p.y ^ q.x);
}`
	for _, group := range []exec.Dim{{7, 1, 1}, {8, 1, 1}, {3, 1, 4}, {1, 1, 7}, {1, 5, 2}, {1, 9, 1}, {2, 3, 4}, {4, 1, 3}, {4, 3, 1}, {5, 4, 3}, {8, 2, 2}, {12, 1, 5}} {
		for _, grid := range []exec.Dim{group, {2 * group[0], 2 * group[1], 2 * group[2]}, {group[0] + 1, group[1], group[2] + 2}, {2*group[0] - 1, group[1] + 1, group[2]}} {
			l := exec.Launch{Grid: grid, Threadgroup: group, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*13*grid[0]*grid[1]*grid[2])}}}
			agree(t, text, l, fmt.Sprint(group, grid))
		}
	}
}

// TestPackedPositions chooses bytes by where they are, eight lanes to a vector, in rows that are shorter and longer than a run,
// where a position passes 16 bits, and is asked for what depends on all of it.
func TestPackedPositions(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void f(device const uchar *x [[buffer(0)]], device uchar *y [[buffer(1)]], uint2 p [[thread_position_in_grid]], uint2 q [[thread_position_in_threadgroup]], uint2 n [[threads_per_grid]]) {
	uint u = (p.x ^ p.y) & 7, v = p.y & 3, i = p.y * n.x + p.x;
	uint t = (u & 1) << 5 | (v & 1) << 4 | (u & 4) >> 1 | (3 * q.x - p.x) << 7;
	y[i] = x[i] > (t & 255) + v ? p.x : t - 5 * p.y;
}`
	for _, c := range []struct{ grid, group exec.Dim }{{exec.Dim{70000, 2, 1}, exec.Dim{1000, 1, 1}}, {exec.Dim{128, 9, 1}, exec.Dim{64, 4, 1}}, {exec.Dim{96, 8, 1}, exec.Dim{32, 8, 1}}, {exec.Dim{100, 6, 1}, exec.Dim{16, 6, 1}}, {exec.Dim{64, 8, 1}, exec.Dim{4, 8, 1}}} {
		size := c.grid[0] * c.grid[1]
		x := make([]byte, size)
		for i := range x {
			x[i] = byte(i * 37 >> 2)
		}
		l := exec.Launch{Grid: c.grid, Threadgroup: c.group, Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, size)}}}
		agree(t, text, l, fmt.Sprint(c))
		p, err := ir.Optimize(msl.Compile("f.metal", text, msl.Options{}).Program)
		require.NoError(t, err)
		l.Entry = p.Entries[0]
		code, err := wasm.WAT(p, l, nil)
		require.NoError(t, err)
		require.Equal(t, c.group[0] >= 16, strings.Contains(code, "i16x8.mul"), c)
	}
}

// TestPackedSigns compares bytes with 16-bit numbers below zero that are the same in all threads, or in a row: 16 bits do not
// tell them from large ones.
func TestPackedSigns(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void f(device const uchar *x [[buffer(0)]], device short *y [[buffer(1)]], constant short &least [[buffer(2)]], uint2 p [[thread_position_in_grid]], uint2 n [[threads_per_grid]]) {
	uint i = p.y * n.x + p.x;
	y[i] = max(short(x[i]), least) - 3 * min(short(x[i]), short(p.y - 3));
}`
	x := make([]byte, 128*6)
	for i := range x {
		x[i] = byte(i * 37 >> 2)
	}
	agree(t, text, exec.Launch{Grid: exec.Dim{128, 6, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
		0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 2*len(x))}, 2: {Data: []byte{0x00, 0xf0}, ReadOnly: true}}}, "signs")
}
