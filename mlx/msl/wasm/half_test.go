package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

const convertKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:i64 = const %d
  %%5:i64 = shl.i64 %%3, %%4
  %%6:ptr.device = ptradd.device %%x.0, %%5
  %%7:%s = load.%s.device %%6
  %s
  %%9:i64 = const %d
  %%10:i64 = shl.i64 %%3, %%9
  %%11:ptr.device = ptradd.device %%y.1, %%10
  store.%s.device %%11, %%8
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem u32 size 4
  buffer 1 "y" device type "t" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`

// Conversions of all 16-bit floats, and of float32 values around everything
// that rounds, to other kinds, and their squares, give the bits of interp; any NaN
// is as good.
func TestConversions(t *testing.T) {
	var halves, floats []byte
	for h := range 1 << 16 {
		halves = binary.LittleEndian.AppendUint16(halves, uint16(h))
		// The upper half with what lies at, below and above a tie of either kind.
		for _, low := range []uint32{0, 1, 0x0fff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x7fff, 0x8000, 0x8001, 0xf000, 0xffff} {
			floats = binary.LittleEndian.AppendUint32(floats, uint32(h)<<16|low)
		}
	}
	for _, from := range []string{"f16", "bf16", "f32"} {
		for _, to := range []string{"f16", "bf16", "f32", "i8", "u8", "i16", "u16", "i32", "u32"} {
			in, shift := halves, 1
			if from == "f32" {
				in, shift = floats, 2
			}
			out := map[byte]int{'f': 1, 'b': 1, 'i': 2, 'u': 2}[to[0]]
			switch to {
			case "f32":
				out = 2
			case "i8", "u8":
				out = 0
			case "i16", "u16":
				out = 1
			}
			value := "convert." + to + "." + from + " %7"
			if from == to { // results are rounded in another way
				value = "mul %7, %7"
			}
			converts(t, in, shift, from, to, out, "%8:"+to+" = "+value)
		}
	}
}

// Halves are rounded as they are stored, wherever they lie: one behind the other, apart,
// interleaved, as vectors, under masks.
func TestRoundedStores(t *testing.T) {
	var floats []byte
	for h := range 1 << 16 {
		for _, low := range []uint32{0, 1, 0x0fff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x8000, 0xf000, 0xffff} {
			floats = binary.LittleEndian.AppendUint32(floats, uint32(h)<<16|low)
		}
	}
	n := len(floats) / 4
	for _, c := range []struct {
		each int // elements a thread
		body string
	}{
		{1, "y[i] = half(x[i]);"},
		{1, "y[3 * i] = half(x[i]);"},
		{1, "y[2 * i] = half(x[i]); y[2 * i + 1] = half(-x[i]);"},
		{1, "if (x[i] < 1.0f) y[i] = half(x[i]);"},
		{1, "if (i >= 600001) return; y[i] = half(x[i]) * half(0.37);"},
		{1, "half v = half(x[i]); y[i] = x[i] < 100.0f ? v : half(x[i] * 0.5f); y[i + 700000] = v + half(1);"},
		{4, "half4 v = half4(((device const float4*)x)[i]); ((device half4*)y)[i] = max(v, half4(0)); ((device half4*)y)[i + 250000] = -v;"},
		{4, "((device half4*)y)[i] = half4(((device const float4*)x)[i]);"},
		{4, "((device half4*)y)[2 * i] = half4(((device const float4*)x)[i]);"},
		{4, "for (uint j = 0; j < 4; ++j) y[4 * i + j] = half(x[4 * i + j]);"},
		{4, "for (uint j = 0; j < 4; ++j) y[5 * i + j] = half(x[4 * i + j]);"},
		{4, "if (x[4 * i] < 1.0f) ((device half4*)y)[i] = half4(((device const float4*)x)[i]);"},
	} {
		res := msl.Compile("f.metal", "#include <metal_stdlib>\nusing namespace metal;\nkernel void f(device const float *x, device half *y, uint i [[thread_position_in_grid]]) { "+c.body+" }", msl.Options{})
		require.NotNil(t, res.Program, "%v", res.Diagnostics)
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		run := func(x exec.Executor) []byte {
			y := make([]byte, 8*n)
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(n / c.each), 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: floats, ReadOnly: true}, 1: {Data: y}}}
			done, err := x.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Equal(t, x.Name(), done.Executor)
			return y
		}
		want, got := run(interp.Executor{}), run(Executor{})
		for i := 0; i < len(want); i += 2 {
			if a, b := want[i:][:2], got[i:][:2]; string(a) != string(b) && !(isNaN("f16", a) && isNaN("f16", b)) {
				t.Fatalf("%s: half %d is %x, want %x", c.body, i/2, b, a)
			}
		}
	}
}

// What is made of two halves is rounded as interp does it: all of them with those around which
// results round, become small or too large.
func TestHalfResults(t *testing.T) {
	const n = 1 << 16
	var all, some []byte
	for h := range n {
		all = binary.LittleEndian.AppendUint16(all, uint16(h))
	}
	for _, h := range []uint16{0, 1, 2, 3, 0x3ff, 0x400, 0x401, 0x7ff, 0x800, 0x1400, 0x2e66, 0x3555, 0x3bff, 0x3c00, 0x3c01, 0x4248, 0x5bff, 0x63ff, 0x6400, 0x7800, 0x7bff, 0x7c00, 0x7e00} {
		some = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(some, h), h|1<<15)
	}
	for _, e := range []string{"x[i] + z[j]", "x[i] - z[j]", "z[j] - x[i]", "x[i] * z[j]", "x[i] / z[j]", "z[j] / x[i]", "fma(x[i], z[j], z[j + 1])", "sqrt(x[i])"} {
		res := msl.Compile("f.metal", fmt.Sprintf(`#include <metal_stdlib>
			using namespace metal;
			kernel void f(device const half *x, device const half *z, device float *y, uint i [[thread_position_in_grid]]) {
				for (uint j = 0; j < %d; ++j) y[j * %d + i] = float(%s);
			}`, len(some)/2-1, n, e), msl.Options{})
		require.NotNil(t, res.Program, "%v", res.Diagnostics)
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		run := func(x exec.Executor) []byte {
			y := make([]byte, 2*n*len(some))
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: all, ReadOnly: true}, 1: {Data: some, ReadOnly: true}, 2: {Data: y}}}
			done, err := x.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Equal(t, x.Name(), done.Executor)
			return y
		}
		want, got := run(interp.Executor{}), run(Executor{})
		for i := 0; i < len(want); i += 4 {
			if a, b := want[i:][:4], got[i:][:4]; string(a) != string(b) && !(isNaN("f32", a) && isNaN("f32", b)) {
				t.Fatalf("%s of %04x, %x: %x, want %x", e, i/4%n, some[i/4/n*2:][:2], b, a)
			}
		}
	}
}

// NaNs whose lower halves are zero need no care when they are rounded to bfloat. Others
// do: those of halves, of float32 and of what integers are reinterpreted as.
func TestShortNaN(t *testing.T) {
	var halves, floats []byte
	for h := range 1 << 16 {
		halves = binary.LittleEndian.AppendUint16(halves, uint16(h))
		for _, low := range []uint32{0, 1, 0x7fff, 0x8000, 0xffff} {
			floats = binary.LittleEndian.AppendUint32(floats, uint32(h)<<16|low)
		}
	}
	for _, c := range []struct{ from, made string }{
		{"bf16", "%20:f32 = convert.bf16 %7\n%21:f32 = sub %20, %20\n%22:f32 = add %20, %21\n%23:f32 = const 0.3\n%24:f32 = mul %22, %23"},
		{"bf16", "%20:f32 = convert.bf16 %7\n%21:i32 = bitcast.f32 %20\n%22:i32 = const 20\n%23:i32 = shl %21, %22\n%25:f32 = bitcast.i32 %23\n%24:f32 = div %20, %25"},
		{"bf16", "%20:f32 = convert.bf16 %7\n%21:f32 = const 1.0\n%22:bool = lt.f32 %20, %21\n%23:f32 = select %22, %20, %21\n%24:f32 = max %23, %20"},
		{"f16", "%20:f32 = convert.f16 %7\n%24:f32 = mul %20, %20"},
		{"f32", "%24:f32 = mul %7, %7"},
		{"f32", "%20:f32 = const 1.0\n%24:f32 = copysign %7, %20"},
		{"f32", "%21:i32 = bitcast.f32 %7\n%22:i32 = const 15\n%23:i32 = shl %21, %22\n%25:f32 = bitcast.i32 %23\n%24:f32 = neg %25"},
	} {
		in, shift := halves, 1
		if c.from == "f32" {
			in, shift = floats, 2
		}
		converts(t, in, shift, c.from, "bf16", 1, c.made+"\n%8:bf16 = convert.f32 %24")
	}
}

// Numbers rounded to integers are those of interp: all of 16 bits, and of float32 what is
// next to halves and integers, also those that all threads share.
func TestIntegral(t *testing.T) {
	var halves, floats []byte
	for h := range 1 << 16 {
		halves = binary.LittleEndian.AppendUint16(halves, uint16(h))
	}
	for i := range 26 {
		for _, v := range []float32{float32(int(1) << i), float32(int(1)<<i) + 0.5, float32(i), float32(i) + 0.5, float32(math.Ldexp(1, -6*i))} {
			for d := uint32(0); d < 5; d++ {
				bits := math.Float32bits(v) - 2 + d
				floats = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(floats, bits), bits|1<<31)
			}
		}
	}
	for _, special := range []uint32{0, 1, 0x7f7fffff, 0x7f800000, 0x7fc00000} {
		floats = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(floats, special), special|1<<31)
	}
	for _, op := range []string{"round", "rint", "floor", "ceil", "trunc"} {
		converts(t, halves, 1, "f16", "f16", 1, "%8:f16 = "+op+" %7")
		converts(t, halves, 1, "bf16", "bf16", 1, "%8:bf16 = "+op+" %7")
		converts(t, floats, 2, "f32", "f32", 2, "%8:f32 = "+op+" %7")
		p := parse(t, fmt.Sprintf(convertKernel, 2, "f32", "f32", "%20:f32 = load.device %x.0\n%8:f32 = "+op+" %20", 2, "f32"))
		for rest := floats; len(rest) > 0; rest = rest[4:] {
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1}}
			var y [2][4]byte
			for i, x := range []exec.Executor{interp.Executor{}, Executor{}} {
				l.Buffers = map[int]exec.Buffer{0: {Data: rest[:4], ReadOnly: true}, 1: {Data: y[i][:]}}
				_, err := x.Run(context.Background(), p, l)
				require.NoError(t, err)
			}
			require.True(t, y[0] == y[1] || isNaN("f32", y[0][:]) && isNaN("f32", y[1][:]), "%s of % x: %x, want %x", op, rest[:4], y[1], y[0])
		}
	}
}

// converts runs a kernel that makes %8 of %7 on both executors.
func converts(t *testing.T, in []byte, shift int, from, to string, out int, made string) {
	p := parse(t, fmt.Sprintf(convertKernel, shift, from, from, made, out, to))
	n := len(in) >> shift
	run := func(x exec.Executor) []byte {
		y := make([]byte, n<<out)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(n), 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: in, ReadOnly: true}, 1: {Data: y}}}
		res, err := x.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Equal(t, x.Name(), res.Executor)
		return y
	}
	want, got := run(interp.Executor{}), run(Executor{})
	for i := range n {
		a, b := want[i<<out:][:1<<out], got[i<<out:][:1<<out]
		if string(a) != string(b) && !(isNaN(to, a) && isNaN(to, b)) {
			t.Fatalf("%s: of %x interp makes %x, wasm %x", made, in[i<<shift:][:1<<shift], a, b)
		}
	}
}

func isNaN(kind string, b []byte) bool {
	switch kind {
	case "f16":
		return binary.LittleEndian.Uint16(b)&0x7fff > 0x7c00
	case "bf16":
		return binary.LittleEndian.Uint16(b)&0x7fff > 0x7f80
	case "f32":
		return binary.LittleEndian.Uint32(b)&0x7fffffff > 0x7f800000
	}
	return false
}
