package wasm

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec/exectest"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// leftToInterp are the archives that interp runs, and why.
var leftToInterp = map[string]string{
	"counts.txtar":        "checks and counts are made by interp",
	"races.txtar":         "checks and counts are made by interp",
	"races_narrow.txtar":  "checks and counts are made by interp",
	"uninitialised.txtar": "checks and counts are made by interp",
}

// TestArchives runs interp's archives, and random programs that were wrong
// once, on both executors, optimized; the latter as they are, too.
func TestArchives(t *testing.T) {
	files, err := filepath.Glob("../interp/testdata/*.txtar")
	require.NoError(t, err)
	seeds, err := filepath.Glob("testdata/seeds/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	require.NotEmpty(t, seeds)
	for _, file := range append(files, seeds...) {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			a := exectest.Read(t, file)
			p, err := ir.Optimize(a.Program)
			require.NoError(t, err)
			if slices.Contains(seeds, file) {
				want, got := a.Launch(a.Program), a.Launch(a.Program)
				_, err := interp.Executor{}.Run(context.Background(), a.Program, want)
				require.NoError(t, err)
				fast, err := Executor{}.Run(context.Background(), a.Program, got)
				require.NoError(t, err)
				require.Equal(t, "wasm", fast.Executor, fast.Fallback)
				require.Equal(t, a.Buffers(want), a.Buffers(got))
			}
			want, got := a.Launch(p), a.Launch(p)
			slow, err := interp.Executor{}.Run(context.Background(), p, want)
			require.NoError(t, err)
			fast, err := Executor{}.Run(context.Background(), p, got)
			require.NoError(t, err)
			require.Equal(t, a.Buffers(want), a.Buffers(got))
			require.Equal(t, slow.Log, fast.Log)
			require.Equal(t, len(slow.Findings) > 0, len(fast.Findings) > 0)
			if why, ok := leftToInterp[name]; ok {
				require.EqualError(t, refused(p, got), why)
				require.Equal(t, why, fast.Fallback)
				return
			}
			require.Equal(t, "wasm", fast.Executor, fast.Fallback)
		})
	}
}
