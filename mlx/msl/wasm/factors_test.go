package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// Quotients are those of a division, whatever is divided, also where they come to products.
func TestDivideByFactors(t *testing.T) {
	source := `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.i64.u32 %%i.2
  %%4:i64 = const 4
  %%5:i64 = mul.i64 %%3, %%4
  %%6:ptr.device = ptradd.device %%x.0, %%5
  %%7:ptr.device = ptradd.device %%y.1, %%5
  %%8:f32 = const %[2]s
  %%9:%[1]s = load.device %%6
  %%10:f32 = convert.f32.%[1]s %%9
  %%11:f32 = div.f32 %%10, %%8
  store.f32.device %%7, %%11
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem %[1]s size 4
  buffer 1 "y" device type "t" elem f32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`
	const n = 1 << 16
	x := make([]byte, 4*n)
	for i := range n {
		binary.LittleEndian.PutUint32(x[4*i:], uint32(i)<<16|uint32(i))
	}
	for i, v := range []float64{math.Copysign(0, -1), math.Inf(1), 0x1p-149, -0x1.8p-149, 0x1.fffffep-126, math.MaxFloat32, 3e38} {
		binary.LittleEndian.PutUint32(x[4*i+4:], math.Float32bits(float32(v)))
	}
	for _, kind := range []string{"f32", "u8", "i8", "u16", "i16"} {
		for _, d := range []string{"2.0", "-0.5", "1.7014118346046923e38", "-1.1754943508222875e-38", "5.877471754111438e-39", "255.0", "3.0", "-7.0", "0.1", "65535.0", "0.019607844", "-0.019607844", "1e30", "1e-40", "0.0", "inf", "nan"} {
			p := parse(t, fmt.Sprintf(source, kind, d))
			run := func(e exec.Executor) []byte {
				y := make([]byte, 4*n)
				res, err := e.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}})
				require.NoError(t, err)
				require.Equal(t, e.Name(), res.Executor)
				return y
			}
			require.Equal(t, run(interp.Executor{}), run(Executor{}), "%s by %s", kind, d)
		}
	}
}

// Bytes by 255 are two products, by a power of two one; what may lie anywhere is divided.
func TestFactors(t *testing.T) {
	all := interval{lo: math.Inf(-1), hi: math.Inf(1), nan: true}
	bytes := interval{hi: 255, whole: true}
	for _, c := range []struct {
		d    float32
		x    interval
		want int
	}{{255, bytes, 2}, {16, bytes, 1}, {0.25, all, 1}, {255, all, 0}, {255, interval{hi: 255}, 0}, {0x1p-127, all, 0}, {0, bytes, 0}, {float32(math.Inf(1)), bytes, 0}, {float32(math.NaN()), bytes, 0}, {3, interval{hi: 1 << 20, whole: true}, 0}} {
		require.Len(t, factorsOf(c.d, c.x), c.want, "%v by %v", c.x, c.d)
	}
}
