package bench

import (
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
)

// entry is a line of a tree of times.
type entry struct {
	name     string
	cells    []widget.Cell
	children []entry
}

// callsPane shows a tree of times, of which one opens and closes the branches.
type callsPane struct {
	pane.Table
	screen *Screen
	tree   func(t *theme.Theme) []entry // of the present profile
	closed map[string]bool              // by path
	paths  []string                     // by row
	leaf   []bool
}

func newCalls(s *Screen, name string, columns []string, tree func(t *theme.Theme) []entry) *callsPane {
	p := &callsPane{screen: s, tree: tree, closed: map[string]bool{}}
	p.Columns = []widget.Column{{Title: "span", Grow: true, Min: 24}}
	for _, c := range columns {
		p.Columns = append(p.Columns, widget.Column{Title: c, Right: true})
	}
	p.Name = func() string { return name }
	p.Script = func() string {
		if name == "Changes" {
			return s.shownLine() + " --diff before.trace"
		}
		return s.shownLine() + " --view " + strings.ToLower(name)
	}
	p.Info = func() string {
		if s.profile() == nil {
			return s.profileStatus()
		}
		return "of " + s.timeline.stretch()
	}
	p.Above = results.Progress(s.space, s.profileJob)
	p.Chosen = p.toggle
	return p
}

// refresh fills the table.
func (p *callsPane) refresh() {
	p.paths, p.leaf = nil, nil
	var rows [][]widget.Cell
	var add func(list []entry, path string, depth int)
	add = func(list []entry, path string, depth int) {
		for _, e := range list {
			here := path + "\x00" + e.name
			sign := "  "
			if len(e.children) > 0 {
				sign = "▾ "
				if p.closed[here] {
					sign = "▸ "
				}
			}
			p.paths, p.leaf = append(p.paths, here), append(p.leaf, len(e.children) == 0)
			rows = append(rows, append([]widget.Cell{{Text: strings.Repeat("  ", depth) + sign + e.name}}, e.cells...))
			if !p.closed[here] {
				add(e.children, here, depth+1)
			}
		}
	}
	add(p.tree(p.screen.shell.Theme()), "", 0)
	p.SetRows(rows)
}

// toggle opens or closes the selected branch.
func (p *callsPane) toggle() tea.Cmd {
	if row := p.Selected(); row >= 0 && !p.leaf[row] {
		p.closed[p.paths[row]] = !p.closed[p.paths[row]]
		p.refresh()
	}
	return nil
}

// Draw implements screen.Pane. The trees follow the timeline's window.
func (p *callsPane) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	p.refresh()
	p.Table.Draw(b, r, t, focused)
}

func duration(d time.Duration) widget.Cell {
	return widget.Cell{Text: plot.Duration(d), Value: float64(d), Sort: true}
}

// nodes makes the lines of a table of times.
func nodes(list []*trace.Node, whole time.Duration) []entry {
	var out []entry
	for _, n := range list {
		share := n.Share(whole)
		out = append(out, entry{name: n.Name, children: nodes(n.Children, whole), cells: []widget.Cell{
			duration(n.Total), {Text: fmt.Sprintf("%.1f %%", 100*share), Value: share, Sort: true},
			duration(n.Self), {Text: fmt.Sprint(n.Count), Value: float64(n.Count), Sort: true},
		}})
	}
	return out
}

var nodeColumns = []string{"total", "share", "self", "count"}

func (s *Screen) topDown(t *theme.Theme) []entry {
	n := s.timeline.times()
	if n == nil {
		return nil
	}
	return nodes(n.Children, n.Total)
}

func (s *Screen) bottomUp(t *theme.Theme) []entry {
	n := s.timeline.times()
	if n == nil {
		return nil
	}
	n = trace.BottomUp(n)
	return nodes(n.Children, n.Total)
}

var changeColumns = []string{"before", "now", "change", "ratio", "count"}

// changes compares with the profile before, whole with whole.
func (s *Screen) changes(t *theme.Theme) []entry {
	before, now := s.space.ProfileBefore, s.profile()
	if before == nil || now == nil {
		return nil
	}
	d := trace.Diff(before.Timeline.TopDown(before.Timeline.All()), now.Timeline.TopDown(now.Timeline.All()))
	return changes(d.Children, t)
}

func changes(list []*trace.Change, t *theme.Theme) []entry {
	var out []entry
	for _, c := range list {
		delta := c.After - c.Before
		change, ratio := duration(delta), widget.Cell{Text: "new"}
		if delta > 0 {
			change.Text, change.Style = "▲ +"+change.Text, t.Warning
		} else if delta < 0 {
			change.Text, change.Style = "▼ "+change.Text, t.OK
		}
		switch {
		case c.After == 0:
			ratio.Text = "gone"
		case c.Before > 0:
			v := float64(c.After) / float64(c.Before)
			ratio = widget.Cell{Text: fmt.Sprintf("%.2f×", v), Value: v, Sort: true}
		}
		out = append(out, entry{name: c.Name, children: changes(c.Children, t), cells: []widget.Cell{
			duration(c.Before), duration(c.After), change, ratio, {Text: fmt.Sprintf("%d → %d", c.Counts[0], c.Counts[1])},
		}})
	}
	return out
}
