package diag

import (
	"slices"
	"sort"
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
	warned := false
	for x := s.settings[n-1].says; x != nil; x = x.before {
		switch {
		case !holds(x.group, d.Code):
		case x.level == AsWarning:
			warned = true // which does not make less of an error
		case x.level == Ignored && warned:
			return AsWarning
		default:
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

// groups are the warnings and groups that a group holds: of clang's, those that are
// given here.
var groups = map[string][]string{
	"all": {"most", "parentheses", "switch", "switch-bool"},
	"most": {"comment", "format", "multichar", "reorder", "return-type", "self-assign", "sizeof-array-argument", "sizeof-array-decay",
		"tautological-compare", "uninitialized", "unknown-pragmas", "unused"},
	"extra":  {"empty-body", "sign-compare", "initializer-overrides"},
	"format": {"format-insufficient-args", "format-extra-args"},
	"parentheses": {"logical-op-parentheses", "logical-not-parentheses", "bitwise-conditional-parentheses", "bitwise-op-parentheses",
		"shift-op-parentheses", "parentheses-equality", "dangling-else"},
	"reorder":                       {"reorder-init-list"},
	"self-assign":                   {"self-assign-field"},
	"tautological-compare":          {"tautological-constant-compare", "tautological-pointer-compare", "tautological-undefined-compare"},
	"tautological-constant-compare": {"tautological-constant-out-of-range-compare"},
	"uninitialized":                 {"sometimes-uninitialized"},
	"unused":                        {"unused-value", "unused-variable"},
	"unused-value":                  {"unused-result", "unused-comparison", "unevaluated-expression"},
	"conversion":                    {"constant-conversion", "literal-conversion", "bool-conversion", "implicit-const-int-float-conversion"},
	"constant-conversion":           {"bitfield-constant-conversion"},
	"bool-conversion":               {"pointer-bool-conversion", "undefined-bool-conversion"},
	"deprecated":                    {"deprecated-declarations", "deprecated-increment-bool"},
}

// holds reports whether a word on a group is one on a warning.
func holds(group, code string) bool {
	return group == code || group == "everything" || slices.ContainsFunc(groups[group], func(inner string) bool { return holds(inner, code) })
}
