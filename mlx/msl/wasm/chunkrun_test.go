package wasm

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// What the chunks of a run share: body computes with x, y and z, buffers of
// bytes, and the threads' positions c and r.
func runProgram(body string) string {
	return `func @f(%x.0:ptr.device, %y.1:ptr.device, %z.2:ptr.device, %c.3:u32, %r.4:u32, %k.5:u32) {
  %w.6:u32 = const 64
  %at.7:u32 = mul %r.4, %w.6
  %at.8:u32 = add %at.7, %c.3
  %at.9:i64 = convert.u32 %at.8
  %two.10:i64 = const 1
  %at2.11:i64 = shl %at.9, %two.10
  %row.12:i64 = convert.u32 %r.4
  %px.13:ptr.device = ptradd %x.0, %at.9
  %py.14:ptr.device = ptradd %y.1, %at.9
  %pz.15:ptr.device = ptradd %z.2, %at.9
  %wx.16:ptr.device = ptradd %x.0, %at2.11
  %wy.17:ptr.device = ptradd %y.1, %at2.11
` + body + `}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uchar" elem u8 size 1
  buffer 1 "y" device type "uchar" elem u8 size 1
  buffer 2 "z" device type "uchar" elem u8 size 1
  builtin thread_position_in_grid "p" u32 x3
}`
}

var runPrograms = map[string]string{
	"copy": `
  %20:u8 = load.device %px.13
  store.u8.device %py.14, %20`,
	"copy pairs": `
  %20:u8, %21:u8 = load.device %wx.16
  store.u8.device %wy.17, %20, %21`,
	"copy halves": `
  %20:f16 = load.device %wx.16
  store.f16.device %wy.17, %20`,
	"copy two": `
  %20:u8 = load.device %px.13
  %21:i8 = load.device +3, %px.13
  store.i8.device %pz.15, %21
  store.u8.device %py.14, %20`,
	"compute": `
  %20:u8 = load.device %px.13
  %21:u8 = add %20, %20
  store.u8.device %py.14, %21`,
	"compute bool": `
  %20:bool = load.device %px.13
  store.bool.device %py.14, %20`,
	"what was stored is read": `
  %20:u8 = load.device %px.13
  store.u8.device %py.14, %20
  %21:u8 = load.device %py.14
  %22:u8 = add %21, %21
  store.u8.device %pz.15, %22`,
	"twice": `
  %20:u8 = load.device %px.13
  %21:u8 = add %20, %20
  store.u8.device %py.14, %20
  store.u8.device %py.14, %21`,
	"thirds": `
  %20:u32 = const 3
  %21:u32 = mul %at.8, %20
  %22:u32 = const 1
  %23:u32 = add %21, %22
  %24:u32 = const 2
  %25:u32 = add %21, %24
  %26:i64 = convert.u32 %21
  %27:i64 = convert.u32 %23
  %28:i64 = convert.u32 %25
  %29:ptr.device = ptradd %y.1, %26
  %30:ptr.device = ptradd %y.1, %27
  %31:ptr.device = ptradd %y.1, %28
  %32:u8 = load.device %30
  %33:i8 = load.device %29
  store.u8.device %31, %32
  %34:u8 = load.device %31
  %35:i8 = convert.u8 %34
  %36:i8 = add %35, %33
  store.i8.device %29, %36
  store.u8.device %pz.15, %34`,
	"pairs of three": `
  %20:i64 = const 6
  %21:i64 = convert.u32 %c.3
  %22:i64 = mul %21, %20
  %23:ptr.device = ptradd %x.0, %22
  %24:u8, %25:u8, %26:u8 = load.device +1, %23
  %27:u8 = add %24, %26
  %28:u8 = sub %27, %25
  store.u8.device %pz.15, %28`,
	"from the end": `
  %20:u32 = const 170
  %21:u32 = sub %20, %c.3
  %22:i64 = convert.u32 %21
  %23:i64 = const 2
  %24:i64 = shl %22, %23
  %25:ptr.device = ptradd %x.0, %24
  %26:u32 = load.device %25
  %27:u32 = load.device +8, %25
  %28:u32 = add %26, %27
  %29:u8 = convert.u32 %28
  store.u8.device %py.14, %29`,
	"a row that data names": `
  %20:ptr.device = ptradd %x.0, %row.12
  %21:u8 = load.device %20
  %22:u32 = convert.u8 %21
  %23:u32 = mul %22, %w.6
  %24:u32 = add %23, %c.3
  %25:i64 = convert.u32 %24
  %26:ptr.device = ptradd %x.0, %25
  %27:u8 = load.device %26
  store.u8.device %py.14, %27`,
	"a row that is chosen": `
  %20:u32 = const 3
  %21:bool = lt.u32 %r.4, %20
  if %21 {
    %22:u8 = load.device %px.13
  } else {
    %23:u32 = mul %r.4, %w.6
    %24:u32 = mul %23, %w.6
    %25:u32 = add %24, %c.3
    %26:i64 = convert.u32 %25
    %27:ptr.device = ptradd %x.0, %26
    %22:u8 = load.device %27
  }
  store.u8.device %py.14, %22`,
	"a row that data ends": `
  %20:ptr.device = ptradd %x.0, %row.12
  %21:u8 = load.device %20
  %22:u32 = convert.u8 %21
  %23:bool = lt.u32 %r.4, %22
  %24:u8 = const 7
  if %23 {
    %25:u32 = mul %22, %w.6
    %26:u32 = add %25, %c.3
    %27:i64 = convert.u32 %26
    %28:ptr.device = ptradd %x.0, %27
    %29:u8 = load.device %28
  } else {
    %29:u8 = mov %24
  }
  store.u8.device %py.14, %29`,
}

// TestRuns compares the executors where chunks that follow each other share
// loads, stores and tests of bounds: in rows that end anywhere, within bounds
// and beyond.
func TestRuns(t *testing.T) {
	for name, body := range runPrograms {
		p, err := ir.Optimize(parse(t, runProgram(body+"\n")))
		require.NoError(t, err)
		for _, grid := range []exec.Dim{{64, 5, 1}, {61, 5, 1}, {64, 1, 1}, {64, 12, 1}} {
			for _, tg := range []exec.Dim{{64, 1, 1}, {32, 2, 1}, {61, 1, 1}} {
				for _, tracked := range []bool{false, true} {
					launch := func() exec.Launch {
						l := exec.Launch{Entry: p.Entries[0], Grid: grid, Threadgroup: tg, Buffers: map[int]exec.Buffer{}}
						for i := range 3 {
							b := exec.Buffer{Data: bytes.Repeat([]byte{byte(i)}, 800)}
							if i == 0 {
								b.ReadOnly = true
								for j := range b.Data {
									b.Data[j] = byte(j * j % 13)
								}
							} else if tracked {
								b.Written = make([]uint64, 13)
							}
							l.Buffers[i] = b
						}
						return l
					}
					want, got := launch(), launch()
					slow, err := interp.Executor{}.Run(context.Background(), p, want)
					require.NoError(t, err)
					fast, err := Executor{}.Run(context.Background(), p, got)
					require.NoError(t, err)
					what := fmt.Sprint(name, grid, tg, tracked)
					require.Equal(t, "wasm", fast.Executor, what)
					require.Equal(t, len(slow.Findings) > 0, len(fast.Findings) > 0, what)
					if len(slow.Findings) == 0 { // else interp runs it once more
						for i, b := range want.Buffers {
							require.True(t, bytes.Equal(b.Data, got.Buffers[i].Data), "%s: buffer %d", what, i)
							require.Equal(t, b.Written, got.Buffers[i].Written, "%s: buffer %d", what, i)
						}
					}
				}
			}
		}
	}
}

// Each of many stores that may wait for the last chunk of a run looks at those behind
// it, but not at what those look at: that took time without end.
func TestManyStoresAtTheEnd(t *testing.T) {
	var body strings.Builder
	body.WriteString("  %18:u16 = load.device %wx.16\n  %19:u16 = add %18, %18\n")
	const stores = 48
	for i := range stores {
		fmt.Fprintf(&body, "  store.u16.device +%d, %%wy.17, %%19\n", 128*i)
	}
	p := parse(t, runProgram(body.String()))
	y := make([]byte, 128*stores)
	x := bytes.Repeat([]byte{1, 2}, 64)
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}, 2: {Data: x, ReadOnly: true}}}
	_, err := Executor{}.Run(t.Context(), p, l)
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat([]byte{2, 4}, len(y)/2), y)
}
