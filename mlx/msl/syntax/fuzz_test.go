package syntax_test

import (
	"embed"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/internal/fuzzing"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/internal/kerneltext"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

//go:embed testdata
var testdata embed.FS

// seed adds every unit of the golden tests.
func seed(f *testing.F) {
	texts, err := fuzzing.Files(testdata, "")
	require.NoError(f, err)
	for _, text := range texts {
		f.Add(text)
	}
	f.Add(kerneltext.Library(100))
	fuzzing.Prepare(f)
}

// include lets a text include itself as "self".
func include(text string) syntax.Options {
	return syntax.Options{Include: func(name, from string, angled bool) (string, string, error) {
		if name != "self" {
			return "", "", fs.ErrNotExist
		}
		return "self", text, nil
	}}
}

// FuzzPreprocess checks that preprocessing ends and that every token and
// diagnostic has a place that can be shown.
func FuzzPreprocess(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > fuzzing.MaxInput {
			return
		}
		fuzzing.Guard(func() {
			src := diag.NewSources()
			toks, ds := syntax.Preprocess(src, "k", text, include(text))
			diag.RenderAll(src, ds)
			require.Equal(t, syntax.EOF, toks.List[len(toks.List)-1].Kind)
			for _, tok := range toks.List {
				if got := src.Text(tok.Span()); len(got) > len(toks.Text(tok))+1 {
					t.Fatalf("the token %q has the text %q", toks.Text(tok), got)
				}
			}
		})
	})
}

// FuzzParse checks that parsing ends, twice with the same result, and that
// every diagnostic can be shown.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > fuzzing.MaxInput {
			return
		}
		fuzzing.Guard(func() {
			u, src, ds := syntax.Parse("k", text, include(text))
			tree, shown := syntax.PrintUnit(u), diag.RenderAll(src, ds)
			v, src, ds := syntax.Parse("k", text, include(text))
			require.Equal(t, tree, syntax.PrintUnit(v))
			require.Equal(t, shown, diag.RenderAll(src, ds))
		})
	})
}
