package msl_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// TestBadLaunch launches what cannot be: every executor says the same of it, and
// changes nothing.
func TestBadLaunch(t *testing.T) {
	const text = `#include <metal_stdlib>
struct Arguments { device uint *to; };
[[max_total_threads_per_threadgroup(64)]]
kernel void k(device uint *x [[buffer(0)]], const device Arguments &a [[buffer(1)]], uint at [[thread_position_in_grid]]) { x[at] = a.to[at]; }`
	p := msl.Compile("f.metal", text, msl.Options{Version: 400}).Program
	require.NotNil(t, p)
	for _, c := range []struct {
		change func(l *exec.Launch)
		err    string
	}{
		{func(*exec.Launch) {}, ""},
		{func(l *exec.Launch) { l.Grid = exec.Dim{} }, ""},
		{func(l *exec.Launch) { l.Entry = nil }, "no kernel to launch"},
		{func(l *exec.Launch) { delete(l.Buffers, 0) }, "kernel k: nothing is bound to [[buffer(0)]] x"},
		{func(l *exec.Launch) { delete(l.Buffers, 2) }, "nothing is bound to buffer 2, which a pointer needs"},
		{func(l *exec.Launch) { l.Pointers[0].In = 7 }, "nothing is bound to buffer 7, which a pointer needs"},
		{func(l *exec.Launch) { l.Pointers[0].Offset = 4 }, "a pointer at offset 4 does not lie in buffer 1, which has 8 bytes"},
		{func(l *exec.Launch) { l.Pointers[0].Offset = -8 }, "a pointer at offset -8 does not lie in buffer 1, which has 8 bytes"},
		{func(l *exec.Launch) { l.Threadgroup[1] = 0 }, "threadgroup [4 0 1]: every dimension must be between 1 and 1024"},
		{func(l *exec.Launch) { l.Threadgroup[2] = 1025 }, "threadgroup [4 1 1025]: every dimension must be between 1 and 1024"},
		{func(l *exec.Launch) { l.Threadgroup[1] = 32 }, "threadgroup [4 32 1] has 128 threads, kernel k allows 64"},
		{func(l *exec.Launch) { l.Grid = exec.Dim{1 << 30, 1 << 30, 1 << 30} }, "grid [1073741824 1073741824 1073741824] has too many threadgroups"},
	} {
		for _, x := range []exec.Executor{interp.Executor{}, wasm.Executor{}} {
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{4, 1, 1}, Threadgroup: exec.Dim{4, 1, 1}, Pointers: []exec.Pointer{{In: 1, Offset: 0, To: 2}},
				Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 16)}, 1: {Data: make([]byte, 8), ReadOnly: true}, 2: {Data: make([]byte, 16)}}}
			in := l.Buffers[1].Data
			c.change(&l)
			r, err := x.Run(context.Background(), p, l)
			require.Equal(t, make([]byte, 8), in)
			if c.err != "" {
				require.EqualError(t, err, c.err, x.Name())
				continue
			}
			require.NoError(t, err)
			require.Empty(t, r.Findings)
			require.Equal(t, x.Name(), r.Executor, r.Fallback)
		}
	}
}
