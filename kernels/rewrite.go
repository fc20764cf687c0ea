package kernels

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// WithValues is the spec's document with other values of its parameters, or of
// integer and bool template values. All else in it stays as it is written. The
// error says which of them has no place of its own to be replaced.
func (s *Spec) WithValues(values []NamedValue) (string, error) {
	type edit struct {
		at        Place
		old, text string
	}
	var edits []edit
	for _, v := range values {
		at := s.written(v.Name)
		if i := at.at.Line - 1; i < 0 || i >= len(s.lines) || !strings.HasPrefix(s.lines[i][min(at.at.Column-1, len(s.lines[i])):], at.String) {
			return "", fmt.Errorf("%s has no line in which %s could be set to %s", s.File, v.Name, v.Value)
		}
		edits = append(edits, edit{at.at, at.String, v.Value.String()})
	}
	slices.SortFunc(edits, func(a, b edit) int { // those behind first, so that places stay true
		return cmp.Or(cmp.Compare(b.at.Line, a.at.Line), cmp.Compare(b.at.Column, a.at.Column))
	})
	lines := strings.SplitAfter(s.Raw, "\n")
	for _, e := range edits {
		line, from := lines[e.at.Line-1], e.at.Column-1
		lines[e.at.Line-1] = line[:from] + e.text + line[from+len(e.old):]
	}
	return strings.Join(lines, ""), nil
}

// written is the text of a parameter's or template value's value.
func (s *Spec) written(name string) Text {
	for _, p := range s.Params {
		if p.Name == name {
			return p.text
		}
	}
	for _, t := range s.Template {
		if t.Name == name {
			return t.Value.Text
		}
	}
	return Text{}
}
