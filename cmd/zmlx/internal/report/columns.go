package report

import (
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"github.com/zmlx/zmlx/workbench"
)

// columns counts columns, which are bytes everywhere else, in the unit of a
// format: in the document that was checked and in the files that it includes.
// It also names these files from the root of the repository.
type columns struct {
	width func(rune) int // of a character, in units
	lines map[string][]string
	root  string
}

// A SARIF log counts UTF-16 code units, as its columnKind says; GitHub counts
// characters.
func utf16Columns(root string) *columns { return &columns{utf16.RuneLen, map[string][]string{}, root} }

func characterColumns(root string) *columns {
	return &columns{func(rune) int { return 1 }, map[string][]string{}, root}
}

// path is a file's name from the root, whatever folder zmlx runs in; a file
// elsewhere keeps its own.
func (c *columns) path(file string) string {
	if c.root == "" || file == "" || strings.HasPrefix(file, "<") {
		return file
	}
	whole, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	if below, ok := within(c.root, whole); ok {
		return below
	}
	// One of them may lead through a link to the other.
	root, _ := filepath.EvalSymlinks(c.root)
	folder, _ := filepath.EvalSymlinks(filepath.Dir(whole))
	if below, ok := within(root, filepath.Join(folder, filepath.Base(whole))); ok {
		return below
	}
	return file
}

// within is the path from a folder to a file below it.
func within(root, file string) (string, bool) {
	below, err := filepath.Rel(root, file)
	return filepath.ToSlash(below), err == nil && filepath.IsLocal(below)
}

// document takes the text of a result from the result, not from its file.
func (c *columns) document(r *workbench.CheckResult) { c.lines[r.File] = textLines(r.Text) }

// textLines are the lines of a text without its byte order mark, which has no column.
func textLines(text string) []string { return strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") }

// maxIncluded bounds an included file that is read for its columns.
const maxIncluded = 16 << 20

func (c *columns) of(file string) []string {
	lines, known := c.lines[file]
	if !known {
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Size() <= maxIncluded {
			if text, err := os.ReadFile(file); err == nil {
				lines = textLines(string(text))
			}
		}
		c.lines[file] = lines
	}
	return lines
}

// at is the column of a byte of a file, both counted from 1. It stays a byte's
// where the line cannot be read.
func (c *columns) at(file string, line, column int) int {
	lines := c.of(file)
	if line < 1 || line > len(lines) || column < 1 {
		return column
	}
	text := lines[line-1]
	text = text[:min(column-1, len(text))]
	for _, r := range text {
		column += c.width(r)
	}
	return column - len(text)
}
