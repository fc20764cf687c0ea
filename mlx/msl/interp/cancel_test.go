package interp

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A cancelled context ends an endless loop long before its budget.
func TestCancel(t *testing.T) {
	p, err := ir.Parse(`func @f() {
  loop {
  }
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
}`)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	ctx, cancel := context.WithCancel(context.Background())
	started := make(chan bool)
	done := make(chan error)
	go func() {
		close(started)
		_, err := Executor{}.Run(ctx, p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1024, 1, 1}, Threadgroup: exec.Dim{1024, 1, 1}, StepBudget: 1 << 60})
		done <- err
	}()
	<-started
	cancel()
	select {
	case err := <-done:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(10 * time.Second):
		t.Fatal("the launch goes on after cancel")
	}
}
