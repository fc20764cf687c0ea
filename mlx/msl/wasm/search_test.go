package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// searchProgram makes a kernel of which each thread looks for something along a row of
// its own, below a limit or without one.
func searchProgram(rng *rand.Rand, width int) string {
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	kind := pick("u8", "u8", "i8", "u16", "i16", "u32", "i32")
	shift := map[string]string{"8": "0", "16": "1", "32": "2"}[kind[1:]]
	counter := pick("u32", "i32")
	element := `%10:` + counter + ` = add %7, %9
    %11:i64 = convert.` + counter + ` %10
    %12:i64 = shl %11, %22
    %13:ptr.device = ptradd.device %x.0, %12
    %14:` + kind + ` = load.device %13
    %15:i32 = convert.` + kind + ` %14
`
	key := "%24:i32 = " + pick("load.device %25", "const 7", "const -3", "const 0", "const 300")
	if rng.IntN(4) == 0 { // in the loop
		element += "    %28:" + kind + " = load.device %25\n    %24:i32 = convert." + kind + " %28\n"
		key = "%29:i32 = const 0"
	}
	test := pick("eq.i32 %15, %24", "ne.i32 %15, %24", "eq.i32 %24, %15", "convert.i32 %15")
	limit := pick("const "+fmt.Sprint(width), "const "+fmt.Sprint(width), "load.device %n.2", "const 300")
	body := ""
	switch goOn, leave := "{\n    } else {\n      break\n    }\n", "{\n      break\n    }\n"; rng.IntN(4) {
	case 0:
		body = `    %16:bool = lt.` + counter + ` %9, %8
    %17:bool = mov %16
    if %16 {
      ` + element + `      %17:bool = ` + test + `
    }
    if %17 ` + goOn
	case 1:
		body = "    %16:bool = le." + counter + " %8, %9\n    if %16 " + leave + "    " + element + "    %17:bool = " + test + "\n    if %17 {\n      %26:i32 = convert." + counter + " %9\n      break\n    }\n"
	case 2:
		body = "    " + element + "    %17:bool = " + test + "\n    if %17 " + goOn + "    %16:bool = lt." + counter + " %9, %8\n    if %16 " + goOn
	default: // zeros end it, which are what lies out of bounds
		body = "    " + element + "    %17:bool = convert.i32 %15\n    if %17 " + goOn
	}
	next := "    %9:" + counter + " = add %9, %5\n  }\n"
	next = pick(next, "  } continuing {\n"+next)
	read := pick("%26", "%9")
	if read == "%9" {
		read = "%18"
	}
	return `func @f(%x.0:ptr.device, %k.1:ptr.device, %n.2:ptr.device, %y.3:ptr.device, %i.4:u32) {
  %5:` + counter + ` = const 1
  %6:u32 = const ` + fmt.Sprint(width) + `
  %19:u32 = mul %i.4, %6
  %7:` + counter + ` = ` + map[string]string{"u32": "mov", "i32": "convert.u32"}[counter] + ` %19
  %8:` + counter + ` = ` + limit + `
  %20:i64 = convert.u32 %i.4
  %21:i64 = const 2
  %23:i64 = shl %20, %21
  %22:i64 = const ` + shift + `
  %25:ptr.device = ptradd.device %k.1, %23
  ` + key + `
  %26:i32 = const -1
  %9:` + counter + ` = const ` + pick("0", "0", "1", "-2") + `
  loop {
` + body + next + `  %18:i32 = ` + map[string]string{"u32": "convert.u32", "i32": "mov"}[counter] + ` %9
  %27:ptr.device = ptradd.device %y.3, %23
  store.i32.device %27, ` + read + `
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uchar" elem u8 size 1
  buffer 1 "k" device readonly type "uchar" elem u8 size 1
  buffer 2 "n" device readonly type "uchar" elem u8 size 1
  buffer 3 "y" device type "uchar" elem u8 size 1
  builtin thread_position_in_grid "i" u32 x1
}`
}

// Searches along rows find what interp finds, and in the same way go out of bounds.
func TestSearches(t *testing.T) {
	const kernels = 300
	searched, beyond, loaded := 0, 0, 0
	for seed := range uint64(kernels) {
		rng := rand.New(rand.NewPCG(seed, 0))
		width := []int{5, 16, 40, 64, 100}[rng.IntN(5)]
		source := searchProgram(rng, width)
		p, err := ir.Optimize(parse(t, source))
		require.NoError(t, err, source)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1 + rng.Uint32N(64), 1, 1}, Threadgroup: exec.Dim{16 << rng.IntN(2), 1, 1}, Buffers: map[int]exec.Buffer{}}
		words := make([]byte, 4*64*width)
		rare := 2 + rng.Uint32N(60)
		value := func() uint32 { return []uint32{7, 0, uint32(1<<32 - 3)}[rng.IntN(3)] }
		usual := value()
		for i := 0; i < len(words); i += 4 { // of bytes all four
			v := usual
			if rng.Uint32N(rare) == 0 {
				v = value()
			}
			binary.LittleEndian.PutUint32(words[i:], v)
			if v == 7 && rng.IntN(2) == 0 {
				binary.LittleEndian.PutUint32(words[i:], 0x07070707)
			}
		}
		keys := make([]byte, 4*64)
		for i := 0; i < len(keys); i += 4 {
			binary.LittleEndian.PutUint32(keys[i:], value())
		}
		if rng.IntN(3) == 0 {
			words = words[:4*rng.IntN(len(words)/4)]
		}
		limits := binary.LittleEndian.AppendUint32(nil, []uint32{0, 3, uint32(width), 500}[rng.IntN(4)])
		for i, b := range [][]byte{words, keys, limits} {
			l.Buffers[i] = exec.Buffer{Data: b[:len(b):len(b)], ReadOnly: true}
		}
		run := func(e exec.Executor) ([]byte, exec.Result) {
			out := make([]byte, 4*64)
			l.Buffers[3] = exec.Buffer{Data: out}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			return out, res
		}
		want, one := run(interp.Executor{})
		got, two := run(Executor{})
		if len(one.Findings) == 0 {
			require.Equal(t, want, got, "seed %d\n%s", seed, source)
		}
		require.Equal(t, len(one.Findings) > 0, len(two.Findings) > 0, "seed %d\n%s", seed, source)
		beyond += bit[int](len(one.Findings) > 0)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		searched += bit[int](strings.Contains(text, ".bitmask"))
		loaded += bit[int](strings.Contains(text, ".bitmask") && strings.Contains(source, "%28:"))
	}
	require.Greater(t, loaded, kernels/20)
	require.Greater(t, searched, kernels/2)
	require.Greater(t, beyond, kernels/20)
}

// A loop that does more than look for an element does that in every iteration.
func TestSearchThatCounts(t *testing.T) {
	p := parse(t, `func @f(%x.0:ptr.device, %k.1:ptr.device, %y.2:ptr.device, %i.3:u32) {
  %4:u32 = const 50
  %5:u32 = const 1
  %6:i64 = convert.u32 %i.3
  %7:i64 = const 3
  %8:i64 = shl %6, %7
  %9:u32 = const 0
  %10:u32 = mul %i.3, %4
  %24:u8 = load.device %k.1
  loop {
    %30:ptr.device = ptradd %y.2, %8
    %31:u32 = atomicadd.u32.device +4, %30, %5
    %32:u32 = xor %31, %5
    %11:u32 = add %10, %9
    %12:i64 = convert.u32 %11
    %13:ptr.device = ptradd %x.0, %12
    %14:u8 = load.device %13
    %16:bool = eq.u8 %14, %24
    if %16 {
      break
    }
  } continuing {
    %9:u32 = add %9, %5
  }
  %27:ptr.device = ptradd %y.2, %8
  store.u32.device %27, %9
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uchar" elem u8 size 1
  buffer 1 "k" device readonly type "uchar" elem u8 size 1
  buffer 2 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`)
	const n = 32
	x := make([]byte, 50*n)
	for i := range n {
		x[50*i+i] = 7
	}
	var outs [2][]byte
	for i, e := range []exec.Executor{interp.Executor{}, Executor{}} {
		outs[i] = make([]byte, 8*n)
		res, err := e.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{n, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: []byte{7}, ReadOnly: true}, 2: {Data: outs[i]}}})
		require.NoError(t, err)
		require.Equal(t, e.Name(), res.Executor, "%v %v", res.Fallback, res.Findings)
	}
	require.Equal(t, outs[0], outs[1])
}
