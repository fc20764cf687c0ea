// Package atomicfile writes files so that a reader, or a crash, sees either
// the whole old content or the whole new one.
//
// The content goes to a temporary file in the target's folder, is synced, and
// takes the target's name by a rename. A symbolic link is followed, so that
// the file behind it is replaced and not the link. What is not a regular file
// (a pipe, /dev/stdout) is written in place, as it cannot be replaced.
//
// Large files take seconds, so writing ends soon after its context does, and
// leaves the old content. They are synced as they grow: a process cannot end, not
// even by a signal, while the disk takes what it was told to sync.
package atomicfile

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes data to path. perm applies to a new file; an existing one
// keeps its mode.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return Write(context.Background(), path, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Write lets fill write the new content of path. If fill fails, path is left
// as it was and fill's error is returned.
func Write(ctx context.Context, path string, perm fs.FileMode, fill func(io.Writer) error) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		target = path
	} else if err != nil {
		return err
	}
	if info, err := os.Stat(target); err == nil {
		if info.IsDir() {
			return &fs.PathError{Op: "write", Path: path, Err: errors.New("is a directory")}
		}
		if !info.Mode().IsRegular() {
			return writeInPlace(ctx, target, fill)
		}
		perm = info.Mode().Perm()
	}
	return replace(ctx, target, perm, fill)
}

func writeInPlace(ctx context.Context, path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(fillBuffered(&pieces{ctx: ctx, f: f}, fill), f.Close())
}

func replace(ctx context.Context, path string, perm fs.FileMode, fill func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return writeError(path, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			var failed *fs.PathError
			if errors.As(err, &failed) && failed.Path == f.Name() {
				err = writeError(path, err)
			}
		}
	}()
	if err := fillBuffered(&pieces{ctx: ctx, f: f, synced: true}, fill); err != nil {
		return err
	}
	if err := f.Chmod(perm); err != nil {
		return err
	}
	if err := syncFile(ctx, f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	syncDir(dir)
	return nil
}

// writeError names the file that was to be written, not the temporary one.
func writeError(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &fs.PathError{Op: "write", Path: path, Err: err}
}

func fillBuffered(p *pieces, fill func(io.Writer) error) error {
	w := bufio.NewWriterSize(p, 1<<16)
	if err := fill(w); err != nil {
		return err
	}
	return w.Flush()
}

// pieces writes a megabyte at a time, as long as the context lasts.
type pieces struct {
	ctx      context.Context
	f        *os.File
	synced   bool // a regular file, which can be
	unsynced int
}

func (p *pieces) Write(data []byte) (n int, err error) {
	const piece, most = 1 << 20, 32 << 20
	for {
		if err := p.ctx.Err(); err != nil {
			return n, err
		}
		k, err := p.f.Write(data[n:min(n+piece, len(data))])
		n += k
		if p.unsynced += k; err == nil && p.synced && p.unsynced >= most {
			p.unsynced = 0
			err = p.f.Sync()
		}
		if err != nil || n == len(data) {
			return n, err
		}
	}
}

// syncFile waits for the disk, but not beyond the context.
func syncFile(ctx context.Context, f *os.File) error {
	done := make(chan error, 1)
	go func() { done <- f.Sync() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// syncDir makes the rename itself durable. Not every file system can, and the
// content is safe without, so errors are of no interest.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
