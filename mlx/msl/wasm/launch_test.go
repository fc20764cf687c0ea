package wasm

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
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

// started launches a kernel that does not end, in one threadgroup, and returns
// once it runs. wait returns its outcome.
func started(t testing.TB, ctx context.Context, text string, threads uint32) (l exec.Launch, wait func() (exec.Result, error)) {
	p, err := ir.Parse(text)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	y := bytes.Repeat([]byte{0xff}, int(4*threads))
	l = exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{threads, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: y}}}
	return l, running(ctx, p, l)
}

// running is started for a launch that takes long.
func running(ctx context.Context, p *ir.Program, l exec.Launch) (wait func() (exec.Result, error)) {
	done := make(chan func() (exec.Result, error), 1)
	before := ticks.Load()
	go func() {
		res, err := Executor{}.Run(ctx, p, l)
		done <- func() (exec.Result, error) { return res, err }
	}()
	for ticks.Load() == before {
		runtime.Gosched()
	}
	return func() (exec.Result, error) { return (<-done)() }
}

// A cancelled context ends even a loop inside one threadgroup.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l, wait := started(t, ctx, endless, 4)
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

// rounds repeats work of a whole threadgroup between barriers.
const rounds = `func @f(%0:ptr.device, %1:u32) {
  slot threadgroup 0 "t" size 4096 align 4
  %2:i64 = const 4
  %3:i64 = convert.u32 %1
  %4:i64 = mul %3, %2
  %5:ptr.threadgroup = slotaddr.threadgroup
  %6:ptr.threadgroup = ptradd %5, %4
  %7:u32 = const 1
  %8:u32 = load.device %0
  reg %10:u32
  reg %12:u32
  loop {
    %9:bool = lt.u32 %10, %8
    if %9 {
    } else {
      break
    }
    store.u32.threadgroup %6, %12
    barrier.mem_threadgroup
    %11:u32 = load.threadgroup %6
    %12:u32 = add %11, %1
    %12:u32 = mul %12, %12
    %12:u32 = xor %12, %1
    barrier.mem_threadgroup
  } continuing {
    %10:u32 = add %10, %7
  }
  %13:ptr.device = ptradd %0, %4
  store.u32.device %13, %12
}
entry "f" @f maxthreads 0 threadgroupsize 4096 {
  buffer 0 "y" device type "uint" elem u32 size 4
  builtin thread_index_in_threadgroup "i" u32 x1
}`

// The host is called, which lets the collector run and cancels, after a bounded
// amount of work: also within one threadgroup, by the work in a loop's body,
// and within one call for many threadgroups.
func TestCodeCallsTheHost(t *testing.T) {
	called := func(p *ir.Program, grid, group uint32, n uint32) int64 {
		y := make([]byte, 4*grid)
		binary.LittleEndian.PutUint32(y, n)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{grid, 1, 1}, Threadgroup: exec.Dim{group, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: y}}, Workers: 1}
		before := ticks.Load()
		res, err := Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Empty(t, res.Findings)
		require.Equal(t, "wasm", res.Executor)
		return ticks.Load() - before
	}
	p := parse(t, rounds)
	// A round takes 256 chunks through at least 20 instructions.
	for _, n := range []uint32{1000, 10_000} {
		require.Greater(t, called(p, 1024, 1024, n), int64(n)*256*20/fuel)
	}
	// Without rounds a threadgroup still takes its chunks through some.
	const groups = 2000
	require.Greater(t, called(parse(t, rounds), 1024*groups, 1024, 0), int64(0))
}

// The collector gets its turn inside one threadgroup.
func TestCollectorIsNotBlocked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, wait := started(t, ctx, rounds, 1024) // four billion rounds
	for range 3 {
		runtime.GC() // returns, although the kernel never does
	}
	cancel()
	_, err := wait()
	require.ErrorIs(t, err, context.Canceled)
}

// BenchmarkInterrupt measures how long a threadgroup that does not end keeps
// the collector waiting, and the one that cancels it: with a short loop, and
// with one whose every round takes all threads of a large threadgroup. And so a
// launch of many threadgroups, none of whose runs lies in a row.
func BenchmarkInterrupt(b *testing.B) {
	rows, launch := big{args: "device const uint* a, device uint* b", grid: exec.Dim{1 << 30, 1, 1}, group: exec.Dim{1024, 1, 1}, sizes: []int{4096, 4096},
		body: "uint x = 0; for (uint k = 0; k < 6; k++) x += a[(p.x + k) % n[0]]; b[p.x & 1023] = x;"}.launch(b)
	short := launch()
	short.Buffers[9] = exec.Buffer{Data: []byte{3, 0, 0, 0}, ReadOnly: true}
	for name, start := range map[string]func(ctx context.Context) (wait func() (exec.Result, error)){
		"loop": func(ctx context.Context) func() (exec.Result, error) {
			_, wait := started(b, ctx, endless, 4)
			return wait
		},
		"rounds": func(ctx context.Context) func() (exec.Result, error) {
			_, wait := started(b, ctx, rounds, 1024)
			return wait
		},
		"rows": func(ctx context.Context) func() (exec.Result, error) { return running(ctx, rows, short) },
	} {
		b.Run(name, func(b *testing.B) {
			var pause, stop time.Duration
			var gc debug.GCStats
			for b.Loop() {
				ctx, cancel := context.WithCancel(context.Background())
				wait := start(ctx)
				runtime.GC()
				debug.ReadGCStats(&gc)
				pause = max(pause, gc.Pause[0])
				start := time.Now()
				cancel()
				_, _ = wait()
				stop = max(stop, time.Since(start))
			}
			b.ReportMetric(pause.Seconds()*1e3, "ms-GC-pause-worst")
			b.ReportMetric(stop.Seconds()*1e3, "ms-cancel-worst")
		})
	}
}

// A module's instances are kept for the launches that follow, each of which has its own log and
// buffers, also behind one that was ended.
func TestKeptInstances(t *testing.T) {
	res := msl.Compile("f.metal", `#include <metal_stdlib>
		#include <metal_logging>
		using namespace metal;
		kernel void f(device uint *y, device const uint *k, uint g [[threadgroup_position_in_grid]]) {
			os_log_default.log("%u", k[0] + g);
			do y[g] += k[0]; while (k[1] > 0);
		}`, msl.Options{Version: 400})
	require.NotNil(t, res.Program, "%v", res.Diagnostics)
	p, err := ir.Optimize(res.Program)
	require.NoError(t, err)
	launch := func(first, again byte, budget int64) (l exec.Launch, y []byte) {
		y = make([]byte, 12)
		return exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{3, 1, 1}, Threadgroup: exec.Dim{1, 1, 1}, StepBudget: budget, Workers: 2,
			Buffers: map[int]exec.Buffer{0: {Data: y}, 1: {Data: []byte{first, 0, 0, 0, again, 0, 0, 0}, ReadOnly: true}}}, y
	}
	for first := byte(0); first < 40; first += 10 {
		l, y := launch(first, 0, 0)
		res, err := Executor{}.Run(t.Context(), p, l)
		require.NoError(t, err)
		require.Equal(t, "wasm", res.Executor)
		require.Empty(t, res.Findings)
		require.Equal(t, []string{fmt.Sprint(first), fmt.Sprint(first + 1), fmt.Sprint(first + 2)}, res.Log)
		require.Equal(t, []byte{first, 0, 0, 0, first, 0, 0, 0, first, 0, 0, 0}, y)

		if first < 20 {
			l, _ = launch(first, 1, 1<<20)
			res, err = Executor{}.Run(t.Context(), p, l)
			require.NoError(t, err)
			require.Equal(t, "wasm", res.Executor)
			require.Equal(t, exec.EndlessLoop, res.Findings[0].Kind)
		} else {
			l, _ = launch(first, 1, 0)
			ctx, cancel := context.WithCancel(t.Context())
			wait := running(ctx, p, l)
			cancel()
			_, err = wait()
			require.ErrorIs(t, err, context.Canceled)
		}
	}
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

// What would be stored to read-only memory, as constness that was cast away allows,
// does not get there, and is reported.
func TestReadOnly(t *testing.T) {
	for _, op := range []string{"store.u32.device %x.0, %2", "zeromem.device +4, %x.0", "copymem.device +4, %x.0, %y.1",
		"atomicadd.u32.device %x.0, %2", "%5:ptr.device = select %3, %x.0, %y.1\nstore.u32.device %5, %2"} {
		p := parse(t, `func @f(%x.0:ptr.device, %y.1:ptr.device) {
  %2:u32 = const 7
  %3:bool = const 1
  `+op+`
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "y" device type "uint" elem u32 size 4
}`)
		x := []byte{1, 2, 3, 4}
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 4)}}}
		res, err := Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Len(t, res.Findings, 1, op)
		require.Equal(t, "wasm", res.Executor)
		require.Equal(t, []byte{1, 2, 3, 4}, x)
	}
}
