package pane

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/chart"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
)

// Figures is the scope of panes that show a figure.
const Figures action.Scope = "figures"

// Plot shows a figure with a text below it.
type Plot struct {
	Name   string
	Source func() plot.Figure // nil if there is none now
	Empty  func() string      // why there is none
	Info   func() string
	Notes  func() []string // below the figure; its text if nil
	Script func() string   // the command that prints the same, nil for none
}

// Figure implements screen.Drawing.
func (p *Plot) Figure() plot.Figure { return p.Source() }

// CommandLine implements screen.Scripted.
func (p *Plot) CommandLine() string {
	if p.Script == nil {
		return ""
	}
	return p.Script()
}

// Title implements screen.Pane.
func (p *Plot) Title() string { return p.Name }

// Status implements screen.Pane.
func (p *Plot) Status() string {
	if p.Info == nil {
		return ""
	}
	return p.Info()
}

// Scopes implements screen.Pane.
func (p *Plot) Scopes() []action.Scope { return []action.Scope{Figures} }

// Typing implements screen.Pane.
func (p *Plot) Typing() bool { return false }

// Type implements screen.Pane.
func (p *Plot) Type(string, bool) tea.Cmd { return nil }

// Key implements screen.Pane.
func (p *Plot) Key(string) (tea.Cmd, bool) { return nil, false }

// Mouse implements screen.Pane.
func (p *Plot) Mouse(screen.Mouse) tea.Cmd { return nil }

// Draw implements screen.Pane.
func (p *Plot) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, _ bool) {
	f := p.Source()
	if f == nil {
		b.TextBlock(r.Inset(1, 0), p.Empty(), t.Muted.Over(t.Base))
		return
	}
	notes := f.Text()
	if p.Notes != nil {
		notes = strings.Join(p.Notes(), "\n")
	}
	body, foot := r.Inset(1, 0).Bottom(min(len(cells.Wrap(notes, r.W-2))+1, r.H/2))
	chart.Draw(b, body, f, t)
	_, foot = foot.Top(1)
	b.TextBlock(foot, notes, t.Base)
}
