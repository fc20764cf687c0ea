// Package widget holds the small parts that panes and dialogs are made of: a
// one-line text field, a list with a filter, and a table. They know neither
// Bubble Tea nor the engine.
package widget

import (
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Line is a one-line text field: the text and its editing are those of
// bubbles' textinput, the drawing is ours.
type Line struct {
	Prompt string
	Hint   string // shown while the field is empty
	input  *textinput.Model
}

func (l *Line) field() *textinput.Model {
	if l.input == nil {
		m := textinput.New()
		m.Focus()
		l.input = &m
	}
	return l.input
}

// update gives the field a key.
func (l *Line) update(msg tea.KeyMsg) { *l.field(), _ = l.field().Update(msg) }

// Text is what was typed.
func (l *Line) Text() string { return l.field().Value() }

// SetText replaces the text; the cursor goes to its end.
func (l *Line) SetText(s string) {
	l.field().SetValue(s)
	l.field().CursorEnd()
}

// Insert types a text; newlines become blanks.
func (l *Line) Insert(s string) {
	l.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true})
}

// keyName lets bindings be matched against a key's name.
type keyName string

func (k keyName) String() string { return string(k) }

var lineKeys = map[string]tea.KeyMsg{
	"left": {Type: tea.KeyLeft}, "ctrl+b": {Type: tea.KeyCtrlB}, "right": {Type: tea.KeyRight}, "ctrl+f": {Type: tea.KeyCtrlF},
	"home": {Type: tea.KeyHome}, "ctrl+a": {Type: tea.KeyCtrlA}, "end": {Type: tea.KeyEnd}, "ctrl+e": {Type: tea.KeyCtrlE},
	"backspace": {Type: tea.KeyBackspace}, "ctrl+h": {Type: tea.KeyCtrlH}, "delete": {Type: tea.KeyDelete}, "ctrl+d": {Type: tea.KeyCtrlD},
	"ctrl+w": {Type: tea.KeyCtrlW}, "alt+backspace": {Type: tea.KeyBackspace, Alt: true}, "ctrl+u": {Type: tea.KeyCtrlU}, "ctrl+k": {Type: tea.KeyCtrlK},
}

// Key handles an editing key and tells whether it was one.
func (l *Line) Key(name string) bool {
	msg, ok := lineKeys[name]
	k := l.field().KeyMap
	if !ok || !key.Matches(keyName(name), k.CharacterBackward, k.CharacterForward, k.LineStart, k.LineEnd, k.DeleteCharacterBackward,
		k.DeleteCharacterForward, k.DeleteWordBackward, k.DeleteBeforeCursor, k.DeleteAfterCursor) {
		return false
	}
	l.update(msg)
	return true
}

// Draw draws the field in a line of the given width.
func (l *Line) Draw(b *cells.Buffer, x, y, width int, t *theme.Theme, base cells.Style, focused bool) {
	defer b.Clip(cells.Rect{X: x, Y: y, W: width, H: 1})()
	end := x + width
	x = b.Text(x, y, l.Prompt, t.Accent.Over(base))
	text := l.Text()
	if text == "" {
		b.Text(x, y, l.Hint, t.Faint.Over(base))
	}
	// The cursor stays in sight: it is looked for how much fits before it.
	from, before := len(string([]rune(text)[:l.field().Position()])), 0
	for from > 0 {
		r, n := utf8.DecodeLastRuneInString(text[:from])
		_, w := cells.Printable(r)
		if before+w >= end-x {
			break
		}
		from, before = from-n, before+w
	}
	b.Text(x, y, text[from:], base)
	if focused {
		b.Restyle(cells.Rect{X: x + before, Y: y, W: 1, H: 1}, t.Cursor)
	}
}
