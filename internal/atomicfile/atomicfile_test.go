package atomicfile

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteReplacesAndKeepsMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, WriteFile(path, []byte("new"), 0o644))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	requireOnly(t, filepath.Dir(path), "a")
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	boom := errors.New("boom")
	err := Write(context.Background(), path, 0o644, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1<<20))
		return boom
	})
	require.ErrorIs(t, err, boom)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(got))
	requireOnly(t, filepath.Dir(path), "a")
}

func TestWriteFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o644))
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	require.NoError(t, WriteFile(link, []byte("new"), 0o644))
	got, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
}

func TestWriteRefusesAFolder(t *testing.T) {
	require.ErrorContains(t, WriteFile(t.TempDir(), nil, 0o644), "is a directory")
}

func TestErrorsNameTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "a")
	require.ErrorContains(t, WriteFile(path, nil, 0o644), "write "+path+": ")
}

// A disk that fills up is told of with the file's name, not with that of the
// temporary one.
func TestErrorsWhileWritingNameTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	err := Write(context.Background(), path, 0o644, func(w io.Writer) error {
		temporary, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".a.*.tmp"))
		require.NoError(t, err)
		require.Len(t, temporary, 1)
		return &fs.PathError{Op: "write", Path: temporary[0], Err: errors.New("no space left on device")}
	})
	require.EqualError(t, err, "write "+path+": no space left on device")
	requireOnly(t, filepath.Dir(path))
}

func TestWriteToADeviceWritesInPlace(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no /dev/null")
	}
	require.NoError(t, WriteFile("/dev/null", []byte("x"), 0o644))
	info, err := os.Stat("/dev/null")
	require.NoError(t, err)
	require.False(t, info.Mode().IsRegular())
}

func requireOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.Equal(t, names, got)
}

// Writing ends within a megabyte of its context, and keeps the old content.
func TestCancel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	written := 0
	err := Write(ctx, path, 0o644, func(w io.Writer) error {
		for {
			n, err := w.Write(make([]byte, 1<<16))
			if err != nil {
				return err
			}
			written += n
			if written == 3<<20 {
				cancel()
			}
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.LessOrEqual(t, written, 4<<20)
	require.ErrorIs(t, Write(ctx, path, 0o644, func(io.Writer) error { return nil }), context.Canceled)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(got))
	requireOnly(t, filepath.Dir(path), "a")
}
