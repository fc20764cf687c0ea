package syntax

// Lexer cuts a text into tokens without preprocessing it, for tools that look
// at the text itself. What lies between two tokens is white space and comments.
type Lexer struct{ s scanner }

// Lexeme is a token of a Lexer: its kind and where it stands in the text.
type Lexeme struct {
	Kind       Kind
	Start, End int
	// BuiltinType says that the word names one of Metal's types or templates.
	BuiltinType bool
}

// NewLexer returns a lexer at the start of text.
func NewLexer(text string) *Lexer {
	return &Lexer{scanner{src: text + "\x00", table: words(), fixed: true}}
}

// Next returns the next token; at the end, EOF for ever.
func (l *Lexer) Next() Lexeme {
	var t Token
	l.s.next(&t)
	x := Lexeme{Kind: t.Kind, Start: int(t.Pos), End: l.s.off}
	if id := l.s.table.ident(t); id != nil {
		k := id.builtin.kind
		x.BuiltinType = k == symType || k == symTypeTemplate
	}
	return x
}
