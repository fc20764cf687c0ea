package program

import (
	"context"
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

// lex splits Python into tokens, as far as it comes before the context ends. It
// is lenient: what it does not know becomes an operator.
func lex(ctx context.Context, text string) []token {
	toks := make([]token, 0, len(text)/4+8) // of what people write
	line, open := 1, 0
	indents := []int{0}
	fresh := true // at the first token of a logical line
	for i, n := 0, 0; i < len(text); n++ {
		if n%ctxEvery == 0 && ctx.Err() != nil {
			break
		}
		if fresh && open == 0 {
			col, j := 0, i
			for j < len(text) && (text[j] == ' ' || text[j] == '\t' || text[j] == '\f' || text[j] == '\r') {
				if text[j] == '\t' {
					col |= 7
				}
				col++
				j++
			}
			if i = j; i == len(text) {
				break
			}
			if text[i] == '%' || text[i] == '!' { // a notebook's magic: no statement begins so
				for i < len(text) && text[i] != '\n' {
					i++
				}
				continue
			}
			if text[i] != '\n' && text[i] != '#' {
				fresh = false
				if col > indents[len(indents)-1] {
					indents = append(indents, col)
					toks = append(toks, token{kind: tokIndent, line: line})
				}
				for col < indents[len(indents)-1] {
					indents = indents[:len(indents)-1]
					toks = append(toks, token{kind: tokDedent, line: line})
				}
			}
		}
		c := text[i]
		switch {
		case c == '\n':
			if open == 0 && !fresh {
				toks = append(toks, token{kind: tokLine, line: line})
				fresh = true
			}
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r' || c == '\f':
			i++
		case c == '\\' && strings.HasPrefix(strings.TrimPrefix(text[i+1:], "\r"), "\n"):
			line++
			i += strings.IndexByte(text[i:], '\n') + 1
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c >= '0' && c <= '9' || c == '.' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			j := i
			for j < len(text) && (isWord(text[j]) || text[j] == '.' || (text[j] == '-' || text[j] == '+') && text[j-1]|0x20 == 'e' && !strings.HasPrefix(text[i:], "0x")) {
				j++
			}
			toks = append(toks, token{kind: tokNumber, text: text[i:j], line: line})
			i = j
		case isWord(c) || c == '"' || c == '\'':
			j := i
			for j < len(text) && isWord(text[j]) {
				j++
			}
			if prefix := strings.ToLower(text[i:j]); j < len(text) && (text[j] == '"' || text[j] == '\'') && isPrefix(prefix) {
				inner, end := quoted(text, j)
				toks = append(toks, token{kind: tokString, text: inner, prefix: prefix, line: line})
				line += strings.Count(text[i:end], "\n")
				i = end
				continue
			}
			toks = append(toks, token{kind: tokName, text: text[i:j], line: line})
			i = j
		default:
			n := 1
			for _, o := range operators {
				if strings.HasPrefix(text[i:], o) {
					n = len(o)
					break
				}
			}
			switch c {
			case '(', '[', '{':
				open++
			case ')', ']', '}':
				open = max(open-1, 0)
			}
			toks = append(toks, token{kind: tokOp, text: text[i : i+n], line: line})
			i += n
		}
	}
	toks = append(toks, token{kind: tokLine, line: line})
	for range indents[1:] {
		toks = append(toks, token{kind: tokDedent, line: line})
	}
	return append(toks, token{kind: tokEnd, line: line})
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

func isWord(c byte) bool {
	return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80
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
