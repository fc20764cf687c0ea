// Package highlight colours source text line by line, fast enough to run on
// every keypress.
//
// A Lexer splits one line into spans and carries a State from line to line. A
// State is comparable: an editor that re-lexes from an edited line may stop as
// soon as a line ends in the state that it ended in before.
package highlight

import msl "github.com/zmlx/zmlx/mlx/msl/highlight"

// Kind classifies a span.
type Kind uint8

// The kinds.
const (
	Text Kind = iota
	Keyword
	Type
	Builtin
	Function
	Attribute
	Key // a key of a mapping
	String
	Number
	Comment
	Preprocessor
	Operator
	Punctuation
	Invalid
	kindCount
)

// Kinds is the number of kinds.
const Kinds = int(kindCount)

// Span is a run of bytes of one kind.
type Span struct {
	Start, End int
	Kind       Kind
}

// State is what a lexer remembers at the end of a line.
type State struct {
	Mode   uint8     // of the outer language
	Inner  uint8     // of embedded Go
	Metal  msl.State // of Metal, embedded or not
	Lang   Lang      // embedded, or None
	Indent int16     // of the key that opened a block
}

// Lexer splits lines. Spans are appended in order, do not overlap, and may
// leave gaps, which are Text.
type Lexer interface {
	Line(line string, in State, spans []Span) ([]Span, State)
}

// Lang names a language that Spec embeds.
type Lang uint8

// The languages.
const (
	None Lang = iota
	Metal
	Go
	Plain
)
