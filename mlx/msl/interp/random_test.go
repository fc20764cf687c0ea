package interp

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

// Random programs race nowhere and read only what was written, and the checks
// do not change what they compute.
func TestChecksOnRandomPrograms(t *testing.T) {
	for seed := range uint64(60) {
		c := irgen.New(seed, 30)
		plain, checked := c.Clone(), c.Clone()
		plain.Entry, checked.Entry = c.Program.Entries[0], c.Program.Entries[0]
		checked.Checks, checked.Count = exec.Races, true
		_, err := Executor{}.Run(context.Background(), c.Program, plain)
		require.NoError(t, err)
		res, err := Executor{}.Run(context.Background(), c.Program, checked)
		require.NoError(t, err)
		require.Empty(t, res.Findings, "seed %d\n%s", seed, c.Program)
		require.Equal(t, plain.Buffers, checked.Buffers, "seed %d", seed)
	}
}
