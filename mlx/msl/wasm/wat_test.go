package wasm

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec/exectest"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

var update = flag.Bool("update", false, "rewrite the WAT in testdata")

// TestWAT compares the code made for testdata/*.txtar.
func TestWAT(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		a := exectest.Read(t, file)
		p, err := ir.Optimize(a.Program)
		require.NoError(t, err)
		got, err := WAT(p, a.Launch(p), nil)
		require.NoError(t, err, file)
		ar, err := txtar.ParseFile(file)
		require.NoError(t, err)
		want := &ar.Files[len(ar.Files)-1]
		if *update && string(want.Data) != got {
			want.Data = []byte(got)
			require.NoError(t, os.WriteFile(file, txtar.Format(ar), 0o644))
		}
		require.Equal(t, string(want.Data), got, file)
	}
}
