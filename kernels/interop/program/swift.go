package program

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// swiftLexer rewrites Swift as the tokens of the Python that says the same, as
// far as kernels depend on it. Closures of which it is not known when they run are left out.
type swiftLexer struct {
	text     string
	i        int
	line     int
	toks     []token
	open     []byte    // brackets
	types    []int     // depths of braces that hold a type's members
	bodies   []int     // by depth, the first token of a function's body, or 0
	subjects []subject // of the switches that are open
	values   []value   // whose blocks are open
	depth    int       // of braces
	static   bool      // in a line that says so
	binds    bool      // in a line that declares with let or var
	guard    bool      // in the conditions of a guard
}

// lexSwift splits Swift into tokens, as far as it comes before the context ends.
func lexSwift(ctx context.Context, text string) []token {
	l := &swiftLexer{text: text, line: 1, toks: make([]token, 0, len(text)/4+8)}
	for n := 0; l.i < len(l.text) && (n%ctxEvery != 0 || ctx.Err() == nil); n++ {
		l.next()
	}
	l.end()
	for range l.depth {
		l.emit(tokDedent, "")
	}
	l.emit(tokEnd, "")
	return l.toks
}

func (l *swiftLexer) emit(k kind, text string) {
	l.toks = append(l.toks, token{kind: k, text: text, line: l.line})
}

func (l *swiftLexer) last() token {
	if len(l.toks) == 0 {
		return token{kind: tokLine}
	}
	return l.toks[len(l.toks)-1]
}

// end ends a logical line.
func (l *swiftLexer) end() {
	l.static, l.binds = false, false
	if !l.fresh() {
		l.emit(tokLine, "")
	}
}

// fresh reports whether a logical line begins here.
func (l *swiftLexer) fresh() bool {
	return l.last().kind.separates()
}

func (l *swiftLexer) next() {
	rest := l.text[l.i:]
	c := rest[0]
	switch {
	case c == '\n':
		next := strings.TrimLeft(rest, " \t\r\n")
		l.line++
		if len(l.open) == 0 && !l.guard && !l.continued(next) {
			l.end()
		}
		space := rest[:len(rest)-len(next)]
		l.line += strings.Count(space, "\n") - 1
		l.i += len(space)
	case c == ';' && len(l.open) == 0 && !l.guard:
		l.end()
		l.i++
	case c == ' ' || c == '\t' || c == '\r' || c == ';' || c == '`':
		l.i++
	case strings.HasPrefix(rest, "//"):
		l.i += len(rest)
		if n := strings.IndexByte(rest, '\n'); n >= 0 {
			l.i += n - len(rest)
		}
	case strings.HasPrefix(rest, "/*"):
		n := strings.Index(rest, "*/")
		if n < 0 {
			n = len(rest) - 2
		}
		l.line += strings.Count(rest[:n], "\n")
		l.i += n + 2
	case c == '"' || c == '#' && strings.HasPrefix(strings.TrimLeft(rest, "#"), `"`):
		l.quoted()
	case c >= '0' && c <= '9':
		j := 0
		for j < len(rest) && (isWord(rest[j]) || rest[j] == '.' && j+1 < len(rest) && rest[j+1] >= '0' && rest[j+1] <= '9' || rest[j] == '-' && rest[j-1] == 'e') {
			j++
		}
		l.emit(tokNumber, rest[:j])
		l.i += j
	case c == '@' || c == '#': // an attribute, #if
		l.i += len(rest) - len(strings.TrimLeft(rest, "@#"))
		for l.i < len(l.text) && isWord(l.text[l.i]) {
			l.i++
		}
	case isWord(c), c == '$' && len(rest) > 1 && isWord(rest[1]):
		j := 1
		for j < len(rest) && isWord(rest[j]) {
			j++
		}
		l.i += j
		l.word(rest[:j])
	default:
		l.operator(rest)
	}
}

// continued reports whether the next line, which begins with rest, goes on with
// this one.
func (l *swiftLexer) continued(rest string) bool {
	if strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "? ") || strings.HasPrefix(rest, ": ") || strings.HasPrefix(rest, "+ ") || strings.HasPrefix(rest, "&&") || strings.HasPrefix(rest, "||") {
		return true
	}
	t := l.last()
	return t.kind == tokOp && slices.Contains([]string{"=", "+", "-", "*", "/", ",", "?"}, t.text) || t.kind == tokName && (t.text == "and" || t.text == "or")
}

// word emits a name, or what a keyword stands for.
func (l *swiftLexer) word(w string) {
	after := strings.TrimLeft(l.text[l.i:], " \t")
	switch w {
	case "guard":
		l.guard = true
		l.condition()
		return
	case "else":
		if l.guard && len(l.open) == 0 {
			l.guard = false
			l.end()
			if l.skipTo("{") {
				l.skipBraces()
			}
			return
		}
	case "switch":
		if l.fresh() {
			l.choose()
		} else if l.skipTo("{") { // whose value is used
			l.skipBraces()
			l.emit(tokName, "closure")
		}
		return
	case "case", "default":
		if d := l.subject().depth; l.fresh() && (l.depth == d || l.depth == d+1) {
			l.option()
			return
		}
	case "defer", "import", "protocol", "do", "catch":
		if w == "import" {
			l.skipTo("\n")
		} else if w != "do" && l.skipTo("{") {
			l.skipBraces()
		}
		return
	case "get", "set", "willSet", "didSet":
		if l.accessor(w) {
			return
		}
	case "try":
		l.i += len(l.text[l.i:]) - len(strings.TrimLeft(l.text[l.i:], "?!"))
	case "as":
		l.conversion()
		return
	case "init":
		if l.last().kind != tokOp {
			l.emit(tokName, "def")
			w = "__init__"
		}
	case "if":
		if strings.HasPrefix(after, "let ") || strings.HasPrefix(after, "var ") || strings.HasPrefix(after, "#") {
			l.emit(tokName, "if")
			start := l.i
			l.skipTo("{")
			l.emit(tokName, strings.Join(strings.Fields(l.text[start:l.i]), " ")) // one name, which no program has
			return
		}
	}
	l.static = l.static || w == "static"
	l.binds = l.binds || len(l.open) == 0 && (w == "let" || w == "var")
	if swiftDropped[w] && !strings.HasPrefix(after, ":") {
		if w == "nonisolated" && strings.HasPrefix(after, "(") {
			l.skipTo(")")
			l.i++
		}
		return
	}
	if n, ok := swiftNames[w]; ok {
		w = n
	}
	switch {
	case w == "class" && l.last().kind != tokOp:
		l.emit(tokName, "class")
		l.emit(tokName, firstWord(after))
		if l.skipTo("{") {
			l.types = append(l.types, l.depth+1)
		}
		return
	case len(l.open) > 0 && l.last().kind == tokName && l.parameters() && !isKeyword(w):
		t := &l.toks[len(l.toks)-1]
		t.prefix, t.text = t.text, w // a label and a name
		return
	}
	l.emit(tokName, w)
	if w == "def" {
		l.function()
	}
}

// function emits the name of a function, or a name for an operator, and passes over its types.
func (l *swiftLexer) function() {
	name := firstWord(l.text[l.i:][:max(strings.IndexByte(l.text[l.i:], '('), 0)])
	if name == "callAsFunction" {
		name = swiftNames[name]
	}
	l.emit(tokName, name)
	l.skipTo("(")
}

// firstWord is the first name in a text, or _.
func firstWord(text string) string {
	i := 0
	for i < len(text) && !isWord(text[i]) {
		i++
	}
	j := i
	for j < len(text) && isWord(text[j]) {
		j++
	}
	return cmp.Or(text[i:j], "_")
}

func isKeyword(w string) bool {
	return w == "if" || w == "else" || w == "and" || w == "or" || w == "in"
}

// condition begins one of a guard's conditions: a name that it binds is assigned,
// all else must hold.
func (l *swiftLexer) condition() {
	rest := strings.TrimLeft(l.text[l.i:], " \t\n")
	if !strings.HasPrefix(rest, "let ") && !strings.HasPrefix(rest, "var ") {
		l.emit(tokName, "assert")
	}
}

// parameters reports whether the open bracket is that of a function's head.
func (l *swiftLexer) parameters() bool {
	return len(l.open) == 1 && l.open[0] == 'p'
}

func (l *swiftLexer) skipTo(what string) bool {
	n := strings.Index(l.text[l.i:], what)
	if n < 0 {
		n = len(l.text) - l.i
	}
	l.line += strings.Count(l.text[l.i:l.i+n], "\n")
	l.i += n
	return l.i < len(l.text)
}

// skipBraces passes over a block whose brace is next.
func (l *swiftLexer) skipBraces() {
	depth := 0
	for l.i < len(l.text) {
		switch l.text[l.i] {
		case '\n':
			l.line++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				l.i++
				return
			}
		case '"':
			l.skipString()
			continue
		}
		l.i++
	}
}

func (l *swiftLexer) operator(rest string) {
	last := l.last()
	n := 1
	for _, o := range []string{"&+", "&-", "&*", "&<<", "&>>", "...", "..<", "->", "&&", "||", "??", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "<<", ">>"} {
		if strings.HasPrefix(rest, o) {
			n = len(o)
			break
		}
	}
	text := rest[:n]
	l.i += n
	if after := strings.TrimLeft(rest[n:], " \t"); text == "..." && last.text != "[" && last.text != "," && after != "" && strings.Contains(",])", after[:1]) {
		text = ":" // 1... in a subscript
	} else if text == "..<" && (last.text == "[" || last.text == ",") {
		text = ":"
	}
	if n > 1 && text[0] == '&' && text != "&&" { // which wraps, as numbers of a type do here
		text = text[1:]
		if strings.HasPrefix(rest[n:], "=") {
			text += "="
			l.i++
		}
	}
	switch text {
	case "(", "[":
		bracket := text[0]
		if k := len(l.toks); text == "(" && len(l.open) == 0 && k >= 2 && l.toks[k-2].kind == tokName && l.toks[k-2].text == "def" {
			bracket = 'p'
		}
		l.open = append(l.open, bracket)
		l.emit(tokOp, text)
		if bracket == 'p' && !l.static && len(l.types) > 0 && l.types[len(l.types)-1] == l.depth {
			l.emit(tokName, "self")
			l.emit(tokOp, ",")
		}
	case ")", "]":
		head := l.parameters()
		l.open = l.open[:max(len(l.open)-1, 0)]
		l.emit(tokOp, text)
		if head && len(l.open) == 0 {
			l.skipTo("{") // what the function throws, returns and asks of its types
		}
	case "{":
		if k := last.kind; len(l.open) > 0 || k == tokLine || k == tokOp && last.text == "=" {
			if len(l.open) == 0 && k == tokOp && l.called() {
				l.head()
				l.begin("", nil) // whose call follows
				return
			}
			if l.maps() {
				return
			}
			l.i--
			l.skipBraces()
			l.emit(tokName, "closure")
			return
		}
		if l.property() || l.maps() {
			return
		}
		l.static = false
		def := l.heads("def")
		l.indent()
		if def {
			l.bodies[l.depth-1] = len(l.toks)
		}
	case "}":
		if l.endOption(); l.depth == l.subject().depth {
			l.subjects = l.subjects[:len(l.subjects)-1]
		}
		if len(l.types) > 0 && l.types[len(l.types)-1] == l.depth {
			l.types = l.types[:len(l.types)-1]
		}
		if l.depth > 0 {
			l.dedent()
			l.finish()
		}
	case ":":
		if k := len(l.toks); len(l.open) > 0 && l.open[len(l.open)-1] == '(' && last.kind == tokName && k >= 2 && l.toks[k-2].kind == tokOp && (l.toks[k-2].text == "(" || l.toks[k-2].text == ",") {
			text = "=" // a label
		}
		l.emit(tokOp, text)
	case ".":
		if last.kind == tokOp && last.text != ")" && last.text != "]" && last.text != "?" && last.text != "!" || last.kind == tokName && (last.text == "return" || last.text == "else") {
			l.emit(tokName, "mx") // a member of the type that is expected
		}
		l.emit(tokOp, ".")
	case "&&":
		l.emit(tokName, "and")
	case "||", "??":
		l.emit(tokName, "or")
	case "?":
		if strings.HasPrefix(rest, "? ") {
			l.emit(tokOp, "?")
		}
	case "!":
		if k := last.kind; k != tokName || isKeyword(last.text) || last.text == "return" {
			if !(k == tokOp && (last.text == ")" || last.text == "]")) {
				l.emit(tokName, "not")
			}
		}
	case ",":
		if l.guard && len(l.open) == 0 {
			l.end()
			l.condition()
			return
		}
		if l.binds && len(l.open) == 0 { // let a = 1, b = 2
			l.end()
			l.binds = true
			return
		}
		l.emit(tokOp, text)
	default:
		l.emit(tokOp, text)
	}
}

// conversion passes over the type behind "as"; integers of a list that is one of
// floats are floats.
func (l *swiftLexer) conversion() {
	l.i += len(l.text[l.i:]) - len(strings.TrimLeft(l.text[l.i:], "?! \t"))
	if strings.HasPrefix(l.text[l.i:], "[") {
		if strings.HasPrefix(strings.TrimLeft(l.text[l.i:], "["), "Float") && l.last().text == "]" {
			l.floats()
		}
		l.i = min(closing(l.text, l.i)+1, len(l.text))
		return
	}
	for l.i < len(l.text) && (isWord(l.text[l.i]) || l.text[l.i] == '.') {
		l.i++
	}
}

// floats makes floats of the integers in the list that was emitted last.
func (l *swiftLexer) floats() {
	depth := 0
	for i := len(l.toks) - 1; i >= 0; i-- {
		switch t := &l.toks[i]; {
		case t.kind == tokNumber && !strings.ContainsAny(t.text, ".eExX"):
			t.text += ".0"
		case t.kind == tokOp && t.text == "]":
			depth++
		case t.kind == tokOp && t.text == "[":
			if depth--; depth == 0 {
				return
			}
		}
	}
}

// heads reports whether the line that is being read begins with word.
func (l *swiftLexer) heads(word string) bool {
	i := l.start()
	return i < len(l.toks) && l.toks[i].kind == tokName && l.toks[i].text == word
}

// returns makes the only line of a body that is an expression what the function
// returns.
func (l *swiftLexer) returns(body int) {
	line := l.toks[body:]
	depth := 0
	for i, t := range line {
		switch {
		case t.kind == tokLine && i < len(line)-1 || i == 0 && t.kind == tokName && (isKeyword(t.text) || slices.Contains([]string{"return", "for", "while", "throw"}, t.text)):
			return
		case t.kind != tokOp:
		case strings.Contains("([{", t.text):
			depth++
		case strings.Contains(")]}", t.text):
			depth--
		case depth == 0 && strings.HasSuffix(t.text, "=") && !slices.Contains([]string{"==", "!=", "<=", ">="}, t.text):
			return // assigns
		}
	}
	if len(line) > 1 {
		l.toks = slices.Insert(l.toks, body, token{kind: tokName, text: "return", line: line[0].line})
	}
}
