package compare

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
)

// detailPane says everything about the selected output.
type detailPane struct {
	screen *Screen
	top    int
	height int
	lines  []string
}

func newDetail(s *Screen) *detailPane { return &detailPane{screen: s} }

// Title implements screen.Pane.
func (p *detailPane) Title() string { return "Detail" }

// Status implements screen.Pane.
func (p *detailPane) Status() string { return "" }

// Scopes implements screen.Pane.
func (p *detailPane) Scopes() []action.Scope { return []action.Scope{pane.Lists} }

// Typing implements screen.Pane.
func (p *detailPane) Typing() bool { return false }

// Type implements screen.Pane.
func (p *detailPane) Type(string, bool) tea.Cmd { return nil }

// Key implements screen.Pane.
func (p *detailPane) Key(string) (tea.Cmd, bool) { return nil, false }

// Step implements pane.Stepper.
func (p *detailPane) Step(n int) tea.Cmd {
	p.top = max(min(p.top+n, len(p.lines)-p.height), 0)
	return nil
}

// Page implements pane.Stepper.
func (p *detailPane) Page() int { return max(p.height-1, 1) }

// Draw implements screen.Pane.
func (p *detailPane) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, _ bool) {
	report, output, ok := p.screen.cases.selected()
	if !ok {
		b.TextIn(r.X+1, r.Y, r.W-2, "The selected case is described here.", t.Muted.Over(t.Base))
		return
	}
	p.lines = strings.Split(results.Describe(report, output), "\n")
	p.height = r.H
	p.top = max(min(p.top, len(p.lines)-r.H), 0)
	for y := range min(r.H, len(p.lines)-p.top) {
		b.TextIn(r.X+1, r.Y+y, r.W-2, p.lines[p.top+y], t.Base)
	}
}

// Mouse implements screen.Pane.
func (p *detailPane) Mouse(m screen.Mouse) tea.Cmd {
	switch m.Kind {
	case screen.WheelUp:
		return p.Step(-3)
	case screen.WheelDown:
		return p.Step(3)
	}
	return nil
}
