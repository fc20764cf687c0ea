package msl_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestBarriersInLoops has barriers in loops of as many iterations as memory says,
// for each thread: every executor finds a fault where these differ, and none where
// all threads leave together, or where threads end instead.
func TestBarriersInLoops(t *testing.T) {
	const head = `#include <metal_stdlib>
using namespace metal;
kernel void k(device uint *x [[buffer(0)]], const device uint *n [[buffer(1)]], uint at [[thread_index_in_threadgroup]]) {
`
	for body, ends := range map[string]bool{
		`for (uint i = 0; i < n[at]; i++) { x[at] += i; threadgroup_barrier(mem_flags::mem_device); x[at + 70] += x[0]; }`:                   false,
		`uint i = 0; do { x[at] += i; if (i >= n[at]) break; threadgroup_barrier(mem_flags::mem_device); x[at + 70] += x[0]; } while (++i);`: false,
		`uint i = 0; while (true) { if (i++ == n[at]) return; if (n[at]) threadgroup_barrier(mem_flags::mem_device); x[at] = i; }`:           true,
	} {
		for _, threads := range []uint32{1, 32, 70} {
			for _, apart := range []uint32{0, 1} {
				n := make([]byte, 4*threads)
				for at := range threads {
					binary.LittleEndian.PutUint32(n[4*at:], 5+apart*(at&1))
				}
				want := map[exec.FindingKind]bool{}
				if apart == 1 && threads > 1 && !ends {
					want[exec.DivergentBarrier] = true
				}
				l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*140)}, 1: {Data: n, ReadOnly: true}}}
				require.Equal(t, [2]map[exec.FindingKind]bool{want, want}, compare(t, head+body+"\n}", l, body), "%d threads: %s", threads, body)
			}
		}
	}
}
