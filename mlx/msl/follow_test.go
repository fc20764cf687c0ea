package msl_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

const followed = `
struct B { half2 h; uchar c[3]; };
struct P : B { float a; int b : 5; uint u : 3; union { float f; uint bits; }; };
constant float table[4] = {1, 2, 3, 4};
inline float sq(float v) {
  float r = v * v;
  return r;
}
kernel void k(device const float4* x, device P* y, device atomic_uint* n, threadgroup float* tmp [[threadgroup(0)]],
    uint i [[thread_position_in_grid]], uint t [[thread_index_in_threadgroup]]) {
  float4 v = x[i];
  v.yz = v.zy;
  float s = 0;
  float acc[2] = {};
  for (int j = 0; j < 2; ++j) { acc[j] = sq(v[j]); s += acc[j]; }
  P p{};
  p.b = -1; p.u = 9 & 7; p.a = s;
  p.c[2] = 'A'; p.f = 1.5;
  auto f = [&](float q) { s = q * table[i & 3]; };
  f(2.0f);
  float3x3 m(1); m[1][2] = 7;
  device const float* q = (device const float*)(x + i) + 2;
  atomic_fetch_add_explicit(n, 1u, memory_order_relaxed);
  tmp[t] = s;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  s += tmp[(t + 1) % 2];
  if (p.b < 0) y[i] = p;
  y[i].a = x[i + 100].w;
  while (s > 3)
    s *= 0.25f;
  q += 100;
  bool odd = i & 1; s /= 0;
}
`

func TestFollow(t *testing.T) {
	res := msl.Compile("k.metal", followed, msl.Options{Preamble: true})
	require.NotNil(t, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
	x := make([]byte, 8*16)
	for i := range 32 {
		binary.LittleEndian.PutUint32(x[4*i:], math.Float32bits(float32(i)))
	}
	launch := exec.Launch{Entry: res.Program.Entries[0], Grid: exec.Dim{6, 1, 1}, Threadgroup: exec.Dim{4, 1, 1}, LocalBytes: map[int]int{0: 16},
		Buffers: map[int]exec.Buffer{0: {Data: x}, 1: {Data: make([]byte, 8*20)}, 2: {Data: make([]byte, 4)}}}
	launch.Follow = &exec.Dim{5, 0, 0}
	launch.WriterOf = &exec.Span{Buffer: "y", From: 64, To: 68}
	r, err := interp.Executor{}.Run(context.Background(), res.Program, launch)
	require.NoError(t, err)
	require.Equal(t, &exec.Dim{3, 0, 0}, r.Writer, "y[3] is at 60")
	require.Equal(t, `
1:9 | i = 5 | t = 1
1:11 | x[5] is {20, 21, 22, 23} | v = {20, 21, 22, 23}
1:12 | v.y = 22 | v.z = 21
1:13 | s = 0
1:14 | acc[0:2] = {0, 0}
1:15 | j = 0
2:5 | v = 20
2:6 | r = 400
2:7 | sq() = 400
1:15 | acc[0] = 400 | s = 400 | j = 1
2:5 | v = 22
2:6 | r = 484
2:7 | sq() = 484
1:15 | acc[1] = 484 | s = 884 | j = 2
1:16 | p.h = {0, 0} | p.c[0:3] = {0, 0, 0} | p.a = 0 | p.b = 0 | p.u = 0 | p.f = 0 | p.bits = 0
1:17 | p.b = -1 | p.u = 1 | p.a = 884
1:18 | p.c[2] = 65 | p.f = 1.5 | p.bits = 1069547520
1:19
1:20 | q = 2
1:19 | table[1] is 2 | s = 4
1:21 | m[0] = {1, 0, 0} | m[1] = {0, 1, 0} | m[2] = {0, 0, 1} | m[1].z = 7
1:22 | q = &x[5].z
1:23 | n[0] is 5 | n[0] = 6
1:24 | tmp[1] = 4
1:25
1:26 | tmp[0] is 2 | s = 6
1:27 | y[5].h = {0, 0} | y[5].c[0:3] = {0, 0, 65} | y[5].a = 884 | y[5].b = -1 | y[5].u = 1 | y[5].f = 1.5 | y[5].bits = 1069547520
1:28 | x[105].w is out of bounds | y[5].a = 0
1:29
1:30 | s = 1.5
1:29
1:31 | q = &x[30].z, beyond its end
1:32 | odd = true | s = inf
1:33
`, pathText(res, r))

	launch.Follow = &exec.Dim{6, 0, 0}
	_, err = interp.Executor{}.Run(context.Background(), res.Program, launch)
	require.ErrorContains(t, err, "the grid of 6×1×1 has no thread (6, 0, 0)")
}

func pathText(res msl.Result, r exec.Result) string {
	b := strings.Builder{}
	b.WriteString("\n")
	for _, s := range r.Path {
		fmt.Fprintf(&b, "%d:%d", s.Depth, res.Sources.Resolve(s.Pos).Line)
		for _, v := range s.Values {
			fmt.Fprintf(&b, " | %s %s %s", v.Name, map[bool]string{true: "=", false: "is"}[v.Store], v.Value)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestFollowShared follows a thread among others that store to the same places: it is
// told what it stored itself, and then finds what the last one left.
func TestFollowShared(t *testing.T) {
	res := msl.Compile("k.metal", `
struct P { float a; int b; };
kernel void k(device atomic_uint* n, device float* z, device P* p, device float* m, uint i [[thread_position_in_grid]]) {
  uint old = atomic_fetch_add_explicit(n, i, memory_order_relaxed);
  z[0] = i;
  z[1] = z[0];
  P q{float(i), 1};
  *p = q;
  q = *p;
  uint want = 28;
  atomic_compare_exchange_weak_explicit(n, &want, 100 + i, memory_order_relaxed, memory_order_relaxed);
  atomic_store_explicit(n + 1, i, memory_order_relaxed);
  old = atomic_load_explicit(n + 1, memory_order_relaxed);
  atomic_fetch_max_explicit(n + 1, 3u, memory_order_relaxed);
  auto c = make_filled_simdgroup_matrix<float, 8, 8>(float(i));
  simdgroup_store(c, m, 8);
}
`, msl.Options{Preamble: true})
	require.NotNil(t, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
	path := func(thread uint32) string {
		launch := exec.Launch{Entry: res.Program.Entries[0], Grid: exec.Dim{8, 1, 1}, Threadgroup: exec.Dim{8, 1, 1}, Follow: &exec.Dim{thread, 0, 0}, Buffers: map[int]exec.Buffer{}}
		for i, n := range []int{8, 8, 8, 256} {
			launch.Buffers[i] = exec.Buffer{Data: make([]byte, n)}
		}
		r, err := interp.Executor{}.Run(context.Background(), res.Program, launch)
		require.NoError(t, err)
		return pathText(res, r)
	}
	require.Equal(t, `
1:3 | i = 3
1:4 | n[0] is 3 | n[0] = 6 | old = 3
1:5 | z[0] = 3
1:6 | z[0] is 7 | z[1] = 7
1:7 | q.a = 3 | q.b = 1
1:8 | p[0].a = 3 | p[0].b = 1
1:9 | p[0].a is 7 | p[0].b is 1 | q.a = 7 | q.b = 1
1:10 | want = 28
1:11 | n[0] is 100 | want = 100
1:12 | n[1] = 3
1:13 | n[1] is 7 | old = 7
1:14 | n[1] is 7 | n[1] = 7
1:15 | c = {3, 3}
1:16 | m[10] = 3 | m[11] = 3
1:17
`, path(3))
	require.Contains(t, path(0), "1:11 | n[0] is 28 | n[0] = 100 | want = 28\n")
}

// TestFollowLibrary: what the library does counts to the line that calls it, but for
// its own variables; of a long array the first elements are told.
func TestFollowLibrary(t *testing.T) {
	res := msl.Compile("k.metal", `
kernel void k(device complex64_t* y) {
  y[0] = y[1] * y[1];
  float a[40] = {};
  y[1] = complex64_t(a[39], 1);
}
`, msl.Options{Preamble: true})
	require.NotNil(t, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
	r, err := interp.Executor{}.Run(context.Background(), res.Program, exec.Launch{Entry: res.Program.Entries[0], Grid: exec.Dim{1, 1, 1},
		Threadgroup: exec.Dim{1, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 16)}}, Follow: &exec.Dim{}})
	require.NoError(t, err)
	require.Equal(t, `
1:2
1:3 | y[1].real is 0 | y[1].imag is 0 | y[1].real is 0 | y[1].imag is 0 | y[0].real = 0 | y[0].imag = 0
1:4 | a[0:40] = {`+strings.Repeat("0, ", exec.MaxStepValues)+`…}
1:5 | y[1].real = 0 | y[1].imag = 1
1:6
`, pathText(res, r))
}

// TestFollowEndless follows a thread for longer than anybody reads.
func TestFollowEndless(t *testing.T) {
	res := msl.Compile("k.metal", "kernel void k(device float* y) {\n  for (int i = 0; i < 100000; ++i)\n    y[0] += 1;\n}\n", msl.Options{Preamble: true})
	require.NotNil(t, res.Program)
	r, err := interp.Executor{}.Run(context.Background(), res.Program, exec.Launch{Entry: res.Program.Entries[0], Grid: exec.Dim{1, 1, 1},
		Threadgroup: exec.Dim{1, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4)}}, Follow: &exec.Dim{}})
	require.NoError(t, err)
	require.Len(t, r.Path, exec.MaxSteps)
}

// TestFollowPointers follows a thread through memory that only an address in a buffer
// leads to, of which the accesses alone say what lies there.
func TestFollowPointers(t *testing.T) {
	res := msl.Compile("k.metal", `
struct Args { device float* data; uint n; };
kernel void k(constant Args& args, uint i [[thread_position_in_grid]]) {
  args.data[i] *= 2;
}
`, msl.Options{Preamble: true})
	require.NotNil(t, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
	x := make([]byte, 4*4)
	binary.LittleEndian.PutUint32(x[4*2:], math.Float32bits(1.5))
	r, err := interp.Executor{}.Run(context.Background(), res.Program, exec.Launch{Entry: res.Program.Entries[0], Grid: exec.Dim{4, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 16)}, 1: {Data: x, Name: "data"}}, Pointers: []exec.Pointer{{In: 0, Offset: 0, To: 1}}, Follow: &exec.Dim{2, 0, 0}})
	require.NoError(t, err)
	require.Equal(t, "\n1:3 | i = 2\n1:4 | args.data is &data | data[2] is 1.5 | data[2] = 3\n1:5\n", pathText(res, r))
}
