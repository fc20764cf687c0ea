package report

import (
	"io"
	"strings"

	"github.com/zmlx/zmlx/tui/highlight"
	"github.com/zmlx/zmlx/workbench"
)

// Plain prints a text that ends with a line break.
func Plain(w io.Writer, text string) error {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// Source prints a document's text with its syntax in colour.
func Source(w io.Writer, doc workbench.Document, paint Paint) error {
	text := doc.Text
	if paint {
		text = coloured(text, lexerFor(doc))
	}
	return Plain(w, text)
}

func lexerFor(doc workbench.Document) highlight.Lexer {
	if doc.Kind() == workbench.MetalDocument {
		return highlight.MetalLexer
	}
	return highlight.Spec{}
}

// inks are the colours of the kinds; the others stay as they are. They are of
// the terminal's own palette, which suits its background.
var inks = [highlight.Kinds]string{
	highlight.Keyword: "35", highlight.Type: "36", highlight.Builtin: "34", highlight.Function: "34", highlight.Attribute: "33",
	highlight.Key: "34", highlight.String: "32", highlight.Number: "33", highlight.Comment: "2", highlight.Preprocessor: "35",
	highlight.Invalid: "1;31",
}

func coloured(text string, lexer highlight.Lexer) string {
	var b strings.Builder
	var state highlight.State
	var spans []highlight.Span
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		spans, state = lexer.Line(line, state, spans[:0])
		at := 0
		for _, s := range spans {
			b.WriteString(line[at:s.Start])
			if ink := inks[s.Kind]; ink != "" {
				b.WriteString("\x1b[" + ink + "m" + line[s.Start:s.End] + "\x1b[0m")
			} else {
				b.WriteString(line[s.Start:s.End])
			}
			at = s.End
		}
		b.WriteString(line[at:] + "\n")
	}
	return b.String()
}
