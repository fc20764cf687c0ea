package kernels

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Place is a stretch of one line. Lines and columns count from 1, columns in
// bytes; the zero Place is unknown.
type Place struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Length int `json:"length,omitempty"`
}

// Problem is a fault or a warning at a place of a document.
type Problem struct {
	File    string   `json:"file"`
	Place            // where it stands
	Warning bool     `json:"warning,omitempty"`
	Code    string   `json:"code"` // stable, kebab-case: "unknown-key"
	Message string   `json:"message"`
	Hint    string   `json:"hint,omitempty"`  // what to do next
	Notes   []string `json:"notes,omitempty"` // remarks from a compiler
	Excerpt string   `json:"excerpt,omitempty"`
}

// Severity is "error" or "warning".
func (p Problem) Severity() string {
	if p.Warning {
		return "warning"
	}
	return "error"
}

// String is the problem in one line.
func (p Problem) String() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	return fmt.Sprintf("%s: %s: %s", at, p.Severity(), p.Message)
}

// Error is the problem with the line that it stands in, a caret and the hint.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.String())
	if p.Line > 0 {
		margin := fmt.Sprintf("%5d | ", p.Line)
		line, caret := caretLine(p.Excerpt, p.Column, p.Length)
		fmt.Fprintf(&b, "\n%s%s\n%s| %s", margin, line, strings.Repeat(" ", len(margin)-2), caret)
	}
	for _, n := range p.Notes {
		b.WriteString("\n  note: " + n)
	}
	if p.Hint != "" {
		b.WriteString("\n  " + p.Hint)
	}
	return b.String()
}

const maxExcerpt = 160

// caretLine returns what is shown of a line and the marks below it. Tabs stay
// tabs in both, so that they line up.
func caretLine(line string, column, length int) (shown, marks string) {
	start := min(max(column-1, 0), len(line))
	from := 0
	if start > maxExcerpt*3/4 {
		from = start - maxExcerpt/2
		for from < start && !utf8.RuneStart(line[from]) {
			from++
		}
	}
	to := min(len(line), from+maxExcerpt)
	for to < len(line) && !utf8.RuneStart(line[to]) {
		to--
	}
	shown = strings.Map(func(r rune) rune {
		if r != '\t' && r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, line[from:to])
	var b strings.Builder
	for _, r := range line[from:start] {
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	b.WriteByte('^')
	if end := min(start+length, to); end > start+1 {
		b.WriteString(strings.Repeat("~", max(utf8.RuneCountInString(line[start:end])-1, 0)))
	}
	return shown, b.String()
}

// Problems is a list of problems as an error.
type Problems []Problem

// Error is all problems, one below the other.
func (ps Problems) Error() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.Error()
	}
	return strings.Join(parts, "\n")
}

// sorted orders problems by place.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}
