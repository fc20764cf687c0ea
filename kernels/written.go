package kernels

import "strings"

// Written is where the value of a parameter, or of an integer or bool template
// value, stands in the document. It is the zero Place where nothing there could
// be replaced.
func (s *Spec) Written(name string) Place {
	var text Text
	for _, p := range s.Params {
		if p.Name == name {
			text = p.text
		}
	}
	for _, t := range s.Template {
		if t.Name == name {
			text = t.Value.Text
		}
	}
	at := text.at
	if i := at.Line - 1; text.String == "" || i < 0 || i >= len(s.lines) || !strings.HasPrefix(s.lines[i][min(at.Column-1, len(s.lines[i])):], text.String) {
		return Place{}
	}
	at.Length = len(text.String)
	return at
}
