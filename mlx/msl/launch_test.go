package msl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
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
kernel void k(device uint *x [[buffer(0)]], const device Arguments &a [[buffer(1)]], uint at [[thread_position_in_grid]]) { x[at] = a.to[at]; }
kernel void large(device uint *x [[buffer(0)]], uint at [[thread_position_in_grid]]) { uint v[1000000]; v[at] = at; x[at] = v[x[0]]; }`
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
		{func(l *exec.Launch) {
			l.Buffers[3], l.Pointers = l.Buffers[1], append(l.Pointers, exec.Pointer{In: 3, To: 2})
		}, ""},
		{func(l *exec.Launch) {
			l.Buffers[3], l.Pointers = l.Buffers[1], append(l.Pointers, exec.Pointer{In: 3, To: 0})
		},
			"offset 0 of buffer 1 and offset 0 of buffer 3 are the same memory, which cannot hold pointers to both buffer 2 and buffer 0"},
		{func(l *exec.Launch) { l.Pointers = []exec.Pointer{{In: 2, Offset: 8}, {In: 1}, {In: 2, Offset: 4}} },
			"offset 4 of buffer 2 and offset 8 of buffer 2 are the same memory, which cannot hold pointers to both buffer 0 and buffer 0"},
		{func(l *exec.Launch) { l.Threadgroup[1] = 0 }, "threadgroup [4 0 1]: every dimension must be between 1 and 1024"},
		{func(l *exec.Launch) { l.Threadgroup[2] = 1025 }, "threadgroup [4 1 1025]: every dimension must be between 1 and 1024"},
		{func(l *exec.Launch) { l.Threadgroup[1] = 32 }, "threadgroup [4 32 1] has 128 threads, kernel k allows 64"},
		{func(l *exec.Launch) { l.Grid = exec.Dim{1 << 30, 1 << 30, 1 << 30} }, "grid [1073741824 1073741824 1073741824] has too many threadgroups"},
		{func(l *exec.Launch) { l.Entry, l.Threadgroup[0] = p.Entries[1], 128 }, "kernel large has 4000012 bytes of variables for each thread; in threadgroups of 128 threads at most 2097152 are possible"},
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

// TestFarAndMisaligned accesses memory that is farther away than a pointer's number
// can say, or misaligned: directly, and by pointers from memory, which are numbers.
func TestFarAndMisaligned(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
struct Arguments { device uchar *to; device uchar *kept; };
kernel void k(device uchar *x [[buffer(0)]], device uint *y [[buffer(1)]], device Arguments &a [[buffer(2)]], constant ulong &far [[buffer(3)]],
              uint at [[thread_position_in_grid]]) {
  ulong by = 4 * at + far;
  a.kept = a.to + 8;
  device uchar *p = at & 1 ? x : x + 4;
  %s
}`
	run := func(body string, far uint64, want ...exec.FindingKind) {
		l := exec.Launch{Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Workers: 1, Pointers: []exec.Pointer{{In: 2, Offset: 0, To: 4}},
			Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*66)}, 1: {Data: make([]byte, 4*64)}, 2: {Data: make([]byte, 16)},
				3: {Data: binary.LittleEndian.AppendUint64(nil, far), ReadOnly: true}, 4: {Data: bytes.Repeat([]byte{7}, 4*66)}}}
		kinds := map[exec.FindingKind]bool{}
		for _, k := range want {
			kinds[k] = true
		}
		name := fmt.Sprintf("%#x bytes away: %s", far, body)
		require.Equal(t, [2]map[exec.FindingKind]bool{kinds, kinds}, compare(t, fmt.Sprintf(text, body), l, name), name)
	}
	atomics := []string{
		"atomic_fetch_add_explicit((device atomic_uint*)(x + by), 3, memory_order_relaxed);",
		"y[at] = atomic_fetch_add_explicit((device atomic_uint*)(a.to + by), 3, memory_order_relaxed);",
	}
	numbers := []string{
		"y[at] = *(device uint*)(a.to + by);",
		"*(device uint*)(a.to + by) = at;",
		"y[at] = *(device uint*)(a.kept - 8 + by);",
		"a.kept = a.to + by; y[at] = *(device uint*)(a.kept);",
		"y[at] = *(device uint*)((device uchar*)(ulong(a.to) + 4) + by);",
	}
	direct := []string{
		"y[at] = *(device uint*)(x + by);",
		"*(device uint*)(x + by) = at;",
		"y[at] = *(device uint*)(p + by);",
		"x += by; y[at] = *(device uint*)x;",
	}
	for _, body := range slices.Concat(atomics, numbers, direct) {
		run(body, 0)
		for _, bit := range []int{46, 47, 48, 50, 56, 63} {
			run(body, 1<<bit, exec.OutOfBounds)
			run(body, -(1 << bit), exec.OutOfBounds)
		}
	}
	own := []string{
		"uint own[4] = {at, 1, 2, 3}; y[at] = *(thread uint*)((thread uchar*)own + far + (at & 7));",
		"uint own[4] = {at, 1, 2, 3}; *(thread ushort*)((thread uchar*)own + far + 1) = 500; y[at] = own[0] ^ own[1];",
		"ulong own[4] = {at, 1, 2, 3}; *(thread ulong*)((thread uchar*)own + far * 2) = ~at; y[at] = own[0] ^ own[1];",
	}
	for _, body := range slices.Concat(atomics, numbers, direct, own) {
		run(body, 2, exec.Misaligned)
	}
}
