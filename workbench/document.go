package workbench

import (
	"cmp"
	"slices"
	"strings"
)

// Document is a text that jobs work on. Path names it in diagnostics, decides
// its kind by its ending, and is what relative paths in it relate to; it need
// not exist.
type Document struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// DocumentKind is what a Document holds.
type DocumentKind string

// The kinds of documents.
const (
	SpecDocument   DocumentKind = "spec"   // a kernel spec in YAML
	RecordDocument DocumentKind = "record" // a launch record, *.launch.json
	MetalDocument  DocumentKind = "metal"  // a whole Metal source, *.metal
)

// Stdin is the path of a document that came through standard input.
const Stdin = "<stdin>"

// stream reports whether a path names what has no name that tells its kind:
// standard input, or a pipe that the system made, such as /dev/fd/63.
func stream(path string) bool { return path == Stdin || strings.HasPrefix(path, "/dev/") }

// Kind is the kind of document that the path's ending promises; anything
// unknown is a spec. Of a stream the text tells.
func (d Document) Kind() DocumentKind {
	switch {
	case strings.HasSuffix(d.Path, ".json"):
		return RecordDocument
	case strings.HasSuffix(d.Path, ".metal"), strings.HasSuffix(d.Path, ".h"):
		return MetalDocument
	case !stream(d.Path) || specKey.MatchString(d.Text):
		return SpecDocument
	case strings.HasPrefix(strings.TrimLeft(d.Text, "\ufeff \t\r\n"), "{"):
		return RecordDocument
	}
	return MetalDocument
}

// With is the text with changes made, each of them within a line.
func (d Document) With(fixes []Fix) string {
	lines := strings.SplitAfter(d.Text, "\n")
	later := func(a, b Fix) int { return cmp.Or(cmp.Compare(b.Line, a.Line), cmp.Compare(b.Column, a.Column)) }
	for _, f := range slices.SortedFunc(slices.Values(fixes), later) {
		line := &lines[f.Line-1]
		*line = (*line)[:f.Column-1] + f.Text + (*line)[f.EndColumn-1:]
	}
	return strings.Join(lines, "")
}
