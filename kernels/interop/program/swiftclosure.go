package program

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// value is what a block computes that a line is about: a closure that is called at once, or a
// property. It becomes a function in front of the line.
type value struct {
	depth int     // of braces around the block
	line  []token // that is about it, up to the block
	name  string
	calls string // what follows the function's name in the line
	open  []byte // brackets of the line
}

// called reports whether a closure is called at once, whose brace was read.
func (l *swiftLexer) called() bool {
	if len(l.values) >= maxNesting {
		return false
	}
	i, line := l.i, l.line
	l.i--
	l.skipBraces()
	is := strings.HasPrefix(l.text[l.i:], "()")
	l.i, l.line = i, line
	return is
}

// begin begins the function of a block, with what stands behind its name in the line.
func (l *swiftLexer) begin(calls string, params []string) {
	start := l.start()
	v := value{depth: l.depth, line: slices.Clone(l.toks[start:]), name: "closure", calls: calls}
	if i := slices.IndexFunc(v.line, func(t token) bool { return t.kind == tokName && t.text != "self" }); i >= 0 {
		v.name = v.line[i].text
	}
	if len(params) > 0 || v.name == "closure" {
		v.name = fmt.Sprintf("closure %d", l.i) // which no program has
	}
	v.open, l.open = l.open, nil
	l.toks = l.toks[:start]
	l.emit(tokName, "def")
	l.emit(tokName, v.name)
	l.emit(tokOp, "(")
	for _, p := range params {
		l.emit(tokName, p)
		l.emit(tokOp, ",")
	}
	l.emit(tokOp, ")")
	l.body()
	l.values = append(l.values, v)
}

// closureHead matches what stands in front of a closure's statements.
var closureHead = regexp.MustCompile(`^\s*(?:\[[^\]\n]*\]\s*)?\(?([\w,\t ]*)\)?\s*(?:throws\s*)?(?:->[^\n{]*)?\s\bin\b`)

// head passes over the head of a closure and gives the names of its parameters, or those that
// its statements use without one.
func (l *swiftLexer) head() []string {
	rest := l.text[l.i:]
	if m := closureHead.FindStringSubmatch(rest[:min(len(rest), 400)]); m != nil {
		l.line += strings.Count(m[0], "\n")
		l.i += len(m[0])
		return strings.FieldsFunc(m[1], func(r rune) bool { return !isWord(byte(r)) })
	}
	i, line := l.i, l.line
	l.i--
	l.skipBraces()
	body := l.text[i:l.i]
	l.i, l.line = i, line
	if strings.Contains(body, "$1") {
		return []string{"$0", "$1"}
	}
	return []string{"$0"}
}

// maps begins the function that a closure behind map is, and reports whether it is one.
func (l *swiftLexer) maps() bool {
	k := len(l.toks)
	if k > 0 && l.toks[k-1].kind == tokOp && l.toks[k-1].text == "(" {
		k--
	}
	if k < 2 || l.toks[k-1].text != "map" && l.toks[k-1].text != "compactMap" || l.toks[k-2].text != "." || len(l.values) >= maxNesting {
		return false
	}
	if t := l.toks[l.start()].text; isKeyword(t) || t == "elif" || t == "for" || t == "while" {
		return false
	}
	calls := ""
	if k == len(l.toks) {
		l.emit(tokOp, "(")
		calls = ")"
	}
	l.begin(calls, l.head())
	return true
}

// finish goes on with the line whose block has ended.
func (l *swiftLexer) finish() {
	n := len(l.values) - 1
	if n < 0 || l.values[n].depth != l.depth {
		return
	}
	v := l.values[n]
	l.values = l.values[:n]
	l.open = v.open
	l.toks = append(l.toks, v.line...)
	l.emit(tokName, v.name)
	for _, c := range v.calls {
		l.emit(tokOp, string(c))
	}
}

// start is the first token of the line that is being read.
func (l *swiftLexer) start() int {
	i := len(l.toks)
	for i > 0 && !l.toks[i-1].kind.separates() {
		i--
	}
	return i
}

// property begins the block behind a name and its type, and reports whether there is one; what
// observes a property is passed over.
func (l *swiftLexer) property() bool {
	line := l.toks[l.start():]
	if w := firstWord(l.text[l.i:]); w == "didSet" || w == "willSet" {
		l.i--
		l.skipBraces()
		return true
	}
	if !l.binds || len(line) < 3 || line[1].text != ":" || slices.ContainsFunc(line, func(t token) bool { return t.kind == tokOp && t.text == "=" }) || len(l.values) >= maxNesting {
		return false
	}
	if l.static || len(l.types) == 0 || l.types[len(l.types)-1] != l.depth {
		l.emit(tokOp, "=")
		l.begin("()", nil)
		return true
	}
	name := line[0].text
	l.toks = l.toks[:len(l.toks)-len(line)]
	for _, t := range []token{{kind: tokOp, text: "@"}, {kind: tokName, text: "property"}, {kind: tokLine}, {kind: tokName, text: "def"}, {kind: tokName, text: name}, {kind: tokOp, text: "("}, {kind: tokName, text: "self"}, {kind: tokOp, text: ")"}} {
		l.emit(t.kind, t.text)
	}
	l.body()
	return true
}

// body begins the block of a function whose head was emitted.
func (l *swiftLexer) body() {
	l.static, l.binds = false, false
	l.indent()
	l.bodies[l.depth-1] = len(l.toks)
}

// accessor reads the name of one in a property, and reports whether it is one: what gets the
// value is read, all others are not.
func (l *swiftLexer) accessor(w string) bool {
	rest := strings.TrimLeft(l.text[l.i:], " \t\n")
	if strings.HasPrefix(rest, "(") && w != "get" {
		_, rest, _ = strings.Cut(rest, ")")
		rest = strings.TrimLeft(rest, " \t\n")
	}
	if !l.fresh() || !strings.HasPrefix(rest, "{") {
		return false
	}
	l.skipTo("{")
	if w == "get" {
		l.emit(tokName, "if")
		l.emit(tokName, "True")
	} else {
		l.skipBraces()
	}
	return true
}
