package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

// What a session could not keep is no success, and its results are shown nonetheless.
func TestSessionThatIsLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	require.NoError(t, os.Mkdir(dir, 0o755))
	var out, stderr bytes.Buffer
	a := newApp(&out, &stderr)
	a.progress.w = writerFunc(func(p []byte) (int, error) { return len(p), os.RemoveAll(dir) }) // while it works
	require.Equal(t, workbench.ExitUsage, a.execute(t.Context(), []string{"run", "silu", "--record", filepath.Join(dir, "s.zmlx")}))
	require.Contains(t, stderr.String(), "cannot record: "+dir)
	require.Contains(t, out.String(), "float32")
}
