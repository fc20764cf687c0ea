package lower

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

func TestPrepare(t *testing.T) {
	p, err := ir.Parse(`func @f(%x.0:ptr.device) {
  %1:f32 = load.device %x.0
  %2:f32 = exp %1
  store.f32.device %x.0, %2
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "float" elem f32 size 4
}
func @g(%x.0:ptr.device) {
  call @f, %x.0
}
entry "g" @g maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "float" elem f32 size 4
}`)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	text := p.String()
	run := func(q *ir.Program) (float32, error) {
		data := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1))
		l := exec.Launch{Entry: q.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: data}}}
		_, err := interp.Executor{}.Run(context.Background(), q, l)
		return math.Float32frombits(binary.LittleEndian.Uint32(data)), err
	}
	_, err = run(p)
	require.ErrorContains(t, err, "exp is a function of the maths library")
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for _, prepare := range []func(context.Context, *ir.Program, *ir.Entry) (*ir.Program, error){Link, Prepare} {
		_, _ = prepare(gone, p, p.Entries[0]) // does not wait, and leaves nothing that is wrong
		q, err := prepare(context.Background(), p, p.Entries[0])
		require.NoError(t, err)
		again, err := prepare(context.Background(), p, p.Entries[0])
		require.NoError(t, err)
		require.Same(t, q, again)
		require.Len(t, q.Entries, 1)
		whole, err := prepare(context.Background(), p, nil)
		require.NoError(t, err)
		require.Len(t, whole.Entries, 2)
		got, err := run(q)
		require.NoError(t, err)
		require.InDelta(t, math.E, got, 3e-7)
	}
	require.Equal(t, text, p.String(), "the program itself stays")
}
