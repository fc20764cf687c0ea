package workbench

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx"
)

// documentTexts turns the compiler's places into places of a document. For a
// .metal file the two are the same.
type documentTexts struct {
	doc Document
	// locate maps a place of a part to the document; nil where they agree.
	locate func(part mlx.Part, line, column int) (docLine, docColumn int, ok bool)
	// included holds the texts of other files.
	included map[string]string
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

// other reports whether a message's file is not the document.
func (x documentTexts) other(file string) bool { return file != "" && file != x.doc.Path }

// within maps places of one part, or leaves those of another file as they are.
func (x documentTexts) within(file string) documentTexts {
	if x.other(file) {
		return documentTexts{doc: Document{Path: file, Text: x.included[file]}, included: x.included}
	}
	return x
}

func (x documentTexts) diagnostics(in []mlx.Diagnostic) []Diagnostic {
	out := make([]Diagnostic, len(in))
	for i, d := range in {
		out[i] = x.diagnostic(d)
	}
	return out
}

func (x documentTexts) diagnostic(d mlx.Diagnostic) Diagnostic {
	at := x.within(d.File)
	out := Diagnostic{
		Severity: Severity(d.Severity), Code: d.Code, Message: d.Message,
		Part: Part(d.Part), PartLine: d.Line, PartColumn: d.Column, File: at.doc.Path,
		Ranges: at.ranges(d.Part, d.Ranges), Fixes: at.fixes(d.Fixes),
	}
	out.Line, out.Column = at.place(d.Part, d.Line, d.Column)
	out.EndLine, out.EndColumn = at.place(d.Part, d.EndLine, d.EndColumn)
	for _, i := range d.Includes {
		out.Includes = append(out.Includes, Place{x.within(i.File).doc.Path, i.Line})
	}
	for _, n := range d.Notes {
		if n.Part == mlx.PartSignature && x.locate != nil {
			continue // about text that was generated: nothing that one could change
		}
		at := x.within(n.File)
		line, column := at.place(n.Part, n.Line, n.Column)
		if slices.ContainsFunc(out.Notes, func(o Note) bool { return o.Message == n.Message && o.File == at.doc.Path && o.Line == line }) {
			continue // of one overload of the library after the other
		}
		out.Notes = append(out.Notes, Note{Message: n.Message, File: at.doc.Path, Line: line, Column: column,
			Ranges: at.ranges(n.Part, n.Ranges), Fixes: at.fixes(n.Fixes)})
	}
	out.Rendered = x.render(out)
	if x.parts != nil && !x.other(d.File) {
		out.Rendered = x.in(d.Part).diagnostic(d).Rendered
	}
	return out
}

func (x documentTexts) ranges(part mlx.Part, in []mlx.TextRange) []Range {
	var out []Range
	for _, r := range in {
		line, column := x.place(part, r.Line, r.Column)
		endLine, endColumn := x.place(part, r.EndLine, r.EndColumn)
		if line > 0 && endLine > 0 {
			out = append(out, Range{line, column, endLine, endColumn})
		}
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
		at := x.within(f.File)
		line, column := at.place(f.Part, f.Line, f.Column)
		out[i] = Finding{Kind: f.Kind, Message: f.Message, File: at.doc.Path, Line: line, Column: column,
			Part: Part(f.Part), PartLine: f.Line, Thread: f.Thread, Threadgroup: f.Threadgroup,
			Lane: f.Lane, Buffer: f.Buffer, Count: f.Count}
		shown := x.in(f.Part)
		if x.parts != nil {
			line, column = f.Line, f.Column
		}
		d := Diagnostic{Severity: SeverityError, Message: f.Message, File: shown.within(f.File).doc.Path,
			Line: line, Column: column, EndLine: line, EndColumn: column + 1}
		if o := f.Other; o != nil {
			n := otherAccess(x.in(o.Part).within(o.File), o)
			d.Notes = []Note{n}
			out[i].Other = &Party{File: n.File, Line: n.Line, Column: n.Column, Thread: o.Thread, Threadgroup: o.Threadgroup, Store: o.Store}
		}
		out[i].Rendered = shown.render(d)
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
