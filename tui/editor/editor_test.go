package editor

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/highlight"
	"github.com/zmlx/zmlx/tui/theme"
)

// script runs commands: a word of Commands in <…>, anything else is typed.
func script(e *Editor, s string) {
	for s != "" {
		if s[0] == '<' {
			name, rest, _ := strings.Cut(s[1:], ">")
			Commands[name](e)
			s = rest
			continue
		}
		r := []rune(s)[0]
		e.Type(string(r))
		s = s[len(string(r)):]
	}
}

// render shows the text with | for the cursor and [ ] for the selection.
func render(e *Editor) string {
	from, to, ok := e.Selection()
	end := Pos{e.Len() - 1, len(e.Line(e.Len() - 1))}
	if !ok {
		return e.slice(Pos{}, e.cursor) + "|" + e.slice(e.cursor, end)
	}
	return e.slice(Pos{}, from) + "[" + e.slice(from, to) + "]" + e.slice(to, end)
}

func TestEditing(t *testing.T) {
	for _, c := range []struct{ text, script, want string }{
		{"", "abc", "abc|"},
		{"abc", "<end>d<left><left>x", "abxc|d"[:3] + "|cd"},
		{"héllo", "<right><right><backspace>", "h|llo"},
		{"a\nb", "<delete><delete>", "|b"},
		{"a\nb", "<down><backspace>", "a|b"},
		{"one two", "<word-right><word-right>", "one two|"},
		{"one two", "<end><delete-word>", "one |"},
		{"one two", "<select-word-right>x", "x| two"},
		{"one\ntwo", "<select-down>x", "x|two"},
		{"one\ntwo", "<select-all><backspace>", "|"},
		{"f(x) {", "<end><newline>y", "f(x) {\n  y|"},
		{"f {}", "<end><left><newline>y", "f {\n  y|\n}"},
		{"  a", "<end><newline>b", "  a\n  b|"},
		{"a:", "<end><newline>b", "a:\n  b|"},
		{"source: |", "<end><newline>x {<newline>y<newline>}", "source: |\n  x {\n    y\n  }|"},
		{"    x", "<right><right><right><right><backspace>", "  |x"},
		{"x", "<indent>", "  |x"},
		{"a\nb\nc", "<select-down><select-down><indent>", "  [a\n  b\n]c"},
		{"  a\n  b", "<select-down><select-end><dedent>", "[a\nb]"},
		{"a: 1\n\nb: 2", "<select-all><comment>", "# [a: 1\n\n# b: 2]"},
		{"# a\n# b", "<select-all><comment>", "[a\nb]"},
		{"source: |\n  int x;", "<down><comment>", "source: |\n|  // int x;"},
		{"a\nb\nc", "<line-down>", "b\n|a\nc"},
		{"a\nb\n", "<select-all><line-down>", "\n[a\nb]"},
		{"a\nb\nc", "<down><down><line-up>", "a\n|c\nb"},
		{"ab", "<duplicate>", "ab\n|ab"},
		{"(a[b])", "<to-bracket>", "(a[b]|)"},
		{"\")\" (x)", "<end><left><to-bracket>", "\")\" |(x)"},
		{"abc\nd\nabc", "<end><down><down>", "abc\nd\nabc|"},
	} {
		e := New(c.text, highlight.Spec{})
		if strings.Contains(c.script, "to-bracket") {
			e = New(c.text, highlight.MetalLexer)
		}
		script(e, c.script)
		require.Equal(t, c.want, render(e), "%q: %s", c.text, c.script)
	}
}

func TestUndoGroupsByWordPauseAndMove(t *testing.T) {
	now := time.Unix(0, 0)
	e := New("", nil)
	e.Now = func() time.Time { return now }
	script(e, "hello big")
	require.True(t, e.Undo())
	require.Equal(t, "hello |", render(e))
	require.True(t, e.Redo())
	require.Equal(t, "hello big|", render(e))
	e.Undo()
	e.Undo()
	require.Equal(t, "|", render(e))
	require.False(t, e.Undo())
	require.False(t, e.Modified())

	script(e, "ab")
	now = now.Add(2 * time.Second)
	script(e, "cd")
	e.Undo()
	require.Equal(t, "ab|", render(e))
	script(e, "<left>x<right>y")
	e.Undo()
	require.Equal(t, "axb|", render(e))
	e.Undo()
	require.Equal(t, "a|b", render(e))
	redone := 0
	for e.Redo() {
		redone++
	}
	require.Equal(t, 2, redone)
}

func TestSavedStateFollowsUndo(t *testing.T) {
	e := New("a", nil)
	script(e, "x")
	require.True(t, e.Modified())
	e.MarkSaved()
	script(e, "<end>y")
	require.True(t, e.Modified())
	e.Undo()
	require.False(t, e.Modified())
	e.Undo()
	require.True(t, e.Modified())
	script(e, "<end>z") // another text with as many edits
	require.True(t, e.Modified())
}

func TestPasteIsOneStep(t *testing.T) {
	e := New("ab", nil)
	script(e, "<right>")
	big := strings.Repeat("line of text\r\n", 100_000)
	e.Paste(big + "\x1b[31m\x00")
	require.Equal(t, 100_001, e.Len())
	require.Equal(t, "[31mb", e.Line(100_000))
	e.Undo()
	require.Equal(t, "a|b", render(e))
}

func TestLineEndsAreKept(t *testing.T) {
	e := New("a\r\nb\r\n", nil)
	script(e, "x")
	require.Equal(t, "xa\r\nb\r\n", e.Text())
}

func TestFindAndReplace(t *testing.T) {
	e := New("foo bar\nFoo baz foo", nil)
	require.True(t, e.Find("foo", false, Pos{}))
	require.Equal(t, "[foo] bar\nFoo baz foo", render(e))
	require.Equal(t, "1 of 3", e.SearchStatus())
	e.FindNext(false)
	e.FindNext(false)
	require.Equal(t, "3 of 3", e.SearchStatus())
	e.FindNext(false)
	require.Equal(t, "1 of 3", e.SearchStatus())
	e.FindNext(true)
	require.Equal(t, "3 of 3", e.SearchStatus())
	require.True(t, e.Find("Foo", false, Pos{}))
	require.Equal(t, "1 of 1", e.SearchStatus())
	require.True(t, e.Find(`(b)a(\w)`, true, Pos{}))
	require.True(t, e.Replace("$2$1"))
	require.Equal(t, "foo rb\nFoo [baz] foo", render(e))
	e.Undo()
	require.True(t, e.Find("foo", false, Pos{}))
	require.Equal(t, 3, e.ReplaceAll("x"))
	require.Equal(t, "x bar\nx baz x", e.Text())
	e.Undo()
	require.Equal(t, "foo bar\nFoo baz foo", e.Text())
	require.False(t, e.Find("(", true, Pos{}))
	require.Contains(t, e.SearchStatus(), "missing closing")
	require.False(t, e.Find("nope", false, Pos{}))
	require.Equal(t, "not found", e.SearchStatus())
}

func TestMarksMoveWithTheText(t *testing.T) {
	e := New("a\nb\nc", nil)
	e.SetMarks([]Mark{{From: Pos{2, 0}, Severity: Warning, Message: "w"}, {From: Pos{1, 0}, Message: "e"}})
	script(e, "<newline>")
	require.Equal(t, 2, e.Marks()[0].From.Line)
	m, ok := e.NextMark(false)
	require.True(t, ok)
	require.Equal(t, "e", m.Message)
	m, _ = e.NextMark(false)
	require.Equal(t, "w", m.Message)
	m, _ = e.NextMark(false)
	require.Equal(t, "e", m.Message)
	m, _ = e.NextMark(true)
	require.Equal(t, "w", m.Message)
}

func TestCompletion(t *testing.T) {
	items := []Item{{Text: "simd_sum"}, {Text: "simd_shuffle"}, {Text: "threadgroup"}}
	e := New("", nil)
	script(e, "simd")
	require.True(t, e.Complete(items))
	e.MoveProposal(1)
	script(e, "_su")
	require.True(t, e.Completing())
	e.Accept()
	require.Equal(t, "simd_sum|", render(e))
	script(e, " thr")
	require.True(t, e.Complete(items)) // only one fits
	require.Equal(t, "simd_sum threadgroup|", render(e))
	script(e, " zz")
	require.False(t, e.Complete(items))

	e = New("word sim\n\n", nil)
	e.MoveTo(Pos{0, 8})
	require.True(t, e.Complete(items))
	e.MoveLines(true) // the word is elsewhere now, and so are the proposals
	require.False(t, e.Completing())
	e.Accept()
	require.Equal(t, "\nword sim|\n", render(e))
	e = New("", nil)
	script(e, "simd_sum thr")
	require.True(t, e.Complete(items))
	require.Equal(t, "simd_sum threadgroup|", render(e))
	require.True(t, len(e.Words()) == 2)
}

// TestLexCache compares the cached colours with those of a fresh editor after
// random edits.
func TestLexCache(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"/*", "*/", "source: |\n", "  x\n", "a: b\n", "\n", "x", "  ", "go: |\n", "`"}
	e := New(strings.Repeat("a: 1\nsource: |\n  /* x\n  y */ z\n", 5), highlight.Spec{})
	for range 3000 {
		e.cursor = e.clamp(Pos{rng.IntN(e.Len()), rng.IntN(8)})
		switch rng.IntN(4) {
		case 0:
			e.marking, e.anchor = true, e.clamp(Pos{e.cursor.Line + rng.IntN(3), rng.IntN(5)})
			e.Cut()
		case 1:
			e.Undo()
		default:
			e.Paste(pieces[rng.IntN(len(pieces))])
		}
		if e.Len() > 60 {
			e.SelectAll()
			e.Cut()
		}
		for range 2 { // partly lexed, as a view does
			i := rng.IntN(e.Len())
			e.lex.line(e.lines, i)
		}
		fresh := New(e.Text(), highlight.Spec{})
		i := rng.IntN(e.Len())
		require.Equal(t, fmt.Sprint(fresh.lex.line(fresh.lines, i)), fmt.Sprint(e.lex.line(e.lines, i)), "line %d of %q", i, e.Text())
	}
}

func FuzzEditor(f *testing.F) {
	f.Add("a(b\n  c)", "<down>x<undo>")
	names := make([]string, 0, len(Commands))
	for n := range Commands {
		names = append(names, n)
	}
	f.Fuzz(func(t *testing.T, text, keys string) {
		e := New(text, highlight.Spec{})
		want := e.Text()
		b := cells.New(40, 6, cells.Style{})
		th, err := theme.New("dark", cells.NoColor)
		require.NoError(t, err)
		for _, k := range keys {
			if int(k) < len(names) {
				Commands[names[k]](e)
			} else {
				e.Type(string(k))
			}
			require.Equal(t, e.cursor, e.clamp(e.cursor))
		}
		e.Draw(b, b.Bounds(), th, true)
		for e.Undo() {
		}
		require.Equal(t, want, e.Text())
	})
}
