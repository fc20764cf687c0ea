package catalog

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// TestCheckAll is the heart of the catalogue: every kernel, case and type
// agrees with its reference.
func TestCheckAll(t *testing.T) {
	dev := mlx.HostDevice()
	for _, e := range List() {
		t.Run(e.Name, func(t *testing.T) {
			for _, job := range check.Plan(e.Spec) {
				if testing.Short() && len(job.Case.Values) == 0 {
					continue
				}
				r, err := check.Spec(context.Background(), dev, e.Spec, job, check.Options{})
				require.NoError(t, err)
				require.Equal(t, check.OK, r.Status, "%s %s %s\n%s%v\n%+v\n%v", e.Name, r.Case, r.DType, r.Message, r.Diagnostics, r.Outputs, r.Findings)
			}
		})
	}
}

func TestEntries(t *testing.T) {
	for _, e := range List() {
		require.Equal(t, e.Kind+"/"+e.Name+".yaml", e.Path, "the file is named after the kernel")
		require.NotEmpty(t, e.Spec.Doc, e.Name)
		require.NotNil(t, e.Spec.Reference, e.Name)
		require.GreaterOrEqual(t, len(e.Spec.Cases), 3, e.Name)
	}
}

func TestFind(t *testing.T) {
	e, err := Find("norm/rmsnorm")
	require.NoError(t, err)
	require.Equal(t, "rmsnorm", e.Spec.Name)
	_, err = Find("rmsnrom")
	require.EqualError(t, err, `there is no kernel "rmsnrom" in the catalogue; did you mean "rmsnorm"?`)
}
