package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/kernels/catalog"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/screens/bench"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// started brings what the first screen needs.
type started struct {
	catalog []work.Entry
	err     error
	open    []work.Entry
	drafts  []work.Entry // with text of an earlier run that was never saved
}

// start reads what the first screen needs.
func (m *model) start() tea.Cmd {
	if m.space.Catalog == nil {
		m.space.Catalog = listEntries
	}
	names, drafts, list := m.open, m.space.Drafts, m.space.Catalog
	m.space.Opening++ // nothing else is to be shown before
	return func() tea.Msg {
		var msg started
		msg.catalog, msg.err = list()
		for _, name := range names {
			msg.open = append(msg.open, entryFor(name, msg.catalog))
		}
		for _, e := range work.ListDrafts(drafts) {
			if e.Path == "" {
				e = entryFor(e.Name, msg.catalog)
			}
			msg.drafts = append(msg.drafts, e)
		}
		return msg
	}
}

// entryFor finds what a name on the command line means: a file, or a kernel
// of the catalogue.
func entryFor(name string, catalog []work.Entry) work.Entry {
	if info, err := os.Stat(name); err != nil || info.IsDir() {
		for _, e := range catalog {
			if e.Path == "" && (e.Name == name || e.Group+"/"+e.Name == name) {
				return e
			}
		}
	}
	return work.Entry{Name: filepath.Base(name), Path: name}
}

// openFirst opens what the command line named, or else what an earlier run
// left unsaved.
func (m *model) openFirst(msg started) tea.Cmd {
	m.space.Opening--
	m.space.SetCatalog(msg.catalog, msg.err)
	entries := msg.open
	if len(entries) == 0 {
		entries = msg.drafts
	}
	if len(entries) == 0 {
		return nil
	}
	cmds := make([]tea.Cmd, len(entries))
	for i, e := range slices.Backward(entries) { // the first one last: it is shown
		cmds[len(entries)-1-i] = m.openEntry(e)
	}
	return inOrder(cmds...)
}

// openEntry opens a document, or a saved timeline, on the screen that shows it.
func (m *model) openEntry(e work.Entry) tea.Cmd {
	if workbench.IsTrace(e.Path) {
		m.Show(bench.ID, -1)
		return m.space.OpenTrace(e.Path)
	}
	m.Show("kernels", 1)
	return m.space.Open(e)
}

// listEntries lists the specs of the working folder, and the catalogue.
func listEntries() ([]work.Entry, error) {
	var out []work.Entry
	for _, pattern := range []string{"*.yaml", "*.yml", "*.metal", "*.launch.json"} {
		paths, _ := filepath.Glob(pattern) // the patterns are well-formed
		sort.Strings(paths)
		for _, p := range paths {
			info, err := os.Stat(p) // what is no file cannot be opened, and a pipe would never answer
			if err == nil && info.Mode().IsRegular() && (!strings.HasSuffix(pattern, "ml") || isSpec(p)) {
				out = append(out, work.Entry{Name: p, Path: p, Group: "file"})
			}
		}
	}
	for _, e := range catalog.List() {
		text := e.Text()
		out = append(out, work.Entry{Name: e.Name, Group: e.Kind, Doc: docLine(text), Text: text})
	}
	return out, nil
}

// docLine is what a spec says about itself.
func docLine(text string) string {
	_, doc, _ := strings.Cut("\n"+text, "\ndoc:")
	doc = strings.TrimLeft(doc, " |\n")
	doc, _, _ = strings.Cut(doc, "\n")
	return doc
}

// isSpec tells whether a YAML file looks like a kernel spec.
func isSpec(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, _ := f.Read(head)
	return strings.HasPrefix(string(head[:n]), "zmlx:") || strings.Contains(string(head[:n]), "\nzmlx:")
}

// askAboutDocument asks, once each, what to do with unsaved text of an
// earlier run and with a file that somebody else changed.
func (m *model) askAboutDocument() tea.Cmd {
	d := m.space.Doc
	if d == nil || len(m.modals) > 0 {
		return nil
	}
	switch {
	case d.Draft != nil && m.asked[d] != any(d.Draft):
		m.asked[d] = d.Draft
		return m.askDraft(d)
	case d.Conflict != nil && m.asked[d] != any(d.Conflict):
		m.asked[d] = d.Conflict
		return m.askConflict(d)
	}
	return nil
}

func (m *model) askDraft(d *work.Document) tea.Cmd {
	text := fmt.Sprintf("zmlx ended on %s with changes to %s that were not saved. Restoring is an edit: undo takes it back.", d.Draft.At.Format("2 Jan 15:04:05"), d.Name)
	if d.Draft.Overtaken {
		text += " " + d.Name + " itself changed since: saving what was restored overwrites that. In the preview, w compares both."
	}
	return m.Confirm(screen.Confirm{
		Title: "Unsaved work",
		Text:  text,
		Choices: []screen.Choice{
			{Key: "r", Label: "restore it", Run: func() tea.Cmd { return m.space.Restore(d) }},
			{Key: "d", Label: "delete it", Run: func() tea.Cmd { return m.space.DropDraft(d) }},
			{Key: "l", Label: "decide later", Run: func() tea.Cmd { return nil }},
		},
	})
}

func (m *model) askConflict(d *work.Document) tea.Cmd {
	return m.Confirm(screen.Confirm{
		Title: "Two versions",
		Text:  d.Name + " changed on disk, and it has unsaved changes here. Undo brings the other version back.",
		Choices: []screen.Choice{
			{Key: "m", Label: "keep mine: the next save overwrites the file", Run: func() tea.Cmd { m.space.KeepMine(d); return nil }},
			{Key: "t", Label: "take theirs", Run: func() tea.Cmd { m.space.TakeDisk(d, *d.Conflict); return nil }},
			{Key: "l", Label: "decide later", Run: func() tea.Cmd { return nil }},
		},
	})
}
