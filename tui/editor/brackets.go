package editor

import (
	"strings"

	"github.com/zmlx/zmlx/tui/highlight"
)

const (
	openers = "([{"
	closers = ")]}"
	// bracketReach bounds the search, so that a keypress stays fast.
	bracketReach = 2000 // lines
)

// MatchBracket gives the bracket at (or just before) the cursor and its
// partner. Brackets in strings and comments do not count.
func (e *Editor) MatchBracket() (at, partner Pos, ok bool) {
	line := e.lines[e.cursor.Line]
	for _, col := range []int{e.cursor.Col, e.cursor.Col - 1} {
		if col < 0 || col >= len(line) || !strings.ContainsRune(openers+closers, rune(line[col])) || e.quotedAt(e.cursor.Line, col) {
			continue
		}
		at = Pos{e.cursor.Line, col}
		partner, ok = e.partner(at)
		return at, partner, ok
	}
	return Pos{}, Pos{}, false
}

func (e *Editor) partner(at Pos) (Pos, bool) {
	c := e.lines[at.Line][at.Col]
	direction, same, other := 1, c, byte(0)
	if i := strings.IndexByte(openers, c); i >= 0 {
		other = closers[i]
	} else {
		direction, other = -1, openers[strings.IndexByte(closers, c)]
	}
	depth := 0
	for n := 0; n < bracketReach; n++ {
		i := at.Line + n*direction
		if i < 0 || i >= len(e.lines) {
			return Pos{}, false
		}
		line := e.lines[i]
		if strings.IndexByte(line, same) < 0 && strings.IndexByte(line, other) < 0 {
			continue
		}
		mask := e.quoteMask(i)
		from, to := 0, len(line)
		if n == 0 && direction > 0 {
			from = at.Col
		} else if n == 0 {
			to = at.Col + 1
		}
		for k := range to - from {
			col := from + k
			if direction < 0 {
				col = to - 1 - k
			}
			if c := line[col]; (c != same && c != other) || mask[col] {
				continue
			} else if c == same {
				depth++
			} else if depth--; depth == 0 {
				return Pos{i, col}, true
			}
		}
	}
	return Pos{}, false
}

func (e *Editor) quotedAt(line, col int) bool { return e.quoteMask(line)[col] }

// quoteMask marks the bytes of a line that lie in strings or comments.
func (e *Editor) quoteMask(i int) []bool {
	mask := make([]bool, len(e.lines[i]))
	for _, s := range e.lex.line(e.lines, i) {
		if s.Kind == highlight.String || s.Kind == highlight.Comment {
			for k := s.Start; k < s.End; k++ {
				mask[k] = true
			}
		}
	}
	return mask
}
