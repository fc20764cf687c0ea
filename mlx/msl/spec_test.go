package msl_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// TestSpecification compiles small units that the Metal Shading Language
// Specification allows (ok_*) or forbids (no_*), each under the section that
// says so, and compares the diagnostics (*.diag) exactly.
func TestSpecification(t *testing.T) {
	eachUnit(t, "testdata/spec/*.txtar", func(t *testing.T, name, text string) string {
		r := compileUnit(name, text)
		shown := diag.RenderAll(r.Sources, r.Diagnostics)
		require.NotContains(t, shown, "internal compiler error")
		if accepted := r.Program != nil; accepted != strings.HasPrefix(name, "ok_") {
			t.Errorf("accepted: %v\n%s%s", accepted, text, shown)
		}
		return shown
	})
}

var (
	citation  = regexp.MustCompile(`^// (\d+(?:\.\d+)*(?:, (?:\d+(?:\.\d+)*|(?:C\+\+ )?\[[a-z.]+\]|Table \d+\.\d+))*)(?::|\n)`)
	bracketed = regexp.MustCompile(`\([^)]*\)`)
	cited     = regexp.MustCompile(`\b\d+(?:\.\d+)*\b|\[[a-z.]+\]`)
	table     = regexp.MustCompile(`Table \d+\.\d+|C\+\+\d*`)
	listed    = regexp.MustCompile(`(?m)^- (\d+(?:\.\d+)*) |(\[[a-z.]+\])`)
)

// TestSections compares the sections that the cases cite with those that
// README.md lists.
func TestSections(t *testing.T) {
	list, err := os.ReadFile("testdata/spec/README.md")
	require.NoError(t, err)
	known := make(map[string]bool)
	for _, m := range listed.FindAllStringSubmatch(string(list), -1) {
		known[m[1]+m[2]] = false
	}
	cite := func(where, text string) {
		sections := cited.FindAllString(table.ReplaceAllString(text, ""), -1)
		assert.NotEmpty(t, sections, "%s cites no section", where)
		for _, s := range sections {
			_, ok := known[s]
			assert.True(t, ok, "%s: README.md does not list %s", where, s)
			known[s] = true
		}
	}
	cases := 0
	for _, glob := range []string{"testdata/spec/*.txtar", "testdata/*.txtar"} {
		paths, err := filepath.Glob(glob)
		require.NoError(t, err)
		for _, path := range paths {
			a, err := txtar.ParseFile(path)
			require.NoError(t, err)
			if filepath.Base(filepath.Dir(path)) != "spec" {
				cases++
				cite(path, strings.Join(bracketed.FindAllString(string(a.Comment), -1), ""))
				continue
			}
			for _, f := range a.Files {
				if !strings.HasSuffix(f.Name, ".metal") {
					continue
				}
				cases++
				if m := citation.FindSubmatch(f.Data); assert.NotNil(t, m, "%s: %s does not begin with its sections", path, f.Name) {
					cite(f.Name, string(m[1]))
				}
			}
		}
	}
	require.Greater(t, cases, 300)
	for s, used := range known {
		assert.True(t, used, "no case cites %s", s)
	}
}
