package syntax_test

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// seed adds every unit of the golden tests.
func seed(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.txtar")
	require.NoError(f, err)
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		require.NoError(f, err)
		for _, file := range ar.Files {
			f.Add(string(file.Data))
		}
	}
	f.Add(kernelText(100))
}

// include lets a text include itself as "self".
func include(text string) syntax.Options {
	return syntax.Options{Include: func(name, from string, angled bool) (string, string, bool) {
		return "self", text, name == "self"
	}}
}

// FuzzPreprocess checks that preprocessing ends and that every token and
// diagnostic has a place that can be shown.
func FuzzPreprocess(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		src := diag.NewSources()
		toks, ds := syntax.Preprocess(src, "k", text, include(text))
		diag.RenderAll(src, ds)
		require.Equal(t, syntax.EOF, toks[len(toks)-1].Kind)
		for _, tok := range toks {
			require.LessOrEqual(t, len(src.Text(tok.Span())), len(tok.Text)+1)
		}
	})
}

// FuzzParse checks that parsing ends, twice with the same result, and that
// every diagnostic can be shown.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		u, src, ds := syntax.Parse("k", text, include(text))
		tree, shown := syntax.PrintUnit(u), diag.RenderAll(src, ds)
		v, src, ds := syntax.Parse("k", text, include(text))
		require.Equal(t, tree, syntax.PrintUnit(v))
		require.Equal(t, shown, diag.RenderAll(src, ds))
	})
}
