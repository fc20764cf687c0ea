package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/widget"
)

// modal is a dialog or a prompt. It takes all keys while it is the topmost.
type modal interface {
	// key handles a key; text is set if it is printable. close ends the modal.
	key(m *model, name, text string) (cmd tea.Cmd, close bool)
	insert(text string) // pasted
	draw(b *cells.Buffer, m *model)
}

func (m *model) push(d modal) tea.Cmd {
	m.modals = append(m.modals, d)
	return nil
}

// modalKey gives a key to a modal.
func (m *model) modalKey(d modal, name, text string) tea.Cmd {
	depth := len(m.modals)
	cmd, done := d.key(m, name, text)
	if done { // what it opened on top of itself stays
		m.modals = append(m.modals[:depth-1:depth-1], m.modals[depth:]...)
	}
	return cmd
}

// dialog draws an empty dialog and returns its inside.
func dialog(b *cells.Buffer, m *model, title string, w, h int) cells.Rect {
	b.Dim(b.Bounds(), m.theme.Base.Bg, 0.35)
	r := b.Bounds().Center(min(w, b.W-4), min(h, b.H-2))
	b.Fill(r, m.theme.Panel)
	b.HeavyBox(r, m.theme.PanelBorder)
	b.TextIn(r.X+2, r.Y, r.W-4, " "+title+" ", m.theme.TitleFocus.Over(m.theme.Panel))
	return r.Inset(2, 1)
}

// promptBar asks for a line of text in place of the footer.
type promptBar struct {
	screen.Prompt
	line widget.Line
}

func newPrompt(p screen.Prompt) *promptBar {
	d := &promptBar{Prompt: p}
	d.line.Prompt, d.line.Hint = p.Label+": ", p.Hint
	d.line.SetText(p.Value)
	return d
}

func (d *promptBar) changed() {
	if d.Changed != nil {
		d.Changed(d.line.Text())
	}
}

func (d *promptBar) insert(text string) {
	d.line.Insert(text)
	d.changed()
}

func (d *promptBar) key(_ *model, name, text string) (tea.Cmd, bool) {
	switch {
	case name == "esc" || name == "ctrl+c":
		if d.Cancelled != nil {
			d.Cancelled()
		}
		return nil, true
	case d.Keys[name] != nil:
		return d.Keys[name](d.line.Text()), false
	case name == "enter":
		if d.Done == nil {
			return nil, true
		}
		return d.Done(d.line.Text()), true
	case text != "":
		d.insert(text)
	case d.line.Key(name):
		d.changed()
	}
	return nil, false
}

func (d *promptBar) draw(b *cells.Buffer, m *model) {
	r := m.frame.Footer
	b.Fill(r, m.theme.Panel)
	status := ""
	if d.Status != nil {
		status = d.Status()
	}
	status += m.status()
	b.TextRight(r.X+r.W-2, r.Y, status, m.theme.Muted.Over(m.theme.Panel))
	d.line.Draw(b, r.X+1, r.Y, r.W-4-cells.Width(status), m.theme, m.theme.Panel, true)
}

// confirmDialog asks for a choice.
type confirmDialog struct {
	screen.Confirm
	selected int
}

func (d *confirmDialog) insert(string) {}

func (d *confirmDialog) key(_ *model, name, _ string) (tea.Cmd, bool) {
	switch name {
	case "esc", "ctrl+c":
		return nil, true
	case "left", "up", "shift+tab":
		d.selected = (d.selected + len(d.Choices) - 1) % len(d.Choices)
	case "right", "down", "tab":
		d.selected = (d.selected + 1) % len(d.Choices)
	case "enter":
		return d.Choices[d.selected].Run(), true
	}
	for _, c := range d.Choices {
		if c.Key == name {
			return c.Run(), true
		}
	}
	return nil, false
}

func (d *confirmDialog) draw(b *cells.Buffer, m *model) {
	t := m.theme
	lines := cells.Wrap(d.Text, 60)
	r := dialog(b, m, d.Title, 68, len(lines)+len(d.Choices)+4)
	for i, l := range lines {
		b.Text(r.X+1, r.Y+1+i, l, t.Panel)
	}
	y := r.Y + len(lines) + 2
	for i, c := range d.Choices {
		s := t.Panel
		sign := "  "
		if i == d.selected {
			s, sign = t.Selection.Over(s), "▌ "
			b.Fill(cells.Rect{X: r.X, Y: y + i, W: r.W, H: 1}, s)
		}
		x := b.Text(r.X+1, y+i, sign, t.Accent.Over(s))
		x = b.Text(x, y+i, cells.Pad(c.Key, 3), t.Accent.With(cells.Bold).Over(s))
		b.Text(x+1, y+i, c.Label, s)
	}
}

// textDialog shows a text that scrolls.
type textDialog struct {
	title string
	lines []string
	rows  int // with lines that were broken
	top   int
	page  int
}

func (d *textDialog) insert(string) {}

func (d *textDialog) key(m *model, name, _ string) (tea.Cmd, bool) {
	switch name {
	case "esc", "q", "enter", "ctrl+c", "?":
		return nil, true
	case "up", "k":
		d.top--
	case "down", "j":
		d.top++
	case "pgup":
		d.top -= d.page
	case "pgdown", " ":
		d.top += d.page
	case "home", "g":
		d.top = 0
	case "end", "G":
		d.top = d.rows
	case "y":
		return m.Copy(strings.Join(d.lines, "\n"), "the text"), false
	}
	return nil, false
}

func (d *textDialog) draw(b *cells.Buffer, m *model) {
	w := 40
	for _, l := range d.lines {
		w = max(w, cells.Width(l))
	}
	var lines []string
	for _, l := range d.lines {
		if room := b.W - 8; cells.Width(l) > room && !strings.HasPrefix(l, " ") { // else source and what is marked in it
			lines = append(lines, cells.Wrap(l, room)...)
		} else {
			lines = append(lines, l)
		}
	}
	d.rows = len(lines)
	r := dialog(b, m, d.title, w+6, d.rows+4)
	body, hints := r.Bottom(1)
	d.page = max(body.H-1, 1)
	d.top = max(min(d.top, d.rows-body.H), 0)
	for y := range min(body.H, d.rows-d.top) {
		b.TextIn(body.X, body.Y+y, body.W, lines[d.top+y], m.theme.Panel)
	}
	b.Scrollbar(body.X+body.W, body.Y, body.H, d.top, body.H, d.rows, m.theme.Accent.Over(m.theme.Panel))
	b.TextIn(hints.X, hints.Y, hints.W, "esc closes · y copies", m.theme.Muted.Over(m.theme.Panel))
}
