package dsl

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPrecedence(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"-x ** 2", "-x ** 2"},
		{"(-x) ** 2", "(-x) ** 2"},
		{"2 ** -1", "2 ** -1"},
		{"a ** b ** c", "a ** b ** c"},
		{"(a ** b) ** c", "(a ** b) ** c"},
		{"a - (b - c)", "a - (b - c)"},
		{"(a - b) - c", "a - b - c"},
		{"a + b * c << 1 & m", "a + b * c << 1 & m"},
		{"not a < b and c", "not a < b and c"},
		{"not (a and c)", "not (a and c)"},
		{"(a < b) & (c < d)", "(a < b) & (c < d)"},
		{"x if c else y if d else z", "x if c else y if d else z"},
		{"(x if c else y) + 1", "(x if c else y) + 1"},
		{"x[..., :D]", "x[..., :D]"},
		{"x[::-1, None, 0, a:b:2]", "x[::-1, none, 0, a:b:2]"},
		{"x.sum(-1, keepdims=True).T", "sum(x, -1, keepdims=true).T"},
		{"mx.fast.rms_norm(x, w, 1e-6)", "rms_norm(x, w, 1e-06)"},
		{"f(a,\n  b) # note", "f(a, b)"},
		{"concatenate((a, b), axis=-1)", "concatenate([a, b], axis=-1)"},
		{"1. + .5 + 1_000 + 0x1f", "1.0 + 0.5 + 1000 + 31"},
		{"x[1.5:]", "x[1.5:]"},
		{"mode == 'affine'", `mode == "affine"`},
	} {
		e, err := ParseExpr(c.text)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, Format(e), c.text)
	}
}

func TestStatements(t *testing.T) {
	p, err := Parse("# the sum first\nh = x + r\n\nv, i = topk(h, 2); y = h *\\\n  w\n")
	require.NoError(t, err)
	require.Equal(t, "h = x + r\nv, i = topk(h, 2)\ny = h * w", p.String())
	var free []string
	for _, n := range p.FreeNames() {
		free = append(free, n.Ident)
	}
	require.Equal(t, []string{"x", "r", "w"}, free)
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "1:1: the expression is empty"},
		{"x +", "1:4: wanted an operand, found the end"},
		{"x + * y", `1:5: wanted an operand, found "*"`},
		{"y = x\nz = (x", `2:7: wanted ")" to match "(", found the end`},
		{"a < b < c", `1:7: comparisons do not chain; write "a < b and b < c"`},
		{"f(a=1, b)", "1:8: a positional argument cannot follow a keyword argument"},
		{"x y", `1:3: "y" follows a whole expression; write an operator before it, or a comma if something else begins there`},
		{"1.0f", `1:1: "1.0f" is not a number; leave the suffix out`},
		{"x[]", "1:3: the subscript is empty"},
		{"x if c", `1:7: wanted "else" after the condition of "if", found the end`},
		{"'abc", "1:1: the string does not end on its line"},
		{"x ? y : z", `1:3: unexpected character '?'; write "a if c else b"`},
		{"(-a)(b)", "1:5: only a function can be called"},
		{"1\n2", `1:1: an expression without a name among several statements does nothing; write "name = …"`},
		{"x + not y", `1:5: "not" cannot stand here; put it in parentheses`},
		{strings.Repeat("(", 500) + "x", "1:201: the expression is nested deeper than 200; give parts names"},
		{strings.Repeat("-", 500) + "x", "1:201: the expression is nested deeper than 200; give parts names"},
	} {
		_, err := Parse(c.text)
		require.EqualError(t, err, c.want, c.text)
	}
}

// FuzzParse: no input may panic, and what parses prints as an equal program.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"y = x[..., :D] ** -2 if a and not b else f(x, k=[1, 2])", "a,b=split(x,2);c=a@b", "x.T.shape[-1]", "'s' == \"t\"", "1e-6 + 0x1f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		printed := p.String()
		again, err := Parse(printed)
		require.NoError(t, err, printed)
		require.Equal(t, printed, again.String())
		p.Check(nil)
	})
}
