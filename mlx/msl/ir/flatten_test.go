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
// in the kernel, and with the kernel in a loop.
func TestFlatten(t *testing.T) {
	testFlatten(t)
	defer ir.SetMaxCopies(0)()
	testFlatten(t)
}

func testFlatten(t *testing.T) {
	recursive := 0
	for seed := range uint64(300) {
		c := irgen.New(seed, 5+int(seed%30))
		p, err := ir.Optimize(c.Program)
		require.NoError(t, err)
		flat, err := ir.Flatten(p, p.Entries[0])
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
