package catalog

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels/check"
)

// TestReferences: in each type the plain operation agrees with the float64
// truth, as far as the type's own roundings allow.
func TestReferences(t *testing.T) {
	bound := map[string]float64{"float32": 1e-3, "float16": 0.1, "bfloat16": 0.8}
	for _, e := range List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		for _, job := range check.Plan(spec) {
			if len(job.Case.Values) == 0 {
				continue
			}
			src, err := spec.Source(job.Case, job.DType)
			require.NoError(t, err)
			inputs, err := src.Draw(1, nil)
			require.NoError(t, err)
			truth, err := src.Reference(context.Background(), inputs, true)
			require.NoError(t, err)
			plain, err := src.Reference(context.Background(), inputs, false)
			require.NoError(t, err)
			for i := range truth {
				if !truth[i].DType().IsInexact() {
					continue
				}
				c := check.Compare("", plain[i].AsType(src.Config.OutputDTypes[i]), truth[i], check.Tolerance{RTol: 1e9})
				t.Logf("%-60s %s plain rms %.3g max rel %.3g", src.Label(), truth[i].DType(), float64(c.RMS), float64(c.MaxRel))
				require.LessOrEqual(t, float64(c.RMS), bound[job.DType.String()], src.Label())
				require.Zero(t, c.GotNaN)
			}
		}
	}
}
