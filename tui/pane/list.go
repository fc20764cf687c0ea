package pane

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
)

// Lists is the scope of lists and tables.
const Lists action.Scope = "lists"

// List shows a list.
type List struct {
	widget.List
	heading
	Scope  action.Scope        // of its own, "" for none
	Moved  func() tea.Cmd      // the selection may have changed
	Chosen func() tea.Cmd      // enter
	Refill func() []widget.Row // before drawing, nil if rows are set otherwise
}

// Scopes implements screen.Pane.
func (p *List) Scopes() []action.Scope {
	if p.Scope == "" {
		return []action.Scope{Lists}
	}
	return []action.Scope{p.Scope, Lists}
}

// Typing implements screen.Pane.
func (p *List) Typing() bool { return p.Filtering }

// Type implements screen.Pane.
func (p *List) Type(text string, _ bool) tea.Cmd {
	if !p.Filtering {
		return nil
	}
	p.List.Type(text)
	return p.moved()
}

// Key implements screen.Pane.
func (p *List) Key(key string) (tea.Cmd, bool) {
	if p.Filtering || key == "esc" && p.Filter.Text() != "" {
		if p.FilterKey(key) {
			return p.moved(), true
		}
		return nil, false
	}
	if key == "enter" && p.Chosen != nil {
		return p.Chosen(), true
	}
	return nil, false
}

// Step moves the selection, for the actions of lists.
func (p *List) Step(n int) tea.Cmd {
	p.Move(n)
	return p.moved()
}

func (p *List) moved() tea.Cmd {
	if p.Moved == nil {
		return nil
	}
	return p.Moved()
}

// StartFilter lets keys go to the filter.
func (p *List) StartFilter() { p.Filtering = true }

// Draw implements screen.Pane.
func (p *List) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	if p.Refill != nil {
		p.SetRows(p.Refill())
	}
	p.List.Draw(b, p.drawAbove(b, r, t), t, focused)
}

// Mouse implements screen.Pane.
func (p *List) Mouse(m screen.Mouse) tea.Cmd {
	switch m.Kind {
	case screen.Press:
		if p.PressAt(m.Y - m.Inner.Y - p.above) {
			return p.moved()
		}
	case screen.WheelUp:
		return p.Step(-3)
	case screen.WheelDown:
		return p.Step(3)
	}
	return nil
}

// Stepper is a pane whose selection moves by rows.
type Stepper interface {
	Step(n int) tea.Cmd
	Page() int
}

// Sorter is a pane with a table.
type Sorter interface {
	SortNext()
	SortReverse()
	CSV() string
}

// Filterer is a pane with a filter.
type Filterer interface{ StartFilter() }
