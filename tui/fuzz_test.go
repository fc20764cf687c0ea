package tui

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/cells"
)

// FuzzUse uses the program at random: keys of actions and others, text,
// pastes, the mouse and sizes. Nothing may end it.
func FuzzUse(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		t.Chdir(t.TempDir())
		r := rand.New(rand.NewPCG(seed, 7))
		p := newPlayer(fakeOptions(), config{Mouse: true}, nil, cells.NoColor, 120, 40)
		keys := []string{"enter", "esc", "tab", "backspace", "delete", "up", "down", "left", "right"}
		for _, a := range p.m.catalog.All() {
			if a.ID != "quit" {
				keys = append(keys, a.Keys...)
			}
		}
		texts := []string{"oops", "wrong", "{", "}", "\t", "é́👩‍🔬", "漢", ":", "/", "-1", "softmax", "\"", "#", "a\nb\r\nc", "\x00\x1b[31m", "", "x = y\n\n\n"}
		var log []string
		for range 150 {
			key := keys[r.IntN(len(keys))]
			text := texts[r.IntN(len(texts))]
			w, h := r.IntN(200), r.IntN(60)
			switch r.IntN(12) {
			case 0:
				log = append(log, "resize")
				p.Resize(w, h)
			case 1:
				log = append(log, "type "+text)
				p.Type(text)
			case 2:
				log = append(log, "paste "+text)
				p.Paste(text)
			case 3:
				log = append(log, "mouse")
				p.send(tea.MouseMsg{X: w, Y: h, Button: tea.MouseButton(1 + r.IntN(5)), Action: tea.MouseAction(r.IntN(3))})
				p.wait()
			default:
				log = append(log, key)
				p.Keys(key)
			}
			if p.m.crash != nil {
				t.Fatalf("%v\n%s\n%s", p.m.crash.value, p.m.crash.stack, strings.Join(log, ", "))
			}
			if p.Ended() {
				return
			}
			p.Frame()
		}
	})
}
