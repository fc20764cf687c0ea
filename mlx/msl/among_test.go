package msl_test

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestStoresAmongLoads has four elements beside each other that are stored, and four that are
// loaded, in all orders of both and as far from each other as they may meet: what could be
// stored or loaded at once must not be where that would be another order.
func TestStoresAmongLoads(t *testing.T) {
	const threads = 40
	for order := range uint(1 << 8) { // of eight, those that are loads
		if bits.OnesCount(order) != 4 {
			continue
		}
		var b strings.Builder
		b.WriteString(`#include <metal_stdlib>
using namespace metal;
kernel void k(device T *x [[buffer(0)]], const device T *z [[buffer(1)]], device T *y [[buffer(2)]], uint i [[thread_position_in_grid]]) {
`)
		for far := range 7 {
			fmt.Fprintf(&b, "  { device T *w = x + 112 * i + %d; const device T *v = z + 28 * i + %[2]d; device T *o = y + 28 * i + %[2]d;\n", 16*far+4, 4*far)
			fmt.Fprintf(&b, "    T a0 = v[0] + 1, a1 = v[1] + 1, a2 = v[2] + 1, a3 = v[3] + 1;\n   ")
			done := [2]int{}
			for at := range 8 {
				load := order >> at & 1
				j := done[load]
				done[load]++
				if load == 1 {
					fmt.Fprintf(&b, " T b%d = w[%d];", j, j+far-3)
				} else {
					fmt.Fprintf(&b, " w[%d] = a%[1]d;", j)
				}
			}
			b.WriteString("\n    o[0] = b0 * 3; o[1] = b1 * 3; o[2] = b2 * 3; o[3] = b3 * 3; }\n")
		}
		kind := int(order) % 3
		text := strings.ReplaceAll(b.String()+"}\n", "T", []string{"uint", "ushort", "uchar"}[kind])
		size := 4 >> kind
		x, z := make([]byte, 112*threads*size), make([]byte, 28*threads*size)
		for i := range x {
			x[i] = byte(i * i >> 3)
		}
		for i := range z {
			z[i] = byte(i*i>>2 + 5)
		}
		l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x}, 1: {Data: z, ReadOnly: true}, 2: {Data: make([]byte, 28*threads*size)}}}
		none := map[exec.FindingKind]bool{}
		require.Equal(t, [2]map[exec.FindingKind]bool{none, none}, compare(t, text, l, fmt.Sprintf("order %08b", order)))
	}
}
