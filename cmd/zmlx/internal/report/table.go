// Package report prints the engine's results: as tables for people, and in
// the formats that other programs read. It holds no state and decides nothing:
// what it prints is in the results.
package report

import (
	"io"
	"strings"
	"unicode/utf8"
)

// align says to which side a column's cells go.
type align bool

const (
	left  align = false
	right align = true
)

type column struct {
	title string
	align align
}

// table is rows of text under titles. A cell may hold colour sequences.
type table struct {
	columns []column
	rows    [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write prints the table with two blanks between columns. Lines end at the
// width, if there is one.
func (t *table) write(w io.Writer, paint Paint, limit int) error {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = utf8.RuneCountInString(c.title)
		for _, r := range t.rows {
			widths[i] = max(widths[i], width(r[i]))
		}
	}
	var b strings.Builder
	line := func(cells []string, style func(string) string) {
		var l strings.Builder
		for i, cell := range cells {
			pad := strings.Repeat(" ", widths[i]-width(cell))
			if i > 0 {
				l.WriteString("  ")
			}
			if t.columns[i].align == right {
				l.WriteString(pad + style(cell))
			} else {
				l.WriteString(style(cell) + pad)
			}
		}
		b.WriteString(truncate(strings.TrimRight(l.String(), " "), limit) + "\n")
	}
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
	}
	line(titles, paint.Dim)
	for _, r := range t.rows {
		line(r, func(s string) string { return s })
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdown prints the table as GitHub does.
func (t *table) markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("|")
	for _, c := range t.columns {
		b.WriteString(" " + c.title + " |")
	}
	b.WriteString("\n|")
	for _, c := range t.columns {
		if c.align == right {
			b.WriteString(" ---: |")
		} else {
			b.WriteString(" --- |")
		}
	}
	for _, r := range t.rows {
		b.WriteString("\n|")
		for _, cell := range r {
			b.WriteString(" " + strings.NewReplacer("|", `\|`, "\n", " ").Replace(cell) + " |")
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// csv returns titles and rows for encoding/csv.
func (t *table) csv() [][]string {
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
	}
	return append([][]string{titles}, t.rows...)
}

// width is the number of columns that a cell takes: its runes without colour
// sequences.
func width(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n++
		}
	}
	return n
}

// truncate cuts a line that is wider than limit, 0 being no limit.
func truncate(line string, limit int) string {
	if limit <= 0 || width(line) <= limit {
		return line
	}
	var b strings.Builder
	n, escape, painted := 0, false, false
	for _, r := range line {
		switch {
		case r == '\x1b':
			escape, painted = true, true
		case escape:
			escape = r != 'm'
		case n == limit-1:
			b.WriteRune('…')
			if painted {
				b.WriteString("\x1b[0m")
			}
			return b.String()
		default:
			n++
		}
		b.WriteRune(r)
	}
	return b.String()
}
