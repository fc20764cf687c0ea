// Package diag holds source texts, positions in them, and diagnostics in
// clang's form.
//
// A Pos is an offset into the concatenation of everything that Sources holds:
// files and macro expansions. An expansion is itself a range of positions that
// maps each token to where it was spelled and where the macro was used, so
// that one number is enough to print "expanded from macro" notes.
package diag

// Pos is a position in Sources; 0 is "no position".
type Pos uint32

// Span is a half-open range of text.
type Span struct{ Start, End Pos }

// Location is a resolved position: line and column count from 1, columns in
// bytes.
type Location struct {
	File         string
	Line, Column int
}

// Severity orders diagnostics.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
	NoteSeverity
)

// String is the word that introduces a message.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}

// Diagnostic is one message of the compiler.
type Diagnostic struct {
	Severity Severity
	Code     string // stable, kebab-case: "undeclared-identifier"
	Message  string
	Span     Span   // what is underlined; the caret stands at Start
	Caret    Pos    // where the caret stands instead, if not 0: the operator of a binary expression
	Ranges   []Span // further underlined text
	Notes    []Note // "expanded from", "in instantiation of", "candidate"
	Fixes    []Fix
}

// At is the position that a diagnostic is reported at.
func (d *Diagnostic) At() Pos {
	if d.Caret != 0 {
		return d.Caret
	}
	return d.Span.Start
}

// Note is a remark that belongs to a diagnostic.
type Note struct {
	Message string
	Span    Span   // what is underlined; the caret stands at Start
	Caret   Pos    // where the caret stands instead, if not 0
	Ranges  []Span // further underlined text
	Fixes   []Fix  // one of several edits that would help
}

// At is the position that a note is shown at.
func (n *Note) At() Pos {
	if n.Caret != 0 {
		return n.Caret
	}
	return n.Span.Start
}

// Fix is a proposed edit: replace Span by Text.
type Fix struct {
	Span Span
	Text string
}
