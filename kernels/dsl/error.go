package dsl

import (
	"fmt"
	"slices"
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

// Nearest returns the candidate that is most like word, or "" if none is
// close enough to be a likely slip of the pen.
func Nearest(word string, candidates []string) string {
	best, at := (len(word)+1)/3, ""
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := distance(strings.ToLower(word), strings.ToLower(c), best+1); d < best || d == best && at == "" {
			best, at = d, c
		}
	}
	return at
}

// distance is the number of edits (insert, delete, replace, swap neighbours)
// between a and b, or limit if it is at least that.
func distance(a, b string, limit int) int {
	if abs(len(a)-len(b)) >= limit || len(a) > 64 || len(b) > 64 {
		return limit
	}
	var prev2, prev, cur [65]int
	for j := 0; j <= len(b); j++ {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, cur
	}
	return min(prev[len(b)], limit)
}

func abs(n int) int { return max(n, -n) }

func didYouMean(word string, candidates []string) string {
	if n := Nearest(word, candidates); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}
