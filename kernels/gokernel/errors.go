package gokernel

import (
	"fmt"
	"go/token"
	"strings"
)

// Pos is a place in the Go text; lines and columns (in bytes) count from 1.
type Pos struct{ Line, Column int }

// Error is a fault of the Go text.
type Error struct {
	Pos
	Length  int // in bytes, at least 1
	Message string
	Hint    string // what to do next, may be empty
}

func (e *Error) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// Errors are faults in the order of the text.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// node is what has a place: ast nodes and objects' positions.
type node interface {
	Pos() token.Pos
	End() token.Pos
}

// fail ends the translation; Translate turns it into Errors.
func (t *translator) fail(at node, hint, format string, args ...any) {
	panic(t.error(at.Pos(), at.End(), hint, fmt.Sprintf(format, args...)))
}

func (t *translator) error(from, to token.Pos, hint, msg string) *Error {
	e := &Error{Pos: t.pos(from), Length: 1, Message: msg, Hint: hint}
	if end := t.pos(to); to.IsValid() && end.Line == e.Line {
		e.Length = max(end.Column-e.Column, 1)
	}
	return e
}

// pos is a place in the text as it was given, without the clause that load put
// in front of its first line.
func (t *translator) pos(p token.Pos) Pos {
	at := t.fset.PositionFor(p, false)
	if at.Line == 1 {
		at.Column -= t.prefix
	}
	return Pos{max(at.Line, 1), max(at.Column, 1)}
}
