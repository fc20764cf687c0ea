// Command screenshot draws the pictures of the documentation from real frames
// of the terminal program, and writes docs/keys.md.
//
//	go run ./internal/screenshot            # all pictures into docs/img
//	go run ./internal/screenshot -keys FILE # the keys
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/tui"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/workbench"
)

// picture is a frame and the way to it.
type picture struct {
	file, title, theme string
	w, h               int
	play               func(p *tui.Player)
}

func open(name string) func(p *tui.Player) {
	return func(p *tui.Player) { p.Keys(":"); p.Type("open " + name); p.Keys("enter") }
}

// goTo puts the spec's cursor behind the end of a line with a text in it.
func goTo(p *tui.Player, text string) {
	p.Keys("alt+2", "ctrl+home", "ctrl+f")
	p.Type(text)
	p.Keys("enter", "end")
}

var pictures = []picture{
	{"kernels", "zmlx", "dark", 164, 44, func(p *tui.Player) {
		open("rmsnorm")(p)
		goTo(p, "simd_sum")
		p.Keys("f5")
	}},
	{"error", "an error on its own line", "dark", 124, 34, func(p *tui.Player) {
		open("rmsnorm")(p)
		goTo(p, "simd_sum")
		p.Keys("enter")
		p.Type("v = simd_total(v);")
	}},
	{"compare", "results, case by case", "dark", 164, 40, func(p *tui.Player) {
		open("softmax")(p)
		p.Keys("f5", "f3", "2", "]", "]")
	}},
	{"debug", "what one thread did", "dark", 164, 40, func(p *tui.Player) {
		open("rmsnorm")(p)
		goTo(p, "rsqrt(s / D")
		p.Type(" scale *= 2;")
		p.Keys("f5", "alt+t", "alt+=", "down", "down")
	}},
	{"bench", "measurements", "dark", 164, 40, func(p *tui.Player) {
		open("rmsnorm")(p)
		p.Keys("f9")
	}},
	{"profile", "a profile: lines, roofline, timeline", "dark", 180, 48, func(p *tui.Player) {
		open("rmsnorm")(p)
		p.Keys("alt+m", "ctrl+t", "3", "down", "n", "n", "n")
	}},
	{"cost", "the share of each line beside it", "dark", 124, 40, func(p *tui.Player) {
		open("rmsnorm")(p)
		p.Keys("ctrl+t", "f2")
		goTo(p, "rsqrt(s / D")
	}},
	{"diff", "the generated Metal of two kernels", "dark", 164, 40, func(p *tui.Player) {
		open("rmsnorm")(p)
		p.Keys("esc", ":")
		p.Type("preview-diff gated_rmsnorm")
		p.Keys("enter", "]", "+")
	}},
	{"palette", "every action, and the command that does the same", "dark", 110, 32, func(p *tui.Player) {
		open("silu")(p)
		p.Keys("ctrl+p")
		p.Type("compare")
	}},
	{"light", "the light theme", "light", 124, 34, func(p *tui.Player) {
		open("rope")(p)
		p.Keys("f5")
	}},
}

func main() {
	keys := flag.String("keys", "", "write the keys to this `file` and nothing else")
	dir := flag.String("dir", filepath.Join("docs", "img"), "the folder for pictures")
	only := flag.String("only", "", "draw only this picture")
	flag.Parse()
	if err := run(*keys, *dir, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(keys, dir, only string) error {
	if keys != "" {
		return atomicfile.WriteFile(keys, []byte(tui.KeysDocument()), 0o644)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, pic := range pictures {
		if only != "" && pic.file != only {
			continue
		}
		t, err := theme.New(pic.theme, cells.TrueColor)
		if err != nil {
			return err
		}
		p := tui.NewPlayer(tui.Options{Engine: workbench.New(workbench.Options{}), Theme: pic.theme}, cells.TrueColor, pic.w, pic.h)
		pic.play(p)
		path := filepath.Join(dir, pic.file+".svg")
		if err := atomicfile.WriteFile(path, []byte(p.Frame().SVG(t.Picture(pic.title))), 0o644); err != nil {
			return err
		}
		fmt.Println(path)
	}
	return nil
}
