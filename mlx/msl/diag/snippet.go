package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const tabStop = 8 // columns between tab stops in a printed source line

// Snippet returns a line as a terminal shows it and the marks to print below:
// a caret at a byte of the line, counted from 0, and underlined ranges of its
// bytes, which may begin before and end behind the line. columns holds the
// column of each byte and of the line's end.
func Snippet(line string, caret int, ranges [][2]int) (text, marks string, columns []int) {
	text, columns = layout(line)
	at := func(offset int) int { return columns[min(max(offset, 0), len(line))] }
	below := []byte(strings.Repeat(" ", at(len(line))+1))
	for _, r := range ranges {
		if r[1] <= 0 || r[0] > len(line) {
			continue
		}
		if r[0] < 0 { // from an earlier line: not the indentation
			r[0] = len(line) - len(strings.TrimLeft(line, " \t"))
		}
		for i := at(r[0]); i < at(r[1]); i++ {
			below[i] = '~'
		}
	}
	below[at(caret)] = '^'
	return text, strings.TrimRight(string(below), " "), columns
}

// layout returns a line as it is printed, tabs expanded and control characters
// made visible, and the column of each of its bytes and of its end.
func layout(line string) (string, []int) {
	cols := make([]int, len(line)+1)
	if isPlain(line) {
		for i := range cols {
			cols[i] = i
		}
		return line, cols
	}
	var b strings.Builder
	col := 0
	for i := 0; i < len(line); {
		c, n := utf8.DecodeRuneInString(line[i:])
		var out string
		if c == '\t' {
			out = strings.Repeat(" ", tabStop-col%tabStop)
		} else {
			out = printable(line[i : i+n])
		}
		for j := range n {
			cols[i+j] = col
		}
		b.WriteString(out)
		col += displayWidth(out)
		i += n
	}
	cols[len(line)] = col
	return b.String(), cols
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// printable replaces what a terminal would act on or cannot show: <U+001B>
// for control characters, <FF> for bytes that are not UTF-8.
func printable(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && n <= 1:
			fmt.Fprintf(&b, "<%02X>", s[i])
		case !unicode.IsPrint(c):
			fmt.Fprintf(&b, "<U+%04X>", c)
		default:
			b.WriteRune(c)
		}
		i += n
	}
	return b.String()
}
