package syntax

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// parser is a recursive-descent parser over the tokens of a unit.
//
// After an error the current kind reads as EOF, so that every loop ends, until
// a declaration or statement list finds a place to go on (see recover). While
// looking ahead (see ask) errors only fail the attempt.
type parser struct {
	toks []Token
	i    int
	tok  Token    // toks[i]
	kind Kind     // of tok; EOF after an error
	end  diag.Pos // of the token before

	bag    *diag.Bag
	src    *diag.Sources
	table  *identTable
	global *scope
	names  names

	version int // __METAL_VERSION__

	nodes   *nodes
	packs   int // names of parameter packs read so far
	failed  bool
	errors  int      // also those that an earlier stage has reported
	asking  int      // depth of lookahead
	answers []uint16 // of ask, two bits a question, for each token
	ahead   int      // tokens that were looked ahead over
	splits  []split
	depth   int
	context

	record    *recordContext    // the class being parsed
	templates [][]TemplateParam // of the templates directly around the declaration being parsed
	general   int               // the number of the outermost template being parsed, 0 outside of all
	generals  int               // outermost templates so far
	unknown   []string          // names that are not known in it
	block     bool              // in a function's body
	invented  *[]TemplateParam  // for autos: set in the parameters of a lambda
	packing   packing
	stopped   bool
	unclosed  int   // braces that were missing
	limit     int   // the token in front of which the function around ends at the latest; 0 if that is not known
	ended     int   // the token in front of which a function ends whose '}' is missing; 0 if none does
	outer     Token // the '{' of the function around
	balance   braceBalance
	switches  int             // around the statement at hand
	operands  int             // around the expression at hand, in its lambda, that are not evaluated
	lost      map[string]bool // names in what was skipped after errors
	cut       bool            // a parameter of the template at hand could not be read

	declared   *ident // what was declared last outside of blocks, and as what
	declaredAs symbol
}

// split remembers a >> that was cut in two.
type split struct {
	i   int
	tok Token
}

func newParser(toks []Token, answers []uint16, src *diag.Sources, bag *diag.Bag, table *identTable, global *scope, nodes *nodes) *parser {
	p := &parser{toks: toks, answers: answers, src: src, bag: bag, table: table, global: global, nodes: nodes}
	p.names.current = global
	p.goTo(0)
	return p
}

// next goes to the next token.
func (p *parser) next() {
	if p.failed || p.i+1 >= len(p.toks) {
		return
	}
	p.end = p.tok.End()
	p.goTo(p.i + 1)
}

// goTo makes toks[i] the current token.
func (p *parser) goTo(i int) {
	p.i = i
	p.tok = p.toks[i]
	p.kind = p.tok.Kind
}

// id is the identifier or keyword that is the current token, nil if it is none.
func (p *parser) id() *ident { return p.table.ident(p.tok) }

// text is what the current token reads.
func (p *parser) text() string { return p.table.text(p.tok) }

// peek is the kind of the n-th token after the current one.
func (p *parser) peek(n int) Kind {
	if p.failed || p.i+n >= len(p.toks) {
		return EOF
	}
	return p.toks[p.i+n].Kind
}

// before is the index of the token at a place in front of the current one.
func (p *parser) before(at diag.Pos) int {
	i := p.i
	for i > 0 && p.toks[i].Pos != at {
		i--
	}
	return i
}

// accept goes on if the current token is k.
func (p *parser) accept(k Kind) bool {
	if p.kind != k {
		return false
	}
	p.next()
	return true
}

// from is the range from start to the last token read.
func (p *parser) from(start diag.Pos) Range { return Range{start, p.end} }

// ---- errors ----

// fail reports an error and makes the parser skip to where it can go on.
func (p *parser) fail(code string, at diag.Span, format string, args ...any) {
	p.failWith(diag.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Span: at})
}

func (p *parser) failWith(d diag.Diagnostic) {
	if !p.failed && p.asking == 0 && !p.stopped {
		p.errors++
		if !p.badToken() {
			p.report(d)
		}
	}
	p.failed = true
	p.kind = EOF
}

// badToken reports a character that belongs to no token instead of what the
// parser missed because of it.
func (p *parser) badToken() bool {
	if p.tok.Kind != Invalid {
		return false
	}
	c, size := utf8.DecodeRuneInString(p.text())
	d := diag.Diagnostic{Code: "invalid-character", Message: "unexpected character '" + p.text() + "'", Span: p.tok.Span()}
	switch ascii := typeset[c]; {
	case c == '"', c == '\'', c < utf8.RuneSelf && class[c] >= cLetter:
		return true // the scanner has reported it
	case c == '@' && p.peek(1) == Ident && wgslAttributes[p.table.text(p.toks[p.i+1])] != "":
		d.Message += "; " + wgslAttributes[p.table.text(p.toks[p.i+1])]
	case c == utf8.RuneError && size == 1:
		d.Message = "source file is not valid UTF-8"
	case ascii != "":
		d.Message += "; did you mean '" + ascii + "'?"
		if ascii != "\"" && ascii != "'" { // of a pair
			d.Fixes = []diag.Fix{{Span: d.Span, Text: ascii}}
		}
	case !unicode.IsPrint(c):
		d.Message = fmt.Sprintf("unexpected character <U+%04X>", c)
	}
	p.report(d)
	return true
}

// typeset are characters that word processors and web pages put for those of
// the language.
var typeset = map[rune]string{'−': "-", '–': "-", '—': "-", '‐': "-", '“': "\"", '”': "\"", '„': "\"", '‘': "'", '’': "'", '×': "*", '⋅': "*", '∗': "*", '÷': "/",
	'≤': "<=", '≥': ">=", '≠': "!=", '；': ";", '，': ",", '（': "(", '）': ")"}

// complain reports an error that parsing goes on after.
func (p *parser) complain(code string, at diag.Span, format string, args ...any) {
	p.report(diag.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Span: at})
}

func (p *parser) report(d diag.Diagnostic) {
	if p.asking > 0 || p.failed {
		return
	}
	if d.Severity == diag.Error {
		p.errors++
	}
	p.bag.Add(d)
	if p.bag.Full() {
		p.stopped = true
	}
}

// here is the span of the current token; at the end of the file, the empty
// span after the last token.
func (p *parser) here() diag.Span {
	if p.tok.Kind == EOF && p.end != 0 {
		return at(p.end)
	}
	return p.tok.Span()
}

// expected fails with "expected what" at the current token.
func (p *parser) expected(what string) {
	p.fail("expected-token", p.here(), "expected %s", what)
}

// expect reads the token k or fails with clang's words for it.
func (p *parser) expect(k Kind, context string) bool {
	if p.accept(k) {
		return true
	}
	p.expected("'" + k.String() + "'" + context)
	return false
}

// semicolon reads a semicolon. If there is none, it says so after the token
// before, with a fix, and goes on as if there were one where a new line or a
// closing brace makes that likely.
func (p *parser) semicolon(context string) {
	if p.accept(Semi) || p.failed {
		return
	}
	if (p.kind == RParen || p.kind == RBrack) && p.peek(1) == Semi && p.asking == 0 {
		p.report(diag.Diagnostic{Code: "extraneous-token", Message: "extraneous '" + p.kind.String() + "' before ';'", Span: p.here(), Fixes: []diag.Fix{{Span: p.here()}}})
		p.next()
		p.next()
		return
	}
	if next := p.toks[min(p.i+1, len(p.toks)-1)]; p.kind == Colon && next.Kind == Assign && p.tok.End() == next.Pos {
		p.notOperator(diag.Span{Start: p.tok.Pos, End: next.End()}, "=")
		return
	}
	d := diag.Diagnostic{Code: "expected-semicolon", Message: "expected ';' " + context, Span: at(p.end),
		Fixes: []diag.Fix{{Span: at(p.end), Text: ";"}}}
	if p.endsList() {
		d.Fixes = nil
	} else if p.asking == 0 && (p.tok.flags&lineStart != 0 || p.kind == RBrace || p.startsDeclaration()) && p.kind != Invalid {
		p.report(d)
		return
	}
	p.failWith(d)
}

// closing reads the bracket k that closes the one at open, or fails with a
// note that points there.
func (p *parser) closing(k Kind, open Token) {
	if !p.accept(k) {
		p.missing("'"+k.String()+"'", open)
	}
}

// missing fails because what closes open is missing.
func (p *parser) missing(what string, open Token) {
	if open.Kind == LBrace {
		p.unclosed++
	}
	p.failWith(p.unmatched(what, open))
}

// unmatched is the message that what closes open is missing here.
func (p *parser) unmatched(what string, open Token) diag.Diagnostic {
	return diag.Diagnostic{Code: "expected-token", Message: "expected " + what, Span: p.here(),
		Notes: []diag.Note{{Message: "to match this '" + open.Kind.String() + "'", Span: open.Span()}}}
}

// deeper counts nesting; false says that the limit is reached, with an error.
func (p *parser) deeper() bool {
	p.depth++
	return p.depth <= maxNesting || p.tooDeep()
}

func (p *parser) tooDeep() bool {
	p.fail("nesting", p.here(), "nested too deeply; the limit is %d levels", maxNesting)
	p.stopped = p.stopped || p.asking == 0
	return false
}

// recover ends the state after an error: it skips to behind the next
// semicolon, or to the closing brace of the list being parsed, or to a line
// that begins with a word that begins a declaration or statement. from is the
// token that the erroneous item began with; brackets that it left open are
// skipped too.
func (p *parser) recover(from int) {
	failed := p.i
	p.failed = false
	braces, parens := 0, 0
	for i := from; ; i++ {
		p.i = max(p.i, i)
		p.tok, p.kind = p.toks[i], p.toks[i].Kind
		t := p.tok
		if i >= failed {
			if t.Kind == EOF {
				return
			}
			if braces == 0 && t.Kind == RBrace && (t.flags&lineStart == 0 && (i > failed || p.toks[i+1].flags&lineStart == 0) || p.endsList()) && p.surplusBrace() {
				continue // the '{' of a list is missing, or it stands in the middle of an expression
			}
			if braces == 0 && (t.Kind == RBrace || i > from && t.flags&lineStart != 0 && startsItem(t.Kind)) {
				return
			}
		}
		switch t.Kind {
		case LBrace:
			braces, parens = braces+1, 0
		case RBrace:
			braces, parens = max(braces-1, 0), 0
		case LParen, LBrack:
			parens++
		case RParen, RBrack:
			parens = max(parens-1, 0)
		}
		if i < failed || braces > 0 {
			continue
		}
		next := &p.toks[i+1]
		switch {
		case t.Kind == Semi && (parens == 0 || next.flags&lineStart != 0),
			t.Kind == RBrace && next.Kind != Semi && next.Kind != RParen && next.Kind != Comma && next.Kind != RBrace && next.Kind != kwElse:
			p.next()
			return
		}
	}
}

// startsItem reports whether a word at the start of a line almost certainly
// begins a declaration or a statement.
func startsItem(k Kind) bool {
	switch k {
	case kwKernel, kwTemplate, kwNamespace, kwStruct, kwClass, kwUnion, kwEnum, kwTypedef, kwUsing, kwStaticAssert,
		kwIf, kwFor, kwWhile, kwDo, kwSwitch, kwReturn, kwBreak, kwContinue, kwCase, kwStatic, kwConstexpr, kwInline:
		return true
	}
	return false
}

// ---- lookahead ----

// maxAhead bounds lookahead, in tokens for each token of the unit.
const maxAhead = 64

// question is what ask looks ahead for.
type question uint8

const (
	askTemplateArgs question = iota
	askCast
	askTypeName
	askTypeArg
	askConstructor
	askParams
	askDeclarator
	askMemberPointer
)

// mark is a state to come back to.
type mark struct {
	i      int
	end    diag.Pos
	splits int
	depth  int
	bound  int
	scope  *scope
	level  int
	context
}

func (p *parser) mark() mark {
	return mark{p.i, p.end, len(p.splits), p.depth, len(p.names.bound), p.names.current, p.names.level, p.context}
}

// reset goes back to a state, also from an error.
func (p *parser) reset(m mark) {
	for len(p.splits) > m.splits {
		s := p.splits[len(p.splits)-1]
		p.toks[s.i] = s.tok
		p.splits = p.splits[:len(p.splits)-1]
	}
	p.end, p.depth, p.context, p.failed = m.end, m.depth, m.context, false
	p.goTo(m.i)
	p.names.unbind(m.bound)
	p.names.current, p.names.level = m.scope, m.level
}

// ask reports whether the text ahead parses as f wants it. It reads nothing.
// Answers are kept, so that questions within questions stay cheap.
func (p *parser) ask(q question, f func(*parser) bool) bool {
	if p.failed {
		return false
	}
	const known, affirmed = 1, 2
	answers, shift := &p.answers[p.i], 2*q
	if a := *answers >> shift; a&known != 0 {
		return a&affirmed != 0
	}
	m := p.mark()
	p.asking++
	p.names.level++ // what is declared ahead must not touch what is in view
	yes := f(p) && !p.failed
	p.asking--
	p.ahead += p.i - m.i
	p.reset(m)
	if p.ahead > maxAhead*len(p.toks)+1<<12 {
		p.fail("too-complex", p.here(), "too many ways to read this; write parentheses or 'typename' and 'template'")
		p.stopped = true
	}
	*answers |= known << shift
	if yes {
		*answers |= affirmed << shift
	}
	return yes
}

// closeAngle reads the > that closes a template argument list, if need be the
// first half of >> and the like.
func (p *parser) closeAngle() bool {
	switch p.kind {
	case Greater:
		p.next()
		return true
	case Shr, GreaterEq, ShrEq:
		p.splits = append(p.splits, split{p.i, p.tok})
		t := p.tok
		p.end = t.Pos + 1
		t.Pos++
		t.size--
		switch t.Kind {
		case Shr:
			t.Kind = Greater
		case GreaterEq:
			t.Kind = Assign
		default:
			t.Kind = GreaterEq
		}
		p.toks[p.i] = t
		p.goTo(p.i)
		return true
	}
	return false
}

// startsAngleClose reports whether the current token can close a template
// argument list.
func (p *parser) startsAngleClose() bool { return closesAngle(p.kind) }

func closesAngle(k Kind) bool {
	return k == Greater || k == Shr || k == GreaterEq || k == ShrEq
}
