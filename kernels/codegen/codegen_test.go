package codegen_test

import (
	"context"
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
	for name, cases := range map[string][2]string{"softplus_times": {"N=31", "N=4096"}, "row_softmax": {"R=3 D=31", "R=31 D=33"}, "prefix_sum": {"R=3 D=31", "R=2 D=9001"}} {
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
