package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// unescape reads one character or escape sequence.
func unescape(s string) (rune, string) {
	if s[0] != '\\' || len(s) == 1 {
		return rune(s[0]), s[1:]
	}
	c, rest := s[1], s[2:]
	if i := strings.IndexByte("abfnrtveE", c); i >= 0 {
		return rune("\a\b\f\n\r\t\v\x1b\x1b"[i]), rest
	}
	number := func(base, most int) (rune, string) {
		v, n := 0, 0
		for n < most && n < len(rest) && hexDigit(rest[n]) >= 0 && hexDigit(rest[n]) < base {
			v = v*base + hexDigit(rest[n])
			n++
		}
		return rune(v), rest[n:]
	}
	switch {
	case c == 'x':
		return number(16, len(rest))
	case c == 'u':
		return number(16, 4)
	case c == 'U':
		return number(16, 8)
	case c >= '0' && c <= '7':
		rest = s[1:]
		return number(8, 3)
	}
	return rune(c), rest
}

// escapes reports what is wrong with the escape sequences of the character or string literal
// at hand.
func (p *parser) escapes(quote byte) {
	text := p.text()
	q := strings.IndexByte(text, quote)
	if strings.IndexByte(text, '\\') < 0 || q > 0 && text[q-1] == 'R' {
		return
	}
	text = text[:len(text)-1]
	for i := q + 1; i < len(text)-1; {
		if text[i] != '\\' {
			i++
			continue
		}
		if i+1 == len(text) {
			return // it lacks the end
		}
		_, rest := unescape(text[i:])
		end := len(text) - len(rest)
		at := diag.Span{Start: p.tok.Pos + diag.Pos(i), End: p.tok.Pos + diag.Pos(end)}
		switch c, digits := text[i+1], text[i+2:end]; {
		case c == 'x' && digits == "":
			p.complain("invalid-literal", at, "\\x used with no following hex digits")
		case c == 'x' && len(strings.TrimLeft(digits, "0")) > 2:
			p.complain("invalid-literal", at, "hex escape sequence out of range")
		case c == 'u' && len(digits) < 4, c == 'U' && len(digits) < 8:
			p.complain("invalid-literal", at, "incomplete universal character name")
		case c >= '4' && c <= '7' && len(digits) == 2:
			p.complain("invalid-literal", at, "octal escape sequence out of range")
		case (c < '0' || c > '7') && !strings.ContainsRune(`abfnrtveExuU'"?\`, rune(c)):
			p.report(diag.Diagnostic{Severity: diag.Warning, Code: "unknown-escape-sequence", Message: "unknown escape sequence '" + text[i:end] + "'", Span: at})
		}
		i = end
	}
}
