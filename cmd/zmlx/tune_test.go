package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

// What was edited while it was tuned is not overwritten.
func TestWinnerOfAnotherText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k.yaml")
	require.NoError(t, os.WriteFile(path, []byte("a: 2"), 0o644))
	var out, stderr bytes.Buffer
	a := newApp(&out, &stderr)
	best := &workbench.Gain{Config: "a=3", Fixes: []workbench.Fix{{Line: 1, Column: 4, EndLine: 1, EndColumn: 5, Text: "3"}}}
	require.ErrorContains(t, a.keepBest(workbench.Document{Path: path, Text: "a: 1"}, best, true), "is another text by now than that which was tuned: set a=3 there by hand")
	require.NoError(t, a.keepBest(workbench.Document{Path: path, Text: "a: 2"}, best, true))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "a: 3", string(text))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Whoever interrupts sees what is known, in a file too.
func TestInterruptedTuning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, stderr bytes.Buffer
	a := newApp(&out, &stderr)
	a.progress.w = writerFunc(func(p []byte) (int, error) {
		if regexp.MustCompile(`race of \d+ \d\d%`).Match(p) {
			cancel()
		}
		return len(p), nil
	})
	kept := filepath.Join(t.TempDir(), "s.zmlx")
	require.Equal(t, workbench.ExitCancelled, a.execute(ctx, []string{"tune", "silu", "--samples", "400", "-o", path, "--record", kept}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "nothing is certain yet")
	text, err = os.ReadFile(kept)
	require.NoError(t, err)
	require.Contains(t, string(text), `"trials":[{"config":"`)
}

// Whoever interrupts sees what is measured, also of the kernels before, and nothing
// is kept of it: no baseline, no line of the kernel in the history.
func TestInterruptedBench(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	slow := filepath.Join(t.TempDir(), "slow.yaml")
	require.NoError(t, os.WriteFile(slow, []byte(`zmlx: 1
name: slow
inputs: {x: {dtype: float32, shape: [64]}}
outputs: {y: {dtype: float32, shape: [64]}}
launch: {grid: [64, 1, 1], threadgroup: [64, 1, 1]}
source: |
  float s = x[thread_position_in_grid.x];
  for (int k = 0; k < 20000; k++) s = metal::sin(s + k);
  y[thread_position_in_grid.x] = s * 0;
reference: y = x * 0
tolerance: 0
`), 0o644))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, stderr bytes.Buffer
	a := newApp(&out, &stderr)
	a.progress.w = writerFunc(func(p []byte) (int, error) {
		if regexp.MustCompile(`slow\.yaml: sample \d\d%`).Match(p) {
			cancel()
		}
		return len(p), nil
	})
	kept := filepath.Join(t.TempDir(), "s.zmlx")
	whole := filepath.Join(t.TempDir(), "r.md")
	require.NoError(t, os.WriteFile(whole, []byte("whole"), 0o644))
	earlier := strings.TrimSuffix(whole, ".md") + ".stopped.md"
	require.NoError(t, os.WriteFile(earlier, []byte("earlier"), 0o644))
	args := []string{"bench", "silu", slow, "--case", "0", "--dtype", "float32", "--samples", "200", "--patience", "0s", "--save", "b", "--record", kept, "-o", whole}
	require.Equal(t, workbench.ExitCancelled, a.execute(ctx, args))
	text, err := os.ReadFile(whole)
	require.NoError(t, err)
	require.Equal(t, "whole", string(text))
	require.Contains(t, stderr.String(), whole+" stays as it was")
	text, err = os.ReadFile(earlier)
	require.NoError(t, err)
	require.Equal(t, "earlier", string(text))
	text, err = os.ReadFile(strings.TrimSuffix(whole, ".md") + ".stopped-2.md")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^silu .*\n(.*\n)*slow `, string(text))
	require.Contains(t, stderr.String(), "zmlx: cancelled")
	require.NotContains(t, stderr.String(), "saved baseline")
	entries, err := workbench.History()
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, "silu", entries[0].Kernel)
	text, err = os.ReadFile(kept)
	require.NoError(t, err)
	require.Contains(t, string(text), `"kernel":"slow"`)
}
