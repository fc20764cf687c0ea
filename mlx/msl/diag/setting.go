package diag

import (
	"slices"
	"sort"
	"strings"
)

// setting is what #pragma clang diagnostic says of warnings from a place on.
type setting struct {
	at   Pos
	says *says
}

// says is a word on a group of warnings, and those said before it, which count
// for other groups.
type says struct {
	group  string // "unused-variable", as in -Wunused-variable
	level  Level
	before *says
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
	s.settings = append(s.settings, setting{at, &says{group, level, s.levels()}})
}

// levels is what is said at the end of what has been read.
func (s *Sources) levels() *says {
	if n := len(s.settings); n > 0 {
		return s.settings[n-1].says
	}
	return nil
}

// PushLevels remembers what becomes of warnings.
func (s *Sources) PushLevels() { s.pushed = append(s.pushed, s.levels()) }

// PopLevels returns, from a place on, to what PushLevels remembered last; it reports
// false if that is nothing.
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
	if len(s.settings) == 0 {
		return AsWarning
	}
	at := s.way(d.At())
	n := sort.Search(len(s.settings), func(i int) bool { return slices.Compare(s.way(s.settings[i].at), at) > 0 })
	if n == 0 {
		return AsWarning
	}
	for x := s.settings[n-1].says; x != nil; x = x.before {
		if x.covers(d.Code) {
			return x.level
		}
	}
	return AsWarning
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
	"unused-value":  {"unused-result", "unused-comparison", "unevaluated-expression"},
	"uninitialized": {"sometimes-uninitialized"},
	"parentheses":   {"logical-op-parentheses", "bitwise-op-parentheses", "shift-op-parentheses", "dangling-else", "logical-not-parentheses"},
	"conversion":    {"constant-conversion", "literal-conversion", "bitfield-constant-conversion", "bool-conversion", "float-conversion", "implicit-const-int-float-conversion"},
}

func (x *says) covers(code string) bool {
	switch x.group {
	case code, "everything", "all", "most":
		return true
	}
	return strings.HasPrefix(code, x.group+"-") || slices.Contains(wider[x.group], code)
}
