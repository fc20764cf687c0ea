package wasm

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

func parse(t *testing.T, text string) *ir.Program {
	p, err := ir.Parse(text)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	return p
}

const endless = `func @f(%y.0:ptr.device) {
  %1:u32 = const 1
  loop {
    %2:u32 = add %2, %1
    store.u32.device %y.0, %2
  }
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "y" device type "uint" elem u32 size 4
}`

// A cancelled context ends even a loop inside one threadgroup.
func TestCancel(t *testing.T) {
	p := parse(t, endless)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(5*time.Millisecond, cancel)
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{4, 1, 1}, Threadgroup: exec.Dim{4, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4)}}}
	res, err := Executor{}.Run(ctx, p, l)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, res.Findings)

	// The memory of the launch is free for the next one, which is not cancelled.
	l.StepBudget = 1 << 20
	res, err = Executor{}.Run(context.Background(), p, l)
	require.NoError(t, err)
	require.Equal(t, exec.EndlessLoop, res.Findings[0].Kind)
	require.Equal(t, "wasm", res.Executor)
}

// Launches of several programs at once do not disturb each other.
func TestConcurrentLaunches(t *testing.T) {
	var wg sync.WaitGroup
	diffs := make([]string, 8)
	for i := range diffs {
		wg.Go(func() {
			c := irgen.New(uint64(100+i/2), 30)
			for range 5 {
				if d, _ := differ(c, c.Program); d != "" {
					diffs[i] = d
				}
			}
		})
	}
	wg.Wait()
	for _, d := range diffs {
		require.Empty(t, d)
	}
}

// What only interp does goes to interp, and the result says so.
func TestHandsOver(t *testing.T) {
	c := irgen.New(3, 10)
	for name, change := range map[string]func(*exec.Launch){
		"checks": func(l *exec.Launch) { l.Checks = exec.Races },
		"counts": func(l *exec.Launch) { l.Count = true },
	} {
		l := c.Clone()
		l.Entry = c.Program.Entries[0]
		change(&l)
		res, err := Executor{}.Run(context.Background(), c.Program, l)
		require.NoError(t, err)
		require.Equal(t, "interp", res.Executor, name)
	}
}
