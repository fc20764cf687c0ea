// Package widget holds the small parts that panes and dialogs are made of: a
// one-line text field, a list with a filter, and a table. They know neither
// Bubble Tea nor the engine.
package widget

import (
	"strings"
	"unicode/utf8"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Line is a one-line text field.
type Line struct {
	Prompt string
	Hint   string // shown while the field is empty
	text   string
	cursor int // byte offset
}

// Text is what was typed.
func (l *Line) Text() string { return l.text }

// SetText replaces the text; the cursor goes to its end.
func (l *Line) SetText(s string) { l.text, l.cursor = s, len(s) }

// Insert types a text; newlines become blanks.
func (l *Line) Insert(s string) {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		return r
	}, s)
	l.text = l.text[:l.cursor] + s + l.text[l.cursor:]
	l.cursor += len(s)
}

// Key handles an editing key and tells whether it was one.
func (l *Line) Key(key string) bool {
	switch key {
	case "left", "ctrl+b":
		l.cursor -= l.before()
	case "right", "ctrl+f":
		_, n := utf8.DecodeRuneInString(l.text[l.cursor:])
		l.cursor += n
	case "home", "ctrl+a":
		l.cursor = 0
	case "end", "ctrl+e":
		l.cursor = len(l.text)
	case "backspace", "ctrl+h":
		n := l.before()
		l.text = l.text[:l.cursor-n] + l.text[l.cursor:]
		l.cursor -= n
	case "delete", "ctrl+d":
		_, n := utf8.DecodeRuneInString(l.text[l.cursor:])
		l.text = l.text[:l.cursor] + l.text[l.cursor+n:]
	case "ctrl+w", "alt+backspace":
		head := strings.TrimRight(l.text[:l.cursor], " ")
		head = head[:strings.LastIndexAny(head, " /.")+1]
		l.text = head + l.text[l.cursor:]
		l.cursor = len(head)
	case "ctrl+u":
		l.text, l.cursor = l.text[l.cursor:], 0
	case "ctrl+k":
		l.text = l.text[:l.cursor]
	default:
		return false
	}
	return true
}

func (l *Line) before() int {
	_, n := utf8.DecodeLastRuneInString(l.text[:l.cursor])
	return n
}

// Draw draws the field in a line of the given width.
func (l *Line) Draw(b *cells.Buffer, x, y, width int, t *theme.Theme, base cells.Style, focused bool) {
	defer b.Clip(cells.Rect{X: x, Y: y, W: width, H: 1})()
	end := x + width
	x = b.Text(x, y, l.Prompt, t.Accent.Over(base))
	// The cursor stays in sight.
	text, cursor := l.text, l.cursor
	for cells.Width(text[:cursor]) >= end-x && cursor > 0 {
		_, n := utf8.DecodeRuneInString(text)
		text, cursor = text[n:], cursor-n
	}
	if l.text == "" {
		b.Text(x, y, l.Hint, t.Faint.Over(base))
	}
	b.Text(x, y, text, base)
	if focused {
		b.Restyle(cells.Rect{X: x + cells.Width(text[:cursor]), Y: y, W: 1, H: 1}, t.Cursor)
	}
}
