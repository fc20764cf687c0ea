package workbench

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

// A job that does not notice that it is cancelled is left to itself: the run
// ends, and nothing that the job does afterwards shows.
func TestCancelDoesNotWait(t *testing.T) {
	started, release, left := make(chan bool), make(chan bool), make(chan error)
	r := Go(t.Context(), "busy", time.Now, func(ctx context.Context, emit func(Event)) (Result, error) {
		close(started)
		<-release
		emit(Log{"late"})
		left <- commit(ctx, func() error { panic("a late change") })
		return &RunResult{}, nil
	})
	events := r.Events()
	<-started
	r.Cancel()
	result, err := r.Wait()
	require.Nil(t, result)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, CodeCancelled, e.Code)
	close(release)
	require.ErrorIs(t, <-left, context.Canceled)
	for e := range events {
		require.NotEqual(t, Log{"late"}, e)
	}
}

// A change of files that has begun is waited for: it ends or is undone.
func TestCancelWaitsForCommit(t *testing.T) {
	inside, release := make(chan bool), make(chan bool)
	done := false
	r := Go(t.Context(), "saving", time.Now, func(ctx context.Context, _ func(Event)) (Result, error) {
		return nil, commit(ctx, func() error {
			close(inside)
			<-ctx.Done()
			<-release
			done = true
			return ctx.Err()
		})
	})
	<-inside
	r.Cancel()
	close(release)
	_, err := r.Wait()
	require.Error(t, err)
	require.True(t, done)
}

// Saving stops in the middle of a file, and leaves none behind.
func TestCancelWhileSaving(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	job := RunJob{SaveDir: dir}
	out := &RunResult{Outputs: []Array{describe("y", mlx.Ones([]int{4}, mlx.Float32))}}
	require.ErrorIs(t, (&task{ctx: ctx}).save(job, out), context.Canceled)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
