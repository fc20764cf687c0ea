// Package highlight classifies the words of Metal source text with the
// compiler's own scanner: for editors line by line, and as a chroma.Lexer.
package highlight

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Class is what a piece of text is.
type Class uint8

// The classes.
const (
	Text Class = iota // white space
	Comment
	Directive    // #define, and the line of a #pragma
	Keyword      // if, template, constexpr
	AddressSpace // device, threadgroup
	Type         // float4, uint8_t, simdgroup_matrix
	Attribute    // what stands in [[ ]]
	Builtin      // a function of Metal's library
	Function     // another name that is called
	Constant     // true, INFINITY, NAME_IN_CAPITALS
	Name
	Number
	String
	Operator
	Punctuation
	Invalid // a byte that belongs to no token, or an unterminated literal
)

// Span is a run of bytes of one class.
type Span struct {
	Start, End int
	Class      Class
}

// State is what one line hands on to the next. States compare equal if the
// lines behind them are classified alike.
type State struct {
	comment   bool // in a block comment
	attribute bool // in [[ ]]
	directive bool // in a directive continued by a backslash
}

// Line appends the spans of one line, which has no newline in it. They are in
// order and cover the line without gaps; state is that at the end of the line
// before, zero for the first.
func Line(line string, state State, spans []Span) ([]Span, State) {
	c := classifier{text: line, spans: spans, state: state}
	c.run()
	return c.spans, c.state
}

type classifier struct {
	text  string
	at    int // classified up to here
	spans []Span
	state State
}

func (c *classifier) emit(end int, class Class) {
	if end <= c.at {
		return
	}
	if n := len(c.spans); n > 0 && c.spans[n-1].Class == class && c.spans[n-1].End == c.at && c.at > 0 {
		c.spans[n-1].End = end
	} else {
		c.spans = append(c.spans, Span{c.at, end, class})
	}
	c.at = end
}

func (c *classifier) run() {
	start := 0
	if c.state.comment {
		end := strings.Index(c.text, "*/")
		if end < 0 {
			c.emit(len(c.text), Comment)
			return
		}
		start = end + 2
		c.emit(start, Comment)
		c.state.comment = false
	}
	lx := syntax.NewLexer(c.text[start:])
	inDirective := c.state.directive
	var prev syntax.Lexeme
	for first := true; ; first = false {
		t := lx.Next()
		t.Start += start
		t.End += start
		c.gap(t.Start)
		if t.Kind == syntax.EOF || c.state.comment {
			break
		}
		if first && t.Kind == syntax.Hash && !inDirective {
			inDirective = true
			c.emit(t.End, Directive)
			if word := lx.Next(); word.Kind != syntax.EOF {
				c.gap(word.Start + start)
				name := c.text[word.Start+start : word.End+start]
				c.emit(word.End+start, Directive)
				if name == "include" || name == "import" {
					c.header()
					break
				}
			}
			continue
		}
		c.emit(t.End, c.class(t, prev))
		prev = t
	}
	c.gap(len(c.text))
	c.state.directive = inDirective && strings.HasSuffix(strings.TrimRight(c.text, " \t\r"), "\\")
}

// gap emits the white space and comments before the token at end.
func (c *classifier) gap(end int) {
	for c.at < end {
		gap := c.text[c.at:end]
		switch i := strings.IndexByte(gap, '/'); {
		case i < 0:
			c.emit(end, Text)
		case i > 0:
			c.emit(c.at+i, Text)
		case strings.HasPrefix(gap, "/*"):
			n := strings.Index(gap[2:], "*/")
			if n < 0 {
				c.state.comment = true
				c.emit(end, Comment)
			} else {
				c.emit(c.at+n+4, Comment)
			}
		default:
			c.emit(end, Comment)
		}
	}
}

// header emits what follows #include.
func (c *classifier) header() {
	rest := c.text[c.at:]
	name := strings.TrimLeft(rest, " \t")
	c.emit(c.at+len(rest)-len(name), Text)
	end := -1
	if strings.HasPrefix(name, "<") {
		end = strings.IndexByte(name, '>')
	} else if strings.HasPrefix(name, "\"") {
		end = strings.IndexByte(name[1:], '"') + 1
	}
	if end > 0 {
		c.emit(c.at+end+1, String)
	}
	if i := strings.Index(c.text[c.at:], "//"); i >= 0 {
		c.emit(c.at+i, Text)
		c.emit(len(c.text), Comment)
	}
}

func (c *classifier) class(t, prev syntax.Lexeme) Class {
	word := c.text[t.Start:t.End]
	next := byte(0)
	if t.End < len(c.text) {
		next = c.text[t.End]
	}
	switch t.Kind {
	case syntax.LBrack:
		if next == '[' {
			c.state.attribute = true
		}
		return Punctuation
	case syntax.RBrack:
		if prev.Kind == syntax.RBrack && prev.End == t.Start {
			c.state.attribute = false
		}
		return Punctuation
	case syntax.Number:
		return Number
	case syntax.String, syntax.Char:
		return String
	case syntax.Invalid:
		if word == "\\" && strings.TrimSpace(c.text[t.End:]) == "" {
			return Directive // the line goes on
		}
		return Invalid
	case syntax.Ident:
		return c.ident(t, prev, word)
	}
	if t.Kind.IsKeyword() {
		if c.state.attribute { // [[kernel]]
			return Attribute
		}
		return keywordClass(word)
	}
	if strings.IndexByte("()[]{};,.:", word[0]) >= 0 {
		return Punctuation
	}
	return Operator
}

func (c *classifier) ident(t, prev syntax.Lexeme, word string) Class {
	member := prev.Kind == syntax.Dot || prev.Kind == syntax.Arrow
	called := strings.HasPrefix(strings.TrimLeft(c.text[t.End:], " "), "(")
	switch {
	case c.state.attribute:
		return Attribute
	case member && called:
		return Function
	case member:
		return Name
	case t.BuiltinType:
		return Type
	case functions[word] && (called || strings.HasPrefix(c.text[t.End:], "<")):
		return Builtin
	case called:
		return Function
	case isConstant(word):
		return Constant
	}
	return Name
}

func keywordClass(word string) Class {
	switch word {
	case "device", "constant", "threadgroup", "thread", "threadgroup_imageblock", "ray_data", "object_data":
		return AddressSpace
	case "void", "bool", "char", "short", "int", "long", "half", "float", "double", "bfloat", "signed", "unsigned", "auto":
		return Type
	case "true", "false", "nullptr":
		return Constant
	}
	return Keyword
}

// isConstant recognises names in capitals, as macros and constants have.
func isConstant(word string) bool {
	capitals := 0
	for i := range len(word) {
		switch b := word[i]; {
		case b >= 'A' && b <= 'Z':
			capitals++
		case b >= 'a' && b <= 'z':
			return false
		}
	}
	return capitals > 1
}
