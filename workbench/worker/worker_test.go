package worker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/workbench"
)

const asWorker = "ZMLX_TEST_WORKER"

// TestMain makes the test binary a worker with a native runtime that crashes
// on command.
func TestMain(m *testing.M) {
	if os.Getenv(asWorker) == "" {
		os.Exit(m.Run())
	}
	in, out, err := Pipe()
	if err == nil {
		engine := workbench.New(workbench.Options{})
		if os.Getenv(asWorker) == "moody" {
			engine = workbench.New(workbench.Options{OpenDevice: func(string) (mlx.Device, error) { return moody{}, nil }})
		}
		err = Serve(context.Background(), in, out, engine)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// moody is a device that does what the document says.
type moody struct{ mlx.Device }

func (moody) Name() string { return "moody" }

func (moody) CompileFile(_ context.Context, _, text string, _ msl.Options) (mlx.RawProgram, error) {
	return mood(strings.TrimSpace(text)), nil
}

type mood string

func (mood) Entries() []mlx.EntryInfo {
	return []mlx.EntryInfo{{Name: "k", Buffers: []mlx.EntryArg{{Name: "y", Index: 0, Type: "uchar", ElemSize: 1}}}}
}
func (mood) Warnings() []mlx.Diagnostic { return nil }
func (mood) CompileTime() time.Duration { return 0 }

func (m mood) Launch(ctx context.Context, l mlx.RawLaunch) (*mlx.RawResult, error) {
	switch m {
	case "panic":
		go func() { panic("the driver is gone") }()
		select {}
	case "exit":
		fmt.Println("printed by a library")
		fmt.Fprintln(os.Stderr, "libmlxc: abort")
		os.Exit(134)
	case "hang":
		select {}
	case "slow":
		for i := int64(0); ctx.Err() == nil; i++ {
			l.Options.Progress(i, 0)
		}
		return nil, ctx.Err()
	case "noise":
		fmt.Println("{not the protocol}")
	}
	for i := range l.Buffers[0] {
		l.Buffers[0][i] = byte(i)
	}
	return &mlx.RawResult{Executor: "moody"}, nil
}

func job(mood string) workbench.RunJob {
	return workbench.RunJob{Document: workbench.Document{Path: "k.metal", Text: mood},
		Raw: &workbench.RawLaunch{Grid: [3]int{1, 1, 1}, Threadgroup: [3]int{1, 1, 1},
			Buffers: map[int]workbench.RawBuffer{0: {New: "uint8:3x1000000"}}}}
}

func client(t testing.TB) *Client { return clientOf(t, "moody") }

// clientOf returns a client of a worker with "moody" or with "real" devices.
func clientOf(t testing.TB, kind string) *Client {
	exe, err := os.Executable()
	require.NoError(t, err)
	c := NewClient(Options{Command: func() *exec.Cmd {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), asWorker+"="+kind)
		return cmd
	}})
	t.Cleanup(c.Close)
	return c
}

func requireWorks(t testing.TB, c *Client) *workbench.RunResult {
	t.Helper()
	result, err := c.Start(t.Context(), job("ok")).Wait()
	require.NoError(t, err)
	r := result.(*workbench.RunResult)
	require.Equal(t, workbench.StatusOK, r.Status)
	return r
}

func requireDied(t testing.TB, err error) *workbench.Error {
	t.Helper()
	var e *workbench.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, workbench.CodeWorker, e.Code, e.Message)
	return e
}

func TestArraysAreFetchedOnDemand(t *testing.T) {
	c := client(t)
	r := requireWorks(t, c)
	y := r.Outputs[0]
	require.Nil(t, y.Tensor)
	require.Equal(t, int64(3_000_000), y.Held.Bytes)
	require.Equal(t, []workbench.Value{"0", "1", "2", "3", "4", "5", "6", "7"}, y.Head)

	part, err := c.Slice(t.Context(), y.Held, 1000, 3)
	require.NoError(t, err)
	require.Equal(t, []byte{232, 233, 234}, part)
	whole, err := c.Tensor(t.Context(), y.Held)
	require.NoError(t, err)
	require.Equal(t, []int{3, 1_000_000}, whole.Shape)
	require.Len(t, whole.Data, 3_000_000)
	last := 2_999_999
	require.Equal(t, byte(last), whole.Data[last])

	_, err = c.Slice(t.Context(), y.Held, 2_999_999, 2)
	require.ErrorContains(t, err, "of an array of 3000000")
	for range keptRuns {
		requireWorks(t, c)
	}
	_, err = c.Slice(t.Context(), y.Held, 0, 1)
	require.ErrorContains(t, err, "not held any more")
}

func TestACrashIsReportedAndSurvived(t *testing.T) {
	c := client(t)
	for mood, want := range map[string]string{
		"exit":  "exit status 134; its last words: printed by a library\nlibmlxc: abort",
		"panic": "the driver is gone",
	} {
		_, err := c.Start(t.Context(), job(mood)).Wait()
		require.Contains(t, requireDied(t, err).Message, want)
		requireWorks(t, c)
	}
}

func TestPrintingDoesNotDisturbTheProtocol(t *testing.T) {
	c := client(t)
	_, err := c.Start(t.Context(), job("noise")).Wait()
	require.NoError(t, err)
	requireWorks(t, c)
}

func TestCancel(t *testing.T) {
	c := client(t)
	requireWorks(t, c)
	for _, mood := range []string{"slow", "hang"} {
		run := c.Start(t.Context(), job(mood))
		events := run.Events()
		for e := range events {
			if _, ok := e.(workbench.Diagnosed); ok { // compiled: the launch is next
				break
			}
		}
		run.Cancel()
		_, err := run.Wait()
		var e *workbench.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, workbench.CodeCancelled, e.Code)
		for range events {
		}
		requireWorks(t, c)
	}
}

func TestACrashEndsAllRuns(t *testing.T) {
	c := client(t)
	requireWorks(t, c)
	slow := c.Start(t.Context(), job("slow"))
	for e := range slow.Events() {
		if _, ok := e.(workbench.Progress); ok {
			break
		}
	}
	_, err := c.Start(t.Context(), job("exit")).Wait()
	requireDied(t, err)
	_, err = slow.Wait()
	requireDied(t, err)
	for range slow.Events() {
	}
}

// A worker that is killed at any point costs the run at hand and nothing else.
func TestKilledAtRandomPoints(t *testing.T) {
	c := client(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		mood := []string{"slow", "ok", "hang"}[rng.IntN(3)]
		run := c.Start(t.Context(), job(mood))
		victim, at := 0, rng.IntN(4)
		events := run.Events()
		for n := 0; n < at; n++ {
			if _, ok := <-events; !ok || mood == "hang" && n == 1 {
				break
			}
		}
		for spin := rng.IntN(2000); spin > 0 || victim == 0; spin-- {
			if victim = c.Pid(); victim == 0 && isDone(run) {
				break
			}
		}
		if victim != 0 {
			p, err := os.FindProcess(victim)
			require.NoError(t, err)
			_ = p.Kill()
		}
		if _, err := run.Wait(); err != nil {
			requireDied(t, err)
		} else {
			require.Equal(t, "ok", mood)
		}
		for range events {
		}
	}
	requireWorks(t, c)
}

func isDone(r *workbench.Run) bool {
	select {
	case <-r.Done():
		return true
	default:
		return false
	}
}

func TestTheWorkerLeavesWithItsParent(t *testing.T) {
	c := client(t)
	requireWorks(t, c)
	ch := c.child
	require.NoError(t, ch.in.w.(interface{ Close() error }).Close())
	<-ch.dead
	require.Contains(t, ch.why.Message, "it ended by itself")
	requireWorks(t, c)
}

func TestACommandThatDoesNotStart(t *testing.T) {
	c := NewClient(Options{Command: func() *exec.Cmd { return exec.Command("/nonexistent/zmlx") }})
	_, err := c.Start(t.Context(), job("ok")).Wait()
	require.Contains(t, requireDied(t, err).Message, "the worker does not start")
}

func BenchmarkStartAndRun(b *testing.B) {
	for b.Loop() {
		c := client(b)
		requireWorks(b, c)
		c.Close()
	}
}

// TestEngine runs the host's jobs here and those of native devices in the
// child, whose death costs one run.
func TestEngine(t *testing.T) {
	e := NewEngine(workbench.New(workbench.Options{}), client(t))
	e.possible = true
	here := job("kernel void k(device uchar* y [[buffer(0)]], uint i [[thread_position_in_grid]]) { y[i] = 7; }")
	here.Device = "host"
	result, err := e.Start(t.Context(), here).Wait()
	require.NoError(t, err)
	require.Equal(t, "host", result.(*workbench.RunResult).Device)
	require.Zero(t, e.child.Pid(), "no child was needed")

	away := job("ok")
	away.Device = "moody"
	for range 2 {
		result, err = e.Start(t.Context(), away).Wait()
		require.NoError(t, err)
		y := result.(*workbench.RunResult).Outputs[0]
		require.Len(t, y.Tensor.Data, 3_000_000, "small arrays come along")
		require.Equal(t, byte(9), y.Tensor.Data[9])
		require.NotZero(t, e.child.Pid())

		crash := job("exit")
		crash.Device = "moody"
		_, err = e.Start(t.Context(), crash).Wait()
		requireDied(t, err)
	}

	compile := workbench.CompileJob{Document: workbench.Document{Path: "k.metal", Text: "kernel void k() { x; }"}, Device: "moody"}
	result, err = e.Start(t.Context(), compile).Wait()
	require.NoError(t, err)
	require.Equal(t, workbench.StatusCompileError, result.(*workbench.CompileResult).Status, "typing is the host compiler's")
	e.Close()
	_, err = e.Start(t.Context(), away).Wait()
	require.Contains(t, requireDied(t, err).Message, "closed")
}

// BenchmarkStartAndLoad starts a worker that loads MLX's library and tells
// what it is.
func BenchmarkStartAndLoad(b *testing.B) {
	if _, err := mlx.Native(); err != nil {
		b.Skipf("MLX ITSELF IS NOT MEASURED: %v", err)
	}
	for b.Loop() {
		c := clientOf(b, "real")
		result, err := c.Start(b.Context(), workbench.DevicesJob{}).Wait()
		require.NoError(b, err)
		require.True(b, slices.ContainsFunc(result.(*workbench.DevicesResult).Devices, func(d workbench.DeviceInfo) bool {
			return d.Available && d.Name != "host"
		}))
		c.Close()
	}
}
