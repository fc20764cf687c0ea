package kernels

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
)

// bottom shows the problems of the text, or the results of the last check.
type bottom struct {
	pane.Tabs
	screen   *Screen
	problems pane.List
	table    pane.Table
	job      int // the check whose start was last seen
}

// The views of bottom.
const (
	problemsView = iota
	resultsView
)

func newBottom(s *Screen) *bottom {
	b := &bottom{screen: s}
	b.Panes = []screen.Pane{&b.problems, &b.table}
	b.problems.Empty = "No problems."
	b.problems.Name = b.countProblems
	b.problems.Script = func() string { return s.space.CommandLine("check") }
	b.problems.Chosen = b.jump
	b.table.Columns = results.Columns
	b.table.Empty = "Press F5 to run the kernel and compare it with its reference."
	b.table.Name = func() string { return "Results" }
	b.table.Script = b.problems.Script
	b.table.Info = b.verdict
	b.table.Chosen = func() tea.Cmd { return s.shell.Show("compare", 0) }
	b.table.Refill = func(t *theme.Theme) {
		if j := s.space.Job; j != nil {
			rows, _ := results.Rows(j.Reports, t)
			b.table.SetRows(rows)
			if j.Done {
				b.table.Empty = j.Verdict()
			} else {
				b.table.Empty = "running"
			}
		}
	}
	b.table.Above = results.Progress(s.space, func() *work.Job { return s.space.Job })
	return b
}

// refresh follows the text's problems, and turns to the results when a check
// starts.
func (b *bottom) refresh() {
	d := b.screen.space.Doc
	if j := b.screen.space.Job; j != nil && j.ID != b.job {
		b.job, b.At = j.ID, resultsView
	}
	var rows []widget.Row
	if d != nil {
		for i, m := range d.Editor.Marks() {
			row := widget.Row{
				ID:   fmt.Sprint(i),
				Sign: [...]string{"✖", "▲", "•"}[m.Severity],
				Text: fmt.Sprintf("%d:%d  %s", m.From.Line+1, m.From.Col+1, firstLine(m.Message)),
			}
			if m.Fix != nil {
				row.Right = "has a fix"
			}
			rows = append(rows, row)
		}
	}
	b.problems.SetRows(rows)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// jump goes to the selected problem.
func (b *bottom) jump() tea.Cmd {
	d := b.screen.space.Doc
	var i int
	if _, err := fmt.Sscan(b.problems.Selected().ID, &i); err != nil || d == nil || i >= len(d.Editor.Marks()) {
		return nil
	}
	d.Editor.MoveTo(d.Editor.Marks()[i].From)
	return b.screen.shell.Show(ID, SpecPane)
}

// countProblems names the view of problems.
func (b *bottom) countProblems() string {
	n := 0
	if d := b.screen.space.Doc; d != nil {
		n = len(d.Editor.Marks())
	}
	return fmt.Sprintf("Problems %d", n)
}

// verdict says how the last check went, and of what.
func (b *bottom) verdict() string {
	j := b.screen.space.Job
	if j == nil {
		return ""
	}
	verdict := j.Doc.Name + ": " + j.Verdict()
	if j.Version != j.Doc.Editor.Version() {
		verdict += ", of an older text"
	}
	return verdict
}
