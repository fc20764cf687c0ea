package msl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// longProducts is a kernel of many products of numbers of 256 bits, written out, as the
// arithmetic of elliptic curves is.
func longProducts() string {
	var b strings.Builder
	b.WriteString(`#include <metal_stdlib>
using namespace metal;
struct big { uint v[8]; };
big times(big a, big b) {
  uint t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, t7 = 0, t8 = 0;
  ulong c;
`)
	for i := range 8 {
		b.WriteString("  c = 0;")
		for k := range 8 {
			fmt.Fprintf(&b, " c += (ulong)t%d + (ulong)a.v[%d] * b.v[%d]; t%d = (uint)c; c >>= 32;", k, k, i, k)
		}
		b.WriteString(" t8 = (uint)c; t0 ^= t8 * 977;\n")
	}
	b.WriteString("  big r;")
	for k := range 8 {
		fmt.Fprintf(&b, " r.v[%d] = t%d;", k, k)
	}
	b.WriteString(`
  return r;
}
big plus(big a, thread const big &b) {
  ulong c = 0;
  for (int i = 0; i < 8; i++) { c += (ulong)a.v[i] + b.v[i]; a.v[i] = (uint)c; c >>= 32; }
  return a;
}
struct point { big x, y, z; };
point add(point p, point q) {
`)
	names := []string{"p.x", "p.y", "p.z", "q.x", "q.y", "q.z"}
	for i := range 24 {
		fmt.Fprintf(&b, "  big m%d = times(%s, plus(%s, %s));\n", i, names[i*5%len(names)], names[len(names)-1-i%5], names[i*7%len(names)])
		names = append(names, fmt.Sprintf("m%d", i))
	}
	b.WriteString(`  if (m23.v[0] & 1) return { m20, times(m21, m3), m22 };
  return { m22, m23, plus(m21, m7) };
}
kernel void k(device const big *x [[buffer(0)]], device big *y [[buffer(1)]], uint at [[thread_position_in_grid]]) {
  point r = { x[at], x[at ^ 1], x[at ^ 2] }, p = r;
  for (int bit = 0; bit < 12; bit++) {
    if (x[at].v[3] >> bit & 1) r = add(r, p); else r.x = times(r.x, r.y);
  }
  p.y = add(p, r).z;
  y[at] = plus(add(p, r).x, p.y);
}
`)
	return b.String()
}

// TestSharedFunctions runs a kernel in which a large function is called so often that
// its calls stay.
func TestSharedFunctions(t *testing.T) {
	res := msl.Compile("k.metal", longProducts(), msl.Options{Version: 320})
	require.NotNil(t, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
	p, err := ir.Optimize(res.Program)
	require.NoError(t, err)
	require.Greater(t, len(p.Funcs), 1, "its calls are inlined")
	data := make([]byte, 64*32)
	for i := range data {
		data[i] = byte(i*i*31 + i>>3)
	}
	launch := func(x exec.Executor) []byte {
		out := make([]byte, len(data))
		r, err := x.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: data, ReadOnly: true}, 1: {Data: out}}})
		require.NoError(t, err)
		require.Equal(t, x.Name(), r.Executor, r.Fallback)
		require.Empty(t, r.Findings)
		return out
	}
	require.Equal(t, launch(interp.Executor{}), launch(wasm.Executor{}))
}
