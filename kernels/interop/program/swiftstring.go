package program

import "strings"

// quoted emits a string as an f-string whose holes are the interpolations.
func (l *swiftLexer) quoted() {
	rest := l.text[l.i:]
	hashes := len(rest) - len(strings.TrimLeft(rest, "#"))
	marks := rest[:hashes]
	quote := `"`
	if strings.HasPrefix(rest[hashes:], `"""`) {
		quote = `"""`
	}
	start := hashes + len(quote)
	j := start
	for j < len(rest) && !strings.HasPrefix(rest[j:], quote+marks) {
		switch {
		case rest[j] == '\n' && quote == `"`:
			l.i += j
			return
		case strings.HasPrefix(rest[j:], `\`+marks+"("):
			j = closing(rest, j+1+hashes)
		case rest[j] == '\\':
			j++
		}
		j++
	}
	j = min(j, len(rest))
	s := rest[start:j]
	if quote == `"""` {
		s = multiline(s)
	}
	l.emit(tokString, formatText(s, marks))
	l.toks[len(l.toks)-1].prefix = "f"
	if marks != "" {
		l.toks[len(l.toks)-1].prefix = "fr"
	}
	l.line += strings.Count(rest[:j], "\n")
	l.i = min(l.i+j+len(quote)+hashes, len(l.text))
}

// skipString passes over a string.
func (l *swiftLexer) skipString() {
	keep := len(l.toks)
	l.quoted()
	l.toks = l.toks[:keep]
}

// multiline takes off the first line break, the last one, and the indentation
// of the closing quotes.
func multiline(s string) string {
	_, s, _ = strings.Cut(s, "\n")
	n := strings.LastIndexByte(s, '\n')
	indent := s[n+1:]
	if n < 0 || strings.TrimSpace(indent) != "" {
		return s
	}
	lines := strings.Split(s[:n], "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, indent)
	}
	return strings.Join(lines, "\n")
}

// formatText writes a string's text as that of an f-string.
func formatText(s, marks string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], `\`+marks+"("):
			end := closing(s, i+1+len(marks))
			b.WriteString("{" + s[min(i+2+len(marks), end):end] + "}")
			i = end
		case s[i] == '\\' && i+1 < len(s) && marks == "":
			b.WriteString(s[i : i+2])
			i++
		case s[i] == '{' || s[i] == '}':
			b.WriteByte(s[i])
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
