package workbench

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/sessions"
)

func record(t *testing.T, d *kernelDevice, job Job) sessions.Entry {
	t.Helper()
	result, err := d.engine().Start(t.Context(), job).Wait()
	e, failed := NewEntry("zmlx 1", time.Unix(1e9, 0), time.Second, job, result, err)
	require.NoError(t, failed)
	return e
}

func TestEntriesAreCompared(t *testing.T) {
	good := &kernelDevice{launch: addOne}
	other := &kernelDevice{launch: func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		r, err := addOne(c, in, cfg)
		r.Outputs[0] = r.Outputs[0].Multiply(mlx.FromFloat64s(mlx.Float32, []float64{1 + 1e-7}))
		return r, err
	}}
	for _, job := range []Job{RunJob{Document: plusOneDoc}, CheckJob{Document: plusOneDoc, DTypes: []string{"float32"}}} {
		e := record(t, good, job)
		require.Empty(t, Differences(e, record(t, good, job)))
		require.NotEmpty(t, Differences(e, record(t, other, job)), "%T", job)
		elsewhere := *other
		elsewhere.name = "elsewhere"
		require.Empty(t, Differences(e, record(t, &elsewhere, job)), "within the tolerance on another device")
	}
	bad := CheckJob{Document: Document{Path: "plus_one.yaml", Text: plusOne + "\nx: 1"}}
	require.Equal(t, []string{"was ok, is error"}, Differences(record(t, good, CheckJob{Document: plusOneDoc}), record(t, good, bad)))
	failed := RunJob{Document: plusOneDoc, Variant: Variant{Params: map[string]string{"Q": "1"}}}
	require.Equal(t, []string{`was "ok", is "plus_one has no parameter \"Q\"; there are: N"`}, Differences(record(t, good, RunJob{Document: plusOneDoc}), record(t, good, failed)))
	require.Empty(t, Differences(record(t, good, failed), record(t, good, failed)))
}

func TestReplayWritesNothing(t *testing.T) {
	job := RunJob{Document: plusOneDoc, Device: "host", Executor: "interp", Save: map[string]string{"y": "y.npy"}, SaveDir: "out", Capture: "a.gputrace",
		Raw: &RawLaunch{Buffers: map[int]RawBuffer{1: {New: "float32:4", Save: "b.npy"}}}}
	e, err := NewEntry("", time.Now(), 0, job, nil, errors.New("no"))
	require.NoError(t, err)
	again, why, err := Replayable(e, "")
	require.NoError(t, err)
	require.Empty(t, why)
	want := RunJob{Document: plusOneDoc, Device: "host", Executor: "interp", Raw: &RawLaunch{Buffers: map[int]RawBuffer{1: {New: "float32:4"}}}}
	require.Equal(t, want, again)
	again, _, err = Replayable(e, "metal")
	require.NoError(t, err)
	want.Device, want.Executor = "metal", ""
	require.Equal(t, want, again)

	follow := RunJob{Document: plusOneDoc, Follow: &Follow{Element: "y[0]"}}
	e, err = NewEntry("", time.Now(), 0, follow, nil, errors.New("no"))
	require.NoError(t, err)
	again, why, err = Replayable(e, "host")
	require.NoError(t, err)
	require.Empty(t, why)
	require.Equal(t, follow.Follow, again.(RunJob).Follow)
	_, why, err = Replayable(e, "metal")
	require.NoError(t, err)
	require.Equal(t, "threads are followed on the host alone", why)

	e, err = NewEntry("", time.Now(), 0, BenchJob{Document: plusOneDoc}, nil, errors.New("no"))
	require.NoError(t, err)
	_, why, err = Replayable(e, "")
	require.NoError(t, err)
	require.NotEmpty(t, why)
	for _, code := range []Code{CodeCancelled, CodeTimeout} {
		e, err = NewEntry("", time.Now(), 0, RunJob{Document: plusOneDoc}, nil, &Error{Code: code, Message: "no"})
		require.NoError(t, err)
		_, why, err = Replayable(e, "")
		require.NoError(t, err)
		require.Equal(t, "it was stopped before its end", why)
	}
	e.Code = ""
	e.Job = []byte(`{"kind":"FutureJob","value":{}}`)
	_, _, err = Replayable(e, "")
	require.ErrorContains(t, err, "FutureJob")
	require.False(t, Recorded(DevicesJob{}))
}
