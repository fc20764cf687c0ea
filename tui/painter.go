package tui

import (
	"bytes"
	"os"
	"strconv"
	"sync"
)

// painter writes frames to the terminal, each when it is there, and of each
// only the lines that changed. Bubble Tea would look for a frame sixty times a
// second, forever, which is not idle; it keeps the terminal's modes, and what
// it writes for a frame (View gives it nothing but a mark) is dropped here.
// While a slow terminal takes its time, frames replace each other.
type painter struct {
	*os.File // the terminal, for its size and its modes
	wake     chan struct{}

	mu    sync.Mutex
	next  []byte // the frame to paint
	ready bool
	shown [][]byte // the lines that are on the screen
	off   bool     // it is somebody else's
}

// mark is what Bubble Tea gets to show: a string that terminals ignore.
const mark = "\x1b_zmlx\x1b\\"

// The sequences that give the screen to us and back, and that empty it.
const (
	enterScreen = "\x1b[?1049h"
	leaveScreen = "\x1b[?1049l"
	eraseScreen = "\x1b[2J"
)

func newPainter(terminal *os.File) *painter {
	p := &painter{File: terminal, wake: make(chan struct{}, 1)}
	go func() {
		for range p.wake {
			p.paint()
		}
	}()
	return p
}

// Write passes on what Bubble Tea writes of its own.
func (p *painter) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(mark)) {
		return len(b), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(b)
	return p.File.Write(b)
}

// WriteString is Write.
func (p *painter) WriteString(s string) (int, error) { return p.Write([]byte(s)) }

// note follows whose the screen is and what is on it.
func (p *painter) note(b []byte) {
	if bytes.Contains(b, []byte(leaveScreen)) {
		p.off = true
	}
	if bytes.Contains(b, []byte(enterScreen)) {
		p.off, p.shown = false, nil
	}
	if bytes.Contains(b, []byte(eraseScreen)) {
		p.shown = nil
	}
}

// show has a frame painted, unless a newer one comes first.
func (p *painter) show(frame []byte) {
	p.mu.Lock()
	p.next, p.ready = append(p.next[:0], frame...), true
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // it will come by
	}
}

// paint writes what the last frame changes.
func (p *painter) paint() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.off || !p.ready {
		return
	}
	p.ready = false
	lines := bytes.Split(p.next, []byte("\n"))
	if len(lines) != len(p.shown) {
		p.shown = make([][]byte, len(lines))
	}
	var out []byte
	for i, line := range lines {
		if bytes.Equal(line, p.shown[i]) {
			continue
		}
		out = append(out, "\x1b["...)
		out = strconv.AppendInt(out, int64(i+1), 10)
		out = append(out, ";1H"...)
		out = append(out, line...)
		p.shown[i] = append(p.shown[i][:0], line...)
	}
	_, _ = p.File.Write(out) // a terminal that is gone sends a signal
}
