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
)

// Quotients and remainders of all 16-bit numbers are those of interp; below 2^14 they are made
// in 16-bit lanes.
func TestPackDivides(t *testing.T) {
	source := `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:i64 = add.i64 %%3, %%3
  %%5:ptr.device = ptradd.device %%x.0, %%4
  %%6:ptr.device = ptradd.device %%y.1, %%4
  %%7:u16 = load.device %%5
  %%12:u32 = convert.u32.u16 %%7
  %%13:u32 = const %d
  %%8:u32 = and.u32 %%12, %%13
  %%9:u32 = const %d
  %%10:u32 = %s.u32 %%8, %%9
  %%11:u16 = convert.u16.u32 %%10
  store.u16.device %%6, %%11
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "ushort" elem u16 size 2
  buffer 1 "y" device type "ushort" elem u16 size 2
  builtin thread_position_in_grid "i" u32 x1
}`
	const n = 1 << 16
	x := make([]byte, 2*n)
	for i := range n {
		binary.LittleEndian.PutUint16(x[2*i:], uint16(i))
	}
	for d := 2; d <= 256; d += 1 + d/12 {
		for _, c := range []struct {
			op    string
			below int // what the dividends are
		}{{"div", 1 << 14}, {"rem", 1 << 14}, {"div", n}, {"rem", n}} {
			p := parse(t, fmt.Sprintf(source, c.below-1, d, c.op))
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{256, 1, 1}}
			run := func(e exec.Executor) []byte {
				y := make([]byte, 2*n)
				l.Buffers = map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}
				res, err := e.Run(context.Background(), p, l)
				require.NoError(t, err)
				require.Equal(t, e.Name(), res.Executor)
				return y
			}
			require.Equal(t, run(interp.Executor{}), run(Executor{}), "%s by %d", c.op, d)
			text, err := WAT(p, l, nil)
			require.NoError(t, err)
			require.True(t, c.below == n || strings.Contains(text, "i16x8"), "%s by %d", c.op, d)
		}
	}
}
