package profile

import (
	"cmp"
	"math"
	"slices"
)

// ComparePaired is Compare for samples that were taken in turn: base[i] right
// before or after candidate[i]. Noise that lasts longer than a pair hits both
// and cancels, so it is never taken for a difference, which Compare cannot
// promise. P is the larger one of Wilcoxon's signed-rank test and of
// Mann–Whitney's. It panics unless there are as many samples of both.
func ComparePaired(base, candidate []float64) Shift {
	s := Compare(base, candidate)
	logs := make([]float64, 0, len(base))
	for i, b := range base {
		if b <= 0 || candidate[i] <= 0 {
			return Shift{Ratio: 1, P: 1}
		}
		logs = append(logs, math.Log(candidate[i]/b))
	}
	walsh := make([]float64, 0, len(logs)*(len(logs)+1)/2)
	for i, a := range logs {
		for _, b := range logs[i:] {
			walsh = append(walsh, (a+b)/2)
		}
	}
	slices.Sort(walsh)
	mean, deviation := rankSum(len(logs))
	k := max(0, int(mean-z95*deviation))
	s.Delta = math.Expm1(quantile(walsh, 0.5))
	s.Lo, s.Hi = math.Expm1(walsh[k]), math.Expm1(walsh[len(walsh)-1-k])
	s.Ratio = 1 + s.Delta
	s.P = max(s.P, signedRank(logs))
	return s
}

// rankSum is what the ranks of n differences that are positive or negative by chance
// sum up to.
func rankSum(n int) (mean, deviation float64) {
	x := float64(n)
	return x * (x + 1) / 4, math.Sqrt(x * (x + 1) * (2*x + 1) / 24)
}

// signedRank is the two-sided p of Wilcoxon's signed-rank test, by the normal
// approximation.
func signedRank(d []float64) float64 {
	sorted := slices.SortedFunc(slices.Values(d), func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	positive := 0.0
	for i, v := range sorted {
		switch {
		case v > 0:
			positive += float64(i + 1)
		case v == 0: // neither: half of the rank for each side
			positive += float64(i+1) / 2
		}
	}
	mean, deviation := rankSum(len(d))
	z := math.Max(0, math.Abs(positive-mean)-0.5) / deviation
	return math.Erfc(z / math.Sqrt2)
}
