package diag_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

func addFile(t *testing.T, s *diag.Sources, name, text string) diag.Pos {
	t.Helper()
	sp, ok := s.AddFile(name, text, 0)
	require.True(t, ok)
	return sp.Start
}

// spanOf is the n-th occurrence of sub in text that begins at base.
func spanOf(base diag.Pos, text, sub string, n int) diag.Span {
	at := 0
	for range n {
		at += strings.Index(text[at:], sub) + 1
	}
	at += strings.Index(text[at:], sub)
	return diag.Span{Start: base + diag.Pos(at), End: base + diag.Pos(at+len(sub))}
}

func TestResolve(t *testing.T) {
	s := diag.NewSources()
	a := addFile(t, s, "a", "one\ntwo\n\nlast")
	b := addFile(t, s, "b", "")
	c := addFile(t, s, "c", "x")
	require.Equal(t, diag.Location{File: "a", Line: 1, Column: 1}, s.Resolve(a))
	require.Equal(t, diag.Location{File: "a", Line: 2, Column: 3}, s.Resolve(a+6))
	require.Equal(t, diag.Location{File: "a", Line: 4, Column: 5}, s.Resolve(a+13))
	require.Equal(t, diag.Location{File: "b", Line: 1, Column: 1}, s.Resolve(b))
	require.Equal(t, diag.Location{File: "c", Line: 1, Column: 2}, s.Resolve(c+1))
	require.Equal(t, diag.Location{}, s.Resolve(0))
	require.Equal(t, diag.Location{}, s.Resolve(c+1000))
	line, start := s.Line(a + 6)
	require.Equal(t, "two", line)
	require.Equal(t, a+4, start)
}

func TestLineDirective(t *testing.T) {
	s := diag.NewSources()
	text := "zero\n#line 100 \"k\"\nhundred\n#line 7\nseven\neight\n"
	a := addFile(t, s, "a", text)
	at := func(sub string) diag.Location { return s.Resolve(spanOf(a, text, sub, 0).Start) }
	s.SetLine(spanOf(a, text, "hundred", 0).Start, 100, "k")
	s.SetLine(spanOf(a, text, "seven", 0).Start, 7, "")
	require.Equal(t, diag.Location{File: "a", Line: 1, Column: 1}, at("zero"))
	require.Equal(t, diag.Location{File: "k", Line: 100, Column: 1}, at("hundred"))
	require.Equal(t, diag.Location{File: "k", Line: 8, Column: 1}, at("eight"))

	s.AsWritten()
	presented := func(sub string) diag.Location { return s.Presented(spanOf(a, text, sub, 0).Start) }
	require.Equal(t, diag.Location{File: "a", Line: 6, Column: 1}, at("eight"))
	require.Equal(t, diag.Location{File: "k", Line: 8, Column: 1}, presented("eight"))
	require.Zero(t, presented("zero"))
}

func TestExtend(t *testing.T) {
	base := diag.NewSources()
	a := addFile(t, base, "a", "alpha")
	s1, s2 := base.Extend(), base.Extend()
	b1 := addFile(t, s1, "b1", "beta")
	b2 := addFile(t, s2, "b2", "beta")
	require.Equal(t, b1, b2)
	require.Equal(t, "a", s1.Resolve(a).File)
	require.Equal(t, "b1", s1.Resolve(b1).File)
	require.Equal(t, "b2", s2.Resolve(b2).File)
	require.Equal(t, "alpha", s2.Text(diag.Span{Start: a, End: a + 5}))
	require.Equal(t, diag.Location{}, base.Resolve(b1))
}

// TestMacroBacktrace builds by hand what the preprocessor does for
// OUTER(v) -> INNER(v) -> (v + 1).
func TestMacroBacktrace(t *testing.T) {
	s := diag.NewSources()
	text := "#define INNER(b) (b + 1)\n#define OUTER(a) INNER(a)\n\tx = OUTER(v);\n"
	f := addFile(t, s, "k.metal", text)
	use := spanOf(f, text, "OUTER(v)", 0)
	outerBody := spanOf(f, text, "INNER(a)", 0)
	outer, _ := s.AddExpansion(outerBody.Start, 8, use)
	arg, _ := s.AddArgument(spanOf(f, text, "v", 0).Start, 1, diag.Span{Start: outer + 6, End: outer + 7})
	innerBody := spanOf(f, text, "(b + 1)", 0)
	inner, _ := s.AddExpansion(innerBody.Start, 7, diag.Span{Start: outer, End: outer + 8})
	argIn, _ := s.AddArgument(arg, 1, diag.Span{Start: inner + 1, End: inner + 2})

	plus := inner + 3
	require.Equal(t, "+", s.Text(diag.Span{Start: plus, End: plus + 1}))
	require.Equal(t, diag.Location{File: "k.metal", Line: 3, Column: 6}, s.Resolve(plus))
	require.Equal(t, diag.Location{File: "k.metal", Line: 3, Column: 12}, s.Resolve(argIn))
	d := diag.Diagnostic{Message: "bad operands", Span: diag.Span{Start: plus, End: plus + 1},
		Ranges: []diag.Span{{Start: argIn, End: argIn + 1}, {Start: inner + 5, End: inner + 6}}}
	require.Equal(t, `k.metal:3:6: error: bad operands
        x = OUTER(v);
            ^~~~~~~~
k.metal:2:18: note: expanded from macro 'OUTER'
#define OUTER(a) INNER(a)
                 ^~~~~~~~
k.metal:1:21: note: expanded from macro 'INNER'
#define INNER(b) (b + 1)
                  ~ ^ ~
`, diag.Render(s, d))

	d = diag.Diagnostic{Message: "undeclared", Span: diag.Span{Start: argIn, End: argIn + 1}}
	require.Equal(t, "k.metal:3:12: error: undeclared\n        x = OUTER(v);\n                  ^\n", diag.Render(s, d))
}

func TestRender(t *testing.T) {
	tests := []struct {
		name, text, at string
		d              diag.Diagnostic
		want           string
	}{
		{"range", "int a = bb + c;\n", "bb + c", diag.Diagnostic{Message: "m"},
			"f:1:9: error: m\nint a = bb + c;\n        ^~~~~~\n"},
		{"warning", "int a;\n", "a", diag.Diagnostic{Severity: diag.Warning, Code: "unused-variable", Message: "m"},
			"f:1:5: warning: m [-Wunused-variable]\nint a;\n    ^\n"},
		{"wide", "x = \"日本\" + y;\n", "y", diag.Diagnostic{Message: "m"},
			"f:1:16: error: m\nx = \"日本\" + y;\n             ^\n"},
		{"control", "a\x1b[31m\x80 y\n", "y", diag.Diagnostic{Message: "m"},
			"f:1:9: error: m\na<U+001B>[31m<80> y\n                  ^\n"},
		{"crlf", "ab\r\ncd\r\n", "cd", diag.Diagnostic{Message: "m"}, "f:2:1: error: m\ncd\n^~\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := diag.NewSources()
			tt.d.Span = spanOf(addFile(t, s, "f", tt.text), tt.text, tt.at, 0)
			require.Equal(t, tt.want, diag.Render(s, tt.d))
		})
	}
}

func TestRenderFixAndNote(t *testing.T) {
	s := diag.NewSources()
	text := "\treturn a\n}\n"
	f := addFile(t, s, "f", text)
	end := spanOf(f, text, "a", 0).End
	d := diag.Diagnostic{Message: "expected ';'", Span: diag.Span{Start: end, End: end},
		Fixes: []diag.Fix{{Span: diag.Span{Start: end, End: end}, Text: ";"}},
		Notes: []diag.Note{{Message: "to match this", Span: spanOf(f, text, "}", 0)}}}
	require.Equal(t, "f:1:10: error: expected ';'\n        return a\n                ^\n                ;\nf:2:1: note: to match this\n}\n^\n", diag.Render(s, d))
}

func TestRenderWithoutPlace(t *testing.T) {
	require.Equal(t, "error: no kernel\n", diag.Render(diag.NewSources(), diag.Diagnostic{Message: "no kernel"}))
}

func TestIncludeStack(t *testing.T) {
	s := diag.NewSources()
	main := addFile(t, s, "main", "\n#include \"a\"\n")
	a, _ := s.AddFile("a", "bad", main+1)
	require.Equal(t, "In file included from main:2:\na:1:1: error: m\nbad\n^~~\n",
		diag.Render(s, diag.Diagnostic{Message: "m", Span: a}))
}

func TestBag(t *testing.T) {
	b := diag.Bag{Limit: 2}
	for i := range 5 {
		d := diag.Diagnostic{Message: "m", Span: diag.Span{Start: diag.Pos(i)}}
		b.Add(d)
		b.Add(d)
	}
	require.True(t, b.Full())
	require.Len(t, b.List(), 3)
	require.Equal(t, "too many errors emitted, stopping now", b.List()[2].Message)
}
