package wasm

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// Loads beside each other are one, but neither across a fence nor where the access must
// happen as written.
func TestLoadsAsOrdered(t *testing.T) {
	const program = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.u32 %%i.2
  %%4:i64 = const 4
  %%5:i64 = mul %%3, %%4
  %%6:ptr.device = ptradd.device %%y.1, %%5
  %[1]s
  %%20:%[2]s = load.device%[3]s %%19
  %[4]s
  %%21:%[2]s = load.device%[3]s +%[5]d, %%19
  %%22:%[2]s = add %%20, %%21
  %%23:u32 = convert.%[2]s %%22
  store.u32.device %%6, %%23
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "t" elem %[2]s size %[5]d
  buffer 1 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`
	for name, c := range map[string]struct {
		at, kind string
		size     int
	}{
		"pairs":   {"%7:i64 = const 8\n %8:i64 = mul %3, %7\n %19:ptr.device = ptradd.device %x.0, %8", "u32", 4},
		"pixels":  {"%7:i64 = const 3\n %8:i64 = mul %3, %7\n %19:ptr.device = ptradd.device %x.0, %8", "u8", 1},
		"indices": {"%7:u32 = load.device %6\n %8:i64 = convert.u32 %7\n %9:i64 = mul %8, %4\n %19:ptr.device = ptradd.device %x.0, %9", "u32", 4},
	} {
		code := func(flag, between string) string {
			p := parse(t, fmt.Sprintf(program, c.at, c.kind, flag, between, c.size))
			text, err := WAT(p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
				0: {Data: make([]byte, 64*8), ReadOnly: true}, 1: {Data: make([]byte, 64*4)}}}, nil)
			require.NoError(t, err)
			return text
		}
		require.False(t, code("", "") == code("", "fence.mem_device"), name) // which takes no code itself
		require.False(t, code("", "") == code(".volatile", ""), name)
	}
}
