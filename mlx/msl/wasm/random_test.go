package wasm

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

// differ runs an optimized program on both executors. It says where they
// disagree, or why wasm did not run it.
func differ(c *irgen.Case, p *ir.Program) (diff, skipped string) {
	opt, err := ir.Optimize(p)
	if err != nil {
		return err.Error(), ""
	}
	want, got := c.Clone(), c.Clone()
	want.Entry, got.Entry = opt.Entries[0], opt.Entries[0]
	want.StepBudget = 1 << 24
	track(c, want, got)
	slow, err := interp.Executor{}.Run(context.Background(), opt, want)
	if err != nil || len(slow.Findings) > 0 {
		return "", "interp does not run it"
	}
	if err := refused(opt, got); err != nil {
		return "", err.Error()
	}
	res, err := Executor{}.Run(context.Background(), opt, got)
	if err != nil {
		return err.Error(), ""
	}
	if len(res.Findings) > 0 {
		return fmt.Sprint(res.Findings), ""
	}
	if !slices.Equal(slow.Log, res.Log) {
		return fmt.Sprintf("interp prints %q, wasm %q", slow.Log, res.Log), ""
	}
	for i, b := range want.Buffers {
		for at := range b.Data {
			if g := got.Buffers[i].Data; b.Data[at] != g[at] {
				at &^= 7
				n := min(8, len(g)-at)
				return fmt.Sprintf("buffer %d at %d: interp %x, wasm %x", i, at, b.Data[at:at+n], g[at:at+n]), ""
			}
		}
		if !slices.Equal(b.Written, got.Buffers[i].Written) {
			return fmt.Sprintf("buffer %d: other bytes are written", i), ""
		}
	}
	return "", ""
}

// refused tells why wasm does not run a launch.
func refused(p *ir.Program, l exec.Launch) error {
	p, l, allocs, err := ready(context.Background(), p, l)
	if err != nil {
		return err
	}
	m, _, err := Executor{}.module(context.Background(), p, l, allocs)
	if m != nil {
		m.leave()
	}
	return err
}

// track asks half of the cases for the bytes that are written.
func track(c *irgen.Case, launches ...exec.Launch) {
	if c.Launch.Grid[0]%2 == 0 {
		return
	}
	for _, l := range launches {
		for i, b := range l.Buffers {
			if !b.ReadOnly {
				b.Written = make([]uint64, (len(b.Data)+63)/64)
				l.Buffers[i] = b
			}
		}
	}
}

func checkSeed(t testing.TB, seed uint64, size int) (skipped string) {
	c := irgen.New(seed, size)
	diff, skipped := differ(c, c.Program)
	if diff == "" {
		return skipped
	}
	small := irgen.Reduce(c.Program, func(p *ir.Program) bool { d, _ := differ(c, p); return d != "" })
	diff, _ = differ(c, small)
	opt, _ := ir.Optimize(small)
	t.Fatalf("seed %d size %d, grid %v threadgroup %v: %s\n%s", seed, size, c.Launch.Grid, c.Launch.Threadgroup, diff, opt)
	return ""
}

// TestRandomPrograms compares the executors on random programs.
func TestRandomPrograms(t *testing.T) {
	skips := map[string]int{}
	for seed := range uint64(300) {
		if s := checkSeed(t, seed, 5+int(seed%60)); s != "" {
			skips[s]++
		}
	}
	require.Empty(t, skips)
}

// TestSpilledPrograms does so with what lives across regions in memory, as in the
// largest kernels.
func TestSpilledPrograms(t *testing.T) {
	usual := spillFrom
	Forget()
	defer func() { spillFrom = usual; Forget() }()
	spillFrom = 0
	for seed := range uint64(60) {
		checkSeed(t, seed, 20+int(seed%40))
	}
}

// TestLanewisePrograms does so with everything computed lane by lane that can be.
func TestLanewisePrograms(t *testing.T) {
	usual := [...]int{dear, takeOut, putIn}
	Forget()
	defer func() { dear, takeOut, putIn = usual[0], usual[1], usual[2]; Forget() }()
	dear, takeOut, putIn = 0, -50, -50
	for seed := range uint64(60) {
		checkSeed(t, seed, 20+int(seed%40))
	}
}

// TestShortBuffers runs random programs over buffers that end too early, among
// memory of others. Loads beyond the end give zero, nothing else is stored to, and
// both executors report it.
func TestShortBuffers(t *testing.T) {
	const guard = 256
	found := 0
	for seed := range uint64(120) {
		c := irgen.New(seed, 5+int(seed%40))
		opt, err := ir.Optimize(c.Program)
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(seed, 1))
		cut := map[int]int{}
		for _, i := range []int{irgen.In, irgen.Out, irgen.Counters} {
			cut[i] = rng.IntN(len(c.Launch.Buffers[i].Data) + 1)
		}
		var memory [2]map[int][]byte
		var results [2]exec.Result
		for k, x := range []exec.Executor{interp.Executor{}, Executor{}} {
			l := c.Clone()
			l.Entry, memory[k] = opt.Entries[0], map[int][]byte{}
			for i, b := range l.Buffers {
				all := bytes.Repeat([]byte{0xc3}, len(b.Data)+2*guard)
				copy(all[guard:], b.Data[:cut[i]])
				memory[k][i], b.Data = all, all[guard:guard+cut[i]:guard+cut[i]]
				l.Buffers[i] = b
			}
			results[k], err = x.Run(context.Background(), opt, l)
			require.NoError(t, err)
			require.Equal(t, x.Name(), results[k].Executor, results[k].Fallback)
		}
		require.Equal(t, memory[0], memory[1], "seed %d", seed)
		for i, all := range memory[1] {
			require.Equal(t, bytes.Repeat([]byte{0xc3}, guard), all[:guard], "seed %d, before buffer %d", seed, i)
			require.Equal(t, bytes.Repeat([]byte{0xc3}, len(all)-guard-cut[i]), all[guard+cut[i]:], "seed %d, behind buffer %d", seed, i)
		}
		require.Equal(t, len(results[0].Findings) > 0, len(results[1].Findings) > 0, "seed %d", seed)
		found += min(1, len(results[1].Findings))
	}
	require.Greater(t, found, 60)
}

func FuzzRandomPrograms(f *testing.F) {
	f.Add(uint64(1), uint8(20))
	f.Add(uint64(428), uint8(46))  // a condition that a loop joins to itself, which was followed for ever
	f.Add(uint64(324), uint8(133)) // a loop behind one that all lanes of an arm have left, which never ended
	f.Fuzz(func(t *testing.T, seed uint64, size uint8) { checkSeed(t, seed, int(size)) })
}
