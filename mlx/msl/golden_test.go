package msl_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

var update = flag.Bool("update", false, "rewrite the wanted results in testdata")

// position is what the IR's text says about source positions.
var position = regexp.MustCompile(` @\d+\b`)

// TestGolden compiles the kernel of every archive and compares diagnostics,
// the entries' signatures and the IR with what the archive wants. The first
// line of an archive's comment may hold options: "preamble", "optimized", and a
// version such as "metal3.1".
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			require.NoError(t, err)
			golden(t, name, a)
		})
	}
}

func golden(t *testing.T, name string, a *txtar.Archive) {
	section := func(n string) *txtar.File {
		for i := range a.Files {
			if a.Files[i].Name == n {
				return &a.Files[i]
			}
		}
		return nil
	}
	kernel := section("kernel.metal")
	require.NotNil(t, kernel, "the archive has no kernel.metal")
	options, _, _ := strings.Cut(string(a.Comment), "\n")
	version := 0
	for name, v := range msl.Versions {
		if strings.Contains(options, name) {
			version = v
		}
	}
	res := msl.Compile("kernel.metal", string(kernel.Data), msl.Options{
		Version:  version,
		Preamble: strings.Contains(options, "preamble"),
		Include: func(n, _ string, _ bool) (string, string, error) {
			f := section(n)
			if f == nil {
				return "", "", fs.ErrNotExist
			}
			return n, string(f.Data), nil
		},
	})
	got := map[string]string{"diag": diag.RenderAll(res.Sources, res.Diagnostics)}
	if res.Program != nil {
		p := res.Program
		if strings.Contains(options, "optimized") {
			var err error
			p, err = ir.Optimize(p)
			require.NoError(t, err)
		}
		got["ir"] = position.ReplaceAllString(p.String(), "")
	}
	changed := false
	for _, s := range []string{"diag", "ir"} {
		want := section(s)
		if want == nil {
			if s == "diag" {
				require.Empty(t, got[s], "diagnostics of a kernel without a diag section")
			}
			continue
		}
		if *update {
			changed = changed || string(want.Data) != got[s]
			want.Data = []byte(got[s])
			continue
		}
		require.Equal(t, string(want.Data), got[s])
	}
	if changed {
		require.NoError(t, os.WriteFile(name, txtar.Format(a), 0o644))
	}
}
