package wasm

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// compareProgram compares 0 with an and: wazero 1.12 joins the two the wrong
// way round.
const compareProgram = `func @kernel(%0:ptr.device, %1:ptr.device) {
  %2:u32 = load.device %0
  %3:u32 = const 7
  %4:u32 = and %2, %3
  %5:u32 = const 0
  %6:bool = lt.u32 %5, %4
  if %6 {
    store.u32.device %1, %3
  }
}
entry "kernel" @kernel maxthreads 0 threadgroupsize 0 {
  buffer 0 "in" device readonly type "" elem u32 size 4
  buffer 1 "out" device type "" elem u32 size 4
}`

// selectProgram wants so many registers that wazero 1.12 spilled one in the
// middle of a v128.bitselect, after changing it.
const selectProgram = `func @kernel(%0:ptr.device, %1:ptr.device, %2:ptr.device, %3:u32, %4:u32, %5:u32, %6:u32, %7:u32) {
  slot threadgroup 0 "tile" size 2048 align 8
  reg %14:i32
  reg %17:i16
  reg %18:f32
  reg %26:u32
  %8:i64 = convert.u32 %3
  %9:i64 = const 192
  %10:i64 = mul %8, %9
  %11:ptr.device = ptradd %1, %10
  %12:i32, %13:i32 = load.device %0
  %15:bool = lt.i32 %12, %14
  %16:bool = simdisfirst
  %19:f32 = const 7.423878e-07
  %20:i32 = bitcast.u32 %7
  %21:i32 = neg %12
  %22:f32 = bitcast.i32 %21
  %23:bf16 = convert.i32 %20
  %24:bf16 = trunc %23
  if %16 {
    %25:bool = eq.bf16 %24, %24
    if %25 {
      store.u32.device +8, %11, %26
    }
    %28:u32 = const 7
    %29:u32 = and %4, %28
    %31:u32 = const 1
    loop {
      %30:bool = lt.u32 %27, %29
      if %30 {
      } else {
        break
      }
    } continuing {
      %27:u32 = add %27, %31
    }
    if %15 {
      store.i16.device +48, %11, %17
    } else {
      %19:f32 = mov %22
    }
  }
  %32:bool = ne.f32 %19, %19
  %33:f32 = select %32, %18, %19
  %34:f32 = sub %18, %33
  store.f32.device +96, %11, %34
}
entry "kernel" @kernel maxthreads 0 threadgroupsize 2048 {
  buffer 0 "in" device readonly type "" elem u64 size 8
  buffer 1 "out" device type "" elem u64 size 8
  buffer 2 "counters" device type "" elem u32 size 4
  builtin thread_position_in_grid "p" u32 x2
  builtin threads_per_grid "w" u32 x1
  builtin thread_index_in_threadgroup "i" u32 x1
  builtin threadgroup_position_in_grid "g" u32 x1
}`

// TestWazeroFaults holds programs that wazero's compiler got wrong.
func TestWazeroFaults(t *testing.T) {
	for name, text := range map[string]string{"compare": compareProgram, "select": selectProgram} {
		t.Run(name, func(t *testing.T) {
			p, err := ir.Parse(text)
			require.NoError(t, err)
			require.NoError(t, ir.Verify(p))
			run := func(x exec.Executor) []byte {
				in, out := make([]byte, 4096), make([]byte, 32*192)
				in[0] = 5
				l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{32, 1, 1}, Threadgroup: exec.Dim{14, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: in, ReadOnly: true}, 1: {Data: out}, 2: {Data: make([]byte, 64)}}}
				res, err := x.Run(context.Background(), p, l)
				require.NoError(t, err)
				require.Empty(t, res.Findings)
				require.Equal(t, x.Name(), res.Executor)
				return out
			}
			require.Equal(t, run(interp.Executor{}), run(Executor{}))
		})
	}
}
