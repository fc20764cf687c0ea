package workbench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
)

// A document's text is bounded. Records hold their arrays inline, so theirs
// may be long.
const (
	maxRecord = 1 << 30
	maxText   = 16 << 20
)

// Open reads the document that an argument names: a file, "-" for standard
// input, or else a kernel of the catalogue. A folder of a kernel's name does not
// hide the kernel.
func Open(arg string) (Document, error) {
	if arg == "-" {
		text, err := readText(os.Stdin, Stdin, maxText)
		if err != nil {
			return Document{}, fileError(err)
		}
		return Document{Path: Stdin, Text: text}, nil
	}
	if !isFile(arg) {
		if doc, ok := catalogDocument(arg); ok {
			return doc, nil
		}
		if members := group(arg); len(members) > 0 {
			return Document{}, usagef("name one of them, such as "+members[0], "%s is a group of %d kernels", strings.TrimSuffix(arg, "/"), len(members))
		}
	}
	if !looksLikePath(arg) {
		names := CatalogNames()
		hint := DidYouMean(arg, names)
		if spelling.Nearest(arg, names) == "" {
			hint = `"zmlx kernels" lists the catalogue`
		}
		return Document{}, &Error{Code: CodeFile, Message: fmt.Sprintf("there is no file and no kernel named %q", arg), Next: hint}
	}
	doc, err := OpenFile(arg)
	if next := programs[strings.ToLower(filepath.Ext(arg))]; err == nil && next != "" {
		return Document{}, usagef(next, "%s is no spec, launch record or Metal source", arg)
	}
	return doc, err
}

// programs says what to do with files that have kernels in them but are none of these.
var programs = map[string]string{
	".py": imported, ".ipynb": imported, ".swift": imported,
	".m": written, ".mm": written, ".c": written, ".cc": written, ".cpp": written, ".hpp": written, ".rs": written, ".cs": written, ".msl": written, ".txt": written,
	".zmlx": "zmlx session replay does again what a session keeps",
}

const (
	written  = "write the Metal source to a file that ends in .metal"
	imported = "zmlx import makes specs of its calls of metal_kernel; other Metal source goes into a file that ends in .metal"
)

// OpenFile reads the document that lies in a file.
func OpenFile(arg string) (Document, error) {
	text, err := readDocument(arg)
	switch {
	case errors.Is(err, errFolder):
		return Document{}, folderError(arg)
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
	_, err := os.Lstat(arg) // a link that leads nowhere is there
	return err == nil
}

// isFile reports whether there is something at path that can be read.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

var errFolder = errors.New("is a folder")

func readDocument(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", errFolder
	}
	// What the system has there, such as /dev/stdin, is ready to be read; a pipe
	// elsewhere may never be.
	if !info.Mode().IsRegular() && !stream(path) {
		return "", &fs.PathError{Op: "read", Path: path, Err: errors.New("is no regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	most := maxText
	if (Document{Path: path}).Kind() == RecordDocument {
		most = maxRecord
	}
	return readText(f, path, most)
}

// readText reads at most so many bytes of text. The encodings that begin with a
// mark of two bytes are those in which some tools redirect their output.
func readText(r io.Reader, path string, most int) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return "", err
	case len(data) > most:
		err = fmt.Errorf("is larger than %d MiB", most>>20)
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		err = errors.New("is encoded in UTF-16; save it as UTF-8")
	case stream(path) && len(bytes.TrimSpace(data)) == 0: // what should have written it failed
		err = errors.New("nothing came through it")
	default:
		return string(data), nil
	}
	return "", &fs.PathError{Op: "read", Path: path, Err: err}
}

// similarFile proposes the file of nearly this name in the same folder.
func similarFile(path string) string {
	entries, _ := os.ReadDir(filepath.Dir(path))
	var names []string
	for _, e := range entries {
		if e.Name() == filepath.Base(path) {
			return "it is a link to a file that does not exist"
		}
		names = append(names, e.Name())
	}
	if n := spelling.Nearest(filepath.Base(path), names); n != "" {
		return "did you mean " + filepath.Join(filepath.Dir(path), n) + "?"
	}
	return ""
}
