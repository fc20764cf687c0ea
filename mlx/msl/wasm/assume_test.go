package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// rowProgram loads from where an operation says, of the position plus a number
// from a buffer and of another number from there.
func rowProgram(body, kind string) string {
	return strings.ReplaceAll(`func @f(%x.0:ptr.device, %n.1:ptr.device, %y.2:ptr.device, %c.3:u32, %r.4:u32, %k.5:u32) {
  %two.6:i64 = const 2
  %w.7:u32 = const 300
  %row.8:u32 = mul %r.4, %w.7
  %at.9:u32 = add %row.8, %c.3
  %at.10:i64 = convert.u32 %at.9
  %at.11:i64 = shl %at.10, %two.6
  %py.12:ptr.device = ptradd %y.2, %at.11
  %first.13:u32 = load.device %n.1
  %i.14:u32 = add %c.3, %first.13
  %i.15:KIND = convert.u32 %i.14
  %d.16:KIND = load.device +4, %n.1
`+body+`
  %mask.50:KIND = const 1023
  %in.51:KIND = and %f.40, %mask.50
  %in.52:i64 = convert.KIND %in.51
  %in.53:i64 = shl %in.52, %two.6
  %px.54:ptr.device = ptradd %x.0, %in.53
  %v.55:u32 = load.device %px.54
  store.u32.device %py.12, %v.55
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "n" device readonly type "uint" elem u32 size 4
  buffer 2 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "p" u32 x3
}`, "KIND", kind)
}

var rowBodies = map[string]string{
	"remainder":             `%f.40:KIND = rem %i.15, %d.16`,
	"quotient":              `%f.40:KIND = div %i.15, %d.16`,
	"remainder by constant": "%20:KIND = const 100\n %f.40:KIND = rem %i.15, %20",
	"quotient by constant":  "%20:KIND = const 100\n %f.40:KIND = div %i.15, %20",
	"both":                  "%20:KIND = div %i.15, %d.16\n %21:KIND = rem %i.15, %d.16\n %f.40:KIND = add %20, %21",
	"mask":                  "%20:KIND = const 127\n %f.40:KIND = and %i.15, %20",
	"shift":                 "%20:KIND = const 6\n %f.40:KIND = shr %i.15, %20",
	"min":                   `%f.40:KIND = min %i.15, %d.16`,
	"max":                   `%f.40:KIND = max %d.16, %i.15`,
	"product":               `%f.40:KIND = mul %d.16, %i.15`,
	"product of 64 bits":    "%20:i64 = convert.u32 %c.3\n %21:i64 = convert.KIND %d.16\n %22:i64 = mul %20, %21\n %f.40:KIND = convert.i64 %22",
	"select below":          "%20:bool = lt.KIND %i.15, %d.16\n %f.40:KIND = select %20, %i.15, %d.16",
	"select one":            "%20:bool = eq.KIND %i.15, %d.16\n %f.40:KIND = select %20, %d.16, %i.15",
	"select reflected":      "%20:bool = le.KIND %d.16, %i.15\n %21:KIND = sub %d.16, %i.15\n %f.40:KIND = select %20, %21, %i.15",
	"reflected at both ends": `%20:KIND = const 0
  %21:bool = lt.KIND %i.15, %20
  %22:KIND = neg %i.15
  %f.40:KIND = select %21, %22, %i.15
  %23:bool = le.KIND %d.16, %f.40
  %24:KIND = sub %d.16, %f.40
  %f.40:KIND = select %23, %24, %f.40`,
	"load in a branch": `%20:KIND = rem %i.15, %d.16
  %21:KIND = const 50
  %22:bool = lt.KIND %20, %21
  %23:KIND = const 0
  if %22 {
    %24:i64 = convert.u32 %c.3
    %25:i64 = shl %24, %two.6
    %26:ptr.device = ptradd %x.0, %25
    %f.40:KIND = load.device %26
  } else {
    %f.40:KIND = mov %23
  }`,
	"guard at both ends": `%20:KIND = const 0
  %21:bool = le.KIND %20, %i.15
  %22:KIND = const 200
  %23:bool = lt.KIND %i.15, %22
  %24:bool = and %21, %23
  if %24 {
    %25:i64 = convert.KIND %i.15
    %26:i64 = shl %25, %two.6
    %27:ptr.device = ptradd %x.0, %26
    %28:KIND = load.device %27
    %29:KIND = mul %28, %i.15
    %f.40:KIND = add %29, %d.16
  } else {
    %f.40:KIND = mov %20
  }`,
	"beyond both ends": `%20:KIND = const 0
  %21:bool = lt.KIND %i.15, %20
  %22:KIND = const 200
  %23:bool = le.KIND %22, %i.15
  %24:bool = or %23, %21
  if %24 {
    %f.40:KIND = mov %20
  } else {
    %25:i64 = convert.KIND %i.15
    %26:i64 = shl %25, %two.6
    %27:ptr.device = ptradd %x.0, %26
    %28:KIND = load.device %27
    %29:KIND = mul %28, %i.15
    %f.40:KIND = add %29, %d.16
  }`,
	"rows of eight from a multiple of four": `%20:u32 = const 20
  %21:u32 = mul %r.4, %20
  %22:u32 = add %21, %c.3
  %23:u32 = const 7
  %24:u32 = and %22, %23
  %25:u32 = const 3
  %26:u32 = shr %22, %25
  %27:u32 = mul %24, %23
  %28:u32 = add %27, %26
  %f.40:KIND = convert.u32 %28`,
	"rows of eight from a multiple of two": `%20:u32 = const 6
  %21:u32 = mul %r.4, %20
  %22:u32 = add %21, %c.3
  %23:u32 = const 7
  %24:u32 = and %22, %23
  %25:u32 = const 3
  %26:u32 = shr %22, %25
  %27:u32 = mul %24, %23
  %28:u32 = add %27, %26
  %f.40:KIND = convert.u32 %28`,
	"padded rows of 128": `%20:u32 = const 127
  %21:u32 = and %c.3, %20
  %22:u32 = const 6
  %23:bool = le.u32 %22, %21
  %24:u32 = const 120
  %25:bool = lt.u32 %21, %24
  %26:bool = and %23, %25
  if %26 {
    %27:i64 = convert.u32 %21
    %28:i64 = shl %27, %two.6
    %29:ptr.device = ptradd %x.0, %28
    %f.40:KIND = load.device -24, %29
  } else {
    %f.40:KIND = mov %d.16
  }`,
}

// A stride from a buffer is taken for 1 if it multiplies only, not if a loop ends there.
func TestRunsByStrides(t *testing.T) {
	loop := `%s.20:u32 = const 0
  %one.21:u32 = const 1
  loop {
    %22:bool = lt.u32 %s.20, %d.16
    if %22 {
    } else {
      break
    }
  } continuing {
    %s.20:u32 = add %s.20, %one.21
  }
  %23:u32 = mul %d.16, %i.15
  %f.40:u32 = add %23, %s.20`
	for body, want := range map[string]bool{rowBodies["product"]: true, rowBodies["product of 64 bits"]: true, loop: false} {
		p, err := ir.Optimize(parse(t, rowProgram(body, "u32")))
		require.NoError(t, err)
		text, err := WAT(p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{512, 1, 1}, Threadgroup: exec.Dim{256, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: make([]byte, 4*1024), ReadOnly: true}, 1: {Data: make([]byte, 8), ReadOnly: true}, 2: {Data: make([]byte, 4*900)}}}, nil)
		require.NoError(t, err)
		text = strings.Join(strings.Fields(text), " ")
		require.Equal(t, want, strings.Contains(text, "i32.const 1 i32.eq") || strings.Contains(text, "i64.const 1 i64.eq"), body)
	}
}

// Chunks that each lie within a row may have its end between them.
func TestRunsOfAlignedRows(t *testing.T) {
	p, err := ir.Optimize(parse(t, rowProgram(rowBodies["padded rows of 128"], "u32")))
	require.NoError(t, err)
	text, err := WAT(p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{512, 1, 1}, Threadgroup: exec.Dim{256, 1, 1}, Buffers: map[int]exec.Buffer{
		0: {Data: make([]byte, 4*1024), ReadOnly: true}, 1: {Data: make([]byte, 8), ReadOnly: true}, 2: {Data: make([]byte, 4*900)}}}, nil)
	require.NoError(t, err)
	require.Contains(t, strings.Join(strings.Fields(text), " "), "i64.const 127 i64.and", "the test that a run lies in a row")
}

// TestRows compares the executors where a run lies in a row or not, as the launch
// says: rows of all lengths, and numbers that wrap.
func TestRows(t *testing.T) {
	for name, body := range rowBodies {
		for _, kind := range []string{"u32", "i32"} {
			p, err := ir.Optimize(parse(t, rowProgram(body, kind)))
			require.NoError(t, err)
			for _, first := range []uint32{0, 5, 1000, 1<<31 - 100, ^uint32(0) - 99} {
				for _, d := range []uint32{0, 1, 7, 40, 128, 1040, 1 << 31, 1<<31 + 1<<30, ^uint32(0) - 4} {
					for _, tg := range []exec.Dim{{64, 1, 1}, {32, 2, 1}, {100, 1, 1}} {
						launch := func() exec.Launch {
							x, n := make([]byte, 4*1024), binary.LittleEndian.AppendUint32(nil, first)
							for i := range 1024 {
								binary.LittleEndian.PutUint32(x[4*i:], uint32(i*i))
							}
							return exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{300, 3, 1}, Threadgroup: tg, Buffers: map[int]exec.Buffer{
								0: {Data: x, ReadOnly: true}, 1: {Data: binary.LittleEndian.AppendUint32(n, d), ReadOnly: true}, 2: {Data: make([]byte, 4*900)}}}
						}
						what := fmt.Sprint(name, kind, first, " ", d, tg)
						want, got := launch(), launch()
						slow, err := interp.Executor{}.Run(context.Background(), p, want)
						require.NoError(t, err)
						fast, err := Executor{}.Run(context.Background(), p, got)
						require.NoError(t, err)
						require.Equal(t, "wasm", fast.Executor, what)
						require.Empty(t, slow.Findings, what)
						require.Empty(t, fast.Findings, what)
						require.Equal(t, want.Buffers[2].Data, got.Buffers[2].Data, what)
					}
				}
			}
		}
	}
}
