package tui

import (
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// save writes the shown document; one without a file is asked for its name.
func (m *model) save(then tea.Cmd) tea.Cmd {
	d := m.space.Doc
	if d.Path != "" {
		return m.space.Save(d, "", then)
	}
	return m.Ask(screen.Prompt{
		Label: "save as", Value: d.Name,
		Done: func(path string) tea.Cmd {
			if path == "" {
				return m.Fail("not saved: a name is needed")
			}
			return m.space.Save(d, path, then)
		},
	})
}

func (m *model) saveAs(path string) tea.Cmd {
	d := m.space.Doc
	if path != "" {
		return m.space.Save(d, path, nil)
	}
	value := d.Path
	if value == "" {
		value = d.Name
	}
	return m.Ask(screen.Prompt{Label: "save as", Value: value, Done: func(path string) tea.Cmd {
		if path == "" {
			return nil
		}
		return m.space.Save(d, path, nil)
	}})
}

func (m *model) entryNames() []string {
	out := make([]string, len(m.space.Entries))
	for i, e := range m.space.Entries {
		out[i] = e.Name
	}
	return out
}

// openNamed opens what a name means, and asks for one if it is empty.
func (m *model) openNamed(name string) tea.Cmd {
	if name == "" {
		return m.openPalette(byCommand, "open ")
	}
	for _, e := range m.space.Entries {
		if e.Name == name {
			return m.openEntry(e)
		}
	}
	return m.openEntry(work.Entry{Name: name, Path: name})
}

// create starts a kernel from a template; it is on no disk until it is saved.
func (m *model) create(arg string) tea.Cmd {
	name, kind, _ := strings.Cut(arg, " ")
	if name == "" {
		return m.Ask(screen.Prompt{Label: "new kernel", Hint: "name, and elementwise, rowwise or matmul", Done: func(text string) tea.Cmd {
			if text == "" {
				return nil
			}
			return m.create(text)
		}})
	}
	doc, err := workbench.NewSpec(strings.TrimSpace(kind), name)
	if err != nil {
		return m.Fail(err.Error())
	}
	m.Show("kernels", 1)
	return m.space.Open(work.Entry{Name: name, Path: doc.Path, Text: doc.Text})
}

// exported says that a figure was written.
type exported struct {
	path string
	err  error
}

// export writes a figure to a file, of which it asks the name if path is
// empty.
func (m *model) export(f plot.Figure, ending, path string) tea.Cmd {
	if path == "" {
		return m.Ask(screen.Prompt{Label: "save figure as", Value: "figure" + ending, Done: func(path string) tea.Cmd {
			if path == "" {
				return nil
			}
			return m.export(f, ending, path)
		}})
	}
	return func() tea.Msg {
		text := ""
		if strings.HasSuffix(path, ".csv") {
			text = plot.CSV(f)
		} else {
			text = plot.SVG(f, strings.TrimSuffix(filepath.Base(path), ".svg"))
		}
		return exported{path, atomicfile.WriteFile(path, []byte(text), 0o644)}
	}
}

func (m *model) editOutside() tea.Cmd {
	d := m.space.Doc
	return m.Edit(d.Path, d.Editor.Cursor().Line+1, m.space.Reread(d))
}
