package report

import (
	"os"
	"strings"
	"unicode/utf16"

	"github.com/zmlx/zmlx/workbench"
)

// columns counts columns, which are bytes everywhere else, in the unit of a
// format: in the document that was checked and in the files that it includes.
type columns struct {
	width func(rune) int // of a character, in units
	lines map[string][]string
}

// A SARIF log counts UTF-16 code units, as its columnKind says; GitHub counts
// characters.
func utf16Columns() *columns { return &columns{utf16.RuneLen, map[string][]string{}} }

func characterColumns() *columns {
	return &columns{func(rune) int { return 1 }, map[string][]string{}}
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
