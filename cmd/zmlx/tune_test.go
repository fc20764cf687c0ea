package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

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
	begin := time.Now()
	a.progress.w = writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte("race of ")) && time.Since(begin) > 2*time.Second {
			cancel()
		}
		return len(p), nil
	})
	kept := filepath.Join(t.TempDir(), "s.zmlx")
	require.Equal(t, workbench.ExitCancelled, a.execute(ctx, []string{"tune", "silu", "--samples", "1000000", "-o", path, "--record", kept}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "nothing is certain yet")
	text, err = os.ReadFile(kept)
	require.NoError(t, err)
	require.Contains(t, string(text), `"trials":[{"config":"`)
}
