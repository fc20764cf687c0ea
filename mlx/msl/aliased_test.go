package msl_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// TestStoresOfPixelsThatShareMemory stores the bytes of pixels in two buffers in turn,
// which may be one: the last store of each byte is what stays.
func TestStoresOfPixelsThatShareMemory(t *testing.T) {
	const text = `#include <metal_stdlib>
kernel void f(device const uchar *x [[buffer(0)]], device uchar *y [[buffer(1)]], device uchar *z [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  uchar v = x[i];
  y[3*i+2] = v + 9; z[3*i+1] = v + 3; y[3*i+1] = v + 1;
  z[3*i+2] = v + 7; z[3*i] = v; y[3*i] = v + 5;
}`
	for _, together := range []bool{false, true} {
		x, y, z := make([]byte, 256), make([]byte, 768), make([]byte, 768)
		for i := range x {
			x[i] = byte(i)
		}
		if together {
			z = y
		}
		l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}, 2: {Data: z}}}
		agree(t, text, l, fmt.Sprint("together ", together))
	}
}

// TestStoresOfPixelsApart stores the bytes of pairs through pointers that numbers tell: they
// lie beside each other, or in different pairs.
func TestStoresOfPixelsApart(t *testing.T) {
	const text = `#include <metal_stdlib>
kernel void f(device const uchar *x [[buffer(0)]], device uchar *y [[buffer(1)]], constant uint *n [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  device uchar *p = y + 2 * n[0], *q = y + 2 * n[1];
  p[2*i] = x[i];
  q[2*i+1] = x[i] + 1;
}`
	x := make([]byte, 256)
	for i := range x {
		x[i] = byte(i)
	}
	for first := range byte(3) {
		l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 520)}, 2: {Data: []byte{first, 0, 0, 0, 1, 0, 0, 0}, ReadOnly: true}}}
		agree(t, text, l, fmt.Sprint("from pair ", first))
	}
}

// TestStoresToWhatIsReadOnly loads and stores through one pointer, whose constness was
// cast away, where only a test tells that it is in bounds: nothing is stored.
func TestStoresToWhatIsReadOnly(t *testing.T) {
	const text = `#include <metal_stdlib>
kernel void f(device const uint *x [[buffer(0)]], device uint *y [[buffer(1)]], device const uint *from [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  device uint *p = (device uint *)x;
  uint j = i + from[0], v = p[j];
  p[j] = v + 1;
  y[i] = v;
}`
	l := exec.Launch{Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
		0: {Data: make([]byte, 2048), ReadOnly: true}, 1: {Data: make([]byte, 1024)}, 2: {Data: []byte{3, 0, 0, 0}}}}
	require.Equal(t, [2]map[exec.FindingKind]bool{{exec.ReadOnlyStore: true}, {exec.OutOfBounds: true}}, compare(t, text, l, "read-only"))
}

// TestAtomicsAnywhere changes an array that begins at an odd address, which WebAssembly's
// atomic operations cannot: interp runs it.
func TestAtomicsAnywhere(t *testing.T) {
	res := msl.Compile("f.metal", `#include <metal_stdlib>
kernel void f(device metal::atomic_uint *y [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  metal::atomic_fetch_add_explicit(y + i % 3, i, metal::memory_order_relaxed);
}`, msl.Options{})
	require.NotNil(t, res.Program)
	for begin, by := range []string{"wasm", "interp", "interp", "interp", "wasm"} {
		memory := make([]byte, 32)
		l := exec.Launch{Entry: res.Program.Entries[0], Grid: exec.Dim{9, 1, 1}, Threadgroup: exec.Dim{9, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: memory[begin : begin+12]}}}
		result, err := wasm.Executor{}.Run(context.Background(), res.Program, l)
		require.NoError(t, err)
		require.Empty(t, result.Findings)
		require.Equal(t, by, result.Executor)
		require.Equal(t, []byte{9, 0, 0, 0, 12, 0, 0, 0, 15, 0, 0, 0}, memory[begin:begin+12])
	}
}

// TestStoresToWhatIsConstant stores to a number that a constant buffer of the launch
// holds, too: what is known of it before says nothing of where it leads then.
func TestStoresToWhatIsConstant(t *testing.T) {
	const text = `#include <metal_stdlib>
kernel void f(device const uint *x [[buffer(0)]], constant uint *k [[buffer(1)]], device uint *y [[buffer(2)]], device uint *z [[buffer(3)]], uint i [[thread_position_in_grid]]) {
  y[0] = 1000;
  metal::threadgroup_barrier(metal::mem_flags::mem_device);
  z[i] = x[k[0] + i];
}`
	k := []byte{3, 0, 0, 0}
	l := exec.Launch{Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
		0: {Data: make([]byte, 1024), ReadOnly: true}, 1: {Data: k, ReadOnly: true}, 2: {Data: k}, 3: {Data: make([]byte, 256)}}}
	outside := map[exec.FindingKind]bool{exec.OutOfBounds: true}
	require.Equal(t, [2]map[exec.FindingKind]bool{outside, outside}, compare(t, text, l, "constant"))
}

// TestStoresToConstantsByNumbers stores through a pointer that lies in memory to an argument
// in constant memory, which is not the launch's to change.
func TestStoresToConstantsByNumbers(t *testing.T) {
	const text = `#include <metal_stdlib>
struct Args { device uint *p; };
kernel void f(device Args *a [[buffer(0)]], constant uint *k [[buffer(1)]], device uint *y [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  a->p[i] = 7;
  y[i] = k[i];
}`
	l := exec.Launch{Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Pointers: []exec.Pointer{{In: 0, To: 1}},
		Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 8)}, 1: {Data: make([]byte, 256)}, 2: {Data: make([]byte, 256)}}}
	require.Equal(t, [2]map[exec.FindingKind]bool{{exec.ReadOnlyStore: true}, {exec.OutOfBounds: true}}, compare(t, text, l, "constant"))
}

// TestAddressesThatChange: addresses in a buffer that is read only, and of the same memory as
// one that is not, are those that the kernel has stored.
func TestAddressesThatChange(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
struct Args { array<device uint*, 2> in; };
kernel void f(const device Args *a [[buffer(0)]], device Args *b [[buffer(1)]], device uint *y [[buffer(2)]], uint at [[thread_position_in_grid]]) {
	uint before = a->in[0][at];
	threadgroup_barrier(mem_flags::mem_device);
	if (at == 0) b->in[0] = b->in[1];
	threadgroup_barrier(mem_flags::mem_device);
	y[at] = before + 256 * a->in[0][at];
}`
	args := make([]byte, 16)
	l := exec.Launch{Grid: exec.Dim{32, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Pointers: []exec.Pointer{{In: 0, To: 3}, {In: 0, Offset: 8, To: 4}},
		Buffers: map[int]exec.Buffer{0: {Data: args, ReadOnly: true}, 1: {Data: args}, 2: {Data: make([]byte, 128)}, 3: {Data: bytes.Repeat([]byte{1, 0, 0, 0}, 32)}, 4: {Data: bytes.Repeat([]byte{2, 0, 0, 0}, 32)}}}
	agree(t, text, l, "changing addresses")
}
