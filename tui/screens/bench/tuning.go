package bench

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// newTuning lists the configurations of a tuning, the fastest first.
func newTuning(s *Screen) *pane.Table {
	p := &pane.Table{}
	p.Columns = []widget.Column{
		{Title: "values", Grow: true}, {Title: "median", Right: true}, {Title: "± 95 %", Right: true}, {Title: "against its own", Right: true}, {Title: "n", Right: true}, {Title: "samples"},
	}
	p.Name = func() string { return "Tune" }
	p.Script = s.tuneLine
	p.Info = func() string {
		if j := s.space.Tuning; j != nil {
			return j.Doc.Name + ": " + j.Verdict()
		}
		return ""
	}
	p.Above = results.Progress(s.space, func() *work.Job { return s.space.Tuning })
	return p
}

func (s *Screen) tuningRows() [][]widget.Cell {
	r, t := s.tuned(), s.shell.Theme()
	if r == nil {
		return nil
	}
	var rows [][]widget.Cell
	for _, trial := range r.Trials {
		rows = append(rows, trialRow(r, trial, t))
	}
	return rows
}

func trialRow(r *workbench.TuneResult, trial workbench.Trial, t *theme.Theme) []widget.Cell {
	name, against := widget.Cell{Text: trial.Config}, widget.Cell{}
	switch {
	case trial.Own:
		against = widget.Cell{Text: "the spec's", Style: t.Muted}
	case trial.Shift != nil:
		against = rival(&workbench.Rival{Shift: *trial.Shift}, t)
	}
	if r.Best != nil && r.Best.Config == trial.Config {
		name.Text, name.Style = "✓ "+name.Text, t.OK
	}
	if trial.Summary == nil {
		sign, word, style := results.Sign(t, trial.Status)
		return []widget.Cell{name, {Text: sign + " " + word, Style: style}, {}, against, {}, {Text: trial.Reason, Style: t.Muted}}
	}
	number := func(v float64) widget.Cell { return widget.Cell{Text: results.Time(v), Value: v, Sort: true} }
	n := len(trial.Samples)
	return []widget.Cell{name, number(trial.Summary.Median), number((trial.Summary.Hi - trial.Summary.Lo) / 2), against,
		{Text: fmt.Sprint(n), Value: float64(n), Sort: true}, {Text: sparkline(trial.Samples), Style: t.Info}}
}

// tuned is what the last tuning knows, nil if there was none.
func (s *Screen) tuned() *workbench.TuneResult {
	if j := s.space.Tuning; j != nil {
		return j.Tuned
	}
	return nil
}

// trial is the selected configuration beside the spec's own, as a line of a
// measurement.
func (s *Screen) trial() *workbench.BenchLine {
	r, row := s.tuned(), s.tuning.Selected()
	if r == nil || row < 0 || row >= len(r.Trials) {
		return nil
	}
	trial, own := r.Trials[row], r.Own()
	l := &workbench.BenchLine{Kernel: trial.Config, Params: r.Params, DType: r.DType, Status: trial.Status, Reason: trial.Reason, Samples: trial.Samples}
	if trial.Summary != nil {
		l.Summary = *trial.Summary
	}
	if trial.Shift != nil && own != nil {
		l.Baseline = &workbench.Rival{Name: own.Config, Samples: own.Samples, MedianMS: own.Summary.Median, Summary: *own.Summary, Shift: *trial.Shift}
	}
	return l
}

// tuneLine is the command that tunes the same.
func (s *Screen) tuneLine() string { return s.variantLine("tune") }

func (s *Screen) tuningHint() string {
	switch j := s.space.Tuning; {
	case j == nil:
		return "Press alt+u to find the fastest of the configurations that tune: lists in the spec."
	case !j.Done:
		return "tuning"
	default:
		return j.Verdict()
	}
}

func (s *Screen) tuningActions() []*action.Action {
	return []*action.Action{
		{ID: "tune", Title: "Find the fastest configuration of the selected case in its type", Scope: action.Global, Keys: []string{"alt+u"},
			Enabled:  func() string { return s.space.Refuses("tune") },
			Headless: s.tuneLine,
			Run:      func(string) tea.Cmd { return tea.Batch(s.shell.Show(ID, -1), s.space.Tune(s.variant())) }},
		{ID: "tune-set", Title: "Set the fastest configuration in the spec", Scope: action.Global, Keys: []string{"alt+U"},
			Enabled: func() string {
				switch j, r := s.space.Tuning, s.tuned(); {
				case r == nil || r.Best == nil || len(r.Best.Fixes) == 0:
					return "no tuning has found a faster configuration"
				case r.Case != 0:
					return fmt.Sprintf("case %d has values of its own: write them there", r.Case)
				case j.Doc != s.space.Doc || j.Version != j.Doc.Editor.Version():
					return "the text is another one than that which was tuned"
				}
				return ""
			},
			Headless: func() string { return s.tuneLine() + " --write" },
			Run: func(string) tea.Cmd {
				best := s.tuned().Best
				s.space.Doc.Editor.Apply(work.Changes(best.Fixes))
				s.space.Notify(work.Info, best.Config+" is set; undo takes it back")
				return nil
			}},
	}
}
