package workbench

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxInclude bounds one included file.
const maxInclude = 16 << 20

// includer finds what #include names: beside the including file for quotes,
// then in the include folders in order. It remembers what it found, as
// messages quote it.
type includer struct {
	dirs  []string
	texts map[string]string
}

func (in includer) find(name, from string, angled bool) (path, text string, err error) {
	var candidates []string
	if filepath.IsAbs(name) {
		candidates = append(candidates, name)
	} else {
		if !angled {
			candidates = append(candidates, filepath.Join(filepath.Dir(from), name))
		}
		for _, dir := range in.dirs {
			candidates = append(candidates, filepath.Join(dir, name))
		}
	}
	first := error(fs.ErrNotExist) // of a file that is there
	for _, c := range candidates {
		text, err := readInclude(c)
		if err == nil {
			in.texts[c] = text
			return c, text, nil
		}
		if errors.Is(first, fs.ErrNotExist) {
			first = err
		}
	}
	return "", "", first
}

func readInclude(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("%s is a folder", path)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is no regular file", path)
	case info.Size() > maxInclude:
		return "", fmt.Errorf("%s has more than %d MiB", path, maxInclude>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxInclude))
	return string(text), err
}
