package editor

import (
	"strings"

	"github.com/zmlx/zmlx/tui/highlight"
)

// Type inserts what was typed, over the selection.
func (e *Editor) Type(text string) {
	if text == "\n" {
		e.newline()
		return
	}
	e.edit(typing, func() {
		e.dropSelection()
		if strings.ContainsAny(text, closers) && len(text) == 1 {
			e.dedentForCloser()
		}
		e.cursor = e.replace(e.cursor, e.cursor, text)
	})
	e.view.follow = true
}

// Paste inserts a text as one step of undo.
func (e *Editor) Paste(text string) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
			return -1
		}
		return r
	}, text)
	e.seal()
	e.edit(otherEdit, func() {
		e.dropSelection()
		e.cursor = e.replace(e.cursor, e.cursor, text)
	})
	e.popup = nil
	e.view.follow = true
}

// Cut takes the selection, or the whole line if there is none, and returns it.
func (e *Editor) Cut() string {
	from, to, ok := e.Selection()
	if !ok {
		from, to = e.wholeLine(e.cursor.Line)
	}
	text := e.slice(from, to)
	e.seal()
	e.edit(otherEdit, func() {
		e.replace(from, to, "")
		e.cursor, e.marking = from, false
	})
	return text
}

// Copy is the selection, or the whole line if there is none.
func (e *Editor) Copy() string {
	from, to, ok := e.Selection()
	if !ok {
		from, to = e.wholeLine(e.cursor.Line)
	}
	return e.slice(from, to)
}

// wholeLine is a line with its newline.
func (e *Editor) wholeLine(i int) (from, to Pos) {
	if i+1 < len(e.lines) {
		return Pos{i, 0}, Pos{i + 1, 0}
	}
	return Pos{i, 0}, Pos{i, len(e.lines[i])}
}

func (e *Editor) dropSelection() {
	if from, to, ok := e.Selection(); ok {
		e.cursor = from
		e.replace(from, to, "")
	}
	e.marking = false
}

// erase removes the selection, or from the cursor to a position.
func (e *Editor) erase(kind editKind, to Pos) {
	e.edit(kind, func() {
		if _, _, ok := e.Selection(); ok {
			e.dropSelection()
			return
		}
		from := e.cursor
		if to.Before(from) {
			from, to = to, from
		}
		e.replace(from, to, "")
		e.cursor = from
	})
	e.marking = false
	e.view.follow = true
}

// backspace removes the character before the cursor, or one level of
// indentation.
func (e *Editor) backspace() {
	to := e.step(e.cursor, true)
	head := e.lines[e.cursor.Line][:e.cursor.Col]
	if n := len(head); n > 0 && strings.Trim(head, " ") == "" {
		to = Pos{e.cursor.Line, (n - 1) / e.TabWidth * e.TabWidth}
	}
	e.erase(erasing, to)
}

// newline starts a line at the indentation of the current one, deeper after
// an opening bracket or a mapping's key.
func (e *Editor) newline() {
	e.seal()
	e.edit(otherEdit, func() {
		e.dropSelection()
		line := e.lines[e.cursor.Line]
		head, tail := line[:e.cursor.Col], line[e.cursor.Col:]
		indent := head[:len(head)-len(strings.TrimLeft(head, " \t"))]
		text := "\n" + indent
		trimmed := strings.TrimRight(head, " \t")
		if e.opensBlock(trimmed) {
			text += strings.Repeat(" ", e.TabWidth)
		}
		e.cursor = e.replace(e.cursor, e.cursor, text)
		if trimmed != "" && strings.ContainsRune(openers, rune(trimmed[len(trimmed)-1])) &&
			tail != "" && strings.ContainsRune(closers, rune(tail[0])) {
			e.replace(e.cursor, e.cursor, "\n"+indent)
		}
	})
	e.popup = nil
	e.view.follow = true
}

func (e *Editor) opensBlock(head string) bool {
	if head == "" {
		return false
	}
	if strings.ContainsRune(openers, rune(head[len(head)-1])) {
		return true
	}
	if e.lang(e.cursor.Line) != highlight.None {
		return false
	}
	return strings.HasSuffix(head, ":") || strings.HasSuffix(head, ": |") || strings.HasSuffix(head, ": >")
}

// dedentForCloser moves a closing bracket, the first of its line, to its
// block's level.
func (e *Editor) dedentForCloser() {
	head := e.lines[e.cursor.Line][:e.cursor.Col]
	if head == "" || strings.Trim(head, " ") != "" || e.lang(e.cursor.Line) == highlight.None {
		return
	}
	from := Pos{e.cursor.Line, max(len(head)-e.TabWidth, 0)}
	e.replace(from, e.cursor, "")
	e.cursor = from
}

// lang is the language that a line is in; None is the document's own.
func (e *Editor) lang(line int) highlight.Lang {
	return e.lex.state(e.lines, line).Lang
}

// selectedLines is the range of lines that a line command works on.
func (e *Editor) selectedLines() (first, last int) {
	from, to, ok := e.Selection()
	if ok && to.Col == 0 && to.Line > from.Line {
		return from.Line, to.Line - 1
	}
	return from.Line, to.Line
}

// editLines rewrites each selected line and keeps cursor and anchor at their
// characters.
func (e *Editor) editLines(rewrite func(line string) (at int, removed int, inserted string)) {
	first, last := e.selectedLines()
	e.seal()
	e.edit(otherEdit, func() {
		for i := first; i <= last; i++ {
			at, removed, inserted := rewrite(e.lines[i])
			if removed == 0 && inserted == "" {
				continue
			}
			e.replace(Pos{i, at}, Pos{i, at + removed}, inserted)
			for _, p := range []*Pos{&e.cursor, &e.anchor} {
				if p.Line == i && p.Col >= at {
					p.Col = max(p.Col+len(inserted)-removed, at)
				}
			}
		}
	})
	e.cursor, e.anchor = e.clamp(e.cursor), e.clamp(e.anchor)
}

// Indent moves the selected lines right, or inserts blanks up to the next
// tab stop.
func (e *Editor) Indent() {
	if from, to, ok := e.Selection(); ok && from.Line != to.Line {
		e.editLines(func(line string) (int, int, string) {
			if line == "" {
				return 0, 0, ""
			}
			return 0, 0, strings.Repeat(" ", e.TabWidth)
		})
		return
	}
	e.Type(strings.Repeat(" ", e.TabWidth-e.cellOf(e.cursor)%e.TabWidth))
}

// Dedent moves the selected lines left.
func (e *Editor) Dedent() {
	e.editLines(func(line string) (int, int, string) {
		n := len(line) - len(strings.TrimLeft(line, " "))
		if strings.HasPrefix(line, "\t") {
			n = 1
		}
		return 0, min(n, e.TabWidth), ""
	})
}

// ToggleComment comments the selected lines, or takes the comment signs away
// if all have one.
func (e *Editor) ToggleComment() {
	first, last := e.selectedLines()
	all, column := true, -1
	sign := e.commentSign(first)
	for i := first; i <= last; i++ {
		text := strings.TrimLeft(e.lines[i], " \t")
		if text == "" {
			continue
		}
		if n := len(e.lines[i]) - len(text); column < 0 || n < column {
			column = n
		}
		all = all && strings.HasPrefix(text, sign)
	}
	if column < 0 {
		return
	}
	e.editLines(func(line string) (int, int, string) {
		text := strings.TrimLeft(line, " \t")
		if text == "" {
			return 0, 0, ""
		}
		if !all {
			return column, 0, sign + " "
		}
		n := len(sign)
		if strings.HasPrefix(text[n:], " ") {
			n++
		}
		return len(line) - len(text), n, ""
	})
}

func (e *Editor) commentSign(line int) string {
	if l := e.lang(line); l == highlight.Metal || l == highlight.Go {
		return "//"
	}
	if e.Comment != "" {
		return e.Comment
	}
	return "#"
}

// MoveLines moves the selected lines up or down by one.
func (e *Editor) MoveLines(down bool) {
	first, last := e.selectedLines()
	if !down && first == 0 || down && last+1 >= len(e.lines) {
		return
	}
	e.seal()
	e.edit(otherEdit, func() {
		delta := 1
		if down {
			text := e.lines[last+1]
			e.replace(Pos{last, len(e.lines[last])}, Pos{last + 1, len(text)}, "")
			e.replace(Pos{first, 0}, Pos{first, 0}, text+"\n")
		} else {
			delta = -1
			text := e.lines[first-1]
			e.replace(Pos{first - 1, 0}, Pos{first, 0}, "")
			end := Pos{last - 1, len(e.lines[last-1])}
			e.replace(end, end, "\n"+text)
		}
		shift := func(p Pos) Pos {
			if p.Line += delta; p.Line < len(e.lines) {
				return p
			}
			last := len(e.lines) - 1 // a selection may end before a line that is not moved
			return Pos{last, len(e.lines[last])}
		}
		e.cursor, e.anchor = shift(e.cursor), shift(e.anchor)
	})
	e.view.follow = true
}

// Duplicate repeats the selection, or the line.
func (e *Editor) Duplicate() {
	e.seal()
	e.edit(otherEdit, func() {
		if from, to, ok := e.Selection(); ok {
			e.anchor = to
			e.cursor = e.replace(to, to, e.slice(from, to))
			return
		}
		start := Pos{e.cursor.Line, 0}
		e.replace(start, start, e.lines[e.cursor.Line]+"\n")
		e.cursor.Line++
	})
}
