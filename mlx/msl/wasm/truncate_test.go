package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// edgeFloats are the bits of floats at and beside the bounds of integers, of both signs.
func edgeFloats() (x []byte) {
	values := []float64{0, math.Copysign(0, -1), 0.5, -0.5, 0.99999994, 1, 126.5, 127.5, 128, -128.5, 254.5, 255, 255.5, 256, 65534.5, 65536, 1<<22 - 0.5, 1 << 22, 1<<22 + 1,
		1 << 23, 1<<24 + 2, 1<<31 - 128, 1 << 31, 1<<32 - 256, 1 << 32, 1e30, math.Inf(1), math.NaN()}
	for _, v := range values {
		for _, s := range []float64{1, -1} {
			x = binary.LittleEndian.AppendUint32(x, math.Float32bits(float32(s*v)))
		}
	}
	return x
}

const clampKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:i64 = const 4
  %%5:i64 = mul.i64 %%3, %%4
  %%6:ptr.device = ptradd.device %%x.0, %%5
  %%16:i64 = add.i64 %%5, %%5
  %%7:ptr.device = ptradd.device %%y.1, %%16
  %%8:f32 = load.device %%6
  %%9:f32 = const %s
  %%10:f32 = const %s
  %%11:f32 = %s
  %%12:f32 = %s
  %%13:f32 = %s
  %%14:%[6]s = convert.%[6]s.f32 %%13
  %%15:i32 = convert.i32.%[6]s %%14
  %%17:f32 = convert.f32.%[6]s %%14
  store.i32.device %%7, %%15
  store.f32.device +4, %%7, %%17
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem f32 size 4
  buffer 1 "y" device type "t" elem i32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`

// What was clamped, or rounded, is converted to the integers that interp finds,
// wherever the bounds lie, and these to the same floats: as numbers with a sign, if they are seen
// to be below 2^31.
func TestClamped(t *testing.T) {
	x := edgeFloats()
	n, signed := len(x)/4, 0
	for _, kind := range []string{"u8", "i8", "u16", "i16", "u32", "i32"} {
		for _, c := range [][2]string{{"0.0", "255.0"}, {"-128.0", "127.0"}, {"-0.0", "65535.0"}, {"0.0", "4194304.0"}, {"-4194304.0", "4194305.0"}, {"0.0", "1e9"}, {"0.0", "3e9"}, {"-1.0", "300.0"}} {
			for _, ops := range [][3]string{
				{"max %8, %9", "min %11, %10", "mov %12"}, {"min %10, %8", "max %9, %11", "rint %12"},
				{"max %8, %9", "min %11, %10", "ceil %12"}, {"max %8, %9", "mov %11", "mov %12"}, {"min %8, %8", "max %11, %9", "mov %12"}, {"rint %8", "mov %11", "mov %12"},
			} {
				p := parse(t, fmt.Sprintf(clampKernel, c[0], c[1], ops[0], ops[1], ops[2], kind))
				l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(n), 1, 1}, Threadgroup: exec.Dim{32, 1, 1}}
				run := func(e exec.Executor) []byte {
					y := make([]byte, 8*n)
					l.Buffers = map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}
					res, err := e.Run(context.Background(), p, l)
					require.NoError(t, err)
					require.Equal(t, e.Name(), res.Executor)
					return y
				}
				require.Equal(t, run(interp.Executor{}), run(Executor{}), "%s within %v, %v", kind, c, ops)
				text, err := WAT(p, l, nil)
				require.NoError(t, err)
				signed += bit[int](kind == "u32" && !strings.Contains(text, "convert_i32x4_u"))
			}
		}
	}
	require.Greater(t, signed, 10)
}

const clampedKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:i64 = const 4
  %%5:i64 = mul.i64 %%3, %%4
  %%6:ptr.device = ptradd.device %%x.0, %%5
  %%7:i64 = add.i64 %%5, %%5
  %%8:ptr.device = ptradd.device %%y.1, %%7
  %%9:f32 = load.device %%6
  %%10:%[1]s = convert.%[1]s.f32 %%9
  %%11:%[1]s = const %[2]s
  %%12:%[1]s = const %[3]s
  %%13:%[1]s = %[4]s
  %%14:%[1]s = %[5]s
  %%15:%[1]s = %[6]s
  store.%[1]s.device %%8, %%14
  store.%[1]s.device +4, %%8, %%15
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem f32 size 4
  buffer 1 "y" device type "t" elem i32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`

// Integers of floats that are clamped afterwards are those of interp, whichever bound
// comes first or is too large, negative or not there, and whatever else reads them.
func TestClampedIntegers(t *testing.T) {
	x := edgeFloats()
	n := len(x) / 4
	early := 0
	for _, kind := range []string{"u32", "i32"} {
		for _, c := range [][2]string{{"0", "255"}, {"3", "127"}, {"300", "65"}, {"0", "4194304"}, {"0", "4194305"}, {"0", "0"}, {"-5", "255"}, {"0", "-1"}, {"2000000000", "7"}} {
			if kind == "u32" && strings.Contains(c[0]+c[1], "-") {
				continue
			}
			for _, ops := range [][3]string{
				{"max %10, %11", "min %13, %12", "mov %14"}, {"min %12, %10", "max %11, %13", "mov %14"}, {"min %10, %12", "mov %13", "mov %13"}, {"max %10, %11", "mov %13", "mov %13"},
				{"max %10, %11", "min %13, %12", "mov %10"}, {"max %10, %11", "min %13, %12", "min %10, %12"}, {"min %10, %12", "max %13, %11", "add %13, %12"}, {"min %10, %10", "max %13, %11", "min %14, %12"},
			} {
				p := parse(t, fmt.Sprintf(clampedKernel, kind, c[0], c[1], ops[0], ops[1], ops[2]))
				l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(n), 1, 1}, Threadgroup: exec.Dim{32, 1, 1}}
				run := func(e exec.Executor) []byte {
					y := make([]byte, 8*n)
					l.Buffers = map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}
					res, err := e.Run(context.Background(), p, l)
					require.NoError(t, err)
					require.Equal(t, e.Name(), res.Executor)
					return y
				}
				require.Equal(t, run(interp.Executor{}), run(Executor{}), "%s within %v, %v", kind, c, ops)
				text, err := WAT(p, l, nil)
				require.NoError(t, err)
				early += bit[int](!strings.Contains(text, "trunc_sat"))
			}
		}
	}
	require.Greater(t, early, 20)
}

const bytesKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:ptr.device = ptradd.device %%x.0, %%3
  %%5:ptr.device = ptradd.device %%y.1, %%3
  %%6:%[1]s = load.device %%4
  %%7:f32 = convert.f32.%[1]s %%6
  %%8:f32 = const %[2]s
  %%9:f32 = const %[3]s
  %%10:f32 = %[4]s %%7, %%8
  %%11:f32 = %[5]s %%10, %%9
  %%12:%[6]s = convert.%[6]s.f32 %%11
  store.%[6]s.device %%5, %%12
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem %[1]s size 1
  buffer 1 "y" device type "t" elem %[6]s size 1
  builtin thread_position_in_grid "i" u32 x1
}`

// Bytes made of floats that are made of bytes are those of interp, of all bytes, whether
// the bounds of the floats are found or not, in whole vectors and in the last few.
func TestBytesOfFloats(t *testing.T) {
	x := make([]byte, 260)
	for i := range x {
		x[i] = byte(i * 7)
	}
	for _, from := range []string{"u8", "i8"} {
		for _, to := range []string{"u8", "i8"} {
			for _, ops := range [][4]string{{"mul", "1.0", "add", "0.5"}, {"mul", "1.00392", "sub", "0.5"}, {"div", "255.0", "mul", "255.99"}, {"sub", "128.0", "mul", "0.5"},
				{"add", "0.0", "sub", "127.0"}, {"mul", "-1.0", "add", "127.0"}, {"mul", "0.498", "add", "0.996"}, {"div", "0.0", "add", "1.0"}, {"div", "0.001", "mul", "0.001"}, {"mul", "3e38", "mul", "0.1"},
				{"max", "-200.0", "min", "300.0"}, {"min", "255.0", "max", "0.0"}, {"min", "-129.0", "max", "128.0"}, {"div", "-3.0", "min", "nan"}, {"div", "0.25", "max", "-0.0"}, {"div", "7.0", "div", "0.1"}} {
				p := parse(t, fmt.Sprintf(bytesKernel, from, ops[1], ops[3], ops[0], ops[2], to))
				for _, n := range []int{256, 260, 258} {
					run := func(e exec.Executor) []byte {
						y := make([]byte, 260)
						res, err := e.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(n), 1, 1}, Threadgroup: exec.Dim{128, 1, 1},
							Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}})
						require.NoError(t, err)
						require.Equal(t, e.Name(), res.Executor)
						return y
					}
					require.Equal(t, run(interp.Executor{}), run(Executor{}), "%s to %s, %v, %d threads", from, to, ops, n)
				}
			}
		}
	}
}
