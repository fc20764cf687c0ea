package syntax

import (
	"slices"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// Session parses units that see each other's macros and names, in the order
// of parsing. A prelude is parsed once, and each compilation works in a Fork.
type Session struct {
	opt    Options
	src    *diag.Sources
	bag    diag.Bag
	table  *identTable
	global *scope
	nodes  *nodes
	level  int
	begun  bool
}

// NewSession returns a session that knows only the language.
func NewSession(opt Options) *Session {
	nodes, src := new(nodes), diag.NewSources()
	return &Session{opt: opt, src: src, bag: diag.Bag{Limit: opt.ErrorLimit, Sources: src}, table: newIdentTable(words()), global: nodes.newScope("", nil), nodes: nodes}
}

// Fork returns a session that knows what s knows and has options of its own;
// -D options of s stay in force. Parsing into it leaves s as it is; any number
// of forks may be used at the same time, but s must not parse any more.
func (s *Session) Fork(opt Options) *Session {
	table, nodes, src := tableRoom.Get().(*identTable), nodeRoom.Get().(*nodes), s.src.Extend()
	table.base = s.table
	return &Session{opt: opt, src: src, bag: diag.Bag{Limit: opt.ErrorLimit, Sources: src}, table: table,
		global: nodes.newScope("", s.global), nodes: nodes, level: s.level + 1, begun: s.begun}
}

// Sources holds the texts that positions refer to.
func (s *Session) Sources() *diag.Sources { return s.src }

// Diagnostics is what was found wrong with the units so far.
func (s *Session) Diagnostics() []diag.Diagnostic { return s.bag.List() }

// Parse preprocesses and parses a unit. There is always a tree; after errors
// it lacks what could not be read.
func (s *Session) Parse(name, text string) *Unit {
	work := scratches.Get().(*scratch)
	pp := newPreprocessor(s.src, &s.bag, &s.opt, s.table, s.nodes)
	pp.buffers = work.buffers
	if !s.begun {
		pp.preset("<built-in>", predefined+versioned(s.opt.version()))
		s.begun = true
	}
	pp.preset("<command line>", commandLine(s.opt.Defines))
	pp.out = pp.out[:0]
	pp.unit(name, text)
	u := &Unit{Start: pp.start, Library: pp.library, LeftOut: pp.leftOut, Behind: pp.behind}
	if !pp.stopped && !s.bag.Full() {
		p := newParser(pp.out, work.noAnswers(len(pp.out)), s.src, &s.bag, s.table, s.global, s.nodes)
		p.names.level, p.version = s.level, s.opt.version()
		u.Decls = p.unit()
		u.Lost = p.lost
	}
	pp.buffers.release()
	work.buffers = pp.buffers
	scratches.Put(work)
	return u
}

// Close leaves the memory of the session's trees to other sessions: nothing may
// refer to the trees any more. A session need not be closed.
func (s *Session) Close() {
	s.nodes.reset()
	nodeRoom.Put(s.nodes)
	s.table.reset()
	tableRoom.Put(s.table)
	s.nodes, s.table, s.global = nil, nil, nil
}

// scratch is for what no tree refers to: the tokens of a unit, and what the
// parser remembers at each. It is used again.
type scratch struct {
	buffers
	answers []uint16
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// noAnswers makes room for what is remembered of n tokens.
func (s *scratch) noAnswers(n int) []uint16 {
	s.answers = slices.Grow(s.answers[:0], n)[:n]
	clear(s.answers)
	return s.answers
}

// Parse preprocesses and parses one unit by itself.
func Parse(file, text string, opt Options) (*Unit, *diag.Sources, []diag.Diagnostic) {
	s := NewSession(opt)
	u := s.Parse(file, text)
	return u, s.Sources(), s.Diagnostics()
}
