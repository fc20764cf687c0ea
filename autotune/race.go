package autotune

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/profile"
)

// Race is a number of configurations that are sampled in turn. The first one
// is the spec's own, which stays to the end: the others are compared with it.
// All that are in the race have equally many samples, taken beside each other.
type Race struct {
	samples [][]float64
	out     []bool
	rounds  int
}

// NewRace returns a race of n configurations.
func NewRace(n int) *Race {
	return &Race{samples: make([][]float64, n), out: make([]bool, n)}
}

// Turn lists who is to be sampled in the next round, in this order: there and
// back, so that a machine that becomes slower does so for all of them.
func (r *Race) Turn() []int {
	var turn []int
	for i, out := range r.out {
		if !out {
			turn = append(turn, i)
		}
	}
	if r.rounds%2 == 1 {
		slices.Reverse(turn)
	}
	return turn
}

// Decided reports whether more samples would change nothing: one is left, or two of
// which the spec's own is slower.
func (r *Race) Decided() bool {
	turn := r.Turn()
	return len(turn) == 1 || len(turn) == 2 && r.rounds > 0 && r.slower(0, r.Leader())
}

// Take takes a sample of the present round, in any unit of time.
func (r *Race) Take(i int, sample float64) { r.samples[i] = append(r.samples[i], sample) }

// GiveUp takes a configuration out of the race.
func (r *Race) GiveUp(i int) { r.out[i] = true }

// Samples are those of a configuration, by round from the first.
func (r *Race) Samples(i int) []float64 { return r.samples[i] }

// Against compares a configuration with the spec's own over the rounds that both
// were in.
func (r *Race) Against(i int) profile.Shift {
	return profile.ComparePaired(r.samples[0][:len(r.samples[i])], r.samples[i])
}

// Leader is the one with the least median among those in the race, of equals the
// first. It panics before the first round unless there is one alone.
func (r *Race) Leader() int {
	return slices.MinFunc(r.Turn(), func(i, k int) int {
		return cmp.Or(cmp.Compare(profile.Median(r.samples[i]), profile.Median(r.samples[k])), cmp.Compare(i, k))
	})
}

// EndRound gives up who is slower than the leader: certainly, as far as samples
// in turn tell, or so much that two rounds are enough to see it.
func (r *Race) EndRound() {
	r.rounds++
	leader := r.Leader()
	for _, i := range r.Turn() {
		if i != 0 && r.slower(i, leader) {
			r.GiveUp(i)
		}
	}
}

// farSlower is by how many times the least sample of a configuration that is
// given up early is above the leader's greatest.
const farSlower = 2

func (r *Race) slower(i, leader int) bool {
	samples, fast := r.samples[i], r.samples[leader]
	if r.rounds < 2 || i == leader {
		return false
	}
	if slices.Min(samples) > farSlower*slices.Max(fast) {
		return true
	}
	shift := profile.ComparePaired(fast, samples)
	return shift.Significant() && shift.Delta > 0
}
