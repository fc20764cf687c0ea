package gokernel_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// each calls f for the specs of a pattern and for the examples.
func each(t *testing.T, pattern string, f func(t *testing.T, path string)) {
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	examples, err := filepath.Glob("../../examples/go/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	paths = append(paths, examples...)
	for _, p := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(p), filepath.Ext(p)), func(t *testing.T) { f(t, p) })
	}
}

// TestRun compiles and runs kernels on the embedded device, in all their cases
// and types, against their references.
func TestRun(t *testing.T) {
	dev, err := mlx.OpenDevice("host")
	require.NoError(t, err)
	each(t, "testdata/run/*.yaml", func(t *testing.T, path string) {
		s, err := kernels.Load(path)
		require.NoError(t, err)
		for _, job := range check.Plan(s) {
			r, err := check.Spec(context.Background(), dev, s, job, check.Options{})
			require.NoError(t, err)
			require.Equal(t, check.OK, r.Status, "%+v", r)
		}
	})
}

// TestGenerated compares the text that the kernels become.
func TestGenerated(t *testing.T) {
	each(t, "testdata/run/*.yaml", func(t *testing.T, path string) {
		s, err := kernels.Load(path)
		require.NoError(t, err)
		src, err := s.Source(kernels.Case{}, s.DefaultDType())
		require.NoError(t, err)
		got := src.Kernel.Header + "----\n" + src.Kernel.Source + "\n"
		golden := "testdata/run/" + strings.TrimSuffix(filepath.Base(path), ".yaml") + ".metal"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), got)
	})
}

// TestProblems compares what the author of a Go kernel is told, to the caret.
func TestProblems(t *testing.T) {
	const head = "zmlx: 1\nname: k\nparams: {N: 8, big: 5000000000}\ntemplate: {T: float32}\ninputs: {x: {dtype: T, shape: [N]}}\n" +
		"outputs: {y: {dtype: T, shape: [N]}}\nlaunch: {grid: [N], threadgroup: [8]}\ngo: |\n"
	ar, err := txtar.ParseFile("testdata/problems.txtar")
	require.NoError(t, err)
	for i := 0; i+1 < len(ar.Files); i += 2 {
		in, out := ar.Files[i], &ar.Files[i+1]
		t.Run(in.Name, func(t *testing.T) {
			text := "  " + strings.ReplaceAll(strings.TrimRight(string(in.Data), "\n"), "\n", "\n  ") + "\n"
			_, err := kernels.Parse("spec.yaml", []byte(head+text))
			require.Error(t, err)
			require.True(t, errors.As(err, new(kernels.Problems)), "%T", err)
			if *update {
				out.Data = []byte(err.Error() + "\n")
			}
			require.Equal(t, string(out.Data), err.Error()+"\n")
		})
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/problems.txtar", txtar.Format(ar), 0o644))
	}
}
