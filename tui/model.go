package tui

import (
	"reflect"
	"runtime/debug"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/reference"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/work"
)

// model is the program's one Bubble Tea model.
type model struct {
	space   *work.Space
	config  config
	profile cells.Profile
	theme   *theme.Theme
	catalog action.Catalog
	screens []*shown
	current int
	seen    int // the screen that was last told that it is shown
	modals  []modal
	jumping bool // a letter over each pane waits for a key
	mouse   bool
	notice  work.Notice
	open    []string
	asked   map[*work.Document]any // what the user was already asked about it
	clip    string                 // what was last copied here
	watch   *watcher
	own     struct { // what a document's names mean
		doc     *work.Document
		entries []reference.Entry
	}
	painter *painter // to the terminal, nil if there is none

	w, h  int
	frame layout.Frame
	dirty bool
	// What the last frame was drawn in, for the next one.
	canvas cells.Buffer
	ansi   []byte

	pending    int // commands under way
	inputs     int // keys, resizes and the like handled so far
	showStatus bool
	left       bool // the user chose to leave
	crash      *crash
}

// shown is a screen with the state that the shell keeps of it.
type shown struct {
	screen.Screen
	panes []screen.Slot
	focus int
	zoom  layout.Zoom
}

// crash is a panic that was caught.
type crash struct {
	value any
	stack string
}

func newModel(space *work.Space, p cells.Profile, c config) *model {
	m := &model{space: space, profile: p, config: c, mouse: c.Mouse, dirty: true, asked: map[*work.Document]any{}}
	for _, create := range screens {
		s := create(space, m)
		m.screens = append(m.screens, &shown{Screen: s, panes: s.Panes()})
	}
	m.catalog.Add(m.globalActions()...)
	m.catalog.Add(m.textActions()...)
	m.catalog.Add(m.listActions()...)
	for _, s := range m.screens {
		m.catalog.Add(s.Actions()...)
	}
	m.setTheme(c.Theme)
	m.report(m.catalog.Bind(c.Keys))
	return m
}

// report shows what is wrong with the configuration.
func (m *model) report(problems []string) {
	if len(problems) > 0 {
		m.Text("config.yaml", strings.Join(problems, "\n"))
	}
}

func (m *model) setTheme(name string) {
	if name == "" {
		name = "dark"
	}
	t, err := theme.New(name, m.profile)
	if err != nil {
		m.space.Notify(work.Failure, err.Error())
		if m.theme != nil {
			return
		}
		t, _ = theme.New("dark", m.profile)
	}
	m.theme = t
}

// Init implements tea.Model.
func (m *model) Init() tea.Cmd {
	return m.track(m.start())
}

// tracked is what a command brought; the program is idle when none is under
// way.
type tracked struct{ msg tea.Msg }

// track counts a command until its message has arrived.
func (m *model) track(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	m.pending++
	return func() tea.Msg { return tracked{cmd()} }
}

// ordered is what the first of several commands brought.
type ordered struct {
	msg  tea.Msg
	rest []tea.Cmd
}

// inOrder runs one command after the other.
func inOrder(cmds ...tea.Cmd) tea.Cmd {
	if len(cmds) == 0 {
		return nil
	}
	return func() tea.Msg {
		o := ordered{rest: cmds[1:]}
		if cmds[0] != nil {
			o.msg = cmds[0]()
		}
		return o
	}
}

// bubbleTea tells whether a message is for Bubble Tea itself.
func bubbleTea(msg tea.Msg) bool {
	return msg != nil && reflect.TypeOf(msg).PkgPath() == reflect.TypeOf(tea.QuitMsg{}).PkgPath()
}

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() {
		if v := recover(); v != nil {
			m.crash = &crash{v, string(debug.Stack())}
			cmd = tea.Quit
		}
	}()
	if t, ok := msg.(tracked); ok {
		m.pending--
		m.dirty = m.dirty || m.showStatus
		msg = t.msg
		if batch, ok := msg.(tea.BatchMsg); ok {
			cmds := make([]tea.Cmd, len(batch))
			for i, c := range batch {
				cmds[i] = m.track(c)
			}
			return m, tea.Batch(cmds...)
		}
		if o, ok := msg.(ordered); ok {
			m.pending++
			_, cmd := m.Update(tracked{o.msg}) // now, as messages of two commands come in any order
			return m, tea.Batch(cmd, m.track(inOrder(o.rest...)))
		}
		if msg == nil {
			return m, nil
		}
		if bubbleTea(msg) {
			return m, func() tea.Msg { return msg }
		}
	}
	m.dirty = true
	return m, m.track(m.handle(msg))
}

// handle handles a message and lets everybody follow.
func (m *model) handle(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		m.inputs++
	case tea.KeyMsg:
		cmds = append(cmds, m.keys(msg))
		m.inputs++
	case tea.MouseMsg:
		cmds = append(cmds, m.mouseEvent(tea.MouseEvent(msg)))
	case tea.ResumeMsg:
		m.inputs++
		if m.space.Doc != nil {
			cmds = append(cmds, m.space.Reread(m.space.Doc))
		}
	case pasted:
		cmds = append(cmds, m.typeText(msg.text, true))
	case started:
		cmds = append(cmds, m.openFirst(msg))
	case exported:
		if msg.err != nil {
			m.space.Notify(work.Failure, msg.err.Error())
		} else {
			m.space.Notify(work.Success, "wrote "+msg.path)
		}
	case quitting:
		cmds = append(cmds, m.saveAll(m.space.Unsaved()))
	case edited:
		if msg.err != nil {
			m.space.Notify(work.Failure, "the editor failed: "+msg.err.Error())
		}
		cmds = append(cmds, msg.then)
	default:
		if cmd, mine := m.space.Update(msg); mine {
			cmds = append(cmds, cmd)
		}
	}
	for _, s := range m.screens {
		cmds = append(cmds, s.Update(msg))
	}
	if m.seen != m.current {
		m.seen = m.current
		if s, ok := m.screen().Screen.(screen.Shown); ok {
			cmds = append(cmds, s.Shown())
		}
	}
	cmds = append(cmds, m.space.Edited(), m.askAboutDocument())
	if d := m.space.Doc; d != nil {
		m.watch.add(d.Path)
	}
	if n := len(m.space.Notices); n > 0 {
		m.notice = m.space.Notices[n-1]
		m.space.Notices = nil
	}
	return tea.Batch(cmds...)
}

// View implements tea.Model. The frame goes to the painter.
func (m *model) View() (text string) {
	defer func() {
		if v := recover(); v != nil && m.crash == nil {
			m.crash = &crash{v, string(debug.Stack())}
		}
	}()
	if m.crash != nil {
		return "internal error: press a key to leave; unsaved text is kept"
	}
	if m.dirty && m.w > 0 {
		m.compose(&m.canvas)
		m.ansi = m.canvas.AppendANSI(m.ansi[:0], m.profile)
		m.dirty = false
		if m.painter != nil {
			m.painter.show(m.ansi)
		}
	}
	return mark
}

func (m *model) screen() *shown { return m.screens[m.current] }

// pane is the one that has the focus.
func (m *model) pane() screen.Pane {
	s := m.screen()
	return s.panes[s.focus].Pane
}

// scopes is the chain in which keys are looked up.
func (m *model) scopes() []action.Scope {
	return append(m.pane().Scopes(), action.Scope(m.screen().ID()), action.Global)
}
