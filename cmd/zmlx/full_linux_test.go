package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

// TestFullDisk holds that results which cannot be written are no success, and
// no verdict either.
func TestFullDisk(t *testing.T) {
	path := t.TempDir() + "/k.metal"
	require.NoError(t, os.WriteFile(path, []byte("kernel void k() { x = 1; }\n"), 0o644))
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here:", err)
	}
	defer full.Close()
	for _, args := range [][]string{{"check", path}, {"help"}, {"run", "--help"}, {"version"}, {"--version"}, {"kernels", "list"}} {
		var stderr strings.Builder
		require.Equal(t, workbench.ExitUsage, newApp(full, &stderr).execute(t.Context(), args), args)
		require.Contains(t, stderr.String(), "no space left on device", args)
	}
}
