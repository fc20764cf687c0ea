package msl_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
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

// TestFixes applies the edits that each error of the cases proposes: the error
// must vanish, and no other may come.
func TestFixes(t *testing.T) {
	applied := 0
	for _, glob := range []string{"testdata/*.txtar", "testdata/diag/*.txtar", "testdata/spec/*.txtar"} {
		paths, err := filepath.Glob(glob)
		require.NoError(t, err)
		for _, path := range paths {
			a, err := txtar.ParseFile(path)
			require.NoError(t, err)
			for _, f := range a.Files {
				if strings.HasSuffix(f.Name, ".metal") {
					applied += applyFixes(t, f.Name, string(f.Data))
				}
			}
		}
	}
	require.Greater(t, applied, 30)
}

func applyFixes(t *testing.T, name, text string) (applied int) {
	r := compileUnit(name, text)
	before, _ := messagesOf(r)
	for _, d := range r.Diagnostics {
		for _, fixes := range alternatives(d) {
			applied++
			fixed := edited(r.Sources, text, fixes)
			after, errors := messagesOf(compileUnit(name, fixed))
			assert.Less(t, after[d.Message], before[d.Message], "%s: %s\n%s", name, d.Message, fixed)
			for message := range errors {
				assert.Contains(t, before, message, "%s: an error that was not there\n%s", name, fixed)
			}
		}
	}
	return applied
}

// alternatives are the edits of a diagnostic and those of its notes.
func alternatives(d diag.Diagnostic) [][]diag.Fix {
	var out [][]diag.Fix
	if len(d.Fixes) > 0 {
		out = append(out, d.Fixes)
	}
	for _, n := range d.Notes {
		if len(n.Fixes) > 0 {
			out = append(out, n.Fixes)
		}
	}
	return out
}

// messagesOf counts the diagnostics of each text, and those that are errors.
func messagesOf(r msl.Result) (all, errors map[string]int) {
	all, errors = make(map[string]int), make(map[string]int)
	for _, d := range r.Diagnostics {
		all[d.Message]++
		if d.Severity == diag.Error {
			errors[d.Message]++
		}
	}
	return all, errors
}

// edited is a text with edits applied.
func edited(s *diag.Sources, text string, fixes []diag.Fix) string {
	lines := strings.SplitAfter(text, "\n")
	offset := func(p diag.Pos) int {
		at := s.Resolve(p)
		n := at.Column - 1
		for _, l := range lines[:at.Line-1] {
			n += len(l)
		}
		return n
	}
	sorted := slices.SortedFunc(slices.Values(fixes), func(a, b diag.Fix) int { return int(b.Span.Start) - int(a.Span.Start) })
	for _, f := range sorted {
		text = text[:offset(f.Span.Start)] + f.Text + text[offset(f.Span.End):]
	}
	return text
}
