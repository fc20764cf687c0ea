package workbench

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// documentTexts turns the compiler's places into places of a document. For a
// .metal file the two are the same.
type documentTexts struct {
	doc Document
	// locate maps a place of a part to the document; nil where they agree.
	locate func(part mlx.Part, line, column int) (docLine, docColumn int, ok bool)
	// parts are the texts of the parts of a record, which have no lines of
	// their own in its file; messages show them instead of the document.
	parts map[mlx.Part]string
}

// in is where messages about a part are shown.
func (x documentTexts) in(part mlx.Part) documentTexts {
	if x.parts == nil {
		return x
	}
	return documentTexts{doc: Document{Path: x.doc.Path + ":" + string(part), Text: x.parts[part]}}
}

func (x documentTexts) place(part mlx.Part, line, column int) (int, int) {
	if x.parts != nil {
		return 0, 0
	}
	if x.locate == nil {
		return line, column
	}
	l, c, ok := x.locate(part, line, column)
	if !ok {
		return 0, 0
	}
	return l, c
}

func (x documentTexts) diagnostics(in []mlx.Diagnostic) []Diagnostic {
	out := make([]Diagnostic, len(in))
	for i, d := range in {
		out[i] = x.diagnostic(d)
	}
	return out
}

func (x documentTexts) diagnostic(d mlx.Diagnostic) Diagnostic {
	out := Diagnostic{
		Severity: Severity(d.Severity), Code: d.Code, Message: d.Message,
		Part: Part(d.Part), PartLine: d.Line, PartColumn: d.Column, File: x.doc.Path,
	}
	if d.File != "" && d.File != x.doc.Path {
		out.File, out.Line, out.Column, out.EndLine, out.EndColumn = d.File, d.Line, d.Column, d.EndLine, d.EndColumn
		out.Rendered = d.Rendered
		return out
	}
	out.Line, out.Column = x.place(d.Part, d.Line, d.Column)
	out.EndLine, out.EndColumn = x.place(d.Part, d.EndLine, d.EndColumn)
	for _, n := range d.Notes {
		if n.Part == mlx.PartSignature && x.locate != nil {
			continue // about text that was generated: nothing that one could change
		}
		line, column := x.place(n.Part, n.Line, n.Column)
		out.Notes = append(out.Notes, Note{Message: n.Message, File: x.doc.Path, Line: line, Column: column, Fixes: x.fixes(n.Fixes)})
	}
	out.Fixes = x.fixes(d.Fixes)
	out.Rendered = x.render(out)
	if x.parts != nil {
		out.Rendered = x.in(d.Part).diagnostic(d).Rendered
	}
	return out
}

func (x documentTexts) fixes(in []mlx.Fix) []Fix {
	var out []Fix
	for _, f := range in {
		line, column := x.place(f.Part, f.Line, f.Column)
		endLine, endColumn := x.place(f.Part, f.EndLine, f.EndColumn)
		if line == 0 || endLine == 0 {
			return nil // half an edit is none
		}
		out = append(out, Fix{line, column, endLine, endColumn, f.Text})
	}
	return out
}

func (x documentTexts) findings(in []mlx.Finding) []Finding {
	out := make([]Finding, len(in))
	for i, f := range in {
		line, column := x.place(f.Part, f.Line, f.Column)
		out[i] = Finding{Kind: f.Kind, Message: f.Message, File: x.doc.Path, Line: line, Column: column,
			Part: Part(f.Part), PartLine: f.Line, Thread: f.Thread, Threadgroup: f.Threadgroup,
			Lane: f.Lane, Buffer: f.Buffer, Count: f.Count}
		var notes []Note
		if o := f.Other; o != nil {
			notes = append(notes, otherAccess(x.in(o.Part), o))
			out[i].Other = &Party{Line: notes[0].Line, Column: notes[0].Column, Thread: o.Thread, Threadgroup: o.Threadgroup, Store: o.Store}
		}
		shown := x.in(f.Part)
		if x.parts != nil {
			line, column = f.Line, f.Column
		}
		out[i].Rendered = shown.render(Diagnostic{Severity: SeverityError, Message: f.Message,
			File: shown.doc.Path, Line: line, Column: column, EndLine: line, EndColumn: column + 1, Notes: notes})
	}
	return out
}

// otherAccess is the note about the other party of a data race.
func otherAccess(x documentTexts, o *mlx.Party) Note {
	what := "load"
	if o.Store {
		what = "store"
	}
	line, column := x.place(o.Part, o.Line, o.Column)
	return Note{Message: fmt.Sprintf("the other access is a %s by thread (%d, %d, %d) of threadgroup (%d, %d, %d)", what,
		o.Thread[0], o.Thread[1], o.Thread[2], o.Threadgroup[0], o.Threadgroup[1], o.Threadgroup[2]),
		File: x.doc.Path, Line: line, Column: column}
}

// render prints a diagnostic as clang does: place and message, the document's
// own line, a caret, then the notes.
func (x documentTexts) render(d Diagnostic) string {
	var b strings.Builder
	head := func(file string, line, column int, severity Severity, message string) {
		if line > 0 {
			fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n", file, line, column, severity, message)
		} else {
			fmt.Fprintf(&b, "%s: %s: %s\n", file, severity, message)
		}
	}
	head(d.File, d.Line, d.Column, d.Severity, d.Message)
	x.excerpt(&b, d.Line, d.Column, d.EndLine, d.EndColumn)
	x.fixed(&b, d.Line, d.Fixes)
	for _, n := range d.Notes {
		head(n.File, n.Line, n.Column, SeverityNote, n.Message)
		x.excerpt(&b, n.Line, n.Column, n.Line, n.Column+1)
		x.fixed(&b, n.Line, n.Fixes)
	}
	return printable(b.String())
}

// printable replaces what a terminal would obey instead of show.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(text, "·"))
}

// fixed prints a line with edits of it applied.
func (x documentTexts) fixed(b *strings.Builder, at int, fixes []Fix) {
	if len(fixes) == 0 {
		return
	}
	line := x.line(at)
	end := len(line) // what is behind it is done
	out := ""
	for _, f := range slices.SortedFunc(slices.Values(fixes), func(a, b Fix) int { return b.Column - a.Column }) {
		from, to := f.Column-1, f.EndColumn-1
		if f.Line != at || f.EndLine != at || from < 0 || from > to || to > end {
			return
		}
		out = f.Text + line[to:end] + out
		end = from
	}
	fmt.Fprintf(b, "    + | %s%s\n", line[:end], out)
}

func (x documentTexts) line(n int) string {
	text := x.doc.Text
	for ; n > 1; n-- {
		_, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return ""
		}
		text = rest
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r")
}

// maxExcerpt bounds the width of a line that is shown.
const maxExcerpt = 200

func (x documentTexts) excerpt(b *strings.Builder, line, column, endLine, endColumn int) {
	text := x.line(line)
	if line < 1 || column < 1 || column > len(text)+1 || column > maxExcerpt {
		return
	}
	end := endColumn
	if endLine != line {
		end = len(text) + 1
	}
	end = min(end, len(text)+1, maxExcerpt)
	marks := "^" + strings.Repeat("~", max(0, len([]rune(text[column-1:max(end-1, column-1)]))-1))
	fmt.Fprintf(b, "%5d | %s\n      | %s%s\n", line, text[:min(len(text), maxExcerpt)], indentLike(text, column), marks)
}

// indentLike is blank space as wide as what comes before a column; tabs stay
// tabs, so that they line up.
func indentLike(line string, column int) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, line[:min(column-1, len(line))])
}
