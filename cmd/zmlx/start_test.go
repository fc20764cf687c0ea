package main

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkColdRun is the first result of a small kernel, process and
// compilation included, which has a budget on an idle machine. A test of it
// would measure what else the machine does.
func BenchmarkColdRun(b *testing.B) {
	for b.Loop() {
		require.NoError(b, exec.Command("zmlx", "run", "silu", "--case", "1").Run())
	}
	require.Less(b, b.Elapsed()/time.Duration(b.N), 100*time.Millisecond)
}
