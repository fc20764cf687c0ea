//go:build unix

package tui

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zmlx/zmlx/tui/cells"
)

// TestFolderWithOddFiles: a pipe and a folder of a spec's name are not offered,
// and opening them says why that cannot be.
func TestFolderWithOddFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, unix.Mkfifo("pipe.yaml", 0o600))
	require.NoError(t, os.Mkdir("folder.metal", 0o700))
	require.NoError(t, os.WriteFile("-k.yaml", []byte(fakeSpec), 0o600))
	entries, err := listEntries()
	require.NoError(t, err)
	require.Equal(t, "-k.yaml", entries[0].Path)
	require.Empty(t, entries[1].Path)

	for file, want := range map[string]string{"pipe.yaml": "pipe.yaml is no file with a text", "folder.metal": "folder.metal is a folder"} {
		p := newPlayer(fakeOptions(), config{}, []string{file}, cells.NoColor, 120, 40)
		require.Contains(t, p.Frame().String(), want)
	}
	p := newPlayer(fakeOptions(), config{}, []string{"-k.yaml"}, cells.NoColor, 120, 40)
	require.Equal(t, "zmlx check ./-k.yaml", p.m.space.CommandLine("check"))
}

// TestOpenByName: what is no file is a kernel of the catalogue, also with its
// group in front.
func TestOpenByName(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("kernel_07", 0o700))
	for _, name := range []string{"kernel_07", "test/kernel_07"} {
		p := newPlayer(fakeOptions(), config{}, []string{name}, cells.NoColor, 120, 40)
		require.Equal(t, "zmlx check kernel_07", p.m.space.CommandLine("check"))
	}
}
