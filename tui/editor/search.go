package editor

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Search is what find and replace look for.
type Search struct {
	Query string
	Regex bool // Query is a regular expression (RE2)
	Err   error

	re    *regexp.Regexp
	stale bool
	found []match
}

type match struct{ from, to Pos }

// maxMatches bounds the work on a hopeless query.
const maxMatches = 10000

// Find sets the query and moves to the first match at or after from. An empty
// query ends the search. Lower-case queries ignore case.
func (e *Editor) Find(query string, regex bool, from Pos) bool {
	e.search = Search{Query: query, Regex: regex, stale: true}
	if query == "" {
		return false
	}
	pattern := query
	if !regex {
		pattern = regexp.QuoteMeta(query)
	}
	if strings.IndexFunc(query, unicode.IsUpper) < 0 {
		pattern = "(?i)" + pattern
	}
	e.search.re, e.search.Err = regexp.Compile(pattern)
	if e.search.Err != nil {
		return false
	}
	return e.jumpToMatch(from, false, true)
}

// ClearSearch ends the search; it tells whether there was one.
func (e *Editor) ClearSearch() bool {
	was := e.search.Query != ""
	e.search = Search{}
	return was
}

// FindNext moves to the next match, or the one before, around the end.
func (e *Editor) FindNext(back bool) bool {
	from, to, ok := e.Selection()
	if ok && !back {
		from = to
	}
	return e.jumpToMatch(from, back, false)
}

func (e *Editor) jumpToMatch(from Pos, back, here bool) bool {
	found := e.matches()
	if len(found) == 0 {
		return false
	}
	i := slices.IndexFunc(found, func(m match) bool { return !m.from.Before(from) })
	if i < 0 {
		i = 0
	}
	if back {
		i = (i + len(found) - 1) % len(found)
	} else if !here && found[i].from == e.cursor && len(found) > 1 && e.cursor == from {
		i = (i + 1) % len(found)
	}
	e.move(found[i].from, false)
	e.move(found[i].to, true)
	e.view.center = true
	return true
}

// matches lists the matches, up to a bound.
func (e *Editor) matches() []match {
	s := &e.search
	if !s.stale {
		return s.found
	}
	s.stale, s.found = false, nil
	if s.re == nil {
		return nil
	}
	for i, line := range e.lines {
		for _, span := range s.re.FindAllStringIndex(line, maxMatches) {
			if span[0] == span[1] {
				continue
			}
			if s.found = append(s.found, match{Pos{i, span[0]}, Pos{i, span[1]}}); len(s.found) >= maxMatches {
				return s.found
			}
		}
	}
	return s.found
}

// SearchStatus says how the search stands: "3 of 17".
func (e *Editor) SearchStatus() string {
	switch {
	case e.search.Query == "":
		return ""
	case e.search.Err != nil:
		return e.search.Err.Error()
	}
	found := e.matches()
	if len(found) == 0 {
		return "not found"
	}
	from, _, _ := e.Selection()
	i := slices.IndexFunc(found, func(m match) bool { return m.from == from })
	if i < 0 {
		return fmt.Sprintf("%d matches", len(found))
	}
	return fmt.Sprintf("%d of %d", i+1, len(found))
}

// Replace replaces the selected match and moves to the next. If none is
// selected it only moves.
func (e *Editor) Replace(with string) bool {
	from, to, ok := e.Selection()
	i := slices.Index(e.matches(), match{from, to})
	if !ok || i < 0 {
		return e.FindNext(false)
	}
	e.seal()
	e.edit(otherEdit, func() {
		e.cursor = e.replace(from, to, e.expand(e.slice(from, to), with))
		e.marking = false
	})
	return e.jumpToMatch(e.cursor, false, true)
}

// ReplaceAll replaces all matches as one step and returns how many.
func (e *Editor) ReplaceAll(with string) int {
	found := e.matches()
	e.seal()
	e.edit(otherEdit, func() {
		for _, m := range slices.Backward(found) {
			e.replace(m.from, m.to, e.expand(e.slice(m.from, m.to), with))
		}
		e.cursor = e.clamp(e.cursor)
		e.marking = false
	})
	return len(found)
}

// expand fills in $1 and the like of a regular expression's replacement.
func (e *Editor) expand(text, with string) string {
	if !e.search.Regex {
		return with
	}
	return e.search.re.ReplaceAllString(text, with)
}

// matchesOn gives the matches of one line.
func (e *Editor) matchesOn(line int) []match {
	found := e.matches()
	i, _ := slices.BinarySearchFunc(found, line, func(m match, line int) int { return m.from.Line - line })
	j := i
	for j < len(found) && found[j].from.Line == line {
		j++
	}
	return found[i:j]
}
