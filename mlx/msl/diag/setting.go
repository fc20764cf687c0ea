package diag

import (
	"slices"
	"strings"
)

// setting is what #pragma clang diagnostic says of warnings from a place on.
type setting struct {
	at   Pos
	says []says // the last word counts
}

type says struct {
	group string // "unused-variable", as in -Wunused-variable
	level Level
}

// Level is what becomes of a warning.
type Level uint8

// The levels.
const (
	AsWarning Level = iota
	AsError
	Ignored
)

// SetLevel says what becomes of the warnings of a group from a place on.
func (s *Sources) SetLevel(at Pos, group string, level Level) {
	last := s.settings[max(len(s.settings)-1, 0):]
	next := setting{at: at}
	for _, l := range last {
		next.says = slices.Clone(l.says)
	}
	next.says = append(next.says, says{group, level})
	s.settings = append(s.settings, next)
}

// PushLevels remembers what becomes of warnings, PopLevels returns to that from a
// place on; it reports false if nothing is remembered.
func (s *Sources) PushLevels() {
	var now []says
	if n := len(s.settings); n > 0 {
		now = s.settings[n-1].says
	}
	s.pushed = append(s.pushed, now)
}

// PopLevels is described at PushLevels.
func (s *Sources) PopLevels(at Pos) bool {
	n := len(s.pushed)
	if n == 0 {
		return false
	}
	s.settings = append(s.settings, setting{at, s.pushed[n-1]})
	s.pushed = s.pushed[:n-1]
	return true
}

// Level is what becomes of a warning.
func (s *Sources) Level(d *Diagnostic) Level {
	level := AsWarning
	if len(s.settings) == 0 {
		return level
	}
	at := s.way(d.At())
	for _, set := range slices.Backward(s.settings) {
		if slices.Compare(s.way(set.at), at) > 0 {
			continue
		}
		for _, says := range set.says {
			if says.covers(d.Code) {
				level = says.level
			}
		}
		break
	}
	return level
}

// way is p with the directives that led to its file, the outermost first: ways are in
// the order in which their ends are read.
func (s *Sources) way(p Pos) (way []Pos) {
	for p = s.FilePos(p); p != 0; p = s.IncludedFrom(p) {
		way = append(way, p)
	}
	slices.Reverse(way)
	return way
}

// wider are groups of warnings by those that hold them, where that is not to be seen
// from the names.
var wider = map[string][]string{
	"parentheses": {"logical-op-parentheses", "bitwise-op-parentheses", "shift-op-parentheses", "dangling-else", "logical-not-parentheses"},
	"conversion":  {"constant-conversion", "literal-conversion", "bitfield-constant-conversion", "bool-conversion", "float-conversion", "implicit-const-int-float-conversion"},
}

func (x says) covers(code string) bool {
	switch x.group {
	case code, "everything", "all", "most":
		return true
	}
	return strings.HasPrefix(code, x.group+"-") || slices.Contains(wider[x.group], code)
}
