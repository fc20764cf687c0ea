package highlight

import (
	"strings"

	"github.com/alecthomas/chroma/v2"
)

// Lexer is the chroma lexer for the Metal Shading Language. The values of its
// tokens, put together, are the text.
var Lexer chroma.Lexer = &lexer{config: &chroma.Config{
	Name:      "Metal Shading Language",
	Aliases:   []string{"msl", "metal"},
	Filenames: []string{"*.metal"},
	MimeTypes: []string{"text/x-metal"},
	Priority:  1,
}}

type lexer struct {
	config   *chroma.Config
	registry *chroma.LexerRegistry
	analyser func(string) float32
}

// Config describes the lexer.
func (l *lexer) Config() *chroma.Config { return l.config }

// SetRegistry sets the registry that the lexer belongs to.
func (l *lexer) SetRegistry(r *chroma.LexerRegistry) chroma.Lexer {
	l.registry = r
	return l
}

// SetAnalyser sets how AnalyseText scores.
func (l *lexer) SetAnalyser(analyser func(string) float32) chroma.Lexer {
	l.analyser = analyser
	return l
}

// AnalyseText scores how likely a text is Metal.
func (l *lexer) AnalyseText(text string) float32 {
	if l.analyser != nil {
		return l.analyser(text)
	}
	if strings.Contains(text, "<metal_stdlib>") || strings.Contains(text, "[[buffer(") || strings.Contains(text, "thread_position_in_grid") {
		return 1
	}
	return 0
}

// Tokenise splits a text into tokens.
func (l *lexer) Tokenise(options *chroma.TokeniseOptions, text string) (chroma.Iterator, error) {
	if options != nil && options.EnsureLF {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	it := &iterator{text: text}
	return it.next, nil
}

// iterator gives the tokens of a text line by line.
type iterator struct {
	text  string // the lines to come
	line  string
	spans []Span // of line, not given yet
	room  []Span // to use again
	ended bool   // a newline follows line
	state State
}

func (it *iterator) next() chroma.Token {
	for len(it.spans) == 0 {
		switch {
		case it.ended:
			it.ended = false
			return chroma.Token{Type: chroma.TextWhitespace, Value: "\n"}
		case it.text == "":
			return chroma.EOF
		}
		it.line, it.text, it.ended = strings.Cut(it.text, "\n")
		it.room, it.state = Line(it.line, it.state, it.room[:0])
		it.spans = it.room
	}
	s := it.spans[0]
	it.spans = it.spans[1:]
	return chroma.Token{Type: types[s.Class], Value: it.line[s.Start:s.End]}
}

var types = [...]chroma.TokenType{
	Text: chroma.TextWhitespace, Comment: chroma.Comment, Directive: chroma.CommentPreproc, Keyword: chroma.Keyword,
	AddressSpace: chroma.KeywordReserved, Type: chroma.KeywordType, Attribute: chroma.NameAttribute, Builtin: chroma.NameBuiltin,
	Function: chroma.NameFunction, Constant: chroma.NameConstant, Name: chroma.Name, Number: chroma.LiteralNumber,
	String: chroma.LiteralString, Operator: chroma.Operator, Punctuation: chroma.Punctuation, Invalid: chroma.Error,
}
