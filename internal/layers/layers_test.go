package layers

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/zmlx/zmlx/"

func TestImportsPointDownwards(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	files := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			name, own := strings.CutPrefix(imp, module)
			if why := Check(filepath.ToSlash(rel), name, own); why != "" {
				t.Errorf("%s imports %s: %s", path, imp, why)
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.NotZero(t, files)
}

func TestCheck(t *testing.T) {
	require.Empty(t, Check("kernels/dsl", "mlx", true))
	require.Empty(t, Check("mlx/msl/interp", "mlx/msl/ir", true))
	require.Empty(t, Check("workbench", "internal/atomicfile", true))
	require.NotEmpty(t, Check("mlx/msl/ir", "mlx", true))
	require.NotEmpty(t, Check("kernels", "workbench", true))
	require.NotEmpty(t, Check("workbench", "github.com/charmbracelet/bubbletea", false))
	require.Empty(t, Check("tui", "github.com/charmbracelet/bubbletea", false))
}
