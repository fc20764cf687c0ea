// Package devices is the screen on which the device for runs is chosen.
package devices

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
)

// ID is the screen's.
const ID = "devices"

// Screen is the Devices screen.
type Screen struct {
	space *work.Space
	shell screen.Shell
	list  *pane.List
	facts *factsPane
}

// New makes the screen.
func New(space *work.Space, shell screen.Shell) screen.Screen {
	s := &Screen{space: space, shell: shell}
	s.list = &pane.List{}
	s.list.Empty = "looking for devices"
	s.list.Name = func() string { return "Devices" }
	s.list.Chosen = s.choose
	s.list.Script = func() string { return "zmlx devices" }
	s.facts = &factsPane{List: &pane.List{}, screen: s}
	s.facts.Name = func() string { return "Properties" }
	s.facts.Above = results.Progress(space, func() *work.Job { return space.Roof })
	return s
}

// ID implements screen.Screen.
func (s *Screen) ID() string { return ID }

// Title implements screen.Screen.
func (s *Screen) Title() string { return "Devices" }

// Panes implements screen.Screen.
func (s *Screen) Panes() []screen.Slot {
	return []screen.Slot{{Role: layout.Side, Pane: s.list}, {Role: layout.Main, Pane: s.facts}}
}

// Shown implements screen.Shown.
func (s *Screen) Shown() tea.Cmd { return s.space.FindDevices() }

// Update implements screen.Screen.
func (s *Screen) Update(tea.Msg) tea.Cmd {
	var rows []widget.Row
	for i, d := range s.space.Devices {
		r := widget.Row{ID: d.Name, Sign: "✓", Text: d.Name, Right: d.Kind}
		switch {
		case !d.Available:
			r.Sign, r.Muted = "✖", true
		case s.space.Device == d.Name, s.space.Device == "" && i == 0:
			r.Sign, r.Mark = "▶", cells.Style{Attr: cells.Bold}
		}
		rows = append(rows, r)
	}
	s.list.SetRows(rows)
	return nil
}

// choose makes the selected device the one for runs.
func (s *Screen) choose() tea.Cmd {
	for _, d := range s.space.Devices {
		if d.Name != s.list.Selected().ID {
			continue
		}
		if !d.Available {
			return s.shell.Fail(d.Name + ": " + d.Reason)
		}
		s.space.Device = d.Name
		s.space.Notify(work.Info, "runs are on "+d.Name)
		return s.space.Recompile()
	}
	return nil
}

// Actions implements screen.Screen.
func (s *Screen) Actions() []*action.Action {
	return []*action.Action{
		{ID: "devices-refresh", Title: "Look for devices again", Scope: ID, Keys: []string{"r"}, Hint: "look again",
			Headless: func() string { return "zmlx devices" }, Run: func(string) tea.Cmd { return s.space.FindDevices() }},
		{ID: "devices-measure", Title: "Measure what the device can do at most: the roof of the roofline", Scope: action.Global, Keys: []string{"alt+m"},
			Headless: func() string {
				line := "zmlx devices --measure"
				if s.space.Device != "" {
					line += " --device " + s.space.Device
				}
				return line
			},
			Run: func(string) tea.Cmd { return s.space.MeasureDevice() }},
	}
}

// factsPane says what is known of the selected device.
type factsPane struct {
	*pane.List
	screen *Screen
}

// Draw implements screen.Pane.
func (p *factsPane) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	var rows []widget.Row
	for _, d := range p.screen.space.Devices {
		if d.Name != p.screen.list.Selected().ID {
			continue
		}
		if !d.Available {
			for i, line := range cells.Wrap(d.Reason, r.W-8) {
				sign := "✖"
				if i > 0 {
					sign = " "
				}
				rows = append(rows, widget.Row{ID: fmt.Sprint("reason ", i), Sign: sign, Mark: t.Error, Text: line})
			}
		}
		for _, f := range d.Facts {
			rows = append(rows, widget.Row{ID: f.Name, Text: cells.Pad(f.Name, 26) + f.Value})
		}
	}
	p.SetRows(rows)
	p.List.Draw(b, r, t, focused)
}
