package tui

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/atotto/clipboard"
	"github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/work"
)

// Theme implements screen.Shell.
func (m *model) Theme() *theme.Theme { return m.theme }

// Show implements screen.Shell.
func (m *model) Show(id string, pane int) tea.Cmd {
	for i, s := range m.screens {
		if s.ID() == id {
			m.current = i
			if pane >= 0 && pane < len(s.panes) {
				s.focus = pane
			}
		}
	}
	return nil
}

// Command implements screen.Shell.
func (m *model) Command(text string) tea.Cmd { return m.openPalette(byCommand, text) }

// Ask implements screen.Shell.
func (m *model) Ask(p screen.Prompt) tea.Cmd { return m.push(newPrompt(p)) }

// Confirm implements screen.Shell.
func (m *model) Confirm(c screen.Confirm) tea.Cmd { return m.push(&confirmDialog{Confirm: c}) }

// Text implements screen.Shell.
func (m *model) Text(title, text string) tea.Cmd {
	return m.push(&textDialog{title: title, lines: strings.Split(strings.TrimRight(text, "\n"), "\n")})
}

// Fail implements screen.Shell.
func (m *model) Fail(text string) tea.Cmd {
	m.space.Notify(work.Failure, text)
	return nil
}

// Copy implements screen.Shell. The text goes to the terminal's clipboard,
// which works over ssh, and to the system's own.
func (m *model) Copy(text, what string) tea.Cmd {
	m.clip = text
	m.space.Notify(work.Info, "copied "+what)
	return func() tea.Msg {
		seq := osc52.New(text)
		switch {
		case os.Getenv("TMUX") != "":
			seq = seq.Tmux()
		case strings.HasPrefix(os.Getenv("TERM"), "screen"):
			seq = seq.Screen()
		}
		if m.painter == nil {
			return nil
		}
		_, _ = m.painter.WriteString(seq.String()) // one write, so that it stays whole
		_ = clipboard.WriteAll(text)               // there may be no system clipboard
		return nil
	}
}

// pasted is a text from the clipboard.
type pasted struct{ text string }

// paste reads the system's clipboard; without one, what was copied here.
func (m *model) paste() tea.Cmd {
	own := m.clip
	return func() tea.Msg {
		if text, err := clipboard.ReadAll(); err == nil && text != "" {
			return pasted{text}
		}
		return pasted{own}
	}
}

// edited says that the external editor has ended.
type edited struct {
	err  error
	then tea.Cmd
}

// Edit implements screen.Shell.
func (m *model) Edit(path string, line int, then tea.Cmd) tea.Cmd {
	name := os.Getenv("VISUAL")
	if name == "" {
		name = os.Getenv("EDITOR")
	}
	if name == "" {
		return m.Fail("$EDITOR is not set")
	}
	args := strings.Fields(name)
	c := exec.Command(args[0], append(args[1:], editorArgs(args[0], path, line)...)...)
	return tea.ExecProcess(c, func(err error) tea.Msg { return edited{err, then} })
}

// editorArgs tells an editor the file and, where we know how, the line.
func editorArgs(editor, path string, line int) []string {
	at := path + ":" + strconv.Itoa(line)
	switch strings.TrimSuffix(filepath.Base(editor), ".exe") {
	case "vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "kak", "joe", "mg":
		return []string{"+" + strconv.Itoa(line), path}
	case "hx", "helix", "subl", "zed":
		return []string{at}
	case "code", "codium", "cursor":
		return []string{"--wait", "--goto", at}
	}
	return []string{path}
}
