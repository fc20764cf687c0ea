package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/workbench"
)

// TestInterruptedOutput: what is interrupted leaves the file as it was, with
// nothing beside it.
func TestInterruptedOutput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, err bytes.Buffer
	require.Equal(t, workbench.ExitCancelled, newApp(&out, &err).execute(ctx, []string{"kernels", "--output", path}))
	require.Equal(t, "zmlx: cancelled\n", err.String())
	text, e := os.ReadFile(path)
	require.NoError(t, e)
	require.Equal(t, "old", string(text))
	files, e := os.ReadDir(filepath.Dir(path))
	require.NoError(t, e)
	require.Len(t, files, 1)
}
