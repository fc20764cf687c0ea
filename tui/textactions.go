package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/reference"
	"github.com/zmlx/zmlx/tui/screen"
)

const noText = "the pane shows no text"

// editing is the editor of the focused pane, nil if it has none.
func (m *model) editing() *editor.Editor {
	if p, ok := m.pane().(screen.Editing); ok {
		return p.Editor()
	}
	return nil
}

// onText makes an action's function of one that works on the focused editor.
func (m *model) onText(f func(*editor.Editor) tea.Cmd) func(string) tea.Cmd {
	return func(string) tea.Cmd {
		p, ok := m.pane().(screen.Editing)
		if !ok || p.Editor() == nil { // by the palette or the command line, as keys have their pane
			return m.Fail(noText)
		}
		cmd := f(p.Editor())
		p.Touched()
		return cmd
	}
}

// textCommands are the editor's own commands with their keys.
var textCommands = []struct {
	scope       action.Scope
	name, title string
	keys        string
}{
	{pane.Text, "left", "Move left", "left"},
	{pane.Text, "right", "Move right", "right"},
	{pane.Text, "up", "Move up", "up"},
	{pane.Text, "down", "Move down", "down"},
	{pane.Text, "word-left", "Move a word left", "ctrl+left alt+left alt+b"},
	{pane.Text, "word-right", "Move a word right", "ctrl+right alt+right alt+f"},
	{pane.Text, "home", "Go to the start of the line", "home"},
	{pane.Text, "end", "Go to the end of the line", "end"},
	{pane.Text, "page-up", "Move a page up", "pgup"},
	{pane.Text, "page-down", "Move a page down", "pgdown"},
	{pane.Text, "top", "Go to the start of the text", "ctrl+home alt+<"},
	{pane.Text, "bottom", "Go to the end of the text", "ctrl+end alt+>"},
	{pane.Text, "to-bracket", "Go to the matching bracket", "ctrl+]"},
	{pane.Text, "select-left", "Select to the left", "shift+left"},
	{pane.Text, "select-right", "Select to the right", "shift+right"},
	{pane.Text, "select-up", "Select upwards", "shift+up"},
	{pane.Text, "select-down", "Select downwards", "shift+down"},
	{pane.Text, "select-word-left", "Select a word to the left", "ctrl+shift+left"},
	{pane.Text, "select-word-right", "Select a word to the right", "ctrl+shift+right"},
	{pane.Text, "select-home", "Select to the start of the line", "shift+home"},
	{pane.Text, "select-end", "Select to the end of the line", "shift+end"},
	{pane.Text, "select-page-up", "Select a page up", ""},
	{pane.Text, "select-page-down", "Select a page down", ""},
	{pane.Text, "select-top", "Select to the start of the text", "ctrl+shift+home"},
	{pane.Text, "select-bottom", "Select to the end of the text", "ctrl+shift+end"},
	{pane.Text, "select-all", "Select everything", "ctrl+a"},
	{pane.Text, "find-next", "Find the next match", "alt+n"},
	{pane.Text, "find-previous", "Find the match before", "alt+p"},
	{pane.Writing, "newline", "Start a line", "enter"},
	{pane.Writing, "backspace", "Delete the character before the cursor", "backspace ctrl+h"},
	{pane.Writing, "delete", "Delete the character at the cursor", "delete"},
	{pane.Writing, "delete-word", "Delete the word before the cursor", "ctrl+w alt+backspace"},
	{pane.Writing, "delete-word-end", "Delete the word at the cursor", "alt+d"},
	{pane.Writing, "delete-to-start", "Delete to the start of the line", "ctrl+u"},
	{pane.Writing, "indent", "Indent", "tab"},
	{pane.Writing, "dedent", "Indent less", "shift+tab"},
	{pane.Writing, "comment", "Comment the lines, or take the comment away", "ctrl+_"},
	{pane.Writing, "line-up", "Move the lines up", "alt+up"},
	{pane.Writing, "line-down", "Move the lines down", "alt+down"},
	{pane.Writing, "duplicate", "Repeat the line or the selection", "ctrl+d"},
	{pane.Writing, "undo", "Undo", "ctrl+z"},
	{pane.Writing, "redo", "Redo", "ctrl+y"},
}

// textActions apply to panes that show text.
func (m *model) textActions() []*action.Action {
	var out []*action.Action
	for _, c := range textCommands {
		command := editor.Commands[c.name]
		out = append(out, &action.Action{
			ID: "text-" + c.name, Title: c.title, Scope: c.scope, Keys: strings.Fields(c.keys),
			Run: m.onText(func(e *editor.Editor) tea.Cmd { command(e); return nil }),
		})
	}
	completion := func(id, title string, keys []string, f func(*editor.Editor)) *action.Action {
		return &action.Action{ID: "completion-" + id, Title: title, Scope: pane.Completion, Keys: keys,
			Run: m.onText(func(e *editor.Editor) tea.Cmd { f(e); return nil })}
	}
	return append(out,
		&action.Action{ID: "find", Title: "Find", Scope: pane.Text, Keys: []string{"ctrl+f"}, Hint: "find", Run: m.onText(m.find)},
		&action.Action{ID: "replace", Title: "Find and replace", Scope: pane.Writing, Keys: []string{"ctrl+r"}, Run: m.onText(m.replace)},
		&action.Action{ID: "goto-line", Title: "Go to a line", Scope: pane.Text, Keys: []string{"ctrl+g"}, Arg: "LINE", Run: m.gotoLine},
		&action.Action{ID: "explain", Title: "Explain the word under the cursor", Scope: pane.Text, Keys: []string{"ctrl+k"}, Hint: "explain", Run: m.onText(m.explain)},
		&action.Action{ID: "text-copy", Title: "Copy the selection or the line", Scope: pane.Text, Keys: []string{"alt+c"},
			Run: m.onText(func(e *editor.Editor) tea.Cmd { return m.Copy(e.Copy(), "the text") })},
		&action.Action{ID: "text-cut", Title: "Cut the selection or the line", Scope: pane.Writing, Keys: []string{"ctrl+x"},
			Run: m.onText(func(e *editor.Editor) tea.Cmd { return m.Copy(e.Cut(), "the text") })},
		&action.Action{ID: "text-paste", Title: "Paste", Scope: pane.Writing, Keys: []string{"ctrl+v"},
			Run: m.onText(func(*editor.Editor) tea.Cmd { return m.paste() })},
		&action.Action{ID: "complete", Title: "Complete the word", Scope: pane.Writing, Keys: []string{"ctrl+@", "ctrl+n"}, Hint: "complete", Run: m.onText(m.complete)},
		&action.Action{ID: "leave-text", Title: "Leave the text", Scope: pane.Text, Keys: []string{"esc"}, Hint: "leave",
			Run: func(string) tea.Cmd { m.screen().focus = 0; return nil }},
		&action.Action{ID: "read-find", Title: "Find", Scope: pane.Reading, Keys: []string{"/"}, Run: m.onText(m.find)},
		&action.Action{ID: "read-copy", Title: "Copy the selection or the line", Scope: pane.Reading, Keys: []string{"y"},
			Run: m.onText(func(e *editor.Editor) tea.Cmd { return m.Copy(e.Copy(), "the text") })},
		&action.Action{ID: "read-explain", Title: "Explain the word under the cursor", Scope: pane.Reading, Keys: []string{"K"}, Run: m.onText(m.explain)},
		completion("accept", "Take the proposal", []string{"tab", "enter"}, (*editor.Editor).Accept),
		completion("next", "Go to the next proposal", []string{"down", "ctrl+n"}, func(e *editor.Editor) { e.MoveProposal(1) }),
		completion("previous", "Go to the proposal before", []string{"up"}, func(e *editor.Editor) { e.MoveProposal(-1) }),
	)
}

// find asks for a text and moves to it as one types.
func (m *model) find(e *editor.Editor) tea.Cmd {
	from, _, selected := e.Selection()
	start := e.Cursor()
	value := ""
	if text := e.Selected(); selected && !strings.Contains(text, "\n") {
		value, start = text, from
	}
	regex := false
	prompt := screen.Prompt{
		Label: "find", Value: value, Hint: "text · enter next · ↑ before · ctrl+t regular expression",
		Changed:   func(text string) { e.Find(text, regex, start) },
		Status:    e.SearchStatus,
		Cancelled: func() { e.Find("", false, start) },
		Done:      func(string) tea.Cmd { return nil },
		Keys: map[string]func(string) tea.Cmd{
			"up":     func(string) tea.Cmd { e.FindNext(true); return nil },
			"down":   func(string) tea.Cmd { e.FindNext(false); return nil },
			"alt+n":  func(string) tea.Cmd { e.FindNext(false); return nil },
			"ctrl+t": func(text string) tea.Cmd { regex = !regex; e.Find(text, regex, start); return nil },
		},
	}
	if value != "" {
		e.Find(value, false, start)
	}
	return m.Ask(prompt)
}

// replace asks for a text, then for what to put in its place.
func (m *model) replace(e *editor.Editor) tea.Cmd {
	start := e.Cursor()
	regex := false
	return m.Ask(screen.Prompt{
		Label: "replace", Hint: "text · ctrl+t regular expression",
		Changed: func(text string) { e.Find(text, regex, start) },
		Status:  e.SearchStatus,
		Keys: map[string]func(string) tea.Cmd{
			"ctrl+t": func(text string) tea.Cmd { regex = !regex; e.Find(text, regex, start); return nil },
		},
		Done: func(text string) tea.Cmd {
			if text == "" {
				return nil
			}
			return m.Ask(screen.Prompt{
				Label: "with", Hint: "enter replaces one · ctrl+a all · ↓ skips · esc ends", Status: e.SearchStatus,
				Keys: map[string]func(string) tea.Cmd{
					"enter": func(with string) tea.Cmd { e.Replace(with); return nil },
					"down":  func(string) tea.Cmd { e.FindNext(false); return nil },
					"ctrl+a": func(with string) tea.Cmd {
						m.space.Notify(0, fmt.Sprintf("replaced %d", e.ReplaceAll(with)))
						return nil
					},
				},
			})
		},
	})
}

func (m *model) gotoLine(arg string) tea.Cmd {
	e := m.editing()
	if e == nil {
		return m.Fail(noText)
	}
	jump := func(text string) tea.Cmd {
		line, column, _ := strings.Cut(strings.TrimSpace(text), ":")
		n, err := strconv.Atoi(line)
		if err != nil {
			return m.Fail(fmt.Sprintf("%q is no line number", text))
		}
		c, _ := strconv.Atoi(column)
		e.MoveTo(editor.Pos{Line: n - 1, Col: max(c-1, 0)})
		return nil
	}
	if arg != "" {
		return jump(arg)
	}
	return m.Ask(screen.Prompt{Label: "go to line", Hint: fmt.Sprintf("1 to %d", e.Len()), Done: jump})
}

func (m *model) explain(e *editor.Editor) tea.Cmd {
	word, _ := e.WordAt(e.Cursor())
	if word == "" {
		return m.Fail("there is no word under the cursor")
	}
	for _, entry := range m.words() {
		if entry.Name == word {
			return m.Text(entry.Name, entry.Text())
		}
	}
	return m.Fail(fmt.Sprintf("nothing is known about %q", word))
}

// words explains what the shown spec names, and then what Metal does. While
// the text is no spec, the names are those of when it last was one.
func (m *model) words() []reference.Entry {
	if d := m.space.Doc; d != nil {
		if own, ok := reference.OfSpec(d.Editor.Text()); ok || m.own.doc != d {
			m.own.doc, m.own.entries = d, own
		}
		return append(slices.Clone(m.own.entries), reference.All()...)
	}
	return reference.All()
}

// complete offers what Metal, the spec and the text itself know.
func (m *model) complete(e *editor.Editor) tea.Cmd {
	var items []editor.Item
	seen := map[string]bool{}
	for _, entry := range m.words() {
		seen[entry.Name] = true
		items = append(items, editor.Item{Text: entry.Name, Kind: entry.Kind, Detail: entry.Signature, Doc: entry.Doc})
	}
	for _, word := range e.Words() {
		if !seen[word.Text] {
			items = append(items, word)
		}
	}
	if !e.Complete(items) {
		return m.Fail("nothing completes this word")
	}
	return nil
}
