package syntax_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

var update = flag.Bool("update", false, "rewrite what is wanted in testdata")

// TestGolden runs the archives in testdata. Each file x.metal is a unit, other
// files can be included. Of x.pp (preprocessed), x.tree (parsed) and x.diag
// (the diagnostics as shown) those that are there are compared; without x.diag
// there must be no diagnostics.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		require.NoError(t, err)
		files := make(map[string]string)
		for _, f := range ar.Files {
			files[f.Name] = string(f.Data)
		}
		var out []txtar.File
		for _, f := range ar.Files {
			switch unit, isUnit := strings.CutSuffix(f.Name, ".metal"); {
			case isUnit:
				out = append(out, f)
				t.Run(filepath.Base(path)+"/"+unit, func(t *testing.T) {
					out = append(out, golden(t, files, unit)...)
				})
			case !wanted(f.Name):
				out = append(out, f)
			}
		}
		if *update {
			ar.Files = out
			require.NoError(t, os.WriteFile(path, txtar.Format(ar), 0o644))
		}
	}
}

func wanted(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".pp" || ext == ".tree" || ext == ".diag"
}

// golden compares the outputs of one unit, or gives the new ones.
func golden(t *testing.T, files map[string]string, unit string) (out []txtar.File) {
	opt := syntax.Options{Include: func(name, from string, angled bool) (string, string, error) {
		if text, ok := files[name]; ok {
			return name, text, nil
		}
		return "", "", fs.ErrNotExist
	}}
	name := unit + ".metal"
	got := make(map[string]string)
	if _, ok := files[unit+".pp"]; ok {
		src := diag.NewSources()
		toks, ds := syntax.Preprocess(src, name, files[name], opt)
		got["pp"], got["diag"] = toks.String(), diag.RenderAll(src, ds)
	} else {
		u, src, ds := syntax.Parse(name, files[name], opt)
		got["tree"], got["diag"] = syntax.PrintUnit(u), diag.RenderAll(src, ds)
	}
	for _, kind := range []string{"pp", "tree", "diag"} {
		want, ok := files[unit+"."+kind]
		switch have := got[kind]; {
		case *update && (ok || kind == "diag") && have != "":
			out = append(out, txtar.File{Name: unit + "." + kind, Data: []byte(have)})
		case *update:
		case ok || kind == "diag":
			require.Equal(t, want, have)
		}
	}
	return out
}
