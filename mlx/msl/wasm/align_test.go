package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

const misalignedKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:i64 = const 4
  %%5:i64 = mul.i64 %%3, %%4
  %%6:i64 = const 2
  %%7:i64 = mul.i64 %%3, %%6
  %%8:ptr.device = ptradd.device %%x.0, %%5
  %%9:u32 = load.device %%8
  %%10:i64 = convert.u32 %%9
  %%11:u32 = load.device %%x.0
  %%12:i64 = convert.u32 %%11
  %%13:i64 = add %%5, %%12
  %%14:u32 = const 1
  %%15:u32 = and %%i.2, %%14
  %%16:bool = eq.u32 %%15, %%14
  %s
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem u32 size 4
  buffer 1 "y" device type "t" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`

// An offset that is no multiple of the type's alignment is reported if an active
// lane has it, whatever is known of how the lanes' differ.
func TestMisaligned(t *testing.T) {
	store := func(offset string) string {
		return "%20:ptr.device = ptradd.device %y.1, " + offset + "\nstore.u32.device %20, %i.2"
	}
	odd := func(offset string) string { return "if %16 {\n" + store(offset) + "\n}" }
	even := func(offset string) string { return "if %16 {\n} else {\n" + store(offset) + "\n}" }
	tile := `%20:ptr.device = ptradd.device %x.0, %12
%21:i64 = const 0
%22:i64 = const 8
%23:f32, %24:f32 = matrixload.device %20, %22, %21, %21
matrixstore.f32.device %y.1, %23, %24, %22, %21, %21`
	pair := func(op, offset string) string {
		return "%20:ptr.device = ptradd %x.0, " + offset + "\n%21:u32, %22:u32 = " + op + " %20\n" + store("%5")
	}
	for _, c := range []struct {
		body  string
		first uint32 // of x; the others are twice their index
		bad   bool
	}{
		{store("%5"), 0, false},
		{store("%7"), 0, true}, // lanes are two bytes apart
		{odd("%7"), 0, true},
		{even("%7"), 0, false},
		{store("%10"), 0, true}, // lanes lie where x says
		{odd("%10"), 0, true},
		{even("%10"), 0, false},
		{store("%12"), 0, false}, // all lanes in one place
		{store("%12"), 1, true},
		{store("%12"), 8, false},
		{store("%13"), 4, false}, // side by side
		{store("%13"), 6, true},
		{odd("%13"), 6, true},
		{pair("load.device", "%5"), 0, true}, // pairs at every fourth byte
		{pair("load.device.packed", "%5"), 0, false},
		{pair("load.device", "%12"), 4, true},
		{pair("load.device", "%12"), 8, false},
		{pair("load.device.packed", "%12"), 4, false},
		{pair("load.device.packed", "%12"), 2, true},
		{pair("load.device.unaligned", "%12"), 2, false},
		{pair("load.device", "%13"), 4, true},
		{tile, 0, false},
		{tile, 2, true},
	} {
		p := parse(t, fmt.Sprintf(misalignedKernel, c.body))
		x := make([]byte, 4*64+8)
		for i := range uint32(64) {
			binary.LittleEndian.PutUint32(x[4*i:], 2*i)
		}
		binary.LittleEndian.PutUint32(x, c.first)
		for _, e := range []exec.Executor{interp.Executor{}, Executor{}} {
			// On one core, as some of the kernels race.
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Workers: 1,
				Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 4*64+8)}}}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Equal(t, e.Name(), res.Executor)
			require.Equal(t, c.bad, len(res.Findings) > 0, "%s with %d on %s: %v", c.body, c.first, e.Name(), res.Findings)
			if c.bad {
				require.Equal(t, exec.Misaligned, res.Findings[0].Kind)
			}
		}
	}
}
