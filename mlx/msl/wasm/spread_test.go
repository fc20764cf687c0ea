package wasm

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// What the lanes of a vector share becomes a vector once, however many operations take it.
func TestSpreadsOnce(t *testing.T) {
	const n = 1 << 16
	x := make([]byte, 4*n)
	for i := range n {
		binary.LittleEndian.PutUint32(x[4*i:], math.Float32bits(float32(i)-100.5))
	}
	splats := func(code string) int {
		p := parse(t, `func @f(%x.0:ptr.device, %y.1:ptr.device, %t.2:u32) {
  %3:i64 = convert.u32 %t.2
  %4:i64 = const 4
  %5:i64 = mul %3, %4
  %6:ptr.device = ptradd %x.0, %5
  %7:f32 = load.device %6
  %8:u32 = const 3
  %9:u32 = shr %t.2, %8
  %10:i64 = convert.u32 %9
  %11:i64 = mul %10, %4
  %12:ptr.device = ptradd %x.0, %11
  %13:f32 = load.device %12
  %14:f32 = mul %7, %13
`+code+`  %18:ptr.device = ptradd %y.1, %5
  store.f32.device %18, %17
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "float" elem f32 size 4
  buffer 1 "y" device type "float" elem f32 size 4
  builtin thread_position_in_grid "t" u32 x1
}`)
		want, got := onBoth(t, p, x, 4*n)
		require.Equal(t, want, got)
		text, err := WAT(p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{32, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: got}}}, nil)
		require.NoError(t, err)
		return strings.Count(text, "f32x4.replace_lane")
	}
	one := splats("%17:f32 = add %14, %7\n")
	require.Positive(t, one)
	require.Equal(t, one, splats("%15:f32 = add %14, %13\n  %16:f32 = mul %15, %7\n  %17:f32 = sub %16, %13\n"))
}
