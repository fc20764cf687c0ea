package mlx_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/mlxtest"
)

// staged computes y = 2 * (x + 1) by two launches.
func staged(n int) (mlx.KernelSource, mlx.LaunchConfig) {
	cfg := config(n, n, mlx.Float32, n)
	stage := func(name, in, out, body string) mlx.Stage {
		return mlx.Stage{Kernel: mlx.KernelSource{Name: name, InputNames: []string{in}, OutputNames: []string{out}, Source: "uint i = thread_position_in_grid.x; " + body}, Config: cfg}
	}
	return mlx.KernelSource{Name: "both", InputNames: []string{"x"}, OutputNames: []string{"y"},
		Stages: []mlx.Stage{stage("first", "x", "s", "s[i] = x[i] + 1;"), stage("second", "s", "y", "y[i] = 2 * s[i];")}}, cfg
}

// Several launches are timed as one kernel, each over what those before it gave.
func TestTimeOfSeveralLaunches(t *testing.T) {
	src, cfg := staged(4)
	fake := mlxtest.NewFakeMetal()
	for _, d := range []mlx.Device{mlx.HostDevice(), fake} {
		x := mlx.New([]float32{1, 2, 3, 4}, 4)
		k, err := d.Compile(t.Context(), src, mlx.ArgInfos([]*mlx.Array{x}), cfg)
		require.NoError(t, err)
		before, launches := 0, len(fake.Launches)
		r, err := k.(mlx.Timer).Time(t.Context(), []*mlx.Array{x}, cfg, mlx.LaunchOptions{Before: func() error { before++; return nil }}, 5)
		require.NoError(t, err)
		require.Positive(t, r.RunTime)
		require.Equal(t, 5, before, "before each launch of the whole")
		if d == mlx.Device(fake) {
			require.Len(t, fake.Launches, launches+2*5)
			continue // its kernels compute nothing
		}
		require.Equal(t, []float32{4, 6, 8, 10}, mlx.Values[float32](r.Outputs[0]))
	}
}

// A launch without elements is left out, whether or not stores are watched.
func TestLaunchesWithoutElementsAreLeftOut(t *testing.T) {
	src, cfg := staged(4)
	src.Stages[0].Config = config(1, 1, mlx.Float32, 0)
	src.Stages[1].Kernel.Source = "y[thread_position_in_grid.x] = 3;"
	x := mlx.Zeros([]int{4}, mlx.Float32)
	k, err := mlx.HostDevice().Compile(t.Context(), src, mlx.ArgInfos([]*mlx.Array{x}), cfg)
	require.NoError(t, err)
	for _, opt := range []mlx.LaunchOptions{{}, {TrackWrites: true}} {
		r, err := k.Launch(t.Context(), []*mlx.Array{x}, cfg, opt)
		require.NoError(t, err)
		require.Equal(t, []float32{3, 3, 3, 3}, mlx.Values[float32](r.Outputs[0]))
	}
}
