package workbench

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

const tuneText = `
zmlx: 1
name: plus_one
params: {N: 64, TG: 32} # TG: a guess
inputs: {x: {dtype: float32, shape: [N]}}
outputs: {y: {dtype: float32, shape: [N]}}
launch: {grid: [N, 1, 1], threadgroup: [TG, 1, 1]}
source: y[thread_position_in_grid.x] = x[thread_position_in_grid.x] + 1;
reference: y = x + 1
tune: {TG: [8, 16, 32, 64, 2048]}
`

var tuneDoc = Document{Path: "plus_one.yaml", Text: tuneText}

// tuneDevice takes as long as cost says for a threadgroup, with noise, and is
// wrong in threadgroups of 16.
func tuneDevice(cost map[int]float64) *kernelDevice {
	rng := rand.New(rand.NewPCG(1, 2))
	return &kernelDevice{launch: func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		r, err := addOne(c, in, cfg)
		threads := cfg.Threadgroup[0]
		if threads == 16 && in[0].Size() == 64 {
			r.Outputs[0] = r.Outputs[0].Add(1)
		}
		r.RunTime = time.Duration(cost[threads] * float64(5*time.Millisecond) * (1 + 0.01*rng.NormFloat64()))
		if in[0].NDim() == 2 { // a probe
			r.RunTime = time.Millisecond
		}
		return r, err
	}}
}

func tuneOn(t *testing.T, d *kernelDevice, job TuneJob) *TuneResult {
	t.Helper()
	result, err := d.engine().Start(t.Context(), job).Wait()
	require.NoError(t, err)
	return result.(*TuneResult)
}

func TestTuneFindsTheFastest(t *testing.T) {
	r := tuneOn(t, tuneDevice(map[int]float64{8: 3, 16: 0.1, 32: 1, 64: 0.9}), TuneJob{Document: tuneDoc})
	require.Equal(t, StatusOK, r.Status)
	var configs []string
	for _, trial := range r.Trials {
		configs = append(configs, trial.Config)
	}
	require.Equal(t, []string{"TG=64", "TG=32", "TG=8", "TG=16", "TG=2048"}, configs)
	require.Equal(t, "TG=64", r.Best.Config)
	require.InDelta(t, -0.1, r.Best.Shift.Delta, 0.01)
	require.True(t, r.Trials[1].Own)
	require.Less(t, len(r.Trials[2].Samples), 5, "three times as long")
	require.Equal(t, StatusMismatch, r.Trials[3].Status)
	require.Equal(t, "64 of 64 elements of y are wrong", r.Trials[3].Reason)
	require.Equal(t, StatusSpecError, r.Trials[4].Status)
	require.Contains(t, r.Trials[4].Reason, "maximum allowed threads per threadgroup")
	require.Equal(t, "TG=64 takes 10.0 % less time than TG=32", r.Conclusion()[:len("TG=64 takes 10.0 % less time than TG=32")])

	require.Equal(t, strings.Replace(tuneText, "TG: 32}", "TG: 64}", 1), tuneDoc.With(r.Best.Fixes))
}

func TestTuneMeasuresTheLeaderAsOftenAsItTakes(t *testing.T) {
	r := tuneOn(t, tuneDevice(map[int]float64{8: 3, 32: 1, 64: 0.9}), TuneJob{Document: tuneDoc, Samples: 2})
	require.Equal(t, "TG=64", r.Best.Config)
	require.Equal(t, r.Best.Shift, *r.trial("TG=64").Shift, "its trial says no other thing")
	require.Len(t, r.trial("TG=64").Samples, 2)
}

func TestTuneOfOneRightConfiguration(t *testing.T) {
	doc := Document{Path: "plus_one.yaml", Text: strings.Replace(tuneText, "[8, 16, 32, 64, 2048]", "[16, 32, 2048]", 1)}
	r := tuneOn(t, tuneDevice(map[int]float64{32: 1}), TuneJob{Document: doc})
	require.Nil(t, r.Best)
	require.Equal(t, "nothing was compared: TG=32, the spec's own, is the only right configuration", r.Conclusion())
}

func TestTuneClaimsNoGainByChance(t *testing.T) {
	r := tuneOn(t, tuneDevice(map[int]float64{8: 1, 32: 1, 64: 1}), TuneJob{Document: tuneDoc})
	require.Nil(t, r.Best)
	require.Equal(t, "nothing is certainly faster than TG=32, the spec's own", r.Conclusion())

	r = tuneOn(t, tuneDevice(map[int]float64{8: 0.5, 32: 1, 64: 1}), TuneJob{Document: tuneDoc, Variant: Variant{Params: map[string]string{"TG": "8"}}})
	require.Nil(t, r.Best)
	require.Equal(t, "nothing is certainly faster than TG=8, the spec's own", r.Conclusion())
}

func TestTuneOfAWrongKernel(t *testing.T) {
	r := tuneOn(t, tuneDevice(map[int]float64{32: 1}), TuneJob{Document: tuneDoc, Variant: Variant{Params: map[string]string{"TG": "16"}}})
	require.Equal(t, StatusMismatch, r.Status)
	require.Len(t, r.Trials, 1)
	require.Nil(t, r.Best)
	require.Contains(t, r.Conclusion(), "nothing was compared")
}

func TestTuneIsLive(t *testing.T) {
	var clock atomic.Int64
	d := tuneDevice(map[int]float64{8: 1, 32: 1, 64: 1})
	e := New(Options{OpenDevice: func(string) (mlx.Device, error) { return d, nil }, Conditions: quiet,
		Now: func() time.Time { return time.Unix(0, clock.Add(int64(50*time.Millisecond))) }})
	run := e.Start(t.Context(), TuneJob{Document: tuneDoc, Samples: 100_000})
	var seen []int
	for event := range run.Events() {
		if m, ok := event.(Tuned); ok {
			require.True(t, m.Result.Partial)
			if seen = append(seen, len(m.Result.Own().Samples)); len(seen) == 3 {
				run.Cancel()
			}
		}
	}
	require.GreaterOrEqual(t, len(seen), 3)
	require.IsIncreasing(t, seen)
	_, err := run.Wait()
	var failed *Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, CodeCancelled, failed.Code)
}

// Of many configurations it tells before the first is measured how many are right,
// and so does what is kept of a tuning that is stopped then.
func TestTuneStoppedWhileItChecks(t *testing.T) {
	d := tuneDevice(map[int]float64{8: 1, 32: 1, 64: 1})
	ctx, cancel := context.WithCancel(t.Context())
	launch := d.launch
	var clock atomic.Int64
	d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		if cfg.Threadgroup[0] == 64 {
			cancel()
			return nil, c.Err()
		}
		clock.Add(1)
		return launch(c, in, cfg)
	}
	e := New(Options{OpenDevice: func(string) (mlx.Device, error) { return d, nil }, Conditions: quiet,
		Now: func() time.Time { return time.Unix(clock.Load(), 0) }})
	job := TuneJob{Document: tuneDoc}
	result, err := e.Start(ctx, job).Wait()
	var failed *Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, CodeCancelled, failed.Code)
	const known = "stopped with 3 of 5 configurations checked, of which 2 are right: nothing is measured yet"
	require.Equal(t, known, result.(*TuneResult).Conclusion())

	entry, err := NewEntry("test", time.Now(), 0, job, result, failed)
	require.NoError(t, err)
	require.Equal(t, "cancelled; "+known, EntryVerdict(entry))
	_, why, err := Replayable(entry, "")
	require.NoError(t, err)
	require.Equal(t, "it was stopped before its end", why)
}

func TestNothingToTune(t *testing.T) {
	for doc, why := range map[Document]string{
		plusOneDoc: "plus_one has nothing to tune",
		{Path: "a.metal", Text: "kernel void f() {}"}: "only specs can be tuned, and a.metal is none",
	} {
		_, err := tuneDevice(nil).engine().Start(t.Context(), TuneJob{Document: doc}).Wait()
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, CodeUsage, failed.Code)
		require.Contains(t, failed.Message, why)
	}
	r := tuneOn(t, tuneDevice(nil), TuneJob{Document: Document{Path: "a.yaml", Text: "zmlx: 1\nname: 7"}})
	require.Equal(t, StatusSpecError, r.Status)
	require.NotEmpty(t, r.Diagnostics)
}
