package interop

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// maxNotebookBytes bounds a notebook with the pictures that it holds.
const maxNotebookBytes = 64 << 20

// position is where a call stands: a line of a file, or of a notebook's cell.
type position struct {
	file       string
	cell, line int // cells from 1, as they stand, with those of text; 0 for a file
}

func (p position) String() string {
	if p.cell == 0 {
		return fmt.Sprintf("%s:%d", p.file, p.line)
	}
	return fmt.Sprintf("%s: cell %d, line %d", p.file, p.cell, p.line)
}

// codeCell is a cell of a notebook in the joined program.
type codeCell struct{ number, first int }

// locate finds a line of the joined program.
func locate(file string, cells []codeCell, line int) position {
	i := sort.Search(len(cells), func(i int) bool { return cells[i].first > line }) - 1
	if i < 0 {
		return position{file: file, line: line}
	}
	return position{file, cells[i].number, line - cells[i].first + 1}
}

// notebook joins the Python cells of a Jupyter notebook (nbformat 4) in their order,
// with the modules that cells write. Lines of magic stay, as package program leaves them out.
func notebook(file, text string) (string, []codeCell, error) {
	var doc struct {
		Format   int `json:"nbformat"`
		Metadata struct {
			Language struct{ Name string } `json:"language_info"`
		}
		Cells []struct {
			Type   string `json:"cell_type"`
			Source lines
		}
	}
	var mistyped *json.UnmarshalTypeError
	if err := json.Unmarshal([]byte(text), &doc); errors.As(err, &mistyped) {
		return "", nil, fmt.Errorf("%s: not a Jupyter notebook: its %s is a %s", file, strings.ToLower(mistyped.Field), mistyped.Value)
	} else if err != nil {
		return "", nil, fmt.Errorf("%s: not a Jupyter notebook: %w", file, err)
	}
	if doc.Format != 4 {
		return "", nil, fmt.Errorf("%s: the notebook has format %d instead of 4; convert it with jupyter nbconvert --to notebook", file, doc.Format)
	}
	if l := doc.Metadata.Language.Name; l != "" && l != "python" {
		return "", nil, fmt.Errorf("%s: the notebook's language is %s; kernels are read out of Python", file, l)
	}
	var b strings.Builder
	var cells []codeCell
	next := 1
	var written []string // modules whose names the notebook has already
	for i, c := range doc.Cells {
		source := string(c.Source)
		if m := moduleCell.FindStringSubmatch(source); m != nil {
			written = append(written, m[1])
		}
		if c.Type != "code" || foreign(source) {
			continue
		}
		cells = append(cells, codeCell{i + 1, next})
		next += strings.Count(source, "\n") + 1
		b.WriteString(importFrom.ReplaceAllStringFunc(source, func(line string) string {
			m := importFrom.FindStringSubmatch(line)
			if !slices.Contains(written, m[2]) {
				return line
			}
			return m[1] + renames(m[3]) + strings.Repeat("\n", strings.Count(line, "\n"))
		}) + "\n")
	}
	return b.String(), cells, nil
}

var (
	// moduleCell is the first line of a cell that writes a module of Python.
	moduleCell = regexp.MustCompile(`^\s*%%(?:writefile|file)\s+(?:-a\s+|--append\s+)?(?:\S*/)?(\w+)\.py\s*(?:\n|$)`)
	// importFrom takes names out of a module.
	importFrom = regexp.MustCompile(`(?m)^([ \t]*)from[ \t]+\.?(\w+)[ \t]+import[ \t]+(\([\w\s,]*\)|[\w*][\w*, \t]*?)[ \t]*(?:#.*)?$`)
	importAs   = regexp.MustCompile(`(\w+)\s+as\s+(\w+)`)
)

// renames is what is left of an import from a module that stands in the text.
func renames(names string) string {
	var out []string
	for _, m := range importAs.FindAllStringSubmatch(names, -1) {
		out = append(out, m[2]+" = "+m[1])
	}
	return cmp.Or(strings.Join(out, "; "), "pass")
}

// foreign reports whether a cell's magic makes it something other than Python.
func foreign(source string) bool {
	magic, ok := strings.CutPrefix(strings.TrimSpace(source), "%%")
	if !ok {
		return false
	}
	name := strings.FieldsFunc(magic, func(r rune) bool { return r <= ' ' })
	if len(name) == 0 {
		return true
	}
	switch name[0] {
	case "time", "timeit", "capture", "prun":
		return false
	}
	return !moduleCell.MatchString(source)
}

// lines is a text, or the list of its lines.
type lines string

// UnmarshalJSON reads either.
func (l *lines) UnmarshalJSON(b []byte) error {
	var list []string
	if err := json.Unmarshal(b, &list); err == nil {
		*l = lines(strings.Join(list, ""))
		return nil
	}
	return json.Unmarshal(b, (*string)(l))
}
