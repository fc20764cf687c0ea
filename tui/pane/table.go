package pane

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
)

// Tables is the scope of tables, beside that of lists.
const Tables action.Scope = "tables"

// Table shows a table.
type Table struct {
	widget.Table
	heading
	Chosen func() tea.Cmd
	Refill func(t *theme.Theme)
}

// Scopes implements screen.Pane.
func (p *Table) Scopes() []action.Scope { return []action.Scope{Tables, Lists} }

// Typing implements screen.Pane.
func (p *Table) Typing() bool { return false }

// Type implements screen.Pane.
func (p *Table) Type(string, bool) tea.Cmd { return nil }

// Key implements screen.Pane.
func (p *Table) Key(key string) (tea.Cmd, bool) {
	if key == "enter" && p.Chosen != nil {
		return p.Chosen(), true
	}
	return nil, false
}

// Step moves the selection.
func (p *Table) Step(n int) tea.Cmd {
	p.Move(n)
	return nil
}

// Draw implements screen.Pane.
func (p *Table) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	if p.Refill != nil {
		p.Refill(t)
	}
	p.Table.Draw(b, p.drawAbove(b, r, t), t, focused)
}

// Mouse implements screen.Pane.
func (p *Table) Mouse(m screen.Mouse) tea.Cmd {
	switch m.Kind {
	case screen.Press:
		p.PressAt(m.Y - m.Inner.Y - p.above)
	case screen.WheelUp:
		p.Move(-3)
	case screen.WheelDown:
		p.Move(3)
	}
	return nil
}
