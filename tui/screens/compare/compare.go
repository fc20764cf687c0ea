// Package compare is the screen of results: each case in each type, how far
// the kernel is from its reference, and where.
package compare

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/work"
)

// ID is the screen's.
const ID = "compare"

// Screen is the Run & compare screen.
type Screen struct {
	space    *work.Space
	shell    screen.Shell
	cases    *casesPane
	detail   *detailPane
	findings *findingsPane
}

// New makes the screen.
func New(space *work.Space, shell screen.Shell) screen.Screen {
	s := &Screen{space: space, shell: shell}
	s.cases = newCases(s)
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
		{Role: layout.Main, Pane: s.cases},
		{Role: layout.Aux, Pane: s.detail},
		{Role: layout.Bottom, Pane: s.findings},
	}
}

// Update implements screen.Screen.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	s.cases.refresh()
	s.findings.refresh()
	return s.detail.refresh(msg)
}

// Actions implements screen.Screen.
func (s *Screen) Actions() []*action.Action { return s.detail.actions() }
