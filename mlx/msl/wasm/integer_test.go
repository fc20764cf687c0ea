package wasm

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

const integerKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:i64 = const %[2]d
  %%5:i64 = mul.i64 %%3, %%4
  %%6:ptr.device = ptradd.device %%x.0, %%5
  %%7:ptr.device = ptradd.device %%y.1, %%5
  %%8:%[1]s = load.device %%6
  %%9:%[1]s = convert.u32 %%i.2
  %%10:%[1]s = const %[4]d
  %%11:%[1]s = %[3]s
  store.%[1]s.device %%7, %%11
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem %[1]s size %[2]d
  buffer 1 "y" device type "t" elem %[1]s size %[2]d
  builtin thread_position_in_grid "i" u32 x1
}`

var integerSizes = map[string]int{"u8": 1, "i8": 1, "u16": 2, "i16": 2, "u32": 4, "i32": 4, "u64": 8, "i64": 8}

// checkInteger runs a kernel over n numbers of so many bytes on both executors.
func checkInteger(t *testing.T, text string, n, size int, x []byte, what string) {
	p := parse(t, text)
	run := func(e exec.Executor) []byte {
		y := make([]byte, size*n)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(n), 1, 1}, Threadgroup: exec.Dim{64, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x[:size*n], ReadOnly: true}, 1: {Data: y}}}
		res, err := e.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Equal(t, e.Name(), res.Executor)
		return y
	}
	require.True(t, bytes.Equal(run(interp.Executor{}), run(Executor{})), what)
}

// Shifts and rotations by every count, by one that varies and by constants, and
// products by constants of few bits and of many, and quotients, give the bits of interp.
func TestIntegers(t *testing.T) {
	const n = 1024
	x := make([]byte, 8*n)
	for i := range 2 * n {
		binary.LittleEndian.PutUint32(x[4*i:], uint32(i)*0x9e3779b9^uint32(i)<<28)
	}
	for i := range uint32(33) { // and around powers of two
		for j := range uint32(4) {
			binary.LittleEndian.PutUint32(x[4*(4*i+j):], 1<<i-j)
		}
	}
	check := func(kind, expr string, c int64) {
		size := integerSizes[kind]
		checkInteger(t, fmt.Sprintf(integerKernel, kind, size, expr, c), n, size, x, fmt.Sprintf("%s of %s, constant %d", expr, kind, c))
	}
	for _, kind := range []string{"u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"} {
		for _, op := range []string{"shl", "shr", "rotl"} {
			check(kind, op+" %8, %9", 0)
			for _, c := range []int64{0, 1, 2, 3, 7, 8, 13, 16, 24, 31, 32, 63} {
				check(kind, op+" %8, %10", c)
			}
		}
		for _, c := range []int64{0, 1, 2, 3, 4, 5, 7, 24, 96, 127} {
			check(kind, "mul %10, %8", c)
		}
		for _, op := range []string{"div", "rem"} {
			for _, c := range []int64{1, 2, 3, 10, 64, -1, -2, -128} {
				check(kind, op+" %8, %10", c)
			}
		}
		for _, op := range []string{"clz", "ctz", "popcount", "reversebits"} {
			check(kind, op+" %8", 0)
		}
	}
	check("u64", "mul %8, %10", 6364136223846793005)
	check("i64", "mul %8, %10", -3)
}

// Shifts to the right by each constant give the bits of interp, of numbers of any size, with
// and without a sign, and where masks leave less of them.
func TestShiftedBits(t *testing.T) {
	const n = 1024
	x := make([]byte, 4*n)
	for i := range uint32(n) {
		v := i*0x9e3779b9 ^ i<<28
		if i < 99 { // and around powers of two
			v = 1<<(i/3) + i%3 - 1
		}
		binary.LittleEndian.PutUint32(x[4*i:], v)
	}
	for _, of := range []string{"x[i]", "int(x[i])", "uint(ushort(x[i]))", "int(short(x[i]))", "ushort(x[i])", "short(x[i])", "uchar(x[i])", "char(x[i])", "x[i] & 0x7fff", "x[i] & 0x7fffffff"} {
		for _, masks := range [][]uint32{nil, {1}, {15}, {15, 0xf0}, {0xff}, {0xffff}, {0xfff0}, {1 << 31}} {
			var body strings.Builder
			for c := range 32 {
				fmt.Fprintf(&body, "auto s%d = (%s) >> %d;\n", c, of, c)
				if masks == nil {
					fmt.Fprintf(&body, "y[i + %d] = s%d;\n", n*c, c)
				}
				for j, m := range masks {
					fmt.Fprintf(&body, "y[i + %d] = s%d & %#x;\n", n*(len(masks)*c+j), c, m)
				}
			}
			res := msl.Compile("f.metal", "kernel void f(device const uint *x, device uint *y, uint i [[thread_position_in_grid]]) {\n"+body.String()+"}", msl.Options{})
			require.NotNil(t, res.Program, "%v", res.Diagnostics)
			p, err := ir.Optimize(res.Program)
			require.NoError(t, err)
			var y [2][]byte
			for i, e := range []exec.Executor{interp.Executor{}, Executor{}} {
				y[i] = make([]byte, 4*n*32*max(1, len(masks)))
				l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{64, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y[i]}}}
				done, err := e.Run(context.Background(), p, l)
				require.NoError(t, err)
				require.Equal(t, e.Name(), done.Executor)
			}
			for i := 0; i < len(y[0]); i += 4 {
				require.Equal(t, y[0][i:i+4], y[1][i:i+4], "%s >> %d, masks %x, of %x", of, i/4/n/max(1, len(masks)), masks, x[i%(4*n):][:4])
			}
		}
	}
}

// Quotients and remainders by what varies are those of interp: beside multiples, of numbers
// that float32 divides and of others, and by divisors that all threads share.
func TestVaryingDivisors(t *testing.T) {
	const n = 1024
	rng := rand.New(rand.NewPCG(1, 3))
	x := make([]byte, 4*n)
	for i := range n {
		binary.LittleEndian.PutUint32(x[4*i:], rng.Uint32())
	}
	kernel := func(kind, made, expr string) string {
		return strings.Replace(fmt.Sprintf(integerKernel, kind, 4, expr, 1), "  %11", made+"  %11", 1)
	}
	const multiple = `  %%20:%[1]s = const %[2]d
  %%21:%[1]s = const %[3]d
  %%22:%[1]s = shl %%8, %%20
  %%23:%[1]s = shr %%22, %%20
  %%24:%[1]s = shl %%8, %%21
  %%25:%[1]s = shr %%24, %%20
  %%26:%[1]s = mul %%23, %%25
  %%27:%[1]s = and %%9, %%10
  %%28:%[1]s = sub %%26, %%27
`
	for _, kind := range []string{"u32", "i32"} {
		for _, op := range []string{"div", "rem"} {
			for bits := 8; bits <= 16; bits++ { // of the divisor and of the quotient
				made := fmt.Sprintf(multiple, kind, 32-bits, 32-2*bits)
				checkInteger(t, kernel(kind, made, op+" %28, %23"), n, 4, x, fmt.Sprint(op, kind, bits))
			}
			special := []uint32{0, 1, 2, 3, 1<<22 - 1, 1 << 22, 1<<22 + 1, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 2, 1<<32 - 1}
			for _, d := range special {
				y := binary.LittleEndian.AppendUint32(nil, d)
				for _, a := range special {
					y = binary.LittleEndian.AppendUint32(y, a)
				}
				made := "  %20:" + kind + " = load.device %x.0\n"
				checkInteger(t, kernel(kind, made, op+" %8, %20"), len(y)/4, 4, y, fmt.Sprint(op, kind, d))
			}
		}
	}
}

// Quotients and remainders beside multiples of the divisor are those of interp: of numbers of
// 32 bits, of which the halves are divided, of few, which float32 holds, and of positions.
func TestDivisions(t *testing.T) {
	const n, mask = 512, 1<<21 - 1
	rng := rand.New(rand.NewPCG(1, 2))
	for _, kind := range []string{"u32", "i32", "u16", "i16"} {
		size := integerSizes[kind]
		for _, d := range []int64{2, 3, 6, 7, 10, 12, 64, 126, 253, 255, 1000, 1009, 32767, 43691, 65535, 65537, 86400, 1<<20 - 1, 1<<30 - 1, 1<<30 + 1, 1<<31 - 2, 1<<31 - 1, 1 << 31, 1<<32 - 2, 1<<32 - 1} {
			if d >= 1<<(8*size) || kind[0] == 'i' && d >= 1<<(8*size-1) {
				continue
			}
			for _, most := range []uint64{1<<(8*size) - 1, mask} {
				x := make([]byte, 4*n)
				for i := range n {
					multiple := rng.Uint64N(most/uint64(d)+1) * uint64(d)
					if i < 8 {
						multiple = most / uint64(d) * uint64(d)
					}
					v := int64(multiple) + rng.Int64N(3) - 1
					if kind[0] == 'i' && rng.IntN(2) == 0 {
						v = -v
					}
					binary.LittleEndian.PutUint32(x[4*i:], uint32(v))
					if size == 2 {
						binary.LittleEndian.PutUint16(x[2*i:], uint16(v))
					}
				}
				for _, expr := range []string{"div %8, %10", "rem %8, %10", "div %9, %10", "rem %9, %10"} {
					text := fmt.Sprintf(integerKernel, kind, size, expr, d)
					if most == mask {
						text = strings.Replace(text, "%8:"+kind+" = load.device %6",
							"%12:"+kind+" = load.device %6\n  %13:"+kind+fmt.Sprintf(" = const %d\n  %%8:%s = and %%12, %%13", min(mask, 1<<(8*size-1)-1), kind), 1)
					}
					checkInteger(t, text, n, size, x, fmt.Sprintf("%s of %s, divisor %d, up to %d", expr, kind, d, most))
				}
			}
		}
	}
}
