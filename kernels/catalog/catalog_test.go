package catalog

import (
	"context"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// TestCheckAll is the heart of the catalogue: every kernel and case agrees with
// its reference, in float32 and every second case in the other types. "zmlx
// check --all" takes all cases in all types, and the specs' own sizes. 16-bit
// outputs are at most twice as far from the truth as the plain operations'.
func TestCheckAll(t *testing.T) {
	dev := mlx.HostDevice()
	for _, e := range List() {
		t.Run(e.Name, func(t *testing.T) {
			spec, err := e.Spec()
			require.NoError(t, err)
			types := len(spec.DTypes())
			pooled := map[string]*squares{}
			for i, job := range check.Plan(spec) {
				if i < types || i%types > 0 && (i/types+i%types)%2 > 0 {
					continue
				}
				r, err := check.Spec(context.Background(), dev, spec, job, check.Options{})
				require.NoError(t, err)
				require.Equal(t, check.OK, r.Status, "%s %s %s\n%s%v\n%+v\n%v", e.Name, r.Case, r.DType, r.Message, r.Diagnostics, r.Outputs, r.Results.Problems())
				require.Empty(t, r.Diagnostics, "nobody who uses the kernel could act on a warning")
				for i, c := range r.Outputs {
					if c.PlainRMS == nil || c.DType == "float32" {
						continue
					}
					if key := r.DType + " " + c.Name; pooled[key] == nil {
						pooled[key] = &squares{}
					}
					pooled[r.DType+" "+c.Name].add(c, check.Comparison{RMS: *c.PlainRMS}, r.Results.Truth[i])
				}
			}
			for key, s := range pooled {
				s.assertAccurate(t, key)
			}
		})
	}
}

var update = flag.Bool("update", false, "rewrite docs/kernels.md")

// TestMarkdown keeps the document fresh.
func TestMarkdown(t *testing.T) {
	const path = "../../docs/kernels.md"
	text, err := Markdown()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	old, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(old), "run go test ./kernels/catalog -run Markdown -update")
}

func TestFind(t *testing.T) {
	e, err := Find("norm/rmsnorm")
	require.NoError(t, err)
	require.Equal(t, "rmsnorm", e.Name)
	_, err = Find("rmsnrom")
	require.EqualError(t, err, `there is no kernel "rmsnrom" in the catalogue; did you mean "rmsnorm"?`)
}

// TestGradients: the derivatives of the kernels that promise one agree with
// finite differences, and so do the kernels that are generated from them.
func TestGradients(t *testing.T) {
	for _, e := range List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		if !spec.Grad {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			job := check.Job{Case: spec.Cases[2], DType: mlx.Float32}
			reports, err := check.Gradients(context.Background(), mlx.HostDevice(), spec, job, check.Options{Seed: 2})
			require.NoError(t, err)
			require.NotEmpty(t, reports)
			for _, r := range reports {
				require.Empty(t, r.NoKernel)
				require.True(t, r.OK, "to %s: %v, error %v\n%s\n%+v", r.Input, r.Analytic, r.Error, r.Program, r.Kernel.Outputs)
			}
		})
	}
}
