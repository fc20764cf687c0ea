package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// namedRows adds up the elements from where x begins for each number of i but the first, which counts them,
// and moves those of the last one on.
const namedRows = `func @f(%x.0:ptr.device, %i.1:ptr.device, %y.2:ptr.device, %z.3:ptr.device, %c.4:u32, %r.5:u32, %k.6:u32) {
  %two.7:i64 = const 2
  %one.8:u32 = const 1
  %three.9:u32 = const 3
  %j.10:u32 = const 0
  %s.11:u32 = const 0
  %w.12:u32 = const 64
  %at.13:u32 = mul %r.5, %w.12
  %at.14:u32 = add %at.13, %c.4
  %at.15:i64 = convert.u32 %at.14
  %at.16:i64 = shl %at.15, %two.7
  %py.17:ptr.device = ptradd %y.2, %at.16
  %pz.18:ptr.device = ptradd %z.3, %at.16
  %rows.19:u32 = load.device %i.1
  loop {
    %20:bool = lt.u32 %j.10, %rows.19
    if %20 {
    } else {
      break
    }
    %21:i64 = convert.u32 %j.10
    %22:i64 = shl %21, %two.7
    %23:ptr.device = ptradd %i.1, %22
    %24:u32 = load.device +4, %23
    %25:u32 = add %24, %c.4
    %26:i64 = convert.u32 %25
    %27:i64 = shl %26, %two.7
    %28:ptr.device = ptradd %x.0, %27
    %29:u32 = load.device +8, %28
    %s.11:u32 = add %s.11, %29
    %30:u32 = load.device %28
    %31:u32 = mul %30, %three.9
    %s.11:u32 = add %s.11, %31
    %32:u32 = load.device +4, %28
    store.u32.device %pz.18, %32
  } continuing {
    %j.10:u32 = add %j.10, %one.8
  }
  store.u32.device %py.17, %s.11
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "i" device readonly type "uint" elem u32 size 4
  buffer 2 "y" device type "uint" elem u32 size 4
  buffer 3 "z" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "p" u32 x3
}`

// TestNamedRows compares the executors where chunks in step load rows that data
// names: in bounds, partly and wholly beyond them, and where 32 bits wrap.
func TestNamedRows(t *testing.T) {
	p, err := ir.Optimize(parse(t, namedRows))
	require.NoError(t, err)
	const n = 500
	for _, at := range []uint32{0, 100, n - 66, n - 65, n - 64, n - 20, n, 1 << 30, 1<<31 - 30, ^uint32(0) - 30, ^uint32(0)} {
		launch := func() exec.Launch {
			x, i := make([]byte, 4*n), []byte(nil)
			for k := range n {
				binary.LittleEndian.PutUint32(x[4*k:], uint32(k*k+1))
			}
			for _, row := range []uint32{3, 7, at, 40} {
				i = binary.LittleEndian.AppendUint32(i, row)
			}
			return exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 3, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
				0: {Data: x, ReadOnly: true}, 1: {Data: i, ReadOnly: true}, 2: {Data: make([]byte, 4*64*3)}, 3: {Data: make([]byte, 4*64*3)}}}
		}
		want, got := launch(), launch()
		slow, err := interp.Executor{}.Run(context.Background(), p, want)
		require.NoError(t, err)
		fast, err := Executor{}.Run(context.Background(), p, got)
		require.NoError(t, err)
		require.Equal(t, "wasm", fast.Executor, at)
		require.Equal(t, len(slow.Findings) > 0, len(fast.Findings) > 0, fmt.Sprint(at, slow.Findings, fast.Findings))
		require.Equal(t, want.Buffers[2].Data, got.Buffers[2].Data, at)
		require.Equal(t, want.Buffers[3].Data, got.Buffers[3].Data, at)
	}
}

// Two vectors go in step where what a long loop does waits for what it did before; not
// where most of it does not.
func TestLongChains(t *testing.T) {
	kernel := func(first string) string { // quotients of quotients of it are added up
		body := "    %30:f32 = mov " + first + "\n"
		for i := range 40 {
			body += fmt.Sprintf("    %%%d:f32 = div %%%d, %%a.6\n    %%%[3]d:f32 = add %%%[1]d, %%14\n", 31+2*i, 30+2*i, 32+2*i)
		}
		body += "    %s.5:f32 = add %s.5, %110\n"
		return `func @f(%x.0:ptr.device, %y.1:ptr.device, %n.2:u32, %t.3:u32) {
  %j.4:u32 = const 0
  %one.7:u32 = const 1
  %8:i64 = convert.u32 %t.3
  %9:i64 = const 2
  %10:i64 = shl %8, %9
  %11:ptr.device = ptradd %x.0, %10
  %a.6:f32 = load.device %11
  %s.5:f32 = mov %a.6
  loop {
    %12:bool = lt.u32 %j.4, %n.2
    if %12 {
    } else {
      break
    }
    %13:f32 = convert.u32 %j.4
    %14:f32 = add %13, %a.6
` + body + `  } continuing {
    %j.4:u32 = add %j.4, %one.7
  }
  %15:ptr.device = ptradd %y.1, %10
  store.f32.device %15, %s.5
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "" elem f32 size 4
  buffer 1 "y" device type "" elem f32 size 4
  builtin threadgroups_per_grid "n" u32 x1
  builtin thread_position_in_grid "t" u32 x1
}`
	}
	divisions := func(text string) int {
		p := parse(t, text)
		x := make([]byte, 4*256)
		for i := range 256 {
			binary.LittleEndian.PutUint32(x[4*i:], math.Float32bits(float32(i)-100.5))
		}
		y := make([]byte, len(x))
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}}
		_, err := interp.Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		want := slices.Clone(y)
		res, err := Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Equal(t, "wasm", res.Executor)
		require.Equal(t, want, y)
		code, err := WAT(p, l, nil)
		require.NoError(t, err)
		return strings.Count(code, "f32x4.div")
	}
	require.Equal(t, 2*divisions(kernel("%14")), divisions(kernel("%s.5")))
}
