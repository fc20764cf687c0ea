package compare

import (
	"math"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/chart"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/workbench"
)

const detailScope action.Scope = "detail"

// The views of the detail pane.
const (
	textView = iota
	mapView
	histogramView
	valuesView
	viewCount
)

// detailPane shows the selected output: in words, as a map of its errors, as
// their histogram, or value by value.
type detailPane struct {
	screen *Screen
	view   int
	top    int
	height int
	lines  []string
	at     int // the element that the map and the values point at

	shown  key // what errors is about
	errors *results.Errors
}

// key identifies an output of a run.
type key struct {
	job int
	row results.Row
}

func newDetail(s *Screen) *detailPane { return &detailPane{screen: s} }

// analysed brings the errors of an output.
type analysed struct {
	key    key
	errors *results.Errors
}

// refresh has the selected output analysed, once.
func (p *detailPane) refresh(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(analysed); ok && m.key == p.shown {
		p.errors = m.errors
		if e := p.errors; e != nil && len(e.ULP) > 0 {
			p.at = max(e.Next(len(e.ULP)-1, 1, p.tolerated()), 0)
		}
	}
	report, output, ok := p.screen.cases.selected()
	if !ok || output < 0 {
		p.shown, p.errors = key{}, nil
		return nil
	}
	k := key{p.screen.space.Job.ID, p.screen.cases.index[p.screen.cases.Selected()]}
	if k == p.shown || !p.screen.space.Job.Done {
		return nil
	}
	p.shown, p.errors, p.top = k, nil, 0
	o := report.Outputs[output]
	return func() tea.Msg {
		e, _ := results.Analyse(o)
		return analysed{k, e}
	}
}

// tolerated is the error from which on elements are visited: any at all if
// everything agrees.
func (p *detailPane) tolerated() float64 {
	report, output, ok := p.screen.cases.selected()
	if !ok || output < 0 || report.Outputs[output].Mismatches == 0 {
		return 0
	}
	worst := 0.0
	for _, v := range p.errors.ULP {
		if !math.IsNaN(v) {
			worst = max(worst, v)
		}
	}
	return worst / 1000
}

// Title implements screen.Pane.
func (p *detailPane) Title() string {
	var parts []string
	for i, name := range []string{"Detail", "Map", "Histogram", "Values"} {
		if i == p.view {
			name = "▸" + name
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " │ ")
}

// Status implements screen.Pane.
func (p *detailPane) Status() string {
	report, output, ok := p.screen.cases.selected()
	if !ok || output < 0 {
		return ""
	}
	return report.Outputs[output].Name + " " + report.DType
}

// Scopes implements screen.Pane.
func (p *detailPane) Scopes() []action.Scope {
	return []action.Scope{detailScope, pane.Views, pane.Figures, pane.Lists}
}

// Cycle implements pane.Cycler.
func (p *detailPane) Cycle(n int) tea.Cmd {
	p.view = (p.view + n + viewCount) % viewCount
	return nil
}

// Typing implements screen.Pane.
func (p *detailPane) Typing() bool { return false }

// Type implements screen.Pane.
func (p *detailPane) Type(string, bool) tea.Cmd { return nil }

// Key implements screen.Pane.
func (p *detailPane) Key(string) (tea.Cmd, bool) { return nil, false }

// Step implements pane.Stepper.
func (p *detailPane) Step(n int) tea.Cmd {
	if p.view == mapView || p.view == valuesView {
		return p.move(n)
	}
	p.top = max(min(p.top+n, len(p.lines)-p.height), 0)
	return nil
}

func (p *detailPane) move(n int) tea.Cmd {
	if p.errors != nil {
		p.at = min(max(p.at+n, 0), len(p.errors.ULP)-1)
	}
	return nil
}

// Page implements pane.Stepper.
func (p *detailPane) Page() int { return max(p.height-1, 1) }

// Figure implements screen.Drawing.
func (p *detailPane) Figure() plot.Figure {
	if p.errors == nil {
		return nil
	}
	switch p.view {
	case mapView:
		rows, cols := p.errors.Grid()
		return plot.Heat{Label: "error by element", Unit: "ULP", ColLabel: "last axis", Rows: rows, Cols: cols, Values: p.errors.ULP, Cursor: p.at}
	case histogramView:
		return plot.Histogram{Label: "elements by error", Unit: "ULP", Values: p.errors.ULP, Log: true}
	}
	return nil
}

// Draw implements screen.Pane.
func (p *detailPane) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	report, output, ok := p.screen.cases.selected()
	p.height = r.H
	muted := t.Muted.Over(t.Base)
	switch {
	case !ok:
		b.TextBlock(r.Inset(1, 0), "The selected case is described here.", muted)
	case p.view == textView:
		p.drawText(b, r, t, report, output)
	case output < 0:
		b.TextBlock(r.Inset(1, 0), "This case has no values to compare: the findings say why.", muted)
	case report.Outputs[output].Elements == 0:
		b.TextBlock(r.Inset(1, 0), "This output has no elements.", muted)
	case p.errors == nil:
		b.TextBlock(r.Inset(1, 0), "The values of this output were not kept.", muted)
	case p.view == valuesView:
		p.drawValues(b, r, t, focused)
	default:
		f := p.Figure()
		body, foot := r.Inset(1, 0).Bottom(3)
		chart.Draw(b, body, f, t)
		b.TextIn(foot.X, foot.Y, foot.W, f.Text(), muted)
		if p.view == mapView {
			p.inspect(b, foot, t)
		}
	}
}

func (p *detailPane) drawText(b *cells.Buffer, r cells.Rect, t *theme.Theme, report workbench.CaseReport, output int) {
	p.lines = nil
	for line := range strings.SplitSeq(strings.TrimRight(results.Describe(report, output), "\n"), "\n") {
		if cells.Width(line) > r.W-2 && !strings.Contains(line, " | ") { // a message, not a line of the spec
			p.lines = append(p.lines, cells.Wrap(line, r.W-2)...)
			continue
		}
		p.lines = append(p.lines, line)
	}
	p.top = max(min(p.top, len(p.lines)-r.H), 0)
	for y := range min(r.H, len(p.lines)-p.top) {
		b.TextIn(r.X+1, r.Y+y, r.W-2, p.lines[p.top+y], t.Base)
	}
}

// inspect describes the element that is pointed at in the last two lines of r.
func (p *detailPane) inspect(b *cells.Buffer, r cells.Rect, t *theme.Theme) {
	for i, line := range p.errors.Inspect(p.at) {
		b.TextIn(r.X, r.Y+r.H-2+i, r.W, line, t.Base)
	}
}

// drawValues lists the elements around the one that is pointed at.
func (p *detailPane) drawValues(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	e := p.errors
	r, foot := r.Bottom(3)
	p.inspect(b, foot.Inset(1, 0), t)
	head, body := r.Top(1)
	b.TextIn(head.X+1, head.Y, head.W-2, e.LineTitles(), t.Muted.With(cells.Underline).Over(t.Base))
	first := min(max(p.at-body.H/2, 0), max(len(e.ULP)-body.H, 0))
	over := p.tolerated()
	for y := range min(body.H, len(e.ULP)-first) {
		i := first + y
		s, sign := t.Base, ' '
		if !(e.ULP[i] <= over) {
			s, sign = t.Error.Over(t.Base), '≠'
		}
		if i == p.at && focused {
			s = t.Selection.Over(s)
			b.Fill(cells.Rect{X: body.X, Y: body.Y + y, W: body.W, H: 1}, s)
		}
		b.Set(body.X, body.Y+y, sign, s)
		b.TextIn(body.X+1, body.Y+y, body.W-2, e.Line(i), s)
	}
	b.Scrollbar(body.X+body.W-1, body.Y, body.H, first, body.H, len(e.ULP), t.Faint.Over(t.Base))
}

// Mouse implements screen.Pane.
func (p *detailPane) Mouse(m screen.Mouse) tea.Cmd {
	switch m.Kind {
	case screen.WheelUp:
		return p.Step(-3)
	case screen.WheelDown:
		return p.Step(3)
	}
	return nil
}

// actions are those of the pane.
func (p *detailPane) actions() []*action.Action {
	needsErrors := func() string {
		if p.errors == nil {
			return "no values were kept"
		}
		return ""
	}
	visit := func(step int) func(string) tea.Cmd {
		return func(string) tea.Cmd {
			if i := p.errors.Next(p.at, step, p.tolerated()); i >= 0 {
				p.at = i
				return nil
			}
			return p.screen.shell.Fail("no element differs")
		}
	}
	row := func(n int) func(string) tea.Cmd {
		return func(string) tea.Cmd {
			_, cols := p.errors.Grid()
			if p.view == valuesView {
				cols = 1
			}
			return p.move(n * cols)
		}
	}
	return []*action.Action{
		{ID: "error-next", Title: "Go to the next element that differs", Scope: detailScope, Keys: []string{"n"}, Hint: "next error", Enabled: needsErrors, Run: visit(1)},
		{ID: "error-previous", Title: "Go to the element before that differs", Scope: detailScope, Keys: []string{"N"}, Enabled: needsErrors, Run: visit(-1)},
		{ID: "element-right", Title: "Go to the next element", Scope: detailScope, Keys: []string{"right", "l"}, Enabled: needsErrors, Run: func(string) tea.Cmd { return p.move(1) }},
		{ID: "element-left", Title: "Go to the element before", Scope: detailScope, Keys: []string{"left", "h"}, Enabled: needsErrors, Run: func(string) tea.Cmd { return p.move(-1) }},
		{ID: "element-down", Title: "Go to the next row of elements", Scope: detailScope, Keys: []string{"J", "shift+down"}, Enabled: needsErrors, Run: row(1)},
		{ID: "element-up", Title: "Go to the row of elements before", Scope: detailScope, Keys: []string{"K", "shift+up"}, Enabled: needsErrors, Run: row(-1)},
		{ID: "element-copy", Title: "Copy the element's index, values and bits", Scope: detailScope, Keys: []string{"y"}, Enabled: needsErrors,
			Run: func(string) tea.Cmd { return p.screen.shell.Copy(p.errors.Line(p.at), "the element") }},
	}
}
