package dsl

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokNewline
	tokName
	tokNumber
	tokString
	tokPunct
)

type token struct {
	kind tokenKind
	text string // of names and punctuation; the value of strings
	at   Span
	num  Number
}

// puncts are tried in order, so longer ones stand before their prefixes.
var puncts = []string{
	"...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=",
	"+", "-", "*", "/", "%", "@", "<", ">", "=", "(", ")", "[", "]", ",", ":", "&", "|", "^", "~", ".",
}

// lex splits the text into tokens. Line breaks inside brackets vanish, and
// runs of breaks and semicolons are one token.
func lex(text string) ([]token, *Error) {
	if len(text) > MaxBytes {
		return nil, errorAt(text, Span{}, "", "the expression is longer than %d bytes", MaxBytes)
	}
	var toks []token
	open := 0
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == '\\' && strings.HasPrefix(text[i+1:], "\n"):
			i += 2
		case c == '\n' || c == ';':
			if (open == 0 || c == ';') && len(toks) > 0 && toks[len(toks)-1].kind != tokNewline {
				toks = append(toks, token{kind: tokNewline, at: Span{i, i + 1}})
			}
			i++
		case isLetter(c):
			j := i + 1
			for j < len(text) && (isLetter(text[j]) || isDigit(text[j])) {
				j++
			}
			toks = append(toks, token{kind: tokName, text: text[i:j], at: Span{i, j}})
			i = j
		case isDigit(c) || c == '.' && i+1 < len(text) && isDigit(text[i+1]):
			t, err := lexNumber(text, i)
			if err != nil {
				return nil, err
			}
			toks = append(toks, t)
			i = t.at.End
		case c == '"' || c == '\'':
			j := strings.IndexByte(text[i+1:], c)
			if j < 0 || strings.Contains(text[i+1:i+1+j], "\n") {
				return nil, errorAt(text, Span{i, i + 1}, "", "the string does not end on its line")
			}
			toks = append(toks, token{kind: tokString, text: text[i+1 : i+1+j], at: Span{i, i + j + 2}})
			i += j + 2
		default:
			p := ""
			for _, q := range puncts {
				if strings.HasPrefix(text[i:], q) {
					p = q
					break
				}
			}
			if p == "" {
				r, n := utf8.DecodeRuneInString(text[i:])
				return nil, errorAt(text, Span{i, i + n}, strayHint(c), "unexpected character %q", r)
			}
			switch p {
			case "(", "[":
				open++
			case ")", "]":
				open = max(open-1, 0)
			}
			toks = append(toks, token{kind: tokPunct, text: p, at: Span{i, i + len(p)}})
			i += len(p)
		}
	}
	return append(toks, token{kind: tokEOF, at: Span{len(text), len(text)}}), nil
}

func strayHint(c byte) string {
	switch c {
	case '!':
		return `write "not"`
	case '?':
		return `write "a if c else b"`
	case '{', '}':
		return "lists stand in [ ] or ( )"
	}
	return ""
}

func lexNumber(text string, i int) (token, *Error) {
	j := i
	for j < len(text) {
		c := text[j]
		if (c == '+' || c == '-') && (text[j-1]|0x20) == 'e' && !strings.HasPrefix(text[i:], "0x") {
			j++
			continue
		}
		if c == '.' && strings.HasPrefix(text[j:], "...") {
			break
		}
		if !isDigit(c) && !isLetter(c) && c != '.' {
			break
		}
		j++
	}
	lit, at := text[i:j], Span{i, j}
	if n, err := strconv.ParseInt(lit, 0, 64); err == nil {
		return token{kind: tokNumber, at: at, num: Number{at, true, n, float64(n)}}, nil
	}
	plain := strings.ReplaceAll(lit, "_", "")
	if f, err := strconv.ParseFloat(plain, 64); err == nil && !strings.ContainsAny(lit, "xXpP") {
		if n, err := strconv.ParseInt(plain, 10, 64); err == nil { // 007
			return token{kind: tokNumber, at: at, num: Number{at, true, n, f}}, nil
		}
		return token{kind: tokNumber, at: at, num: Number{at, false, 0, f}}, nil
	}
	hint := ""
	if strings.HasSuffix(lit, "f") {
		hint = "leave the suffix out"
	}
	return token{}, errorAt(text, at, hint, "%q is not a number", lit)
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
