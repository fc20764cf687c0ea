package catalog

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// TestNoWarnings: the compiler has nothing to remark on what we ship.
func TestNoWarnings(t *testing.T) {
	dev := mlx.HostDevice()
	for _, e := range List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		c := kernels.Case{}
		if len(spec.Cases) > 0 {
			c = spec.Cases[0]
		}
		src, err := spec.Source(c, spec.DTypes()[0])
		require.NoError(t, err)
		k, err := dev.Compile(context.Background(), src.Kernel, src.ArgInfos(), src.Config)
		require.NoError(t, err, e.Name)
		for _, d := range k.Warnings() {
			t.Errorf("%s: %s", e.Path, d.Rendered)
		}
	}
}
