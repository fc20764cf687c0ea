package diag

import (
	"fmt"
	"strings"
)

const maxLineBytes = 4096 // longer lines are not quoted

// Render prints a diagnostic in clang's form, each line ended by a newline:
//
//	k.metal:3:9: error: use of undeclared identifier 'y'
//	  x = y + 1;
//	      ^
//
// with the underlined ranges, fix-its, the macros that the place was expanded
// from, and the notes.
func Render(s *Sources, d Diagnostic) string {
	var b strings.Builder
	r := renderer{s: s, b: &b}
	ranges := append([]Span{d.Span}, d.Ranges...)
	message := d.Message
	if d.Severity == Warning && d.Code != "" {
		message += " [-W" + d.Code + "]"
	}
	r.includes(d.At())
	r.message(d.At(), d.Severity, message, ranges, d.Fixes)
	r.expansions(d.At(), ranges)
	for _, n := range d.Notes {
		ranges := append([]Span{n.Span}, n.Ranges...)
		r.message(n.At(), NoteSeverity, n.Message, ranges, n.Fixes)
		r.expansions(n.At(), ranges)
	}
	return b.String()
}

// RenderAll prints diagnostics one after another.
func RenderAll(s *Sources, ds []Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(Render(s, d))
	}
	return b.String()
}

type renderer struct {
	s *Sources
	b *strings.Builder
}

// expansions prints a note for each macro that p came through.
func (r *renderer) expansions(p Pos, ranges []Span) {
	for _, n := range r.s.Expansions(p, ranges) {
		r.message(n.At(), NoteSeverity, n.Message, n.Ranges, nil)
	}
}

// includes prints the chain of files that led to p, outermost first.
func (r *renderer) includes(p Pos) {
	var chain []Pos
	for p = r.s.IncludedFrom(p); p != 0; p = r.s.IncludedFrom(p) {
		chain = append(chain, p)
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if skip := len(chain) - maxBacktrace; skip > 0 && len(chain)-1-i == maxBacktrace/2 {
			fmt.Fprintf(r.b, "(skipping %d files)\n", skip)
			i -= skip
		}
		at := r.s.Resolve(chain[i])
		fmt.Fprintf(r.b, "In file included from %s:%d:\n", printable(at.File), at.Line)
	}
}

// message prints one message at the file position of p, with its snippet.
func (r *renderer) message(p Pos, sev Severity, text string, ranges []Span, fixes []Fix) {
	if at := r.s.Resolve(p); at.File != "" {
		fmt.Fprintf(r.b, "%s:%d:%d: ", printable(at.File), at.Line, at.Column)
	}
	fmt.Fprintf(r.b, "%s: %s\n", sev, printable(text))
	spans := make([]Span, 0, len(ranges))
	for _, sp := range ranges {
		spans = append(spans, r.s.FileSpan(sp))
	}
	r.snippet(r.s.FilePos(p), spans, fixes)
}

// snippet prints the line that holds at with the caret, what is underlined on
// that line, and the fixes that touch it.
func (r *renderer) snippet(at Pos, spans []Span, fixes []Fix) {
	line, start := r.s.Line(at)
	if start == 0 || len(line) > maxLineBytes {
		return
	}
	end := start + Pos(len(line))
	marked := make([][2]int, len(spans))
	for i, sp := range spans {
		marked[i] = [2]int{int(sp.Start) - int(start), int(sp.End) - int(start)}
	}
	text, marks, cols := Snippet(line, int(at-start), marked)
	r.b.WriteString(text + "\n" + marks + "\n")
	r.fixes(fixes, start, end, func(p Pos) int { return cols[min(max(p, start), end)-start] })
}

// fixes prints the inserted text below the caret line.
func (r *renderer) fixes(fixes []Fix, start, end Pos, column func(Pos) int) {
	var b strings.Builder
	width := 0
	for _, f := range fixes {
		at := r.s.FileSpan(f.Span).Start
		if f.Text == "" || at < start || at > end || strings.ContainsAny(f.Text, "\n\r") {
			continue
		}
		if pad := column(at) - width; pad > 0 {
			b.WriteString(strings.Repeat(" ", pad))
			width += pad
		} else if width > 0 {
			b.WriteByte(' ')
			width++
		}
		text := printable(f.Text)
		b.WriteString(text)
		width += displayWidth(text)
	}
	if b.Len() > 0 {
		r.b.WriteString(b.String() + "\n")
	}
}
