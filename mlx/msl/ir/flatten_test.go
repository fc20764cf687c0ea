package ir_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

// TestFlatten compares programs with what they are without calls, on interp: with loops
// in the kernel, with the kernel in a loop, and with all functions in it that are called twice.
func TestFlatten(t *testing.T) {
	testFlatten(t)
	defer ir.SetMaxCopies(0)()
	testFlatten(t)
	defer ir.ShareAll()()
	testFlatten(t)
}

// What is too large once calls are a loop is refused before it is optimized.
func TestFlattenTooLarge(t *testing.T) {
	defer ir.SetMaxCopies(0)()
	p, err := ir.Parse(`func @g(%n.0:u32) -> u32 {
  %1:u32 = const 1
  %2:bool = lt.u32 %n.0, %1
  if %2 {
    return %1
  } else {
    %3:u32 = sub %n.0, %1
    %4:u32 = call @g, %3
    %5:u32 = call @g, %4
    return %5
  }
}
func @f(%x.0:ptr.device) {
  %1:u32 = load.device %x.0
  %2:u32 = call @g, %1
  store.u32.device %x.0, %2
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "uint" elem u32 size 4
}`)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	_, err = ir.Flatten(p, p.Entries[0], func(ir.Block) bool { return true })
	require.NoError(t, err)
	_, err = ir.Flatten(p, p.Entries[0], func(ir.Block) bool { return false })
	require.EqualError(t, err, "a kernel of this size")
}

func testFlatten(t *testing.T) {
	recursive := 0
	for seed := range uint64(300) {
		c := irgen.New(seed, 5+int(seed%30))
		p, err := ir.Optimize(c.Program)
		require.NoError(t, err)
		flat, err := ir.Flatten(p, p.Entries[0], func(ir.Block) bool { return true })
		require.NoError(t, err, "seed %d", seed)
		if flat == p {
			continue
		}
		recursive++
		want, got := c.Clone(), c.Clone()
		for _, x := range []struct {
			p *ir.Program
			l *exec.Launch
		}{{p, &want}, {flat, &got}} {
			x.l.Entry = x.p.Entries[0]
			res, err := interp.Executor{}.Run(context.Background(), x.p, *x.l)
			require.NoError(t, err)
			require.Empty(t, res.Findings, "seed %d", seed)
		}
		require.Equal(t, want.Buffers, got.Buffers, "seed %d\n%s\n%s", seed, p, flat)
	}
	require.Greater(t, recursive, 30)
}
