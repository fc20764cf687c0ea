package workbench

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
	"github.com/zmlx/zmlx/profile"
	"github.com/zmlx/zmlx/profile/trace"
)

func profiled(t *testing.T, text string) *ProfileResult {
	t.Helper()
	result, err := New(Options{Workers: 2}).Start(t.Context(), ProfileJob{Document: Document{Path: "p.yaml", Text: text}}).Wait()
	require.NoError(t, err)
	r := result.(*ProfileResult)
	require.Equal(t, StatusOK, r.Status)
	return r
}

// stride reads x with a stride of 32 floats, so that each lane of a SIMD-group
// touches a segment of its own, and w always at the same place.
const stride = `
zmlx: 1
name: stride
params: {N: 1024}
inputs: {x: {dtype: float32, shape: [32*N]}, w: {dtype: float32, shape: [4]}}
outputs: {y: {dtype: float32, shape: [N]}}
launch: {grid: [N, 1, 1], threadgroup: [64, 1, 1]}
source: |
  uint i = thread_position_in_grid.x;
  y[i] = x[32 * i] * w[0];
reference: y = reshape(x, [N, 32])[:, 0] * w[0]
tolerance: {float32: 1e-5}
`

func TestTrafficOfBuffers(t *testing.T) {
	r := profiled(t, stride)
	by := map[string]BufferTraffic{}
	for _, b := range r.Buffers {
		by[b.Name] = b
	}
	x, w, y := by["x"], by["w"], by["y"]
	require.Equal(t, []int64{1024, 4096, 1024, 4096, 1024}, []int64{x.Loads, x.LoadBytes, x.Transactions, x.Useful, x.Segments})
	require.Equal(t, Number(1.0/32), x.Coalesced)
	require.Equal(t, []int64{1024, 4096, 32, 128, 1}, []int64{w.Loads, w.LoadBytes, w.Transactions, w.Useful, w.Segments}, "a broadcast is one access of a SIMD-group")
	require.Equal(t, Number(32), w.Reread)
	require.Equal(t, []int64{1024, 32, 4096, 32}, []int64{y.Stores, y.Transactions, y.Useful, y.Segments})
	require.Equal(t, int64(128*(1024+32+32)), r.Memory.Moved)
	require.Equal(t, int64(128*(1024+1+32)), r.Memory.Touched)
	require.Len(t, r.Advice, 1)
	require.Contains(t, r.Advice[0], "lanes ask for only 6 % of the bytes that are moved, most of them in line 10")
}

func TestTimelineOfAProfile(t *testing.T) {
	wasm.Forget() // other tests have run the kernel
	r := profiled(t, stride)
	tl := r.Timeline
	require.Equal(t, "engine", tl.Tracks[0].Name)
	require.Equal(t, "core 0", tl.Tracks[1].Name)
	top := tl.TopDown(tl.All())
	var lines []string
	var visit func(n *trace.Node, path string)
	visit = func(n *trace.Node, path string) {
		lines = append(lines, path+n.Name)
		for _, c := range n.Children {
			visit(c, path+n.Name+"/")
		}
	}
	visit(top, "")
	all := strings.Join(lines, "\n")
	for _, path := range []string{"profile/parse spec", "profile/compile/generate", "compile/parse", "compile/check", "compile/lower",
		"first launch/upload", "first launch/dispatch", "/lower to WebAssembly", "/compile to machine code", "/bind", "/synchronise", "launch/read back", "core 0/threadgroups"} {
		require.Contains(t, all, path)
	}
	groups := int64(0)
	for _, track := range tl.Tracks[1:] {
		for _, row := range track.Rows { // a core that was too late has none
			for _, s := range row {
				groups += s.N
			}
		}
	}
	require.Equal(t, int64(16*len(r.Launches)), groups, "each threadgroup of each launch")
	require.True(t, slices.ContainsFunc(tl.Counters, func(c trace.Counter) bool { return c.Name == "heap in use" && len(c.Samples) > 1 }))
}

// BenchmarkTracing compares launches of at least 10 ms with and without a
// timeline and memory counters, in turn: the overhead is to stay below 3 %.
func BenchmarkTracing(b *testing.B) {
	for _, executor := range []string{"wasm", "interp"} {
		b.Run(executor, func(b *testing.B) {
			n := map[string]string{"wasm": "5<<22", "interp": "1<<18"}[executor]
			doc := Document{Path: "p.yaml", Text: strings.Replace(strings.Replace(stride, "{N: 1024}", "{N: "+n+"}", 1), "x[32 * i] * w[0]", "exp(x[i] * w[0])", 1)}
			doc.Text = strings.Replace(doc.Text, "shape: [32*N]", "shape: [N]", 1)
			task := &task{engine: New(Options{})}
			plan, _, _, _, err := task.planOf(doc, Variant{}, 0)
			require.NoError(b, err)
			k, err := mlx.HostDevice().Compile(b.Context(), plan.kernel, mlx.ArgInfos(plan.inputs), plan.config)
			require.NoError(b, err)
			launch := func(track *trace.Track) time.Duration {
				stop := profile.TraceMemory(track)
				defer stop()
				start := time.Now()
				_, err := k.Launch(trace.NewContext(b.Context(), track), plan.inputs, plan.config, mlx.LaunchOptions{Executor: executor})
				require.NoError(b, err)
				return time.Since(start)
			}
			var plain, traced []float64
			for b.Loop() {
				for _, tracing := range []bool{false, true, true, false} {
					if tracing {
						traced = append(traced, ms(launch(trace.NewRecorder(nil).Track("engine"))))
					} else {
						plain = append(plain, ms(launch(nil)))
					}
				}
			}
			level := profile.LevelOf(plain) // what disturbs the machine moves it less than a median
			b.ReportMetric(100*(profile.LevelOf(traced).Value/level.Value-1), "%overhead")
			b.ReportMetric(level.Value, "ms/launch")
			b.ReportMetric(0, "ns/op")
		})
	}
}
