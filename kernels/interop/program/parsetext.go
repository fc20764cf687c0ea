package program

import "strings"

// strings joins neighbouring literals, as Python does.
func (p *parser) strings() *expr {
	n := p.node(opFormat, nil, nil, "")
	for p.tok().kind == tokString && !p.ended() {
		t := p.tok()
		raw := strings.Contains(t.prefix, "r")
		if strings.Contains(t.prefix, "f") {
			n.list = append(n.list, p.format(t.text, raw, t.line)...)
		} else {
			n.list = append(n.list, literal(t.text, raw))
		}
		p.i++
	}
	return simplify(n)
}

func literal(s string, raw bool) *expr {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if !raw {
		s = unescape(s)
	}
	return &expr{op: opLiteral, value: s}
}

// simplify makes a literal of an f-string without holes.
func simplify(n *expr) *expr {
	var b strings.Builder
	for _, part := range n.list {
		s, ok := part.value.(string)
		if part.op != opLiteral || !ok {
			return n
		}
		b.WriteString(s)
	}
	n.op, n.value, n.list = opLiteral, b.String(), nil
	return n
}

// format splits the text of an f-string.
func (p *parser) format(s string, raw bool, line int) []*expr {
	var out []*expr
	var b strings.Builder
	counted := 0 // of s, in line
	flush := func() {
		if b.Len() > 0 {
			out = append(out, literal(b.String(), raw))
			b.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			b.WriteByte(s[i])
			i++
		case s[i] == '{' && p.ended():
			return out
		case s[i] == '{':
			end := closing(s, i)
			flush()
			line += strings.Count(s[counted:i], "\n")
			counted = i
			out = append(out, p.hole(s[i+1:end], raw, line))
			i = end
		default:
			b.WriteByte(s[i])
		}
	}
	flush()
	return out
}

// closing finds the brace that closes the one at i.
func closing(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			if depth--; depth == 0 {
				return i
			}
		case '"', '\'':
			if depth > 0 {
				_, end := quoted(s, i)
				i = end - 1
			}
		}
	}
	return len(s)
}

// hole reads what stands in the braces of an f-string.
func (p *parser) hole(s string, raw bool, line int) *expr {
	h := &expr{op: opHole, line: line + p.lines}
	// The specification begins at a colon outside brackets and strings; Swift has none.
	end := len(s)
	for i, depth := 0, 0; i < len(s) && end == len(s) && !p.swift; i++ {
		switch c := s[i]; {
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == '"' || c == '\'':
			_, after := quoted(s, i)
			i = after - 1
		case depth == 0 && (c == ':' || c == '!' && i+1 < len(s) && s[i+1] != '='):
			end = i
		}
	}
	text, rest := s[:end], s[end:]
	if strings.HasPrefix(rest, "!") {
		h.text, rest, _ = strings.Cut(rest[1:], ":")
	} else {
		rest = strings.TrimPrefix(rest, ":")
	}
	if p.depth++; p.depth < maxNesting {
		inner := &parser{ctx: p.ctx, depth: p.depth, lines: h.line - 1, swift: p.swift}
		inner.toks = inner.lex("(" + strings.TrimSuffix(strings.TrimRight(text, " "), "=") + ")")
		h.x = inner.expr()
		h.list = p.format(rest, raw, line)
	} else {
		h.x = p.node(opUnreadable, nil, nil, "a deep f-string")
	}
	p.depth--
	return h
}
