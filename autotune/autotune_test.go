package autotune_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/autotune"
	"github.com/zmlx/zmlx/kernels"
)

const spec = `
zmlx: 1
name: copy
params: {N: 64, TG: 32, W: TG / 16, U: 1}
inputs: {x: {dtype: float32, shape: [N]}}
outputs: {y: {dtype: float32, shape: [N]}}
launch: {grid: [N, 1, 1], threadgroup: [TG, 1, 1]}
source: y[thread_position_in_grid.x] = x[thread_position_in_grid.x];
reference: y = x
cases: [{TG: 8}]
`

func space(t *testing.T, tune string, c kernels.Case) ([]string, error) {
	s, err := kernels.Parse("copy.yaml", []byte(spec+tune))
	require.NoError(t, err)
	src, err := s.Source(c, s.DefaultDType())
	require.NoError(t, err)
	configs, err := autotune.Space(src)
	var out []string
	for _, c := range configs {
		out = append(out, c.String())
	}
	return out, err
}

func TestSpace(t *testing.T) {
	got, err := space(t, "tune: {TG: [16, 32, 16], U: [1, 2]}\n", kernels.Case{})
	require.NoError(t, err)
	require.Equal(t, []string{"TG=32 U=1", "TG=16 U=1", "TG=16 U=2", "TG=32 U=2"}, got)

	got, err = space(t, "tune: {TG: [16]}\n", kernels.Case{}.With("TG", kernels.Int(8)))
	require.NoError(t, err)
	require.Equal(t, []string{"TG=8", "TG=16"}, got, "the case's own value, that no list has")

	got, err = space(t, "tune: {W: [1, 4]}\n", kernels.Case{})
	require.NoError(t, err)
	require.Equal(t, []string{"W=2", "W=1", "W=4"}, got, "a computed value")

	_, err = space(t, "", kernels.Case{})
	require.ErrorContains(t, err, "copy has nothing to tune")
	long := "tune: {TG: ["
	for range 65 {
		long += "1, "
	}
	_, err = space(t, long+"1], U: ["+long[len("tune: {TG: ["):]+"1]}\n", kernels.Case{})
	require.ErrorContains(t, err, "more than 4096 configurations")
}

// race runs a race of configurations that take a time each, on a machine that
// adds up to a tenth to each sample, and to all of a round together up to half.
func race(seed uint64, times ...float64) (*autotune.Race, int) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	r, taken := autotune.NewRace(len(times)), 0
	for range 30 {
		phase := 1 + rnd.Float64()/2
		for _, i := range r.Turn() {
			r.Take(i, times[i]*phase*(1+rnd.Float64()/10))
			taken++
		}
		if r.EndRound(); r.Decided() {
			break
		}
	}
	return r, taken
}

func TestRace(t *testing.T) {
	right, taken := 0, 0
	for seed := range uint64(40) {
		r, n := race(seed, 1, 1.2, 0.8, 1.1, 0.9, 5, 3)
		taken += n
		if r.Leader() == 2 {
			right++
		}
		require.Len(t, r.Samples(5), 2, "five times the time is seen at once")
		require.NotContains(t, r.Turn(), 3)
		require.Less(t, r.Against(2).Hi, 0.0)
		require.Greater(t, r.Against(1).Lo, 0.0)
	}
	require.Equal(t, 40, right)
	require.Less(t, taken/40, 7*30/2, "the time goes to those that may win")
}

// Of equals none may be given up often: what is left is then measured anew.
func TestRaceOfEquals(t *testing.T) {
	lost := 0
	for seed := range uint64(40) {
		r, _ := race(seed, 1, 1, 1, 1)
		lost += 4 - len(r.Turn())
	}
	require.Less(t, lost, 24)
}

func TestRaceWithout(t *testing.T) {
	r := autotune.NewRace(3)
	r.GiveUp(1)
	require.Equal(t, []int{0, 2}, r.Turn())
	require.False(t, r.Decided())
	r.Take(0, 1)
	r.Take(2, 2)
	r.EndRound()
	require.Equal(t, []int{2, 0}, r.Turn(), "and back")
	require.Equal(t, 0, r.Leader())
	r.GiveUp(2)
	require.True(t, r.Decided())
	r = autotune.NewRace(1)
	require.True(t, r.Decided())
	require.Equal(t, 0, r.Leader())
}
