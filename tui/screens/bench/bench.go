// Package bench is the screen of measurements: how fast each case is, how
// sure that is, and how it compares with the plain op and with the version on
// disk. No number is shown for a case whose result was not right.
package bench

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/chart"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// ID is the screen's.
const ID = "bench"

// Screen is the Bench & profile screen.
type Screen struct {
	space   *work.Space
	shell   screen.Shell
	table   *tablePane
	samples *samplesPane
	notes   *pane.List
}

// New makes the screen.
func New(space *work.Space, shell screen.Shell) screen.Screen {
	s := &Screen{space: space, shell: shell}
	s.table = newTable(s)
	s.samples = &samplesPane{screen: s}
	s.notes = newNotes(s)
	return s
}

// ID implements screen.Screen.
func (s *Screen) ID() string { return ID }

// Title implements screen.Screen.
func (s *Screen) Title() string { return "Bench & profile" }

// Panes implements screen.Screen.
func (s *Screen) Panes() []screen.Slot {
	return []screen.Slot{
		{Role: layout.Main, Pane: s.table},
		{Role: layout.Aux, Pane: s.samples},
		{Role: layout.Bottom, Pane: s.notes},
	}
}

// Update implements screen.Screen.
func (s *Screen) Update(tea.Msg) tea.Cmd {
	s.table.refresh()
	s.notes.SetRows(s.noteRows())
	return nil
}

// line is the selected line, nil if there is none.
func (s *Screen) line() *workbench.BenchLine {
	j := s.space.Bench
	row := s.table.Selected()
	if j == nil || j.Bench == nil || row < 0 || row >= len(j.Bench.Lines) {
		return nil
	}
	return &j.Bench.Lines[row]
}

const samplesScope action.Scope = "samples"

// Actions implements screen.Screen.
func (s *Screen) Actions() []*action.Action {
	needsFigure := func() string {
		if s.samples.figure() == nil {
			return "nothing was measured"
		}
		return ""
	}
	return []*action.Action{
		{ID: "samples-next", Title: "Show the samples as distribution, histogram or in their order", Scope: samplesScope, Keys: []string{"]", "["}, Hint: "view",
			Run: func(string) tea.Cmd { s.samples.view = (s.samples.view + 1) % viewCount; return nil }},
		{ID: "samples-svg", Title: "Save the samples' figure as SVG", Scope: samplesScope, Keys: []string{"V"}, Arg: "PATH", Enabled: needsFigure,
			Run: func(path string) tea.Cmd { return s.shell.Export(s.samples.figure(), ".svg", path) }},
		{ID: "samples-csv", Title: "Save the samples as CSV", Scope: samplesScope, Keys: []string{"C"}, Arg: "PATH", Enabled: needsFigure,
			Run: func(path string) tea.Cmd { return s.shell.Export(s.samples.figure(), ".csv", path) }},
	}
}

// The views of the samples.
const (
	ecdfView = iota
	histogramView
	orderView
	viewCount
)

// samplesPane shows the samples of the selected line.
type samplesPane struct {
	screen *Screen
	view   int
}

// figure is the plot of the view, nil without samples.
func (p *samplesPane) figure() plot.Figure {
	l := p.screen.line()
	if l == nil || len(l.Samples) == 0 {
		return nil
	}
	if p.view == histogramView {
		return plot.Histogram{Label: "samples by time", Unit: "ms", Values: l.Samples}
	}
	series := []plot.Series{{Name: "kernel", Values: l.Samples}}
	for _, rival := range []*workbench.Rival{l.Op, l.Baseline} {
		if rival != nil && len(rival.Samples) > 0 {
			series = append(series, plot.Series{Name: rival.Name, Values: rival.Samples})
		}
	}
	if p.view == orderView {
		return plot.Sequence{Label: "samples in their order", Unit: "ms", Series: series}
	}
	return plot.ECDF{Label: "share of samples", Unit: "ms", Series: series}
}

// Title implements screen.Pane.
func (p *samplesPane) Title() string {
	names := []string{"Distribution", "Histogram", "Order"}
	names[p.view] = "▸" + names[p.view]
	return strings.Join(names, " │ ")
}

// Status implements screen.Pane.
func (p *samplesPane) Status() string {
	l := p.screen.line()
	if l == nil {
		return ""
	}
	return fmt.Sprintf("%d samples × %d", len(l.Samples), max(l.Batch, 1))
}

// Scopes implements screen.Pane.
func (p *samplesPane) Scopes() []action.Scope { return []action.Scope{samplesScope} }

// Typing implements screen.Pane.
func (p *samplesPane) Typing() bool { return false }

// Type implements screen.Pane.
func (p *samplesPane) Type(string, bool) tea.Cmd { return nil }

// Key implements screen.Pane.
func (p *samplesPane) Key(string) (tea.Cmd, bool) { return nil, false }

// Mouse implements screen.Pane.
func (p *samplesPane) Mouse(screen.Mouse) tea.Cmd { return nil }

// Draw implements screen.Pane.
func (p *samplesPane) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, _ bool) {
	l := p.screen.line()
	muted := t.Muted.Over(t.Base)
	f := p.figure()
	if f == nil {
		text := "The samples of the selected case are shown here."
		if l != nil {
			text = l.Reason
		}
		b.TextIn(r.X+1, r.Y, r.W-2, text, muted)
		return
	}
	body, foot := r.Inset(1, 0).Bottom(min(6, r.H/2))
	chart.Draw(b, body, f, t)
	for i, line := range summary(*l) {
		if i < foot.H-1 {
			b.TextIn(foot.X, foot.Y+1+i, foot.W, line, t.Base)
		}
	}
}

// summary says in a few lines what was measured.
func summary(l workbench.BenchLine) []string {
	s := l.Summary
	out := []string{fmt.Sprintf("median %s, 95 %% interval %s … %s, MAD %s", results.Time(s.Median), results.Time(s.Lo), results.Time(s.Hi), results.Time(s.MAD))}
	out = append(out, fmt.Sprintf("%s GB/s of %s GB/s that a copy reaches, %s moved", plot.Number(l.GBps), plot.Number(l.RoofGBps), results.Bytes(l.Bytes)))
	for _, rival := range []*workbench.Rival{l.Op, l.Baseline} {
		if rival != nil && len(rival.Samples) > 0 {
			out = append(out, against(*rival))
		}
	}
	return out
}

// against says how a kernel stands to a rival.
func against(r workbench.Rival) string {
	change := "no difference that can be told from noise"
	if r.Shift.Significant() {
		change = fmt.Sprintf("%.2f× as fast", 1/r.Shift.Ratio)
	}
	return fmt.Sprintf("against %s (%s): %s, shift %+.1f %% (%+.1f … %+.1f), p=%.2g", r.Name, results.Time(r.MedianMS), change, 100*r.Shift.Delta, 100*r.Shift.Lo, 100*r.Shift.Hi, r.Shift.P)
}
