package compare

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// casesPane is the table of cases, types and outputs.
type casesPane struct {
	pane.Table
	screen *Screen
	index  []results.Row
}

func newCases(s *Screen) *casesPane {
	p := &casesPane{screen: s}
	p.Columns = results.Columns
	p.Empty = "Press F5 to run the kernel and compare it with its reference."
	p.Name = func() string { return "Cases" }
	p.Script = func() string { return s.space.CommandLine("check") }
	p.Info = func() string {
		if j := s.space.Job; j != nil {
			return j.Doc.Name + ": " + j.Verdict()
		}
		return ""
	}
	p.Chosen = func() tea.Cmd { return s.shell.Show(ID, 1) }
	p.Above = results.Progress(s.space, func() *work.Job { return s.space.Job })
	return p
}

// refresh fills the table.
func (p *casesPane) refresh() {
	j := p.screen.space.Job
	if j == nil {
		return
	}
	rows, index := results.Rows(j.Reports, p.screen.shell.Theme())
	p.index = index
	p.SetRows(rows)
	if j.Done {
		p.Empty = j.Verdict()
	}
}

// selected is the report and the output of the selected row.
func (p *casesPane) selected() (r workbench.CaseReport, output int, ok bool) {
	j := p.screen.space.Job
	row := p.Selected()
	if j == nil || row < 0 || row >= len(p.index) || p.index[row].Report >= len(j.Reports) {
		return workbench.CaseReport{}, 0, false
	}
	return j.Reports[p.index[row].Report], p.index[row].Output, true
}
