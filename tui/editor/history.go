package editor

import (
	"slices"
	"strings"
	"time"
)

// change is one replacement: removed stood at pos, inserted stands there now.
type change struct {
	at                Pos
	removed, inserted string
}

// editKind decides which edits join into one step of undo.
type editKind uint8

const (
	otherEdit editKind = iota // a step of its own
	typing
	erasing // backspace
	deleting
)

// step is what one undo takes back.
type step struct {
	kind          editKind
	changes       []change
	before, after Pos
	versionBefore int
	versionAfter  int
	last          time.Time
	endsWithBlank bool
}

type history struct {
	undo, redo []step
	sealed     bool  // the next edit starts a new step
	open       *step // the edit under way
	next       int   // the version last given out: undo returns to old ones
}

const (
	pause    = time.Second // that ends a step
	maxSteps = 5000
)

// edit runs f, whose replacements become one step or join the last one.
func (e *Editor) edit(kind editKind, f func()) {
	if e.ReadOnly {
		return
	}
	now := time.Now
	if e.Now != nil {
		now = e.Now
	}
	if e.history.open != nil { // nested: part of the outer edit
		f()
		return
	}
	s := step{kind: kind, before: e.cursor, versionBefore: e.version, last: now()}
	e.history.open = &s
	f()
	e.history.open = nil
	if len(s.changes) == 0 {
		return
	}
	e.refilter() // proposals stay only as long as the cursor is in their word
	e.goal = -1
	s.after, s.versionAfter = e.cursor, e.version
	last := s.changes[len(s.changes)-1].inserted
	s.endsWithBlank = last == " " || strings.HasSuffix(last, "\n")
	e.history.push(s)
}

// push appends a step, joined to the last where people expect so: a word
// typed, or a run of deletions.
func (h *history) push(s step) {
	h.redo = nil
	if n := len(h.undo); n > 0 && !h.sealed {
		top := &h.undo[n-1]
		newWord := top.endsWithBlank && !s.endsWithBlank
		if s.kind != otherEdit && top.kind == s.kind && top.after == s.before && s.last.Sub(top.last) < pause && !newWord {
			top.changes = append(top.changes, s.changes...)
			top.after, top.versionAfter = s.after, s.versionAfter
			top.last, top.endsWithBlank = s.last, s.endsWithBlank
			return
		}
	}
	h.sealed = false
	if len(h.undo) >= maxSteps {
		h.undo = slices.Delete(h.undo, 0, maxSteps/10)
	}
	h.undo = append(h.undo, s)
}

// seal makes the next edit a step of its own.
func (e *Editor) seal() { e.history.sealed = true }

// Undo takes the last step back; it tells whether there was one.
func (e *Editor) Undo() bool {
	n := len(e.history.undo)
	if n == 0 || e.ReadOnly {
		return false
	}
	s := e.history.undo[n-1]
	e.history.undo = e.history.undo[:n-1]
	for _, c := range slices.Backward(s.changes) {
		e.splice(c.at, advance(c.at, c.inserted), c.removed)
	}
	e.cursor, e.marking, e.goal = s.before, false, -1
	e.version = s.versionBefore
	e.popup, e.view.center = nil, true
	e.history.redo = append(e.history.redo, s)
	e.seal()
	return true
}

// Redo repeats the last undone step; it tells whether there was one.
func (e *Editor) Redo() bool {
	n := len(e.history.redo)
	if n == 0 || e.ReadOnly {
		return false
	}
	s := e.history.redo[n-1]
	e.history.redo = e.history.redo[:n-1]
	for _, c := range s.changes {
		e.splice(c.at, advance(c.at, c.removed), c.inserted)
	}
	e.cursor, e.marking, e.goal = s.after, false, -1
	e.version = s.versionAfter
	e.popup, e.view.center = nil, true
	e.history.undo = append(e.history.undo, s)
	e.seal()
	return true
}

// advance is the position after a text that starts at p.
func advance(p Pos, text string) Pos {
	if n := strings.Count(text, "\n"); n > 0 {
		return Pos{p.Line + n, len(text) - strings.LastIndexByte(text, '\n') - 1}
	}
	return Pos{p.Line, p.Col + len(text)}
}

// replace changes a range within an edit and returns the end of the new text.
func (e *Editor) replace(from, to Pos, text string) Pos {
	if from == to && text == "" {
		return from
	}
	e.history.open.changes = append(e.history.open.changes, change{from, e.slice(from, to), text})
	e.history.next++
	e.version = e.history.next
	return e.splice(from, to, text)
}

// splice is the one place where the document changes.
func (e *Editor) splice(from, to Pos, text string) Pos {
	head, tail := e.lines[from.Line][:from.Col], e.lines[to.Line][to.Col:]
	end := advance(from, text)
	if from.Line == to.Line && end.Line == from.Line {
		e.lines[from.Line] = head + text + tail
	} else {
		fresh := strings.Split(text, "\n")
		fresh[0] = head + fresh[0]
		fresh[len(fresh)-1] += tail
		e.lines = slices.Replace(e.lines, from.Line, to.Line+1, fresh...)
	}
	e.lex.changed(from.Line, to.Line, end.Line)
	e.marks.changed(to.Line, end.Line)
	e.search.stale = true
	return end
}
