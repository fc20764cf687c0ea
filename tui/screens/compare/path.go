package compare

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screens/kernels"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// pathPane lists what one thread did, line by line.
type pathPane struct {
	pane.Table
	screen *Screen
	seen   *workbench.RunResult
}

func newPath(s *Screen) *pathPane {
	p := &pathPane{screen: s}
	p.Columns = []widget.Column{{Title: "line", Right: true}, {Title: "source"}, {Title: "values", Grow: true, Min: 16}}
	p.Name = func() string { return "Thread" }
	p.Script = s.debugLine
	p.Info = func() string {
		switch j := s.space.Debug; {
		case j == nil:
			return ""
		case j.Doc == s.space.Doc:
			return j.Verdict()
		default:
			return j.Doc.Name + ": " + j.Verdict()
		}
	}
	p.Above = results.Progress(s.space, func() *work.Job { return s.space.Debug })
	p.Chosen = p.jump
	return p
}

// refresh fills the table once for each result.
func (p *pathPane) refresh() {
	j := p.screen.space.Debug
	switch {
	case j == nil:
		p.Empty = "Press alt+t to follow the thread that computes the selected element, or goes wrong."
	case !j.Done:
		p.Empty = "looking for the thread"
	default:
		p.Empty = j.Verdict()
	}
	if j == nil || j.Path == p.seen {
		return
	}
	p.seen = j.Path
	var rows [][]widget.Cell
	if j.Path != nil {
		rows = p.rows(j.Path.Path)
	}
	p.SetRows(rows)
}

// sourceWidth leaves room for the values, which say more, in half of 120 columns too.
const sourceWidth = 26

func (p *pathPane) rows(steps []workbench.PathStep) [][]widget.Cell {
	t := p.screen.shell.Theme()
	rows := make([][]widget.Cell, len(steps))
	for i, s := range steps {
		line, text := widget.Cell{Text: fmt.Sprint(s.Line)}, strings.Repeat("  ", s.Depth-1)+s.Text
		if s.Line == 0 {
			line.Text, text = "–", "arguments"
		}
		values := make([]string, len(s.Values))
		for k, v := range s.Values {
			values[k] = v.Text()
		}
		rows[i] = []widget.Cell{line, {Text: cells.Truncate(text, sourceWidth)}, {Text: strings.Join(values, "  "), Style: t.Info}}
	}
	return rows
}

// jump goes to the line of the selected step.
func (p *pathPane) jump() tea.Cmd {
	j, row := p.screen.space.Debug, p.Selected()
	if j == nil || j.Path == nil || row < 0 || row >= len(j.Path.Path) || j.Path.Path[row].Line == 0 || j.Path.Path[row].File != j.Doc.Input().Path {
		return p.screen.shell.Fail("this has no line in the document")
	}
	p.screen.space.Doc = j.Doc
	j.Doc.Editor.MoveTo(editor.Pos{Line: j.Path.Path[row].Line - 1})
	return p.screen.shell.Show(kernels.ID, kernels.SpecPane)
}

// followed is the selected case in its type, and the element that the detail pane
// points at, "" where there is none.
func (s *Screen) followed() (v workbench.Variant, element string) {
	report, output, ok := s.cases.selected()
	if !ok || s.space.Job.Doc != s.space.Doc {
		return v, ""
	}
	v = workbench.Variant{Case: report.Case, DType: report.DType}
	if output >= 0 && s.detail.errors != nil && report.Outputs[output].Mismatches > 0 {
		element = report.Outputs[output].Name + strings.ReplaceAll(s.detail.errors.Index(s.detail.at), " ", ", ")
	}
	return v, element
}

// debugLine is the command that follows the same thread.
func (s *Screen) debugLine() string {
	v, element := s.followed()
	line := s.space.VariantLine("debug", v)
	if line != "" && element != "" {
		line += " --element '" + element + "'"
	}
	return line
}

func (s *Screen) debugAction() *action.Action {
	return &action.Action{ID: "debug", Title: "Follow the thread that computes the selected element, or goes wrong, line by line", Scope: action.Global, Keys: []string{"alt+t"},
		Enabled:  func() string { return s.space.Refuses("debug") },
		Headless: s.debugLine,
		Run: func(string) tea.Cmd {
			v, element := s.followed()
			return tea.Batch(s.shell.Show(ID, -1), s.space.Follow(v, element))
		}}
}
