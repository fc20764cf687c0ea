package program

import "strings"

// choose begins a switch as a statement, whose cases become ifs one after the other.
func (l *swiftLexer) choose() {
	start := l.i
	if !l.skipTo("{") {
		return
	}
	l.emit(tokName, "if")
	l.subjects = append(l.subjects, subject{strings.Join(strings.Fields(l.text[start:l.i]), " "), l.depth + 1})
	l.emit(tokName, l.subject().text)
	l.indent()
	l.i++
}

// subject is what a switch asks for, whose braces are at a depth.
type subject struct {
	text  string
	depth int
}

func (l *swiftLexer) subject() subject {
	if n := len(l.subjects); n > 0 {
		return l.subjects[n-1]
	}
	return subject{depth: -1}
}

// option begins a case, and ends the one before. Its condition is one name, which no program has.
func (l *swiftLexer) option() {
	l.endOption()
	start := l.i
	for l.i < len(l.text) && l.text[l.i] != ':' {
		switch l.text[l.i] {
		case '(', '[':
			l.i = closing(l.text, l.i)
		case '"':
			l.skipString()
			continue
		}
		l.i++
	}
	l.i = min(l.i, len(l.text))
	pattern := l.text[start:l.i]
	l.line += strings.Count(pattern, "\n")
	l.emit(tokName, "if")
	l.emit(tokName, l.subject().text+" is "+strings.Join(strings.Fields(pattern), " "))
	l.indent()
	l.i = min(l.i+1, len(l.text))
}

// endOption ends the case of the innermost switch that is open.
func (l *swiftLexer) endOption() {
	if l.end(); len(l.subjects) > 0 && l.depth == l.subject().depth+1 {
		l.dedent()
	}
}

func (l *swiftLexer) indent() {
	l.emit(tokOp, ":")
	l.emit(tokLine, "")
	l.emit(tokIndent, "")
	l.depth++
	l.bodies = append(l.bodies, 0)
}

func (l *swiftLexer) dedent() {
	l.depth--
	if body := l.bodies[l.depth]; body > 0 {
		l.returns(body)
	}
	l.bodies = l.bodies[:l.depth]
	l.emit(tokDedent, "")
}
