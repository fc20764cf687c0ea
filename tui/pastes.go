package tui

import (
	"bytes"
	"os"
)

// pastes reads from the terminal and keeps what is pasted to itself, to hand
// it over whole: Bubble Tea looks through all of a paste again for every 256
// bytes, which takes ten seconds for four megabytes.
type pastes struct {
	*os.File
	pasted func(text []byte)
	text   []byte // of the paste under way
	inside bool
	held   []byte // the beginning of what may become pasteStart
}

// What terminals put around a paste.
var pasteStart, pasteEnd = []byte("\x1b[200~"), []byte("\x1b[201~")

// Read implements io.Reader. It gives what is typed, which may be nothing. b
// must be longer than pasteStart.
func (p *pastes) Read(b []byte) (int, error) {
	n := copy(b, p.held)
	p.held = p.held[:0]
	read, err := p.File.Read(b[n:])
	full := n+read == len(b) // there may be more to come
	return p.typed(b, b[:n+read], full), err
}

// typed takes the pastes out of what was read, moves the rest to the start of
// b, and returns its length.
func (p *pastes) typed(b, in []byte, full bool) int {
	out := b[:0]
	for len(in) > 0 {
		if p.inside {
			from := max(len(p.text)-len(pasteEnd)+1, 0)
			p.text = append(p.text, in...)
			end := bytes.Index(p.text[from:], pasteEnd)
			if end < 0 {
				return len(out)
			}
			end += from
			in = in[len(in)-(len(p.text)-end-len(pasteEnd)):]
			p.pasted(p.text[:end])
			p.inside, p.text = false, nil
			continue
		}
		if start := bytes.Index(in, pasteStart); start >= 0 {
			out = append(out, in[:start]...)
			in, p.inside = in[start+len(pasteStart):], true
			continue
		}
		if n := begins(in, pasteStart); full && n > 0 { // a lone escape is a key, unless more follows
			p.held = append(p.held, in[len(in)-n:]...)
			in = in[:len(in)-n]
		}
		return len(append(out, in...))
	}
	return len(out)
}

// begins is the length of the longest end of b that sequence begins with.
func begins(b, sequence []byte) int {
	for n := min(len(b), len(sequence)-1); n > 0; n-- {
		if bytes.HasPrefix(sequence, b[len(b)-n:]) {
			return n
		}
	}
	return 0
}
