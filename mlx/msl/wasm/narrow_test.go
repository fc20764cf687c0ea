package wasm

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// TestMovedBeforeLoaded stores what is loaded in the iteration before.
func TestMovedBeforeLoaded(t *testing.T) {
	p := parse(t, `func @f(%x.0:ptr.device, %y.1:ptr.device, %k.2:ptr.constant, %i.11:u32) {
  %3:u32 = load.constant %k.2
  %4:u32 = const 0
  %10:u32 = const 1
  %13:u32 = const 2
  %14:u32 = shl %i.11, %13
  %12:i64 = convert.u32 %14
  %6:ptr.device = ptradd.device %x.0, %12
  %7:ptr.device = ptradd.device %y.1, %12
  loop {
    store.u32.device %7, %8
    %8:u32 = load.device %6
    %9:bool = le.u32 %3, %4
    if %9 {
      break
    } else {
    }
    %4:u32 = add %4, %10
  }
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "y" device type "uint" elem u32 size 4
  buffer 2 "k" constant readonly type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`)
	x := make([]byte, 512)
	for i := range x {
		x[i] = byte(i)
	}
	loopsAgree(t, p, x, 512, "")
}

// loopsAgree launches a kernel that reads x and makes y in rounds, once and four
// times, on both executors.
func loopsAgree(t *testing.T, p *ir.Program, x []byte, y int, text string) {
	for _, k := range []byte{0, 3} {
		run := func(e exec.Executor) []byte {
			out := bytes.Repeat([]byte{7}, y)
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{128, 1, 1}, Threadgroup: exec.Dim{64, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: bytes.Clone(x), ReadOnly: true}, 1: {Data: out}, 2: {Data: []byte{k, 0, 0, 0}, ReadOnly: true}}}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Empty(t, res.Findings)
			require.Equal(t, e.Name(), res.Executor)
			return out
		}
		require.Equal(t, run(interp.Executor{}), run(Executor{}), "%d\n%s", k, text)
	}
}

// TestBoundedBeforeStored loads a number, brings it within a byte's bounds and stores it, in
// any order: what comes before is of the iteration before, and of zero in the first.
func TestBoundedBeforeStored(t *testing.T) {
	const text = `func @f(%x.0:ptr.device, %y.1:ptr.device, %k.2:ptr.constant, %i.11:u32) {
  %3:u32 = load.constant %k.2
  reg %4:u32
  reg %8:i32
  reg %17:i32
  %10:u32 = const 1
  %13:i64 = const 2
  %16:i32 = const 0
  %18:i32 = const 255
  %21:i64 = const 512
  %12:i64 = convert.u32 %i.11
  %14:i64 = shl %12, %13
  %6:ptr.device = ptradd.device %x.0, %14
  %7:ptr.device = ptradd.device %y.1, %12
  loop {
    %23:i64 = convert.u32 %4
    %22:i64 = mul %23, %21
    %19:ptr.device = ptradd.device %6, %22
BODY    %9:bool = le.u32 %3, %4
    if %9 {
      break
    } else {
    }
    %4:u32 = add %4, %10
  }
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "y" device type "uchar" elem u8 size 1
  buffer 2 "k" constant readonly type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`
	const load = "    %8:i32 = load.device %19\n"
	const bound = "    %15:i32 = max %8, %16\n    %17:i32 = min %15, %18\n"
	const store = "    %20:u8 = convert.i32 %17\n    store.u8.device %7, %20\n"
	x := make([]byte, 2048)
	for i := range x {
		x[i] = byte(i * i >> 3)
		if i%4 > 1 {
			x[i] = -byte(i / 4 % 2)
		}
	}
	for _, body := range []string{load + bound + store, bound + load + store, bound + store + load, store + bound + load, store + load + bound, load + store + bound} {
		loopsAgree(t, parse(t, strings.Replace(text, "BODY", body, 1)), x, 128, body)
	}
}
