package kernels

import "strings"

// Text is a piece of text in a document, with the map from its lines to the
// document's.
type Text struct {
	String string
	at     Place // of its first byte
	block  bool  // each line of it is a line of the document, less the indentation
}

// Empty reports whether there is no text.
func (t Text) Empty() bool { return strings.TrimSpace(t.String) == "" }

// Start is the place of the text's first line.
func (t Text) Start() Place { return t.at }

// Lines is the number of lines.
func (t Text) Lines() int {
	return strings.Count(t.String, "\n") + min(1, len(t.String)-strings.LastIndexByte(t.String, '\n')-1)
}

// Place is where line and column of the text, both from 1, stand in the
// document.
func (t Text) Place(line, column, length int) Place {
	if t.at.Line == 0 {
		return Place{}
	}
	if !t.block {
		if line != 1 || strings.Contains(t.String, "\n") {
			return t.at
		}
		return Place{t.at.Line, t.at.Column + column - 1, length}
	}
	return Place{t.at.Line + line - 1, t.at.Column + column - 1, length}
}

// Line is the inverse of Place: the line of the text that is the document's
// line. ok is false if that line is not part of the text.
func (t Text) Line(document int) (line int, ok bool) {
	line = document - t.at.Line + 1
	if t.at.Line == 0 || line < 1 || line > t.Lines() {
		return 0, false
	}
	return line, true
}

// span is the place of the bytes from start to end.
func (t Text) span(start, end int) Place {
	start = min(max(start, 0), len(t.String))
	before := t.String[:start]
	return t.Place(1+strings.Count(before, "\n"), start-strings.LastIndexByte(before, '\n'), max(end-start, 0))
}
