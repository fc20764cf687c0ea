package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/screen"
)

// inner is the focused pane, or the one that it shows in its place.
func (m *model) inner() screen.Pane {
	p := m.pane()
	if s, ok := p.(screen.Several); ok {
		return s.Current()
	}
	return p
}

// listActions apply to lists, tables, figures and panes with several views.
func (m *model) listActions() []*action.Action {
	step := func(id, title, keys string, n func(pane.Stepper) int) *action.Action {
		return &action.Action{ID: "list-" + id, Title: title, Scope: pane.Lists, Keys: strings.Fields(keys), Run: func(string) tea.Cmd {
			if p, ok := m.inner().(pane.Stepper); ok {
				return p.Step(n(p))
			}
			return nil
		}}
	}
	const far = 1 << 30
	out := []*action.Action{
		step("down", "Move down", "down j", func(pane.Stepper) int { return 1 }),
		step("up", "Move up", "up k", func(pane.Stepper) int { return -1 }),
		step("page-down", "Move a page down", "pgdown ctrl+f", pane.Stepper.Page),
		step("page-up", "Move a page up", "pgup ctrl+b", func(p pane.Stepper) int { return -p.Page() }),
		step("first", "Go to the first row", "home g", func(pane.Stepper) int { return -far }),
		step("last", "Go to the last row", "end G", func(pane.Stepper) int { return far }),
		{ID: "list-filter", Title: "Filter the rows (fuzzy; ' for a part, ! for the others)", Scope: pane.Lists, Keys: []string{"/"}, Hint: "filter",
			Enabled: has[pane.Filterer](m, "these rows have no filter"),
			Run: func(string) tea.Cmd {
				m.inner().(pane.Filterer).StartFilter()
				return nil
			}},
	}
	cycle := func(n int) func(string) tea.Cmd {
		return func(string) tea.Cmd {
			if p, ok := m.pane().(pane.Cycler); ok {
				return p.Cycle(n)
			}
			return nil
		}
	}
	out = append(out,
		&action.Action{ID: "view-next", Title: "Show the pane's next view", Scope: pane.Views, Keys: []string{"]"}, Hint: "view", Headless: m.script(""), Run: cycle(1)},
		&action.Action{ID: "view-previous", Title: "Show the pane's view before", Scope: pane.Views, Keys: []string{"["}, Headless: m.script(""), Run: cycle(-1)})
	return append(append(append(out, m.tableActions()...), m.frameActions()...), m.figureActions()...)
}

// script is the command that prints what the focused pane shows, with further
// flags; "" if none does.
func (m *model) script(flags string) func() string {
	return func() string {
		if p, ok := m.inner().(screen.Scripted); ok && p.CommandLine() != "" {
			return p.CommandLine() + flags
		}
		return ""
	}
}

// has makes an action's Enabled of what its pane must be.
func has[P any](m *model, why string) func() string {
	return func() string {
		if _, ok := m.inner().(P); !ok {
			return why
		}
		return ""
	}
}

func (m *model) tableActions() []*action.Action {
	on := func(f func(pane.Sorter) tea.Cmd) func(string) tea.Cmd {
		return func(string) tea.Cmd { return f(m.inner().(pane.Sorter)) }
	}
	needs := has[pane.Sorter](m, "the pane is no table")
	return []*action.Action{
		{ID: "table-sort", Title: "Sort by the next column", Scope: pane.Tables, Keys: []string{"s"}, Hint: "sort", Enabled: needs,
			Run: on(func(p pane.Sorter) tea.Cmd { p.SortNext(); return nil })},
		{ID: "table-reverse", Title: "Turn the order round", Scope: pane.Tables, Keys: []string{"S"}, Enabled: needs,
			Run: on(func(p pane.Sorter) tea.Cmd { p.SortReverse(); return nil })},
		{ID: "table-copy", Title: "Copy the table as CSV", Scope: pane.Tables, Keys: []string{"y"}, Enabled: needs, Headless: m.script(" --format csv"),
			Run: on(func(p pane.Sorter) tea.Cmd {
				text := p.CSV()
				if text == "" {
					return m.Fail("the table has no rows to copy")
				}
				return m.Copy(text, "the table as CSV")
			})},
	}
}

// frameActions walk through an icicle.
func (m *model) frameActions() []*action.Action {
	var out []*action.Action
	for _, a := range []struct {
		id, title, hint, keys string
		do                    func(*pane.Icicle)
	}{
		{"right", "Go to the next frame", "", "right l", func(p *pane.Icicle) { p.Beside(1) }},
		{"left", "Go to the frame before", "", "left h", func(p *pane.Icicle) { p.Beside(-1) }},
		{"down", "Go to a part of the frame", "", "down j", (*pane.Icicle).Down},
		{"up", "Go to what the frame is a part of", "", "up k", (*pane.Icicle).Up},
		{"fill", "Let the frame fill the width", "fit frame", "enter", (*pane.Icicle).Fill},
		{"all", "Show all frames", "all", "0 f", (*pane.Icicle).All},
	} {
		out = append(out, &action.Action{ID: "frame-" + a.id, Title: a.title, Scope: pane.Frames, Keys: strings.Fields(a.keys), Hint: a.hint,
			Enabled: has[*pane.Icicle](m, "the pane is no icicle"),
			Run:     func(string) tea.Cmd { a.do(m.inner().(*pane.Icicle)); return nil }})
	}
	return out
}

// figure is that of the focused pane, nil if it has none.
func (m *model) figure() plot.Figure {
	if d, ok := m.inner().(screen.Drawing); ok {
		return d.Figure()
	}
	return nil
}

func (m *model) figureActions() []*action.Action {
	needs := func() string {
		if m.figure() == nil {
			return "the pane shows no figure now"
		}
		return ""
	}
	return []*action.Action{
		{ID: "figure-svg", Title: "Save the figure as SVG", Scope: pane.Figures, Keys: []string{"V"}, Arg: "PATH", Enabled: needs, Hint: "SVG", Headless: m.script(" --format svg -o figure.svg"),
			Run: func(path string) tea.Cmd { return m.export(m.figure(), ".svg", path) }},
		{ID: "figure-csv", Title: "Save the figure's data as CSV", Scope: pane.Figures, Keys: []string{"C"}, Arg: "PATH", Enabled: needs, Headless: m.script(" --format csv -o figure.csv"),
			Run: func(path string) tea.Cmd { return m.export(m.figure(), ".csv", path) }},
		{ID: "figure-text", Title: "Say in words what the figure shows", Scope: pane.Figures, Keys: []string{"t"}, Enabled: needs,
			Run: func(string) tea.Cmd { return m.Text("Figure", strings.Join(cells.Wrap(m.figure().Text(), 90), "\n")) }},
	}
}
