package wasm

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

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

// started launches the endless kernel and returns once it runs. wait returns
// its outcome.
func started(t testing.TB, ctx context.Context) (l exec.Launch, wait func() (exec.Result, error)) {
	p, err := ir.Parse(endless)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	y := make([]uint32, 1)
	l = exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{4, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: unsafe.Slice((*byte)(unsafe.Pointer(&y[0])), 4)}}}
	done := make(chan func() (exec.Result, error), 1)
	go func() {
		res, err := Executor{}.Run(ctx, p, l)
		done <- func() (exec.Result, error) { return res, err }
	}()
	for atomic.LoadUint32(&y[0]) == 0 {
		runtime.Gosched()
	}
	return l, func() (exec.Result, error) { return (<-done)() }
}

// A cancelled context ends even a loop inside one threadgroup.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l, wait := started(t, ctx)
	cancel()
	res, err := wait()
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, res.Findings)

	// The memory of the launch is free for the next one, which is not cancelled.
	l.StepBudget = 1 << 20
	p := parse(t, endless)
	l.Entry = p.Entries[0]
	res, err = Executor{}.Run(context.Background(), p, l)
	require.NoError(t, err)
	require.Equal(t, exec.EndlessLoop, res.Findings[0].Kind)
	require.Equal(t, "wasm", res.Executor)
}

// The collector gets its turn inside one threadgroup.
func TestCollectorIsNotBlocked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, wait := started(t, ctx)
	for range 3 {
		runtime.GC() // returns, although the kernel never does
	}
	cancel()
	_, err := wait()
	require.ErrorIs(t, err, context.Canceled)
}

// BenchmarkInterrupt measures how long a kernel that does not end keeps the
// collector waiting, and the one that cancels it.
func BenchmarkInterrupt(b *testing.B) {
	var collect, stop time.Duration
	for b.Loop() {
		ctx, cancel := context.WithCancel(context.Background())
		_, wait := started(b, ctx)
		start := time.Now()
		runtime.GC()
		collect = max(collect, time.Since(start))
		start = time.Now()
		cancel()
		_, _ = wait()
		stop = max(stop, time.Since(start))
	}
	b.ReportMetric(collect.Seconds()*1e3, "ms-GC-worst")
	b.ReportMetric(stop.Seconds()*1e3, "ms-cancel-worst")
}

// Progress counts every threadgroup once, and stops where a cancel comes.
func TestProgress(t *testing.T) {
	const groups = 5000
	p := parse(t, shift)
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{4 * groups, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 16*groups), ReadOnly: true}, 1: {Data: make([]byte, 16*groups)}}}
	run := func(ctx context.Context, each func(done int64)) (calls, last int64, err error) {
		var mu sync.Mutex
		l.Progress = func(done, total int64) {
			mu.Lock()
			defer mu.Unlock()
			require.EqualValues(t, groups, total)
			calls, last = calls+1, max(last, done)
			each(done)
		}
		_, err = Executor{}.Run(ctx, p, l)
		return calls, last, err
	}
	calls, last, err := run(context.Background(), func(int64) {})
	require.NoError(t, err)
	require.EqualValues(t, groups, last)
	require.LessOrEqual(t, calls, int64(101))

	ctx, cancel := context.WithCancel(context.Background())
	_, last, err = run(ctx, func(int64) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, last, int64(groups))
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

// Modules that are not in use are closed once there are many.
func TestModulesAreBounded(t *testing.T) {
	e, err := theEngine()
	require.NoError(t, err)
	set := func(limit int) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.limit = limit
	}
	set(4)
	defer set(maxModules)
	p := parse(t, shift)
	for range 2 {
		for n := range uint32(12) {
			memory := make([]byte, 8*32)
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{32, 1, 1}, Threadgroup: exec.Dim{n + 1, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: memory[:128], ReadOnly: true}, 1: {Data: memory[128:]}}}
			res, err := Executor{}.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Equal(t, "wasm", res.Executor)
			require.EqualValues(t, 1, memory[252])
			e.mu.Lock()
			kept := len(e.mods)
			e.mu.Unlock()
			require.LessOrEqual(t, kept, 4)
		}
	}
}
