package pane

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
)

// Views is the scope of panes with several views.
const Views action.Scope = "views"

// Cycler is a pane with several views.
type Cycler interface{ Cycle(n int) tea.Cmd }

// Tabs shows one of several panes in the place of one.
type Tabs struct {
	Panes []screen.Pane
	At    int
}

// Cycle implements Cycler.
func (p *Tabs) Cycle(n int) tea.Cmd {
	p.At = (p.At + n + len(p.Panes)) % len(p.Panes)
	return nil
}

// Current is the one that is shown.
func (p *Tabs) Current() screen.Pane { return p.Panes[p.At] }

// Title implements screen.Pane.
func (p *Tabs) Title() string {
	names := make([]string, len(p.Panes))
	for i, pane := range p.Panes {
		names[i] = pane.Title()
	}
	names[p.At] = "▸" + names[p.At]
	return strings.Join(names, " │ ")
}

// Status implements screen.Pane.
func (p *Tabs) Status() string { return p.Current().Status() }

// Scopes implements screen.Pane.
func (p *Tabs) Scopes() []action.Scope {
	return append([]action.Scope{Views}, p.Current().Scopes()...)
}

// Typing implements screen.Pane.
func (p *Tabs) Typing() bool { return p.Current().Typing() }

// Type implements screen.Pane.
func (p *Tabs) Type(text string, pasted bool) tea.Cmd { return p.Current().Type(text, pasted) }

// Key implements screen.Pane.
func (p *Tabs) Key(key string) (tea.Cmd, bool) { return p.Current().Key(key) }

// Draw implements screen.Pane.
func (p *Tabs) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	p.Current().Draw(b, r, t, focused)
}

// Mouse implements screen.Pane.
func (p *Tabs) Mouse(m screen.Mouse) tea.Cmd { return p.Current().Mouse(m) }
