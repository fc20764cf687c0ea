package mlx

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// braces moves what a brace that is missing from a kernel's body or header, or too
// many there, has the parser say about the generated text around it to that brace. What
// was said of text behind one too many follows from it.
func (m *partMap) braces(ds []diag.Diagnostic) []diag.Diagnostic {
	wanted := func(d diag.Diagnostic) bool {
		return d.Code == "expected-token" && strings.HasPrefix(d.Message, "expected '}'")
	}
	if slices.ContainsFunc(ds, func(d diag.Diagnostic) bool {
		return d.Code == "unterminated-comment" || d.Code == "unterminated-conditional"
	}) {
		ds = slices.DeleteFunc(slices.Clone(ds), wanted) // the generated brace is part of what has no end
	}
	at := slices.IndexFunc(ds, func(d diag.Diagnostic) bool {
		part, _, _ := m.place(d.At())
		return d.Code == "outside-function" || part == PartSignature && (d.Code == "extraneous-brace" || wanted(d))
	})
	if at < 0 {
		return ds
	}
	brace, extra, ok := m.unbalanced()
	if !ok {
		return ds
	}
	moved := diag.Diagnostic{Code: "expected-token", Message: "expected '}' to match this '{'", Span: brace}
	if extra {
		moved.Code, moved.Message = "extraneous-brace", "extraneous closing brace ('}')"
	}
	out := []diag.Diagnostic{}
	for i, d := range ds {
		if i != at && (!extra || d.At() < brace.Start) {
			out = append(out, d)
		}
	}
	return append(out, moved)
}

// ends moves what is said of the generated line behind the body or the header to where
// that text ends, which breaks off before what had to follow.
func (m *partMap) ends(ds []diag.Diagnostic) []diag.Diagnostic {
	end := map[diag.Pos]diag.Pos{} // of the user's text, by the start of that line
	var last diag.Pos
	for x, part := range m.lexemes {
		if part != PartSignature {
			last = m.start + diag.Pos(x.End)
		} else if last != 0 {
			_, line := m.sources.Line(m.start + diag.Pos(x.Start))
			end[line], last = last, 0
		}
	}
	out := slices.Clone(ds)
	for i, d := range out {
		_, line := m.sources.Line(d.At())
		if at, ok := end[line]; ok {
			out[i].Span, out[i].Caret, out[i].Ranges = diag.Span{Start: at, End: at}, 0, nil
		}
	}
	return out
}

// unbalanced finds the first brace of the header and the body that closes nothing, or else the
// last that nothing closes.
func (m *partMap) unbalanced() (brace diag.Span, extra, ok bool) {
	var open []diag.Span
	for x, part := range m.lexemes {
		span := diag.Span{Start: m.start + diag.Pos(x.Start), End: m.start + diag.Pos(x.End)}
		switch {
		case part == PartSignature || x.Kind != syntax.LBrace && x.Kind != syntax.RBrace:
		case x.Kind == syntax.LBrace:
			open = append(open, span)
		case len(open) == 0:
			return span, true, true
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return brace, false, false
	}
	return open[len(open)-1], false, true
}

// lexemes are those of the text with the parts that they stand in.
func (m *partMap) lexemes(yield func(syntax.Lexeme, Part) bool) {
	line, counted := 0, 0
	for lex := syntax.NewLexer(m.text); ; {
		x := lex.Next()
		line += strings.Count(m.text[counted:x.Start], "\n")
		counted = x.Start
		if x.Kind == syntax.EOF || !yield(x, m.from[line].Part) {
			return
		}
	}
}
