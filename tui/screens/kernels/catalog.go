package kernels

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
)

func (s *Screen) newCatalog() *pane.List {
	p := &pane.List{Scope: "catalogue"}
	p.Empty = "looking for kernels"
	p.Name = func() string { return "Catalogue" }
	p.Info = func() string {
		if p.Len() < len(p.Rows()) {
			return fmt.Sprintf("%d of %d", p.Len(), len(p.Rows()))
		}
		return fmt.Sprint(len(p.Rows()))
	}
	p.Moved = s.openSelected
	p.Script = func() string { return "zmlx kernels" }
	p.Chosen = func() tea.Cmd { return s.shell.Show(ID, SpecPane) }
	return p
}

func entryID(e work.Entry) string {
	if e.Path != "" {
		return "file:" + e.Path
	}
	return "catalog:" + e.Name
}

// refillCatalog lists the entries with a sign for what is known of each.
func (s *Screen) refillCatalog() {
	rows := make([]widget.Row, len(s.space.Entries))
	selected := ""
	for i, e := range s.space.Entries {
		rows[i] = widget.Row{ID: entryID(e), Sign: " ", Text: e.Name, Right: e.Group, Words: e.Doc}
		d := s.space.Find(e)
		if d == nil {
			continue
		}
		rows[i].Sign, rows[i].Mark = s.sign(d)
		if d == s.space.Doc {
			selected = rows[i].ID
		}
	}
	s.catalog.SetRows(rows)
	if s.catalog.Selected().ID != selected && !s.catalog.Filtering {
		s.catalog.Select(selected)
	}
}

// sign tells how a document stands.
func (s *Screen) sign(d *work.Document) (string, cells.Style) {
	if d.Editor.Modified() {
		return "●", cells.Style{Attr: cells.Bold}
	}
	for _, m := range d.Editor.Marks() {
		if m.Severity == editor.Error {
			return "✖", cells.Style{}
		}
	}
	if j := s.space.Job; j != nil && j.Doc == d && j.Version == d.Editor.Version() && j.Done {
		if j.OK() {
			return "✓", cells.Style{}
		}
		return "≠", cells.Style{}
	}
	return "·", cells.Style{}
}

// openSelected shows the spec of the selected row.
func (s *Screen) openSelected() tea.Cmd {
	id := s.catalog.Selected().ID
	for _, e := range s.space.Entries {
		if entryID(e) == id {
			return s.space.Open(e)
		}
	}
	return nil
}
