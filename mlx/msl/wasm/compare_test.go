package wasm

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// Numbers at the ends of a kind have none beyond them that they could be compared with.
func TestCompareEnds(t *testing.T) {
	const threads = 36
	ends := map[string][]int64{"i8": {-128, 127}, "u8": {0, 255}, "i16": {-32768, 32767}, "u16": {0, 65535}, "i32": {-1 << 31, 1<<31 - 1}, "u32": {0, 1<<32 - 1}}
	x := make([]byte, 4*threads)
	for i := range uint32(threads) {
		binary.LittleEndian.PutUint32(x[4*i:], 1<<(i/3*3)+i%3-1)
	}
	for kind, numbers := range ends {
		for _, c := range numbers {
			for _, op := range []string{"lt", "le"} {
				for _, operands := range []string{"%6, %7", "%7, %6"} {
					p := parse(t, fmt.Sprintf(`func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = const 4
  %%11:i64 = convert.u32 %%i.2
  %%12:i64 = mul %%11, %%3
  %%4:ptr.device = ptradd.device %%x.0, %%12
  %%5:u32 = load.device %%4
  %%6:%[1]s = convert.u32 %%5
  %%7:%[1]s = const %[2]d
  %%8:bool = %[3]s.%[1]s %[4]s
  %%13:i64 = convert.u32 %%i.2
  %%14:i64 = mul %%13, %%3
  %%9:ptr.device = ptradd.device %%y.1, %%14
  %%10:u32 = convert.bool %%8
  store.u32.device %%9, %%10
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`, kind, c, op, operands))
					launch := func(e exec.Executor) []byte {
						y := make([]byte, 4*threads)
						_, err := e.Run(t.Context(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1},
							Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}})
						require.NoError(t, err)
						return y
					}
					require.Equal(t, launch(interp.Executor{}), launch(Executor{}), "%s.%s %s of %d", op, kind, operands, c)
				}
			}
		}
	}
}
