package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// stack hands out parts of pieces of memory that are given back all at once,
// those handed out last first. What is given back is cleared and used again.
type stack[T any] struct {
	pieces [][]T
	piece  []T // the one in use
	top    height
}

// height is how much of a stack is in use: the pieces before one, and the first
// part of that.
type height struct{ piece, used int }

const stackPiece = 64

// make gives n zero values.
func (s *stack[T]) make(n int) []T {
	end := s.top.used + n
	if end > len(s.piece) {
		s.next(n)
		end = n
	}
	out := s.piece[s.top.used:end:end]
	s.top.used = end
	return out
}

// next goes on with a piece that has room for n values.
func (s *stack[T]) next(n int) {
	if s.piece != nil {
		s.top.piece++
	}
	for s.top.piece < len(s.pieces) && len(s.pieces[s.top.piece]) < n {
		s.top.piece++
	}
	if s.top.piece == len(s.pieces) {
		s.pieces = append(s.pieces, make([]T, max(stackPiece, n)))
	}
	s.piece, s.top.used = s.pieces[s.top.piece], 0
}

// copy keeps a list.
func (s *stack[T]) copy(list []T) []T {
	out := s.make(len(list))
	copy(out, list)
	return out
}

// new gives a zero value.
func (s *stack[T]) new() *T { return &s.make(1)[0] }

// append adds to a list, which lies in this memory if it has to move.
func (s *stack[T]) append(list []T, v T) []T {
	if n := len(list); n == cap(list) {
		list = append(s.make(max(2*n, 1))[:0], list...)
	}
	return append(list, v)
}

// shrink gives back what was handed out above a height.
func (s *stack[T]) shrink(to height) {
	if s.top == to {
		return
	}
	for s.top.piece > to.piece {
		clear(s.piece[:s.top.used])
		s.top.piece--
		s.piece = s.pieces[s.top.piece]
		s.top.used = len(s.piece)
	}
	clear(s.piece[to.used:s.top.used])
	s.top.used = to.used
}

// scopeRoom is the memory of scopes and what is declared in them.
type scopeRoom struct {
	scopes    stack[Scope]
	names     stack[named]
	bindings  stack[binding]
	variables stack[Variable]
	typeNames stack[typeName]
}

// lasting is the memory of what lasts as long as a compilation.
type lasting struct {
	scopeRoom
	functions stack[Function]
	templates stack[Template]
	records   stack[Record]
	globals   stack[globalVar]
	params    stack[param]
	args      stack[Arg]
	kept      stack[candidate]
	sequences stack[sequence]
	overloads stack[stdOverload]
	types     stack[QualType]  // of parameters
	named     stack[*Function] // of bindings
	families  stack[famRef]    // of bindings
	words     stack[uint64]
	passing   output             // of functions that nothing has called yet, and of scratch code
	tables    []*table[*binding] // of scopes with many names
	taken     int                // of the tables

	resolved map[callKey]*candidate
	stdCache map[stdKey]*stdOverload
}

// table gives an empty table for the names of a scope.
func (l *lasting) table() *table[*binding] {
	if l.taken == len(l.tables) {
		l.tables = append(l.tables, new(table[*binding]))
	}
	l.taken++
	return l.tables[l.taken-1]
}

func (l *lasting) release() {
	l.scopes.shrink(height{})
	l.names.shrink(height{})
	l.bindings.shrink(height{})
	l.variables.shrink(height{})
	l.typeNames.shrink(height{})
	l.functions.shrink(height{})
	l.templates.shrink(height{})
	l.records.shrink(height{})
	l.globals.shrink(height{})
	l.params.shrink(height{})
	l.args.shrink(height{})
	l.kept.shrink(height{})
	l.sequences.shrink(height{})
	l.types.shrink(height{})
	l.named.shrink(height{})
	l.families.shrink(height{})
	l.overloads.shrink(height{})
	l.words.shrink(height{})
	l.passing.reset()
	for _, t := range l.tables[:l.taken] {
		t.clear()
	}
	l.taken = 0
	clear(l.resolved)
	clear(l.stdCache)
}

// workspace is the memory of what is made while a body, a signature or a
// declaration is checked, and that nothing refers to afterwards: block scopes
// with their variables, and the arguments and candidates of calls.
type workspace struct {
	scopeRoom
	frames     stack[frame]
	deductions stack[deduction]
	candidates stack[candidate]
	sequences  stack[sequence]
	lists      stack[*candidate]
	sets       stack[overloads]
	calls      stack[Call]
	traps      stack[trap]
	regs       stack[ir.Reg] // of values
	values     stack[Value]
	spans      stack[diag.Span]
	args       stack[Arg]

	kept bool // something that lasts refers to a scope
}

// workMark is a state of a workspace to go back to.
type workMark struct {
	scopes, names, bindings, variables, typeNames, frames, deductions           height
	candidates, sequences, lists, sets, calls, traps, regs, values, spans, args height
}

func (w *workspace) mark() workMark {
	return workMark{
		w.scopes.top, w.names.top, w.bindings.top, w.variables.top, w.typeNames.top, w.frames.top, w.deductions.top,
		w.candidates.top, w.sequences.top, w.lists.top, w.sets.top, w.calls.top, w.traps.top, w.regs.top, w.values.top, w.spans.top, w.args.top,
	}
}

// release gives back what was made since the mark. What was kept stays where it
// is: the workspace goes on with memory of its own.
func (w *workspace) release(m workMark) {
	if w.kept {
		if m == (workMark{}) {
			*w = workspace{}
		}
		return
	}
	w.scopes.shrink(m.scopes)
	w.names.shrink(m.names)
	w.bindings.shrink(m.bindings)
	w.variables.shrink(m.variables)
	w.typeNames.shrink(m.typeNames)
	w.frames.shrink(m.frames)
	w.deductions.shrink(m.deductions)
	w.candidates.shrink(m.candidates)
	w.sequences.shrink(m.sequences)
	w.lists.shrink(m.lists)
	w.sets.shrink(m.sets)
	w.calls.shrink(m.calls)
	w.traps.shrink(m.traps)
	w.regs.shrink(m.regs)
	w.values.shrink(m.values)
	w.spans.shrink(m.spans)
	w.args.shrink(m.args)
}
