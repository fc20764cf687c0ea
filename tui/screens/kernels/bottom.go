package kernels

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
)

const bottomScope action.Scope = "problems and results"

// bottom shows the problems of the text, or the results of the last check.
type bottom struct {
	screen   *Screen
	results  bool
	problems pane.List
	table    pane.Table
	job      int // the check whose start was last seen
}

func newBottom(s *Screen) *bottom {
	b := &bottom{screen: s}
	b.problems.Empty = "No problems."
	b.problems.Name = func() string { return "" }
	b.problems.Chosen = b.jump
	b.table.Columns = results.Columns
	b.table.Empty = "Press F5 to run the kernel and compare it with its reference."
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
	b.table.Above = func(buf *cells.Buffer, r cells.Rect, t *theme.Theme) cells.Rect {
		if j := s.space.Job; j == nil || j.Done {
			return r
		}
		line, rest := r.Top(1)
		results.DrawProgress(buf, line, t, s.space.Job, s.space.Now())
		return rest
	}
	return b
}

// refresh follows the text's problems, and turns to the results when a check
// starts.
func (b *bottom) refresh() {
	d := b.screen.space.Doc
	if j := b.screen.space.Job; j != nil && j.ID != b.job {
		b.job, b.results = j.ID, true
	}
	var rows []widget.Row
	if d != nil {
		for i, m := range d.Editor.Marks() {
			rows = append(rows, widget.Row{
				ID:   fmt.Sprint(i),
				Sign: [...]string{"✖", "▲", "•"}[m.Severity],
				Text: fmt.Sprintf("%d:%d  %s", m.From.Line+1, m.From.Col+1, firstLine(m.Message)),
			})
		}
	}
	b.problems.SetRows(rows)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func (b *bottom) cycle() { b.results = !b.results }

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

func (b *bottom) current() screen.Pane {
	if b.results {
		return &b.table
	}
	return &b.problems
}

// Title implements screen.Pane.
func (b *bottom) Title() string {
	errors := 0
	if d := b.screen.space.Doc; d != nil {
		for _, m := range d.Editor.Marks() {
			if m.Severity == editor.Error {
				errors++
			}
		}
	}
	if b.results {
		return fmt.Sprintf("Problems %d │ ▸Results", errors)
	}
	return fmt.Sprintf("▸Problems %d │ Results", errors)
}

// Status implements screen.Pane.
func (b *bottom) Status() string {
	if j := b.screen.space.Job; j != nil && b.results {
		verdict := j.Doc.Name + ": " + j.Verdict()
		if j.Version != j.Doc.Editor.Version() {
			verdict += ", of an older text"
		}
		return verdict
	}
	return ""
}

// Scopes implements screen.Pane.
func (b *bottom) Scopes() []action.Scope {
	return append([]action.Scope{bottomScope}, b.current().Scopes()...)
}

// Typing implements screen.Pane.
func (b *bottom) Typing() bool { return b.current().Typing() }

// Type implements screen.Pane.
func (b *bottom) Type(text string, pasted bool) tea.Cmd { return b.current().Type(text, pasted) }

// Key implements screen.Pane.
func (b *bottom) Key(key string) (tea.Cmd, bool) { return b.current().Key(key) }

// Step implements pane.Stepper.
func (b *bottom) Step(n int) tea.Cmd { return b.current().(pane.Stepper).Step(n) }

// Page implements pane.Stepper.
func (b *bottom) Page() int { return b.current().(pane.Stepper).Page() }

// StartFilter implements pane.Filterer.
func (b *bottom) StartFilter() {
	if !b.results {
		b.problems.StartFilter()
	}
}

// Draw implements screen.Pane.
func (b *bottom) Draw(buf *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	b.current().Draw(buf, r, t, focused)
}

// Mouse implements screen.Pane.
func (b *bottom) Mouse(m screen.Mouse) tea.Cmd { return b.current().Mouse(m) }
