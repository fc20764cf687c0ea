package tui

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/workbench"
)

// Each run that ends is kept, and that it could not be is said.
func TestRunsAreRecorded(t *testing.T) {
	var kept []string
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.m.space.Record = func(job workbench.Job, _ time.Duration, result workbench.Result, failed error) func() error {
		require.NoError(t, failed)
		require.NotNil(t, result)
		return func() error {
			kept = append(kept, job.Label())
			if _, ok := job.(workbench.TuneJob); ok {
				return errors.New("cannot record: s.zmlx: the disk is full")
			}
			return nil
		}
	}
	p.Keys("f5", "f9", "p")
	require.Equal(t, []string{"check fake.yaml", "bench fake.yaml", "profile fake.yaml"}, kept)
	p.Keys("alt+u")
	require.Contains(t, p.Frame().String(), "the disk is full")
}
