package work

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

// told is a run of which a test sends the events.
type told chan workbench.Event

func (r told) Events() <-chan workbench.Event { return r }
func (told) Wait() (workbench.Result, error)  { return nil, nil }
func (told) Cancel()                          {}

// The time that a run takes goes on on the screen while the run tells nothing,
// and what it tells is gathered for a frame.
func TestRunsThatTellNothingAreDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := make(told, 1)
		j, start := &Job{run: run}, time.Now()
		require.Equal(t, jobEvents{job: j, open: true}, nextEvents(j)())
		require.Equal(t, still, time.Since(start))

		run <- workbench.Log{Text: "a"}
		require.Equal(t, jobEvents{job: j, open: true, events: []workbench.Event{workbench.Log{Text: "a"}}}, nextEvents(j)())
		require.Equal(t, still+frame, time.Since(start))

		close(run)
		require.Equal(t, jobEvents{job: j}, nextEvents(j)())
	})
}
