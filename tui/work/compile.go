package work

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/workbench"
)

// Compiled is what the engine says about a document's text.
type Compiled struct {
	Result   *workbench.CompileResult // the last one, perhaps of an older text
	Previous workbench.Generated      // the generated text that the last check ran
	Version  int                      // of the text that Result is about
	Kept     bool                     // what is generated is of an older text
	Err      error
	cancel   context.CancelFunc
}

// settled says that a document's text has rested for a while.
type settled struct {
	doc     *Document
	version int
	draft   bool
}

type compiled struct {
	doc     *Document
	version int
	result  *workbench.CompileResult
	err     error
}

// Edited is to be called when the shown document's text may have changed.
func (s *Space) Edited() tea.Cmd {
	d := s.Doc
	if d == nil || d.Editor.Version() == d.seen {
		return nil
	}
	version := d.Editor.Version()
	d.seen = version
	after := func(wait time.Duration, draft bool) tea.Cmd {
		return tea.Tick(wait, func(time.Time) tea.Msg { return settled{d, version, draft} })
	}
	if s.Drafts == "" {
		return after(s.CompileAfter, false)
	}
	return tea.Batch(after(s.CompileAfter, false), after(s.DraftAfter, true))
}

func (s *Space) settled(msg settled) tea.Cmd {
	if msg.doc.Editor.Version() != msg.version {
		return nil
	}
	if msg.draft {
		return s.keepDraft(msg.doc)
	}
	return s.compile(msg.doc)
}

// Recompile compiles the shown document again, for another device.
func (s *Space) Recompile() tea.Cmd {
	if s.Doc == nil {
		return nil
	}
	return s.compile(s.Doc)
}

// recompile compiles the shown document if that was not done yet.
func (s *Space) recompile() tea.Cmd {
	d := s.Doc
	if d.Compiled.Result != nil && d.Compiled.Version == d.Editor.Version() {
		return nil
	}
	d.seen = d.Editor.Version()
	return s.compile(d)
}

func (s *Space) compile(d *Document) tea.Cmd {
	if s.Engine == nil {
		return nil
	}
	if d.Compiled.cancel != nil {
		d.Compiled.cancel()
	}
	ctx, cancel := context.WithCancel(s.Ctx)
	d.Compiled.cancel = cancel
	version, job := d.Editor.Version(), workbench.CompileJob{Document: d.Input(), Device: s.Device, Inspect: s.Inspect, Metal: s.Metal}
	return func() tea.Msg {
		defer cancel()
		result, err := s.Engine.Start(ctx, job).Wait()
		c, _ := result.(*workbench.CompileResult)
		return compiled{d, version, c, err}
	}
}

func (s *Space) compiled(msg compiled) {
	d := msg.doc
	if msg.version != d.Editor.Version() || cancelled(msg.err) {
		return // a newer one is on its way
	}
	d.Compiled.Err, d.Compiled.Version = msg.err, msg.version
	if msg.result != nil {
		if d.Compiled.Kept = msg.result.Generated.Text == "" && d.Compiled.Result != nil; d.Compiled.Kept {
			msg.result.Generated = d.Compiled.Result.Generated // better an old text than none
		}
		d.Compiled.Result = msg.result
	}
	d.mark(s.Job)
}

// Compiling tells whether the engine has not yet said anything about the
// present text.
func (d *Document) Compiling() bool {
	return d.Compiled.Version != d.Editor.Version() || d.Compiled.Result == nil && d.Compiled.Err == nil
}

// mark puts into the editor's gutter what the compiler and the last check of
// this text say.
func (d *Document) mark(job *Job) {
	var marks []editor.Mark
	path := d.Input().Path
	add := func(diagnostics []workbench.Diagnostic) {
		for _, m := range diagnostics {
			mark := diagnosticMark(m, d.lastLine())
			if m.File == path {
				mark.Fix = proposal(m)
			}
			marks = append(marks, mark)
		}
	}
	switch {
	case d.Compiled.Result != nil:
		add(d.Compiled.Result.Diagnostics)
	case d.Compiled.Err != nil:
		marks = append(marks, editor.Mark{Message: d.Compiled.Err.Error()})
	}
	if job != nil && job.Doc == d && job.Version == d.Editor.Version() {
		told := map[string]bool{}
		if d.Compiled.Result != nil {
			for _, m := range d.Compiled.Result.Diagnostics {
				told[m.Rendered] = true
			}
		}
		for _, r := range job.Reports {
			for _, m := range r.Diagnostics { // of a case or a type that alone has it
				if m.Line > 0 && m.Severity != workbench.SeverityNote && !told[m.Rendered] {
					told[m.Rendered] = true
					m.Message += fmt.Sprintf(" (case %s, %s)", cmp.Or(r.Params, "default"), r.DType)
					add([]workbench.Diagnostic{m})
				}
			}
		}
		seen := map[workbench.FindingKey]bool{} // in another case
		for _, f := range job.Findings() {
			if !seen[f.Key()] {
				seen[f.Key()] = true
				marks = append(marks, findingMark(f))
			}
		}
	}
	d.Editor.SetMarks(marks)
}

// lastLine is the last line of the kernel's own text, counted from 1.
func (d *Document) lastLine() int {
	if d.Compiled.Result == nil || len(d.Compiled.Result.Generated.DocumentLines) == 0 {
		return 1
	}
	return max(slices.Max(d.Compiled.Result.Generated.DocumentLines), 1)
}

// diagnosticMark is the mark of a diagnostic. One about generated text, such
// as a brace that the body lacks, stands on the kernel's last line.
func diagnosticMark(m workbench.Diagnostic, last int) editor.Mark {
	if m.Line == 0 && m.Part != workbench.PartSpec {
		m.Line, m.Column, m.EndLine = last, 1, last
	}
	mark := editor.Mark{
		From:    editor.Pos{Line: m.Line - 1, Col: m.Column - 1},
		To:      editor.Pos{Line: m.EndLine - 1, Col: m.EndColumn - 1},
		Message: m.Message,
		Detail:  m.Rendered,
	}
	if m.EndLine < m.Line || m.EndLine == m.Line && m.EndColumn <= m.Column {
		mark.To = mark.From
	}
	switch m.Severity {
	case workbench.SeverityWarning:
		mark.Severity = editor.Warning
	case workbench.SeverityNote:
		mark.Severity = editor.Info
	}
	return mark
}

// proposal is the change that a diagnostic or else the first of its notes with
// one proposes.
func proposal(m workbench.Diagnostic) []editor.Change {
	fixes := m.Fixes
	for _, n := range m.Notes {
		if len(fixes) == 0 && n.File == m.File {
			fixes = n.Fixes
		}
	}
	return Changes(fixes)
}

// Changes are fixes as changes in the editor.
func Changes(fixes []workbench.Fix) []editor.Change {
	var out []editor.Change
	for _, f := range fixes {
		out = append(out, editor.Change{From: editor.Pos{Line: f.Line - 1, Col: f.Column - 1}, To: editor.Pos{Line: f.EndLine - 1, Col: f.EndColumn - 1}, Text: f.Text})
	}
	return out
}

func findingMark(f workbench.Finding) editor.Mark {
	at := editor.Pos{Line: f.Line - 1, Col: f.Column - 1}
	return editor.Mark{From: at, To: at, Message: f.Kind + ": " + f.Message, Detail: f.Rendered}
}
