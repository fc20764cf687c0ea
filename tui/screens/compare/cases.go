package compare

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/workbench"
)

// casesPane is the table of cases, types and outputs.
type casesPane struct {
	pane.Table
	screen *Screen
	index  []results.Row
	theme  *theme.Theme
}

func newCases(s *Screen) *casesPane {
	p := &casesPane{screen: s}
	p.Columns = results.Columns
	p.Empty = "Press F5 to run the kernel and compare it with its reference."
	p.Name = func() string { return "Cases" }
	p.Info = func() string {
		if j := s.space.Job; j != nil {
			return j.Doc.Name + ": " + j.Verdict()
		}
		return ""
	}
	p.Chosen = func() tea.Cmd { return s.shell.Show(ID, 1) }
	p.Above = func(b *cells.Buffer, r cells.Rect, t *theme.Theme) cells.Rect {
		if j := s.space.Job; j == nil || j.Done {
			return r
		}
		line, rest := r.Top(1)
		results.DrawProgress(b, line, t, s.space.Job, s.space.Now())
		return rest
	}
	return p
}

// refresh fills the table. Its styles come from the theme that it was last
// drawn with.
func (p *casesPane) refresh() {
	j := p.screen.space.Job
	if j == nil || p.theme == nil {
		return
	}
	rows, index := results.Rows(j.Reports, p.theme)
	p.index = index
	p.SetRows(rows)
	if j.Done {
		p.Empty = j.Verdict()
	}
}

// Draw implements screen.Pane.
func (p *casesPane) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	if p.theme != t {
		p.theme = t
		p.refresh()
	}
	p.Table.Draw(b, r, t, focused)
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
