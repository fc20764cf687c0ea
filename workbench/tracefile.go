package workbench

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/profile/trace"
)

// IsTrace tells by its name whether a file is a saved timeline.
func IsTrace(path string) bool { return filepath.Ext(path) == ".trace" }

// OpenTrace reads a saved timeline: a profile that has times alone.
func OpenTrace(path string) (*ProfileResult, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("", "%s: no such file", path)
	}
	if err != nil {
		return nil, fileError(err)
	}
	defer file.Close()
	t, err := trace.Read(file)
	if err != nil {
		return nil, usagef("write one with zmlx profile --format trace", "%s: %v", path, err)
	}
	return &ProfileResult{File: path, Name: filepath.Base(path), Status: StatusOK, Timeline: t}, nil
}

// SaveTrace writes a timeline, with its bookmarks, to a file.
func SaveTrace(path string, t *trace.Timeline) error {
	var text bytes.Buffer
	if err := t.Write(&text); err != nil {
		return err
	}
	if err := atomicfile.WriteFile(path, text.Bytes(), 0o644); err != nil {
		return fileError(err)
	}
	return nil
}
