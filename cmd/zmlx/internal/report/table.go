// Package report prints the engine's results: as tables for people, and in
// the formats that other programs read. It holds no state and decides nothing:
// what it prints is in the results.
package report

import (
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// align says to which side a column's cells go.
type align int

const (
	left align = iota
	right
	wrapped // left, and on below themselves where the terminal is narrow
)

type column struct {
	title string
	align align
}

// table is rows of text under titles. A cell may hold colour sequences.
type table struct {
	columns []column
	rows    [][]string
	spare   []string // titles of columns that a narrow terminal does without, the first ones first
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write prints the table with two blanks between columns. Where it is wider
// than the limit, if there is one, spare columns are left out and one is wrapped;
// what is too wide even so is cut.
func (t *table) write(w io.Writer, paint Paint, limit int) error {
	widths, total := make([]int, len(t.columns)), -len(gap)
	for i, c := range t.columns {
		widths[i] = ansi.StringWidth(c.title)
		for _, r := range t.rows {
			widths[i] = max(widths[i], ansi.StringWidth(r[i]))
		}
		total += len(gap) + widths[i]
	}
	shown := make([]int, len(t.columns))
	for i := range shown {
		shown[i] = i
	}
	beyond := max(widths[len(widths)-1]-room, 0)
	for _, title := range t.spare {
		if limit > 0 && total-beyond > limit {
			i := slices.IndexFunc(shown, func(i int) bool { return t.columns[i].title == title })
			total -= len(gap) + widths[shown[i]]
			shown = slices.Delete(shown, i, i+1)
		}
	}
	long := slices.IndexFunc(t.columns, func(c column) bool { return c.align == wrapped && limit > 0 && total > limit })
	if long >= 0 {
		widths[long] = max(widths[long]-(total-limit), min(widths[long], leastWrap))
	}

	var b strings.Builder
	line := func(cells []string, style func(string) string) {
		var l strings.Builder
		for n, i := range shown {
			pad := strings.Repeat(" ", widths[i]-ansi.StringWidth(cells[i]))
			if n > 0 {
				l.WriteString(gap)
			}
			if t.columns[i].align == right {
				l.WriteString(pad + style(cells[i]))
			} else {
				l.WriteString(style(cells[i]) + pad)
			}
		}
		b.WriteString(truncate(strings.TrimRight(l.String(), " "), limit) + "\n")
	}
	line(t.titles(), paint.Dim)
	plain := func(s string) string { return s }
	for _, cells := range t.rows {
		if long < 0 {
			line(cells, plain)
			continue
		}
		for n, part := range wrapWords(cells[long], widths[long]) {
			if n == 0 {
				cells = slices.Clone(cells)
			} else {
				cells = make([]string, len(cells))
			}
			cells[long] = part
			line(cells, plain)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// gap stands between two columns.
const gap = "  "

// room is what the last column, often of long texts, may ask of spare ones.
const room = 40

// leastWrap is the least width that a column is wrapped to.
const leastWrap = 14

// wrapWords breaks a cell between words, and words that are longer than the width.
func wrapWords(cell string, limit int) []string {
	words := ansi.Wrap(cell, limit, "") // a hyphen may still stand beyond the limit
	return strings.Split(ansi.Hardwrap(words, limit, false), "\n")
}

func (t *table) titles() []string {
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
	}
	return titles
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
	return append([][]string{t.titles()}, t.rows...)
}

// truncate cuts a line that is wider than limit, 0 being no limit.
func truncate(line string, limit int) string {
	if limit <= 0 {
		return line
	}
	return ansi.Truncate(line, limit, "…")
}
