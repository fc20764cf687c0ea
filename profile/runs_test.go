package profile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLevelIsTheLowerQuartile(t *testing.T) {
	var v []float64
	for i := range 101 {
		v = append(v, float64((i*37)%101))
	}
	l := LevelOf(v)
	require.Equal(t, 25.0, l.Value)
	require.Less(t, l.Lo, 19.0)
	require.Greater(t, l.Lo, 14.0)
	require.Greater(t, l.Hi, 31.0)
	require.Less(t, l.Hi, 36.0)
	require.Equal(t, Level{3, 3, 3}, LevelOf([]float64{3}))
	ratio := Level{6, 5, 8}.Over(Level{2, 2, 2})
	require.InDelta(t, 3, ratio.Value, 1e-12)
	require.InDelta(t, 2.5, ratio.Lo, 1e-12)
	require.InDelta(t, 4, ratio.Hi, 1e-12)
	require.Zero(t, l.Over(Level{}))
	require.Zero(t, l.Over(Level{1, 0, 2}))
}

// The interval of a level holds the true one in 95 of 100 sets.
func TestLevelCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{10, 30, 100} {
		truth := LevelOf(noisy(rng, 200_000, 10)).Value
		held := 0
		for range 1000 {
			if l := LevelOf(noisy(rng, n, 10)); l.Lo <= truth && truth <= l.Hi {
				held++
			}
		}
		require.GreaterOrEqual(t, held, 930, "%d samples", n)
	}
}

// machineRun is a run on a machine whose pace drifts and which is disturbed for a
// share of the time, another in each run.
func machineRun(rng *rand.Rand, median float64) (r Run) {
	pace, busy := math.Exp(0.03*rng.NormFloat64()), 0.6*rng.Float64()
	median *= math.Exp(RunSpread * rng.NormFloat64())
	for range 120 {
		slow := pace
		if rng.Float64() < busy {
			slow *= 1.03 + rng.Float64()
		}
		r.Samples = append(r.Samples, slow*math.Sqrt(median*noisy(rng, 1, median)[0]))
		r.Probes = append(r.Probes, Probe{slow * math.Sqrt(noisy(rng, 1, 4)[0]), slow * math.Sqrt(noisy(rng, 1, 1)[0])})
	}
	return r
}

// Between processes no change is claimed more often than the interval and P say,
// however the machine's pace and those who disturb it differ, and a slowdown of
// 5 % is found.
func TestCompareRunsCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	held, claimed, found := 0, 0, 0
	for range 1000 {
		base := machineRun(rng, 10)
		s := CompareRuns(base, machineRun(rng, 10))
		if s.Lo <= 0 && 0 <= s.Hi {
			held++
		}
		if s.P < Alpha {
			claimed++
		}
		if s := CompareRuns(base, machineRun(rng, 10.5)); s.Lo > 0 {
			found++
		}
	}
	require.GreaterOrEqual(t, held, 950)
	require.LessOrEqual(t, claimed, 10)
	require.GreaterOrEqual(t, found, 950)
}

// What says the same in the shift, its interval and its P.
func TestCompareRunsAgreesWithItself(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	base, slower := Run{Samples: noisy(rng, 100, 10)}, Run{Samples: noisy(rng, 100, 11)}
	s, back := CompareRuns(base, slower), CompareRuns(slower, base)
	require.InDelta(t, 0.1, s.Delta, 0.01)
	require.InDelta(t, 1, (1+s.Delta)*(1+back.Delta), 1e-12)
	require.InDelta(t, 1, (1+s.Lo)*(1+back.Hi), 1e-12)
	require.InDelta(t, s.P, back.P, 1e-12)
	require.Less(t, s.P, 1e-4)
	same := CompareRuns(base, base)
	require.Zero(t, same.Delta)
	require.Equal(t, 1.0, same.P)

	// Probes of one side alone say nothing.
	probed := Run{Samples: slower.Samples, Probes: slices.Repeat([]Probe{{5, 2}}, 100)}
	require.Equal(t, s, CompareRuns(base, probed))
	require.InDelta(t, s.Delta, CompareRuns(Run{Samples: base.Samples, Probes: probed.Probes}, probed).Delta, 1e-9)
	require.Equal(t, Shift{Ratio: 1, P: 1}, CompareRuns(Run{Samples: []float64{0, 0}}, slower))
}

// Where computing and copying are slowed down differently, the interval contains
// the shifts of work that copies less or more than its bytes say, and no others.
func TestCompareRunsWhereWorkMayCopy(t *testing.T) {
	run := func(copying, time float64, p Probe) Run {
		return Run{slices.Repeat([]float64{time}, 50), slices.Repeat([]Probe{p}, 50), copying}
	}
	slowly := Probe{2, 1.2} // copies, by a fifth
	for _, c := range []struct {
		name             string
		copying, follows float64
		changed          bool
	}{
		{"computes", 0, 0, false}, {"copies a little", 0, 0.3, false}, {"copies more than its bytes", 0, 1, true},
		{"copies", 1, 1, false}, {"hides some copies", 0.9, 0.7, false}, {"should copy", 1, 0, true},
	} {
		before, after := run(c.copying, 1, Probe{2, 1}), run(c.copying, math.Pow(1.2, c.follows), slowly)
		s := CompareRuns(before, after)
		require.Equal(t, c.changed, s.Significant(), c.name)
		require.Equal(t, c.changed, s.Lo > 0 || s.Hi < 0, c.name)
		require.InDelta(t, math.Pow(1.2, before.copying()), after.PaceAgainst(before), 1e-9, c.name)
		require.True(t, CompareRuns(before, run(c.copying, 1.2*1.05, Probe{2.4, 1.2})).Significant(), "slower alike")
	}
	require.Zero(t, run(0, 1, slowly).PaceAgainst(Run{Samples: []float64{1}}))
}
