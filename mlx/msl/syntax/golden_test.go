package syntax_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

var update = flag.Bool("update", false, "rewrite the want files in testdata")

// TestGolden runs every testdata/*/*.txtar. The first file is the unit, others
// can be included. Of the files want/pp, want/tree and want/diag those that are
// there are compared; without want/diag there must be no diagnostics.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "testdata/"), ".txtar")
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			require.NoError(t, err)
			changed := false
			got := outputs(ar)
			for i, f := range ar.Files {
				if have, ok := got[f.Name]; ok {
					delete(got, f.Name)
					if *update {
						changed = changed || string(f.Data) != have
						ar.Files[i].Data = []byte(have)
						continue
					}
					require.Equal(t, string(f.Data), have, f.Name)
				}
			}
			if d := got["want/diag"]; d != "" && *update {
				ar.Files = append(ar.Files, txtar.File{Name: "want/diag", Data: []byte(d)})
				changed = true
			} else {
				require.Empty(t, d, "diagnostics")
			}
			if changed {
				require.NoError(t, os.WriteFile(path, txtar.Format(ar), 0o644))
			}
		})
	}
}

// outputs gives what each want file should hold.
func outputs(ar *txtar.Archive) map[string]string {
	files := make(map[string]string)
	for _, f := range ar.Files {
		files[f.Name] = string(f.Data)
	}
	opt := syntax.Options{Include: func(name, from string, angled bool) (string, string, bool) {
		text, ok := files[name]
		return name, text, ok
	}}
	unit := ar.Files[0]
	out := make(map[string]string)
	if _, ok := files["want/pp"]; ok {
		src := diag.NewSources()
		toks, ds := syntax.Preprocess(src, unit.Name, string(unit.Data), opt)
		out["want/pp"] = syntax.PrintTokens(toks)
		out["want/diag"] = diag.RenderAll(src, ds)
	}
	return out
}
