package diag

import (
	"fmt"
	"strings"
	"unicode"
)

const maxBacktrace = 6 // "expanded from" notes or including files of one diagnostic

// Expansions are notes that show each macro whose body a position came
// through, outermost first; ranges are what a message underlines.
func (s *Sources) Expansions(p Pos, ranges []Span) []Note {
	var stack []Pos
	for e := s.find(p); e != nil && !e.isFile(); e = s.find(p) {
		at := p
		if e.kind == macroArg {
			at = e.use.Start
		}
		if !s.inScratch(at) {
			stack = append(stack, at)
		}
		if e.kind == macroArg && s.allIn(e, ranges) {
			stack = stack[:0] // wholly the text of the argument: the reader sees it
		}
		p = e.caller(p)
		if !s.InMacro(p) {
			// The argument stands in a file, but the macro that took it may
			// itself stand in the body of another.
			if b := s.find(at); b != nil && !b.isFile() {
				p = b.caller(at)
			}
		}
	}
	var notes []Note
	skip := len(stack) - maxBacktrace
	for i := len(stack) - 1; i >= 0; i-- {
		shown := len(stack) - 1 - i
		if skip > 0 && shown == maxBacktrace/2 {
			notes = append(notes, Note{Message: fmt.Sprintf("(skipping %d expansions in backtrace)", skip)})
			i -= skip
		}
		notes = append(notes, s.expandedFrom(stack[i], ranges))
	}
	return notes
}

// expandedFrom is the note for the place at in a macro's body.
func (s *Sources) expandedFrom(at Pos, ranges []Span) Note {
	e := s.find(at)
	n := Note{Message: s.macroName(e), Caret: s.Spelling(at)}
	for _, sp := range ranges {
		if sp, ok := s.within(e, sp); ok {
			n.Ranges = append(n.Ranges, Span{s.Spelling(sp.Start), s.Spelling(sp.End)})
		}
	}
	return n
}

func (s *Sources) macroName(e *entry) string {
	for e.kind == macroArg {
		n := s.find(e.use.Start)
		if n == nil || n.isFile() {
			break
		}
		e = n
	}
	use := s.Spelling(e.use.Start)
	line, start := s.Line(use)
	name := line[min(int(use-start), len(line)):]
	n := strings.IndexFunc(name, func(c rune) bool {
		return c != '_' && c != '$' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	if n >= 0 {
		name = name[:n]
	}
	return "expanded from macro '" + name + "'"
}

func (s *Sources) inScratch(p Pos) bool {
	f, _ := s.fileAt(s.Spelling(p))
	return f == nil || f.scratch
}

// allIn reports whether every range came from the argument that e is part of.
func (s *Sources) allIn(e *entry, ranges []Span) bool {
	for _, sp := range ranges {
		if sp == (Span{}) {
			continue
		}
		if _, ok := s.within(e, sp); ok {
			continue
		}
		for _, p := range []Pos{sp.Start, sp.End} {
			if x := s.find(p); x == nil || x.kind != macroArg || x.use.Start != e.use.Start {
				return false
			}
		}
	}
	return true
}

// within maps a span outwards until both ends lie in e.
func (s *Sources) within(e *entry, sp Span) (Span, bool) {
	start, ok1 := s.climb(e, sp.Start, false)
	end, ok2 := s.climb(e, sp.End, true)
	return Span{start, end}, ok1 && ok2 && start <= end
}

func (s *Sources) climb(target *entry, p Pos, end bool) (Pos, bool) {
	for {
		e := s.find(p)
		if e == target {
			return p, true
		}
		if e == nil || e.isFile() {
			return 0, false
		}
		use := e.use.Start
		if end {
			use = e.use.End
		}
		if e.kind == macroArg && s.find(use) != target {
			use = e.spelling + (p - e.start)
		}
		p = use
	}
}
