package syntax

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// macro is a #define.
type macro struct {
	table    *identTable // that the identifiers of params and body are from
	name     diag.Span
	function bool
	variadic bool
	params   []*ident
	body     []Token
	span     diag.Span // of the body's text
}

// expand replaces the word t by what it stands for, if it names a macro
// that may be expanded here. The replacement is read next.
func (p *preprocessor) expand(t *Token) bool {
	id := p.table.at(t.word)
	if id.macro == poisoned {
		return false
	}
	if id.macro == nil {
		return id.dynamic != nil && id.dynamic(p, t)
	}
	if t.flags&painted != 0 {
		return false
	}
	if id.expanding {
		t.flags |= painted
		return false
	}
	m := p.adopt(id)
	use := t.Span()
	var args [][]Token
	if m.function {
		if !p.parenFollows() {
			return false
		}
		if p.depth >= maxMacroDepth {
			p.fail("macro-depth", use, "macro invocations nested too deeply")
			return true
		}
		held, lists := p.buffer(), len(p.args)
		defer func() { p.args = p.args[:lists] }()
		var ok bool
		if args, held, ok = p.arguments(m, t, held); !ok {
			p.recycle(held)
			t.Kind = Invalid // reported: the parser fails here in silence
			return false
		}
		defer p.recycle(held)
		use.End = args[len(args)-1][0].Pos // the closing parenthesis, kept there by arguments
		args = args[:len(args)-1]
		use.End++
	}
	if len(m.body) == 0 {
		return true
	}
	body, ok := p.src.AddExpansion(m.span.Start, int(m.span.End-m.span.Start), use)
	if !ok {
		p.fail("macro-size", use, "too much text from macro expansions")
		return true
	}
	s := substitution{p: p, m: m, args: args, base: body, use: use, out: slices.Grow(p.buffer(), len(m.body))}
	s.run(m.body)
	if !p.spend(len(s.out)+1, use) {
		return true
	}
	for _, b := range s.expanded {
		p.recycle(b)
	}
	if len(s.out) > 0 {
		s.out[0].flags = s.out[0].flags&^spacing | t.flags&spacing
	}
	p.push(s.out, id, false)
	return true
}

// adopt returns the identifier's macro with words of this table.
func (p *preprocessor) adopt(id *ident) *macro {
	m := id.macro
	if m.table == p.table {
		return m
	}
	c := p.nodes.macros.put(*m)
	c.table = p.table
	c.body = append(p.nodes.bodies.room(len(m.body)), m.body...)
	for i := range c.body {
		if w := c.body[i].word; w != 0 {
			c.body[i].word = p.table.own(m.table.at(w)).word
		}
	}
	id.macro = c
	return c
}

// arguments reads the arguments of the invocation t of m into held. The last
// list of the result holds the closing parenthesis.
func (p *preprocessor) arguments(m *macro, name *Token, held []Token) ([][]Token, []Token, bool) {
	var t Token
	p.read(&t) // (
	// Offsets rather than slices, because held moves as it grows.
	starts := make([]int, 1, len(m.params)+2)
	depth := 0
	for {
		p.read(&t)
		if !p.spend(1, name.Span()) {
			return nil, held, false
		}
		switch t.Kind {
		case EOF:
			p.bag.Add(diag.Diagnostic{Code: "unterminated-invocation", Message: "unterminated function-like macro invocation", Span: name.Span(),
				Notes: []diag.Note{{Message: "macro '" + p.table.text(*name) + "' defined here", Span: m.name}}})
			return nil, held, false
		case LParen, LBrace, LBrack:
			if t.Kind == LParen {
				depth++
			}
		case RParen:
			if depth == 0 {
				return p.checkArguments(m, name, held, starts, t)
			}
			depth--
		case Comma:
			if depth == 0 && !(m.variadic && len(starts) >= len(m.params)) {
				starts = append(starts, len(held))
				continue
			}
		}
		if id := p.table.ident(t); id != nil && id.expanding {
			t.flags |= painted
		}
		held = append(held, t)
	}
}

func (p *preprocessor) checkArguments(m *macro, name *Token, held []Token, starts []int, end Token) ([][]Token, []Token, bool) {
	given := len(starts)
	if given == 1 && len(held) == 0 && (len(m.params) == 0 || m.variadic && len(m.params) == 1) {
		given = 0
	}
	least := len(m.params)
	if m.variadic {
		least--
	}
	if given < least || given > len(m.params) {
		few := "many"
		at := end.Span()
		if given < least {
			few = "few"
		} else if s := starts[len(m.params)]; s < len(held) {
			at = held[s].Span()
		}
		p.bag.Add(diag.Diagnostic{Code: "macro-arguments", Span: at,
			Message: "too " + few + " arguments provided to function-like macro invocation",
			Notes:   []diag.Note{{Message: "macro '" + p.table.text(*name) + "' defined here", Span: m.name}}})
		return nil, held, false
	}
	closing := len(held)
	held = append(held, end)
	lists := len(p.args)
	p.args = slices.Grow(p.args, len(m.params)+1)[:lists+len(m.params)+1]
	args := p.args[lists:]
	clear(args)
	for i := range given {
		stop := closing
		if i+1 < given {
			stop = starts[i+1]
		}
		args[i] = held[starts[i]:stop:stop]
	}
	args[len(m.params)] = held[closing:]
	return args, held, true
}

// substitution is one expansion of a macro's body.
type substitution struct {
	p        *preprocessor
	m        *macro
	args     [][]Token
	expanded [][]Token // the arguments macro-expanded, as far as they were needed
	base     diag.Pos  // positions of the expanded body
	use      diag.Span
	out      []Token
}

func (s *substitution) pos(t *Token) diag.Pos { return s.base + (t.Pos - s.m.span.Start) }

// run substitutes a body or the contents of a __VA_OPT__.
func (s *substitution) run(body []Token) {
	var glue *Token // the ## before the next operand
	left := 0       // where the left operand of a ## begins in out
	for i := 0; i < len(body); i++ {
		t := &body[i]
		if t.Kind == HashHash && i > 0 && i+1 < len(body) {
			glue = t
			continue
		}
		start := len(s.out)
		glued := glue != nil || i+1 < len(body) && body[i+1].Kind == HashHash
		switch {
		case t.Kind == Hash && s.m.function && i+1 < len(body) && body[i+1].param > 0:
			s.stringize(t, &body[i+1])
			i++
		case t.word == s.p.vaOpt.word && s.m.variadic && i+1 < len(body) && body[i+1].Kind == LParen:
			end := closing(body, i+1)
			if len(s.expandedArg(len(s.args)-1)) > 0 {
				s.run(body[i+2 : end])
			}
			if len(s.out) > start {
				s.space(start, t.flags)
			}
			i = end
		case t.param == 0:
			c := *t
			c.Pos = s.pos(t)
			s.out = append(s.out, c)
		case glue != nil && s.m.variadic && int(t.param) == len(s.args) && start > left && s.out[start-1].Kind == Comma:
			// GNU: ", ## __VA_ARGS__" drops the comma if there are none, which "f(x,)" has: an empty one.
			glue = nil
			if s.args[t.param-1] == nil {
				s.out = s.out[:start-1]
			} else {
				s.argument(t, s.expandedArg(int(t.param-1)))
			}
		case glued:
			s.argument(t, s.args[t.param-1])
		default:
			s.argument(t, s.expandedArg(int(t.param-1)))
		}
		if op := glue; op != nil {
			glue = nil
			if start > left && len(s.out) > start {
				s.paste(start, op)
				continue // the result may be a left operand again
			}
			if start > left {
				continue // nothing was pasted on: the left operand stays
			}
		}
		left = start
	}
}

// closing returns the index of the parenthesis that closes the one at open.
func closing(body []Token, open int) int {
	depth := 0
	for i := open; i < len(body); i++ {
		switch body[i].Kind {
		case LParen:
			depth++
		case RParen:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(body) // #define has refused it
}

func (s *substitution) space(i int, flags tokenFlags) {
	s.out[i].flags = s.out[i].flags&^spacing | flags&spaceBefore
}

// argument appends an argument's tokens with positions that say that they
// stand for the parameter t.
func (s *substitution) argument(t *Token, toks []Token) {
	pos := s.pos(t)
	use := diag.Span{Start: pos, End: pos + diag.Pos(t.size)}
	start := len(s.out)
	if !s.p.spend(len(toks), s.use) {
		return
	}
	for i := 0; i < len(toks); {
		first := toks[i].Pos
		last := toks[i].End()
		limit := diag.Pos(0) // of the range that first is in; looked up if a token may share it
		n := i + 1
		for n < len(toks) && toks[n].Pos >= last && toks[n].Pos-last < maxGap {
			if limit == 0 {
				limit = s.p.src.RangeEnd(first)
			}
			if toks[n].End() > limit {
				break
			}
			last = toks[n].End()
			n++
		}
		base, ok := s.p.src.AddArgument(first, int(last-first), use)
		if !ok {
			s.p.fail("macro-size", s.use, "too much text from macro expansions")
			return
		}
		for ; i < n; i++ {
			c := toks[i]
			c.Pos = base + (c.Pos - first)
			s.out = append(s.out, c)
		}
	}
	if len(s.out) > start {
		s.space(start, t.flags)
	}
}

// maxGap is how much text may lie between two tokens that share one range of
// positions; it bounds how many positions comments take.
const maxGap = 256

// expandedArg macro-expands an argument by itself.
func (s *substitution) expandedArg(i int) []Token {
	arg := s.args[i]
	names := false
	for j := range arg {
		if id := s.p.table.ident(arg[j]); id != nil && id.isMacro() {
			names = true
			break
		}
	}
	if !names {
		return arg
	}
	if s.expanded == nil {
		s.expanded = make([][]Token, len(s.args))
	}
	if s.expanded[i] == nil {
		s.expanded[i] = s.p.expandList(arg)
	}
	return s.expanded[i]
}

// expandList macro-expands tokens as if nothing followed them.
func (p *preprocessor) expandList(toks []Token) []Token {
	p.depth++
	p.push(toks, nil, true)
	out := p.buffer()
	var t Token
	for {
		p.read(&t)
		if t.Kind == EOF {
			break
		}
		if p.table.ident(t) != nil && p.expand(&t) {
			continue
		}
		if !p.spend(1, t.Span()) {
			break
		}
		out = append(out, t)
		if p.inCondition && p.isDefined(t) { // its operand is not expanded
			if id := p.streams[len(p.streams)-1].id; id != nil && !id.macro.function {
				p.warnf("expansion-to-defined", t.Span(), "macro expansion producing 'defined' has undefined behavior")
			}
			for p.read(&t); t.Kind != EOF; p.read(&t) {
				out = append(out, t)
				if t.Kind != LParen {
					break
				}
			}
		}
	}
	for !p.streams[len(p.streams)-1].barrier {
		p.pop()
	}
	p.pop()
	p.depth--
	return out
}

// stringize makes the string literal for # param.
func (s *substitution) stringize(hash, param *Token) {
	var b strings.Builder
	b.Grow(room(s.args[param.param-1]) + 2)
	b.WriteByte('"')
	for i, t := range s.args[param.param-1] {
		if i > 0 && t.flags&(spaceBefore|lineStart) != 0 {
			b.WriteByte(' ')
		}
		text := s.p.table.text(t)
		if t.Kind != String && t.Kind != Char {
			b.WriteString(text)
			continue
		}
		for j := range len(text) {
			if c := text[j]; c == '"' || c == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(text[j])
		}
	}
	b.WriteByte('"')
	pos := s.p.made(b.String(), diag.Span{Start: s.pos(hash), End: s.pos(param) + diag.Pos(param.size)})
	s.out = append(s.out, s.p.literal(String, b.String(), pos, hash.flags&spaceBefore))
}

// made returns the position of a text that is written nowhere and stands at use.
func (p *preprocessor) made(text string, use diag.Span) diag.Pos {
	pos := use.Start
	sp, ok := p.src.AddScratch(text)
	if ok {
		pos, ok = p.src.AddExpansion(sp.Start, len(text), use)
	}
	p.work += len(text) / 16
	if !ok || p.work > maxWork {
		p.fail("macro-size", use, "too much text from macro expansions")
	}
	return pos
}

func (p *preprocessor) literal(kind Kind, text string, pos diag.Pos, flags tokenFlags) Token {
	return Token{Kind: kind, Pos: pos, flags: flags, size: uint32(len(text)), word: p.table.get(text).word}
}

// pragmaToken makes the tokens of a buffer, which it takes back, a pragma, whose
// name is no macro.
func (p *preprocessor) pragmaToken(toks []Token, pos diag.Pos) Token {
	if len(toks) > 0 {
		toks[0].flags |= painted
	}
	list := p.expandList(toks)
	t := Token{Kind: PragmaTok, Pos: pos, word: p.table.get(p.table.joined(list)).word}
	p.recycle(list)
	p.recycle(toks)
	return t
}

// paste joins the tokens on both sides of index i of out, as the operator op says.
func (s *substitution) paste(i int, op *Token) {
	l, r := &s.out[i-1], &s.out[i]
	text := s.p.table.text(*l) + s.p.table.text(*r)
	sc := scanner{src: text + "\x00", table: s.p.table}
	var t Token
	sc.next(&t)
	if sc.off != len(text) || t.Kind == EOF || t.Kind == Invalid || t.flags&spaceBefore != 0 {
		at := s.pos(op)
		s.p.errorf("invalid-paste", diag.Span{Start: at, End: at}, "pasting formed '%s', an invalid preprocessing token", text)
		return
	}
	t.Pos, t.flags = s.p.made(text, l.Span()), l.flags&spaceBefore
	s.out[i-1] = t
	s.out = append(s.out[:i], s.out[i+1:]...)
}
