package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

func float32s(of ...float32) (b []byte) {
	for _, v := range of {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// What a threadgroup shares is computed ahead of its chunks, where that reads nothing that
// changes; and comes to what interp makes of it, with an access that is outside found only where
// a thread comes to it.
func TestAhead(t *testing.T) {
	for _, c := range []struct {
		body  string
		ahead bool // the root is taken in no loop but that over the threadgroups
	}{
		{"y[i] = x[i] * sqrt(float(t + 1));", true},
		{"y[i] = x[i] * sqrt(float(t / 3 % 5));", true},
		{"y[i] = x[i] * sqrt(s[t & 1]);", true},
		{"y[i] = x[i] * sqrt(s[t]);", true}, // outside from the third threadgroup on
		{"if (i < 150) y[i] = x[i] * sqrt(float(t + 1));", true},
		{"if (i < 150) y[i] = x[i] * sqrt(s[t & 1]);", true},
		{"if (t < 2) y[i] = x[i] * sqrt(s[t]);", false},
		{"if (i >= 128) return; y[i] = x[i] * sqrt(s[t]);", false},
		{"if (x[i] < 40) return; y[i] = x[i] * sqrt(s[t + 1]);", false},
		{"if (i < 150) y[i] = x[i] * sqrt(y[t]);", false},
		{"if (i < n - 2) y[i] = x[i] * sqrt(*(constant float *)((constant char *)s + 1));", false}, // where no thread comes to it
		{"m[j] = x[i]; threadgroup_barrier(mem_flags::mem_threadgroup); y[i] = m[j ^ 1] * sqrt(float(t + 1));", true},
		{"float v = x[i]; for (uint k = 0; k < n; ++k) { m[j] = v; threadgroup_barrier(mem_flags::mem_threadgroup); v += m[j ^ 1] * sqrt(float(t + k)); threadgroup_barrier(mem_flags::mem_threadgroup); } y[i] = v;", false},
	} {
		source := fmt.Sprintf(`#include <metal_stdlib>
using namespace metal;
kernel void f(device const float *x, constant float *s, device float *y, uint i [[thread_position_in_grid]], uint j [[thread_position_in_threadgroup]], uint t [[threadgroup_position_in_grid]]) {
  threadgroup float m[64];
  uint n = uint(s[0]);
  %s
}
`, c.body)
		res := msl.Compile("f.metal", source, msl.Options{})
		require.NotNil(t, res.Program, "%v\n%s", res.Diagnostics, source)
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		l := exec.Launch{Entry: p.Entries[0], Threadgroup: exec.Dim{64, 1, 1}, Workers: 1, Buffers: map[int]exec.Buffer{1: {Data: float32s(2, 3), ReadOnly: true}}}
		run := func(e exec.Executor) (out []byte, outside bool) {
			in := make([]float32, l.Grid[0])
			for i := range in {
				in[i] = float32(i)
			}
			l.Buffers[0] = exec.Buffer{Data: float32s(in...), ReadOnly: true}
			l.Buffers[2] = exec.Buffer{Data: float32s(in...)}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor, "%s\n%s", res.Fallback, source)
			return l.Buffers[2].Data, len(res.Findings) > 0
		}
		for _, threads := range []uint32{256, 250, 64, 30} {
			l.Grid = exec.Dim{threads, 1, 1}
			want, outside := run(interp.Executor{})
			got, told := run(Executor{})
			if !strings.Contains(c.body, "y[t]") { // which threads change meanwhile
				require.Equal(t, want, got, "%d threads\n%s", threads, source)
			}
			require.Equal(t, outside, told, "%d threads\n%s", threads, source)
		}
		l.Grid = exec.Dim{256, 1, 1}
		run(interp.Executor{})
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		ahead := "\n          f32.sqrt\n"
		if strings.Contains(c.body, "barrier") { // within two blocks
			ahead = "\n              f32.sqrt\n"
		}
		require.Equal(t, c.ahead, strings.Contains(text, ahead), source)
		if !strings.Contains(c.body, "s[") {
			continue
		}
		l.Buffers[2] = exec.Buffer{Data: l.Buffers[1].Data} // stores change what is loaded
		text, err = WAT(p, l, nil)
		require.NoError(t, err)
		require.NotContains(t, text, ahead, source)
	}
}

// What is known of the rows behind a condition alone, as that a number in memory is zero, is
// not computed from one row for all.
func TestAheadOfRows(t *testing.T) {
	for _, body := range []string{
		"if (q < 1) { y[i] = x[i] * sqrt(float(s[q] + t.x)); } y[i] += float(q);",
		"if (q < 1) { y[i] = x[i] * sqrt(float(s[q] + t.x)) + float(s[q + 3]); } y[i] += x[i] * float(q);",
		"float v = float(q); if (q < 1) v += x[i] * sqrt(float(s[q] * t.x + 2)); y[i] = v;",
	} {
		source := fmt.Sprintf(`#include <metal_stdlib>
using namespace metal;
kernel void f(device const float *x, constant uint *s, device float *y, uint2 p [[thread_position_in_grid]], uint2 g [[threads_per_grid]], uint2 t [[threadgroup_position_in_grid]]) {
  uint i = p.y * g.x + p.x, q = p.y * 3;
  %s
}
`, body)
		res := msl.Compile("f.metal", source, msl.Options{})
		require.NotNil(t, res.Program, "%v\n%s", res.Diagnostics, source)
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		var outs [2][]byte
		for i, e := range []exec.Executor{interp.Executor{}, Executor{}} {
			in := make([]float32, 64*8)
			for i := range in {
				in[i] = float32(i)
			}
			y := exec.Buffer{Data: make([]byte, 4*len(in))}
			res, err := e.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 8, 1}, Threadgroup: exec.Dim{16, 4, 1}, Workers: 1,
				Buffers: map[int]exec.Buffer{0: {Data: float32s(in...), ReadOnly: true}, 1: {Data: make([]byte, 64), ReadOnly: true}, 2: y}})
			require.NoError(t, err)
			require.Equal(t, e.Name(), res.Executor, res.Fallback)
			require.Empty(t, res.Findings)
			outs[i] = y.Data
		}
		require.Equal(t, outs[0], outs[1], source)
	}
}
