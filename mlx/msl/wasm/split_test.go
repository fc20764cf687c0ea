package wasm

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
	"github.com/zmlx/zmlx/profile/trace"
)

// withMemory runs f as if one memory held so many bytes of arrays, all of which
// lie beyond the heap's window.
func withMemory(bytes int, f func()) {
	usual := maxCopied
	maxCopied = bytes
	defer func() { maxCopied = usual }()
	withWindow(1, f)
}

// big is a kernel whose launch does not fit in a memory of 64 KiB.
type big struct {
	name, args, body string
	grid, group      exec.Dim
	sizes            []int  // of the buffers a, b, c, ...
	same             []int  // which buffer's memory a buffer begins in; -1 for its own
	loop             bool   // if its parts are iterations of a loop
	why              string // if interp has to run it
	finding          bool
	undefined        int // number of the buffer that nothing was stored to, from 1
}

const (
	rows = "const constant uint* n [[buffer(9)]], uint3 p [[thread_position_in_grid]], uint3 q [[thread_position_in_threadgroup]], uint3 g [[threadgroup_position_in_grid]], uint3 s [[threads_per_threadgroup]], uint3 all [[threads_per_grid]], uint3 count [[threadgroups_per_grid]]"
	w, h = 128, 160 // what n holds
)

var bigs = []big{
	{name: "elementwise", args: "device const float* a, device const float* b, device float* c", body: "c[p.x] = a[p.x] * 2 + b[p.x];",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * w * h, 4 * w * h}},
	{name: "in holes", args: "device const float* a, device float* b", body: "if (p.x % 3 == 1) b[p.x] = a[p.x];",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{100, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, undefined: 2},
	{name: "from the end", args: "device const float* a, device float* b", body: "if (p.x % 3 == 1) b[n[0] * n[1] - 1 - p.x] = a[p.x];",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{100, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, undefined: 2},
	{name: "guarded", args: "device const float* a, device float* b", body: "if (p.x < n[0] * n[1]) b[p.x] = a[p.x] + 1;",
		grid: exec.Dim{w*h + 4096, 1, 1}, group: exec.Dim{100, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}},
	{name: "in place", args: "device float* a, device float* b", body: "a[p.x] = b[p.x] + a[p.x];",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, same: []int{-1, 0}},
	{name: "rows", args: "device const half* a, device float* b, threadgroup float* t [[threadgroup(0)]]",
		body: `float x = 0;
			for (uint i = q.x; i < n[0] * 4; i += s.x) x += a[ulong(g.x) * n[0] * 4 + i];
			t[q.x] = x;
			threadgroup_barrier(mem_flags::mem_threadgroup);
			for (uint k = 16; k > 0; k /= 2) { if (q.x < k) t[q.x] += t[q.x + k]; threadgroup_barrier(mem_flags::mem_threadgroup); }
			if (q.x == 0) b[g.x] = t[0];`,
		grid: exec.Dim{32 * h, 1, 1}, group: exec.Dim{32, 1, 1}, sizes: []int{8 * w * h, 4 * h}},
	{name: "transposition", args: "device const ushort* a, device ushort* b", body: "b[p.x * n[1] + p.y] = a[p.y * n[0] + p.x];",
		grid: exec.Dim{w, h, 1}, group: exec.Dim{8, 4, 1}, sizes: []int{2 * w * h, 2 * w * h}},
	{name: "product", args: "device const float* a, device const float* b, device float* c",
		body: "float x = 0; for (uint k = 0; k < n[0]; k++) x = fma(a[p.y * n[0] + k], b[k * 32 + p.x], x); c[p.y * 32 + p.x] = x;",
		grid: exec.Dim{32, 4 * h, 1}, group: exec.Dim{16, 4, 1}, sizes: []int{16 * w * h, 4 * w * 32, 16 * h * 32}},
	{name: "columns", args: "device const float* a, device const float* b, device float* c", // of c, by rows of b
		body: "float x = 0; for (uint k = 0; k < n[0]; k++) x += a[p.y * n[0] + k] * b[p.x * n[0] + k]; c[p.y * 640 + p.x] = x;",
		grid: exec.Dim{640, 3, 1}, group: exec.Dim{32, 1, 1}, sizes: []int{4 * w * 3, 4 * w * 640, 4 * 640 * 3}},
	{name: "matrices", args: "device const float* a, device const float* b, device float* c",
		body: `simdgroup_float8x8 x, y, z = make_filled_simdgroup_matrix<float, 8, 8>(0);
			for (uint k = 0; k < n[0]; k += 8) { simdgroup_load(x, a + g.y * 8 * n[0] + k, n[0]); simdgroup_load(y, b + k * 16 + g.x * 8, 16); simdgroup_multiply_accumulate(z, x, y, z); }
			simdgroup_store(z, c + g.y * 8 * 16 + g.x * 8, 16);`,
		grid: exec.Dim{64, 2 * h / 8, 1}, group: exec.Dim{32, 1, 1}, sizes: []int{8 * w * h, 4 * w * 16, 8 * h * 16}},
	{name: "shifted", args: "device const uint* a, device uint* b", body: "b[p.x] = a[p.x] + 1;", // one over the other
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{w, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, same: []int{-1, 0}},
	{name: "counted", args: "device const uint* a, device atomic_uint* b", body: "atomic_fetch_add_explicit(b + (a[p.x] & 63), 1u, memory_order_relaxed);",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 256}},
	{name: "loaded indices", args: "device const uint* a, device const uint* b, device uint* c", body: "c[p.x] = b[a[p.x] % 1000];",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4000, 4 * w * h}},
	{name: "scattered", args: "device const uint* a, device uint* b", body: "b[a[p.x] % (n[0] * n[1])] = 1;",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, why: "one threadgroup may touch 0 MiB of b"},
	{name: "beyond", args: "device const float* a, device float* b", body: "b[p.x + (p.x == 9000 ? 1u << 20 : 0)] = a[p.x];",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, finding: true},
	{name: "compared pointers", args: "device const float* a, device float* b", body: "for (device const float* x = a + p.x; x < a + n[0]; x += 100) b[p.x] = *x;",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, why: "compares"},
	{name: "distances", args: "device const float* a, device float* b", body: "device const float* x = a + p.x + 5; b[p.x] = (x - a) / 3;",
		grid: exec.Dim{w * h, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}},
	{name: "grid stride", args: "device const float* a, device float* b", body: "for (uint i = p.x; i < n[0] * n[1]; i += all.x) if (i % 5 > 0) b[i] = a[i] * 2;",
		grid: exec.Dim{512, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * w * h}, loop: true, undefined: 2},
	{name: "strided sums", args: "device const float* a, device float* b, threadgroup float* t [[threadgroup(0)]]",
		body: `if (g.x == 3) return;
			float x = 0;
			b[7] = 1; // also b[g.x], later
			if (n[0] > q.x) for (ulong i = p.x; i < n[0] * n[1]; i += all.x) { if (a[i] < 0) continue; x += a[i]; if (a[i] > 1e30) break; }
			t[q.x] = x;
			threadgroup_barrier(mem_flags::mem_threadgroup);
			for (uint k = 16; k > 0; k /= 2) { if (q.x < k) t[q.x] += t[q.x + k]; threadgroup_barrier(mem_flags::mem_threadgroup); }
			if (q.x == 0) b[g.x] = t[0];`,
		grid: exec.Dim{256, 1, 1}, group: exec.Dim{32, 1, 1}, sizes: []int{4 * w * h, 4 * 8}, loop: true},
	{name: "strided groups", args: "device const float* a, device float* b", // strides of whole threadgroups
		body: "int at = -1; float best = -1; for (int i = g.x * s.x + q.x; i < int(n[0] * n[1]); i += s.x * count.x) if (a[i] > best) { best = a[i]; at = i; } b[p.x] = at;",
		grid: exec.Dim{256, 1, 1}, group: exec.Dim{32, 1, 1}, sizes: []int{4 * w * h, 4 * 256}, loop: true},
	{name: "advanced pointers", args: "device const float* a, device const float* b, device float* c",
		body: `device const float* x = a + p.y; device const float* y = b + p.x; float sum = 0;
			for (uint k = 0; k < n[0] * 4; k++) { sum = fma(*x, *y, sum); x += n[1]; y += 8; }
			c[p.y * 8 + p.x] = sum;`,
		grid: exec.Dim{8, h, 1}, group: exec.Dim{8, 4, 1}, sizes: []int{16 * w * h, 16 * w * 8, 4 * h * 8}, loop: true},
	{name: "strided tiles", args: "device const float* a, device const float* b, device float* c", // long rows, in steps of 8
		body: `simdgroup_float8x8 x, y, z = make_filled_simdgroup_matrix<float, 8, 8>(0);
			for (uint k = 0; k < 10 * n[0]; k += 8) { simdgroup_load(x, a + k, 10 * n[0]); simdgroup_load(y, b + k * 16 + g.x * 8, 16); simdgroup_multiply_accumulate(z, x, y, z); }
			simdgroup_store(z, c + g.x * 8, 16);`,
		grid: exec.Dim{64, 1, 1}, group: exec.Dim{32, 1, 1}, sizes: []int{80 * w * 4, 10 * w * 16 * 4, 8 * 16 * 4}, loop: true},
	{name: "loop without a known end", args: "device const float* a, device float* b", body: "uint i = p.x; while (a[i] >= 0) i += all.x; b[p.x] = i;",
		grid: exec.Dim{512, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w * h, 4 * 512}, why: "one threadgroup may touch"},
}

func (k big) launch(t testing.TB) (*ir.Program, func() exec.Launch) {
	text := "#include <metal_stdlib>\nusing namespace metal;\nkernel void f(" + k.args + ", " + rows + ") {\n" + k.body + "\n}"
	res := msl.Compile("f.metal", text, msl.Options{})
	require.NotNil(t, res.Program, "%s: %v", k.name, res.Diagnostics)
	p, err := ir.Optimize(res.Program)
	require.NoError(t, err)
	return p, func() exec.Launch {
		rng := rand.New(rand.NewPCG(1, 2))
		l := exec.Launch{Entry: p.Entries[0], Grid: k.grid, Threadgroup: k.group, Workers: 2, LocalBytes: map[int]int{0: 256}, Buffers: map[int]exec.Buffer{
			9: {Data: []byte{w, 0, 0, 0, h, 0, 0, 0}, ReadOnly: true}}}
		for i, size := range k.sizes {
			data := make([]byte, size)
			for at := range data {
				data[at] = byte(rng.Uint32()) & 0xbf // no NaN
			}
			if k.same != nil && k.same[i] >= 0 {
				data = l.Buffers[k.same[i]].Data[:size]
			}
			arg := strings.Split(k.args, ",")[i]
			b := exec.Buffer{Data: data, ReadOnly: strings.Contains(arg, "const ")}
			if b.Undefined = k.undefined == i+1; b.Undefined {
				copy(data, bytes.Repeat([]byte{0xa5}, size))
			}
			l.Buffers[i] = b
		}
		return l
	}
}

// TestParts runs launches that are too large for one memory in parts, and compares
// with interp. Where it cannot be known what a part touches interp runs them.
func TestParts(t *testing.T) {
	for _, k := range bigs {
		t.Run(k.name, func(t *testing.T) {
			p, launch := k.launch(t)
			want, got := launch(), launch()
			want.Workers, got.Workers = 1, 1 // threadgroups that store to one place do so in order
			slow, err := interp.Executor{}.Run(context.Background(), p, want)
			require.NoError(t, err)
			rec := trace.NewRecorder(time.Now)
			ctx := trace.NewContext(context.Background(), rec.Track("launch"))
			var last, total int64
			got.Progress = func(done, all int64) { require.Greater(t, done, last); last, total = done, all }
			withMemory(64<<10, func() {
				res, err := Executor{}.Run(ctx, p, got)
				require.NoError(t, err)
				if k.why != "" {
					require.Equal(t, "interp", res.Executor)
					require.Contains(t, res.Fallback, k.why)
					return
				}
				require.Equal(t, "wasm", res.Executor, res.Fallback)
				require.Greater(t, res.CopiedParts, 1)
				require.Equal(t, k.finding, len(res.Findings) > 0)
				require.Equal(t, len(slow.Findings) > 0, len(res.Findings) > 0)
				if groups := wholeGrid(k.grid, k.group).groups(); k.loop {
					require.Greater(t, last, groups)
				} else if !k.finding {
					require.Equal(t, groups, last)
				}
				require.Equal(t, last, total)
				require.Contains(t, spans(t, rec.Timeline()), copying+", part 2 of ")
			})
			for i, b := range want.Buffers {
				require.Equal(t, b.Data, got.Buffers[i].Data, "buffer %d", i)
			}
		})
	}
}

// A part that accesses what was not copied for it, as it would if the analysis were
// wrong, harms nothing and reports it.
func TestPartOutsideOfItsRange(t *testing.T) {
	p, launch := bigs[0].launch(t)
	l, usual := launch(), launch()
	v, err := variantOf(p, l, nil)
	require.NoError(t, err)
	s, err := newSplitter(p, l, v)
	require.NoError(t, err)
	a, b := s.grid.halves(0)
	for _, x := range []struct{ copied, run part }{{a, b}, {b, a}} {
		own := s.l
		own.Buffers = s.windows(x.copied)
		m, v, err := Executor{}.module(t.Context(), s.p, own, nil)
		require.NoError(t, err)
		r := &run{ctx: t.Context(), m: m, l: own, v: v, log: &exec.Log{}, grid: s.grid, part: x.run}
		require.NoError(t, r.bindCopies())
		require.NoError(t, r.finish())
		m.leave()
		require.Equal(t, exec.OutOfBounds, r.findings()[0].Kind)
	}
	require.Equal(t, usual.Buffers[2].Data, l.Buffers[2].Data)
}

// Random programs are split as far as their threads allow.
func TestPartsOfRandomPrograms(t *testing.T) {
	parts := 0
	for seed := range uint64(61) {
		if seed == 60 {
			seed = 137 // of which a part touches nothing of a buffer whose stores are tracked
		}
		c := irgen.New(seed, 5+int(seed%40))
		opt, err := ir.Optimize(c.Program)
		require.NoError(t, err)
		c.Launch.Entry = opt.Entries[0]
		v, err := variantOf(opt, c.Launch, nil)
		require.NoError(t, err)
		s, err := newSplitter(opt, c.Launch, v)
		require.NoError(t, err)
		need := s.bytes(s.grid)
		withMemory(need-1, func() {
			if s.split(s.grid, need) != nil {
				return
			}
			parts += len(s.parts)
			diff, _ := differ(c, c.Program)
			require.Empty(t, diff, fmt.Sprint("seed ", seed))
		})
	}
	require.Greater(t, parts, 60)
}
