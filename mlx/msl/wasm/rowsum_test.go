package wasm

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// rowSumProgram makes a kernel of which each thread sums up something of a row of its own
// and of one that all have, or all of a row of the grid, from an element on to one that a constant or a buffer tells.
func rowSumProgram(rng *rand.Rand, width int) string {
	var b strings.Builder
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	sizes := map[string]int{"u8": 0, "i8": 0, "u16": 1, "i16": 1, "u32": 2, "i32": 2, "f32": 2}
	next := 30
	def := func(kind, format string, args ...any) string {
		r := fmt.Sprintf("%%%d", next)
		next++
		fmt.Fprintf(&b, "    %s:%s = %s\n", r, kind, fmt.Sprintf(format, args...))
		return r
	}
	own, shared := pick("u8", "i8", "i8", "u16", "i16", "u32", "i32", "f32"), pick("u8", "i8", "i16", "i32")
	load := func(kind, index, buffer string) string {
		x := def(kind, "load.device %s", def("ptr.device", "ptradd.device %s, %s", buffer, def("i64", "shl %s, %%%d", def("i64", "convert.u32 %s", index), 20+sizes[kind])))
		if kind == "f32" {
			return def("i32", "convert.bool %s", def("bool", "lt.f32 %%23, %s", x))
		}
		return def("i32", "convert.%s %s", kind, x)
	}
	values := []string{load(own, def("u32", "add %%6, %%9"), "%x.0"), "%24", "%25"}
	some := func() string { return pick(values...) }
	if rng.IntN(2) == 0 {
		values = append(values, load(shared, pick("%9", def("u32", "add %%27, %%9")), "%z.1"))
	}
	if rng.IntN(4) == 0 {
		values = append(values, def("i32", "convert.u32 %%9"))
	}
	for range rng.IntN(5) {
		switch rng.IntN(3) {
		case 0:
			values = append(values, def("i32", "select %s, %s, %s", def("bool", "%s.i32 %s, %s", pick("lt", "le", "eq", "ne"), some(), some()), some(), some()))
		case 1:
			values = append(values, def("i32", "convert.bool %s", def("bool", "%s.i32 %s, %s", pick("lt", "le", "eq", "ne"), some(), some())))
		default:
			values = append(values, def("i32", "%s %s, %s", pick("add", "sub", "mul", "mul", "min", "max", "and", "or", "xor"), some(), some()))
		}
	}
	sums := 1 + rng.IntN(2)
	for i := range sums {
		s, v := fmt.Sprintf("%%%d", 10+i), values[len(values)-1-rng.IntN(min(2, len(values)))]
		op := pick("add", "add", "add", "and", "or", "xor", "min", "max")
		if rng.IntN(3) == 0 {
			c := def("bool", "%s.i32 %s, %s", pick("lt", "le", "eq", "ne"), some(), some())
			fmt.Fprintf(&b, "    %s:i32 = select %s, %s, %s\n", s, c, def("i32", "%s %s, %s", op, s, v), s)
			continue
		}
		fmt.Fprintf(&b, "    %s:i32 = %s %s\n", s, op, pick(s+", "+v, v+", "+s))
	}
	const read = "%10 %11\n"
	length := 1 + rng.IntN(width)
	if many := width / 128; many > 0 && rng.IntN(3) > 0 {
		length = 128 * (1 + rng.IntN(many))
	}
	end := fmt.Sprintf("  %%8:u32 = const %d\n", length)
	if rng.IntN(4) == 0 {
		end = "  %8:u32 = load.device %n.2\n"
	}
	return `func @f(%x.0:ptr.device, %z.1:ptr.device, %n.2:ptr.device, %y.3:ptr.device, %i.4:u32, %r.5:u32) {
  %26:u32 = const ` + fmt.Sprint(width) + `
  %6:u32 = mul %i.4, %26
  %27:u32 = mul %r.5, %26
  %28:u32 = const 96
  %7:u32 = const 1
` + end + `  %20:i64 = const 0
  %21:i64 = const 1
  %22:i64 = const 2
  %23:f32 = const 0
  %24:i32 = const ` + pick("1", "3", "-7", "100", "40000") + `
  %25:i32 = const ` + pick("0", "2", "-128", "127", "65535") + `
  %9:u32 = const ` + pick("0", "0", "1", "5") + `
  %10:i32 = const ` + pick("0", "-1", "12345") + `
  %11:i32 = convert.u32 %i.4
  loop {
    %12:bool = lt.u32 %9, %8
    if %12 {
    } else {
      break
    }
` + strings.TrimSuffix(live(b.String()+read), read) + `  } continuing {
    %9:u32 = add %9, %7
  }
  %13:i32 = xor %10, %11
  %17:u32 = mul %r.5, %28
  %18:u32 = add %i.4, %17
  %14:i64 = convert.u32 %18
  %15:i64 = shl %14, %22
  %16:ptr.device = ptradd.device %y.3, %15
  store.i32.device %16, %13
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uchar" elem u8 size 1
  buffer 1 "z" device readonly type "uchar" elem u8 size 1
  buffer 2 "n" device readonly type "uchar" elem u8 size 1
  buffer 3 "y" device type "uchar" elem u8 size 1
  builtin thread_position_in_grid "i" u32 x2
}`
}

// Sums that vectors along rows make are those of interp, also where buffers end too early.
func TestRowSums(t *testing.T) {
	const kernels, rows = 300, 3
	rng := rand.New(rand.NewPCG(1, 2))
	steps := regexp.MustCompile(`i32.const -(16|32|64|128)\s+i32.and`) // how many elements they take
	summed, most := 0, 0
	for seed := range uint64(kernels) {
		width := []int{16, 40, 64, 100, 192, 256, 1024, 1024}[rng.IntN(8)]
		source := rowSumProgram(rand.New(rand.NewPCG(seed, 0)), width)
		p := parse(t, source)
		threads := []uint32{16, 64, 96}[rng.IntN(3)]
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{16 << rng.IntN(2), 1 + rng.Uint32N(2), 1}, Buffers: map[int]exec.Buffer{}}
		if rng.IntN(4) == 0 {
			l.Grid[0] = 1 + rng.Uint32N(threads)
		}
		l.Grid[1] = 1 + rng.Uint32N(rows)
		for i, size := range []int{96 * width * 4, rows * width * 4, 4} {
			in := make([]byte, size)
			for j := range in {
				in[j] = byte(rng.Uint32())
			}
			if i < 2 && rng.IntN(8) == 0 {
				in = in[:rng.IntN(size)]
			} else if i == 2 {
				binary.LittleEndian.PutUint32(in, rng.Uint32N(uint32(width+1)))
			}
			l.Buffers[i] = exec.Buffer{Data: in[:len(in):len(in)], ReadOnly: true}
		}
		run := func(e exec.Executor) []byte {
			out := make([]byte, 4*96*rows)
			l.Buffers[3] = exec.Buffer{Data: out}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor, "%s %v\n%s", res.Fallback, res.Findings, source)
			return out
		}
		require.True(t, bytes.Equal(run(interp.Executor{}), run(Executor{})), "seed %d, %v threads\n%s", seed, l.Grid, source)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		if step := steps.FindStringSubmatch(text); step != nil {
			summed++
			if step[1] == "128" {
				most++
			}
		}
	}
	require.Greater(t, summed, 70)
	require.Positive(t, most)
}
