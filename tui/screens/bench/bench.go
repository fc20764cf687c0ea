// Package bench is the screen of measurements and profiles: how fast each case
// is, how sure that is, and how it compares with the plain op and with the
// version on disk; what each line of a case does, and where its time goes. No
// number is shown for a case whose result was not right.
package bench

import (
	"cmp"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// ID is the screen's.
const ID = "bench"

// Screen is the Bench & profile screen.
type Screen struct {
	space    *work.Space
	shell    screen.Shell
	table    *tablePane
	tuning   *pane.Table
	lines    *pane.Table
	timeline *timelinePane
	notes    *pane.List

	main, aux, bottom pane.Tabs
	figures           [2]pane.Tabs // what aux shows of a measurement, and of a profile
	seen              [3]*work.Job // the measurement, the profile and the tuning that were last turned to
	drawn             struct {
		of      *workbench.ProfileResult
		figures []workbench.NamedFigure
	}
}

// The views of the main and the bottom pane.
const (
	measurementsView = iota
	tuningView
	linesView
	callsView
)
const (
	timelineView = iota
	notesView
)

// New makes the screen.
func New(space *work.Space, shell screen.Shell) screen.Screen {
	s := &Screen{space: space, shell: shell}
	s.table, s.tuning, s.lines, s.notes = newTable(s), newTuning(s), newLines(s), newNotes()
	s.timeline = &timelinePane{screen: s}
	s.main.Panes = []screen.Pane{s.table, s.tuning, s.lines,
		newCalls(s, "Top-down", nodeColumns, s.topDown),
		newCalls(s, "Bottom-up", nodeColumns, s.bottomUp),
		newCalls(s, "Changes", changeColumns, s.changes),
	}
	s.figures[0].Panes, s.figures[1].Panes = s.samplePanes(), s.profilePanes()
	s.aux = s.figures[0]
	s.bottom = pane.Tabs{Panes: []screen.Pane{s.timeline, s.notes}, At: notesView}
	return s
}

// ID implements screen.Screen.
func (s *Screen) ID() string { return ID }

// Title implements screen.Screen.
func (s *Screen) Title() string { return "Bench & profile" }

// Panes implements screen.Screen.
func (s *Screen) Panes() []screen.Slot {
	return []screen.Slot{
		{Role: layout.Main, Pane: &s.main},
		{Role: layout.Aux, Pane: &s.aux},
		{Role: layout.Bottom, Pane: &s.bottom},
	}
}

// Update implements screen.Screen.
func (s *Screen) Update(tea.Msg) tea.Cmd {
	if j := s.space.Bench; j != s.seen[0] {
		s.seen[0], s.main.At, s.bottom.At = j, measurementsView, notesView
	}
	if j := s.space.Profile; j != s.seen[1] {
		s.seen[1], s.main.At, s.bottom.At = j, linesView, timelineView
		if j != nil && j.Doc == nil {
			s.main.At = callsView
		}
	}
	if j := s.space.Tuning; j != s.seen[2] {
		s.seen[2], s.main.At, s.bottom.At = j, tuningView, notesView
	}
	s.pairFigures()
	s.table.refresh()
	s.tuning.SetRows(s.tuningRows())
	s.tuning.Empty = s.tuningHint()
	s.timeline.refresh()
	s.lines.SetRows(s.lineRows())
	s.lines.Empty = s.profileHint()
	for _, p := range s.main.Panes {
		if c, ok := p.(*callsPane); ok {
			c.Empty = s.profileHint()
		}
	}
	s.notes.SetRows(s.noteRows())
	return nil
}

// pairFigures lets the figures follow what the main pane is about.
func (s *Screen) pairFigures() {
	now, other := &s.figures[0], &s.figures[1]
	if s.main.At > tuningView {
		now, other = other, now
	}
	if s.aux.Panes[0] != now.Panes[0] {
		other.At = s.aux.At
		s.aux = *now
	}
}

// shown is what the figures of samples are about: a line of the measurement, or a
// configuration.
func (s *Screen) shown() *workbench.BenchLine {
	if s.main.At == tuningView {
		return s.trial()
	}
	return s.line()
}

// line is the selected line of the measurement, nil if there is none.
func (s *Screen) line() *workbench.BenchLine {
	j := s.space.Bench
	row := s.table.Selected()
	if j == nil || j.Bench == nil || row < 0 || row >= len(j.Bench.Lines) {
		return nil
	}
	return &j.Bench.Lines[row]
}

// profileJob is the last profile, nil if there was none.
func (s *Screen) profileJob() *work.Job { return s.space.Profile }

// profile is what the last profile found, nil without. A kernel that does not
// compile has a profile without a timeline.
func (s *Screen) profile() *workbench.ProfileResult {
	if j := s.space.Profile; j != nil && j.Profile != nil && j.Profile.Timeline != nil && len(j.Profile.Timeline.Tracks) > 0 {
		return j.Profile
	}
	return nil
}

// profileStatus says what was profiled.
func (s *Screen) profileStatus() string {
	j := s.space.Profile
	if j == nil {
		return ""
	}
	if j.Doc == nil {
		return j.Label
	}
	text := j.Doc.Name + ": " + j.Verdict()
	if j.Version != j.Doc.Editor.Version() {
		text += ", of an older text"
	}
	return text
}

// profileHint says why there is nothing to show of a profile.
func (s *Screen) profileHint() string {
	j := s.space.Profile
	switch {
	case j == nil:
		return "Press p (in the text: ctrl+t) to profile the selected case."
	case !j.Done:
		return "profiling"
	case j.Doc == nil:
		return "A saved timeline has times alone. Profile a kernel, or open another timeline, and Changes compares the two."
	case s.profile() != nil:
		return "Profile once more, and this compares the two."
	}
	if j.Profile != nil && len(j.Profile.Diagnostics) > 0 {
		return j.Verdict() + ": " + placed(j.Profile.Diagnostics[0])
	}
	return j.Verdict()
}

// variant is the case and the type of the selected line; the spec's own
// parameters and type without one.
func (s *Screen) variant() workbench.Variant {
	v := workbench.Variant{}
	if l := s.line(); l != nil && s.space.Bench.Doc == s.space.Doc {
		v.Case, v.DType = l.Case, l.DType
	}
	return v
}

// variantLine is the command that does what a verb does with the same variant, ""
// if no kernel is open.
func (s *Screen) variantLine(verb string) string { return s.space.VariantLine(verb, s.variant()) }

func (s *Screen) profileLine() string { return s.variantLine("profile") }

// shownLine is the command that shows the last profile: of a kernel, or a saved
// timeline.
func (s *Screen) shownLine() string { return cmp.Or(s.space.TraceLine(), s.profileLine()) }

// Actions implements screen.Screen.
func (s *Screen) Actions() []*action.Action {
	return append(append(s.timeline.actions(), s.tuningActions()...),
		&action.Action{ID: "profile", Title: "Profile the selected case in its type: work by line, time, memory", Scope: action.Global, Keys: []string{"ctrl+t", "p"}, Enabled: func() string { return s.space.Refuses("profile") },
			Headless: s.profileLine,
			Run:      func(string) tea.Cmd { return tea.Batch(s.shell.Show(ID, -1), s.space.Examine(s.variant())) }},
		&action.Action{ID: "cost", Title: "Show the next cost beside the lines of the spec: work, traffic, none", Scope: action.Global, Keys: []string{"alt+k"},
			Enabled: func() string {
				if s.profile() == nil || s.profileJob().Doc == nil {
					return "no kernel was profiled"
				}
				return ""
			},
			Run: func(string) tea.Cmd { s.space.NextCost(); return nil }},
	)
}
