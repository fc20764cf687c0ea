package ir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTextRoundTrip(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ir")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		p, err := Parse(string(text))
		require.NoError(t, err, file)
		require.NoError(t, Verify(p), file)
		require.Equal(t, string(text), p.String(), file)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"bogus", `line 1: unexpected "bogus"`},
		{"func @f() {\n  %0:f33 = const 1\n}", `line 2: unknown type "f33"`},
		{"func @f() {\n  return", "line 2: the block has no end"},
		{"func @f() {\n  call @g\n}", "line 2: no function @g"},
		{"func @f() {\n}\nfunc @f() {\n}", "line 3: function f is declared twice"},
		{"func @f() {\n  %0:f32, %2:i32 = frexp %1\n}", "line 2: results must be consecutive registers"},
		{"func @f() {\n  %99999999:f32 = const 1\n}", "line 2: bad register %99999999"},
		{"func @f() {\n  %0:f32 = add %0 ! %0\n}", `line 2: unexpected "! %0"`},
	} {
		_, err := Parse(c.text)
		require.ErrorContains(t, err, c.want)
	}
}
