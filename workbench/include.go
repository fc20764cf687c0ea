package workbench

import (
	"io"
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

func (in includer) find(name, from string, angled bool) (path, text string, ok bool) {
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
	for _, c := range candidates {
		if text, ok := readInclude(c); ok {
			in.texts[c] = text
			return c, text, true
		}
	}
	return "", "", false
}

func readInclude(path string) (string, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxInclude {
		return "", false
	}
	f, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxInclude))
	return string(text), err == nil
}
