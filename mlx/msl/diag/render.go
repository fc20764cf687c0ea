package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	tabStop      = 8    // columns between tab stops in a printed source line
	maxLineBytes = 4096 // longer lines are not quoted
	maxBacktrace = 6    // "expanded from" notes or including files of one diagnostic
)

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
	r.macros(d.At(), ranges)
	for _, n := range d.Notes {
		ranges := []Span{n.Span}
		r.message(n.At(), NoteSeverity, n.Message, ranges, n.Fixes)
		r.macros(n.At(), ranges)
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

// macros prints a note for each macro whose body the position p came through,
// outermost first.
func (r *renderer) macros(p Pos, ranges []Span) {
	var stack []Pos
	for e := r.s.find(p); e != nil && !e.isFile(); e = r.s.find(p) {
		at := p
		if e.kind == macroArg {
			at = e.use.Start
		}
		if !r.inScratch(at) {
			stack = append(stack, at)
		}
		if e.kind == macroArg && r.allIn(e, ranges) {
			stack = stack[:0] // wholly the text of the argument: the reader sees it
		}
		p = e.caller(p)
		if !r.s.InMacro(p) {
			// The argument stands in a file, but the macro that took it may
			// itself stand in the body of another.
			if b := r.s.find(at); b != nil && !b.isFile() {
				p = b.caller(at)
			}
		}
	}
	skip := len(stack) - maxBacktrace
	for i := len(stack) - 1; i >= 0; i-- {
		shown := len(stack) - 1 - i
		if skip > 0 && shown == maxBacktrace/2 {
			fmt.Fprintf(r.b, "note: (skipping %d expansions in backtrace)\n", skip)
			i -= skip
		}
		r.expandedFrom(stack[i], ranges)
	}
}

// expandedFrom prints the note for the place at in a macro's body.
func (r *renderer) expandedFrom(at Pos, ranges []Span) {
	e := r.s.find(at)
	var spans []Span
	for _, sp := range ranges {
		if sp, ok := r.within(e, sp); ok {
			spans = append(spans, Span{r.s.Spelling(sp.Start), r.s.Spelling(sp.End)})
		}
	}
	r.message(r.s.Spelling(at), NoteSeverity, r.macroName(e), spans, nil)
}

func (r *renderer) macroName(e *entry) string {
	for e.kind == macroArg {
		n := r.s.find(e.use.Start)
		if n == nil || n.isFile() {
			break
		}
		e = n
	}
	use := r.s.Spelling(e.use.Start)
	line, start := r.s.Line(use)
	name := line[min(int(use-start), len(line)):]
	n := strings.IndexFunc(name, func(c rune) bool {
		return c != '_' && c != '$' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	if n >= 0 {
		name = name[:n]
	}
	return "expanded from macro '" + name + "'"
}

func (r *renderer) inScratch(p Pos) bool {
	f, _ := r.s.fileAt(r.s.Spelling(p))
	return f == nil || f.scratch
}

// allIn reports whether every range came from the argument that e is part of.
func (r *renderer) allIn(e *entry, ranges []Span) bool {
	for _, sp := range ranges {
		if sp == (Span{}) {
			continue
		}
		if _, ok := r.within(e, sp); ok {
			continue
		}
		for _, p := range []Pos{sp.Start, sp.End} {
			if x := r.s.find(p); x == nil || x.kind != macroArg || x.use.Start != e.use.Start {
				return false
			}
		}
	}
	return true
}

// within maps a span outwards until both ends lie in e.
func (r *renderer) within(e *entry, sp Span) (Span, bool) {
	start, ok1 := r.climb(e, sp.Start, false)
	end, ok2 := r.climb(e, sp.End, true)
	return Span{start, end}, ok1 && ok2 && start <= end
}

func (r *renderer) climb(target *entry, p Pos, end bool) (Pos, bool) {
	for {
		e := r.s.find(p)
		if e == target {
			return p, true
		}
		if e == nil || e.isFile() {
			return 0, false
		}
		use := e.use.Start
		if end {
			use = e.use.End
		}
		if e.kind == macroArg && r.s.find(use) != target {
			use = e.spelling + (p - e.start)
		}
		p = use
	}
}

// snippet prints the line that holds at with the caret, what is underlined on
// that line, and the fixes that touch it.
func (r *renderer) snippet(at Pos, spans []Span, fixes []Fix) {
	line, start := r.s.Line(at)
	if start == 0 || len(line) > maxLineBytes {
		return
	}
	end := start + Pos(len(line))
	text, cols := layout(line)
	marks := []byte(strings.Repeat(" ", cols[len(line)]+1))
	column := func(p Pos) int { return cols[min(max(p, start), end)-start] }
	for _, sp := range spans {
		if sp.End <= start || sp.Start > end {
			continue
		}
		lo, hi := column(sp.Start), column(sp.End)
		if sp.Start < start { // a range from an earlier line: not its indentation
			lo = cols[len(line)-len(strings.TrimLeft(line, " \t"))]
		}
		for i := lo; i < hi; i++ {
			marks[i] = '~'
		}
	}
	marks[column(at)] = '^'
	r.b.WriteString(text + "\n" + strings.TrimRight(string(marks), " ") + "\n")
	r.fixes(fixes, start, end, column)
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

// layout returns a line as it is printed, tabs expanded and control characters
// made visible, and the column of each of its bytes and of its end.
func layout(line string) (string, []int) {
	cols := make([]int, len(line)+1)
	if isPlain(line) {
		for i := range cols {
			cols[i] = i
		}
		return line, cols
	}
	var b strings.Builder
	col := 0
	for i := 0; i < len(line); {
		c, n := utf8.DecodeRuneInString(line[i:])
		var out string
		if c == '\t' {
			out = strings.Repeat(" ", tabStop-col%tabStop)
		} else {
			out = printable(line[i : i+n])
		}
		for j := range n {
			cols[i+j] = col
		}
		b.WriteString(out)
		col += displayWidth(out)
		i += n
	}
	cols[len(line)] = col
	return b.String(), cols
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// printable replaces what a terminal would act on or cannot show: <U+001B>
// for control characters, <FF> for bytes that are not UTF-8.
func printable(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && n <= 1:
			fmt.Fprintf(&b, "<%02X>", s[i])
		case !unicode.IsPrint(c):
			fmt.Fprintf(&b, "<U+%04X>", c)
		default:
			b.WriteRune(c)
		}
		i += n
	}
	return b.String()
}
