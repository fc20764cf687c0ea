package compare

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/screens/kernels"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// findingsPane lists what the kernel did wrong while it ran, what the
// compiler said, and what the kernel printed.
type findingsPane struct {
	pane.List
	screen *Screen
	job    *work.Job // the check or the followed thread that the rows are of
	lines  []int     // of the spec, by row
	seen   [4]int    // what the rows were made of
}

func newFindings(s *Screen) *findingsPane {
	p := &findingsPane{screen: s}
	p.Empty = "No findings."
	p.Name = func() string { return "Findings and log" }
	p.Chosen = p.jump
	return p
}

func (p *findingsPane) refresh() {
	j := p.screen.space.Job
	if d := p.screen.space.Debug; d != nil && p.screen.main.At == 1 {
		j = d
	}
	if j == nil {
		return
	}
	p.job = j
	seen := [4]int{j.ID, len(j.Reports), len(j.Log), map[bool]int{true: 1}[j.Done]}
	if seen == p.seen {
		return
	}
	p.seen = seen
	var rows []widget.Row
	p.lines = p.lines[:0]
	add := func(sign, text, right string, line int) {
		rows = append(rows, widget.Row{ID: fmt.Sprint(len(rows)), Sign: sign, Text: text, Right: right})
		p.lines = append(p.lines, line)
	}
	if j.Err != nil {
		add("✖", j.Err.Error(), string(j.Err.Code), 0)
	}
	found := func(fs []workbench.Finding, of string) {
		for _, f := range fs {
			add("!", fmt.Sprintf("line %d: %s: %s (×%d, first thread %v)", f.Line, f.Kind, f.Message, f.Count, f.Thread), of, f.Line)
		}
	}
	type remark struct {
		line    int
		message string
	}
	told := map[remark]bool{} // as the same is said of each case
	said := func(ds []workbench.Diagnostic) {
		for _, d := range ds {
			r := remark{d.Line, d.Message}
			if told[r] {
				continue
			}
			told[r] = true
			add(map[bool]string{true: "✖", false: "▲"}[d.Severity == "error"], fmt.Sprintf("line %d: %s", d.Line, d.Message), d.Code, d.Line)
		}
	}
	for _, r := range j.Reports {
		found(r.Findings, r.Params+" "+r.DType)
		said(r.Diagnostics)
	}
	if j.Result != nil {
		said(j.Result.Diagnostics)
	}
	if j.Path != nil {
		found(j.Path.Findings, j.Path.Case)
		said(j.Path.Diagnostics)
	}
	for _, l := range j.Log {
		add(" ", l, "log", 0)
	}
	p.SetRows(rows)
}

// jump goes to the line of the selected finding.
func (p *findingsPane) jump() tea.Cmd {
	var row int
	if _, err := fmt.Sscan(p.Selected().ID, &row); err != nil || row >= len(p.lines) {
		return nil
	}
	line := p.lines[row]
	if line == 0 {
		return p.screen.shell.Fail("this has no line in the spec")
	}
	p.screen.space.Doc = p.job.Doc
	p.screen.space.Doc.Editor.MoveTo(editor.Pos{Line: line - 1})
	return p.screen.shell.Show(kernels.ID, kernels.SpecPane)
}
