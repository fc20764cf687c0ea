package wasm

import (
	"context"
	"math"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// Stores to one place on all ways through a kernel become one, and the result
// stays what interp gives.
func TestMergedStores(t *testing.T) {
	p := parse(t, `func @f(%x.0:ptr.device, %y.1:ptr.device, %i.2:u32) {
  %3:i64 = convert.i64.u32 %i.2
  %4:i64 = const 2
  %5:i64 = shl.i64 %3, %4
  %6:ptr.device = ptradd.device %x.0, %5
  %7:f32 = load.f32.device %6
  %8:f32 = const 0
  %9:bool = lt.f32 %7, %8
  if %9 {
    %10:ptr.device = ptradd.device %y.1, %5
    store.f32.device %10, %8
    return
  }
  %11:f32 = const 2
  %12:bool = lt.f32 %11, %7
  if %12 {
    %13:ptr.device = ptradd.device %y.1, %5
    store.f32.device %13, %11
    return
  }
  %14:ptr.device = ptradd.device %y.1, %5
  %15:f32 = sqrt.f32 %7
  store.f32.device %14, %15
  return
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "float" elem f32 size 4
  buffer 1 "y" device type "float" elem f32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`)
	x := make([]float32, 70)
	for i := range x {
		x[i] = 4 * float32(math.Sin(float64(i)))
	}
	bytesOf := func(v []float32) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 4*len(v)) }
	run := func(e exec.Executor) []float32 {
		y := make([]float32, len(x))
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(len(x)), 1, 1}, Threadgroup: exec.Dim{32, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: bytesOf(x), ReadOnly: true}, 1: {Data: bytesOf(y)}}}
		res, err := e.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Empty(t, res.Findings)
		if e.Name() == "wasm" {
			l.Grid[0] = 64
			text, err := WAT(p, l, nil)
			require.NoError(t, err)
			require.Equal(t, 8, strings.Count(text, "v128.store"), "one a chunk, eight chunks at once")
		}
		return y
	}
	require.Equal(t, run(interp.Executor{}), run(Executor{}))
}
