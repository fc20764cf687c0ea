package wasm

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// An element that is spelled twice is loaded once, unless it may have changed: by a
// store to its buffer, in a loop, or where buffers share memory.
func TestLoadsOnce(t *testing.T) {
	const head = `func @f(%x.0:ptr.device, %y.1:ptr.device, %i.2:u32) {
  %3:i64 = convert.u32 %i.2
  %4:i64 = const 4
  %5:i64 = mul %3, %4
  %6:ptr.device = ptradd.device %x.0, %5
  %7:ptr.device = ptradd.device %y.1, %5
  %8:u32 = const 3
  %9:u32 = load.device %6
  %10:u32 = mul %9, %8
`
	const tail = `  store.u32.device %7, %12
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "uint" elem u32 size 4
  buffer 1 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`
	const again = "%11:u32 = load.device %6\n  %12:u32 = add %10, %11\n"
	for _, c := range []struct {
		name, code string
		together   bool // x and y are one buffer
		loads      int
	}{
		{"again", again, false, 1},
		{"another element", "%11:u32 = load.device +4, %6\n  %12:u32 = add %10, %11\n", false, 2},
		{"a store elsewhere", "store.u32.device %7, %10\n" + again, false, 1},
		{"a store there", "store.u32.device %6, %10\n" + again, false, 2},
		{"a store to shared memory", "store.u32.device %7, %10\n" + again, true, 2},
		{"of a packed member", "%11:u32 = load.device.unaligned %6\n  %12:u32 = add %10, %11\n", false, 2},
		{"volatile", "%11:u32 = load.device.volatile %6\n  %12:u32 = add %10, %11\n", false, 2},
		{"in an arm", "%12:u32 = mov %10\n  %13:bool = lt.u32 %i.2, %8\n  if %13 {\n  %11:u32 = load.device %6\n  %12:u32 = add %10, %11\n  }\n", false, 1},
		{"in an arm, for what is assigned before", "%12:u32 = mov %10\n  %13:bool = lt.u32 %i.2, %8\n  if %13 {\n  %12:u32 = load.device %6\n  }\n", false, 1},
		{"after an arm", "%12:u32 = mov %10\n  %13:bool = lt.u32 %i.2, %8\n  if %13 {\n  store.u32.device %6, %10\n  }\n  " + again, false, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := parse(t, head+"  "+c.code+tail)
			run := func(e exec.Executor) []byte {
				x := make([]byte, 4*64)
				for i := range 64 {
					binary.LittleEndian.PutUint32(x[4*i:], uint32(i*i+1))
				}
				y := make([]byte, len(x))
				if c.together {
					y = x
				}
				l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{60, 1, 1}, Threadgroup: exec.Dim{4, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: x}, 1: {Data: y}}}
				if e.Name() == "wasm" {
					_, fn := legalize(p, p.Entries[0], variant{overlap: overlaps(l)}, false)
					loads := 0
					fn.Body.Walk(func(in *ir.Instr) {
						if in.Op == ir.Load {
							loads++
						}
					})
					require.Equal(t, c.loads, loads)
				}
				res, err := e.Run(context.Background(), p, l)
				require.NoError(t, err)
				require.Equal(t, e.Name(), res.Executor)
				return append(x, y...)
			}
			require.True(t, bytes.Equal(run(interp.Executor{}), run(Executor{})))
		})
	}
}
