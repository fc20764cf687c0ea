package program

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

type kind uint8

const (
	tokEnd kind = iota
	tokName
	tokNumber
	tokString
	tokOp
	tokLine // the end of a logical line
	tokIndent
	tokDedent
)

// separates reports whether a logical line begins behind the token.
func (k kind) separates() bool { return k == tokLine || k == tokIndent || k == tokDedent }

type token struct {
	kind   kind
	text   string // of a string: what stands between the quotes
	prefix string // of a string: its letters, in lower case
	line   int
}

// ctxEvery is how many steps of dividing a text into tokens are taken between two
// looks at the context.
const ctxEvery = 1024

// operators that have more than one character, longest first.
var operators = []string{"**=", "//=", ">>=", "<<=", "...", "!=", "==", "<=", ">=", "->", ":=", "**", "//", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@="}

// lexer divides Python into tokens. It is lenient: what it does not know becomes
// an operator.
type lexer struct {
	text    string
	at      int
	line    int
	open    int // brackets
	indents []int
	fresh   bool // at the first token of a logical line
	toks    []token
}

// lex divides Python into tokens, as far as it comes before the context ends.
func lex(ctx context.Context, text string) []token {
	l := &lexer{text: text, line: 1, indents: []int{0}, fresh: true, toks: make([]token, 0, len(text)/4+8)} // of what people write
	for n := 0; l.at < len(text); n++ {
		if n%ctxEvery == 0 && ctx.Err() != nil {
			break
		}
		if !l.fresh || l.open > 0 || l.indentation() {
			l.next()
		}
	}
	l.emit(tokLine, "")
	for range l.indents[1:] {
		l.emit(tokDedent, "")
	}
	l.emit(tokEnd, "")
	return l.toks
}

func (l *lexer) emit(k kind, text string) {
	l.toks = append(l.toks, token{kind: k, text: text, line: l.line})
}

// indentation reads the blanks in front of a line, and reports whether something is
// to be read behind them. A notebook's magic is not: no statement begins so.
func (l *lexer) indentation() bool {
	col := 0
	for ; l.at < len(l.text) && isBlank(l.text[l.at]); l.at++ {
		if l.text[l.at] == '\t' {
			col |= 7
		}
		col++
	}
	if l.at == len(l.text) {
		return false
	}
	switch l.text[l.at] {
	case '%', '!':
		l.skipLine()
		return false
	case '\n', '#':
		return true
	}
	l.fresh = false
	if col > l.indents[len(l.indents)-1] {
		l.indents = append(l.indents, col)
		l.emit(tokIndent, "")
	}
	for col < l.indents[len(l.indents)-1] {
		l.indents = l.indents[:len(l.indents)-1]
		l.emit(tokDedent, "")
	}
	return true
}

func (l *lexer) skipLine() {
	for l.at < len(l.text) && l.text[l.at] != '\n' {
		l.at++
	}
}

// next reads a token, or what stands between two.
func (l *lexer) next() {
	rest := l.text[l.at:]
	switch c := rest[0]; {
	case c == '\n':
		if l.open == 0 && !l.fresh {
			l.emit(tokLine, "")
			l.fresh = true
		}
		l.line++
		l.at++
	case isBlank(c):
		l.at++
	case c == '\\' && strings.HasPrefix(strings.TrimPrefix(rest[1:], "\r"), "\n"):
		l.line++
		l.at += strings.IndexByte(rest, '\n') + 1
	case c == '#':
		l.skipLine()
	case isDigit(c) || c == '.' && len(rest) > 1 && isDigit(rest[1]):
		n := numberLength(rest)
		l.emit(tokNumber, rest[:n])
		l.at += n
	case isWord(c) || c == '"' || c == '\'':
		l.word()
	default:
		l.operator()
	}
}

// numberLength is the length of the number that a text begins with.
func numberLength(text string) int {
	n := 0
	for n < len(text) && (isWord(text[n]) || text[n] == '.' || (text[n] == '-' || text[n] == '+') && text[n-1]|0x20 == 'e' && !strings.HasPrefix(text, "0x")) {
		n++
	}
	return n
}

// word reads a name, or a literal with the letters in front of it.
func (l *lexer) word() {
	end := l.at
	for end < len(l.text) && isWord(l.text[end]) {
		end++
	}
	word := l.text[l.at:end]
	if prefix := strings.ToLower(word); end < len(l.text) && (l.text[end] == '"' || l.text[end] == '\'') && isPrefix(prefix) {
		inner, after := quoted(l.text, end)
		l.toks = append(l.toks, token{kind: tokString, text: inner, prefix: prefix, line: l.line})
		l.line += strings.Count(l.text[l.at:after], "\n")
		l.at = after
		return
	}
	l.emit(tokName, word)
	l.at = end
}

func (l *lexer) operator() {
	rest := l.text[l.at:]
	op := rest[:1]
	if i := slices.IndexFunc(operators, func(o string) bool { return strings.HasPrefix(rest, o) }); i >= 0 {
		op = operators[i]
	}
	switch op {
	case "(", "[", "{":
		l.open++
	case ")", "]", "}":
		l.open = max(l.open-1, 0)
	}
	l.emit(tokOp, op)
	l.at += len(op)
}

// Unclosed is the last bracket of those that Python opens and never closes, and
// its line; "" if there is none.
func Unclosed(ctx context.Context, text string) (bracket string, line int) {
	var open []token
	for _, t := range lex(ctx, text) {
		switch {
		case t.kind != tokOp:
		case strings.Contains("([{", t.text):
			open = append(open, t)
		case strings.Contains(")]}", t.text):
			open = open[:max(len(open)-1, 0)]
		}
	}
	if len(open) == 0 {
		return "", 0
	}
	last := open[len(open)-1]
	return last.text, last.line
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\f' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c >= 0x80
}

func isPrefix(s string) bool {
	switch s {
	case "", "r", "u", "b", "f", "br", "rb", "fr", "rf":
		return true
	}
	return false
}

// quoted reads a literal whose quote is at i: what it holds, and where it ends.
func quoted(text string, i int) (string, int) {
	quote := text[i : i+1]
	if strings.HasPrefix(text[i:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	start := i + len(quote)
	j := start
	for j < len(text) && !strings.HasPrefix(text[j:], quote) {
		switch {
		case text[j] == '\n' && len(quote) == 1:
			return text[start:j], j
		case text[j] == '\\':
			j++
		}
		j++
	}
	j = min(j, len(text))
	return text[start:j], min(j+len(quote), len(text))
}

// unescape resolves the escapes of a literal.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		i += escape(&b, s[i:])
	}
	return b.String()
}

// escape writes what an escape stands for and returns its length.
func escape(b *strings.Builder, s string) int {
	digits := func(n int) int {
		if len(s) >= 2+n {
			if v, err := strconv.ParseUint(s[2:2+n], 16, 32); err == nil {
				b.WriteRune(rune(v))
				return 2 + n
			}
		}
		b.WriteString(s[:2])
		return 2
	}
	const from, to = "ntrabfv0\\'\"", "\n\t\r\a\b\f\v\x00\\'\""
	switch i := strings.IndexByte(from, s[1]); {
	case s[1] == '\n':
	case i >= 0:
		b.WriteByte(to[i])
	case s[1] == 'x':
		return digits(2)
	case s[1] == 'u':
		return digits(4)
	case s[1] == 'U':
		return digits(8)
	default:
		b.WriteString(s[:2])
	}
	return 2
}
