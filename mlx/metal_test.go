//go:build (darwin || linux) && (amd64 || arm64)

package mlx_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/mlxtest"
)

// onMetal compiles and launches a kernel on the fake GPU.
func onMetal(t *testing.T, f *mlxtest.FakeMetal, k mlx.KernelSource, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt mlx.LaunchOptions) *mlx.LaunchResult {
	t.Helper()
	kernel, err := f.Compile(t.Context(), k, mlx.ArgInfos(inputs), cfg)
	require.NoError(t, err)
	require.Len(t, f.Launches, 1, "to compile is one launch that is refused")
	res, err := kernel.Launch(t.Context(), inputs, cfg, opt)
	require.NoError(t, err)
	require.Empty(t, f.Misuse)
	return res
}

func TestMetalLaunch(t *testing.T) {
	f := mlxtest.NewFakeMetal()
	k := mlx.KernelSource{Name: "scaled", InputNames: []string{"inp", "by"}, OutputNames: []string{"out", "count"}, EnsureRowContiguous: true,
		Header: "constant int unused = 3;\n",
		Source: "uint i = thread_position_in_grid.x;\nif (i < N) out[i] = FLIP ? T(-inp[i] * by) : T(inp[i]);\nif (i == 0) count[0] = inp_shape[1];\n"}
	x := normal(3, mlx.Float32, 5, 8).Transpose() // copied to row-major order
	cfg := mlx.LaunchConfig{Grid: [3]int{40, 1, 1}, Threadgroup: [3]int{8, 1, 1},
		OutputShapes: [][]int{{8, 5}, {1}}, OutputDTypes: []mlx.DType{mlx.Float32, mlx.Int32},
		Template: []mlx.TemplateArg{{Name: "T", DType: mlx.Float32}, {Name: "N", Kind: mlx.TemplateInt, Int: 39}, {Name: "FLIP", Kind: mlx.TemplateBool, Int: 1}}}
	res := onMetal(t, f, k, []*mlx.Array{x, mlx.Scalar(2.0)}, cfg, mlx.LaunchOptions{Poison: true, TrackWrites: true})
	require.Equal(t, []int{1, 0}, res.UnwrittenElements, "the last element is not written")
	require.Equal(t, "metal", res.Executor)
	require.Equal(t, "metal", res.Outputs[0].Runtime().Name())
	got, want := res.Outputs[0].Float64s(), x.Multiply(-2.0).Float64s()
	require.Equal(t, want[:39], got[:39])
	require.True(t, math.IsNaN(got[39]), "poisoned")
	require.Equal(t, []float64{5}, res.Outputs[1].Float64s())

	sent := f.Kernels[0]
	require.Equal(t, k.Source, sent.Source)
	require.True(t, strings.HasSuffix(sent.Header, k.Header))
	require.Equal(t, cfg.Grid, f.Launches[1].Grid)
	require.Equal(t, cfg.Threadgroup, f.Launches[1].Threadgroup)
}

// TestMetalStrides keeps the layout of inputs where the kernel sees it.
func TestMetalStrides(t *testing.T) {
	k := mlx.KernelSource{Name: "strided", InputNames: []string{"inp"}, OutputNames: []string{"out"},
		Source: "uint elem = thread_position_in_grid.x;\nout[elem] = inp[elem_to_loc(elem, inp_shape, inp_strides, inp_ndim)];\n"}
	for _, x := range []*mlx.Array{normal(3, mlx.Float32, 4, 6), normal(3, mlx.Float32, 4, 6).Flip(0)} {
		f := mlxtest.NewFakeMetal()
		res := onMetal(t, f, k, []*mlx.Array{x}, config(24, 8, mlx.Float32, 4, 6), mlx.LaunchOptions{})
		require.Equal(t, x.Float64s(), res.Outputs[0].Float64s())
	}
}

// TestMetalUnwritten finds what is never stored to in every type.
func TestMetalUnwritten(t *testing.T) {
	k := mlx.KernelSource{Name: "half", OutputNames: []string{"out"}, Source: "uint i = thread_position_in_grid.x;\nif (i % 2 == 0) out[i] = i == 4 ? 0 : 1;"}
	for d := mlx.Bool; d <= mlx.Complex64; d++ {
		if d == mlx.Float64 {
			continue
		}
		f := mlxtest.NewFakeMetal()
		res := onMetal(t, f, k, nil, config(9, 3, d, 9), mlx.LaunchOptions{TrackWrites: true})
		require.Equal(t, []int{4}, res.UnwrittenElements, "%v", d)
	}
	f := mlxtest.NewFakeMetal()
	cfg := config(9, 3, mlx.Float32, 9)
	five := 5.0
	cfg.InitValue = &five
	res := onMetal(t, f, k, nil, cfg, mlx.LaunchOptions{TrackWrites: true, Poison: true})
	require.Equal(t, []int{0}, res.UnwrittenElements)
	require.Equal(t, []float64{1, 5, 1, 5, 0, 5, 1, 5, 1}, res.Outputs[0].Float64s())
}

// TestMetalCompileErrors wants them on the user's own lines, whether or not
// the compiler heeds #line, and with percent signs, which MLX-C would choke on.
func TestMetalCompileErrors(t *testing.T) {
	k := mlx.KernelSource{Name: "wrong", InputNames: []string{"inp"}, OutputNames: []string{"out"},
		Header: "// one half of naïve\nfloat half_of(float v) { return v / tow; }\n",
		Source: "uint i = thread_position_in_grid.x % size;\nout[i] = inq[i];\n"}
	for _, ignore := range []bool{false, true} {
		f := mlxtest.NewFakeMetal()
		f.IgnoreLine = ignore
		cfg := config(24, 8, mlx.Float32, 24)
		cfg.Template = []mlx.TemplateArg{{Name: "T", DType: mlx.Float32}}
		_, err := f.Compile(t.Context(), k, []mlx.ArgInfo{{DType: mlx.Float32, Shape: []int{24}}}, cfg)
		var failed *mlx.CompileError
		require.ErrorAs(t, err, &failed)
		var got []string
		for _, d := range failed.Diagnostics {
			got = append(got, d.String())
		}
		require.Equal(t, []string{
			"header:2:37: error: use of undeclared identifier 'tow'; did you mean 'pow'?",
			"source:1:38: error: use of undeclared identifier 'size'",
			"source:2:10: error: use of undeclared identifier 'inq'; did you mean 'inp'?",
		}, got)
		require.Equal(t, "source:1:38: error: use of undeclared identifier 'size'\n"+
			"uint i = thread_position_in_grid.x % size;\n"+strings.Repeat(" ", 37)+"^~~~\n", failed.Diagnostics[1].Rendered)
		require.Empty(t, f.Misuse)
	}
}

func TestMetalRefuses(t *testing.T) {
	f := mlxtest.NewFakeMetal()
	f.MaxThreads = 896
	k := mlx.KernelSource{Name: "ones", OutputNames: []string{"out"}, Source: "out[thread_position_in_grid.x] = 1;"}
	cfg := config(1024, 1024, mlx.Float32, 1024)
	kernel, err := f.Compile(t.Context(), k, nil, cfg)
	require.NoError(t, err)
	launch := func(cfg mlx.LaunchConfig, opt mlx.LaunchOptions) error {
		_, err := kernel.Launch(t.Context(), nil, cfg, opt)
		return err
	}
	require.ErrorContains(t, launch(cfg, mlx.LaunchOptions{}), "Thread group size (1024) is greater than the maximum allowed threads per threadgroup (896).")
	cfg.Threadgroup[0] = 64
	require.NoError(t, launch(cfg, mlx.LaunchOptions{}))
	require.ErrorContains(t, launch(cfg, mlx.LaunchOptions{Sanitize: true}), "use --device host")
	require.ErrorContains(t, launch(cfg, mlx.LaunchOptions{Executor: "wasm"}), "no executor wasm")
	huge := cfg
	huge.OutputShapes = [][]int{{1 << 30, 1 << 6}}
	require.ErrorContains(t, launch(huge, mlx.LaunchOptions{}), "does not fit in memory")
	other := cfg
	other.OutputDTypes = []mlx.DType{mlx.Int32}
	require.ErrorContains(t, launch(other, mlx.LaunchOptions{}), "compile it again")

	k.Source = "threadgroup float big[10000];\nbig[0] = 1;\nout[0] = big[0];\x00"
	_, err = f.Compile(t.Context(), k, nil, cfg)
	require.ErrorContains(t, err, "null character")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = kernel.Launch(ctx, nil, cfg, mlx.LaunchOptions{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestMetalFailures are what MLX throws without a place.
func TestMetalFailures(t *testing.T) {
	for _, c := range []struct {
		thrown, want string
		code         mlx.ErrorCode
	}{
		{"[metal::Device] Unable to load kernel custom_kernel_k__float\nThreadgroup memory size (40192) exceeds the maximum threadgroup memory allowed (32768)\n",
			"[metal_kernel] Metal makes no pipeline of the kernel: Threadgroup memory size (40192) exceeds the maximum threadgroup memory allowed (32768)", mlx.TooLarge},
		{"[metal::Device] Unable to build metal library from source\nerror: invalid value 'metal4.0' in '-std=metal4.0'\n",
			"[metal_kernel] Apple's compiler fails: error: invalid value 'metal4.0' in '-std=metal4.0'", mlx.Unsupported},
		{"[metal::malloc] Resource limit (499000) exceeded.", "[eval] [metal::malloc] Resource limit (499000) exceeded.", mlx.NoMemory},
	} {
		f := mlxtest.NewFakeMetal()
		f.Throw = c.thrown
		_, err := f.Compile(t.Context(), mlx.KernelSource{Name: "k", OutputNames: []string{"y"}, Source: "y[0] = 1;"}, nil, config(1, 1, mlx.Float32, 1))
		var e *mlx.Error
		require.ErrorAs(t, err, &e)
		require.EqualError(t, err, c.want)
		require.Equal(t, c.code, e.Code)
	}
}

func TestMetalTime(t *testing.T) {
	f := mlxtest.NewFakeMetal()
	k := mlx.KernelSource{Name: "ones", OutputNames: []string{"out"}, Source: "out[thread_position_in_grid.x] = 1;"}
	cfg := config(64, 64, mlx.Float32, 64)
	kernel, err := f.Compile(t.Context(), k, nil, cfg)
	require.NoError(t, err)
	before := len(f.Launches)
	took, err := kernel.(mlx.Timer).Time(t.Context(), nil, cfg, mlx.LaunchOptions{}, 10)
	require.NoError(t, err)
	require.Positive(t, took.RunTime)
	require.Len(t, f.Launches, before+10)
	require.NoError(t, f.Capture("x.gputrace", func() error { return nil }))
	require.Equal(t, []string{"x.gputrace", "stop"}, f.Captures)
	require.Empty(t, f.Misuse)
}

func TestMetalIsTheBestDevice(t *testing.T) {
	f := mlxtest.NewFakeMetal()
	var names []string
	for _, d := range f.Library.Rank() {
		names = append(names, d.Name())
	}
	require.Equal(t, []string{"metal", "host", "mlx-cpu"}, names)
	require.Equal(t, "Fake M9 through MLX", f.Info().Description)
	require.Equal(t, "0.31.2", f.Info().MLX)
	require.Equal(t, "applegpu_f9", f.Info().Architecture)
}
