package msl_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// eachUnit calls check for every *.metal file in the archives that glob names,
// and compares what it gives with the *.diag file of the same name.
func eachUnit(t *testing.T, glob string, check func(t *testing.T, name, text string) string) {
	paths, err := filepath.Glob(glob)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(path)
			require.NoError(t, err)
			want := make(map[string]string)
			for _, f := range a.Files {
				require.NotContains(t, want, f.Name, "two cases have one name")
				want[f.Name] = string(f.Data)
			}
			var files []txtar.File
			for _, f := range a.Files {
				name, unit := strings.CutSuffix(f.Name, ".metal")
				if !unit {
					continue
				}
				files = append(files, f)
				t.Run(name, func(t *testing.T) {
					got := check(t, f.Name, string(f.Data))
					if got != "" {
						files = append(files, txtar.File{Name: name + ".diag", Data: []byte(got)})
					}
					if !*update {
						require.Equal(t, want[name+".diag"], got)
					}
				})
			}
			if *update {
				a.Files = files
				require.NoError(t, os.WriteFile(path, txtar.Format(a), 0o644))
			}
		})
	}
}

// compileUnit compiles the text of a case behind the usual first lines.
func compileUnit(name, text string) msl.Result {
	return msl.Compile(name, unitHeader+"#line 1 \""+name+"\"\n"+text, msl.Options{})
}

const unitHeader = "#include <metal_stdlib>\nusing namespace metal;\n"

// TestDiagnostics compares the exact text of diagnostics: what clang says of
// the same program in C++, or what is better.
func TestDiagnostics(t *testing.T) {
	eachUnit(t, "testdata/diag/*.txtar", func(t *testing.T, name, text string) string {
		r := compileUnit(name, text)
		return diag.RenderAll(r.Sources, r.Diagnostics)
	})
}
