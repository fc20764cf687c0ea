package highlight

import (
	"strings"
	"sync"
)

// golang lexes Go.
type golang struct{}

var goLexer Lexer = golang{}

// The modes at the end of a line.
const (
	inCode uint8 = iota
	inComment
	inRaw // a raw string
)

func words(kinds map[Kind]string) map[string]Kind {
	m := map[string]Kind{}
	for k, list := range kinds {
		for _, w := range strings.Fields(list) {
			m[w] = k
		}
	}
	return m
}

var goWords = sync.OnceValue(func() map[string]Kind {
	return words(map[Kind]string{
		Keyword: "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
		Type:    "bool byte complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr any",
		Builtin: "append cap clear close copy delete len make max min new panic print println real recover true false nil iota",
	})
})

// Line implements Lexer.
func (golang) Line(line string, in State, spans []Span) ([]Span, State) {
	i, mode := 0, in.Mode
	emit := func(start, end int, k Kind) {
		if end > start {
			spans = append(spans, Span{start, end, k})
		}
	}
	// until ends a construct that began on an earlier line or at start.
	until := func(start, from int, mark string, k Kind) bool {
		n := strings.Index(line[from:], mark)
		if n < 0 {
			emit(start, len(line), k)
			i = len(line)
			return false
		}
		i = from + n + len(mark)
		emit(start, i, k)
		return true
	}
	switch mode {
	case inComment:
		if !until(0, 0, "*/", Comment) {
			return spans, State{Mode: inComment}
		}
	case inRaw:
		if !until(0, 0, "`", String) {
			return spans, State{Mode: inRaw}
		}
	}
	for i < len(line) {
		c := line[i]
		switch {
		case c == ' ' || c == '\t':
			i++
		case strings.HasPrefix(line[i:], "//"):
			emit(i, len(line), Comment)
			return spans, State{}
		case strings.HasPrefix(line[i:], "/*"):
			if !until(i, i+2, "*/", Comment) {
				return spans, State{Mode: inComment}
			}
		case c == '`':
			if !until(i, i+1, "`", String) {
				return spans, State{Mode: inRaw}
			}
		case c == '"' || c == '\'':
			end := quoted(line, i)
			emit(i, end, String)
			i = end
		case isDigit(c) || c == '.' && i+1 < len(line) && isDigit(line[i+1]):
			end := number(line, i)
			emit(i, end, Number)
			i = end
		case isLetter(c):
			end := i
			for end < len(line) && (isLetter(line[end]) || isDigit(line[end])) {
				end++
			}
			kind, ok := goWords()[line[i:end]]
			if !ok && strings.HasPrefix(strings.TrimLeft(line[end:], " "), "(") {
				kind = Function
			}
			emit(i, end, kind)
			i = end
		case strings.IndexByte("(){}[];,", c) >= 0:
			emit(i, i+1, Punctuation)
			i++
		case c < 0x80:
			emit(i, i+1, Operator)
			i++
		default:
			i++
		}
	}
	return spans, State{}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool {
	return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// quoted gives the end of a string or character that starts at i.
func quoted(line string, i int) int {
	quote := line[i]
	for i++; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(line)
}

// number gives the end of a number, with exponent and separators.
func number(line string, i int) int {
	hex := strings.HasPrefix(line[i:], "0x") || strings.HasPrefix(line[i:], "0X")
	for ; i < len(line); i++ {
		c := line[i]
		switch {
		case isDigit(c), isLetter(c) && c < 0x80, c == '.':
		case (c == '+' || c == '-') && (!hex && line[i-1]|0x20 == 'e' || hex && line[i-1]|0x20 == 'p'):
		default:
			return i
		}
	}
	return i
}
