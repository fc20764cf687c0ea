package editor

import (
	"cmp"
	"slices"
)

// Severity of a mark, the worst first.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
	Info
)

// Mark is a remark on a place of the text.
type Mark struct {
	From, To Pos // To may equal From: the word there is meant
	Severity Severity
	Message  string
	Detail   string   // further lines: notes, next steps
	Fix      []Change // what the message proposes to do about it, nil if nothing; apart from each other
}

// Change is a replacement of a part of the text.
type Change struct {
	From, To Pos
	Text     string
}

// Apply makes changes that are apart from each other as one step of undo. The
// cursor goes to the first of them.
func (e *Editor) Apply(list []Change) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.From.Line, a.From.Line), cmp.Compare(b.From.Col, a.From.Col))
	})
	e.seal()
	e.edit(otherEdit, func() {
		for _, c := range list { // the last one first, so that the others stay in their places
			from, to := e.clamp(c.From), e.clamp(c.To)
			if to.Before(from) {
				continue
			}
			e.replace(from, to, c.Text)
			e.cursor, e.marking = from, false
		}
	})
	e.popup = nil
	e.view.follow = true
}

type marks struct {
	list   []Mark
	linked []int        // the lines that another pane points at
	cost   map[int]Cost // by line
}

// SetMarks replaces the marks.
func (e *Editor) SetMarks(list []Mark) {
	list = slices.Clone(list)
	for i := range list {
		list[i].From, list[i].To = e.clamp(list[i].From), e.clamp(list[i].To)
	}
	slices.SortStableFunc(list, func(a, b Mark) int {
		return cmp.Or(cmp.Compare(a.From.Line, b.From.Line), cmp.Compare(a.From.Col, b.From.Col), cmp.Compare(a.Severity, b.Severity))
	})
	e.marks.list = list
}

// Marks lists the marks in the order of the text.
func (e *Editor) Marks() []Mark { return e.marks.list }

// SetLinked shows which lines another pane points at.
func (e *Editor) SetLinked(lines ...int) { e.marks.linked = lines }

// Cost is a short figure for the gutter of a line, and the line's share of the
// whole.
type Cost struct {
	Text  string
	Share float64
}

// SetCost puts costs beside lines; nil takes the column away.
func (e *Editor) SetCost(cost map[int]Cost) { e.marks.cost = cost }

// NextMark moves the cursor to the next mark (or the one before, if back),
// around the end, and returns it.
func (e *Editor) NextMark(back bool) (Mark, bool) {
	list := e.marks.list
	if len(list) == 0 {
		return Mark{}, false
	}
	i := 0
	if back {
		i = len(list) - 1
		for j, m := range slices.Backward(list) {
			if m.From.Before(e.cursor) {
				i = j
				break
			}
		}
	} else {
		for j, m := range list {
			if e.cursor.Before(m.From) {
				i = j
				break
			}
		}
	}
	e.MoveTo(list[i].From)
	return list[i], true
}

// worst gives the worst mark of a line.
func (m *marks) worst(line int) (Mark, bool) {
	i, _ := slices.BinarySearchFunc(m.list, line, func(a Mark, line int) int { return cmp.Compare(a.From.Line, line) })
	found := -1
	for ; i < len(m.list) && m.list[i].From.Line == line; i++ {
		if found < 0 || m.list[i].Severity < m.list[found].Severity {
			found = i
		}
	}
	if found < 0 {
		return Mark{}, false
	}
	return m.list[found], true
}

// changed moves marks along with the text until new ones arrive.
func (m *marks) changed(to, end int) {
	delta := end - to
	if delta == 0 {
		return
	}
	for i := range m.list {
		for _, p := range []*Pos{&m.list[i].From, &m.list[i].To} {
			switch {
			case p.Line > to:
				p.Line += delta
			case p.Line > end:
				*p = Pos{end, 0}
			}
		}
	}
	for i := range m.linked {
		if m.linked[i] > to {
			m.linked[i] += delta
		}
	}
	if m.cost != nil {
		moved := make(map[int]Cost, len(m.cost))
		for line, c := range m.cost {
			if line > to {
				line += delta
			} else if line > end {
				continue
			}
			moved[line] = c
		}
		m.cost = moved
	}
}
