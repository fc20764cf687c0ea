package msl_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// BenchmarkPointers measures loads through pointers that memory holds: one that all
// threads load, one of its own for each, and a list of pointers to follow.
func BenchmarkPointers(b *testing.B) {
	const loads = 1 << 20
	for _, c := range []struct{ name, body string }{
		{"shared", "for (uint i = 0; i < 16; i++) s += a.in[i & 3][(at + i) & 1023];"},
		{"own", "for (uint i = 0; i < 16; i++) s += a.in[(at + i) & 3][(at * i) & 1023];"},
		{"list", "device uint *p = a.in[at & 3]; for (uint i = 0; i < 16; i++) { s += *p; p = *(device uint* device*)(p + 2); }"},
	} {
		text := "#include <metal_stdlib>\nusing namespace metal;\nstruct Args { array<device uint*, 4> in; };\n" +
			"kernel void k(device Args& a [[buffer(0)]], device uint* y [[buffer(1)]], uint at [[thread_position_in_grid]]) { uint s = 0; " + c.body + " y[at] = s; }"
		res := msl.Compile("f.metal", text, msl.Options{Version: 400})
		require.NotNil(b, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
		p, err := ir.Optimize(res.Program)
		require.NoError(b, err)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{loads / 16, 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 32)}, 1: {Data: make([]byte, loads/4)}}}
		for i := range 4 {
			l.Buffers[2+i] = exec.Buffer{Data: make([]byte, 4096)}
			l.Pointers = append(l.Pointers, exec.Pointer{In: 0, Offset: 8 * i, To: 2 + i}, exec.Pointer{In: 2 + i, Offset: 8, To: 2 + (i+1)%4})
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				r, err := wasm.Executor{}.Run(context.Background(), p, l)
				require.NoError(b, err)
				require.Empty(b, r.Fallback)
				require.Empty(b, r.Findings)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/loads, "ns/load")
		})
	}
}
