package msl_test

import (
	"fmt"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
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
