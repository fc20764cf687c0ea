package wasm

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec/exectest"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// TestArchives runs interp's archives on both executors, optimized.
func TestArchives(t *testing.T) {
	files, err := filepath.Glob("../interp/testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a := exectest.Read(t, file)
			p, err := ir.Optimize(a.Program)
			require.NoError(t, err)
			want, got := a.Launch(p), a.Launch(p)
			slow, err := interp.Executor{}.Run(context.Background(), p, want)
			require.NoError(t, err)
			fast, err := Executor{}.Run(context.Background(), p, got)
			require.NoError(t, err)
			require.Equal(t, a.Buffers(want), a.Buffers(got), "on %s", fast.Executor)
			require.Equal(t, len(slow.Findings) > 0, len(fast.Findings) > 0, "on %s", fast.Executor)
			t.Log("ran on", fast.Executor)
		})
	}
}
