package widget

import (
	"cmp"
	"encoding/csv"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Column is a column of a Table.
type Column struct {
	Title string
	Right bool // aligned
	Grow  bool // takes the room that is left
	Min   int  // what a growing column keeps, 12 if 0; those at the right are left out instead
}

// Cell is a text with a style.
type Cell struct {
	Text  string
	Style cells.Style
	Value float64 // by which numeric columns sort, if Sort is set
	Sort  bool
}

// Table shows rows of which one is selected, sorted by a column if wanted.
type Table struct {
	Columns []Column
	Empty   string

	rows       [][]Cell
	order      []int
	selected   int // index into order
	top        int
	height     int
	sortColumn int // counted from 1; 0 is unsorted
	descending bool
}

// SetRows replaces the rows; the selection stays at its row number.
func (t *Table) SetRows(rows [][]Cell) {
	row := t.Selected()
	t.rows = rows
	t.sort()
	t.SelectRow(row)
}

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Selected is the number of the selected row as given to SetRows, -1 if there
// is none.
func (t *Table) Selected() int {
	if t.selected < 0 || t.selected >= len(t.order) {
		return -1
	}
	return t.order[t.selected]
}

// SelectRow selects a row by its number.
func (t *Table) SelectRow(row int) {
	if i := slices.Index(t.order, row); i >= 0 {
		t.selected = i
	}
	t.selected = min(max(t.selected, 0), max(len(t.order)-1, 0))
}

// Move moves the selection.
func (t *Table) Move(n int) {
	t.selected = min(max(t.selected+n, 0), max(len(t.order)-1, 0))
}

// Page is the number of rows in sight.
func (t *Table) Page() int { return max(t.height-1, 1) }

// PressAt selects the row at a line of the table as last drawn.
func (t *Table) PressAt(line int) bool {
	if i := t.top + line - 1; line >= 1 && i < len(t.order) {
		t.selected = i
		return true
	}
	return false
}

// SortNext sorts by the next column; after the last one the rows stand as
// they came.
func (t *Table) SortNext() {
	row := t.Selected()
	t.sortColumn = (t.sortColumn + 1) % (len(t.Columns) + 1)
	t.sort()
	t.SelectRow(row)
}

// SortReverse turns the order round.
func (t *Table) SortReverse() {
	row := t.Selected()
	t.descending = !t.descending
	t.sort()
	t.SelectRow(row)
}

func (t *Table) sort() {
	t.order = make([]int, len(t.rows))
	for i := range t.order {
		t.order[i] = i
	}
	if c := t.sortColumn - 1; c >= 0 {
		slices.SortStableFunc(t.order, func(i, j int) int {
			a, b := t.rows[i][c], t.rows[j][c]
			if a.Sort && b.Sort {
				return cmp.Compare(a.Value, b.Value)
			}
			return strings.Compare(a.Text, b.Text)
		})
	}
	if t.descending {
		slices.Reverse(t.order)
	}
}

// widths fits the columns into w cells: columns shrink from the right where
// there is too little.
func (t *Table) widths(w int) []int {
	out := make([]int, len(t.Columns))
	total := 0
	for i, c := range t.Columns {
		out[i] = cells.Width(c.Title) + 1
		for _, r := range t.rows {
			out[i] = max(out[i], cells.Width(r[i].Text))
		}
		total += out[i] + 2
	}
	for i, c := range t.Columns {
		if c.Grow && total != w {
			grown := max(out[i]+w-total, min(out[i], cmp.Or(c.Min, 12)))
			total += grown - out[i]
			out[i] = grown
		}
	}
	return out
}

// Draw draws the table into r.
func (t *Table) Draw(b *cells.Buffer, r cells.Rect, th *theme.Theme, focused bool) {
	defer b.Clip(r)()
	if len(t.rows) == 0 {
		b.TextBlock(r.Inset(1, 0), t.Empty, th.Muted.Over(th.Base))
		return
	}
	widths := t.widths(r.W - 2)
	x := r.X + 1
	for i, c := range t.Columns {
		if x+widths[i] > r.X+r.W {
			break // a column is shown whole or not at all
		}
		title := c.Title
		if i == t.sortColumn-1 {
			title += map[bool]string{false: "↑", true: "↓"}[t.descending]
		}
		t.cell(b, x, r.Y, widths[i], c, title, th.Muted.With(cells.Underline).Over(th.Base))
		x += widths[i] + 2
	}
	_, body := r.Top(1)
	t.height = body.H
	t.top = min(max(t.top, t.selected-body.H+1), t.selected)
	t.top = max(min(t.top, len(t.order)-body.H), 0)
	for y := range min(body.H, len(t.order)-t.top) {
		t.drawRow(b, body.X, body.Y+y, body.W, widths, t.top+y, th, focused)
	}
	b.Scrollbar(body.X+body.W-1, body.Y, body.H, t.top, body.H, len(t.order), th.Faint.Over(th.Base))
}

func (t *Table) drawRow(b *cells.Buffer, x, y, w int, widths []int, i int, th *theme.Theme, focused bool) {
	base := th.Base
	if i == t.selected {
		b.Set(x, y, '▌', th.Accent.Over(base))
		if focused {
			base = th.Selection.Over(base)
			b.Fill(cells.Rect{X: x + 1, Y: y, W: w - 1, H: 1}, base)
		}
	}
	right := x + w
	x++
	for j, c := range t.Columns {
		if x+widths[j] > right {
			break
		}
		cell := t.rows[t.order[i]][j]
		t.cell(b, x, y, widths[j], c, cell.Text, cell.Style.Over(base))
		x += widths[j] + 2
	}
}

func (t *Table) cell(b *cells.Buffer, x, y, w int, c Column, text string, s cells.Style) {
	text = cells.Truncate(text, w)
	if c.Right {
		x += w - cells.Width(text)
	}
	b.Text(x, y, text, s)
}

// CSV is the table as comma-separated values, in its present order; "" if it has
// no rows.
func (t *Table) CSV() string {
	if len(t.rows) == 0 {
		return ""
	}
	var out strings.Builder
	w := csv.NewWriter(&out)
	fields := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		fields[i] = c.Title
	}
	_ = w.Write(fields) // a strings.Builder takes everything
	for _, i := range t.order {
		for j, c := range t.rows[i] {
			fields[j] = c.Text
		}
		_ = w.Write(fields)
	}
	w.Flush()
	return out.String()
}
