// Package cells is the canvas of the terminal program: a grid of styled
// characters that everything draws into and that turns into text for a
// terminal, plain text for tests, or SVG for documents.
//
// Coordinates are cells, x to the right and y down, from (0, 0). Whatever is
// drawn outside the clip is dropped, so callers need no bounds arithmetic.
// Control characters and bidirectional overrides never reach the terminal:
// they are drawn as visible signs.
package cells

import (
	"math"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Attr is a set of text attributes.
type Attr uint8

// The attributes.
const (
	Bold Attr = 1 << iota
	Dim
	Italic
	Underline
	Reverse
	Strike
)

// Style is how a cell looks. Styles are comparable.
type Style struct {
	Fg, Bg Color
	Attr   Attr
}

// Over lays s over base: unset colours let base show through, attributes add
// up.
func (s Style) Over(base Style) Style {
	if !s.Fg.IsSet() {
		s.Fg = base.Fg
	}
	if !s.Bg.IsSet() {
		s.Bg = base.Bg
	}
	s.Attr |= base.Attr
	return s
}

// With adds attributes.
func (s Style) With(a Attr) Style { s.Attr |= a; return s }

// Foreground replaces the foreground.
func (s Style) Foreground(c Color) Style { s.Fg = c; return s }

// Background replaces the background.
func (s Style) Background(c Color) Style { s.Bg = c; return s }

// Cell is one place of the grid. The right half of a wide character has Rune
// 0. Cells hold no pointers, so that a frame costs the collector nothing.
type Cell struct {
	Rune  rune
	marks uint16 // the combining marks that follow Rune, counted from 1 in Buffer.marks
	Style Style
}

// Buffer is a grid of cells.
type Buffer struct {
	W, H  int
	cells []Cell
	marks []string
	clip  Rect
}

// New makes a buffer of blanks in the given style.
func New(w, h int, s Style) *Buffer {
	b := &Buffer{}
	b.Reset(w, h, s)
	return b
}

// Reset makes the buffer as New does, in the memory that it has.
func (b *Buffer) Reset(w, h int, s Style) {
	b.W, b.H = max(w, 0), max(h, 0)
	b.cells = slices.Grow(b.cells[:0], b.W*b.H)[:b.W*b.H]
	b.marks, b.clip = b.marks[:0], b.Bounds()
	for i := range b.cells {
		b.cells[i] = Cell{Rune: ' ', Style: s}
	}
}

// Bounds is the whole buffer.
func (b *Buffer) Bounds() Rect { return Rect{0, 0, b.W, b.H} }

// Clip narrows drawing to r and returns the function that undoes it.
func (b *Buffer) Clip(r Rect) (restore func()) {
	old := b.clip
	b.clip = b.clip.Intersect(r)
	return func() { b.clip = old }
}

// At gives a cell; outside of the buffer it is a blank.
func (b *Buffer) At(x, y int) Cell {
	if x < 0 || y < 0 || x >= b.W || y >= b.H {
		return Cell{Rune: ' '}
	}
	return b.cells[y*b.W+x]
}

// Fill blanks a rectangle.
func (b *Buffer) Fill(r Rect, s Style) {
	r = r.Intersect(b.clip)
	for y := r.Y; y < r.Y+r.H; y++ {
		b.breakWide(r.X, y)
		b.breakWide(r.X+r.W, y)
		row := b.cells[y*b.W+r.X : y*b.W+r.X+r.W]
		for i := range row {
			row[i] = Cell{Rune: ' ', Style: s}
		}
	}
}

// Restyle lays a style over what is drawn already.
func (b *Buffer) Restyle(r Rect, s Style) {
	r = r.Intersect(b.clip)
	for y := r.Y; y < r.Y+r.H; y++ {
		row := b.cells[y*b.W+r.X : y*b.W+r.X+r.W]
		for i := range row {
			row[i].Style = s.Over(row[i].Style)
		}
	}
}

// Dim mixes what is drawn towards a background, as behind a dialog.
func (b *Buffer) Dim(r Rect, towards Color, t float64) {
	r = r.Intersect(b.clip)
	for y := r.Y; y < r.Y+r.H; y++ {
		row := b.cells[y*b.W+r.X : y*b.W+r.X+r.W]
		for i := range row {
			row[i].Style.Fg = row[i].Style.Fg.Mix(towards, t)
			row[i].Style.Bg = row[i].Style.Bg.Mix(towards, t)
			row[i].Style.Attr |= Dim
		}
	}
}

// Set draws one rune and returns its width in cells (0, 1 or 2).
func (b *Buffer) Set(x, y int, r rune, s Style) int {
	r, w := Printable(r)
	b.put(x, y, r, w, s)
	return w
}

func (b *Buffer) put(x, y int, r rune, w int, s Style) {
	c := b.clip
	if y < c.Y || y >= c.Y+c.H || x < c.X || x >= c.X+c.W {
		return
	}
	if w == 0 {
		if r != 0 {
			b.mark(x-1, y, r)
		}
		return
	}
	if w == 2 && x+1 >= c.X+c.W { // half of it would be cut off
		r, w = ' ', 1
	}
	b.breakWide(x, y)
	b.breakWide(x+w, y)
	b.cells[y*b.W+x] = Cell{Rune: r, Style: s}
	if w == 2 {
		b.cells[y*b.W+x+1] = Cell{Style: s}
	}
}

// mark adds a combining mark to the character that ends at x.
func (b *Buffer) mark(x, y int, r rune) {
	if x > b.clip.X && b.cells[y*b.W+x].Rune == 0 {
		x--
	}
	if x < b.clip.X {
		return
	}
	const maxMarks = 16 // bytes, so that a line of marks alone stays harmless
	cell := &b.cells[y*b.W+x]
	if marks := b.marksOf(*cell); len(marks) < maxMarks && len(b.marks) < math.MaxUint16 {
		b.marks = append(b.marks, marks+string(r))
		cell.marks = uint16(len(b.marks))
	}
}

// marksOf gives the combining marks of a cell of this buffer.
func (b *Buffer) marksOf(c Cell) string {
	if c.marks == 0 {
		return ""
	}
	return b.marks[c.marks-1]
}

// breakWide blanks a wide character whose halves x would separate.
func (b *Buffer) breakWide(x, y int) {
	if x <= 0 || x >= b.W || b.cells[y*b.W+x].Rune != 0 {
		return
	}
	i := y*b.W + x
	b.cells[i-1].Rune, b.cells[i-1].marks = ' ', 0
	b.cells[i].Rune = ' '
}

// Text draws a string on one line and returns the x after it.
func (b *Buffer) Text(x, y int, text string, s Style) int {
	for _, r := range text {
		x += b.Set(x, y, r, s)
	}
	return x
}

// TextIn draws a string in a field of the given width, cut with an ellipsis
// if it is too long.
func (b *Buffer) TextIn(x, y, width int, text string, s Style) {
	b.Text(x, y, Truncate(text, width), s)
}

// TextRight draws a string that ends before x.
func (b *Buffer) TextRight(x, y int, text string, s Style) {
	b.Text(x-Width(text), y, text, s)
}

// widths does not depend on the locale.
var widths = &runewidth.Condition{StrictEmojiNeutral: true}

// Printable gives what is drawn for a rune, and its width in cells; 0 and no width
// for what joins or recolours emoji: some terminals then make one character of
// several, and leave the cells of the others as they were.
func Printable(r rune) (rune, int) {
	switch {
	case r == 0x200d, r == 0xfe0e, r == 0xfe0f, r >= 0x1f3fb && r <= 0x1f3ff:
		return 0, 0
	case r >= ' ' && r < 0x7f:
		return r, 1
	case r == '\t' || r == '\n':
		return ' ', 1
	case r < ' ':
		return '␀' + r, 1
	case r == 0x7f:
		return '␡', 1
	case r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0xfeff:
		return '\ufffd', 1
	}
	if r >= 0x2500 && r < 0x25a0 || r >= 0x2800 && r < 0x2900 { // lines, blocks, braille: most of a frame
		return r, 1
	}
	return r, widths.RuneWidth(r)
}

// Width is the number of cells that Text takes for a string.
func Width(text string) int {
	w := 0
	for _, r := range text {
		_, n := Printable(r)
		w += n
	}
	return w
}

// Truncate cuts a string to a width, with an ellipsis if anything is cut.
func Truncate(text string, width int) string {
	if len(text) <= width || Width(text) <= width {
		return text
	}
	if width <= 0 {
		return ""
	}
	var out strings.Builder
	w := 0
	for _, r := range text {
		_, n := Printable(r)
		if w+n > width-1 {
			break
		}
		w += n
		out.WriteRune(r)
	}
	return out.String() + "…"
}

// Pad truncates or fills a string to a width exactly.
func Pad(text string, width int) string {
	text = Truncate(text, width)
	return text + strings.Repeat(" ", max(width-Width(text), 0))
}
