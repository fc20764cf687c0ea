package tui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
)

// Player drives the program without a terminal, for pictures and tests. Every
// method returns when the program is idle.
type Player struct {
	m     *model
	msgs  chan tea.Msg
	ended bool
}

// NewPlayer starts the program at a size.
func NewPlayer(o Options, p cells.Profile, w, h int) *Player {
	space := work.Options{Engine: work.Workbench(o.Engine), Catalog: o.Catalog, Device: o.Device, Seed: o.Seed, Metal: o.Metal}
	return newPlayer(space, config{Theme: o.Theme}, o.Open, p, w, h)
}

func newPlayer(space work.Options, c config, open []string, p cells.Profile, w, h int) *Player {
	m := newModel(work.New(space), p, c)
	m.open = open
	player := &Player{m: m, msgs: make(chan tea.Msg)}
	player.start(m.Init())
	player.Resize(w, h)
	return player
}

// start runs a command beside the others.
func (p *Player) start(cmd tea.Cmd) {
	if cmd != nil {
		go func() { p.msgs <- cmd() }()
	}
}

// send gives the program a message.
func (p *Player) send(msg tea.Msg) {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			p.start(cmd)
		}
		return
	}
	if _, ok := msg.(tea.QuitMsg); ok {
		p.ended = true
		return
	}
	_, cmd := p.m.Update(msg)
	p.start(cmd)
}

// wait handles messages until no command is under way.
func (p *Player) wait() {
	for p.m.pending > 0 && !p.ended && p.m.crash == nil {
		p.send(<-p.msgs)
	}
}

// Resize changes the size of the screen.
func (p *Player) Resize(w, h int) {
	p.send(tea.WindowSizeMsg{Width: w, Height: h})
	p.wait()
}

// Keys presses keys by their names: "ctrl+s", "f5", "a", "enter".
func (p *Player) Keys(names ...string) {
	for _, name := range names {
		p.send(keyNamed(name))
		p.wait()
	}
}

// Type types a text, rune by rune.
func (p *Player) Type(text string) {
	for _, r := range text {
		if r == '\n' {
			p.Keys("enter")
			continue
		}
		p.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		p.wait()
	}
}

// Paste pastes a text.
func (p *Player) Paste(text string) {
	p.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
	p.wait()
}

// Frame is the screen as it stands.
func (p *Player) Frame() *cells.Buffer {
	b := new(cells.Buffer)
	p.m.compose(b)
	return b
}

// Ended tells whether the program was left.
func (p *Player) Ended() bool { return p.ended }

// keyNamed is the message of a key.
func keyNamed(name string) tea.KeyMsg {
	alt := false
	if len(name) > 4 && name[:4] == "alt+" {
		alt, name = true, name[4:]
	}
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}, Alt: alt}
	}
	if r := []rune(name); len(r) == 1 {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: r, Alt: alt}
	}
	if i := slices.IndexFunc(allKeys, func(t tea.KeyType) bool { return t.String() == name }); i >= 0 {
		return tea.KeyMsg{Type: allKeys[i], Alt: alt}
	}
	panic("tui: there is no key " + name)
}

// allKeys are the keys with names, control characters among them.
var allKeys = func() (out []tea.KeyType) {
	for t := tea.KeyType(-100); t < 128; t++ {
		if t != tea.KeyRunes && t.String() != "" {
			out = append(out, t)
		}
	}
	return out
}()
