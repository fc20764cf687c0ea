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
	Name   func() string
	Info   func() string
	Chosen func() tea.Cmd
	Refill func(t *theme.Theme)
	Above  func(b *cells.Buffer, r cells.Rect, t *theme.Theme) cells.Rect
	above  int
	Script func() string // the command that prints the same, nil for none
}

// CommandLine implements screen.Scripted.
func (p *Table) CommandLine() string {
	if p.Script == nil {
		return ""
	}
	return p.Script()
}

// Title implements screen.Pane.
func (p *Table) Title() string { return p.Name() }

// Status implements screen.Pane.
func (p *Table) Status() string {
	if p.Info == nil {
		return ""
	}
	return p.Info()
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
	top := r.Y
	if p.Above != nil {
		r = p.Above(b, r, t)
	}
	p.above = r.Y - top
	p.Table.Draw(b, r, t, focused)
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
