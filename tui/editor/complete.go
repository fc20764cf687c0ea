package editor

import (
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// Item is a proposal of completion.
type Item struct {
	Text   string
	Kind   string // function, attribute, input, …
	Detail string // signature or type
	Doc    string
}

// popup is the list of proposals for the word under the cursor.
type popup struct {
	start    Pos // of the word
	items    []Item
	shown    []int // indices of items, the best first
	selected int
}

// Complete offers proposals for the word before the cursor. It tells whether
// any fits; a single one that fits is taken at once.
func (e *Editor) Complete(items []Item) bool {
	if e.ReadOnly {
		return false
	}
	_, start := e.WordAt(e.cursor)
	e.popup = &popup{start: start, items: items}
	e.refilter()
	if e.popup != nil && len(e.popup.shown) == 1 {
		e.Accept()
		return true
	}
	return e.popup != nil
}

// refilter fits the proposals to the word, and drops them if the cursor left
// it or nothing fits.
func (e *Editor) refilter() {
	p := e.popup
	if p == nil {
		return
	}
	_, start := e.WordAt(e.cursor)
	if start != p.start || e.cursor.Before(start) {
		e.popup = nil
		return
	}
	word := e.lines[start.Line][start.Col:e.cursor.Col]
	p.shown, p.selected = p.shown[:0], 0
	if word == "" {
		for i := range p.items {
			p.shown = append(p.shown, i)
		}
	} else {
		for _, m := range fuzzy.FindFrom(word, itemSource(p.items)) {
			if p.items[m.Index].Text != word {
				p.shown = append(p.shown, m.Index)
			}
		}
	}
	if len(p.shown) == 0 {
		e.popup = nil
	}
}

type itemSource []Item

func (s itemSource) String(i int) string { return s[i].Text }
func (s itemSource) Len() int            { return len(s) }

// Completing tells whether proposals are shown.
func (e *Editor) Completing() bool { return e.popup != nil }

// MoveProposal moves the choice among the proposals.
func (e *Editor) MoveProposal(n int) {
	if p := e.popup; p != nil {
		p.selected = (p.selected + n + len(p.shown)) % len(p.shown)
	}
}

// Accept takes the chosen proposal.
func (e *Editor) Accept() {
	p := e.popup
	if p == nil {
		return
	}
	text := p.items[p.shown[p.selected]].Text
	e.popup = nil
	e.seal()
	e.edit(otherEdit, func() { e.cursor = e.replace(p.start, e.cursor, text) })
}

// Dismiss closes the proposals; it tells whether they were open.
func (e *Editor) Dismiss() bool {
	was := e.popup != nil
	e.popup = nil
	return was
}

// DrawPopup draws the proposals over whatever lies below the cursor. It comes
// after all panes.
func (e *Editor) DrawPopup(b *cells.Buffer, t *theme.Theme) {
	p := e.popup
	if p == nil {
		return
	}
	const rows = 8
	x, y, ok := e.screenPos(p.start)
	if !ok {
		return
	}
	names, details := 8, 0
	for _, i := range p.shown {
		names = max(names, cells.Width(p.items[i].Text))
		details = max(details, cells.Width(p.items[i].Detail))
	}
	names, details = min(names, 40), min(details, 36)
	h := min(len(p.shown), rows)
	w := min(names+details+4, b.W)
	top := y + 1
	if top+h+1 > b.H {
		top = max(y-h, 0)
	}
	x = max(min(x-1, b.W-w), 0)
	first := min(max(p.selected-rows/2, 0), max(len(p.shown)-rows, 0))
	for row := range h {
		item := p.items[p.shown[first+row]]
		r := cells.Rect{X: x, Y: top + row, W: w, H: 1}
		s := t.Panel
		if first+row == p.selected {
			s = t.Selection.Over(s)
		}
		b.Fill(r, s)
		b.TextIn(x+1, r.Y, names, item.Text, s)
		b.TextIn(x+names+3, r.Y, w-names-4, item.Detail, t.Muted.Over(s))
	}
	b.Scrollbar(x+w-1, top, h, first, h, len(p.shown), t.Accent.Over(t.Panel))
	if doc := p.items[p.shown[p.selected]].Doc; doc != "" && top+h < b.H {
		b.Fill(cells.Rect{X: x, Y: top + h, W: w, H: 1}, t.Bar)
		b.TextIn(x+1, top+h, w-2, doc, t.Muted.Over(t.Bar))
	}
}

// Words lists the identifiers of the document as proposals.
func (e *Editor) Words() []Item {
	seen := map[string]bool{}
	const reach = 2000 // lines around the cursor
	for i := max(e.cursor.Line-reach, 0); i < min(e.cursor.Line+reach, len(e.lines)); i++ {
		line := e.lines[i]
		start := -1
		for j, r := range line + " " {
			if isWord(r) {
				if start < 0 {
					start = j
				}
				continue
			}
			if start >= 0 && j-start > 2 && (line[start] < '0' || line[start] > '9') {
				seen[line[start:j]] = true
			}
			start = -1
		}
	}
	items := make([]Item, 0, len(seen))
	for w := range seen {
		items = append(items, Item{Text: w, Kind: "word"})
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.Text, b.Text) })
	return items
}
