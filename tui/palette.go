package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/widget"
)

// paletteKind is how the palette looks at actions.
type paletteKind uint8

const (
	byTitle   paletteKind = iota // ctrl+p
	byCommand                    // ":": the ID and an argument
	byKey                        // "?": grouped, with all keys
)

// palette offers actions, or the arguments of one.
type palette struct {
	kind    paletteKind
	line    widget.Line
	actions []*action.Action
	shown   []*action.Action
	choices []string // of the argument, once a command stands
	command *action.Action
	at, top int
}

func (m *model) openPalette(kind paletteKind, text string) tea.Cmd {
	d := &palette{kind: kind, actions: m.catalog.InScope(m.scopes())}
	d.line.Prompt = map[paletteKind]string{byTitle: "› ", byCommand: ":", byKey: "/"}[kind]
	d.line.Hint = map[paletteKind]string{byTitle: "what to do", byCommand: "command", byKey: "words, or a key such as ctrl+s"}[kind]
	if kind == byCommand { // everywhere
		for _, a := range m.catalog.All() {
			if !slices.Contains(d.actions, a) {
				d.actions = append(d.actions, a)
			}
		}
	}
	d.line.SetText(text)
	d.filter()
	return m.push(d)
}

func (d *palette) insert(text string) {
	d.line.Insert(text)
	d.filter()
}

// filter lists what fits the text.
func (d *palette) filter() {
	d.at, d.top, d.choices, d.command = 0, 0, nil, nil
	text := d.line.Text()
	if d.kind != byCommand {
		d.shown = slices.Clone(action.Search(d.actions, text))
		if d.kind == byTitle && text == "" { // what can be done now comes first
			slices.SortStableFunc(d.shown, func(a, b *action.Action) int { return min(len(a.Why()), 1) - min(len(b.Why()), 1) })
		}
		return
	}
	id, arg, hasArg := strings.Cut(text, " ")
	if !hasArg {
		d.shown = d.shown[:0]
		ids := make([]string, len(d.actions))
		for i, a := range d.actions {
			ids[i] = a.ID
		}
		if id == "" {
			d.shown = append(d.shown, d.actions...)
			return
		}
		for _, match := range fuzzy.Find(id, ids) {
			if a := d.actions[match.Index]; a.ID == id {
				d.shown = slices.Insert(d.shown, 0, a)
			} else {
				d.shown = append(d.shown, a)
			}
		}
		return
	}
	d.shown = nil
	for _, a := range d.actions {
		if a.ID == id {
			d.command = a
			if a.Choices != nil {
				d.choices = matching(a.Choices(), arg)
			}
		}
	}
}

func matching(choices []string, text string) []string {
	if text == "" {
		return choices
	}
	var out []string
	for _, m := range fuzzy.Find(text, choices) {
		out = append(out, m.Str)
	}
	return out
}

func (d *palette) rows() int {
	if d.command != nil {
		return len(d.choices)
	}
	return len(d.shown)
}

func (d *palette) key(m *model, name, text string) (tea.Cmd, bool) {
	switch {
	case name == "esc" || name == "ctrl+c":
		return nil, true
	case name == "up" || name == "ctrl+p" || name == "shift+tab":
		d.at = max(d.at-1, 0)
	case name == "down" || name == "ctrl+n":
		d.at = min(d.at+1, max(d.rows()-1, 0))
	case name == "pgup":
		d.at = max(d.at-10, 0)
	case name == "pgdown":
		d.at = min(d.at+10, max(d.rows()-1, 0))
	case name == "tab":
		d.complete()
	case name == "ctrl+y":
		if a := d.chosen(); a != nil && a.CommandLine() != "" {
			return m.Copy(a.CommandLine(), "the command line"), false
		}
	case name == "enter":
		return d.run(m)
	case text != "":
		if text == ":" && d.kind == byTitle && d.line.Text() == "" {
			return m.openPalette(byCommand, ""), true
		}
		d.insert(text)
	case d.line.Key(name):
		d.filter()
	}
	return nil, false
}

// complete takes the chosen row over into the line.
func (d *palette) complete() {
	switch {
	case d.command != nil && d.at < len(d.choices):
		d.line.SetText(d.command.ID + " " + d.choices[d.at])
		d.filter()
	case d.kind == byCommand && d.at < len(d.shown):
		d.line.SetText(d.shown[d.at].ID + " ")
		d.filter()
	}
}

func (d *palette) chosen() *action.Action {
	if d.command != nil {
		return d.command
	}
	if d.at < len(d.shown) {
		return d.shown[d.at]
	}
	return nil
}

func (d *palette) run(m *model) (tea.Cmd, bool) {
	a := d.chosen()
	if a == nil {
		return nil, false
	}
	arg := ""
	if d.command != nil {
		_, arg, _ = strings.Cut(d.line.Text(), " ")
		if d.at < len(d.choices) && !slices.Contains(d.choices, arg) {
			arg = d.choices[d.at]
		}
	}
	return m.do(a, strings.TrimSpace(arg)), true
}

func (d *palette) draw(b *cells.Buffer, m *model) {
	t := m.theme
	title := map[paletteKind]string{byTitle: "Actions", byCommand: "Command", byKey: "Keys here"}[d.kind]
	r := dialog(b, m, title, 110, max(b.H*2/3, 16))
	line, body := r.Top(1)
	d.line.Draw(b, line.X, line.Y, line.W, t, t.Panel, true)
	body, foot := body.Bottom(2)
	_, body = body.Top(1)
	d.top = max(min(d.top, d.at), d.at-body.H+1)
	for y := range min(body.H, d.rows()-d.top) {
		d.drawRow(b, cells.Rect{X: body.X, Y: body.Y + y, W: body.W, H: 1}, d.top+y, m)
	}
	if d.rows() == 0 {
		text := "nothing matches"
		if d.command != nil {
			text = d.command.Title
			if d.command.Arg != "" {
				text += " (" + d.command.Arg + ")"
			}
		}
		b.TextIn(body.X, body.Y, body.W, text, t.Muted.Over(t.Panel))
	}
	b.Scrollbar(body.X+body.W, body.Y, body.H, d.top, body.H, d.rows(), t.Accent.Over(t.Panel))
	if a := d.chosen(); a != nil {
		text := "ID " + a.ID
		if line := a.CommandLine(); line != "" {
			text = "same as  " + line + "  (^y copies)"
		}
		if why := a.Why(); why != "" {
			text = "not now: " + why
		}
		b.TextIn(foot.X, foot.Y+1, foot.W, text, t.Muted.Over(t.Panel))
	}
}

func (d *palette) drawRow(b *cells.Buffer, r cells.Rect, i int, m *model) {
	t := m.theme
	s := t.Panel
	if i == d.at {
		s = t.Selection.Over(s)
		b.Fill(r, s)
		b.Set(r.X-1, r.Y, '▌', t.Accent.Over(t.Panel))
	}
	if d.command != nil {
		b.TextIn(r.X+1, r.Y, r.W-2, d.choices[i], s)
		return
	}
	a := d.shown[i]
	text, keys := s, make([]string, len(a.Keys))
	if a.Why() != "" {
		text = t.Faint.Over(s)
	}
	for k, key := range a.Keys {
		keys[k] = action.Short(key)
	}
	const keyWidth, scopeWidth = 18, 20
	x := r.X + 1
	switch d.kind {
	case byKey:
		b.TextIn(x, r.Y, keyWidth, strings.Join(keys, " "), t.Accent.Over(s))
		b.TextIn(x+keyWidth+1, r.Y, r.W-keyWidth-scopeWidth-4, a.Title, text)
		b.TextRight(r.X+r.W-1, r.Y, cells.Truncate(string(a.Scope), scopeWidth), t.Faint.Over(s))
		return
	case byCommand:
		b.TextIn(x, r.Y, 24, strings.TrimSpace(a.ID+" "+a.Arg), t.Accent.Over(s))
		b.TextIn(x+25, r.Y, r.W-25-keyWidth, a.Title, text)
	default:
		b.TextIn(x, r.Y, r.W-keyWidth-2, a.Title, text)
	}
	b.TextRight(r.X+r.W-1, r.Y, cells.Truncate(strings.Join(keys, " "), keyWidth), t.Muted.Over(s))
}
