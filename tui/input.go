package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/work"
)

// keys handles a key message. A burst of typing arrives as one message with
// several runes; a paste is marked as such.
func (m *model) keys(msg tea.KeyMsg) tea.Cmd {
	m.notice = work.Notice{}
	if m.crash != nil {
		return tea.Quit
	}
	if msg.Paste {
		return m.typeText(string(msg.Runes), true)
	}
	if m.frame.TooSmall {
		return m.unseen(msg)
	}
	if msg.Type != tea.KeyRunes || len(msg.Runes) <= 1 || msg.Alt {
		return m.key(msg)
	}
	var cmds []tea.Cmd
	for _, r := range msg.Runes {
		cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}))
	}
	return tea.Batch(cmds...)
}

// unseen handles keys while the terminal is too small to show what they do: they
// only cancel, suspend and quit.
func (m *model) unseen(msg tea.KeyMsg) tea.Cmd {
	typed := msg.Type == tea.KeyRunes && m.pane().Typing()
	a := m.catalog.Lookup([]action.Scope{action.Global}, msg.String())
	if a == nil || typed || len(m.modals) > 0 || a.ID != "interrupt" && a.ID != "suspend" && a.ID != "quit" {
		return nil
	}
	return m.do(a, "")
}

// key handles one key.
func (m *model) key(msg tea.KeyMsg) tea.Cmd {
	name := msg.String()
	text := ""
	if (msg.Type == tea.KeyRunes || msg.Type == tea.KeySpace) && !msg.Alt {
		text = string(msg.Runes)
	}
	if n := len(m.modals); n > 0 {
		return m.modalKey(m.modals[n-1], name, text)
	}
	if m.jumping {
		m.jumping = false
		return m.jumpTo(name)
	}
	pane := m.pane()
	if text != "" && pane.Typing() {
		return pane.Type(text, false)
	}
	if cmd, done := pane.Key(name); done {
		return cmd
	}
	if a := m.catalog.Lookup(m.scopes(), name); a != nil {
		return m.do(a, "")
	}
	return nil
}

// typeText gives a text to whatever takes text now.
func (m *model) typeText(text string, pasted bool) tea.Cmd {
	if m.frame.TooSmall {
		return nil
	}
	if n := len(m.modals); n > 0 {
		m.modals[n-1].insert(text)
		return nil
	}
	return m.pane().Type(text, pasted)
}

// do runs an action, or says why it cannot be done.
func (m *model) do(a *action.Action, arg string) tea.Cmd {
	cmd, why := m.catalog.Run(a, arg)
	if why != "" {
		m.space.Notify(work.Failure, why)
	}
	return cmd
}

// jumpTo focuses the pane or the screen of a letter.
func (m *model) jumpTo(key string) tea.Cmd {
	for i, l := range m.jumpLabels() {
		if l.key == key {
			if i < len(m.screen().panes) {
				m.screen().focus = i
			} else {
				m.current = i - len(m.screen().panes)
			}
		}
	}
	return nil
}

type jumpLabel struct {
	key  string
	x, y int
}

const jumpKeys = "asdfghjklqwertyuiop"

// jumpLabels gives each pane, and then each screen, a letter and a place.
func (m *model) jumpLabels() []jumpLabel {
	var out []jumpLabel
	for i := range m.screen().panes {
		r := m.frame.Panes[i]
		l := jumpLabel{key: string(jumpKeys[len(out)]), x: r.X + r.W/2, y: r.Y + r.H/2}
		if r.Empty() {
			l.x, l.y = m.w-4*(len(m.screen().panes)-i), m.h-2
		}
		out = append(out, l)
	}
	for i := range m.screens {
		x, _ := m.tabAt(i)
		out = append(out, jumpLabel{key: string(jumpKeys[len(out)]), x: x, y: 0})
	}
	return out
}

func (m *model) mouseEvent(e tea.MouseEvent) tea.Cmd {
	if len(m.modals) > 0 || m.frame.TooSmall {
		return nil
	}
	kind := screen.Press
	switch {
	case e.Button == tea.MouseButtonWheelUp:
		kind = screen.WheelUp
	case e.Button == tea.MouseButtonWheelDown:
		kind = screen.WheelDown
	case e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress:
	case e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionMotion:
		kind = screen.Drag
	default:
		return nil
	}
	if e.Y == 0 && kind == screen.Press {
		for i := range m.screens {
			if x, w := m.tabAt(i); e.X >= x && e.X < x+w {
				m.current = i
			}
		}
		return nil
	}
	s := m.screen()
	for i, r := range m.frame.Panes {
		if !r.Contains(e.X, e.Y) || kind == screen.Drag && i != s.focus {
			continue
		}
		if kind == screen.Press {
			s.focus = i
		}
		return s.panes[i].Pane.Mouse(screen.Mouse{X: e.X, Y: e.Y, Kind: kind, Inner: inner(r)})
	}
	return nil
}

func inner(r cells.Rect) cells.Rect { return r.Inset(1, 1) }
