package cells

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ANSI renders the buffer for a terminal: lines joined by newlines, with one
// SGR sequence per run of equal style, each line ending in the default style.
// Lines are for the terminal's first column.
func (b *Buffer) ANSI(p Profile) string { return string(b.AppendANSI(nil, p)) }

// AppendANSI appends what ANSI gives.
func (b *Buffer) AppendANSI(out []byte, p Profile) []byte {
	for y := range b.H {
		if y > 0 {
			out = append(out, '\n')
		}
		out = b.appendLine(out, b.cells[y*b.W:(y+1)*b.W], p)
	}
	return out
}

func (b *Buffer) appendLine(out []byte, row []Cell, p Profile) []byte {
	current := Style{}
	for i := range row {
		c := &row[i]
		if c.Rune == 0 {
			continue
		}
		if c.Style != current {
			out = appendStyle(out, current, c.Style, p)
			current = c.Style
		}
		out = utf8.AppendRune(out, c.Rune)
		if marks := b.marksOf(*c); marks != "" {
			out = append(out, marks...)
			next := i + 2
			if next < len(row) && row[i+1].Rune == 0 {
				next++
			}
			// Terminals disagree about how wide these are together.
			out = append(out, "\x1b["...)
			out = strconv.AppendInt(out, int64(next), 10)
			out = append(out, 'G')
		}
	}
	if current != (Style{}) {
		out = append(out, "\x1b[0m"...)
	}
	return out
}

var attrCodes = [...]struct {
	attr Attr
	code byte
}{{Bold, '1'}, {Dim, '2'}, {Italic, '3'}, {Underline, '4'}, {Reverse, '7'}, {Strike, '9'}}

// appendStyle emits what changes between two styles. Attributes cannot be
// switched off one by one on every terminal, so that a lost one resets all.
func appendStyle(out []byte, from, to Style, p Profile) []byte {
	start := len(out)
	out = append(out, "\x1b["...)
	sep := func() {
		if last := out[len(out)-1]; last != '[' {
			out = append(out, ';')
		}
	}
	if from.Attr&^to.Attr != 0 {
		out = append(out, '0')
		from = Style{}
	}
	for _, a := range attrCodes {
		if to.Attr&^from.Attr&a.attr != 0 {
			sep()
			out = append(out, a.code)
		}
	}
	if p != NoColor {
		if to.Fg != from.Fg {
			sep()
			out = appendColor(out, to.Fg, 30, p)
		}
		if to.Bg != from.Bg {
			sep()
			out = appendColor(out, to.Bg, 40, p)
		}
	}
	if len(out) == start+2 {
		return out[:start]
	}
	return append(out, 'm')
}

// String is the text alone, lines without trailing blanks.
func (b *Buffer) String() string {
	var out strings.Builder
	for y := range b.H {
		if y > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(strings.TrimRight(b.Line(y), " "))
	}
	return out.String()
}

// Line is the text of one row.
func (b *Buffer) Line(y int) string {
	var out strings.Builder
	for x := range b.W {
		if c := b.At(x, y); c.Rune != 0 {
			out.WriteRune(c.Rune)
			out.WriteString(b.marksOf(c))
		}
	}
	return out.String()
}
