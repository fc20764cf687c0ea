package editor

import (
	"slices"

	"github.com/zmlx/zmlx/tui/highlight"
)

// lexCache remembers the state in which each line starts, so that only lines
// whose start changed are lexed again.
type lexCache struct {
	lexer  highlight.Lexer
	starts []highlight.State // by line; valid below clean
	clean  int
	// Lines from edited on keep the states of before the edit; once lexing
	// arrives there in the same state, all up to known are valid again.
	edited, known int
	spans         []highlight.Span
}

func (c *lexCache) reset(n int) {
	c.starts = make([]highlight.State, n)
	c.clean, c.edited, c.known = 1, 0, 0
}

// changed follows a replacement of the lines from..to by from..end.
func (c *lexCache) changed(from, to, end int) {
	delta := end - to
	switch {
	case delta > 0:
		c.starts = slices.Insert(c.starts, to+1, make([]highlight.State, delta)...)
	case delta < 0:
		c.starts = slices.Delete(c.starts, end+1, to+1)
	}
	known := max(c.clean, c.known)
	if c.known > 0 && c.edited < known { // an older edit is still being lexed
		c.edited = max(c.edited+delta, end+1)
	} else {
		c.edited = end + 1
	}
	c.known = 0
	if known > to+1 {
		c.known = known + delta
	}
	c.clean = min(c.clean, from+1)
}

// advance makes the start of a line known.
func (c *lexCache) advance(lines []string, line int) {
	for c.clean <= line && c.clean < len(lines) {
		var end highlight.State
		c.spans, end = c.lexer.Line(lines[c.clean-1], c.starts[c.clean-1], c.spans[:0])
		if c.clean >= c.edited && c.clean < c.known && c.starts[c.clean] == end {
			c.clean, c.known = c.known, 0
			continue
		}
		c.starts[c.clean] = end
		c.clean++
	}
}

// line gives the spans of a line until the next call.
func (c *lexCache) line(lines []string, i int) []highlight.Span {
	if c.lexer == nil {
		return nil
	}
	c.advance(lines, i)
	c.spans, _ = c.lexer.Line(lines[i], c.starts[i], c.spans[:0])
	return c.spans
}

// state gives the state in which a line starts.
func (c *lexCache) state(lines []string, i int) highlight.State {
	if c.lexer == nil {
		return highlight.State{}
	}
	c.advance(lines, i)
	return c.starts[i]
}
