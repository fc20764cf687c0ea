package editor

// Commands are the editor's commands by name, for key maps and palettes.
// Those that need a dialog (find, go to line) or the world outside (save,
// clipboard) are their owner's.
var Commands = map[string]func(*Editor){
	"left":        func(e *Editor) { e.leftRight(true, false) },
	"right":       func(e *Editor) { e.leftRight(false, false) },
	"up":          func(e *Editor) { e.vertical(-1, false) },
	"down":        func(e *Editor) { e.vertical(1, false) },
	"word-left":   func(e *Editor) { e.move(e.word(e.cursor, true), false) },
	"word-right":  func(e *Editor) { e.move(e.word(e.cursor, false), false) },
	"home":        func(e *Editor) { e.move(e.home(), false) },
	"end":         func(e *Editor) { e.move(Pos{e.cursor.Line, len(e.lines[e.cursor.Line])}, false) },
	"page-up":     func(e *Editor) { e.vertical(-e.page(), false) },
	"page-down":   func(e *Editor) { e.vertical(e.page(), false) },
	"top":         func(e *Editor) { e.move(Pos{}, false) },
	"bottom":      func(e *Editor) { e.move(Pos{len(e.lines) - 1, len(e.lines[len(e.lines)-1])}, false) },
	"to-bracket":  func(e *Editor) { e.toBracket() },
	"select-left": func(e *Editor) { e.leftRight(true, true) },

	"select-right":      func(e *Editor) { e.leftRight(false, true) },
	"select-up":         func(e *Editor) { e.vertical(-1, true) },
	"select-down":       func(e *Editor) { e.vertical(1, true) },
	"select-word-left":  func(e *Editor) { e.move(e.word(e.cursor, true), true) },
	"select-word-right": func(e *Editor) { e.move(e.word(e.cursor, false), true) },
	"select-home":       func(e *Editor) { e.move(e.home(), true) },
	"select-end":        func(e *Editor) { e.move(Pos{e.cursor.Line, len(e.lines[e.cursor.Line])}, true) },
	"select-page-up":    func(e *Editor) { e.vertical(-e.page(), true) },
	"select-page-down":  func(e *Editor) { e.vertical(e.page(), true) },
	"select-top":        func(e *Editor) { e.move(Pos{}, true) },
	"select-bottom":     func(e *Editor) { e.move(Pos{len(e.lines) - 1, len(e.lines[len(e.lines)-1])}, true) },
	"select-all":        (*Editor).SelectAll,

	"newline":         (*Editor).newline,
	"backspace":       (*Editor).backspace,
	"delete":          func(e *Editor) { e.erase(deleting, e.step(e.cursor, false)) },
	"delete-word":     func(e *Editor) { e.erase(otherEdit, e.word(e.cursor, true)) },
	"delete-word-end": func(e *Editor) { e.erase(otherEdit, e.word(e.cursor, false)) },
	"delete-to-start": func(e *Editor) { e.erase(otherEdit, Pos{e.cursor.Line, 0}) },
	"indent":          (*Editor).Indent,
	"dedent":          (*Editor).Dedent,
	"comment":         (*Editor).ToggleComment,
	"line-up":         func(e *Editor) { e.MoveLines(false) },
	"line-down":       func(e *Editor) { e.MoveLines(true) },
	"duplicate":       (*Editor).Duplicate,
	"undo":            func(e *Editor) { e.Undo() },
	"redo":            func(e *Editor) { e.Redo() },
	"find-next":       func(e *Editor) { e.FindNext(false) },
	"find-previous":   func(e *Editor) { e.FindNext(true) },
}

// leftRight moves by a character; without extending, a selection collapses to
// its edge first.
func (e *Editor) leftRight(back, extend bool) {
	from, to, ok := e.Selection()
	switch {
	case extend || !ok:
		e.move(e.step(e.cursor, back), extend)
	case back:
		e.move(from, false)
	default:
		e.move(to, false)
	}
}

func (e *Editor) page() int { return max(e.view.rect.H-2, 1) }

func (e *Editor) toBracket() {
	if _, partner, ok := e.MatchBracket(); ok {
		e.move(partner, false)
	}
}
