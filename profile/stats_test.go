package profile

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSummariseKnownSamples(t *testing.T) {
	s := Summarise([]float64{5, 1, 4, 2, 3, 6, 9, 8, 7, 10, 11})
	require.Equal(t, 11, s.N)
	require.Equal(t, 6.0, s.Median)
	require.Equal(t, 1.0, s.Min)
	require.Equal(t, 2.0, s.P10)
	require.Equal(t, 10.0, s.P90)
	require.Equal(t, 3.0, s.MAD)
	require.LessOrEqual(t, s.Lo, 6.0)
	require.GreaterOrEqual(t, s.Hi, 6.0)
	require.Empty(t, s.Warnings)

	between := Summarise([]float64{10, 1, 3, 2})
	require.InDeltaSlice(t, []float64{1.3, 2.5, 7.9, 1}, []float64{between.P10, between.Median, between.P90, between.MAD}, 1e-12)
}

func TestFewSamplesAreSaidToBeFew(t *testing.T) {
	s := Summarise([]float64{3, 1, 2})
	require.Equal(t, []string{"too few samples for a 95 % interval: 3"}, s.Warnings)
	require.Equal(t, 1.0, s.Lo)
	require.Equal(t, 3.0, s.Hi)
}

// The intervals hold what is true in 95 of 100 sets, and hardly more often: those of
// the median, of a shift, and of a ratio of pairs on a machine whose pace wanders.
func TestIntervalsCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var median, shift, ratio int
	hold := func(count *int, lo, truth, hi float64) {
		if lo <= truth && truth <= hi {
			*count++
		}
	}
	for range 1000 {
		base, candidate := noisy(rng, 30, 10), noisy(rng, 30, 10)
		s := Summarise(base)
		hold(&median, s.Lo, 10, s.Hi)
		for i := range candidate {
			candidate[i]++
		}
		d := Compare(base, candidate)
		hold(&shift, d.Lo*s.Median, 1, d.Hi*s.Median)
		for i := range base {
			pace := 1 + rng.Float64()
			base[i], candidate[i] = pace*math.Exp(0.02*rng.NormFloat64()), 1.1*pace*math.Exp(0.02*rng.NormFloat64())
		}
		d = ComparePaired(base, candidate)
		hold(&ratio, d.Lo, 0.1, d.Hi)
	}
	for name, held := range map[string]int{"median": median, "shift": shift, "ratio": ratio} {
		require.GreaterOrEqual(t, held, 935, name)
		require.LessOrEqual(t, held, 972, name)
	}
}

// The signed-rank test's P is near that of all ways to choose the signs.
func TestSignedRankIsNearTheExactTest(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const n, pairs = 11, 1 << 11
	for range 50 {
		d := make([]float64, n)
		for i := range d {
			d[i] = rng.NormFloat64() + 0.5
		}
		ranks := slices.SortedFunc(slices.Values(d), func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
		far := func(positive func(i int) bool) (sum float64) {
			for i := range ranks {
				if positive(i) {
					sum += float64(i + 1)
				}
			}
			return math.Abs(sum - n*(n+1)/4.)
		}
		got, as := far(func(i int) bool { return ranks[i] > 0 }), 0
		for signs := range pairs {
			if far(func(i int) bool { return signs>>i&1 != 0 }) >= got {
				as++
			}
		}
		require.InDelta(t, float64(as)/pairs, signedRank(d), 0.02)
	}
	require.Equal(t, 1.0, signedRank(make([]float64, n)))
}

// Equal distributions show no change in at least 95 of 100 pairs, and a
// planted 5 % slowdown is found in at least 95 of 100.
func TestCompareFindsWhatIsThere(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	quiet, found := 0, 0
	for range 1000 {
		base := noisy(rng, 40, 10)
		if !Compare(base, noisy(rng, 40, 10)).Significant() {
			quiet++
		}
		s := Compare(base, noisy(rng, 40, 10.5))
		if s.Significant() && s.Lo > 0 {
			found++
		}
	}
	require.GreaterOrEqual(t, quiet, 950)
	require.GreaterOrEqual(t, found, 950)
}

func TestCompareIsRelative(t *testing.T) {
	base := make([]float64, 30)
	slower := make([]float64, 30)
	for i := range base {
		base[i] = 100 + float64(i%5)
		slower[i] = 2 * base[i]
	}
	s := Compare(base, slower)
	require.InDelta(t, 2, s.Ratio, 1e-12)
	require.InDelta(t, 1, s.Delta, 0.02)
	require.True(t, s.Significant())
	require.InDelta(t, 0.5, Compare(slower, base).Ratio, 1e-12)
}

func TestShapeWarnings(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	require.Empty(t, Summarise(noisy(rng, 60, 10)).Warnings)

	outlying := noisy(rng, 60, 10)
	outlying[7] = 100
	require.Equal(t, []string{"far outliers: 1 of 60 samples"}, Summarise(outlying).Warnings)

	modes := noisy(rng, 60, 10)
	for i := range modes {
		if i%3 == 0 {
			modes[i] += 8
		}
	}
	require.Contains(t, Summarise(modes).Warnings[0], "two modes: 20 samples lie")

	heating := noisy(rng, 60, 10)
	for i := range heating {
		heating[i] *= 1 + 0.3*float64(i)/60
	}
	require.Contains(t, Summarise(heating).Warnings[0], "slower than the first: warm-up, or heat")
	require.InDelta(t, 0.2, Drift(heating), 0.05)

	same := make([]float64, 60)
	for i := range same {
		same[i] = 3
	}
	require.Empty(t, Summarise(same).Warnings)
}

// noisy draws samples about a median with 2 % noise and a tail to the right,
// as timings have.
func noisy(rng *rand.Rand, n int, median float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		z := rng.NormFloat64()
		if z > 0 {
			z *= 2
		}
		out[i] = median * (1 + 0.02*z)
	}
	return out
}

// A machine that is slow for a while is no difference between what ran on it
// in turn; a difference shows through it.
func TestPairedIgnoresBursts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	quiet, found := 0, 0
	for range 500 {
		load := make([]float64, 40)
		level := 1.0
		for i := range load {
			if rng.IntN(8) == 0 {
				level = 1 + 3*rng.Float64()
			}
			load[i] = level
		}
		run := func(median float64) []float64 {
			out := noisy(rng, len(load), median)
			for i := range out {
				out[i] *= load[i]
			}
			return out
		}
		base := run(10)
		if !ComparePaired(base, run(10)).Significant() {
			quiet++
		}
		if s := ComparePaired(base, run(15)); s.Significant() && s.Lo > 0 {
			found++
			require.InDelta(t, 1.5, s.Ratio, 0.1)
		}
	}
	require.GreaterOrEqual(t, quiet, 475)
	require.GreaterOrEqual(t, found, 250)
}
