// Package pane holds panes that several screens use.
package pane

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
)

// The scopes of text panes. Text is moving, selecting and finding; Reading
// adds letters as keys where text cannot be changed, Writing changes the
// text; Completion is there while proposals are shown.
const (
	Text       action.Scope = "text"
	Reading    action.Scope = "read-only text"
	Writing    action.Scope = "editor"
	Completion action.Scope = "completion"
)

// Edit shows an editor. Source gives the one to show, nil if there is none.
type Edit struct {
	Source func() *editor.Editor
	Name   func() string
	Info   func() string
	Moved  func() // after the cursor may have moved
	Empty  string
	Scope  action.Scope // of its own, "" for none
}

// Editor implements screen.Editing.
func (p *Edit) Editor() *editor.Editor { return p.Source() }

// Title implements screen.Pane.
func (p *Edit) Title() string { return p.Name() }

// Status implements screen.Pane.
func (p *Edit) Status() string {
	if p.Info == nil {
		return ""
	}
	return p.Info()
}

// Scopes implements screen.Pane.
func (p *Edit) Scopes() []action.Scope {
	var out []action.Scope
	e := p.Source()
	if e != nil && e.Completing() {
		out = append(out, Completion)
	}
	if p.Scope != "" {
		out = append(out, p.Scope)
	}
	switch {
	case e == nil:
	case e.ReadOnly:
		out = append(out, Reading)
	default:
		out = append(out, Writing)
	}
	return append(out, Text)
}

// Typing implements screen.Pane.
func (p *Edit) Typing() bool {
	e := p.Source()
	return e != nil && !e.ReadOnly
}

// Type implements screen.Pane.
func (p *Edit) Type(text string, pasted bool) tea.Cmd {
	e := p.Source()
	if e == nil {
		return nil
	}
	if pasted {
		e.Paste(text)
	} else {
		e.Type(text)
	}
	p.Touched()
	return nil
}

// Touched implements screen.Editing.
func (p *Edit) Touched() {
	if p.Moved != nil {
		p.Moved()
	}
}

// Key implements screen.Pane.
func (p *Edit) Key(key string) (tea.Cmd, bool) {
	if e := p.Source(); e != nil && key == "esc" {
		dismissed, searched := e.Dismiss(), e.ClearSearch()
		return nil, e.ClearSelection() || dismissed || searched
	}
	return nil, false
}

// Draw implements screen.Pane.
func (p *Edit) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	e := p.Source()
	if e == nil {
		b.TextBlock(r.Inset(1, 0), p.Empty, t.Muted.Over(t.Base))
		return
	}
	e.Draw(b, r, t, focused)
}

// DrawOver implements screen.Overlaid.
func (p *Edit) DrawOver(b *cells.Buffer, t *theme.Theme) {
	if e := p.Source(); e != nil {
		e.DrawPopup(b, t)
	}
}

// Mouse implements screen.Pane.
func (p *Edit) Mouse(m screen.Mouse) tea.Cmd {
	e := p.Source()
	if e == nil {
		return nil
	}
	switch m.Kind {
	case screen.Press:
		e.Press(m.X, m.Y)
	case screen.Drag:
		e.Drag(m.X, m.Y)
	case screen.WheelUp:
		e.Scroll(-3)
	case screen.WheelDown:
		e.Scroll(3)
	}
	p.Touched()
	return nil
}
