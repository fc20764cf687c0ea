package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/zmlx/zmlx/workbench"
)

// remarkAt is a message at a place of a file, for formats that mark files.
type remarkAt struct {
	severity                         workbench.Severity
	code, message, file              string
	line, column, endLine, endColumn int
	notes                            []workbench.Note
	remedies                         []remedy
}

// said are the messages with a place that have been printed. A header that many
// documents include is wrong once, and viewers show few messages.
type said map[saidAt]bool

type saidAt struct {
	code, message, file string
	line, column        int
}

// again reports whether a message has been said before.
func (s said) again(m remarkAt) bool {
	key := saidAt{m.code, m.message, m.file, m.line, m.column}
	if m.line == 0 || !s[key] {
		s[key] = true
		return false
	}
	return true
}

// remedy is one way to mend what a message is about.
type remedy struct {
	what, file string
	edits      []workbench.Fix
}

// remarks are all messages about a document, mismatches included.
func remarks(r *workbench.CheckResult) []remarkAt {
	var out []remarkAt
	add := func(ds []workbench.Diagnostic) {
		for _, d := range ds {
			out = append(out, remarkAt{d.Severity, d.Code, inPart(d.Part, d.Line, d.PartLine, d.PartColumn) + withAdvice(d), d.File, d.Line, d.Column, d.EndLine, d.EndColumn, d.Notes, remedies(d)})
		}
	}
	add(r.Diagnostics)
	for _, c := range r.Cases {
		add(c.Diagnostics)
		for _, f := range c.Findings {
			out = append(out, remarkAt{workbench.SeverityError, f.Kind, inPart(f.Part, f.Line, f.PartLine, f.Column) + f.Message, f.File, f.Line, f.Column, f.Line, f.Column + 1, otherParty(f), nil})
		}
		if c.Status == workbench.StatusMismatch {
			out = append(out, remarkAt{severity: workbench.SeverityError, code: "mismatch", file: r.File,
				message: inCase(c) + caseMessage(c)})
		}
		if c.Status == workbench.StatusTimeout && len(c.Findings) == 0 {
			out = append(out, remarkAt{severity: workbench.SeverityError, code: "timeout", file: r.File,
				message: inCase(c) + "the time limit passed"})
		}
	}
	for _, g := range r.Gradients {
		if !g.OK {
			out = append(out, remarkAt{severity: workbench.SeverityError, code: "gradient", file: r.File,
				message: strings.TrimSpace(g.Params+" "+g.DType) + ": " + gradientMessage(g)})
		}
	}
	return out
}

// inPart begins a message about a text that has no lines in its file, such as the
// source in a launch record.
func inPart(part workbench.Part, line, partLine, partColumn int) string {
	if line > 0 || partLine == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d: ", part, partLine, partColumn)
}

// withAdvice is a message with the notes that have no place of their own: most are
// its next step.
func withAdvice(d workbench.Diagnostic) string {
	text := d.Message
	for _, n := range d.Notes {
		if n.Line == 0 {
			text += "\n" + n.Message
		}
	}
	return text
}

// inCase begins a message about a case; that of a record has no name.
func inCase(c workbench.CaseReport) string {
	if c.Params+c.DType == "" {
		return ""
	}
	return strings.TrimSpace(c.Params+" "+c.DType) + ": "
}

// otherParty is a note about the access that a data race is with.
func otherParty(f workbench.Finding) []workbench.Note {
	if f.Other == nil {
		return nil
	}
	return []workbench.Note{{Message: "the other access", File: f.Other.File, Line: f.Other.Line, Column: f.Other.Column}}
}

// remedies are the edits that a message and its notes propose.
func remedies(d workbench.Diagnostic) []remedy {
	var out []remedy
	if len(d.Fixes) > 0 {
		out = append(out, remedy{d.Message, d.File, d.Fixes})
	}
	for _, n := range d.Notes {
		if len(n.Fixes) > 0 {
			out = append(out, remedy{n.Message, n.File, n.Fixes})
		}
	}
	return out
}

// githubAnnotations prints workflow commands that mark lines in a pull
// request.
func githubAnnotations(w io.Writer, r *workbench.CheckResult, root string, before said) error {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	at := characterColumns(root)
	at.document(r)
	for _, m := range remarks(r) {
		if before.again(m) {
			continue
		}
		level := "error"
		if m.severity != workbench.SeverityError {
			level = "warning"
		}
		place := "file=" + property.Replace(at.path(m.file))
		switch {
		case m.line > 0 && m.endLine > m.line: // columns are for one line
			place += fmt.Sprintf(",line=%d,endLine=%d", m.line, m.endLine)
		case m.line > 0:
			place += fmt.Sprintf(",line=%d,col=%d", m.line, at.at(m.file, m.line, m.column))
			if m.endLine == m.line {
				place += fmt.Sprintf(",endLine=%d,endColumn=%d", m.endLine, at.at(m.file, m.endLine, m.endColumn))
			}
		}
		if _, err := fmt.Fprintf(w, "::%s %s,title=%s::%s\n", level, place, property.Replace("zmlx "+m.code), data.Replace(m.message)); err != nil {
			return err
		}
	}
	return nil
}
