package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/screens/kernels"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/work"
)

func (m *model) needsDoc() string {
	if m.space.Doc == nil {
		return "no kernel is open"
	}
	return ""
}

// can makes an action's Enabled of what a verb does with the shown document.
func (m *model) can(verb string) func() string {
	return func() string { return m.space.Refuses(verb) }
}

func (m *model) headless(verb string) func() string {
	return func() string { return m.space.CommandLine(verb) }
}

// saveLine writes a kernel of the catalogue to a file, as saving does.
func (m *model) saveLine() string {
	if d := m.space.Doc; d != nil && d.Path == "" {
		return "zmlx kernels show " + d.Argument() + " --only spec -o " + d.Name
	}
	return ""
}

// openLine shows the document that is shown here.
func (m *model) openLine() string {
	switch d := m.space.Doc; {
	case d == nil:
		return ""
	case d.Path == "":
		return "zmlx kernels show " + d.Argument()
	default:
		return "zmlx " + d.Argument()
	}
}

func (m *model) deviceNames() []string {
	var out []string
	for _, d := range m.space.Devices {
		if d.Available {
			out = append(out, d.Name)
		}
	}
	return out
}

// globalActions apply on every screen.
func (m *model) globalActions() []*action.Action {
	just := func(f func()) func(string) tea.Cmd {
		return func(string) tea.Cmd { f(); return nil }
	}
	out := []*action.Action{
		{ID: "run", Title: "Run and compare all cases", Scope: action.Global, Keys: []string{"f5", "ctrl+j"}, Hint: "run",
			Enabled: m.can("check"), Headless: m.headless("check"), Run: func(string) tea.Cmd { return m.check(false) }},
		{ID: "sanitize", Title: "Run all cases, and look for data races and uninitialised reads", Scope: action.Global, Keys: []string{"alt+r"},
			Enabled: m.can("check --sanitize"), Headless: m.headless("check --sanitize"), Run: func(string) tea.Cmd { return m.check(true) }},
		{ID: "bench", Title: "Measure all cases", Scope: action.Global, Keys: []string{"f9"},
			Enabled: m.can("bench"), Headless: m.headless("bench"), Run: func(string) tea.Cmd { m.Show("bench", -1); return m.space.Measure() }},
		{ID: "cancel", Title: "Cancel the run", Scope: action.Global, Hint: "", Keys: []string{"ctrl+\\"},
			Enabled: func() string {
				if !m.space.Running() {
					return "nothing is running"
				}
				return ""
			}, Run: just(func() { m.space.CancelJob() })},
		{ID: "palette", Title: "Find an action", Scope: action.Global, Keys: []string{"ctrl+p"}, Hint: "actions",
			Run: func(string) tea.Cmd { return m.openPalette(byTitle, "") }},
		{ID: "command", Title: "Type a command", Scope: action.Global, Keys: []string{":"},
			Run: func(string) tea.Cmd { return m.openPalette(byCommand, "") }},
		{ID: "help", Title: "Show the keys that work here", Scope: action.Global, Keys: []string{"?", "f1"}, Hint: "keys",
			Run: func(string) tea.Cmd { return m.openPalette(byKey, "") }},
		{ID: "save", Title: "Save the spec", Scope: action.Global, Keys: []string{"ctrl+s"}, Enabled: m.needsDoc, Headless: m.saveLine,
			Run: func(string) tea.Cmd { return m.save(nil) }},
		{ID: "save-as", Title: "Save the spec under another name", Scope: action.Global, Arg: "PATH", Enabled: m.needsDoc, Headless: m.saveLine, Run: m.saveAs},
		{ID: "open", Title: "Open a file or a kernel of the catalogue", Scope: action.Global, Keys: []string{"alt+o"}, Arg: "FILE-OR-NAME", Choices: m.entryNames, Headless: m.openLine, Run: m.openNamed},
		{ID: "new", Title: "Start a kernel: its name, and elementwise, rowwise or matmul", Scope: action.Global, Arg: "NAME [KIND]", Headless: func() string { return "zmlx new NAME" }, Run: m.create},
		{ID: "edit-outside", Title: "Edit the file in $EDITOR", Scope: action.Global, Keys: []string{"ctrl+e"}, Run: func(string) tea.Cmd { return m.editOutside() },
			Enabled: func() string {
				if d := m.space.Doc; d == nil || d.Path == "" || d.Editor.Modified() {
					return "save the spec first"
				}
				return ""
			}},
		{ID: "problem-next", Title: "Go to the next problem", Scope: action.Global, Keys: []string{"f8", "n"}, Enabled: m.needsMarks, Headless: m.headless("check"), Run: func(string) tea.Cmd { return m.nextProblem(false) }},
		{ID: "problem-previous", Title: "Go to the problem before", Scope: action.Global, Keys: []string{"f7", "N"}, Enabled: m.needsMarks, Headless: m.headless("check"), Run: func(string) tea.Cmd { return m.nextProblem(true) }},
		{ID: "problem-show", Title: "Show all of a message", Scope: action.Global, Keys: []string{"f10"}, Run: func(string) tea.Cmd { return m.showMessage() }},
		{ID: "problem-fix", Title: "Make the change that the message of this line proposes", Scope: action.Global, Keys: []string{"alt+enter"}, Enabled: m.needsFix, Run: func(string) tea.Cmd { return m.fixProblem() }},
		{ID: "pane-next", Title: "Focus the next pane", Scope: action.Global, Keys: []string{"tab"}, Run: just(func() { m.cyclePane(1) })},
		{ID: "pane-previous", Title: "Focus the pane before", Scope: action.Global, Keys: []string{"shift+tab"}, Run: just(func() { m.cyclePane(-1) })},
		{ID: "jump", Title: "Jump to a pane or a screen by letter", Scope: action.Global, Keys: []string{"ctrl+o"}, Run: just(func() { m.jumping = true })},
		{ID: "zoom-in", Title: "Give the pane more room", Scope: action.Global, Keys: []string{"+", "alt+="}, Run: just(func() { m.screen().zoom = (m.screen().zoom + 1) % (layout.Full + 1) })},
		{ID: "zoom-out", Title: "Give the pane less room", Scope: action.Global, Keys: []string{"-", "alt+-"}, Run: just(func() { m.screen().zoom = (m.screen().zoom + layout.Full) % (layout.Full + 1) })},
		{ID: "headless", Title: "Show the command line that does what a key does", Scope: action.Global, Keys: []string{"alt+h"}, Run: func(string) tea.Cmd { return m.showHeadless() }},
		{ID: "log", Title: "Show what was done", Scope: action.Global, Keys: []string{"@"}, Run: func(string) tea.Cmd { return m.showLog() }},
		{ID: "theme", Title: "Choose the colours", Scope: action.Global, Arg: "NAME", Choices: theme.Names, Run: func(arg string) tea.Cmd {
			if arg == "" {
				return m.openPalette(byCommand, "theme ")
			}
			m.setTheme(arg)
			return nil
		}},
		{ID: "device", Title: "Choose the device", Scope: action.Global, Arg: "NAME", Choices: m.deviceNames, Headless: func() string { return "zmlx devices" }, Run: m.setDevice},
		{ID: "mouse", Title: "Switch the mouse on or off", Scope: action.Global, Keys: []string{"m"}, Run: func(string) tea.Cmd { return m.toggleMouse() }},
		{ID: "suspend", Title: "Suspend zmlx (fg brings it back)", Scope: action.Global, Keys: []string{"ctrl+z"}, Run: func(string) tea.Cmd { return tea.Suspend }},
		{ID: "quit", Title: "Quit", Scope: action.Global, Keys: []string{"ctrl+q", "q"}, Hint: "quit", Run: func(string) tea.Cmd { return m.quit() }},
		{ID: "interrupt", Title: "Copy the selection, or cancel the run, or quit", Scope: action.Global, Keys: []string{"ctrl+c"}, Run: func(string) tea.Cmd { return m.interrupt() }},
	}
	for i := range 6 {
		out = append(out, &action.Action{
			ID: fmt.Sprintf("pane-%d", i+1), Title: fmt.Sprintf("Focus pane %d", i+1), Scope: action.Global,
			Keys: []string{fmt.Sprintf("alt+%d", i+1), strconv.Itoa(i + 1)},
			Enabled: func() string {
				if i >= len(m.screen().panes) {
					return "this screen has fewer panes"
				}
				return ""
			},
			Run: just(func() { m.screen().focus = i }),
		})
	}
	screenKeys := []string{"f2", "f3", "f4", "f6", "f11", "f12"} // f5 runs
	for i, s := range m.screens[:min(len(m.screens), len(screenKeys))] {
		out = append(out, &action.Action{
			ID: "screen-" + s.ID(), Title: "Show the screen " + s.Title(), Scope: action.Global,
			Keys: screenKeys[i : i+1], Run: just(func() { m.current = i }),
		})
	}
	return out
}

// check runs and compares, on a screen that shows results.
func (m *model) check(sanitize bool) tea.Cmd {
	if id := m.screen().ID(); id != kernels.ID && id != "compare" {
		m.Show("compare", -1)
	}
	return m.space.Check(sanitize)
}

func (m *model) needsMarks() string {
	if m.space.Doc == nil || len(m.space.Doc.Editor.Marks()) == 0 {
		return "there are no problems"
	}
	return ""
}

func (m *model) nextProblem(back bool) tea.Cmd {
	mark, _ := m.space.Doc.Editor.NextMark(back)
	level := work.Failure
	if mark.Severity > 0 {
		level = work.Info
	}
	m.space.Notify(level, mark.Message)
	return m.Show(kernels.ID, kernels.SpecPane)
}

// fixOfLine is the first problem of the cursor's line that says what to change.
func (m *model) fixOfLine() (editor.Mark, bool) {
	d := m.space.Doc
	if d == nil || d.Compiling() { // what is proposed is for an older text
		return editor.Mark{}, false
	}
	for _, mark := range d.Editor.Marks() {
		if mark.From.Line == d.Editor.Cursor().Line && mark.Fix != nil {
			return mark, true
		}
	}
	return editor.Mark{}, false
}

func (m *model) needsFix() string {
	if _, ok := m.fixOfLine(); !ok {
		return "no message of this line proposes a change"
	}
	return ""
}

func (m *model) fixProblem() tea.Cmd {
	mark, _ := m.fixOfLine()
	m.space.Doc.Editor.Apply(mark.Fix)
	m.space.Notify(work.Info, "changed; undo takes it back")
	return m.Show(kernels.ID, kernels.SpecPane)
}

// showMessage shows the notes and the source of the problem at the cursor, or
// the whole of the last notice.
func (m *model) showMessage() tea.Cmd {
	if d := m.space.Doc; d != nil {
		for _, mark := range d.Editor.Marks() {
			if mark.From.Line == d.Editor.Cursor().Line {
				text := mark.Detail
				if text == "" {
					text = strings.Join(cells.Wrap(mark.Message, 90), "\n")
				}
				return m.Text("Problem", text)
			}
		}
	}
	if j := m.space.Job; j != nil && j.Done && j.Err != nil {
		return m.Text(j.Label, strings.Join(cells.Wrap(j.Err.Error(), 90), "\n")+"\n\n"+j.Err.Stack)
	}
	return m.Fail("there is no message at the cursor")
}

// cyclePane focuses another pane.
func (m *model) cyclePane(n int) {
	s := m.screen()
	s.focus = (s.focus + n + len(s.panes)) % len(s.panes)
}

func (m *model) showHeadless() tea.Cmd {
	var lines []string
	for _, a := range m.catalog.All() {
		if line := a.CommandLine(); line != "" {
			lines = append(lines, a.Title, "  "+line)
		}
	}
	if len(lines) == 0 {
		return m.Fail("no kernel is open")
	}
	return m.Text("The same without a terminal", strings.Join(lines, "\n"))
}

func (m *model) showLog() tea.Cmd {
	var lines []string
	for _, i := range m.catalog.Log.Recent() {
		line := strings.TrimSpace(i.ID + " " + i.Arg)
		if a := m.catalog.Get(i.ID); a != nil && a.CommandLine() != "" {
			line = fmt.Sprintf("%-30s %s", line, a.CommandLine())
		}
		lines = append(lines, line)
	}
	return m.Text("What was done", strings.Join(lines, "\n"))
}

func (m *model) setDevice(name string) tea.Cmd {
	if name == "" {
		return m.Show("devices", 0)
	}
	m.space.Device = name
	m.space.Notify(work.Info, "the next run is on "+name)
	return m.space.Recompile()
}

func (m *model) toggleMouse() tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		m.space.Notify(work.Info, "mouse on: the terminal's own selection needs shift (or option)")
		return tea.EnableMouseCellMotion
	}
	m.space.Notify(work.Info, "mouse off")
	return tea.DisableMouse
}

func (m *model) interrupt() tea.Cmd {
	if e := m.editing(); e != nil {
		if text := e.Selected(); text != "" {
			return m.Copy(text, "the selection")
		}
	}
	if m.space.CancelJob() {
		m.space.Notify(work.Info, "cancelling")
		return nil
	}
	if m.space.JustEnded() { // the run was quicker than the hand
		m.space.Notify(work.Info, "the run is over; ctrl+q quits")
		return nil
	}
	return m.quit()
}

// quit leaves; unsaved text is asked about first.
func (m *model) quit() tea.Cmd {
	leave := func() tea.Cmd {
		m.left = true
		return tea.Quit
	}
	unsaved := m.space.Unsaved()
	if len(unsaved) == 0 {
		return leave()
	}
	names := make([]string, len(unsaved))
	for i, d := range unsaved {
		names[i] = d.Name
	}
	return m.Confirm(screen.Confirm{
		Title: "Unsaved changes",
		Text:  strings.Join(names, ", "),
		Choices: []screen.Choice{
			{Key: "s", Label: "save and quit", Run: func() tea.Cmd { return m.saveAll(unsaved) }},
			{Key: "k", Label: "keep for the next start and quit", Run: func() tea.Cmd {
				if err := m.space.Rescue(); err != nil {
					return m.Fail(err.Error())
				}
				return leave()
			}},
			{Key: "d", Label: "discard and quit", Run: func() tea.Cmd { return inOrder(m.space.Discard(), leave()) }},
			{Key: "c", Label: "cancel", Run: func() tea.Cmd { return nil }},
		},
	})
}

// saveAll saves one document after the other and quits when none is left.
func (m *model) saveAll(docs []*work.Document) tea.Cmd {
	for _, d := range docs {
		if d.Editor.Modified() {
			m.space.Doc = d
			return m.save(func() tea.Msg { return quitting{} })
		}
	}
	return m.quit()
}

// quitting goes on with quitting once a document is saved.
type quitting struct{}
