package editor

import (
	"slices"
	"strconv"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// view is the window onto the text.
type view struct {
	rect      cells.Rect // of the text, without the gutter, as last drawn
	top, left int        // first line, first cell column
	follow    bool       // bring the cursor into sight at the next draw
	center    bool       // … in the middle, if it was out of sight
	show      int        // a line to bring into sight, counted from 1
}

// Scroll moves the window by lines and leaves the cursor alone.
func (e *Editor) Scroll(n int) {
	e.view.top = min(max(e.view.top+n, 0), max(len(e.lines)-1, 0))
	e.view.follow, e.view.center = false, false
}

// Show brings a line into sight without moving the cursor.
func (e *Editor) Show(line int) { e.view.show = line + 1 }

var bars = []rune("▁▂▃▄▅▆▇█")

const margin = 3 // lines that stay visible around the cursor

func (e *Editor) scrollToCursor() {
	v := &e.view
	w, h := max(v.rect.W, 1), max(v.rect.H, 1)
	if line := v.show - 1; line >= 0 && (line < v.top || line >= v.top+h) {
		v.top = line - h/2
	}
	v.show = 0
	if v.follow || v.center {
		line := e.cursor.Line
		m := min(margin, (h-1)/2)
		switch {
		case v.center && (line < v.top+m || line >= v.top+h-m):
			v.top = line - h/2
		case line < v.top+m:
			v.top = line - m
		case line >= v.top+h-m:
			v.top = line - h + 1 + m
		}
		x := e.cellOf(e.cursor)
		if x < v.left {
			v.left = max(x-w/4, 0)
		} else if x >= v.left+w {
			v.left = x - w + w/4 + 1
		}
	}
	v.top = min(max(v.top, 0), max(len(e.lines)-1, 0))
	v.follow, v.center = false, false
}

// gutter is the width of signs, numbers and costs.
func (e *Editor) gutter() (numbers, costs int) {
	numbers = max(len(strconv.Itoa(len(e.lines))), 3)
	for _, c := range e.marks.cost {
		costs = max(costs, cells.Width(c.Text)+3)
	}
	return numbers, costs
}

// Draw draws the editor into r; focused shows the cursor.
func (e *Editor) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	if r.Empty() {
		return
	}
	defer b.Clip(r)()
	numbers, costs := e.gutter()
	_, text := r.Left(1 + numbers + costs + 1)
	text, bar := text.Right(1)
	e.view.rect = text
	e.scrollToCursor()
	bracket, partner, matched := Pos{}, Pos{}, false
	if focused {
		bracket, partner, matched = e.MatchBracket()
	}
	for row := range text.H {
		i := e.view.top + row
		if i >= len(e.lines) {
			break
		}
		y := text.Y + row
		base := cells.Style{}
		switch {
		case slices.Contains(e.marks.linked, i):
			base = t.Selection
		case focused && i == e.cursor.Line:
			base = t.CursorLine
		}
		base = base.Over(t.Base)
		b.Fill(cells.Rect{X: r.X, Y: y, W: r.W - 1, H: 1}, base)
		e.drawGutter(b, r.X, y, i, numbers, costs, t, base, focused)
		e.drawLine(b, text, y, i, t, base)
		if matched {
			for _, p := range []Pos{bracket, partner} {
				if x, py, ok := e.screenPos(p); ok && py == y {
					b.Restyle(cells.Rect{X: x, Y: y, W: 1, H: 1}, t.Bracket)
				}
			}
		}
	}
	if x, y, ok := e.screenPos(e.cursor); ok && focused {
		e.drawCursor(b, x, y, t)
	}
	b.Scrollbar(bar.X, bar.Y, bar.H, e.view.top, text.H, len(e.lines), t.Faint.Over(t.Base))
	for _, m := range e.marks.list {
		if len(e.lines) > text.H {
			b.Set(bar.X, bar.Y+m.From.Line*bar.H/len(e.lines), '▪', severityStyle(t, m.Severity).Over(t.Base))
		}
	}
}

func (e *Editor) drawCursor(b *cells.Buffer, x, y int, t *theme.Theme) {
	w := 1
	if b.At(x+1, y).Rune == 0 {
		w = 2
	}
	style := t.Cursor
	if under := b.At(x, y).Style; under.Attr&style.Attr&cells.Reverse != 0 {
		style = cells.Style{Attr: cells.Underline | cells.Bold} // on a selection
	}
	b.Restyle(cells.Rect{X: x, Y: y, W: w, H: 1}, style)
}

// Sign is the character and the style of a severity.
func Sign(t *theme.Theme, s Severity) (rune, cells.Style) {
	return [...]rune{'✖', '▲', '•'}[s], severityStyle(t, s)
}

func severityStyle(t *theme.Theme, s Severity) cells.Style {
	return [...]cells.Style{t.Error, t.Warning, t.Info}[s]
}

func (e *Editor) drawGutter(b *cells.Buffer, x, y, i, numbers, costs int, t *theme.Theme, base cells.Style, focused bool) {
	if m, ok := e.marks.worst(i); ok {
		sign, style := Sign(t, m.Severity)
		b.Set(x, y, sign, style.Over(base))
	}
	style := t.Faint
	if focused && i == e.cursor.Line {
		style = t.Accent
	}
	b.TextRight(x+1+numbers, y, strconv.Itoa(i+1), style.Over(base))
	if costs > 0 {
		c := e.marks.cost[i]
		style := t.Muted
		switch {
		case c.Share >= 0.25:
			style = t.Error
		case c.Share >= 0.05:
			style = t.Warning
		}
		b.TextRight(x+1+numbers+costs, y, c.Text, style.Over(base))
		if c.Share > 0 { // the height tells what the colour does
			b.Set(x+2+numbers, y, bars[min(int(c.Share*float64(len(bars))), len(bars)-1)], style.Over(base))
		}
	}
}

// drawLine draws the visible part of a line.
func (e *Editor) drawLine(b *cells.Buffer, text cells.Rect, y, i int, t *theme.Theme, base cells.Style) {
	defer b.Clip(text)()
	line := e.lines[i]
	spans := e.lex.line(e.lines, i)
	from, to, selected := e.Selection()
	found := e.matchesOn(i)
	x := 0
	plain := t.Syntax(0)
	for col, r := range line {
		w := e.runeWidth(r, x)
		if x-e.view.left >= text.W {
			break
		}
		for len(spans) > 0 && spans[0].End <= col {
			spans = spans[1:]
		}
		style := plain
		if len(spans) > 0 && spans[0].Start <= col {
			style = t.Syntax(spans[0].Kind)
		}
		style = style.Over(base)
		at := Pos{i, col}
		for len(found) > 0 && !at.Before(found[0].to) {
			found = found[1:]
		}
		if len(found) > 0 && !at.Before(found[0].from) {
			if selected && found[0].from == from && found[0].to == to {
				style = t.MatchCurrent.Over(style)
			} else {
				style = t.Match.Over(style)
			}
		} else if selected && !at.Before(from) && at.Before(to) {
			style = t.Selection.Over(style)
		}
		if x >= e.view.left {
			if r == '\t' {
				b.Fill(cells.Rect{X: text.X + x - e.view.left, Y: y, W: w, H: 1}, style)
			} else {
				b.Set(text.X+x-e.view.left, y, r, style)
			}
		}
		x += w
	}
	end := Pos{i, len(line)}
	if selected && !end.Before(from) && end.Before(to) { // the newline
		b.Set(text.X+x-e.view.left, y, ' ', t.Selection.Over(base))
	}
	e.drawMarks(b, text, y, i, x, t, base)
}

// drawMarks underlines what the line's marks are about and writes the worst
// one's message behind the text.
func (e *Editor) drawMarks(b *cells.Buffer, text cells.Rect, y, i, end int, t *theme.Theme, base cells.Style) {
	m, ok := e.marks.worst(i)
	if !ok {
		return
	}
	from, to := m.From.Col, m.To.Col
	if m.To.Line != i {
		to = len(e.lines[i])
	}
	if from == to {
		word, start := e.WordAt(m.From)
		from, to = start.Col, start.Col+max(len(word), 1)
	}
	x0, x1 := e.cellOf(e.clamp(Pos{i, from})), e.cellOf(e.clamp(Pos{i, to}))
	b.Restyle(cells.Rect{X: text.X + x0 - e.view.left, Y: y, W: max(x1-x0, 1), H: 1}, cells.Style{Attr: cells.Underline})
	sign, style := Sign(t, m.Severity)
	x := text.X + end - e.view.left + 2
	if room := text.X + text.W - x; room > 8 {
		b.TextIn(x, y, room, string(sign)+" "+m.Message, style.With(cells.Italic).Over(base))
	}
}

// screenPos is the cell of a position as last drawn; ok is false if it is out
// of sight.
func (e *Editor) screenPos(p Pos) (x, y int, ok bool) {
	p = e.clamp(p)
	x = e.view.rect.X + e.cellOf(p) - e.view.left
	y = e.view.rect.Y + p.Line - e.view.top
	return x, y, e.view.rect.Contains(x, y)
}

// PosAt is the position at a cell of the screen.
func (e *Editor) PosAt(x, y int) Pos {
	line := min(max(e.view.top+y-e.view.rect.Y, 0), len(e.lines)-1)
	return Pos{line, e.colAt(line, max(x-e.view.rect.X, 0)+e.view.left)}
}

// Press puts the cursor at a cell of the screen, Drag extends the selection.
func (e *Editor) Press(x, y int) { e.move(e.PosAt(x, y), false) }

// Drag extends the selection to a cell of the screen.
func (e *Editor) Drag(x, y int) { e.move(e.PosAt(x, y), true) }
