//go:build unix

package tensorfile

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A pipe is refused, and not waited for.
func TestPipesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	require.NoError(t, unix.Mkfifo(path, 0o600))
	_, err := LoadNpy(path)
	require.EqualError(t, err, path+": not a regular file")
	_, err = Open(path)
	require.EqualError(t, err, path+": not a regular file")
}
