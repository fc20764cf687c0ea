package workbench

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxDocument bounds a document's text. Records hold their arrays inline, so
// it is generous.
const maxDocument = 1 << 30

// Open reads the document that an argument names: a path, or the name of a
// kernel of the catalogue.
func Open(arg string) (Document, error) {
	if !isFile(arg) {
		if doc, ok := catalogDocument(arg); ok {
			return doc, nil
		}
	}
	if !looksLikePath(arg) {
		names := CatalogNames()
		hint := DidYouMean(arg, names)
		if Nearest(arg, names) == "" {
			hint = `"zmlx kernels" lists the catalogue`
		}
		return Document{}, usagef(hint, "there is no file and no kernel named %q", arg)
	}
	text, err := readDocument(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Document{}, &Error{Code: CodeFile, Message: arg + ": no such file", Next: similarFile(arg)}
	case err != nil:
		return Document{}, fileError(err)
	}
	return Document{Path: arg, Text: text}, nil
}

func looksLikePath(arg string) bool {
	if strings.ContainsAny(arg, `/\.`) {
		return true
	}
	return isFile(arg)
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func readDocument(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", &fs.PathError{Op: "read", Path: path, Err: errors.New("is a directory")}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err == nil && len(data) > maxDocument {
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("is larger than 1 GiB")}
	}
	return string(data), err
}

// similarFile proposes the file of nearly this name in the same folder.
func similarFile(path string) string {
	entries, _ := os.ReadDir(filepath.Dir(path))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if n := Nearest(filepath.Base(path), names); n != "" {
		return "did you mean " + filepath.Join(filepath.Dir(path), n) + "?"
	}
	return ""
}
