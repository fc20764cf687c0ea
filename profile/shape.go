package profile

import (
	"fmt"
	"math"
	"slices"
)

// minShape is how many samples it takes to say anything about their shape.
const minShape = 20

// shapeWarnings finds samples that one number does not describe: outliers,
// two modes, or a trend over time.
func shapeWarnings(samples, sorted []float64, s Summary) []string {
	if len(samples) < minShape || s.Median <= 0 {
		return nil
	}
	var warnings []string
	if gap, at := widestGap(sorted); gap > 0.1*s.Median && gap > 6*s.MAD {
		warnings = append(warnings, fmt.Sprintf("two modes: %d samples lie %.0f %% above the others", len(sorted)-at, 100*gap/s.Median))
	} else if n := outliers(samples, s); n > 0 {
		warnings = append(warnings, fmt.Sprintf("far outliers: %d of %d samples", n, len(samples)))
	}
	if d := Drift(samples); math.Abs(d) > 0.05 {
		word := "slower"
		if d < 0 {
			word = "faster"
		}
		warnings = append(warnings, fmt.Sprintf("the last third is %.0f %% %s than the first: warm-up, or heat", 100*math.Abs(d), word))
	}
	return warnings
}

// outliers counts samples by the modified z-score. Where more than half of
// the samples are equal the deviation is 0 and the score means nothing.
func outliers(samples []float64, s Summary) int {
	if s.MAD == 0 {
		return 0
	}
	n := 0
	for _, v := range samples {
		if math.Abs(v-s.Median)/s.MAD > 14.826 {
			n++
		}
	}
	return n
}

// widestGap is the widest gap between neighbours in the middle four fifths,
// and the index above it.
func widestGap(sorted []float64) (gap float64, at int) {
	for i := len(sorted) / 10; i < len(sorted)-len(sorted)/10-1; i++ {
		if d := sorted[i+1] - sorted[i]; d > gap {
			gap, at = d, i+1
		}
	}
	return gap, at
}

// Drift compares the last third of samples with the first: 0.1 is 10 %
// slower. It is 0 unless the thirds differ by more than chance.
func Drift(samples []float64) float64 {
	third := len(samples) / 3
	if third < minShape/3 {
		return 0
	}
	s := Compare(slices.Clone(samples[:third]), slices.Clone(samples[len(samples)-third:]))
	if !s.Significant() {
		return 0
	}
	return s.Delta
}
