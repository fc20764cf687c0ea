package widget

import (
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Row is a line of a List.
type Row struct {
	ID    string // identifies it when rows change
	Sign  string // one cell in front
	Mark  cells.Style
	Text  string
	Right string // at the right edge
	Words string // further text that the filter looks into
	Muted bool
}

// List is a list of rows of which one is selected. Typing into its filter
// narrows it: to rows whose text fits fuzzily, the best first, and then those
// that have it among their words; by a plain part after "'", or without the
// rows that match after "!".
type List struct {
	Filter    Line
	Filtering bool // keys go to the filter
	Empty     string

	rows     []Row
	shown    []int
	hits     map[int][]int // matched byte offsets by row
	selected int           // index into shown
	top      int
	height   int
}

// SetRows replaces the rows; the selection stays on its ID.
func (l *List) SetRows(rows []Row) {
	id := l.Selected().ID
	l.rows = rows
	l.refilter()
	l.Select(id)
}

// Rows lists the rows, whatever the filter.
func (l *List) Rows() []Row { return l.rows }

// Len is how many rows the filter leaves.
func (l *List) Len() int { return len(l.shown) }

// Selected is the selected row, zero if there is none.
func (l *List) Selected() Row {
	if l.selected < 0 || l.selected >= len(l.shown) {
		return Row{}
	}
	return l.rows[l.shown[l.selected]]
}

// Select selects the row of an ID, if it is shown.
func (l *List) Select(id string) {
	for i, r := range l.shown {
		if l.rows[r].ID == id && id != "" {
			l.selected = i
			return
		}
	}
	l.selected = min(max(l.selected, 0), max(len(l.shown)-1, 0))
}

func (l *List) refilter() {
	l.shown, l.hits = l.shown[:0], map[int][]int{}
	query := l.Filter.Text()
	part, plain := strings.CutPrefix(query, "'")
	not, inverse := strings.CutPrefix(query, "!")
	switch {
	case query == "", plain && part == "", inverse && not == "":
		for i := range l.rows {
			l.shown = append(l.shown, i)
		}
	case plain, inverse:
		for i, r := range l.rows {
			text := strings.ToLower(r.Text + " " + r.Words)
			if plain && strings.Contains(text, strings.ToLower(part)) || inverse && !strings.Contains(text, strings.ToLower(not)) {
				l.shown = append(l.shown, i)
			}
		}
	default:
		texts := make([]string, len(l.rows))
		for i, r := range l.rows {
			texts[i] = r.Text
		}
		for _, m := range fuzzy.Find(query, texts) {
			l.shown = append(l.shown, m.Index)
			l.hits[m.Index] = m.MatchedIndexes
		}
		for i, r := range l.rows {
			if l.hits[i] == nil && strings.Contains(strings.ToLower(r.Words), strings.ToLower(query)) {
				l.shown = append(l.shown, i)
			}
		}
	}
}

// Type types into the filter.
func (l *List) Type(text string) {
	l.Filter.Insert(text)
	l.refilter()
	l.selected, l.top = 0, 0
}

// FilterKey handles a key of the filter; it tells whether it was one.
func (l *List) FilterKey(key string) bool {
	switch key {
	case "esc":
		l.Filtering = false
		id := l.Selected().ID
		l.Filter.SetText("")
		l.refilter()
		l.Select(id)
		return true
	case "enter":
		l.Filtering = false
		return true
	case "up", "down":
		l.Move(map[string]int{"up": -1, "down": 1}[key])
		return true
	}
	if l.Filter.Key(key) {
		l.refilter()
		l.selected, l.top = 0, 0
		return true
	}
	return false
}

// Move moves the selection.
func (l *List) Move(n int) {
	l.selected = min(max(l.selected+n, 0), max(len(l.shown)-1, 0))
}

// Page is the number of rows in sight.
func (l *List) Page() int { return max(l.height-1, 1) }

// PressAt selects the row at a line of the list as last drawn.
func (l *List) PressAt(line int) bool {
	if l.Filtering || l.Filter.Text() != "" {
		line--
	}
	if i := l.top + line; line >= 0 && i < len(l.shown) {
		l.selected = i
		return true
	}
	return false
}

// Draw draws the list into r.
func (l *List) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	defer b.Clip(r)()
	if l.Filtering || l.Filter.Text() != "" {
		var line cells.Rect
		line, r = r.Top(1)
		l.Filter.Prompt = "/"
		l.Filter.Draw(b, line.X+1, line.Y, line.W-2, t, t.Base, l.Filtering)
	}
	l.height = r.H
	l.top = min(max(l.top, l.selected-r.H+1), l.selected)
	l.top = max(min(l.top, len(l.shown)-r.H), 0)
	if len(l.shown) == 0 {
		text := l.Empty
		if len(l.rows) > 0 {
			text = "nothing matches"
		}
		b.TextBlock(r.Inset(1, 0), text, t.Muted.Over(t.Base))
		return
	}
	for y := range min(r.H, len(l.shown)-l.top) {
		l.drawRow(b, cells.Rect{X: r.X, Y: r.Y + y, W: r.W, H: 1}, l.top+y, t, focused)
	}
	b.Scrollbar(r.X+r.W-1, r.Y, r.H, l.top, r.H, len(l.shown), t.Faint.Over(t.Base))
}

func (l *List) drawRow(b *cells.Buffer, r cells.Rect, i int, t *theme.Theme, focused bool) {
	row := l.rows[l.shown[i]]
	base := t.Base
	if i == l.selected {
		b.Set(r.X, r.Y, '▌', t.Accent.Over(base))
		if focused {
			base = t.Selection.Over(base)
			b.Fill(cells.Rect{X: r.X + 1, Y: r.Y, W: r.W - 1, H: 1}, base)
		}
	}
	style := base
	if row.Muted {
		style = t.Muted.Over(base)
	}
	x := r.X + 1
	if row.Sign != "" {
		b.Text(x, r.Y, row.Sign, row.Mark.Over(base))
		x += 2
	}
	room := r.X + r.W - 1 - x
	if w := cells.Width(row.Right); w > 0 && room-w > 8 {
		b.TextRight(r.X+r.W-1, r.Y, row.Right, t.Muted.Over(base))
		room -= w + 1
	}
	text := cells.Truncate(row.Text, room)
	hits := l.hits[l.shown[i]]
	for at, c := range text {
		s := style
		if slices.Contains(hits, at) {
			s = t.Accent.With(cells.Bold | cells.Underline).Over(base)
		}
		x += b.Set(x, r.Y, c, s)
	}
}
