package profile

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// Confidence is that of every interval. Alpha is the chance of error that a
// claimed change may have; it is smaller, as a bench compares many kernels.
const (
	Confidence = 0.95
	Alpha      = 0.01
)

// z95 is how many standard deviations to both sides hold Confidence.
const z95 = 1.959964

// Summary describes one set of samples, in their unit.
type Summary struct {
	N        int      `json:"n"`
	Median   float64  `json:"median"`
	Lo       float64  `json:"lo"` // 95 % interval of the median
	Hi       float64  `json:"hi"`
	Min      float64  `json:"min"`
	P10      float64  `json:"p10"`
	P90      float64  `json:"p90"`
	MAD      float64  `json:"mad"`                // median absolute deviation
	Warnings []string `json:"warnings,omitempty"` // why one number is not enough
}

// Summarise describes samples in the order in which they were taken. It
// panics without samples.
func Summarise(samples []float64) Summary {
	sorted := slices.Sorted(slices.Values(samples))
	lo, hi, enough := medianInterval(samples)
	s := Summary{N: len(samples), Median: quantile(sorted, 0.5), Lo: lo, Hi: hi,
		Min: sorted[0], P10: quantile(sorted, 0.1), P90: quantile(sorted, 0.9)}
	s.MAD = medianDeviation(sorted, s.Median)
	if !enough {
		s.Warnings = append(s.Warnings, fmt.Sprintf("too few samples for a 95 %% interval: %d", len(samples)))
	}
	s.Warnings = append(s.Warnings, shapeWarnings(samples, sorted, s)...)
	return s
}

// medianInterval is the 95 % interval of the median, or all that there is if
// samples are too few for one.
func medianInterval(samples []float64) (lo, hi float64, enough bool) {
	m := benchmath.AssumeNothing.Summary(sample(samples), Confidence)
	if m.Confidence < Confidence-1e-9 || math.IsInf(m.Lo, 0) || math.IsInf(m.Hi, 0) {
		return slices.Min(samples), slices.Max(samples), false
	}
	return m.Lo, m.Hi, true
}

// Median is that of samples in any order. It panics without samples.
func Median(samples []float64) float64 {
	return quantile(slices.Sorted(slices.Values(samples)), 0.5)
}

func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

// quantile interpolates between sorted samples.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

func medianDeviation(sorted []float64, median float64) float64 {
	deviations := make([]float64, len(sorted))
	for i, v := range sorted {
		deviations[i] = math.Abs(v - median)
	}
	slices.Sort(deviations)
	return quantile(deviations, 0.5)
}

// Shift compares a candidate with a base. Compare says how samples of one
// process are, CompareRuns those of two.
type Shift struct {
	Ratio float64 `json:"ratio"` // of the medians, of runs the levels: below 1 the candidate is faster
	Delta float64 `json:"delta"` // Hodges–Lehmann shift relative to the base's median, of runs that of the levels
	Lo    float64 `json:"lo"`    // its 95 % interval, relative too
	Hi    float64 `json:"hi"`
	P     float64 `json:"p"` // Mann–Whitney: chance of such a difference without a cause
}

// Significant reports whether the interval excludes no change and the test
// agrees.
func (s Shift) Significant() bool { return s.P < Alpha && (s.Lo > 0 || s.Hi < 0) }

// Compare says how far a candidate's samples are from a base's. It panics
// without samples.
func Compare(base, candidate []float64) Shift {
	median := Median(base)
	if median <= 0 { // below the clock's resolution: nothing can be said
		return Shift{Ratio: 1, P: 1}
	}
	diffs := make([]float64, 0, len(base)*len(candidate))
	for _, c := range candidate {
		for _, b := range base {
			diffs = append(diffs, c-b)
		}
	}
	slices.Sort(diffs)
	lo, hi := shiftInterval(diffs, len(base), len(candidate))
	s := Shift{
		Ratio: Median(candidate) / median,
		Delta: quantile(diffs, 0.5) / median, Lo: lo / median, Hi: hi / median,
	}
	s.P = benchmath.AssumeNothing.Compare(sample(base), sample(candidate)).P
	return s
}

// shiftInterval is the interval of the Hodges–Lehmann estimate: the order
// statistics of the differences that belong to the bounds of the U statistic.
func shiftInterval(diffs []float64, m, n int) (lo, hi float64) {
	mn := float64(m) * float64(n)
	k := int(mn/2 - z95*math.Sqrt(mn*float64(m+n+1)/12))
	k = max(k, 0)
	return diffs[k], diffs[len(diffs)-1-k]
}
