// Package compare is the screen of results: each case in each type, how far
// the kernel is from its reference, and where; and what one thread did.
package compare

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/work"
)

// ID is the screen's.
const ID = "compare"

// Screen is the Run & compare screen.
type Screen struct {
	space    *work.Space
	shell    screen.Shell
	main     pane.Tabs
	cases    *casesPane
	path     *pathPane
	detail   *detailPane
	findings *findingsPane
	seen     [2]*work.Job // the check and the followed thread that were last turned to
}

// New makes the screen.
func New(space *work.Space, shell screen.Shell) screen.Screen {
	s := &Screen{space: space, shell: shell}
	s.cases, s.path = newCases(s), newPath(s)
	s.main.Panes = []screen.Pane{s.cases, s.path}
	s.detail = newDetail(s)
	s.findings = newFindings(s)
	return s
}

// ID implements screen.Screen.
func (s *Screen) ID() string { return ID }

// Title implements screen.Screen.
func (s *Screen) Title() string { return "Run & compare" }

// Panes implements screen.Screen.
func (s *Screen) Panes() []screen.Slot {
	return []screen.Slot{
		{Role: layout.Main, Pane: &s.main},
		{Role: layout.Aux, Pane: s.detail},
		{Role: layout.Bottom, Pane: s.findings},
	}
}

// Update implements screen.Screen.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	for i, j := range []*work.Job{s.space.Job, s.space.Debug} {
		if j != s.seen[i] {
			s.seen[i], s.main.At = j, i
		}
	}
	s.cases.refresh()
	s.path.refresh()
	s.findings.refresh()
	return s.detail.refresh(msg)
}

// Actions implements screen.Screen.
func (s *Screen) Actions() []*action.Action { return append(s.detail.actions(), s.debugAction()) }
