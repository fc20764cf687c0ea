package syntax_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// TestCorpus parses every .metal file under $MSL_CORPUS, with includes found
// from $MSL_INCLUDE or beside the including file.
func TestCorpus(t *testing.T) {
	root, inc := os.Getenv("MSL_CORPUS"), os.Getenv("MSL_INCLUDE")
	if root == "" {
		t.Skip("MSL_CORPUS is not set")
	}
	include := func(name, from string, angled bool) (string, string, bool) {
		for _, dir := range append(filepath.SplitList(inc), filepath.Dir(from)) {
			path := filepath.Join(dir, name)
			if b, err := os.ReadFile(path); err == nil {
				return path, string(b), true
			}
		}
		return "", "", false
	}
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if filepath.Ext(path) != ".metal" && filepath.Ext(path) != ".h" {
			return nil
		}
		b, _ := os.ReadFile(path)
		start := time.Now()
		u, src, ds := syntax.Parse(path, string(b), syntax.Options{Include: include})
		t.Logf("%s: %d declarations, %v, %d diagnostics", path, len(u.Decls), time.Since(start), len(ds))
		if len(ds) > 0 {
			t.Errorf("%s", diag.RenderAll(src, ds[:min(len(ds), 3)]))
		}
		return nil
	})
}
