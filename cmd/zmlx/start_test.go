package main

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// coldRun is the processor time of a first result of a small kernel.
func coldRun(t testing.TB) time.Duration {
	cmd := exec.Command("zmlx", "run", "silu", "--case", "1")
	require.NoError(t, cmd.Run())
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// The budget is wall time on an idle machine; processor time says the same on
// a busy one.
func TestColdRunIsWithinBudget(t *testing.T) {
	best := time.Hour
	for range 5 {
		best = min(best, coldRun(t))
	}
	require.Less(t, best, 100*time.Millisecond)
}

func BenchmarkColdRun(b *testing.B) {
	for b.Loop() {
		coldRun(b)
	}
}
