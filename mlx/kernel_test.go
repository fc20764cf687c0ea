package mlx_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/internal/host"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/profile/trace"
)

// run compiles and launches a kernel and wants no findings.
func run(t *testing.T, k mlx.KernelSource, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt mlx.LaunchOptions) *mlx.LaunchResult {
	t.Helper()
	ctx := context.Background()
	kernel, err := mlx.HostDevice().Compile(ctx, k, mlx.ArgInfos(inputs), cfg)
	require.NoError(t, err)
	res, err := kernel.Launch(ctx, inputs, cfg, opt)
	require.NoError(t, err)
	require.Empty(t, res.Findings)
	return res
}

func config(grid, threadgroup int, dtype mlx.DType, shape ...int) mlx.LaunchConfig {
	return mlx.LaunchConfig{Grid: [3]int{grid, 1, 1}, Threadgroup: [3]int{threadgroup, 1, 1}, OutputDTypes: []mlx.DType{dtype}, OutputShapes: [][]int{shape}}
}

func TestKernelElementwise(t *testing.T) {
	k := mlx.KernelSource{Name: "myexp", InputNames: []string{"inp"}, OutputNames: []string{"out"}, EnsureRowContiguous: true,
		Source: "uint elem = thread_position_in_grid.x;\nT tmp = inp[elem];\nout[elem] = metal::exp(tmp);\n"}
	for _, d := range []mlx.DType{mlx.Float32, mlx.Float16, mlx.Bfloat16} {
		x := normal(3, mlx.Float32, 5, 7).AsType(d).Transpose() // copied to row-major order
		cfg := config(35, 256, d, 7, 5)
		cfg.Template = []mlx.TemplateArg{{Name: "T", DType: d}}
		res := run(t, k, []*mlx.Array{x}, cfg, mlx.LaunchOptions{Poison: true, TrackWrites: true})
		require.Equal(t, []int{0}, res.UnwrittenElements)
		require.Equal(t, 1.0, res.Outputs[0].AllClose(x.Exp(), 1e-2, 1e-2, false).Item(), "%v", d)
	}
}

func TestKernelStrides(t *testing.T) {
	k := mlx.KernelSource{Name: "strided", InputNames: []string{"inp"}, OutputNames: []string{"out"},
		Source: "uint elem = thread_position_in_grid.x;\nuint loc = elem_to_loc(elem, inp_shape, inp_strides, inp_ndim);\nout[elem] = inp[loc];\n"}
	x := normal(3, mlx.Float32, 4, 6).Transpose()
	res := run(t, k, []*mlx.Array{x}, config(24, 8, mlx.Float32, 6, 4), mlx.LaunchOptions{})
	require.Equal(t, x.Float64s(), res.Outputs[0].Float64s())
	flipped := x.Flip(0) // negative strides
	res = run(t, k, []*mlx.Array{flipped}, config(24, 8, mlx.Float32, 6, 4), mlx.LaunchOptions{})
	require.Equal(t, flipped.Float64s(), res.Outputs[0].Float64s())
}

func TestKernelAtomicOutputs(t *testing.T) {
	k := mlx.KernelSource{Name: "histogram", InputNames: []string{"x", "n"}, OutputNames: []string{"counts"}, AtomicOutputs: true,
		Source: "atomic_fetch_add_explicit(&counts[x[thread_position_in_grid.x] % n], 1, memory_order_relaxed);"}
	cfg := config(100, 32, mlx.Int32, 4)
	zero := 0.0
	cfg.InitValue = &zero
	res := run(t, k, []*mlx.Array{mlx.Arange(0, 100, 1, mlx.Int32), mlx.Scalar(4)}, cfg, mlx.LaunchOptions{})
	require.Equal(t, []float64{25, 25, 25, 25}, res.Outputs[0].Float64s())
}

func TestKernelUnwritten(t *testing.T) {
	k := mlx.KernelSource{Name: "half", OutputNames: []string{"y"}, Source: "uint i = thread_position_in_grid.x;\nif (i % 2 == 0) y[i] = i;\n"}
	cfg := config(10, 4, mlx.Float32, 12)
	kernel, err := mlx.HostDevice().Compile(t.Context(), k, nil, cfg)
	require.NoError(t, err)
	for executor, dispatches := range map[string]int{"wasm": 2, "interp": 1} { // interp, which is slow, tracks what is stored
		rec := trace.NewRecorder(time.Now)
		res, err := kernel.Launch(trace.NewContext(t.Context(), rec.Track("launch")), nil, cfg, mlx.LaunchOptions{Poison: true, TrackWrites: true, Executor: executor})
		require.NoError(t, err)
		require.Empty(t, res.Findings)
		require.Equal(t, []int{7}, res.UnwrittenElements)
		require.Equal(t, 7.0, res.Outputs[0].IsNaN().Sum(mlx.DropDims).Item())
		var timeline bytes.Buffer
		require.NoError(t, rec.Timeline().WriteChrome(&timeline))
		require.Equal(t, dispatches, strings.Count(timeline.String(), `"dispatch"`), executor)
	}
}

func TestKernelDiagnostics(t *testing.T) {
	k := mlx.KernelSource{Name: "bad", OutputNames: []string{"y"}, Header: "inline float twice(float v) { return 2 * w; }\n",
		Source: "uint i = thread_position_in_grid.x;\n  y[i] = nothing + 1;\n"}
	_, err := mlx.HostDevice().Compile(context.Background(), k, nil, config(4, 4, mlx.Float32, 4))
	var e *mlx.CompileError
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Diagnostics, 2)
	first, second := e.Diagnostics[0], e.Diagnostics[1]
	require.Equal(t, mlx.PartHeader, first.Part)
	require.Equal(t, [2]int{1, 42}, [2]int{first.Line, first.Column})
	require.Equal(t, mlx.PartSource, second.Part)
	require.Equal(t, [4]int{2, 10, 2, 17}, [4]int{second.Line, second.Column, second.EndLine, second.EndColumn})
	require.Equal(t, mlx.SeverityError, second.Severity)
	require.Contains(t, second.Rendered, "source:2:10: error: ")
	require.ErrorContains(t, err, "(and 1 more)")

	// Lines have the numbers of the kernel's own text, whatever that says.
	k.Header, k.Source = "#line 70\n"+k.Header, "#line 9 \"other.metal\"\n"+k.Source
	_, err = mlx.HostDevice().Compile(context.Background(), k, nil, config(4, 4, mlx.Float32, 4))
	require.ErrorAs(t, err, &e)
	require.Equal(t, mlx.PartHeader, e.Diagnostics[0].Part)
	require.Equal(t, 2, e.Diagnostics[0].Line)
	require.Equal(t, mlx.PartSource, e.Diagnostics[1].Part)
	require.Equal(t, 3, e.Diagnostics[1].Line)
}

func TestKernelFindings(t *testing.T) {
	ctx := context.Background()
	k := mlx.KernelSource{Name: "over", InputNames: []string{"x"}, OutputNames: []string{"y"}, EnsureRowContiguous: true,
		Source: "uint i = thread_position_in_grid.x;\ny[i] = x[i + 1];\n"}
	x := mlx.Arange(0, 16, 1, mlx.Float32)
	cfg := config(16, 8, mlx.Float32, 16)
	kernel, err := mlx.HostDevice().Compile(ctx, k, mlx.ArgInfos([]*mlx.Array{x}), cfg)
	require.NoError(t, err)
	res, err := kernel.Launch(ctx, []*mlx.Array{x}, cfg, mlx.LaunchOptions{})
	require.NoError(t, err)
	require.Len(t, res.Findings, 1)
	f := res.Findings[0]
	require.Equal(t, "out-of-bounds", f.Kind)
	require.Equal(t, mlx.PartSource, f.Part)
	require.Equal(t, 2, f.Line)
	require.Equal(t, "x", f.Buffer)
	require.Equal(t, [3]uint32{15, 0, 0}, f.Thread)
	require.EqualValues(t, 1, f.Count)

	_, err = kernel.Launch(ctx, []*mlx.Array{x.AsType(mlx.Int32)}, cfg, mlx.LaunchOptions{})
	require.ErrorContains(t, err, "another signature")
}

func TestRawLaunch(t *testing.T) {
	ctx := context.Background()
	p, err := mlx.HostDevice().CompileFile(ctx, "k.metal", `#include <metal_stdlib>
using namespace metal;
kernel void add(device const float* a [[buffer(0)]], constant float& b [[buffer(1)]], device float* c [[buffer(3)]],
                threadgroup float* scratch [[threadgroup(0)]], uint i [[thread_position_in_grid]], uint l [[thread_position_in_threadgroup]]) {
  scratch[l] = a[i];
  c[i] = scratch[l] + b;
}
`, msl.Options{})
	require.NoError(t, err)
	require.Len(t, p.Entries(), 1)
	e := p.Entries()[0]
	require.Equal(t, "add", e.Name)
	require.Len(t, e.Buffers, 3)
	require.Equal(t, 3, e.Buffers[2].Index)
	require.True(t, e.Buffers[0].ReadOnly)

	a := mlx.New([]float32{1, 2, 3})
	out := bytes.Repeat([]byte{mlx.Poison}, 16)
	l := mlx.RawLaunch{Grid: [3]int{3, 1, 1}, Threadgroup: [3]int{32, 1, 1}, LocalBytes: map[int]int{0: 128}, New: map[int]int{3: 4},
		Buffers: map[int][]byte{0: a.Bytes(), 1: mlx.Scalar(0.5).Bytes(), 3: out}, Options: mlx.LaunchOptions{TrackWrites: true}}
	res, err := p.Launch(ctx, l)
	require.NoError(t, err)
	require.Empty(t, res.Findings)
	require.Equal(t, map[int]int{3: 4}, res.Unwritten)
	require.Equal(t, "wasm", res.Executor)
	require.Equal(t, []float64{1.5, 2.5, 3.5}, mlx.FromBytes(mlx.Float32, []int{3}, out[:12]).Float64s())

	l.Options.Executor = "interp"
	res, err = p.Launch(ctx, l)
	require.NoError(t, err)
	require.Equal(t, map[int]int{3: 4}, res.Unwritten)

	delete(l.Buffers, 1)
	_, err = p.Launch(ctx, l)
	require.ErrorContains(t, err, "buffer 1 (b) of kernel add is not bound")
}

func TestOpenDevice(t *testing.T) {
	d, err := mlx.OpenDevice("")
	require.NoError(t, err)
	require.Equal(t, "host", d.Name())
	_, err = mlx.OpenDevice("tpu")
	require.ErrorContains(t, err, `there is no device "tpu" here; use one of: host`)
}

func TestKernelSanitize(t *testing.T) {
	ctx := context.Background()
	k := mlx.KernelSource{Name: "race", OutputNames: []string{"y"},
		Source: "threadgroup float s[64];\nuint i = thread_position_in_threadgroup.x;\ns[i] = i;\ny[i] = s[63 - i];\n"}
	cfg := config(64, 64, mlx.Float32, 64)
	kernel, err := mlx.HostDevice().Compile(ctx, k, nil, cfg)
	require.NoError(t, err)
	res, err := kernel.Launch(ctx, nil, cfg, mlx.LaunchOptions{Sanitize: true, Count: true})
	require.NoError(t, err)
	require.Equal(t, "interp", res.Executor)
	require.Len(t, res.Findings, 1)
	f := res.Findings[0]
	require.Equal(t, "data-race", f.Kind)
	require.Equal(t, [2]int{4, 3}, [2]int{f.Line, f.Other.Line})
	require.True(t, f.Other.Store)

	lines := map[int]mlx.LineCount{}
	for _, l := range res.Lines {
		if l.Part == mlx.PartSource {
			lines[l.Line] = l
		}
	}
	require.EqualValues(t, 64*4, lines[3].StoreBytes)
	require.EqualValues(t, 64*4, lines[4].LoadBytes)
	require.EqualValues(t, 64*4, lines[4].StoreBytes)
	require.EqualValues(t, 2, lines[4].Transactions)
}

// TestKernelExecutors wants the same results of both executors.
func TestKernelExecutors(t *testing.T) {
	k := mlx.KernelSource{Name: "rows", InputNames: []string{"x"}, OutputNames: []string{"y"}, EnsureRowContiguous: true,
		Source: "uint r = thread_position_in_grid.x / 32;\nfloat v = x[thread_position_in_grid.x];\nfloat s = simd_sum(v * v);\ny[thread_position_in_grid.x] = v * rsqrt(s);\n"}
	x := normal(5, mlx.Float32, 64, 32)
	var results [][]float64
	for _, executor := range []string{"interp", "wasm", ""} {
		res := run(t, k, []*mlx.Array{x}, config(64*32, 256, mlx.Float32, 64, 32), mlx.LaunchOptions{Executor: executor})
		require.Equal(t, cmp.Or(executor, mlx.HostDevice().Info().Executor), res.Executor)
		results = append(results, res.Outputs[0].Float64s())
	}
	require.Equal(t, results[0], results[1])
	require.Equal(t, results[0], results[2])
	_, err := mlx.HostDevice().Compile(context.Background(), k, mlx.ArgInfos([]*mlx.Array{x}), config(64, 2048, mlx.Float32, 64, 32))
	require.ErrorContains(t, err, "Thread group size (2048)")
}

func TestKernelCancel(t *testing.T) {
	k := mlx.KernelSource{Name: "spin", OutputNames: []string{"y"}, Source: "uint i = 0; while (i < 4000000000u) { i += y[0] == 3.0f ? 2 : 1; }\ny[0] = i;\n"}
	cfg := config(1, 1, mlx.Float32, 1)
	kernel, err := mlx.HostDevice().Compile(context.Background(), k, nil, cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = kernel.Launch(ctx, nil, cfg, mlx.LaunchOptions{})
	require.ErrorIs(t, err, context.Canceled)
	res, err := kernel.Launch(context.Background(), nil, cfg, mlx.LaunchOptions{StepBudget: 10000, Executor: "interp"})
	require.NoError(t, err)
	require.Equal(t, "endless-loop", res.Findings[0].Kind)
	require.Equal(t, 1, res.Findings[0].Line)
}

// TestKernelTypes copies every element type through a kernel.
func TestKernelTypes(t *testing.T) {
	k := mlx.KernelSource{Name: "copy", InputNames: []string{"x", "small", "scalar"}, OutputNames: []string{"y", "z"}, EnsureRowContiguous: true,
		Header: "template <typename U> inline U same(U v) { return v; }\n",
		Source: "uint i = thread_position_in_grid.x;\ny[i] = same<T>(x[i]);\nif (i < 3) z[i] = i < 2 ? T(small[i]) : T(scalar);\n"}
	for _, d := range mlx.DTypes() {
		if d == mlx.Float64 {
			continue
		}
		t.Run(d.String(), func(t *testing.T) {
			x := mlx.Arange(0, 12, 1, mlx.Int32).AsType(d)
			small, scalar := x.Get(mlx.Range(1, 3)), x.Get(5)
			cfg := config(12, 4, d, 12)
			cfg.OutputShapes, cfg.OutputDTypes = append(cfg.OutputShapes, []int{3}), append(cfg.OutputDTypes, d)
			cfg.Template = []mlx.TemplateArg{{Name: "T", DType: d}}
			res := run(t, k, []*mlx.Array{x, small, scalar}, cfg, mlx.LaunchOptions{Poison: true, TrackWrites: true})
			require.Equal(t, []int{0, 0}, res.UnwrittenElements)
			require.Equal(t, x.Bytes(), res.Outputs[0].Bytes())
			require.Equal(t, mlx.Concatenate([]*mlx.Array{small, scalar.Reshape(1)}, 0).Bytes(), res.Outputs[1].Bytes())
		})
	}
}

// TestKernelAttributes reads every attribute that MLX adds to a signature.
func TestKernelAttributes(t *testing.T) {
	k := mlx.KernelSource{Name: "attributes", OutputNames: []string{"y"}, Source: `
uint i = thread_position_in_grid.x;
if (thread_position_in_grid.y != 0) return;
y[i * 10 + 0] = thread_position_in_threadgroup.x;
y[i * 10 + 1] = threadgroup_position_in_grid.x;
y[i * 10 + 2] = thread_index_in_threadgroup;
y[i * 10 + 3] = thread_index_in_simdgroup;
y[i * 10 + 4] = simdgroup_index_in_threadgroup;
y[i * 10 + 5] = threads_per_threadgroup.x + dispatch_threads_per_threadgroup.x * 100;
y[i * 10 + 6] = threadgroups_per_grid.x * 100 + threads_per_grid.x;
y[i * 10 + 7] = simdgroups_per_threadgroup + threads_per_simdgroup * 10 + thread_execution_width * 1000;
y[i * 10 + 8] = quadgroup_index_in_threadgroup * 10 + thread_index_in_quadgroup + quadgroups_per_threadgroup * 1000;
y[i * 10 + 9] = grid_size.y + grid_origin.x + dispatch_simdgroups_per_threadgroup + dispatch_quadgroups_per_threadgroup;
`}
	cfg := config(100, 64, mlx.Uint32, 100, 10)
	cfg.Grid[1] = 2
	res := run(t, k, nil, cfg, mlx.LaunchOptions{})
	row := func(i int) []float64 { return res.Outputs[0].Get(i).Float64s() }
	require.Equal(t, []float64{37, 0, 37, 5, 1, 6464, 300, 32322, 16091, 20}, row(37)[:10])
	edge := row(70) // in a group of 36 threads
	require.Equal(t, []float64{6, 1, 6, 6, 0, 6436}, edge[:6])
}

// TestKernelConcurrent launches one kernel from many goroutines.
func TestKernelConcurrent(t *testing.T) {
	ctx := context.Background()
	k := mlx.KernelSource{Name: "square", InputNames: []string{"x"}, OutputNames: []string{"y"}, EnsureRowContiguous: true,
		Source: "threadgroup float s[64];\nuint i = thread_position_in_grid.x, l = thread_position_in_threadgroup.x;\ns[l] = x[i];\nthreadgroup_barrier(mem_flags::mem_threadgroup);\ny[i] = s[l] * s[l];\n"}
	cfg := config(640, 64, mlx.Float32, 640)
	kernel, err := mlx.HostDevice().Compile(ctx, k, []mlx.ArgInfo{f32(640)}, cfg)
	require.NoError(t, err)
	var g errgroup.Group
	for n := range 16 {
		g.Go(func() error {
			x := mlx.Arange(float64(n), float64(n+640), 1, mlx.Float32)
			res, err := kernel.Launch(ctx, []*mlx.Array{x}, cfg, mlx.LaunchOptions{Workers: 1})
			if err != nil {
				return err
			}
			if res.Outputs[0].ArrayEqual(x.Square(), false).Item() != 1 {
				return fmt.Errorf("launch %d: got %v", n, res.Outputs[0])
			}
			return nil
		})
	}
	require.NoError(t, g.Wait())
}

// TestKernelOnMLX runs a kernel over MLX's arrays, laid out as MLX lays them.
func TestKernelOnMLX(t *testing.T) {
	n, err := mlx.Native()
	if err != nil {
		t.Skipf("MLX ITSELF IS NOT TESTED: %v", err)
	}
	d, err := mlx.OpenDevice("mlx-cpu")
	require.NoError(t, err)
	require.Equal(t, n.CPU, mlx.RuntimeOf(d))
	k := mlx.KernelSource{Name: "strided", InputNames: []string{"inp"}, OutputNames: []string{"out"},
		Source: "uint elem = thread_position_in_grid.x;\nuint loc = elem_to_loc(elem, inp_shape, inp_strides, inp_ndim);\nout[elem] = inp[loc];\n"}
	base := normal(3, mlx.Float32, 4, 6).On(n.CPU)
	for _, x := range []*mlx.Array{base.Transpose(), base.Get(mlx.Every, mlx.Range(1, 4)), base.Flip(1), base.Get(0).BroadcastTo(3, 6)} {
		cfg := config(x.Size(), 8, mlx.Float32, x.Shape()...)
		kernel, err := d.Compile(context.Background(), k, mlx.ArgInfos([]*mlx.Array{x}), cfg)
		require.NoError(t, err)
		res, err := kernel.Launch(context.Background(), []*mlx.Array{x}, cfg, mlx.LaunchOptions{})
		require.NoError(t, err)
		require.Empty(t, res.Findings)
		require.Equal(t, n.CPU, res.Outputs[0].Runtime())
		require.Equal(t, x.Float64s(), res.Outputs[0].Float64s())
	}
}

// TestRawLaunchNew finds the elements of new buffers that a launch did not store
// to as a whole, on both executors: those that it stored the poison to are none.
func TestRawLaunchNew(t *testing.T) {
	const text = `kernel void k(device uint* y [[buffer(0)]], device uchar* part [[buffer(1)]], device uint* kept [[buffer(2)]],
    device uint* same [[buffer(3)]], uint i [[thread_position_in_grid]]) {
  if (i != 2) y[i] = i == 1 ? 0xffffffff : i;
  part[4 * i] = 0xff;
  kept[i] = 0x01010101 * (i + 1);
  same[i] = 5;
}`
	p, err := mlx.HostDevice().CompileFile(t.Context(), "k.metal", text, msl.Options{})
	require.NoError(t, err)
	for _, executor := range []string{"wasm", "interp"} {
		fresh := func() []byte { return bytes.Repeat([]byte{mlx.Poison}, 16) }
		l := mlx.RawLaunch{Grid: [3]int{4, 1, 1}, Threadgroup: [3]int{4, 1, 1}, New: map[int]int{0: 4, 1: 4, 3: 4},
			Buffers: map[int][]byte{0: fresh(), 1: fresh(), 2: make([]byte, 20), 3: fresh()},
			Options: mlx.LaunchOptions{TrackWrites: true, Executor: executor}}
		res, err := p.Launch(t.Context(), l)
		require.NoError(t, err)
		require.Equal(t, map[int]int{0: 4, 1: 16, 3: 0}, res.Unwritten, executor)
		require.Equal(t, []byte{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 0, 0, 0, 0}, l.Buffers[2], executor)
	}
}

// TestRawLaunchOutput: a launch makes no buffers as large as those that it only stores to, as
// that takes longer than what many kernels do.
func TestRawLaunchOutput(t *testing.T) {
	const text = "kernel void k(device uint* y [[buffer(0)]], uint i [[thread_position_in_grid]]) { y[i] = i; }"
	p, err := mlx.HostDevice().CompileFile(t.Context(), "k.metal", text, msl.Options{})
	require.NoError(t, err)
	const n = 1 << 22
	l := mlx.RawLaunch{Grid: [3]int{n, 1, 1}, Threadgroup: [3]int{256, 1, 1}, Buffers: map[int][]byte{0: make([]byte, 4*n)}}
	launch := func() (allocated uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		res, err := p.Launch(t.Context(), l)
		require.NoError(t, err)
		require.Equal(t, "wasm", res.Executor)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	launch()
	require.Less(t, launch(), uint64(2*n))
	require.Equal(t, uint32(n-1), binary.LittleEndian.Uint32(l.Buffers[0][4*n-4:]))
}

// TestRawLaunchNewAndOld: what a launch stores to may depend on buffers that it
// reads and changes, which is the same when it runs again to find what it did not.
func TestRawLaunchNewAndOld(t *testing.T) {
	const text = `#include <metal_stdlib>
using namespace metal;
kernel void k(device int* y [[buffer(0)]], device uint* n [[buffer(1)]], device atomic_uint* next [[buffer(2)]],
    device int* list [[buffer(3)]], uint i [[thread_position_in_grid]]) {
  if (i < n[0]) y[i] = i;
  for (uint j = 0; j < n[0]; ++j) n[1] += i;
  if (i & 1) list[atomic_fetch_add_explicit(next, 1, memory_order_relaxed)] = -1;
}`
	p, err := mlx.HostDevice().CompileFile(t.Context(), "k.metal", text, msl.Options{})
	require.NoError(t, err)
	for _, executor := range []string{"wasm", "interp"} {
		fresh := func() []byte { return bytes.Repeat([]byte{mlx.Poison}, 32) }
		l := mlx.RawLaunch{Grid: [3]int{8, 1, 1}, Threadgroup: [3]int{8, 1, 1}, New: map[int]int{0: 4, 3: 4},
			Buffers: map[int][]byte{0: fresh(), 1: {4, 0, 0, 0, 0, 0, 0, 0}, 2: make([]byte, 4), 3: fresh()},
			Options: mlx.LaunchOptions{TrackWrites: true, Executor: executor}}
		res, err := p.Launch(t.Context(), l)
		require.NoError(t, err)
		require.Equal(t, executor, res.Executor)
		require.Equal(t, map[int]int{0: 16, 3: 16}, res.Unwritten, executor)
		require.Equal(t, []byte{4, 0, 0, 0}, l.Buffers[2], executor)
	}
}

// TestCompileFileCancelled cancels while the text is compiled, and does not wait.
func TestCompileFileCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	goOn, left := make(chan bool), make(chan bool)
	_, err := mlx.HostDevice().CompileFile(ctx, "k.metal", "#include \"x.h\"\nkernel void k() {}", msl.Options{
		Include: func(string, string, bool) (string, string, error) {
			cancel()
			<-goOn
			close(left)
			return "", "", fs.ErrNotExist
		}})
	require.ErrorIs(t, err, context.Canceled)
	close(goOn)
	<-left
}

// TestRaceMemory: a launch is refused, not the process ended by the system, where looking
// for races in its buffers takes more memory than the machine has.
func TestRaceMemory(t *testing.T) {
	total := host.PhysicalMemory()
	if total == 0 {
		t.Skip("how much memory there is is not known")
	}
	const text = "kernel void k(device uint *y [[buffer(0)]], device const uint *x [[buffer(1)]], uint i [[thread_position_in_grid]]) { y[i] = x[i]; }"
	p, err := mlx.HostDevice().CompileFile(t.Context(), "k.metal", text, msl.Options{})
	require.NoError(t, err)
	small, large := make([]byte, 16), make([]byte, total/24) // never touched
	l := mlx.RawLaunch{Grid: [3]int{4, 1, 1}, Threadgroup: [3]int{4, 1, 1}, Options: mlx.LaunchOptions{Sanitize: true},
		Buffers: map[int][]byte{0: large, 1: small}}
	_, err = p.Launch(t.Context(), l)
	require.ErrorContains(t, err, "looking for races in this launch takes")
	var e *mlx.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, mlx.TooLarge, e.Code)
	require.NotEmpty(t, e.Next)

	l.Buffers[0], l.Buffers[1] = small, large // what is only read costs nothing
	res, err := p.Launch(t.Context(), l)
	require.NoError(t, err)
	require.Empty(t, res.Findings)
}
