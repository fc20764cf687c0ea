package bench

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screens/kernels"
	"github.com/zmlx/zmlx/tui/widget"
)

// newLines lists what each line of the profiled kernel does.
func newLines(s *Screen) *pane.Table {
	p := &pane.Table{}
	p.Columns = []widget.Column{
		{Title: "line", Right: true}, {Title: "source", Grow: true, Min: 26}, {Title: "work", Right: true}, {Title: "active", Right: true}, {Title: "instr", Right: true},
		{Title: "transact", Right: true}, {Title: "FLOP", Right: true}, {Title: "conflicts", Right: true}, {Title: "divergent", Right: true},
		{Title: "loads", Right: true}, {Title: "stores", Right: true}, {Title: "maths", Right: true}, {Title: "atomics", Right: true}, {Title: "barriers", Right: true},
	}
	p.Name = func() string { return "Lines" }
	p.Script = s.profileLine
	p.Info = s.profileStatus
	p.Above = results.Progress(s.space, s.profileJob)
	p.Chosen = func() tea.Cmd {
		r, row := s.profile(), p.Selected()
		if r == nil || row < 0 || row >= len(r.Lines) || r.DocumentLine(r.Lines[row]) == 0 {
			return s.shell.Fail("this has no line in the document")
		}
		s.space.Doc = s.space.Profile.Doc
		s.space.Doc.Editor.MoveTo(editor.Pos{Line: r.DocumentLine(r.Lines[row]) - 1})
		return s.shell.Show(kernels.ID, kernels.SpecPane)
	}
	return p
}

// lineRows fills the table of lines.
func (s *Screen) lineRows() [][]widget.Cell {
	r := s.profile()
	if r == nil {
		return nil
	}
	t := s.shell.Theme()
	var rows [][]widget.Cell
	for _, l := range r.Lines {
		line := fmt.Sprint(l.Line)
		if l.Line == 0 {
			line = "–"
			if l.Text == "" {
				l.Text = "generated text"
			}
		}
		share := float64(l.Slots) / float64(max(r.Totals.Slots, 1))
		active := float64(l.Instructions) / float64(max(l.Slots, 1))
		work := widget.Cell{Text: fmt.Sprintf("%.1f %%", 100*share), Value: share, Sort: true}
		if share >= 0.2 {
			work.Style = t.Warning
		}
		idle := widget.Cell{Text: fmt.Sprintf("%.0f %%", 100*active), Value: active, Sort: true}
		if active < 0.5 {
			idle.Style = t.Warning
		}
		row := []widget.Cell{{Text: line, Value: float64(l.Line), Sort: true}, {Text: strings.TrimSpace(l.Text)}, work, idle}
		for i, n := range []int64{l.Instructions, l.Transactions, l.FLOPs, l.BankConflicts, l.Divergent, l.Loads, l.Stores, l.Transcendental, l.Atomics, l.Barriers} {
			c := widget.Cell{Text: plot.Number(float64(n)), Value: float64(n), Sort: true}
			switch {
			case n == 0:
				c.Text, c.Style = "·", t.Faint
			case i == 3 || i == 4: // what costs and could be avoided
				c.Style = t.Warning
			}
			row = append(row, c)
		}
		rows = append(rows, row)
	}
	return rows
}
