package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/zmlx/zmlx/workbench"
)

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// isDumb says that the terminal knows no escape sequences, as Emacs's shell.
func isDumb() bool { return os.Getenv("TERM") == "dumb" }

// terminalWidth is the number of columns, 0 if w is no terminal.
func terminalWidth(w any) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// progressLine shows one line of progress on a terminal, and nothing
// elsewhere. It appears only for what takes a while.
type progressLine struct {
	w       io.Writer
	begin   time.Time
	last    time.Time
	visible bool
}

func newProgressLine(w io.Writer) *progressLine {
	if !isTerminal(w) || isDumb() {
		return &progressLine{}
	}
	return &progressLine{w: w, begin: time.Now()}
}

const (
	progressDelay    = 300 * time.Millisecond
	progressInterval = 100 * time.Millisecond
	progressStill    = time.Second // how often a step that tells nothing is shown
)

func (p *progressLine) show(label string, e workbench.Progress) {
	now := time.Now()
	if p.w == nil || now.Sub(p.begin) < progressDelay || now.Sub(p.last) < progressInterval {
		return
	}
	p.last, p.visible = now, true
	text := label
	if e.Label != "" {
		text += ": " + e.Label
	}
	if e.Total > 0 {
		text += fmt.Sprintf(" %d%%", 100*e.Done/e.Total)
	}
	if passed := now.Sub(p.begin); passed >= progressStill {
		text += fmt.Sprintf(" · %d s", int(passed.Seconds()))
	}
	if width := terminalWidth(p.w); width > 1 {
		if r := []rune(text); len(r) >= width {
			text = string(r[:width-1])
		}
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", text)
}

func (p *progressLine) clear() {
	if p.visible {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.visible = false
	}
}
