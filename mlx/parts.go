package mlx

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// partMap places positions of a compilation in the parts of a kernel's text.
// It does so by renumbering the lines of the generated text, so that rendered
// diagnostics show the user's own lines too.
type partMap struct {
	sources *diag.Sources
	whole   bool // a file, not a generated kernel
	name    string
	text    string
	start   diag.Pos        // of the text, if its lines are known:
	from    []GeneratedLine // where those of a generated kernel come from
}

func newPartMap(name, text string, lines []GeneratedLine, res msl.Result) *partMap {
	m := &partMap{sources: res.Sources, whole: lines == nil, name: name, text: text}
	m.sources.AsWritten() // so that every place can be shown and edited
	base, ok := m.base(res)
	if m.whole || !ok {
		return m
	}
	m.start, m.from = base, lines
	offset := 0
	for i, line := range lines {
		if i == 0 || line.Part != lines[i-1].Part || line.Line != lines[i-1].Line+1 {
			m.sources.SetLine(base+diag.Pos(offset), line.Line, string(line.Part))
		}
		offset += strings.IndexByte(text[offset:], '\n') + 1
	}
	return m
}

// base returns the position of the first byte of the compiled text.
func (m *partMap) base(res msl.Result) (diag.Pos, bool) {
	var known []diag.Pos
	for _, d := range res.Diagnostics {
		known = append(known, d.At())
	}
	if res.Program != nil {
		for _, e := range res.Program.Entries {
			known = append(known, e.Pos)
		}
	}
	for _, p := range known {
		if name, start := m.sources.File(p); name == m.name {
			return start, true
		}
	}
	return 0, false
}

// place returns the part, the file if it is another one, and the location.
func (m *partMap) place(p diag.Pos) (Part, string, diag.Location) {
	loc := m.sources.Resolve(p)
	switch {
	case m.whole && loc.File == m.name, m.whole && loc.File == "":
		return PartFile, "", loc
	case loc.File == string(PartSource), loc.File == string(PartHeader), loc.File == string(PartSignature):
		return Part(loc.File), "", loc
	case loc.File == "" || loc.File == m.name:
		return PartSignature, "", loc
	default:
		return PartFile, loc.File, loc
	}
}

func (m *partMap) diagnostics(ds []diag.Diagnostic) []Diagnostic {
	if m.from != nil {
		ds = m.ends(m.braces(ds))
	}
	out := make([]Diagnostic, len(ds))
	for i, d := range ds {
		part, file, at := m.place(d.At())
		if as := m.sources.Presented(d.At()); as.Line > 0 {
			d.Notes = append(slices.Clip(d.Notes), diag.Note{Message: fmt.Sprintf("#line presents this as %s:%d", as.File, as.Line)})
		}
		span := m.sources.FileSpan(d.Span)
		end := m.sources.Resolve(span.End)
		if end.File != at.File || end.Line < at.Line || end.Line == at.Line && end.Column <= at.Column {
			end = diag.Location{Line: at.Line, Column: at.Column + 1}
		}
		underlined := append([]diag.Span{d.Span}, d.Ranges...)
		out[i] = Diagnostic{
			Severity: Severity(d.Severity.String()), Code: d.Code, Message: d.Message,
			Part: part, File: file, Line: at.Line, Column: at.Column, EndLine: end.Line, EndColumn: end.Column,
			Ranges: m.ranges(d.At(), underlined), Includes: m.includes(d.At()),
			Notes: m.notes(m.sources.Expansions(d.At(), underlined)),
			Fixes: m.fixes(d.Fixes), Rendered: diag.Render(m.sources, d),
		}
		if part == PartHeader {
			out[i].Notes = append(out[i].Notes, m.declaredLater(d)...)
		}
		for _, n := range d.Notes {
			out[i].Notes = append(out[i].Notes, m.notes([]diag.Note{n})...)
			out[i].Notes = append(out[i].Notes, m.notes(m.sources.Expansions(n.At(), append([]diag.Span{n.Span}, n.Ranges...)))...)
		}
	}
	return out
}

var unknownName = regexp.MustCompile(`^(?:use of undeclared identifier|unknown type name) '(\w+)'`)

// declaredLater explains a name in the header that the kernel behind it declares:
// a template parameter or an argument.
func (m *partMap) declaredLater(d diag.Diagnostic) []Note {
	found := unknownName.FindStringSubmatch(d.Message)
	if found == nil || m.from == nil {
		return nil
	}
	word := regexp.MustCompile(`\b` + found[1] + `\b`)
	for i, line := range strings.Split(m.text, "\n") {
		if i >= len(m.from) || m.from[i].Part != PartSignature || !word.MatchString(line) {
			continue
		}
		next := "pass it to the function as an argument"
		if strings.HasPrefix(d.Message, "unknown type") {
			next = "make the function a template of it"
		}
		return []Note{{Message: "the header stands before the kernel, which declares '" + found[1] + "': " + next}}
	}
	return nil
}

func (m *partMap) notes(ns []diag.Note) []Note {
	var out []Note
	for _, n := range ns {
		part, file, at := m.place(n.At())
		if n.At() == 0 { // about the library: it stands nowhere
			part = ""
		}
		out = append(out, Note{Message: n.Message, Part: part, File: file, Line: at.Line, Column: at.Column,
			Ranges: m.ranges(n.At(), append([]diag.Span{n.Span}, n.Ranges...)), Fixes: m.fixes(n.Fixes)})
	}
	return out
}

// includes are the directives that led to the file of p, outermost first.
func (m *partMap) includes(p diag.Pos) []Note {
	var out []Note
	for p = m.sources.IncludedFrom(p); p != 0; p = m.sources.IncludedFrom(p) {
		part, file, at := m.place(p)
		out = append(out, Note{Part: part, File: file, Line: at.Line, Column: at.Column})
	}
	slices.Reverse(out)
	return out
}

// ranges places those of the spans that lie in the text of p.
func (m *partMap) ranges(p diag.Pos, spans []diag.Span) []TextRange {
	in := m.sources.Resolve(p).File
	var out []TextRange
	for _, sp := range spans {
		sp = m.sources.FileSpan(sp)
		from, to := m.sources.Resolve(sp.Start), m.sources.Resolve(sp.End)
		if sp.End > sp.Start && from.File == in && to.File == in {
			out = append(out, TextRange{from.Line, from.Column, to.Line, to.Column})
		}
	}
	return out
}

func (m *partMap) fixes(fs []diag.Fix) []Fix {
	var out []Fix
	for _, f := range fs {
		part, _, start := m.place(f.Span.Start)
		_, _, end := m.place(f.Span.End)
		out = append(out, Fix{Part: part, Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column, Text: f.Text})
	}
	return out
}

func (m *partMap) findings(fs []exec.Finding) []Finding {
	var out []Finding
	for _, f := range fs {
		part, file, at := m.place(f.Pos)
		g := Finding{
			Kind: string(f.Kind), Message: f.Message, Part: part, File: file, Line: at.Line, Column: at.Column,
			Thread: f.Thread, Threadgroup: f.Threadgroup, Lane: f.Lane, Buffer: f.Buffer, Count: f.Count,
		}
		if o := f.Other; o != nil {
			part, file, at := m.place(o.Pos)
			g.Other = &Party{Part: part, File: file, Line: at.Line, Column: at.Column, Thread: o.Thread, Threadgroup: o.Threadgroup, Store: o.Store}
		}
		out = append(out, g)
	}
	return out
}

func (m *partMap) path(steps []exec.Step) []PathStep {
	out := make([]PathStep, len(steps))
	for i, s := range steps {
		part, file, at := m.place(s.Pos)
		out[i] = PathStep{Part: part, File: file, Line: at.Line, Depth: s.Depth, Values: s.Values}
	}
	return out
}

// lines adds up the counts of positions by line.
func (m *partMap) lines(counts []exec.Count) []LineCount {
	type key struct {
		part Part
		file string
		line int
	}
	sums := map[key]*LineCount{}
	for _, c := range counts {
		part, file, at := m.place(c.Pos)
		k := key{part, file, at.Line}
		s := sums[k]
		if s == nil {
			s = &LineCount{Part: part, File: file, Line: at.Line}
			sums[k] = s
		}
		s.Instructions += c.Instructions
		s.Slots += c.Slots
		s.Loads += c.Loads
		s.Stores += c.Stores
		s.LoadBytes += c.LoadBytes
		s.StoreBytes += c.StoreBytes
		s.Transactions += c.Transactions
		s.BankConflicts += c.BankConflicts
		s.FLOPs += c.FLOPs
		s.Transcendental += c.Transcendental
		s.Atomics += c.Atomics
		s.Barriers += c.Barriers
		s.Branches += c.Branches
		s.Divergent += c.Divergent
	}
	out := make([]LineCount, 0, len(sums))
	for _, s := range sums {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b LineCount) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return out
}
