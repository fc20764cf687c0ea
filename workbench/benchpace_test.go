package workbench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// noisyMachine is a device of a machine that others use in phases, whose pace
// drifts, and on which each run has a speed of its own.
type noisyMachine struct {
	rng   *rand.Rand
	busy  float64 // share of the launches in which others are at work
	pace  float64 // of the machine
	scale float64 // of the kernel's time
	left  int     // launches of this phase
	slow  float64 // by how much others slow it down
}

func (m *noisyMachine) launch(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
	if m.left--; m.left <= 0 {
		m.left, m.slow = 1+m.rng.IntN(20), 0
		if m.rng.Float64() < m.busy {
			m.slow = 0.1 + m.rng.Float64()
		}
	}
	if in[0].NDim() == 2 { // a probe
		return &mlx.LaunchResult{RunTime: time.Duration(m.pace * float64(time.Millisecond) * (1 + m.slow) * (1 + 0.002*m.rng.Float64()))}, nil
	}
	r, err := addOne(c, in, cfg)
	noise := m.rng.NormFloat64()
	if noise > 0 {
		noise *= 2 // timings have a tail to the right
	}
	r.RunTime = time.Duration(m.pace * m.scale * float64(5*time.Millisecond) * (1 + m.slow) * (1 + 0.02*noise))
	return r, err
}

// Two runs of the same bench say "no change" in at least 95 of 100 pairs, and
// a planted slowdown of 5 % is found in at least 95 of 100 and hardly ever passes:
// the whole way from the job to the gate, on a device whose clock is injected,
// quiet and busy.
func TestRunsOfTheSameBenchAgree(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	const spread = 0.006 // of runs, as benchcheck measures it
	gate, err := ParseGate("median:5%")
	require.NoError(t, err)
	for _, busy := range []float64{0, 0.4} {
		rng := rand.New(rand.NewPCG(11, 12))
		run := func(scale float64) []BenchLine {
			scale *= 1 + spread*rng.NormFloat64()
			d := &kernelDevice{launch: (&noisyMachine{rng: rng, busy: busy, pace: math.Exp(0.02 * rng.NormFloat64()), scale: scale}).launch}
			clock := time.Unix(0, 0)
			now := func() time.Time { clock = clock.Add(time.Millisecond); return clock }
			e := New(Options{OpenDevice: func(string) (mlx.Device, error) { return d, nil }, Now: now, Conditions: quiet})
			job := BenchJob{Document: plusOneDoc, Cases: []int{0}, DTypes: []string{"float32"}, Patience: DefaultPatience, Resolution: GateResolution}
			result, err := e.Start(t.Context(), job).Wait()
			require.NoError(t, err)
			return result.(*BenchResult).Lines
		}
		same, found, passed := 0, 0, 0
		for range 100 {
			b := Baseline{Name: "before", Lines: run(1)}
			for _, scale := range []float64{1, 1.05} {
				lines := run(scale)
				require.Empty(t, b.Compare(lines))
				switch v, _ := gate.Judge(lines[0]); {
				case v == Passed && scale == 1 && !lines[0].Baseline.Shift.Significant():
					same++
				case v == Regression && scale > 1:
					found++
				case v == Passed && scale > 1:
					passed++
				}
			}
		}
		require.GreaterOrEqual(t, same, 95, "busy %v", busy)
		require.GreaterOrEqual(t, found, 95, "busy %v", busy)
		require.LessOrEqual(t, passed, 1, "busy %v", busy)
	}
}

// Another round begins only if the patience lasts to its end.
func TestPatienceBoundsRounds(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	const launch = 3 * time.Second
	for patience, want := range map[time.Duration]int{launch / 2: 5, launch * 3 / 2: 6, launch * 7 / 2: 8} {
		clock, probed := time.Unix(0, 0), 0
		d := &kernelDevice{}
		d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
			if in[0].NDim() == 2 { // a probe, hardly ever of a quiet machine
				probed++
				return &mlx.LaunchResult{RunTime: time.Duration(1+min(1, probed%7)) * time.Millisecond}, nil
			}
			clock = clock.Add(launch)
			r, err := addOne(c, in, cfg)
			r.RunTime = launch
			return r, err
		}
		e := New(Options{OpenDevice: func(string) (mlx.Device, error) { return d, nil }, Now: func() time.Time { return clock }, Conditions: quiet})
		run := e.Start(t.Context(), BenchJob{Document: plusOneDoc, Cases: []int{0}, DTypes: []string{"float32"}, Samples: 5, Patience: patience})
		var told []string
		for ev := range run.Events() {
			if l, ok := ev.(Log); ok {
				told = append(told, l.Text)
			}
		}
		result, err := run.Wait()
		require.NoError(t, err)
		require.Len(t, result.(*BenchResult).Lines[0].Probes, want, "%v", patience)
		if want == 5 {
			require.Empty(t, told)
		} else {
			require.Equal(t, []string{fmt.Sprintf("bench plus_one.yaml: other work disturbs the machine; sampling goes on, for %v at most (--patience)", patience)}, told)
		}
	}
}

// Samples beside slow probes are kept apart, and are replaced while the job's
// patience lasts; where nothing else is to be had they count, and a slowdown is
// not certain.
func TestDisturbedSamplesDoNotCount(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	probed, slow := 0, func(int) bool { return false }
	d := &kernelDevice{}
	d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		if in[0].NDim() == 2 {
			probed++
		}
		took := 5 * time.Millisecond
		if slow(probed) {
			took *= 2
		}
		if in[0].NDim() == 2 {
			return &mlx.LaunchResult{RunTime: took}, nil
		}
		r, err := addOne(c, in, cfg)
		r.RunTime = took
		return r, err
	}
	job := BenchJob{Cases: []int{0}, DTypes: []string{"float32"}, Samples: 12, Patience: time.Minute}
	calm := benchOn(t, d, job)
	l := calm.Lines[0]
	require.Len(t, l.Samples, 12)
	require.Empty(t, l.Disturbed)
	require.Len(t, l.Probes, 12)

	empty := 100 // probes of the cost of a launch
	slow = func(n int) bool { return n >= empty+40 && n < empty+60 }
	probed = 0
	l = benchOn(t, d, job).Lines[0]
	require.Len(t, l.Samples, 12)
	require.NotEmpty(t, l.Disturbed)
	require.InDelta(t, 5, l.Summary.P90, 1e-9)
	require.InDelta(t, 10, slices.Max(l.Disturbed), 1e-9)
	require.Len(t, l.WallMS, 12)

	slow = func(n int) bool { return n%8 != 0 }
	job.Patience = 0
	after := benchOn(t, d, job)
	l = after.Lines[0]
	require.Len(t, l.Samples, 12, "all count where none is undisturbed")
	b := Baseline{Name: "before", Lines: calm.Lines}
	require.Empty(t, b.Compare(after.Lines))
	verdict, why := Gate{Limit: 0.05}.Judge(after.Lines[0])
	require.Equal(t, Inconclusive, verdict)
	require.Equal(t, "the machine was disturbed most of the time", why)
	b = Baseline{Name: "before", Lines: after.Lines}
	require.Empty(t, b.Compare(calm.Lines))
	verdict, why = Gate{Limit: 0.05}.Judge(calm.Lines[0])
	require.Equal(t, Inconclusive, verdict)
	require.Equal(t, "the machine was disturbed most of the time when baseline before was measured", why)

	// A machine that has become slower for good is a quiet one.
	t.Setenv("ZMLX_HOME", t.TempDir())
	slow = func(int) bool { return true }
	after = benchOn(t, d, job)
	for _, c := range []struct {
		before, after *BenchResult
		want          string
	}{
		{calm, after, "the machine itself was 100 % slower than when baseline before was measured"}, {after, calm, "the machine itself was 100 % slower when baseline before was measured"}} {
		b = Baseline{Name: "before", Lines: c.before.Lines}
		require.Empty(t, b.Compare(c.after.Lines))
		verdict, why = Gate{Limit: 0.05}.Judge(c.after.Lines[0])
		require.Equal(t, Inconclusive, verdict)
		require.Contains(t, why, c.want)
	}
}

// Runs of two days are compared at one pace of the machine: neither its drift
// nor what it hides is taken for the kernel's.
func TestBaselinesAreComparedAtOnePace(t *testing.T) {
	line := func(times, pace float64) BenchLine {
		l := BenchLine{Status: StatusOK}
		for i := range 30 {
			l.Probes = append(l.Probes, profile.Probe{pace, pace / 2})
			l.Samples = append(l.Samples, times*(1+0.001*float64(i%5-2)))
		}
		return l
	}
	gate := Gate{Limit: 0.05}
	for _, c := range []struct {
		times, pace float64
		want        Verdict
	}{
		{1, 1, Passed}, {1.08, 1.08, Passed}, {0.92, 0.92, Passed}, {1.05, 1, Regression}, {1.05 * 0.95, 0.95, Regression}, {1, 0.95, Regression}, {1.12, 1.12, Inconclusive},
	} {
		b := Baseline{Lines: []BenchLine{line(1, 1)}}
		lines := []BenchLine{line(c.times, c.pace)}
		require.Empty(t, b.Compare(lines))
		verdict, why := gate.Judge(lines[0])
		require.Equal(t, c.want, verdict, "%v %s", c, why)
		require.InDelta(t, c.times/c.pace-1, lines[0].Baseline.Shift.Delta, 1e-3)
		require.InDelta(t, 1, lines[0].Baseline.MedianMS, 1e-9, "what was measured is shown")
	}
}

// A slowdown of most launches is not hidden by those that are as quick as before.
func TestGateSeesLaunchesThatDiffer(t *testing.T) {
	line := func(slow float64) BenchLine {
		l := BenchLine{Status: StatusOK}
		for i := range 200 {
			v := 1 + 0.001*float64(i%5-2)
			if i%10 >= 4 {
				v *= slow
			}
			l.Samples, l.Probes = append(l.Samples, v), append(l.Probes, profile.Probe{2, 1})
		}
		return l
	}
	b := Baseline{Name: "before", Lines: []BenchLine{line(1)}}
	lines := []BenchLine{line(1.2)}
	require.Empty(t, b.Compare(lines))
	require.InDelta(t, 0, lines[0].Baseline.Shift.Delta, 0.005)
	require.InDelta(t, 0.2, lines[0].Baseline.Run.Ranks.Delta, 0.01)
	verdict, why := Gate{Limit: 0.05}.Judge(lines[0])
	require.Equal(t, Inconclusive, verdict)
	require.Contains(t, why, "the quickest launches take as long as in baseline before, all together 19.8 % longer")
}
