// Package editor is a text editor for one document: plain lines with grouped
// undo, selection, search, syntax colours, diagnostics in the gutter and
// beside the text, and completion.
//
// An Editor does no input or output and knows no keys: its owner calls the
// commands that Commands lists by name, and Draw. Everything it does is
// proportional to the visible rows or to the edited text, never to the
// document, but for moving line headers on an insertion.
//
// Positions are lines and byte columns, both from 0.
package editor

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zmlx/zmlx/tui/highlight"
)

// Pos is a place between two characters.
type Pos struct{ Line, Col int }

// Before orders positions.
func (p Pos) Before(q Pos) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Col < q.Col
}

// Editor is one document and the view of it.
type Editor struct {
	Comment  string // starts a line comment where the line's language has none
	TabWidth int
	ReadOnly bool
	Now      func() time.Time // for grouping edits; time.Now if nil

	lines   []string
	crlf    bool
	cursor  Pos
	anchor  Pos
	marking bool // a selection runs from anchor to cursor
	goal    int  // the cell column that vertical moves aim at, -1 if none
	version int
	saved   int
	history history
	lex     lexCache
	marks   marks
	view    view
	search  Search
	popup   *popup
}

// New makes an editor of a text.
func New(text string, lexer highlight.Lexer) *Editor {
	e := &Editor{TabWidth: 2, goal: -1}
	e.lex.lexer = lexer
	e.load(text)
	return e
}

func (e *Editor) load(text string) {
	e.crlf = strings.Contains(text, "\r\n")
	if e.crlf {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	e.lines = strings.Split(text, "\n")
	e.lex.reset(len(e.lines))
}

// SetText replaces the document by another one: history, selection and marks
// are gone, the cursor stays as near as it can.
func (e *Editor) SetText(text string) {
	e.load(text)
	e.history = history{next: e.history.next + 1}
	e.marking, e.popup, e.goal = false, nil, -1
	e.marks = marks{}
	e.cursor = e.clamp(e.cursor)
	e.version = e.history.next
	e.saved = e.version
}

// Reload takes over a text that was written elsewhere, as one edit that can
// be undone.
func (e *Editor) Reload(text string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	cursor := e.cursor
	e.edit(otherEdit, func() {
		last := len(e.lines) - 1
		e.replace(Pos{}, Pos{last, len(e.lines[last])}, text)
		e.cursor = e.clamp(cursor)
	})
}

// Text is the whole document.
func (e *Editor) Text() string {
	if e.crlf {
		return strings.Join(e.lines, "\r\n")
	}
	return strings.Join(e.lines, "\n")
}

// Len is the number of lines, at least 1.
func (e *Editor) Len() int { return len(e.lines) }

// Line is the text of a line, "" outside of the document.
func (e *Editor) Line(i int) string {
	if i < 0 || i >= len(e.lines) {
		return ""
	}
	return e.lines[i]
}

// Version changes with every edit.
func (e *Editor) Version() int { return e.version }

// Modified tells whether the text differs from what was last saved.
func (e *Editor) Modified() bool { return e.version != e.saved }

// MarkSaved notes that the present text is on disk.
func (e *Editor) MarkSaved() { e.saved = e.version }

// MarkSavedAt notes that the text of an earlier version is on disk.
func (e *Editor) MarkSavedAt(version int) { e.saved = version }

// MarkUnsaved notes that the present text is not on disk.
func (e *Editor) MarkUnsaved() { e.saved = -1 }

// Cursor is where typing goes.
func (e *Editor) Cursor() Pos { return e.cursor }

// Selection gives the selected range in order; ok is false if it is empty.
func (e *Editor) Selection() (from, to Pos, ok bool) {
	if !e.marking || e.anchor == e.cursor {
		return e.cursor, e.cursor, false
	}
	if e.cursor.Before(e.anchor) {
		return e.cursor, e.anchor, true
	}
	return e.anchor, e.cursor, true
}

// Selected is the selected text.
func (e *Editor) Selected() string {
	from, to, _ := e.Selection()
	return e.slice(from, to)
}

func (e *Editor) slice(from, to Pos) string {
	if from.Line == to.Line {
		return e.lines[from.Line][from.Col:to.Col]
	}
	var out strings.Builder
	out.WriteString(e.lines[from.Line][from.Col:])
	for _, l := range e.lines[from.Line+1 : to.Line] {
		out.WriteByte('\n')
		out.WriteString(l)
	}
	out.WriteByte('\n')
	out.WriteString(e.lines[to.Line][:to.Col])
	return out.String()
}

// clamp moves a position into the document and onto a character's start.
func (e *Editor) clamp(p Pos) Pos {
	p.Line = min(max(p.Line, 0), len(e.lines)-1)
	line := e.lines[p.Line]
	p.Col = min(max(p.Col, 0), len(line))
	for start := p.Col; start > 0 && start > p.Col-utf8.UTFMax && p.Col < len(line); start-- {
		if utf8.RuneStart(line[start]) {
			if _, n := utf8.DecodeRuneInString(line[start:]); start+n > p.Col {
				p.Col = start
			}
			break
		}
	}
	return p
}
