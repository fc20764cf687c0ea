package msl_test

import (
	"encoding/binary"
	"fmt"
	"strings"
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

// TestTilesOfAbsentSIMDGroups has SIMD-groups that skip the loads of tiles, whose
// addresses would lie outside of memory: they load nothing.
func TestTilesOfAbsentSIMDGroups(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void k(device float *H [[buffer(0)]], constant uint &n [[buffer(1)]], uint3 g [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint s [[simdgroup_index_in_threadgroup]]) {
  const uint down = s / 2 * 32, right = s % 2 * 32;
  threadgroup float staging[4][8][8];
  for (uint i = 0; i < 4; ++i) {
    uint row = g.y * 64 + down + i * 8;
    if (row >= n) continue;
    for (uint j = 0; j < 4; ++j) {
      uint col = g.x * 64 + right + j * 8;
      if (col >= n) continue;
      if (row + 8 <= n && col + 8 <= n) {
        simdgroup_matrix<float, 8, 8> tile;
        simdgroup_load(tile, H + row * n + col, n);
        for (uint e = lane; e < 64; e += 32) { uint r = e / 8; uint c = e % 8; staging[s][r][c] *= 2; }
        simdgroup_load(tile, &staging[s][0][0], 8);
        simdgroup_store(tile, H + row * n + col, n);
        for (uint e = lane; e < 64; e += 32) { uint r = e / 8; uint c = e % 8; staging[s][r][c] *= 2; }
        simdgroup_barrier(mem_flags::mem_threadgroup);
      } else {
        for (uint e = lane; e < 64; e += 32) { uint r = e / 8; uint c = e % 8; staging[s][r][c] = row + r < n && col + c < n ? H[(row + r) * n + col + c] : 0; }
        simdgroup_barrier(mem_flags::mem_threadgroup);
        for (uint e = lane; e < 64; e += 32) { uint r = e / 8; uint c = e % 8; if (row + r < n && col + c < n) H[(row + r) * n + col + c] = staging[s][r][c]; }
        simdgroup_barrier(mem_flags::mem_threadgroup);
      }
    }
  }
}`
	for _, n := range []byte{8, 40} {
		l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*40*40)}, 1: {Data: []byte{n, 0, 0, 0}, ReadOnly: true}}}
		agree(t, text, l, fmt.Sprint("tiles ", n))
	}
}

// TestMovesAcrossBarriers has elements that are loaded before a barrier and stored
// behind it, unchanged: each thread stores its own.
func TestMovesAcrossBarriers(t *testing.T) {
	for _, typ := range []string{"uchar", "half", "uint", "float4"} {
		text := strings.ReplaceAll(`#include <metal_stdlib>
using namespace metal;
kernel void k(const device T *x [[buffer(0)]], device T *y [[buffer(1)]], uint t [[thread_position_in_threadgroup]]) {
  threadgroup T shared[256];
  T v = x[t];
  for (uint i = 0; i < 3; i++) {
    shared[255 - t] = v;
    threadgroup_barrier(mem_flags::mem_threadgroup);
    v = shared[t];
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  y[t] = v;
}`, "T", typ)
		x := make([]byte, 256*16)
		for i := range x {
			x[i] = byte(i/16 + i%3)
		}
		l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, len(x))}}}
		agree(t, text, l, typ)
	}
}

// TestPairsApart has words that lie in pairs, of which one is stored before a barrier and
// the other one behind it, or not by all threads.
func TestPairsApart(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void k(const device uint *x [[buffer(0)]], device uint *y [[buffer(1)]], uint t [[thread_position_in_threadgroup]]) {
  %s
}`
	x := make([]byte, 512*4)
	for i := range x {
		x[i] = byte(i/4 + i%3)
	}
	for _, body := range []string{
		`threadgroup uint shared[256];
  y[2 * t] = x[t] * 3;
  shared[t] = x[2 * t];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[2 * t + 1] = x[2 * t + 1] + shared[t ^ 1];`,
		"y[2 * t] = x[t] * 3; if (t < 100) y[2 * t + 1] = x[2 * t] + x[t];",
		"if (t < 100) y[2 * t] = x[t]; else y[2 * t + 1] = x[2 * t];",
		"y[2 * t + 1] = x[t] * 3; for (uint i = 0; i < x[1] / 16777216; i++) y[2 * t] += x[2 * t] + i;",
	} {
		l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, len(x))}}}
		agree(t, fmt.Sprintf(text, body), l, "pairs")
	}
}
