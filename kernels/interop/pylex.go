package interop

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits of a Python file.
const (
	maxPythonBytes = 4 << 20
	maxNesting     = 100
)

type pyKind uint8

const (
	pyEnd pyKind = iota
	pyName
	pyNumber
	pyString
	pyPunct
	pyLine // the end of a logical line
)

type pyToken struct {
	kind   pyKind
	text   string // of a string: the value without quotes, escapes resolved
	format bool   // an f-string
	line   int
	col    int // bytes before it in its line
}

// lexPython splits Python into tokens. It is lenient: what it does not know
// becomes punctuation.
func lexPython(text string) []pyToken {
	var toks []pyToken
	line, open, begin := 1, 0, 0
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\n':
			if open == 0 {
				toks = append(toks, pyToken{kind: pyLine, line: line})
			}
			line++
			i++
			begin = i
		case c == ' ' || c == '\t' || c == '\r' || c == '\f':
			i++
		case c == '\\' && strings.HasPrefix(text[i+1:], "\n"):
			line++
			i += 2
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c >= '0' && c <= '9':
			j := i
			for j < len(text) && (isWord(text[j]) || text[j] == '.') {
				j++
			}
			toks = append(toks, pyToken{kind: pyNumber, text: text[i:j], line: line, col: i - begin})
			i = j
		case isWord(c) || c == '"' || c == '\'':
			j := i
			for j < len(text) && isWord(text[j]) {
				j++
			}
			if j < len(text) && (text[j] == '"' || text[j] == '\'') && isPrefix(text[i:j]) {
				t, end := lexPyString(text, i, j)
				t.line, t.col = line, i-begin
				if n := strings.LastIndexByte(text[i:end], '\n'); n >= 0 {
					begin = i + n + 1
				}
				line += strings.Count(text[i:end], "\n")
				toks = append(toks, t)
				i = end
				continue
			}
			toks = append(toks, pyToken{kind: pyName, text: text[i:j], line: line, col: i - begin})
			i = j
		default:
			switch c {
			case '(', '[', '{':
				open++
			case ')', ']', '}':
				open = max(open-1, 0)
			}
			toks = append(toks, pyToken{kind: pyPunct, text: string(c), line: line, col: i - begin})
			i++
		}
	}
	return append(toks, pyToken{kind: pyLine, line: line}, pyToken{kind: pyEnd, line: line})
}

func isWord(c byte) bool {
	return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}

func isPrefix(s string) bool {
	switch strings.ToLower(s) {
	case "", "r", "u", "b", "f", "br", "rb", "fr", "rf":
		return true
	}
	return false
}

// lexPyString reads a literal whose prefix starts at i and whose quote is at j.
func lexPyString(text string, i, j int) (pyToken, int) {
	prefix := strings.ToLower(text[i:j])
	t := pyToken{kind: pyString, format: strings.Contains(prefix, "f")}
	raw := strings.Contains(prefix, "r")
	quote := text[j : j+1]
	if strings.HasPrefix(text[j:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	var b strings.Builder
	k := j + len(quote)
	for k < len(text) && !strings.HasPrefix(text[k:], quote) {
		if text[k] == '\n' && len(quote) == 1 {
			break
		}
		if text[k] != '\\' || k+1 == len(text) {
			b.WriteByte(text[k])
			k++
			continue
		}
		if raw {
			b.WriteString(text[k : k+2])
			k += 2
			continue
		}
		k += pyEscape(&b, text[k:])
	}
	t.text = b.String()
	return t, min(k+len(quote), len(text))
}

// pyEscape writes what an escape stands for and returns its length.
func pyEscape(b *strings.Builder, s string) int {
	digits := func(n int) int {
		if len(s) < 2+n {
			b.WriteString(s[:2])
			return 2
		}
		v, err := strconv.ParseUint(s[2:2+n], 16, 32)
		if err != nil {
			b.WriteString(s[:2])
			return 2
		}
		b.WriteRune(rune(v))
		return 2 + n
	}
	switch s[1] {
	case '\n':
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case '0':
		b.WriteByte(0)
	case '\\', '\'', '"':
		b.WriteByte(s[1])
	case 'x':
		return digits(2)
	case 'u':
		return digits(4)
	case 'U':
		return digits(8)
	default:
		b.WriteString(s[:2])
	}
	return 2
}

// unknown is a value that cannot be told without running the program.
type unknown struct {
	text   string
	partly string // of a string: what is known of it
}

func (u unknown) Error() string {
	return fmt.Sprintf("%s is not known without running the file", u.text)
}
