package msl_test

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"

	"github.com/stretchr/testify/require"
)

// TestLongVectors computes with vectors of more than four components, which threads load and
// store beside each other, in another order, where only data tells, and from memory that
// they share: both executors must agree on every bit.
func TestLongVectors(t *testing.T) {
	const threads, group = 110, 55
	for _, typ := range strings.Fields("bool char uchar short ushort int uint long ulong half bfloat float") {
		for _, n := range []int{5, 8, 16, 27, 32} {
			text := strings.NewReplacer("T", typ, "N", fmt.Sprint(n), "GROUP", fmt.Sprint(group)).Replace(`#include <metal_stdlib>
using namespace metal;
typedef vec<T, N> V;
kernel void k(device const V *x [[buffer(0)]], device V *y [[buffer(1)]], device V *z [[buffer(2)]], device vec<uchar, N> *b [[buffer(3)]],
              uint i [[thread_position_in_grid]], uint l [[thread_index_in_threadgroup]]) {
  threadgroup V shared[GROUP];
  V a = x[i], c = x[109 - i], d = x[b[i][2] % 110];
  vec<bool, N> less = vec<float, N>(a) < vec<float, N>(c);
  shared[l] = less ? a : d;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  V e = shared[GROUP - 1 - l];
  for (uint k = 0; k < b[i][3] % 3; k++) e[k + i % 3] = c[k];
  if (i % 5 != 2) y[109 - i] = V(a == e);
  y[109 - i].lo = a.even.lo.x;
  b[i] = vec<uchar, N>(less);
  e.even = d.lo; e[i % N] = a.w;
  z[i] = e;
}
`)
			size := map[byte]int{'b': 1, 'c': 1, 'u': 1}[typ[0]]
			switch strings.TrimPrefix(typ, "u") {
			case "short", "half", "bfloat":
				size = 2
			case "int", "float":
				size = 4
			case "long":
				size = 8
			}
			room := func(size int) []byte {
				data := make([]byte, threads*size<<bits.Len(uint(n-1)))
				for i := range data {
					data[i] = byte(i*i>>2) & 0x3f // no NaN
					if typ == "bool" {
						data[i] &= 1
					}
				}
				return data
			}
			l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{group, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: room(size), ReadOnly: true}, 1: {Data: room(size)}, 2: {Data: room(size)}, 3: {Data: room(1)}}}
			none := map[exec.FindingKind]bool{}
			require.Equal(t, [2]map[exec.FindingKind]bool{none, none}, compare(t, text, l, fmt.Sprintf("vec<%s, %d>", typ, n)))
		}
	}
}
