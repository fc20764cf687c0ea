package dsl

import (
	"fmt"
	"strings"
)

// Error is a fault at a place of the program's text.
type Error struct {
	Span    Span
	Line    int // from 1
	Column  int // from 1, in bytes
	Message string
	Hint    string // what to do next, may be empty
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Errorf makes an Error at a place of a text.
func Errorf(text string, at Span, hint, format string, args ...any) *Error {
	return errorAt(text, at, hint, format, args...)
}

func errorAt(text string, at Span, hint, format string, args ...any) *Error {
	start := min(max(at.Start, 0), len(text))
	return &Error{
		Span:    at,
		Line:    1 + strings.Count(text[:start], "\n"),
		Column:  start - strings.LastIndexByte(text[:start], '\n'),
		Message: fmt.Sprintf(format, args...),
		Hint:    hint,
	}
}
