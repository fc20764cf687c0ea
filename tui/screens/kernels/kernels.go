// Package kernels is the screen on which specs are chosen and written: the
// catalogue, the spec, the Metal that it becomes, and what is wrong with it.
package kernels

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/work"
)

// ID is the screen's.
const ID = "kernels"

// The numbers of the panes.
const (
	CatalogPane = iota
	SpecPane
	PreviewPane
	BottomPane
)

// Screen is the Kernels screen.
type Screen struct {
	space   *work.Space
	shell   screen.Shell
	catalog *pane.List
	spec    *pane.Edit
	preview *preview
	bottom  *bottom
}

// New makes the screen.
func New(space *work.Space, shell screen.Shell) screen.Screen {
	s := &Screen{space: space, shell: shell}
	s.catalog = s.newCatalog()
	s.spec = &pane.Edit{
		Source: s.editor,
		Name:   s.specTitle,
		Info:   s.specStatus,
		Moved:  s.link,
		Empty:  "Choose a kernel in pane 1.",
	}
	s.preview = newPreview(s)
	s.bottom = newBottom(s)
	return s
}

// ID implements screen.Screen.
func (s *Screen) ID() string { return ID }

// Title implements screen.Screen.
func (s *Screen) Title() string { return "Kernels" }

// Panes implements screen.Screen.
func (s *Screen) Panes() []screen.Slot {
	return []screen.Slot{
		{Role: layout.Side, Pane: s.catalog},
		{Role: layout.Main, Pane: s.spec},
		{Role: layout.Aux, Pane: s.preview},
		{Role: layout.Bottom, Pane: s.bottom},
	}
}

// Update implements screen.Screen.
func (s *Screen) Update(tea.Msg) tea.Cmd {
	s.refillCatalog()
	s.preview.refresh()
	s.bottom.refresh()
	if s.space.Doc == nil && s.space.Opening == 0 && len(s.space.Entries) > 0 && s.catalog.Selected().ID != "" {
		return s.openSelected()
	}
	return nil
}

func (s *Screen) editor() *editor.Editor {
	if s.space.Doc == nil {
		return nil
	}
	return s.space.Doc.Editor
}

func (s *Screen) specTitle() string {
	if s.space.Doc == nil {
		return "Spec"
	}
	return s.space.Doc.Title()
}

func (s *Screen) specStatus() string {
	d := s.space.Doc
	switch {
	case d == nil:
		return ""
	case d.Conflict != nil:
		return "changed on disk"
	case d.Compiling():
		return "compiling"
	case d.Compiled.Err != nil:
		return "✖ " + d.Compiled.Err.Error()
	}
	errors, warnings := 0, 0
	for _, m := range d.Editor.Marks() {
		switch m.Severity {
		case editor.Error:
			errors++
		case editor.Warning:
			warnings++
		}
	}
	switch {
	case errors > 0:
		return fmt.Sprintf("✖ %d", errors)
	case warnings > 0:
		return fmt.Sprintf("▲ %d", warnings)
	}
	return fmt.Sprintf("✓ compiles, %.1f ms", d.Compiled.Result.Timings.Total)
}

// link points the preview at the line of the spec's cursor.
func (s *Screen) link() {
	if d := s.space.Doc; d != nil {
		d.Editor.SetLinked()
		s.preview.point(d.Editor.Cursor().Line + 1)
	}
}

// Actions implements screen.Screen.
func (s *Screen) Actions() []*action.Action {
	needsDoc := func() string {
		if s.space.Doc == nil {
			return "no kernel is open"
		}
		return ""
	}
	return s.preview.actions(needsDoc)
}
