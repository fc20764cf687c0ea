package tui

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/zmlx/zmlx/tui/cells"
)

// scenes are states of the program that the golden frames show.
var scenes = []struct {
	name string
	play func(p *Player)
}{
	{"kernels", func(p *Player) { p.Keys("2", "down", "down", "down", "down", "down") }},
	{"error", func(p *Player) {
		p.Keys("2", "ctrl+end", "up", "up")
		p.Type("  oops(1);\n")
		p.Keys("f8")
	}},
	{"filter", func(p *Player) { p.Keys("1", "/"); p.Type("07") }},
	{"preview", func(p *Player) { p.Keys("3", "ctrl+end", "up") }},
	{"diff", func(p *Player) {
		p.Keys("f5", "2", "ctrl+end", "up", "up")
		p.Type("  int z = 0;\n")
		p.Keys("alt+3", "]")
	}},
	{"results", func(p *Player) { p.Keys("f5", "4") }},
	{"compare", func(p *Player) {
		p.Keys("2", "ctrl+g")
		p.Type("13")
		p.Keys("enter", "end")
		p.Type(" wrong")
		p.Keys("f5", "f3", "down")
	}},
	{"debug", func(p *Player) { p.Keys("alt+t", "down") }},
	{"bench", func(p *Player) { p.Keys("f9") }},
	{"tune", func(p *Player) { p.Keys("alt+u") }},
	{"profile", func(p *Player) { p.Keys("ctrl+t", "3", "j", "n", "+") }},
	{"roofline", func(p *Player) { p.Keys("p", "alt+m", "2") }},
	{"changes", func(p *Player) { p.Keys("p", "p", "1", "[", "2", "]", "j", "3", "]") }},
	{"costs", func(p *Player) { p.Keys("p", "f2", "2") }},
	{"devices", func(p *Player) { p.Keys("f6", "down") }},
	{"palette", func(p *Player) { p.Keys("ctrl+p"); p.Type("find") }},
	{"command", func(p *Player) { p.Keys(":"); p.Type("theme ligh") }},
	{"help", func(p *Player) { p.Keys("?") }},
	{"completion", func(p *Player) {
		p.Keys("2", "ctrl+g")
		p.Type("13")
		p.Keys("enter", "end", "enter")
		p.Type("simd_")
		p.Keys("ctrl+@")
	}},
	{"find", func(p *Player) { p.Keys("2", "ctrl+f"); p.Type("float") }},
	{"zoom", func(p *Player) { p.Keys("3", "+", "+") }},
	{"jump", func(p *Player) { p.Keys("ctrl+o") }},
	{"quit", func(p *Player) { p.Keys("2"); p.Type("x"); p.Keys("ctrl+q") }},
}

func TestGoldenFrames(t *testing.T) {
	for _, scene := range scenes {
		t.Run(scene.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
				for _, profile := range []cells.Profile{cells.NoColor, cells.TrueColor} {
					t.Run(fmt.Sprintf("%dx%d_%v", size[0], size[1], profile), func(t *testing.T) {
						p := newPlayer(fakeOptions(), config{}, nil, profile, size[0], size[1])
						scene.play(p)
						if p.m.crash != nil {
							t.Fatalf("%v\n%s", p.m.crash.value, p.m.crash.stack)
						}
						golden.RequireEqual(t, p.Frame().ANSI(profile))
					})
				}
			}
		})
	}
}
