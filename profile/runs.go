package profile

import (
	"math"
	"slices"
)

// Run is what a process measured: samples of some work, and what other work,
// always the same, took beside them. Both are of a machine that others may use
// too.
type Run struct {
	Samples []float64
	Probes  []Probe // empty if that is not known
	Copying float64 // the share of the work's time that copying as many bytes takes
}

// Probe is how long work took that is always the same: some that computes, and
// some that copies, in short launches.
type Probe [2]float64

// Total is the time of all of it.
func (p Probe) Total() float64 { return p[0] + p[1] }

// of is the time of work of which a share copies.
func (p Probe) of(copying float64) float64 {
	return math.Pow(p[0], 1-copying) * math.Pow(p[1], copying)
}

// Pace is the level of what probes took in all.
func Pace(probes []Probe) Level { return levelOf(probes, Probe.Total) }

func levelOf(probes []Probe, time func(Probe) float64) Level {
	times := make([]float64, len(probes))
	for i, p := range probes {
		times[i] = time(p)
	}
	return LevelOf(times)
}

// How far work follows the pace of copying: as far as it copies itself, but
// kernels that hardly do follow it for an eighth, as measured; each may for a
// quarter more or less.
const (
	leastCopying  = 1. / 8
	unsureCopying = 1. / 4
)

func (r Run) copying() float64 { return min(1, max(leastCopying, r.Copying)) }

// pace is the level of the probes for work of which a share copies.
func (r Run) pace(copying float64) Level {
	return levelOf(r.Probes, func(p Probe) float64 { return p.of(copying) })
}

// PaceAgainst is how long the machine took for work like the base's, over what it
// took in the base's run; 0 where that is not known.
func (r Run) PaceAgainst(base Run) float64 {
	if len(r.Probes) == 0 || len(base.Probes) == 0 {
		return 0
	}
	return r.pace(base.copying()).Over(base.pace(base.copying())).Value
}

// Level is the lower quartile of samples with its 95 % interval. What disturbs
// a machine only adds to times, so that their median moves with how often it was
// disturbed, and their lower quartile hardly.
type Level struct{ Value, Lo, Hi float64 }

// LevelOf finds the level of samples in any order, by order statistics alone.
// With fewer than ten its interval holds the true one less often. It panics
// without samples.
func LevelOf(samples []float64) Level {
	const q = 0.25
	sorted := slices.Sorted(slices.Values(samples))
	n := float64(len(sorted))
	off := z95 * math.Sqrt(n*q*(1-q))
	lo, hi := int(max(0, n*q-off)), int(min(n-1, math.Ceil(n*q+off)))
	return Level{quantile(sorted, q), sorted[lo], sorted[hi]}
}

// Over is the level of a ratio to something that was measured independently. It is
// zero where one of them is below the clock's resolution.
func (l Level) Over(d Level) Level {
	if d.Lo <= 0 || l.Lo <= 0 {
		return Level{}
	}
	lo, hi := math.Hypot(log(l.Value, l.Lo), log(d.Hi, d.Value)), math.Hypot(log(l.Hi, l.Value), log(d.Value, d.Lo))
	v := l.Value / d.Value
	return Level{v, v * math.Exp(-lo), v * math.Exp(hi)}
}

func log(a, b float64) float64 { return math.Log(a / b) }

// Level is that of the samples at one pace of the machine: over that of the
// probes, which is how the pace of different runs is taken out of them.
func (r Run) Level() Level {
	l := LevelOf(r.Samples)
	if len(r.Probes) > 0 {
		l = l.Over(r.pace(r.copying()))
	}
	return l
}

// RunSpread is the standard deviation that levels at one pace are taken to have
// over runs of the same bench on one machine beside what their samples tell: what a
// process draws once for all its samples, and the machine in the seconds of a run.
// internal/benchcheck measures less: it errs on the side of what cannot be told.
const RunSpread = 0.008

// CompareRuns says how far the level of a process is from another's. The samples
// of a process are not independent of what it drew once, so a rank test over them
// would find differences that are none: the interval and P contain RunSpread.
// Runs are compared at one pace where that of both is known: of computing and
// copying, in the shares that the base has. Where these have become slower to
// different degrees, the interval contains what the shift were in other shares.
func CompareRuns(base, candidate Run) Shift {
	if len(base.Probes) == 0 || len(candidate.Probes) == 0 {
		base.Probes, candidate.Probes = nil, nil
	}
	candidate.Copying = base.Copying
	l := candidate.Level().Over(base.Level())
	if l == (Level{}) { // nothing can be said
		return Shift{Ratio: 1, P: 1}
	}
	spread := z95 * math.Sqrt2 * RunSpread
	smaller, larger := follow(base, candidate)
	lo := math.Hypot(math.Hypot(log(l.Value, l.Lo), spread), smaller)
	hi := math.Hypot(math.Hypot(log(l.Hi, l.Value), spread), larger)
	toOne := hi // of the two sides, the one on which no change lies
	if l.Value > 1 {
		toOne = lo
	}
	return Shift{
		Ratio: l.Value, Delta: l.Value - 1, Lo: l.Value*math.Exp(-lo) - 1, Hi: l.Value*math.Exp(hi) - 1,
		P: math.Erfc(math.Abs(math.Log(l.Value)) / (toOne / z95) / math.Sqrt2),
	}
}

// follow is by how much a shift at one pace were smaller, and larger, if the work
// copied less or more, as logarithms.
func follow(base, candidate Run) (smaller, larger float64) {
	if len(base.Probes) == 0 {
		return 0, 0
	}
	change := func(copying float64) float64 {
		return candidate.pace(copying).Over(base.pace(copying)).Value
	}
	at := base.copying()
	assumed := change(at)
	for _, copying := range []float64{max(0, at-unsureCopying), min(1, at+unsureCopying)} {
		if c := change(copying); c > 0 { // above the clock's resolution
			smaller, larger = max(smaller, log(c, assumed)), max(larger, log(assumed, c))
		}
	}
	return smaller, larger
}
