package codegen_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// TestGenerated: every generated kernel agrees with its program, evaluated by
// the operations of package mlx.
func TestGenerated(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	for _, p := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(p), ".yaml"), func(t *testing.T) {
			s, err := kernels.Load(p)
			require.NoError(t, err)
			for _, job := range check.Plan(s) {
				r, err := check.Spec(context.Background(), mlx.HostDevice(), s, job, check.Options{})
				require.NoError(t, err)
				text := ""
				if r.Status != check.OK && r.Results.Source != nil {
					g, _ := r.Results.Source.Text()
					text = g.Text
				}
				require.Equal(t, check.OK, r.Status, "%s %s\n%s\n%v\n%+v\n%v\n%s", r.Case, r.DType, r.Message, r.Diagnostics, r.Outputs, r.Results.Compiler, text)
			}
		})
	}
}

// TestOneText: the text of a generated kernel does not depend on lengths.
func TestOneText(t *testing.T) {
	for name, cases := range map[string][2]string{"softplus_times": {"N=31", "N=4096"}, "row_softmax": {"R=3 D=31", "R=31 D=33"}, "prefix_sum": {"R=3 D=31", "R=2 D=9001"},
		"columns_softmax": {"R=33 C=1000", "R=7 C=31"}} {
		s, err := kernels.Load("testdata/" + name + ".yaml")
		require.NoError(t, err)
		texts := map[string]bool{}
		for _, c := range s.Cases {
			if c.String() == cases[0] || c.String() == cases[1] {
				src, err := s.Source(c, mlx.Float32)
				require.NoError(t, err)
				texts[src.Kernel.Header+src.Kernel.Source] = true
			}
		}
		require.Len(t, texts, 1, name)
	}
}

// TestLaunches: one kernel does what it can, and rows that are few and long are
// shared by several threadgroups.
func TestLaunches(t *testing.T) {
	for _, c := range []struct {
		program, shape string
		launches       int
		groups         int // of the first launch
	}{
		{"y = softmax(x, axis=-1)", "[64, 512]", 1, 8},
		{"y = softmax(x, axis=-1)", "[64, 513]", 1, 64},
		{"y = softmax(x, axis=-1)", "[64, 100000]", 1, 64},
		{"y = softmax(x, axis=-1)", "[2, 100000]", 3, 26},
		{"y = softmax(x, axis=0)", "[400, 4096]", 1, 128},
		{"y = softmax(x, axis=0)", "[40000, 64]", 3, 64},
		{"y = x * rsqrt(mean(x * x, axis=-1, keepdims=true)) + max(x, axis=0)", "[64, 512]", 2, 8},
		{"y = x * sum(cumsum(x, axis=-1), axis=-1, keepdims=true)", "[64, 512]", 2, 64},
	} {
		s, err := kernels.Parse("launches.yaml", fmt.Appendf(nil, "zmlx: 1\nname: launches\ninputs: {x: {dtype: float32, shape: %s}}\noutputs: {y: {dtype: float32, shape: %s}}\nmap_reduce: %s\n", c.shape, c.shape, c.program))
		require.NoError(t, err, c.program)
		src, err := s.Source(kernels.Case{}, mlx.Float32)
		require.NoError(t, err)
		ls := src.Launches()
		require.Len(t, ls, c.launches, c.program)
		groups := 1
		for i, n := range ls[0].Config.Grid {
			per := ls[0].Config.Threadgroup[i]
			groups *= (n + per - 1) / per
		}
		require.Equal(t, c.groups, groups, "%s %s", c.program, c.shape)
	}
}
