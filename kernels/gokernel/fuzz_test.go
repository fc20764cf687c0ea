package gokernel_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/zmlx/zmlx/kernels/gokernel"
	"github.com/zmlx/zmlx/mlx"
)

// FuzzTranslate: no text makes Translate panic, errors stand in the text, and
// every generated line has a place.
func FuzzTranslate(f *testing.F) {
	ar, err := txtar.ParseFile("testdata/problems.txtar")
	require.NoError(f, err)
	for _, file := range ar.Files {
		f.Add(string(file.Data))
	}
	paths, err := filepath.Glob("../../examples/go/*.yaml")
	require.NoError(f, err)
	for _, p := range paths {
		data, err := os.ReadFile(p)
		require.NoError(f, err)
		_, text, _ := strings.Cut(string(data), "go: |\n")
		text, _, _ = strings.Cut(text, "\nreference:")
		f.Add(text)
	}
	opt := gokernel.Options{
		Constants: []gokernel.Constant{{Name: "N", Value: "8", Type: "int"}, {Name: "eps", Value: "1e-6", Type: "float"}, {Name: "B", Value: "true", Type: "bool", Local: true}},
		Types:     []gokernel.Type{{Name: "T", DType: mlx.Float16}},
		Inputs:    []gokernel.Buffer{{Name: "x", Template: "T", DType: mlx.Float16, Len: 8}},
		Outputs:   []gokernel.Buffer{{Name: "y", Template: "T", DType: mlx.Float16, Len: 8}},
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := gokernel.Translate(text, opt)
		if err != nil {
			var es gokernel.Errors
			require.True(t, errors.As(err, &es))
			require.NotEmpty(t, es)
			for _, e := range es {
				require.LessOrEqual(t, e.Line, strings.Count(text, "\n")+1)
				require.NotEmpty(t, e.Message)
			}
			return
		}
		if k.Body != "" {
			require.Len(t, k.BodyLines, strings.Count(k.Body, "\n")+1)
		}
		require.Len(t, k.HeaderLines, strings.Count(k.Header, "\n"))
		again, err := gokernel.Translate(text, opt)
		require.NoError(t, err)
		require.Equal(t, k, again)
	})
}
