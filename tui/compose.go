package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/work"
)

// compose draws the whole screen into b.
func (m *model) compose(b *cells.Buffer) {
	t := m.theme
	b.Reset(m.w, m.h, t.Base)
	s := m.screen()
	roles := make([]layout.Role, len(s.panes))
	for i, p := range s.panes {
		roles[i] = p.Role
	}
	m.frame = layout.Compute(m.w, m.h, layout.State{Panes: roles, Focus: s.focus, Zoom: s.zoom})
	if m.frame.TooSmall {
		m.drawTooSmall(b)
		return
	}
	m.drawHeader(b, m.frame.Header)
	focused := len(m.modals) == 0
	for i, r := range m.frame.Panes {
		if !r.Empty() {
			m.drawPane(b, r, i, focused && i == s.focus)
		}
	}
	m.drawHidden(b)
	m.drawFooter(b, m.frame.Footer)
	if over, ok := m.pane().(screen.Overlaid); ok && focused {
		over.DrawOver(b, t)
	}
	if m.jumping {
		b.Dim(b.Bounds(), t.Base.Bg, 0.5)
		for _, l := range m.jumpLabels() {
			b.Text(l.x, l.y, " "+l.key+" ", t.MatchCurrent.With(cells.Bold))
		}
	}
	for _, modal := range m.modals {
		modal.draw(b, m)
	}
}

func (m *model) drawTooSmall(b *cells.Buffer) {
	text := fmt.Sprintf("zmlx needs a terminal of\nat least %d × %d cells.\nThis one has %d × %d.\n\nAll work is kept.",
		layout.MinWidth, layout.MinHeight, m.w, m.h)
	if m.h < 5 || m.w < 24 {
		text = fmt.Sprintf("%d × %d cells, please", layout.MinWidth, layout.MinHeight)
	}
	text = strings.Join(cells.Wrap(text, m.w), "\n")
	text = lipgloss.NewStyle().Align(lipgloss.Center).Render(text)
	for y, line := range strings.Split(lipgloss.Place(m.w, m.h, lipgloss.Center, lipgloss.Center, text), "\n") {
		b.Text(0, y, line, m.theme.Base)
	}
}

const brand = " zmlx "

// tabAt gives the place of a screen's tab in the header.
func (m *model) tabAt(i int) (x, w int) {
	x = cells.Width(brand) + 1
	for k, s := range m.screens {
		w = cells.Width(s.Title()) + 4
		if k == i {
			break
		}
		x += w
	}
	return x, w
}

func (m *model) drawHeader(b *cells.Buffer, r cells.Rect) {
	t := m.theme
	b.Fill(r, t.Bar)
	b.Text(r.X, r.Y, brand, t.Accent.With(cells.Bold|cells.Reverse))
	for i, s := range m.screens {
		x, _ := m.tabAt(i)
		key := ""
		if a := m.catalog.Get("screen-" + s.ID()); a != nil {
			key = action.Short(a.Key())
		}
		style := t.Bar
		title := " " + s.Title()
		if i == m.current {
			style = t.BarKey
			title = "▸" + s.Title()
		}
		x = b.Text(x, r.Y, title, style)
		b.Text(x+1, r.Y, key, t.Faint.Over(t.Bar))
	}
	right := ""
	if d := m.space.Doc; d != nil {
		right = d.Title()
		if d.Path != "" {
			right = d.Path
			if d.Editor.Modified() {
				right += " ●"
			}
		}
	}
	last, w := m.tabAt(len(m.screens) - 1)
	room := r.W - last - w - 2
	b.TextRight(r.X+r.W-1, r.Y, cells.Truncate(right, room), t.Bar)
}

// drawHidden names the panes that have no room, on the frame of the one that
// has the focus.
func (m *model) drawHidden(b *cells.Buffer) {
	s := m.screen()
	var names []string
	for i, r := range m.frame.Panes {
		if r.Empty() {
			names = append(names, fmt.Sprintf("%d %s", i+1, s.panes[i].Pane.Title()))
		}
	}
	if len(names) == 0 {
		return
	}
	r := m.frame.Panes[s.focus]
	text := " also: " + cells.Truncate(strings.Join(names, " · "), r.W-14) + " "
	b.Text(r.X+2, r.Y+r.H-1, text, m.theme.Muted.Over(m.theme.Base))
}

// drawPane draws a pane in its frame: heavy lines tell the focus.
func (m *model) drawPane(b *cells.Buffer, r cells.Rect, i int, focused bool) {
	t := m.theme
	pane := m.screen().panes[i].Pane
	title := t.Title.Over(t.Base)
	if focused {
		title = t.TitleFocus.Over(t.Base)
		b.HeavyBox(r, t.BorderFocus.Over(t.Base))
	} else {
		b.Box(r, t.Border.Over(t.Base))
	}
	name := cells.Truncate(fmt.Sprintf(" %d %s ", i+1, pane.Title()), r.W-4)
	x := b.Text(r.X+2, r.Y, name, title)
	if status := pane.Status(); status != "" {
		if room := r.X + r.W - 3 - x; room > 8 {
			status = " " + cells.Truncate(status, room-2) + " "
			b.TextRight(r.X+r.W-2, r.Y, status, t.Muted.Over(t.Base))
		}
	}
	restore := b.Clip(inner(r))
	pane.Draw(b, inner(r), t, focused)
	restore()
}

func (m *model) drawFooter(b *cells.Buffer, r cells.Rect) {
	t := m.theme
	b.Fill(r, t.Bar)
	right := m.footerRight()
	b.TextRight(r.X+r.W-2, r.Y, right, t.Bar)
	room := r.W - cells.Width(right) - 4
	if m.notice.Text != "" {
		sign, style := "•", t.Info
		switch m.notice.Level {
		case work.Success:
			sign, style = "✓", t.OK
		case work.Failure:
			sign, style = "✖", t.Error
		}
		text, _, more := strings.Cut(m.notice.Text, "\n")
		if more || cells.Width(text) > room-3 {
			text = cells.Truncate(text, room-20) + "  (F10: all of it)"
		}
		b.TextIn(r.X+1, r.Y, room, sign+" "+text, style.Over(t.Bar))
		return
	}
	if len(m.modals) > 0 {
		return // which takes all keys
	}
	x := r.X + 1
	for _, a := range m.catalog.InScope(m.scopes()) {
		if a.Hint == "" || a.Key() == "" || a.Why() != "" || m.pane().Typing() && len(a.Key()) == 1 {
			continue
		}
		key := action.Short(a.Key())
		if x+cells.Width(key)+cells.Width(a.Hint)+3 > r.X+room {
			break
		}
		x = b.Text(x, r.Y, key, t.BarKey)
		x = b.Text(x+1, r.Y, a.Hint, t.Bar) + 2
	}
}

func (m *model) footerRight() string {
	var parts []string
	if e := m.editing(); e != nil {
		if from, to, ok := e.Selection(); ok {
			parts = append(parts, fmt.Sprintf("%d lines selected", to.Line-from.Line+1))
		}
		c := e.Cursor()
		parts = append(parts, fmt.Sprintf("%d:%d", c.Line+1, c.Col+1))
	}
	if m.space.Running() {
		parts = append(parts, "running")
	}
	if n := len(m.space.Unsaved()); n > 0 {
		parts = append(parts, fmt.Sprintf("%d unsaved", n))
	}
	if m.screen().zoom != layout.Normal {
		parts = append(parts, [...]string{"", "half", "full"}[m.screen().zoom])
	}
	if status := m.status(); status != "" {
		parts = append(parts, status)
	}
	return strings.Join(parts, " · ")
}

// status tells tests whether the program is idle, and after how much input.
func (m *model) status() string {
	switch {
	case !m.showStatus:
		return ""
	case m.pending > 0:
		return fmt.Sprintf("<busy %d>", m.inputs)
	}
	return fmt.Sprintf("<idle %d>", m.inputs)
}
