package wasm

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Grids are cut into rows where threads cannot tell and adjacent ones access what
// is adjacent, and give what interp gives in tiles.
func TestTilesBecomeRows(t *testing.T) {
	grid, wide, tile := exec.Dim{150, 9, 2}, exec.Dim{256, 1, 1}, exec.Dim{16, 4, 1}
	const padded = `int x = (int)p.x - 3, y = (int)p.y - 2;
		float v = 0.0f;
		if (x >= 0 && x < 144 && y >= 0 && y < 5) v = a[(p.z * 5 + y) * 144 + x];
		b[i] = v;`
	tests := []struct {
		name, body, more string
		grid, tile, want exec.Dim
	}{
		{name: "padded", body: padded, want: wide},
		{name: "cubes", body: padded, tile: exec.Dim{8, 4, 2}, want: wide},
		{name: "size", body: "b[i] = a[i] + all.x;", more: ", uint3 all [[threads_per_grid]]", want: wide},
		{name: "constant of a row", body: "b[i] = a[p.y] * a[i];", want: wide},
		{name: "every other", body: "if (i < 1000) b[i] = a[i * 2 + 1];", want: wide},
		{name: "longer", body: "b[p.y * 1100 + p.x] = a[p.x];", grid: exec.Dim{1100, 2, 1}, want: exec.Dim{512, 1, 1}},
		{name: "returns", body: "if (p.x == 0 || p.y == 8) return; b[i] = a[i] * 2;", want: wide},
		{name: "from the end", body: "b[i] = a[(p.z * 9 + p.y) * 150 + 149 - p.x];", want: wide},
		{name: "around", body: "b[i] = a[(p.z * 9 + p.y) * 150 + (p.x == 0 ? 149 : p.x - 1)];", want: wide},
		{name: "reflected", body: "int x = abs((int)p.x - 9); b[i] = a[x >= 120 ? 238 - x : x];", want: wide},
		{name: "enlarged", body: "uint x = min(uint(fmax(p.x * 0.6f - 0.5f, 0.0f)), 80u); b[i] = a[p.x / 3] + a[x] + a[x + 1];", want: wide},
		{name: "around a row of its own", body: "b[i] = a[(p.x + 100) % 150];", want: wide},
		{name: "enlarged column", body: "b[i] = a[uint(p.x * 0.25f) * 70];"},
		{name: "strided as data says", body: "b[i] = a[p.x * uint(a[0] * 9) + p.y];"},
		{name: "where data says", body: "b[i] = a[uint(a[i] * 1000)];"},
		{name: "rows already", body: "b[i] = a[i];", tile: exec.Dim{64, 1, 1}},
		{name: "short", body: "b[p.y * 60 + p.x] = a[i];", grid: exec.Dim{60, 9, 1}},
		{name: "hardly longer", body: "b[i] = a[i];", tile: exec.Dim{128, 2, 1}},
		{name: "column", body: "b[p.x * 9 + p.y] = a[p.x * 9 + p.y];"},
		{name: "anywhere", body: "b[i] = a[(i * i) % 2000];"},
		{name: "one place", body: "b[p.y * 150] = p.y;"},
		{name: "loop", body: "float s = 0.0f; for (uint k = 0; k < p.y; k++) s += a[p.x + k]; b[i] = s;"},
		{name: "place in the tile", body: "b[i] = a[i] + q.y;", more: ", uint3 q [[thread_position_in_threadgroup]]"},
		{name: "neighbours", body: "b[i] = simd_sum(a[i]);"},
		{name: "shared memory", body: "threadgroup float s[64]; s[q] = a[i]; threadgroup_barrier(mem_flags::mem_threadgroup); b[i] = s[63 - q];", more: ", uint q [[thread_index_in_threadgroup]]", grid: exec.Dim{144, 8, 2}},
		{name: "array of its own", body: "float s[4] = {1, 2, 3, 4}; s[p.y & 3] = a[i]; b[i] = s[(p.y + p.x) & 3];"},
		{name: "atomics", body: "atomic_fetch_add_explicit((device atomic_int *)b + p.x, 1, memory_order_relaxed);"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			res := msl.Compile("f.metal", "#include <metal_stdlib>\nusing namespace metal;\nkernel void f(device const float *a, device float *b, uint3 p [[thread_position_in_grid]]"+
				test.more+") {\nuint i = (p.z * 9 + p.y) * 150 + p.x;\n"+test.body+"\n}", msl.Options{})
			require.NotNil(t, res.Program, res.Diagnostics)
			p, err := ir.Optimize(res.Program)
			require.NoError(t, err)
			if test.grid == (exec.Dim{}) {
				test.grid = grid
			}
			if test.tile == (exec.Dim{}) {
				test.tile = tile
			}
			if test.want == (exec.Dim{}) {
				test.want = test.tile
			}
			run := func(e exec.Executor) []uint32 {
				rng, a, b := rand.New(rand.NewPCG(1, 2)), make([]uint32, 3000), make([]uint32, 3000)
				for k := range a {
					a[k] = math.Float32bits(rng.Float32())
				}
				bytes := func(x []uint32) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x)) }
				l := exec.Launch{Entry: p.Entries[0], Grid: test.grid, Threadgroup: test.tile, Workers: 1,
					Buffers: map[int]exec.Buffer{0: {Data: bytes(a), ReadOnly: true}, 1: {Data: bytes(b)}}}
				_, ready, _, err := ready(context.Background(), p, l)
				require.NoError(t, err)
				require.Equal(t, test.want, ready.Threadgroup)
				var done, total int64
				l.Progress = func(d, t int64) { done, total = max(done, d), t }
				got, err := e.Run(context.Background(), p, l)
				require.NoError(t, err)
				require.Empty(t, got.Findings)
				require.Equal(t, e.Name(), got.Executor)
				require.Equal(t, wholeGrid(test.grid, test.tile).groups(), total)
				require.Equal(t, total, done)
				return b
			}
			require.Equal(t, run(interp.Executor{}), run(Executor{}))
		})
	}
}
