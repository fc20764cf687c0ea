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

// TestSpecification compiles small units that the Metal Shading Language
// Specification allows (ok_*) or forbids (no_*), each under the section that
// says so, and compares the diagnostics (*.diag) exactly.
func TestSpecification(t *testing.T) {
	paths, err := filepath.Glob("testdata/spec/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(path)
			require.NoError(t, err)
			want := make(map[string]string)
			for _, f := range a.Files {
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
					got := specification(t, f.Name, string(f.Data))
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

// specification compiles one case and gives its diagnostics.
func specification(t *testing.T, name, text string) string {
	t.Helper()
	r := msl.Compile(name, "#include <metal_stdlib>\nusing namespace metal;\n#line 1 \""+name+"\"\n"+text, msl.Options{})
	shown := diag.RenderAll(r.Sources, r.Diagnostics)
	require.NotContains(t, shown, "internal compiler error")
	if accepted := r.Program != nil; accepted != strings.HasPrefix(name, "ok_") {
		t.Errorf("accepted: %v\n%s%s", accepted, text, shown)
	}
	return shown
}
