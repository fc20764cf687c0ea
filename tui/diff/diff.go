// Package diff shows how two texts differ, line by line.
package diff

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/highlight"
	"github.com/zmlx/zmlx/tui/theme"
)

// Line is a line of one or both texts; the numbers count from 1, 0 where the
// text does not have it.
type Line struct {
	Old, New int
	Text     string
}

// Lines aligns two texts.
func Lines(before, after string) []Line {
	edits := udiff.Lines(before, after)
	unified, err := udiff.ToUnifiedDiff("", "", before, edits, 1<<20)
	if err != nil || len(unified.Hunks) == 0 {
		var out []Line
		for i, l := range strings.Split(after, "\n") {
			out = append(out, Line{i + 1, i + 1, l})
		}
		return out
	}
	var out []Line
	for _, h := range unified.Hunks {
		a, b := h.FromLine, h.ToLine
		for _, l := range h.Lines {
			line := Line{Text: strings.TrimSuffix(l.Content, "\n")}
			if l.Kind != udiff.Insert {
				line.Old = a
				a++
			}
			if l.Kind != udiff.Delete {
				line.New = b
				b++
			}
			out = append(out, line)
		}
	}
	return out
}

// pair is a row of the view side by side.
type pair struct{ left, right Line }

// View shows a diff, unified or side by side.
type View struct {
	before, after string
	split         bool
	lines         []Line
	pairs         []pair
	top, height   int
	left, widest  int // columns that are scrolled out of sight, and of the longest line
	added, gone   int
	linked        int // a line of the new text to point at, from 1; 0 for none
}

// Set replaces the texts.
func (v *View) Set(before, after string, split bool) {
	if v.before == before && v.after == after && v.split == split && v.lines != nil {
		return
	}
	v.before, v.after, v.split = before, after, split
	v.lines, v.added, v.gone = Lines(before, after), 0, 0
	first := -1
	for i, l := range v.lines {
		switch {
		case l.Old == 0:
			v.added++
		case l.New == 0:
			v.gone++
		default:
			continue
		}
		if first < 0 {
			first = i
		}
	}
	v.pairs = pairs(v.lines)
	v.top, v.left, v.widest = max(first-3, 0), 0, 0
	for _, l := range v.lines {
		v.widest = max(v.widest, cells.Width(l.Text))
	}
}

// pairs puts removed and added lines of one place beside each other.
func pairs(lines []Line) []pair {
	var out []pair
	for i := 0; i < len(lines); {
		if lines[i].Old > 0 && lines[i].New > 0 {
			out = append(out, pair{lines[i], lines[i]})
			i++
			continue
		}
		var gone, added []Line
		for ; i < len(lines) && (lines[i].Old == 0 || lines[i].New == 0); i++ {
			if lines[i].Old > 0 {
				gone = append(gone, lines[i])
			} else {
				added = append(added, lines[i])
			}
		}
		for k := range max(len(gone), len(added)) {
			var p pair
			if k < len(gone) {
				p.left = gone[k]
			}
			if k < len(added) {
				p.right = added[k]
			}
			out = append(out, p)
		}
	}
	return out
}

// Summary counts the lines that differ.
func (v *View) Summary() string {
	if v.added+v.gone == 0 {
		return "no changes"
	}
	return fmt.Sprintf("+%d −%d", v.added, v.gone)
}

func (v *View) rows() int {
	if v.split {
		return len(v.pairs)
	}
	return len(v.lines)
}

// Point points at a line of the new text, counted from 1, and brings it into
// sight; 0 is none.
func (v *View) Point(line int) {
	v.linked = line
	for row := range v.rows() {
		if line > 0 && v.height > 0 && v.newLine(row) == line && (row < v.top || row >= v.top+v.height) {
			v.top = max(row-v.height/2, 0)
		}
	}
}

// newLine is the line of the new text in a row, 0 if there is none.
func (v *View) newLine(row int) int {
	if v.split {
		return v.pairs[row].right.New
	}
	return v.lines[row].New
}

// Scroll moves the window.
func (v *View) Scroll(n int) { v.top = min(max(v.top+n, 0), max(v.rows()-1, 0)) }

// Shift moves the window sideways.
func (v *View) Shift(n int) { v.left = min(max(v.left+n, 0), max(v.widest-1, 0)) }

// Page is the number of rows in sight.
func (v *View) Page() int { return max(v.height-1, 1) }

// Draw draws the view into r.
func (v *View) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme) {
	defer b.Clip(r)()
	v.height = r.H
	for y := range min(r.H, v.rows()-v.top) {
		if n := v.newLine(v.top + y); n > 0 && n == v.linked {
			defer b.Restyle(cells.Rect{X: r.X, Y: r.Y + y, W: r.W - 1, H: 1}, t.Selection)
		}
		if v.split {
			left, right := r.Left(r.W / 2)
			p := v.pairs[v.top+y]
			drawLine(b, cells.Rect{X: left.X, Y: r.Y + y, W: left.W, H: 1}, p.left, p.left.Old, v.left, t)
			drawLine(b, cells.Rect{X: right.X, Y: r.Y + y, W: right.W - 1, H: 1}, p.right, p.right.New, v.left, t)
			continue
		}
		l := v.lines[v.top+y]
		n := l.New
		if n == 0 {
			n = l.Old
		}
		drawLine(b, cells.Rect{X: r.X, Y: r.Y + y, W: r.W - 1, H: 1}, l, n, v.left, t)
	}
	b.Scrollbar(r.X+r.W-1, r.Y, r.H, v.top, r.H, v.rows(), t.Faint.Over(t.Base))
}

// drawLine draws a line with its number n, without its first columns.
func drawLine(b *cells.Buffer, r cells.Rect, l Line, n, columns int, t *theme.Theme) {
	defer b.Clip(r)()
	base, sign := t.Base, " "
	switch {
	case l.Old == 0 && l.New == 0:
		return
	case l.Old == 0:
		base, sign = t.Added.Over(base), "+"
	case l.New == 0:
		base, sign = t.Removed.Over(base), "−"
	}
	b.Fill(r, base)
	b.TextRight(r.X+4, r.Y, strconv.Itoa(n), t.Faint.Over(base))
	b.Text(r.X+5, r.Y, sign, base.With(cells.Bold))
	spans, _ := highlight.MetalLexer.Line(l.Text, highlight.State{}, nil)
	_, text := r.Left(7)
	defer b.Clip(text)()
	x := text.X - columns
	for i, c := range l.Text {
		for len(spans) > 0 && spans[0].End <= i {
			spans = spans[1:]
		}
		style := base
		if len(spans) > 0 && spans[0].Start <= i && !(t.Profile == cells.NoColor) {
			style = t.Syntax(spans[0].Kind).Over(base)
		}
		x += b.Set(x, r.Y, c, style)
	}
}
