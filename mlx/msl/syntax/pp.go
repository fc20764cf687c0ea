package syntax

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// Limits that keep hostile input from exhausting memory or time. The counts
// are far above what kernels need; each is reported when it is reached.
const (
	minTokens       = 1 << 19 // tokens that a unit may have after preprocessing; a long one some for each byte,
	tokensPerByte   = 8       // as macros of instances take,
	maxTokens       = 1 << 21 // up to these
	maxWork         = 1 << 20 // tokens that macro expansions may read and write
	maxIncludeDepth = 200
	maxIncludeBytes = 64 << 20 // text of all files together
	maxMacroDepth   = 200      // macro arguments within macro arguments
	maxNesting      = 256      // brackets, statements and declarators in the parser
	maxChain        = 4096     // conditional operators behind each other's ':'
)

// preprocessor turns files into the tokens of a unit.
type preprocessor struct {
	src   *diag.Sources
	bag   *diag.Bag
	opt   *Options
	table *identTable
	nodes *nodes
	buffers

	files []*inclusion
	file  *inclusion // the last of files

	once    map[string]bool     // paths that were read: whether #pragma once or #import forbids that again
	saved   map[string][]*macro // what #pragma push_macro has kept, by name
	counter int
	bytes   int
	most    int // tokens of the unit, see minTokens
	work    int // tokens that macro expansions have read and written
	depth   int
	stopped bool
	// inCondition says that the expression of an #if is being expanded.
	inCondition bool
	start       diag.Pos  // of the unit's own file
	library     bool      // a header of Metal's library was included
	leftOut     diag.Span // the first word kernel of that file that is not read
	behind      diag.Span // the directive that it is not read for
	vaArgs      *ident
	vaOpt       *ident
	defined     *ident
}

// buffers are what a preprocessor works in and leaves to the next one.
type buffers struct {
	out     []Token
	line    []Token   // of the directive being read
	streams []stream  // macro expansions being read, innermost last
	args    [][]Token // of the macros being expanded
	free    [][]Token
}

// release ends the use of the buffers: what stopped a unit may have left some.
func (b *buffers) release() {
	clear(b.streams)
	b.out, b.streams, b.args = b.out[:0], b.streams[:0], b.args[:0]
}

// inclusion is a file being read.
type inclusion struct {
	scanner
	name  string
	path  string // as the include callback gave it
	conds []conditional
}

// stream is a list of tokens to read before the file: the expansion of the
// macro id, or an argument, at whose end reading stops.
type stream struct {
	toks    []Token
	next    int
	id      *ident
	barrier bool
}

func newPreprocessor(src *diag.Sources, bag *diag.Bag, opt *Options, table *identTable, nodes *nodes) *preprocessor {
	return &preprocessor{
		src: src, bag: bag, opt: opt, table: table, nodes: nodes, once: make(map[string]bool),
		vaArgs: table.get("__VA_ARGS__"), vaOpt: table.get("__VA_OPT__"), defined: table.get("defined"),
	}
}

// enter begins to read a file. It reports a limit that is reached at from.
func (p *preprocessor) enter(name, text string, from diag.Pos) {
	p.bytes += len(text)
	p.most = min(max(minTokens, tokensPerByte*p.bytes), maxTokens)
	if len(p.files) >= maxIncludeDepth {
		p.fail("include-depth", diag.Span{Start: from, End: from}, "#include nested too deeply")
		return
	}
	if len(text) > 3 && text[:3] == "\xef\xbb\xbf" {
		text = text[3:]
	}
	text = diag.LineEnds(text)
	sp, ok := p.src.AddFile(name, text, from)
	if !ok || p.bytes > maxIncludeBytes {
		p.fail("source-size", diag.Span{Start: from, End: from}, "the included files are too large together; the limit is %d MiB", maxIncludeBytes>>20)
		return
	}
	f := &inclusion{name: name, path: name}
	f.scanner = scanner{src: text + "\x00", base: sp.Start, table: p.table, report: p.scanError(sp.Start)}
	p.files = append(p.files, f)
	p.file = f
}

func (p *preprocessor) scanError(base diag.Pos) func(code, message string, start, end int) {
	return func(code, message string, start, end int) {
		d := diag.Diagnostic{Code: code, Message: message, Span: diag.Span{Start: base + diag.Pos(start), End: base + diag.Pos(end)}}
		switch code {
		case "null-character", "backslash-newline-escape", "comment":
			d.Severity = diag.Warning
		}
		p.bag.Add(d)
	}
}

func (p *preprocessor) errorf(code string, at diag.Span, format string, args ...any) {
	p.bag.Add(diag.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Span: at})
}

func (p *preprocessor) warnf(code string, at diag.Span, format string, args ...any) {
	p.bag.Add(diag.Diagnostic{Severity: diag.Warning, Code: code, Message: fmt.Sprintf(format, args...), Span: at})
}

// fail reports an error after which nothing more is read.
func (p *preprocessor) fail(code string, at diag.Span, format string, args ...any) {
	if !p.stopped {
		p.errorf(code, at, format, args...)
	}
	p.stopped = true
}

// run reads to the end of all files and appends to out.
func (p *preprocessor) run() {
	var t Token
	for !p.stopped && !p.bag.Full() {
		if len(p.streams) > 0 {
			p.copyExpansion()
		} else if p.file != nil {
			p.copy()
		}
		if p.read(&t); t.Kind == EOF {
			if !p.leave() {
				return
			}
			continue
		}
		if id := p.table.ident(t); id != nil && id.isMacro() && p.expand(&t) {
			continue
		}
		if len(p.out) >= p.most {
			p.fail("unit-size", t.Span(), "more than %d tokens after preprocessing", p.most)
			return
		}
		p.out = append(p.out, t)
	}
}

// copy reads tokens of the file up to one that is not simply taken over: a
// directive, the name of a macro, or the end.
func (p *preprocessor) copy() {
	f, n, out := p.file, len(p.out), p.out[:cap(p.out)]
	for ; n < p.most; n++ {
		if n == len(out) {
			out = slices.Grow(out, 1)
			out = out[:cap(out)]
		}
		t, before := &out[n], f.off
		if macro := f.next(t); macro || t.Kind == EOF || t.Kind == Hash && t.flags&lineStart != 0 {
			if t.Kind != EOF {
				f.off = before
			}
			break
		}
	}
	p.out = out[:n]
}

// copyExpansion reads tokens of the innermost expansion up to the name of a macro.
func (p *preprocessor) copyExpansion() {
	s, out := &p.streams[len(p.streams)-1], p.out
	for s.next < len(s.toks) && len(out) < p.most {
		t := &s.toks[s.next]
		if t.word != 0 && t.Kind >= Ident && p.table.at(t.word).isMacro() {
			break
		}
		out = append(out, *t)
		s.next++
	}
	p.out = out
}

// leave ends the file being read; false says that it was the last.
func (p *preprocessor) leave() bool {
	if p.file == nil {
		return false
	}
	if !p.stopped { // else the rest was not read
		for _, c := range p.file.conds {
			p.errorf("unterminated-conditional", c.at, "unterminated conditional directive")
		}
	}
	p.files = p.files[:len(p.files)-1]
	p.file = nil
	if n := len(p.files); n > 0 {
		p.file = p.files[n-1]
	}
	return p.file != nil
}

// read gives the next token without expanding it; EOF at the end of a file or
// of a macro argument.
func (p *preprocessor) read(t *Token) {
	for n := len(p.streams); n > 0; n-- {
		s := &p.streams[n-1]
		if s.next < len(s.toks) {
			*t = s.toks[s.next]
			s.next++
			return
		}
		if s.barrier {
			*t = Token{Kind: EOF}
			return
		}
		p.pop()
	}
	for !p.stopped && p.file != nil {
		if p.file.next(t) {
			p.checkPoison(*t)
		}
		if t.Kind != Hash || t.flags&lineStart == 0 {
			return
		}
		if p.directive(t) {
			return
		}
	}
	*t = Token{Kind: EOF}
}

func (p *preprocessor) push(toks []Token, id *ident, barrier bool) {
	p.streams = append(p.streams, stream{toks: toks, id: id, barrier: barrier})
	if id != nil {
		id.expanding = true
	}
}

func (p *preprocessor) pop() {
	n := len(p.streams) - 1
	s := &p.streams[n]
	if s.id != nil {
		s.id.expanding = false
	}
	if !s.barrier {
		p.recycle(s.toks)
	}
	*s = stream{}
	p.streams = p.streams[:n]
}

// parenFollows reports whether the next token is a left parenthesis, without
// reading it.
func (p *preprocessor) parenFollows() bool {
	for i := len(p.streams) - 1; i >= 0; i-- {
		s := &p.streams[i]
		if s.next < len(s.toks) {
			return s.toks[s.next].Kind == LParen
		}
		if s.barrier {
			return false
		}
	}
	if p.file == nil {
		return false
	}
	peek := p.file.scanner
	peek.report = nil
	peek.space()
	return peek.src[peek.off] == '('
}

// spend counts work of macro expansion; false says that it was too much.
func (p *preprocessor) spend(n int, at diag.Span) bool {
	if p.work += n; p.work > maxWork {
		p.fail("macro-size", at, "macro expansions go through more than %d tokens", maxWork)
		return false
	}
	return true
}

func (p *preprocessor) buffer() []Token {
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return make([]Token, 0, 64)
}

func (p *preprocessor) recycle(b []Token) {
	if cap(b) > 0 && len(p.free) < 64 {
		p.free = append(p.free, b[:0])
	}
}
