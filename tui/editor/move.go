package editor

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zmlx/zmlx/tui/cells"
)

// move puts the cursor somewhere, extending the selection if wanted.
func (e *Editor) move(to Pos, extend bool) {
	if extend && !e.marking {
		e.anchor, e.marking = e.cursor, true
	}
	if !extend {
		e.marking = false
	}
	e.cursor = e.clamp(to)
	e.goal = -1
	e.popup = nil
	e.seal()
	e.view.follow = true
}

// MoveTo puts the cursor somewhere and in sight.
func (e *Editor) MoveTo(p Pos) { e.move(p, false); e.view.center = true }

// SelectAll selects the document.
func (e *Editor) SelectAll() {
	last := len(e.lines) - 1
	e.move(Pos{}, false)
	e.move(Pos{last, len(e.lines[last])}, true)
}

// ClearSelection drops the selection; it tells whether there was one.
func (e *Editor) ClearSelection() bool {
	was := e.marking
	e.marking = false
	return was
}

// step is the position one character away.
func (e *Editor) step(p Pos, back bool) Pos {
	line := e.lines[p.Line]
	if back {
		if p.Col > 0 {
			_, n := utf8.DecodeLastRuneInString(line[:p.Col])
			return Pos{p.Line, p.Col - n}
		}
		if p.Line > 0 {
			return Pos{p.Line - 1, len(e.lines[p.Line-1])}
		}
		return p
	}
	if p.Col < len(line) {
		_, n := utf8.DecodeRuneInString(line[p.Col:])
		return Pos{p.Line, p.Col + n}
	}
	if p.Line+1 < len(e.lines) {
		return Pos{p.Line + 1, 0}
	}
	return p
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// word is the position one word away.
func (e *Editor) word(p Pos, back bool) Pos {
	line := e.lines[p.Line]
	if back {
		head := strings.TrimRightFunc(line[:p.Col], unicode.IsSpace)
		if head == "" {
			return e.step(Pos{p.Line, 0}, true)
		}
		r, _ := utf8.DecodeLastRuneInString(head)
		kind := isWord(r)
		head = strings.TrimRightFunc(head, func(r rune) bool { return isWord(r) == kind && !unicode.IsSpace(r) })
		return Pos{p.Line, len(head)}
	}
	if p.Col == len(line) {
		return e.step(p, false)
	}
	rest := strings.TrimLeftFunc(line[p.Col:], unicode.IsSpace)
	if rest != "" {
		r, _ := utf8.DecodeRuneInString(rest)
		kind := isWord(r)
		rest = strings.TrimLeftFunc(rest, func(r rune) bool { return isWord(r) == kind && !unicode.IsSpace(r) })
	}
	return Pos{p.Line, len(line) - len(rest)}
}

// vertical moves by lines and keeps the column that the move began in.
func (e *Editor) vertical(n int, extend bool) {
	goal := e.goal
	if goal < 0 {
		goal = e.cellOf(e.cursor)
	}
	line := e.cursor.Line + n
	switch {
	case line < 0:
		e.move(Pos{}, extend)
	case line >= len(e.lines):
		e.move(Pos{len(e.lines) - 1, len(e.lines[len(e.lines)-1])}, extend)
	default:
		e.move(Pos{line, e.colAt(line, goal)}, extend)
	}
	e.goal = goal
}

// home goes to the first character of a line that is not blank, or to its
// start if it stands there already.
func (e *Editor) home() Pos {
	line := e.lines[e.cursor.Line]
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	if e.cursor.Col == indent {
		indent = 0
	}
	return Pos{e.cursor.Line, indent}
}

// cellOf is the cell column of a position.
func (e *Editor) cellOf(p Pos) int {
	x := 0
	for _, r := range e.lines[p.Line][:p.Col] {
		x += e.runeWidth(r, x)
	}
	return x
}

// colAt is the byte column of the character at a cell column.
func (e *Editor) colAt(line, cell int) int {
	x := 0
	for i, r := range e.lines[line] {
		w := e.runeWidth(r, x)
		if x+w > cell {
			return i
		}
		x += w
	}
	return len(e.lines[line])
}

func (e *Editor) runeWidth(r rune, x int) int {
	if r == '\t' {
		return e.TabWidth - x%e.TabWidth
	}
	_, w := cells.Printable(r)
	return w
}

// WordAt is the identifier at a position, and where it begins.
func (e *Editor) WordAt(p Pos) (string, Pos) {
	p = e.clamp(p)
	line := e.lines[p.Line]
	head := strings.TrimRightFunc(line[:p.Col], isWord)
	tail := strings.TrimLeftFunc(line[p.Col:], isWord)
	return line[len(head) : len(line)-len(tail)], Pos{p.Line, len(head)}
}
