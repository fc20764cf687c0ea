package xdgdirs

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHomeOverridesAll(t *testing.T) {
	t.Setenv("ZMLX_HOME", "/h")
	require.Equal(t, filepath.FromSlash("/h/config"), Config())
	require.Equal(t, filepath.FromSlash("/h/state"), State())
	require.Equal(t, filepath.FromSlash("/h/cache"), Cache())
}

func TestDefaultsAreOurOwnFolders(t *testing.T) {
	t.Setenv("ZMLX_HOME", "")
	for _, d := range []string{Config(), State(), Cache()} {
		require.Equal(t, "zmlx", filepath.Base(d))
		require.True(t, filepath.IsAbs(d))
	}
}
