package mlx

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The text of a kernel on its way to Apple's compiler, and the compiler's
// messages on their way back.

// metalFile is the file that a kernel's text is said to be, so that messages
// count its lines from 1 whatever MLX puts before it.
const metalFile = "zmlx"

// metalHeader is a kernel's header as it is given to MLX.
func metalHeader(header string) string {
	return fmt.Sprintf("#line 1 %q\n", metalFile) + metalText(header)
}

// unquoted is as long as a line must be for clang not to quote it.
const unquoted = 4096

// metalText protects a text from what happens to it on the way. MLX-C takes
// MLX's messages for printf formats, so a quoted line such as "i % n" would
// crash: lines with a percent sign are made so long that the compiler does
// not quote them. And MLX passes on ASCII only.
func metalText(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r == '%' || r > 127 }) < 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		body := strings.TrimRight(line, "\r\n")
		end := line[len(body):]
		if strings.HasSuffix(body, `\`) {
			body, end = body[:len(body)-1], `\`+end
		}
		for i := range len(body) {
			if body[i] > 127 {
				b.WriteByte('?') // columns count bytes
			} else {
				b.WriteByte(body[i])
			}
		}
		if strings.Contains(body, "%") {
			b.WriteString(strings.Repeat(" ", unquoted))
		}
		b.WriteString(end)
	}
	return b.String()
}

// buildFailed is how MLX's message of a text that does not compile begins.
const buildFailed = "Unable to build metal library from source"

// loadFailed is that of one that cannot become a pipeline.
const loadFailed = "Unable to load kernel"

// metalMessage is one message of Apple's compiler.
type metalMessage struct {
	file         string
	line, column int
	severity     string // "error", "warning", "note"
	text         string
}

var metalLine = regexp.MustCompile(`^(.+?):(\d+):(\d+): (?:fatal )?(error|warning|note): (.*)$`)

// parseMetal finds the messages in a text in clang's form.
func parseMetal(text string) (out []metalMessage) {
	for line := range strings.Lines(text) {
		m := metalLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue // a quoted line, a caret, a chain of imports
		}
		l, _ := strconv.Atoi(m[2])
		c, _ := strconv.Atoi(m[3])
		out = append(out, metalMessage{m[1], l, c, m[4], m[5]})
	}
	return out
}

// metalPlaces maps messages to a generated text.
type metalPlaces struct {
	gen Generated
	// before counts the lines before the generated text, where the compiler
	// does not honour #line; nil asks nobody.
	before func() int
}

// line returns the line of the generated text that a message is about.
func (p metalPlaces) line(m metalMessage) (int, bool) {
	line := m.line
	switch {
	case m.file == metalFile:
	case isPreamble(m.file) && p.before != nil:
		line -= p.before()
	default:
		return 0, false
	}
	return line, line >= 1 && line <= len(p.gen.Lines)
}

// isPreamble tells the names that a text has with MLX's preamble before it:
// Metal's own, and that of the preamble's last file.
func isPreamble(file string) bool {
	return file == "program_source" || strings.HasSuffix(file, "kernels/utils.h")
}

// diagnostics places messages. An error in a file of Metal or MLX belongs
// where its first note in the kernel's own text says.
func (p metalPlaces) diagnostics(ms []metalMessage) []Diagnostic {
	var out []Diagnostic
	placed := false // the last of out
	for _, m := range ms {
		line, ok := p.line(m)
		if m.severity != "note" {
			d := Diagnostic{Severity: Severity(m.severity), Code: "metal", Message: m.text, Part: PartFile, File: m.file,
				Line: m.line, Column: m.column, EndLine: m.line, EndColumn: m.column + 1}
			if text, flag, found := strings.Cut(m.text, " [-W"); found {
				d.Message, d.Code = text, strings.TrimSuffix(flag, "]")
			}
			if placed = ok; ok {
				p.put(&d, line, m.column)
			}
			out = append(out, d)
			continue
		}
		if len(out) == 0 || !ok {
			continue
		}
		last := &out[len(out)-1]
		if !placed {
			p.put(last, line, m.column)
			placed = true
		}
		part, at := p.gen.Locate(line)
		last.Notes = append(last.Notes, Note{Message: m.text, Part: part, Line: at, Column: m.column})
	}
	for i := range out {
		out[i].Rendered = p.render(out[i])
	}
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		if a.Severity == b.Severity {
			return 0
		}
		return strings.Compare(string(a.Severity), string(b.Severity)) // errors first
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return a.Rendered == b.Rendered })
}

// put says that a diagnostic is about the word at a place of the generated
// text.
func (p metalPlaces) put(d *Diagnostic, line, column int) {
	d.Part, d.Line = p.gen.Locate(line)
	d.File, d.Column = "", column
	d.EndLine, d.EndColumn = d.Line, column+1
	text := p.text(line)
	for d.EndColumn <= len(text) && isWordRune(rune(text[d.EndColumn-1])) && isWordRune(rune(text[column-1])) {
		d.EndColumn++
	}
}

func (p metalPlaces) text(line int) string {
	lines := strings.SplitN(p.gen.Text, "\n", line+1)
	return lines[line-1]
}

// render shows a diagnostic with its line.
func (p metalPlaces) render(d Diagnostic) string {
	name := string(d.Part)
	if d.File != "" {
		name = d.File
	}
	head := fmt.Sprintf("%s:%d:%d: %s: %s\n", name, d.Line, d.Column, d.Severity, d.Message)
	for i, l := range p.gen.Lines {
		if d.File == "" && l.Part == d.Part && l.Line == d.Line {
			text := strings.ReplaceAll(p.text(i+1), "\t", " ")
			return head + text + "\n" + strings.Repeat(" ", max(d.Column-1, 0)) + "^" + strings.Repeat("~", max(d.EndColumn-d.Column-1, 0)) + "\n"
		}
	}
	return head
}
